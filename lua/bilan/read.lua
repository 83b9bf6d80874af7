--- Reading data: bilan.read(path, opts) -> survey.
--
-- The format is found from the content. What was detected (delimiter, encoding, decimal mark,
-- rows, trimmed cells ...) stays with the survey as its origin and is shown by `describe`.
local codebook = require "bilan.codebook"
local core = require "bilan.core"
local fault = require "bilan.fault"
local Survey = require "bilan.survey"

local M = {}

local csv_options = { "delimiter", "encoding", "decimal", "missing", "types", "fill", "trim",
  "replace" }
local own_options = { "codebook", "table", "query", "wave", "synthetic", "name", "lang" }

local known = table.move(own_options, 1, #own_options, 1, {})
table.move(csv_options, 1, #csv_options, #known + 1, known)

-- A codebook given as a table, as a path of a Lua file that returns one, or read already.
local function find_codebook(given)
  if given == nil then return nil end
  if type(given) == "string" then
    local sandbox = require "bilan.sandbox"
    local folder = given:match("^(.*)/[^/]*$") or "."
    given = sandbox.load_file(given, sandbox.environment(folder, {}))()
  end
  return codebook.read(given)
end

local function read_sqlite(path, opts)
  core.host.check_read(path)
  local made, names = core.sql.sqlite_read(path, opts.query or opts.table)
  return made, { path = path, format = "sqlite", tables = names,
    rows = core.data.rows(made), columns = #core.data.names(made), warnings = {} }
end

local function read_csv(path, bytes, opts)
  local passed = {}
  for _, name in ipairs(csv_options) do passed[name] = opts[name] end
  local made, report = core.csv.csv_read(path, bytes, passed)
  report.path = path
  return made, report
end

-- Header wordings by item name, where the file has more than the name.
local function header_labels(report)
  local labels = {}
  for _, column in ipairs(report.column or {}) do
    if column.label and column.label ~= "" and column.label ~= column.name then
      labels[column.name] = column.option and column.option ~= ""
        and ("%s [%s]"):format(column.label, column.option) or column.label
    end
  end
  return labels
end

local LARGE <const> = 8 << 20 -- bytes: takes long enough to say so

local synthetic_items = { "synthetic", "synthetique", "synthétique" }

-- Does the file itself say that its respondents are made up? Such a file has an item called
-- "synthetic" (or the French word) with an answer in every row.
local function says_synthetic(table_)
  for _, name in ipairs(synthetic_items) do
    if core.data.has(table_, name) then
      local summary = core.data.summary(table_, nil, name)
      return summary.answered > 0 and summary.missing == 0
    end
  end
  return false
end

--- Reads a data file. Options: delimiter, encoding, decimal, missing, codebook, types,
-- table | query (SQLite), wave, lang (of its results), fill, trim; all found by themselves when absent.
function M.read(path, opts)
  fault.expect(path, "string", "bilan.read: a path")
  opts = fault.options(opts, known, "read")
  local bytes = core.host.read(path)
  core.host.progress(path .. ": reading", #bytes > LARGE)
  local made, origin
  if bytes:sub(1, 16) == "SQLite format 3\0" then made, origin = read_sqlite(path, opts)
  else
    if opts.table or opts.query then
      fault.raise('read: "%s" is no SQLite file, so it has no table or query', path)
    end
    made, origin = read_csv(path, bytes, opts)
  end
  origin.labels = header_labels(origin)
  local book, notes = find_codebook(opts.codebook), {}
  if book then made, notes = codebook.apply(book, made) end
  if opts.lang then
    local own = book or { order = {}, items_by_id = {} }
    book = { lang = opts.lang, order = own.order, items_by_id = own.items_by_id,
      synthetic = own.synthetic }
  end
  return Survey.wrap(made, { book = book, origin = origin, notes = notes, wave = opts.wave,
    synthetic = opts.synthetic or (book and book.synthetic) or says_synthetic(made) })
end

return M
