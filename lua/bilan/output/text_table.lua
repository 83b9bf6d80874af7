--- A sheet as an aligned table for a terminal.
--
-- Columns are as wide as what they hold, measured in columns of the screen (not bytes). When the
-- table is wider than the screen: long labels wrap, then optional columns are left out (and
-- named below the table), then the columns are split into panels that repeat the row labels.
-- The base n is never left out. All text goes through escape.terminal.
--
-- Steps: texts of all cells; the width that each column wants; optional columns are dropped in
-- the order of their rank while even the narrowest labels do not fit; labels shrink, the widest
-- first; what is left is cut into panels. Cost: rows times columns, and the square of the
-- number of columns for the panels.
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"

local M = {}

local GAP <const> = 2
local BLANK <const> = (" "):byte()
local LINES_MOST <const> = 4 -- of a label, unless two would look the same
local LABEL_MOST <const>, LABEL_LEAST <const> = 44, 12
local WORDS_LEAST <const> = 20 -- of the words in place of a figure

-- The longest start of a text that fits, and the rest.
local function cut(text, room)
  if host.width(text) <= room then return text, "" end
  local stop = 0
  for at in utf8.codes(text) do
    local next_at = utf8.offset(text, 2, at) or #text + 1
    if host.width(text:sub(1, next_at - 1)) > room then break end
    stop = next_at - 1
  end
  if stop == 0 then stop = (utf8.offset(text, 2, 1) or 2) - 1 end
  return text:sub(1, stop), text:sub(stop + 1)
end

--- A text as lines of at most `room` columns, broken at blanks; a last line that had to be cut
-- ends in an ellipsis when there are more than `most` lines.
function M.wrap(text, room, most)
  local lines, line, width = {}, "", 0
  for word in text:gmatch("%S+") do
    local more = host.width(word)
    local joined = line == "" and more or width + 1 + more
    if joined <= room then line, width = line == "" and word or line .. " " .. word, joined
    else
      if line ~= "" then lines[#lines + 1] = line end
      line, width = word, more
      while width > room do
        local head, tail = cut(line, room)
        lines[#lines + 1], line, width = head, tail, host.width(tail)
      end
    end
  end
  if line ~= "" or #lines == 0 then lines[#lines + 1] = line end
  if most and #lines > most then
    lines[most] = cut(lines[most], room - 1) .. "\u{2026}"
    for at = #lines, most + 1, -1 do lines[at] = nil end
  end
  return lines
end

--- A text with blanks up to `room` columns of the screen, behind it, or before it for `right`.
function M.pad(text, room, right)
  local blanks = (" "):rep(math.max(0, room - host.width(text)))
  return right and blanks .. text or text .. blanks
end

-- Room that the letters of significance take in each column.
local function letter_rooms(body)
  local rooms = {}
  for _, row in ipairs(body.rows) do
    local cells = row.cells
    for at = 1, #cells do
      local cell = cells[at]
      if cell.letters then rooms[at] = math.max(rooms[at] or 0, host.width(cell.letters) + 1) end
    end
  end
  return rooms
end

-- A cell's text and its columns; letters stand in a room of their own so that figures stay aligned.
local function cell_text(cell, room)
  local text, columns = escape.measured(cell.text)
  if not room then return text, columns end
  local letters = cell.letters and " " .. escape.terminal(cell.letters) or ""
  return text .. letters .. (" "):rep(room - host.width(letters)), columns + room
end

local function is_left(column) return column.type == "label" or column.type == "text" end

-- A heading with the letter that marks refer to.
local function heading(column)
  local text = escape.terminal(column.label)
  return column.letter and text .. " (" .. column.letter .. ")" or text
end

-- The widest word of a text.
local function widest_word(text)
  local most = 0
  for word in text:gmatch("%S+") do most = math.max(most, host.width(word)) end
  return most
end

-- Width that each column wants; `left` and `heads` (the narrowest that a heading may be) are kept
-- with the widths.
local function natural_widths(body, texts)
  local widths = { left = {}, heads = {} }
  for at, column in ipairs(body.columns) do
    local head = heading(column)
    local most = math.min(widest_word(head), 18)
    widths.left[at], widths.heads[at] = is_left(column), most
    for index = 1, #texts do
      local columns = texts[index].columns[at]
      if columns > most then most = columns end
    end
    if is_left(column) then
      most = math.min(math.max(most, math.min(host.width(head), 24)), LABEL_MOST)
    end
    widths[at] = math.max(most, 1)
  end
  return widths
end

-- Width below which a column must not go: figures stay whole, labels and the words that stand
-- in place of a figure can be wrapped.
local function least_widths(body, texts, widths)
  local least = {}
  for at in ipairs(body.columns) do
    local most = widths.left[at] and LABEL_LEAST or widths.heads[at]
    for index, row in ipairs(widths.left[at] and {} or texts) do
      local columns = row.columns[at]
      if columns > most then -- words in place of a figure are asked for here alone
        local words = body.rows[index].cells[at].shown == false
        most = math.max(most, words and math.min(columns, WORDS_LEAST) or columns)
      end
    end
    least[at] = most
  end
  return least
end

local function total_width(list, widths)
  local sum = -GAP
  for _, at in ipairs(list) do sum = sum + widths[at] + GAP end
  return sum
end

-- Narrows labels, notes and words, the widest first, until the list fits or none can shrink.
local function shrink(list, widths, room)
  while total_width(list, widths) > room do
    local widest
    for _, at in ipairs(list) do
      local may = widths[at] > widths.least[at]
      if may and (not widest or widths[at] > widths[widest]) then widest = at end
    end
    if not widest then return end
    widths[widest] = widths[widest] - 1
  end
end

-- Does a text of a column have more columns than its width?
local function is_cut(texts, at, width)
  for _, row in ipairs(texts) do
    if row.columns[at] > width then return true end
  end
  return false
end

-- How many lines a label of each column may take: four, and more where two that are cut there
-- would look the same.
local function label_lines(body, list, widths, texts)
  local lines = {}
  for _, at in ipairs(list) do
    lines[at] = body.columns[at].type == "label" and LINES_MOST or nil
    local seen = {}
    local cuts = widths.left[at] and is_cut(texts, at, widths[at])
    for _, row in ipairs(cuts and texts or {}) do
      local shown = table.concat(M.wrap(row[at], widths[at], LINES_MOST), "\n")
      if seen[shown] and seen[shown] ~= row[at] then lines[at] = nil end
      seen[shown] = row[at]
    end
  end
  return lines
end

-- The columns that a list needs where all that can be narrowed is.
local function least_width(list, widths)
  local sum = -GAP
  for _, at in ipairs(list) do sum = sum + math.min(widths[at], widths.least[at]) + GAP end
  return sum
end

-- Leaves out optional columns, the least wanted first; returns those left out.
local function drop_optional(body, list, widths, room)
  local dropped = {}
  for rank = 1, 5 do
    for index = #list, 1, -1 do
      local column = body.columns[list[index]]
      if column.optional == rank and least_width(list, widths) > room then
        table.insert(dropped, 1, heading(column))
        table.remove(list, index)
      end
    end
  end
  return dropped
end

-- Splits the columns into panels that each fit, with the label columns in front.
local function panels_of(body, list, widths, room)
  local labels, panels, current = {}, {}, nil
  for _, at in ipairs(list) do
    if body.columns[at].type == "label" then labels[#labels + 1] = at end
  end
  for _, at in ipairs(list) do
    if body.columns[at].type ~= "label" then
      if current then current[#current + 1] = at end
      if not current or total_width(current, widths) > room then
        if current and #current > #labels + 1 then current[#current] = nil end
        if not current or current[#current] ~= at then
          current = table.move(labels, 1, #labels, 1, {})
          current[#current + 1] = at
          panels[#panels + 1] = current
        end
      end
    end
  end
  return #panels > 0 and panels or { labels }
end

-- Does a row take one line as it is? Its figures and labels fit, and no label has blanks that
-- wrapping would take out.
local function fits(list, widths, texts)
  local columns = texts.columns
  if texts.loose or not columns then return false end
  for index = 1, #list do
    local at = list[index]
    if columns[at] > widths[at] then return false end
  end
  return true
end

-- One logical row as lines: wrapped labels, figures on the first line.
local function row_lines(list, widths, texts, most)
  if fits(list, widths, texts) then return { host.line(texts, list, widths, widths.left, GAP) } end
  local parts, height = {}, 1
  for index, at in ipairs(list) do
    local wrapped = widths.left[at] or most or host.width(texts[at]) > widths[at]
    parts[index] = wrapped and M.wrap(texts[at], widths[at], most or widths.lines[at])
      or { texts[at] }
    height = math.max(height, #parts[index])
  end
  local lines = {}
  for line = 1, height do
    local cells = {}
    for index, at in ipairs(list) do
      local from = most and height - #parts[index] or 0 -- headings stand at the bottom
      cells[at] = parts[index][line - from] or ""
    end
    lines[line] = host.line(cells, list, widths, widths.left, GAP)
  end
  return lines
end

-- The group of a column, or nil.
local function group_at(body, at)
  for _, group in ipairs(body.groups) do
    if at >= group.first and at <= group.last then return group end
  end
end

-- The line of banner names over a panel, each drawn out over its columns; nil without banners.
local function group_line(body, list, widths)
  if not body.groups or #body.groups == 0 then return nil end
  local line, column, index = "", 0, 1
  while index <= #list do
    local group, first = group_at(body, list[index]), column
    repeat
      column = column + widths[list[index]] + GAP
      index = index + 1
    until index > #list or not group or group_at(body, list[index]) ~= group
    if group then
      local room = column - GAP - first
      local name = cut(escape.terminal(group.label), room)
      local rest = room - host.width(name) - 1
      if rest > 0 then name = name .. " " .. ("\u{2500}"):rep(rest) end
      line = M.pad(line, first) .. name
    end
  end
  return line
end

-- Blanks out a first label that repeats the one above.
local function without_repeats(body, texts)
  if not (body.columns[2] and body.columns[2].type == "label") then return end
  local previous
  for _, row in ipairs(texts) do
    if row[1] == previous then row[1], row.columns[1] = "", 0 else previous = row[1] end
  end
end

local function add_all(lines, more)
  for _, line in ipairs(more) do lines[#lines + 1] = line end
end

local function panel_lines(lines, body, list, widths, texts)
  local groups = group_line(body, list, widths)
  if groups then lines[#lines + 1] = groups end
  local headings = {}
  for at, column in ipairs(body.columns) do headings[at] = heading(column) end
  add_all(lines, row_lines(list, widths, headings, LINES_MOST))
  local rule = ("\u{2500}"):rep(math.max(total_width(list, widths), 1))
  lines[#lines + 1] = rule
  for index, row in ipairs(body.rows) do
    local previous = body.rows[index - 1]
    if row.kind == "total" and previous then lines[#lines + 1] = rule end
    add_all(lines, row_lines(list, widths, texts[index]))
    if row.kind == "base" and index == 1 then lines[#lines + 1] = rule end
  end
end

-- Would wrapping take blanks out of a text?
local function is_loose(text)
  return text:find("  ", 1, true) or text:byte() == BLANK or text:byte(-1) == BLANK
end

-- The texts of a row's cells, with the columns of each, and whether a label is to be wrapped at any
-- width (`loose`).
local function row_texts(body, row, rooms)
  local columns, cells = {}, row.cells
  local texts = { columns = columns }
  for at = 1, #cells do
    texts[at], columns[at] = cell_text(cells[at], rooms[at])
    if is_left(body.columns[at]) and is_loose(texts[at]) then texts.loose = true end
  end
  return texts
end

local function sentences(lines, list, room)
  for _, text in ipairs(list) do add_all(lines, M.wrap(escape.terminal(text), room)) end
end

--- The table as text. opts.width (80); opts.notes = false leaves the method notes out.
function M.write(sheet, opts)
  opts = opts or {}
  local body, room = gate.open(sheet, "the terminal writer"), opts.width or 80
  local lines, texts, rooms = {}, {}, letter_rooms(body)
  if body.title then add_all(lines, M.wrap(escape.terminal(body.title), room)) end
  if body.subtitle then add_all(lines, M.wrap(escape.terminal(body.subtitle), room)) end
  for index, row in ipairs(body.rows) do texts[index] = row_texts(body, row, rooms) end
  without_repeats(body, texts)
  local foot = {}
  if #body.columns > 0 then
    local widths, list = natural_widths(body, texts), {}
    for at in ipairs(body.columns) do list[at] = at end
    widths.least = least_widths(body, texts, widths)
    local dropped = drop_optional(body, list, widths, room)
    shrink(list, widths, room)
    widths.lines = label_lines(body, list, widths, texts)
    for index, panel in ipairs(panels_of(body, list, widths, room)) do
      if index > 1 then lines[#lines + 1] = "" end
      panel_lines(lines, body, panel, widths, texts)
    end
    if #dropped > 0 then
      foot[1] = format.say(body.lang, "foot_more", { columns = table.concat(dropped, ", ") })
    end
  end
  sentences(lines, body.foot, room)
  sentences(lines, foot, room)
  if opts.notes ~= false then
    sentences(lines, table.move(body.notes, 1, body.own_notes or #body.notes, 1, {}), room)
  end
  return table.concat(lines, "\n")
end

return M
