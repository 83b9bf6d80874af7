-- Tests by design as scripts see them: which form of a test is made, what it is called, what is
-- refused and in which words. The figures are those of design_oracle_spec.lua and test_association.c.
local bilan = require "bilan"
local lang = require "bilan.output.lang"

local file = bilan.read "tests/oracle/data/apiclus1.csv"
local designed = file:design { weights = "pw", clusters = { "dnum" }, fpc = "fpc" }

local function one(result) return result:rows()[1] end

local function refused(words, call, ...)
  local ok, message = pcall(call, ...)
  assert.is_false(ok)
  assert.truthy(tostring(message):find(words, 1, true), tostring(message))
end

describe("a declared design", function()
  it("makes_f_the_default_and_says_so", function()
    assert.equal("Rao-Scott F (second order)", one(designed:independence("stype", "awards")).method)
    assert.equal("Pearson's chi-squared", one(file:independence("stype", "awards")).method)
  end)

  it("names_every_statistic_in_the_result", function()
    local seen = {}
    for _, statistic in ipairs { "F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint" } do
      local row = one(designed:independence("stype", "awards", { statistic = statistic }))
      assert.is_nil(seen[row.method])
      seen[row.method] = true
      assert.is_true(row.p_value > 0 and row.p_value < 1)
      assert.is_true(row.effect > 0 and row.effect < 1)
    end
  end)

  it("refuses_statistics_of_the_other_kind", function()
    for _, statistic in ipairs { "pearson", "likelihood_ratio", "fisher" } do
      refused('with a design take "F"', designed.independence, designed, "stype", "awards",
        { statistic = statistic })
    end
    refused('needs a design; without one take "pearson"', file.independence, file, "stype",
      "awards", { statistic = "adjWald" })
    refused("there is no such correction", designed.independence, designed, "sch_wide", "awards",
      { correct = true })
    refused("only with a declared design", file.rank_test, file, "api00",
      { by = "awards", test = "median" })
    refused("no common variance", designed.t_test, designed, "api00",
      { by = "awards", pooled = true })
    refused("take t_test", designed.rank_test, designed, "api99", { after = "api00" })
    refused("glm with the strata as a term", designed.mantel_haenszel, designed, "sch_wide",
      "awards", { strata = "stype" })
    refused("leave kind out", designed.mcnemar, designed, "sch_wide", "awards", { kind = "exact" })
  end)

  it("leaves_samples_without_one_as_they_were", function()
    assert.equal("Welch's t", one(file:t_test("api00", { by = "awards" })).method)
    assert.equal("Wilcoxon rank sum", one(file:rank_test("api00", { by = "awards" })).method)
    assert.equal("Cochran-Armitage",
      one(file:trend("awards", { level = "Yes", by = "stype" })).method)
  end)
end)

describe("two groups", function()
  it("are_compared_in_the_order_of_their_labels", function()
    local row = one(designed:t_test("api00", { by = "comp_imp" }))
    local named = one(designed:t_test("api00", { by = "comp_imp", from = "No", to = "Yes" }))
    assert.equal(named.value, row.value)
    assert.equal(row.value, row.estimate)
    local turned = one(designed:t_test("api00", { by = "comp_imp", from = "Yes", to = "No" }))
    assert.is_true(math.abs(row.value + turned.value) < 1e-9)
    assert.equal(one(designed:rank_test("api00", { by = "comp_imp" })).value,
      one(designed:rank_test("api00", { by = "comp_imp", from = "No", to = "Yes" })).value)
  end)

  it("are_compared_in_that_order_without_a_design_too_whatever_the_order_of_rows", function()
    local rows = { { "b", "b", "a", "a", "a" }, { 5, 6, 1, 2, 4 } }
    local function survey(from, to, step)
      local g, x = {}, {}
      for i = from, to, step do g[#g + 1], x[#x + 1] = rows[1][i], rows[2][i] end
      return bilan.survey { g = g, x = x }
    end
    for _, verb in ipairs { "t_test", "rank_test" } do
      local one_way, other = survey(1, 5, 1), survey(5, 1, -1)
      local there, back = one(one_way[verb](one_way, "x", { by = "g" })),
        one(other[verb](other, "x", { by = "g" }))
      local named = one(one_way[verb](one_way, "x", { by = "g", from = "a", to = "b" }))
      for _, field in ipairs { "value", "effect", "statistic" } do
        assert.equal(named[field], there[field], verb .. " " .. field)
        assert.equal(there[field], back[field], verb .. " " .. field)
      end
    end
    assert.is_true(one(survey(1, 5, 1):t_test("x", { by = "g" })).value > 0)
  end)

  it("keep_the_order_of_a_codebook", function()
    local book = bilan.codebook { items = { { id = "comp_imp", kind = "single",
      levels = { "Yes", "No" } } } }
    local ordered = bilan.read("tests/oracle/data/apiclus1.csv", { codebook = book })
      :design { weights = "pw", clusters = { "dnum" } }
    assert.is_true(one(ordered:t_test("api00", { by = "comp_imp" })).value < 0)
    assert.is_true(one(designed:t_test("api00", { by = "comp_imp" })).value > 0)
  end)

  it("differ_by_a_regression_on_the_group", function()
    local test = one(designed:t_test("api00", { by = "comp_imp" }))
    local slope = designed:glm("api00 ~ comp_imp"):get { term = "comp_impYes" }
    assert.is_true(math.abs(test.value / slope.value - 1) < 1e-10)
    assert.is_true(math.abs(test.se / slope.se - 1) < 1e-10)
    assert.is_true(math.abs(test.p_value / slope.p_value - 1) < 1e-8)
  end)
end)

-- d <- data.frame(y = c(1,4,2,NA,NA,NA,6,2,8,1,3,9), w = 1:12, g = rep(c("u","v"), 6),
--   c = rep(1:6, each = 2)); s <- svydesign(~c, weights = ~w, data = d)
-- svyttest(y ~ g, s); svyranktest(y ~ g, s); the same with svydesign(~1, ...)
describe("answers that are missing", function()
  local none = bilan.missing.no_answer
  local rows = bilan.survey { y = { 1, 4, 2, none, none, none, 6, 2, 8, 1, 3, 9 },
    w = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
    g = { "u", "v", "u", "v", "u", "v", "u", "v", "u", "v", "u", "v" },
    c = { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 } }

  local function expect(design, verb, statistic, df, p_value)
    local row = one(rows:design(design)[verb](rows:design(design), "y", { by = "g" }))
    assert.near(statistic, row.statistic, 1e-12)
    assert.equal(df, row.df)
    assert.near(p_value, row.p_value, 1e-12)
    assert.equal(3, row.missing)
  end

  it("leave_their_clusters_out_of_the_degrees_of_freedom_of_a_test", function()
    local clusters, units = { weights = "w", clusters = "c" }, { weights = "w" }
    expect(clusters, "t_test", -0.149902690955055, 3, 0.89035232676113)
    expect(clusters, "rank_test", -0.26352100603683, 3, 0.809212795354561)
    expect(units, "t_test", -0.209553989992915, 7, 0.839984037863102)
    expect(units, "rank_test", -0.342256858290879, 7, 0.742203937129417)
  end)
end)

describe("goodness of fit", function()
  local shares = { E = 4421, H = 755, M = 1018 }

  it("takes_shares_of_any_sum_in_any_order", function()
    local row = one(designed:goodness_of_fit("stype", { shares = shares }))
    local same = one(designed:goodness_of_fit("stype",
      { shares = { M = 1018 / 6194, E = 4421 / 6194, H = 755 / 6194 } }))
    assert.is_true(math.abs(row.p_value - 0.187970988871844) < 1e-9) -- svygofchisq
    assert.is_true(math.abs(row.statistic - same.statistic) < 1e-10)
    assert.equal("goodness of fit, Rao-Scott second order", row.method)
    assert.equal("goodness of fit, Pearson's chi-squared",
      one(file:goodness_of_fit("stype", { shares = shares })).method)
  end)

  it("says_what_is_wrong_with_the_shares", function()
    local call = designed.goodness_of_fit
    refused('no level "X"', call, designed, "stype", { shares = { E = 1, X = 1 } })
    refused('"M" has respondents and no share', call, designed, "stype",
      { shares = { E = 1, H = 1 } })
    refused("name the known shares", call, designed, "stype", {})
    refused("must be a number above 0", call, designed, "stype", { shares = { E = "1/2" } })
  end)

  it("has_no_figure_where_the_design_fixes_the_shares", function()
    local fixed = bilan.read("tests/oracle/data/apistrat.csv")
      :design { weights = "pw", strata = "stype", fpc = "fpc" }
    local row = one(fixed:goodness_of_fit("stype", { shares = shares }))
    assert.is_nil(row.p_value)
    assert.is_string(row.note)
  end)
end)

describe("methods", function()
  it("are_said_in_french_and_dutch", function()
    local results = {
      designed:independence("stype", "awards"), designed:t_test("api00", { by = "awards" }),
      designed:t_test("api99", { after = "api00" }), designed:t_test("api00", { mu = 600 }),
      designed:rank_test("api00", { by = "awards" }), designed:rank_test("api00", { by = "stype" }),
      designed:rank_test("api00", { by = "stype", test = "median" }),
      designed:rank_test("api00", { by = "stype", test = "vanderWaerden" }),
      designed:mcnemar("sch_wide", "awards"), designed:trend("awards", { level = "Yes", by = "stype" }),
      designed:goodness_of_fit("stype", { shares = { E = 1, H = 1, M = 1 }, order = "F" }),
    }
    for _, statistic in ipairs { "Chisq", "Wald", "adjWald", "lincom", "saddlepoint" } do
      results[#results + 1] = designed:independence("stype", "awards", { statistic = statistic })
    end
    for _, result in ipairs(results) do
      local method = one(result).method
      assert.not_equal(method, lang.translate("fr", method))
      assert.not_equal(method, lang.translate("nl", method))
    end
  end)
end)
