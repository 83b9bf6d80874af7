--- The verbs of a survey that adjust its weights, and those that show them.
--
-- Each adjustment is the core's; what is left to do here is to read margins and options, and to
-- keep the receipt: what was asked, what was reached and what it cost. See design.lua for where a
-- design is kept. Loaded when one of these verbs is first called (survey.lua).
local core = require "bilan.core"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local ordered = require "bilan.ordered"
local Result = require "bilan.result"
local Survey = require "bilan.survey"
require "bilan.design" -- Survey.with_design and its like

local inside = Survey.inside
local with_design, design_of = Survey.with_design, Survey.design_of

local M = {}

-- The declaration with one receipt more.
local function with_receipt(declared, receipt)
  local copy = {}
  for key, value in pairs(declared) do copy[key] = value end
  copy.receipts = table.move(declared.receipts, 1, #declared.receipts, 1, {})
  copy.receipts[#copy.receipts + 1] = receipt
  return copy
end

-- ---- adjusting --------------------------------------------------------------------------------

local SHARES_TOLERANCE <const> = 0.005

-- Totals of the levels of an item: labels in the item's order, and their totals.
local function level_totals(self, verb, name, totals)
  local codes = core.data.to_codes(core.data.item(inside(self).table, name), 10000)
  local given, labels, numbers, known = {}, {}, {}, {}
  for label, total in ordered.pairs(totals) do
    local text = math.type(label) and core.text.number(label) or label
    if type(text) ~= "string" or type(total) ~= "number" then
      fault.raise('%s: "%s": totals are given as { level = number }', verb, name)
    end
    given[text] = total
  end
  for _, level in ipairs(core.data.levels(codes)) do
    if not level.missing then known[#known + 1] = level.label end
    if given[level.label] then
      labels[#labels + 1], numbers[#numbers + 1] = level.label, given[level.label]
      given[level.label] = nil
    end
  end
  local unknown = ordered.keys(given)[1]
  if unknown then fault.unknown(('level of "%s"'):format(name), unknown, known) end
  return labels, numbers
end

local function rounded(x) return core.text.number(math.floor(x * 10000 + 0.5) / 10000) end

-- Shares that sum to 1 as totals; shares nobody asked for are pointed out.
local function scaled(verb, name, numbers, opts, sum)
  local all = 0
  for _, number in ipairs(numbers) do all = all + number end
  if not opts.shares then
    if #numbers > 1 and math.abs(all - 1) < SHARES_TOLERANCE and sum > 2 then
      fault.raise('%s: the totals of "%s" sum to %s: are they shares? Then say shares = true', verb,
        name, rounded(all))
    end
    return numbers
  end
  if math.abs(all - 1) > SHARES_TOLERANCE then
    fault.raise('%s: the shares of "%s" sum to %s instead of 1%s', verb, name, rounded(all),
      math.abs(all - 100) <= 1 and ": are they percentages? Divide them by 100" or "")
  end
  local totals = {}
  for i, number in ipairs(numbers) do totals[i] = number / all * sum end
  return totals
end

-- The margin of one item, of levels or of a number; "(Intercept)" is that of all rows.
local function margin_of(self, verb, name, totals, opts, sum)
  if name == "(Intercept)" then return { total = totals } end
  fault.expect(name, "string", verb .. ": the name of an item")
  core.data.check(inside(self).table, name)
  if type(totals) == "number" then
    if verb ~= "calibrate" then
      fault.raise('%s: "%s": totals are given as { level = number }', verb, name)
    end
    return { item = name, total = totals }
  end
  fault.expect(totals, "table", ('%s: the totals of "%s"'):format(verb, name))
  local labels, numbers = level_totals(self, verb, name, totals)
  return { item = name, levels = labels, totals = scaled(verb, name, numbers, opts, sum) }
end

-- Margins { item = totals, ... } or in an order of one's own { { item, totals }, ... }.
local function margins_of(self, verb, given, opts, sum)
  fault.expect(given, "table", verb .. ": { item = { level = total } }")
  local margins = {}
  for i, pair in ipairs(given) do
    fault.expect(pair, "table", verb .. ": { item, totals }")
    margins[i] = margin_of(self, verb, pair[1], pair[2], opts, sum)
  end
  for name, totals in ordered.pairs(given) do
    if not math.type(name) then
      margins[#margins + 1] = margin_of(self, verb, name, totals, opts, sum)
    end
  end
  if #margins == 0 then fault.raise("%s: no totals are given: { item = { level = total } }", verb) end
  return margins
end

local function check_numbers(opts, names, verb)
  for _, name in ipairs(names) do
    if opts[name] ~= nil and type(opts[name]) ~= "number" then
      fault.raise("%s: %s: a number is expected, got a %s", verb, name, type(opts[name]))
    end
  end
end

-- One adjustment of the weights: margins and options to the core, the receipt kept.
local function adjust(self, verb, given, opts, spec)
  local design, declared = design_of(self)
  local sum = opts.shares and (opts.total or core.design.weight_facts(design).sum)
    or core.design.weight_facts(design).sum
  check_numbers(opts, { "epsilon", "iterations", "maxit", "total" }, verb)
  spec.margins = margins_of(self, verb, given, opts, sum)
  spec.epsilon, spec.iterations = opts.epsilon, opts.iterations or opts.maxit
  local made, receipt = core.design[verb](design, inside(self).table, spec)
  receipt.verb, receipt.items, receipt.distance = verb, {}, spec.distance
  for i, margin in ipairs(spec.margins) do receipt.items[i] = margin.item or "(Intercept)" end
  return with_design(self, made, with_receipt(declared, receipt))
end

local common = { "epsilon", "iterations", "maxit", "shares", "total" }

--- Weights that meet the totals of several items at once, in turn until all hold (raking):
-- rake{ genre = { fille = 52000, ... }, niveau = { ... } }. opts: epsilon (relative tolerance),
-- iterations, shares = true (shares that sum to 1 instead of totals; total: of what).
function M:rake(margins, opts)
  opts = fault.options(opts, common, "rake")
  return adjust(self, "rake", margins, opts, {})
end

--- Weights whose sum at each level of one item is known: poststratify("genre", { fille = 52000,
-- ... }). opts: shares, total.
function M:poststratify(item, totals, opts)
  opts = fault.options(opts, { "shares", "total", "epsilon" }, "poststratify")
  fault.expect(item, "string", "poststratify: the name of an item")
  return adjust(self, "poststratify", { { item, totals } }, opts, {})
end

--- Weights as near to those before as can be that meet the totals of levels and of numbers:
-- calibrate{ genre = { ... }, age = 1400000 }; "(Intercept)" is the number of all. opts: distance
-- (linear, raking, logit), bounds = { low, high } of weight after / before, epsilon, iterations.
function M:calibrate(totals, opts)
  local known = table.move(common, 1, #common, 3, { "distance", "bounds" })
  opts = fault.options(opts, known, "calibrate")
  local bounds = opts.bounds or {}
  fault.expect(bounds, "table", "calibrate: bounds: { low, high }")
  return adjust(self, "calibrate", totals, opts, { distance = opts.distance,
    low = bounds.low or bounds[1], high = bounds.high or bounds[2] })
end

--- Cuts weights to low .. high, or to low_ratio .. high_ratio times their mean, and spreads what
-- was cut over the others; strict = false: once only.
function M:trim(opts)
  opts = fault.options(opts, { "low", "high", "low_ratio", "high_ratio", "strict" }, "trim")
  check_numbers(opts, { "low", "high", "low_ratio", "high_ratio" }, "trim")
  local design, declared = design_of(self)
  local mean = core.design.weight_facts(design).mean
  local low, high = opts.low or opts.low_ratio and opts.low_ratio * mean,
    opts.high or opts.high_ratio and opts.high_ratio * mean
  if not low and not high then
    fault.raise("trim: give low or high (weights), or low_ratio or high_ratio (times their mean)")
  end
  local made, receipt = core.design.trim(design, { low = low, high = high, strict = opts.strict })
  receipt.verb, receipt.low, receipt.high, receipt.items = "trim", low, high, {}
  return with_design(self, made, with_receipt(declared, receipt))
end

-- ---- looking ----------------------------------------------------------------------------------

--- What the weights of the domain are like: one row with n, sum, min, max, mean, cv, effective_n
-- (Kish's), deff and the receipts of all adjustments.
function M:weight_report(opts)
  opts = fault.options(opts, { "lang", "title" }, "weight_report")
  local s, design, declared = inside(self), design_of(self)
  local facts = core.design.weight_facts(design, s.domain)
  local lang = opts.lang or s.book.lang
  local row = { n = facts.n, zero = facts.zero, sum = facts.sum, min = facts.least,
    max = facts.most, mean = facts.mean, cv = facts.cv, effective_n = facts.effective_n,
    deff = facts.deff, value = facts.mean, missing = 0, receipts = declared.receipts }
  if facts.n == 0 then -- of nobody there is no smallest, no mean and no spread
    row = { n = 0, zero = facts.zero, sum = 0, missing = 0, receipts = declared.receipts,
      note = "the base is 0" }
  end
  return Result.new { kind = "weights", unit = "number", rows = { row }, lang = lang,
    synthetic = s.synthetic, title = opts.title or format.say(lang, "weights_title"),
    title_word = opts.title == nil and "weights_title" or nil,
    design_notes = Survey.design_notes(self, lang), receipts = declared.receipts }
end

--- The final weights as an item of the survey, to be written or looked at: add_weights "poids".
function M:add_weights(name)
  fault.expect(name, "string", "add_weights: a name for the item")
  local s, design = inside(self), design_of(self)
  if core.data.has(s.table, name) then
    fault.raise('add_weights: there is an item "%s" already: choose another name', name)
  end
  return Survey.changed(self, { table = core.data.with(s.table, name, "number",
    core.design.weight(design)) })
end

return M
