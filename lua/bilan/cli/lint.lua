--- `bilan lint SCRIPT [ARGS]`: mistakes of survey statistics in a script.
--
-- The script is run, for most mistakes show only in the data, but it writes nothing and what it
-- prints is not shown.
local core = require "bilan.core"
local fault = require "bilan.fault"
local lint = require "bilan.lint"
local record = require "bilan.record"

local host = core.host

-- Runs the script without its output; nil, or the error that ended it.
local function run(script, folder, arguments)
  local ok, err = record.silently(function()
    record.execute(script, arguments, { folder = folder,
      ledger = { write = function(path) return path end } })
  end)
  return not ok and err or nil
end

-- The rules and what each is about.
local function list_rules()
  for _, rule in ipairs(lint.rules()) do
    host.print(("%s\n    %s\n"):format(rule.name, rule.about))
  end
  return 0
end

-- "2 findings", on standard error.
local function say_count(count)
  host.warn(count == 1 and "1 finding\n" or ("%d findings\n"):format(count))
end

return {
  usage = "bilan lint [options] SCRIPT [ARGS]",
  summary = "Runs a script without its output and says what a methodologist would object to:\n"
    .. "rows deleted before an error is estimated, means of nominal items, tests of groups that\n"
    .. "overlap and others (--rules). Exit status 1 when there are findings. A comment takes one\n"
    .. "away: -- lint: allow RULE because REASON",
  example = "bilan lint scripts/itd/2022-2023.lua",
  stop = true,
  options = {
    { "format", "value", "text (default) or json", "NAME" },
    { "rules", "flag", "lists the rules" },
    { "read", "list", "one more folder it may read; may be repeated", "DIR" },
    { "timeout", "number", "seconds it may take (default: 300; 0: no limit)", "S" },
    { "memory", "number", "megabytes it may use (default: 2048; 0: no limit)", "MB" },
  },
  run = function(options, rest, cli)
    if options.rules then return list_rules() end
    local format = cli.choice("format", options.format, { "text", "json" })
    local script = table.remove(rest, 1)
    if not script then cli.usage_error("lint: which script? (bilan lint SCRIPT)") end
    local folder = cli.folder_of(script)
    cli.grant(folder, options, rest)
    host.guard { out = options.out or "out", timeout = options.timeout or 300,
      memory = options.memory or 2048 }
    local listening = lint.start()
    local err = run(script, folder, rest)
    local findings = listening:finish { unused = err == nil }
    if format == "json" then
      host.print(lint.json(findings, { error = err and fault.text(err) }))
    else
      host.print((lint.lines(findings)))
    end
    for _, text in ipairs(listening.faults) do
      host.warn(("bilan: lint: a rule failed: %s\n"):format(text))
    end
    if err then error(err, 0) end
    if format == "text" then say_count(#findings) end
    return #findings > 0 and 1 or 0
  end,
}
