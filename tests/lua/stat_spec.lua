-- stat_spec.lua - bilan.stat as scripts call it: the reference cases, the shape of results, and
-- what each function says when it is called wrongly.
local stat = require "bilan".stat

-- Reference results of R 4.2.2 (base), one {fn, args, expect, tol} a case.
local cases = dofile("tests/oracle/classic.lua")

local function close(got, want, tolerance)
  if type(got) ~= "number" then return false end
  return got == want or math.abs(got - want) <= tolerance * math.abs(want) + 1e-14
end

-- The first field of a case that differs, in words; nil when all agree.
local function fault(case)
  local got = stat[case.fn:match("[%w_]+$")](table.unpack(case.args))
  if type(got) ~= "table" then got = { value = got } end
  local keys = {}
  for key in pairs(case.expect) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local seen = got[key]
    if seen == nil then seen = got[tonumber(key)] end
    if not close(seen, case.expect[key], case.tol) then
      return ("%s: got %s, want %s"):format(key, tostring(seen), tostring(case.expect[key]))
    end
  end
end

-- The message of a call that must fail.
local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok)
  return text
end

local function says(words, f, ...)
  local text = message(f, ...)
  assert.is_truthy(text:find(words, 1, true), text)
end

describe("bilan.stat", function()
  it("agrees with R on every reference case", function()
    for i, case in ipairs(cases) do assert.is_nil(fault(case), case.fn .. "#" .. i) end
    assert.is_true(#cases >= 546)
  end)

  describe("results", function()
    it("names method, base and note of an interval", function()
      local r = stat.proportion_ci(0, 12, { method = "logit" })
      assert.equal("logit", r.method)
      assert.equal(12, r.n)
      assert.equal("integer", math.type(r.n))
      assert.equal(0, r.low)
      assert.is_truthy(r.note:find("Clopper-Pearson", 1, true))
      assert.equal("wilson", stat.proportion_ci(3, 12).method)
      assert.is_nil(stat.proportion_ci(3, 12).note)
    end)

    it("leaves out figures that do not exist and says why", function()
      local r = stat.proportion_ci(0, 0)
      assert.is_nil(r.estimate)
      assert.equal("the base is 0", r.note)
      local t = stat.chi_squared({ { 3, 0 }, { 4, 0 } })
      assert.is_nil(t.p_value)
      assert.equal(0, t.df)
      assert.is_truthy(t.note:find("no test", 1, true))
      local same = stat.t_test({ 2, 2, 2 })
      assert.equal(2, same.estimate)
      assert.is_nil(same.p_value)
    end)

    it("corrects for continuity only when asked", function()
      local rows = { { 254, 179 }, { 89, 140 } }
      assert.equal(0, stat.chi_squared(rows).correction)
      assert.equal(0.5, stat.chi_squared(rows, { correct = true }).correction)
    end)

    it("gives expected counts and residuals as rows", function()
      local r = stat.chi_squared({ { 10, 20 }, { 30, 40 } })
      assert.is_true(close(r.expected[1][1], 12, 1e-15) and close(r.expected[2][2], 42, 1e-15))
      assert.is_true(close(r.residuals[1][1], -2 / math.sqrt(12), 1e-14))
      assert.equal(2, #r.adjusted)
    end)

    it("keeps infinite limits of an odds ratio", function()
      local r = stat.fisher({ { 5, 0 }, { 2, 4 } })
      assert.equal(math.huge, r.odds_ratio)
      assert.equal(math.huge, r.high)
      assert.is_true(r.low > 0)
    end)

    it("repeats a simulation with the same seed", function()
      local rows = { { 4, 2, 6 }, { 3, 5, 1 }, { 2, 2, 7 } }
      local opts = { simulate = true, replicates = 500, seed = 9 }
      assert.equal(stat.fisher(rows, opts).p_value, stat.fisher(rows, opts).p_value)
      assert.equal("simulated", stat.fisher(rows, opts).method)
    end)

    it("rounds percentages that add up", function()
      assert.same({ 34, 33, 33 }, stat.round_percentages({ 1, 1, 1 }))
      assert.same({ 33, 33, 33 }, stat.round_percentages({ 1, 1, 1 }, { rule = "half_up" }))
      assert.same({ 33.4, 33.3, 33.3 }, stat.round_percentages({ 1, 1, 1 }, { decimals = 1 }))
      assert.equal("integer", math.type(stat.round_percentages({ 1, 1 })[1]))
    end)

    it("plans samples", function()
      assert.equal(385, stat.sample_size({ margin = 0.05 }).n)
      assert.equal(278, stat.sample_size({ margin = 0.05, population = 1000 }).n)
      assert.equal(77, stat.sample_size({ p1 = 0.5, p2 = 0.75, power = 0.9 }).n)
      assert.equal(86, stat.sample_size({ delta = 1, sd = 2, power = 0.9 }).n)
      assert.is_true(close(stat.power({ n = 50, p1 = 0.5, p2 = 0.75 }).power,
        0.740165901331388, 1e-12))
    end)

    it("takes values, or what describes them", function()
      local a = stat.t_test({ 1, 2, 3, 4 }, { 2, 4, 6 })
      local sd = math.sqrt(5 / 3)
      local b = stat.t_test({ n = 4, mean = 2.5, sd = sd }, { n = 3, mean = 4, sd = 2 })
      assert.is_true(close(a.p_value, b.p_value, 1e-12))
      assert.equal(stat.t_test({ 1, 3, 5 }, { 2, 2, 2 }, { paired = true }).p_value,
        stat.t_test({ -1, 1, 3 }).p_value)
    end)

    it("ranks values and tabulated values alike", function()
      local raw = stat.rank_sum({ 1, 2, 2, 3 }, { 2, 3, 3, 4 })
      local tab = stat.rank_sum_table({ { 1, 0 }, { 2, 1 }, { 1, 2 }, { 0, 1 } })
      assert.equal(raw.p_value, tab.p_value)
      assert.equal(raw.cliff_delta, stat.cliff_delta({ 1, 2, 2, 3 }, { 2, 3, 3, 4 }))
      local k = stat.kruskal({ { 1, 2, 2, 3 }, { 2, 3, 3, 4 } })
      local rows = { { 1, 0 }, { 2, 1 }, { 1, 2 }, { 0, 1 } }
      assert.equal(k.p_value, stat.kruskal_table(rows).p_value)
      assert.equal(1, k.df)
    end)

    it("pools strata", function()
      local r = stat.mantel_haenszel({ { { 10, 5 }, { 4, 9 } }, { { 8, 6 }, { 7, 12 } } })
      assert.is_true(r.low < r.odds_ratio and r.odds_ratio < r.high)
      assert.equal(2, r.strata)
    end)
  end)

  describe("refusals", function()
    it("name the argument, its value and what was expected", function()
      says("x is 12, more than n, which is 10", stat.proportion_ci, 12, 10)
      says("n is -1: expected a count of 0 or more", stat.proportion_ci, 0, -1)
      says("conf is 1: expected a number between 0 and 1", stat.proportion_ci, 1, 2, { conf = 1 })
      says("x is a string", stat.proportion_ci, "3", 2)
      says("fisher: a row, entry 2 is 1.5: expected a whole count", stat.fisher,
        { { 1, 1.5 }, { 2, 3 } })
      says("row 2 has 1 cells: expected 2", stat.chi_squared, { { 1, 2 }, { 3 } })
      says("entry 2 is 1.5: expected a number from 0 to 1", stat.p_adjust, { 0.5, 1.5 }, "holm")
      says("outside the domain: expected p from 0 to 1", stat.beta_quantile, 2, 1, 1)
    end)

    it("suggest the nearest name", function()
      says('unknown option "cnof"; did you mean "conf"?', stat.proportion_ci, 1, 2, { cnof = .9 })
      says('no method "wilsn"; did you mean "wilson"?', stat.proportion_ci, 1, 2,
        { method = "wilsn" })
      says('did you mean "newcombe"?', stat.difference_ci, 1, 2, 1, 2, { method = "newcomb" })
      says('did you mean "holm"?', stat.p_adjust, { .1 }, "holmm")
    end)

    it("do not accept what would be ignored", function()
      says("unknown option", stat.sample_size, { margin = 0.05, power = 0.8 })
      says("expected margin", stat.sample_size, {})
      says("does not go with exact", stat.mcnemar, { { 1, 2 }, { 3, 4 } },
        { exact = true, correct = true })
      says("expected true or false", stat.chi_squared, { { 1, 2 }, { 3, 4 } }, { correct = 1 })
      says("blaker needs whole counts", stat.proportion_ci, 1.5, 3, { method = "blaker" })
      says("same length", stat.t_test, { 1, 2 }, { 1 }, { paired = true })
    end)

    it("suggest simulation for tables too large to count", function()
      local rows = {}
      for i = 1, 5 do rows[i] = { 90 + i, 80 - i, 70 + 2 * i, 95, 60 + i, 75 - 3 * i } end
      says("use simulate", stat.fisher, rows, { limit = 20000 })
    end)
  end)
end)
