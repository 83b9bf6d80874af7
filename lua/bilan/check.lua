--- bilan.claims: the audit of published figures, with files and surveys at hand.
--
-- The audit itself (bilan.claims) knows whole numbers only. Here its files are read, and each
-- claim is looked up in the survey of its population, when there is one: the count k of the
-- levels claimed and the bases n that a share can be of.
local claims = require "bilan.claims"
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local json = require "bilan.json"
local ledger = require "bilan.record.ledger"
local Survey = require "bilan.survey"

local M = {}

local options = { "populations", "surveys", "lang", "kinds", "rounding" }

-- "genre=fille" -> genre = 'fille'; "all" -> nil. Several conditions are joined by "&".
local function condition(survey, group)
  local parts = {}
  for part in group:gmatch("[^&]+") do
    local item, level = part:match("^%s*([^=]-)%s*=%s*(.-)%s*$")
    if not item then return nil, group == "all" end
    if not core.data.has(Survey.inside(survey).table, item) then return nil, false end
    parts[#parts + 1] = ("%s = %s"):format(escape.sql_name(item), escape.sql(level))
  end
  return table.concat(parts, " AND "), true
end

-- The answers of an item as a set, made once. The values of a number count as answers.
local function answers_of(known, survey, item)
  if not known[item] then
    local set, column = {}, core.data.item(Survey.inside(survey).table, item)
    if core.data.type(column) ~= "set" then column = core.data.to_codes(column, 10000) end
    for _, level in ipairs(core.data.levels(column)) do set[level.label] = true end
    known[item] = set
  end
  return known[item]
end

local function has_levels(known, survey, item, levels)
  local answers = answers_of(known, survey, item)
  for _, level in ipairs(levels) do if not answers[level] then return false end end
  return true
end

local bases_of_several = { "asked", "answered", "ticked", "answers" }

-- The table of an item on one base, made once for all claims on single answers of it.
local function frequencies(known, survey, item, base)
  local key = item .. "\0" .. (base or "")
  if not known[key] then
    local by_level = {}
    for _, row in ipairs(survey:freq(item, { base = base }):rows()) do by_level[row.level] = row end
    known[key] = by_level
  end
  return known[key]
end

-- Count and base of the levels of a claim; several levels are a net, in which each respondent
-- counts once.
local function count_row(known, survey, item, levels, base)
  if #levels == 1 then return frequencies(known, survey, item, base)[levels[1]] end
  local result = survey:freq(item, { nets = { ["\1claim"] = levels }, base = base })
  return result:get { level = "\1claim" }
end

-- The counts of a set of levels with every base that a share can have.
local function counts(known, survey, item, levels)
  local out = {}
  local several = survey:item(item).kind == "multiple"
  for _, base in ipairs(several and bases_of_several or { "answered" }) do
    local row = count_row(known, survey, item, levels, several and base or nil)
    if row and row.n > 0 then out[#out + 1] = { k = row.count, n = row.n, base = base } end
  end
  if not several and #out > 0 and #survey > out[1].n then
    out[2] = { k = out[1].k, n = #survey, base = "asked" }
  end
  return out
end

-- The callback of the audit: k and n from the surveys; nil when they do not know.
local function share_from(surveys)
  local answers = {} -- of each population
  local groups = {}  -- the domain of each population and group, and the tables made of it
  return function(population, group, item, levels)
    local survey = surveys[population]
    if not survey or not core.data.has(Survey.inside(survey).table, item) then return nil end
    local where, known = condition(survey, group)
    answers[population] = answers[population] or {}
    if not known or not has_levels(answers[population], survey, item, levels) then return nil end
    local key = population .. "\0" .. group
    groups[key] = groups[key] or { survey = where and survey:where(where) or survey, known = {} }
    local found = counts(groups[key].known, groups[key].survey, item, levels)
    return #found > 0 and found or nil
  end
end

local function check_surveys(surveys)
  fault.expect(surveys, "table", "claims: surveys")
  for name, survey in pairs(surveys) do
    if not Survey.is(survey) then
      fault.raise("claims: surveys.%s is not a survey but a %s", tostring(name), type(survey))
    end
  end
end

--- Audits claims. `source`: a path of a TSV file, or a list of rows { id =, population =, ... }.
-- opts: populations (likewise), surveys = { population = survey }, lang, kinds, rounding.
function M.audit(source, opts)
  opts = fault.options(opts, options, "claims")
  if type(source) ~= "string" then fault.expect(source, "table", "claims: a path or a list of rows") end
  if opts.surveys then check_surveys(opts.surveys) end
  local function named(value) return type(value) == "string" and value or nil end
  local ok, audit = pcall(claims.audit, source, {
    populations = opts.populations, lang = opts.lang, kinds = opts.kinds,
    rounding = opts.rounding, read = ledger.read, file = named(source),
    populations_file = named(opts.populations), surveys = opts.surveys,
    share = opts.surveys and share_from(opts.surveys),
  })
  if not ok then fault.again(audit) end
  return audit
end

local key_order = { "bilan", "rows", "populations", "id", "verdict", "why", "smallest_n", "counts" }

--- The audit as JSON: { "bilan": 1, "rows": [ { id, verdict, why, smallest_n, counts } ] }.
function M.json(audit)
  local out = audit:to_table()
  return json.encode({ bilan = 1, rows = out.rows, populations = out.populations }, key_order)
end

return M
