--- The archive of a survey for years, from the side of Lua: one SQLite file, *.bilan.
--
-- core.archive stores tables and runs SQL; here are surveys, codebooks, sources, runs and
-- figures. An archive object has
--   waves() read_wave(name) add_wave(name, survey, opts) drop_wave(name)
--   add_codebook(book) codebook(sha256) find_source(path, options) add_source(entry)
--   add_run(record) runs() run(id) last_runs() inputs(id) outputs(id) figures(id) close()
-- Those that add are called inside `change(f)`, which is one transaction. docs/format.md has the
-- tables. A codebook is kept as it was given (JSON), read again when a wave is read, so that a
-- wave means later what it meant; its items and levels stand as rows beside it, for sqlite3.
local codebook = require "bilan.codebook"
local core = require "bilan.core"
local fault = require "bilan.fault"
local json = require "bilan.json"
local ledger = require "bilan.record.ledger"
local lineage = require "bilan.record.lineage"
local ordered = require "bilan.ordered"
local Survey = require "bilan.survey"

local M = {}
local Archive = {}
Archive.__index = Archive

-- ---- small parts -------------------------------------------------------------------------------

--- Opens an archive: mode "read", or "write", which makes it when it is absent.
function M.open(path, mode)
  return setmetatable({ core = core.archive.open(path, mode), path = path }, Archive)
end

--- Is this file an archive? By its first bytes; no for one that is not there or may not be read.
function M.is(path) return core.host.exists(path) and core.archive.is(path) end

function Archive:close() self.core:close() end

--- One transaction around f(); nothing of it stays when f raises.
function Archive:change(f) return self.core:transaction(f) end

-- nil and json.null as SQL's NULL; a list with its length, since it may end with one.
local function bound(values, count)
  local out = {}
  for at = 1, count do
    local value = values[at]
    if value == nil then value = core.archive.null end
    out[at] = value
  end
  return out
end

-- INSERT of a row { column = value } in a table; gives its rowid.
local function insert(self, table_, row)
  local names, marks, values = ordered.keys(row), {}, {}
  for at, name in ipairs(names) do marks[at], values[at] = "?" .. at, row[name] end
  local _, id = self.core:exec(("INSERT INTO %s(%s) VALUES(%s)"):format(table_,
    table.concat(names, ", "), table.concat(marks, ", ")), bound(values, #names))
  return id
end

local function query(self, sql, ...)
  return self.core:query(sql, bound({ ... }, select("#", ...)))
end

local function first(self, sql, ...) return query(self, sql, ...)[1] end

--- Now, or SOURCE_DATE_EPOCH: "2024-06-30T12:00:00Z".
function M.now()
  local epoch = os.getenv "SOURCE_DATE_EPOCH"
  return os.date("!%Y-%m-%dT%H:%M:%SZ", epoch and math.tointeger(tonumber(epoch)) or nil)
end

-- ---- codebooks ---------------------------------------------------------------------------------

-- A text by language as one text: the book's own language first.
local function in_words(labels, lang)
  if type(labels) ~= "table" then return labels end
  return labels[lang] or labels[""] or labels.fr or labels.en or labels.nl
end

local function add_levels(self, id, item)
  for place, level in ipairs(item.levels or {}) do
    if type(level) == "string" then level = { level } end
    insert(self, "codebook_level", { codebook = id, item = item.id, place = place,
      label = level[1], score = level.score })
  end
end

-- What a codebook says of earlier waves: a row for the item, and one for each level mapped.
local function add_crosswalk(self, id, item)
  for wave, was in ordered.pairs(type(item.was) == "table" and item.was or {}) do
    if type(was) ~= "table" then was = { item = was or nil } end
    local row = { codebook = id, item = item.id, wave = wave, was = was.item or nil,
      grade = was.grade, note = was.note }
    if was.item == nil and next(was) == nil then row.grade = "not asked" end
    insert(self, "crosswalk", row)
    for side, levels in ordered.pairs { levels = was.levels or {}, here = was.here or {} } do
      for old, new in ordered.pairs(levels) do
        insert(self, "crosswalk", { codebook = id, item = item.id, wave = wave,
          was = row.was, level = tostring(new), was_level = tostring(old),
          note = side == "here" and "level of this codebook" or nil })
      end
    end
  end
end

local function add_items(self, id, given)
  for place, item in ipairs(given.items or {}) do
    insert(self, "codebook_item", { codebook = id, place = place, id = item.id,
      concept = item.concept or item.id, kind = item.kind or "single",
      label = in_words(item.label, given.lang), question = in_words(item.question, given.lang),
      universe = item.universe, note = item.note })
    add_levels(self, id, item)
    add_crosswalk(self, id, item)
  end
end

--- Stores a codebook once; gives its id and hash. nil for one that was not given as a table.
function Archive:add_codebook(book)
  if not book or not book.given then return nil end
  local text = json.pack(book.given)
  local sha256 = core.csv.sha256(text)
  local known = first(self, "SELECT id FROM codebook WHERE sha256 = ?1", sha256)
  if known then return known.id, sha256 end
  local given = book.given
  local id = insert(self, "codebook", { sha256 = sha256, path = book.path, title = given.title,
    version = given.version and tostring(given.version), lang = given.lang, json = text })
  add_items(self, id, given)
  return id, sha256
end

--- The JSON of a codebook by its hash, and the path it was read from; nil when it is not there.
function Archive:codebook(sha256)
  local row = first(self, "SELECT json, path FROM codebook WHERE sha256 = ?1", sha256) or {}
  return row.json, row.path
end

-- ---- sources -----------------------------------------------------------------------------------

--- What is kept of a file that was read with these options: the newest row; nil when there is none.
function Archive:find_source(path, options)
  return first(self, "SELECT * FROM source WHERE path = ?1 AND options = ?2 "
    .. "ORDER BY id DESC LIMIT 1", path, options)
end

--- The data of a source as read, and its origin; nil when only its hash is kept.
function Archive:read_source(source)
  if not source.data then return nil end
  return self.core:get(source.data), json.unpack(source.dialect)
end

-- The row of a source. A racy stat is left out.
local function source_row(entry, data)
  local origin, stat = entry.origin, entry.stat
  local row = { path = entry.path, name = entry.path:match "[^/]*$", sha256 = origin.sha256,
    options = entry.options, dialect = json.pack(origin), rows = origin.rows,
    columns = origin.columns, data = data, read_on = M.now(), bytes = stat and stat.bytes }
  if stat and not ledger.is_racy(stat) then
    row.modified, row.changed, row.inode = stat.modified, stat.changed, stat.inode
  end
  return row
end

-- Sources of a path and its options that no wave refers to.
local function loose_sources(self, path, options)
  return query(self, "SELECT id, data FROM source WHERE path = ?1 AND options = ?2 "
    .. "AND id NOT IN (SELECT source FROM wave WHERE source IS NOT NULL)", path, options)
end

--- Forgets data that no wave and no source refers to.
function Archive:drop_data(data)
  local used = first(self, "SELECT (SELECT count(*) FROM wave WHERE data = ?1) + "
    .. "(SELECT count(*) FROM source WHERE data = ?1) AS times", data)
  if used.times == 0 then self.core:drop(data) end
end

--- Keeps data as read: { path, options, stat, origin, table }; those of the same path and options
-- are replaced. Gives the id of the source.
function Archive:add_source(entry)
  local data, old = self.core:put(entry.table), loose_sources(self, entry.path, entry.options)
  local id = insert(self, "source", source_row(entry, data))
  for _, row in ipairs(old) do
    self.core:exec("DELETE FROM source WHERE id = ?1", { row.id })
    if row.data then self:drop_data(row.data) end -- not what the new one has: it refers to it
  end
  return id
end

-- ---- waves -------------------------------------------------------------------------------------

--- { { name, rows, items, synthetic, added, sha256 }, ... } in their order.
function Archive:waves()
  return query(self, "SELECT w.name, d.rows, d.items, w.synthetic, w.added, d.sha256 "
    .. "FROM wave AS w JOIN data AS d ON d.id = w.data ORDER BY w.place, w.name")
end

-- The row of a wave; of the only one when no name is given.
local function find_wave(self, name)
  local names = {}
  for at, wave in ipairs(self:waves()) do names[at] = wave.name end
  if not name and #names == 1 then name = names[1] end
  if not name then
    fault.raise('"%s" has %s', self.path, #names == 0 and "no wave"
      or ("%d waves: say wave = one of %s"):format(#names, table.concat(names, ", ")))
  end
  for _, known in ipairs(names) do
    if known == name then
      return first(self, "SELECT w.*, d.sha256, s.dialect, s.path FROM wave AS w "
        .. "JOIN data AS d ON d.id = w.data LEFT JOIN source AS s ON s.id = w.source "
        .. "WHERE w.name = ?1", name)
    end
  end
  fault.unknown("wave", tostring(name), names)
end

-- The codebook of a wave, as it was given.
local function wave_book(self, id)
  if not id then return nil end
  local row = first(self, "SELECT json, path FROM codebook WHERE id = ?1", id)
  local book = codebook.read(json.unpack(row.json))
  book.path = row.path
  return book
end

-- The row of a wave, its codebook and its answers.
local function fetch_wave(self, name)
  local wave = find_wave(self, name)
  return wave, wave_book(self, wave.codebook), self.core:get(wave.data)
end

--- A wave as a survey, with its codebook, its origin and its synthetic mark. All of one moment: one
-- that is replaced meanwhile is read as it was.
function Archive:read_wave(name)
  local wave, book, made = self.core:reading(fetch_wave, self, name)
  local origin = wave.dialect and json.unpack(wave.dialect) or {}
  local notes = origin.survey_notes or {}
  origin.survey_notes = nil
  local survey = Survey.wrap(made, { book = book, origin = origin, notes = notes,
    wave = wave.name, synthetic = wave.synthetic == 1 and (book and book.synthetic or true) })
  lineage.begin(survey, { kind = "wave", path = self.path, sha256 = wave.sha256, wave = wave.name },
    nil, book, origin.labels or {})
  ledger.input(("%s, wave %s"):format(self.path, wave.name), "data", nil, wave.sha256)
  ledger.wave(wave.name)
  return survey
end

-- Where a survey of a wave came from: a source without its data, which the wave has.
local function add_wave_source(self, s, stat)
  local origin = {}
  for key, value in pairs(s.origin or {}) do origin[key] = value end
  origin.sha256 = s.origin and s.origin.sha256 -- which may be computed only now
  origin.survey_notes = s.notes
  local path = type(origin.path) == "string" and origin.path or nil
  return insert(self, "source", source_row({ path = path or "", options = "", stat = stat,
    origin = origin }))
end

--- Stores a survey (the rows of its domain) as a wave. opts: replace, stat (of the file it was
-- read from). A wave that is there already is an error without replace.
function Archive:add_wave(name, survey, opts)
  local s, place = Survey.inside(survey), nil
  opts = opts or {}
  local there = first(self, "SELECT place, data, source FROM wave WHERE name = ?1", name)
  if there and not opts.replace then
    fault.raise('"%s" has the wave "%s" already: --replace puts this one in its place', self.path,
      name)
  end
  local made = s.domain and core.data.take(s.table, s.domain) or s.table
  core.archive.load(made) -- it may come from this very archive, whose wave goes now
  if there then place = there.place; self:drop_wave(name) end
  place = place or first(self, "SELECT coalesce(max(place), 0) + 1 AS next FROM wave").next
  local data = self.core:put(made)
  insert(self, "wave", { name = name, place = place, data = data,
    codebook = self:add_codebook(s.book), source = add_wave_source(self, s, opts.stat),
    synthetic = s.synthetic and 1 or 0, added = M.now() })
end

--- Takes a wave out, with its answers where nothing else has them.
function Archive:drop_wave(name)
  local wave = first(self, "SELECT data, source FROM wave WHERE name = ?1", name)
  if not wave then return end
  self.core:exec("DELETE FROM wave WHERE name = ?1", { name })
  if wave.source then self.core:exec("DELETE FROM source WHERE id = ?1", { wave.source }) end
  self:drop_data(wave.data)
end

-- ---- runs --------------------------------------------------------------------------------------

local run_columns = { "script", "wave", "arguments", "out", "engine", "methods", "options",
  "started" }

--- Stores a run (see record.lua) and gives its number.
function Archive:add_run(record)
  local row = { status = "complete" }
  for _, name in ipairs(run_columns) do row[name] = record[name] end
  local id = insert(self, "run", row)
  for _, book in ipairs(record.codebooks) do self:add_codebook(book) end
  for _, input in ipairs(record.inputs) do
    insert(self, "run_input", { run = id, path = input.path, role = input.role,
      sha256 = input.sha256, bytes = input.bytes, modified = input.modified,
      changed = input.changed, inode = input.inode })
  end
  for _, output in ipairs(record.outputs) do
    insert(self, "run_output", { run = id, path = output.path, sha256 = output.sha256,
      bytes = output.bytes })
  end
  for _, figure in ipairs(record.figures) do
    local columns = { run = id }
    for key, value in pairs(figure) do columns[key] = value end
    insert(self, "figure", columns)
  end
  return id
end

--- All runs, the oldest first: rows of the table run with `figures` and `files`.
function Archive:runs()
  return query(self, "SELECT r.*, (SELECT count(*) FROM figure AS f WHERE f.run = r.id) AS figures,"
    .. " (SELECT count(*) FROM run_output AS o WHERE o.run = r.id) AS files"
    .. " FROM run AS r ORDER BY r.id")
end

--- One run by its number; an unknown one is an error.
function Archive:run(id)
  local runs, numbers = self:runs(), {}
  for at, run in ipairs(runs) do
    numbers[at] = tostring(run.id)
    if run.id == id then return run end
  end
  fault.unknown("run", tostring(id), numbers)
end

--- The last complete run of each script with its arguments, the oldest first. wave: of that wave
-- only.
function Archive:last_runs(wave)
  local last, out = {}, {}
  local function call(run) return run.script .. "\0" .. tostring(run.arguments) end
  for _, run in ipairs(self:runs()) do
    local fits = not wave or run.wave == wave
    if run.status == "complete" and fits then last[call(run)] = run.id end
  end
  for _, run in ipairs(self:runs()) do
    if last[call(run)] == run.id then out[#out + 1] = run end
  end
  return out
end

function Archive:inputs(id)
  return query(self, "SELECT * FROM run_input WHERE run = ?1 ORDER BY rowid", id)
end

function Archive:outputs(id)
  return query(self, "SELECT * FROM run_output WHERE run = ?1 ORDER BY rowid", id)
end

--- The figures of a run in the order of their definition.
function Archive:figures(id)
  return query(self, "SELECT * FROM figure WHERE run = ?1 ORDER BY place, row", id)
end

return M
