--- Receipts: what a result was computed from.
--
-- A trace is kept with each result: the nodes of the items it used (see lineage), the chain of the
-- survey, the call as text, the method with its version. Until somebody looks at it, it is but a copy
-- of what the verb was given; scripts cannot see it. When a run is recorded, `render` turns it into
--   { computed = 'proportion("satisfait", { level = "oui" })', steps = { "where ..." },
--     method = "wilson", version = 1,
--     sources = { { kind, path, sha256, wave }, ... },
--     items = { { item, source = 1, columns = { { name, sha256, label }, ... },
--                 codebook = { id, book = sha256, sha256 } }, ... },
--     data = sha256, codebook = sha256 }
-- so that a later run can say which of these changed for that very figure.
local core = require "bilan.core"
local json = require "bilan.json"
local lineage = require "bilan.record.lineage"
local methods = require "bilan.methods"
local ordered = require "bilan.ordered"
local Result = require "bilan.result"
local Survey = require "bilan.survey"
require "bilan.estimates" -- the verbs that are traced
require "bilan.regression"

local M = {}

local inside = Survey.inside

-- ---- which method ------------------------------------------------------------------------------

local function has_interval(rows)
  for _, row in ipairs(rows) do if row.low then return true end end
  return false
end

-- The interval of shares; a share of ticks has none, which is known when they are made.
local function share_method(survey, opts)
  local designed = inside(survey).design ~= nil
  if opts.percent == "none" and designed then return "t", 1, has_interval end
  local _, name, version = methods.interval(opts.ci, designed)
  return name, version, has_interval
end

local function quantile_method(_, opts)
  return "quantile", methods.version_of("quantile", "ties", opts.ties)
end

-- verb -> f(survey, opts, result) -> method, version, and what must hold of the rows if it is not
-- to be "share"; the verb's own name where there is none. By the versions in effect at the call.
local method_of = { proportion = share_method, freq = share_method, crosstab = share_method,
  quantile = quantile_method, median = quantile_method }

function method_of.rank_test(survey, opts)
  if not inside(survey).design then return "rank_sum", 1 end
  return "rank_test", methods.version_of("rank_test", "ties", opts.ties)
end

function method_of.difference(survey, opts, result)
  if result.unit ~= "share" or inside(survey).design then return "difference", 1 end
  return opts.ci or "newcombe", 1
end

function method_of.weight_report() return "weights", 1 end

-- ---- tracing verbs -----------------------------------------------------------------------------

local estimates = { "proportion", "freq", "crosstab", "mean", "total", "quantile", "median",
  "ratio", "difference", "contrast", "independence", "t_test", "rank_test", "mcnemar", "trend",
  "mantel_haenszel", "goodness_of_fit", "glm", "ordinal", "weight_report" }

-- Options whose values name items.
local item_options = { "by", "after", "strata", "offset" }

local DEEPEST <const> = 8 -- beyond what the text of a call shows

-- A copy of an argument as it is at the call.
local function snapshot(value, depth)
  if type(value) ~= "table" or depth > DEEPEST or getmetatable(value) ~= nil then return value end
  local copy = {}
  for key, inner in next, value do copy[key] = snapshot(inner, depth + 1) end
  return copy
end

-- The nodes that the arguments of an estimate name.
local function used_by(survey, arguments, opts)
  local nodes = {}
  local function add(given)
    local more = lineage.nodes(survey, given)
    table.move(more, 1, #more, #nodes + 1, nodes)
  end
  for at = 1, arguments.n do
    local argument = arguments[at]
    if type(argument) == "string" then add(argument)
    elseif type(argument) == "table" and #argument > 0 then add(argument) end
  end
  for _, name in ipairs(item_options) do if opts[name] ~= nil then add(opts[name]) end end
  return nodes
end

-- The last argument that is no list.
local function options_of(arguments)
  for at = arguments.n, 1, -1 do
    local argument = arguments[at]
    if type(argument) == "table" and #argument == 0 then return argument end
  end
  return {}
end

local collecting -- the traces of the verbs that a verb of several surveys calls; nil outside one

-- Fills a trace from its call.
local function make(trace, rows)
  local survey, arguments, holds = trace.survey, trace.arguments, trace.holds
  trace.nodes = used_by(survey, arguments, trace.opts)
  trace.chain = lineage.chain(survey)
  trace.computed = lineage.call(trace.verb, table.unpack(arguments, 1, arguments.n))
  if holds and not holds(rows) then trace.method, trace.version = "share", 1 end
  trace.make, trace.survey, trace.arguments, trace.opts, trace.holds = nil, nil, nil, nil, nil
end

-- The trace of a call, filled at the first look.
local function trace_of(survey, name, result, ...)
  local arguments = table.pack(...)
  for at = 1, arguments.n do arguments[at] = snapshot(arguments[at], 1) end
  local opts, method, version, holds = options_of(arguments), name, 1, nil
  if method_of[name] then method, version, holds = method_of[name](survey, opts, result) end
  return { method = method, version = version, verb = name, survey = survey, opts = opts,
    arguments = arguments, holds = holds, make = make }
end

local function traced(name, verb)
  return function(self, ...)
    local result = verb(self, ...)
    Result.keep_trace(result, trace_of(self, name, result, ...))
    if collecting then collecting[#collecting + 1] = Result.trace(result) end
    return result
  end
end

for _, name in ipairs(estimates) do
  local verb = Survey.methods[name]
  if verb then Survey.methods[name] = traced(name, verb) end
end

-- Verbs over years whose method is their own; any other's is that of the verbs it calls.
local own_method = { change = "change", compare = "change", turnover = "turnover" }

--- A verb whose result is made from those of others (a trend over years): it gets a trace of all
-- of them. methods.trend = receipt.gather("trend", methods.trend)
function M.gather(name, verb)
  return function(self, ...)
    local outer, mine = collecting, {}
    local back <close> = -- luacheck: ignore
      setmetatable({}, { __close = function() collecting = outer end })
    collecting = mine
    local result = verb(self, ...)
    local first = mine[1]
    if not first or not Result.is_result(result) then return result end
    local trace = { parts = mine, computed = lineage.call(name, ...),
      method = own_method[name] or first.method, version = own_method[name] and 1 or first.version }
    if outer then outer[#outer + 1] = trace end
    return Result.keep_trace(result, trace)
  end
end

-- ---- rendering ---------------------------------------------------------------------------------

local function sha256(text) return core.csv.sha256(text) end

local entries = setmetatable({}, { __mode = "k" }) -- book -> { whole, items by id }

-- A codebook as it was given: the hash of all of it, its JSON, and the JSON of each item.
local function book_of(book)
  if entries[book] then return entries[book] end
  local given, items = book.given or {}, {}
  for _, item in ipairs(given.items or {}) do items[item.id] = json.pack(item) end
  local whole = json.pack(given)
  entries[book] = { json = whole, sha256 = sha256(whole), items = items, given = given,
    path = book.path }
  return entries[book]
end

M.book_of = book_of

-- The traces behind a trace, itself or its parts and theirs.
local function flat(trace, into)
  if not trace.parts then into[#into + 1] = trace end
  for _, part in ipairs(trace.parts or {}) do flat(part, into) end
  return into
end

local source_keys = { "kind", "path", "sha256", "wave", "options" }

-- The place of a source in the list of a receipt.
local function source_place(receipt, source)
  for at, known in ipairs(receipt.sources) do
    local same = true
    for _, key in ipairs(source_keys) do same = same and known[key] == source[key] end
    if same then return at end
  end
  local copy = {}
  for _, key in ipairs(source_keys) do copy[key] = source[key] end
  receipt.sources[#receipt.sources + 1] = copy
  return #receipt.sources
end

-- One origin as it is recorded. Its columns are hashed here, and only here.
local function item_of(receipt, node, books)
  local out = { item = node.item, columns = {} }
  for at, column in ipairs(node.columns) do
    out.source = source_place(receipt, column.source)
    out.columns[at] = { name = column.name, sha256 = lineage.digest(column), label = column.label }
  end
  if node.entry then
    local book = book_of(node.entry.book)
    books[book.sha256] = book
    out.codebook = { id = node.entry.id, book = book.sha256,
      sha256 = sha256(book.items[node.entry.id] or "") }
  end
  return out
end

-- Adds the origins of one trace, each item of a source once, in the order of their names.
local function add_origins(receipt, origins, books, seen)
  for _, node in ipairs(origins) do
    local item = item_of(receipt, node, books)
    local key = json.pack(item)
    if not seen[key] then
      seen[key] = true
      receipt.items[#receipt.items + 1] = item
    end
  end
end

local function by_name(a, b)
  if a.item ~= b.item then return a.item < b.item end
  return json.pack(a) < json.pack(b)
end

-- One hash of all that a list of items says under a key.
local function hash_of(items, pick)
  local parts = {}
  for _, item in ipairs(items) do parts[#parts + 1] = pick(item) end
  return #parts > 0 and sha256(json.pack(parts)) or nil
end

local typed = { method = "typed", version = 1, nodes = {} }

--- The receipt of a trace. books: gets { [sha256] = codebook } of those used. nil as a trace: of a
-- figure that the script itself gave.
function M.render(trace, books)
  trace = trace or typed
  local receipt = { computed = trace.computed, method = trace.method or "typed",
    version = trace.version or 1, sources = {}, items = {}, steps = {} }
  local seen, told = {}, {}
  for _, part in ipairs(flat(trace, {})) do
    local behind = lineage.collect(part.nodes or {}, part.chain)
    add_origins(receipt, behind.origins, books, seen)
    for at = #behind.texts, 1, -1 do
      local text = behind.texts[at]
      if not told[text] then receipt.steps[#receipt.steps + 1] = text end
      told[text] = true
    end
    if part ~= trace then receipt.steps[#receipt.steps + 1] = part.computed end
  end
  table.sort(receipt.items, by_name)
  receipt.data = hash_of(receipt.items, function(item) return { item.item, item.columns } end)
  receipt.codebook = hash_of(receipt.items, function(item)
    return item.codebook and { item.codebook.id, item.codebook.sha256 }
  end)
  return receipt
end

--- The receipt of a result or of one of its rows: a copy, for tests and for the record.
function M.of(thing, books) return M.render(Result.trace(thing), books or {}) end

-- Keys of a codebook's item in the order in which a person reads them.
local reading_order = { "id", "kind", "label", "question", "levels", "universe", "missing", "nets" }

--- What differs between two entries of a codebook, given as JSON: the names of the keys, those
-- that people read first.
function M.entry_changes(before, after)
  local a, b = json.unpack(before), json.unpack(after)
  local names, keys = {}, {}
  for key in pairs(a) do keys[key] = true end
  for key in pairs(b) do keys[key] = true end
  local function add(key)
    if keys[key] and json.pack { a[key] } ~= json.pack { b[key] } then names[#names + 1] = key end
    keys[key] = nil
  end
  for _, key in ipairs(reading_order) do add(key) end
  for _, key in ipairs(ordered.keys(keys)) do add(key) end
  return names
end

return M
