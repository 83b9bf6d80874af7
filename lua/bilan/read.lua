--- Reading data: bilan.read(path, opts) -> survey.
--
-- The format is found from the content. What was detected (delimiter, encoding, decimal mark,
-- rows, trimmed cells ...) stays with the survey as its origin and is shown by `describe`.
local codebook = require "bilan.codebook"
local core = require "bilan.core"
local events = require "bilan.events"
local fault = require "bilan.fault"
local json = require "bilan.json"
local ledger = require "bilan.record.ledger"
local lineage = require "bilan.record.lineage"
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
  if type(given) ~= "string" then return codebook.read(given) end
  local sandbox = require "bilan.sandbox"
  local folder = given:match("^(.*)/[^/]*$") or "."
  local book = codebook.read(
    sandbox.load_file(given, sandbox.environment(folder, {}), "codebook")())
  book.path = given
  return book
end

local function read_sqlite(path, opts)
  core.host.check_read(path)
  local made, names = core.sql.sqlite_read(path, opts.query or opts.table)
  return made, { path = path, format = "sqlite", tables = names,
    rows = core.data.rows(made), columns = #core.data.names(made), warnings = {} }
end

-- The options that decide what is read from the file, before any codebook.
local function reading_options(opts, names)
  local passed = {}
  for _, name in ipairs(names) do passed[name] = opts[name] end
  return passed
end

local function read_csv(path, bytes, opts)
  local passed = reading_options(opts, csv_options)
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

-- The table of a file, before any codebook, and its origin.
local function parse(path, opts)
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
  origin.sha256 = origin.sha256 or core.csv.sha256(bytes)
  return made, origin, #bytes
end

local file_options = table.move({ "table", "query" }, 1, 2, #csv_options + 1,
  table.move(csv_options, 1, #csv_options, 1, {}))

-- What the run's archive has of the file, when that is as it was; the file is not opened then
-- unless the system says that it was touched. An entry for the ledger without a table otherwise.
local function stored(path, opts)
  local entry = { path = path, options = json.pack(reading_options(opts, file_options)) }
  local current = ledger.current
  if not current then return entry end
  entry.stat = ledger.stat(path)
  if current.store then
    entry.table, entry.origin = current.store(path, entry.options, entry.stat)
  end
  entry.stored = entry.table ~= nil
  return entry
end

-- The table of a file and its origin, entered in the ledger of the run.
local function load(entry, opts)
  local bytes
  if not entry.table then entry.table, entry.origin, bytes = parse(entry.path, opts) end
  ledger.input(entry.path, "data", nil, entry.origin.sha256,
    entry.stat or { bytes = bytes, modified = math.huge, changed = 0 })
  ledger.survey(entry)
  return entry.table, entry.origin
end

-- The codebook with the language of the results, where one is given.
local function in_language(book, lang)
  if not lang then return book end
  local copy = {}
  for key, value in pairs(book or { order = {}, items_by_id = {} }) do copy[key] = value end
  copy.lang = lang
  return copy
end

-- One wave of an archive.
local function read_wave(path, opts)
  for _, name in ipairs(known) do
    local fits = name == "wave" or name == "lang" or name == "synthetic"
    if opts[name] ~= nil and not fits then
      fault.raise('read: "%s" is an archive, whose waves were read already: it takes wave, lang '
        .. 'and synthetic, not %s', path, name)
    end
  end
  local archive = require("bilan.archive").open(path, "read")
  local survey = archive:read_wave(opts.wave)
  archive:close()
  local s = Survey.inside(survey)
  s.book, s.synthetic = in_language(s.book, opts.lang), opts.synthetic or s.synthetic
  if events.on then
    events.tell("read", { survey = survey, path = path, codebook = #s.book.order > 0 })
  end
  return survey
end

--- Reads a data file, or one wave of an archive. Options: delimiter, encoding, decimal, missing,
-- codebook, types, table | query (SQLite), wave, lang (of its results), fill, trim; all found by
-- themselves when absent.
function M.read(path, opts)
  fault.expect(path, "string", "bilan.read: a path")
  opts = fault.options(opts, known, "read")
  local entry = stored(path, opts)
  if not entry.table and core.host.exists(path) and core.archive.is(path) then
    return read_wave(path, opts)
  end
  local raw, origin = load(entry, opts)
  local made, book, notes = raw, find_codebook(opts.codebook), {}
  if book then made, notes = codebook.apply(book, raw) end
  local survey = Survey.wrap(made, { book = in_language(book, opts.lang), origin = origin,
    notes = notes, wave = opts.wave,
    synthetic = opts.synthetic or (book and book.synthetic) or says_synthetic(made) })
  local source = { kind = "file", path = path, sha256 = origin.sha256,
    options = entry.options }
  lineage.begin(survey, source, raw, book, origin.labels)
  ledger.wave(opts.wave or book and book.wave)
  if events.on then
    events.tell("read", { survey = survey, path = path, codebook = book ~= nil })
  end
  return survey
end

return M
