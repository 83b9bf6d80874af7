--- `bilan convert IN OUT`: one format into another, by the ending of OUT.
local core = require "bilan.core"
local fault = require "bilan.fault"
local Survey = require "bilan.survey"

local function to_csv(delimiter)
  return function(survey, options)
    local s = Survey.inside(survey)
    return core.csv.csv_write(s.table, s.domain, { delimiter = delimiter, raw = options.raw })
  end
end

local function to_sqlite(survey)
  local s = Survey.inside(survey)
  return core.sql.sqlite_bytes(core.data.take(s.table, s.domain))
end

-- ending -> bytes of a survey
local writers = { csv = to_csv ",", tsv = to_csv "\t", sqlite = to_sqlite, db = to_sqlite }
local endings = { "csv", "tsv", "sqlite", "db" }

-- The writer by the ending of a path.
local function writer_of(path, cli)
  local ending = (path:match("%.(%w+)$") or ""):lower()
  return writers[ending] or cli.usage_error('convert: the ending of "%s" is none of %s%s', path,
    table.concat(endings, ", "), fault.hint(endings, ending))
end

return {
  usage = "bilan convert [options] IN OUT",
  summary = "Reads IN (csv, tsv, sqlite; found from its content; - is standard input) and writes OUT\n"
    .. "(" .. table.concat(endings, ", ") .. ").",
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
    local write = writer_of(rest[2], cli)
    if rest[1] == rest[2] then cli.usage_error("convert: IN and OUT are the same file") end
    cli.guard({ rest[1] }, { options.codebook }, { out = cli.folder_of(rest[2]), output = 0 })
    local survey = require("bilan").read(rest[1], { codebook = options.codebook,
      encoding = options.encoding, delimiter = options.delimiter })
    if options.where then survey = survey:where(options.where) end
    core.host.write(rest[2]:match("[^/]*$"), write(survey, options))
    return 0
  end,
}
