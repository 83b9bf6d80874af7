--- gnuplot's files made fit to be published.
--
-- SVG: gnuplot writes a title and a description of its own, leaks the expressions of its plots
-- as further titles, counts its identifiers, and fixes the size. Here the drawing gets one title
-- and one description with identifiers made from the content, a role for screen readers, and a
-- viewBox; points become plain shapes, so that no definitions, links or identifiers remain.
-- PDF: the date of creation is the only part that differs between two runs; it is set to one
-- date. PNG needs nothing.
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local host = require "bilan.host"
local theme = require "bilan.chart.theme"

local M = {}

-- Corners of gnuplot's filled points on a scale of one (pointtypes 5, 9, 11 and 13).
local shapes = {
  gpPt4 = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } },
  gpPt8 = { { 0, -1.33 }, { -1.33, 0.67 }, { 1.33, 0.67 } },
  gpPt10 = { { 0, 1.33 }, { -1.33, -0.67 }, { 1.33, -0.67 } },
  gpPt12 = { { 0, -1.41 }, { -1.41, 0 }, { 0, 1.41 }, { 1.41, 0 } },
}

local function px(x) return host.number(math.floor(x * 100 + 0.5) / 100) end

-- "rgb( 18,  52,  86)" -> "#123456"
local function hex_colours(text)
  if not text:find("rgb(", 1, true) then return text end
  return (text:gsub("rgb%(%s*(%d+),%s*(%d+),%s*(%d+)%)", function(r, g, b)
    return ("#%02x%02x%02x"):format(tonumber(r), tonumber(g), tonumber(b))
  end))
end

local function point_shape(id, x, y, scale, colour)
  x, y, scale = tonumber(x), tonumber(y), tonumber(scale)
  if id == "gpPt6" then
    return ('<circle cx="%s" cy="%s" r="%s" fill="%s" stroke="none"/>'):format(px(x), px(y), px(scale),
      colour)
  end
  local corners = {}
  for i, corner in ipairs(shapes[id]) do
    corners[i] = px(x + corner[1] * scale) .. "," .. px(y + corner[2] * scale)
  end
  return ('<polygon points="%s" fill="%s" stroke="none"/>'):format(table.concat(corners, " "), colour)
end

-- The inner text of a label is gnuplot's own escaping of < and &; ">" is put right here.
local function text_element(x, y, colour, font, size, anchor, text)
  local weight = font:find ":Bold" and ' font-weight="bold"' or ""
  anchor = anchor ~= "start" and (' text-anchor="%s"'):format(anchor) or ""
  return ('<text x="%s" y="%s" font-size="%s" fill="%s" stroke="none"%s%s>%s</text>'):format(
    px(tonumber(x)), px(tonumber(y)), px(tonumber(size)), colour, weight, anchor,
    (text:gsub(">", "&gt;")))
end

local label_pattern = '<g transform="translate%(([%d.-]+),([%d.-]+)%)" stroke="none" fill="([^"]*)" '
  .. 'font%-family="([^"]*)" font%-size="([%d.]+)"%s+text%-anchor="(%a+)">%s*<text>([^<]*)</text>%s*</g>'
local point_pattern = '<use xlink:href="#(gpPt%d+)" transform="translate%(([%d.-]+),([%d.-]+)%) '
  .. 'scale%(([%d.]+)%)" color="([^"]*)"/>'

-- Attributes of a tag: double quotes, plain colours, no blanks around values.
local function tidy_tag(tag)
  if tag:find("'", 1, true) then
    tag = tag:gsub("%s*=%s*'%s*([^']*)'", function(value)
      return '="' .. (value:match("^.*%S") or "") .. '"'
    end)
  end
  if tag:find("/>", 1, true) then tag = tag:gsub("%s+/>$", "/>") end
  return hex_colours(tag)
end

-- tag -> tidied: most tags of a drawing occur many times.
local function tidied_tags()
  return setmetatable({}, { __index = function(known, tag)
    local tidied = tidy_tag(tag)
    known[tag] = tidied
    return tidied
  end })
end

-- Removes groups that hold nothing, from the inside out.
local function drop_empty_groups(body)
  local count
  repeat body, count = body:gsub("<g[^>]*>%s*</g>\n?", "") until count == 0
  return body
end

--- The drawn elements of gnuplot's SVG, without its head, identifiers and titles; nil when the text
-- is no drawing of gnuplot's.
function M.body(svg)
  local body = svg:match("</defs>(.*)</g>%s*</svg>%s*$")
  if not body then return nil end
  body = body:gsub("<title>.-</title>", "")
  body = body:gsub("<[^>]*>", tidied_tags())
  body = body:gsub(' id="[^"]*"', ""):gsub("<g%s+>", "<g>")
  body = body:gsub(label_pattern, text_element):gsub(point_pattern, point_shape)
  body = body:gsub(' stroke%-linecap="butt" stroke%-linejoin="miter"', "")
    :gsub(' fill="none" color="[^"]*" stroke="currentColor" stroke%-width="1.00"', "")
  body = drop_empty_groups(body)
  return (body:gsub("[\t ]+\n", "\n"):gsub("\n[\n\t ]+", "\n"):gsub("^\n", ""))
end

--- The finished SVG around a body.
function M.svg(body, width, height, title, description)
  title, description = escape.xml(title), escape.xml(description)
  local id = core.text.mark(title .. "\n" .. description .. "\n" .. body)
  return table.concat {
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    ('<svg xmlns="http://www.w3.org/2000/svg" width="100%%" viewBox="0 0 %d %d" role="img" '):format(
      width, height),
    ('aria-labelledby="%s-t %s-d" font-family="%s" fill="none">\n'):format(id, id, theme.fallback),
    ('<title id="%s-t">%s</title>\n<desc id="%s-d">%s</desc>\n'):format(id, title, id, description),
    ('<rect width="%d" height="%d" fill="%s"/>\n'):format(width, height, theme.paper),
    body, "</svg>\n" }
end

--- The same bytes on every run: the date of creation in a PDF, at its length.
function M.pdf(bytes)
  return (bytes:gsub("(/CreationDate %()([^)]*)(%))", function(head, date, tail)
    local fixed = ("D:20000101000000Z00'00"):sub(1, #date)
    return head .. fixed .. (" "):rep(#date - #fixed) .. tail
  end))
end

return M
