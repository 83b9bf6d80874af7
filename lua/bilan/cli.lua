--- The command line: `bilan COMMAND [options] ...`.
--
-- A command is a module lua/bilan/cli/NAME.lua that gives { usage, summary, options, run }. Options
-- are read here once for all of them; results go to standard output, everything else to standard
-- error. Exit status: 0 done, 1 the script or the data is at fault, 2 wrong usage, 3 a limit.
local core = require "bilan.core"
local fault = require "bilan.fault"

local M = {}

local commands = { "run", "tab", "describe", "check", "convert", "repl" }

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

local function set_option(values, option, value)
  if option[2] == "number" then
    local number = math.tointeger(tonumber(value))
    if not number or number < 0 then
      M.usage_error("--%s takes a whole number, got \"%s\"", option[1], value)
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

--- Splits arguments into option values and the rest. When `stop` is set, the first argument
-- that is no option ends the options (a script's own arguments follow).
function M.parse(arguments, options, stop)
  local values, rest, i = {}, {}, 1
  while i <= #arguments do
    local word = arguments[i]
    local name, value = word:match("^%-%-([%w-]+)=(.*)$")
    name = name or word:match("^%-%-([%w-]+)$")
    if word == "--" then
      table.move(arguments, i + 1, #arguments, #rest + 1, rest)
      break
    elseif name then
      local option = find_option(options, name)
      if not option then
        M.usage_error('unknown option "--%s"%s', name, fault.hint(option_names(options), "--" .. name))
      end
      if option[2] == "flag" then value = true
      elseif not value then
        i = i + 1
        value = arguments[i]
        if not value then M.usage_error("--%s needs a value", name) end
      end
      set_option(values, option, value)
    elseif stop then
      table.move(arguments, i, #arguments, #rest + 1, rest)
      break
    else
      rest[#rest + 1] = word
    end
    i = i + 1
  end
  return values, rest
end

-- ---- help -------------------------------------------------------------------------------------

local general = [[
bilan %s - survey statistics, scripted in Lua

  bilan run SCRIPT [ARGS]      run an indicator script
  bilan tab DATA ROW [COL]     one table in the terminal
  bilan describe DATA          every item: kind, levels, answered, missing
  bilan check CLAIMS.tsv       audit published figures
  bilan convert IN OUT         csv, tsv, sqlite
  bilan repl                   interactive Lua

examples:
  bilan tab eleves.csv satisfait genre
  bilan run scripts/itd/2022-2023.lua

`bilan COMMAND --help` tells more.
]]

local function command_help(command)
  local lines = { "usage: " .. command.usage, "", command.summary, "" }
  for _, option in ipairs(command.options) do
    local name = "--" .. option[1] .. (option[2] == "flag" and "" or " " .. (option[4] or "X"))
    lines[#lines + 1] = ("  %-22s %s"):format(name, option[3])
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "example: " .. command.example
  return table.concat(lines, "\n") .. "\n"
end

local function wants_help(arguments)
  for _, word in ipairs(arguments) do
    if word == "--help" or word == "-h" then return true end
    if word == "--" then return false end
  end
end

-- ---- running ----------------------------------------------------------------------------------

local function dispatch(arguments)
  local name = table.remove(arguments, 1)
  if not name or name == "help" or name == "--help" or name == "-h" then
    if name == "help" and arguments[1] then
      core.host.print(command_help(load_command(arguments[1])))
    else
      core.host.print(general:format(core.version))
    end
    return name and 0 or 2
  end
  if name == "--version" then
    core.host.print(("bilan %s, %s, SQLite %s\n"):format(core.version, _VERSION, core.sql.version()))
    return 0
  end
  local command = load_command(name)
  if wants_help(command.stop and { arguments[1] } or arguments) then
    core.host.print(command_help(command))
    return 0
  end
  local values, rest = M.parse(arguments, command.options, command.stop)
  return command.run(values, rest, M) or 0
end

--- Runs a command; returns the exit status.
function M.main(arguments)
  local ok, result = xpcall(dispatch, fault.place, arguments)
  if ok then return result end
  if getmetatable(result) == usage_error then
    say(("bilan: %s\n"):format(result.text))
    return 2
  end
  local _, _, cap = core.host.memory()
  if result == "not enough memory" or (type(result) == "string" and result:find("out of memory", 1, true)) then
    say(cap > 0 and ("bilan: memory limit: %d MB\n"):format(cap >> 20) or "bilan: out of memory\n")
    return 3
  end
  say(("bilan: %s\n"):format(fault.text(result)))
  return core.host.limited() and 3 or 1
end

return M
