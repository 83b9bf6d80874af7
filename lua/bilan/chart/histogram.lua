--- The distribution of a number: the counts of its values, gathered into bins of one width.
--
-- From the released counts of the values (freq of a number item). The width of a bin is
--   "whole"    1, when all values are whole and there are at most 30 of them (default then)
--   "fd"       2 IQR n^(-1/3)    D. Freedman and P. Diaconis (1981), Z. Wahrsch. verw. Geb. 57
--   "scott"    3.49 s n^(-1/3)   D. W. Scott (1979), Biometrika 66
--   "sturges"  range / (1 + log2 n)   H. A. Sturges (1926), JASA 21 (default otherwise)
-- rounded to 1, 2, 2.5 or 5 times a power of ten; or opts.bin_width. A bin in which a value is
-- withheld is left empty, with its words.
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local host = require "bilan.host"
local lang = require "bilan.output.lang"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "bins", "bin_width", "value" }

local rules = { "whole", "fd", "scott", "sturges" }
local measures = { "count", "share" }

-- The values in rising order: { x, count, cell }.
local function read_values(source, what)
  local list = {}
  for _, category in ipairs(source.category.values) do
    local x = type(category.key) == "number" and category.key or tonumber((tostring(category.key)))
    if not category.total then
      if not format.is_figure(x) then
        fault.raise('%s: "%s" is no number; a histogram takes the freq of a number item', what,
          category.label)
      end
      local cell = source:cell(category, nil)
      list[#list + 1] = { x = x, cell = cell, count = cell.shown and cell.count or nil }
    end
  end
  table.sort(list, function(a, b) return a.x < b.x end)
  return list
end

-- n, standard deviation and quartiles of what is shown.
local function moments(list)
  local n, sum, squares = 0, 0, 0
  for _, v in ipairs(list) do
    n, sum = n + (v.count or 0), sum + (v.count or 0) * v.x
  end
  local mean = n > 0 and sum / n or 0
  for _, v in ipairs(list) do squares = squares + (v.count or 0) * (v.x - mean) ^ 2 end
  local function quantile(p)
    local seen = 0
    for _, v in ipairs(list) do
      seen = seen + (v.count or 0)
      if seen >= p * n then return v.x end
    end
    return 0
  end
  local deviation = n > 1 and math.sqrt(squares / (n - 1)) or 0
  return n, deviation, quantile(0.75) - quantile(0.25)
end

-- Rounds a width up to 1, 2, 2.5 or 5 times a power of ten.
local function round_width(width) return frame.nice_step(width, 1) end

local function rule_width(rule, list)
  local n, deviation, iqr = moments(list)
  local range = list[#list].x - list[1].x
  if n == 0 or range == 0 then return 1 end
  if rule == "whole" then return 1 end
  if rule == "fd" and iqr > 0 then return round_width(2 * iqr * n ^ (-1 / 3)) end
  if rule == "scott" and deviation > 0 then return round_width(3.49 * deviation * n ^ (-1 / 3)) end
  return round_width(range / (1 + math.log(n, 2)))
end

local function default_rule(list)
  for _, v in ipairs(list) do if v.x ~= math.floor(v.x) then return "sturges" end end
  return list[#list].x - list[1].x <= 30 and "whole" or "sturges"
end

-- The bins: { from, to, count or nil, reason }.
local function make_bins(list, width)
  local whole = width == math.floor(width)
  local start = math.floor(list[1].x / width) * width
  -- Whole values stand in the middle of bins of width 1.
  local shift = whole and width == 1 and 0.5 or 0
  local count = math.floor((list[#list].x - start) / width) + 1
  if count > 500 then return nil end
  local bins = {}
  for at = 1, count do
    bins[at] = { from = start + (at - 1) * width - shift, to = start + at * width - shift, count = 0,
      n = 0 }
  end
  for _, v in ipairs(list) do
    local bin = bins[math.floor((v.x - start) / width) + 1]
    if v.count then bin.count = bin.count and bin.count + v.count
    else bin.count, bin.reason = nil, v.cell.reason end
  end
  return bins
end

function M.prepare(source, opts, what)
  source:axes(opts, what, "level", 1)
  local list = read_values(source, what)
  if #list == 0 then fault.raise("%s: there are no values", what) end
  opts.measure = fault.choice(opts.value, measures, "count", what .. " value")
  opts.rule = fault.choice(opts.bins, rules, default_rule(list), what .. " bins")
  local width = opts.bin_width
  if width ~= nil then
    if not format.is_figure(width) or width <= 0 then
      fault.raise("%s: bin_width is a number above 0", what)
    end
    opts.rule = "given"
  end
  source.width = width or rule_width(opts.rule, list)
  source.bins = make_bins(list, source.width)
  if not source.bins then fault.raise("%s: more than 500 bins; give a larger bin_width", what) end
  source.n = list[1].cell.n
end

-- "13", or "10 à 15" for a wide bin.
local function bin_name(source, bin)
  local tag = source.lang
  if source.width == 1 and bin.from ~= math.floor(bin.from) then
    return tostring(math.floor(bin.from + 0.5))
  end
  return format.interval(bin.from, bin.to, { lang = tag, unit = "number" })
end

-- The height of a bin and its text; nil and the words when withheld.
local function height_of(source, opts, bin)
  if not bin.count then return nil, bin.reason end
  if opts.measure == "count" then
    return bin.count, format.count(bin.count, { lang = source.lang })
  end
  return source.n and 100 * bin.count / source.n, format.share(nil, bin.count, source.n,
    { lang = source.lang, decimals = source.decimals and source.decimals.share })
end

function M.describe(source, opts)
  local parts = {}
  for at, bin in ipairs(source.bins) do
    local _, text = height_of(source, opts, bin)
    parts[at] = words.say(source.lang, "labelled", { label = bin_name(source, bin), value = text or "" })
  end
  local base = source.n and words.say(source.lang, "base_all",
    { n = format.count(source.n, { lang = source.lang }) }) .. " " or ""
  local figures = table.concat(parts, lang.separator(source.lang), 1, math.min(#parts, 80))
  return theme.plain(source.title .. ". " .. base .. figures)
end

local function draw_bin(page, bin, style)
  local fig = page.figure
  local value, text = height_of(page.source, page.opts, bin)
  local middle = (bin.from + bin.to) / 2
  local room = fig:px(bin.to) - fig:px(bin.from)
  if not value then
    local lines = theme.wrap(text, theme.size.note, math.max(room - 4, 24), 4)
    fig:box(bin.from, 0, bin.to, fig.y[2] * 0.999, { fill = theme.gap })
    fig:lines(fig:px(middle), fig:py(0) - 8 - (#lines - 1) * 7, lines,
      { anchor = "middle", size = theme.size.note, colour = theme.soft })
    return
  end
  fig:box(bin.from, 0, bin.to, value, { fill = style.fill, edge = theme.paper, width = 1.5 })
  if theme.width(text, theme.size.inside) <= room - 2 then
    fig:text(fig:px(middle), fig:py(value) - 9, text, { anchor = "middle", size = theme.size.inside })
  end
end

-- The names under the bins: of each bin of width 1, else of the edges; every k-th when tight.
local function draw_names(page)
  local fig, source, places = page.figure, page.source, {}
  local bins = source.bins
  if source.width == 1 and bins[1].from ~= math.floor(bins[1].from) then
    for at, bin in ipairs(bins) do places[at] = { (bin.from + bin.to) / 2, bin_name(source, bin) } end
  else
    for at, bin in ipairs(bins) do
      places[at] = { bin.from, format.number(bin.from, { lang = source.lang }) }
    end
    places[#places + 1] = { bins[#bins].to, format.number(bins[#bins].to, { lang = source.lang }) }
  end
  local widest = 0
  for _, place in ipairs(places) do widest = math.max(widest, theme.width(place[2], theme.size.tick)) end
  local pitch = fig:px(places[math.min(2, #places)][1]) - fig:px(places[1][1])
  local every = pitch > 0 and math.ceil((widest + 8) / pitch) or 1
  for at = 1, #places, every do
    fig:text(fig:px(places[at][1]), fig.area.bottom + 12, places[at][2],
      { anchor = "middle", size = theme.size.tick, colour = theme.ink })
  end
end

-- Ticks in counts or percent, whatever the unit of the source.
local function tick_text(page, value, step)
  local tag = page.source.lang
  local decimals = step < 1 and 1 or 0
  if page.opts.measure == "count" then return format.number(value, { lang = tag, decimals = decimals }) end
  return format.share(value / 100, nil, nil, { lang = tag, decimals = decimals })
end

function M.draw(source, opts, heading)
  local page = frame.open(source, opts, heading)
  page.tick_text = tick_text
  if source.n then
    page:note(words.say(source.lang, "base_all", { n = format.count(source.n, { lang = source.lang }) }))
  end
  page:note(words.say(source.lang, "bin_rule", { rule = words.say(source.lang, "rule_" .. opts.rule, {}),
    width = format.number(source.width, { lang = source.lang }) }))
  local high = 0
  for _, bin in ipairs(source.bins) do high = math.max(high, height_of(source, opts, bin) or 0) end
  local axis = frame.axis(0, math.max(high * 1.05, 1), 5)
  local height = math.max(100, (opts.height or 340) - page.y - 70)
  local label = opts.measure == "count" and words.say(source.lang, "count_axis", {})
    or format.say(source.lang, "share")
  local head = page:take(26) + 8
  local top, fig = page:take(height), page.figure
  fig:text(frame.edge, head, label, { size = theme.size.tick, colour = theme.soft })
  local bins = source.bins
  local pad = source.width * 0.3
  fig:plot({ left = frame.edge + page:axis_room(axis), right = page.width - frame.edge, top = top,
    bottom = top + height }, { bins[1].from - pad, bins[#bins].to + pad }, { 0, axis.high })
  page:take(20)
  page:height_axis(axis)
  local style = theme.style(1, 1, opts)
  for _, bin in ipairs(bins) do draw_bin(page, bin, style) end
  fig:line({ { fig.x[1], 0 }, { fig.x[2], 0 } }, { colour = theme.axis, width = 1.2 })
  draw_names(page)
  local name = source.category.label
  if name ~= "" and host.width(name) < 200 then
    fig:text((fig.area.left + fig.area.right) / 2, page:take(16) + 8, theme.wrap(name, theme.size.tick,
      page.width - 80, 1)[1], { anchor = "middle", size = theme.size.tick, colour = theme.soft })
  end
  return frame.close(page)
end

return M
