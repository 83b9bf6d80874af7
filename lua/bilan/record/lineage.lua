--- Where the items of a survey come from: columns of files, through the verbs on the way.
--
-- A survey keeps beside its table
--   state.lineage = { source =, items = { [name] = node }, chain = step }
--   source  { kind = "file" | "wave" | "script", path, sha256, wave, options }
--   node    { item =, columns = { { table, name, label, source }, ... }, entry = { book, id },
--             text = "adult = age >= 18", from = { node, ... }, chain = step }
--   step    { text = "where age >= 18", nodes = { node, ... }, before = step, also = step }
-- A node without columns was computed from others; one with columns is where the data begin, with
-- the codebook's entry that says what they mean. The chain is what happened to the rows and to
-- the design, which every figure of the survey rests on. All of it is shared, never changed:
-- a verb that makes a survey adds a node or a step. Nothing is hashed here; `collect` walks back
-- from what a figure used, and `digest` is asked only when a record is written.
--
-- Cost: a small table per call of a verb, and the columns of a file as they were before a
-- codebook was applied, which stay in memory as long as a survey or a result made from them.
local core = require "bilan.core"
local ordered = require "bilan.ordered"
local Survey = require "bilan.survey"
require "bilan.design" -- whose verbs are among those that are tracked

local M = {}

local inside, list_of = Survey.inside, Survey.list_of

-- ---- text of a call ----------------------------------------------------------------------------

local DEEPEST <const> = 6

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"' end

local function key_text(key)
  if math.type(key) then return "[" .. core.text.number(key) .. "]" end
  key = tostring(key)
  return key:find("^[%a_][%w_]*$") and key or "[" .. quoted(key) .. "]"
end

--- A value as Lua would write it: what a verb was called with.
function M.text(value, depth)
  depth = depth or 1
  if type(value) == "string" then return quoted(value) end
  if type(value) == "number" then return core.text.number(value) end
  if type(value) == "boolean" or value == nil then return tostring(value) end
  if Survey.is(value) then return "survey" end
  if type(value) ~= "table" or depth > DEEPEST then return "..." end
  local parts, listed = {}, #value
  for _, inner in ipairs(value) do parts[#parts + 1] = M.text(inner, depth + 1) end
  for key, inner in ordered.pairs(value) do
    local place = math.type(key) == "integer" and key >= 1 and key <= listed
    if not place then
      parts[#parts + 1] = key_text(key) .. " = " .. M.text(inner, depth + 1)
    end
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

--- verb("satisfait", { by = "genre" })
function M.call(verb, ...)
  local parts = {}
  for at = 1, select("#", ...) do parts[at] = M.text((select(at, ...))) end
  while parts[#parts] == "nil" do parts[#parts] = nil end
  return verb .. "(" .. table.concat(parts, ", ") .. ")"
end

-- ---- nodes -------------------------------------------------------------------------------------

local script = { kind = "script" }

local function lineage_of(survey)
  local s = inside(survey)
  s.lineage = s.lineage or { source = script, items = {} }
  return s.lineage
end

-- The node of an item of a survey. One that no verb has touched begins in the survey's table.
local function node_of(survey, name)
  local s, lineage = inside(survey), lineage_of(survey)
  local node = lineage.items[name]
  if node and (node.table == nil or node.table == s.table) then return node end
  node = { item = name, table = s.table,
    columns = { { table = s.table, name = name, source = lineage.source } } }
  lineage.items[name] = node
  return node
end

-- The items that a text names which is no expression (a formula, a query).
local function named_in(table_, text)
  local names = {}
  local function add(word)
    if core.data.has(table_, word) then names[#names + 1] = word end
  end
  text = text:gsub("'[^']*'", " ")
  for word in text:gmatch '"([^"]*)"' do add(word) end
  for word in text:gsub('"[^"]*"', " "):gmatch "[%w_\128-\255]+" do add(word) end
  return names
end

-- The names of the items of a text: an item's name, an SQL expression, or anything that holds
-- names.
local function names_in(table_, text)
  if core.data.has(table_, text) then return { text } end
  local ok, names = pcall(core.expr.items, table_, text)
  return ok and names or named_in(table_, text)
end

--- The nodes of the items in a text, or in each text of a list.
function M.nodes(survey, given)
  local nodes, table_ = {}, inside(survey).table
  for _, text in ipairs(list_of(given)) do
    for _, name in ipairs(type(text) == "string" and names_in(table_, text) or {}) do
      nodes[#nodes + 1] = node_of(survey, name)
    end
  end
  return nodes
end

local function all_nodes(survey)
  local nodes = {}
  for at, name in ipairs(core.data.names(inside(survey).table)) do
    nodes[at] = node_of(survey, name)
  end
  return nodes
end

--- The chain of a survey: what happened to its rows and its design.
function M.chain(survey) return lineage_of(survey).chain end

-- ---- reading -----------------------------------------------------------------------------------

-- The columns of the file that an item of a codebook is made of.
local function columns_of(raw, entry, source, labels)
  local columns = {}
  for _, pair in ipairs(entry.columns or { { nil, entry.column } }) do
    local name = pair[2] or pair[1]
    if core.data.has(raw, name) then
      columns[#columns + 1] = { table = raw, name = name, source = source, label = labels[name] }
    end
  end
  return columns
end

--- Begins the lineage of a survey that was read. raw: the table before the codebook, nil when the
-- survey was stored with it applied; labels: the wording of its headers.
function M.begin(survey, source, raw, book, labels)
  local s, items = inside(survey), {}
  for _, name in ipairs(core.data.names(s.table)) do
    local entry = book and book.items_by_id[name]
    items[name] = { item = name, entry = entry and { book = book, id = name },
      columns = raw and entry and columns_of(raw, entry, source, labels)
        or { { table = s.table, name = name, source = source, label = labels[name] } } }
  end
  s.lineage = { source = source, items = items }
  for name, node in pairs(items) do
    local universe = node.entry and book.items_by_id[name].universe
    node.from = universe and M.nodes(survey, universe) or nil
  end
end

-- ---- verbs that make surveys -------------------------------------------------------------------

-- The lineage of `before` for a survey made from it. Its items are shared until one is set.
local function branch(before)
  local from = lineage_of(before)
  return { source = from.source, items = from.items, chain = from.chain }
end

-- A copy of the items, to be changed.
local function own_items(lineage)
  local items = {}
  for name, node in pairs(lineage.items) do items[name] = node end
  lineage.items = items
  return items
end

local function step(lineage, text, nodes, also)
  lineage.chain = { text = text, nodes = nodes, before = lineage.chain, also = also }
end

-- verb -> what it adds: f(lineage, made, before, arguments of the verb).
local makers = {}

for _, verb in ipairs { "where", "drop_rows" } do
  makers[verb] = function(lineage, _, before, expr)
    step(lineage, verb .. " " .. expr, M.nodes(before, expr))
  end
end

-- derive{ { "name", expr }, ... } and derive{ name = expr }, in the order of the verb.
local function derivations(exprs)
  local list = {}
  for _, pair in ipairs(exprs) do list[#list + 1] = pair end
  for name, expr in ordered.pairs(exprs) do
    if type(name) == "string" then list[#list + 1] = { name, expr } end
  end
  return list
end

function makers.derive(lineage, made, before, exprs)
  local table_, items = inside(made).table, own_items(lineage)
  for _, pair in ipairs(derivations(exprs)) do
    local from, by_row = {}, type(pair[2]) == "function"
    local names = by_row and inside(made).by_row[pair[1]] or names_in(table_, pair[2])
    for at, name in ipairs(names) do
      from[at] = items[name] or node_of(before, name)
    end
    local text = by_row and "a function of the row" or pair[2]
    items[pair[1]] = { item = pair[1], text = pair[1] .. " = " .. text, from = from }
  end
end

function makers.recode(lineage, _, before, name, map, opts)
  local into = opts and opts.into or name
  own_items(lineage)[into] = { item = into, text = M.call("recode", name, map, opts),
    from = { node_of(before, name) } }
end

function makers.rename(lineage, made, before, map)
  local moved, items = {}, own_items(lineage)
  for new, old in pairs(map) do
    if core.data.has(inside(before).table, new) then new, old = old, new end
    moved[new] = node_of(before, old)
    items[old] = nil
  end
  for new, node in pairs(moved) do items[new] = node end
  for _, name in ipairs(core.data.names(inside(made).table)) do
    items[name] = items[name] or node_of(before, name)
  end
end

function makers.stack(lineage, made, before, other)
  local items = own_items(lineage)
  for _, name in ipairs(core.data.names(inside(made).table)) do
    local from = {}
    for _, survey in ipairs { before, other } do
      if core.data.has(inside(survey).table, name) then from[#from + 1] = node_of(survey, name) end
    end
    items[name] = { item = name, from = from }
  end
  step(lineage, "stack", {}, M.chain(other))
end

function makers.join(lineage, made, before, other, opts)
  local by = type(opts) == "string" and opts or opts.by
  local items = own_items(lineage)
  for _, name in ipairs(core.data.names(inside(made).table)) do
    local mine = core.data.has(inside(before).table, name)
    if not mine and core.data.has(inside(other).table, name) then
      items[name] = { item = name, from = { node_of(other, name) } }
    end
  end
  local nodes = table.move(M.nodes(other, by), 1, #list_of(by), 2, { node_of(before, by) })
  step(lineage, "join by " .. by, nodes, M.chain(other))
end

function makers.group(lineage, _, before, sets, opts)
  local items = own_items(lineage)
  for name, members in ordered.pairs(sets) do
    local from = {}
    for at, member in ipairs(list_of(members)) do
      from[at] = node_of(before, type(member) == "table" and member[2] or member)
    end
    items[name] = { item = name, text = M.call("group", { [name] = members }, opts),
      from = from }
  end
end

-- Any query: every item of the answer may come from any item that was there.
function makers.sql(lineage, made, before, query)
  local from = all_nodes(before)
  lineage.items = {}
  for _, name in ipairs(core.data.names(inside(made).table)) do
    lineage.items[name] = { item = name, text = "sql " .. query, from = from }
  end
end

-- Items named among the options of a verb that declares a design; patterns as replicates has them.
local function option_nodes(before, opts)
  local nodes = {}
  for _, value in ordered.pairs(type(opts) == "table" and opts or { opts }) do
    for _, text in ipairs(list_of(value)) do
      if type(text) == "string" and core.data.has(inside(before).table, text) then
        nodes[#nodes + 1] = node_of(before, text)
      end
    end
  end
  local pattern = type(opts) == "table" and opts.replicate_weights
  if type(pattern) ~= "string" then return nodes end
  for _, name in ipairs(core.data.names(inside(before).table)) do
    local ok, found = pcall(string.find, name, "^" .. pattern .. "$")
    if ok and found then nodes[#nodes + 1] = node_of(before, name) end
  end
  return nodes
end

for _, verb in ipairs { "design", "replicates", "to_replicates", "trim" } do
  makers[verb] = function(lineage, _, before, opts)
    step(lineage, M.call(verb, opts), option_nodes(before, opts))
  end
end

-- The items of margins: { item = totals } or { { item, totals }, ... }, or one by its name.
for _, verb in ipairs { "rake", "poststratify", "calibrate" } do
  makers[verb] = function(lineage, _, before, margins, ...)
    local names = {}
    for key, value in ordered.pairs(list_of(margins)) do
      local listed = type(value) == "table" and value[1] or value
      names[#names + 1] = type(key) == "string" and key or listed
    end
    step(lineage, M.call(verb, margins, ...), option_nodes(before, names))
  end
end

function makers.add_weights(lineage, _, _, name)
  own_items(lineage)[name] = { item = name, text = "add_weights", chain = lineage.chain }
end

-- A verb whose survey gets its lineage.
local function tracked(verb, maker)
  return function(self, ...)
    local made = verb(self, ...)
    local lineage = branch(self)
    maker(lineage, made, self, ...)
    inside(made).lineage = lineage
    return made
  end
end

for name, maker in pairs(makers) do
  local verb = Survey.methods[name]
  if verb then Survey.methods[name] = tracked(verb, maker) end
end

--- A survey made by an engine's module from others: each item from those of the same name, or as
-- `names` tells { [item] = name in the other }.
function M.from(made, others, text, names)
  local lineage = { source = script, items = {} }
  for _, name in ipairs(core.data.names(inside(made).table)) do
    local from = {}
    for at, other in ipairs(others) do
      local own = names and names[at] and names[at][name] or name
      if core.data.has(inside(other).table, own) then from[#from + 1] = node_of(other, own) end
    end
    lineage.items[name] = #from > 0 and { item = name, from = from, text = text } or nil
  end
  for _, other in ipairs(others) do
    lineage.chain = { nodes = {}, before = lineage.chain, also = M.chain(other) }
  end
  inside(made).lineage = lineage
  return made
end

-- ---- walking back ------------------------------------------------------------------------------

-- Visits steps and nodes behind one another without recursion: chains may be long.
local function walk(nodes, chain, each_node, each_step)
  local seen, stack = {}, {}
  local function push(thing)
    if thing and not seen[thing] then
      seen[thing] = true
      stack[#stack + 1] = thing
    end
  end
  local function push_all(list)
    for at = #(list or {}), 1, -1 do push(list[at]) end
  end
  push(chain)
  push_all(nodes)
  while #stack > 0 do
    local thing = table.remove(stack)
    if thing.item then
      each_node(thing)
      push(thing.chain)
      push_all(thing.from)
    else
      each_step(thing)
      push(thing.also)
      push(thing.before)
      push_all(thing.nodes)
    end
  end
end

--- Everything behind some nodes and a chain: { origins = nodes with columns, texts = { what was
-- done, the last first } }.
function M.collect(nodes, chain)
  local out = { origins = {}, texts = {} }
  walk(nodes, chain, function(node)
    if node.columns then out.origins[#out.origins + 1] = node end
    if node.text then out.texts[#out.texts + 1] = node.text end
  end, function(one)
    if one.text then out.texts[#out.texts + 1] = one.text end
  end)
  return out
end

local digests = setmetatable({}, { __mode = "k" })

--- The hash of what a column says, worked out once for each table it is asked of.
function M.digest(column)
  local known = digests[column.table] or {}
  digests[column.table] = known
  if not known[column.name] then
    local _, items = core.archive.sha256(core.data.select(column.table, { column.name }))
    known[column.name] = items[1]
  end
  return known[column.name]
end

return M
