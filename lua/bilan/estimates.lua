--- The verbs of a survey that estimate: each asks the core and gives a result.
--
-- A verb checks its options, hands table, domain and names to core.estimate, and wraps the rows
-- that come back, with the labels of the codebook and a note on the method, as a result.
local core = require "bilan.core"
local fault = require "bilan.fault"
local Result = require "bilan.result"
local Survey = require "bilan.survey"

local methods = Survey.methods
local inside = Survey.inside

-- ---- shared parts -----------------------------------------------------------------------------------

local function list_of(value)
  if value == nil then return {} end
  return type(value) == "table" and value or { value }
end

local function named(self, name, lang)
  return { name = name, label = self:label(name, lang) }
end

-- The options every estimate takes.
local common = { "by", "conf", "lang", "title" }

local function check(self, opts, own, what)
  local known = table.move(own, 1, #own, #common + 1, { table.unpack(common) })
  opts = fault.options(opts, known, what)
  for _, name in ipairs(list_of(opts.by)) do core.data.check(inside(self).table, name) end
  if opts.conf ~= nil and not (type(opts.conf) == "number" and opts.conf > 0 and opts.conf < 1) then
    fault.raise("%s: conf is a number between 0 and 1, such as 0.95", what)
  end
  return opts
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

-- The spec that all results share.
local function spec(self, kind, opts, fields)
  local s, by = inside(self), {}
  for i, name in ipairs(list_of(opts.by)) do by[i] = named(self, name, opts.lang) end
  fields.kind, fields.by = kind, by
  fields.synthetic = s.synthetic
  fields.lang = opts.lang or s.book.lang
  fields.title = opts.title or fields.title
  return Result.new(fields)
end

local function by_title(self, title, opts)
  local names = {}
  for i, name in ipairs(list_of(opts.by)) do names[i] = self:label(name, opts.lang) end
  if #names == 0 then return title end
  return title .. " × " .. table.concat(names, ", ")
end

-- ---- shares ------------------------------------------------------------------------------------------

local interval_words = { wilson = "Wilson" }

local function interval_note(ci, rows)
  local conf = rows[1] and rows[1].conf
  return { "method_interval", { method = interval_words[ci] or ci, conf = conf or 0.95 } }
end

--- Shares of the levels of an item, or of a predicate ("age >= 15").
-- opts: level (only this one), by, ci (wilson, clopper_pearson, ...), conf, missing ("include"
-- makes the kinds of missing levels).
function methods:proportion(item, opts)
  opts = check(self, opts, { "level", "ci", "missing", "deff", "base" }, "proportion")
  local table_, name, predicate = item_or_predicate(self, item, "proportion")
  local rows = core.estimate.proportion(table_, inside(self).domain, { item = name,
    by = list_of(opts.by), level = predicate and "1" or opts.level, ci = opts.ci,
    conf = opts.conf, missing = opts.missing, base = opts.base })
  if predicate then for _, row in ipairs(rows) do row.level = nil end end
  local label = predicate and { name = item, label = item } or named(self, name, opts.lang)
  return spec(self, "proportion", opts, { rows = rows, unit = "share", item = label,
    title = by_title(self, label.label, opts), notes = { interval_note(opts.ci or "wilson", rows) } })
end

--- Counts and shares of all levels, with what is missing.
function methods:freq(item, opts)
  opts = check(self, opts, { "base", "nets", "sort", "missing", "ci" }, "freq")
  core.data.check(inside(self).table, item)
  local rows = core.estimate.freq(inside(self).table, inside(self).domain, { item = item,
    by = list_of(opts.by), base = opts.base or self:item(item).base, conf = opts.conf,
    ci = opts.ci, missing = opts.missing })
  return spec(self, "freq", opts, { rows = rows, unit = "share", item = named(self, item, opts.lang),
    title = by_title(self, self:label(item, opts.lang), opts) })
end

-- ---- numbers -----------------------------------------------------------------------------------------

-- A verb on one numeric item.
local function numeric(kind, call, own)
  return function(self, item, opts)
    opts = check(self, opts, own, call)
    local table_, name = item_or_predicate(self, item, call)
    local passed = { item = name, by = list_of(opts.by), conf = opts.conf }
    for _, option in ipairs(own) do passed[option] = opts[option] end
    passed.deff = nil
    local rows = core.estimate[call](table_, inside(self).domain, passed)
    return spec(self, kind, opts, { rows = rows, unit = "number", item = named(self, name, opts.lang),
      title = by_title(self, self:label(name, opts.lang), opts) })
  end
end

methods.mean = numeric("mean", "mean", { "deff" })
methods.total = numeric("total", "total", { "deff" })
methods.quantile = numeric("quantile", "quantile", { "p", "rule" })

--- The median: quantile with p = 0.5.
function methods:median(item, opts)
  local passed = { p = 0.5 }
  for k, v in pairs(fault.options(opts, { "by", "conf", "rule", "lang", "title" }, "median")) do
    passed[k] = v
  end
  return self:quantile(item, passed)
end

--- sum(numerator) / sum(denominator).
function methods:ratio(numerator, denominator, opts)
  opts = check(self, opts, { "deff" }, "ratio")
  core.data.check(inside(self).table, numerator)
  core.data.check(inside(self).table, denominator)
  local rows = core.estimate.ratio(inside(self).table, inside(self).domain, {
    numerator = numerator, denominator = denominator, by = list_of(opts.by), conf = opts.conf })
  return spec(self, "ratio", opts, { rows = rows, unit = "number",
    item = { name = numerator, label = ("%s / %s"):format(self:label(numerator), self:label(denominator)) },
    title = ("%s / %s"):format(self:label(numerator), self:label(denominator)) })
end

--- Mean in level `to` minus mean in level `from` of the item `by`.
function methods:difference(item, opts)
  opts = check(self, opts, { "from", "to" }, "difference")
  if type(opts.by) ~= "string" or opts.from == nil or opts.to == nil then
    fault.raise('difference: name the groups: { by = "genre", from = "garçon", to = "fille" }')
  end
  local table_, name = item_or_predicate(self, item, "difference")
  local rows = core.estimate.difference(table_, inside(self).domain, { item = name, by = opts.by,
    from = opts.from, to = opts.to, conf = opts.conf })
  local title = ("%s: %s − %s"):format(self:label(name), opts.to, opts.from)
  opts.by = nil
  return spec(self, "difference", opts, { rows = rows, unit = "number",
    item = named(self, name, opts.lang), title = title })
end

return methods
