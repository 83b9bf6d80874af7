--- Means, totals and contrasts from scripts with a design. Variances are worked out by hand; the
-- engine's own figures are compared with R's in tests/unit/test_moments_design.c.
local bilan = require "bilan"

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

local function near(want, got)
  assert.is_true(type(got) == "number" and math.abs(want - got) <= 1e-12 * math.max(1, math.abs(want)),
    ("expected %s, got %s"):format(want, got))
end

-- Four schools in one stratum, each with a girl and a boy of weight 1.
local function schools(opts)
  local s = bilan.survey {
    { "school", { "a", "a", "b", "b", "c", "c", "d", "d" } },
    { "gender", { "girl", "boy", "girl", "boy", "girl", "boy", "girl", "boy" } },
    { "score", { 10, 8, 14, 10, 20, 18, 16, 8 } },
    { "likes", { "yes", "no", "yes", "yes", "no", "no", "yes", "no" } },
    { "weight", { 1, 1, 1, 1, 1, 1, 1, 1 } },
  }
  return s:design(opts or { clusters = "school", weights = "weight" })
end

-- Girls 10 14 20 16, boys 8 10 18 8: means 15 and 11. By school, girl minus boy is 2 4 2 8; about
-- its mean of 4 that is -2 0 -2 4, so V = 4/3 * (4 + 0 + 4 + 16) / 16 = 2.
describe("a contrast", function()
  it("has_the_covariance_of_groups_that_share_clusters", function()
    local row = schools():difference("score", { by = "gender", from = "boy", to = "girl" }):rows()[1]
    near(4, row.value)
    near(math.sqrt(2), row.se)
    near(3, row.df)
    near(4 / math.sqrt(2), row.statistic)
    near(2 * bilan.stat.t_cdf(4 / math.sqrt(2), 3, { upper = true }), row.p_value)
    near(4 - bilan.stat.t_quantile(0.975, 3) * math.sqrt(2), row.low)
    assert.equal(8, row.n)
  end)
  it("takes_coefficients_by_level_or_in_their_order", function()
    local by_name = schools():contrast("score", { by = "gender",
      coefficients = { girl = 0.5, boy = -0.5 } })
    near(2, by_name:rows()[1].value)
    near(math.sqrt(2) / 2, by_name:rows()[1].se)
    local listed = schools():contrast("score", { by = "gender", coefficients = { 1, -1 } })
    near(4, listed:rows()[1].value)
    assert.truthy(tostring(by_name):find("0.5 girl − 0.5 boy", 1, true), tostring(by_name))
  end)
  it("needs_no_difference_of_two_groups", function()
    local one = schools():contrast("score", { by = "gender", coefficients = { girl = 1 } }):rows()[1]
    local mean = schools():mean("score", { by = "gender" }):get { gender = "girl" }
    for _, field in ipairs { "value", "se", "low", "high", "df" } do near(mean[field], one[field]) end
  end)
  it("of_numbers_as_levels_names_them_by_number", function()
    local s = schools():derive { class = "case when school in ('a', 'b') then 3 else 1 end" }
    local row = s:contrast("score", { by = "class", coefficients = { [3] = 1, [1] = -1 } }):rows()[1]
    near(10.5 - 15.5, row.value)
  end)
  -- Girls yes yes no yes, boys no yes no no: 3/4 - 1/4. By school about 1/2, over 4: 1/8 -1/8 -1/8
  -- 1/8, V = 4/3 * 4/64.
  it("compares_shares_of_a_level_or_predicate", function()
    for _, row in ipairs {
      schools():difference("likes", { by = "gender", from = "boy", to = "girl", level = "yes" }):rows()[1],
      schools():difference("likes = 'yes'", { by = "gender", from = "boy", to = "girl" }):rows()[1],
      schools():contrast("likes", { by = "gender", level = "yes",
        coefficients = { girl = 1, boy = -1 } }):rows()[1],
      schools():contrast("likes = 'yes'", { by = "gender",
        coefficients = { girl = 1, boy = -1 } }):rows()[1],
    } do
      near(0.5, row.value)
      near(math.sqrt(1 / 12), row.se)
      near(3, row.df)
    end
  end)
  it("of_several_answers_has_the_base_of_its_shares", function()
    local s = bilan.survey {
      { "school", { "a", "a", "b", "b", "c", "c" } },
      { "gender", { "girl", "boy", "girl", "boy", "girl", "boy" } },
      { "q1", { "x", bilan.missing.no_answer, "x", "x", "no", "no" } },
      { "q2", { "no", bilan.missing.no_answer, "x", "no", "no", "x" } },
    }
    s = s:group { q = { "q1", "q2" } }:design { clusters = "school" }
    local shares = s:proportion("q", { by = "gender", level = "q1" })
    local row = s:difference("q", { by = "gender", from = "boy", to = "girl", level = "q1" }):rows()[1]
    near(shares:get { gender = "girl" }.value - shares:get { gender = "boy" }.value, row.value)
    assert.equal(shares:get { gender = "girl" }.n + shares:get { gender = "boy" }.n, row.n)
  end)
  it("says_what_is_wrong", function()
    local s = schools()
    fails('unknown level of "gender" "gril"; did you mean "girl"?', s.contrast, s, "score",
      { by = "gender", coefficients = { gril = 1, boy = -1 } })
    fails("at least one is not 0", s.contrast, s, "score", { by = "gender", coefficients = {} })
    fails("name the groups", s.contrast, s, "score", { by = "gender" })
    fails("has no numbers", s.contrast, s, "likes", { by = "gender", coefficients = { 1, -1 } })
    fails("leave ci out", s.difference, s, "likes",
      { by = "gender", from = "boy", to = "girl", level = "yes", ci = "newcombe" })
    fails("same level", s.difference, s, "likes",
      { by = "gender", from = "boy", to = "boy", level = "yes" })
  end)
end)

describe("a difference of shares without a design", function()
  it("keeps_newcombes_interval", function()
    local s = bilan.survey { x = { "a", "b", "a", "b", "a", "a" }, g = { 1, 1, 1, 2, 2, 2 } }
    local row = s:difference("x", { by = "g", from = "1", to = "2", level = "a" }):rows()[1]
    near(bilan.stat.difference_ci(2, 3, 2, 3).low, row.low)
    assert.is_nil(row.se)
  end)
end)

describe("a design effect", function()
  -- Scores 10 8 14 10 20 18 16 8, mean 13, squares 152: S^2 / n = 152 / 7 / 8. School sums about
  -- it -8 -2 12 -2: V = 4/3 * 216 / 64 = 4.5.
  it("compares_with_a_simple_random_sample", function()
    local row = schools():mean("score", { deff = "wr" }):rows()[1]
    near(4.5, row.se ^ 2)
    near(4.5 / (152 / 56), row.deff)
    near(8, row.effective_n)
    near(row.deff, schools():total("score", { deff = "replace" }):rows()[1].deff)
    assert.is_nil(schools():mean("score"):rows()[1].deff)
  end)
  it("without_replacement_needs_a_population", function()
    local row = schools():mean("score", { deff = true }):rows()[1]
    assert.is_nil(row.deff)
    assert.truthy(row.note:find("do not sum to a population", 1, true))
    local s = schools():derive { w = "2 * weight" }:design { clusters = "school", weights = "w" }
    near(4.5 / (152 / 56 * (1 - 8 / 16)), s:mean("score", { deff = true }):rows()[1].deff)
  end)
  it("has_two_names", function()
    local s = schools()
    fails('deff', s.mean, s, "score", { deff = "kish" })
  end)
end)

describe("degrees of freedom", function()
  it("are_those_of_the_group_or_of_the_design", function()
    local s = schools():where "school in ('a', 'b')"
    assert.equal(1, s:mean("score"):rows()[1].df)
    assert.equal(3, s:mean("score", { df = "design" }):rows()[1].df)
    assert.equal(1, s:median("score"):rows()[1].df)
    assert.equal(3, s:median("score", { df = "design" }):rows()[1].df)
  end)
  it("of_one_cluster_are_none", function()
    local row = schools():where "school = 'a'":mean("score"):rows()[1]
    near(9, row.value)
    assert.is_nil(row.low)
    assert.truthy(row.note:find("no degrees of freedom", 1, true))
  end)
end)

describe("a quantile", function()
  -- Nine small answers of 2 stand before the first heavy one: the rule takes 2 from 0.14 on, and
  -- the next value begins beyond both limits of F(2).
  it("says_that_both_limits_are_the_same_answer", function()
    local scale, weight, stratum = {}, {}, {}
    for i = 1, 16 do
      scale[i] = i == 1 and 1 or i <= 10 and 2 or i - 8
      weight[i] = i <= 10 and 1 or 10
      stratum[i] = (i <= 10 or i == 16) and "a" or "b"
    end
    local s = bilan.survey { scale = scale, weight = weight, stratum = stratum }
    s = s:design { weights = "weight", strata = "stratum" }
    local row = s:quantile("scale", { p = 5 / 70, rule = "shahvaish" }):rows()[1]
    assert.equal(2, row.low)
    assert.equal(2, row.high)
    assert.equal("both limits are the same answer: many gave it", row.note)
  end)
end)
