-- Times the engine on generated survey data:   make bench   (ROWS=100000 REPS=5)
-- Each task's answer is compared with a plain reference before it is timed; what is printed is
-- the median, minimum and maximum of the repetitions in milliseconds of processor time.
local bilan = require "bilan"

local build, rows, reps = arg[1] or "build", tonumber(arg[2] or 100000), tonumber(arg[3] or 5)
local path = ("%s/bench/w%d.csv"):format(build, rows)

local function timed(name, task)
  local times = {}
  for i = 1, reps do
    local start = os.clock()
    task()
    times[i] = (os.clock() - start) * 1000
  end
  table.sort(times)
  print(("%-28s %8.1f ms  (%.1f to %.1f)"):format(name, times[(reps + 1) // 2], times[1], times[reps]))
end

-- The plain reference of a cross-table: a count per pair of answers, in Lua.
local function counted(survey, row, col)
  local counts, a, b = {}, survey:column(row), survey:column(col)
  for i = 1, #a do
    if type(a[i]) == "string" and type(b[i]) == "string" then
      local key = a[i] .. "\0" .. b[i]
      counts[key] = (counts[key] or 0) + 1
    end
  end
  return counts
end

local function check_crosstab(survey, row, col)
  local counts, compared = counted(survey, row, col), 0
  for _, cell in ipairs(survey:crosstab(row, col):rows()) do
    if cell.col then
      assert((counts[cell.row .. "\0" .. cell.col] or 0) == cell.count, "a count differs")
      compared = compared + 1
    end
  end
  assert(compared > 0)
end

local survey = bilan.read(path)
local items, banners = {}, {}
for _, name in ipairs(survey:names()) do
  local item = survey:item(name)
  if name:find "^q%d" and item.kind == "single" and #item.levels <= 10 then items[#items + 1] = name
  elseif item.kind == "single" and #item.levels <= 6 and #banners < 3 then banners[#banners + 1] = name end
end
print(("%d rows, %d columns, %d items by %d banners"):format(#survey, #survey:names(), #items, #banners))
for _, item in ipairs(items) do check_crosstab(survey, item, banners[1]) end

timed("read the CSV file", function() bilan.read(path) end)
timed("one cross-table", function() survey:crosstab(items[1], banners[1]) end)
timed("all cross-tables", function()
  for _, item in ipairs(items) do survey:crosstab(item, banners) end
end)
timed("where, then a share", function()
  survey:where(('"%s" IS NOT NULL'):format(banners[1])):proportion(items[1])
end)
