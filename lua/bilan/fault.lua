--- Errors as an analyst needs them: at their own line, with the nearest right name.
--
-- The engine's Lua never shows its own file names: a message starts with the file and line of
-- the script that called it, found by the core on the call stack.
local core = require "bilan.core"

local M = {}

--- Raises a message (string.format arguments follow) at the script's line.
function M.raise(message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  error(core.where() .. message, 0)
end

--- Raises a caught error again, at the script's line, unless it stands there already.
function M.again(err)
  local text, where = M.text(err), core.where()
  if where ~= "" and text:sub(1, #where) == where then where = "" end
  error(where .. text, 0)
end

--- '; did you mean "x"?' or "" when nothing is near.
function M.hint(names, typed)
  local nearest = core.text.nearest(names, tostring(typed))
  return nearest and ('; did you mean "%s"?'):format(nearest) or ""
end

-- Lists of names longer than this are not spelt out in a message.
local FEW <const> = 10

--- Raises 'unknown WHAT "typed"; did you mean "x"?', or names a short list; "verb: thing" as WHAT
-- becomes 'verb: unknown thing'.
function M.unknown(what, typed, names)
  local hint = M.hint(names, typed)
  if hint == "" and #names > 0 and #names <= FEW then
    hint = "; known are " .. table.concat(names, ", ")
  end
  local verb, thing = what:match("^([%w_.]+: )(.*)$")
  M.raise('%sunknown %s "%s"%s', verb or "", thing or what, tostring(typed), hint)
end

--- Refuses option names that are not in the list; nil options are fine. Returns the options.
function M.options(opts, known, what)
  if opts == nil then return {} end
  if type(opts) ~= "table" then
    M.raise("%s: options are given as a table, got a %s", what, type(opts))
  end
  local allowed = {}
  for _, name in ipairs(known) do allowed[name] = true end
  local wrong = {}
  for name in pairs(opts) do
    if type(name) == "string" and not allowed[name] then wrong[#wrong + 1] = name end
  end
  table.sort(wrong)
  if wrong[1] then M.unknown(what .. " option", wrong[1], known) end
  return opts
end

--- Checks the type of an argument.
function M.expect(value, wanted, what)
  if type(value) ~= wanted then M.raise("%s: a %s is expected, got a %s", what, wanted, type(value)) end
  return value
end

--- One of the names listed, or an error with the nearest; nil gives the default.
function M.choice(value, names, default, what)
  if value == nil then return default end
  for _, name in ipairs(names) do if name == value then return value end end
  M.unknown(what, value, names)
end

-- The name by which the script called the engine, or nil.
local function called()
  for level = 3, 200 do
    local frame = debug.getinfo(level, "Sl")
    if not frame then return nil end
    if frame.currentline > 0 and not frame.source:find("^=bilan") then
      local callee = debug.getinfo(level - 1, "n")
      local name = callee and callee.name
      return name and not name:find("pcall$") and name or nil
    end
  end
end

-- What Lua says of a value that does not fit, for somebody who does not know the engine's names.
local function unfit(text)
  text = text:gsub("^bad argument #%-?%d+ to '.-' %((.*)%)$", "%1"):gsub(" %(%a+ '[^']*'%)$", "")
  local name = called()
  return ("%s%swrong argument: %s"):format(core.where(), name and name .. ": " or "", text)
end

--- Should a slip inside the engine name its own file? (bilan run --trusted)
M.own_places = false

--- An error message brought to the script's line: to be called as a message handler, while the
-- line is still on the stack. A value that some verb cannot use makes an error inside the
-- engine: it is said of the verb that the script called.
function M.place(err)
  if type(err) ~= "string" then return err end
  local own, text = err:match("^(bilan[%w_.]*:%d+): (.*)$")
  if not own and err:find("^attempt to ") then own, text = "C", err end
  if not own then return err end
  if text:find("^attempt to ") or text:find("^bad argument ") then
    if M.own_places then return ("%sinternal error at %s: %s"):format(core.where(), own, text) end
    return unfit(text)
  end
  return core.where() .. text
end

-- The end of "table: 0x5581a9e2bc30".
local ADDRESS <const> = ": 0x" .. ("%x"):rep(8) .. "%x*"

--- The message of an error value, without places in the engine and without addresses. Tables
-- and other values from scripts are named by their type only.
function M.text(err)
  if type(err) ~= "string" then return ("error value of type %s"):format(type(err)) end
  local text = err:sub(1, 4096):gsub("^bilan[%w_.]*:%d+: ", ""):gsub(ADDRESS, "")
  return text
end

return M
