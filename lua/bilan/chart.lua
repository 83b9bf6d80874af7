--- Charts of results, drawn by gnuplot: `bilan.chart.bars(result, opts)` and its sisters.
--
--   bars grouped_bars stacked likert dots trend slope pyramid heatmap histogram
--
-- A chart takes a result, a list of results, or a released sheet, and gives a closed object:
-- `title`, `description` (the figures in words, for those who do not see the drawing), `sheet`
-- (the released data), `svg` (made when first asked for; all charts that wait are then drawn by
-- one gnuplot process), and `chart:write(path)` for .svg, .png and .pdf. `chart.svg` is meant to
-- stand under a caption and leaves the title to it; a file that is written has its title inside
-- (opts.heading = true or false decides for both).
-- Options of all charts: title, subtitle, lang, width, height, decimals, privacy, small_base,
-- level (only these), levels (their order), category, series, total, nets, note, source,
-- greyscale, heading, base; the kinds add their own.
local escape = require "bilan.output.escape"
local events = require "bilan.events"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"
local languages = require "bilan.output.lang"
local frame = require "bilan.chart.frame"
local nothing = require "bilan.chart.nothing"
local queue = require "bilan.chart.queue"
local source_of = require "bilan.chart.source"
local tidy = require "bilan.chart.tidy"
local words = require "bilan.chart.words"

local M = {}

local kinds = { "bars", "grouped_bars", "stacked", "likert", "dots", "trend", "slope", "pyramid",
  "heatmap", "histogram" }

local common = { "title", "subtitle", "lang", "width", "height", "decimals", "privacy",
  "policy", "small_base", "level", "levels", "category", "series", "total", "nets", "note", "source",
  "greyscale", "heading", "base" }

local option_types = { title = "string", subtitle = "string", note = "string", source = "string",
  width = "number", height = "number", ci = "boolean", total = "boolean", nets = "boolean",
  greyscale = "boolean", heading = "boolean", base = "boolean" }

-- ---- options ----------------------------------------------------------------------------------

local function in_range(opts, name, low, high, what)
  local value = opts[name]
  if value ~= nil and not (value >= low and value <= high) then
    fault.raise("%s: %s is from %d to %d, not %s", what, name, low, high, tostring(value))
  end
end

-- A copy of the options, checked: names, types, ranges.
local function check_options(given, kind, name)
  local what = "chart." .. name
  local known = table.move(kind.options, 1, #kind.options, #common + 1, { table.unpack(common) })
  fault.options(given, known, what)
  local opts = {}
  for _, key in ipairs(known) do
    local value = given and given[key]
    if value ~= nil and option_types[key] then
      fault.expect(value, option_types[key], what .. " " .. key)
    end
    opts[key] = value
  end
  in_range(opts, "width", 240, 4000, what)
  in_range(opts, "height", 120, 8000, what)
  if opts.width then opts.width = math.floor(opts.width) end
  return opts, what
end

-- ---- words instead of the drawing -------------------------------------------------------------

local MOST_FIGURES <const> = 60

-- "filles : 35 % (de 30 à 40 %, n = 328)", or why there is no figure.
local function figure_words(source, category, series, cell)
  local tag = source.lang
  local value = cell.shown and cell.text or cell.reason
  local n = cell.n and words.say(tag, "n_of", { n = format.count(cell.n, { lang = tag }) })
  if n then value = ("%s (%s)"):format(value, n) end
  local name = frame.name_of(category, series)
  if name == "" then return value end
  return words.say(tag, "labelled", { label = name, value = value })
end

-- The title and all figures in a sentence each.
local function describe(source)
  local parts, left = {}, 0
  for _, category in ipairs(source.category.values) do
    for _, series in ipairs(source:all_series()) do
      local cell = source:cell(category, series)
      if cell and #parts < MOST_FIGURES then
        parts[#parts + 1] = figure_words(source, category, series or nil, cell)
      elseif cell then left = left + 1 end
    end
  end
  if left > 0 then parts[#parts + 1] = words.say(source.lang, "more", { count = left }) end
  local title = source.title
  if title ~= "" then title = title .. (title:find("[.?!:]$") and " " or ". ") end
  if source.synthetic then
    title = title .. "(" .. words.say(source.lang, "synthetic", {}) .. ") "
  end
  local text = title .. table.concat(parts, languages.separator(source.lang))
  return escape.clean(source.design == "" and text or text .. ". " .. source.design, " ")
end

-- ---- the object -------------------------------------------------------------------------------

local bodies = setmetatable({}, { __mode = "k" })

local Chart = { __name = "bilan.chart", __metatable = "bilan.chart" }
local methods = {}

local pending = {} -- bodies that nobody has asked a drawing of yet, in the order of their calls

local function heading_of(body, default)
  if body.opts.heading == nil then return default end
  return body.opts.heading
end

-- The drawing of a body in a format, laid out and queued once.
local function lay_out(body, kind, default)
  local heading = heading_of(body, default)
  local key = kind .. (heading and "+" or "-")
  body.pending = false
  if not body.drawings[key] then
    local figure = body.kind.draw(body.source, body.opts, heading)
    body.drawings[key] = queue.add { figure = figure, kind = kind }
  end
  return body.drawings[key]
end

-- Lays out what nobody has asked for yet in the way that the first is asked for (a script writes
-- all its charts, or shows them all), so that one gnuplot draws them. A fault waits for its own look.
local function lay_out_pending(default)
  local list = pending
  pending = {}
  for _, body in ipairs(list) do
    if body.pending then pcall(lay_out, body, "svg", default) end
  end
end

-- The figures in words; laying out puts the categories in order.
local function description(body)
  if not body.description then
    if next(body.drawings) == nil then lay_out(body, "svg", false) end
    body.description = (body.kind.describe or describe)(body.source, body.opts)
  end
  return body.description
end

-- The finished bytes in a format; default: with the title inside, unless the options say?
local function bytes(body, kind, default)
  local one = lay_out(body, kind, default)
  if kind == "svg" then lay_out_pending(default) end
  local drawn = queue.bytes(one, body.title)
  if kind == "svg" then
    return tidy.svg(drawn, one.figure.width, one.figure.height, body.title, description(body))
  end
  return kind == "pdf" and tidy.pdf(drawn) or drawn
end

local endings = { "svg", "png", "pdf" }

--- Writes the chart: .svg, .png or .pdf by the path's ending. Gives the path.
function methods.write(chart, path)
  fault.expect(path, "string", "chart:write: a path")
  local ending = (path:match("%.(%w+)$") or ""):lower()
  fault.choice(ending ~= "" and ending or "?", endings, nil, "chart format")
  local body = bodies[chart]
  host.write(path, bytes(body, ending, true))
  return path
end

--- The result that the chart is drawn from (several, joined into one); nil when it was given a
-- released sheet. A report shows it to its policy together with its tables.
function methods.result(chart) return bodies[chart].result end

-- Would a chart be the same one under a policy, in a language and by display rules?
local function is_under(body, policy, lang, rules)
  return policy == body.policy and (body.opts.lang or lang) == body.source.lang
    and (rules == nil or rules == body.opts.policy)
end

-- Takes drawings that wait out of the queue: they are made again if anybody asks.
local function put_aside(body)
  body.pending = false
  for key, one in pairs(body.drawings) do
    if queue.drop(one) then body.drawings[key] = nil end
  end
end

--- The same chart under another policy, and in a language when its author named none: for a
-- report, which publishes all its tables under one policy; rules are its display rules, if any.
function methods.under(chart, policy, lang, rules)
  local body = bodies[chart]
  if not body.result or is_under(body, policy, lang, rules) then return chart end
  put_aside(body)
  local opts = {}
  for key, value in pairs(body.given) do opts[key] = value end
  opts.privacy, opts.lang, opts.policy = policy, opts.lang or lang, rules or opts.policy
  return M[body.name](body.result, opts)
end

local readable = { title = true, sheet = true }

function Chart.__index(chart, key)
  if methods[key] then return methods[key] end
  local body = bodies[chart]
  if readable[key] then return body[key] end
  if key == "description" then return description(body) end
  if key == "svg" then
    body.svg = body.svg or bytes(body, "svg", false)
    return body.svg
  end
  if key == "kind" then return body.name end
end

function Chart.__newindex() host.fail("a chart cannot be changed") end

function Chart.__tostring(chart) return description(bodies[chart]) end

--- Is this a chart?
function M.is_chart(thing) return bodies[thing] ~= nil end

--- Draws all charts that wait, in one gnuplot process; how many drawings that were.
function M.flush()
  lay_out_pending(false)
  return queue.draw()
end

-- Refuses what the laying out would refuse later.
local function check_layout(source, opts, name)
  local what = name:find("bars$") and name or "chart." .. name
  if opts.sort ~= nil then fault.choice(opts.sort, source_of.sorts, nil, name .. " sort") end
  if opts.benchmark ~= nil then frame.benchmarks(source, opts, what) end
end

-- A chart of a kind: options checked, figures read from the gate; its page is laid out with the
-- first that is asked for.
local function make(name, given_source, given_opts)
  local kind = require("bilan.chart." .. name)
  local opts, what = check_options(given_opts, kind, name)
  if events.on then events.tell("chart", { kind = name, source = given_source }) end
  local source = source_of.open(given_source, opts, what)
  if source.nothing then kind = nothing
  else
    kind.prepare(source, opts, what)
    check_layout(source, opts, name)
  end
  local body = { name = name, kind = kind, opts = opts, source = source, sheet = source.sheet,
    title = escape.clean(source.title, ""), drawings = {}, result = source.result, pending = true,
    given = given_opts or {}, policy = gate.policy(opts.privacy) }
  pending[#pending + 1] = body
  local chart = setmetatable({}, Chart)
  bodies[chart] = body
  return chart
end

for _, name in ipairs(kinds) do
  M[name] = function(source, opts) return make(name, source, opts) end
end

return setmetatable(M, { __index = function(_, name)
  if type(name) == "string" then fault.unknown("kind of chart", name, kinds) end
end })
