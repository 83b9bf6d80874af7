--- What a script does with figures once it has them, read from its source.
--
-- Arithmetic on numbers leaves no trace when it runs, so the tree of a script (lint/source) is
-- read with abstract values: what `s:proportion(...):get{...}.value` is stays known through
-- names, brackets and functions of the script, and what is done with it is noted as a sighting:
--   quotient   a / b           of two shares
--   product    a * b           of two shares
--   relative   (a - b) / c     of shares: a change in percent of a percentage
--   average    (a + b) / 2     of shares
--   contrast   a - b           of two shares
--   as_counts  a share given to a function that takes counts
--   as_percent a difference of shares that a text calls "%"
--   as_data    shares as a column of bilan.survey
--   plain_test counts of rows given to a test of bilan.stat, which takes them as independent
-- A value is { k, origin, query, ... }: k is result, rows, row, share, points, count, n, shares (a
-- list), text, number, module, api, function; origin is the call of the estimate: { line, last,
-- verb, item }; `loose` is a value that stands for several. What is not understood has no value,
-- and gives no sighting. One pass, linear in the tree; loops are read once.
local M = {}

local estimates = { proportion = "share", freq = "share", crosstab = "share", mean = "number",
  total = "number", median = "number", quantile = "number", ratio = "number",
  difference = "points", contrast = "points" }

local plain_tests = { ["stat.difference_ci"] = true, ["stat.risk_ratio"] = true,
  ["stat.odds_ratio"] = true, ["stat.chi_squared"] = true, ["stat.fisher"] = true,
  ["stat.trend"] = true }
local takes_counts = { ["stat.proportion_ci"] = true, ["stat.difference_ci"] = true,
  ["stat.risk_ratio"] = true, ["stat.odds_ratio"] = true, ["format.percent"] = true }
-- Functions whose value is of the kind of their first argument.
local same_kind = { ["format.number"] = true, ["math.abs"] = true, ["math.floor"] = true,
  ["math.ceil"] = true, tostring = true, tonumber = true }

-- ---- small parts ------------------------------------------------------------------------------

--- An expression in words, for messages: names, fields and arithmetic as they stand, "…" for all
-- else.
function M.text_of(node, inner)
  if node.t == "name" then return node.v end
  if node.t == "number" then return tostring(node.v) end
  if node.t == "binary" then
    local text = ("%s %s %s"):format(M.text_of(node.a, true), node.op, M.text_of(node.b, true))
    return inner and "(" .. text .. ")" or text
  end
  if node.t == "index" then
    local key = node.key.t == "string" and "." .. node.key.v or "[…]"
    return M.text_of(node.of) .. key
  end
  if node.t == "method" then
    return ("%s:%s(…)"):format(M.text_of(node.of):match "^[%w_.]*", node.name)
  end
  return "…"
end

-- A copy of a value with other fields.
local function changed(value, fields)
  local copy = {}
  for key, old in pairs(value) do copy[key] = old end
  for key, new in pairs(fields) do copy[key] = new end
  return copy
end

-- Is this a value of a kind? nil and false are none.
local function is(value, k) return value ~= nil and value ~= false and value.k == k end

-- The fields of a table of constants: { level = "oui" }; nil when one is not constant.
local function constants_of(node)
  local out = {}
  if not node or node.t ~= "table" then return nil end
  for _, field in ipairs(node.fields) do
    local constant = field.value.t == "string" or field.value.t == "number"
    if not field.key or field.key.t ~= "string" or not constant then return nil end
    out[field.key.v] = field.value.v
  end
  return out
end

-- The node of a field of a table constructor by its name.
local function has_field(node, name)
  for _, field in ipairs(node and node.t == "table" and node.fields or {}) do
    if field.key and field.key.v == name then return field.value end
  end
end

-- ---- reading ----------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

-- Notes a sighting at the lines of a node.
function Reader:see(kind, node, fields)
  fields.kind, fields.line, fields.last = kind, node.line, node.last
  self.sightings[#self.sightings + 1] = fields
end

-- The value of a name and the scope that has it; the value is nil when it is not understood.
function Reader:lookup(name)
  local scope = self.scope
  while scope do
    if scope.vars[name] ~= nil then return scope.vars[name] or nil, scope end
    scope = scope.outer
  end
end

-- Calls f in a scope of its own.
function Reader:within(f, ...)
  self.scope = { vars = {}, outer = self.scope }
  local value = f(self, ...)
  self.scope = self.scope.outer
  return value
end

local read = {}

-- The value of an expression; nil for one that is not understood.
function Reader:value(node)
  local reads = read[node.t]
  return reads and reads(self, node) or nil
end

-- The values of expressions in a list without holes: false for what is not understood.
function Reader:values(list)
  local out = {}
  for i, node in ipairs(list) do out[i] = self:value(node) or false end
  return out
end

-- A name: what the script gave it, or a part of the engine or of Lua.
function read.name(self, node)
  local value, scope = self:lookup(node.v)
  if scope then return value end
  if node.v == "bilan" then return { k = "module", name = "bilan" } end
  if same_kind[node.v] then return { k = "api", name = node.v } end
  if node.v == "math" or node.v == "string" or node.v == "table" then
    return { k = "module", name = node.v }
  end
end

function read.number(_, node) return { k = "number", v = node.v } end
function read.string(_, node) return { k = "text", v = node.v } end

-- The figure of a row (or of a result with one row) by its name.
local function figure(of, name)
  local kind = name == "value" and estimates[of.origin.verb] or name
  if kind == "share" or kind == "points" or kind == "count" or kind == "n" then
    return { k = kind, origin = of.origin, query = of.query, loose = of.loose }
  end
end

-- A field: of the engine, of a row, or a row of a result by its number.
function read.index(self, node)
  local of, key = self:value(node.of), self:value(node.key)
  if not of then return nil end
  local name = node.key.t == "string" and node.key.v
  if of.k == "module" and name then
    if of.name ~= "bilan" then return { k = "api", name = of.name .. "." .. name } end
    if name == "stat" or name == "format" then return { k = "module", name = name } end
    return { k = "api", name = name }
  end
  if of.k == "row" or of.k == "result" and name then return name and figure(of, name) end
  if (of.k == "rows" or of.k == "result") and is(key, "number") then
    return { k = "row", origin = of.origin, loose = of.loose }
  end
end

-- A function of the script is read once, with parameters that are not understood; what it returns
-- first is what calling it gives.
read["function"] = function(self, node)
  local returns = self.returns
  self.returns = {}
  self:within(function()
    for _, name in ipairs(node.params) do self.scope.vars[name] = false end
    self:block(node.body)
  end)
  local made = self.returns[1]
  self.returns = returns
  return { k = "function", returns = made and changed(made, { loose = true }) or nil }
end

-- A table with a share among its values is a list of shares.
function read.table(self, node)
  local found
  for _, field in ipairs(node.fields) do
    if field.key then self:value(field.key) end
    local value = self:value(field.value)
    if is(value, "share") or is(value, "shares") then found = found or value end
  end
  return found and { k = "shares", origin = found.origin, loose = true } or nil
end

-- All figures of rows among the arguments of a call, through tables in them.
local function figures_in(self, nodes, list)
  for _, node in ipairs(nodes) do
    if node.t == "table" then
      local inner = {}
      for i, field in ipairs(node.fields) do inner[i] = field.value end
      figures_in(self, inner, list)
    elseif node.t == "binary" then
      figures_in(self, { node.a, node.b }, list)
    else
      local value = node.t ~= "function" and self:quietly(node)
      if value and value.origin and (value.k == "count" or value.k == "n") then
        list[#list + 1] = { value = value, node = node }
      end
    end
  end
  return list
end

-- The value of a node that was read already: no sighting is noted twice.
function Reader:quietly(node)
  local seen = #self.sightings
  local value = self:value(node)
  for i = #self.sightings, seen + 1, -1 do self.sightings[i] = nil end
  return value
end

-- Does a text call its argument number `place` a percentage ("%d %%") rather than points?
local function called_percent(text, place)
  local at, count = 1, 0
  while true do
    local first, last, letter = text:find("%%[-+ #0]*%d*%.?%d*([%a%%])", at)
    if not first then return false end
    if letter ~= "%" then
      count = count + 1
      if count == place then
        local behind = text:sub(last + 1):gsub("^\u{A0}", " "):gsub("^\u{202F}", " ")
        local unit, rest = behind:match "^ ?(%%%%)(.*)$"
        return unit ~= nil and not rest:find "^[%s-]*point" and not rest:find "^[%s-]*pt"
      end
    end
    at = last + 1
  end
end

-- A format: (text):format(...) or string.format(text, ...).
local function formatted(self, node, text, values, nodes)
  if not is(text, "text") then return end
  for place, value in ipairs(values) do
    if is(value, "points") and called_percent(text.v, place) then
      self:see("as_percent", node, { a = value, text = M.text_of(nodes[place]) })
    end
  end
end

-- A function of the engine or of Lua that is called by its name.
local function known_call(self, node, name, values)
  local first = values[1] or nil
  if same_kind[name] then return first end
  if name == "require" then return nil end
  if name == "string.format" then
    formatted(self, node, first, { table.unpack(values, 2) }, { table.unpack(node.args, 2) })
  end
  if name == "format.share" and is(first, "points") then
    self:see("as_percent", node, { a = first, text = M.text_of(node.args[1]) })
  end
  for i = 1, takes_counts[name] and math.min(#values, 4) or 0 do
    if is(values[i], "share") then
      self:see("as_counts", node, { a = values[i], text = M.text_of(node.args[i]), name = name })
      return nil
    end
  end
  if plain_tests[name] then
    self:see("plain_test", node, { name = name, figures = figures_in(self, node.args, {}) })
  end
  if name == "survey" and node.args[1] and node.args[1].t == "table" then
    if is(first, "shares") then self:see("as_data", node, { a = first }) end
  end
  if name == "table.insert" and node.args[1] and node.args[1].t == "name" then
    self:append(node.args[1].v, values[#values])
  end
end

-- A list that a share is put into is a list of shares.
function Reader:append(name, value)
  local _, scope = self:lookup(name)
  if scope and is(value, "share") then
    scope.vars[name] = { k = "shares", origin = value.origin, loose = true }
  end
end

-- A call of `require`, of a function of the engine or of Lua, or of one of the script.
function read.call(self, node)
  local of, values = self:value(node.of), self:values(node.args)
  if node.of.t == "name" and node.of.v == "require" and is(values[1], "text") then
    return values[1].v == "bilan" and { k = "module", name = "bilan" } or nil
  end
  if is(of, "api") then return known_call(self, node, of.name, values) end
  if is(of, "function") then return of.returns end
end

-- What an estimate gives: a result that knows where it was made.
local function estimated(node, values)
  local opts = node.args[#node.args]
  local verb, level = node.name, has_field(opts, "level")
  local item = is(values[1], "text") and values[1].v or nil
  local percent = has_field(opts, "percent")
  local shares = estimates[verb] == "share" and not (percent and percent.v == "none")
  if estimates[verb] == "points" and not level and not (item and item:find "[=<>]") then
    verb = "mean" -- a difference of means
  elseif estimates[verb] == "share" and not shares then
    verb = "total"
  end
  return { k = "result", origin = { line = node.line, last = node.last, verb = verb, item = item } }
end

-- A verb: an estimate, a row of one, or the format of a text.
function read.method(self, node)
  local of, values = self:value(node.of), self:values(node.args)
  local name = node.name
  if name == "format" then formatted(self, node, of, values, node.args) end
  if is(of, "result") then
    if name == "get" then
      return { k = "row", origin = of.origin, loose = of.loose, query = constants_of(node.args[1]) }
    elseif name == "rows" or name == "each" then
      return { k = "rows", origin = of.origin, loose = of.loose }
    end
    return nil
  end
  if estimates[name] and #node.args > 0 then return estimated(node, values) end
end

-- ---- arithmetic -------------------------------------------------------------------------------

local binary = {}

-- Are both shares, on whatever scale?
local function both_shares(a, b) return is(a, "share") and is(b, "share") end

-- share / share, points / share; (share + share) / 2; share / 100 is a share again.
binary["/"] = function(self, node, a, b)
  if both_shares(a, b) then
    self:see("quotient", node, { a = a, b = b, text = { M.text_of(node.a), M.text_of(node.b) } })
  elseif is(a, "points") and is(b, "share") and b.origin.verb ~= "mean" then
    self:see("relative", node, { a = a, b = b })
  elseif is(a, "share") and is(b, "number") then
    if a.parts and a.parts == b.v then self:see("average", node, { a = a, count = a.parts }) end
    return b.v == 100 and a or nil
  end
end

-- share * share; 100 times something is the same in percent.
binary["*"] = function(self, node, a, b)
  if both_shares(a, b) then
    self:see("product", node, { a = a, b = b, text = { M.text_of(node.a), M.text_of(node.b) } })
    return nil
  end
  if is(a, "number") then a, b = b, a end
  if is(b, "number") and b.v == 100 then return a or nil end
end

-- A sum of shares knows how many; points and a number (rounding) are points.
binary["+"] = function(_, _, a, b)
  if both_shares(a, b) then return changed(a, { parts = (a.parts or 1) + (b.parts or 1) }) end
  return is(a, "points") and a or is(b, "points") and b or nil -- rounding: x + 0.5
end

-- share - share are points; 1 - share is a share.
binary["-"] = function(self, node, a, b)
  if both_shares(a, b) then
    self:see("contrast", node, { a = a, b = b, text = { M.text_of(node.a), M.text_of(node.b) } })
    return { k = "points", origin = a.origin, loose = true }
  end
  if is(a, "number") and is(b, "share") then return b end
end

-- A text goes on; points with "%" behind them are called a percentage.
binary[".."] = function(self, node, a, b)
  if is(a, "text") and is(b, "text") then return { k = "text", v = a.v .. b.v } end
  if is(a, "points") and is(b, "text") and b.v:gsub("\u{A0}", " "):find "^ ?%%" then
    if not b.v:find "^ ?%% *point" then
      self:see("as_percent", node, { a = a, text = M.text_of(node.a) })
    end
  end
  return is(b, "points") and b or is(b, "text") and b or nil -- "x = " .. d .. " %"
end

-- Both sides are read whatever the operator is.
function read.binary(self, node)
  local a, b = self:value(node.a), self:value(node.b)
  local known = binary[node.op]
  return known and known(self, node, a, b) or nil
end

-- Minus keeps the kind.
function read.unary(self, node)
  local a = self:value(node.a)
  return node.op == "-" and a or nil
end

-- ---- statements -------------------------------------------------------------------------------

local run = {}

-- Names of their own, in the scope that is open.
run["local"] = function(self, node)
  local values = self:values(node.values)
  for i, name in ipairs(node.names) do self.scope.vars[name] = values[i] or false end
end

-- A name keeps its value while all that is assigned to it is of one kind.
function run.assign(self, node)
  local values = self:values(node.values)
  for i, target in ipairs(node.targets) do
    if target.t == "name" then
      local _, scope = self:lookup(target.v)
      scope = scope or self.top
      local old = scope.vars[target.v]
      local same = old == nil or old == false or is(values[i], old.k)
      scope.vars[target.v] = same and values[i] or false
    else
      self:value(target)
      if target.of.t == "name" then self:append(target.of.v, values[i]) end
    end
  end
end

-- What the function that is read gives: the first of its values.
run["return"] = function(self, node)
  local values = self:values(node.values)
  self.returns[#self.returns + 1] = values[1] or nil
end

-- What `for _, row in ...` gives its second name: a row of a result.
local function row_of(values)
  local of = values[1]
  return (is(of, "rows") or is(of, "result"))
    and { k = "row", origin = of.origin, loose = true } or false
end

run["do"] = function(self, node)
  local values, names = {}, node.names or {}
  for i, expr in ipairs(node.exprs) do
    local walked = expr.t == "call" and expr.of.t == "name" and expr.of.v == "ipairs"
      and expr.args[1] or expr
    values[i] = self:value(walked) or false
  end
  for _, block in ipairs(node.blocks) do
    self:within(function()
      for i, name in ipairs(names) do self.scope.vars[name] = i == 2 and row_of(values) or false end
      self:block(block)
    end)
  end
end

-- The statements of a block, in order.
function Reader:block(list)
  for _, node in ipairs(list) do run[node.t](self, node) end
end

--- The sightings in a tree, in the order of the source.
function M.sightings(tree)
  local top = { vars = {} }
  local reader = setmetatable({ sightings = {}, returns = {}, scope = top, top = top }, Reader)
  reader:block(tree)
  return reader.sightings
end

return M
