--- `bilan convert IN OUT`: one format into another, by the ending of OUT. Into an archive (.bilan)
-- a file goes as one wave, in one transaction: killed at any moment, the archive has all of it or
-- nothing. Out of one comes the wave that --wave names.
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
local endings = { "csv", "tsv", "sqlite", "db", "bilan" }

local function ending_of(path) return (path:match("%.(%w+)$") or ""):lower() end

-- The writer by the ending of a path.
local function writer_of(path, cli)
  local ending = ending_of(path)
  return writers[ending] or cli.usage_error('convert: the ending of "%s" is none of %s%s', path,
    table.concat(endings, ", "), fault.hint(endings, ending))
end

-- The name of the wave: given, of the archive that was read, or of the codebook.
local function wave_name(survey, options, cli)
  local s = Survey.inside(survey)
  local name = options.wave or s.wave or s.book.wave
    or cli.usage_error("convert: which wave is this? Say --wave 2022-2023")
  if not name:find "%S" or name:find "%c" then
    cli.usage_error("convert: --wave takes the name of a wave in one line, such as 2022-2023, not %q",
      name)
  end
  return name
end

-- Adds a survey to an archive, made when it is absent.
local function to_archive(path, survey, options, stat, cli)
  local name = wave_name(survey, options, cli)
  local store = require("bilan.archive").open(path, "write")
  local ok, err = pcall(store.change, store, function()
    store:add_wave(name, survey, { replace = options.replace, stat = stat })
  end)
  store:close()
  if not ok then error(err, 0) end
  core.host.warn(("%s: wave %s: %d rows, %d items\n"):format(path, name, #survey,
    #survey:names()))
end

return {
  usage = "bilan convert [options] IN OUT",
  summary = "Reads IN (csv, tsv, sqlite, an archive; found from its content; - is standard\n"
    .. "input) and writes OUT (" .. table.concat(endings, ", ") .. "). OUT.bilan is an\n"
    .. "archive of waves: IN is added to it as the wave that --wave names; of an archive\n"
    .. "IN, --wave names the wave to write.",
  example = "bilan convert eleves.csv eleves.tsv\n"
    .. "         bilan convert --codebook codebook.lua --wave 2022-2023 eleves.csv itd.bilan",
  options = {
    { "codebook", "value", "a codebook to apply", "FILE.lua" },
    { "encoding", "value", "of the file read", "NAME" },
    { "delimiter", "value", "of the file read", "C" },
    { "where", "value", "an SQL expression: the rows written", "EXPR" },
    { "wave", "value", "the wave of the archive IN or OUT (default: its only one)", "NAME" },
    { "replace", "flag", "puts the wave in the place of one that is there" },
    { "raw", "flag", "leave text that looks like a formula as it is" },
  },
  run = function(options, rest, cli)
    if #rest ~= 2 then cli.usage_error("convert takes two files: bilan convert IN OUT") end
    local archived = ending_of(rest[2]) == "bilan"
    local write = not archived and writer_of(rest[2], cli)
    if rest[1] == rest[2] then cli.usage_error("convert: IN and OUT are the same file") end
    cli.guard({ rest[1], archived and rest[2] or nil }, { options.codebook },
      { out = cli.folder_of(rest[2]), output = 0 })
    local from_archive = require("bilan.archive").is(rest[1])
    local stat = not from_archive and require("bilan.record.ledger").stat(rest[1]) or nil
    local survey = require("bilan").read(rest[1], { codebook = options.codebook,
      encoding = options.encoding, delimiter = options.delimiter,
      wave = from_archive and options.wave or nil })
    if options.where then survey = survey:where(options.where) end
    if archived then return to_archive(rest[2], survey, options, stat, cli) end
    core.host.write(rest[2]:match("[^/]*$"), write(survey, options))
    return 0
  end,
}
