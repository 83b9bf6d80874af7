--- Reads published-2016-2017.csv: 407 tables of the first two waves, one number a line.
--
-- The tables have five shapes. What a line counts follows from its shape:
--   row = answer,   series = "code. Wording" or a wording of a grid      that answer
--   row = answer,   series = "" (an empty answer)                        blanks
--   row = wording,  series = Yes, No or ""                               that answer, or blanks
--   row = option,   series = "Count"                                     who ticked the option
--   row = answer,   series = "Rank 3"                                    who put it third
-- A line is comparable when its question stands in the public file of that country and its answer
-- is one of that question's answers. Other lines get a reason instead.
local tables = require "tables"

local M = {}

--- Why a line cannot be compared, by the key of the reason.
M.reasons = {
  absent = "the question is not in the public file of that country",
  level = "the answer is not one that the public file has for this question",
  listing = "the table lists one value for each respondent, it counts nothing",
  across = "a share of one answer across several statements, which is no share of respondents",
  text = "answers in free text: what counts as one answer was somebody's judgement",
}

local function strip(text)
  text = text:gsub("%s*%[PERCENTAGE%]", ""):gsub("^\239\187\191", "")
  return text:match "^%s*(.-)%s*$"
end

-- The codes that the name of a table says: "edu1", "time1can_2can_3can" or
-- "('rse16', 'a_b_c_d')" -> a list of candidates.
local function codes_of(name)
  local stem, parts = name:match "^%('(.-)', '(.*)'%)$"
  if not stem then
    if not name:find "_%w*%d" then return { name } end
    stem, parts = name:match "^(%a+)(.*)$"
  end
  local list = { name }
  for part in parts:gmatch "[^_]+" do
    list[#list + 1], list[#list + 2] = stem .. part, part
  end
  return list
end

-- The item that the code before a wording names: "paper1. Has your ..." -> paper1.
local function by_code(index, text)
  local code = text:match "^([%w_-]+)%[?[%w_]*%]?%.%s"
  return code and index.codes[code]
end

-- Is one wording the other, cut at its end, or the end of the other (the statement of a grid
-- without the words before it)? Tables cut a wording at its first full stop.
local function is_part(short, long)
  if #short < 6 then return false end
  return (long .. " "):sub(1, #short + 1) == short .. " "
    or (" " .. long):sub(-#short - 1) == " " .. short
end

-- The items that a wording fits: the one that has it, or all that it is a part of.
local function candidates(index, text, wanted)
  local key, list = tables.wording(text), {}
  for _, id in ipairs(index.order) do
    local own = index.items[id].wording
    if own ~= "" and own == key then return { id } end
    local fits = own ~= "" and is_part(key, own) or wanted[id] and is_part(own, key)
    if fits then list[#list + 1] = id end
  end
  return list
end

-- The item of a wording. Of several that it fits, those that the table names; and when a table has
-- several columns under one wording, the first is the first question, and so on (`turn`).
local function by_wording(index, line, text, wanted)
  local list = candidates(index, text, wanted)
  if #list > 1 then
    local named = {}
    for _, id in ipairs(list) do
      if wanted[id] then named[#named + 1] = id end
    end
    if #named > 0 then list = named end
  end
  return #list == line.turns and list[line.turn] or nil
end

-- The items that the name of a table says, and the only one when there is one.
local function wanted_items(index, name)
  local set, only, count = {}, nil, 0
  for _, code in ipairs(codes_of(name)) do
    local id = index.codes[code]
    if id and not set[id] then set[id], only, count = true, id, count + 1 end
  end
  return set, count == 1 and only or nil
end

local function find_item(index, line, text)
  local found = by_code(index, text)
  if found then return found end
  local wanted, only = wanted_items(index, line.table)
  return by_wording(index, line, text, wanted) or only
end

-- The item of a wording, in a table that says which codes it is about; looked up once.
local function item_of(index, line, text)
  local key = ("%s|%s|%d|%d"):format(line.table, text, line.turn, line.turns)
  index.found = index.found or {}
  if index.found[key] == nil then index.found[key] = find_item(index, line, text) or false end
  return index.found[key] or nil
end

local function rank_of(index, line, rank)
  local first = index.codes[line.table]
  local id = first and first:gsub("_1$", "_" .. rank)
  return id and index.items[id] and id
end

-- The item, and the text of the answer, that a line is about.
local function subject_of(index, line)
  local row, series = strip(line.row), strip(line.series)
  local rank = series:match "^Rank (%d+)$"
  if rank then return rank_of(index, line, rank), row end
  if series == "Count" then
    return index.codes[line.table], row:match "%[(.*)%]$" or row
  end
  if series == "Yes" or series == "No" or series == "" then
    return item_of(index, line, row), series
  end
  local item = item_of(index, line, series)
  if item then return item, row end
  return item_of(index, line, row), series -- a table that lies on its side
end

local function column_key(line)
  return table.concat({ line.year, line.country, line.table, line.series, line.unit }, "|")
end

-- Decimals of a printed number: "83.0" of a table of floating point numbers has none.
local function decimals_of(text)
  return #(text:gsub("0+$", ""):match "%.(%d*)$" or "")
end

-- Numbers the lines that a table has under one row and one series (`turn` of `turns`), and counts
-- the lines of each column, the columns of each table, and the decimals it is printed with.
local function number_lines(lines)
  local turns, columns, series, decimals = {}, {}, {}, {}
  for _, line in ipairs(lines) do
    local whole = table.concat({ line.year, line.country, line.table, line.unit }, "|")
    if not columns[column_key(line)] then series[whole] = (series[whole] or 0) + 1 end
    line.whole = whole
    decimals[whole] = math.max(decimals[whole] or 0, decimals_of(line.value))
    local key = column_key(line) .. "|" .. line.row
    turns[key] = (turns[key] or 0) + 1
    line.turn = turns[key]
    columns[column_key(line)] = (columns[column_key(line)] or 0) + 1
  end
  for _, line in ipairs(lines) do
    line.turns = turns[column_key(line) .. "|" .. line.row]
    line.lines = columns[column_key(line)]
    line.columns = math.max(series[line.whole], line.turns)
    line.decimals = decimals[line.whole]
  end
end

-- Does the table list respondents? It then has a line for each who answered.
local function is_listing(index, entry, line)
  if entry.kind ~= "number" then return false end
  return line.lines >= tables.base(index, entry.id, "answered")
end

-- Shares of a grid, or of ranks, are shares of one answer across the columns of the table.
local function is_across(line)
  return line.unit == "percent" and line.columns > 1 and line.series ~= "Yes"
    and line.series ~= "No" and line.series ~= "Count"
end

local function explain(index, line)
  if not index then return nil, "absent" end
  local id, answer = subject_of(index, line)
  if not id then return nil, "absent" end
  local entry = index.items[id]
  if is_listing(index, entry, line) then return nil, "listing" end
  if entry.kind == "text" or entry.kind == "date" then return nil, "text" end
  local level = answer ~= "" and tables.level(index, id, answer)
  if is_across(line) then return { item = id, level = level or nil, skip = "across" } end
  if answer == "" then return { item = id, blank = true } end
  if not level then return nil, "level" end
  return { item = id, level = level }
end

--- All lines: { line =, unit =, value =, population =, item =, level = or blank =, skip = reason }.
-- indexes: "2016-uk" -> index (tables.index).
function M.read(path, indexes)
  local lines, out = tables.records(path), {}
  number_lines(lines)
  for i, line in ipairs(lines) do
    local population = line.year .. "-" .. line.country
    local found, skip = explain(indexes[population], line)
    found = found or { skip = skip }
    found.line, found.population, found.unit = line, population, line.unit
    found.value = tonumber(line.value)
    found.checked = line.check ~= ""
    out[i] = found
  end
  return out
end

return M
