--- `bilan diff A B`: two runs or two years, figure by figure.
local core = require "bilan.core"
local lang = require "bilan.output.lang"

local formats = { "text", "json" }

-- The files that must be readable: those that the words name.
local function files_of(words, named)
  local runs = require "bilan.diff.runs"
  local files = {}
  for at, word in ipairs(words) do files[at] = runs.split(word, named) end
  return files
end

-- Writes the page below its folder; says where it is.
local function write_page(made, path, tag)
  local name = path:match "[^/]*$"
  core.host.write(name, require("bilan.diff.page").html(made, { lang = tag }))
  core.host.warn("page: " .. path .. "\n")
end

return {
  usage = "bilan diff [options] A B",
  summary = "Compares two runs figure by figure: what is the same, what changed and by how much, what\n"
    .. "is in one only. A and B are archives (itd.bilan, itd.bilan#3 for run 3, itd.bilan#2022-2023\n"
    .. "for that wave) or folders with a record.bilan; with --archive, waves or numbers of runs.",
  example = "bilan diff 2022-2023 2023-2024 --archive itd.bilan --html diff.html",
  options = {
    { "archive", "value", "A and B are waves (or numbers of runs) of this archive", "FILE" },
    { "all", "flag", "lists the figures that are the same too" },
    { "html", "value", "also writes a page", "FILE" },
    { "format", "value", table.concat(formats, ", "), "NAME" },
    { "lang", "value", "of the words: " .. table.concat(lang.languages, ", ") .. " (en)", "TAG" },
  },
  run = function(options, rest, cli)
    if #rest ~= 2 then cli.usage_error("diff takes two runs: bilan diff A B") end
    local format = cli.choice("format", options.format, formats)
    local tag = options.lang and cli.choice("lang", options.lang, lang.languages) or "en"
    cli.guard(files_of(rest, options.archive), {},
      { out = options.html and cli.folder_of(options.html) or ".", output = 0 })
    local runs, diff = require "bilan.diff.runs", require "bilan.diff"
    local named = format ~= "json" and tag or "en"
    local a = runs.read(rest[1], options.archive, named)
    local b = runs.read(rest[2], options.archive, named)
    runs.tell_apart(a, b)
    local made = diff.compare(a, b)
    if options.html then write_page(made, options.html, tag) end
    if format == "json" then core.host.print(diff.json(made, { all = options.all }))
    else
      core.host.print(require("bilan.diff.table").text(made, { all = options.all, lang = tag }))
    end
    return 0
  end,
}
