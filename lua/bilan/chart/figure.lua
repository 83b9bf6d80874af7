--- A drawing before it is drawn: marks in the units of the data, text at places in px.
--
-- The plot area has two scales; areas, lines and points are given in their units and reach
-- gnuplot as numbers in data blocks, so the drawing shows the figures themselves. Text reaches
-- it as labels in single quotes that went through the escaper, never through data. Nothing else
-- that comes from outside gets into a script. Places in px count from the top left corner.
local escape = require "bilan.output.escape"
local host = require "bilan.host"
local theme = require "bilan.chart.theme"

local M = {}

local Figure = {}
Figure.__index = Figure

--- A drawing of a width; its height is set when it is known.
function M.new(width)
  return setmetatable({ width = width, height = 0, marks = {}, texts = {},
    x = { 0, 1 }, y = { 1, 0 }, area = { left = 0, right = width, top = 0, bottom = 1 } }, Figure)
end

--- Where the plot stands in px, and what its two axes measure: {from, to} left to right, and
-- bottom to top.
function Figure:plot(area, x, y)
  self.area, self.x, self.y = area, x, y
end

--- The px of a value on the axes.
function Figure:px(x)
  local a = self.area
  return a.left + (x - self.x[1]) / (self.x[2] - self.x[1]) * (a.right - a.left)
end

function Figure:py(y)
  local a = self.area
  return a.bottom - (y - self.y[1]) / (self.y[2] - self.y[1]) * (a.bottom - a.top)
end

-- Adds to the last mark when it is drawn alike, else starts a new one.
local function add(self, kind, style, key, rows)
  local last = self.marks[#self.marks]
  if not last or last.kind ~= kind or last.key ~= key then
    last = { kind = kind, key = key, style = style, rows = {} }
    self.marks[#self.marks + 1] = last
  end
  for _, row in ipairs(rows) do last.rows[#last.rows + 1] = row end
end

--- A filled box. style: fill, edge (its outline; none when absent), width of the outline.
function Figure:box(x1, y1, x2, y2, style)
  local key = ("%s %s %s"):format(style.fill, style.edge or "", style.width or 1)
  if x1 > x2 then x1, x2 = x2, x1 end
  if y1 > y2 then y1, y2 = y2, y1 end
  add(self, "box", style, key, { { (x1 + x2) / 2, (y1 + y2) / 2, x1, x2, y1, y2 } })
end

--- A line through points { x, y }. style: colour, width, dash ("on,off,..." in px). A line of
-- two points is a vector to gnuplot: its ends are then cut square by every terminal.
function Figure:line(points, style)
  local key = ("%s %s %s"):format(style.colour, style.width or 1, style.dash or "")
  if #points == 2 then
    local a, b = points[1], points[2]
    return add(self, "vector", style, key, { { a[1], a[2], b[1] - a[1], b[2] - a[2] } })
  end
  local rows = { table.unpack(points) }
  rows[#rows + 1] = {}
  add(self, "line", style, key, rows)
end

--- A point. style: colour, shape (gnuplot's number), size.
function Figure:point(x, y, style)
  local key = ("%s %s %s"):format(style.colour, style.shape or 7, style.size or 1)
  add(self, "point", style, key, { { x, y } })
end

--- A line of text around the height y (its middle). style: anchor (start, middle, end), size,
-- colour, bold.
function Figure:text(x, y, text, style)
  if text == "" then return end
  style = style or {}
  self.texts[#self.texts + 1] = { x = x, y = y, text = text, anchor = style.anchor or "start",
    size = style.size or theme.size.label, colour = style.colour or theme.ink, bold = style.bold }
end

--- Lines of text around the height y.
function Figure:lines(x, y, lines, style)
  local size = style and style.size or theme.size.label
  local pitch = size * 1.25
  local first = y - (#lines - 1) * pitch / 2
  for i, line in ipairs(lines) do self:text(x, first + (i - 1) * pitch, line, style) end
end

-- ---- the script -------------------------------------------------------------------------------

local function number(x) return host.number(x) end

-- A part of the whole in six decimals: enough for a thousandth of a px.
local function part(x, of)
  return number(math.floor(x / of * 1e6 + 0.5) / 1e6)
end

local anchors = { start = "left", middle = "center", ["end"] = "right" }

local function label_line(self, at, label)
  return ("set label %d %s at screen %s,%s %s front noenhanced font '%s%s,%s' textcolor rgb '%s'")
    :format(at, escape.gnuplot(label.text), part(label.x, self.width),
      part(self.height - label.y, self.height), anchors[label.anchor], theme.font,
      label.bold and ":Bold" or "", number(label.size), label.colour)
end

local function data_block(name, rows)
  local lines = { ("$%s << EOD"):format(name) }
  for _, row in ipairs(rows) do
    local cells = {}
    for i, value in ipairs(row) do cells[i] = number(value) end
    lines[#lines + 1] = table.concat(cells, " ")
  end
  lines[#lines + 1] = "EOD"
  return table.concat(lines, "\n")
end

local draw = {}

function draw.box(style)
  local edge = style.edge and ("border lc rgb '%s' lw %s"):format(style.edge, number(style.width or 1))
    or "noborder"
  return ("using 1:2:3:4:5:6 with boxxyerror fillstyle solid 1 %s fillcolor rgb '%s'"):format(edge,
    style.fill)
end

function draw.line(style)
  local dash = style.dash and (" dashtype (%s)"):format(style.dash) or ""
  return ("using 1:2 with lines linecolor rgb '%s' linewidth %s%s"):format(style.colour,
    number(style.width or 1), dash)
end

function draw.vector(style)
  return (draw.line(style):gsub("^using 1:2 with lines", "using 1:2:3:4 with vectors nohead"))
end

function draw.point(style)
  return ("using 1:2 with points pointtype %d pointsize %s linecolor rgb '%s'"):format(
    style.shape or 7, number(style.size or 1), style.colour)
end

-- The range of the whole page on an axis whose part from `a` to `b` (of `whole` px) measures
-- `range`: gnuplot's plot covers the page, so that nothing beside the plot area is cut off.
local function page_range(range, a, b, whole)
  local unit = (range[2] - range[1]) / (b - a)
  if unit == 0 then unit = 1 end
  return ("[%s:%s]"):format(number(range[1] - a * unit), number(range[1] + (whole - a) * unit))
end

local terminals = {
  svg = function(w, h)
    return ("svg size %d,%d fixed background '%s' font '%s,12'"):format(w, h, theme.paper, theme.font)
  end,
  png = function(w, h)
    return ("pngcairo size %d,%d background '%s' font '%s,12' fontscale 1.5 linewidth 2 pointscale 2")
      :format(2 * w, 2 * h, theme.paper, theme.font)
  end,
  pdf = function(w, h)
    return ("pdfcairo size %sin,%sin background '%s' font '%s,12' fontscale 0.5625 linewidth 1.1 "
      .. "pointscale 0.5625"):format(number(w / 96), number(h / 96), theme.paper, theme.font)
  end,
}

--- The lines of gnuplot that draw this into a file: kind svg, png or pdf. Names of data blocks
-- start with `name`; drawings of one script share them, for gnuplot looks names up one by one.
function Figure:script(kind, file, name)
  local a, w, h = self.area, self.width, self.height
  local out = { "reset", "set terminal " .. terminals[kind](w, h), ("set output '%s'"):format(file),
    "unset border", "unset tics", "unset key", "unset title",
    "set lmargin at screen 0", "set rmargin at screen 1",
    "set tmargin at screen 1", "set bmargin at screen 0",
    ("set xrange %s noextend"):format(page_range(self.x, a.left, a.right, w)),
    ("set yrange %s noextend"):format(page_range(self.y, h - a.bottom, h - a.top, h)) }
  for at, label in ipairs(self.texts) do out[#out + 1] = label_line(self, at, label) end
  local marks = self.marks
  if #marks == 0 then
    marks = { { kind = "line", style = { colour = theme.paper },
      rows = { { self.x[1], self.y[1] }, { self.x[2], self.y[1] } } } }
  end
  local plots = {}
  for at, mark in ipairs(marks) do
    local block = name .. "_" .. at
    out[#out + 1] = data_block(block, mark.rows)
    plots[at] = ("$%s %s notitle"):format(block, draw[mark.kind](mark.style))
  end
  out[#out + 1] = "plot " .. table.concat(plots, ", \\\n  ")
  out[#out + 1] = "unset output\nunset label"
  return table.concat(out, "\n") .. "\n"
end

return M
