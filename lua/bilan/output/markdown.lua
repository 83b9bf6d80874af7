--- A sheet as a Markdown table (GitHub's pipe tables, read by pandoc too).
--
-- Every label and word goes through escape.markdown. A banner's name stands in front of each of
-- its columns, since pipe tables have one heading line.
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"
local gate = require "bilan.gate"

local M = {}

-- "Genre: fille (A)": banner, label and letter of a column.
local function heading(body, at)
  local column = body.columns[at]
  local text = column.label
  for _, group in ipairs(body.groups or {}) do
    if at >= group.first and at <= group.last then
      text = format.typography(group.label .. ": ", { lang = body.lang }) .. text
    end
  end
  if column.letter then text = text .. " (" .. column.letter .. ")" end
  return escape.markdown(text)
end

-- A cell with its mark and letters; nets and totals stand out by their type.
local function cell_text(cell, kind, first)
  local text = cell.mark and cell.mark .. " " .. cell.text or cell.text
  text = escape.markdown(text)
  if cell.letters then text = text .. " " .. escape.markdown(cell.letters) end
  if text == "" then return text end
  if kind == "net" and first then return "*" .. text .. "*" end
  if kind == "total" then return "**" .. text .. "**" end
  return text
end

local function line(cells) return "| " .. table.concat(cells, " | ") .. " |" end

--- The lines of the table alone.
local function grid_lines(body)
  local headings, rules = {}, {}
  for at, column in ipairs(body.columns) do
    headings[at] = heading(body, at)
    local left = column.type == "label" or column.type == "text"
    rules[at] = left and ":---" or "---:"
  end
  local lines = { line(headings), line(rules) }
  for _, row in ipairs(body.rows) do
    local cells = {}
    for at, cell in ipairs(row.cells) do cells[at] = cell_text(cell, row.kind, at == 1) end
    lines[#lines + 1] = line(cells)
  end
  return lines
end

--- The table with its title and the lines below it. opts.caption replaces the title,
-- opts.notes = false leaves the method notes out.
function M.table(sheet, opts)
  local body = gate.open(sheet, "the Markdown writer")
  local parts = {}
  local title = opts and opts.caption or body.title
  if title then parts[1] = "**" .. escape.markdown(title) .. "**" end
  if body.subtitle then parts[#parts + 1] = escape.markdown(body.subtitle) end
  if #body.columns > 0 then parts[#parts + 1] = table.concat(grid_lines(body), "\n") end
  local below = {}
  for _, text in ipairs(body.foot) do below[#below + 1] = escape.markdown(text) end
  if not (opts and opts.notes == false) then
    for _, text in ipairs(body.notes) do below[#below + 1] = escape.markdown(text) end
  end
  if #below > 0 then parts[#parts + 1] = table.concat(below, "\\\n") end
  return table.concat(parts, "\n\n") .. "\n"
end

return M
