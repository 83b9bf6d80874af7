--- Two groups back to back over the same categories (ages, grades): one to the left, one to the
-- right, the names of the categories between them. Both sides have one scale.
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "left", "right", "value" }

local BAND <const> = 28
local measures = { "share", "count" }

local function pick(source, name, default, option)
  if name == nil then return default end
  local names = {}
  for at, series in ipairs(source.series.values) do
    if series.key == name or series.label == name then return series end
    names[at] = series.label
  end
  fault.unknown("group in " .. option .. " of chart.pyramid", name, names)
end

function M.prepare(source, opts, what)
  source:axes(opts, what, "by", 2)
  if not source.series then fault.raise("%s: two groups are needed, as from by = \"genre\"", what) end
  local groups = {}
  for _, series in ipairs(source.series.values) do
    if not series.total then groups[#groups + 1] = series end
  end
  opts.measure = fault.choice(opts.value, measures, "share", what .. " value")
  opts.left_side = pick(source, opts.left, groups[1], "left")
  opts.right_side = pick(source, opts.right, groups[2], "right")
  if not opts.left_side or not opts.right_side or opts.left_side == opts.right_side then
    fault.raise("%s: two different groups are needed", what)
  end
end

local function measure(page, cell)
  if not cell or not cell.shown then return nil end
  if page.opts.measure == "count" then return cell.count end
  return cell.value * page.source:scale()
end

local function text_of(page, cell)
  if page.opts.measure == "count" then return format.count(cell.count, { lang = page.source.lang }) end
  return cell.text
end

-- The name of a side with its base, above it.
local function heading_of(page, series)
  local n, same
  for _, category in ipairs(page.source.category.values) do
    local cell = page.source:cell(category, series)
    if cell and cell.n then
      same = (n == nil or n == cell.n) and same ~= false
      n = cell.n
    end
  end
  return page.source:with_base(series.label, same and n or nil)
end

local function draw_bar(page, cell, y, side, style)
  local fig, value = page.figure, measure(page, cell)
  local anchor = side < 0 and "end" or "start"
  local base = side * page.gap
  if not value then
    local why = cell and cell.reason or "\u{2013}"
    fig:text(fig:px(base) + side * 5, fig.area.top + y, theme.wrap(why, theme.size.tick, 200, 1)[1],
      { anchor = anchor, size = theme.size.tick, colour = theme.soft })
    return
  end
  fig:box(base, y - BAND / 2 + 3, base + side * value, y + BAND / 2 - 3,
    { fill = style.fill, edge = style.edge })
  fig:text(fig:px(base + side * value) + side * 5, fig.area.top + y, text_of(page, cell),
    { anchor = anchor, size = theme.size.value })
end

-- Grid lines and their texts on both sides.
local function draw_axis(page, axis)
  local fig, a = page.figure, page.figure.area
  for _, tick in ipairs(axis.ticks) do
    for _, side in ipairs { -1, 1 } do
      local x = side * (page.gap + tick)
      fig:line({ { x, fig.y[1] }, { x, fig.y[2] } },
        { colour = tick == 0 and theme.axis or theme.grid, width = tick == 0 and 1.2 or 1 })
      local text = page.opts.measure == "count" and format.count(math.floor(tick + 0.5),
        { lang = page.source.lang }) or page:tick_text(tick, axis.step)
      fig:text(fig:px(x), a.bottom + 12, text,
        { anchor = "middle", size = theme.size.tick, colour = theme.soft })
    end
  end
end

local function left_out_note(page)
  local names = {}
  for _, series in ipairs(page.source.series.values) do
    if series ~= page.opts.left_side and series ~= page.opts.right_side and not series.total then
      names[#names + 1] = page:label_text(series)
    end
  end
  if #names > 0 then
    page:note(words.say(page.source.lang, "left_out", { list = theme.plain(table.concat(names, ", ")) }))
  end
end

function M.draw(source, opts, heading)
  local page = frame.open(source, opts, heading)
  local high, widest, labels, texts = 0, 0, {}, 0
  for at, category in ipairs(source.category.values) do
    labels[at] = theme.wrap(category.label, theme.size.label, 150, 2)
    widest = math.max(widest, theme.widest(labels[at], theme.size.label))
    for _, series in ipairs { opts.left_side, opts.right_side } do
      local cell = source:cell(category, series)
      local value = measure(page, cell)
      high = math.max(high, value or 0)
      if value then texts = math.max(texts, theme.width(text_of(page, cell), theme.size.value)) end
    end
  end
  local axis = frame.axis(0, high, 4)
  local total = #labels * BAND
  local names = page:take(24) + 10
  local top, fig = page:take(total), page.figure
  local half = (page.width - 2 * frame.edge - widest - 20) / 2 - math.max(texts + 8, 14)
  local unit = axis.high / half
  page.gap = (widest + 20) / 2 * unit
  local room = axis.high + page.gap
  fig:plot({ left = page.width / 2 - room / unit, right = page.width / 2 + room / unit, top = top,
    bottom = top + total }, { -room, room }, { total, 0 })
  page:take(20)
  draw_axis(page, axis)
  local styles = { theme.style(1, 2, opts), theme.style(2, 2, opts) }
  for at, category in ipairs(source.category.values) do
    local y = (at - 0.5) * BAND
    fig:lines(page.width / 2, top + y, labels[at], { anchor = "middle" })
    draw_bar(page, source:cell(category, opts.left_side), y, -1, styles[1])
    draw_bar(page, source:cell(category, opts.right_side), y, 1, styles[2])
  end
  for at, series in ipairs { opts.left_side, opts.right_side } do
    local side = at == 1 and -1 or 1
    local line = theme.wrap(heading_of(page, series), theme.size.label, half, 1, true)[1]
    fig:text(fig:px(side * page.gap) + side * 4, names, line,
      { anchor = at == 1 and "end" or "start", bold = true, colour = styles[at].line })
  end
  left_out_note(page)
  return frame.close(page)
end

return M
