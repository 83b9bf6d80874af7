-- The engine's own tasks, in the form of every other program that is measured beside it:
--
--   bilan run --trusted --no-record --timeout 0 --memory 0 bilan.lua FILE REPS TASKS...
--
-- prints name,task,rows,seconds,peak_rss_kb for each repetition. Everything goes through the Lua
-- API as a script uses it; a result is looked at inside the timed part, for a big survey computes
-- at the first look. ANSWERS=FILE in the environment: the answers of each task are written there,
-- a line task, key, what, number, separated by tabs, for compare.lua. WAYS=plain,libcsv,... forces
-- ways of computing (plain: the reference path); NAME is the name to print.
local bilan = require "bilan"
local core = require "bilan.core"

local file, reps = arg[1], tonumber(arg[2])
local wanted = {}
for i = 3, #arg do wanted[arg[i]] = true end

local name = os.getenv "NAME" or ("bilan-%st"):format(os.getenv "PEER_THREADS" or "2")
local answers = os.getenv "ANSWERS" and assert(io.open(os.getenv "ANSWERS", "w"))

-- "class" is the file's "level", renamed: in a result `level` is the answer.
local items, banners <const> = {}, { "gender", "class", "year" }
for i = 1, 30 do items[i] = ("q%02d"):format(i) end

-- ---- the survey, read when a task first needs it ------------------------------------------------

local head <close> = assert(io.open(file))
local codes = head:read("l"):find("^psu,") ~= nil -- the layout of integer codes
local options = codes and { missing = { "255" } } or nil

local kept = {}

-- A value made once, by its maker.
local function once(key, make)
  if kept[key] == nil then kept[key] = make() end
  return kept[key]
end

local function survey()
  return once("survey", function()
    return bilan.read(file, options):rename { class = "level" }
  end)
end

local function weighted()
  return once("weighted", function() return survey():design { weights = "weight" } end)
end

local sample <const> = { weights = "weight", strata = "stratum", clusters = { "psu" }, nest = true }

-- A design declared anew, so that nothing is kept from one repetition to the next.
local function designed() return survey():design(sample) end

-- 100 columns of replicate weights, each respondent in or out by a rule of whole numbers that R
-- can follow; `by` is what decides: of the school alone, or of some answers as well.
local function replicated(by)
  return once("replicates " .. by, function()
    local columns, names = {}, {}
    for r = 1, 100 do
      names[r] = ("rw%03d"):format(r)
      columns[r] = { names[r], ("weight * case when (%s + %d) %% 23 < 11 then 1.5 else 0.5 end")
        :format(by, r * 11) }
    end
    return survey():derive(columns), names
  end)
end

-- What decides beside the school: answers, blank as 255 as in the file.
local mixed <const> = "psu * 37 + coalesce(q29, 255) * 7 + coalesce(q30, 255)"

local function given_columns(by)
  return replicated(by):replicates { weights = "weight", replicate_weights = "rw%d+",
    kind = "other", scale = 0.04, rscales = 1, mse = true }
end

-- ---- tasks --------------------------------------------------------------------------------------

-- The level of a number column or of text, as every program writes it.
local function key_of(...)
  local parts = { ... }
  for i, part in ipairs(parts) do
    local word = part == "class" and "level" or tostring(part)
    parts[i] = word:gsub("\n", "\\n"):gsub("^(%-?%d+)%.0$", "%1")
  end
  return table.concat(parts, "|")
end

local task -- the one that is answering

local function put(key, what, number)
  if number then answers:write(("%s\t%s\t%s\t%.17g\n"):format(task, key, what, number)) end
end

-- One figure of each table of a list, as a script reads it: by its labels. The codes layout has
-- the level 0 in every item.
local function look_counts(made)
  local sum = 0
  for _, entry in ipairs(made) do
    for _, banner in ipairs(entry.banner and { entry.banner } or banners) do
      sum = sum + entry.result:get { row = "0", banner = banner, col = "0" }.value
    end
  end
  return made, sum
end

-- Likewise a share and its standard error.
local function look_shares(made)
  local sum = 0
  for _, entry in ipairs(made) do
    local row = entry.result:get { level = "0", [entry.by] = "0" }
    sum = sum + row.value + row.se
  end
  return made, sum
end

-- Cells of a cross-table: n, and the sum of weights where there are weights.
local function put_cells(tables, weights)
  for _, made in ipairs(tables) do
    for _, row in ipairs(made.result:rows()) do
      if row.col then
        local key = key_of(made.item, row.banner or made.banner, row.row, row.col)
        if row.count and row.count > 0 then
          put(key, "n", row.count)
          if weights then put(key, "w", row.value) end
        end
      end
    end
  end
end

local function put_shares(made)
  for _, entry in ipairs(made) do
    for _, row in ipairs(entry.result:rows()) do
      local key = key_of(entry.item, entry.by, row.level, row.by[entry.by])
      put(key, "value", row.value)
      put(key, "se", row.se)
    end
  end
end

-- Every way to see what was read: how many gave each answer, and the sum of the weights.
local function put_read(read)
  local names = table.move(banners, 1, 3, #items + 1, table.move(items, 1, #items, 1, {}))
  if not codes then names[#names + 1] = "verbatim" end
  for _, item in ipairs(names) do
    for _, row in ipairs(read:freq(item):rows()) do put(key_of(item, row.level), "n", row.count) end
  end
  put("weight", "w", read:total("weight"):rows()[1].value)
  put("rows", "n", #read)
end

local function ninety(survey_, make)
  local made = {}
  for _, item in ipairs(items) do
    for _, by in ipairs(banners) do
      made[#made + 1] = { item = item, by = by, banner = by, result = make(survey_, item, by) }
    end
  end
  return made
end

local function share(of, item, by) return of:proportion(item, { by = by, ci = "wald" }) end

local function one_share(design)
  return look_shares { { item = "q01", by = "gender", result = share(design, "q01", "gender") } }
end

local function one_crosstab(of)
  return look_counts { { item = "q01", banner = "gender",
    result = of:crosstab("q01", "gender", { percent = "none" }) } }
end

-- 30 items, each by the three banners in one call.
local function thirty(of)
  local made = {}
  for i, item in ipairs(items) do
    made[i] = { item = item, result = of:crosstab(item, banners, { percent = "none" }) }
  end
  return made
end

-- The same as 90 calls of their own.
local function ninety_crosstabs(of)
  return look_counts(ninety(of, function(self, item, by)
    return self:crosstab(item, by, { percent = "none" })
  end))
end

local function put_counts(made) put_cells(made, false) end
local function put_weighted(made) put_cells(made, true) end

-- A task: before() makes what is not timed, run(it) is timed, after(its result) writes answers.
local tasks = {
  { "ingest", layouts = true,
    run = function() return bilan.read(file) end,
    after = function(read) put_read(codes and survey() or read:rename { class = "level" }) end },
  { "xtab1_count", before = survey, run = one_crosstab, after = put_counts },
  { "xtab1_weighted", before = weighted, run = one_crosstab, after = put_weighted },
  { "xtab90_weighted", before = weighted, run = function(s) return look_counts(thirty(s)) end,
    after = put_weighted },
  { "xtab90_single", before = weighted, run = ninety_crosstabs, after = put_weighted },
  -- Every cell of every table as a record of Lua's, not one figure of each.
  { "xtab90_rows", before = weighted,
    run = function(s)
      local made = thirty(s)
      for _, entry in ipairs(made) do entry.result:rows() end
    end },
  { "declare", before = survey, run = function() return designed() end },
  { "report90_se", before = designed, run = function(s) return look_shares(ninety(s, share)) end,
    after = put_shares },
  { "by_gender_se", before = designed, run = one_share, after = put_shares },
  { "rao_scott", before = designed,
    run = function(s)
      local made = s:independence("q01", "gender")
      return made:rows()[1].statistic and made
    end,
    after = function(made)
      local row = made:rows()[1]
      for _, what in ipairs { "statistic", "df", "ddf", "p_value" } do put("test", what, row[what]) end
    end },
  -- The replicates are made inside the time; the peer's are made before its clock starts.
  { "boot100_by_gender", before = designed,
    run = function(s)
      return one_share(s:to_replicates { kind = "bootstrap", replicates = 100, seed = 1 })
    end,
    after = function(made)
      for _, row in ipairs(made[1].result:rows()) do
        put(key_of("q01", "gender", row.level, row.by.gender), "value", row.value)
        if os.getenv "WAYS" or os.getenv "OWN" then
          put(key_of("q01", "gender", row.level, row.by.gender), "se", row.se)
        end
      end
    end },
  { "columns100_by_gender", before = function() return given_columns(mixed) end,
    run = one_share, after = put_shares },
  { "school100_by_gender", before = function() return given_columns "psu * 37" end,
    run = one_share, after = put_shares },
}

-- ---- measuring ----------------------------------------------------------------------------------

-- Restarts the kernel's peak counter; peak of resident memory since, in kilobytes.
local function forget_peak()
  local counter <close> = assert(io.open("/proc/self/clear_refs", "w"))
  counter:write "5"
end

local function peak()
  local status <close> = assert(io.open "/proc/self/status")
  return tonumber(status:read("a"):match "VmHWM:%s*(%d+)")
end

local function force_ways(words)
  local ways = {}
  for word in words:gmatch "[^,]+" do
    local key, value = word:match "^(.-)=(.*)$"
    ways[key or word] = not key or tonumber(value) or value
  end
  core.ways(ways)
end

local function measure(one)
  local last = {} -- the result, given up before the next repetition
  local label = one.layouts and one[1] .. (codes and "_codes" or "_wide") or one[1]
  for _ = 1, reps do
    last.result = nil
    local given = one.before and one.before()
    collectgarbage()
    forget_peak()
    local start = core.host.clock()
    last.result = one.run(given)
    local seconds = core.host.clock() - start
    local rows = one.layouts and #last.result or #survey()
    print(("%s,%s,%d,%.6f,%d"):format(name, label, rows, seconds, peak()))
  end
  if answers and one.after then
    task = label
    one.after(last.result)
  end
end

if os.getenv "WAYS" then force_ways(os.getenv "WAYS") end
for _, one in ipairs(tasks) do
  if wanted[one[1]] or wanted.all then measure(one) end
end
if answers then answers:close() end
