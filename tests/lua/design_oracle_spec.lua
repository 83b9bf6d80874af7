-- Designs against R's survey package: 196 reference cases (tests/oracle/api.lua) and some 800
-- more (design.lua), as they are and told otherwise: rows in another order, weights on another
-- scale, strata and clusters by other names. None of that may change an estimate.
local bilan = require "bilan"

local folder = "tests/oracle/"
local keys = { "level", "p", "term" }

local function close(got, want, tolerance)
  if type(want) ~= "number" then return got == want end
  if type(got) ~= "number" then return false end
  return got == want or math.abs(got - want) <= tolerance * math.abs(want) + 1e-14
end

-- Is this the record that a case expects figures of?
local function same_row(got, want)
  for _, key in ipairs(keys) do
    local wanted = want[key]
    if wanted ~= nil and got[key] ~= wanted and not close(got[key], wanted, 1e-12) then
      return false
    end
  end
  for item, level in pairs(want.by or {}) do
    if not got.by or got.by[item] ~= level then return false end
  end
  return true
end

local figures = { "value", "se", "low", "high", "df", "ddf", "deff", "statistic", "p_value",
  "estimate" }

-- What differs first between the rows of a result and a case, in words; nil when all agree.
-- `factor`: what totals are multiplied by.
local function fault(case, rows, factor)
  local totals = { value = true, se = true, low = true, high = true }
  for _, want in ipairs(case.expect) do
    local found
    for _, row in ipairs(rows) do if same_row(row, want) then found = row break end end
    local name = tostring(want.level or want.term or want.p or "the estimate")
    if not found then return "no row for " .. name end
    for _, figure in ipairs(figures) do
      local value = want[figure]
      if value and factor and totals[figure] then value = value * factor end
      if value ~= nil and not close(found[figure], value, case.tol) then
        return ("%s %s: got %s, want %s"):format(name, figure, tostring(found[figure]),
          tostring(value))
      end
    end
  end
end

local files = {}

-- The columns of a file as lists, read once.
local function columns_of(name)
  if files[name] then return files[name] end
  local survey, columns = bilan.read(folder .. "data/" .. name), {}
  for _, column in ipairs(survey:names()) do
    columns[#columns + 1] = { column, survey:column(column) }
  end
  files[name] = { columns = columns, rows = #survey, survey = survey }
  return files[name]
end

-- A list of the numbers 1 to n in an order of its own, the same every time.
local function shuffled(n)
  local order, state = {}, 12345
  for i = 1, n do order[i] = i end
  for i = n, 2, -1 do
    state = (state * 1103515245 + 12345) % 2147483648
    local j = state // 65536 % i + 1
    order[i], order[j] = order[j], order[i]
  end
  return order
end

local function reordered(file)
  local order, columns = shuffled(file.rows), {}
  for i, pair in ipairs(file.columns) do
    local values = {}
    for row, from in ipairs(order) do values[row] = pair[2][from] end
    columns[i] = { pair[1], values }
  end
  return bilan.survey(columns)
end

-- The steps of a case with the design told in another way; `survey` gets the columns it needs.
local function redesigned(survey, steps, change)
  local told = {}
  for i, step in ipairs(steps) do
    told[i] = step
    if step[1] == "design" then
      local spec = {}
      for key, value in pairs(step[2]) do spec[key] = value end
      survey = change(survey, spec)
      told[i] = { "design", spec }
    end
  end
  return survey, told
end

local scale = 7.3

local function scaled(survey, spec)
  if not spec.weights then return survey end
  survey = survey:derive { scaled_weight = ("%s * %s"):format(spec.weights, scale) }
  spec.weights = "scaled_weight"
  return survey
end

local function has_weights(case)
  for _, step in ipairs(case.steps) do
    if step[1] == "design" and not step[2].weights then return false end
  end
  return true
end

local function renamed(survey, spec)
  if type(spec.strata) == "string" then
    survey = survey:derive { other_strata = ("'stratum ' || %s"):format(spec.strata) }
    spec.strata = "other_strata"
  end
  if spec.clusters then
    local clusters = {}
    for stage, name in ipairs(spec.clusters) do
      clusters[stage] = "other_cluster_" .. stage
      survey = survey:derive { [clusters[stage]] = ("'c' || (100000 - %s)"):format(name) }
    end
    spec.clusters = clusters
  end
  return survey
end

local function run(case, survey, steps)
  for _, step in ipairs(steps) do survey = survey[step[1]](survey, table.unpack(step, 2)) end
  return survey[case.op](survey, table.unpack(case.args)):rows()
end

-- All faults of a set of cases, run in a way that `make` tells: survey, steps, scale of totals.
local function faults_of(cases, make, passes)
  local faults, count = {}, 0
  for _, case in ipairs(cases) do
    if not passes or passes(case) then
      count = count + 1
      local file = columns_of(case.data)
      local ok, why = pcall(function()
        local survey, steps, factor = make(file, case)
        return fault(case, run(case, survey, steps), factor)
      end)
      if why then faults[#faults + 1] = ("%s: %s"):format(case.id, ok and why or tostring(why)) end
    end
  end
  assert.is_true(count > 0)
  return table.concat(faults, "\n")
end

local function as_told(file, case) return file.survey, case.steps end
local function in_other_order(file, case) return reordered(file), case.steps end

local function on_other_scale(file, case)
  local survey, steps = redesigned(file.survey, case.steps, scaled)
  return survey, steps, case.op == "total" and has_weights(case) and scale or nil
end

local function by_other_names(file, case) return redesigned(file.survey, case.steps, renamed) end

-- R ranks tied answers of unequal weight by their place in the file.
local function order_free(case) return case.op ~= "rank_test" end

local keeps_scale = { design = true, where = true, to_replicates = true, drop_rows = true }

-- Does the scale of the weights leave all figures but totals alone? What is calibrated ends at
-- its targets.
local function scale_free(case)
  for _, step in ipairs(case.steps) do
    if not keeps_scale[step[1]] then return false end
  end
  for _, want in ipairs(case.expect) do
    if want.deff then return false end -- its denominator knows the population's size
  end
  return true
end

for _, name in ipairs { "api", "design" } do
  local cases = dofile(folder .. name .. ".lua")
  describe(("the %d cases of %s.lua"):format(#cases, name), function()
    it("agree with R", function() assert.equal("", faults_of(cases, as_told)) end)
    it("agree with rows in another order", function()
      assert.equal("", faults_of(cases, in_other_order, order_free))
    end)
    it("agree with weights on another scale", function()
      assert.equal("", faults_of(cases, on_other_scale, scale_free))
    end)
    it("agree with strata and clusters under other names", function()
      assert.equal("", faults_of(cases, by_other_names))
    end)
  end)
end

describe("rank tests of tied answers", function()
  it("do not depend on the order of rows when ties share their ranks", function()
    local file = columns_of "apistrat.csv"
    local function statistic(survey)
      local sample = survey:design { weights = "pw", strata = "stype" }
      local test = sample:rank_test("api00", { by = "comp_imp", ties = "shared" })
      return test:rows()[1].statistic
    end
    local told = statistic(file.survey)
    assert.is_true(close(statistic(reordered(file)), told, 1e-12))
  end)
end)
