-- Regressions against R's survey package (tests/oracle/glm.R), the formula's grammar, what is said in
-- words, and the table and chart of a model.
local bilan = require "bilan"
local formula = require "bilan.formula"

local cases = dofile "tests/oracle/glm.lua"
local sample = bilan.read "tests/oracle/glm.csv"

local function thirds()
  local list = {}
  for i = 1, 24 do list[i] = 2 / 3 end
  return list
end

-- The sample as drawn, under each design of the cases.
local designs = {
  none = sample,
  taylor = sample:design { weights = "w", strata = "stratum", clusters = { "psu" }, nest = true },
  jkn = sample:replicates { weights = "w", replicate_weights = "^rw%d+$", kind = "jkn",
    rscales = thirds() },
}
designs.post = designs.taylor:poststratify("f", { high = 200, low = 210, mid = 240 })

local function close(got, want, tolerance, what)
  if want == nil then
    assert.is_nil(got, what)
    return
  end
  assert.is_number(got, what)
  local room = tolerance * math.max(math.abs(want), 1e-6)
  if math.abs(got - want) > room then
    error(("%s: got %.17g, expected %.17g"):format(what, got, want), 2)
  end
end

local figures = { "value", "se", "low", "high", "statistic", "df", "p_value" }

local function fitted(case)
  local survey = designs[case.design]
  if case.where then survey = survey:where(case.where) end
  return survey[case.verb](survey, case.formula, case.opts)
end

-- Rows that have a coefficient, by term.
local function by_term(result)
  local rows, count = {}, 0
  for _, row in ipairs(result:rows()) do
    rows[row.term] = row
    if row.value then count = count + 1 end
  end
  return rows, count
end

describe("regression", function()
  for _, case in ipairs(cases) do
    it("agrees with R: " .. case.id, function()
      local result = fitted(case)
      local rows, count = by_term(result)
      assert.are.equal(#case.rows, count)
      for _, want in ipairs(case.rows) do
        local row = assert(rows[want.term], want.term)
        for _, key in ipairs(figures) do
          close(row[key], want[key], 1e-8, want.term .. " " .. key)
        end
        assert.are.equal(case.n, row.n)
      end
      local model = result.model
      close(model.deviance, case.deviance or model.deviance, 1e-8, "deviance")
      if case.dispersion and case.design ~= "jkn" then
        close(model.dispersion, case.dispersion, 1e-8, "dispersion")
      end
      local tests = {}
      for _, test in ipairs(result.tests) do tests[test.term] = test end
      for _, want in ipairs(case.tests) do
        local test = assert(tests[want.term], want.term)
        assert.are.equal(want.df, test.df)
        for _, key in ipairs { "statistic", "ddf", "p_value" } do
          close(test[key], want[key], 1e-8, want.term .. " F " .. key)
        end
      end
    end)
  end

  it("gives the same whatever the order of the rows", function()
    local order = {}
    for i = 1, #sample do order[i] = (i * 119) % #sample + 1 end -- 119 and 288 have no divisor
    local columns = {}
    for _, name in ipairs { "y", "x", "f", "h", "w", "stratum", "psu", "b" } do
      local values, turned = sample:column(name), {}
      for i, from in ipairs(order) do turned[i] = values[from] end
      columns[name] = turned
    end
    local turned = bilan.survey(columns):design { weights = "w", strata = "stratum",
      clusters = { "psu" }, nest = true }
    for _, text in ipairs { "y ~ x * f", "b ~ x + h" } do
      local a = by_term(designs.taylor:glm(text, { epsilon = 0 }))
      local b = by_term(turned:glm(text, { epsilon = 0 }))
      for term, row in pairs(a) do
        close(b[term].value, row.value, 1e-11, term)
        close(b[term].se, row.se, 1e-11, term)
      end
    end
  end)

  it("does not depend on the scale of the weights", function()
    local scaled = sample:derive { w10 = "w * 1000" }:design { weights = "w10", strata = "stratum",
      clusters = { "psu" }, nest = true }
    local a, b = designs.taylor:glm "y ~ x + f", scaled:glm "y ~ x + f"
    for i, row in ipairs(a:rows()) do
      close(b:rows()[i].value, row.value, 1e-12, row.term)
      close(b:rows()[i].se, row.se, 1e-12, row.term)
    end
  end)

  it("counts those who left the model, by kind", function()
    local row = designs.taylor:glm("y ~ xm + fm"):rows()[1]
    local missing = 0
    local xm, fm = sample:column "xm", sample:column "fm"
    for i = 1, #sample do
      if type(xm[i]) ~= "number" or type(fm[i]) ~= "string" then missing = missing + 1 end
    end
    assert.are.equal(missing, row.missing)
    assert.are.equal(#sample - missing, row.n)
    assert.are.same({ ["no answer"] = missing }, row.missing_kinds)
  end)

  it("takes another reference", function()
    local result = designs.taylor:glm("y ~ x + f", { reference = { f = "mid" } })
    local other = by_term(designs.taylor:glm("y ~ x + f"))
    local rows = by_term(result)
    assert.is_nil(rows.fmid)
    close(rows.fhigh.value, -other.fmid.value, 1e-10, "fhigh")
    close(rows.flow.value, other.flow.value - other.fmid.value, 1e-10, "flow")
    assert.has_error(function() designs.taylor:glm("y ~ x", { reference = { f = "mid" } }) end,
      'glm: reference: "f" is no item of the formula')
    assert.error_matches(function() designs.taylor:glm("y ~ f", { reference = { f = "mild" } }) end,
      'no level "mild"')
    assert.error_matches(function() designs.taylor:glm("y ~ x", { reference = { x = "9" } }) end,
      'reference: "x" is a number')
  end)

  it("puts levels in the order of the codebook where there is one", function()
    local book = { items = { { id = "f", kind = "single", levels = { "mid", "low", "high" } } } }
    local survey = bilan.read("tests/oracle/glm.csv", { codebook = book })
    local names = {}
    for i, row in ipairs(survey:glm("y ~ f"):rows()) do names[i] = row.term end
    assert.are.same({ "(Intercept)", "flow", "fhigh" }, names)
  end)

  it("exponentiates coefficients and limits, not thresholds", function()
    local plain = designs.taylor:glm("b ~ x", { family = "binomial" }):get { term = "x" }
    local odds = designs.taylor:glm("b ~ x", { family = "binomial", exponentiate = true })
    local row = odds:get { term = "x" }
    close(row.value, math.exp(plain.value), 1e-14, "value")
    close(row.low, math.exp(plain.low), 1e-14, "low")
    close(row.high, math.exp(plain.high), 1e-14, "high")
    assert.is_nil(row.se)
    assert.are.equal(plain.p_value, row.p_value)
    local a = designs.taylor:ordinal("o ~ x"):get { term = "1 poor|2 fair" }
    local b = designs.taylor:ordinal("o ~ x", { exponentiate = true }):get { term = "1 poor|2 fair" }
    assert.are.equal(a.value, b.value)
    assert.is_true(b.threshold)
  end)

  it("says which column depends on the others", function()
    local row = designs.taylor:glm("y ~ x + x2"):get { term = "x2" }
    assert.is_nil(row.value)
    assert.are.equal("depends on the terms before it: no coefficient of its own", row.note)
    assert.is_true(row.aliased)
  end)

  it("says that no degrees of freedom are left", function()
    local result = designs.taylor:where "stratum <= 2":glm "y ~ x + z + h + f"
    for _, row in ipairs(result:rows()) do
      assert.is_number(row.value)
      assert.is_nil(row.low)
      assert.is_nil(row.p_value)
      assert.are.equal("as many coefficients as independent units: no degrees of freedom left", row.note)
    end
    assert.is_truthy(result.tests[1].note)
  end)

  it("gives no standard error where the model fits exactly", function()
    local result = designs.taylor:derive { twice = "2 * x + 1" }:glm "twice ~ x + f"
    local rows = by_term(result)
    close(rows["(Intercept)"].value, 1, 1e-10, "intercept")
    close(rows.x.value, 2, 1e-12, "x")
    for _, row in pairs(rows) do
      assert.is_nil(row.se)
      assert.is_nil(row.p_value)
      assert.are.equal("no variance: the coefficient has no standard error", row.note)
    end
    assert.is_nil(result.tests[1].p_value)
    assert.are.equal("no variance: the coefficient has no standard error", result.tests[1].note)
  end)

  -- Two respondents of b and two coefficients for them: the line goes through both, and what its
  -- influences leave is rounding, 1e-14 of the coefficient.
  it("gives no standard error of rounding where some rows fit exactly", function()
    local s = bilan.survey { { "y", { 1.1, 2.3, 2.9, 4.25, 5.2, 7.7, 3.3 } },
      { "x", { 0.3, 1.7, 2.1, 2.2, 3.9, 4.4, 5.1 } }, { "g", { "a", "a", "a", "a", "a", "b", "b" } } }
    local rows = by_term(s:glm "y ~ x:g + g - 1")
    assert.is_number(rows.ga.se)
    for _, term in ipairs { "gb", "x:gb" } do
      assert.is_nil(rows[term].se)
      assert.is_nil(rows[term].statistic)
      assert.is_nil(rows[term].low)
      assert.are.equal("no variance: the coefficient has no standard error", rows[term].note)
    end
    assert.is_nil(s:glm("y ~ x:g + g - 1").tests[1].statistic)
  end)

  it("takes the degrees of the whole design when told to", function()
    local part = designs.taylor:where "stratum <= 3"
    assert.are.equal(6 - 1, part:glm("y ~ x").model.ddf)
    assert.are.equal(16 - 1, part:glm("y ~ x", { df = "design" }).model.ddf)
  end)

  it("names the coefficient that separates the answers", function()
    local survey = sample:derive { sure = "case when x > 10 then 1 else 0 end" }
    assert.error_matches(function() survey:glm("sure ~ z + x", { family = "binomial" }) end,
      '"x" separates the answers: its coefficient has no finite estimate')
    local half = sample:derive { never = "case when h = 'yes' then b else 0 end" }
    assert.error_matches(function() half:glm("never ~ x + h", { family = "binomial" }) end,
      '"hyes" separates the answers')
    assert.error_matches(function() half:glm("never ~ x + h", { family = "poisson" }) end,
      '"hyes" separates the answers')
    local ranks = sample:derive { rank = "case when x > 12 then 'c' when x > 9 then 'b' else 'a' end" }
    assert.error_matches(function() ranks:ordinal "rank ~ z + x" end, '"x" separates the answers')
  end)

  it("says what it cannot fit", function()
    local function fails(text, opts, message)
      assert.error_matches(function() sample:glm(text, opts) end, message)
    end
    fails("I(b * 0) ~ x", { family = "poisson" }, "every answer is 0: there is nothing to explain")
    fails("I(b * 0 + 1) ~ x", { family = "binomial" }, "every answer is 1: there is nothing to explain")
    fails("z ~ x", { family = "binomial" }, "row 1 answers .*: a binomial model takes 0 and 1")
    fails("I(0 - x) ~ z", { family = "poisson" }, "row 1 answers .*: a poisson model takes counts")
    fails("o ~ x", { family = "binomial" }, "explains a yes or no")
    fails("f ~ x", {}, 'has no numbers')
    fails("y ~ xx", {}, 'no item "xx"')
    fails("y ~ x", { family = "normal" }, "normal")
    fails("y ~ x", { link = "logit" }, "identity or log")
    fails("y ~ x", { exponential = true }, 'did you mean "exponentiate"')
    for _, survey in ipairs { sample, designs.taylor } do -- the best coefficients lead to a share of 1
      assert.error_matches(function() survey:glm("b ~ x + h", { family = "binomial", link = "log" }) end,
        "log link does not converge")
    end
    assert.matches("no row has an answer", tostring(sample:where "x > 1000":glm "y ~ x"))
    assert.error_matches(function() sample:where "f = 'low'":glm "y ~ f" end, "one level")
    assert.error_matches(function() sample:ordinal "h ~ x" end, "2 levels")
    assert.error_matches(function() sample:ordinal "o ~ x - 1" end, "thresholds")
  end)

  it("keeps zero weights out of the base", function()
    local survey = sample:derive { w0 = "case when stratum = 1 then 0 else w end" }
    local zero = survey:design { weights = "w0", strata = "stratum", clusters = { "psu" }, nest = true }
    local domain = designs.taylor:where "stratum > 1"
    for i, row in ipairs(domain:glm("y ~ x + f"):rows()) do
      local got = zero:glm("y ~ x + f"):rows()[i]
      close(got.value, row.value, 1e-12, row.term)
      close(got.se, row.se, 1e-12, row.term)
      assert.are.equal(row.n, got.n)
      assert.are.equal(row.df, got.df)
    end
  end)

  it("writes terms, tests and the method under the table", function()
    local text = designs.taylor:glm("b ~ x + f", { family = "binomial", exponentiate = true }):to_text()
    for _, words in ipairs { "(Intercept)", "flow", "Wald test (f): F = ", "odds ratios",
      "binomial family, logit link" } do
      assert.is_truthy(text:find(words, 1, true), words .. " in\n" .. text)
    end
    local french = designs.taylor:glm("y ~ x + x2", { lang = "fr" }):to_text { width = 200 }
    assert.is_truthy(french:find("pas de coefficient propre", 1, true), french)
  end)

  it("draws coefficients with a line where there is no effect", function()
    local plain = bilan.chart.dots(designs.taylor:glm "y ~ x + f")
    assert.is_truthy(plain.svg:find "<svg")
    assert.is_nil(plain.description:find("(Intercept)", 1, true))
    local odds = bilan.chart.dots(designs.taylor:glm("b ~ x + f", { family = "binomial",
      exponentiate = true }))
    assert.is_truthy(odds.svg:find "<svg")
    local all = bilan.chart.dots(designs.taylor:glm "y ~ x + f", { level = { "(Intercept)", "x" } })
    assert.is_truthy(all.description:find("(Intercept)", 1, true))
  end)
end)

describe("formula", function()
  local function terms(text)
    local parsed, out = formula.parse("y ~ " .. text), {}
    for i, term in ipairs(parsed.terms) do
      local names = {}
      for k, place in ipairs(term) do names[k] = parsed.atoms[place] end
      out[i] = table.concat(names, ":")
    end
    return table.concat(out, " + "), parsed.intercept
  end

  local same = {
    { "a", "a" }, { "a + b", "a + b" }, { "a:b", "a:b" }, { "a*b", "a + b + a:b" },
    { "a*b + c", "a + b + c + a:b" }, { "(a + b):c", "a:c + b:c" },
    { "(a + b + c)^2", "a + b + c + a:b + a:c + b:c" }, { "a*b*c - a:b:c",
      "a + b + c + a:b + a:c + b:c" }, { "b:a + b:a + a:b", "b:a" }, { "a + b - a", "b" },
    { "a >= 15", "a >= 15" }, { "a > -1 + b", "a > -1 + b" }, { "log(a + 1) + b", "log(a + 1) + b" },
    { "I(a + b):c", "I(a + b):c" }, { "f = 'x + y' + b", "f = 'x + y' + b" },
    { '"a + b" + c', '"a + b" + c' }, { "(a + b) / 2 + c", "(a + b) / 2 + c" },
    { "a in (1, 2)*b", "a in (1, 2) + b + a in (1, 2):b" }, { "a between -1 and 2", "a between -1 and 2" },
    { "a < 1e-3 + b", "a < 1e-3 + b" }, { "f = 'l''été' + b", "f = 'l''été' + b" },
  }
  for _, pair in ipairs(same) do
    it("reads " .. pair[1], function()
      local got, intercept = terms(pair[1])
      assert.are.equal(pair[2], got)
      assert.is_true(intercept)
    end)
  end

  it("leaves the intercept out where told", function()
    for _, text in ipairs { "a - 1", "a + 0", "-1 + a", "0 + a" } do
      local got, intercept = terms(text)
      assert.are.equal("a", got, text)
      assert.is_false(intercept, text)
    end
    assert.is_true(select(2, terms "a - 1 + 1"))
  end)

  it("says what is wrong", function()
    for text, message in pairs { ["y"] = "expected", ["~ x"] = "expected", ["y ~ "] = "expected",
      ["y ~ a + (b"] = "not closed", ["y ~ a)"] = "bracket too many", ["y ~ a + 'b"] = "not closed",
      ["y ~ a : + b"] = "missing", ["y ~ ."] = "name the items" } do
      assert.error_matches(function() formula.parse(text) end, message)
    end
  end)
end)
