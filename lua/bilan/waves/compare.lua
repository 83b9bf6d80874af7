--- The verbs compare, change and turnover: two years held against each other.
--
-- A record has both figures with their bases (from_value, from_n, to_value, to_n), the difference
-- in `value` with low, high, p_value, and the grade of the pair. A pair that does not compare is a
-- record with its grade and no figure. How the interval is made depends on what is known of overlap
-- (change.lua):
--
--   no unit, no design     shares: Newcombe; means: Welch
--   no unit, a design      the errors of both years, covariance 0 (a year without a design is then a
--                          simple random sample of its rows)
--   a unit that repeats    the contrast of the stacked years (stacked.lua), covariance counted
--   overlap = true         any covariance there may be
local change = require "bilan.waves.change"
local comparability = require "bilan.waves.comparability"
local core = require "bilan.core"
local crosswalk = require "bilan.waves.crosswalk"
local escape = require "bilan.output.escape"
local events = require "bilan.events"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local listing = require "bilan.waves.listing"
local ordered = require "bilan.ordered"
local Result = require "bilan.result"
local stack = require "bilan.waves.stack"
local stacked = require "bilan.waves.stacked"
local Survey = require "bilan.survey"
local synthetic = require "bilan.output.synthetic"
local trend = require "bilan.waves.trend"

local M = {}

local CONF <const> = 0.95

-- An item of the stack for the change of a total.
local SIGNED <const> = "\1signed"

-- ---- which overlap ----------------------------------------------------------------------------

-- How the change of two years is to be computed: { way, unit, overlap }.
local function find_way(context, opts, j, k, what)
  local unit = opts.unit and context:thread(opts.unit, what .. ": unit") or context.unit
  local unknown = context.unknown_overlap
  if opts.unit == false then unit = nil end
  if opts.overlap ~= nil then unknown = opts.overlap end
  if unit and not (unit.at[j] and unit.at[k]) then
    fault.raise('%s: unit: "%s" is not in both years', what, unit.name)
  end
  if unit then
    return { name = "unit", unit = unit, overlap = stacked.overlap(context.list, unit, j, k) }
  end
  if unknown then return { name = "unknown" } end
  local designed = context.list[j].s.design or context.list[k].s.design
  return { name = designed and "design" or "plain" }
end

-- The same; an interval is chosen only where there is a choice.
local function make_way(context, opts, j, k, what)
  local way = find_way(context, opts, j, k, what)
  if opts.ci and way.name ~= "plain" then
    fault.raise("%s: ci is for years without a design and without overlap: leave it out", what)
  end
  return way
end

-- The context with a design in both years, where one has one: the other's rows were drawn one by
-- one.
local function with_designs(context, j, k)
  local list = table.move(context.list, 1, #context.list, 1, {})
  for _, at in ipairs { j, k } do
    if not list[at].s.design then
      local survey = list[at].survey:design {}
      local copy = {}
      for key, value in pairs(list[at]) do copy[key] = value end
      copy.survey, copy.s = survey, Survey.inside(survey)
      list[at] = copy
    end
  end
  return setmetatable({ list = list }, { __index = context })
end

-- ---- one item ---------------------------------------------------------------------------------

local function key_of(row, by)
  local parts = { tostring(row.level or "") }
  for i, name in ipairs(by) do parts[i + 1] = tostring(row.by[name]) end
  return table.concat(parts, "\0")
end

-- Records of both years that belong together, in the order of the later: { from, to } pairs.
local function matched(before, after, by)
  local of, out, used = {}, {}, {}
  for _, row in ipairs(before) do of[key_of(row, by)] = row end
  for _, row in ipairs(after) do
    local key = key_of(row, by)
    out[#out + 1], used[key] = { from = of[key], to = row }, true
  end
  for _, row in ipairs(before) do
    if not used[key_of(row, by)] then out[#out + 1] = { from = row } end
  end
  return out
end

-- The rows of the stack in which the groups of a record stand.
local function group_of(survey, by, row)
  for _, name in ipairs(by) do
    local value = row.by[name]
    if value ~= nil then
      survey = survey:where(("%s = %s"):format(escape.sql_name(name), escape.sql(value)))
    end
  end
  return survey
end

-- Bases of several answers as conditions on the test T of a net of item Q.
local net_bases = {
  asked = "CASE WHEN coalesce(missing(Q), '') <> 'not asked' THEN coalesce(T, 0) END = 1",
  answered = "(T) = 1",
  ticked = "CASE WHEN ticked(Q) > 0 THEN T END = 1",
}

-- A net as a predicate, on the base that the figures of its item have.
local function net_predicate(plan, parts)
  local name = escape.sql_name(plan.subject.name)
  local place = plan.subject.thread.at[plan.spec.waves[#plan.spec.waves]]
  local tests, several = {}, place.item.kind == "multiple"
  for i, part in ipairs(parts) do
    tests[i] = several and ("has(%s, %s)"):format(name, escape.sql(part)) or escape.sql(part)
  end
  if not several then return ("%s IN (%s)"):format(name, table.concat(tests, ", ")) end
  local base = plan.opts.base or place.item.entry and place.item.entry.base or "asked"
  local filled = { Q = name, T = "(" .. table.concat(tests, " OR ") .. ")" }
  return ((net_bases[base] or net_bases.answered):gsub("%f[%w]([QT])%f[%W]", filled))
end

-- What shares of several answers are shares of; nil for other items.
local function base_of(plan)
  local place = plan.spec and plan.subject.thread.at[plan.spec.waves[#plan.spec.waves]]
  if not place or place.item.kind ~= "multiple" or plan.statistic ~= "share" then return nil end
  return plan.opts.base or place.item.entry and place.item.entry.base or "asked"
end

-- The number that a subject is, as an expression: scores for levels.
local function number_of(plan)
  local subject, name = plan.subject, escape.sql_name(plan.subject.name)
  if not subject.thread then return "(" .. subject.name .. ")" end
  if #plan.spec.scale.order == 0 then return name end
  local cases = {}
  for i, level in ipairs(plan.spec.scale.order) do
    cases[i] = ("WHEN %s THEN %.17g"):format(escape.sql(level), plan.spec.scale.score[level])
  end
  return ("CASE %s %s END"):format(name, table.concat(cases, " "))
end

-- The change of a total: the total of what the later year adds and the earlier one takes away.
local function stack_total(plan, group, names, row, conf)
  local number = number_of(plan)
  local signed = group:derive { [SIGNED] = ("CASE %s WHEN %s THEN %s WHEN %s THEN -(%s) END"):format(
    escape.sql_name(stack.year), escape.sql(names[2]), number, escape.sql(names[1]), number) }
  local record = Result.spec(signed:total(SIGNED, { conf = conf, df = plan.opts.df })).rows[1]
  return change.contrast(row, record, conf)
end

-- The contrast of the stack for a pair of records.
local function stack_contrast(plan, survey, names, one, row, conf)
  local group = group_of(survey, plan.by, one.to)
  if plan.statistic == "total" then return stack_total(plan, group, names, row, conf) end
  local opts = { by = stack.year, from = names[1], to = names[2], conf = conf, df = plan.opts.df,
    level = plan.spec and plan.statistic == "share" and one.to.level or nil }
  local item, parts = plan.subject.name, one.to.net and one.to.parts
  if not parts and plan.opts.base and base_of(plan) then parts = { one.to.level } end
  if parts and plan.statistic == "share" then
    item, opts.level = net_predicate(plan, parts), nil
  end
  return change.contrast(row, Result.spec(group:difference(item, opts)).rows[1], conf)
end

-- The difference of a pair of records, by the way chosen.
local function add_difference(plan, way, one, row, env)
  local conf = plan.opts.conf or CONF
  if base_of(plan) == "answers" then -- ticks, not respondents: no interval
    row.value = one.from.value and one.to.value and one.to.value - one.from.value
    return row
  end
  if way.name == "unit" then
    return stack_contrast(plan, env.stack, env.names, one, row, conf)
  end
  if way.name == "unknown" then return change.unknown_overlap(row, one.from, one.to, conf) end
  if way.name == "design" then return change.independent(row, one.from, one.to, conf) end
  if plan.statistic == "share" then
    return change.newcombe(row, one.from, one.to, conf, plan.ci)
  end
  return change.welch(row, one.from, one.to, conf)
end

local function smaller(a, b) return a and b and math.min(a, b) or a or b end

-- One record of the table from a pair of records.
local function pair_row(plan, way, one, env)
  local from, to = one.from or {}, one.to or {}
  local row = { level = to.level or from.level, net = to.net or from.net, by = {},
    grade = env.grade, unit = plan.statistic ~= "share" and "number" or nil,
    from_value = from.value, from_n = from.n, to_value = to.value, to_n = to.n,
    n = smaller(from.n, to.n), count = smaller(from.count, to.count) }
  for name, value in pairs(to.by or from.by) do row.by[name] = value end
  local absent = not one.from and env.j or not one.to and env.k
  if absent and trend.not_offered(plan, row.level, absent) then
    local closed = plan.spec.thread.at[absent].item.closed
    row.note = closed and "not offered that year" or "not given that year"
    row.grade = "not asked"
    return row
  end
  if absent then
    row.note, row.n = "one of the years compared has no respondent", 0
    return row
  end
  return add_difference(plan, way, one, row, env)
end

-- The record of an item that does not compare.
local function refusal(plan, grade)
  return { level = plan.opts.level, by = {}, grade = grade,
    unit = plan.statistic ~= "share" and "number" or nil,
    note = grade == "not asked" and "not asked" or "not comparable" }
end

-- Nets need their parts where the stack computes them.
local function add_parts(plan, rows)
  for _, row in ipairs(rows) do
    for _, net in ipairs(row.net and trend.nets(plan) or {}) do
      if net.name == row.level then row.parts = net.parts end
    end
  end
end

-- The records of one item between two years, and what to say of them.
local function item_rows(context, plan, way, j, k)
  local grade, said = trend.grade(context, plan, j, k)
  if not comparability.joins(grade) or trend.lacks(plan, j) or trend.lacks(plan, k) then
    return { refusal(plan, grade) }, said
  end
  local source = way.name == "design" and with_designs(context, j, k) or context
  local before, spec_before = trend.estimate(source, plan, j)
  local after, spec_after = trend.estimate(source, plan, k)
  local env = { grade = grade, j = j, k = k,
    names = { context.list[j].name, context.list[k].name } }
  if way.name == "unit" then
    if plan.statistic == "median" then
      fault.raise("%s: medians of two years have no covariance by a unit: take the mean, or leave "
        .. "unit out (overlap = true holds for any overlap)", plan.what)
    end
    local specs = context:specs(plan.threads, { j, k })
    env.stack = stacked.survey(context.list, { j, k }, specs,
      { year = stack.year, unit = way.unit })
    add_parts(plan, after)
  end
  local rows = {}
  for i, one in ipairs(matched(before, after, plan.by)) do
    rows[i] = pair_row(plan, way, one, env)
  end
  for _, at in ipairs { j, k } do
    for _, finding in ipairs(trend.net_findings(context, plan, at)) do
      said[#said + 1] = { thread = plan.subject.thread, finding = finding }
    end
  end
  return rows, said, { spec_before, spec_after }
end

-- ---- the table --------------------------------------------------------------------------------

local ITEM <const> = "item"

-- The names of adjustments of p-values.
local adjustments = { bonferroni = "Bonferroni", holm = "Holm", hochberg = "Hochberg",
  hommel = "Hommel", bh = "Benjamini-Hochberg", by = "Benjamini-Yekutieli" }

-- What the table says of how it was made.
local function method_notes(context, way, plans, j, k, opts)
  local notes, shares, means = {}, false, false
  for _, plan in ipairs(plans) do
    if plan.statistic == "share" then shares = true else means = true end
  end
  if way.name == "plain" then
    if shares and (opts.ci or "newcombe") == "newcombe" then notes[1] = { "method_change_newcombe" }
    elseif shares then
      notes[1] = { "method_change_method",
        { method = format.say(context:language(opts.lang), "method_" .. opts.ci) } }
    end
    if means then notes[#notes + 1] = { "method_change_welch" } end
  elseif way.name == "design" then notes[1] = { "method_change_design" }
  elseif way.name == "unknown" then notes[1] = { "method_change_unknown" }
  else
    local tag, overlap = context:language(opts.lang), way.overlap
    local function units(count, at)
      return ("%s (%s)"):format(format.count(count, { lang = tag }), context.list[at].name)
    end
    notes[1] = { "method_change_unit", { unit = context:label(way.unit, opts.lang),
      common = overlap.common, before = units(overlap.before, j),
      after = units(overlap.after, k) } }
  end
  if opts.adjust then
    notes[#notes + 1] = { "method_change_adjusted",
      { method = adjustments[opts.adjust] or opts.adjust } }
  end
  return notes
end

-- P-values of all figures of the table, adjusted together.
local function adjust(rows, how)
  if not how then return end
  local values, places = {}, {}
  for i, row in ipairs(rows) do
    if row.p_value then values[#values + 1], places[#places + 1] = row.p_value, i end
  end
  for i, value in ipairs(core.stat.p_adjust(values, how)) do rows[places[i]].p_value = value end
end

local function merge_words(into, specs)
  for _, spec in ipairs(specs or {}) do
    for name, words in pairs(spec.level_labels or {}) do into[name] = words end
  end
end

-- The mark of the next item of which something is to be said, nil when nothing is. Another
-- population is that of all items, and is said without one.
local function mark_item(table_, said)
  for _, one in ipairs(said) do
    if one.finding.what ~= "population" then
      table_.marked = table_.marked + 1
      return listing.mark(table_.marked)
    end
  end
end

-- Adds the records of one item to the table.
local function add_item(context, table_, plan, way, j, k, named)
  local rows, said, specs = item_rows(context, plan, way, j, k)
  for _, row in ipairs(rows) do
    if named then row.by[ITEM] = plan.subject.name end
    table_.rows[#table_.rows + 1] = row
  end
  local mark = named and mark_item(table_, said)
  for _, one in ipairs(said) do
    local at = one.finding.what == "population" and table_.waves[2]
      or context:own_label(one.thread, plan.lang)
    if mark and one.finding.what ~= "population" then at = mark .. " " .. at end
    table_.change_notes[#table_.change_notes + 1] = listing.note(one.finding, at)
  end
  for _, spec in ipairs(specs or {}) do
    table_.synthetic = synthetic.both(table_.synthetic, spec.synthetic)
    table_.weighted = table_.weighted or spec.weighted
    for _, note in ipairs(spec.notes or {}) do
      local key = type(note) == "table" and note[1] or note
      if key:find("^method_base_") and not table_.seen[key] then
        table_.notes[#table_.notes + 1], table_.seen[key] = note, true
      end
    end
  end
  merge_words(table_.level_labels, specs)
  table_.level_labels[ITEM] = table_.level_labels[ITEM] or {}
  local thread = named and plan.subject.thread
  local label = thread and context:own_label(thread, plan.lang) or plan.subject.label
  table_.level_labels[ITEM][plan.subject.name] = label .. (mark and "\u{A0}" .. mark or "")
end

-- Each sentence once: two items may have changed alike.
local function once(notes)
  local out, seen = {}, {}
  for _, note in ipairs(notes) do
    local key = note[1]
    for name, value in ordered.pairs(note[2]) do key = key .. "\0" .. name .. tostring(value) end
    if not seen[key] then out[#out + 1], seen[key] = note, true end
  end
  return out
end

-- Says how well the two years compare of an item that the script named.
local function tell_grade(plan, table_)
  local last = table_.rows[#table_.rows]
  if not events.on or not last then return end
  events.tell("trend", { verb = plan.what, item = plan.subject.name,
    grades = { { from = table_.waves[1], to = table_.waves[2], grade = last.grade } } })
end

local function new_table(context, j, k, opts)
  return { kind = "change", unit = "share", rows = {}, change_notes = {}, notes = {}, seen = {}, marked = 0,
    level_labels = {}, by = {}, lang = context:language(opts.lang),
    waves = { context.list[j].name, context.list[k].name },
    synthetic = synthetic.both(context.list[j].s.synthetic, context.list[k].s.synthetic) }
end

local function finish(context, table_, plans, way, j, k, opts)
  adjust(table_.rows, opts.adjust)
  table_.seen, table_.marked = nil, nil
  table_.change_notes = once(table_.change_notes)
  local tested = false -- a table of refusals says nothing of intervals
  for _, row in ipairs(table_.rows) do tested = tested or row.low ~= nil or row.se ~= nil end
  for _, note in ipairs(tested and method_notes(context, way, plans, j, k, opts) or {}) do
    table_.notes[#table_.notes + 1] = note
  end
  if #plans == 1 and plans[1].statistic ~= "share" then table_.unit = "number" end
  return Result.new(table_)
end

local function check_conf(opts, what)
  local conf = opts.conf
  if conf ~= nil and not (type(conf) == "number" and conf > 0 and conf < 1) then
    fault.raise("%s: conf is a number between 0 and 1, such as 0.95", what)
  end
end

-- The places of two years, the earlier first whatever the order of the words.
local function two_years(context, from, to, what)
  local j, k = context:year(from, what), context:year(to, what)
  if j == k then
    fault.raise("%s: two different years are needed, got %s twice", what, tostring(from))
  end
  return math.min(j, k), math.max(j, k)
end

local figure_kinds = { single = true, scale = true, multiple = true, number = true }

-- The threads whose items the designs of two years are made of: no figures.
local function design_threads(context, j, k, way)
  local set = { [way.unit or 0] = true }
  for _, at in ipairs { j, k } do
    local declared = context.list[at].s.declared or {}
    for _, part in ipairs { { declared.weights }, declared.strata, declared.clusters,
      declared.fpc } do
      for _, name in ipairs(part or {}) do set[context.of[at][name] or 0] = true end
    end
  end
  return set
end

-- The items that compare() takes when none is named: those with figures, asked in either year.
local function default_items(context, j, k, way)
  local names, apart = {}, design_threads(context, j, k, way)
  for _, thread in ipairs(context.threads) do
    local place = thread.at[k] or thread.at[j]
    if place and not apart[thread] and figure_kinds[place.item.kind] then
      names[#names + 1] = thread.name
    end
  end
  return names
end

local compare_options = { "items", "level", "by", "adjust", "nets", "base", "ci", "conf", "df",
  "unit", "overlap", "lang", "title" }

local function plan_of(context, item, opts, j, k, what)
  local own = {}
  for _, name in ipairs { "level", "by", "nets", "base", "conf", "df", "mean", "statistic",
    "lang" } do own[name] = opts[name] end
  own.years = { context.list[j].name, context.list[k].name }
  local plan = trend.plan(context, item, own, what)
  plan.ci = opts.ci -- of the change, not of the shares
  return plan
end

--- Two years, item by item: shares of each level (means of numbers) with their change.
-- opts: items (default: all with figures), level, by, adjust ("holm", "bh", ...), nets, base, conf,
-- df, ci (newcombe, miettinen_nurminen, ...: without a design), unit, overlap.
function M.compare(context, from, to, opts)
  opts = fault.options(opts, compare_options, "compare")
  check_conf(opts, "compare")
  local j, k = two_years(context, from, to, "compare")
  local way = make_way(context, opts, j, k, "compare")
  local table_, plans = new_table(context, j, k, opts), {}
  for i, item in ipairs(opts.items or default_items(context, j, k, way)) do
    plans[i] = plan_of(context, item, opts, j, k, "compare")
    add_item(context, table_, plans[i], way, j, k, true)
    if opts.items then tell_grade(plans[i], table_) end
  end
  if #plans == 0 then fault.raise("compare: there is no item to compare") end
  table_.by[1] = { name = ITEM, label = format.say(table_.lang, "item") }
  for i, thread in ipairs(plans[1].by_threads) do
    table_.by[i + 1] = { name = plans[1].by[i], label = context:label(thread, opts.lang) }
  end
  table_.title = opts.title or format.say(table_.lang, "waves_compared",
    { from = table_.waves[1], to = table_.waves[2] })
  return finish(context, table_, plans, way, j, k, opts)
end

local change_options = { "from", "to", "level", "by", "adjust", "nets", "base", "ci", "conf", "df",
  "mean", "statistic", "unit", "overlap", "lang", "title" }

-- The last two years that asked, of those not named.
local function default_years(context, subject, opts)
  local asked = crosswalk.asked(context.list, subject.threads[1])
  local to = opts.to or context.list[asked[#asked]].name
  local from = opts.from
  if from == nil then
    local k = context:year(to, "change")
    for i = #asked, 1, -1 do
      if asked[i] < k then
        from = context.list[asked[i]].name
        break
      end
    end
  end
  if from == nil then
    fault.raise('change: "%s" was asked in one year only: name from and to', subject.name)
  end
  return from, to
end

--- The change of one item between two years (default: the last two that asked). opts: from, to,
-- level, by, mean, statistic = "mean", and those of compare.
function M.change(context, item, opts)
  opts = fault.options(opts, change_options, "change")
  check_conf(opts, "change")
  local subject = context:subject(item, "change", opts.lang)
  local from, to = default_years(context, subject, opts)
  local j, k = two_years(context, from, to, "change")
  local way = make_way(context, opts, j, k, "change")
  local plan, table_ = plan_of(context, item, opts, j, k, "change"), new_table(context, j, k, opts)
  add_item(context, table_, plan, way, j, k, false)
  tell_grade(plan, table_)
  table_.item = { name = subject.name, label = subject.label }
  for i, thread in ipairs(plan.by_threads) do
    table_.by[i] = { name = plan.by[i], label = context:label(thread, opts.lang) }
  end
  table_.title = opts.title or ("%s, %s – %s"):format(subject.label, table_.waves[1],
    table_.waves[2])
  return finish(context, table_, { plan }, way, j, k, opts)
end

M.make_way, M.two_years, M.default_years = make_way, two_years, default_years

return M
