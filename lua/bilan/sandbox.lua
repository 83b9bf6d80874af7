--- What a script sees: an allow-listed, read-only environment.
--
-- There is no os, io, debug, package or coroutine; code is loaded as text only; files are read
-- below the granted folders, through the core, and written by the verbs of the engine only.
-- Errors can be caught, limits cannot: once one is hit, pcall and xpcall raise it again.
-- `pairs` walks in one order on every run, and nothing prints an address.
-- The wrapped functions are in sandbox/library.lua; here they are put together, and the engine's
-- own tables are shown to scripts behind proxies that cannot be written to.
local core = require "bilan.core"
local events = require "bilan.events"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"
local library = require "bilan.sandbox.library"
local ordered = require "bilan.ordered"

local M = {}

local host = core.host

M.tostring = library.tostring
M.out_of_memory = library.out_of_memory

-- ---- proxies -----------------------------------------------------------------------------------

-- Tables that a script may write to although the engine made them: bilan.privacy holds the
-- policy of the script.
local open_tables = { ["bilan.privacy"] = true }

-- A field of a shown table: tables of the engine that are not closed objects are shown likewise.
local function shown(value, what)
  if type(value) ~= "table" or open_tables[what] then return value end
  local meta = debug.getmetatable(value)
  if meta and rawget(meta, "__metatable") ~= nil then return value end
  return M.read_only(value, what)
end

-- The fields of `from` as scripts see them, each made when it is first asked for and kept.
local function view_of(from, what)
  return setmetatable({}, { __index = function(view, key)
    local value = from[key]
    if value == nil then
      if type(key) == "string" then fault.unknown("name in " .. what, key, ordered.keys(from)) end
      return nil
    end
    value = shown(value, what .. "." .. tostring(key))
    rawset(view, key, value)
    return value
  end })
end

--- A table that shows `from` and cannot be changed, nor can the tables in it. `what` is its name
-- in messages.
function M.read_only(from, what)
  local view = view_of(from, what)
  return setmetatable({}, {
    __index = view,
    __newindex = function() fault.raise("%s cannot be changed by a script", what) end,
    __pairs = function()
      local following = ordered.pairs(from)
      return function()
        local key = following()
        if key ~= nil then return key, view[key] end
      end
    end,
    __len = function() return #from end,
    __tostring = function() return what end,
    __metatable = false,
  })
end

-- ---- files of code -----------------------------------------------------------------------------

--- Loads a Lua file as text in an environment; syntax errors carry file and line. role: what it
-- is to the run that is recorded (script, codebook; default: module).
function M.load_file(path, environment, role)
  fault.expect(path, "string", "a path")
  local text = ledger.read(path, role or "module"):gsub("^\xEF\xBB\xBF", ""):gsub("^#[^\n]*", "--", 1)
  local chunk, why = load(text, library.chunk_name("@" .. path), "t", environment)
  if not chunk then error(why, 0) end
  if events.on then
    local name = debug.getinfo(chunk, "S").short_src
    events.tell("source", { path = path, chunk = name, text = text })
  end
  return chunk
end

-- Passes results on; exhausted memory is a limit like the others.
local function finish(ok, ...)
  if ok then return ... end
  if library.out_of_memory((...)) then host.set_limit() end
  error((...), 0)
end

--- Calls f with the limits on; an error gets the script's line while that is on the stack.
function M.watch(f, ...)
  return host.watch(function(...) return finish(xpcall(f, fault.place, ...)) end, ...)
end

local LOADING <const> = {}

-- `require` of a script: the engine, and Lua files beside the script.
local function safe_require(known, folder)
  local loaded = {}
  return function(name)
    if name == "bilan" then return known.bilan end
    if type(name) ~= "string" or not name:find("^[%w_.]+$") then
      fault.raise("require: a module name is expected")
    end
    if loaded[name] == LOADING then
      fault.raise('require: the module "%s" requires itself', name)
    end
    if loaded[name] == nil then
      local path = folder .. "/" .. name:gsub("%.", "/") .. ".lua"
      if not host.exists(path) then
        fault.raise('no module "%s": there is no file %s', name, path)
      end
      loaded[name] = LOADING
      local value = known.dofile(path)
      loaded[name] = value == nil and true or value
    end
    return loaded[name]
  end
end

-- ---- the environment ---------------------------------------------------------------------------

-- Names of Lua's that a script may ask for to learn that they are not there.
local absent = { os = true, io = true, debug = true, package = true, coroutine = true }

-- Reading a global that nobody set is a slip of the pen: it says so.
local function strict(known)
  return library.own {
    __index = function(_, name)
      local value = known[name]
      if value ~= nil then return value end
      if absent[name] then return nil end
      fault.unknown("name", library.tostring(name), ordered.keys(known))
    end,
    __pairs = function(environment)
      local all = {}
      for name, value in next, known do all[name] = value end
      for name, value in next, environment do all[name] = value end
      return library.pairs(all)
    end,
    __metatable = false,
  }
end

-- From here on methods of texts are the guarded ones, for the engine's Lua too. A stock Lua that
-- merely reads a codebook keeps its own.
local function lock_strings(strings)
  if not host.guarded() then return end
  local meta = debug.getmetatable("")
  meta.__index = strings
  meta.__metatable = false
end

-- The names of Lua that every script knows.
local function base(arguments)
  local strings, tables, maths = library.libraries()
  lock_strings(strings)
  return {
    _VERSION = _VERSION, assert = assert, error = error, ipairs = ipairs, next = library.next,
    pairs = library.pairs, pcall = library.pcall, print = library.print, rawequal = rawequal,
    rawget = rawget, rawlen = rawlen, rawset = library.rawset, select = select,
    tonumber = tonumber, tostring = library.tostring, type = type, xpcall = library.xpcall,
    setmetatable = library.setmetatable, getmetatable = library.getmetatable,
    collectgarbage = library.collectgarbage, utf8 = M.read_only(utf8, "utf8"),
    string = M.read_only(strings, "string"), table = M.read_only(tables, "table"),
    math = M.read_only(maths, "math"), arg = arguments,
  }
end

--- The globals of one script: `folder` is where its own modules are, `arguments` its `arg`.
function M.environment(folder, arguments)
  local known = base(arguments)
  local environment = setmetatable({}, strict(known))
  known.bilan = M.read_only(require "bilan", "bilan")
  known._G = environment
  known.load = library.load(environment)
  known.dofile = function(path) return M.load_file(path, environment)() end
  known.loadfile = function(path) return M.load_file(path, environment) end
  known.require = safe_require(known, folder)
  return environment
end

return M
