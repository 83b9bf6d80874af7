--- The parts of Lua's library that a script gets in a guarded form.
--
-- What is wrapped, and why:
--   pcall, xpcall      a limit that was hit is raised again, it cannot be caught
--   tostring, print, string.format   no addresses, which differ from run to run
--   pairs, next        one order on every run: whole numbers rising, then text, then the rest
--   setmetatable       no __gc and no __close: they would run where no limit holds
--   getmetatable, rawset   the engine's objects stay closed
--   string.rep, table.*    lengths are checked first, for these loop in C where no tick comes
--   load               text only; a chunk cannot take the name of a file of the engine
-- An error of a wrapped function is raised at the script's line.
local core = require "bilan.core"
local fault = require "bilan.fault"

local M = {}

local host = core.host
local raw_pcall, raw_xpcall, raw_load, raw_tostring = pcall, xpcall, load, tostring
local raw_setmetatable, raw_getmetatable, raw_type = setmetatable, debug.getmetatable, type
local raw_next, raw_format, raw_rep = next, string.format, string.rep
local to_integer = math.tointeger

local MOST_TEXT <const> = 64 << 20  -- bytes one string function may make
local MOST_ITEMS <const> = 1 << 24  -- elements one table function may walk

-- ---- errors ----------------------------------------------------------------------------------

--- Is this the error of an exhausted allocator, of Lua's or of the engine's?
function M.out_of_memory(err)
  return raw_type(err) == "string"
    and (err == "not enough memory" or err:find("out of memory: the limit is", 1, true) ~= nil)
end

-- After a caught error: limits and exhausted memory are raised again.
local function after(ok, err, ...)
  if ok then return ok, err, ... end
  if M.out_of_memory(err) then host.set_limit() end
  if host.limited() then error(err, 0) end
  if raw_type(err) == "string" then err = fault.text(err) end
  return ok, err, ...
end

function M.pcall(f, ...) return after(raw_xpcall(f, fault.place, ...)) end

function M.xpcall(f, handler, ...)
  if raw_type(handler) ~= "function" then fault.raise("xpcall: a handler is expected") end
  return after(raw_xpcall(f, function(err)
    if host.limited() then return err end
    return handler(fault.place(err))
  end, ...))
end

-- Results of a call in C, or its error at the script's line.
local function finish(ok, ...)
  if ok then return ... end
  local err = ...
  if raw_type(err) == "string" and not host.limited() and not M.out_of_memory(err)
    and not err:find("^[^\n]-:%d+: ") then
    err = core.where() .. err
  end
  error(err, 0)
end

local function checked(f, ...) return finish(raw_pcall(f, ...)) end

-- ---- text ------------------------------------------------------------------------------------

local has_address = { table = true, ["function"] = true, userdata = true, thread = true }

--- Text of a value without its address.
function M.tostring(value)
  local kind = raw_type(value)
  if not has_address[kind] then return raw_tostring(value) end
  local meta = raw_getmetatable(value)
  if raw_type(meta) == "table" and rawget(meta, "__tostring") ~= nil then
    return raw_tostring(value)
  end
  return kind
end

function M.print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = M.tostring((select(i, ...))) end
  host.print(table.concat(parts, "\t") .. "\n")
end

-- Arguments of a format, those with an address as text.
local function without_addresses(...)
  local values = table.pack(...)
  for i = 1, values.n do
    if has_address[raw_type(values[i])] then values[i] = M.tostring(values[i]) end
  end
  return table.unpack(values, 1, values.n)
end

local POINTER <const> = "%%[-+ #%d.]*p"

local function safe_format(format, ...)
  if raw_type(format) == "string" and format:find("p", 1, true) and format:find(POINTER)
    and format:gsub("%%%%", ""):find(POINTER) then
    fault.raise("string.format: %%p is not for scripts")
  end
  for i = 1, select("#", ...) do
    if has_address[raw_type((select(i, ...)))] then
      return checked(raw_format, format, without_addresses(...))
    end
  end
  return checked(raw_format, format, ...)
end

local function safe_rep(s, n, separator)
  local count = to_integer(tonumber(n))
  separator = separator == nil and "" or separator
  for _, text in ipairs { s == nil and false or s, separator } do
    if raw_type(text) ~= "string" and raw_type(text) ~= "number" then
      fault.raise("string.rep: a text is expected, got a %s", raw_type(text or nil))
    end
  end
  if not count then fault.raise("string.rep: a whole number is expected, got %s", M.tostring(n)) end
  local unit = #raw_tostring(s) + #raw_tostring(separator)
  if count <= 0 or unit == 0 then return "" end
  if count > MOST_TEXT // unit then
    fault.raise("string.rep: the text would be longer than %d MB", MOST_TEXT >> 20)
  end
  return raw_rep(s, count, separator)
end

-- ---- lists -------------------------------------------------------------------------------------

-- Length checks: a list whose length is claimed by a metatable, or is absurd, is refused.
local function check_list(t, what)
  if raw_type(t) ~= "table" then
    fault.raise("table.%s: a list is expected, got a %s", what, raw_type(t))
  end
  local meta = raw_getmetatable(t)
  if (meta and rawget(meta, "__len") ~= nil) or rawlen(t) > MOST_ITEMS then
    fault.raise("table.%s: a plain list is expected", what)
  end
end

local function safe_list(name)
  local f = table[name]
  return function(t, ...)
    check_list(t, name)
    return checked(f, t, ...)
  end
end

-- The one in every loop: appending to a plain table needs no check.
local function safe_insert(t, ...)
  if select("#", ...) == 1 and raw_type(t) == "table" and raw_getmetatable(t) == nil then
    t[#t + 1] = ...
    return
  end
  check_list(t, "insert")
  return checked(table.insert, t, ...)
end

local function safe_move(a, from, to, ...)
  local first, last = to_integer(tonumber(from)), to_integer(tonumber(to))
  if not first or not last then fault.raise("table.move: places are whole numbers") end
  if last >= first and (last - first < 0 or last - first >= MOST_ITEMS) then
    fault.raise("table.move: more than %d elements", MOST_ITEMS)
  end
  return checked(table.move, a, first, last, ...)
end

-- ---- walking tables ----------------------------------------------------------------------------

local rank = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local ra, rb = rank[raw_type(a)] or 4, rank[raw_type(b)] or 4
  if ra ~= rb then return ra < rb end
  if ra <= 2 then return a < b end
  return ra == 3 and a and not b
end

-- The keys of a table in order. Two keys that are objects have none.
local function ordered_keys(t)
  local count, rest, objects = rawlen(t), {}, 0
  for key in raw_next, t do
    local kind = raw_type(key)
    local listed = math.type(key) == "integer" and key >= 1 and key <= count
    if not listed then rest[#rest + 1] = key end
    if not rank[kind] then objects = objects + 1 end
  end
  if objects > 1 then fault.raise("pairs: keys that are objects have no order; walk a list") end
  table.sort(rest, before)
  local keys = {}
  if rest[1] ~= nil and raw_type(rest[1]) == "number" and rest[1] < 1 then -- zero and below
    for i = 1, count do rest[#rest + 1] = i end
    table.sort(rest, before)
    return rest
  end
  for i = 1, count do keys[i] = i end
  return table.move(rest, 1, #rest, count + 1, keys)
end

-- The next key with a value behind place `at`, and its place.
local function step(t, keys, at)
  repeat
    at = at + 1
    local key = keys[at]
    if key == nil then return nil end
    local value = rawget(t, key)
    if value ~= nil then return at, key, value end
  until false
end

function M.pairs(t)
  local meta = raw_getmetatable(t)
  if raw_type(meta) == "table" and meta.__pairs then return meta.__pairs(t) end
  fault.expect(t, "table", "pairs")
  local keys, at = ordered_keys(t), 0
  return function()
    local place, key, value = step(t, keys, at)
    at = place or at
    return key, value
  end, t, nil
end

local walks = raw_setmetatable({}, { __mode = "k" }) -- table -> { keys, at } of its last walk

-- Where a walk stands that has just given `key`.
local function place_of(t, key)
  local walk = walks[t]
  if walk and walk.keys[walk.at] == key then return walk end
  walk = { keys = ordered_keys(t) }
  walks[t] = walk
  for at, other in ipairs(walk.keys) do
    if other == key then
      walk.at = at
      return walk
    end
  end
  fault.raise("next: the table has no such key")
end

function M.next(t, key)
  fault.expect(t, "table", "next")
  if raw_next(t) == nil then return nil end
  local walk = { at = 0 }
  if key == nil then
    walk.keys = ordered_keys(t)
    walks[t] = walk
  else
    walk = place_of(t, key)
  end
  local at, found, value = step(t, walk.keys, walk.at)
  walk.at = at or walk.at
  return found, value
end

-- ---- metatables --------------------------------------------------------------------------------

local owned = raw_setmetatable({}, { __mode = "k" }) -- metatables that a script has set

--- Lets rawset at tables with this metatable (the globals of a script).
function M.own(meta)
  owned[meta] = true
  return meta
end

local function closed(value)
  local meta = raw_getmetatable(value)
  return meta ~= nil and not owned[meta]
end

function M.setmetatable(t, meta)
  fault.expect(t, "table", "setmetatable")
  if meta ~= nil and raw_type(meta) ~= "table" then
    fault.raise("setmetatable: a metatable is a table or nil, got a %s", raw_type(meta))
  end
  if meta and (rawget(meta, "__gc") ~= nil or rawget(meta, "__close") ~= nil) then
    fault.raise("setmetatable: __gc and __close are not for scripts")
  end
  local old = raw_getmetatable(t)
  if old and (not owned[old] or rawget(old, "__metatable") ~= nil) then
    fault.raise("setmetatable: the metatable is protected")
  end
  if meta then owned[meta] = true end
  return raw_setmetatable(t, meta)
end

function M.getmetatable(value)
  local meta = raw_getmetatable(value)
  if meta == nil then return nil end
  local shown = rawget(meta, "__metatable")
  if shown ~= nil then return shown end
  return owned[meta] and meta or false
end

function M.rawset(t, key, value)
  fault.expect(t, "table", "rawset")
  if closed(t) then fault.raise("rawset: this table cannot be changed") end
  return checked(rawset, t, key, value)
end

-- ---- chunks ------------------------------------------------------------------------------------

--- The name of a chunk of a script's; one that starts as the files of the engine do is set apart.
function M.chunk_name(name)
  if name:find("^[=@]bilan") then return "@./" .. name:sub(2) end
  return name
end

--- `load` for chunks that see `environment` unless the script gives them another one.
function M.load(environment)
  return function(chunk, name, mode, env)
    fault.expect(chunk, "string", "load")
    name = name == nil and "=(load)" or M.tostring(name)
    name = M.chunk_name(name)
    if mode ~= nil and mode ~= "t" and mode ~= "bt" then return nil, "load: only text is loaded" end
    return raw_load(chunk, name, "t", env or environment)
  end
end

--- Only a look at the memory is a script's business; asking for a collection does nothing.
function M.collectgarbage(what)
  if what == "count" then return collectgarbage "count" end
  if what == nil or what == "collect" or what == "step" then return 0 end
  fault.raise("collectgarbage: only \"count\" is for scripts")
end

-- ---- the libraries -----------------------------------------------------------------------------

local function copy(from, names)
  local out = {}
  for name in names:gmatch("%S+") do out[name] = from[name] end
  return out
end

local string_names = "byte char find gmatch gsub len lower match pack packsize reverse sub unpack"
  .. " upper"
local math_names = "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min"
  .. " mininteger modf pi rad sin sqrt tan tointeger type ult random"

local seeded = false

--- Fresh tables string, table and math. math.random starts at the same place on every run; the
-- environment of a codebook, made later, does not start it again.
function M.libraries()
  local strings = copy(string, string_names)
  strings.rep, strings.format = safe_rep, safe_format
  local tables = { pack = table.pack, unpack = table.unpack, move = safe_move,
    insert = safe_insert }
  for _, name in ipairs { "concat", "remove", "sort" } do
    tables[name] = safe_list(name)
  end
  if not seeded then math.randomseed(1, 2) end
  seeded = true
  return strings, tables, copy(math, math_names)
end

return M
