--- Points with intervals on a common scale (W. S. Cleveland and R. McGill, "Graphical
-- Perception", JASA 79, 1984): one row per category, the series side by side in it, told apart
-- by shape as well as colour. The scale need not start at zero: a point has no length.
--
-- Of a regression these are its coefficients, without the intercept (unless opts.level names it),
-- with a line where there is no effect: at 0, at 1 where they are exponentiated.
local bars = require "bilan.chart.bars"
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "sort", "ci", "benchmark", "zero" }

function M.prepare(source, opts, what)
  if source.model and opts.level == nil then source:drop_constants() end
  source:axes(opts, what, "by", 2)
end

-- Where a regression has no effect; nil for other results.
local function no_effect(source)
  return source.model and (source.model.exponentiated and 1 or 0)
end

-- From the least to the largest of what is drawn.
local function span(source, with_ci, benchmarks)
  local low, high, scale = math.huge, -math.huge, source:scale()
  local function add(value)
    if value then low, high = math.min(low, value), math.max(high, value) end
  end
  for _, cell in ipairs(source.cells) do
    if cell.shown then
      add(cell.value * scale)
      if with_ci and cell.low and cell.high then
        add(cell.low * scale)
        add(cell.high * scale)
      end
    end
  end
  for _, one in ipairs(benchmarks) do add(one.value) end
  add(no_effect(source))
  if low > high then return 0, 1 end
  if low == high then return low - 1, high + 1 end
  return low, high
end

local function draw_cell(page, cell, y, style, place, with_ci)
  local fig, scale = page.figure, page.source:scale()
  if not cell.shown then
    local line = theme.wrap(cell.reason, theme.size.tick, fig.area.right - fig.area.left - 12, 1)[1]
    fig:text(fig.area.left + 6, fig.area.top + y, line, { size = theme.size.tick, colour = theme.soft })
    return
  end
  local stop = cell.value * scale
  if with_ci and cell.low and cell.high then
    stop = math.max(stop, cell.high * scale)
    fig:line({ { cell.low * scale, y }, { cell.high * scale, y } }, { colour = style.line, width = 2 })
  end
  fig:point(cell.value * scale, y, { colour = style.line, shape = style.shape, size = 1.25 })
  fig:text(math.max(fig:px(stop), fig:px(cell.value * scale) + 6) + 7, fig.area.top + y,
    page:value_text(cell, place), { size = theme.size.value, bold = true })
end

local function legend_of(page, place, styles)
  local entries = {}
  for at, series in ipairs(page.source:all_series()) do
    entries[at] = { label = page:label_text(series, place, "series"), style = styles[at], point = true }
  end
  page:legend(entries)
end

function M.draw(source, opts, heading)
  source:sort(opts.sort, "dots")
  local page, with_ci = frame.open(source, opts, heading), opts.ci ~= false
  local all, styles = source:all_series(), {}
  for at = 1, #all do styles[at] = theme.style(at, #all, opts) end
  local place = page:base_note()
  if with_ci then page:interval_note(source.cells) end
  local null = no_effect(source)
  if null then page:note(words.say(source.lang, "no_effect", { value = tostring(null) })) end
  if source.series then legend_of(page, place, styles) end
  local benchmarks = frame.benchmarks(source, opts, "chart.dots")
  page:benchmark_room(benchmarks)
  local labels, widest = bars.category_labels(page, place)
  local tops, total = {}, 0
  for at, lines in ipairs(labels) do
    local height = math.max(#all * 17 + 12, #lines * theme.size.label * 1.25 + 10)
    tops[at] = total + height / 2
    total = total + height
  end
  local top, fig = page:take(total), page.figure
  local low, high = span(source, with_ci, benchmarks)
  local axis = frame.axis(low, high, 7, opts.zero ~= true)
  fig:plot({ left = frame.edge + widest + 10, right = page.width - frame.edge - bars.value_room(page, place),
    top = top, bottom = top + total }, { axis.low, axis.high }, { total, 0 })
  page:take(20)
  page:value_axis(axis)
  local before = 0
  if null then
    fig:line({ { null, 0 }, { null, total } }, { colour = theme.benchmark, width = 1.5, dash = "6,4" })
  end
  for at, category in ipairs(source.category.values) do
    fig:lines(fig.area.left - 10, top + tops[at], labels[at], { anchor = "end", bold = category.total })
    if at > 1 then
      fig:line({ { axis.low, before }, { axis.high, before } }, { colour = theme.grid, width = 0.8 })
    end
    before = 2 * tops[at] - before
    for index, series in ipairs(all) do
      local cell = source:cell(category, series)
      local y = tops[at] + (index - (#all + 1) / 2) * 17
      if cell then draw_cell(page, cell, y, styles[index], place, with_ci) end
    end
  end
  page:upright_benchmarks(benchmarks)
  return frame.close(page)
end

return M
