--- Shares by design from scripts: the usual interval, its names, design effects, several answers
-- across. The variances themselves are checked against R in tests/unit/test_share_design.c.
local bilan = require "bilan"

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

local function near(want, got)
  assert.is_true(type(got) == "number" and math.abs(want - got) <= 1e-12,
    ("expected %s, got %s"):format(want, got))
end

-- Twelve rows in six schools of weight 1 or 3; two options, both ticked in places.
local function pupils(design)
  local s = bilan.survey {
    { "school", { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 } },
    { "weight", { 1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 0 } },
    { "answer", { "yes", "no", "yes", "yes", "no", "no", "yes", "no", "yes", "yes", "no", "yes" } },
    { "maths", { 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1 } },
    { "music", { 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1 } },
  }
  s = s:group { choice = { "maths", "music" } }
  return design and s:design { weights = "weight", clusters = "school" } or s
end

-- By school: sums of w and of w * yes. V = 6/5 sum of ((y - p w) / W)^2.
local schools = { { 2, 1 }, { 6, 6 }, { 2, 0 }, { 6, 3 }, { 2, 2 }, { 3, 0 } }
local W <const>, yes <const> = 21, 12
local function variance()
  local sum = 0
  for _, s in ipairs(schools) do sum = sum + ((s[2] - yes / W * s[1]) / W) ^ 2 end
  return 6 / 5 * sum
end

describe("a share by design", function()
  it("has_the_variance_of_its_clusters_and_leaves_weight_0_out_of_n", function()
    local row = pupils(true):proportion("answer"):get { level = "yes" }
    near(yes / W, row.value)
    near(variance(), row.se ^ 2)
    assert.equal(11, row.n)
    assert.equal(6, row.count)
    assert.equal(5, row.df)
    near(W ^ 2 / (6 + 5 * 9), row.effective_n)
  end)

  it("has_no_standard_error_of_rounding_in_a_single_cluster", function()
    local s = bilan.survey {
      { "school", { 1, 1, 2, 2, 3, 3 } }, { "weight", { 32, 8, 3, 1, 2, 5 } },
      { "answer", { "yes", "no", "yes", "no", "yes", "no" } },
    }
    local one = s:design { weights = "weight", clusters = "school" }:where "school = 1"
    local row = one:proportion("answer", { level = "yes" }):rows()[1]
    near(0.8, row.value)
    assert.equal(0, row.df)
    assert.is_nil(row.se)
    assert.is_nil(row.low)
    assert.truthy(row.note)
  end)

  it("has_the_logit_interval_on_the_designs_degrees_of_freedom", function()
    local result = pupils(true):proportion("answer")
    local row, p = result:get { level = "yes" }, yes / W
    local half = bilan.stat.t_quantile(0.975, 5) * math.sqrt(variance()) / (p * (1 - p))
    near(1 / (1 + math.exp(-(math.log(p / (1 - p)) - half))), row.low)
    near(1 / (1 + math.exp(-(math.log(p / (1 - p)) + half))), row.high)
    assert.truthy(tostring(result):find("logit", 1, true))
    local plain = pupils(false):proportion("answer")
    assert.truthy(tostring(plain):find("Wilson", 1, true))
    assert.is_nil(plain:rows()[1].effective_n)
  end)

  it("knows_the_other_names_of_an_interval", function()
    local s = pupils(true)
    local function low(ci) return s:proportion("answer", { ci = ci }):get { level = "yes" }.low end
    assert.equal(low "beta", low "kg_r")
    assert.equal(low "korn_graubard", low "kg_nchs")
    near(low "logit", low "xlogit")
    local nchs = s:proportion("answer", { ci = "kg_nchs" })
    assert.truthy(tostring(nchs):find("Korn-Graubard", 1, true))
  end)

  it("refuses_plain_intervals_and_names_the_one_to_take", function()
    local s = pupils(true)
    for name, instead in pairs { jeffreys = "korn_graubard", clopper_pearson = "korn_graubard",
      mid_p = "korn_graubard", blaker = "korn_graubard", wilson_cc = "wilson",
      agresti_coull = "wilson" } do
      fails('knows no design: use "' .. instead .. '"', s.proportion, s, "answer", { ci = name })
      assert.is_number(pupils(false):proportion("answer", { ci = name }):rows()[1].low)
    end
    fails('did you mean "logit"', s.proportion, s, "answer", { ci = "logitt" })
  end)

  it("names_the_denominator_of_a_design_effect", function()
    local s = pupils(true)
    local function deff(how) return s:proportion("answer", { deff = how }):get { level = "yes" }.deff end
    local p = yes / W
    near(variance() / (p * (1 - p) / 10), deff "replace")
    assert.equal(deff "wr", deff "replace")
    near(deff "wr" / (1 - 11 / W), deff(true))
    assert.equal(deff "wor", deff(true))
    assert.is_nil(deff(nil))
    assert.is_nil(deff(false))
    fails('no deff "no"', s.proportion, s, "answer", { deff = "no" })
  end)

  it("does_not_depend_on_the_scale_of_the_weights", function()
    local one = pupils(true):proportion("answer", { deff = "wr" }):get { level = "yes" }
    local seven = pupils(false):derive { heavy = "7 * weight" }
      :design { weights = "heavy", clusters = "school" }
      :proportion("answer", { deff = "wr" }):get { level = "yes" }
    for _, figure in ipairs { "value", "se", "low", "high", "df", "deff", "effective_n" } do
      near(one[figure], seven[figure])
    end
    near(7 * one.weighted_n, seven.weighted_n)
  end)

  it("says_why_a_design_effect_is_absent", function()
    local s = pupils(false):derive { one = "1" }:design { weights = "one" }
    local row = s:proportion("answer", { deff = true }):get { level = "yes" }
    assert.is_nil(row.deff)
    assert.truthy(row.note:find("weights do not sum to a population", 1, true))
  end)

  it("has_a_real_interval_at_0_and_100_percent", function()
    local row = pupils(true):proportion("answer", { level = "yes", by = "school", df = "design" })
      :get { school = 2 }
    local n = 2 * math.min(1, (bilan.stat.t_quantile(0.975, 1) / bilan.stat.t_quantile(0.975, 5)) ^ 2)
    near(1, row.high)
    near(1 - bilan.stat.beta_quantile(0.975, 1, n), row.low)
    assert.truthy(row.note:find("Korn and Graubard", 1, true))
    local alone = pupils(true):proportion("answer", { level = "yes", by = "school" })
      :get { school = 2 }
    assert.is_nil(alone.low)
    assert.truthy(alone.note:find("no degrees of freedom", 1, true))
  end)
end)

describe("a cross-table with several answers across", function()
  it("has_their_options_as_columns_and_those_asked_as_the_total", function()
    local x = pupils(true):crosstab("answer", "choice", { letters = true, smallest = 1 })
    local maths = x:get { level = "yes", choice = "maths" }
    local music = x:get { level = "yes", choice = "music" }
    assert.equal(7, maths.n)
    assert.equal(6, music.n)
    near(12 / 13, maths.value)
    near(4 / 12, music.value)
    assert.is_number(maths.se)
    assert.truthy(tostring(x):find("maths", 1, true))
  end)

  it("compares_columns_that_share_respondents_without_a_design_too", function()
    local x = pupils(false):crosstab("answer", "choice", { letters = true, smallest = 1 })
    assert.is_string(x:get { level = "yes", choice = "maths" }.letters)
    local tests = pupils(false):crosstab("answer", "choice", { test = true })
    assert.truthy(tostring(tests):find("share respondents", 1, true))
  end)
end)

-- A cluster of each row says what no cluster says; only the way to the variance differs.
describe("rows drawn one by one", function()
  local columns, x = { { "id", {} }, { "weight", {} }, { "row", {} }, { "col", {} }, { "side", {} } }, 5
  for i = 1, 200 do
    x = x * 48271 % 2147483647
    columns[1][2][i], columns[2][2][i] = i, x % 7 == 0 and 0 or x % 97 / 8
    columns[3][2][i] = ({ "a", "b", "c", "d" })[x % 5 + 1] or bilan.missing.no_answer
    columns[4][2][i] = ({ "u", "v", "w" })[x // 5 % 4 + 1] or bilan.missing.refused
    columns[5][2][i] = x // 20 % 9 == 0 and "left" or "right"
  end
  local s = bilan.survey(columns)
  local simple = s:design { weights = "weight" }
  local clusters = s:design { weights = "weight", clusters = "id" }

  local function compare(ask)
    for _, where in ipairs { false, "id > 40", "row = 'a'" } do
      local a = ask(where and simple:where(where) or simple)
      local b = ask(where and clusters:where(where) or clusters)
      assert.equal(#b, #a)
      for i, row in b:each() do
        for _, key in ipairs { "value", "se", "low", "high", "df", "deff", "effective_n" } do
          if row[key] then near(row[key], a[i][key]) else assert.is_nil(a[i][key]) end
        end
        assert.equal(row.note, a[i].note)
      end
    end
  end

  it("have_the_variance_of_clusters_of_one_row", function()
    compare(function(d) return d:proportion("row", { by = "col", deff = "wr" }) end)
    compare(function(d) return d:freq("row", { nets = { ab = { "a", "b" } }, missing = "include" }) end)
    for _, percent in ipairs { "col", "row", "total", "none" } do
      compare(function(d) return d:crosstab("row", "col", { percent = percent }) end)
      compare(function(d) return d:crosstab("row", { "col", "side" }, { percent = percent }) end)
    end
  end)
end)
