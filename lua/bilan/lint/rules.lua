--- The rules of lint: mistakes of survey statistics that a script shows when it runs.
--
-- A rule is { name, what it is about, on = { event = function }, finish = function }. `on` is
-- called at an event (bilan.events) with the run's lint and the event's facts; `finish` once at
-- the end, when all designs and estimates are known, also of what only the source shows
-- (lint/values). A finding is given by lint:find(rule, place, what, why, instead); the same one at
-- the same place is kept once.
--
-- A rule speaks only of what it has seen to be wrong in the data at hand: a false alarm costs more
-- than a miss. docs/lint.md has an example of each.
local core = require "bilan.core"
local codebook = require "bilan.codebook"
local escape = require "bilan.output.escape"
local facts_of = require "bilan.lint.facts"
local Survey = require "bilan.survey"

local inside, list_of = Survey.inside, Survey.list_of

-- The entry of the codebook for an item; nil for a derived one.
local function entry_of(survey, name) return inside(survey).book.items_by_id[name] end

local function known(survey, name) return core.data.has(inside(survey).table, name) end

local function kind_of(survey, name) return core.data.kind(inside(survey).table, name) end

local function rows(survey, domain) return core.data.rows(inside(survey).table, domain) end

-- Does a result say how sure it is: an interval, a standard error, a test?
local function says_error(fields)
  if fields.kind == "test" or fields.kind == "difference" then return true end
  for _, row in ipairs(fields.rows or {}) do
    if row.low or row.se or row.statistic then return true end
  end
  return #(fields.tests or {}) > 0
end

local M = {}

-- Adds a rule, in the order in which findings of one line are said.
local function rule(name, about, on, finish)
  M[#M + 1] = { name = name, about = about, on = on or {}, finish = finish }
end

-- ---- filter-then-estimate ---------------------------------------------------------------------

local instead_of = {
  drop_rows = "declare the design on all rows, then survey:where(...)",
  sql = "keep all rows and use survey:where(...); SQL is for looking",
  stack = "stack whole surveys, declare the design, then survey:where(...)",
  lists = "keep the survey and use survey:where(...) and survey:derive{...}",
}

-- Units of the design went with the rows, and an error is estimated without them.
local function estimated_after_cut(lint, facts)
  if not says_error(facts.fields) then return end
  local record = lint.facts:of(facts.survey)
  for _, harm in ipairs(record.harm) do
    local cut = harm.cut
    if not harm.totals or facts.fields.kind == "total" then
      lint:find("filter-then-estimate", cut.place,
        ("%s, and %s of the design go with them before errors are estimated"):format(cut.words,
          harm.words),
        "a variance needs every unit that was drawn, those without such rows too",
        instead_of[cut.verb])
    end
  end
  if not record.designed and #record.cuts > 0 then
    table.insert(record.root.estimates, record)
  end
end

-- Does the design of another record hold the rows of this one, and those that a deletion took
-- out? It went through fewer deletions, and none of its own: the teachers of a file are not in a
-- design of its pupils.
local function holds_rows_of(design, record, cut)
  local own, spec = {}, design.spec or {}
  for _, one in ipairs(record.cuts) do own[one] = one ~= cut end
  for _, one in ipairs(design.cuts) do
    if not own[one] then return false end
  end
  local names = table.move(list_of(spec.strata), 1, #list_of(spec.strata), 1, {})
  table.move(list_of(spec.clusters), 1, #list_of(spec.clusters), #names + 1, names)
  names[#names + 1] = spec.weights
  for _, name in ipairs(names) do
    if name and not core.data.has(cut.before(), name) then return false end
  end
  return #names > 0
end

-- Rows of a survey whose design stands elsewhere are estimated as if they had none.
local function design_elsewhere(lint)
  for _, root in ipairs(lint.facts.roots) do
    for _, record in ipairs(root.estimates) do
      local cut = record.cuts[#record.cuts]
      for _, design in ipairs(root.designs) do
        if cut.place and design.place and holds_rows_of(design, record, cut) then
          lint:find("filter-then-estimate", cut.place,
            ("%s and errors are estimated without the design of line %d"):format(cut.words,
              design.place.line),
            "they then are those of a simple random sample, which this is not",
            instead_of[cut.verb])
        end
      end
    end
  end
end

rule("filter-then-estimate", "Rows are deleted, and errors are then estimated without the units "
  .. "of the design that went with them.", { estimate = estimated_after_cut }, design_elsewhere)

-- ---- mean-of-nominal --------------------------------------------------------------------------

-- Values that files write for "no answer", largest numbers of 1, 2, 3, 4 digits and their like.
local usual_codes = { 8, 9, 88, 97, 98, 99, 888, 997, 998, 999, 8888, 9998, 9999, -1, -2, -7, -8,
  -9, -77, -88, -97, -98, -99, -997, -998, -999, -9999 }
local is_code = {}
for _, code in ipairs(usual_codes) do is_code[code] = true end

local MOST_VALUES <const> = 150

-- The different values of a column of numbers and how often each stands, rising; nil when there
-- are many, or one is no whole number.
local function value_counts(table_, domain, name)
  local column = core.data.item(table_, name)
  if not pcall(core.data.to_codes, column, MOST_VALUES) then return nil end
  local list = {}
  for _, row in ipairs(core.estimate.freq(table_, domain, { item = name, by = {} })) do
    local value = math.tointeger(tonumber(row.level))
    if row.level and not value then return nil end
    if value and row.count > 0 then list[#list + 1] = { value = value, count = row.count } end
  end
  table.sort(list, function(a, b) return a.value < b.value end)
  return list
end

-- Splits values into answers and, at both ends, usual codes for no answer.
local function split_codes(list)
  local answers, codes = {}, {}
  for _, one in ipairs(list) do
    local into = is_code[one.value] and codes or answers
    into[#into + 1] = one
  end
  return answers, codes
end

local MANY <const> = 100 -- answers among which every level of a scale is met

-- Is 8 or 9 no level of the scale that the answers make? They run from 0 or 1 without a gap, and
-- the first of the two stands 3 or more above them; 2 where one more level would have been met.
local function is_off_scale(code, answers, first)
  local low, high = answers[1].value, answers[#answers].value
  if low > 1 or high < 2 or high - low + 1 ~= #answers or code.count < 2 then return false end
  local count = 0
  for _, one in ipairs(answers) do count = count + one.count end
  return first - high >= (count >= MANY and 2 or 3)
end

-- Is a code far enough from the answers that no respondent can have meant it? first: the lowest
-- code that is not negative.
local function stands_apart(code, answers, first)
  local low, high = answers[1].value, answers[#answers].value
  if low < 0 then return false end
  if code.value < 0 then
    local scale = high - low + 1 == #answers and low == 1 and high >= 3
    return scale or code.value <= -7 -- from 0 on, -1 may be a difference
  end
  if code.value < 10 then return is_off_scale(code, answers, first) end
  return code.value > 2 * high and (code.count >= 2 or code.value > 10 * high)
end

-- The codes for "no answer" among the numbers of an item, as text: "8, 9"; nil for none.
local function look_for_codes(survey, name)
  local s = inside(survey)
  local summary = core.data.summary(s.table, s.domain, name)
  if not summary.low then return nil end
  if not is_code[math.tointeger(summary.low)] and not is_code[math.tointeger(summary.high)] then
    return nil
  end
  local list = value_counts(s.table, s.domain, name)
  if not list then return nil end
  local answers, codes = split_codes(list)
  if #answers < 2 then return nil end
  local found, first = {}, nil
  for _, code in ipairs(codes) do
    if code.value >= 0 then first = first or code.value end
    if stands_apart(code, answers, first) then found[#found + 1] = tostring(code.value) end
  end
  return #found > 0 and table.concat(found, ", ") or nil
end

-- The same, looked for once in each survey: scripts ask the same item often.
local looked = setmetatable({}, { __mode = "k" })
local function undeclared_codes(survey, name)
  local known_of = looked[survey] or {}
  looked[survey] = known_of
  if known_of[name] == nil then known_of[name] = look_for_codes(survey, name) or false end
  return known_of[name]
end

-- Do the levels of an item have scores, or only the values 0 and 1, whose mean is a share?
local function is_scored(survey, name)
  for _, level in ipairs(entry_of(survey, name).levels) do
    if level.score then return true end
  end
  local summary = core.data.summary(inside(survey).table, nil, name)
  return summary.low ~= nil and summary.low >= 0 and summary.high <= 1
end

-- What is wrong with a mean of an item: what, why, instead; nil when nothing is.
local function nominal(survey, name, verb)
  local kind, entry = kind_of(survey, name), entry_of(survey, name)
  if kind == "id" then
    return ('%s of "%s", which is an identifier'):format(verb, name),
      "its numbers name respondents and measure nothing",
      'count respondents with freq, or declare kind = "number" if it measures something'
  end
  if kind == "multiple" then
    return ('%s of "%s", which takes several answers'):format(verb, name),
      "its options are no numbers",
      ('survey:freq "%s", or the mean of a count of ticks'):format(name)
  end
  if kind == "single" and entry and verb ~= "rank_test" and not is_scored(survey, name) then
    return ('%s of "%s", a nominal item whose levels have no score'):format(verb, name),
      "the numbers are names of levels: coding them otherwise would change the figure",
      ('survey:freq "%s", or give the levels a score in the codebook'):format(name)
  end
  local codes = kind == "number" and undeclared_codes(survey, name)
  if codes then
    return ('%s of "%s", which has the value%s %s'):format(verb, name, codes:find "," and "s" or "",
      codes),
      "such values look like codes for no answer and would be counted as quantities",
      ('missing = { ["no answer"] = { %s } } in the codebook, or survey:where "%s not in (%s)"')
        :format(codes, name, codes)
  end
end

-- A mean, a total, a quantile or a test of means, before the engine looks at the item: a mean that
-- it refuses is found too.
local function asked_for_numbers(lint, facts)
  for _, name in ipairs(facts.items) do
    if known(facts.survey, name) then
      local what, why, instead = nominal(facts.survey, name, facts.verb)
      if what then
        lint:find("mean-of-nominal", facts_of.place(), what, why, instead)
      end
    end
  end
end

rule("mean-of-nominal", "A mean of what is no quantity: names of levels, identifiers, codes for no "
  .. "answer.", { asked = asked_for_numbers })

-- ---- across-universes -------------------------------------------------------------------------

-- The respondents of a survey's domain who were asked an item: domain, their number, and that of
-- the domain. nil when the item has no universe.
local function asked_of(survey, name)
  local s, entry = inside(survey), entry_of(survey, name)
  if not entry or not entry.universe then return nil end
  local ok, universe = pcall(core.expr.filter, s.table, entry.universe)
  if not ok then return nil end
  local domain = core.data.both(s.domain, universe)
  return { domain = domain, asked = rows(survey, domain), all = rows(survey, s.domain),
    universe = entry.universe }
end

-- How many of a domain each level of an item has; nil for an item with too many.
local function level_counts(survey, domain, name)
  local ok, list = pcall(core.estimate.freq, inside(survey).table, domain,
    { item = name, by = {} })
  if not ok then return nil end
  local counts, order = {}, {}
  for _, row in ipairs(list) do
    if row.level and not row.net then
      counts[row.level] = row.count
      order[#order + 1] = row.level
    end
  end
  return counts, order
end

-- The levels of `by` with respondents, none of whom was asked the item.
local function empty_levels(survey, asked, by)
  local all, order = level_counts(survey, inside(survey).domain, by)
  local within = all and level_counts(survey, asked.domain, by)
  local list = {}
  for _, level in ipairs(within and order or {}) do
    if all[level] > 0 and (within[level] or 0) == 0 then list[#list + 1] = '"' .. level .. '"' end
  end
  return list
end

-- Does a domain speak of exactly the items that the universe speaks of, and of other answers?
local function narrows_unsaid(lint, survey, asked)
  local where = lint.facts:of(survey).where
  if #where == 0 or asked.asked == 0 or asked.asked == asked.all then return false end
  local said = {}
  for _, expr in ipairs(where) do
    for _, name in ipairs(core.expr.items(inside(survey).table, expr)) do said[name] = true end
  end
  for _, name in ipairs(core.expr.items(inside(survey).table, asked.universe)) do
    if not said[name] then return false end
  end
  return true
end

-- One item and the items it is held against.
local function check_universe(lint, survey, name, groups)
  local asked, place = asked_of(survey, name), facts_of.place()
  if not asked or asked.all == 0 or asked.asked == asked.all then return end
  if asked.asked == 0 then
    return lint:find("across-universes", place,
      ('"%s" was asked where %s, which nobody of these respondents is'):format(name,
        asked.universe),
      "the base is empty whatever they think", "a where that the universe of the item allows")
  end
  for _, by in ipairs(groups) do
    local empty = known(survey, by) and empty_levels(survey, asked, by) or {}
    if #empty > 0 then
      lint:find("across-universes", place,
        ('"%s" by "%s": %s cannot have been asked (universe: %s)'):format(name, by,
          table.concat(empty, ", "), asked.universe),
        "those cells are empty by design and compare nothing",
        ('survey:where "%s" first, or another item for the groups'):format(asked.universe))
    end
  end
  if narrows_unsaid(lint, survey, asked) then
    lint:find("across-universes", place,
      ('"%s" has a base of %d of the %d respondents chosen (universe: %s)'):format(name,
        asked.asked, asked.all, asked.universe),
      "the base is not the group that the script names", "the universe of the item in the where")
  end
end

-- Names of items that are given as names or as { name, label }.
local function names_of(list)
  local names = {}
  for i, item in ipairs(list or {}) do
    names[i] = type(item) == "table" and item.name or item
  end
  return names
end

-- Every estimate: its item against its groups; kept for charts and comparisons to come.
local function estimated_in_universe(lint, facts)
  local fields = facts.fields
  if not fields.item then return end
  local name = fields.item.name
  local groups = names_of(fields.by)
  table.move(names_of(fields.banners), 1, #(fields.banners or {}), #groups + 1, groups)
  lint:keep(facts, name)
  if known(facts.survey, name) then check_universe(lint, facts.survey, name, groups) end
end

-- A test of items with one another: each with its own universe.
local function tested_in_universe(lint, facts)
  for _, name in ipairs(facts.items) do
    local others = {}
    for _, other in ipairs(facts.items) do if other ~= name then others[#others + 1] = other end end
    check_universe(lint, facts.survey, name, others)
  end
end

-- The results that a chart was given, in order.
local function results_in(lint, source, list, depth)
  local fact = lint.results[source]
  if fact then
    list[#list + 1] = fact
  elseif type(source) == "table" and depth < 3 and not getmetatable(source) then
    for _, inner in ipairs(source) do results_in(lint, inner, list, depth + 1) end
  end
  return list
end

-- Two items of one survey that different respondents were asked.
local function differently_asked(a, b)
  local same = a.root == b.root and a.where == b.where and a.all == b.all
  if not same or a.name == b.name then return false end
  local one, other = a.universe or "", b.universe or ""
  return one ~= other
end

-- Both parts of a stacked bar, side by side, read as the same respondents.
local function charted(lint, facts)
  if facts.kind ~= "likert" and facts.kind ~= "stacked" then return end
  local list = results_in(lint, facts.source, {}, 0)
  for i = 2, #list do
    if differently_asked(list[1], list[i]) then
      return lint:find("across-universes", facts_of.place(),
        ('one chart has "%s" (asked of %d) and "%s" (asked of %d)'):format(list[1].name,
          list[1].asked, list[i].name, list[i].asked),
        "its bars are read as the same respondents, but different ones were asked",
        "a chart for each universe, or all items in a where that all were asked")
    end
  end
end

-- Differences of shares of items that different respondents were asked, from the source.
local function contrasts(lint)
  for _, seen in lint:sightings "contrast" do
    local a, b = lint:made_at(seen, seen.a), lint:made_at(seen, seen.b)
    if a and b and differently_asked(a, b) then
      lint:find("across-universes", seen.place,
        ('%s - %s compares "%s" (asked of %d) with "%s" (asked of %d)'):format(seen.text[1],
          seen.text[2], a.name, a.asked, b.name, b.asked),
        "the difference is also that of the respondents",
        "both items in a where that all were asked")
    end
  end
end

rule("across-universes", "Figures of respondents who were asked under different conditions are "
  .. "held against one another.", { estimate = estimated_in_universe, test = tested_in_universe,
    chart = charted }, contrasts)

-- ---- overlapping-columns ----------------------------------------------------------------------

-- A query with the column of a cross-table under the name of its item.
local function with_column(query, fact)
  if not query or query.col == nil or #fact.by ~= 1 then return query end
  local copy = {}
  for key, value in pairs(query) do copy[key] = value end
  copy.col, copy[fact.by[1]] = nil, query.col
  return copy
end

-- How two queries of one result differ: "level" or "group"; nil when that is not known.
local function way_apart(a, b, fact)
  if not a or not b then return nil end
  local group, level = false, false
  for _, name in ipairs(fact.by) do group = group or a[name] ~= b[name] or nil end
  for _, name in ipairs { "level", "row", fact.name } do level = level or a[name] ~= b[name] end
  return group and "group" or level and "level" or nil
end

-- The rows that a figure is of: the domain of its survey and the group that its query names.
local function domain_of(fact, query)
  local domain = fact.domain
  for _, name in ipairs(fact.by) do
    local level = query and query[name]
    if level and core.data.kind(fact.table, name) ~= "multiple" then
      local value = type(level) == "number" and core.text.number(level)
        or escape.sql(level)
      domain = core.data.both(domain, core.expr.filter(fact.table,
        ("%s = %s"):format(escape.sql_name(name), value)))
    end
  end
  return domain
end

-- How many respondents two figures share; nil when that cannot be said.
local function shared(a, b, qa, qb)
  if a.root ~= b.root or a.rows ~= b.rows or a.cut or b.cut then return nil end
  qa, qb = with_column(qa, a), with_column(qb, b)
  if a == b then
    local way = way_apart(qa, qb, a)
    if way == "group" then
      for _, name in ipairs(a.by) do
        if core.data.kind(a.table, name) == "multiple" then return a.all, "options of one item" end
      end
    end
    if way ~= "level" then return nil end
    return a.all, "levels of one item"
  end
  if (#a.by > 0 and not qa) or (#b.by > 0 and not qb) then return nil end
  local ok, both = pcall(function()
    return core.data.both(domain_of(a, qa), domain_of(b, qb))
  end)
  if not ok then return nil end
  return core.data.rows(a.table, both), "groups that overlap"
end

-- The figures of a test, one of each origin and query.
local function sides_of(seen)
  local sides, known_side = {}, {}
  for _, figure in ipairs(seen.figures) do
    local value, key = figure.value, figure.value.origin
    local text = figure.node.t == "index" and figure.node.of.v or key
    if not known_side[text] then
      known_side[text] = true
      sides[#sides + 1] = { value = value, text = type(text) == "string" and text or "the one" }
    end
  end
  return sides
end

-- Tests of bilan.stat whose counts come from estimates of one survey.
local function plain_tests(lint)
  for _, seen in lint:sightings "plain_test" do
    local sides = sides_of(seen)
    local a = sides[1] and lint:made_at(seen, sides[1].value)
    local b = sides[2] and lint:made_at(seen, sides[2].value)
    local count, how = nil, nil
    if a and b then count, how = shared(a, b, sides[1].value.query, sides[2].value.query) end
    if count and count > 0 then
      lint:find("overlapping-columns", seen.place,
        ("%s takes %s and %s as independent, but they share %d respondents (%s)"):format(seen.name,
          sides[1].text, sides[2].text, count, how),
        "its error leaves their covariance out",
        "survey:difference, crosstab with letters, or mcnemar for two answers of the same people")
    end
  end
end

rule("overlapping-columns", "A test for independent samples is given figures that share "
  .. "respondents.", {}, plain_tests)

-- ---- percentage-of-a-percentage ---------------------------------------------------------------

local PERCENT <const> = "percentage-of-a-percentage"

local seen_as = {}

-- Of one base a quotient of shares is that of their counts: two levels of one item, or one
-- condition among those of another.
local function of_one_base(a, b, qa, qb)
  if not a or not b then return false end
  if a == b then
    return way_apart(with_column(qa, a), with_column(qb, b), a) == "level"
  end
  return a.root == b.root and a.where == b.where and a.name ~= b.name
    and a.name:find(b.name, 1, true) ~= nil
end

-- share / share, unless both have one base.
function seen_as.quotient(lint, seen)
  local a, b = lint:made_at(seen, seen.a), lint:made_at(seen, seen.b)
  if of_one_base(a, b, seen.a.query, seen.b.query) then return end
  lint:find(PERCENT, seen.place,
    ("%s / %s divides a share by a share"):format(seen.text[1], seen.text[2]),
    "the quotient is a relative risk: a factor, no share of anybody, and without an interval",
    "stat.risk_ratio(a.count, a.n, b.count, b.n) for a factor, a difference for points")
end

-- A share among those of another share is theirs of the whole: the one's base is the other's
-- count.
local function nested(a, b)
  if not a or not b then return true end
  for count in pairs(a.counts) do if b.bases[count] then return true end end
  for count in pairs(b.counts) do if a.bases[count] then return true end end
  return false
end

-- share * share, unless the one is among the other.
function seen_as.product(lint, seen)
  if nested(lint:made_at(seen, seen.a), lint:made_at(seen, seen.b)) then return end
  lint:find(PERCENT, seen.place,
    ("%s * %s multiplies a share by a share"):format(seen.text[1], seen.text[2]),
    "that is the share of both only if the one was asked of those of the other",
    "survey:proportion of both conditions: \"a = 'x' and b = 'y'\"")
end

-- A difference of shares over a share.
function seen_as.relative(lint, seen)
  lint:find(PERCENT, seen.place, "a difference of shares is divided by a share",
    "a change of 10 to 15 percent is 5 points, and 50 % of itself: readers take one for the other",
    "the difference in points (format.points), or stat.risk_ratio for a factor")
end

-- The plain mean of shares.
function seen_as.average(lint, seen)
  lint:find(PERCENT, seen.place, ("a mean of %d shares without their bases"):format(seen.count),
    "groups of different sizes count alike: it is not the share of all",
    "survey:proportion of all groups together, with where if some are left out")
end

-- A share where a count is expected.
function seen_as.as_counts(lint, seen)
  lint:find(PERCENT, seen.place,
    ("%s takes counts, and %s is a share"):format(seen.name, seen.text),
    "a share in place of a count makes a percentage of a percentage",
    (seen.text:gsub("%.value$", "") .. ".count and its base .n"))
end

-- Points that a text calls a percentage.
function seen_as.as_percent(lint, seen)
  lint:find(PERCENT, seen.place,
    ("a difference of shares (%s) is called a percentage"):format(seen.text),
    "from 40 % to 50 % is 10 points, or 25 % more", 'format.points, or the word "points"')
end

-- A survey made of shares.
function seen_as.as_data(lint, seen)
  lint:find(PERCENT, seen.place, "shares become the data of a survey",
    "their mean counts groups of different sizes alike, and their error knows no respondent",
    "an estimate of the respondents themselves, by group")
end

local size_names = { "n", "base", "effectif", "effectifs", "eleves", "élèves", "pupils", "students",
  "respondents", "repondants", "répondants", "population", "size", "taille", "nombre", "inscrits" }

-- Is an item a percentage of something: by its unit, name or label?
local function is_percentage(survey, name)
  local entry = entry_of(survey, name)
  if entry and entry.unit and entry.unit:find "^%%" then return true end
  local words = (name .. " " .. survey:label(name)):lower()
  return words:find "%%" ~= nil or words:find "%f[%w]pct%f[^%w]" ~= nil
    or words:find "percent" ~= nil or words:find "pourcent" ~= nil
end

-- A mean of the percentages of rows that are groups: they say how many each stands for.
local function mean_of_percentages(lint, facts)
  if facts.verb ~= "mean" and facts.verb ~= "median" then return end
  local s = inside(facts.survey)
  if s.design and Survey.facts(s.design).weighted then return end
  local size
  for _, name in ipairs(size_names) do
    if not size and core.data.has(s.table, name) then size = name end
  end
  for _, name in ipairs(size and facts.items or {}) do
    if known(facts.survey, name) and is_percentage(facts.survey, name) then
      lint:find(PERCENT, facts_of.place(),
        ('%s of the percentages "%s", with each row counted once'):format(facts.verb, name),
        ('rows stand for groups of different sizes ("%s")'):format(size),
        ('survey:design{ weights = "%s" }, or the ratio of the two counts'):format(size))
    end
  end
end

-- What the source shows, by kind.
local function percentages(lint)
  for kind, act in require("bilan.ordered").pairs(seen_as) do
    for _, seen in lint:sightings(kind) do act(lint, seen) end
  end
end

rule(PERCENT, "A share is used as if it were a count, or a difference of shares is called a "
  .. "percentage.", { asked = mean_of_percentages }, percentages)

-- ---- incomparable-trend -----------------------------------------------------------------------

local incomparable = { ["universe changed"] = true, ["levels changed"] = true,
  ["kind changed"] = true }

-- Years that a verb of bilan.waves was asked to hold together. The engine breaks such a line and
-- refuses such a change; who asked for it should know before the report is read.
local function held_over_years(lint, facts)
  for _, pair in ipairs(facts.grades or {}) do
    if incomparable[pair.grade] then
      lint:find("incomparable-trend", facts_of.place(),
        ('%s of "%s" from %s to %s: %s'):format(facts.verb, facts.item, pair.from, pair.to,
          pair.grade), facts.verb == "trend" and "a trend is broken there, for the two years ask "
          .. "different things or people" or "there is no figure: the two years ask different "
          .. "things or people",
        "a map in the codebook's `was` if the answers can be matched, a where that both years "
          .. "asked, or each year alone")
    end
  end
end

local year_names = { "year", "annee", "année", "annee_scolaire", "wave", "vague", "millesime" }
local is_year = {}
for _, name in ipairs(year_names) do is_year[name] = true end

-- What two codebooks say differently of an item: "kind changed" and so on; nil when nothing, or
-- when one does not know it.
local function changed_between(a, b, name)
  local x, y = a.items_by_id[name], b.items_by_id[name]
  if not x or not y or x == y then return nil end
  if x.kind ~= y.kind then return "kind changed" end
  if x.universe ~= y.universe then return "universe changed" end
  local first, second = codebook.named_levels(x), codebook.named_levels(y)
  if not first or not second then return nil end
  table.sort(first)
  table.sort(second)
  return table.concat(first, "\0") ~= table.concat(second, "\0") and "levels changed" or nil
end

-- Years put below one another by hand.
local function estimated_over_years(lint, facts)
  local record, fields = lint.facts:of(facts.survey), facts.fields
  if not record.stacked or not fields.item then return end
  local over
  for _, list in ipairs { fields.by or {}, fields.banners or {} } do
    for _, name in ipairs(names_of(list)) do over = over or is_year[name:lower()] and name end
  end
  for i = 2, over and #record.stacked or 0 do
    local grade = changed_between(record.stacked[1], record.stacked[i], fields.item.name)
    if grade then
      lint:find("incomparable-trend", facts_of.place(),
        ('"%s" by "%s" of stacked surveys whose codebooks differ: %s'):format(fields.item.name,
          over, grade), "the figures of the years are of different questions or people",
        "bilan.waves, with the map of the item in the later codebook")
    end
  end
end

rule("incomparable-trend", "Years are held together whose item, levels or universe changed.",
  { trend = held_over_years, estimate = estimated_over_years })

-- ---- unknown-item -----------------------------------------------------------------------------

local MOST_NAMES <const> = 5

-- A few names, and how many more there are.
local function list_words(names)
  local shown = table.move(names, 1, math.min(#names, MOST_NAMES), 1, {})
  local more = #names > MOST_NAMES and (" and %d more"):format(#names - MOST_NAMES) or ""
  return table.concat(shown, ", ") .. more
end

-- A text without what people write in different ways: case of ASCII, blanks, punctuation.
local function folded(text) return (text:lower():gsub("[%s%p]+", "")) end

-- Answers of an open item that are one of its levels, written otherwise.
local function nearly_levels(survey, item)
  local place, list = {}, {}
  for _, label in ipairs(item.levels.order) do place[folded(label)] = label end
  for _, level in ipairs(survey:item(item.id).levels) do
    local near = not item.levels.by_label[level] and place[folded(level)]
    if near then list[#list + 1] = ('"%s" (a level is "%s")'):format(level, near) end
  end
  return list
end

local engine_items = { synthetic = true, synthetique = true, ["synthétique"] = true }

-- A file with a codebook: its notes name the columns that the codebook lacks.
local function was_read(lint, facts)
  if not facts.codebook then return end
  local s, place, unknown = inside(facts.survey), facts_of.place(), {}
  for _, note in ipairs(s.notes) do
    local name = note:match '^column "(.*)" is not in the codebook$'
    if name and not engine_items[name] then unknown[#unknown + 1] = '"' .. name .. '"' end
  end
  if #unknown > 0 then
    lint:find("unknown-item", place,
      ("%s: no codebook knows %s"):format(facts.path, list_words(unknown)),
      "nobody can say what was asked, of whom, and what is a missing answer",
      "an entry in the codebook for each column, or a file without it")
  end
  for _, id in ipairs(s.book.order) do
    local item = s.book.items_by_id[id]
    if item.open and #item.levels > 0 and known(facts.survey, id) then
      local list = nearly_levels(facts.survey, item)
      if #list > 0 then
        lint:find("unknown-item", place, ('"%s" has the answer %s'):format(id, list_words(list)),
          "the same answer stands in two levels", "codes = { ... } of that level in the codebook")
      end
    end
  end
end

rule("unknown-item", "A column, or an answer, that the codebook does not know.",
  { read = was_read })

-- ---- unweighted-estimate ----------------------------------------------------------------------

local weight_names = { "weight", "weights", "poids", "ponderation", "pondération",
  "sampling_weight", "survey_weight", "poids_final", "poids_sondage" }

-- The item of a survey that holds sampling weights, as its name says; the codebook may say that
-- it is something else: it has a unit.
local function weights_of(survey)
  for _, name in ipairs(weight_names) do
    if known(survey, name) and kind_of(survey, name) == "number" then
      local entry = entry_of(survey, name)
      local summary = core.data.summary(inside(survey).table, nil, name)
      if not (entry and entry.unit) and summary.low and summary.low > 0 then return name end
    end
  end
end

-- Items beside which a weight is that of a body.
local body_names = { "height", "taille", "bmi", "imc" }

-- Is there an item that only bodies have?
local function of_bodies(survey)
  for _, name in ipairs(body_names) do if known(survey, name) then return true end end
  return false
end

-- The first estimate with an error of a survey without a design, where weights are at hand.
local function estimated_unweighted(lint, facts)
  local record = lint.facts:of(facts.survey)
  local item, root = facts.fields.item and facts.fields.item.name, record.root
  if item and not root.used then root.used = {} end
  if item then root.used[item] = true end
  if record.designed or root.weights_sought or not says_error(facts.fields) then return end
  root.weights_sought = true
  local name = not of_bodies(facts.survey) and weights_of(facts.survey)
  if name then root.unweighted = { item = name, place = facts_of.place() } end
end

-- At the end it is known whether any design was declared, and whether the weights are an item that
-- is estimated itself.
local function unweighted(lint)
  for _, root in ipairs(lint.facts.roots) do
    local one = root.unweighted
    if one and not root.weighted and not (root.used and root.used[one.item]) then
      lint:find("unweighted-estimate", one.place,
        ('the data have "%s", and no design in the script uses it'):format(one.item),
        "respondents who stand for many count as those who stand for few",
        ('survey:design{ weights = "%s" }'):format(one.item))
    end
  end
end

rule("unweighted-estimate", "Data with weights are estimated without them.",
  { estimate = estimated_unweighted }, unweighted)

-- ---- duplicate-title --------------------------------------------------------------------------

-- An indicator: titles are compared as they stand.
local function defined(lint, facts)
  local place, earlier = facts_of.place(), lint.titles[facts.title]
  lint.titles[facts.title] = earlier or place
  if earlier and place then
    lint:find("duplicate-title", place,
      ('the indicator "%s" has the title of the one at line %d'):format(facts.id, earlier.line),
      "two figures under one title cannot be told apart", "a title that says what differs")
  end
end

rule("duplicate-title", "Two indicators have the same title.", { indicator = defined })

return M
