--- The verb trend: one question through the years.
--
-- Each year is estimated by its own survey and design, on the common scale of the years that are
-- shown. A record has, beside its figures,
--   grade    how well it compares with the year before that asked (the worst of the question, of
--            the items that make groups, of those in an expression)
--   since    that year
--   broken   true: the two must not be joined by a line
-- A year that did not ask has records without figures; an answer that a year did not offer has none
-- either, and is not 0 %. Marks on the years lead to sentences under the table, which charts
-- repeat.
local comparability = require "bilan.waves.comparability"
local crosswalk = require "bilan.waves.crosswalk"
local events = require "bilan.events"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local listing = require "bilan.waves.listing"
local ordered = require "bilan.ordered"
local Result = require "bilan.result"
local stack = require "bilan.waves.stack"
local Survey = require "bilan.survey"
local synthetic = require "bilan.output.synthetic"

local M = {}

local options = { "level", "by", "ci", "conf", "df", "mean", "statistic", "years", "nets", "base",
  "missing", "lang", "title" }
local statistics = { "share", "mean", "median", "total" }

local YEAR <const> = stack.year

-- ---- what is asked ----------------------------------------------------------------------------

local with_levels = { single = true, scale = true, multiple = true }

-- The statistic: that named, or the mean of numbers and the shares of everything else.
local function statistic_of(subject, opts, what)
  if opts.mean and opts.statistic and opts.statistic ~= "mean" then
    fault.raise("%s: mean and statistic are two answers to one question: give one", what)
  end
  if opts.mean then return "mean" end
  local default = "share"
  local thread = subject.thread
  if thread and not with_levels[thread.at[thread.top].item.kind] then default = "mean" end
  return fault.choice(opts.statistic, statistics, default, what .. ": statistic")
end

local family = { single = "one", scale = "one" }
local function family_of(item) return family[item.kind] or item.kind end

-- Can the wave's item be harmonised with the latest of the years shown?
local function same_kind(spec, k)
  local top = spec.thread.at[spec.waves[#spec.waves]].item
  return family_of(top) == family_of(spec.thread.at[k].item)
end

-- A level belongs to shares of an item; compare has one option for items of all kinds.
local function check_level(plan)
  if plan.opts.level == nil or plan.what == "compare" then return end
  if plan.statistic ~= "share" then
    fault.raise('%s: level = "%s" is for shares, and the %s of "%s" is asked for', plan.what,
      tostring(plan.opts.level), plan.statistic, plan.subject.name)
  end
  if not plan.subject.thread then
    fault.raise('%s: "%s" is true or not: leave level out', plan.what, plan.subject.name)
  end
end

--- The plan of a figure over some years: { subject, by, specs, statistic, level, places, opts }.
-- what: the verb, for messages.
function M.plan(context, item, opts, what)
  local plan = { opts = opts, what = what, lang = context:language(opts.lang) }
  plan.subject = context:subject(item, what, opts.lang)
  plan.places = context:years(opts.years, what)
  plan.by, plan.by_threads = {}, {}
  for i, name in ipairs(Survey.list_of(opts.by)) do
    plan.by_threads[i] = context:thread(name, what .. ": by")
    plan.by[i] = plan.by_threads[i].name
    if plan.by[i] == YEAR then
      fault.raise('%s: by: "%s" is the year of the table: rename the item', what, YEAR)
    end
  end
  local threads = table.move(plan.subject.threads, 1, #plan.subject.threads, 1, {})
  plan.threads = table.move(plan.by_threads, 1, #plan.by_threads, #threads + 1, threads)
  plan.specs = context:specs(plan.threads, plan.places)
  plan.statistic = statistic_of(plan.subject, opts, what)
  plan.spec = plan.subject.thread and plan.specs[1] or nil
  check_level(plan)
  return plan
end

-- ---- nets -------------------------------------------------------------------------------------

local function set_of(list)
  local set = {}
  for _, one in ipairs(list) do set[one] = true end
  return set
end

-- All nets there could be: those of the options, then those of the codebook; { { name, parts } }.
local function known_nets(plan)
  local scale, list = plan.spec.scale, {}
  local known = set_of(scale.order)
  if type(plan.opts.nets) == "table" then
    for name, parts in ordered.pairs(plan.opts.nets) do
      parts = Survey.list_of(parts)
      for _, part in ipairs(parts) do
        if not known[part] then
          fault.unknown(('%s: level in net "%s" of "%s"'):format(plan.what, name,
            plan.subject.name), tostring(part), scale.order)
        end
      end
      list[#list + 1] = { name = name, parts = parts, given = true }
    end
  end
  local entry = crosswalk.entry(plan.subject.thread, plan.spec.waves, scale)
  for _, net in ipairs(entry and entry.nets or {}) do list[#list + 1] = net end
  return list
end

-- The net called `level`, as a list of one; an empty list when that is a level.
local function net_called(plan, level)
  local names = table.move(plan.spec.scale.order, 1, #plan.spec.scale.order, 1, {})
  if set_of(names)[level] then return {} end
  for _, net in ipairs(known_nets(plan)) do
    if net.name == level then return { net } end
    names[#names + 1] = net.name
  end
  fault.unknown(('%s: level of "%s"'):format(plan.what, plan.subject.name), tostring(level), names)
end

local function find_nets(plan)
  if not plan.spec or plan.statistic ~= "share" then return {} end
  if plan.opts.level ~= nil then return net_called(plan, plan.opts.level) end
  local list, all = {}, plan.opts.nets == true
  for _, net in ipairs(plan.opts.nets and known_nets(plan) or {}) do
    if all or net.given then list[#list + 1] = net end
  end
  return list
end

--- The nets that a table shows: { { name, parts } }, of levels of the common scale.
function M.nets(plan)
  plan.asked_nets = plan.asked_nets or find_nets(plan)
  return plan.asked_nets
end

-- Parts of a net that wave k offered, and those that it did not.
local function offered_parts(plan, net, k)
  local own, left = {}, {}
  for _, part in ipairs(net.parts) do
    local list = plan.spec.scale.members[part][k] and own or left
    list[#list + 1] = part
  end
  return own, left
end

-- The nets shown, in the parts that wave k offered: { [name] = parts }; nil when there is none.
local function nets_in(plan, k)
  local nets = {}
  for _, net in ipairs(M.nets(plan)) do
    local own = offered_parts(plan, net, k)
    if #own > 0 then nets[net.name] = own end
  end
  return next(nets) and nets or nil
end

--- Findings on the nets shown that wave k offered in part.
function M.net_findings(context, plan, k)
  local found = {}
  for _, net in ipairs(M.nets(plan)) do
    local own, left = offered_parts(plan, net, k)
    if #own > 0 and #left > 0 then
      for i, part in ipairs(left) do left[i] = ('"%s"'):format(part) end
      found[#found + 1] = { what = "net_partial", grade = "identical", args = { net = net.name,
        list = table.concat(left, ", "), year = context.list[k].name } }
    end
  end
  return found
end

-- ---- one year ---------------------------------------------------------------------------------

--- Why wave k has no figure: "not asked" or another kind of question; nil when it has one.
function M.lacks(plan, k)
  for _, thread in ipairs(plan.threads) do
    if not thread.at[k] then return "not asked" end
  end
  if plan.spec and not same_kind(plan.spec, k) then return "another kind of question that year" end
end

local passed_shares = { "ci", "conf", "df", "base", "missing", "lang" }
local passed_numbers = { "conf", "df", "lang" }

local function passed(plan, names)
  local out = { by = #plan.by > 0 and plan.by or nil }
  for _, name in ipairs(names) do out[name] = plan.opts[name] end
  return out
end

-- The result of shares: of an expression, one level, a net, or all levels.
local function shares(plan, survey, k)
  local opts, name = passed(plan, passed_shares), plan.subject.name
  if not plan.spec then
    opts.base = nil
    return survey:proportion(name, opts)
  end
  if plan.opts.level == nil or #M.nets(plan) > 0 then
    opts.nets = nets_in(plan, k)
    return survey:freq(name, opts), plan.opts.level ~= nil
      and function(row) return row.level == plan.opts.level end
  end
  opts.level = plan.opts.level
  return survey:proportion(name, opts)
end

-- Scores of levels that are one on the common scale have to be one too.
local function check_scores(plan)
  local spec = plan.spec
  if not spec or not with_levels[spec.thread.at[spec.waves[#spec.waves]].item.kind] then return end
  for _, name in ipairs(spec.scale.order) do
    if spec.scale.score[name] == nil then
      fault.raise('%s: %s: the level "%s" of "%s" has no score on the common scale of these years: '
        .. "give its levels a score (the same for those that are merged)", plan.what,
        plan.statistic, name, plan.subject.name)
    end
  end
end

local function numbers(plan, survey)
  check_scores(plan)
  return survey[plan.statistic](survey, plan.subject.name, passed(plan, passed_numbers))
end

--- Could this level not be given in wave k, as far as is known? nil for what has no levels.
function M.not_offered(plan, level, k)
  if not plan.spec or level == nil then return nil end
  local own = plan.spec.scale.members[level]
  if own then return not own[k] or nil end
  for _, net in ipairs(M.nets(plan)) do
    if net.name == level then return #offered_parts(plan, net, k) == 0 or nil end
  end
end

--- The records of wave k and the spec of their result; nil when the wave cannot have any.
function M.estimate(context, plan, k)
  if M.lacks(plan, k) then return nil end
  if plan.statistic == "share" and M.not_offered(plan, plan.opts.level, k) then return {} end
  local survey = crosswalk.harmonised(context.list, k, plan.specs)
  local result, wanted
  if plan.statistic == "share" then result, wanted = shares(plan, survey, k)
  else result = numbers(plan, survey) end
  local spec, rows = Result.spec(result), {}
  local by_level = plan.statistic == "share" and plan.spec ~= nil
  for _, row in ipairs(spec.rows) do
    row.by = row.by or {}
    local nobody = by_level and row.level == nil -- the one record of an item that nobody answered
    if nobody then row.level = plan.opts.level end
    local kept = (not wanted or wanted(row)) and not (nobody and plan.opts.level == nil)
    if kept then rows[#rows + 1] = row end
  end
  return rows, spec
end

-- ---- grades -----------------------------------------------------------------------------------

-- Findings that are said under a table: those that count, and the codebook's own words.
local told = { overruled = true, note = true }

--- The grade of two years for all threads of a plan, and what to say: { { thread, finding } }.
function M.grade(context, plan, j, k)
  local grade, said = "identical", {}
  for _, thread in ipairs(plan.threads) do
    local pair = context.pair(thread, j, k)
    grade = comparability.worse(grade, pair.grade)
    for _, finding in ipairs(pair.findings) do
      local scores = finding.what == "scores" and plan.statistic ~= "share"
      if finding.grade ~= "identical" or told[finding.what] or scores then
        said[#said + 1] = { thread = thread, finding = finding }
      end
    end
  end
  return grade, said
end

-- What a sentence under the table is said of: the year, and the item when it is not the subject.
local function said_of(context, plan, k, mark, thread)
  local at = mark .. " " .. context.list[k].name
  if plan.subject.thread == thread then return at end
  return ("%s, %s"):format(at, context:label(thread, plan.lang))
end

-- The notes of one year's mark.
local function add_notes(context, plan, k, facts, notes)
  local mark = listing.mark(#notes.marks + 1)
  notes.marks[#notes.marks + 1] = mark
  notes.labels[context.list[k].name] = context.list[k].name .. " " .. mark
  local at = mark .. " " .. context.list[k].name
  if facts.broken then
    notes[#notes + 1] = { "wave_broken", { at = at, before = facts.since } }
  end
  for _, one in ipairs(facts.said) do
    notes[#notes + 1] = listing.note(one.finding, said_of(context, plan, k, mark, one.thread))
  end
end

-- What each year is to the one before that asked: facts[k] = { grade, since, broken, said }.
local function year_facts(context, plan)
  local facts, last, notes = {}, nil, { marks = {}, labels = {} }
  for _, k in ipairs(plan.places) do
    local own = { lacks = M.lacks(plan, k) }
    if own.lacks == "not asked" then own.grade = "not asked"
    else
      if last then
        local grade, said = M.grade(context, plan, last, k)
        own.grade, own.since, own.said = grade, context.list[last].name, said
        own.broken = not comparability.joins(grade) or nil
        if #said > 0 then add_notes(context, plan, k, own, notes) end
      end
      last = k
    end
    facts[k] = own
  end
  return facts, notes
end

-- ---- the table --------------------------------------------------------------------------------

-- What tells the records of one year apart: level and groups, in the order of first appearance.
local function record_key(row, by)
  local parts = { tostring(row.level or "") }
  for _, name in ipairs(by) do parts[#parts + 1] = tostring(row.by[name]) end
  return table.concat(parts, "\0")
end

-- All kinds of records there are, from all years: { level, by, net, p }, the latest year's first.
local function templates(plan, rows_of)
  local list, seen = {}, {}
  for at = #plan.places, 1, -1 do
    for _, row in ipairs(rows_of[plan.places[at]] or {}) do
      local key = record_key(row, plan.by)
      if not seen[key] then
        seen[key] = true
        list[#list + 1] = { key = key, level = row.level, by = row.by, net = row.net, p = row.p }
      end
    end
  end
  return list
end

local function group_key(row, by)
  local parts = {}
  for i, name in ipairs(by) do parts[i] = tostring(row.by[name]) end
  return table.concat(parts, "\0")
end

-- The record of a template that a year does not have. Where its group has others, it is a kind of
-- missing that the year did not offer.
local function gap(plan, template, k, facts, groups)
  local record = { level = template.level, by = {}, net = template.net, p = template.p, gap = true }
  for name, value in pairs(template.by) do record.by[name] = value end
  if facts[k].lacks then record.note = facts[k].lacks
  elseif M.not_offered(plan, template.level, k) then
    -- without a list of all answers, nobody knows whether it could be given
    local closed = plan.spec.thread.at[k].item.closed
    record.note = closed and "not offered that year" or "not given that year"
  elseif groups[group_key(template, plan.by)] then record.note = "not offered that year"
  else record.n, record.gap = 0, nil end
  return record
end

-- The records of all years in the order of the years.
local function all_rows(context, plan, rows_of, facts)
  local out, kinds = {}, templates(plan, rows_of)
  if #kinds == 0 then kinds[1] = { key = "\0none", level = plan.opts.level, by = {} } end
  for _, k in ipairs(plan.places) do
    local own = {}
    for _, row in ipairs(rows_of[k] or {}) do own[record_key(row, plan.by)] = row end
    local groups = {}
    for _, row in ipairs(rows_of[k] or {}) do groups[group_key(row, plan.by)] = true end
    for _, template in ipairs(kinds) do
      local row = own[template.key] or gap(plan, template, k, facts, groups)
      row.by[YEAR] = context.list[k].name
      row.grade, row.since, row.broken = facts[k].grade, facts[k].since, facts[k].broken
      row.cumulative = nil
      out[#out + 1] = row
    end
  end
  return out
end

-- A note as a text that tells it from others.
local function note_key(note)
  local parts = { type(note) == "table" and tostring(note[1]) or tostring(note) }
  for name, value in ordered.pairs(type(note) == "table" and note[2] or {}) do
    parts[#parts + 1] = name .. "=" .. tostring(value)
  end
  return table.concat(parts, "\0")
end

-- Notes of several years, each once; one that not all have says of which years it is.
local function joined_notes(lists, years)
  local notes, found = {}, {}
  for i, list in ipairs(lists) do
    for _, note in ipairs(list) do
      local own = found[note_key(note)]
      if not own then
        own = { note = type(note) == "table" and note or { "plain_note", { text = note } },
          at = {} }
        found[note_key(note)], notes[#notes + 1] = own, own
      end
      if own.at[#own.at] ~= years[i] then own.at[#own.at + 1] = years[i] end
    end
  end
  for i, own in ipairs(notes) do
    local at = #own.at < #lists and table.concat(own.at, ", ") or nil
    notes[i] = { own.note[1], own.note[2], at = at }
  end
  return notes
end

-- The notes of a list but one.
local function without(list, key)
  local out = {}
  for _, note in ipairs(list or {}) do
    if type(note) ~= "table" or note[1] ~= key then out[#out + 1] = note end
  end
  return out
end

-- What the designs of the years say. Beside years with a design, one without is said there to be
-- taken as a simple random sample, and not among what a report alone tells.
local function design_notes(specs, years)
  local lists, any = {}, false
  for i, spec in ipairs(specs) do
    lists[i] = spec.design_notes or {}
    any = any or #lists[i] > 0
  end
  if not any then return nil end
  for i, list in ipairs(lists) do
    if #list == 0 then
      lists[i] = { { "method_srs", {} } }
      specs[i].report_notes = without(specs[i].report_notes, "method_srs")
    end
  end
  return joined_notes(lists, years)
end

-- The notes of a kind of all years.
local function notes_of(specs, key, years)
  local lists = {}
  for i, spec in ipairs(specs) do lists[i] = spec[key] or {} end
  return joined_notes(lists, years)
end

local function any_of(specs, key)
  for _, spec in ipairs(specs) do if spec[key] then return true end end
  return false
end

local function respondents_without_group(specs, places, context)
  local list = {}
  for i, spec in ipairs(specs) do
    for _, entry in ipairs(spec.no_group or {}) do
      list[#list + 1] = { items = ("%s (%s)"):format(entry.items, context.list[places[i]].name),
        count = entry.count }
    end
  end
  return list
end

local kinds = { share = "proportion", mean = "mean", median = "quantile", total = "total" }

-- The spec of the whole table from those of the years.
local function table_spec(context, plan, specs, places, notes)
  local years = {}
  for i, k in ipairs(places) do years[i] = context.list[k].name end
  local last = specs[#specs] or { kind = kinds[plan.statistic],
    unit = plan.statistic == "share" and "share" or "number" }
  local by = { { name = YEAR, label = format.say(plan.lang, "year") } }
  for i, thread in ipairs(plan.by_threads) do
    by[i + 1] = { name = plan.by[i], label = context:label(thread, plan.opts.lang) }
  end
  local words = last.level_labels or {}
  words[YEAR] = notes.labels
  local label = { name = plan.subject.name, label = plan.subject.label }
  local title, designs = label.label, design_notes(specs, years)
  for i = 2, #by do title = title .. (i == 2 and " × " or ", ") .. by[i].label end
  return { kind = last.kind, unit = last.unit, item = label, by = by, level_labels = words,
    lang = plan.lang, title = plan.opts.title or title, notes = notes_of(specs, "notes", years),
    design_notes = designs,
    report_notes = notes_of(specs, "report_notes", years), change_notes = notes,
    synthetic = synthetic.of_all(specs), weighted = any_of(specs, "weighted") or nil,
    no_group = respondents_without_group(specs, places, context) }
end

-- Says which years stand side by side and how well they compare.
local function tell_grades(context, plan, facts)
  local grades = {}
  for _, k in ipairs(plan.places) do
    if facts[k].since then
      grades[#grades + 1] = { from = facts[k].since, to = context.list[k].name,
        grade = facts[k].grade }
    end
  end
  events.tell("trend", { verb = plan.what, item = plan.subject.name, grades = grades })
end

--- One item (or predicate) through the years: shares of all levels, or of `level`; numbers and
-- scores: mean = true, statistic = "mean", "median", "total". opts: by, years, nets, base, ci,
-- conf, df, missing, lang, title. A result whose records have grade, since, broken.
function M.trend(context, item, opts)
  opts = fault.options(opts, options, "trend")
  local plan = M.plan(context, item, opts, "trend")
  local facts, notes = year_facts(context, plan)
  if events.on then tell_grades(context, plan, facts) end
  local rows_of, specs, places = {}, {}, {}
  for _, k in ipairs(plan.places) do
    local rows, spec = M.estimate(context, plan, k)
    rows_of[k] = rows
    if spec then specs[#specs + 1], places[#places + 1] = spec, k end
  end
  for _, k in ipairs(plan.places) do
    for _, finding in ipairs(rows_of[k] and M.net_findings(context, plan, k) or {}) do
      notes[#notes + 1] = listing.note(finding, plan.subject.label)
    end
  end
  notes.marks = nil
  local fields = table_spec(context, plan, specs, places, notes)
  notes.labels = nil
  fields.rows = all_rows(context, plan, rows_of, facts)
  return Result.new(fields)
end

return M
