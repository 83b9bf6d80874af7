-- Prints what a run of peers.sh measured as Markdown:   lua5.4 table.lua FOLDER ROWS BIG [MISSING]
--
-- FOLDER holds results.csv (name,task,rows,seconds,peak_rss_kb, a line a repetition), equal.csv
-- (program,task,rows,numbers,differences,largest difference) and bits.txt. A peer counts only where
-- its answers were compared with ours and are the same; the best of those stands in the table.
-- Medians, with the least and the greatest in brackets.
local folder, ROWS, BIG = arg[1], math.tointeger(tonumber(arg[2])), math.tointeger(tonumber(arg[3]))
local absent = arg[4] or ""

-- The program that a name of a result belongs to, as equal.csv calls it.
local function program_of(name)
  if name:find "^bilan" or name:find "^threads" then return "bilan" end
  if name:find "^plain" then return "plain" end
  return ({ ["R survey"] = "survey", sqlite3 = "sqlite", ["data.table-2t"] = "datatable" })[name]
    or name:match "^data%.table" and "datatable" or name:match "^%a+"
end

-- ---- reading ------------------------------------------------------------------------------------

local function lines(path)
  local file = io.open(path)
  if not file then return function() end end
  return file:lines()
end

-- results[task][rows][name] = { seconds = { ... }, peak = kB }; names in order of appearance.
local results, order = {}, {}

local function slot(task, rows, name)
  results[task] = results[task] or {}
  results[task][rows] = results[task][rows] or {}
  local found = results[task][rows][name]
  if not found then
    found = { task = task, rows = rows, name = name, seconds = {}, peak = 0 }
    results[task][rows][name] = found
    order[#order + 1] = found
  end
  return found
end

for line in lines(folder .. "/results.csv") do
  local name, task, rows, seconds, peak = line:match "^([^,]+),([^,]+),(%d+),([%d.]+),(%d+)$"
  if name then
    local one = slot(task, tonumber(rows), name)
    one.seconds[#one.seconds + 1] = tonumber(seconds)
    one.peak = math.max(one.peak, tonumber(peak))
  end
end
for _, one in ipairs(order) do
  local sorted = table.move(one.seconds, 1, #one.seconds, 1, {})
  table.sort(sorted)
  local half = #sorted // 2
  one.median = #sorted % 2 == 1 and sorted[half + 1] or (sorted[half] + sorted[half + 1]) / 2
  one.least, one.most = sorted[1], sorted[#sorted]
end

-- compared[program .. task .. rows] = { numbers, differences, largest }
local compared = {}
for line in lines(folder .. "/equal.csv") do
  local program, task, rows, numbers, differences, largest =
    line:match "^([^,]+),([^,]+),(%d+),(%d+),(%d+),(%S+)$"
  if program then
    compared[program .. task .. rows] = { numbers = tonumber(numbers),
      differences = tonumber(differences), largest = largest }
  end
end

-- Whole processes show what they print; their figures were compared as tasks.
local whole <const> = { startup = true, loop = true, loop_charts = true }

local function agreed(one)
  local check = compared[program_of(one.name) .. one.task .. one.rows]
  return whole[one.task] or check and check.differences == 0
end

-- ---- words --------------------------------------------------------------------------------------

local function digits(x)
  return x >= 100 and ("%.0f"):format(x) or x >= 10 and ("%.1f"):format(x) or ("%.2f"):format(x)
end

local function time(seconds)
  if seconds >= 1 then return digits(seconds) .. " s" end
  if seconds >= 1e-3 then return digits(seconds * 1e3) .. " ms" end
  return digits(seconds * 1e6) .. " µs"
end

local function spread(one)
  if not one then return "-" end
  return ("%s (%s-%s)"):format(time(one.median), time(one.least), time(one.most))
end

local function rate(rows, seconds)
  local per_second = rows / seconds
  for _, unit in ipairs { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } } do
    if per_second >= unit[1] then return digits(per_second / unit[1]) .. unit[2] end
  end
  return digits(per_second)
end

local function megabytes(one) return one and ("%.0f MB"):format(one.peak / 1024) or "-" end

-- 1,000,000
local function count(n)
  local text, found = ("%d"):format(n), 1
  while found > 0 do text, found = text:gsub("^(%d+)(%d%d%d)", "%1,%2") end
  return text
end

local function row(...) print("| " .. table.concat({ ... }, " | ") .. " |") end

local function heading(...)
  row(...)
  print(("| --- "):rep(select("#", ...)) .. "|")
end

-- ---- the table of tasks -------------------------------------------------------------------------

local function ours(task, rows) return (results[task] and results[task][rows] or {})["bilan-2t"] end

-- The fastest peer whose answers are ours, of all or of those named.
local function best_peer(task, rows, only)
  local best
  for _, one in ipairs(order) do
    local program = program_of(one.name)
    local asked = program ~= "bilan" and program ~= "plain" and (not only or program == only)
    if one.task == task and one.rows == rows and asked and agreed(one)
      and (not best or one.median < best.median) then
      best = one
    end
  end
  return best
end

local verdicts = { met = 0, missed = 0, unknown = 0 }

local function verdict(ratio, must, less)
  local word
  if not ratio then word = "unknown"
  elseif less and ratio <= must or not less and ratio >= must then word = "met"
  else word = "missed" end
  verdicts[word] = verdicts[word] + 1
  return ({ met = "met", missed = "**NOT met**", unknown = "no peer" })[word]
end

local function line(id, what, mine, rows, peer, ratio, must, aim, less)
  row(id, what, spread(mine), mine and rows > 0 and rate(rows, mine.median) or "-", megabytes(mine),
    peer and ("%s: %s"):format(peer.name, spread(peer)) or "-",
    ratio and digits(ratio) .. "x" or "-", must .. "x", aim .. "x", verdict(ratio, must, less))
end

local function against(id, what, task, rows, must, aim, only)
  local mine, peer = ours(task, rows), best_peer(task, rows, only)
  if not mine then return end
  line(id, ("%s, %s rows"):format(what, count(rows)), mine, rows, peer,
    peer and peer.median / mine.median, must, aim)
end

-- A whole process of ours against one of a peer's; `less`: at most `must` times as long.
local function process(id, what, task, rows, other, must, aim, less)
  local mine = (results[task] and results[task][rows] or {}).bilan
  if not mine then return end
  local ratio = other and (less and mine.median / other.median or other.median / mine.median)
  line(id, what, mine, rows, other, ratio, must, aim, less)
end

local function peak_line()
  local mine = (results.peak and results.peak[ROWS] or {}).bilan
  if not mine then return end
  local peer = best_peer("report90_se", ROWS)
  local mb = mine.peak / 1024
  row("T9", ("peak memory, loaded and 90 tables with SE, %s rows"):format(count(ROWS)), spread(mine),
    "-", megabytes(mine), peer and ("%s: %s"):format(peer.name, megabytes(peer)) or "-",
    peer and digits(peer.peak / mine.peak) .. "x" or "-", "150 MB", "80 MB",
    verdict(mb, 150, true))
end

local function threads_line(task, rows)
  local of = results[task] and results[task][rows] or {}
  local one, two = of["threads-1t"], of["threads-2t"]
  if not one or not two then return end
  line("T12", ("one thread to two: %s, %s rows"):format(task, count(rows)), two, rows, one,
    one.median / two.median, 1.6, 1.9)
end

local function bits_lines()
  local same, different = 0, {}
  for text in lines(folder .. "/bits.txt") do
    if text:find "^same " then same = same + 1
    elseif text:find "^DIFFERENT " then different[#different + 1] = text:match " (.*)" end
  end
  if same + #different == 0 then return end
  row("T13", ("same bits: %d of %d ways and orders%s"):format(same, same + #different,
    #different > 0 and "; different: " .. table.concat(different, "; ") or ""), "-", "-", "-", "-", "-",
    "always", "always", verdict(#different, 0, true))
end

local function tasks()
  heading("task", "what", "ours: median (min-max)", "rows/s", "peak", "best peer", "ratio", "must", "aim",
    "verdict")
  against("T1", "wide CSV to coded columns", "ingest_wide", ROWS, 2, 4)
  against("T1b", "CSV of integers", "ingest_codes", BIG, 2, 4)
  against("T1c", "wide CSV, inside a process", "ingest_wide", 2000, 4.7, 14)
  process("T2", "opened again and one table, whole process; peer: read again, inside a process",
    "reopen", ROWS, best_peer("ingest_wide", ROWS, "datatable"), 100, 300)
  against("T3", "one cross-table, n and w", "xtab1_weighted", BIG, 3, 7)
  against("T4", "one cross-table, n", "xtab1_count", BIG, 6, 15)
  against("T5", "30 items x 3 banners, n and w", "xtab90_weighted", BIG, 15, 33)
  if ROWS ~= BIG then against("T5", "30 items x 3 banners, n and w", "xtab90_weighted", ROWS, 10, 25) end
  against("T5", "30 items x 3 banners, n and w", "xtab90_weighted", 2000, 50, 250)
  against("T6", "the same with Taylor standard errors", "report90_se", ROWS, 4000, 13000)
  against("T6", "the same with Taylor standard errors", "report90_se", 2000, 300, 2000)
  against("T7", "Rao-Scott test", "rao_scott", ROWS, 500, 1500)
  against("T8", "100 bootstrap replicates made, then by gender; peer: made before", "boot100_by_gender",
    ROWS, 3000, 10000)
  against("T8", "100 replicate columns given, by gender", "columns100_by_gender", ROWS, 100, 220)
  against("T8", "100 given columns constant in a PSU, by gender", "school100_by_gender", ROWS, 100, 220)
  peak_line()
  local start = results.startup and results.startup[0] or {}
  process("T10", "an empty script", "startup", 0, start["lua5.4"], 2.3, 1.5, true)
  local loop = results.loop and results.loop[2000] or {}
  process("T11", "edit-run loop, 2,000 rows, 90 tables with SE printed, whole process", "loop", 2000,
    loop["R survey"], 90, 300)
  local charts = results.loop_charts and results.loop_charts[2000] or {}
  process("T11", "the same with 90 charts; peer: one bare gnuplot, the same charts", "loop_charts", 2000,
    charts.gnuplot, 8, 3, true)
  threads_line("ingest_wide", ROWS)
  threads_line("xtab90_weighted", BIG)
  threads_line("report90_se", ROWS)
  bits_lines()
  print(("\n%d met, %d not met, %d without a peer."):format(verdicts.met, verdicts.missed, verdicts.unknown))
end

-- ---- limits -------------------------------------------------------------------------------------

-- Bytes a second at best, and at the median.
local function limit(name)
  local of = results[name] or {}
  local bytes, names = next(of) -- there is one size
  if bytes then return bytes / names.machine.median, bytes / names.machine.least end
end

-- Bytes of a row that each task has to read once: its columns as codes of one byte and weights of
-- eight, or the file's own bytes.
local function file_bytes(layout, rows)
  local file = io.open(("%s/%s%d.csv"):format(folder, layout, rows))
  if not file then return nil end
  local size = file:seek "end"
  file:close()
  return size / rows
end

local function limits()
  if not results.memory_read_1t then return end
  print "\nLimits of the machine in the same run, and what the tasks reach of them (bytes that have to"
  print "be read once: the file, or codes of one byte and weights of eight):\n"
  heading("limit", "median", "best")
  for _, name in ipairs { "memory_read_1t", "memory_read_2t", "cache_read", "page_cache_read" } do
    local median, best = limit(name)
    if median then row(name, digits(median / 1e9) .. " GB/s", digits(best / 1e9) .. " GB/s") end
  end
  print ""
  heading("task", "rows", "bytes a row", "ours", "of the limit")
  for _, entry in ipairs { { "ingest_wide", ROWS, file_bytes("w", ROWS), "page_cache_read" },
    { "ingest_codes", BIG, file_bytes("c", BIG), "page_cache_read" },
    { "xtab1_count", BIG, 2, "memory_read_2t" }, { "xtab1_weighted", BIG, 10, "memory_read_2t" },
    { "xtab90_weighted", BIG, 41, "memory_read_2t" }, { "report90_se", ROWS, 41, "memory_read_2t" },
    { "columns100_by_gender", ROWS, 802, "memory_read_2t" } } do
    local mine = ours(entry[1], entry[2])
    if mine and entry[3] then
      local speed = entry[3] * entry[2] / mine.median
      row(entry[1], count(entry[2]), ("%.0f"):format(entry[3]), digits(speed / 1e9) .. " GB/s",
        ("%.0f %% of %s"):format(100 * speed / (limit(entry[4])), entry[4]))
    end
  end
end

-- ---- our own reference path ------------------------------------------------------------------------

local function plain()
  local shown = false
  for _, one in ipairs(order) do
    local mine = program_of(one.name) == "plain" and ours(one.task, one.rows)
    if mine then
      if not shown then
        print "\nBeside the plain path (one pass for each table, libcsv), whose answers are the same:\n"
        heading("task", "rows", "ours: median (min-max)", "rows/s", "peak", "plain path", "ratio",
          "numbers compared")
        shown = true
      end
      local check = compared["plain" .. one.task .. one.rows]
      row(one.task, count(one.rows), spread(mine), rate(one.rows, mine.median), megabytes(mine),
        time(one.median), digits(one.median / mine.median) .. "x",
        check and ("%d, to %s"):format(check.numbers, check.largest) or "-")
    end
  end
end

-- ---- everything ---------------------------------------------------------------------------------

local function everything()
  print "\nEverything measured; \"same\" says how many numbers of the answer were compared with ours:\n"
  heading("task", "rows", "program", "runs", "median (min-max)", "peak", "same")
  local sorted = table.move(order, 1, #order, 1, {})
  table.sort(sorted, function(a, b)
    if a.task ~= b.task then return a.task < b.task end
    if a.rows ~= b.rows then return a.rows < b.rows end
    if a.median ~= b.median then return a.median < b.median end
    return a.name < b.name
  end)
  for _, one in ipairs(sorted) do
    local check = compared[program_of(one.name) .. one.task .. one.rows]
    local same = check and (check.differences == 0 and ("%d, to %s"):format(check.numbers, check.largest)
      or ("**%d of %d differ**"):format(check.differences, check.numbers)) or "-"
    if one.name ~= "machine" then
      row(one.task, count(one.rows), one.name, #one.seconds, spread(one), megabytes(one), same)
    end
  end
end

local function machine()
  local model, cores = "", 0
  for text in lines "/proc/cpuinfo" do
    model = text:match "^model name%s*:%s*(.*)" or model
    if text:find "^processor" then cores = cores + 1 end
  end
  local memory = 0
  for text in lines "/proc/meminfo" do memory = tonumber(text:match "^MemTotal:%s*(%d+)") or memory end
  print(("%s, %d cores, %.0f GiB; %s.%s\n"):format(model, cores, memory / 1048576, os.date "%Y-%m-%d",
    absent:find "%S" and " Not installed:" .. absent .. "." or ""))
end

machine()
if ROWS < 1000000 or BIG < 10000000 then
  print(("The musts and aims are meant for 1,000,000 and 10,000,000 rows; here are %s and %s.\n"):format(
    count(ROWS), count(BIG)))
end
tasks()
limits()
plain()
everything()
