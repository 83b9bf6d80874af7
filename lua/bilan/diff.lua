--- Two runs figure by figure: what is the same, what changed and by how much, what is in one only.
--
-- A run is { label, year, figures, entry }: `figures` are records as an archive keeps them
-- (indicator, key, title, label, unit, value, low, high, conf, n, count, weighted_n, statistic,
-- p_value, shown, withheld, method, method_version, data, codebook, script, receipt) in the order
-- of their definition; entry(book, id) gives an item of a codebook as JSON, where it is known.
-- Figures are matched by indicator and key; a second one of the same key by its place among them.
-- Two figures are the same when value, limits, base, count and test are the same numbers.
--
-- Between two years a change has an interval, with the two taken as independent samples:
--   counts on both sides and Wilson's limits: Newcombe (Statistics in Medicine 17, 1998), by the
--     engine's own difference_ci
--   limits l, u of both, at one level: d -+ by squares, sqrt((p2 - l2)^2 + (u1 - p1)^2) below and
--     sqrt((u2 - p2)^2 + (p1 - l1)^2) above (Zou and Donner, Statistics in Medicine 27, 2008); they
--     are Newcombe's again when the limits are Wilson's, and keep what a design says
-- Two runs of one year are compared without: they have their respondents in common.
local core = require "bilan.core"
local ordered = require "bilan.ordered"

local M = {}

-- ---- matching ---------------------------------------------------------------------------------

-- Figures by indicator and key, those with the same ones numbered.
local function by_key(figures)
  local map, keys, times = {}, {}, {}
  for at, figure in ipairs(figures) do
    local key = figure.indicator .. "\0" .. (figure.key or "")
    times[key] = (times[key] or 0) + 1
    if times[key] > 1 then key = key .. "\0" .. times[key] end
    map[key], keys[at] = figure, key
  end
  return map, keys
end

-- The keys of both runs: in the order of b, those of a alone behind what they follow in a.
local function merged_keys(a_keys, a, b_keys, b)
  local behind, list, last = {}, {}, ""
  for _, key in ipairs(a_keys) do
    if b[key] then last = key
    else
      behind[last] = behind[last] or {}
      table.insert(behind[last], key)
    end
  end
  table.move(behind[""] or {}, 1, #(behind[""] or {}), 1, list)
  for _, key in ipairs(b_keys) do
    list[#list + 1] = key
    for _, alone in ipairs(a[key] and behind[key] or {}) do list[#list + 1] = alone end
  end
  return list
end

-- ---- comparing two figures --------------------------------------------------------------------

local numbers = { "value", "low", "high", "n", "count", "weighted_n", "statistic", "p_value" }

local function is_same(a, b)
  for _, name in ipairs(numbers) do if a[name] ~= b[name] then return false end end
  if a.value == nil and a.statistic == nil then
    return a.withheld == b.withheld and (a.shown == b.shown or a.withheld ~= nil)
  end
  return true
end

-- Is the value the share of a count in its base, by which Newcombe's method may go?
local function is_counted(figure)
  return math.tointeger(figure.count) and math.tointeger(figure.n) and figure.n > 0
    and (figure.method == nil or figure.method == "wilson")
    and math.abs(figure.value - figure.count / figure.n) <= 1e-12
end

local DEFAULT_CONF <const> = 0.95

-- The level at which both have limits; nil when they have none in common.
local function shared_conf(a, b)
  local limits = a.low and a.high and b.low and b.high
  if not limits then return nil end
  local first, second = a.conf or DEFAULT_CONF, b.conf or DEFAULT_CONF
  return first == second and first or nil
end

-- The interval of b - a: { low, high, conf, method }, nil where nothing gives one.
local function interval_of(a, b)
  local conf = shared_conf(a, b)
  if a.unit == "share" and is_counted(a) and is_counted(b) and (conf or not (a.low or b.low)) then
    conf = conf or DEFAULT_CONF
    local ci = core.stat.difference_ci(math.tointeger(b.count), math.tointeger(b.n),
      math.tointeger(a.count), math.tointeger(a.n), { method = "newcombe", conf = conf })
    return { low = ci.low, high = ci.high, conf = conf, method = "newcombe" }
  end
  if not conf then return nil end
  local change = b.value - a.value
  local below = math.sqrt((b.value - b.low) ^ 2 + (a.high - a.value) ^ 2)
  local above = math.sqrt((b.high - b.value) ^ 2 + (a.value - a.low) ^ 2)
  return { low = change - below, high = change + above, conf = conf, method = "limits" }
end

-- ---- why --------------------------------------------------------------------------------------

-- Items of a receipt by their id, those of a codebook only.
local function book_items(figure)
  local map = {}
  for _, item in ipairs(figure.receipt and figure.receipt.items or {}) do
    if item.codebook then map[item.codebook.id] = item.codebook end
  end
  return map
end

-- What a person would look at in an entry; how it was in other years is no part of the question.
local aside = { was = true, concept = true, column = true, columns = true }

-- "levels, question": the parts of an entry that differ; nil when none of them does.
local function changed_parts(a, b, old, new)
  local before = a.entry and a.entry(old.book, old.id)
  local after = b.entry and b.entry(new.book, new.id)
  if not before or not after then return "" end
  local parts = {}
  for _, name in ipairs(require("bilan.record.receipt").entry_changes(before, after)) do
    if not aside[name] then parts[#parts + 1] = name end
  end
  return #parts > 0 and table.concat(parts, ", ") or nil
end

-- The items whose entry in the codebook differs: { "genre (levels)", ... }.
local function changed_items(run_a, run_b, a, b)
  local old, list = book_items(a), {}
  local new = book_items(b)
  for _, id in ipairs(ordered.keys(new)) do
    if old[id] and old[id].sha256 ~= new[id].sha256 then
      local parts = changed_parts(run_a, run_b, old[id], new[id])
      if parts then list[#list + 1] = parts == "" and id or ("%s (%s)"):format(id, parts) end
    end
  end
  return list
end

-- The remark on the codebook, nil where it says the same of what the figure uses.
local function codebook_remark(run_a, run_b, a, b)
  if not a.codebook or not b.codebook or a.codebook == b.codebook then return nil end
  if not (a.receipt and b.receipt) then return { kind = "codebook", text = "" } end
  local list = changed_items(run_a, run_b, a, b)
  return #list > 0 and { kind = "codebook", text = table.concat(list, "; ") } or nil
end

local function method_text(figure)
  return ("%s %s"):format(figure.method or "?", core.text.number(figure.method_version or 1))
end

-- What is to be known of a pair: { kind = codebook | method | data | script | title, text }. Data
-- and scripts are told of for runs of one year only: those of two years differ in any case.
local function remarks_of(run_a, run_b, a, b, state, years)
  local list = { codebook_remark(run_a, run_b, a, b) }
  local function add(kind, text) list[#list + 1] = { kind = kind, text = text } end
  local both = (a.value or a.statistic) and (b.value or b.statistic)
  if both and (a.method ~= b.method or a.method_version ~= b.method_version) then
    add("method", ("%s → %s"):format(method_text(a), method_text(b)))
  end
  if not years and state == "changed" then
    if a.data ~= b.data then add("data", "") end
    if a.script ~= b.script then add("script", "") end
  end
  if a.title and b.title and a.title ~= b.title then add("title", a.title) end
  return list
end

-- ---- the comparison ---------------------------------------------------------------------------

-- What is known of one key: in which runs, by how much it changed.
local function pair_of(run_a, run_b, a, b, years)
  local one = b or a
  local pair = { indicator = one.indicator, key = one.key or "", title = one.title or one.indicator,
    label = one.label, unit = one.unit, a = a, b = b, remarks = {} }
  if not a or not b then
    pair.state = a and "only_a" or "only_b"
    return pair
  end
  pair.state = is_same(a, b) and "same" or "changed"
  if a.value and b.value and a.unit == b.unit and a.unit ~= "test" then -- a test shows its p
    pair.difference = b.value - a.value
    if years then pair.interval = interval_of(a, b) end
  end
  pair.remarks = remarks_of(run_a, run_b, a, b, pair.state, years)
  return pair
end

-- Are these runs of two different years, as far as they say?
local function of_two_years(a, b) return a.year ~= nil and b.year ~= nil and a.year ~= b.year end

--- Compares run a with run b: { a, b, years, pairs = { { state = same | changed | only_a | only_b,
-- indicator, key, title, label, unit, a, b, difference, interval, remarks }, ... }, counts }.
function M.compare(a, b)
  local years = of_two_years(a, b)
  local in_a, a_keys = by_key(a.figures)
  local in_b, b_keys = by_key(b.figures)
  local made = { a = a, b = b, years = years, pairs = {},
    counts = { same = 0, changed = 0, only_a = 0, only_b = 0 } }
  for at, key in ipairs(merged_keys(a_keys, in_a, b_keys, in_b)) do
    local pair = pair_of(a, b, in_a[key], in_b[key], years)
    made.pairs[at] = pair
    made.counts[pair.state] = made.counts[pair.state] + 1
  end
  return made
end

-- ---- JSON -------------------------------------------------------------------------------------

local figure_keys = { "value", "se", "low", "high", "conf", "n", "count", "weighted_n", "statistic",
  "p_value", "shown", "withheld", "method", "method_version" }

local function plain_figure(figure)
  if not figure then return nil end
  local out = {}
  for _, key in ipairs(figure_keys) do out[key] = figure[key] end
  return out
end

-- One pair as it stands in JSON.
local function plain_pair(pair)
  local remarks = {}
  for at, remark in ipairs(pair.remarks) do
    remarks[at] = { kind = remark.kind, text = remark.text }
  end
  return { indicator = pair.indicator, key = pair.key, title = pair.title, label = pair.label,
    unit = pair.unit, state = pair.state, old = plain_figure(pair.a), new = plain_figure(pair.b),
    difference = pair.difference, interval = pair.interval, remarks = remarks }
end

local order = { "a", "b", "counts", "figures", "indicator", "key", "title", "label", "unit",
  "state", "old", "new", "difference", "interval", "remarks", "value", "se", "low", "high", "conf", "n",
  "count", "same", "changed", "only_a", "only_b", "kind", "text" }

--- The comparison as JSON: { a, b, counts, figures }; all figures, the same ones too with opts.all.
function M.json(made, opts)
  local figures = {}
  for _, pair in ipairs(made.pairs) do
    if pair.state ~= "same" or opts and opts.all then figures[#figures + 1] = plain_pair(pair) end
  end
  return require("bilan.json").encode({ a = { label = made.a.label, year = made.a.year },
    b = { label = made.b.label, year = made.b.year }, counts = made.counts, figures = figures },
    order) .. "\n"
end

return M
