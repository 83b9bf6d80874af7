--- An SVG drawing made fit to stand inside an HTML page.
--
-- A drawing from outside the engine could hold scripts, event handlers, outside references, or
-- identifiers that clash with another drawing's. Here anything but a plain drawing is refused;
-- identifiers get a prefix; size comes from the viewBox; title and description are rewritten,
-- and tied to the drawing for screen readers.
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local host = require "bilan.host"

local M = {}

-- Elements that only draw.
local drawing = {}
for name in ([[svg g path rect circle ellipse line polyline polygon text tspan defs use title desc
  clippath mask pattern lineargradient radialgradient stop symbol marker image a filter
  feflood fecomposite]]):gmatch("%a+") do
  drawing[name] = true
end

-- Is this attribute harmless? References stay inside the drawing, or are an inline image.
local function is_plain_attribute(name, value)
  name, value = name:lower(), value:lower()
  if name:find("^on") then return false end
  -- Coded characters could hide what is looked for below.
  if value:find("&#", 1, true) or value:find("\\", 1, true) then return false end
  if name:find("href$") then
    return value:find("^#[%w_.:-]*$") or value:find("^data:image/png;base64,[%w+/=%s]*$")
  end
  if value:find("javascript:", 1, true) or value:find("@import", 1, true) then return false end
  for address in value:gmatch("url%(([^)]*)") do
    if not address:find("^%s*['\"]?#") then return false end
  end
  return true
end

-- The first attribute that does more than draw, or text that is no attribute; nil when none.
local function attribute_fault(attributes)
  local rest = attributes
  while rest:find("%S") and not rest:find("^%s*/?%s*$") do
    local name, _, value, stop = rest:match("^%s+([%w:_.-]+)%s*=%s*([\"'])(.-)%2()")
    if not name then return rest:match("^%s*(%S+)") end
    if not is_plain_attribute(name, value) then return name end
    rest = rest:sub(stop)
  end
end

-- The first thing in a drawing that is more than a drawing; nil when there is none.
local function fault_of(svg)
  for before in (svg .. "<"):gmatch("([^<]*)<") do
    if not before:find("^/?[%a]") and before ~= "" and before:find("^[!?]") then
      return "<" .. before:sub(1, 12)
    end
  end
  for tag in svg:gmatch("<([^>]*)") do
    local name, attributes = tag:match("^/?([%w:_-]+)(.*)$")
    if not name or not drawing[name:lower()] then return "<" .. tag:sub(1, 12) end
    local found = attribute_fault(attributes)
    if found then return found end
  end
end

-- Prefixes every identifier and the references to it; a plain drawing has no references.
local function prefix_ids(svg, prefix, is_plain)
  if is_plain and not svg:find('id="', 1, true) then return svg end
  svg = svg:gsub('(%sid%s*=%s*["\'])', "%1" .. prefix)
  svg = svg:gsub('(href%s*=%s*["\']#)', "%1" .. prefix)
  return (svg:gsub("(url%(%s*['\"]?#)", "%1" .. prefix))
end

local function number_of(attributes, name)
  return tonumber(attributes:match("%s" .. name .. "%s*=%s*[\"']([%d.]+)p?x?[\"']"))
end

-- What a drawing inherits from its root.
local inherited = { "fill", "font-family" }

-- The attributes of the root, with a viewBox instead of a size and without roles of its own.
local function root_attributes(attributes)
  local view_box = attributes:match("%sviewBox%s*=%s*[\"']([%d%s.,-]+)[\"']")
  local width, height = number_of(attributes, "width"), number_of(attributes, "height")
  if not view_box then
    if not width or not height then return nil end
    view_box = ("0 0 %g %g"):format(width, height)
  end
  local parts = { ('viewBox="%s"'):format(view_box) }
  for _, name in ipairs(inherited) do
    local value = attributes:match("%s" .. name:gsub("%-", "%%-") .. '%s*=%s*"([^"<>]*)"')
    if value then parts[#parts + 1] = ('%s="%s"'):format(name, value) end
  end
  return table.concat(parts, " ")
end

-- The text without the elements of a name, with or without something in them.
local function without(svg, name)
  if not svg:find("<" .. name, 1, true) then return svg end
  return (svg:gsub("<" .. name .. "[^>]*>.-</" .. name .. ">", ""):gsub("<" .. name .. "[^>]*/>", ""))
end

--- The drawing as an inline element. id: prefix for identifiers; title and description: plain
-- text. Raises when the text is no SVG or holds more than a drawing.
function M.inline(svg, id, title, description)
  svg = escape.clean(svg, "")
  if svg:find("<!--", 1, true) then svg = svg:gsub("<!%-%-.-%-%->", "") end
  svg = svg:gsub("^%s*<%?xml[^>]*%?>", ""):gsub("^%s*<!DOCTYPE[^%[>]*>", "")
  local is_plain = core.gnuplot.is_plain(svg) -- as the engine's own charts are
  local found = not is_plain and fault_of(svg)
  if found then
    host.fail(("a chart may not hold %q: only a plain drawing can stand in a report"):format(found))
  end
  local attributes, inner = svg:match("<svg(%s[^>]*)>(.*)</svg>")
  local root = attributes and root_attributes(attributes)
  if not root then host.fail("a chart needs svg text with a size") end
  inner = prefix_ids(without(without(inner, "title"), "desc"), id .. "-", is_plain)
  return ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    .. '%s role="img" aria-labelledby="%s-t %s-d">\n'
    .. '<title id="%s-t">%s</title>\n<desc id="%s-d">%s</desc>%s</svg>'):format(root, id, id, id,
    escape.xml(title), id, escape.xml(description), inner)
end

return M
