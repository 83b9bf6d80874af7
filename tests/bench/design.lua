-- Design-based estimates at size, beside R's survey package on the same file:
--   make bench ROWS=1000000
-- Every task's value and standard error are compared with R's before a time is printed. Times
-- are elapsed milliseconds, medians; the last column says how many times as long R takes.
local bilan = require "bilan"

local path, peers, reps = arg[1], arg[2], tonumber(arg[3] or 5)

-- What R printed: task -> { ms, value, se }.
local function read_peers(file)
  local found = {}
  if not file then return found end
  for line in io.lines(file) do
    local name, ms, value, se = line:match("^(.-)\t(%S+)\t(%S+)\t(%S+)$")
    if name then found[name] = { ms = tonumber(ms), value = tonumber(value), se = tonumber(se) } end
  end
  return found
end

local r = read_peers(peers)

local function near(a, b) return math.abs(a - b) <= 1e-9 * math.abs(b) end

-- Seconds of the wall clock; asking costs a millisecond or two, so tasks are timed by the dozen.
local function clock()
  local pipe <close> = assert(io.popen "date +%s.%N")
  return tonumber((pipe:read "l"))
end

-- Runs a task until it has taken a good while; milliseconds of one run.
local function elapsed(task, result)
  local runs = 1
  while true do
    local start = clock()
    for _ = 1, runs do result[1] = task() end
    local spent = clock() - start
    if spent > 0.2 then return spent / runs * 1000 end
    runs = runs * 2
  end
end

local function timed(name, task, first)
  local times, result = {}, {}
  for i = 1, reps do
    collectgarbage()
    times[i] = elapsed(task, result)
  end
  table.sort(times)
  local median, peer = times[(reps + 1) // 2], r[name]
  if peer and first then
    local value, se = first(result[1])
    assert(near(value, peer.value), ("%s: %.15g, R has %.15g"):format(name, value, peer.value))
    assert(near(se, peer.se), ("%s: se %.15g, R has %.15g"):format(name, se, peer.se))
  end
  print(("%-34s %9.2f ms  (%.2f to %.2f)%s"):format(name, median, times[1], times[reps],
    peer and ("  R %10.1f ms  %8.1f times"):format(peer.ms, peer.ms / median) or ""))
  return result[1]
end

local function row(key) return function(result)
  local found = result:get(key)
  return found.value, found.se
end end

local survey = bilan.read(path, { missing = { "255" } }):derive {
  { "cluster", "psu * 10 + (coalesce(q29, 255) * 7 + coalesce(q30, 255)) % 10" } }
survey = survey:drop_rows "q01 is null or q02 is null"
print(("\n%d rows by a design of strata and some 2000 clusters"):format(#survey))
local design = { weights = "weight", strata = "stratum", clusters = { "cluster" } }
local sample = timed("declare", function() return survey:design(design) end)
timed("mean", function() return sample:mean "q02" end, row {})
timed("share of 5 levels", function() return sample:proportion("q01", { ci = "wald" }) end,
  row { level = "0" })
timed("share by gender", function()
  return sample:proportion("q01", { by = "gender", ci = "wald" })
end, row { level = "0", gender = "0" })
timed("independence", function() return sample:independence("q01", "gender") end, function(result)
  local found = result:rows()[1]
  return found.statistic, found.ddf
end)
local boot = timed("make 100 bootstrap replicates", function()
  return sample:to_replicates { kind = "bootstrap", replicates = 100, seed = 1 }
end)
timed("share, 100 replicates", function() return boot:proportion("q01", { ci = "wald" }) end)
timed("share by gender, 100 replicates", function()
  return boot:proportion("q01", { by = "gender", ci = "wald" })
end)
