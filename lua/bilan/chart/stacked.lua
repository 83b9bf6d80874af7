--- Horizontal bars of 100 %, cut by the levels in their order.
--
-- A level that is withheld would show in the room it leaves; all that is withheld in a bar
-- therefore becomes one gap at its end, with its words.
local bars = require "bilan.chart.bars"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "sort", "ordered", "label_from" }

local THICK <const> = 26

--- The least share that is labelled: opts.label_from, 5 % by default.
function M.least(opts, what)
  local least = opts.label_from
  if least == nil then return 0.05 end
  if type(least) ~= "number" or least < 0 or least > 1 then
    fault.raise("%s: label_from is a share from 0 to 1, such as 0.05", what)
  end
  return least
end

--- A segment between two shares with its label when there is room. Gives true when it has none.
function M.segment(page, from, to, y, thick, fill, cell, least)
  local fig = page.figure
  fig:box(from * 100, y - thick / 2, to * 100, y + thick / 2, { fill = fill, edge = theme.paper })
  local room = math.abs(fig:px(to * 100) - fig:px(from * 100)) - 4
  local fits = theme.width(cell.text, theme.size.inside) <= room
  if cell.value < least or not fits then return cell.value > 0 end
  fig:text(fig:px((from + to) * 50), fig.area.top + y, cell.text,
    { anchor = "middle", size = theme.size.inside, colour = theme.ink_on(fill) })
end

--- A thin outline around a bar, so that light segments keep an edge.
function M.outline(page, from, to, y, thick)
  local a, b = from * 100, to * 100
  local top, bottom = y - thick / 2, y + thick / 2
  page.figure:line({ { a, top }, { b, top }, { b, bottom }, { a, bottom }, { a, top } },
    { colour = theme.axis, width = 0.8 })
end

local function hidden_note(page, least)
  page:note(words.say(page.source.lang, "hidden_labels",
    { limit = format.share(least, nil, nil, { lang = page.source.lang }) }))
end
M.hidden_note = hidden_note

-- One bar: what is shown, then the gap of what is not.
local function draw_row(page, category, y, fills, least)
  local at, reason, hidden = 0, nil, false
  for index, cell in ipairs(page.source:row(category)) do
    if cell and cell.shown then
      if M.segment(page, at, at + cell.value, y, THICK, fills[index], cell, least) then hidden = true end
      at = at + cell.value
    elseif cell then reason = reason or cell.reason end
  end
  local fig = page.figure
  if reason then
    local stop = math.max(1, at)
    fig:box(at * 100, y - THICK / 2, stop * 100, y + THICK / 2, { fill = theme.gap })
    local room = fig.area.right - fig:px(at * 100) - 10
    if room >= theme.width(reason, theme.size.tick) then
      fig:text(fig:px(at * 100) + 6, fig.area.top + y,
        theme.wrap(reason, theme.size.tick, room, 1)[1], { size = theme.size.tick, colour = theme.soft })
    else
      page:note(words.say(page.source.lang, "labelled",
        { label = frame.name_of(category), value = theme.plain(reason) }))
    end
    at = stop
  end
  if at > 0 then M.outline(page, 0, at, y, THICK) end
  return hidden
end

function M.check_shares(source, what)
  if source.unit ~= "share" then
    fault.raise("%s: shares are needed (freq, or a cross-table with percentages), not %s", what,
      source.unit)
  end
end

function M.prepare(source, opts, what)
  source:axes(opts, what, "level", 2)
  if not source.series then
    -- One bar: the levels are the series, and the title stands for the category.
    source:single_bar()
  end
  M.check_shares(source, what)
end

local function fills_of(source, opts)
  local count = #source:all_series()
  if opts.ordered ~= false then return theme.steps(count, opts) end
  local fills = {}
  for at = 1, count do fills[at] = theme.style(at, count + 1, opts).fill end
  return fills
end

function M.draw(source, opts, heading)
  source:sort(opts.sort, "stacked")
  local page = frame.open(source, opts, heading)
  local place, least = page:base_note(), M.least(opts, "chart.stacked")
  local fills, entries = fills_of(source, opts), {}
  for at, series in ipairs(source:all_series()) do
    entries[at] = { label = page:label_text(series, place, "series"),
      style = { fill = fills[at], edge = theme.axis } }
  end
  page:legend(entries)
  local labels, widest = bars.category_labels(page, place)
  local tops, total = {}, 0
  for at, lines in ipairs(labels) do
    local height = math.max(THICK + 12, #lines * theme.size.label * 1.25 + 10)
    tops[at] = total + height / 2
    total = total + height
  end
  local top, fig, far = page:take(total), page.figure, 1
  for _, category in ipairs(source.category.values) do
    local sum = 0
    for _, cell in ipairs(source:row(category)) do sum = sum + (cell and cell.value or 0) end
    far = math.max(far, sum)
  end
  local axis = frame.axis(0, far * 100 - 1e-9, 5)
  fig:plot({ left = frame.edge + widest + 10, right = page.width - frame.edge - 14, top = top,
    bottom = top + total }, { 0, axis.high }, { total, 0 })
  page:take(20)
  page:value_axis(axis)
  local hidden = false
  for at, category in ipairs(source.category.values) do
    fig:lines(fig.area.left - 10, top + tops[at], labels[at], { anchor = "end", bold = category.total })
    if draw_row(page, category, tops[at], fills, least) then hidden = true end
  end
  if hidden then hidden_note(page, least) end
  return frame.close(page)
end

return M
