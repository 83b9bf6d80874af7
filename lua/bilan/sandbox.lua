--- What a script sees: an allow-listed, read-only environment.
--
-- There is no os, io, debug, package or coroutine; code is loaded as text only; files are read
-- below the granted folders, through the core, and written by the verbs of the engine only.
-- Errors can be caught, limits cannot: once one is hit, pcall and xpcall raise it again.
-- `pairs` walks in one order on every run, and nothing prints an address.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ordered = require "bilan.ordered"

local M = {}

local host = core.host
local raw_xpcall, raw_load, raw_tostring = xpcall, load, tostring
local raw_setmetatable, raw_getmetatable, raw_type = setmetatable, debug.getmetatable, type

-- ---- wrapped functions ------------------------------------------------------------------------

-- After a caught error: limits and exhausted memory are raised again.
local function after(ok, err, ...)
  if not ok and err == "not enough memory" then host.set_limit() end
  if not ok and host.limited() then error(err, 0) end
  if not ok and raw_type(err) == "string" then err = fault.text(err) end
  return ok, err, ...
end

local function safe_pcall(f, ...) return after(raw_xpcall(f, fault.place, ...)) end

local function safe_xpcall(f, handler, ...)
  return after(raw_xpcall(f, function(err)
    if host.limited() then return err end
    return handler(err)
  end, ...))
end

--- Text of a value without its address.
function M.tostring(value)
  local meta = raw_getmetatable(value)
  local kind = raw_type(value)
  if kind ~= "table" and kind ~= "function" and kind ~= "userdata" and kind ~= "thread" then
    return raw_tostring(value)
  end
  if kind == "table" then
    local text = raw_tostring(value)
    local own = raw_type(meta) == "table" and rawget(meta, "__tostring")
    if own or not text:find("^[%w_ ]+: 0x%x+$") then return text end
  end
  return kind
end

local function safe_print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = M.tostring((select(i, ...))) end
  host.print(table.concat(parts, "\t") .. "\n")
end

local function safe_pairs(t)
  local meta = raw_getmetatable(t)
  if raw_type(meta) == "table" and meta.__pairs then return meta.__pairs(t) end
  if raw_type(t) ~= "table" then fault.raise("pairs: a table is expected, got a %s", raw_type(t)) end
  return ordered.pairs(t)
end

-- Finalizers run where no limit holds, so script tables may have none.
local function safe_setmetatable(t, meta)
  if raw_type(meta) == "table" and (rawget(meta, "__gc") ~= nil or rawget(meta, "__close") ~= nil) then
    fault.raise("setmetatable: __gc and __close are not for scripts")
  end
  return raw_setmetatable(t, meta)
end

local function safe_load(environment)
  return function(chunk, name, _, env)
    if raw_type(chunk) ~= "string" then fault.raise("load: a text is expected") end
    return raw_load(chunk, name or "=(load)", "t", env or environment)
  end
end

local MOST_TEXT <const> = 64 << 20 -- bytes one string function may make

local function safe_rep(s, n, separator)
  s, separator = raw_tostring(s), separator or ""
  if (#s + #separator) == 0 then return "" end
  if n * (#s + #separator) > MOST_TEXT then
    fault.raise("string.rep: the text would be longer than %d MB", MOST_TEXT >> 20)
  end
  return string.rep(s, n, separator)
end

-- Moves and inserts walk lists of the length they are told; that length is checked first.
local MOST_ITEMS <const> = 1 << 27

local function safe_move(a, from, to, at, b)
  if to - from > MOST_ITEMS then fault.raise("table.move: more than %d elements", MOST_ITEMS) end
  return table.move(a, from, to, at, b)
end

local function safe_list(name)
  local f = table[name]
  return function(t, ...)
    if raw_type(t) ~= "table" or rawlen(t) ~= #t then
      fault.raise("table.%s: a plain list is expected", name)
    end
    return f(t, ...)
  end
end

-- ---- the environment --------------------------------------------------------------------------

--- A table that shows `from` and cannot be changed.
function M.read_only(from, what)
  return raw_setmetatable({}, {
    __index = function(_, key)
      local value = from[key]
      if value == nil and raw_type(key) == "string" and what then
        fault.unknown("name in " .. what, key, ordered.keys(from))
      end
      return value
    end,
    __newindex = function() fault.raise("%s cannot be changed by a script", what or "this table") end,
    __pairs = function() return ordered.pairs(from) end,
    __len = function() return #from end,
    __metatable = false,
  })
end

local function copy(from, names)
  local out = {}
  for name in names:gmatch("%S+") do out[name] = from[name] end
  return out
end

local string_names = "byte char find format gmatch gsub len lower match pack packsize reverse sub"
  .. " unpack upper"
local math_names = "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min"
  .. " mininteger modf pi rad sin sqrt tan tointeger type ult random"

local function libraries()
  local strings = copy(string, string_names)
  strings.rep = safe_rep
  local tables = { pack = table.pack, unpack = table.unpack, move = safe_move }
  for _, name in ipairs { "concat", "insert", "remove", "sort" } do tables[name] = safe_list(name) end
  math.randomseed(1, 2)
  return strings, tables, copy(math, math_names)
end

-- `require` of a script: the engine, and Lua files beside the script.
local function safe_require(environment, folder)
  local loaded = {}
  return function(name)
    if name == "bilan" then return environment.bilan end
    if raw_type(name) ~= "string" or not name:find("^[%w_.]+$") then
      fault.raise("require: a module name is expected")
    end
    if loaded[name] == nil then
      local path = folder .. "/" .. name:gsub("%.", "/") .. ".lua"
      if not host.exists(path) then
        fault.raise('no module "%s": there is no file %s', name, path)
      end
      local value = environment.dofile(path)
      loaded[name] = value == nil and true or value
    end
    return loaded[name]
  end
end

--- Loads a Lua file as text in an environment; syntax errors carry file and line.
function M.load_file(path, environment)
  local text = host.read(path)
  local chunk, why = raw_load(text:gsub("^#[^\n]*", "--", 1), "@" .. path, "t", environment)
  if not chunk then error(why, 0) end
  return chunk
end

-- Reading a global that nobody set is a slip of the pen: it says so.
local function strict(known)
  return {
    __index = function(_, name)
      local value = known[name]
      if value ~= nil then return value end
      if name == "os" or name == "io" or name == "debug" or name == "package" or name == "coroutine" then
        return nil
      end
      fault.unknown("name", name, ordered.keys(known))
    end,
    __metatable = false,
  }
end

--- The globals of one script: `folder` is where its own modules are, `arguments` its `arg`.
function M.environment(folder, arguments)
  local strings, tables, maths = libraries()
  local meta = raw_getmetatable("")
  meta.__index = strings
  meta.__metatable = false
  local known = {
    _VERSION = _VERSION, assert = assert, error = error, ipairs = ipairs, next = next,
    pairs = safe_pairs, pcall = safe_pcall, print = safe_print, rawequal = rawequal,
    rawget = rawget, rawlen = rawlen, rawset = rawset, select = select, tonumber = tonumber,
    tostring = M.tostring, type = type, xpcall = safe_xpcall, setmetatable = safe_setmetatable,
    getmetatable = getmetatable, utf8 = M.read_only(utf8, "utf8"),
    string = M.read_only(strings, "string"), table = M.read_only(tables, "table"),
    math = M.read_only(maths, "math"), arg = arguments,
    collectgarbage = function(what)
      if what ~= "count" then fault.raise("collectgarbage: only \"count\" is for scripts") end
      return collectgarbage "count"
    end,
  }
  known.bilan = M.read_only(require "bilan", nil)
  local environment = raw_setmetatable({}, strict(known))
  known._G = environment
  known.load = safe_load(environment)
  known.dofile = function(path) return M.load_file(path, environment)() end
  known.loadfile = function(path) return M.load_file(path, environment) end
  known.require = safe_require(known, folder)
  return environment
end

return M
