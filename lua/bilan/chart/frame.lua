--- What surrounds every plot: heading, legend, value axis, reference lines, notes below.
--
-- A page is filled from top to bottom: `frame.open` writes the heading, a kind of chart takes
-- its room with `page:take(px)`, and `frame.close` writes the notes and fixes the height.
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local figure = require "bilan.chart.figure"
local format = require "bilan.output.format"
local theme = require "bilan.chart.theme"
local words = require "bilan.chart.words"

local M = {}

local EDGE <const> = 16 -- px left free on both sides
M.edge = EDGE

local Page = {}
Page.__index = Page

--- A page with its heading. `heading` = true draws the title too.
function M.open(source, opts, heading)
  local width = opts.width or 720
  local page = setmetatable({ source = source, opts = opts, width = width, y = 12, notes = {},
    figure = figure.new(width) }, Page)
  if heading then page:paragraph(source.title, theme.size.title, theme.ink, true, 4) end
  if opts.subtitle then page:paragraph(opts.subtitle, theme.size.subtitle, theme.soft, false, 4) end
  if heading or opts.subtitle then page.y = page.y + 6 end
  return page
end

--- Lines of text over the whole width; moves down.
function Page:paragraph(text, size, colour, bold, most)
  local lines = theme.wrap(text, size, self.width - 2 * EDGE, most or 6, bold)
  for _, line in ipairs(lines) do
    self.figure:text(EDGE, self.y + size * 0.62, line, { size = size, colour = colour, bold = bold })
    self.y = self.y + size * 1.3
  end
end

--- Gives `px` of height: their top, in px from the top of the page.
function Page:take(px)
  local top = self.y
  self.y = top + px
  return top
end

--- A note for the foot; the same note only once.
function Page:note(text)
  if not text or text == "" then return end
  for _, other in ipairs(self.notes) do if other == text then return end end
  self.notes[#self.notes + 1] = text
end

-- ---- legend -----------------------------------------------------------------------------------

-- The px a legend entry takes beside its text.
local SWATCH <const> = 22

-- Entries { label, style, line } laid into rows that fit.
local function legend_rows(self, entries)
  local rows, x = { {} }, EDGE
  local room = self.width - 2 * EDGE
  for _, entry in ipairs(entries) do
    local lines = theme.wrap(entry.label, theme.size.legend, math.min(room - SWATCH, 300), 2)
    local width = SWATCH + theme.widest(lines, theme.size.legend) + 18
    if x > EDGE and x + width - 18 > self.width - EDGE then rows[#rows + 1], x = {}, EDGE end
    local row = rows[#rows]
    row[#row + 1] = { x = x, lines = lines, entry = entry }
    row.height = math.max(row.height or 0, #lines * theme.size.legend * 1.25 + 8)
    x = x + width
  end
  return rows
end

--- A legend: entries { label =, style = { fill, edge, line, shape }, line = true }. Marks of the
-- legend are kept and drawn once the scales of the plot are known.
function Page:legend(entries)
  self.swatches = {}
  for _, row in ipairs(legend_rows(self, entries)) do
    for _, item in ipairs(row) do
      local middle = self.y + row.height / 2
      self.swatches[#self.swatches + 1] = { x = item.x, y = middle, entry = item.entry }
      self.figure:lines(item.x + SWATCH, middle, item.lines, { size = theme.size.legend })
    end
    self.y = self.y + row.height
  end
  self.y = self.y + 4
end

-- px of the page -> units of the plot, also outside of its area.
local function units(fig, px, py)
  local a = fig.area
  return fig.x[1] + (px - a.left) / (a.right - a.left) * (fig.x[2] - fig.x[1]),
    fig.y[1] + (a.bottom - py) / (a.bottom - a.top) * (fig.y[2] - fig.y[1])
end

-- ---- the plot ---------------------------------------------------------------------------------

local steps = { 1, 2, 2.5, 5, 10 }

--- A round step that gives at most `most` steps over a span; of whole size where it can be.
function M.nice_step(span, most)
  if span <= 0 then return 1 end
  local raw = span / most
  local power = 10.0 ^ math.floor(math.log(raw, 10))
  for _, step in ipairs(steps) do
    local halves = step == 2.5 and power == 1
    if not halves and step * power >= raw * (1 - 1e-9) then return step * power end
  end
end

--- Round ends and ticks of an axis that shows low to high, zero among them unless `free`.
function M.axis(low, high, most, free)
  if not free then low, high = math.min(low, 0), math.max(high, 0) end
  if high <= low then high = low + 1 end
  local step = M.nice_step(high - low, most or 6)
  local first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
  local ticks = {}
  for at = first, last do ticks[#ticks + 1] = at * step end
  return { low = first * step, high = last * step, ticks = ticks, step = step }
end

-- Decimals that a step needs, at most 3.
local function decimals_of(step)
  for decimals = 0, 3 do
    local scaled = step * 10 ^ decimals
    if math.abs(scaled - math.floor(scaled + 0.5)) < 1e-6 then return decimals end
  end
  return 3
end

--- The text of a tick; value in units of the axis (percent for shares).
function Page:tick_text(value, step)
  local scale = self.source:scale()
  return self.source:text(value / scale, decimals_of(step)) or ""
end

--- Swatches of the legend and the frame, once the plot has its scales.
function Page:swatch_marks()
  local fig = self.figure
  for _, swatch in ipairs(self.swatches or {}) do
    local style, x, y = swatch.entry.style, swatch.x, swatch.y
    if swatch.entry.line then
      local x1, y1 = units(fig, x, y)
      local x2 = units(fig, x + 16, y)
      local middle = units(fig, x + 8, y)
      fig:line({ { x1, y1 }, { x2, y1 } }, { colour = style.line, width = 2, dash = style.dash })
      fig:point(middle, y1, { colour = style.line, shape = style.shape, size = 0.9 })
    elseif swatch.entry.point then
      local middle, height = units(fig, x + 8, y)
      fig:point(middle, height, { colour = style.line, shape = style.shape, size = 1.2 })
    else
      local x1, y1 = units(fig, x, y + 6)
      local x2, y2 = units(fig, x + 14, y - 6)
      fig:box(x1, y1, x2, y2, { fill = style.fill, edge = style.edge })
    end
  end
end

--- The value axis below a plot with horizontal bars: grid lines, texts, the line at zero.
function Page:value_axis(axis)
  local fig = self.figure
  local a = fig.area
  for _, tick in ipairs(axis.ticks) do
    local zero = math.abs(tick) < axis.step / 1e6
    fig:line({ { tick, fig.y[1] }, { tick, fig.y[2] } },
      { colour = zero and theme.axis or theme.grid, width = zero and 1.2 or 1 })
    fig:text(fig:px(tick), a.bottom + 12, self:tick_text(tick, axis.step),
      { anchor = "middle", size = theme.size.tick, colour = theme.soft })
  end
end

--- The value axis left of a plot with vertical bars or lines.
function Page:height_axis(axis)
  local fig = self.figure
  for _, tick in ipairs(axis.ticks) do
    local zero = math.abs(tick) < axis.step / 1e6
    fig:line({ { fig.x[1], tick }, { fig.x[2], tick } },
      { colour = zero and theme.axis or theme.grid, width = zero and 1.2 or 1 })
    fig:text(fig.area.left - 7, fig:py(tick), self:tick_text(tick, axis.step),
      { anchor = "end", size = theme.size.tick, colour = theme.soft })
  end
end

--- px that the texts of a height axis need.
function Page:axis_room(axis)
  local most = 0
  for _, tick in ipairs(axis.ticks) do
    most = math.max(most, theme.width(self:tick_text(tick, axis.step), theme.size.tick))
  end
  return most + 12
end

-- ---- reference lines --------------------------------------------------------------------------

local benchmark_keys = { "value", "label", "source" }

-- A figure from elsewhere is printed as it was given: a share without decimals or with one.
local function own_decimals(source, value)
  if source:scale() == 1 then return nil end
  local percent = value * 100
  return math.abs(percent - math.floor(percent + 0.5)) < 1e-9 and 0 or 1
end

--- opts.benchmark: { value = 0.34, label = "OPIIEC", source = "..." } or a list of them.
function M.benchmarks(source, opts, what)
  local given = opts.benchmark
  if given == nil then return {} end
  fault.expect(given, "table", what .. " benchmark")
  if given.value ~= nil then given = { given } end
  local list = {}
  for at, one in ipairs(given) do
    fault.options(fault.expect(one, "table", what .. " benchmark"), benchmark_keys, what .. " benchmark")
    if not format.is_figure(one.value) or type(one.label) ~= "string" then
      fault.raise('%s: a benchmark is { value = 0.34, label = "..." , source = "..." }', what)
    end
    list[at] = { value = one.value * source:scale(), label = one.label, source = one.source,
      text = source:text(one.value, own_decimals(source, one.value)) }
  end
  return list
end

-- Notes that name the origin of the reference lines.
local function benchmark_notes(self, list)
  for _, one in ipairs(list) do
    local key = one.source and "benchmark" or "benchmark_plain"
    self:note(words.say(self.source.lang, key, { label = theme.plain(one.label), value = one.text,
      source = theme.plain(one.source or "") }))
  end
end

--- Takes the room above the plot for the labels of upright reference lines.
function Page:benchmark_room(list)
  if #list > 0 then self:take(#list * 16 + 2) end
end

--- Upright reference lines with their labels above the plot.
function Page:upright_benchmarks(list)
  local fig = self.figure
  for at, one in ipairs(list) do
    local x = fig:px(one.value)
    local label = words.say(self.source.lang, "labelled", { label = one.label, value = one.text })
    label = theme.wrap(label, theme.size.tick, self.width * 0.6, 1)[1]
    local half = theme.width(label, theme.size.tick) / 2
    local place = math.max(EDGE + half, math.min(self.width - EDGE - half, x))
    local top = fig.area.top - (#list - at + 1) * 16 + 6
    local _, upper = units(fig, x, top + 8)
    fig:line({ { one.value, fig.y[1] }, { one.value, upper } },
      { colour = theme.benchmark, width = 1.5, dash = "6,4" })
    fig:text(place, top, label,
      { anchor = "middle", size = theme.size.tick, colour = theme.benchmark })
  end
  benchmark_notes(self, list)
end

--- Level reference lines with their labels inside, at the left end.
function Page:level_benchmarks(list)
  local fig = self.figure
  for _, one in ipairs(list) do
    local label = words.say(self.source.lang, "labelled", { label = one.label, value = one.text })
    label = theme.wrap(label, theme.size.tick, self.width * 0.5, 1)[1]
    fig:line({ { fig.x[1], one.value }, { fig.x[2], one.value } },
      { colour = theme.benchmark, width = 1.5, dash = "6,4" })
    fig:text(fig.area.left + 4, fig:py(one.value) - 8, label,
      { size = theme.size.tick, colour = theme.benchmark })
  end
  benchmark_notes(self, list)
end

-- ---- intervals --------------------------------------------------------------------------------

--- Notes on the intervals that were drawn.
function Page:interval_note(cells)
  local conf, some = nil, false
  for _, cell in ipairs(cells) do
    if cell.shown and cell.low and cell.high then some, conf = true, conf or cell.conf end
  end
  if not some then return end
  local tag = self.source.lang
  if not conf then return self:note(words.say(tag, "intervals_plain", {})) end
  self:note(words.say(tag, "intervals", { conf = format.share(conf, nil, nil, { lang = tag }) }))
end

-- A thin line with caps in ink over a wider one in the colour of the paper, which shows on any
-- fill. `caps` in units of the other axis.
local function whisker(fig, points, caps)
  local paper, ink = { colour = theme.paper, width = 3.4 }, { colour = theme.ink, width = 1.3 }
  fig:line(points, paper)
  fig:line(points, ink)
  for _, cap in ipairs(caps) do fig:line(cap, ink) end
end

--- An interval along x at the height y.
function Page:interval_x(cell, y, half)
  local scale = self.source:scale()
  local low, high = cell.low * scale, cell.high * scale
  whisker(self.figure, { { low, y }, { high, y } },
    { { { low, y - half }, { low, y + half } }, { { high, y - half }, { high, y + half } } })
end

--- An interval along y at the place x.
function Page:interval_y(cell, x, half)
  local scale = self.source:scale()
  local low, high = cell.low * scale, cell.high * scale
  whisker(self.figure, { { x, low }, { x, high } },
    { { { x - half, low }, { x + half, low } }, { { x - half, high }, { x + half, high } } })
end

-- ---- bases ------------------------------------------------------------------------------------

--- Writes the base where it belongs; gives the place (see Source:base_place).
function Page:base_note()
  local place, n = self.source:base_place()
  if place == "all" then
    self:note(words.say(self.source.lang, "base_all",
      { n = format.count(n, { lang = self.source.lang }) }))
  end
  return place
end

--- The label of a cell's value with its base when it stands nowhere else: "42 % (n = 57)".
function Page:value_text(cell, place)
  if place ~= "cell" then return cell.text end
  return self.source:with_base(cell.text, cell.n)
end

--- The label of a category or series with its base when it stands there.
function Page:label_text(value, place, own)
  if place ~= own or self.opts.base == false then return value.label end
  return self.source:with_base(value.label, value.n)
end

-- ---- the foot ---------------------------------------------------------------------------------

local function add_own_notes(self)
  local source, opts = self.source, self.opts
  for _, cell in ipairs(source.cells) do
    if cell.small then
      self:note(words.say(source.lang, "small", {}))
      break
    end
  end
  for _, cell in ipairs(source.cells) do
    if cell.note then self:note(format.say(source.lang, "foot_note", { note = cell.note })) end
  end
  for _, line in ipairs(source.flags) do self:note(line) end
  self:note(source.design)
  if source.synthetic then self:note(format.say(source.lang, "foot_synthetic")) end
  self:note(opts.note)
  if opts.source then
    self:note(words.say(source.lang, "source", { text = theme.plain(opts.source) }))
  end
end

--- Writes the notes and fixes the height; the finished figure.
function M.close(page)
  add_own_notes(page)
  page:swatch_marks()
  if #page.notes > 0 then page.y = page.y + 8 end
  for _, note in ipairs(page.notes) do
    page:paragraph(note, theme.size.note, theme.soft, false, 4)
  end
  page.figure.height = math.floor(page.y + 12)
  return page.figure
end

-- Labels in the description are cut there: they are heard once per figure.
local LONGEST <const> = 200

local function heard(label)
  label = escape.clean(label:sub(1, 4 * LONGEST), " ")
  local stop = utf8.offset(label, LONGEST + 1)
  return stop and stop <= #label and label:sub(1, stop - 1) .. "…" or label
end

--- Text that a reader hears instead of a category and series: "filles, oui".
function M.name_of(category, series)
  local parts = {}
  if category and category.label ~= "" then parts[#parts + 1] = heard(category.label) end
  if series and series.label ~= "" then parts[#parts + 1] = heard(series.label) end
  return table.concat(parts, ", ")
end

return M
