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
local LINES_MOST <const> = 4 -- of a label, unless two would look the same
local LABEL_MOST <const>, LABEL_LEAST <const> = 44, 12
local WORDS_LEAST <const> = 20 -- of the words in place of a figure

--- A text as lines of at most `room` columns, broken at blanks; a last line that had to be cut
-- ends in an ellipsis when there are more than `most` lines.
M.wrap = host.wrap

--- A text with blanks up to `room` columns of the screen, behind it, or before it for `right`.
function M.pad(text, room, right)
  local blanks = (" "):rep(math.max(0, room - host.width(text)))
  return right and blanks .. text or text .. blanks
end

-- Room that the letters of significance take in each column.
local function letter_rooms(body)
  local rooms = {}
  for at, strip in ipairs(body.strips) do
    for _, letters in pairs(strip.letters or {}) do
      rooms[at] = math.max(rooms[at] or 0, host.width(letters) + 1)
    end
  end
  return rooms
end

local function is_left(column) return column.type == "label" or column.type == "text" end

-- A heading with the letter that marks refer to.
local function heading(column)
  local text = escape.terminal(column.label)
  return column.letter and text .. " (" .. column.letter .. ")" or text
end

-- Width that each column wants; `left` and `heads` (the narrowest that a heading may be) are kept
-- with the widths.
local function natural_widths(body, texts, headings)
  local widths = { left = {}, heads = {} }
  for at, column in ipairs(body.columns) do
    local most = math.min(host.widest(headings[at]), 18)
    widths.left[at], widths.heads[at] = is_left(column), most
    most = math.max(most, texts.most[at])
    if is_left(column) then
      most = math.min(math.max(most, math.min(host.width(headings[at]), 24)), LABEL_MOST)
    end
    widths[at] = math.max(most, 1)
  end
  return widths
end

-- Width below which a column must not go: figures stay whole, labels and the words that stand
-- in place of a figure can be wrapped.
local function least_widths(texts, widths)
  local least = {}
  for at = 1, #widths do
    local words = math.min(texts.words[at] or 0, WORDS_LEAST)
    least[at] = widths.left[at] and LABEL_LEAST
      or math.max(widths.heads[at], texts.figures[at] or 0, words)
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

-- How many lines a label of each column may take: four, and more where two that are cut there
-- would look the same.
local function label_lines(body, list, widths, texts)
  local lines = {}
  for _, at in ipairs(list) do
    lines[at] = body.columns[at].type == "label" and LINES_MOST or nil
    local seen = {}
    local cuts = widths.left[at] and texts.most[at] > widths[at]
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
local function drop_optional(body, list, widths, headings, room)
  local dropped = {}
  for rank = 1, 5 do
    for index = #list, 1, -1 do
      local column = body.columns[list[index]]
      if column.optional == rank and least_width(list, widths) > room then
        table.insert(dropped, 1, headings[list[index]])
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

-- Adds a row that does not fit one line: wrapped labels, figures on the first line. most: of
-- headings, which stand at the bottom.
local function add_row(lines, list, widths, texts, most)
  local parts, height = {}, 1
  for index, at in ipairs(list) do
    local wrapped = widths.left[at] or most or host.width(texts[at]) > widths[at]
    parts[index] = wrapped and M.wrap(texts[at], widths[at], most or widths.lines[at])
      or { texts[at] }
    height = math.max(height, #parts[index])
  end
  for line = 1, height do
    local cells = {}
    for index, at in ipairs(list) do
      cells[at] = parts[index][line - (most and height - #parts[index] or 0)] or ""
    end
    lines[#lines + 1] = host.lines({ cells }, list, widths, widths.left, GAP)[1]
  end
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
      local name = host.cut(escape.terminal(group.label), room)
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

local function panel_lines(lines, body, list, widths, texts, headings)
  local groups = group_line(body, list, widths)
  if groups then lines[#lines + 1] = groups end
  add_row(lines, list, widths, headings, LINES_MOST)
  local rule = ("\u{2500}"):rep(math.max(total_width(list, widths), 1))
  lines[#lines + 1] = rule
  local whole = host.lines(texts, list, widths, widths.left, GAP)
  for index, kind in ipairs(body.kinds) do
    if kind == "total" and index > 1 then lines[#lines + 1] = rule end
    if whole[index] then lines[#lines + 1] = whole[index]
    else add_row(lines, list, widths, texts[index]) end
    if kind == "base" and index == 1 then lines[#lines + 1] = rule end
  end
end

-- Letters stand in a room of their own behind the figures of a column, which stay aligned.
local function add_letters(body, texts)
  for at, room in pairs(letter_rooms(body)) do
    for index, row in ipairs(texts) do
      local own = body.strips[at].letters[index]
      local letters = own and " " .. escape.terminal(own) or ""
      row[at] = row[at] .. letters .. (" "):rep(room - host.width(letters))
      row.columns[at] = row.columns[at] + room
    end
    for _, most in ipairs { texts.figures, texts.words } do
      most[at] = most[at] and most[at] + room
    end
  end
end

-- The texts of all cells (see core.terminal.measure); `most`, the columns of the widest of each
-- column.
local function measured(body)
  local left = {}
  for at, column in ipairs(body.columns) do left[at] = is_left(column) end
  local texts = host.measure(body.strips, left, escape.terminal, #body.kinds)
  if body.lettered then add_letters(body, texts) end
  texts.most = {}
  for at in ipairs(left) do
    texts.most[at] = math.max(texts.figures[at] or 0, texts.words[at] or 0)
  end
  without_repeats(body, texts)
  return texts
end

local function sentences(lines, list, room)
  for _, text in ipairs(list) do add_all(lines, M.wrap(escape.terminal(text), room)) end
end

--- The table as text. opts.width (80); opts.notes = false leaves the method notes out.
function M.write(sheet, opts)
  opts = opts or {}
  local body, room = gate.open(sheet, "the terminal writer"), opts.width or 80
  local lines = {}
  if body.title then add_all(lines, M.wrap(escape.terminal(body.title), room)) end
  if body.subtitle then add_all(lines, M.wrap(escape.terminal(body.subtitle), room)) end
  local foot = {}
  if #body.columns > 0 then
    local texts, headings, list = measured(body), {}, {}
    for at, column in ipairs(body.columns) do headings[at], list[at] = heading(column), at end
    local widths = natural_widths(body, texts, headings)
    widths.least = least_widths(texts, widths)
    local dropped = drop_optional(body, list, widths, headings, room)
    shrink(list, widths, room)
    widths.lines = label_lines(body, list, widths, texts)
    for index, panel in ipairs(panels_of(body, list, widths, room)) do
      if index > 1 then lines[#lines + 1] = "" end
      panel_lines(lines, body, panel, widths, texts, headings)
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
