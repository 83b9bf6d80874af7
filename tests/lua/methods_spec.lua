-- Named methods: versions drive the defaults of the verbs, and a pin holds them.
local bilan = require "bilan"
local methods = require "bilan.methods"

-- 40 respondents of 8 schools with many equal answers, weights that differ: our own generator.
local function survey()
  local seed, columns = 3, { score = {}, group = {}, school = {}, weight = {}, yes = {} }
  local function random(most)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % most + 1
  end
  for i = 1, 40 do
    columns.score[i] = random(4)
    columns.group[i] = random(2) == 1 and "a" or "b"
    columns.school[i] = "s" .. (i - 1) // 5
    columns.weight[i] = random(5)
    columns.yes[i] = random(4) == 1 and "yes" or "no"
  end
  columns.yes[7] = bilan.missing.no_answer
  return bilan.survey(columns)
end

local function designed() return survey():design { weights = "weight", clusters = "school" } end

local function figures(result)
  local out = {}
  for at, row in ipairs(result:rows()) do
    out[at] = { row.value or false, row.low or false, row.high or false, row.p_value or false }
  end
  return out
end

describe("methods", function()
  before_each(methods.reset)
  after_each(methods.reset)

  it("current_versions_are_the_defaults_of_before", function()
    assert.same(figures(designed():rank_test("score", { by = "group", ties = "file" })),
      figures(designed():rank_test("score", { by = "group" })))
    assert.same(figures(survey():quantile("score", { p = 0.3, rule = "shahvaish", ties = "rows" })),
      figures(survey():quantile("score", { p = 0.3, rule = "shahvaish" })))
    assert.same(figures(designed():proportion("yes", { ci = "logit" })),
      figures(designed():proportion "yes"))
    assert.same(figures(survey():proportion("yes", { ci = "wilson" })),
      figures(survey():proportion "yes"))
    assert.same(figures(designed():proportion("yes", { ci = "kg_nchs" })),
      figures(designed():proportion("yes", { ci = "korn_graubard" })))
  end)

  it("a_pin_changes_what_the_default_does", function()
    local s = designed()
    local before = figures(s:rank_test("score", { by = "group" }))
    bilan.methods { rank_test = 2, quantile = 2, korn_graubard = 1, share_interval = 2 }
    local after = figures(s:rank_test("score", { by = "group" }))
    assert.same(figures(s:rank_test("score", { by = "group", ties = "shared" })), after)
    assert.are_not.same(before, after)
    assert.same(figures(s:quantile("score", { p = 0.3, rule = "shahvaish", ties = "summed" })),
      figures(s:quantile("score", { p = 0.3, rule = "shahvaish" })))
    assert.same(figures(s:proportion("yes", { ci = "kg_r" })),
      figures(s:proportion("yes", { ci = "korn_graubard" })))
    assert.same(figures(s:proportion("yes", { ci = "kg_r" })), figures(s:proportion "yes"))
    assert.same(figures(s:freq("yes", { ci = "kg_r" })), figures(s:freq "yes"))
    assert.same(figures(s:crosstab("yes", "group", { ci = "kg_r" })),
      figures(s:crosstab("yes", "group")))
  end)

  it("versions_of_one_method_do_differ", function()
    local s = designed()
    local function differ(a, b) assert.are_not.same(figures(a), figures(b)) end
    local shares = { 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8 }
    differ(s:quantile("score", { p = shares, rule = "shahvaish", ties = "rows" }),
      s:quantile("score", { p = shares, rule = "shahvaish", ties = "summed" }))
    differ(s:proportion("yes", { ci = "kg_r" }), s:proportion("yes", { ci = "kg_nchs" }))
    differ(s:proportion("yes", { ci = "logit" }), s:proportion("yes", { ci = "kg_nchs" }))
  end)

  it("an_option_of_the_script_is_stronger_than_a_pin", function()
    local s = designed()
    local before = figures(s:rank_test("score", { by = "group", ties = "file" }))
    bilan.methods { rank_test = 2 }
    assert.same(before, figures(s:rank_test("score", { by = "group", ties = "file" })))
    assert.equal(1, methods.version_of("rank_test", "ties", "file"))
    assert.equal(2, methods.version_of("rank_test", "ties"))
  end)

  it("a_pin_is_stronger_than_what_was_recorded_and_that_than_the_current", function()
    assert.equal(1, methods.version "rank_test")
    assert.same({}, methods.recall { rank_test = 2, quantile = 2 })
    assert.equal(2, methods.version "rank_test")
    bilan.methods { rank_test = 1 }
    assert.equal(1, methods.version "rank_test")
    assert.equal(2, methods.version "quantile")
    assert.equal(2, methods.in_effect().quantile)
    methods.reset()
    assert.equal(1, methods.version "quantile")
  end)

  it("recorded_methods_that_are_gone_are_named", function()
    assert.same({ "old_method", "rank_test" },
      methods.recall { old_method = 1, rank_test = 9, quantile = 1 })
  end)

  it("refuses_unknown_names_and_versions", function()
    assert.error_matches(function() bilan.methods { rank_tset = 1 } end,
      'unknown method "rank_tset"; did you mean "rank_test"%?')
    assert.error_matches(function() bilan.methods { rank_test = 3 } end,
      '"rank_test" has the versions 1 to 2, not 3')
    assert.error_matches(function() bilan.methods { wilson = 2 } end, '"wilson" has the version 1, not 2')
    assert.error_matches(function() bilan.methods { quantile = "2" } end, "not 2")
    assert.equal(1, methods.version "quantile")
  end)

  it("lists_what_each_version_does_and_its_source", function()
    bilan.methods { quantile = 2 }
    local text = require("bilan.output.export").csv(bilan.methods())
    assert.truthy(text:find "quantile,1,,each respondent is a point")
    assert.truthy(text:find "quantile,2,yes,each value is one point")
    assert.truthy(text:find("Hyndman", 1, true))
  end)
end)
