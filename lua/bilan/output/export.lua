--- A sheet as CSV and as JSON: the released records, one a line, numbers at full precision.
--
-- CSV is for other programs: text cells are quoted and cannot become formulas, numbers stay
-- numbers. opts.layout = "table" writes what a reader sees instead. JSON is versioned
-- ("bilan": 1), keys stand in a fixed order, and a number reads back as the same double.
--
-- JSON: { bilan, kind, title, lang, unit, synthetic, policy, display, item, by, rows, bases, tests,
-- foot, notes }; a row has by = { item: level }, labels, figures, and where there is no figure
-- "value": null, "shown": false and the reason in words. Line breaks stand between records, so
-- that two runs compare line by line.
local escape = require "bilan.output.escape"
local gate = require "bilan.gate"
local host = require "bilan.host"
local json = require "bilan.json"
local lang = require "bilan.output.lang"

local M = {}

-- Shortest text that reads back, with the decimal sign asked for.
local function number_text(x, decimal)
  local text = host.number(x)
  return decimal == "," and text:gsub("%.", ",") or text
end

-- One value of a record as a CSV cell.
local function csv_value(value, opts)
  if value == nil then return "" end
  if math.type(value) then
    local text = number_text(value, opts.decimal)
    return text:find(opts.delimiter, 1, true) and '"' .. text .. '"' or text
  end
  return escape.csv(tostring(value), opts)
end

-- Header of a record key; a by-item with the name of a field is set apart.
local function header_of(key, keys)
  if not key.by then return key.name end
  for _, other in ipairs(keys) do
    if other.name == key.name and not other.by then return "by." .. key.name end
  end
  return key.name
end

-- One line a record, under the names of the fields.
local function record_lines(body, opts)
  local lines, cells = {}, {}
  for at, key in ipairs(body.keys) do
    cells[at] = escape.csv(header_of(key, body.keys), opts)
  end
  lines[1] = table.concat(cells, opts.delimiter)
  for _, record in ipairs(body.records) do
    local row = {}
    for at, key in ipairs(body.keys) do
      local value
      if key.by then value = record.by[key.name] else value = record[key.name] end
      row[at] = csv_value(value, opts)
    end
    lines[#lines + 1] = table.concat(row, opts.delimiter)
  end
  return lines
end

local function table_lines(body, opts)
  local lines, cells = {}, {}
  for at, column in ipairs(body.columns) do cells[at] = escape.csv(column.label, opts) end
  lines[1] = table.concat(cells, opts.delimiter)
  for _, row in ipairs(body.rows) do
    local out = {}
    for at, cell in ipairs(row.cells) do
      -- A number as the reader sees it may start with a sign; words are neutralised.
      local figure = cell.shown and math.type(cell.value)
      out[at] = escape.csv(cell.text, { delimiter = opts.delimiter, raw = opts.raw or figure })
    end
    lines[#lines + 1] = table.concat(out, opts.delimiter)
  end
  local below = table.move(body.change_lines or {}, 1, #(body.change_lines or {}), 2,
    { body.subtitle or false }) -- what the marks of the table mean, and of which answer it is
  for _, line in ipairs(below) do
    if line then
      lines[#lines + 1] = escape.csv(line, opts) .. opts.delimiter:rep(#body.columns - 1)
    end
  end
  return lines
end

local csv_options = { delimiter = true, decimal = true, raw = true, bom = true, layout = true }

--- CSV: opts.delimiter (","), decimal ("."), bom, raw (no protection against formulas),
-- layout = "records" or "table".
function M.csv(sheet, opts)
  local body = gate.open(sheet, "the CSV writer")
  local all = { delimiter = ",", decimal = "." }
  for key, value in pairs(opts or {}) do
    if csv_options[key] then all[key] = value end
  end
  local lines = all.layout == "table" and table_lines(body, all) or record_lines(body, all)
  return (all.bom and "\u{FEFF}" or "") .. table.concat(lines, "\n") .. "\n"
end

-- ---- JSON -----------------------------------------------------------------------------------

local function pair(name, text) return escape.json(name) .. ":" .. text end

-- {"genre":"fille"} in the order of the result's items.
local function json_by(body, record)
  local parts = {}
  for _, item in ipairs(body.by) do
    if record.by[item.name] ~= nil then
      parts[#parts + 1] = pair(item.name, json.encode(record.by[item.name]))
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Kinds of missing in their fixed order.
local function json_kinds(kinds)
  local parts = {}
  for _, kind in ipairs(lang.missing_kinds) do
    local count = kinds[kind[1]]
    if count then parts[#parts + 1] = pair(kind[1], json.encode(count)) end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function json_record(body, record)
  local parts = {}
  if #body.by > 0 then parts[1] = pair("by", json_by(body, record)) end
  for _, key in ipairs(body.keys) do
    if not key.by and (record[key.name] ~= nil or key.name == "value") then
      parts[#parts + 1] = pair(key.name, json.encode(record[key.name]))
    end
  end
  if record.missing_kinds then
    parts[#parts + 1] = pair("missing_kinds", json_kinds(record.missing_kinds))
  end
  if record.shown == false then parts[#parts + 1] = pair("shown", "false") end
  return "{" .. table.concat(parts, ",") .. "}"
end

local part_keys = { "banner", "col", "name", "statistic", "df", "ddf", "p_value", "n",
  "weighted_n", "effective_n", "missing", "note", "reason" }

-- Bases and tests of a cross-table.
local function json_part(record)
  local parts = {}
  for _, name in ipairs(part_keys) do
    if record[name] ~= nil then parts[#parts + 1] = pair(name, json.encode(record[name])) end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function json_list(list, each)
  local lines = {}
  for index, value in ipairs(list) do lines[index] = "  " .. each(value) end
  if #lines == 0 then return "[]" end
  return "[\n" .. table.concat(lines, ",\n") .. "\n]"
end

-- An item by name and label.
local function json_item(item)
  return "{" .. pair("name", json.encode(item.name)) .. "," ..
    pair("label", json.encode(item.label or item.name)) .. "}"
end

--- JSON text of a sheet, ending in a line feed.
function M.json(sheet)
  local body = gate.open(sheet, "the JSON writer")
  local parts = { pair("bilan", "1") }
  for _, name in ipairs { "kind", "title", "subtitle", "lang", "unit" } do
    if body[name] ~= nil then parts[#parts + 1] = pair(name, json.encode(body[name])) end
  end
  parts[#parts + 1] = pair("synthetic", json.encode(body.synthetic and true or false))
  parts[#parts + 1] = pair("policy", json.encode(body.policy))
  if body.display then parts[#parts + 1] = pair("display", json.encode(body.display)) end
  if body.item then parts[#parts + 1] = pair("item", json_item(body.item)) end
  if #body.by > 0 then parts[#parts + 1] = pair("by", json_list(body.by, json_item)) end
  parts[#parts + 1] = pair("rows", json_list(body.records, function(record)
    return json_record(body, record)
  end))
  for _, name in ipairs { "bases", "tests" } do
    if body[name] and #body[name] > 0 then
      parts[#parts + 1] = pair(name, json_list(body[name], json_part))
    end
  end
  parts[#parts + 1] = pair("foot", json_list(body.foot, json.encode))
  parts[#parts + 1] = pair("notes", json_list(body.notes, json.encode))
  return "{" .. table.concat(parts, ",\n") .. "}\n"
end

return M
