--- `bilan describe DATA`: every item, and what was detected when the file was read.
local core = require "bilan.core"
local Survey = require "bilan.survey"

local LEVELS_SHOWN <const> = 4

local function value_text(value)
  if type(value) == "table" then return table.concat(value, "; ") end
  if type(value) == "number" then return core.text.number(value) end
  return tostring(value)
end

-- "fille, garçon, ... (5)" or "12 to 18".
local function content(survey, name, summary)
  if summary.low then
    return ("%s … %s"):format(core.text.number(summary.low), core.text.number(summary.high))
  end
  local levels = survey:item(name).levels
  local shown = table.concat(levels, ", ", 1, math.min(#levels, LEVELS_SHOWN))
  return #levels > LEVELS_SHOWN and ("%s, … (%d)"):format(shown, #levels) or shown
end

local function missing_text(summary)
  local parts = {}
  for _, kind in ipairs { "no answer", "not asked", "don't know", "refused" } do
    if summary.kinds[kind] then parts[#parts + 1] = ("%d %s"):format(summary.kinds[kind], kind) end
  end
  return table.concat(parts, ", ")
end

-- The items as a plain table for the gate.
local function item_rows(survey)
  local s, rows = Survey.inside(survey), {}
  for i, name in ipairs(survey:names()) do
    local summary = core.data.summary(s.table, s.domain, name)
    rows[i] = { name, core.data.kind(s.table, name), summary.answered, missing_text(summary),
      content(survey, name, summary), summary.example ~= nil and value_text(summary.example) or "" }
  end
  return rows
end

local delimiter_names = { [","] = "comma", [";"] = "semicolon", ["\t"] = "tab", ["|"] = "bar" }

-- Counts of the report that are worth a line when they are not zero.
local counts = {
  { "blank_lines", "blank lines passed over" }, { "padded_rows", "rows padded" },
  { "trimmed_cells", "cells trimmed of outer blanks" },
  { "inner_boms", "byte-order marks inside cells removed" },
  { "replaced_bytes", "bytes replaced" }, { "renamed_headers", "headers renamed" },
}

-- What was detected, as sentences.
local function origin_lines(survey)
  local o, lines = survey:origin(), {}
  local function say(...) lines[#lines + 1] = string.format(...) end
  say("%s: %d rows, %d columns", o.path, o.rows or #survey, o.columns or #survey:names())
  if o.format == "csv" then
    say("separator %s, decimal %s, %s%s, line ends %s", delimiter_names[o.delimiter] or o.delimiter,
      o.decimal == "," and "comma" or "point", o.encoding, o.bom and " with byte-order mark" or "",
      o.newline)
    if o.profile and o.profile ~= "plain" then say("headers read as %s", o.profile) end
    for _, count in ipairs(counts) do
      local n = o[count[1]]
      if n and n > 0 then say("%d %s", n, count[2]) end
    end
    if o.sha256 then say("SHA-256 %s", o.sha256) end
  end
  for _, text in ipairs(o.warnings or {}) do say("note: %s", text) end
  for _, text in ipairs(o.notes) do say("note: %s", text) end
  return lines
end

-- The writer of a format, by name.
local writers = {
  csv = function(sheet) return require("bilan.output.export").csv(sheet) end,
  json = function(sheet) return require("bilan.output.export").json(sheet) end,
  markdown = function(sheet) return require("bilan.output.markdown").table(sheet) end,
  html = function(sheet) return require("bilan.output.html").page(sheet) end,
}

local formats = { "text", "csv", "json", "markdown", "html" }

return {
  usage = "bilan describe [options] DATA",
  summary = "Lists every item: kind, answers, missing by kind, range or levels, an example; and what\n"
    .. "was detected in the file.",
  example = "bilan describe eleves.csv --codebook > codebook.lua",
  options = {
    { "codebook", "flag", "prints a codebook to start from instead" },
    { "with", "value", "a codebook to apply first", "FILE.lua" },
    { "wave", "value", "of an archive (default: its only one)", "NAME" },
    { "encoding", "value", "of the file", "NAME" },
    { "delimiter", "value", "of the file", "C" },
    { "fill", "flag", "accepts rows with too few fields and counts them" },
    { "format", "value", "text (default), csv, json, markdown or html", "NAME" },
    { "no-cache", "flag", "reads files of 8 MB or more anew, and keeps no copy in .bilan-cache" },
  },
  run = function(options, rest, cli)
    if #rest ~= 1 then cli.usage_error("describe takes one file") end
    local format = cli.choice("format", options.format, formats)
    if not options["no-cache"] then core.host.use_cache() end
    cli.guard({ rest[1] }, { options.with }, { output = 0 })
    local bilan = require "bilan"
    local survey = bilan.read(rest[1], { codebook = options.with, encoding = options.encoding,
      delimiter = options.delimiter, wave = options.wave, fill = options.fill })
    if options.codebook then
      core.host.print(require("bilan.suggest").codebook(survey))
      return 0
    end
    local sheet = bilan.table { columns = { "item", "kind", "answered", "missing", "content",
      "example" }, rows = item_rows(survey) }
    if format == "text" then
      core.host.print(table.concat(origin_lines(survey), "\n") .. "\n\n")
      core.host.print(tostring(sheet) .. "\n")
    else
      core.host.print(writers[format](sheet))
    end
    return 0
  end,
}
