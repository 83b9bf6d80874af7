--- `bilan check CLAIMS.tsv`: an audit of published figures on exact whole numbers.
local core = require "bilan.core"

-- The surveys that a script gives: { population = survey, ... }.
local function surveys_of(script, cli)
  if not script then return nil end
  local sandbox = require "bilan.sandbox"
  local folder = cli.folder_of(script)
  return sandbox.load_file(script, sandbox.environment(folder, {}))()
end

local function audit_of(options, path, cli)
  require "bilan.estimates"
  return require("bilan.check").audit(path, { populations = options.populations,
    surveys = surveys_of(options.survey, cli), lang = options.lang })
end

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
    local format = cli.choice("format", options.format, { "text", "json" })
    local lang = cli.choice("lang", options.lang, { "en", "fr" })
    cli.guard({ rest[1], options.populations }, { options.survey },
      { timeout = 300, memory = 2048 })
    -- What a script returns may hold code (metatables): the audit of it is under limits too.
    local audit = require("bilan.sandbox").watch(audit_of, { populations = options.populations,
      survey = options.survey, lang = lang }, rest[1], cli)
    local check = require "bilan.check"
    core.host.print((format == "json" and check.json(audit) or tostring(audit)) .. "\n")
    return #audit:conflicts() > 0 and 1 or 0
  end,
}
