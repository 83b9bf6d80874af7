--- A comparison of two runs (diff.lua) in words and figures: what the terminal and the page share.
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"
local host = require "bilan.host"
local text_table = require "bilan.output.text_table"
local words = require "bilan.diff.words"

local M = {}

local DECIMALS <const> = 1 -- of shares: a change of a point should be told from one of a half
local FEW <const>, MOST <const> = 2, 6 -- decimals of numbers: at least room for these, at most

-- ---- single figures ---------------------------------------------------------------------------

local write = {}

function write.share(figure, tag)
  return format.share(figure.value, figure.count, figure.n, { lang = tag, decimals = DECIMALS })
end

function write.number(figure, tag, decimals)
  return format.number(figure.value, { lang = tag, decimals = decimals })
end

function write.count(figure, tag) return format.count(figure.value, { lang = tag }) end

function write.test(figure, tag)
  return figure.p_value and format.p_value(figure.p_value, { lang = tag })
    or figure.statistic and format.number(figure.statistic, { lang = tag })
end

-- A figure without its base; short words where there is none, false, and why.
local function figure_text(figure, tag, decimals)
  if not figure then return words.say(tag, "absent"), false end
  if figure.withheld then return words.say(tag, "withheld"), false, figure.withheld end
  local text = (write[figure.unit] or write.number)(figure, tag, decimals)
  if text then return text, true end
  return words.say(tag, "no_figure"), false, figure.shown
end

-- The decimals that x needs to show `digits` digits; nil when that takes more than MOST.
local function decimals_for(x, digits)
  for decimals = FEW, MOST do
    if math.abs(x) * 10 ^ decimals >= 10 ^ (digits - 1) then return decimals end
  end
end

--- Decimals of the numbers of a pair: two digits of the larger, one of the change. nil: those they
-- have, at most two; a change below 10^-MOST is taken as one of rounding.
function M.decimals(pair)
  if pair.unit == "share" or not pair.difference then return nil end
  local larger = math.max(math.abs(pair.a.value), math.abs(pair.b.value))
  local most = math.max(larger < 0.1 and decimals_for(larger, 2) or FEW,
    decimals_for(pair.difference, 1) or FEW)
  return most > FEW and most or nil
end

--- One side of a pair: { text = "84.1%", base = "634" or nil, shown = is it a figure?, why }.
function M.side(figure, tag, decimals)
  local text, shown, why = figure_text(figure, tag, decimals)
  local base = figure and figure.n and format.count(figure.n, { lang = tag })
  return { text = text, base = base, shown = shown, why = why }
end

--- The change as text, "+2.2 pt"; "" where there is none.
function M.change(pair, tag)
  if not pair.difference then return "" end
  if pair.unit == "share" then
    local points = format.points(pair.difference, { lang = tag, decimals = DECIMALS, bare = true })
    return points .. "\u{A0}pt"
  end
  return format.number(pair.difference, { lang = tag, sign = true, decimals = M.decimals(pair) })
end

--- The interval of the change, "−1.9 to 6.2", in points or in the figure's unit.
function M.interval(pair, tag)
  local interval = pair.interval
  if not interval then return "" end
  local share = pair.unit == "share"
  local by = share and 100 or 1
  return format.interval(by * interval.low, by * interval.high,
    { lang = tag, unit = "number", decimals = share and DECIMALS or M.decimals(pair) })
end

-- ---- remarks ----------------------------------------------------------------------------------

local function remark_text(remark, tag)
  if remark.kind == "title" then return words.say(tag, "title_remark", remark) end
  if remark.text == "" then return words.say(tag, remark.kind .. "_bare") end
  return words.say(tag, remark.kind, remark)
end

-- The number of a note: those with the same text share one.
local function number_of(notes, text)
  if not notes[text] then
    notes[#notes + 1] = text
    notes[text] = #notes
  end
  return notes[text]
end

-- The numbers of the notes of one pair: its remarks, and why a side has no figure.
local function numbers_of(made, pair, reasons, notes, tag)
  local numbers = {}
  for at, remark in ipairs(pair.remarks) do
    numbers[at] = number_of(notes, remark_text(remark, tag))
  end
  for _, side in ipairs { "a", "b" } do
    if reasons[side] then
      local text = words.say(tag, "labelled", { label = made[side].label, text = reasons[side] })
      numbers[#numbers + 1] = number_of(notes, text)
    end
  end
  table.sort(numbers)
  return table.concat(numbers, ", ")
end

-- ---- rows -------------------------------------------------------------------------------------

-- Does an indicator have more rows than one, so that each needs its own name?
local function several_of(pairs_)
  local times = {}
  for _, pair in ipairs(pairs_) do times[pair.indicator] = (times[pair.indicator] or 0) + 1 end
  return times
end

-- The name of a figure within its indicator: what it says beyond the title.
local function name_of(pair, several)
  if (several[pair.indicator] or 0) < 2 then return "" end
  local label = pair.label or pair.key
  if label:sub(1, #pair.title + 2) == pair.title .. ": " then label = label:sub(#pair.title + 3) end
  return label
end

--- The rows of a comparison: { pair, title, name, a, b, change, interval, notes }, a and b as
-- M.side gives them; and the texts of the notes. wanted(pair) says which pairs. notes: those that
-- there are already, from rows above.
function M.rows(made, tag, wanted, notes)
  local several, rows = several_of(made.pairs), {}
  notes = notes or {}
  for _, pair in ipairs(made.pairs) do
    if wanted(pair) then
      local decimals = M.decimals(pair)
      local a, b = M.side(pair.a, tag, decimals), M.side(pair.b, tag, decimals)
      rows[#rows + 1] = { pair = pair, title = pair.title, name = name_of(pair, several),
        a = a, b = b, change = M.change(pair, tag), interval = M.interval(pair, tag),
        notes = numbers_of(made, pair, { a = a.why, b = b.why }, notes, tag) }
    end
  end
  return rows, notes
end

--- The level of the intervals of the rows as text, "95%"; nil when none has one.
function M.conf(rows, tag)
  for _, row in ipairs(rows) do
    local interval = row.pair.interval
    if interval then return format.share(interval.conf, nil, nil, { lang = tag }) end
  end
end

--- Does a row have something in this column?
function M.any(rows, key)
  for _, row in ipairs(rows) do if row[key] ~= "" then return true end end
  return false
end

--- The sentences above the table: how many figures changed, and how many are in one run only.
function M.summary(made, tag)
  local counts, lines = made.counts, {}
  lines[1] = words.say(tag, "summary", counts)
  for _, side in ipairs { "a", "b" } do
    local count = counts["only_" .. side]
    if count > 0 then
      lines[#lines + 1] = words.say(tag, "summary_only_" .. side, { count = count,
        a = made.a.label, b = made.b.label })
    end
  end
  return lines
end

--- Is a figure of either run made from respondents that do not exist?
function M.is_synthetic(made)
  for _, run in ipairs { made.a, made.b } do
    for _, figure in ipairs(run.figures) do if figure.synthetic then return true end end
  end
  return false
end

--- What stands below the figures: the notes by number, what the intervals take for granted.
function M.foot(made, rows, notes, tag)
  local foot = {}
  for at, text in ipairs(notes) do foot[at] = ("%d: %s."):format(at, text) end
  if M.conf(rows, tag) then foot[#foot + 1] = words.say(tag, "independent") end
  if not made.years and made.a.year and M.any(rows, "change") then
    foot[#foot + 1] = words.say(tag, "same_year")
  end
  if M.is_synthetic(made) then foot[#foot + 1] = words.say(tag, "synthetic") end
  return foot
end

-- ---- the terminal -----------------------------------------------------------------------------

local WIDTH <const> = 80
local GAP <const> = 2
local SHORT <const> = 12 -- a heading that stays on one line
local LEAST_NAME <const> = 16 -- columns of the screen for names, whatever the figures take

-- The columns behind the names: { key, heading }, those that hold something.
local function columns_of(made, rows, tag)
  local list = { { "a", words.say(tag, "base_of", { label = made.a.label }) },
    { "b", words.say(tag, "base_of", { label = made.b.label }) } }
  if M.any(rows, "change") then list[#list + 1] = { "change", words.say(tag, "change") } end
  local conf = M.conf(rows, tag)
  if conf then list[#list + 1] = { "interval", words.say(tag, "interval", { conf = conf }) } end
  if M.any(rows, "notes") then list[#list + 1] = { "notes", words.say(tag, "remark") } end
  return list
end

local function cell_of(row, key)
  local cell = row[key]
  if type(cell) ~= "table" then return escape.terminal(cell) end
  return escape.terminal(cell.base and ("%s (%s)"):format(cell.text, cell.base) or cell.text)
end

-- The room that a heading wants: all of it when it is short, else its widest word.
local function heading_room(text)
  text = escape.terminal(text)
  if host.width(text) <= SHORT then return host.width(text) end
  local most = 1
  for word in text:gmatch "%S+" do most = math.max(most, host.width(word)) end
  return most
end

-- The width of each column: its widest cell, or what its heading wants.
local function widths_of(columns, rows)
  local widths = {}
  for at, column in ipairs(columns) do
    local most = heading_room(column[2])
    for _, row in ipairs(rows) do most = math.max(most, host.width(cell_of(row, column[1]))) end
    widths[at] = most
  end
  return widths
end

-- One row as lines: the name wrapped on the left, the cells right of its last line.
local function add_row(lines, name, room, cells, widths)
  local parts = text_table.wrap(name, room)
  for at = 1, #parts - 1 do lines[#lines + 1] = parts[at] end
  local line = text_table.pad(parts[#parts], room)
  for at, cell in ipairs(cells) do
    line = line .. (" "):rep(GAP) .. text_table.pad(cell, widths[at], true)
  end
  lines[#lines + 1] = (line:gsub("%s+$", ""))
end

-- The heading, whose words stand below one another, and a rule.
local function add_heading(lines, columns, room, widths, tag)
  local stacks, most = {}, 1
  for at, column in ipairs(columns) do
    stacks[at] = text_table.wrap(escape.terminal(column[2]), widths[at])
    most = math.max(most, #stacks[at])
  end
  for level = 1, most do
    local cells = {}
    for at, stack in ipairs(stacks) do cells[at] = stack[level - most + #stack] or "" end
    add_row(lines, level == most and words.say(tag, "indicator") or "", room, cells, widths)
  end
  local total = room
  for _, width in ipairs(widths) do total = total + GAP + width end
  lines[#lines + 1] = ("\u{2500}"):rep(total)
end

-- The rows below a heading; those of one indicator stand below its title.
local function add_table(lines, made, rows, tag, width)
  local columns = columns_of(made, rows, tag)
  local widths, taken = widths_of(columns, rows), 0
  for _, one in ipairs(widths) do taken = taken + GAP + one end
  local room, title = LEAST_NAME, nil
  for _, row in ipairs(rows) do
    room = math.max(room, host.width(row.title), host.width(row.name) + 2)
  end
  room = math.min(room, math.max(LEAST_NAME, width - taken))
  add_heading(lines, columns, room, widths, tag)
  for _, row in ipairs(rows) do
    local cells, name = {}, escape.terminal(row.title)
    for at, column in ipairs(columns) do cells[at] = cell_of(row, column[1]) end
    if row.name ~= "" then
      if title ~= row.pair.indicator then
        table.move(text_table.wrap(name, width), 1, 9, #lines + 1, lines)
      end
      name = "\u{A0}\u{A0}" .. escape.terminal(row.name)
    end
    title = row.pair.indicator
    add_row(lines, name, room, cells, widths)
  end
end

local function add_wrapped(lines, text, width)
  local parts = text_table.wrap(escape.terminal(text), width)
  table.move(parts, 1, #parts, #lines + 1, lines)
end

--- The comparison as text for a terminal. opts: all (the same figures too), lang, width.
function M.text(made, opts)
  opts = opts or {}
  local tag, all, width = opts.lang or "en", opts.all, opts.width or WIDTH
  local rows, notes = M.rows(made, tag, function(pair) return all or pair.state ~= "same" end)
  local lines = {}
  add_wrapped(lines, words.say(tag, "title", { a = made.a.name, b = made.b.name }), width)
  add_wrapped(lines, table.concat(M.summary(made, tag), " "), width)
  if #rows > 0 then
    lines[#lines + 1] = ""
    add_table(lines, made, rows, tag, width)
  else
    add_wrapped(lines, words.say(tag, #made.pairs == 0 and "no_figures" or "nothing"), width)
  end
  for _, line in ipairs(M.foot(made, rows, notes, tag)) do add_wrapped(lines, line, width) end
  local hidden = not all and made.counts.same > 0
  if hidden then add_wrapped(lines, words.say(tag, "all_lists"), width) end
  return table.concat(lines, "\n") .. "\n"
end

return M
