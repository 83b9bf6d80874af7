-- Surveys unlike the usual one: that nothing falls over, that every figure is the plain path's, and
-- what a row costs.   bilan run --trusted --memory 0 --timeout 0 odd.lua FILE REPS [unchecked]
-- Prints lines LAYOUT | rows | task | median | ns a row | memory of the process, bytes a row.
-- "unchecked" leaves the plain path out, which takes long on many rows.
local bilan = require "bilan"
local core = require "bilan.core"

local file, reps, unchecked = arg[1], tonumber(arg[2]), arg[3] == "unchecked"
local layout = file:match "([^/]+)%.csv$":gsub("%d+$", "")

local function near(a, b, tolerance)
  return a == b or type(a) == "number" and type(b) == "number"
    and math.abs(a - b) <= tolerance * math.max(math.abs(a), math.abs(b), 1e-6)
end

-- The same rows, with the same figures: counts exactly, sums and shares to 1e-12, errors to 1e-9.
local function check(what, made, plain)
  local a, b = made:rows(), plain:rows()
  assert(#a == #b, what .. ": other rows")
  for i, row in ipairs(a) do
    for _, field in ipairs { "level", "row", "banner", "col", "n", "count", "missing" } do
      assert(row[field] == b[i][field], ("%s: row %d: %s"):format(what, i, field))
    end
    assert(near(row.value, b[i].value, 1e-12), ("%s: row %d: value"):format(what, i))
    assert(near(row.se, b[i].se, 1e-9), ("%s: row %d: se"):format(what, i))
  end
end

local function resident()
  local status <close> = assert(io.open "/proc/self/status")
  return tonumber(status:read("a"):match "VmHWM:%s*(%d+)") * 1024
end

local function timed(what, rows, task, once)
  if not unchecked and not once then
    local made = task()
    core.ways { plain = true }
    local plain = task()
    check(layout .. ", " .. what, made, plain)
    core.ways {}
  end
  local times = {}
  for i = 1, once and 1 or reps do
    local start = core.host.clock()
    local made = task()
    assert(#made:rows() > 0, what .. ": no rows")
    times[i] = core.host.clock() - start
  end
  table.sort(times)
  local median = times[(#times + 1) // 2]
  print(("| %s | %d | %s | %.3f ms | %.2f | %.0f |"):format(layout, rows, what, median * 1e3,
    median * 1e9 / rows, resident() / rows))
end

local start = core.host.clock()
local survey = bilan.read(file)
local spent, rows = core.host.clock() - start, #survey
print(("| %s | %d | read | %.3f ms | %.2f | %.0f |"):format(layout, rows, spent * 1e3, spent * 1e9 / rows,
  resident() / rows))

local weighted = survey:design { weights = "weight" }
local names = survey:names()
local item, second = "q001", "q002"
if layout == "blank" then
  timed("share of an item without answers", rows, function() return weighted:proportion "q001" end)
  item, second = "q025", "q026"
end
timed("cross-table, n", rows, function() return survey:crosstab(item, "gender", { percent = "none" }) end)
timed("cross-table, n and w", rows, function()
  return weighted:crosstab(item, "gender", { percent = "none" })
end)
if layout == "levels" then
  timed("250 levels by 12", rows, function()
    return weighted:crosstab("q001", "q002", { percent = "none" })
  end)
  timed("250 levels by 250", rows, function()
    return weighted:crosstab("q001", "q003", { percent = "none" })
  end, true)
end
if names[1] == "psu" then
  local designed = survey:design { weights = "weight", strata = "stratum", clusters = { "psu" }, nest = true }
  timed("shares by gender with SE", rows, function()
    return designed:proportion(item, { by = "gender", ci = "wald" })
  end)
  timed("Rao-Scott test", rows, function() return designed:independence(second, "gender") end)
  timed("10 shares by gender with SE", rows, function()
    local made = {}
    for i = 1, 10 do
      local name = names[#names - 1 - (i - 1) % (#names - 4)]
      made[i] = designed:proportion(name, { by = "gender", ci = "wald" })
    end
    for i = 2, 10 do made[i]:rows() end
    return made[1]
  end)
end
