--- `bilan tab DATA ROW [COL]`: one table in the terminal.
local core = require "bilan.core"

local formats = { "text", "csv", "json", "markdown", "html" }

local function write(result, format)
  if format == "text" then return tostring(result) .. "\n" end
  return result["to_" .. format](result)
end

-- A number gets its mean by group, an item with levels a table.
local function table_of(survey, row, col, options, cli)
  local by = options.by
  if col then
    return survey:crosstab(row, col, { percent = options.percent or "col", test = options.test,
      ci = options.ci })
  end
  if survey:item(row).kind == "number" and not options.levels then
    if options.ci then cli.usage_error("tab: --ci is for shares: take --levels, or leave it out") end
    return survey:mean(row, { by = by })
  end
  return survey:freq(row, { by = by, ci = options.ci })
end

-- The items of an option, one a stage: "school,class". An item may have a comma in its own name.
local function stages_of(survey, value)
  local known, out = {}, {}
  for _, name in ipairs(survey:names()) do known[name] = true end
  if value == nil or known[value] then return value end
  for name in (value .. ","):gmatch("([^,]*),") do
    out[#out + 1] = name ~= "" and name
  end
  return out
end

-- The survey with the design that the options declare; as it is when there are none.
local function designed(survey, options)
  local any = false
  for _, name in ipairs { "weights", "strata", "clusters", "fpc" } do
    any = any or options[name] ~= nil
  end
  if not any then return survey end
  local fpc = options.fpc and tonumber(options.fpc) or stages_of(survey, options.fpc)
  local ok, made = pcall(survey.design, survey, { weights = options.weights,
    strata = stages_of(survey, options.strata), clusters = stages_of(survey, options.clusters),
    fpc = fpc, nest = options.nest or nil, lonely = options.lonely })
  if ok then return made end
  error(type(made) == "string" and made:gsub("say nest = true", "add --nest") or made, 0)
end

local lonely_rules = { "fail", "adjust", "certainty", "average" }

return {
  usage = "bilan tab [options] DATA ROW [COL]",
  summary = "Prints counts and shares of the item ROW, or of ROW by COL, with bases, intervals and\n"
    .. "what is missing; of a number, its mean.",
  example = "bilan tab eleves.csv satisfait genre --where \"niveau = 'college'\"\n"
    .. "         bilan tab eleves.csv satisfait --weights poids --strata academie --clusters college",
  options = {
    { "where", "value", "an SQL expression: the part of the sample to look at", "EXPR" },
    { "by", "list", "one table per answer of this item; may be repeated", "ITEM" },
    { "percent", "value", "col (default), row, total or none", "WHICH" },
    { "ci", "value", "interval: wilson (logit with a design), clopper_pearson, ...", "NAME" },
    { "weights", "value", "the item of the weights", "ITEM" },
    { "strata", "value", "strata, one item per stage", "ITEM[,..]" },
    { "clusters", "value", "clusters (PSUs), one item per stage", "ITEM[,..]" },
    { "fpc", "value", "sizes of the population, one item per stage, or a number", "ITEM[,..]" },
    { "nest", "flag", "labels of clusters begin anew in each stratum" },
    { "lonely", "value", "strata of one PSU: " .. table.concat(lonely_rules, ", "), "RULE" },
    { "test", "flag", "with COL: a test of independence below the table" },
    { "levels", "flag", "counts the values of a number instead of its mean" },
    { "codebook", "value", "a codebook to apply", "FILE.lua" },
    { "wave", "value", "of an archive (default: its only one)", "NAME" },
    { "encoding", "value", "of the file", "NAME" },
    { "delimiter", "value", "of the file", "C" },
    { "format", "value", table.concat(formats, ", "), "NAME" },
    { "no-cache", "flag", "reads files of 8 MB or more anew, and keeps no copy in .bilan-cache" },
  },
  run = function(options, rest, cli)
    if #rest < 2 or #rest > 3 then cli.usage_error("tab takes a file and one or two items") end
    local format = cli.choice("format", options.format, formats)
    cli.choice("percent", options.percent, { "col", "row", "total", "none" })
    cli.choice("lonely", options.lonely, lonely_rules)
    if (options.nest or options.lonely) and not (options.clusters or options.strata) then
      cli.usage_error("tab: --nest and --lonely are for --strata and --clusters")
    end
    if not rest[3] and (options.percent or options.test) then
      cli.usage_error("tab: --percent and --test are for a table of two items")
    end
    if rest[3] and options.by then
      cli.usage_error("tab: --by is for a table of one item; with COL take --where")
    end
    if not options["no-cache"] then core.host.use_cache() end
    cli.guard({ rest[1] }, { options.codebook }, { output = 0 })
    local survey = require("bilan").read(rest[1], { codebook = options.codebook,
      encoding = options.encoding, delimiter = options.delimiter, wave = options.wave })
    survey = designed(survey, options)
    if options.where then survey = survey:where(options.where) end
    core.host.print(write(table_of(survey, rest[2], rest[3], options, cli), format))
    return 0
  end,
}
