--- The verbs of a survey that estimate: each asks the core and gives a result.
--
-- A verb checks its options, hands table, domain and names to core.estimate, and wraps the answer
-- that comes back as a result. The labels of the codebook and the notes on the method are added when
-- somebody looks; of a big survey the figures themselves, too (bilan.plan).
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local events = require "bilan.events"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local lang_words = require "bilan.output.lang"
local named_methods = require "bilan.methods"
local ordered = require "bilan.ordered"
local plan = require "bilan.plan"
local Result = require "bilan.result"
local Survey = require "bilan.survey"

local methods = Survey.methods
local inside, list_of = Survey.inside, Survey.list_of

-- ---- shared parts -----------------------------------------------------------------------------

local function named(self, name, lang)
  return { name = name, label = self:label(name, lang) }
end

-- The options every estimate takes; `by` those with groups only.
local common = { "conf", "df", "lang", "title", "by" }

-- What is passed on to the core, with the design and the rule for degrees of freedom.
local function sampled(self, opts, passed)
  passed.design, passed.df = inside(self).design, opts.df
  return passed
end

local none <const> = {}

-- The items of `by`, a list of our own: names that exist, each once.
local function check_groups(self, by, what)
  if by == nil then return none end
  local list = {}
  for i, name in ipairs(list_of(by)) do
    if type(name) ~= "string" then fault.expect(name, "string", what .. ": by: an item's name") end
    core.data.check(inside(self).table, name)
    for earlier = 1, i - 1 do
      if list[earlier] == name then fault.raise('%s: by: "%s" stands twice', what, name) end
    end
    list[i] = name
  end
  return list
end

local known_options = {} -- verb -> { list = names, set = { [name] = true } }

-- The names of a verb's options: its own and the common ones; `groups` is false without `by`.
local function known_of(own, what, groups)
  local known = known_options[what]
  if not known then
    local list = table.move(common, 1, groups == false and #common - 1 or #common, 1, {})
    known = { list = table.move(own, 1, #own, #list + 1, list), set = {} }
    for _, name in ipairs(list) do known.set[name] = true end
    known_options[what] = known
  end
  return known
end

-- A copy of the options of a verb, checked; `groups` is false for one that has no `by`. groups, a
-- field of the copy, is the list of items of `by`.
local function check(self, opts, own, what, groups)
  local known, copy = known_of(own, what, groups), {}
  if opts ~= nil and type(opts) ~= "table" then fault.options(opts, known.list, what) end
  for key, value in pairs(opts or copy) do
    if not known.set[key] then fault.options(opts, known.list, what) end
    copy[key] = value
  end
  copy.groups = check_groups(self, copy.by, what)
  core.host.progress(what, false, true)
  local conf = copy.conf
  if conf ~= nil and not (type(conf) == "number" and conf > 0 and conf < 1) then
    fault.raise("%s: conf is a number between 0 and 1, such as 0.95", what)
  end
  return copy
end

-- An item by its name, or an expression: the table (with the expression as an item called
-- after itself) and the item's name; predicate is true for the latter.
local function item_or_predicate(self, item, what)
  local s = inside(self)
  fault.expect(item, "string", what .. ": an item or a predicate")
  if core.data.has(s.table, item) then return s.table, item, false end
  if not item:find("[^%w_]") or item:find("^[%w_%-]+$") or not item:find("[=<>'(%s]") then
    core.data.check(s.table, item)
  end
  return core.expr.derive(s.table, item, item), item, true
end

-- A column in whose file nobody answered: it says nothing of being numbers or text.
local function is_blank(column)
  if core.data.type(column) ~= "codes" then return false end
  for _, level in ipairs(core.data.levels(column)) do
    if not level.missing then return false end
  end
  return true
end

-- The table with such items as numbers, by a level that nobody has: a verb that takes numbers
-- then gives words instead of refusing text.
local function blank_as_numbers(table_, ...)
  for _, name in ipairs { ... } do
    local column = core.data.has(table_, name) and core.data.item(table_, name)
    if column and is_blank(column) then
      local levels, map = core.data.levels(column), {}
      for i in ipairs(levels) do map[i] = i end
      levels[#levels + 1] = { label = "0", value = 0 }
      table_ = core.data.with(table_, name, "number", core.data.relevel(column, levels, map))
    end
  end
  return table_
end

-- The same, with a predicate as 1, 0 or no answer: true is what is not 0.
local function item_or_truth(self, item, what)
  local table_, name, predicate = item_or_predicate(self, item, what)
  if predicate then
    local truth = ("CASE WHEN (%s) THEN 1 WHEN NOT (%s) THEN 0 END"):format(item, item)
    table_ = core.expr.derive(inside(self).table, item, truth)
  end
  return table_, name, predicate
end

-- The words of the codebook for the levels of an item, in a language; nil when it has none.
local function level_words(self, name, lang)
  local item = inside(self).book.items_by_id[name]
  local words, any = {}, false
  for _, level in ipairs(item and item.levels or {}) do
    words[level.label] = level.names[lang]
    any = any or words[level.label] ~= nil
  end
  return any and words or nil
end

-- How many respondents of the domain have no answer to one of these items, and so stand in no
-- group: { items = "their labels", count = 3 }, or nil when all have.
local function no_group(self, names, lang)
  local s, tests, labels = inside(self), {}, {}
  for i, name in ipairs(names) do
    tests[i] = ("missing(%s) IS NOT NULL"):format(escape.sql_name(name))
    labels[i] = self:label(name, lang)
  end
  if #names == 0 then return nil end
  local known, key = s.outside, table.concat(tests, " OR ")
  if not (known and known.table == s.table and known.domain == s.domain) then
    known = { table = s.table, domain = s.domain, counts = {} }
    s.outside = known
  end
  local count = known.counts[key]
  if not count then
    count = core.data.rows(s.table, core.data.both(s.domain, core.expr.filter(s.table, key)))
    known.counts[key] = count
  end
  return count > 0 and { items = table.concat(labels, ", "), count = count } or nil
end

-- The words of the kinds of missing, where they stand among the levels (missing = "include").
local function add_missing_words(words, lang)
  words = words or {}
  for _, kind in ipairs(lang_words.missing_kinds) do
    words[kind[1]] = words[kind[1]] or format.say(lang, kind[2])
  end
  return words
end

-- Says which sample the design effects of the rows compare with, where there are any.
local function add_deff_note(fields, deff)
  for _, row in ipairs(deff and fields.rows or {}) do
    if row.deff then
      local with_replacement = deff == "wr" or deff == "replace"
      fields.notes = fields.notes or {}
      fields.notes[#fields.notes + 1] = { with_replacement and "method_deff_wr" or "method_deff_wor" }
      return
    end
  end
end

-- Adds the fields that the specs of all results share.
local function complete(self, opts, fields)
  local s, by, words = inside(self), {}, {}
  for i, name in ipairs(opts.groups) do by[i] = named(self, name, opts.lang) end
  for _, list in ipairs { by, fields.banners or {}, { fields.item } } do
    for _, item in ipairs(list) do words[item.name] = level_words(self, item.name, fields.lang) end
  end
  if opts.missing == "include" then
    words[fields.item.name] = add_missing_words(words[fields.item.name], fields.lang)
  end
  add_deff_note(fields, opts.deff)
  fields.level_labels, fields.by = words, by
  fields.no_group = fields.no_group or { no_group(self, opts.groups, fields.lang) }
  fields.synthetic = s.synthetic
  Survey.add_design(self, fields, fields.lang, opts.df)
  fields.title = opts.title or fields.title
end

-- A result of this kind. rows: its records (Result.source), or a function that gives them;
-- describe(fields): adds what the verb has to say of fields.rows, when somebody looks.
local function result_of(self, kind, opts, rows, describe)
  local lang = opts.lang or inside(self).book.lang
  lang_words.check(lang)
  local made = Result.later(rows, function(records)
    local fields = { kind = kind, lang = lang, rows = records }
    describe(fields)
    complete(self, opts, fields)
    fields.rows = nil
    return fields
  end)
  if events.on and core.data.rows(inside(self).table) <= events.most_rows then
    events.tell("estimate", { survey = self, result = made, fields = Result.glance(made) })
  end
  return made
end

-- The record of an item that nobody answered: who is missing stays counted.
local function nobody(self, table_, name)
  local row = core.estimate.total(table_, inside(self).domain,
    { item = name, by = none, design = inside(self).design })[1]
  return { { n = 0, count = 0, missing = row and row.missing or 0,
    missing_kinds = row and row.missing_kinds, note = "the base is 0" } }
end

-- The records of an answer. Without groups there is one in any case.
local function records_of(self, table_, passed, answer, finish)
  local empty = passed.by == none and #answer == 0
  return Result.source(empty and nobody(self, table_, passed.item) or answer, finish)
end

-- Of a verb of the core its records, or a function that gives them, where they are promised. finish:
-- what is to be done to each.
local function ask(self, verb, table_, passed, finish)
  local s = inside(self)
  local later = plan.wanted(s)
  passed.design = s.design
  local answer = core.estimate[verb](table_, s.domain, passed, later)
  if not later then return records_of(self, table_, passed, answer, finish) end
  local promise = plan.promise(s, answer, table_ == s.table and passed or nil)
  return function()
    plan.look(promise)
    return records_of(self, table_, passed, answer, finish)
  end
end

-- Says that a figure of numbers is asked of items, before they are looked at.
local function tell_asked(self, verb, ...)
  if events.on then events.tell("asked", { survey = self, verb = verb, items = { ... } }) end
end

local function by_title(self, title, opts)
  local names = {}
  for i, name in ipairs(opts.groups) do names[i] = self:label(name, opts.lang) end
  if #names == 0 then return title end
  return title .. " × " .. table.concat(names, ", ")
end

-- ---- shares -----------------------------------------------------------------------------------

-- Names of intervals that are other names' second ones.
local method_aliases = { kg_r = "beta", kg_nchs = "korn_graubard" }

-- The interval to ask the core for, by the versions of methods in effect; nil is its own default.
local function interval_of(self, opts)
  local designed = inside(self).design ~= nil
  if not opts.ci and opts.percent == "none" then return nil end
  local ci = named_methods.interval(opts.ci, designed)
  if not opts.ci and ci == (designed and "logit" or "wilson") then return nil end
  return ci
end

-- What a share's table says of its method: the interval that was passed on, and the base of several
-- answers.
local function share_notes(self, item, opts, rows, ci)
  local notes, s = {}, inside(self)
  for _, row in ipairs(rows) do
    if row.low then -- a share of ticks has no interval
      local method = ci or s.design and "logit" or "wilson"
      if opts.percent == "none" and s.design then method = "t" end -- limits of totals
      notes[1] = { "method_interval", { method = method_aliases[method] or method,
        conf = row.conf } }
      break
    end
  end
  if core.data.has(s.table, item) and core.data.kind(s.table, item) == "multiple" then
    notes[#notes + 1] = { "method_base_" .. (opts.base or self:item(item).base or "asked") }
  end
  return notes
end

-- The base that the codebook names for an item with several answers; nil for others.
local function base_of(self, item, predicate)
  if predicate then return nil end
  local entry = inside(self).book.items_by_id[item]
  return entry and entry.kind == "multiple" and entry.base or nil
end

-- The nets asked for: a table { name = { levels } }, or true for those of the codebook.
local function nets_of(self, item, nets)
  if nets ~= true then return nets end
  local own = {}
  for _, net in ipairs(self:item(item).nets) do own[net[1]] = { table.unpack(net, 2) } end
  return own
end

local function without_level(record) record.level = nil end

--- Shares of the levels of an item, or of a predicate ("age >= 15").
-- opts: level (only this one), by, conf, nets, base (of an item with several answers), missing =
-- "include" (kinds of missing as levels of the base), deff (true, "wr"), df.
-- ci: wilson (usual), wald, logit, likelihood, arcsine, clopper_pearson, jeffreys, mid_p, blaker,
-- agresti_coull, wilson_cc; by a design logit (usual), xlogit, wald, wilson, likelihood, arcsine,
-- beta (R's), korn_graubard (NCHS). At 0 % and 100 % a design gives Korn and Graubard's limit.
function methods:proportion(item, opts)
  opts = check(self, opts, { "level", "ci", "missing", "base", "nets", "deff" }, "proportion")
  local table_, name, predicate = item_or_truth(self, item, "proportion")
  local ci = interval_of(self, opts)
  local rows = ask(self, "proportion", table_, { item = name, by = opts.groups, df = opts.df,
    level = predicate and "1" or opts.level, ci = ci, conf = opts.conf, missing = opts.missing,
    base = opts.base or base_of(self, name, predicate), deff = opts.deff,
    nets = nets_of(self, name, opts.nets) }, predicate and without_level or nil)
  return result_of(self, "proportion", opts, rows, function(fields)
    fields.unit = "share"
    fields.item = predicate and { name = item, label = item } or named(self, name, opts.lang)
    fields.title = by_title(self, fields.item.label, opts)
    fields.notes = share_notes(self, name, opts, fields.rows, ci)
  end)
end

--- Counts and shares of all levels, with what is missing.
-- opts: by, base, nets, sort (level, descending, ascending), missing, ci, conf, deff, df.
function methods:freq(item, opts)
  opts = check(self, opts, { "base", "nets", "sort", "missing", "ci", "deff" }, "freq")
  local s = inside(self)
  fault.expect(item, "string", "freq: an item")
  core.data.check(s.table, item)
  local ci = interval_of(self, opts)
  local rows = ask(self, "freq", s.table, { item = item, by = opts.groups, df = opts.df,
    deff = opts.deff, base = opts.base or base_of(self, item), conf = opts.conf, ci = ci,
    sort = opts.sort, missing = opts.missing, nets = nets_of(self, item, opts.nets) })
  return result_of(self, "freq", opts, rows, function(fields)
    fields.unit, fields.item = "share", named(self, item, opts.lang)
    fields.title = by_title(self, fields.item.label, opts)
    fields.notes = share_notes(self, item, opts, fields.rows, ci)
  end)
end

local crosstab_options = { "percent", "test", "letters", "margins", "sort", "nets", "base", "ci",
  "missing", "alpha", "adjust", "smallest", "deff" }

--- A cross-table of `row` by `col` (an item, or a list of items: several banners).
-- opts: percent = col, row, total, none; test, letters (with alpha, adjust), margins (false:
-- no total column), sort, nets, base, ci, conf, deff, df. Items with several answers may stand
-- across too: their options are columns that share respondents.
function methods:crosstab(row, col, opts)
  opts = check(self, opts, crosstab_options, "crosstab", false)
  local s, columns = inside(self), table.move(list_of(col), 1, #list_of(col), 1, {})
  fault.expect(row, "string", "crosstab: the item of the rows")
  core.data.check(s.table, row)
  if #columns == 0 then fault.raise("crosstab: name the item of the columns, or several") end
  for _, name in ipairs(columns) do core.data.check(s.table, name) end
  local ci = interval_of(self, opts)
  local rows = ask(self, "crosstab", s.table, { row = row, columns = columns, deff = opts.deff,
    df = opts.df, percent = opts.percent, test = opts.test and true or false,
    letters = opts.letters, total = opts.margins, sort = opts.sort,
    nets = nets_of(self, row, opts.nets), base = opts.base or base_of(self, row), ci = ci,
    conf = opts.conf, missing = opts.missing, alpha = opts.alpha, adjust = opts.adjust,
    smallest = opts.smallest })
  return result_of(self, "crosstab", opts, rows, function(fields)
    local made, titles = fields.rows.answer, {}
    for _, part in ipairs { "levels", "banners", "bases", "tests", "percent" } do
      fields[part] = made[part]
    end
    fields.no_group = {}
    for i, banner in ipairs(fields.banners) do
      banner.label = self:label(banner.name, opts.lang)
      titles[i] = banner.label
      fields.no_group[#fields.no_group + 1] = no_group(self, { banner.name }, opts.lang)
    end
    fields.unit, fields.item = "share", named(self, row, opts.lang)
    fields.letter_level, fields.letter_adjust = opts.alpha, opts.adjust
    fields.letters_asked, fields.smallest = opts.letters, opts.smallest
    fields.notes = share_notes(self, row, opts, fields.rows, ci)
    fields.title = ("%s × %s"):format(fields.item.label, table.concat(titles, ", "))
  end)
end

-- ---- numbers ----------------------------------------------------------------------------------

-- Says of a quantile that both limits are the same answer where many gave it: a width of 0 is no
-- certainty.
local function say_same_limits(row)
  if row.low and row.low == row.high and not row.note then
    row.note = "both limits are the same answer: many gave it"
  end
end

-- A total of answers of which none is there is not 0, it is not known.
local function unknown_total(row)
  if row.n == 0 and (row.missing or 0) > 0 then
    row.value, row.se, row.low, row.high = nil, nil, nil, nil
  end
end

local finish_of = { quantile = say_same_limits, total = unknown_total }

-- A verb on one numeric item.
local function numeric(kind, call, own)
  return function(self, item, opts)
    opts = check(self, opts, own, call)
    local table_, name, expression = item_or_predicate(self, item, call)
    tell_asked(self, opts.p == 0.5 and "median" or call, item)
    if type(opts.p) == "table" and #opts.p == 0 then fault.raise("%s: p is an empty list", call) end
    local passed = { item = name, by = opts.groups, conf = opts.conf, df = opts.df }
    for _, option in ipairs(own) do passed[option] = opts[option] end
    if call == "quantile" then
      passed.ties = opts.ties or named_methods.setting("quantile", "ties")
    end
    table_ = blank_as_numbers(table_, name)
    local rows = ask(self, call, table_, passed, finish_of[kind])
    return result_of(self, kind, opts, rows, function(fields)
      fields.unit = "number"
      fields.item = expression and { name = item, label = item } or named(self, name, opts.lang)
      fields.notes = kind == "quantile" and { { "method_quantile", { rule = opts.rule or "math" } } }
        or nil
      fields.title = by_title(self, fields.item.label, opts)
    end)
  end
end

methods.mean = numeric("mean", "mean", { "deff" })
methods.total = numeric("total", "total", { "deff" })
methods.quantile = numeric("quantile", "quantile", { "p", "rule", "ties" })

--- The median: quantile with p = 0.5.
function methods:median(item, opts)
  local passed = { p = 0.5 }
  for k, v in pairs(fault.options(opts, { "by", "conf", "df", "rule", "ties", "lang", "title" }, "median")) do
    passed[k] = v
  end
  return self:quantile(item, passed)
end

--- sum(numerator) / sum(denominator).
function methods:ratio(numerator, denominator, opts)
  opts = check(self, opts, { "deff" }, "ratio")
  core.data.check(inside(self).table, numerator)
  core.data.check(inside(self).table, denominator)
  tell_asked(self, "ratio", numerator, denominator)
  local title = ("%s / %s"):format(self:label(numerator, opts.lang), self:label(denominator, opts.lang))
  local table_ = blank_as_numbers(inside(self).table, numerator, denominator)
  local rows = core.estimate.ratio(table_, inside(self).domain, sampled(self, opts, {
    numerator = numerator, denominator = denominator, by = opts.groups, conf = opts.conf,
    deff = opts.deff }))
  return result_of(self, "ratio", opts, Result.source(rows), function(fields)
    fields.unit, fields.title = "number", title
    fields.item = { name = numerator, label = title }
  end)
end

-- One number for each level of an item, in their order, from { level = number, ... } or such a
-- list; a level that is not named has 0. The second result is the levels.
local function coefficient_list(self, by, given, what)
  fault.expect(given, "table", what .. ": coefficients: { level = number, ... }")
  local codes = core.data.to_codes(core.data.item(inside(self).table, by), 10000)
  local labels, place, list, any = {}, {}, {}, false
  for _, level in ipairs(core.data.levels(codes)) do
    if not level.missing then
      labels[#labels + 1] = level.label
      place[level.label], list[#labels] = #labels, 0
    end
  end
  for key, number in ordered.pairs(given) do
    local label = type(key) == "number" and core.text.number(key) or key
    local at = place[label] or #given == #labels and math.type(key) == "integer" and key
    if not at and #given > 0 then
      fault.raise('%s: coefficients: %d numbers for the %d levels of "%s": %s', what, #given, #labels,
        by, table.concat(labels, ", "))
    end
    if not at then fault.unknown(('level of "%s"'):format(by), tostring(label), labels) end
    list[at] = fault.expect(number, "number", ('%s: the coefficient of "%s"'):format(what, label))
    any = any or number ~= 0
  end
  if not any then fault.raise("%s: coefficients: at least one is not 0", what) end
  return list, labels
end

-- The record of a contrast of means, or of shares of opts.level or a predicate.
local function contrast_rows(self, item, opts, coefficients, what)
  local table_, name, predicate = item_or_truth(self, item, what)
  if not opts.level then table_ = blank_as_numbers(table_, name) end
  return core.estimate.contrast(table_, inside(self).domain, sampled(self, opts, { item = name,
    by = opts.by, coefficients = coefficients, level = opts.level, conf = opts.conf,
    base = opts.level and base_of(self, name, predicate) }))
end

-- Share of a level (or predicate) in group `to` minus that in group `from`, as independent
-- samples.
local function share_difference(self, item, opts)
  local shares = self:proportion(item, { level = opts.level, by = opts.by })
  local function side(group)
    local row = #shares > 0 and shares:get { [opts.by] = group, level = opts.level }
    if not row then fault.raise('difference: "%s" is no level of "%s"', group, opts.by) end
    return row
  end
  local from, to = side(opts.from), side(opts.to)
  local row = { n = from.n + to.n, missing = from.missing + to.missing,
    conf = opts.conf or 0.95 }
  if from.n == 0 or to.n == 0 then
    row.note = "one of the groups compared has no respondent"
  else
    local ci = core.stat.difference_ci(to.count, to.n, from.count, from.n,
      { method = opts.ci, conf = opts.conf })
    row.value, row.low, row.high = to.value - from.value, ci.low, ci.high
  end
  return { row }, { { "method_interval", { method = opts.ci or "newcombe", conf = row.conf } } }
end

-- The same by the design: their covariance is in the variance.
local function designed_difference(self, item, opts)
  if opts.ci then
    fault.raise("difference: with a design the interval is Student's t: leave ci out")
  end
  if opts.from == opts.to then
    fault.raise('difference: from and to are the same level of "%s"', opts.by)
  end
  local coefficients = coefficient_list(self, opts.by, { [opts.from] = -1, [opts.to] = 1 },
    "difference")
  return contrast_rows(self, item, opts, coefficients, "difference")
end

-- The record of a difference, its unit and what to say of the method.
local function difference_rows(self, item, opts)
  local table_, name, predicate = item_or_predicate(self, item, "difference")
  if predicate or opts.level then
    if inside(self).design then return designed_difference(self, item, opts), "share" end
    local rows, notes = share_difference(self, item, opts)
    return rows, "share", notes
  end
  if opts.ci then fault.raise("difference: ci is for shares: name a level, or leave it out") end
  tell_asked(self, "difference", item)
  table_ = blank_as_numbers(table_, name)
  return core.estimate.difference(table_, inside(self).domain, sampled(self, opts, { item = name,
    by = opts.by, from = opts.from, to = opts.to, conf = opts.conf })), "number"
end

-- The result of a difference or contrast; `formula` says in words what was taken from what.
local function contrast_result(self, item, opts, fields, formula)
  local lang = opts.lang or inside(self).book.lang
  local known = core.data.has(inside(self).table, item)
  local label = known and self:label(item, opts.lang) or item
  fields.title = format.typography(("%s: %s"):format(label, formula), { lang = lang })
  fields.no_group = { no_group(self, { opts.by }, lang) }
  fields.item = { name = item, label = label }
  if known and events.on then
    events.tell("test", { survey = self, verb = "difference", items = { item, opts.by } })
  end
  opts.groups = none
  local rows = Result.source(fields.rows)
  return result_of(self, "difference", opts, rows, function(made)
    fields.rows = rows
    for key, value in pairs(fields) do made[key] = value end
  end)
end

--- Group `to` minus group `from` of the item `by`: of means, or of the shares of a level or
-- predicate. opts: by, from, to, level, conf; for shares without a design ci = newcombe (default),
-- miettinen_nurminen, agresti_caffo, wald; with one the interval is Student's t.
function methods:difference(item, opts)
  opts = check(self, opts, { "from", "to", "level", "ci" }, "difference")
  if type(opts.by) ~= "string" or opts.from == nil or opts.to == nil then
    fault.raise('difference: name the groups: { by = "genre", from = "garçon", to = "fille" }')
  end
  local rows, unit, notes = difference_rows(self, item, opts)
  local words = level_words(self, opts.by, opts.lang or inside(self).book.lang) or {}
  return contrast_result(self, item, opts, { rows = rows, unit = unit, notes = notes },
    ("%s − %s"):format(words[opts.to] or opts.to, words[opts.from] or opts.from))
end

-- "girl − 0.5 boy": the terms whose coefficient is not 0.
local function formula_of(list, labels, words)
  local text = ""
  for i, number in ipairs(list) do
    if number ~= 0 then
      local size = math.abs(number) == 1 and "" or core.text.number(math.abs(number)) .. " "
      local sign = number < 0 and "− " or text ~= "" and "+ " or ""
      text = ("%s %s%s%s"):format(text, sign, size, words[labels[i]] or labels[i])
    end
  end
  return text:sub(2)
end

--- A combination of the means of groups, or of their shares of a level or predicate:
-- contrast("screen", { by = "gender", coefficients = { girl = 1, boy = -1 } }). A list of
-- coefficients has a number for each level of `by`. opts: by, coefficients, level, conf, df.
function methods:contrast(item, opts)
  opts = check(self, opts, { "coefficients", "level" }, "contrast")
  if type(opts.by) ~= "string" or opts.coefficients == nil then
    fault.raise("contrast: name the groups: { by = \"genre\", coefficients = { fille = 1, "
      .. "[\"garçon\"] = -1 } }")
  end
  local _, _, predicate = item_or_predicate(self, item, "contrast")
  local list, labels = coefficient_list(self, opts.by, opts.coefficients, "contrast")
  local rows = contrast_rows(self, item, opts, list, "contrast")
  local words = level_words(self, opts.by, opts.lang or inside(self).book.lang) or {}
  local shares = predicate or opts.level ~= nil
  return contrast_result(self, item, opts, { rows = rows, unit = shares and "share" or "number" },
    formula_of(list, labels, words))
end

-- ---- tests ------------------------------------------------------------------------------------

-- Are the levels of this item in an order that somebody gave?
local function has_order(self, name)
  local entry = inside(self).book.items_by_id[name]
  return entry ~= nil and entry.levels ~= nil and #entry.levels > 0
end

local takes_numbers = { t_test = true, rank_test = true }

-- Says which items a test holds against one another.
local function tell_test(self, verb, passed)
  if not events.on then return end
  local items = { passed.item or passed.row, passed.col or passed.by and passed.by[1] }
  if takes_numbers[verb] then tell_asked(self, verb, passed.item) end
  events.tell("test", { survey = self, verb = verb, items = items })
end

-- A verb that gives one test; `fill` puts its own arguments among the options passed on.
local function test(name, own, fill, groups)
  methods[name] = function(self, first, ...)
    local passed, opts, items = fill(self, first, ...)
    opts = check(self, opts, own, name, groups)
    for _, option in ipairs(own) do passed[option] = opts[option] end
    passed.conf = opts.conf
    if name == "rank_test" and inside(self).design then
      passed.ties = opts.ties or named_methods.setting(name, "ties")
    end
    for i, item in ipairs(items) do items[i] = self:label(item, opts.lang) end
    local title = table.concat(items, " × ")
    passed.by = opts.by and opts.groups or nil
    if passed.by and groups ~= false and name ~= "trend" then
      passed.sorted = not has_order(self, passed.by[1])
    end
    local outside = { no_group(self, opts.groups, opts.lang) }
    tell_test(self, name, passed)
    local table_ = inside(self).table
    if takes_numbers[name] then table_ = blank_as_numbers(table_, passed.item, passed.after) end
    local rows = core.estimate[name](table_, inside(self).domain, sampled(self, opts, passed))
    if name == "t_test" then rows[1].estimate = rows[1].value end
    opts.groups = none
    return result_of(self, "test", opts, Result.source(rows), function(fields)
      fields.unit, fields.title, fields.no_group = "test", title, outside
    end)
  end
end

local function two_items(keys)
  return function(self, a, b, opts)
    core.data.check(inside(self).table, a)
    core.data.check(inside(self).table, b)
    return { [keys[1]] = a, [keys[2]] = b }, opts, { a, b }
  end
end

-- The labels that an item's answers have.
local function labels_of(self, name)
  local labels = {}
  local codes = core.data.to_codes(core.data.item(inside(self).table, name), 10000)
  for _, level in ipairs(core.data.levels(codes)) do
    if not level.missing then labels[#labels + 1] = level.label end
  end
  return labels
end

-- Two answers to the same question: items of two levels or more each that share one. Where a
-- level is named it is held against all others, whatever they are.
local function two_answers(self, a, b, opts)
  local passed, _, items = two_items { "before", "after" }(self, a, b, opts)
  if type(opts) == "table" and opts.level ~= nil then return passed, opts, items end
  local known, first, second = {}, labels_of(self, a), labels_of(self, b)
  for _, label in ipairs(first) do known[label] = true end
  local shared = #first < 2 or #second < 2 -- all may have changed alike
  for _, label in ipairs(second) do shared = shared or known[label] end
  if not shared then
    fault.raise('mcnemar: "%s" and "%s" have no answer in common ("%s", "%s"): expected the same '
      .. "question twice", a, b, first[1], second[1])
  end
  return passed, opts, items
end

local function one_item(self, item, opts)
  core.data.check(inside(self).table, item)
  return { item = item }, opts, { item }
end

--- Are two items independent? opts.statistic: without a design pearson (default),
-- likelihood_ratio, fisher; with one F (default), Chisq, Wald, adjWald, lincom, saddlepoint.
test("independence", { "statistic", "correct" }, two_items { "row", "col" }, false)
--- Means of two groups (by, from, to), of an item and a second answer (after), or against mu.
test("t_test", { "after", "from", "to", "mu", "pooled" }, one_item)
--- Ranks of two groups or more; with a design opts.test: wilcoxon (default), vanderWaerden,
-- median, KruskalWallis, and opts.ties: file (default) or shared.
test("rank_test", { "after", "from", "to", "test", "ties" }, one_item)
--- Paired answers of the same respondents, exact for few changes.
test("mcnemar", { "level", "kind" }, two_answers, false)
--- Does the share of `level` rise or fall along the levels of `by`?
test("trend", { "level" }, one_item)
--- The common odds ratio of two yes/no items over strata.
test("mantel_haenszel", { "strata", "row_level", "col_level", "correct" },
  two_items { "row", "col" }, false)

--- Does an item have the shares that are known of the population? opts.shares: { level = share };
-- opts.order: second (default), first, F (of a declared design).
function methods:goodness_of_fit(item, opts)
  opts = check(self, opts, { "shares", "order" }, "goodness_of_fit", false)
  core.data.check(inside(self).table, item)
  if type(opts.shares) ~= "table" or next(opts.shares) == nil then
    fault.raise("goodness_of_fit: name the known shares: { shares = { fille = 0.51, ... } }")
  end
  local levels, shares = {}, {}
  for level, share in ordered.pairs(opts.shares) do
    levels[#levels + 1], shares[#shares + 1] = level, share
  end
  local rows = core.estimate.goodness_of_fit(inside(self).table, inside(self).domain,
    sampled(self, opts, { item = item, levels = levels, shares = shares, order = opts.order,
      conf = opts.conf }))
  return result_of(self, "test", opts, Result.source(rows), function(fields)
    fields.unit, fields.title = "test", self:label(item, opts.lang)
  end)
end

return methods
