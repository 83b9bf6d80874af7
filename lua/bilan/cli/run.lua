--- `bilan run SCRIPT [ARGS]`: an indicator script in its sandbox.
local core = require "bilan.core"
local events = require "bilan.events"
local fault = require "bilan.fault"
local record = require "bilan.record"

local host = core.host

-- Surveys with more rows are left to `bilan lint`: a run must not wait for its warnings.
local MOST_ROWS <const> = 200000
local MOST_WARNINGS <const> = 20

-- Lets lint and the list of what is missing listen once the script touches data: one that computes
-- nothing does not wait for them. Gives a function that says what they found; its result is the
-- exit status.
local function listen(script, options)
  local sources, missing_data, lint, listening = {}, nil, nil, nil
  events.listen(function(kind, facts)
    if missing_data then return end
    if kind == "source" then
      sources[#sources + 1] = facts
      return
    end
    missing_data, lint = require "bilan.missing_data", require "bilan.lint"
    missing_data.start()
    if options["no-lint"] then return end
    listening = lint.start { most_rows = MOST_ROWS }
    for _, source in ipairs(sources) do listening:hear("source", source) end
  end, -1)
  return function()
    if missing_data then missing_data.say() end
    if not listening then return 0 end
    local findings = listening:finish { unused = false }
    local lines, more = lint.lines(findings, MOST_WARNINGS)
    host.warn(lines .. (more > 0 and ("and %d more: bilan lint %s\n"):format(more, script) or ""))
    return options.strict and #findings > 0 and 1 or 0
  end
end

-- The options that a later run of the same needs.
local kept_options = { "read", "trusted", "timeout", "memory", "instructions" }

-- Records a run. Without --archive a folder that cannot be written is no fault of the script.
local function keep(made, script, arguments, options)
  local out, kept = options.out or "out", {}
  for _, name in ipairs(kept_options) do kept[name] = options[name] end
  if not record.is_worth(made) then return end
  local path = options.archive or out .. "/record.bilan"
  local ok, done, id = pcall(function()
    local done = record.build(made, { script = script, arguments = arguments, out = out,
      options = kept }) -- hashes the data, which may have changed meanwhile
    if not options.archive then host.make() end
    return done, record.save(done, path, options.archive ~= nil)
  end)
  if ok then host.warn(record.sentence(done, path, id))
  elseif options.archive then error(done, 0)
  else host.warn(("bilan: not recorded: %s\n"):format(fault.text(done))) end
end

-- A file that is there and is no archive is told of before the run, not after it.
local function check_archive(path)
  host.grant(path)
  if host.exists(path) then require("bilan.archive").open(path, "read"):close() end
end

return {
  usage = "bilan run [options] SCRIPT [ARGS]",
  summary = "Runs an indicator script. `arg` holds ARGS. The script reads below the current folder,\n"
    .. "its own folder, the files named in ARGS and each --read folder; it writes below --out.\n"
    .. "A run that defines indicators or writes files is recorded, for bilan verify.",
  example = "bilan run --out out scripts/itd/2022-2023.lua",
  stop = true,
  options = {
    { "out", "value", "the folder it may write below (default: out)", "DIR" },
    { "read", "list", "one more folder it may read; may be repeated", "DIR" },
    { "timeout", "number", "seconds it may take (default: 300; 0: no limit)", "S" },
    { "memory", "number", "megabytes it may use (default: 2048; 0: no limit)", "MB" },
    { "instructions", "number", "Lua instructions it may run (default: 0, no limit)", "N" },
    { "threads", "number", "threads (all processors); never changes a result", "N" },
    { "strict", "flag", "what lint finds makes the exit status 1" },
    { "no-lint", "flag", "does not look for mistakes of survey statistics" },
    { "archive", "value", "records the run there, with the data as read", "FILE.bilan" },
    { "no-record", "flag", "records nothing (default: OUT/record.bilan)" },
    { "trusted", "flag", "lifts the sandbox: all of Lua, any file" },
    { "no-cache", "flag", "reads files and draws charts anew, and keeps nothing in .bilan-cache" },
  },
  run = function(options, rest, cli)
    local script = table.remove(rest, 1)
    if not script then cli.usage_error("run: which script? (bilan run SCRIPT)") end
    local folder = cli.folder_of(script)
    -- The files named are looked for before the guard is up, and granted before the script runs.
    cli.grant(folder, options, rest)
    if options.archive then check_archive(options.archive) end
    if not options["no-cache"] then host.use_cache() end
    host.guard {
      out = options.out or "out", timeout = options.timeout or 300,
      memory = options.memory or 2048, instructions = options.instructions or 0,
      trusted = options.trusted, threads = options.threads and math.max(1, options.threads),
    }
    local say = listen(script, options)
    local made = record.execute(script, rest, { trusted = options.trusted, folder = folder,
      ledger = { store = options.archive and record.lookup(options.archive) } })
    local status = say()
    if not options["no-record"] then keep(made, script, rest, options) end
    return status
  end,
}
