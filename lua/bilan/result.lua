--- A computed result: immutable records with what is needed to print them.
--
-- Few of a script's results are ever looked at as a whole, so what stands around the figures (titles,
-- labels, notes) is made at the first look at it, and a record when it is asked for:
-- `Result.later` takes what makes them. `Result.new(spec)` checks and keeps a copy of a spec that
-- is there. A spec has
--   kind   proportion, mean, quantile, freq, crosstab, test, ratio, total, difference, table,
--          weights, change
--   unit   share, number, count, test
--   title, item = { name, label }, by = { { name, label }, ... }, rows = { record, ... }
--   level_labels = { item = { level = "words for the reader" } }
--   no_group = { { items = "labels", count }, ... }: respondents that no group or column has
--   notes = { "plain" or { key, args }, ... }, design_notes and report_notes (likewise: what the
--   design says, and what is too long for a terminal),
--   synthetic, lang, weighted, decimals
--   crosstab: banners = { { name, label, levels }, ... }, levels, percent = col|row|total|none,
--             bases = { { banner, col, n, weighted_n, missing }, ... } (col = nil: all),
--             tests = { { banner, name, statistic, df, ddf, p_value, note }, ... }
--   change: waves = { earlier, later }; a record has from_value, from_n, to_value, to_n, grade, unit
--   change_notes: what changed between the waves of a trend or change, likewise
-- A record has the fields of the public contract: level, by = { item = level }, p, term, row,
-- col, banner, net, method (of a test), value, se, low, high, conf, n, count, weighted_n, missing,
-- missing_kinds, effective_n, df, deff, statistic, ddf, p_value, letters, column_letter, note.
-- The object hands out copies only. All output goes through the gate.
--
-- Behind a result is its own spec, whose records lie in `source`. Other fields appear with the first
-- look at one of them; a promise (bilan.plan) has its source made in the same way.
local fault = require "bilan.fault"
local gate = require "bilan.gate"
local host = require "bilan.host"
local lang = require "bilan.output.lang"

local M = {}

local specs = setmetatable({}, { __mode = "k" }) -- of results
local OWNER <const> = {} -- key of the spec in the metatable of a record: scripts cannot name it

local kinds = { proportion = "share", mean = "number", quantile = "number", freq = "share",
  crosstab = "share", test = "test", ratio = "number", total = "number", difference = "share",
  table = "number", weights = "number", glm = "number", change = "share" }
local percents = { col = true, row = true, total = true, none = true }
local units = { share = true, number = true, count = true, test = true }

local function words_of(set)
  local list = {}
  for word in pairs(set) do list[#list + 1] = word end
  table.sort(list)
  return table.concat(list, ", ")
end

-- An item given as a name or { name, label }.
local function item_of(given)
  if type(given) == "string" then return { name = given, label = given } end
  if given and not given.label then given.label = given.name end
  return given
end

-- ---- records --------------------------------------------------------------------------------

-- The records of a result: #source, source[i] a new record, source:head(i) its labels, to be read
-- only, source:find(query) the place of the one record with these labels, where that can be said
-- without making any. Those that were given are copied as they leave.
local Kept = {}

function Kept.__len(source) return #source.rows end

function Kept.head(source, i) return source.rows[i] end

function Kept.find() end

function Kept.__index(source, key) return Kept[key] or gate.copy(source.rows[key]) end

-- Those of an answer of the core are made by it; finish: what is still to be done to each.
local Made = {}

function Made.__len(source) return #source.answer end

local function finished(source, record)
  if record and source.finish then source.finish(record) end
  return record
end

function Made.head(source, i) return finished(source, source.answer:head(i)) end

-- What finishes a record may change its labels, which the core then does not know.
function Made.find(source, query)
  return not source.finish and source.answer:find(query) or nil
end

function Made.__index(source, key)
  if math.type(key) then return finished(source, source.answer[key]) end
  return Made[key]
end

local function kept(rows) return setmetatable({ rows = rows }, Kept) end

--- The records of an answer of the core, or of a list of records that is nobody else's. finish:
-- called with each new record (of labels alone, too).
function M.source(answer, finish)
  if type(answer) == "userdata" then
    return setmetatable({ answer = answer, finish = finish or false }, Made)
  end
  for _, record in ipairs(finish and answer or {}) do finish(record) end
  return kept(answer)
end

local function rows_of(source)
  local rows = {}
  for i = 1, #source do rows[i] = source[i] end
  return rows
end

local private = { source = true, trace = true, context = true, make = true, find = true,
  labels = true }

--- A deep copy of the spec behind a result, nil for anything else. For the gate.
function M.spec(result)
  local own, copy = specs[result], {}
  if not own then return nil end
  local rows = rows_of(own.source)
  M.complete(own)
  for key, value in pairs(own) do
    if not private[key] then copy[key] = gate.copy(value) end
  end
  copy.rows = rows
  return copy
end

--- The spec behind a result as listeners may ask it: a field is copied, and a record made, when it is
-- looked at. Most rules look at the names of items and at one record.
function M.glance(result)
  local own = specs[result]
  return setmetatable({}, { __index = function(seen, key)
    if private[key] then return nil end
    local value
    if key == "rows" then
      value = setmetatable({}, { __len = function() return #own.source end,
        __index = function(_, i) return math.type(i) and own.source[i] or nil end })
    else value = gate.copy(own[key]) end
    rawset(seen, key, value)
    return value
  end })
end

--- Is this a result?
function M.is_result(thing) return specs[thing] ~= nil end

--- Keeps what a result was computed from; gives the result back. A trace belongs to the module
-- receipt: scripts cannot see or forge it. trace:make(rows), when there is one, fills it at the
-- first look.
function M.keep_trace(result, trace)
  specs[result].trace = trace
  return result
end

--- The trace of a result or of one of its rows, with the words that its rows are known by; nil when
-- there is none.
function M.trace(thing)
  local context = getmetatable(thing)
  local spec = specs[thing] or type(context) == "table" and rawget(context, OWNER)
  local trace = spec and spec.trace
  if not trace then return nil end
  if trace.make then trace:make(spec.source) end
  trace.words = trace.words or { title = spec.title, item = spec.item, by = spec.by,
    level_labels = spec.level_labels }
  return trace
end

local Result = { __name = "bilan.result", __metatable = "bilan.result" }
local methods = {}

local shared = { unit = true, lang = true, kind = true, title = true, synthetic = true,
  weighted = true, design_notes = true, report_notes = true }

-- What a record knows beside its fields.
local function known_of(record, key)
  if shared[key] then return rawget(getmetatable(record), OWNER)[key] end
end

-- A record that goes out: it knows its unit and language without showing them as fields.
local function hand_out(spec, i)
  local record = spec.source[i]
  record.by = record.by or {}
  spec.context = spec.context or { [OWNER] = spec, __index = known_of }
  return setmetatable(record, spec.context)
end

--- All records, in order: a fresh list of copies.
function methods.rows(result)
  local spec, list = specs[result], {}
  for i = 1, #spec.source do list[i] = hand_out(spec, i) end
  return list
end

--- for index, record in result:each() do ... end
function methods.each(result) return ipairs(methods.rows(result)) end

-- ---- finding one record ---------------------------------------------------------------------

local label_keys = { "level", "p", "term", "row", "col", "banner", "method" }

-- Keys that this result can be asked by, each with how to read it from a record. heads: the labels
-- of the records.
local function askable(spec, heads)
  local readers, names = {}, {}
  local function add(name, reader)
    if not name or readers[name] then return end
    readers[name] = reader
    names[#names + 1] = name
  end
  for _, item in ipairs(spec.by) do
    add(item.name, function(record) return record.by and record.by[item.name] end)
  end
  for _, key in ipairs(label_keys) do
    for _, record in ipairs(heads) do
      if record[key] ~= nil then
        add(key, function(r) return r[key] end)
        break
      end
    end
  end
  if spec.kind == "crosstab" then
    add("level", function(r) return r.row end)
    for _, banner in ipairs(spec.banners or {}) do
      add(banner.name, function(r)
        local own = r.banner or (#spec.banners == 1 and banner.name)
        if own == banner.name then return r.col end
      end)
    end
  end
  if spec.item then
    local key = spec.kind == "crosstab" and "row" or "level"
    if readers[key] then add(spec.item.name, readers[key]) end
  end
  return readers, names
end

-- Refuses a key that the result does not have, with the nearest one or all of them.
local function unknown_key(key, names)
  local hint = fault.hint(names, key)
  if hint == "" then hint = "; known are " .. table.concat(names, ", ") end
  host.fail(('this result has no key "%s"%s'):format(tostring(key), hint))
end

-- 1, 1.0 and "1" are the same level.
local function same(a, b)
  if a == b then return true end
  if a == nil or b == nil then return false end
  local x, y = tonumber(a), tonumber(b)
  if math.type(a) or math.type(b) then return x ~= nil and x == y end
  return false
end

local function matches(record, query, readers)
  for key, wanted in pairs(query) do
    if not same(readers[key](record), wanted) then return false end
  end
  return true
end

-- Of several matching records (places), the one that is a total on all keys that were not asked.
local function the_total(spec, heads, found, query, readers, names)
  local total
  local own = { level = true, row = true, p = true, [spec.item and spec.item.name or 1] = true }
  for _, place in ipairs(found) do
    local free = true
    for _, name in ipairs(names) do
      local asked = query[name] ~= nil or own[name]
      if not asked and readers[name](heads[place]) ~= nil then free = false end
    end
    if free and total then return nil end
    if free then total = place end
  end
  return total
end

-- "no row has level "x"; there are a, b, c", for the first key that nothing has.
local function none_found(heads, query, readers, names)
  for _, key in ipairs(names) do
    if query[key] ~= nil then
      local seen, list, hit = {}, {}, false
      for _, record in ipairs(heads) do
        local value = readers[key](record)
        if same(value, query[key]) then hit = true end
        if value ~= nil and not seen[value] then
          seen[value] = true
          list[#list + 1] = tostring(value)
        end
      end
      if not hit then
        return ('no row has %s "%s"; there are %s'):format(key, tostring(query[key]),
          table.concat(list, ", "))
      end
    end
  end
  return "no row has these together"
end

-- What tells several matches apart, for the message.
local function telling_keys(heads, found, query, readers, names)
  local list = {}
  for _, name in ipairs(names) do
    local first = readers[name](heads[found[1]])
    for _, place in ipairs(found) do
      if query[name] == nil and readers[name](heads[place]) ~= first then
        list[#list + 1] = name
        break
      end
    end
  end
  return table.concat(list, " or ")
end

-- The labels of all records and how they can be asked for; kept, since scripts ask many times.
local function labels_of(spec)
  local labels = rawget(spec, "labels")
  if not labels then
    labels = { heads = {} }
    for i = 1, #spec.source do labels.heads[i] = spec.source:head(i) end
    labels.readers, labels.names = askable(spec, labels.heads)
    rawset(spec, "labels", labels)
  end
  return labels.heads, labels.readers, labels.names
end

--- The record that matches all keys: result:get{ level = "oui", genre = "fille" }. Where several
-- do, the one that is a total on the keys not asked; nil and why when none; an error for a key
-- that the result does not have, and when the match is ambiguous.
function methods.get(result, query)
  local spec = specs[result]
  if query == nil then query = {} end
  if type(query) ~= "table" then host.fail("get takes a table: get{ level = ... }") end
  local place = spec.source:find(query)
  if place then return hand_out(spec, place) end
  local heads, readers, names = labels_of(spec)
  local found = {}
  for key in pairs(query) do
    if not readers[key] then unknown_key(key, names) end
  end
  for at, record in ipairs(heads) do
    if matches(record, query, readers) then found[#found + 1] = at end
  end
  if #found == 0 then return nil, none_found(heads, query, readers, names) end
  local one = #found == 1 and found[1] or the_total(spec, heads, found, query, readers, names)
  if not one then
    host.fail(("%d rows match; say also %s"):format(#found,
      telling_keys(heads, found, query, readers, names)))
  end
  return hand_out(spec, one)
end

-- ---- output ---------------------------------------------------------------------------------

local release_options = { "lang", "decimals", "rule", "small_base", "se", "policy" }

-- The options of a sheet and those of one writer: any other is refused.
local function check_options(opts, own, what)
  local known = table.move(release_options, 1, #release_options, 2, { "privacy" })
  fault.options(opts, table.move(own, 1, #own, #known + 1, known), what)
end

-- The result through the gate.
local function release(result, opts)
  local chosen = {}
  for _, key in ipairs(release_options) do chosen[key] = opts and opts[key] end
  return gate.release(result, opts and opts.privacy, chosen)
end

--- The result as a sheet: opts.privacy, policy, lang, decimals, rule, small_base, se.
function methods.sheet(result, opts)
  check_options(opts, {}, "sheet")
  return release(result, opts)
end

-- A method that writes one format: to_x(path, opts), to_x(opts), to_x().
local function exporter(verb, module, name, own)
  return function(result, path, opts)
    if type(path) == "table" then path, opts = nil, path end
    check_options(opts, own, verb)
    local bytes = require(module)[name](release(result, opts), opts)
    if path == nil then return bytes end
    host.write(path, bytes)
    return path
  end
end

methods.to_csv = exporter("to_csv", "bilan.output.export", "csv",
  { "delimiter", "decimal", "layout", "bom", "raw" })
methods.to_json = exporter("to_json", "bilan.output.export", "json", {})
methods.to_markdown = exporter("to_markdown", "bilan.output.markdown", "table", { "caption", "notes" })
methods.to_html = exporter("to_html", "bilan.output.html", "page", { "fragment" })
methods.to_xlsx = exporter("to_xlsx", "bilan.output.xlsx", "book", { "names" })

--- The table as text for a terminal: opts.width (80), and those of sheet().
function methods.to_text(result, opts)
  check_options(opts, { "width", "notes" }, "to_text")
  return require("bilan.output.text_table").write(release(result, opts), opts)
end
methods.tostring = methods.to_text

function Result.__tostring(result) return methods.to_text(result) end

function Result.__len(result) return #specs[result].source end

local fields = { kind = true, title = true, unit = true, lang = true, synthetic = true,
  item = true, by = true, notes = true, model = true, percent = true, bases = true, tests = true,
  banners = true, levels = true }

-- result.title and the like; result[1]; and, of a result with one record, its figures.
function Result.__index(result, key)
  if methods[key] then return methods[key] end
  local spec = specs[result]
  if fields[key] then return gate.copy(spec[key]) end
  local count = #spec.source
  if math.type(key) then
    local place = math.tointeger(key)
    return place and place >= 1 and place <= count and hand_out(spec, place) or nil
  end
  if count == 1 then return spec.source[1][key] end
end

function Result.__newindex() host.fail("a result cannot be changed") end

function Result.__pairs(result) return methods.each(result) end

-- Checks a spec and fills in what may be left out. The spec is ours already.
local function check_spec(spec)
  if not kinds[spec.kind] then
    host.fail(('unknown kind of result "%s"; known are %s'):format(tostring(spec.kind),
      words_of(kinds)))
  end
  spec.unit = spec.unit or kinds[spec.kind]
  if not units[spec.unit] then
    host.fail(('unknown unit "%s"; known are %s'):format(tostring(spec.unit), words_of(units)))
  end
  if type(spec.source or spec.rows) ~= "table" then host.fail("a result needs rows") end
  spec.percent = spec.percent or "col"
  if not percents[spec.percent] then
    host.fail(('unknown percent "%s"; known are %s'):format(tostring(spec.percent),
      words_of(percents)))
  end
  local list_of = { by = true, notes = true, bases = true, tests = true }
  for name in pairs(list_of) do spec[name] = spec[name] or {} end
  for index, item in ipairs(spec.by) do spec.by[index] = item_of(item) end
  for index, banner in ipairs(spec.banners or {}) do spec.banners[index] = item_of(banner) end
  spec.item = item_of(spec.item)
  spec.lang = lang.check(spec.lang)
  spec.synthetic = spec.synthetic or false
end

local function wrap(spec)
  local result = setmetatable({}, Result)
  specs[result] = spec
  return result
end

--- A result from its spec (see the head of this file). The spec is copied.
function M.new(spec)
  if type(spec) ~= "table" then host.fail("Result.new takes a table") end
  local own = gate.copy(spec)
  check_spec(own)
  own.source, own.rows = M.source(own.rows), nil
  return wrap(own)
end

-- What a spec does not have yet: its records, then all else together.
local awaited = {}

function awaited.__index(spec, key)
  if key == "source" then
    spec.source = spec.find()
    return rawget(spec, "source")
  end
  if private[key] or not rawget(spec, "make") then return nil end
  M.complete(spec)
  return rawget(spec, key)
end

--- Makes everything of a spec but its records.
function M.complete(spec)
  local make = rawget(spec, "make")
  if not make then return end
  local made = make(spec.source)
  for key, value in pairs(made) do spec[key] = value end
  spec.make, spec.find = nil, nil
  setmetatable(spec, nil)
  check_spec(spec)
end

--- A result that is made as it is looked at. rows: its records (M.source), or a function that gives
-- them; make(rows) gives the other fields of its spec, which are the result's own from then on.
function M.later(rows, make)
  local find = type(rows) == "function" and rows or nil
  return wrap(setmetatable({ make = make, find = find, source = not find and rows or nil }, awaited))
end

return M
