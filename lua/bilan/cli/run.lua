--- `bilan run SCRIPT [ARGS]`: an indicator script in its sandbox.
local core = require "bilan.core"
local fault = require "bilan.fault"
local sandbox = require "bilan.sandbox"

local function folder_of(path) return path:match("^(.*)/[^/]*$") or "." end

-- Arguments that name something on disk may be read: the file, and what stands beside it.
local function grant_arguments(arguments)
  for _, word in ipairs(arguments) do
    if word:find("/", 1, true) then core.host.grant(folder_of(word)) end
    core.host.grant(word)
  end
end

-- Runs the chunk; an error gets the position of the script's line while it is on the stack.
local function call(chunk)
  local ok, err = xpcall(chunk, fault.place)
  if not ok then
    if err == "not enough memory" then core.host.set_limit() end
    error(err, 0)
  end
end

return {
  usage = "bilan run [options] SCRIPT [ARGS]",
  summary = "Runs an indicator script. `arg` holds ARGS. The script reads below the current folder,\n"
    .. "its own folder, the files named in ARGS and each --read folder; it writes below --out.",
  example = "bilan run --out out scripts/itd/2022-2023.lua",
  stop = true,
  options = {
    { "out", "value", "the folder it may write below (default: out)", "DIR" },
    { "read", "list", "one more folder it may read; may be repeated", "DIR" },
    { "timeout", "number", "seconds it may take (default: 300; 0: no limit)", "S" },
    { "memory", "number", "megabytes it may use (default: 2048; 0: no limit)", "MB" },
    { "instructions", "number", "Lua instructions it may run (default: 0, no limit)", "N" },
    { "threads", "number", "threads for tabulating; never changes a result", "N" },
    { "trusted", "flag", "lifts the sandbox: all of Lua, any file" },
  },
  run = function(options, rest, cli)
    local script = table.remove(rest, 1)
    if not script then cli.usage_error("run: which script? (bilan run SCRIPT)") end
    core.host.guard {
      out = options.out or "out", timeout = options.timeout or 300,
      memory = options.memory or 2048, instructions = options.instructions or 0,
      trusted = options.trusted, threads = options.threads and math.max(1, options.threads),
    }
    core.host.grant(".")
    core.host.grant(folder_of(script))
    core.host.grant(options.out or "out")
    for _, folder in ipairs(options.read or {}) do core.host.grant(folder) end
    grant_arguments(rest)
    rest[0] = script
    local environment
    if options.trusted then
      environment = _G
      _G.arg = rest
    else
      environment = sandbox.environment(folder_of(script), rest)
    end
    local chunk = sandbox.load_file(script, environment)
    core.host.watch(call, chunk)
    return 0
  end,
}
