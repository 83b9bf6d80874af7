--- `bilan convert IN OUT`: one format into another, by the ending of OUT.
local core = require "bilan.core"
local Survey = require "bilan.survey"

local function to_csv(delimiter)
  return function(survey, path, options)
    local s = Survey.inside(survey)
    local text = core.csv.csv_write(s.table, s.domain, { delimiter = delimiter, raw = options.raw })
    core.host.write(path, text)
  end
end

local writers = {
  csv = to_csv ",",
  tsv = to_csv "\t",
}
local endings = { "csv", "tsv" }

return {
  usage = "bilan convert [options] IN OUT",
  summary = "Reads IN (csv, tsv, sqlite; found from its content) and writes OUT (" ..
    table.concat(endings, ", ") .. ").",
  example = "bilan convert eleves.csv eleves.tsv",
  options = {
    { "codebook", "value", "a codebook to apply", "FILE.lua" },
    { "encoding", "value", "of the file read", "NAME" },
    { "delimiter", "value", "of the file read", "C" },
    { "where", "value", "an SQL expression: the rows written", "EXPR" },
    { "raw", "flag", "leave text that looks like a formula as it is" },
  },
  run = function(options, rest, cli)
    if #rest ~= 2 then cli.usage_error("convert takes two files: bilan convert IN OUT") end
    local write = writers[rest[2]:match("%.(%w+)$") or ""]
    if not write then
      cli.usage_error('convert: the ending of "%s" is none of %s', rest[2], table.concat(endings, ", "))
    end
    local survey = require("bilan").read(rest[1], { codebook = options.codebook,
      encoding = options.encoding, delimiter = options.delimiter })
    if options.where then survey = survey:where(options.where) end
    write(survey, rest[2], options)
    return 0
  end,
}
