--- Receipts: what a result was computed from.
--
-- When a run is recorded, `render` turns the trace of a result (record/trace.lua) into
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
local ordered = require "bilan.ordered"
local Result = require "bilan.result"

local M = {}

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
