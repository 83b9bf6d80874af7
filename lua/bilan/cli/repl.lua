--- `bilan repl`: interactive Lua with the module loaded.
local core = require "bilan.core"

-- An expression is printed, a statement is run.
local function compile(line, environment)
  local chunk = load("return " .. line, "=stdin", "t", environment)
  if chunk then return chunk end
  return load(line, "=stdin", "t", environment)
end

local function print_all(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  if #parts > 0 then core.host.print(table.concat(parts, "\t") .. "\n") end
end

local function step(line, environment)
  local chunk, why = compile(line, environment)
  if not chunk then return core.host.warn(why .. "\n") end
  local results = table.pack(pcall(chunk))
  if not results[1] then
    return core.host.warn(require("bilan.fault").text(results[2]) .. "\n")
  end
  if results.n > 1 then print_all(table.unpack(results, 2, results.n)) end
end

return {
  usage = "bilan repl [DATA]",
  summary = "Interactive Lua: `bilan` is loaded; DATA, when given, is read as `survey`.",
  example = "bilan repl eleves.csv",
  options = {},
  run = function(_, rest)
    local environment = setmetatable({ bilan = require "bilan" }, { __index = _G })
    if rest[1] then environment.survey = environment.bilan.read(rest[1]) end
    local prompt = core.host.terminal(1) and "> " or ""
    while true do
      core.host.print(prompt)
      local line = io.read "l"
      if not line then break end
      step(line:gsub("^=", ""), environment)
    end
    return 0
  end,
}
