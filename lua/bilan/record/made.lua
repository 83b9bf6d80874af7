--- The record of a run: every indicator's figures with their receipts, inputs, outputs.
--
-- `build` makes the record from what the ledger of a run and its indicators hold; `save` writes it
-- in one transaction, at the end of a run that went well. A figure is recorded as it may be
-- published: it passes the gate under the policy in force and under that of every report that
-- showed it, and what any of them withholds is recorded as withheld, never as a number. The clock
-- stands in the record only, never in an output.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"
local methods = require "bilan.methods"

local M = {}

-- Modules by their short name, each loaded when it is first used.
local lazy = setmetatable({}, { __index = function(_, name) return require("bilan." .. name) end })

-- ---- figures -----------------------------------------------------------------------------------

local key_fields = { "term", "level", "banner", "col", "net", "p", "method" }

-- The items that a record is grouped by: those of the result in its order, then any others. A cell
-- of a cross-table has its banner and its column instead.
local function groups_of(record, by)
  local names, seen = {}, {}
  for at, item in ipairs(by or {}) do
    names[at], seen[item.name] = { name = item.name, label = item.label }, true
  end
  for _, name in ipairs(lazy.ordered.keys(record.by or {})) do
    if not seen[name] and record.col == nil then names[#names + 1] = { name = name } end
  end
  return names
end

-- What tells a record from the others of its indicator: "genre=fille; level=oui".
local function key_of(record, by)
  local parts = {}
  local function add(name, value)
    if value ~= nil then
      parts[#parts + 1] = name .. "=" .. (math.type(value) and core.text.number(value)
        or tostring(value))
    end
  end
  for _, item in ipairs(groups_of(record, by)) do
    add(item.name, record.by and record.by[item.name])
  end
  if record.row ~= record.level then add("row", record.row) end
  for _, name in ipairs(key_fields) do add(name, record[name]) end
  return table.concat(parts, "; ")
end

-- A level in the words of the codebook.
local function level_word(words, item, level)
  local own = item and words.level_labels and words.level_labels[item]
  return own and own[level] or tostring(level)
end

-- What a reader is told a record is: "Satisfait·e: oui (Genre: fille)".
local function label_of(record, words)
  local item, groups, what = words.item, {}, nil
  local level = record.level or record.row or record.term
  local label = item and item.label or words.title or ""
  if level ~= nil then what = level_word(words, item and item.name, level) end
  if record.p then what = "p = " .. core.text.number(record.p) end
  for _, by in ipairs(groups_of(record, words.by)) do
    local value = record.by and record.by[by.name]
    if value ~= nil then
      local word = level_word(words, by.name, value)
      groups[#groups + 1] = by.label and ("%s: %s"):format(by.label, word) or word
    end
  end
  if record.col ~= nil then
    groups[#groups + 1] = level_word(words, record.banner, record.col)
  end
  label = what and label .. ": " .. what or label
  return #groups > 0 and ("%s (%s)"):format(label, table.concat(groups, ", ")) or label
end

local columns = { "value", "se", "low", "high", "conf", "n", "count", "weighted_n", "missing", "df",
  "deff", "statistic", "p_value" }
local further = { "effective_n", "ddf", "letters", "flag", "flag_reason", "note", "min", "max",
  "mean", "sum", "cv", "zero", "level", "row", "col", "banner", "net", "p", "term", "method" }

-- The row of the table `figure` for one record; `shown` is its text in a table.
local function figure_of(record, words, shown)
  local detail = {}
  local figure = { key = key_of(record, words.by), label = label_of(record, words) }
  for _, name in ipairs(columns) do figure[name] = record[name] end
  for _, name in ipairs(further) do detail[name] = record[name] end
  if record.by and next(record.by) then detail.by = record.by end
  if record.withheld or record.flag == "withheld" then
    figure.withheld = tostring(record.reason or record.flag_reason or "withheld")
  else
    figure.shown = shown
  end
  return figure, detail
end

-- The text of a figure with its unit where its table has that in the heading.
local function shown_text(body, record, text)
  local unit = text and lazy.indicator.unit_words(body, { shown = record.value ~= nil })
  return unit and text .. " " .. unit or text
end

-- The sheets under which an indicator's figures were let out: by default, and in each report.
local function sheets_of(one)
  local bodies = { lazy.gate.open(one:sheet()) }
  for _, under in ipairs(lazy.indicator.published(one)) do
    bodies[#bodies + 1] = lazy.gate.open(one:sheet(under.policy, { policy = under.display }))
  end
  return bodies
end

-- Of the same record in several sheets the one that tells least, and its text.
local function least(bodies, at)
  local record, text = bodies[1].records[at], bodies[1].texts[bodies[1].records[at]]
  for _, body in ipairs(bodies) do
    local other = body.records[at]
    if other and not other.shown and record.shown then record, text = other, body.texts[other] end
  end
  return record, text
end

-- The figures of one indicator, one for each record; the receipt is kept with the first.
local function figures_of(one, place, scripts, books)
  local bodies = sheets_of(one)
  local trace, out = lazy.result.trace(one.estimate), {}
  local told = require("bilan.record.receipt").render(trace, books)
  local words = trace and trace.words or bodies[1]
  for at in ipairs(bodies[1].records) do
    local record, text = least(bodies, at)
    local figure, detail = figure_of(record, words, shown_text(bodies[1], record, text))
    figure.place, figure.indicator, figure.row = place, one.id, at
    figure.title, figure.unit = one.title, bodies[1].unit
    figure.method, figure.method_version = told.method, told.version
    figure.data, figure.codebook, figure.script = told.data, told.codebook, scripts
    detail.synthetic = bodies[1].synthetic and true or nil
    detail.receipt = at == 1 and told or nil
    figure.detail = lazy.json.pack(detail)
    out[at] = figure
  end
  return out
end

-- ---- the record --------------------------------------------------------------------------------

-- One hash of the script and its modules, in the order of their reading.
local function script_hash(inputs)
  local parts = {}
  for _, input in ipairs(inputs) do
    if input.role == "script" or input.role == "module" then parts[#parts + 1] = input.sha256 end
  end
  return core.csv.sha256(table.concat(parts, " "))
end

-- Data as read, each file and its options once.
local function sources_of(made)
  local seen, out = {}, {}
  for _, entry in ipairs(made.surveys) do
    local key = entry.path .. "\0" .. entry.options
    if not seen[key] then
      seen[key] = true
      out[#out + 1] = entry
    end
  end
  return out
end

--- The record of a run: columns of the table `run`, and inputs, outputs, figures, codebooks and
-- sources. run: script, arguments (a list), out, options (of the command line).
function M.build(made, run)
  local books, figures = {}, {}
  local scripts = script_hash(made.inputs)
  for place, one in ipairs(lazy.indicator.list()) do
    for _, figure in ipairs(figures_of(one, place, scripts, books)) do
      figures[#figures + 1] = figure
    end
  end
  local codebooks = {}
  for _, sha256 in ipairs(lazy.ordered.keys(books)) do codebooks[#codebooks + 1] = books[sha256] end
  table.sort(made.waves)
  return { script = run.script, out = run.out, engine = core.version, started = lazy.archive.now(),
    wave = #made.waves > 0 and table.concat(made.waves, ", ") or nil,
    arguments = lazy.json.pack(table.move(run.arguments, 1, #run.arguments, 1, {})),
    methods = lazy.json.pack(methods.in_effect()), options = lazy.json.pack(run.options),
    inputs = made.inputs, outputs = made.outputs, figures = figures, codebooks = codebooks,
    sources = sources_of(made) }
end

-- Sources that the archive does not hold as they are now.
local function keep_sources(store, sources)
  for _, entry in ipairs(sources) do
    if entry.stored then
      local known = store:find_source(entry.path, entry.options)
      if known and entry.stat and not ledger.is_racy(entry.stat) then
        store.core:exec("UPDATE source SET bytes = ?1, modified = ?2, changed = ?3, inode = ?4 "
          .. "WHERE id = ?5", { entry.stat.bytes, entry.stat.modified, entry.stat.changed,
          entry.stat.inode, known.id })
      end
    else
      store:add_source(entry)
    end
  end
end

--- Writes a record into an archive, which is made when it is absent; gives the run's number.
-- keep: with the data as read.
function M.save(record, path, keep)
  local store = lazy.archive.open(path, "write")
  local id
  local ok, err = pcall(store.change, store, function()
    if keep then keep_sources(store, record.sources) end
    id = store:add_run(record)
  end)
  store:close()
  if not ok then error(err, 0) end
  return id
end

local function counted(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

--- "recorded: itd.bilan, run 3: 12 figures, 4 files"
function M.sentence(record, path, id)
  return ("recorded: %s, run %d: %s, %s\n"):format(path, id, counted(#record.figures, "figure"),
    counted(#record.outputs, "file"))
end

-- ---- data read earlier -------------------------------------------------------------------------

-- Does the file say the same bytes as when it was kept? Known by what the system says of it, else
-- by its hash. What came by standard input comes once: it is never read to compare.
local function unchanged(source, path, stat)
  if path == "-" then fault.raise("standard input cannot be read again") end
  if ledger.same_stat(source, stat) and not ledger.is_racy(stat) then return true end
  return core.csv.sha256(core.host.read(path)) == source.sha256
end

--- A lookup for the ledger: data that the archive has are loaded instead of parsed. remark(path):
-- called when the file itself is gone or cannot be read; without it the archive does not step in.
function M.lookup(path_of_archive, remark)
  if not lazy.archive.is(path_of_archive) then return nil end
  return function(path, options, stat)
    local store = lazy.archive.open(path_of_archive, "read")
    local source = store:find_source(path, options)
    local usable = false
    if source and source.data then
      local ok, same = pcall(unchanged, source, path, stat)
      usable = ok and same
      if not ok and remark then
        remark(path, source)
        usable = true
      end
    end
    local made, origin
    if usable then made, origin = store:read_source(source) end
    store:close()
    return made, origin
  end
end

return M
