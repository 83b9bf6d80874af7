--- Reading data: bilan.read(path, opts) -> survey.
--
-- The format is found from the content. What was detected (delimiter, encoding, decimal mark,
-- rows, trimmed cells ...) stays with the survey as its origin and is shown by `describe`.
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
  local codebook = require "bilan.codebook"
  if type(given) ~= "string" then return codebook.read(given) end
  local sandbox = require "bilan.sandbox"
  local folder = given:match("^(.*)/[^/]*$") or "."
  local book = codebook.read(
    sandbox.load_file(given, sandbox.environment(folder, {}), "codebook")())
  book.path = given
  return book
end

local sqlite_head <const> = "SQLite format 3\0"

local function read_sqlite(path, opts)
  core.host.check_read(path)
  local bytes = core.host.read(path)
  local made, names = core.sql.sqlite_read(path, opts.query or opts.table)
  return made, { path = path, format = "sqlite", tables = names, sha256 = core.csv.sha256(bytes),
    rows = core.data.rows(made), columns = #core.data.names(made), warnings = {} }, #bytes
end

-- The options that decide what is read from the file, before any codebook.
local function reading_options(opts, names)
  local passed = {}
  for _, name in ipairs(names) do passed[name] = opts[name] end
  return passed
end

local LARGE <const> = 8 << 20 -- bytes: takes long enough to say so, and to be kept

-- The hash of a file's bytes as a field that is computed when it is first asked for: that takes
-- longer than reading them. Raises then when the file is not the one it was.
local function hash_later(origin, path, id)
  return setmetatable(origin, { __index = function(self, key)
    if key ~= "sha256" then return nil end
    local sha256 = core.archive.cache.sha256(path, id)
    rawset(self, key, sha256)
    return sha256
  end })
end

-- A file that was changed a moment ago may change again unseen: its bytes are hashed as they were
-- read when they fit into memory, else at once.
local function read_csv(path, opts)
  local passed, cache = reading_options(opts, csv_options), nil
  local id, size, racy = core.archive.cache.identity(path)
  core.host.progress(path .. ": reading", size > LARGE)
  if size >= LARGE and core.host.has_cache() then
    cache = require "bilan.cache"
    local made, kept = cache.find(path, passed, json.pack(passed), id, size, racy)
    if made then return made, hash_later(kept, path, id), size end
  end
  local bytes = racy and size < LARGE and core.host.read(path) or nil
  local made, report = core.csv.csv_read(path, bytes, passed)
  report.path = path
  if report.sha256 == nil then hash_later(report, path, id) end
  if racy then report.sha256 = report.sha256 end
  if cache then
    cache.keep { path = path, id = id, bytes = size, racy = racy, options = json.pack(passed),
      table = made, origin = report }
  end
  return made, report, size
end

-- What came by standard input.
local function read_bytes(path, bytes, opts)
  local made, report = core.csv.csv_read(path, bytes, reading_options(opts, csv_options))
  report.path = path
  report.sha256 = report.sha256 or core.csv.sha256(bytes)
  return made, report, #bytes
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
  local given = path == "-" and core.host.read(path) or nil
  local head = given or core.host.head(path, #sqlite_head)
  local made, origin, size
  if head:sub(1, #sqlite_head) == sqlite_head then made, origin, size = read_sqlite(path, opts)
  else
    if opts.table or opts.query then
      fault.raise('read: "%s" is no SQLite file, so it has no table or query', path)
    end
    if given then made, origin, size = read_bytes(path, given, opts)
    else made, origin, size = read_csv(path, opts) end
  end
  origin.labels = origin.labels or header_labels(origin)
  return made, origin, size
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
  local origin = entry.origin
  ledger.input(entry.path, "data", nil, function() return origin.sha256 end,
    entry.stat or { bytes = bytes, modified = math.huge, changed = 0 })
  ledger.survey(entry)
  return entry.table, origin
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
  if book then made, notes = require("bilan.codebook").apply(book, raw) end
  local survey = Survey.wrap(made, { book = in_language(book, opts.lang), origin = origin,
    notes = notes, wave = opts.wave,
    synthetic = opts.synthetic or (book and book.synthetic) or says_synthetic(made) })
  local source = setmetatable({ kind = "file", path = path, options = entry.options },
    { __index = function(_, key) return key == "sha256" and origin.sha256 or nil end })
  lineage.begin(survey, source, raw, book, origin.labels)
  ledger.wave(opts.wave or book and book.wave)
  if events.on then
    events.tell("read", { survey = survey, path = path, codebook = book ~= nil })
  end
  return survey
end

return M
