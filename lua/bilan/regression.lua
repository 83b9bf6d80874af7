--- The verbs that fit regressions: glm and ordinal.
--
-- A formula (formula.lua) names what is explained and what explains it. Its atoms are items, or
-- SQL expressions that become items called after themselves; factor(x) takes the levels of a
-- number, I(x + y) keeps arithmetic together. The core fits and tests (core.estimate.glm); what is
-- left to do here is to read names and to say in words what has no figure.
local core = require "bilan.core"
local fault = require "bilan.fault"
local formula = require "bilan.formula"
local Result = require "bilan.result"
local Survey = require "bilan.survey"

local inside = Survey.inside

local M = {}

-- ---- atoms ------------------------------------------------------------------------------------

-- An item's name without its quotes.
local function unquoted(text)
  return text:match('^"([^"]*)"$') or text:match("^`([^`]*)`$") or text
end

-- Are the levels of this item in an order that somebody gave?
local function has_order(self, name)
  local entry = inside(self).book.items_by_id[name]
  return entry ~= nil and entry.levels ~= nil and #entry.levels > 0
end

-- An expression as an item of the draft's table called `name`.
local function derive(draft, name, expression)
  draft.table = core.expr.derive(draft.table, name, expression)
  return name
end

-- Item or expression -> name of an item of the draft's table.
local function item_of(draft, text)
  local name = unquoted(text)
  if core.data.has(draft.table, name) then return name end
  if not text:find("[^%w_]") or not text:find("[%s=<>'(/|%%]") then
    core.data.check(draft.table, name) -- raises, with the nearest name
  end
  return derive(draft, text, text)
end

-- The text within "name( ... )" when that is the whole atom.
local function argument_of(text, name)
  local inner = text:match("^" .. name .. "%s*(%b())$")
  return inner and inner:sub(2, -2):match "^%s*(.-)%s*$"
end

-- What the core is told of an atom.
local function atom_of(draft, text)
  local kept, levels = argument_of(text, "I"), argument_of(text, "factor")
  local item
  if kept then item = derive(draft, text, kept)
  else item = item_of(draft, levels or text) end
  local reference = draft.reference[text] or draft.reference[item]
  draft.used[text], draft.used[item] = true, true
  if reference ~= nil and type(reference) ~= "string" then reference = core.text.number(reference) end
  return { item = item, name = (levels or kept) and text or item, factor = levels ~= nil,
    sorted = not has_order(draft.survey, item), reference = reference }
end

-- The names of a term's atoms, joined.
local function term_name(atoms, term)
  local names = {}
  for i, place in ipairs(term) do names[i] = atoms[place].name end
  return table.concat(names, ":")
end

-- opts.reference = { item = level }: every item must be one of the formula's.
local function check_reference(draft, verb)
  local known = {}
  for name in pairs(draft.reference) do known[#known + 1] = name end
  table.sort(known)
  for _, name in ipairs(known) do
    if not draft.used[name] then
      fault.raise('%s: reference: "%s" is no item of the formula', verb, name)
    end
  end
end

-- The right side for the core: atoms, terms, intercept.
local function right_side(draft, parsed, passed)
  passed.atoms, passed.terms, passed.intercept = {}, {}, parsed.intercept
  for i, text in ipairs(parsed.atoms) do passed.atoms[i] = atom_of(draft, text) end
  for i, term in ipairs(parsed.terms) do
    passed.terms[i] = { name = term_name(passed.atoms, term), table.unpack(term) }
  end
end

-- ---- the left side ----------------------------------------------------------------------------

local yes_no = { binomial = true, quasibinomial = true }

-- An expression as numbers: what is true is 1, what is false 0.
local function response_of(draft, text, family)
  local name = unquoted(text)
  if not core.data.has(draft.table, name) then return item_of(draft, argument_of(text, "I") or text) end
  if yes_no[family] and core.data.kind(draft.table, name) ~= "number" then
    fault.raise('glm: a %s model explains a yes or no: write "%s = \'...\' ~ ..."', family, name)
  end
  return name
end

-- ---- results ----------------------------------------------------------------------------------

local notes_of = {
  aliased = "depends on the terms before it: no coefficient of its own",
  degrees = "as many coefficients as independent units: no degrees of freedom left",
  variance = "no variance: the coefficient has no standard error",
}

-- Says in words why a record lacks a figure.
local function explain(record)
  if record.aliased then record.note = notes_of.aliased
  elseif not record.se then record.note = notes_of.variance
  elseif not record.low then record.note = notes_of.degrees end
end

-- Odds ratios and ratios of means: exponentials of the coefficient and its limits. The standard
-- error is that of the logarithm and goes.
local function exponentiate(record)
  if record.threshold then return end
  for _, key in ipairs { "value", "low", "high" } do
    record[key] = record[key] and math.exp(record[key])
  end
  record.se = nil
end

-- Tests as a result keeps them: by term, in words where there is no figure.
local function tests_of(made)
  local tests, variance = {}, false
  for _, record in ipairs(made.rows) do variance = variance or record.statistic ~= nil end
  for _, test in ipairs(made.tests) do
    if test.df > 0 then
      test.banner, test.name = test.term, "Wald"
      if not variance then test.note = notes_of.variance
      elseif not test.statistic then test.note = "fewer independent units than coefficients: no test"
      elseif not test.p_value then test.note = notes_of.degrees end
      tests[#tests + 1] = test
    end
  end
  return tests
end

-- The result of what the core made; `own` are the notes of the verb.
local function result_of(self, made, opts, own)
  local s = inside(self)
  for _, record in ipairs(made.rows) do
    if made.n > 0 then explain(record) end
    if opts.exponentiate then exponentiate(record) end
  end
  local notes = { own, { "method_regression_df" } }
  if opts.exponentiate then notes[#notes + 1] = { "method_exponentiated" } end
  if made.lost > 0 then notes[#notes + 1] = { "method_regression_lost", { count = made.lost } } end
  local fields = { kind = "glm", unit = "number", rows = made.rows, tests = tests_of(made),
    notes = notes, synthetic = s.synthetic, lang = opts.lang or s.book.lang,
    title = opts.title or opts.formula, item = { name = "term", label = opts.formula },
    model = { n = made.n, missing = made.missing, ddf = made.ddf, deviance = made.deviance,
      dispersion = made.dispersion, iterations = made.iterations, lost = made.lost,
      family = opts.family, link = opts.link, formula = opts.formula,
      exponentiated = opts.exponentiate or false } }
  Survey.add_design(self, fields, fields.lang)
  return Result.new(fields)
end

local NOBODY <const> = "no row has an answer to all items of the model"

-- What the core fits; a model that nobody answered yet has one row, with words.
local function fitted(fit, table_, domain, passed)
  local ok, made = pcall(fit, table_, domain, passed)
  if ok then return made end
  if type(made) ~= "string" or not made:find(NOBODY, 1, true) then error(made, 0) end
  local missing = core.data.rows(table_, domain)
  return { n = 0, missing = missing, lost = 0, tests = {},
    rows = { { term = "(Intercept)", n = 0, missing = missing, note = NOBODY } } }
end

-- ---- the verbs --------------------------------------------------------------------------------

local shared = { "conf", "df", "exponentiate", "reference", "lang", "title" }

-- A copy of the options, checked, with the formula among them.
local function check(text, opts, own, verb)
  fault.expect(text, "string", verb .. ": a formula")
  local known = table.move(own, 1, #own, #shared + 1, { table.unpack(shared) })
  local out = { formula = text }
  for key, value in pairs(fault.options(opts, known, verb)) do out[key] = value end
  if out.exponentiate ~= nil then fault.expect(out.exponentiate, "boolean", verb .. ": exponentiate") end
  if out.reference ~= nil then fault.expect(out.reference, "table", verb .. ": reference") end
  if out.conf ~= nil and not (type(out.conf) == "number" and out.conf > 0 and out.conf < 1) then
    fault.raise("%s: conf is a number between 0 and 1, such as 0.95", verb)
  end
  core.host.progress(core.where() .. verb)
  return out
end

-- What is being built: the table with the atoms that are expressions.
local function new_draft(self, opts)
  return { survey = self, table = inside(self).table, reference = opts.reference or {}, used = {} }
end

local families = { "gaussian", "binomial", "quasibinomial", "poisson", "quasipoisson" }
local own_link = { gaussian = "identity", binomial = "logit", quasibinomial = "logit",
  poisson = "log", quasipoisson = "log" }

--- A generalised linear model: glm("api00 ~ ell + stype", { family = "gaussian" }).
-- opts: family (gaussian), link, offset (an item or expression), reference = { item = level },
-- exponentiate (odds ratios, ratios), epsilon (1e-8: where to stop), conf, df, lang, title.
function M:glm(text, opts)
  opts = check(text, opts, { "family", "link", "offset", "epsilon" }, "glm")
  opts.family = fault.choice(opts.family, families, "gaussian", "glm: family")
  opts.link = opts.link or own_link[opts.family]
  local s, draft, parsed = inside(self), new_draft(self, opts), formula.parse(text)
  local passed = { family = opts.family, link = opts.link, conf = opts.conf, df = opts.df,
    epsilon = opts.epsilon, design = s.design, response = response_of(draft, parsed.left, opts.family) }
  right_side(draft, parsed, passed)
  if opts.offset ~= nil then
    fault.expect(opts.offset, "string", "glm: offset")
    passed.offset = item_of(draft, opts.offset)
  end
  check_reference(draft, "glm")
  local made = fitted(core.estimate.glm, draft.table, s.domain, passed)
  return result_of(self, made, opts, { "method_glm", { family = opts.family, link = opts.link } })
end

--- Proportional odds: ordinal("interet ~ genre + age"), the answer having three levels or more.
-- opts: reference, exponentiate, conf, df, lang, title.
function M:ordinal(text, opts)
  opts = check(text, opts, {}, "ordinal")
  opts.link = "logit"
  local s, draft, parsed = inside(self), new_draft(self, opts), formula.parse(text)
  if not parsed.intercept then
    fault.raise("ordinal: the thresholds stand for the intercept: leave out \"- 1\"")
  end
  local name = item_of(draft, argument_of(parsed.left, "factor") or parsed.left)
  local passed = { response = name, sorted = not has_order(self, name), conf = opts.conf,
    df = opts.df, design = s.design }
  right_side(draft, parsed, passed)
  passed.intercept = nil
  check_reference(draft, "ordinal")
  local made = fitted(core.estimate.ordinal, draft.table, s.domain, passed)
  return result_of(self, made, opts, { "method_ordinal" })
end

return M
