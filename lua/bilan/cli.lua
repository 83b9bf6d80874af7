--- The command line: `bilan COMMAND [options] ...`.
--
-- A command is a module lua/bilan/cli/NAME.lua that gives { usage, summary, options, run }. Options
-- are read here once for all of them; results go to standard output, everything else to standard
-- error. Exit status: 0 done, 1 the script or the data is at fault, 2 wrong usage, 3 a limit.
local core = require "bilan.core"
local fault = require "bilan.fault"

local M = {}

local commands = { "run", "tab", "describe", "check", "convert", "verify", "new", "diff", "lint",
  "repl" }

local function say(text) core.host.warn(text) end

-- A usage error: exit status 2.
local usage_error = setmetatable({}, { __name = "usage" })

--- Raises a wrong usage of the command line.
function M.usage_error(message, ...)
  error(setmetatable({ text = message:format(...) }, usage_error), 0)
end

local function load_command(name)
  for _, known in ipairs(commands) do
    if known == name then return require("bilan.cli." .. name) end
  end
  M.usage_error('unknown command "%s"%s', name, fault.hint(commands, name))
end

-- ---- options ----------------------------------------------------------------------------------

-- { name = { "value"|"flag"|"list", help } } -> sorted names with dashes.
local function option_names(options)
  local names = {}
  for _, option in ipairs(options) do names[#names + 1] = "--" .. option[1] end
  return names
end

local function find_option(options, name)
  for _, option in ipairs(options) do if option[1] == name then return option end end
end

--- The value of an option that has few, the first of them when it is not given.
function M.choice(name, value, known)
  if value == nil then return known[1] end
  for _, one in ipairs(known) do if one == value then return value end end
  local hint = fault.hint(known, value)
  M.usage_error('unknown %s "%s"%s', name, value,
    hint ~= "" and hint or "; known are " .. table.concat(known, ", "))
end

local MOST_NUMBER <const> = 1000000000

local function set_option(values, option, value)
  if option[2] == "number" then
    local number = math.tointeger(tonumber(value))
    if not number or number < 0 or number > MOST_NUMBER then
      M.usage_error("--%s takes a whole number up to %d, got \"%s\"", option[1], MOST_NUMBER, value)
    end
    value = number
  end
  if option[2] == "list" then
    values[option[1]] = values[option[1]] or {}
    table.insert(values[option[1]], value)
  else
    values[option[1]] = value
  end
end

-- The option that a word names, and the value behind its "=". nil for a word that is none.
local function option_of(word, options)
  if word == "-" or word:sub(1, 1) ~= "-" then return nil end
  if word == "-h" or word == "--help" then return { "help", "flag" } end
  local name, value = word:match("^%-%-([^=]+)=(.*)$")
  name = name or word:match("^%-%-(.+)$")
  local option = find_option(options, name)
  if not option then
    M.usage_error('unknown option "%s"%s', word,
      fault.hint(option_names(options), "--" .. (name or word)))
  end
  if value and option[2] == "flag" then M.usage_error("--%s takes no value", name) end
  return option, value
end

-- The value of an option: behind "=", or the next word.
local function value_of(option, value, next_word)
  if option[2] == "flag" then return true, 0 end
  if value then return value, 0 end
  return next_word or M.usage_error("--%s needs a value", option[1]), 1
end

--- Splits arguments into option values and the rest. When `stop` is set, the first argument
-- that is no option ends the options (a script's own arguments follow).
function M.parse(arguments, options, stop)
  local values, rest, i = {}, {}, 1
  while i <= #arguments do
    local word = arguments[i]
    local option, value = nil, nil
    if word ~= "--" then option, value = option_of(word, options) end
    if option then
      local given, more = value_of(option, value, arguments[i + 1])
      set_option(values, option, given)
      i = i + more
    elseif word == "--" or stop then
      table.move(arguments, word == "--" and i + 1 or i, #arguments, #rest + 1, rest)
      break
    else
      rest[#rest + 1] = word
    end
    i = i + 1
  end
  return values, rest
end

-- ---- files -------------------------------------------------------------------------------------

--- The folder of a path, "." when it names none.
function M.folder_of(path)
  local folder = path:match("^(.*)/[^/]*$")
  return folder == "" and "/" or folder or "."
end

--- Grants what a script that is run may read: its folder, the current one, what it wrote, and what
-- the person named. Looked for before the guard is up.
function M.grant(folder, options, arguments)
  local host = core.host
  host.grant(".")
  host.grant(folder)
  host.grant(options.out or "out")
  for _, name in ipairs(options.read or {}) do
    if name == "-" then name = "./-" end
    host.grant(name)
  end
  for _, word in ipairs(arguments) do
    if word == "-" or host.exists(word) then host.grant(word) end
  end
end

--- Guards a command that may run somebody's Lua (a codebook, a script of surveys): what it runs
-- reads these files, the folders of these scripts and the current folder, and writes nothing
-- but below limits.out. limits: out, timeout, memory, output, as core.host.guard takes them.
-- Both lists may have holes.
function M.guard(files, scripts, limits)
  core.host.grant(".")
  for i = 1, 4 do
    if files[i] then core.host.grant(files[i]) end
    if scripts[i] then core.host.grant(M.folder_of(scripts[i])) end
  end
  core.host.guard(limits)
end

-- ---- running -----------------------------------------------------------------------------------

local function version()
  return ("bilan %s, %s, SQLite %s\n"):format(core.version, _VERSION, core.sql.version())
end

-- `bilan help [COMMAND]`, and `bilan` alone, which is wrong usage.
local function help(name, about)
  local pages = require "bilan.cli.help"
  if about then core.host.print(pages.command(load_command(about)))
  elseif name then core.host.print(pages.general())
  else say(pages.general()) end
  return name and 0 or 2
end

local function dispatch(arguments)
  local name = table.remove(arguments, 1)
  if not name or name == "help" or name == "--help" or name == "-h" then
    return help(name, name == "help" and arguments[1])
  end
  if name == "--version" then
    core.host.print(version())
    return 0
  end
  local command = load_command(name)
  local values, rest = M.parse(arguments, command.options, command.stop)
  if values.help then
    core.host.print(require("bilan.cli.help").command(command))
    return 0
  end
  return command.run(values, rest, M) or 0
end

-- A message for a person: no control characters of somebody's data reach the terminal, and what
-- has no place in a script is said by the program.
local function message(text)
  text = text:gsub("[%z\1-\8\11-\31\127]", function(c) return ("\\%d"):format(c:byte()) end)
  local placed = text:find("^[^\n:]+:%d+: ")
  return (placed and "" or "bilan: ") .. text .. "\n"
end

-- "script.lua:3: memory limit: 128 MB"
local function memory_message(err)
  local _, _, cap, place = core.host.memory()
  place = err:match("^([^\n]-:%d+: )") or place
  if cap == 0 then return message("out of memory") end
  return message(("%smemory limit: %d MB"):format(place, cap >> 20))
end

-- What went wrong, on standard error; the exit status.
local function report(err)
  if getmetatable(err) == usage_error then
    say(message(err.text))
    return 2
  end
  if require("bilan.sandbox").out_of_memory(err) then
    say(memory_message(err))
    return 3
  end
  say(message(fault.text(err)))
  return core.host.limited() and 3 or 1
end

--- Runs a command; returns the exit status.
function M.main(arguments)
  collectgarbage "restart" -- main.c stopped it for the start
  local ok, result = xpcall(dispatch, fault.place, arguments)
  if package.loaded["bilan.cache"] and not core.host.limited() then
    require("bilan.cache").finish()
  end
  core.host.progress(nil)
  if ok then return result end
  return report(result)
end

return M
