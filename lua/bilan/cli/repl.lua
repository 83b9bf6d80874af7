--- `bilan repl`: interactive Lua with the module loaded.
--
-- Nothing is guarded: who types here is at home. A line that is not yet whole is continued on
-- the next one; an expression is printed, a statement is run.
local core = require "bilan.core"
local fault = require "bilan.fault"

local host = core.host

local function compile(text, environment)
  local chunk = load("return " .. text, "=stdin", "t", environment)
  if chunk then return chunk end
  return load(text, "=stdin", "t", environment)
end

-- Reads lines until they make a chunk, or cannot. nil at the end of the input.
local function read_chunk(environment, prompt)
  host.print(prompt)
  local text = io.read "l"
  if not text then return nil end
  text = text:gsub("^=", "")
  local chunk, why = compile(text, environment)
  while not chunk and why:find("<eof>$") do
    host.print(prompt == "" and "" or prompt:rep(2))
    local line = io.read "l"
    if not line then break end
    text = text .. "\n" .. line
    chunk, why = compile(text, environment)
  end
  return true, chunk, why
end

local function print_all(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  host.print(table.concat(parts, "\t") .. "\n")
end

-- Runs a chunk and prints what it returns, or what went wrong.
local function step(chunk, why)
  if not chunk then return host.warn(why .. "\n") end
  local results = table.pack(xpcall(chunk, fault.place))
  if not results[1] then return host.warn(fault.text(results[2]) .. "\n") end
  if results.n > 1 then print_all(table.unpack(results, 2, results.n)) end
end

return {
  usage = "bilan repl [DATA]",
  summary = "Interactive Lua: `bilan` is loaded; DATA, when given, is read as `survey`.",
  example = "bilan repl eleves.csv",
  options = {},
  run = function(_, rest, cli)
    if #rest > 1 then cli.usage_error("repl takes one file") end
    local environment = { bilan = require "bilan", print = print_all }
    setmetatable(environment, { __index = _G })
    if rest[1] then environment.survey = environment.bilan.read(rest[1]) end
    local prompt = host.terminal(0) and "> " or ""
    local more, chunk, why = read_chunk(environment, prompt)
    while more do
      step(chunk, why)
      more, chunk, why = read_chunk(environment, prompt)
    end
    return 0
  end,
}
