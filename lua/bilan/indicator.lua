--- Named figures of a year: `bilan.indicator{ id, title, estimate, chart, note }`.
--
-- An indicator is defined once, by an id that is unique in the run and stays the same from year
-- to year. It can be printed (report:indicator), is listed in the run's record, and is what
-- later runs are compared with. `estimate` is a result, or one row of a result.
local display = require "bilan.output.display"
local events = require "bilan.events"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"
local lang = require "bilan.output.lang"
local result = require "bilan.result"

local M = {}

local list, by_id = {}, {}
local bodies = setmetatable({}, { __mode = "k" })

local Indicator = { __name = "bilan.indicator", __metatable = "bilan.indicator" }
local methods = {}

local known = { id = true, title = true, estimate = true, chart = true, note = true }

-- A result around one row: rows from a result know their unit and kind.
local function result_of(estimate, title)
  if result.is_result(estimate) then return estimate end
  local by, names = {}, {}
  for name in pairs(estimate.by or {}) do names[#names + 1] = name end
  table.sort(names)
  for at, name in ipairs(names) do by[at] = { name = name, label = name } end
  local kind = estimate.kind or (estimate.count and "proportion" or "mean")
  local row = gate.copy(estimate)
  if kind == "crosstab" then
    -- One cell of a cross-table is a proportion of its column or row.
    kind, row.level, row.row = "proportion", row.row, nil
    if row.col then row.by, row.col, row.banner = { col = row.col }, nil, nil end
    by = row.by and row.by.col and { { name = "col", label = "col" } } or {}
  end
  local made = result.new { kind = kind, unit = estimate.unit, lang = estimate.lang, title = title,
    by = by, rows = { row }, synthetic = estimate.synthetic, weighted = estimate.weighted,
    design_notes = estimate.design_notes, report_notes = estimate.report_notes }
  return result.keep_trace(made, result.trace(estimate))
end

-- Refuses what is no definition: unknown fields, a bad id, no estimate.
local function check(given)
  if type(given) ~= "table" then
    host.fail("an indicator is a table { id =, title =, estimate = }")
  end
  local names = {}
  for name in pairs(given) do
    if not known[name] then names[#names + 1] = tostring(name) end
  end
  table.sort(names)
  if names[1] then
    host.fail(('unknown field "%s" of an indicator; known are id, title, estimate, chart, note')
      :format(names[1]))
  end
  if type(given.id) ~= "string" or not given.id:find("^[%w][%w_.-]*$") then
    local shown = tostring(given.id)
    host.fail(("an indicator's id is letters, digits, _ . and -, not %q"):format(shown))
  end
  local estimate = given.estimate
  if not result.is_result(estimate) and type(estimate) ~= "table" then
    host.fail(('indicator "%s" needs an estimate: a result or one of its rows'):format(given.id))
  end
end

--- Defines an indicator and returns it. An id given twice is an error that names both lines.
function M.define(given)
  check(given)
  local where, earlier = host.where(), by_id[given.id]
  if earlier then
    host.fail(('the indicator "%s" is defined twice: at %s and at %s'):format(given.id,
      bodies[earlier].where, where))
  end
  local title = given.title or given.id
  local body = { id = given.id, title = title, note = given.note, chart = given.chart,
    where = where, estimate = result_of(given.estimate, title), under = {} }
  local indicator = setmetatable({}, Indicator)
  bodies[indicator] = body
  list[#list + 1], by_id[given.id] = indicator, indicator
  if events.on then events.tell("indicator", { id = given.id, title = title }) end
  return indicator
end

--- Is this an indicator?
function M.is_indicator(thing) return bodies[thing] ~= nil end

--- All indicators in the order of their definition.
function M.list() return table.move(list, 1, #list, 1, {}) end

--- The indicator of an id, or nil.
function M.get(id) return by_id[id] end

--- Notes that an indicator was let out under a policy and display rules (by a report).
function M.publish(indicator, policy, rules)
  local under = bodies[indicator].under
  for _, known_one in ipairs(under) do
    if known_one.policy == policy and known_one.display == rules then return end
  end
  under[#under + 1] = { policy = policy, display = rules }
end

--- Under what an indicator was let out: { { policy, display }, ... }.
function M.published(indicator) return bodies[indicator].under end

--- Forgets all indicators: a run starts with none.
function M.reset() list, by_id = {}, {} end

--- The indicator's figures through the gate.
function methods.sheet(indicator, policy, opts)
  return gate.release(bodies[indicator].estimate, policy, opts)
end

-- The base of the one figure of a sheet: n, or those of both years of a change; nil without one.
local function base_words(body, record)
  local function count(n) return format.count(n, { lang = body.lang }) end
  if record.from_n and record.to_n and body.waves then
    return format.say(body.lang, "n_of_two", { before = count(record.from_n), from = body.waves[1],
      after = count(record.to_n), to = body.waves[2] })
  end
  return record.n and format.say(body.lang, "n_is", { n = count(record.n) })
end

--- The unit of a figure that has it in the heading of its table: "points"; nil for others, and
-- where there is no figure. head: { shown = }.
function M.unit_words(body, head)
  return head.shown and body.bare and lang.find(body.lang, "points") or nil
end

--- What a card shows of an indicator with one figure: { text, unit, shown, detail, changes }, from
-- its sheet; changes: sentences on what changed between the years of the figure. nil when it has
-- several rows.
function methods.headline(indicator, policy, opts)
  local body = gate.open(methods.sheet(indicator, policy, opts))
  if #body.rows ~= 1 then return nil end
  local head, interval = nil, nil
  for at, cell in ipairs(body.rows[1].cells) do
    if body.columns[at].key == "value" then head = cell end
    if cell.type == "interval" and cell.shown then interval = cell end
  end
  if not head then return nil end
  local detail, record = {}, body.records[1]
  if interval and record.conf then
    detail[1] = format.say(body.lang, "interval_of",
      { conf = record.conf, interval = interval.text })
  end
  detail[#detail + 1] = base_words(body, record)
  if record.flag and record.shown then
    detail[#detail + 1] = display.marks[record.flag] .. " " .. record.flag_reason
  end
  local text = record.flag and not record.shown and record.reason or head.text
  return { text = text, unit = M.unit_words(body, head), changes = body.change_lines or {},
    shown = head.shown, detail = table.concat(detail, ", "), foot = body.foot, synthetic = body.synthetic }
end

local readable = { id = true, title = true, note = true, chart = true, where = true,
  estimate = true }

function Indicator.__index(indicator, key)
  if methods[key] then return methods[key] end
  if readable[key] then return bodies[indicator][key] end
end

function Indicator.__newindex() host.fail("an indicator cannot be changed") end

-- The id, the title, and the table of its figures.
function Indicator.__tostring(indicator)
  local body = bodies[indicator]
  return ("%s: %s\n%s"):format(body.id, body.title, tostring(body.estimate))
end

--- What a run records: { { id, title, where, unit, rows = { records } }, ... }, through the gate.
function M.records(policy)
  local out = {}
  for at, indicator in ipairs(list) do
    local body, sheet = bodies[indicator], methods.sheet(indicator, policy)
    out[at] = { id = body.id, title = body.title, where = body.where, unit = sheet.unit,
      synthetic = sheet.synthetic and true or false, rows = sheet:records() }
  end
  return out
end

return M
