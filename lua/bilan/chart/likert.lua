--- Balanced bars of a scale: unfavourable answers to the left of a middle, favourable to the
-- right, with both totals at the ends and the base of each row.
--
-- The neutral answer stands astride the middle (half to each side), or at the far right on a
-- scale of its own (opts.neutral_at = "side"), where both sides begin at one line and can be
-- compared. Which is better is disputed (N. Robbins and R. Heiberger, "Plotting Likert and Other
-- Rating Scales", JSM 2011), so it is the author's choice. Levels are expected from the most to
-- the least favourable (opts.favourable = "last" for the other order).
local bars = require "bilan.chart.bars"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local stacked = require "bilan.chart.stacked"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "sort", "neutral", "neutral_at", "favourable", "aside", "label_from" }

local THICK <const> = 26
local places = { "centre", "side" }
local ends = { "first", "last" }

local function name_set(source, names, option)
  local set = {}
  for _, name in ipairs(type(names) == "table" and names or { names }) do
    local found
    local labels = {}
    for at, series in ipairs(source.series.values) do
      labels[at] = series.label
      if series.key == name or series.label == name then found = series end
    end
    if not found then fault.unknown("level in " .. option .. " of chart.likert", name, labels) end
    set[found] = true
  end
  return set
end

-- Splits the levels: favourable and unfavourable, strongest last in both, neutral, aside.
local function split_levels(source, opts)
  local aside = name_set(source, opts.aside or {}, "aside")
  local scale, sides = {}, { low = {}, high = {}, aside = {} }
  for _, series in ipairs(source.series.values) do
    if aside[series] then sides.aside[#sides.aside + 1] = series else scale[#scale + 1] = series end
  end
  local neutral
  if opts.neutral then neutral = next(name_set(source, { opts.neutral }, "neutral"))
  elseif opts.neutral == nil and #scale % 2 == 1 then neutral = scale[(#scale + 1) // 2] end
  local first_half = true
  for at, series in ipairs(scale) do
    if series == neutral then first_half = false
    else
      local early = neutral and first_half or (not neutral and at <= #scale // 2)
      local favourable = early == (opts.favourable ~= "last")
      local side = favourable and sides.high or sides.low
      if early then table.insert(side, 1, series) else side[#side + 1] = series end
    end
  end
  sides.neutral = neutral
  return sides
end

local function sum_of(source, category, list)
  local sum = 0
  for _, series in ipairs(list) do
    local cell = source:cell(category, series)
    if not cell or not cell.shown then return nil end
    sum = sum + cell.value
  end
  return sum
end

-- The total of one side as text: on whole counts where the shares are unweighted.
local function total_text(source, category, list)
  local count, n, exact = 0, nil, true
  for _, series in ipairs(list) do
    local cell = source:cell(category, series)
    if not cell or not cell.shown then return "\u{2013}" end
    n = n or cell.n
    exact = exact and cell.count and cell.n == n and math.abs(cell.value - cell.count / n) < 1e-12
    count = count + (cell.count or 0)
  end
  local sum = sum_of(source, category, list)
  return format.share(sum, exact and math.tointeger(count) or nil, exact and n or nil,
    { lang = source.lang, decimals = source.decimals and source.decimals.share })
end

function M.prepare(source, opts, what)
  source:axes(opts, what, "level", 2)
  if not source.series then source:single_bar() end
  stacked.check_shares(source, what)
  opts.neutral_at = fault.choice(opts.neutral_at, places, "centre", what .. " neutral_at")
  opts.favourable = fault.choice(opts.favourable, ends, "first", what .. " favourable")
  opts.sides = split_levels(source, opts)
  if #opts.sides.low == 0 or #opts.sides.high == 0 then
    fault.raise("%s: at least one level on either side of the middle is needed", what)
  end
end

-- Fills of all levels: strongest darkest.
local function fills_of(sides, opts)
  local fills = {}
  for _, side in ipairs { "low", "high" } do
    local list = sides[side]
    local colours = theme.arm(side, #list, opts)
    for at, series in ipairs(list) do fills[series] = colours[#list - at + 1] end
  end
  if sides.neutral then fills[sides.neutral] = theme.middle end
  local greys = { theme.axis, "#A9B0B8", theme.gap }
  for at, series in ipairs(sides.aside) do fills[series] = greys[(at - 1) % #greys + 1] end
  return fills
end

-- Everything of a row is known, or the words why not.
local function row_fault(source, category)
  for _, series in ipairs(source.series.values) do
    local cell = source:cell(category, series)
    if not cell then return "\u{2013}" end
    if not cell.shown then return cell.reason end
  end
end

-- The levels that stand beside the balanced scale.
local function beside_of(sides, opts)
  local list = {}
  if sides.neutral and opts.neutral_at == "side" then list[1] = sides.neutral end
  for _, series in ipairs(sides.aside) do list[#list + 1] = series end
  return list
end

local function half_of(sides, opts, source, category)
  if not sides.neutral or opts.neutral_at == "side" then return 0 end
  local cell = source:cell(category, sides.neutral)
  return cell and cell.value and cell.value / 2 or 0
end

-- How far the bars reach to the left, to the right, and beside.
local function extents(source, sides, beside, opts)
  local low, high, side = 0, 0, 0
  for _, category in ipairs(source.category.values) do
    if not row_fault(source, category) then
      local half = half_of(sides, opts, source, category)
      low = math.max(low, half + sum_of(source, category, sides.low))
      high = math.max(high, half + sum_of(source, category, sides.high))
      side = math.max(side, sum_of(source, category, beside))
    end
  end
  return math.max(low, 0.05), math.max(high, 0.05), side
end

-- One row; true when a label was left out.
local function draw_row(page, category, y, parts)
  local source, sides, fig = page.source, parts.sides, page.figure
  local hidden = false
  local function piece(series, from, to)
    local cell = source:cell(category, series)
    if stacked.segment(page, from, to, y, THICK, parts.fills[series], cell, parts.least) then
      hidden = true
    end
  end
  local half = half_of(sides, page.opts, source, category)
  if half > 0 then piece(sides.neutral, -half, half) end
  local left, right = -half, half
  for _, series in ipairs(sides.low) do
    local value = source:cell(category, series).value
    piece(series, left - value, left)
    left = left - value
  end
  for _, series in ipairs(sides.high) do
    local value = source:cell(category, series).value
    piece(series, right, right + value)
    right = right + value
  end
  stacked.outline(page, left, right, y, THICK)
  local style = { size = theme.size.value, bold = true }
  fig:text(fig:px(right * 100) + 6, fig.area.top + y, total_text(source, category, sides.high), style)
  style = { size = theme.size.value, bold = true, anchor = "end" }
  fig:text(fig:px(left * 100) - 6, fig.area.top + y, total_text(source, category, sides.low), style)
  local at = parts.beside_from
  for _, series in ipairs(parts.beside) do
    local value = source:cell(category, series).value
    piece(series, at, at + value)
    at = at + value
  end
  if at > parts.beside_from then stacked.outline(page, parts.beside_from, at, y, THICK) end
  return hidden
end

-- Sorting by the favourable share.
local function sort_rows(source, opts)
  source:sort(opts.sort, "likert", function(category)
    return sum_of(source, category, opts.sides.high)
  end)
end

local function legend_of(page, parts)
  local entries = {}
  local function add(series)
    entries[#entries + 1] = { label = series.label,
      style = { fill = parts.fills[series], edge = theme.axis } }
  end
  for at = #parts.sides.low, 1, -1 do add(parts.sides.low[at]) end
  if parts.sides.neutral then add(parts.sides.neutral) end
  for _, series in ipairs(parts.sides.high) do add(series) end
  for _, series in ipairs(parts.sides.aside) do add(series) end
  page:legend(entries)
end

-- The scales: both sides with room for the totals, then what stands beside.
local function place_plot(page, parts, widest, total)
  local fig, low, high, side = page.figure, extents(page.source, parts.sides, parts.beside, page.opts)
  local left = frame.edge + widest + 10
  local right = page.width - frame.edge
  local totals = 2 * 48 + (side > 0 and 24 or 0)
  local unit = (right - left - totals) / (low + high + side)
  local from, to = -low - 48 / unit, high + side + (totals - 48) / unit
  parts.beside_from = side > 0 and high + 72 / unit or high
  local top = page:take(total)
  fig:plot({ left = left, right = right, top = top, bottom = top + total }, { from * 100, to * 100 },
    { total, 0 })
  fig:line({ { 0, 0 }, { 0, total } }, { colour = theme.axis, width = 1.2 })
  if side > 0 then
    fig:line({ { parts.beside_from * 100, 0 }, { parts.beside_from * 100, total } },
      { colour = theme.axis, width = 1.2 })
  end
  return top
end

function M.draw(source, opts, heading)
  sort_rows(source, opts)
  local page = frame.open(source, opts, heading)
  local place = page:base_note()
  local parts = { sides = opts.sides, beside = beside_of(opts.sides, opts),
    fills = fills_of(opts.sides, opts), least = stacked.least(opts, "chart.likert") }
  legend_of(page, parts)
  local labels, widest = bars.category_labels(page, place)
  local tops, total = {}, 0
  for at, lines in ipairs(labels) do
    local height = math.max(THICK + 12, #lines * theme.size.label * 1.25 + 10)
    tops[at] = total + height / 2
    total = total + height
  end
  local top = place_plot(page, parts, widest, total)
  local fig, hidden = page.figure, false
  for at, category in ipairs(source.category.values) do
    fig:lines(fig.area.left - 10, top + tops[at], labels[at], { anchor = "end", bold = category.total })
    local why = row_fault(source, category)
    if why then
      fig:text(fig:px(0) + 6, top + tops[at], theme.wrap(why, theme.size.tick, 260, 1)[1],
        { size = theme.size.tick, colour = theme.soft })
    elseif draw_row(page, category, tops[at], parts) then hidden = true end
  end
  if hidden then stacked.hidden_note(page, parts.least) end
  if #parts.beside > 0 then
    local names = {}
    for at, series in ipairs(parts.beside) do names[at] = theme.plain(series.label) end
    page:note(words.say(source.lang, "outside", { list = table.concat(names, ", ") }))
  end
  return frame.close(page)
end

return M
