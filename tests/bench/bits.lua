-- Every figure of a set of tables in hexadecimal, for comparing runs bit by bit:
--   [WAYS=block=777,...] bilan run --trusted --threads N bits.lua FILE PART...
-- PART: values (all that a CSV file holds), tables, counts (of the same tables counts and sums of
-- weights only), errors (standard errors and tests), replicates.
local bilan = require "bilan"
local core = require "bilan.core"

local ways = {}
for word in (os.getenv "WAYS" or ""):gmatch "[^,]+" do
  local key, value = word:match "^(.-)=(.*)$"
  ways[key or word] = not key or tonumber(value) or value
end
core.ways(ways)

local asked = {}
for i = 2, #arg do asked[arg[i]] = true end
local survey = bilan.read(arg[1], asked.values and {} or { missing = { "255" } })

local function bits(x)
  return type(x) == "number" and ("%a"):format(x) or tostring(x)
end

if asked.values then
  for _, name in ipairs(survey:names()) do
    local values = survey:column(name)
    for i = 1, #survey do values[i] = bits(values[i]) end
    print(name, survey:item(name).kind, table.concat(values, "\31"))
  end
end

local fields = { "n", "count", "missing", "value", "weighted_n" }
if not asked.counts then
  table.move({ "se", "low", "high", "df", "ddf", "deff", "statistic", "p_value" }, 1, 8, #fields + 1, fields)
end

local function show(what, result)
  for _, row in ipairs(result:rows()) do
    local parts = { what, tostring(row.level), tostring(row.row), tostring(row.banner), tostring(row.col) }
    for _, field in ipairs(fields) do parts[#parts + 1] = bits(row[field]) end
    print(table.concat(parts, " "))
  end
end

local banners <const> = { "gender", "level", "year" }
local weighted = not asked.values and survey:design { weights = "weight" }
local designed = weighted and survey:design { weights = "weight", strata = "stratum", clusters = { "psu" },
  nest = true }
local boot = asked.replicates and designed:to_replicates { kind = "bootstrap", replicates = 20, seed = 1 }

local open = {} -- all are asked for before one is looked at, as a report does
local function ask(what, result) open[#open + 1] = { what, result } end

for i = 1, 30 do
  local item = ("q%02d"):format(i)
  if asked.tables or asked.counts then
    ask(item .. " w", weighted:crosstab(item, banners, { percent = "none" }))
    ask(item .. " n", survey:crosstab(item, banners, { percent = "none" }))
  end
  if asked.errors then
    ask(item .. " test", designed:independence(item, "gender"))
    for _, by in ipairs(banners) do
      ask(item .. " by " .. by, designed:proportion(item, { by = by, ci = "wald" }))
    end
  end
  if asked.replicates then ask(item .. " boot", boot:proportion(item, { by = "gender", ci = "wald" })) end
end
for _, one in ipairs(open) do show(one[1], one[2]) end
