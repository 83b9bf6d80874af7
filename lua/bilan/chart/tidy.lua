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
local theme = require "bilan.chart.theme"

local M = {}

--- The drawn elements of gnuplot's SVG, without its head, identifiers and titles; nil when the text
-- is no drawing of gnuplot's. (core/io/drawing.c)
function M.body(svg) return core.gnuplot.body(svg) end

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
