-- Compares the answers of two programs:   lua5.4 compare.lua OURS THEIRS NAME ROWS
--
-- Both files have lines task, key, what, number. For each task that both have: the same keys, and
-- equal numbers: n exactly, sums and shares to 1e-12 of their size, standard errors and test
-- statistics to 1e-9. Prints a line NAME,TASK,ROWS,numbers,differences,largest relative difference
-- for each task, and the first differences on standard error. Differences make the status 1.
local ours, theirs, name, rows = arg[1], arg[2], arg[3], arg[4]

-- w has 1e-11 for sums in another order: a peer adds a million doubles one by one.
local tolerances <const> = { n = 0, w = 1e-12, value = 1e-12, se = 1e-9, statistic = 1e-9, df = 1e-9,
  ddf = 1e-9, p_value = 1e-6 }

-- { task = { ["key\twhat"] = number } }, and the tasks in order of appearance.
local function read(path)
  local found, order = {}, {}
  for line in io.lines(path) do
    local task, key, what, number = line:match "^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$"
    if not found[task] then
      found[task] = {}
      order[#order + 1] = task
    end
    found[task][key .. "\t" .. what] = assert(tonumber(number), line)
  end
  return found, order
end

-- How far apart, relative to the larger; shares of 0 and 1 have errors of rounding around 0.
local function apart(a, b, what)
  local size = math.max(math.abs(a), math.abs(b))
  if what == "value" or what == "se" then size = math.max(size, what == "se" and 1e-6 or 1e-3) end
  return a == b and 0 or math.abs(a - b) / size
end

local different = false

local function tell(told, ...)
  if told <= 3 then io.stderr:write("# ", string.format(...), "\n") end
end

local function compare(task, a, b)
  local keys, wrong, largest = {}, 0, 0
  for key in pairs(a) do keys[#keys + 1] = key end
  for key in pairs(b) do if a[key] == nil then keys[#keys + 1] = key end end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local x, y, what = a[key], b[key], key:match "\t(.*)$"
    local far = x and y and apart(x, y, what)
    if far then largest = math.max(largest, far) end
    if not far or far > tolerances[what] then
      wrong = wrong + 1
      tell(wrong, "%s %s: %s: %s, here %s", name, task, key:gsub("\t", " "), y and ("%.17g"):format(y),
        x and ("%.17g"):format(x))
    end
  end
  different = different or wrong > 0
  print(("%s,%s,%s,%d,%d,%.1e"):format(name, task, rows, #keys, wrong, largest))
end

local a, tasks = read(ours)
local b = read(theirs)
for _, task in ipairs(tasks) do
  if b[task] then compare(task, a[task], b[task]) end
end
os.exit(not different)
