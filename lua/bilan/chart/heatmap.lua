--- A table in colour: adjusted residuals of a cross-table, or the values of any table.
--
-- The adjusted residual of a cell with count o, in a row of r, a column of c and a table of N, is
--   d = (o - r c / N) / sqrt( r c / N (1 - r/N) (1 - c/N) )
-- about standard normal when the two questions are independent (S. J. Haberman, "The Analysis of
-- Residuals in Cross-Classified Tables", Biometrics 29, 1973). Everything in it is taken from
-- the released records: what is withheld there leaves a cell with words, and a margin that a
-- withheld cell belongs to comes from the released total or not at all. Colour repeats what the
-- number says with its sign; a thick frame marks |d| >= 2, so a grey print reads as well.
local bars = require "bilan.chart.bars"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local lang = require "bilan.output.lang"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"
local source_of = require "bilan.chart.source"

local M = {}

M.options = { "value", "sort" }

local CELL <const> = 34
local measures = { "residual", "value" }

-- ---- residuals ----------------------------------------------------------------------------------

local function whole_count(cell)
  if not cell or not cell.shown then return nil end
  local count = math.tointeger(cell.count)
  if count and cell.n and cell.n > 0 and math.abs(cell.value - count / cell.n) > 1e-9 then return nil end
  return count
end

-- The sum of the counts of some cells; nil when one is not known.
local function sum_counts(cells)
  local sum = 0
  for _, cell in ipairs(cells) do
    local count = whole_count(cell)
    if not count then return nil end
    sum = sum + count
  end
  return sum
end

-- Cells of a row over the columns that are no total, and the other way round.
local function line_of(source, category, series)
  local cells = {}
  if category then
    for _, one in ipairs(source.series.values) do
      if not one.total then cells[#cells + 1] = source:cell(category, one) or false end
    end
  else
    for _, one in ipairs(source.category.values) do
      if not one.total then cells[#cells + 1] = source:cell(one, series) or false end
    end
  end
  return cells
end

-- Margins of the table: of each row, each column, and all. nil where not known.
local function margins(source)
  local rows, columns, all = {}, {}, 0
  for _, category in ipairs(source.category.values) do
    rows[category] = sum_counts(line_of(source, category, nil))
  end
  for _, series in ipairs(source.series.values) do
    columns[series] = sum_counts(line_of(source, nil, series))
    if not series.total then all = all and columns[series] and all + columns[series] end
  end
  return rows, columns, all or nil
end

local function residual(count, r, c, all)
  local expected = r * c / all
  local variance = expected * (1 - r / all) * (1 - c / all)
  if variance <= 0 then return nil end
  return (count - expected) / math.sqrt(variance)
end

-- The residuals by category and series, for all cells whose margins are known.
local function residuals(source)
  local rows, columns, all = margins(source)
  local out = {}
  for _, category in ipairs(source.category.values) do
    out[category] = {}
    for _, series in ipairs(source.series.values) do
      local count = whole_count(source:cell(category, series))
      local r, c = rows[category], columns[series]
      if count and r and c and all and all > 0 then
        out[category][series] = residual(count, r, c, all)
      end
    end
  end
  return out
end

-- ---- preparing ----------------------------------------------------------------------------------

local function without_totals(dimension)
  local kept = {}
  for _, value in ipairs(dimension.values) do
    if not value.total then kept[#kept + 1] = value end
  end
  dimension.values = kept
end

local function any_weighted(source)
  for _, cell in ipairs(source.cells) do
    if cell.shown and not whole_count(cell) then return true end
  end
  return false
end

function M.prepare(source, opts, what)
  source:axes(opts, what, "by", 2)
  if not source.series then fault.raise("%s: two questions are needed (a cross-table)", what) end
  without_totals(source.category)
  without_totals(source.series)
  local default = source.kind == "crosstab" and not any_weighted(source) and "residual" or "value"
  opts.measure = fault.choice(opts.value, measures, default, what .. " value")
  if opts.measure == "residual" then
    if any_weighted(source) then
      fault.raise("%s: residuals need unweighted counts; draw value = \"value\"", what)
    end
    source.residuals = residuals(source)
  end
end

-- What a cell shows: a number for the colour, and its text; or the words for none.
local function content(source, opts, category, series)
  local cell = source:cell(category, series)
  if not cell then return nil, "\u{2013}" end
  if not cell.shown then return nil, cell.reason end
  if opts.measure == "value" then return cell.value, cell.text end
  local d = source.residuals[category][series]
  if not d then return nil, format.say(source.lang, "not_estimable") end
  local text = format.number(d, { lang = source.lang, decimals = 1, sign = true })
  return d, cell.small and text .. "*" or text
end

--- The figures in words, residuals with their sign.
function M.describe(source, opts)
  local parts = {}
  for _, category in ipairs(source.category.values) do
    for _, series in ipairs(source.series.values) do
      local _, text = content(source, opts, category, series)
      parts[#parts + 1] = words.say(source.lang, "labelled",
        { label = frame.name_of(category, series), value = text })
    end
  end
  local between = lang.separator(source.lang)
  return theme.plain(source.title .. ". " .. table.concat(parts, between, 1, math.min(#parts, 80)))
end

-- ---- drawing ------------------------------------------------------------------------------------

-- The fill of a residual: steps at 1, 2, 3, 4 on either side of a middle.
local function residual_fill(d, opts)
  local size = math.abs(d)
  if size < 1 then return "#F2F3F4" end
  local list = d > 0 and theme.arm_high or theme.arm_low
  if opts.greyscale then list = theme.grey_arm_low end
  local step = math.min(4, math.floor(size))
  return list[5 - step]
end

local function value_fill(value, low, high, opts)
  local list = opts.greyscale and theme.grey_ramp or theme.ramp
  local part = high > low and (value - low) / (high - low) or 0.5
  return list[#list - math.floor(part * (#list - 1) + 0.5)]
end

local function extent(source, opts)
  local low, high = math.huge, -math.huge
  for _, category in ipairs(source.category.values) do
    for _, series in ipairs(source.series.values) do
      local value = content(source, opts, category, series)
      if value then low, high = math.min(low, value), math.max(high, value) end
    end
  end
  return low, high
end

-- One cell of the table: x and y count columns and rows from 0.
local function draw_cell(page, x, y, height, value, text, fill)
  local fig = page.figure
  fig:box(x, y, x + 1, y + height, { fill = fill, edge = theme.paper, width = 2 })
  local room = fig:px(x + 1) - fig:px(x) - 8
  local middle = fig.area.top + y + height / 2
  if value then
    fig:text(fig:px(x + 0.5), middle, text, { anchor = "middle", colour = theme.ink_on(fill), bold = true })
  else
    fig:lines(fig:px(x + 0.5), middle, theme.wrap(text, theme.size.note, room, 2),
      { anchor = "middle", size = theme.size.note, colour = theme.soft })
  end
end

-- A frame inside the cell; drawn after all fills so that no neighbour covers it.
local function draw_frame(page, x, y, height)
  local ix, iy = 0.5 / (page.figure.area.right - page.figure.area.left) * 6 * page.columns, 3
  page.figure:line({ { x + ix, y + iy }, { x + 1 - ix, y + iy }, { x + 1 - ix, y + height - iy },
    { x + ix, y + height - iy }, { x + ix, y + iy } }, { colour = theme.ink, width = 2 })
end

-- The names of the columns above them; gives their height.
local function column_names(page, place, room)
  local list, most = {}, 1
  for at, series in ipairs(page.source.series.values) do
    list[at] = theme.wrap(page:label_text(series, place, "series"), theme.size.tick + 1, room - 6, 4)
    most = math.max(most, #list[at])
  end
  return list, most * (theme.size.tick + 1) * 1.25 + 8
end

function M.draw(source, opts, heading)
  source:sort(opts.sort, "heatmap")
  local page = frame.open(source, opts, heading)
  local place = page:base_note()
  local labels, widest = bars.category_labels(page, place)
  local columns = #source.series.values
  page.columns = columns
  local left, fig = frame.edge + widest + 12, page.figure
  local room = math.min((page.width - frame.edge - left) / columns, 150)
  local names, names_height = column_names(page, place, room)
  local names_top = page:take(names_height)
  local tops, total = {}, 0
  for at, lines in ipairs(labels) do
    tops[at] = total
    total = total + math.max(CELL, #lines * theme.size.label * 1.25 + 8)
  end
  tops[#tops + 1] = total
  local top = page:take(total)
  fig:plot({ left = left, right = left + room * columns, top = top, bottom = top + total },
    { 0, columns }, { total, 0 })
  for at, lines in ipairs(names) do
    fig:lines(fig:px(at - 0.5), names_top + names_height / 2 - 2, lines,
      { anchor = "middle", size = theme.size.tick + 1 })
  end
  local low, high = extent(source, opts)
  local frames = {}
  for row, category in ipairs(source.category.values) do
    local height = tops[row + 1] - tops[row]
    fig:lines(left - 10, top + tops[row] + height / 2, labels[row], { anchor = "end" })
    for at, series in ipairs(source.series.values) do
      local value, text = content(source, opts, category, series)
      local fill = theme.gap
      if value and opts.measure == "residual" then
        fill = residual_fill(value, opts)
        if math.abs(value) >= 2 then frames[#frames + 1] = { at - 1, tops[row], height } end
      elseif value then fill = value_fill(value, low, high, opts) end
      draw_cell(page, at - 1, tops[row], height, value, text, fill)
    end
  end
  for _, one in ipairs(frames) do draw_frame(page, one[1], one[2], one[3]) end
  if opts.measure == "residual" then page:note(words.say(source.lang, "residuals", {})) end
  return frame.close(page)
end

M.total = source_of.TOTAL

return M
