--- Traces: what a result was computed from, kept with it.
--
-- A trace has the nodes of the items a result used (see lineage), the chain of the survey, the call
-- as text, the method with its version. Until somebody looks at it, it is but a copy of what the
-- verb was given; scripts cannot see it. A record of the run has it as a receipt
-- (record/receipt.lua).
local lineage = require "bilan.record.lineage"
local methods = require "bilan.methods"
local Result = require "bilan.result"
local Survey = require "bilan.survey"
require "bilan.estimates" -- the verbs that are traced

local M = {}

local inside = Survey.inside

-- ---- which method ------------------------------------------------------------------------------

local function has_interval(rows)
  for _, row in ipairs(rows) do if row.low then return true end end
  return false
end

-- The interval of shares; a share of ticks has none, which is known when they are made.
local function share_method(survey, opts)
  local designed = inside(survey).design ~= nil
  if opts.percent == "none" and designed then return "t", 1, has_interval end
  local _, name, version = methods.interval(opts.ci, designed)
  return name, version, has_interval
end

local function quantile_method(_, opts)
  return "quantile", methods.version_of("quantile", "ties", opts.ties)
end

-- verb -> f(survey, opts, result) -> method, version, and what must hold of the rows if it is not
-- to be "share"; the verb's own name where there is none. By the versions in effect at the call.
local method_of = { proportion = share_method, freq = share_method, crosstab = share_method,
  quantile = quantile_method, median = quantile_method }

function method_of.rank_test(survey, opts)
  if not inside(survey).design then return "rank_sum", 1 end
  return "rank_test", methods.version_of("rank_test", "ties", opts.ties)
end

function method_of.difference(survey, opts, result)
  if result.unit ~= "share" or inside(survey).design then return "difference", 1 end
  return opts.ci or "newcombe", 1
end

function method_of.weight_report() return "weights", 1 end

-- ---- tracing verbs -----------------------------------------------------------------------------

local estimates = { "proportion", "freq", "crosstab", "mean", "total", "quantile", "median",
  "ratio", "difference", "contrast", "independence", "t_test", "rank_test", "mcnemar", "trend",
  "mantel_haenszel", "goodness_of_fit", "glm", "ordinal", "weight_report" }

-- Options whose values name items.
local item_options = { "by", "after", "strata", "offset" }

local DEEPEST <const> = 8 -- beyond what the text of a call shows

-- A copy of an argument as it is at the call.
local function snapshot(value, depth)
  if type(value) ~= "table" or depth > DEEPEST or getmetatable(value) ~= nil then return value end
  local copy = {}
  for key, inner in next, value do copy[key] = snapshot(inner, depth + 1) end
  return copy
end

-- The nodes that the arguments of an estimate name.
local function used_by(survey, arguments, opts)
  local nodes = {}
  local function add(given)
    local more = lineage.nodes(survey, given)
    table.move(more, 1, #more, #nodes + 1, nodes)
  end
  for at = 1, arguments.n do
    local argument = arguments[at]
    if type(argument) == "string" then add(argument)
    elseif type(argument) == "table" and #argument > 0 then add(argument) end
  end
  for _, name in ipairs(item_options) do if opts[name] ~= nil then add(opts[name]) end end
  return nodes
end

-- The last argument that is no list.
local function options_of(arguments)
  for at = arguments.n, 1, -1 do
    local argument = arguments[at]
    if type(argument) == "table" and #argument == 0 then return argument end
  end
  return {}
end

local collecting -- the traces of the verbs that a verb of several surveys calls; nil outside one

-- Fills a trace from its call.
local function make(trace, rows)
  local survey, arguments, holds = trace.survey, trace.arguments, trace.holds
  trace.nodes = used_by(survey, arguments, trace.opts)
  trace.chain = lineage.chain(survey)
  trace.computed = lineage.call(trace.verb, table.unpack(arguments, 1, arguments.n))
  if holds and not holds(rows) then trace.method, trace.version = "share", 1 end
  trace.make, trace.survey, trace.arguments, trace.opts, trace.holds = nil, nil, nil, nil, nil
end

-- The trace of a call, filled at the first look.
local function trace_of(survey, name, result, ...)
  local arguments = table.pack(...)
  for at = 1, arguments.n do arguments[at] = snapshot(arguments[at], 1) end
  local opts, method, version, holds = options_of(arguments), name, 1, nil
  if method_of[name] then method, version, holds = method_of[name](survey, opts, result) end
  return { method = method, version = version, verb = name, survey = survey, opts = opts,
    arguments = arguments, holds = holds, make = make }
end

local function traced(name, verb)
  return function(self, ...)
    local result = verb(self, ...)
    Result.keep_trace(result, trace_of(self, name, result, ...))
    if collecting then collecting[#collecting + 1] = Result.trace(result) end
    return result
  end
end

for _, name in ipairs(estimates) do
  local verb = Survey.methods[name]
  if verb then Survey.methods[name] = traced(name, verb) end
end

-- Verbs over years whose method is their own; any other's is that of the verbs it calls.
local own_method = { change = "change", compare = "change", turnover = "turnover" }

--- A verb whose result is made from those of others (a trend over years): it gets a trace of all
-- of them. methods.trend = trace.gather("trend", methods.trend)
function M.gather(name, verb)
  return function(self, ...)
    local outer, mine = collecting, {}
    local back <close> = -- luacheck: ignore
      setmetatable({}, { __close = function() collecting = outer end })
    collecting = mine
    local result = verb(self, ...)
    local first = mine[1]
    if not first or not Result.is_result(result) then return result end
    local trace = { parts = mine, computed = lineage.call(name, ...),
      method = own_method[name] or first.method, version = own_method[name] and 1 or first.version }
    if outer then outer[#outer + 1] = trace end
    return Result.keep_trace(result, trace)
  end
end

return M
