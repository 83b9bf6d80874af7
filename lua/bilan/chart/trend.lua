--- Shares or numbers over time: points with intervals, joined by lines, named at their ends.
--
-- Where the question changed the line is broken (opts.breaks = { "2021-2022" }: between that
-- time and the one before) and a dotted upright shows it. A result of waves:trend knows by itself
-- where (its records are `broken`), and its sentences on what changed stand below. Under the axis
-- stands a small table with the base of each point: no share without its n. The scale begins at
-- zero.
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local frame = require "bilan.chart.frame"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

M.options = { "ci", "benchmark", "breaks", "zero" }

-- Does a dimension look like times: all its values begin with a year?
local function is_time(dimension)
  if #dimension.values < 2 then return false end
  for _, value in ipairs(dimension.values) do
    if not value.total and not tostring(value.key):find("^%d%d%d%d") then return false end
  end
  return true
end

--- Makes the time the category: opts.category, or what looks like years, or the first item.
function M.set_axes(source, opts, what)
  if not opts.category then
    for _, dimension in ipairs(source.dimensions) do
      if is_time(dimension) then
        opts.category = dimension.key
        break
      end
    end
  end
  if not opts.category then
    local varying = source:varying()
    opts.category = (varying[1] or source.dimensions[1] or {}).key
  end
  source:axes(opts, what, "by", 2)
  local times = {}
  for _, value in ipairs(source.category.values) do
    if not value.total then times[#times + 1] = value end
  end
  source.category.values = times
end

-- The times before which the line is broken, as a set of values.
local function read_breaks(source, opts, what)
  local set, names = {}, {}
  for at, value in ipairs(source.category.values) do names[at] = value.label end
  local given = opts.breaks or {}
  for _, name in ipairs(type(given) == "table" and given or { given }) do
    local found
    for _, value in ipairs(source.category.values) do
      if value.key == name or value.label == tostring(name) then found = value end
    end
    if not found then fault.unknown("time in breaks of " .. what, name, names) end
    set[found] = true
  end
  for _, cell in ipairs(source.cells) do
    if cell.broken then
      for _, value in ipairs(source.category.values) do
        if value.key == cell.at[source.category.key] then set[value] = true end
      end
    end
  end
  return set
end

M.read_breaks = read_breaks

function M.prepare(source, opts, what)
  M.set_axes(source, opts, what)
  source.broken = read_breaks(source, opts, what)
end

--- Moves heights apart so that labels of `pitch` px do not overlap; the list of { y = } keeps
-- its order of heights and stays as near as it can between top and bottom.
function M.spread(list, pitch, top, bottom)
  table.sort(list, function(a, b)
    if a.y ~= b.y then return a.y < b.y end
    return a.order < b.order
  end)
  for at, one in ipairs(list) do
    local before = list[at - 1]
    one.place = math.max(one.y, before and before.place + (before.height or pitch) or top)
  end
  local limit = bottom
  for at = #list, 1, -1 do
    list[at].place = math.min(list[at].place, limit)
    limit = list[at].place - (list[at - 1] and list[at - 1].height or pitch)
  end
end

-- px sideways by which the series' points are set apart, so that intervals do not cover.
local function shift_of(index, count)
  return (index - (count + 1) / 2) * math.min(7, 24 / math.max(count, 1))
end

-- The runs of points of a series that a line may join.
local function runs_of(source, series, place_of)
  local runs, run = {}, {}
  local function close()
    if #run > 1 then runs[#runs + 1] = run end
    run = {}
  end
  for at, time in ipairs(source.category.values) do
    local cell = source:cell(time, series)
    if source.broken[time] or not (cell and cell.shown) then close() end
    if cell and cell.shown then run[#run + 1] = { place_of(at), cell.value * source:scale() } end
  end
  close()
  return runs
end

-- The gap of a withheld figure: its words, upright room permitting, at the foot of its place.
local function draw_gap(page, cell, x, index)
  local fig = page.figure
  local line = theme.wrap(cell.reason, theme.size.note, page.step - 6, 2)
  local foot = fig.area.bottom - 10 - (#line - 1) * 8
  fig:lines(fig:px(x), foot - (index - 1) * 28, line,
    { anchor = "middle", size = theme.size.note, colour = theme.soft })
end

-- Is the reason of a gap that of the first series, where it is told already?
local function is_told(source, time, index, cell)
  local first = source:cell(time, source:all_series()[1])
  return index > 1 and first ~= nil and not first.shown and first.reason == cell.reason
end

local function draw_series(page, series, index, style, with_ci)
  local source, fig, scale = page.source, page.figure, page.source:scale()
  local count = #source:all_series()
  local unit = (fig.x[2] - fig.x[1]) / (fig.area.right - fig.area.left)
  local function place_of(at) return at + shift_of(index, count) * unit end
  for at, time in ipairs(source.category.values) do
    local cell = source:cell(time, series)
    if cell and cell.shown and with_ci and cell.low and cell.high then
      local x = place_of(at)
      fig:line({ { x, cell.low * scale }, { x, cell.high * scale } },
        { colour = style.line, width = 1.2 })
    end
  end
  for _, run in ipairs(runs_of(source, series, place_of)) do
    if #run == 2 then run[3] = run[2] end -- stays a line with its dashes in phase
    fig:line(run, { colour = style.line, width = 2.2, dash = style.dash })
  end
  for at, time in ipairs(source.category.values) do
    local cell = source:cell(time, series)
    if cell and cell.shown then
      fig:point(place_of(at), cell.value * scale, { colour = style.line, shape = style.shape, size = 1.15 })
    elseif cell and not is_told(source, time, index, cell) then draw_gap(page, cell, at, index) end
  end
end

-- The values beside the points when there are at most two series: more would cover each other,
-- and the table of the data has them. The last points have theirs at the end of the line.
local function draw_values(page, series, index, style)
  local source, fig, times = page.source, page.figure, page.source.category.values
  local count = #source:all_series()
  for at, time in ipairs(times) do
    local cell = source:cell(time, series)
    if cell and cell.shown and at < #times and count <= 2 then
      local others = {}
      for _, other in ipairs(source:row(time)) do
        if other and other ~= cell and other.shown then others[#others + 1] = other.value end
      end
      local below = others[1] ~= nil and cell.value < math.max(table.unpack(others))
      local end_value = below and (cell.low or cell.value) or (cell.high or cell.value)
      if page.opts.ci == false then end_value = cell.value end
      local y = fig:py(end_value * source:scale()) + (below and 11 or -10)
      fig:text(fig:px(at) + shift_of(index, count), y, cell.text,
        { anchor = "middle", size = theme.size.inside, colour = style.line, bold = true })
    end
  end
end

-- The last shown cell of a series and its place.
local function last_cell(source, series)
  local found, place
  for at, time in ipairs(source.category.values) do
    local cell = source:cell(time, series)
    if cell and cell.shown then found, place = cell, at end
  end
  return found, place
end

-- Labels at the right ends: lines of text and the height they want.
local function end_labels(page, room)
  local list, source = {}, page.source
  local all, times = source:all_series(), source.category.values
  for index, series in ipairs(all) do
    local cell, place = last_cell(source, series)
    local name = series and series.label or ""
    -- a figure before the last time has its value beside its point: at the end it would look as if
    -- it were of that time
    local text = cell and place < #times and #all <= 2 and name
      or cell and (name == "" and cell.text or cell.text .. " " .. name)
    if text and text ~= "" then
      local lines = theme.wrap(text, theme.size.label, room, 3)
      list[#list + 1] = { lines = lines, order = index, index = index, value = cell.value,
        height = #lines * theme.size.label * 1.25 + 2 }
    end
  end
  return list
end

-- Have all series one base at every time?
local function same_bases(source)
  for _, time in ipairs(source.category.values) do
    local n
    for _, cell in ipairs(source:row(time)) do
      if cell and cell.n then
        if n and n ~= cell.n then return false end
        n = cell.n
      end
    end
  end
  return true
end

-- The bases under the axis: one row per series, or one for all where they agree. Gives their
-- height and a function that draws them.
local function base_table(page, styles, left)
  local source, fig, rows = page.source, page.figure, {}
  if page.opts.base == false then return 0, function() end end
  local all = source:all_series()
  local shared = #all > 1 and same_bases(source)
  for index = 1, shared and 1 or #all do
    local name = not shared and all[index] and all[index].label or ""
    local lines = theme.wrap(name, theme.size.note, math.max(left - 26, 30), 1)
    rows[index] = { series = all[index], lines = lines, style = styles[index] }
  end
  return #rows * 15 + 4, function(top)
    for at, row in ipairs(rows) do
      local y = top + (at - 1) * 15 + 6
      local named = row.lines[1] ~= ""
      if named then
        fig:text(frame.edge, y, row.lines[1], { size = theme.size.note, colour = row.style.line })
      end
      for place, time in ipairs(source.category.values) do
        local cell = source:cell(time, row.series)
        if cell and cell.n then
          fig:text(fig:px(place), y, words.say(source.lang, "n_of",
            { n = format.count(cell.n, { lang = source.lang }) }),
            { anchor = "middle", size = theme.size.note, colour = theme.soft })
        end
      end
    end
  end
end

local function draw_breaks(page)
  local source, fig, names = page.source, page.figure, {}
  for at, time in ipairs(source.category.values) do
    if source.broken[time] and at > 1 then
      names[#names + 1] = theme.plain(time.label)
      fig:line({ { at - 0.5, fig.y[1] }, { at - 0.5, fig.y[2] } },
        { colour = theme.soft, width = 1.6, dash = "2,4" })
      fig:text(fig:px(at - 0.5), fig.area.top - 8, words.say(source.lang, "break", {}),
        { anchor = "middle", size = theme.size.note, colour = theme.soft })
    end
  end
  if source.changes then -- they say it themselves, and why
    for _, line in ipairs(source.changes) do page:note(line) end
  elseif #names > 0 then
    page:note(words.say(source.lang, "broken", { list = table.concat(names, ", ") }))
  end
end

-- The names of the times under the axis; the px they take.
local function time_labels(page, top)
  local fig, most = page.figure, 1
  for at, time in ipairs(page.source.category.values) do
    local lines = theme.wrap(time.label, theme.size.tick, page.step - 8, 2)
    most = math.max(most, #lines)
    fig:lines(fig:px(at), top + 8 + (#lines - 1) * 7, lines,
      { anchor = "middle", size = theme.size.tick, colour = theme.ink })
  end
  return most * 15 + 4
end

-- The reach of the value axis.
local function value_axis(source, opts, benchmarks)
  local low, high, scale = math.huge, -math.huge, source:scale()
  for _, cell in ipairs(source.cells) do
    if cell.shown then
      local from, to = cell.value, cell.value
      if opts.ci ~= false then from, to = cell.low or from, cell.high or to end
      low, high = math.min(low, from * scale), math.max(high, to * scale)
    end
  end
  for _, one in ipairs(benchmarks) do low, high = math.min(low, one.value), math.max(high, one.value) end
  if low > high then low, high = 0, 1 end
  return frame.axis(low, high, 6, opts.zero == false)
end
M.value_axis = value_axis

function M.draw(source, opts, heading)
  local page, times = frame.open(source, opts, heading), source.category.values
  local benchmarks = frame.benchmarks(source, opts, "chart.trend")
  local all, styles = source:all_series(), {}
  for at = 1, #all do styles[at] = theme.style(at, #all, opts) end
  if opts.ci ~= false then page:interval_note(source.cells) end
  local axis = value_axis(source, opts, benchmarks)
  local room = math.min(page.width * 0.26, 190)
  local ends = end_labels(page, room)
  local right = 0
  for _, one in ipairs(ends) do right = math.max(right, theme.widest(one.lines, theme.size.label, true)) end
  local left = frame.edge + page:axis_room(axis)
  for _, series in ipairs(all) do
    if series then
      left = math.max(left, math.min(110, frame.edge + theme.width(series.label, theme.size.note) + 34))
    end
  end
  local base_height, draw_bases = base_table(page, styles, left)
  local height = math.max(120, (opts.height or 380) - page.y - base_height - 60)
  local headroom = next(source.broken) and 16 or 8 -- the word above a break
  local top = page:take(height + headroom) + headroom
  local fig = page.figure
  fig:plot({ left = left, right = page.width - frame.edge - right - 14, top = top, bottom = top + height },
    { 0.6, #times + 0.4 }, { axis.low, axis.high })
  page.step = (fig.area.right - fig.area.left) / (#times - 0.2)
  page:height_axis(axis)
  draw_breaks(page)
  page:take(time_labels(page, page:take(0) + 4))
  for index, series in ipairs(all) do draw_series(page, series, index, styles[index], opts.ci ~= false) end
  for index, series in ipairs(all) do draw_values(page, series, index, styles[index]) end
  for _, one in ipairs(ends) do one.y = fig:py(one.value * source:scale()) end
  M.spread(ends, 17, top, top + height)
  for _, one in ipairs(ends) do
    fig:lines(fig.area.right + 8, one.place, one.lines, { colour = styles[one.index].line, bold = true })
  end
  if base_height > 0 then draw_bases(page:take(base_height) + 4) end
  page:level_benchmarks(benchmarks)
  return frame.close(page)
end

return M
