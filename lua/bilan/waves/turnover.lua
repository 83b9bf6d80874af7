--- The verb turnover: who changed, between two years.
--
-- Respondents matched by a code: those of the later year with their answer of the earlier one
-- beside it (weights and design are those of the later year). With a yes for the level in question,
-- the four shares are: yes both times, no then yes, yes then no, no both times; McNemar's test asks
-- whether as many went one way as the other. Its d = (b - c)/n is the change among those matched.
--
-- Not matched: Frechet's bounds on the same three, from the shares of both years (change.lua).
local change = require "bilan.waves.change"
local compare = require "bilan.waves.compare"
local core = require "bilan.core"
local crosswalk = require "bilan.waves.crosswalk"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local lineage = require "bilan.record.lineage"
local Result = require "bilan.result"
local Survey = require "bilan.survey"
local synthetic = require "bilan.output.synthetic"
local trend = require "bilan.waves.trend"
local comparability = require "bilan.waves.comparability"

local M = {}

local BEFORE <const>, AFTER <const>, STATUS <const>, CODE <const> = "before", "after", "status",
  "\1code"
local statuses = { "both", "gained", "lost", "neither" }

-- The codes and answers of a wave as a survey; `name` is that of the answer.
local function answers(context, plan, unit, k, name)
  local survey = crosswalk.harmonised(context.list, k, plan.specs)
  local s = Survey.inside(survey)
  local codes = core.data.to_codes(core.data.item(context.list[k].s.table, unit.at[k].id), 0)
  local made = core.data.with(core.data.table(core.data.rows(s.table)), CODE, "id", codes)
  local level = escape.sql(plan.opts.level)
  local item = escape.sql_name(plan.subject.name)
  local test = plan.spec.thread.at[k].item.kind == "multiple"
    and ("has(%s, %s)"):format(item, level) or ("%s = %s"):format(item, level)
  local yes = core.expr.derive(s.table, "\1yes",
    ("CASE WHEN %s THEN 'yes' WHEN NOT (%s) THEN 'no' END"):format(test, test))
  made = core.data.with(made, name, "single",
    core.data.to_codes(core.data.item(yes, "\1yes"), 0))
  local answered = Survey.changed(survey, { table = made, book = { order = {}, items_by_id = {},
    lang = plan.lang } })
  return lineage.from(answered, { survey }, "turnover", { { [name] = plan.subject.name } })
end

-- The survey of the later year with both answers and what became of each respondent.
local function matched(context, plan, unit, j, k)
  local before = answers(context, plan, unit, j, BEFORE)
  local after = answers(context, plan, unit, k, AFTER)
  return after:join(before, { by = CODE }):derive { [STATUS] =
    "CASE WHEN before = 'yes' AND after = 'yes' THEN 'both' WHEN before = 'no' AND after = 'yes' "
    .. "THEN 'gained' WHEN before = 'yes' AND after = 'no' THEN 'lost' "
    .. "WHEN before = 'no' AND after = 'no' THEN 'neither' END" }
end

-- Words for the four cases, by language.
local function status_words(tag)
  local words = {}
  for _, status in ipairs { "both", "gained", "lost", "neither", "changed" } do
    words[status] = format.say(tag, "turnover_" .. status)
  end
  return words
end

-- "p = 0.012, 5 and 17" of McNemar's test, or its words.
local function test_words(survey, plan)
  local result = survey:mcnemar(BEFORE, AFTER, { level = "yes", lang = plan.lang })
  local row = Result.spec(result).rows[1]
  if row.p_value then return format.p_value(row.p_value, { lang = plan.lang }), row end
  return row.note or format.say(plan.lang, "not_estimable"), row
end

-- The record of a case that nobody is.
local function empty(status, n)
  return { level = status, value = n > 0 and 0 or nil, count = 0, n = n, by = {} }
end

-- The four shares in their order.
local function status_rows(survey, plan)
  local result = survey:freq(STATUS, { conf = plan.opts.conf, df = plan.opts.df })
  local spec = Result.spec(result)
  local of, rows, n = {}, {}, 0
  for _, row in ipairs(spec.rows) do
    if row.level then of[row.level], n = row, row.n end
  end
  for i, status in ipairs(statuses) do
    rows[i] = of[status] or empty(status, n)
    rows[i].cumulative, rows[i].missing, rows[i].missing_kinds = nil, nil, nil
  end
  return rows, spec
end

local function by_codes(context, plan, unit, j, k, fields)
  local survey = matched(context, plan, unit, j, k)
  local rows, spec = status_rows(survey, plan)
  local figures, test = test_words(survey, plan)
  fields.rows, fields.weighted, fields.design_notes = rows, spec.weighted, spec.design_notes
  fields.notes = spec.notes
  fields.notes[#fields.notes + 1] = { "method_turnover", { figures = figures,
    unit = context:label(unit, plan.lang), common = rows[1].n } }
  fields.p_value, fields.statistic = test.p_value, test.statistic
  for _, row in ipairs(rows) do row.p_value = nil end
  return Result.new(fields)
end

-- Bounds from the two shares, a record for each case.
local function by_bounds(context, plan, j, k, fields)
  local before, after = trend.estimate(context, plan, j), trend.estimate(context, plan, k)
  local from, to = before[1], after[1]
  fields.rows, fields.notes = {}, { { "method_turnover_bounds" } }
  local bounds = from and to and from.value and to.value
    and change.turnover_bounds(from.value, to.value)
  for i, status in ipairs { "gained", "lost", "changed" } do
    local row = { level = status, by = {}, n = math.min(from and from.n or 0, to and to.n or 0) }
    if bounds then
      row.low, row.high = bounds[status][1], bounds[status][2]
      row.note = "bounds only"
    end
    fields.rows[i] = row
  end
  return Result.new(fields)
end

local function check_level(plan)
  local known = plan.spec.scale.order
  if plan.opts.level == nil then
    fault.raise('turnover: name the level whose coming and going is counted: level = "%s"',
      known[1] or "...")
  end
  for _, name in ipairs(known) do
    if name == plan.opts.level then return end
  end
  fault.unknown(('turnover: level of "%s"'):format(plan.subject.name), tostring(plan.opts.level),
    known)
end

local options = { "from", "to", "level", "unit", "conf", "df", "lang", "title" }

--- Who came to a level and who left it between two years (default: the last two that asked). With a
-- unit that is a respondent's code: shares of those matched, with McNemar's test; without: bounds.
-- opts: level, from, to, unit, conf, df, lang, title.
function M.turnover(context, item, opts)
  opts = fault.options(opts, options, "turnover")
  local thread = context:thread(item, "turnover")
  local subject = context:subject(thread.name, "turnover", opts.lang)
  local from, to = compare.default_years(context, subject, opts)
  local j, k = compare.two_years(context, from, to, "turnover")
  local names = { context.list[j].name, context.list[k].name }
  local plan = trend.plan(context, thread.name, { level = opts.level, conf = opts.conf,
    df = opts.df, lang = opts.lang, years = names, statistic = "share" }, "turnover")
  local grade = trend.grade(context, plan, j, k)
  if not comparability.joins(grade) then
    fault.raise('turnover: "%s" does not compare between %s and %s: %s', thread.name, names[1],
      names[2], grade)
  end
  check_level(plan)
  local label = ("%s = %s"):format(subject.label, opts.level)
  local before, after = context.list[j].s, context.list[k].s
  local fields = { kind = "freq", unit = "share", lang = plan.lang, level_labels = {
    [thread.name] = status_words(plan.lang) }, item = { name = thread.name, label = subject.label },
    title = opts.title or format.say(plan.lang, "waves_turnover", { label = label, from = names[1],
      to = names[2] }), synthetic = synthetic.both(before.synthetic, after.synthetic) }
  local way = compare.make_way(context, opts, j, k, "turnover")
  if way.unit and not way.overlap.twice then
    return by_codes(context, plan, way.unit, j, k, fields)
  end
  return by_bounds(context, plan, j, k, fields)
end

return M
