--- What the two readers of published tables share: which item and which levels a printed row means.
--
-- Nothing here looks at a count. A row is found through the codebook alone: the code or the wording
-- of its question names the item, and its text is one of the answers of that item as the file
-- writes them (a level, or one of its `codes`).
local bilan = require "bilan"

local M = {}

--- A cell as text; an empty one is "".
function M.cell(value)
  if value == bilan.missing.no_answer or value == nil then return "" end
  return tostring(value)
end

--- The rows of a CSV file as records of texts.
function M.records(path)
  local survey = bilan.read(path, { types = { row = "text", value = "text" } })
  local columns = {}
  for _, name in ipairs(survey:names()) do columns[name] = survey:column(name) end
  local list = {}
  for i = 1, #survey do
    local record = { line = i + 1 }
    for name, values in pairs(columns) do record[name] = M.cell(values[i]) end
    list[i] = record
  end
  return list
end

--- A wording without its code, case, blanks and punctuation, and without the advice in brackets
-- behind it, which some tables cut and others keep.
function M.wording(text)
  text = text:gsub("^%w+%[?%w*%]?%.%s", "")
  return (text:lower():gsub("[%p%s]+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- "5.0" -> "5": tables made from floating point columns.
local function whole(text) return text:match "^(%d+)%.0$" or text end

local function answers_of(item)
  local map = {}
  for _, level in ipairs(item.levels or {}) do
    if type(level) == "string" then level = { level } end
    map[level[1]] = level[1]
    local codes = level.codes or {}
    for _, code in ipairs(type(codes) == "table" and codes or { codes }) do
      map[tostring(code)] = level[1]
    end
  end
  return map
end

-- The options of a multiple item, by the text that the header of the file has for them.
local function options_of(item, headers)
  local map = {}
  for _, pair in ipairs(item.columns) do
    map[pair[1]] = pair[1]
    if headers[pair[2]] then map[headers[pair[2]]] = pair[1] end
  end
  return map
end

-- The values that stand in the file: of a number, and of an item without levels.
local function values_of(survey, id)
  local map = {}
  for _, row in ipairs(survey:freq(id):rows()) do map[row.level] = row.level end
  return map
end

-- The option in a header: "Which tools? [Git]" -> "Git".
local function headers_of(survey)
  local headers = {}
  for _, column in ipairs(survey:origin().column) do
    if column.option and column.option ~= "" then headers[column.name] = column.option end
  end
  return headers
end

--- An index of one survey: items by code and in their order, and what a text means for an item.
-- `book` is the plain codebook, `codes` code -> id, as build.lua gives them.
function M.index(survey, book, codes)
  local index = { survey = survey, codes = codes, items = {}, order = {}, size = #survey }
  local headers = headers_of(survey)
  for place, item in ipairs(book.items) do
    index.items[item.id] = { id = item.id, kind = item.kind or "single", place = place,
      several = item.columns ~= nil, given = item, wording = M.wording(item.question or "") }
    index.order[place] = item.id
  end
  index.headers = headers
  return index
end

-- What a text means, looked up when it is first asked for.
local function meaning(index, entry)
  if not entry.answers then
    local item = entry.given
    entry.answers = entry.several and options_of(item, index.headers)
      or (entry.kind == "number" or not item.levels) and values_of(index.survey, entry.id)
      or answers_of(item)
  end
  return entry.answers
end

--- The level that a printed answer means; nil when the item has none such.
function M.level(index, id, text)
  local entry = index.items[id]
  local answers = meaning(index, entry)
  return answers[text] or answers[whole(text)]
end

--- All levels of an item: what is not blank.
function M.all_levels(index, id)
  local entry = index.items[id]
  if not entry.all then
    entry.all = {}
    for place, row in ipairs(index.survey:freq(id):rows()) do entry.all[place] = row.level end
  end
  return entry.all
end

local function counted(index, entry, base)
  if base == "asked" and not entry.several then return index.size end
  local row = index.survey:freq(entry.id, { base = entry.several and base or nil }):rows()[1]
  return row and row.n or 0
end

--- How many gave an answer.
function M.count(index, id, level)
  local entry = index.items[id]
  if not entry.counts then
    entry.counts = {}
    for _, row in ipairs(index.survey:freq(id):rows()) do entry.counts[row.level] = row.count end
  end
  return entry.counts[level] or 0
end

--- How many a share of an item is taken of: base "asked" (all respondents, or those who were
-- asked where several answers were allowed), "answered" or, with several answers, "answers".
function M.base(index, id, base)
  local entry = index.items[id]
  entry.bases = entry.bases or {}
  entry.bases[base] = entry.bases[base] or counted(index, entry, base)
  return entry.bases[base]
end

return M
