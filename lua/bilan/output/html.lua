--- HTML: one table as a fragment, and the shell of a self-contained page.
--
-- No script, no outside request: a Content-Security-Policy in the page forbids both. Tables have
-- a caption, scopes for their headings, and a region that scrolls on a narrow screen. Every text
-- goes through escape.html or escape.attribute.
--
-- Classes: f figure (aligned right), lead the row's main figure, words a cell without a figure,
-- lt letters of significance, long a wide text, tall many rows, one a table with a single label column (its
-- labels stay in view when it scrolls); rows are base, missing, net or total.
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"
local gate = require "bilan.gate"

local M = {}

local TALL <const> = 20 -- rows: such a table may be cut between pages in print

local text, attr = escape.html, escape.attribute

local policy <const> = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
  .. "base-uri 'none'; form-action 'none'"

local function is_left(column) return column.type == "label" or column.type == "text" end

-- ---- headings -------------------------------------------------------------------------------

-- One column heading; `rows` is how many heading lines it spans.
local function heading(column, rows)
  local label = text(column.label)
  if column.letter then
    label = label .. ' <span class="lt">' .. text(column.letter) .. "</span>"
  end
  local class = is_left(column) and "" or ' class="f"'
  local span = rows and rows > 1 and (' rowspan="%d"'):format(rows) or ""
  return ('<th scope="col"%s%s>%s</th>'):format(class, span, label)
end

local function group_at(body, at)
  for _, group in ipairs(body.groups or {}) do
    if at >= group.first and at <= group.last then return group end
  end
end

-- One heading line, or two when columns stand in groups.
local function head(body)
  local top, low = {}, {}
  local grouped = body.groups and #body.groups > 0
  for at, column in ipairs(body.columns) do
    local group = group_at(body, at)
    if not group then top[#top + 1] = heading(column, grouped and 2 or 1)
    else
      if at == group.first then
        top[#top + 1] = ('<th scope="colgroup" class="span" colspan="%d">%s</th>'):format(
          group.last - group.first + 1, text(group.label))
      end
      low[#low + 1] = heading(column)
    end
  end
  local lines = { "<tr>" .. table.concat(top) .. "</tr>" }
  if grouped then lines[2] = "<tr>" .. table.concat(low) .. "</tr>" end
  return "<thead>" .. table.concat(lines, "\n") .. "</thead>"
end

-- ---- rows -----------------------------------------------------------------------------------

-- What stands in a cell: an ornamental mark, the text, letters of significance.
local function cell_html(cell)
  local inner = text(cell.text)
  if cell.mark then
    inner = '<span class="mark" aria-hidden="true">' .. text(cell.mark) .. "</span>" .. inner
  end
  if cell.letters then
    inner = inner .. '<span class="lt">' .. text(cell.letters) .. "</span>"
  end
  return inner
end

local LONG <const> = 40 -- characters from which a text wants a wide column

-- A cell of data with the classes of its kind; `lead` is the row's main figure.
local function data_cell(cell, left, lead)
  local class = ""
  if not left then class = " f"
  elseif #cell.text > LONG then class = " long" end
  if lead then class = class .. " lead" end
  if not cell.shown then class = class .. " words" end
  if cell.class then class = class .. " " .. attr(cell.class) end
  local open = class == "" and "<td>" or '<td class="' .. class:sub(2) .. '">'
  return open .. cell_html(cell) .. "</td>"
end

-- How many rows the first label of a row goes on for; 0 when it repeats the one above.
local function label_run(body, index)
  local two = body.columns[2] and body.columns[2].type == "label"
  if not two then return 1 end
  local function label(at) return body.rows[at] and body.rows[at].cells[1].text end
  if index > 1 and label(index - 1) == label(index) then return 0 end
  local run = 1
  while label(index + run) == label(index) do run = run + 1 end
  return run
end

-- A plain figure between these: most cells of a page are one.
local FIGURE <const>, LEAD <const>, CLOSE <const> = '<td class="f">', '<td class="f lead">', "</td>"

-- Has a cell nothing but its text, which is shown?
local function is_plain(cell)
  return cell.shown and not (cell.class or cell.mark or cell.letters)
end

-- What each column is to its cells: a label, left, a figure that may lead its row.
local function shape_of(body)
  local shape = {}
  for at, column in ipairs(body.columns) do
    local figure = column.type == "share" or column.type == "points" or column.key == "value"
    if body.kind == "change" then figure = column.key == "value" end -- not the years' shares
    shape[at] = { label = column.type == "label", left = is_left(column), figure = figure }
  end
  return shape
end

-- The label of a row as a heading; the first one spans `run` rows.
local function label_cell(cell, at, run)
  local span = run > 1 and (' rowspan="%d"'):format(run) or ""
  return '<th scope="' .. (run > 1 and "rowgroup" or "row") .. (at > 1 and '" class="sub"' or '"')
    .. span .. ">" .. cell_html(cell) .. "</th>"
end

-- A row: labels are headings with a scope, a repeated first label spans its rows.
local function row_html(body, shape, row, index)
  local cells, led = {}, false
  local list, leads = row.cells, row.kind ~= "base" and row.kind ~= "missing"
  for at = 1, #list do
    local cell, column = list[at], shape[at]
    if column.label then
      local run = at == 1 and label_run(body, index) or 1
      if run > 0 then cells[#cells + 1] = label_cell(cell, at, run) end
    else
      local lead = leads and column.figure and not led
      led = led or lead
      if not column.left and is_plain(cell) then
        cells[#cells + 1] = (lead and LEAD or FIGURE) .. text(cell.text) .. CLOSE
      else cells[#cells + 1] = data_cell(cell, column.left, lead) end
    end
  end
  local class = row.kind ~= "row" and (' class="%s"'):format(row.kind) or ""
  return ("<tr%s>%s</tr>"):format(class, table.concat(cells))
end

-- ---- caption and feet -----------------------------------------------------------------------

local function caption_html(body, opts)
  local parts = {}
  if opts.number then parts[1] = ('<span class="num">%s</span>'):format(text(opts.number)) end
  parts[#parts + 1] = text(opts.caption or body.title or "")
  if body.synthetic then
    local mark = format.say(body.lang, "synthetic_mark")
    parts[#parts + 1] = ('<span class="synth">%s</span>'):format(text(mark))
  end
  local subtitle = opts.subtitle or body.subtitle
  if subtitle then parts[#parts + 1] = ('<span class="sub">%s</span>'):format(text(subtitle)) end
  return '<span class="cap">' .. table.concat(parts) .. "</span>"
end

local function foot_html(list)
  if #list == 0 then return "" end
  local lines = {}
  for at, line in ipairs(list) do lines[at] = "<span>" .. text(line) .. "</span>" end
  return '<p class="foot">' .. table.concat(lines, "\n") .. "</p>\n"
end

--- A sheet as a figure with its table. opts: id, number ("Tableau 1"), caption, subtitle,
-- notes = true adds the method notes below.
function M.table(sheet, opts)
  opts = opts or {}
  local body = gate.open(sheet, "the HTML writer")
  local id = attr(opts.id or "table")
  local two = body.columns[2] and body.columns[2].type == "label"
  local class = (two and "table" or "table one") .. (#body.rows > TALL and " tall" or "")
  local lines = { ('<figure class="%s" id="%s">'):format(class, id) }
  if #body.columns > 0 then
    lines[2] = ('<div class="scroll" tabindex="0" role="region" aria-labelledby="%s-c">'):format(id)
    lines[3] = ('<table>\n<caption id="%s-c">%s</caption>'):format(id, caption_html(body, opts))
    lines[4] = head(body) .. "\n<tbody>"
    local shape = shape_of(body)
    for index, row in ipairs(body.rows) do lines[#lines + 1] = row_html(body, shape, row, index) end
    lines[#lines + 1] = "</tbody>\n</table>\n</div>"
  elseif opts.caption or body.title then
    lines[2] = "<figcaption>" .. caption_html(body, opts) .. "</figcaption>"
  end
  lines[#lines + 1] = foot_html(body.foot)
  if opts.notes then lines[#lines + 1] = foot_html(body.notes) end
  lines[#lines + 1] = "</figure>\n"
  return table.concat(lines, "\n")
end

--- The shell of a page around `content` (HTML already). head: { lang, title, description }.
function M.shell(head_of, content)
  return table.concat({
    "<!DOCTYPE html>",
    ('<html lang="%s">'):format(attr(head_of.lang)),
    "<head>",
    '<meta charset="utf-8">',
    ('<meta http-equiv="Content-Security-Policy" content="%s">'):format(policy),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    ('<meta name="generator" content="%s">'):format(attr(head_of.generator or "bilan")),
    ("<title>%s</title>"):format(text(head_of.title)),
    "<style>\n" .. require("bilan.output.style") .. "</style>",
    "</head>", "<body>", content, "</body>", "</html>", "" }, "\n")
end

--- One sheet as a whole page; opts.fragment = true gives the figure alone.
function M.page(sheet, opts)
  local body = gate.open(sheet, "the HTML writer")
  local inner = { notes = true }
  if opts and opts.fragment then return M.table(sheet, inner) end
  local title = body.title or format.say(body.lang, "sheet_data")
  return M.shell({ lang = body.lang, title = title },
    "<main>\n" .. M.table(sheet, inner) .. "</main>")
end

return M
