--- `bilan run SCRIPT [ARGS]`: an indicator script in its sandbox.
local core = require "bilan.core"
local fault = require "bilan.fault"
local sandbox = require "bilan.sandbox"

local host = core.host

-- What the script may read: its folder, the current one, and what the person named.
local function grant(folder, options, arguments)
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
    { "threads", "number", "threads (all processors); never changes a result", "N" },
    { "trusted", "flag", "lifts the sandbox: all of Lua, any file" },
  },
  run = function(options, rest, cli)
    local script = table.remove(rest, 1)
    if not script then cli.usage_error("run: which script? (bilan run SCRIPT)") end
    local folder = cli.folder_of(script)
    -- The files named are looked for before the guard is up, and granted before the script runs.
    grant(folder, options, rest)
    host.guard {
      out = options.out or "out", timeout = options.timeout or 300,
      memory = options.memory or 2048, instructions = options.instructions or 0,
      trusted = options.trusted, threads = options.threads and math.max(1, options.threads),
    }
    rest[0] = script
    local environment
    if options.trusted then
      fault.own_places = true
      environment = _G
      _G.arg = rest
    else
      environment = sandbox.environment(folder, rest)
    end
    sandbox.watch(sandbox.load_file(script, environment))
    return 0
  end,
}
