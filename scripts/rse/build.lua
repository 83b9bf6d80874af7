--- Makes the codebook of one country from the questions of a wave.
--
-- The RSE surveys put nearly the same questions to every country. So a wave has one list of
-- entries, and an entry says once what all countries share. An entry is a codebook item
-- (docs/codebook.md) with these keys besides:
--   code      the code of the question on the form; the column is found from it
--   asked     the countries that were asked, as "de nl uk" (default: all)
--   by        what a country has otherwise: by = { uk = { universe = ... }, ca = { ... } };
--             false takes a key away
--   options   of a multiple item: its options in the order of the columns
--   ranks     a question to rank: one item for each rank, "reason_1", "reason_2", ...
--   variants  the export has a column for each country ("edu1quk", "edu1qde")
-- The wave says how its export writes headers:
--   grids     country -> name of a grid -> the codes in it; code affSat1 of grid likert2 is the
--             column "likert2[affSat1]"
--   numbering country -> how options are numbered, as "SQ%03d"
-- and `was` (country -> item -> the item's `was`) how earlier waves had an item.
local M = {}

-- The keys that are of an entry and not of a codebook item.
local own = { code = true, asked = true, by = true, options = true, ranks = true, variants = true }

local function names_of(text)
  local set = {}
  for name in text:gmatch "%S+" do set[name] = true end
  return set
end

local function asked(entry, country)
  return not entry.asked or names_of(entry.asked)[country]
end

-- The entry as a country has it.
local function in_country(entry, country)
  local out = {}
  for key, value in pairs(entry) do out[key] = value end
  for key, value in pairs(entry.by and entry.by[country] or {}) do out[key] = value end
  for key, value in pairs(out) do
    if value == false then out[key] = nil end
  end
  return out
end

-- In which grid of the export the question stands: code -> column.
local function grid_columns(grids)
  local columns = {}
  for grid, codes in pairs(grids or {}) do
    for code in codes:gmatch "%S+" do columns[code] = ("%s[%s]"):format(grid, code) end
  end
  return columns
end

-- The columns of the options: { { label, column }, ... }. Headers that the export repeats
-- ("tool5_can[multi]", seven times) are numbered by the reader, from the second on.
local function option_columns(entry, stem, numbering)
  local columns, turn = {}, 0
  for place, option in ipairs(entry.options) do
    local label, code = option, nil
    if type(option) == "table" then label, code = option[1], option[2] else turn = turn + 1 end
    local header
    if numbering == "multi" then
      header = place == 1 and stem .. "[multi]" or ("%s[multi]_%d"):format(stem, place)
    else
      header = ("%s[%s]"):format(stem, code or numbering:format(turn))
    end
    columns[place] = { label, header }
  end
  return columns
end

local function item_of(entry, id, column)
  local item = {}
  for key, value in pairs(entry) do
    if not own[key] then item[key] = value end
  end
  item.id, item.column = id, item.column or column
  return item
end

local function add_ranks(items, entry, was)
  for rank = 1, entry.ranks do
    local id, column = ("%s_%d"):format(entry.id, rank), ("%s[%d]"):format(entry.code, rank)
    local item = item_of(entry, id, column)
    item.label, item.was = ("%s, rank %d"):format(entry.label, rank), was[item.id]
    items[#items + 1] = item
  end
end

local function add(items, wave, entry, country, grid)
  local was = wave.was and wave.was[country] or {}
  local stem = entry.code .. (entry.variants and "q" .. country or "")
  if entry.ranks then return add_ranks(items, entry, was) end
  local item = item_of(entry, entry.id, grid[entry.code] or stem)
  item.was = was[entry.id]
  if entry.options then
    item.columns, item.column = option_columns(entry, stem, wave.numbering[country]), nil
    item.base = item.base or "answered" -- empty boxes: the page was not reached
  end
  items[#items + 1] = item
end

--- The codebook of a country in a wave. wave: { year =, title =, entries =, grids =,
-- numbering =, was =, population = { country = text } }.
function M.book(wave, country)
  local items = { { id = "row", column = "column_1", kind = "id", label = "Number of the row" } }
  local grid = grid_columns(wave.grids[country])
  for _, entry in ipairs(wave.entries) do
    if asked(entry, country) then add(items, wave, in_country(entry, country), country, grid) end
  end
  return { title = ("%s, %s"):format(wave.title, country), version = wave.year, wave = wave.year,
    lang = "en", population = wave.population[country], items = items }
end

--- Which columns of the export an item of the form stands in: code -> { id, ... }; for those who
-- look up a published table by the code of its question. Ranks and options stand under the code
-- of their question.
function M.codes(wave, country)
  local by_code = {}
  for _, entry in ipairs(wave.entries) do
    if asked(entry, country) then
      local here = in_country(entry, country)
      by_code[here.code] = here.ranks and here.id .. "_1" or here.id
    end
  end
  return by_code
end

return M
