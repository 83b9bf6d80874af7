--- `bilan check CLAIMS.tsv`: an audit of published figures on exact whole numbers.
local core = require "bilan.core"

return {
  usage = "bilan check [options] CLAIMS.tsv",
  summary = "Says of each published figure whether whole numbers can give it, alone and with the\n"
    .. "others, and whether the data do. Exit status 1 when a figure is contradicted, impossible\n"
    .. "or in conflict.",
  example = "bilan check claims.tsv --populations populations.tsv",
  options = {
    { "populations", "value", "sizes of the populations and groups (TSV)", "FILE" },
    { "survey", "value", "a script that returns { population = survey, ... }", "SCRIPT" },
    { "format", "value", "text (default) or json", "NAME" },
    { "lang", "value", "en (default) or fr", "LANG" },
  },
  run = function(options, rest, cli)
    if #rest ~= 1 then cli.usage_error("check takes one file: bilan check CLAIMS.tsv") end
    if options.format and options.format ~= "text" and options.format ~= "json" then
      cli.usage_error('--format is text or json, got "%s"', options.format)
    end
    local surveys
    if options.survey then
      local sandbox = require "bilan.sandbox"
      local folder = options.survey:match("^(.*)/[^/]*$") or "."
      core.host.guard { out = "out", timeout = 300, memory = 2048 }
      for _, path in ipairs { ".", folder, rest[1], options.populations } do core.host.grant(path) end
      local chunk = sandbox.load_file(options.survey, sandbox.environment(folder, {}))
      surveys = core.host.watch(chunk)
    end
    local check = require "bilan.check"
    require "bilan.estimates"
    local audit = check.audit(rest[1], { populations = options.populations,
      surveys = surveys, lang = options.lang })
    if options.format == "json" then core.host.print(check.json(audit) .. "\n")
    else core.host.print(tostring(audit) .. "\n") end
    return #audit:conflicts() > 0 and 1 or 0
  end,
}
