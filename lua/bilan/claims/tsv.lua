-- claims/tsv: reads the two tables of an audit, strictly.
--
-- Claims have the columns  id population group item level share n note  (n and note may be
-- absent), populations have  population group size.  Fields are separated by tabs, the first
-- line names the columns in any order; blank lines are skipped. Whatever is wrong is an error
-- "file:line: what, and what was expected": nothing is guessed, nothing is dropped.
--
-- A size or a base known only roughly is written "~10" ("about 10" and "environ 10" are read
-- too): it bounds nothing, but the audit lists which whole bases near it would do.
--
-- The same checks are made on rows given as Lua tables ("row 3" then stands for the line).
local core = require "bilan.core".claim
local fault = require "bilan.fault"

local M = {}

local CLAIM_COLUMNS = { "id", "population", "group", "item", "level", "share", "n", "note" }
local CLAIM_NEEDED = { "id", "population", "group", "item", "level", "share" }
local POPULATION_COLUMNS = { "population", "group", "size" }
local MOST_BASE = 10000000

local function fail(where, message, ...)
  error(where .. ": " .. message:format(...), 0)
end

local function contains(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

local function check_column(where, name, known)
  if contains(known, name) then return end
  local hint = fault.hint(known, name)
  if hint == "" then hint = "; expected " .. table.concat(known, ", ") end
  fail(where, 'unknown column "%s"%s', name, hint)
end

local function check_needed(where, seen, needed)
  for _, name in ipairs(needed) do
    if not seen[name] then fail(where, 'missing column "%s"', name) end
  end
end

local function trim(s)
  return (s:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function split(line)
  local fields = {}
  for field in (line .. "\t"):gmatch "([^\t]*)\t" do fields[#fields + 1] = trim(field) end
  return fields
end

local function read_header(where, line, known, needed)
  local header, seen = split(line), {}
  for _, name in ipairs(header) do
    check_column(where, name, known)
    if seen[name] then fail(where, 'column "%s" stands twice', name) end
    seen[name] = true
  end
  check_needed(where, seen, needed)
  return header
end

local function read_line(where, header, line)
  local fields = split(line)
  if #fields > #header then
    fail(where, "%d fields; expected %d (%s)", #fields, #header, table.concat(header, ", "))
  end
  local record = { where = where }
  for i, name in ipairs(header) do record[name] = fields[i] or "" end
  return record
end

-- TSV text -> records with a field per column and `where` ("file:line").
local function read_text(text, name, known, needed)
  local header
  local records, number = {}, 0
  text = text:gsub("^\239\187\191", ""):gsub("\r\n?", "\n")
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local where = ("%s:%d"):format(name, number)
    if line:find "%S" then
      if header then records[#records + 1] = read_line(where, header, line)
      else header = read_header(where, line, known, needed) end
    end
  end
  if not header then fail(name .. ":1", "empty; expected the columns %s", table.concat(known, " ")) end
  return records
end

local function sorted_keys(row)
  local keys = {}
  for k in pairs(row) do keys[#keys + 1] = tostring(k) end
  table.sort(keys)
  return keys
end

local function field_text(value)
  if value == nil then return "" end
  return math.type(value) == "float" and value == math.floor(value) and ("%d"):format(value)
    or tostring(value)
end

-- A list of Lua tables -> the same records.
local function read_rows(rows, name, known, needed)
  local records = {}
  for i, row in ipairs(rows) do
    local where = ("%s: row %d"):format(name, i)
    if type(row) ~= "table" then fail(where, "expected a table, got %s", type(row)) end
    for _, key in ipairs(sorted_keys(row)) do check_column(where, key, known) end
    check_needed(where, row, needed)
    local record = { where = where }
    for _, column in ipairs(known) do record[column] = trim(field_text(row[column])) end
    records[i] = record
  end
  return records
end

local function read(source, name, known, needed)
  if type(source) == "string" then return read_text(source, name, known, needed) end
  return read_rows(source, name, known, needed)
end

local function check_filled(record, names)
  for _, name in ipairs(names) do
    if record[name] == "" then fail(record.where, 'column "%s" is empty', name) end
  end
end

local ABOUT = { "^~%s*(%d+)$", "^≈%s*(%d+)$", "^about (%d+)$", "^environ (%d+)$" }

-- "665" -> 665; "~10" -> nil, 10; "" -> nil. Anything else is an error.
local function read_base(record, column)
  local text = record[column] or ""
  if text == "" then return nil end
  local exact = text:match "^%d+$"
  local value, rough = tonumber(exact), nil
  for _, pattern in ipairs(ABOUT) do rough = rough or tonumber(text:match(pattern)) end
  local number = value or rough
  if not number or number < 1 or number > MOST_BASE then
    fail(record.where, '%s "%s" is not a whole number from 1 to %d (or "~10" for about ten)',
      column, text, MOST_BASE)
  end
  return value and math.tointeger(value), rough and math.tointeger(rough)
end

local NUMBER_WORDS = {
  ten = 10, twenty = 20, thirty = 30, fifty = 50, hundred = 100, dozen = 12, dix = 10, vingt = 20,
  trente = 30, cinquante = 50, cent = 100, douze = 12, dizaine = 10, vingtaine = 20,
}

-- A base that the note gives roughly: "n is about ten", "n = ~10", "n environ 12".
local function base_in_note(note)
  local word = note:lower():match "%f[%w]n%s+[%wé=]*%s*about%s+(%w+)"
    or note:lower():match "%f[%w]n%s*=?%s*[~≈]%s*(%d+)"
    or note:lower():match "%f[%w]n%s+[%w=]*%s*environ%s+(%w+)"
  return word and (math.tointeger(tonumber(word)) or NUMBER_WORDS[word])
end

local function split_levels(record)
  local levels, seen = {}, {}
  for level in (record.level .. "|"):gmatch "([^|]*)|" do
    level = trim(level)
    if level == "" then fail(record.where, 'level "%s" has an empty part', record.level) end
    if seen[level] then fail(record.where, 'level "%s" names "%s" twice', record.level, level) end
    seen[level] = true
    levels[#levels + 1] = level
  end
  return levels
end

local function finish_claim(record, rule)
  check_filled(record, { "id", "population", "item", "level", "share" })
  if record.group == "" then record.group = "all" end
  local parsed, message = core.share(record.share, rule)
  if not parsed then fail(record.where, "%s", message) end
  record.parsed = parsed
  record.note = record.note or ""
  local n, about = read_base(record, "n")
  record.n, record.about = n, about or (not n and base_in_note(record.note)) or nil
  record.levels = split_levels(record)
end

--- Claims from TSV text or rows; `name` stands for the file in messages, `rule` is how ties
--- were rounded. Records in file order: the columns, plus parsed, levels, n, about, where.
function M.claims(source, name, rule)
  local records = read(source, name or "claims", CLAIM_COLUMNS, CLAIM_NEEDED)
  local first = {}
  for _, record in ipairs(records) do
    finish_claim(record, rule)
    local other = first[record.id]
    if other then
      fail(record.where, 'id "%s" stands twice; first at %s', record.id, other.where)
    end
    first[record.id] = record
  end
  return records
end

--- Populations from TSV text or rows: population, group, size (nil when only roughly known),
--- about, where.
function M.populations(source, name)
  local records = read(source, name or "populations", POPULATION_COLUMNS, POPULATION_COLUMNS)
  local first = {}
  for _, record in ipairs(records) do
    check_filled(record, { "population", "size" })
    if record.group == "" then record.group = "all" end
    record.size, record.about = read_base(record, "size")
    local key = record.population .. "\0" .. record.group
    if first[key] then
      fail(record.where, "%s, %s stands twice; first at %s", record.population, record.group,
        first[key].where)
    end
    first[key] = record
  end
  return records
end

return M
