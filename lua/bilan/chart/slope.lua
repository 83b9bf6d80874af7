--- Two points in time (or two groups), joined: who rose, who fell. Names, values and bases
-- stand at both ends, moved apart where they would cover each other. Where the question changed
-- between the two (opts.breaks, or records of waves:trend that are `broken`) nothing is joined: a
-- dotted upright stands between them.
local fault = require "bilan.fault"
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"
local trend = require "bilan.chart.trend"
local words = require "bilan.chart.words"

local M = {}

M.options = { "ci", "zero", "breaks" }

function M.prepare(source, opts, what)
  trend.set_axes(source, opts, what)
  if #source.category.values ~= 2 then
    fault.raise('%s: two points are needed, "%s" has %d; choose them with level = { "...", "..." }',
      what, source.category.label ~= "" and source.category.label or source.category.key,
      #source.category.values)
  end
  source.broken = trend.read_breaks(source, opts, what)
end

-- The dotted upright between two points that do not compare, and what is said of them.
local function draw_break(page, broken, axis)
  local source, fig = page.source, page.figure
  if broken then
    fig:line({ { 1.5, axis.low }, { 1.5, axis.high } },
      { colour = theme.soft, width = 1.6, dash = "2,4" })
  end
  for _, line in ipairs(source.changes or {}) do page:note(line) end
  if broken and not source.changes then
    page:note(words.say(source.lang, "broken",
      { list = theme.plain(source.category.values[2].label) }))
  end
end

-- The label of one end: "filles 35 % (n = 328)", or the words for no figure.
local function end_text(page, series, cell)
  local value = cell.shown and cell.text or cell.reason
  if page.opts.base ~= false then value = page.source:with_base(value, cell.n) end
  local name = series and series.label or ""
  return name == "" and value or name .. "\u{A0}: " .. value
end

-- The labels of one side with the heights they want.
local function side_labels(page, time, room)
  local list = {}
  for index, series in ipairs(page.source:all_series()) do
    local cell = page.source:cell(time, series)
    if cell then
      local lines = theme.wrap(end_text(page, series, cell), theme.size.label, room, 3)
      list[#list + 1] = { lines = lines, order = index, index = index, cell = cell,
        height = #lines * theme.size.label * 1.25 + 3 }
    end
  end
  return list
end

local function widest(list)
  local most = 0
  for _, one in ipairs(list) do most = math.max(most, theme.widest(one.lines, theme.size.label)) end
  return most
end

-- Places and draws the labels of one side. Withheld ones go to the foot of the plot.
local function draw_side(page, list, x, anchor, styles)
  local fig, a = page.figure, page.figure.area
  for _, one in ipairs(list) do
    one.y = one.cell.shown and fig:py(one.cell.value * page.source:scale()) or a.bottom
  end
  trend.spread(list, 18, a.top, a.bottom)
  for _, one in ipairs(list) do
    fig:lines(x, one.place, one.lines, { anchor = anchor,
      colour = one.cell.shown and styles[one.index].line or theme.soft })
  end
end

local function draw_line(page, series, index, style, broken)
  local source, fig, ends = page.source, page.figure, {}
  local scale = source:scale()
  for at, time in ipairs(source.category.values) do
    local cell = source:cell(time, series)
    if cell and cell.shown then
      local offset = page.opts.ci ~= false and (index - 1) * 0.012 or 0
      local x = at + (at == 1 and offset or -offset)
      if page.opts.ci ~= false and cell.low and cell.high then
        fig:line({ { x, cell.low * scale }, { x, cell.high * scale } },
          { colour = style.line, width = 1.2 })
      end
      ends[#ends + 1] = { x, cell.value * scale }
    end
  end
  if #ends == 2 and not broken then
    fig:line(ends, { colour = style.line, width = 2.4, dash = style.dash })
  end
  for _, point in ipairs(ends) do
    fig:point(point[1], point[2], { colour = style.line, shape = style.shape, size = 1.3 })
  end
end

function M.draw(source, opts, heading)
  local page, times = frame.open(source, opts, heading), source.category.values
  local all, styles = source:all_series(), {}
  for at = 1, #all do styles[at] = theme.style(at, #all, opts) end
  if opts.ci ~= false then page:interval_note(source.cells) end
  local axis = trend.value_axis(source, { ci = opts.ci, zero = opts.zero or false }, {})
  local room = page.width * 0.32
  local left, right = side_labels(page, times[1], room), side_labels(page, times[2], room)
  local height = math.max(120, (opts.height or math.max(340, #all * 44)) - page.y - 60)
  local top = page:take(height + 34) + 28
  local fig = page.figure
  fig:plot({ left = frame.edge + widest(left) + 14, right = page.width - frame.edge - widest(right) - 14,
    top = top, bottom = top + height }, { 1, 2 }, { axis.low, axis.high })
  for at, time in ipairs(times) do
    fig:line({ { at, axis.low }, { at, axis.high } }, { colour = theme.grid, width = 1.2 })
    local name = theme.wrap(time.label, theme.size.label, page.width * 0.4, 1, true)[1]
    fig:text(fig:px(at), top - 16, name, { anchor = at == 1 and "start" or "end", bold = true })
  end
  local broken = source.broken[times[2]]
  draw_break(page, broken, axis)
  for index, series in ipairs(all) do draw_line(page, series, index, styles[index], broken) end
  draw_side(page, left, fig.area.left - 10, "end", styles)
  draw_side(page, right, fig.area.right + 10, "start", styles)
  return frame.close(page)
end

return M
