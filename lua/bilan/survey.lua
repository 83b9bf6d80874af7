--- The survey: an immutable table of respondents with its codebook, and the verbs on it.
--
-- Every verb gives a new survey (the columns are shared) or a result. A survey is
--   table    the core's columns           domain  the rows one estimates in; nil: all
--   book     items of the codebook by id  origin  where the data came from (path, hash, dialect)
--   notes    what happened on the way, in words
--   design   how the sample was drawn (core.design); nil: a simple random sample, see design.lua
-- kept out of reach of scripts: `state[survey]`.
local core = require "bilan.core"
local events = require "bilan.events"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"
local ordered = require "bilan.ordered"
local synthetic = require "bilan.output.synthetic"

local Survey = {}
local methods = {}
local state = setmetatable({}, { __mode = "k" })

-- ---- making -----------------------------------------------------------------------------------

local metatable = { __name = "survey", __metatable = false }

local facts = setmetatable({}, { __mode = "k" })

--- What a design is (core.design.facts), worked out once; not to be changed.
function Survey.facts(design)
  facts[design] = facts[design] or core.design.facts(design)
  return facts[design]
end

--- The design in a few words, for tostring: ", 3 strata, 15 PSUs, weighted".
function Survey.design_words(s)
  if not s.design then return "" end
  local known, words = Survey.facts(s.design), {}
  local function say(...) words[#words + 1] = string.format(...) end
  if known.strata > 1 then say("%d strata", known.strata) end
  if known.clustered then say("%d PSUs", known.psus) end
  if known.replicates then
    say("%d %s replicates", known.replicates.count, known.replicates.kind)
  end
  if known.weighted then say("weighted") end
  if known.adjustments > 0 then say("calibrated") end
  if known.sampling ~= "probability" then say("%s", known.sampling) end
  return #words > 0 and ", design: " .. table.concat(words, ", ") or ", design: rows drawn one by one"
end

--- A survey around a core table. `fields`: domain, book, origin, notes, synthetic, wave.
function Survey.wrap(table_, fields)
  local self = setmetatable({}, metatable)
  fields.table = table_
  fields.book = fields.book or { order = {}, items_by_id = {} }
  fields.notes = fields.notes or {}
  state[self] = fields
  return self
end

--- Is this value a survey?
function Survey.is(value) return state[value] ~= nil end

--- The engine's own view of a survey (other modules of the engine only).
function Survey.inside(self)
  local s = state[self]
  if not s then fault.raise("a survey is expected, got a %s", type(self)) end
  return s
end

local inside = Survey.inside

-- A survey like this one with some fields replaced; `false` empties a field. verb, given: which
-- verb made it and of what, for those who listen.
local function changed(self, fields, verb, given)
  local s, copy = inside(self), {}
  for k, v in pairs(s) do copy[k] = v end
  for k, v in pairs(fields) do copy[k] = v or nil end
  local made = Survey.wrap(copy.table, copy)
  if events.on then
    events.tell("made", { survey = made, from = self, verb = verb, given = given })
  end
  return made
end

Survey.changed = changed

local function note(self, text, ...)
  local notes = table.move(inside(self).notes, 1, #inside(self).notes, 1, {})
  notes[#notes + 1] = text:format(...)
  return notes
end

local marks, kind_of = {}, {} -- the objects that stand for kinds of missing in scripts

--- Sets the script-side values of the kinds of missing (by init).
function Survey.set_marks(list)
  for kind, mark in pairs(list) do
    local own = core.data.missing_mark(kind)
    marks[own], kind_of[mark] = mark, own
  end
end

-- A list with the script-side values of the kinds of missing as the core knows them.
local function unmarked(values)
  if type(values) ~= "table" then return values end
  local copy = {}
  for i, value in pairs(values) do
    copy[i] = type(value) == "table" and kind_of[value] or value
  end
  return copy
end

--- bilan.survey{ name = {values...}, ... }: columns in the order of their names. A list may
-- also name them in order: bilan.survey{ { "age", {12, 13} }, { "genre", {...} } }.
function Survey.from_lists(columns)
  fault.expect(columns, "table", "bilan.survey")
  local pairs_ = {}
  if columns[1] ~= nil then
    for i, pair in ipairs(columns) do pairs_[i] = { pair[1], unmarked(pair[2]) } end
  else
    for name, values in ordered.pairs(columns) do
      pairs_[#pairs_ + 1] = { name, unmarked(values) }
    end
  end
  local rows, taken = 0, {}
  for _, pair in ipairs(pairs_) do
    fault.expect(pair[1], "string", "bilan.survey: the name of a column")
    if pair[1] == "" then fault.raise("bilan.survey: a column has no name") end
    if taken[pair[1]] then fault.raise('bilan.survey: column "%s" stands twice', pair[1]) end
    taken[pair[1]] = true
    fault.expect(pair[2], "table", ('bilan.survey: column "%s"'):format(pair[1]))
    for place, value in pairs(pair[2]) do
      if math.type(place) ~= "integer" or place < 1 then
        fault.raise('bilan.survey: column "%s" is not a list', pair[1])
      end
      if value == math.huge or value == -math.huge then
        fault.raise('bilan.survey: column "%s": entry %d is not a finite number', pair[1], place)
      end
      rows = math.max(rows, place)
    end
  end
  local made = core.data.table(rows)
  for _, pair in ipairs(pairs_) do
    local column, kind = core.data.column(pair[2], rows)
    if not column then fault.raise('bilan.survey: column "%s": %s', pair[1], kind) end
    made = core.data.with(made, pair[1], kind, column)
  end
  made = Survey.wrap(made, {})
  if events.on then events.tell("lists", { survey = made }) end
  return made
end

-- ---- looking inside ---------------------------------------------------------------------------

metatable.__len = function(self) return core.data.rows(inside(self).table, inside(self).domain) end
metatable.__index = function(_, name)
  local method = methods[name]
  if method == nil and type(name) == "string" then
    fault.unknown("verb of a survey", name, ordered.keys(methods))
  end
  return method
end
metatable.__newindex = function() fault.raise("a survey cannot be changed; its verbs give a new one") end
metatable.__tostring = function(self)
  local s = inside(self)
  return ("survey: %d respondents, %d items%s%s"):format(#self, #core.data.names(s.table),
    Survey.design_words(s), s.synthetic and " (synthetic)" or "")
end

function methods:names() return core.data.names(inside(self).table) end

-- A label of the codebook in a language, with what there is as fallback.
local function in_language(labels, lang)
  if not labels then return nil end
  return labels[lang] or labels[""] or labels.fr or labels.en
end

--- The label of an item in a language (default: the codebook's), or its name.
function methods:label(name, lang)
  local s = inside(self)
  core.data.check(s.table, name)
  local item = s.book.items_by_id[name]
  local header = s.origin and s.origin.labels and s.origin.labels[name]
  return item and in_language(item.label, lang or s.book.lang) or header or name
end

local with_levels = { single = true, scale = true, multiple = true }

--- Everything known of an item: { id, kind, label, question, levels, nets, universe, base }.
function methods:item(name)
  local s = inside(self)
  core.data.check(s.table, name)
  local item, kind = s.book.items_by_id[name] or {}, core.data.kind(s.table, name)
  local levels, column = {}, core.data.item(s.table, name)
  for _, level in ipairs(with_levels[kind] and core.data.levels(column) or {}) do
    if not level.missing then levels[#levels + 1] = level.label end
  end
  local nets = {}
  for i, net in ipairs(item.nets or {}) do nets[i] = { net.name, table.unpack(net.parts) } end
  return { id = name, kind = kind, label = methods.label(self, name),
    question = in_language(item.question, s.book.lang), levels = levels, nets = nets,
    universe = item.universe, base = item.base, unit = item.unit, note = item.note }
end

local function shown(value)
  if type(value) == "userdata" then return marks[value] end
  return value
end

--- The values of an item as a list; an absent answer is bilan.missing.no_answer and so on.
function methods:column(name)
  local s = inside(self)
  local values = core.data.values(s.table, s.domain, name)
  if events.on then events.tell("column", { survey = self, names = { name } }) end
  for i = 1, #values do values[i] = shown(values[i]) end
  return values
end

--- The first n rows (default 6) as records { name = value }.
function methods:head(n)
  local s, out = inside(self), {}
  if events.on then events.tell("column", { survey = self, names = core.data.names(s.table) }) end
  for _, name in ipairs(core.data.names(s.table)) do
    for i, value in ipairs(core.data.values(s.table, s.domain, name, n or 6)) do
      out[i] = out[i] or {}
      out[i][name] = shown(value)
    end
  end
  return out
end

--- What is known of the data's origin and what happened to it: { path, sha256, ..., notes }.
function methods:origin()
  local s, copy = inside(self), {}
  for k, v in pairs(s.origin or {}) do copy[k] = v end
  copy.sha256 = s.origin and s.origin.sha256 -- which may be computed only now
  copy.notes = table.move(s.notes, 1, #s.notes, 1, {})
  copy.synthetic = s.synthetic
  return copy
end

-- ---- making new surveys -----------------------------------------------------------------------

--- Keeps the rows where the expression is true as a domain: no row is removed, so a design
-- keeps all its strata and PSUs.
function methods:where(expr)
  local s = inside(self)
  fault.expect(expr, "string", "where: an SQL expression")
  return changed(self, { domain = core.data.both(s.domain, core.expr.filter(s.table, expr)) },
    "where", expr)
end

local function copy_of(map)
  local copy = {}
  for key, value in pairs(map) do copy[key] = value end
  return copy
end

-- What left the design with rows that were deleted, in words; "" when nothing did.
local function dropped_units(s, design)
  if not design then return "" end
  local before, after = Survey.facts(s.design), Survey.facts(design)
  local psus, strata = before.psus - after.psus, before.strata - after.strata
  if psus == 0 or not before.clustered then return "" end
  return (", and with them %d of %d PSUs%s: standard errors no longer know of them"):format(psus,
    before.psus, strata > 0 and (" and %d of %d strata"):format(strata, before.strata) or "")
end

--- Deletes the rows where the expression is true, for good: they leave the sample, the design
-- and its PSUs. For estimating in a part of the sample use `where`.
function methods:drop_rows(expr)
  local s = inside(self)
  fault.expect(expr, "string", "drop_rows: an SQL expression")
  local gone = core.expr.filter(s.table, expr)
  local kept = core.expr.filter(s.table, ("NOT coalesce((%s), 0)"):format(expr))
  local count = core.data.rows(s.table, gone)
  local design = s.design and core.design.take(s.design, kept)
  local declared = s.declared and copy_of(s.declared)
  if declared then declared.dropped = (declared.dropped or 0) + count end
  return changed(self, { table = core.data.take(s.table, kept), design = design,
    declared = declared, domain = core.data.among(s.domain, kept) or false,
    notes = note(self, "%d rows were deleted where %s%s", count, expr, dropped_units(s, design)) },
    "drop_rows", expr)
end

-- The codebook with another entry (or none) for an item.
local function book_with(book, name, entry)
  local copy, items = {}, {}
  for key, value in pairs(book) do copy[key] = value end
  for id, item in pairs(book.items_by_id) do items[id] = item end
  items[name] = entry
  copy.items_by_id = items
  return copy
end

--- New items from SQL expressions: derive{ name = expr }, or derive{ { "name", expr }, ... }
-- when one uses another. A function of one row instead of an expression is called row by row:
-- slow, see by_row.lua.
function methods:derive(exprs)
  local made, book, by_row = inside(self).table, inside(self).book, nil
  fault.expect(exprs, "table", "derive")
  local list = {}
  for _, pair in ipairs(exprs) do list[#list + 1] = pair end
  for name, expr in ordered.pairs(exprs) do
    if type(name) == "string" then list[#list + 1] = { name, expr } end
  end
  for _, pair in ipairs(list) do
    if type(pair[2]) == "function" then
      fault.expect(pair[1], "string", "derive: the name of an item")
      by_row = by_row or {}
      local column, kind
      column, kind, by_row[pair[1]] = require("bilan.by_row").column(made, pair[1], pair[2], kind_of)
      made = core.data.with(made, pair[1], kind, column)
    else
      fault.expect(pair[2], "string", ('derive "%s": an SQL expression'):format(tostring(pair[1])))
      made = core.expr.derive(made, pair[1], pair[2])
    end
    book = book_with(book, pair[1], nil)
  end
  return changed(self, { table = made, book = book, by_row = by_row or false })
end

--- A value as a list of one, a list as it is, nil as none.
function Survey.list_of(value) return type(value) == "table" and value or { value } end

local list_of = Survey.list_of

-- levels and the map old place -> new place of a recode { new = { old, ... } }.
local function recode_plan(name, old_levels, map)
  local new_of, olds = {}, {}
  for _, level in ipairs(old_levels) do olds[#olds + 1] = level.label end
  for new, parts in ordered.pairs(map) do
    new = type(new) == "number" and core.text.number(new) or new
    for _, old in ipairs(list_of(parts)) do
      old = type(old) == "number" and core.text.number(old) or old
      if new_of[old] then fault.raise('recode "%s": "%s" is named twice', name, old) end
      new_of[old] = new
    end
  end
  local levels, place, plan = {}, {}, {}
  for i, level in ipairs(old_levels) do
    local label = new_of[level.label] or level.label
    new_of[level.label] = nil
    if not place[label] then
      levels[#levels + 1] = label == level.label and level or { label = label }
      place[label] = #levels
    end
    plan[i] = place[label]
  end
  local unused = ordered.keys(new_of)[1]
  if unused then fault.unknown(('level of "%s"'):format(name), unused, olds) end
  return levels, plan
end

-- The entry of an item whose levels were joined: nets in the new levels, without those that cut
-- through one.
local function recoded_entry(entry, old_levels, levels, plan)
  local copy, nets = {}, {}
  for key, value in pairs(entry) do copy[key] = value end
  for _, net in ipairs(entry.nets or {}) do
    local within, inside_net, parts, cut = {}, {}, {}, false
    for _, part in ipairs(net.parts) do within[part] = true end
    for i, old in ipairs(old_levels) do
      local new, own = plan[i], within[old.label] or false
      if inside_net[new] == nil and own then parts[#parts + 1] = levels[new].label end
      cut = cut or (inside_net[new] ~= nil and inside_net[new] ~= own)
      inside_net[new] = own
    end
    if not cut then nets[#nets + 1] = { name = net.name, parts = parts } end
  end
  copy.nets = nets
  return copy
end

--- Joins levels: recode("genre", { autre = { "non binaire", "autre" } }); levels that are not
-- named stay. opts.into names a new item instead of changing this one.
function methods:recode(name, map, opts)
  local s = inside(self)
  opts = fault.options(opts, { "into", "kind" }, "recode")
  fault.expect(map, "table", "recode: { new = { old, ... } }")
  core.data.check(s.table, name)
  if core.data.kind(s.table, name) == "multiple" then
    fault.raise('recode: "%s" has several answers a respondent; make a net, or derive with has()',
      name)
  end
  local codes = core.data.to_codes(core.data.item(s.table, name), 10000)
  local olds, into = core.data.levels(codes), opts.into or name
  local levels, plan = recode_plan(name, olds, map)
  local kind = core.data.kind(s.table, name)
  if kind ~= "scale" then kind = "single" end
  local column = core.data.relevel(codes, levels, plan)
  local entry = into == name and s.book.items_by_id[name] or nil
  return changed(self, { table = core.data.with(s.table, into, opts.kind or kind, column),
    book = book_with(s.book, into, entry and recoded_entry(entry, olds, levels, plan)) })
end

--- rename{ new = "old" } (or rename{ old = "new" }: whichever of the two is an item).
function methods:rename(map)
  local s = inside(self)
  local new_of = {}
  for a, b in ordered.pairs(fault.expect(map, "table", "rename: { new = old }")) do
    if core.data.has(s.table, a) and not core.data.has(s.table, b) then a, b = b, a end
    core.data.check(s.table, b)
    new_of[b] = a
  end
  local names, renamed, items = core.data.names(s.table), {}, {}
  for id, item in pairs(s.book.items_by_id) do items[new_of[id] or id] = item end
  for i, name in ipairs(names) do renamed[i] = new_of[name] or name end
  local book = copy_of(s.book)
  book.items_by_id = items
  return changed(self, { table = core.data.select(s.table, names, renamed), book = book })
end

--- Keeps these items: select("a", "b") or select{ "a", "b" }.
function methods:select(...)
  local names = type(...) == "table" and ... or { ... }
  return changed(self, { table = core.data.select(inside(self).table, names) })
end

--- This survey's rows with another wave's below; items by name. A design belongs to the rows of
-- one survey: it is gone, and the notes say so.
function methods:stack(other)
  local a, b = inside(self), inside(other)
  local lost = (a.design or b.design) and "; the design is gone: declare one for all rows" or ""
  local above, below = core.data.take(a.table, a.domain), core.data.take(b.table, b.domain)
  return changed(self, { table = core.data.stack(above, below), domain = false,
    synthetic = synthetic.both(a.synthetic, b.synthetic),
    design = false, declared = false,
    design_lost = lost ~= "" or a.design_lost or b.design_lost or false,
    notes = note(self, "%d rows of another survey were added%s", #other, lost) }, "stack", other)
end

--- All respondents with the items of `other` whose answer to opts.by is the same.
function methods:join(other, opts)
  opts = type(opts) == "string" and { by = opts } or fault.options(opts, { "by" }, "join")
  if not opts.by then fault.raise("join: name the item that both surveys share: { by = \"id\" }") end
  local a, b = inside(self), inside(other)
  local right = core.data.take(b.table, b.domain)
  return changed(self, { table = core.data.join(a.table, right, opts.by) })
end

--- One item with several answers from one item per option:
-- group{ langages = { "q8_python", "q8_r" } }, or with labels { { "Python", "q8_python" }, ... }.
-- opts.ticked: the answers that mean yes; opts.blank_is_no: a blank box means "not ticked".
function methods:group(sets, opts)
  local s = inside(self)
  opts = fault.options(opts, { "ticked", "blank_is_no" }, "group")
  local ticked = opts.ticked or { "1", "Yes", "yes", "Oui", "oui", "Y", "true", "x", "X" }
  local made = s.table
  for name, members in ordered.pairs(fault.expect(sets, "table", "group: { name = { items } }")) do
    local columns, labels = {}, {}
    for i, member in ipairs(list_of(members)) do
      local label, item = member, member
      if type(member) == "table" then label, item = member[1], member[2] end
      columns[i], labels[i] = core.data.item(s.table, item), label
    end
    made = core.data.with(made, name, "multiple",
      core.data.group(columns, labels, ticked, opts.blank_is_no or false, true))
  end
  return changed(self, { table = made })
end

--- Any SQLite query on the respondents (of the domain): survey:sql "SELECT ... FROM survey".
function methods:sql(query)
  local s = inside(self)
  fault.expect(query, "string", "sql")
  local made = Survey.wrap(core.sql.sql(s.table, s.domain, query), { synthetic = s.synthetic })
  if events.on then
    events.tell("made", { survey = made, from = self, verb = "sql", given = query })
  end
  return made
end

--- Writes the respondents (of the domain) as CSV below the output folder; gives the path.
-- opts: delimiter, decimal, raw (leaves text that looks like a formula as it is).
function methods:write(path, opts)
  local s = inside(self)
  fault.expect(path, "string", "write: a path")
  return ledger.write(path, core.csv.csv_write(s.table, s.domain, opts or {}))
end

--- Marks the respondents as made up: every table, chart and page of them says so.
function methods:mark_synthetic(reason)
  local mark = inside(self).synthetic or true -- a text of the codebook stays
  return changed(self, { synthetic = mark, notes = note(self, "synthetic: %s",
    reason or "made-up respondents") })
end

-- Verbs that most scripts do without: their modules are loaded when one is first called.
local later = {
  ["bilan.regression"] = { "glm", "ordinal" },
  ["bilan.weighting"] = { "rake", "poststratify", "calibrate", "trim", "weight_report",
    "add_weights" },
}

for module, verbs in pairs(later) do
  for _, verb in ipairs(verbs) do
    methods[verb] = function(self, ...) return require(module)[verb](self, ...) end
  end
end

Survey.methods = methods
return Survey
