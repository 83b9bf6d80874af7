--- Horizontal bars from zero, one per category, or one per category and series, with their
-- intervals. Values stand behind the bars; bases stand in the labels. A figure that is withheld
-- leaves its place empty, with the words that say why.
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"

local M = {}

M.options = { "sort", "ci", "benchmark" }

-- How far the marks of all cells reach, in units of the axis.
local function reach(source, with_ci, benchmarks)
  local low, high, scale = 0, 0, source:scale()
  for _, cell in ipairs(source.cells) do
    if cell.shown then
      low = math.min(low, (with_ci and cell.low or cell.value) * scale, cell.value * scale)
      high = math.max(high, (with_ci and cell.high or cell.value) * scale, cell.value * scale)
    end
  end
  for _, one in ipairs(benchmarks) do low, high = math.min(low, one.value), math.max(high, one.value) end
  return low, high
end
M.reach = reach

-- The labels of the categories, wrapped, and the px they need.
local function category_labels(page, place)
  local labels, widest = {}, 0
  local room = page.width * (page.source.series and 0.30 or 0.36)
  for at, category in ipairs(page.source.category.values) do
    local lines = theme.wrap(page:label_text(category, place, "category"), theme.size.label, room, 4,
      category.total)
    labels[at] = lines
    widest = math.max(widest, theme.widest(lines, theme.size.label, category.total))
  end
  return labels, widest
end
M.category_labels = category_labels

-- The px that the texts behind the bars need.
local function value_room(page, place)
  local widest = 0
  for _, cell in ipairs(page.source.cells) do
    if cell.shown then
      widest = math.max(widest, theme.width(page:value_text(cell, place), theme.size.value, true))
    end
  end
  return widest + 12
end
M.value_room = value_room

-- Heights in px: of each category's band, and of a bar.
local function bands(labels, count, thick)
  local list, sum = {}, 0
  for at, lines in ipairs(labels) do
    local height = math.max(count * thick + 12, #lines * theme.size.label * 1.25 + 10)
    list[at] = height
    sum = sum + height
  end
  return list, sum
end

-- opts.height: stretches or tightens the bands so that the whole page comes near it.
local function fit_bands(page, list, sum)
  local wanted = page.opts.height
  if not wanted then return sum end
  local room = math.max(wanted - page.y - 30 - 14 * (2 + #page.notes), #list * 14)
  for at, height in ipairs(list) do list[at] = height * room / sum end
  return room
end

local function draw_words(page, cell, y)
  local fig = page.figure
  local room = page.width - frame.edge - fig:px(0) - 8
  local line = theme.wrap(cell.reason, theme.size.tick, room, 1)[1]
  fig:text(fig:px(math.max(0, fig.x[1])) + 6, y + fig.area.top, line,
    { size = theme.size.tick, colour = theme.soft })
end
M.draw_words = draw_words

-- One bar with its interval and value.
local function draw_bar(page, cell, y, thick, style, place, with_ci)
  local fig, scale = page.figure, page.source:scale()
  if not cell.shown then return draw_words(page, cell, y) end
  local value = cell.value * scale
  fig:box(0, y - thick / 2, value, y + thick / 2, { fill = style.fill, edge = style.edge })
  local stop = value
  if with_ci and cell.low and cell.high then
    page:interval_x(cell, y, 3.5)
    stop = cell.value >= 0 and math.max(value, cell.high * scale) or math.max(0, cell.high * scale)
  end
  fig:text(fig:px(math.max(stop, 0)) + 6, fig.area.top + y, page:value_text(cell, place),
    { size = theme.size.value, bold = true })
end

-- All bars of one category, from the top of its band.
local function draw_band(page, category, top, height, thick, place, with_ci)
  local all, styles = page.source:all_series(), page.styles
  local first = top + height / 2 - (#all - 1) * thick / 2
  for at, series in ipairs(all) do
    local cell = page.source:cell(category, series)
    local style = styles[at]
    if category.total and #all == 1 then
      style = { fill = theme.total, edge = theme.total }
    end
    if cell then
      draw_bar(page, cell, first + (at - 1) * thick, thick - (#all > 1 and 3 or 0), style, place,
        with_ci)
    end
  end
end

local function legend_of(page, place)
  local entries = {}
  for at, series in ipairs(page.source:all_series()) do
    entries[at] = { label = page:label_text(series, place, "series"), style = page.styles[at] }
  end
  page:legend(entries)
end

--- Draws the page; used by bars and grouped_bars.
function M.page(source, opts, heading, what)
  source:sort(opts.sort, what)
  local page = frame.open(source, opts, heading)
  local all, with_ci = source:all_series(), opts.ci ~= false
  page.styles = {}
  for at = 1, #all do page.styles[at] = theme.style(at, #all, opts) end
  local place = page:base_note()
  if with_ci then page:interval_note(source.cells) end
  if source.series then legend_of(page, place) end
  local benchmarks = frame.benchmarks(source, opts, what)
  page:benchmark_room(benchmarks)
  local labels, widest = category_labels(page, place)
  local thick = #all == 1 and 22 or (#all == 2 and 19 or 16)
  local list, sum = bands(labels, #all, thick)
  local total = fit_bands(page, list, sum)
  if opts.height then thick = math.min(thick, (total / #list - 6) / #all) end
  local top = page:take(total)
  local low, high = reach(source, with_ci, benchmarks)
  local axis = frame.axis(low, high, 7)
  local fig = page.figure
  fig:plot({ left = frame.edge + widest + 10, right = page.width - frame.edge - value_room(page, place),
    top = top, bottom = top + total }, { axis.low, axis.high }, { total, 0 })
  page:take(20)
  page:value_axis(axis)
  local y = 0
  for at, category in ipairs(source.category.values) do
    fig:lines(fig.area.left - 10, top + y + list[at] / 2, labels[at],
      { anchor = "end", bold = category.total })
    draw_band(page, category, y, list[at], thick, place, with_ci)
    y = y + list[at]
  end
  page:upright_benchmarks(benchmarks)
  return frame.close(page)
end

function M.prepare(source, opts)
  source:axes(opts, "bars", "level", 1)
end

function M.draw(source, opts, heading)
  return M.page(source, opts, heading, "bars")
end

return M
