--- From released records to a grid: columns, rows and cells with their text in one language.
--
-- The grid is what every writer prints; a writer only escapes. A cell is
--   { type, text, value, n, count, shown, reason, small, letters }
-- `text` is what a reader sees, rounded once. A figure that cannot be given has shown = false,
-- value = nil and the reason, in words, as its text. Records come from the gate, which has
-- already taken away what may not leave; nothing here looks at anything else. A figure that display
-- rules speak of carries their mark (flag_mark); one that they withhold is the mark alone.
--
-- Most tables are only printed, as texts. So a list is held in strips, one for each column:
--   { texts, words, cells, letters }
-- texts of all rows; words[row], why there is no figure; cells() makes the cells, and with them the
-- rows, when a writer asks for those. A cross-table is held in rows.
--
-- Column types: label (a row's name), share, points, number, count, p, interval, text.
-- Two shapes:
--   list       one record a row; label columns, then only those figures that some record has,
--              in one fixed order (value, interval, se, deff, test figures, count, n, missing)
--   cross      row levels down, total and banners across; the row of bases stands first, the
--              row of missing answers last; tests, letters and nets are told below the table
-- A level nobody chose is a row of 0 of n; a pair that has no record was not asked, and says so.
-- Shares have one decimal where every base has a hundred respondents, none below: on fewer, one
-- respondent is more than a point. A base under `small_base` puts an asterisk on the share.
local display = require "bilan.output.display"
local figures = require "bilan.output.figures"
local format = require "bilan.output.format"
local host = require "bilan.host"
local lang = require "bilan.output.lang"

local M = {}

local DASH <const> = "\u{2013}"

-- Words for a record without a figure: its own reason, its note, no respondents, or the general.
local function words_for(record, view)
  if record.reason then return record.reason end
  if record.note then return record.note end
  if record.n == 0 then return format.say(view.lang, "no_respondents") end
  return format.say(view.lang, "not_estimable")
end

M.words = words_for

-- How figures of a type are written in a view: made once for each.
local function options_of(view, type, sign)
  local kept = rawget(view, "options")
  if not kept then
    kept = {}
    view.options = kept
  end
  local key = sign and "signed" or type
  local opts = kept[key]
  if opts then return opts end
  opts = { lang = view.lang, decimals = view.decimals[type], rule = view.rule,
    weighted = view.weighted }
  if type == "points" then opts.sign, opts.bare = sign, view.bare end
  if type == "interval" then
    opts.unit, opts.decimals, opts.bare = view.unit, view.decimals[view.unit], view.change
  end
  kept[key] = opts
  return opts
end

-- The texts of a field of all records by its type, false where there is none:
-- f(records, key, view). A weighted count has a decimal below a hundred, an effective n none.
local writers = {}

local function base_options(key, view)
  return key == "effective_n" and view.whole_counts or view.counts
end

function writers.count(records, key, view)
  return figures.texts(records, key, "count", base_options(key, view))
end

function writers.share(records, key, view)
  return figures.texts(records, key, "share", options_of(view, "share"))
end

function writers.points(records, key, view)
  return figures.texts(records, key, "points", options_of(view, "points", key == "value"))
end

function writers.interval(records, key, view)
  return figures.texts(records, key, "interval", options_of(view, "interval"))
end

function writers.number(records, key, view)
  return figures.texts(records, key, "number", options_of(view, "number"))
end

-- Degrees of freedom have as many decimals as they need.
function writers.quantity(records, key, view)
  local whole = key == "df" or key == "ddf"
  return figures.texts(records, key, "number",
    { lang = view.lang, decimals = not whole and 2 or nil })
end

function writers.p(records, key, view)
  local texts, opts = {}, { lang = view.lang, bare = true }
  for at = 1, #records do texts[at] = format.p_value(records[at][key], opts) or false end
  return texts
end

-- Is the base of this record so small that a reader must be warned?
local function is_small(record, view)
  return view.small_base and record.n ~= nil and record.n < view.small_base
end

-- What stands in place of a figure: its words where it is the row's main figure, or the limits of
-- one; a dash elsewhere.
local function text_without(record, why, type, lead)
  local alone = lead or (type == "interval" and format.is_figure(record.value))
  return alone and (display.marks[record.flag] or why) or DASH
end

local function has_letters(record) return record.letters and record.letters ~= "" end

-- The text of a row's main figure with its marks.
local function with_marks(text, record, view)
  if view.unit == "share" and is_small(record, view) then
    view.any_small = true
    text = text .. "*"
  end
  if record.flag then text = text .. display.marks[record.flag] end
  if has_letters(record) then view.lettered = true end
  return text
end

-- The same marks on its cell.
local function mark_cell(cell, record, view)
  if view.unit == "share" and is_small(record, view) then cell.small = true end
  if record.flag then cell.flag_mark = display.marks[record.flag] end
  if has_letters(record) then cell.letters = record.letters end
end

-- The letters of a column, by place; nil without any.
local function letters_of(list)
  local letters
  for at = 1, #list do
    if has_letters(list[at]) then
      letters = letters or {}
      letters[at] = list[at].letters
    end
  end
  return letters
end

--- One figure of records as a strip; `lead` says that it is the row's main figure, which carries
-- marks, and the words when there is none.
local function figure_strip(records, key, type, view, lead)
  local texts, words = writers[type](records, key, view), {}
  local absent = host.absent(records, type, texts)
  for at = 1, #absent do
    local place = absent[at]
    words[place] = words_for(records[place], view)
    texts[place] = text_without(records[place], words[place], type, lead)
  end
  for at = 1, lead and #records or 0 do
    local record = records[at]
    if not words[at] then texts[at] = with_marks(texts[at], record, view) end
    view.texts[record] = texts[at]
  end
  local function cells()
    local made = host.cells(records, key, type, texts, words)
    for at = 1, lead and #records or 0 do
      if not words[at] then mark_cell(made[at], records[at], view) end
    end
    return made
  end
  return { texts = texts, words = words, cells = cells, type = type,
    letters = lead and view.lettered and letters_of(records) or nil }
end

local function figure_cells(records, key, type, view, lead)
  return figure_strip(records, key, type, view, lead).cells()
end

local function figure_cell(record, key, type, view, lead)
  return figure_cells({ record }, key, type, view, lead)[1]
end

local function text_cell(text, type)
  return { type = type or "text", text = text, shown = true }
end

-- A count of respondents: n, weighted n or missing; its words when it was withheld.
local function own_base_cell(record, key, view)
  local text = figures.text("count", base_options(key, view), record[key])
  if text then return { type = "count", text = text, value = record[key], shown = true } end
  return { type = "count", text = DASH, shown = false,
    reason = record.reason or format.say(view.lang, "not_estimable") }
end

-- ---- one record a row -----------------------------------------------------------------------

-- The fields that the records of the table being laid out have, found by one look at them.
local looked_at, fields = nil, nil

-- Does any record have this field?
local function any(records, key)
  if looked_at ~= records then looked_at, fields = records, host.fields(records) end
  return fields[key] or false
end

-- The common value of a field, or nil when it differs or is absent. What is withheld has none, nor
-- has a year that did not ask.
local function common(records, key)
  local first
  for at = 1, #records do
    local record = records[at]
    if not record.gap and not (record.shown == false and record.reason) then
      if first == nil then first = record[key] end
      if record[key] ~= first then return nil end
    end
  end
  return first
end

local value_words = { mean = "mean", total = "total_value", quantile = "quantile", ratio = "ratio",
  difference = "difference" }

-- The heading of the main figure.
local function value_label(spec, view)
  local key = value_words[spec.kind] or (spec.unit == "share" and "share")
    or (spec.unit == "count" and "count") or "value"
  return format.say(view.lang, key)
end

-- The label columns in front: by-items, then what tells the records apart.
local function stub_columns(spec, records, view)
  local columns = {}
  for _, item in ipairs(spec.by) do
    columns[#columns + 1] = { key = item.name, label = item.label or item.name, type = "label",
      by = true }
  end
  local words = { p = "p", term = "term", method = "method" }
  for _, key in ipairs { "banner", "row", "col", "level", "p", "term", "method" } do
    if any(records, key) then
      local label = format.say(view.lang, words[key] or "level")
      if key == "level" and spec.item and spec.item.label then label = spec.item.label end
      columns[#columns + 1] = { key = key, label = label, type = "label" }
    end
  end
  return columns
end

local function interval_label(records, view)
  local with_limits = {}
  for _, record in ipairs(records) do
    if record.low or record.high then with_limits[#with_limits + 1] = record end
  end
  local conf = common(with_limits, "conf")
  if not conf then return format.say(view.lang, "interval_plain") end
  return format.say(view.lang, "interval", { conf = conf })
end

-- The note of a record, unless its words stand already in the cell of the figure, or of the
-- interval, that does not exist.
local function note_beside(record, has)
  local told = not format.is_figure(record.value) and has.value
    or format.is_figure(record.value) and has.interval and not format.is_figure(record.low)
      and not format.is_figure(record.high)
  return not told and record.note or nil
end

-- Is this base (weighted n, effective n) another one than n?
local function differ(records, key)
  for at = 1, #records do
    local record = records[at]
    if record[key] and record.n and math.abs(record[key] - record.n) > 0.05 then return true end
  end
  return false
end

-- The one note that all of several records have: it is said once, below the table. And does any
-- record have one?
local function shared_note(records, has)
  if not any(records, "note") then return nil, false end
  local first, same, some = note_beside(records[1], has), records[2] ~= nil, false
  for _, record in ipairs(records) do
    local note = note_beside(record, has)
    same, some = same and note == first, some or note ~= nil
  end
  return same and first or nil, some
end

--- Columns of figures in their fixed order, and the note of all records; `optional` columns may be
-- left out on a narrow screen.
local function figure_columns(spec, records, view)
  local columns = {}
  local function add(key, type, label, optional)
    columns[#columns + 1] = { key = key, type = type, optional = optional,
      label = label or format.say(view.lang, key) }
  end
  if spec.kind ~= "test" or any(records, "value") then
    add("value", view.unit, value_label(spec, view))
  end
  if any(records, "low") or any(records, "high") then
    add("interval", "interval", interval_label(records, view))
  end
  local wants_se = view.unit == "number" or view.show_se
  if wants_se and any(records, "se") then add("se", "number", nil, 3) end
  if any(records, "deff") then add("deff", "quantity", nil, 1) end
  if any(records, "statistic") then add("statistic", "quantity", spec.statistic_label) end
  if any(records, "statistic") and any(records, "df") then add("df", "quantity") end
  if any(records, "ddf") then add("ddf", "quantity") end
  if any(records, "p_value") then add("p_value", "p") end
  if any(records, "count") and view.unit ~= "count" then add("count", "count", nil, 4) end
  if any(records, "n") then add("n", "count") end
  if differ(records, "weighted_n") then add("weighted_n", "count", nil, 2) end
  if differ(records, "effective_n") then add("effective_n", "count", nil, 1) end
  if any(records, "missing") and not common(records, "missing") then add("missing", "count") end
  local has = {}
  for _, column in ipairs(columns) do has[column.key] = true end
  local shared, noted = shared_note(records, has)
  if noted and not shared then
    add("note", "text", nil, 5)
    columns[#columns].has = has
  end
  return columns, shared
end

-- The field with the base of each figure of a change.
local base_of_change = { from_value = "from_n", to_value = "to_n" }

-- The columns of change between two waves: both figures with their bases in brackets, the
-- difference with its interval and test. How well a row compares is told by its mark or words.
local function change_columns(spec, records, view)
  local columns = {}
  local function add(key, type, label)
    if any(records, key) or key == "value" then
      columns[#columns + 1] = { key = key, type = type, label = label }
    end
  end
  for at, key in ipairs { "from_value", "to_value" } do
    local year = spec.waves[at]
    add(key, "share", format.say(view.lang, "share_base", { year = year }))
    local own = columns[#columns]
    if own and own.key == key then own.plain, own.base = year, base_of_change[key] end
  end
  add("value", view.unit, format.say(view.lang, view.bare and "change_points" or "change_value"))
  if any(records, "low") then
    columns[#columns + 1] = { key = "interval", type = "interval",
      label = interval_label(records, view) }
  end
  add("p_value", "p", format.say(view.lang, "p_value"))
  return columns
end

-- A level in the words of the codebook for the reader's language; itself when it has none.
local function level_text(spec, item, level)
  local own = spec.level_labels and item and spec.level_labels[item]
  return own and own[level] or tostring(level)
end

-- The item whose levels a label column holds; in a comparison of several items, that of the row.
local function item_of_column(spec, record, column)
  if column.by then return column.key end
  if column.key ~= "level" and column.key ~= "row" then return nil end
  return spec.item and spec.item.name or spec.kind == "change" and record.by.item or nil
end

local function label_text(spec, record, column, view)
  local value = column.by and record.by[column.key] or record[column.key]
  if column.by and value == nil then return format.say(view.lang, "total") end
  if value == nil then return "" end
  if math.type(value) then return format.number(value, { lang = view.lang, most = 15 }) end
  if value == "" then return format.say(view.lang, "no_label") end
  if column.key == "method" then return lang.translate(view.lang, value) end
  return level_text(spec, item_of_column(spec, record, column), value)
end

-- Decimals of a coefficient: so many that its standard error (or interval) has two digits.
local function coefficient_decimals(record)
  local width = record.se or record.high and record.low and (record.high - record.low) / 4
  if not (format.is_figure(width) and width > 0) then return 2 end
  return math.max(2, math.min(15, 1 - math.floor(math.log(width, 10))))
end

-- Coefficients are in units of their own: each row has its own decimals.
local function row_view(record, view)
  return setmetatable({ decimals = { number = coefficient_decimals(record) } }, { __index = view })
end

-- Among changes of shares, that of a mean: a number, with as many decimals as its error has.
local function number_view(record, view)
  return setmetatable({ unit = "number", decimals = { number = coefficient_decimals(record) } },
    { __index = view })
end

local number_of = { share = "number", points = "number" }

-- A figure with its base in brackets: "78,1 % (1 284)".
local function add_base(cell, n, view)
  if not (cell.shown and format.is_figure(n)) then return cell end
  cell.base = n
  cell.text = ("%s\u{A0}(%s)"):format(cell.text, format.count(n, { lang = view.lang }))
  return cell
end

-- A strip of cells that are there already.
local function strip_of(cells)
  local texts, words = {}, {}
  for at = 1, #cells do
    local cell = cells[at]
    texts[at] = cell.text
    if cell.shown == false then words[at] = cell.reason or cell.text end
  end
  return { texts = texts, words = words, made = cells, letters = letters_of(cells),
    cells = function() return cells end }
end

-- A strip of plain texts.
local function text_strip(texts, type)
  local function cells()
    local made = {}
    for at = 1, #texts do made[at] = text_cell(texts[at], type) end
    return made
  end
  return { texts = texts, words = {}, cells = cells, type = type }
end

-- The strip of a column, with a text for each record: strips_of[type](spec, column, records, view).
local strips_of = {}

-- Levels repeat from row to row, so each label is made once.
function strips_of.label(spec, column, records, view)
  local texts, known, none = {}, {}, {}
  local keeps = spec.kind ~= "change" -- whose rows may be of several items
  local by, key = column.by, column.key
  for at = 1, #records do
    local record = records[at]
    local value = by and record.by[key] or record[key]
    if value == nil then value = none end
    local text = known[value]
    if not text then
      text = label_text(spec, record, column, view)
      if keeps then known[value] = text end
    end
    texts[at] = text
  end
  return text_strip(texts, "label")
end

function strips_of.text(_, column, records)
  local texts = {}
  for at = 1, #records do texts[at] = note_beside(records[at], column.has) or "" end
  return text_strip(texts, "text")
end

-- Numbers of respondents, which stay where a figure is withheld.
local function base_strip(records, key, view)
  local texts, words = writers.count(records, key, view), {}
  for at = 1, #records do
    if not texts[at] then
      texts[at] = DASH
      words[at] = records[at].reason or format.say(view.lang, "not_estimable")
    end
  end
  local function cells()
    local made = {}
    for at = 1, #records do
      local why = words[at]
      made[at] = { type = "count", text = texts[at], shown = not why, reason = why,
        value = not why and records[at][key] or nil }
    end
    return made
  end
  return { texts = texts, words = words, cells = cells, type = "count" }
end

-- How the figures of a record are written where rows differ: coefficients, means among changes.
local function own_view(spec, record, view)
  if spec.kind == "glm" and not view.decimals_asked then return row_view(record, view) end
  if spec.kind == "change" and record.unit == "number" then return number_view(record, view) end
  return view
end

-- The figures of rows that are in units of their own.
local function own_strip(spec, column, records, view)
  local cells, key, type = {}, column.key, column.type
  for at = 1, #records do
    local record = records[at]
    local mean = spec.kind == "change" and record.unit == "number"
    local own = mean and number_of[type] or type
    cells[at] = figure_cell(record, key, own, own_view(spec, record, view), key == "value")
    if column.base then add_base(cells[at], record[column.base], view) end
  end
  return strip_of(cells)
end

local function column_strip(spec, column, records, view)
  local key, type = column.key, column.type
  if strips_of[type] then return strips_of[type](spec, column, records, view) end
  if key == "n" then return base_strip(records, key, view) end
  if spec.kind == "glm" or spec.kind == "change" then
    return own_strip(spec, column, records, view)
  end
  return figure_strip(records, key, type, view, key == "value")
end

-- Records as the strips of all columns, and the kinds of their rows.
local function record_strips(spec, columns, records, view)
  local strips, kinds = {}, {}
  for at, column in ipairs(columns) do strips[at] = column_strip(spec, column, records, view) end
  for at = 1, #records do kinds[at] = records[at].net and "net" or "row" end
  return strips, kinds
end

--- The rows of cells of a grid that is held in strips.
function M.rows(strips, kinds)
  local lists, rows = {}, {}
  for at, strip in ipairs(strips) do lists[at] = strip.cells() end
  local cells = host.rows(lists, #kinds)
  for at = 1, #kinds do rows[at] = { kind = kinds[at], cells = cells[at] } end
  return rows
end

--- The strips of a grid that is held in rows.
function M.strips(columns, rows)
  local strips = {}
  for at = 1, #columns do
    local cells = {}
    for place, row in ipairs(rows) do cells[place] = row.cells[at] end
    strips[at] = strip_of(cells)
  end
  return strips
end

--- The kinds of rows: row, net, base, missing, total.
function M.kinds(rows)
  local kinds = {}
  for place, row in ipairs(rows) do kinds[place] = row.kind end
  return kinds
end

-- "36 (sans réponse 30, refus 6)": kinds of missing in their fixed order.
local function missing_line(count, kinds, view)
  local parts = {}
  for _, kind in ipairs(lang.missing_kinds) do
    local of_kind = kinds and kinds[kind[1]]
    if of_kind and of_kind ~= 0 then
      parts[#parts + 1] = format.say(view.lang, kind[2]) .. " "
        .. format.count(of_kind, { lang = view.lang })
    end
  end
  local shown = format.count(count, { lang = view.lang })
  local plain = kinds and kinds["no answer"] == count -- one kind, and the usual one
  local key = #parts > 0 and not plain and "foot_missing_kinds" or "foot_missing"
  return format.say(view.lang, key, { missing = shown, kinds = table.concat(parts, ", ") })
end

-- What a report on weights tells, each with the key of its words.
local weight_lines = { { "n", "n", "count" }, { "zero", "weights_zero", "count" },
  { "sum", "weights_sum", "count" }, { "min", "weights_min", "quantity" },
  { "mean", "mean", "quantity" }, { "max", "weights_max", "quantity" },
  { "cv", "weights_cv", "quantity" }, { "effective_n", "effective_n", "count" },
  { "deff", "weights_deff", "quantity" } }

-- The one record of a report on weights, a line for each figure.
local function weights_grid(records, view)
  local grid = { columns = { { key = "term", label = "", type = "label" }, { key = "value",
    label = format.say(view.lang, "value"), type = "quantity" } }, rows = {}, foot = {} }
  local record = records[1]
  for _, line in ipairs(weight_lines) do
    if record[line[1]] ~= 0 or line[1] ~= "zero" then
      local cell = figure_cell(record, line[1], line[3], view, true)
      grid.rows[#grid.rows + 1] = { kind = "row",
        cells = { text_cell(format.say(view.lang, line[2]), "label"), cell } }
    end
  end
  return grid
end

-- The level that all rows of a table over years are of stands above it, not in each row; nil where
-- rows differ by it, or have nothing else to be known by.
local function shared_level(spec, records, columns)
  local over_years = spec.kind == "change" or spec.change_notes
  if not over_years or #columns < 2 or columns[#columns].key ~= "level" then return nil end
  for _, record in ipairs(records) do
    if record.level ~= records[1].level then return nil end
  end
  return columns[#columns]
end

-- The shared level in words, with its item where the rows are all of one that the title leaves out.
local function level_line(spec, record, column, view)
  local level = label_text(spec, record, column, view)
  local named = not spec.item or (spec.title or ""):find(spec.item.label, 1, true)
  if named then return format.say(view.lang, "subtitle_level", { level = level }) end
  return format.say(view.lang, "subtitle_item", { item = spec.item.label, level = level })
end

local function list_grid(spec, records, view)
  local columns = stub_columns(spec, records, view)
  local shown, note
  local grid = { columns = columns, foot = {} }
  local level = shared_level(spec, records, columns)
  if level then
    grid.subtitle = level_line(spec, records[1], level, view)
    columns[#columns] = nil
  end
  if spec.kind == "change" then shown = change_columns(spec, records, view)
  else shown, note = figure_columns(spec, records, view) end
  table.move(shown, 1, #shown, #columns + 1, columns)
  grid.strips, grid.kinds = record_strips(spec, columns, records, view)
  for at = 1, level and #records or 0 do grid.kinds[at] = "row" end -- no net among others
  local missing = common(records, "missing")
  if missing then
    grid.foot[1] = missing_line(missing, records[1].missing_kinds, view)
  end
  if note then grid.foot[#grid.foot + 1] = format.say(view.lang, "foot_note", { note = note }) end
  return grid
end

-- ---- a cross-table --------------------------------------------------------------------------

local function cell_key(banner, col)
  return tostring(banner or "") .. "\0" .. tostring(col or "")
end

-- Adds a value to a list unless it is there.
local function add_once(list, seen, value)
  if value ~= nil and not seen[value] then
    seen[value] = true
    list[#list + 1] = value
  end
end

--- Row levels (nets included), in the order given by the spec, then of first appearance.
local function row_order(spec, records)
  local order, seen, nets = {}, {}, {}
  for _, level in ipairs(spec.levels or {}) do add_once(order, seen, level) end
  for _, record in ipairs(records) do
    add_once(order, seen, record.row)
    if record.net and record.row ~= nil then nets[record.row] = true end
  end
  return order, nets
end

-- The banners with their levels: those of the spec, or of the records in order.
local function banner_order(spec, records)
  local banners, by_name = {}, {}
  local function banner_of(name, label)
    local banner = by_name[name]
    if not banner then
      banner = { name = name, label = label or name, levels = {}, seen = {} }
      by_name[name] = banner
      banners[#banners + 1] = banner
    end
    return banner
  end
  for _, given in ipairs(spec.banners or {}) do
    local banner = banner_of(given.name, given.label)
    for _, level in ipairs(given.levels or {}) do add_once(banner.levels, banner.seen, level) end
  end
  local only = spec.banners and #spec.banners == 1 and spec.banners[1].name
  for _, record in ipairs(records) do
    if record.col ~= nil then
      local banner = banner_of(record.banner or only or "")
      add_once(banner.levels, banner.seen, record.col)
    end
  end
  return banners, only
end

local alphabet <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

--- The columns of a cross-table with the spans of its banners.
local function cross_columns(spec, records, view)
  local banners, only = banner_order(spec, records)
  local head = spec.item and (spec.item.label or spec.item.name) or format.say(view.lang, "level")
  local columns, groups = { { key = "row", label = head, type = "label" } }, {}
  local lettered, letter_of = any(records, "letters"), {}
  for _, record in ipairs(records) do
    if record.col ~= nil and record.column_letter then
      letter_of[cell_key(record.banner or only, record.col)] = record.column_letter
    end
  end
  for _, record in ipairs(records) do
    if record.col == nil then
      columns[2] = { key = cell_key(), label = format.say(view.lang, "total"), type = view.unit,
        whole = true }
      break
    end
  end
  for _, banner in ipairs(banners) do
    local first = #columns + 1
    for index, level in ipairs(banner.levels) do
      local key = cell_key(banner.name, level)
      columns[#columns + 1] = { key = key, label = level_text(spec, banner.name, level),
        type = view.unit,
        letter = lettered and (letter_of[key] or alphabet:sub(index, index)) or nil }
    end
    if #columns >= first then
      groups[#groups + 1] = { label = banner.label, first = first, last = #columns }
    end
  end
  return columns, groups, only
end

-- Records by row and column; bases by column.
local function cross_index(spec, records, bases, only)
  local cells, base_of = {}, {}
  for _, record in ipairs(records) do
    local banner = record.col ~= nil and (record.banner or only) or nil
    local key = cell_key(banner, record.col)
    local row = cells[record.row] or {}
    cells[record.row], row[key] = row, record
    local base = base_of[key]
    if spec.percent ~= "row" and not record.net and (not base or (record.n or 0) > base.n) then
      base_of[key] = { n = record.n or 0, weighted_n = record.weighted_n, missing = record.missing,
        effective_n = record.effective_n, derived = true }
    end
  end
  for _, base in ipairs(bases) do
    base_of[cell_key(base.col ~= nil and (base.banner or only) or nil, base.col)] = base
  end
  return cells, base_of
end

-- A row of bases: n, weighted n, effective n or missing of each column; nil when no column has any.
local function base_row(columns, base_of, key, view, kind)
  local row, found = { kind = kind, cells = {} }, false
  local word = ({ n = "base", weighted_n = "weighted_base", effective_n = "effective_base",
    missing = "missing" })[key]
  for at, column in ipairs(columns) do
    local base = base_of[column.key]
    if at == 1 then row.cells[at] = text_cell(format.say(view.lang, word), "label")
    elseif column.key == "row_n" then row.cells[at] = text_cell("")
    else
      if base and base[key] ~= nil then found = true end
      row.cells[at] = own_base_cell(base or {}, key, view)
    end
  end
  return found and row or nil
end

-- One row level across the columns; a pair that the result does not have was not asked. cell_of:
-- the cell of each record.
local function cross_row(spec, level, cells, columns, view, net, cell_of)
  local row = { kind = net and "net" or "row", level = level, cells = {} }
  local own, base = cells[level] or {}, nil
  for at, column in ipairs(columns) do
    local record = own[column.key]
    base = base or record
    if at == 1 then
      row.cells[at] = text_cell(level_text(spec, spec.item and spec.item.name, level), "label")
    elseif column.key == "row_n" then row.cells[at] = own_base_cell(base or {}, "n", view)
    elseif record then row.cells[at] = cell_of[record]
    else
      local why = format.say(view.lang, "not_asked")
      row.cells[at] = { type = view.unit, text = why, shown = false, reason = why }
    end
  end
  if row.cells[1].text == "" then row.cells[1].text = format.say(view.lang, "no_label") end
  return row
end

-- "F = 3,21, ddl = 1,9 ; 540,2, p = 0,012" of one test, or its words.
local function test_figures(test, view)
  local parts = {}
  local function short(x) return format.number(x, { lang = view.lang }) end
  if test.reason then return test.reason end
  if format.is_figure(test.statistic) then
    local name = test.statistic_label or (test.ddf and "F" or "\u{3C7}\u{B2}")
    parts[1] = name .. " = " .. format.number(test.statistic, { lang = view.lang, decimals = 2 })
  end
  if format.is_figure(test.df) then
    local df = short(test.df) .. (test.ddf and "\u{A0}; " .. short(test.ddf) or "")
    parts[#parts + 1] = format.say(view.lang, "df") .. " = " .. df
  end
  parts[#parts + 1] = format.p_value(test.p_value, { lang = view.lang })
  if #parts == 0 or test.note then parts[#parts + 1] = words_for(test, view) end
  return table.concat(parts, ", ")
end

local function add_test_lines(foot, tests, spec, view)
  local label_of = {}
  for _, banner in ipairs(spec.banners or {}) do label_of[banner.name] = banner.label end
  for _, test in ipairs(tests) do
    local label = label_of[test.banner] or test.banner
    local name = lang.translate(view.lang, test.name or "F")
    if view.lang == "en" then
      name = name == "F" and "Rao-Scott F" or name:gsub("^%l", string.upper)
    end
    foot[#foot + 1] = format.say(view.lang, label and "test_line" or "test_line_plain",
      { name = name, banner = label, figures = test_figures(test, view) })
  end
end

-- What is noted on cells that have a figure, each sentence once.
local function add_cell_notes(foot, records, view)
  local notes, seen = {}, {}
  for _, record in ipairs(records) do
    if record.shown and not record.reason then add_once(notes, seen, record.note) end
  end
  for _, note in ipairs(notes) do
    foot[#foot + 1] = format.say(view.lang, "foot_note", { note = note })
  end
end

-- Is there a column whose weighted or effective base is not its number of respondents?
local function base_differs(base_of, columns, key)
  local bases = {}
  for _, column in ipairs(columns) do bases[#bases + 1] = base_of[column.key] end
  return differ(bases, key)
end

-- Rows of a cross-table: base first, levels, weighted base and missing last.
local function cross_rows(spec, records, columns, cells, base_of, view)
  local rows, cell_of = {}, {}
  for at, cell in ipairs(figure_cells(records, "value", view.unit, view, true)) do
    cell_of[records[at]] = cell
  end
  local order, nets = row_order(spec, records)
  if spec.percent ~= "row" then rows[1] = base_row(columns, base_of, "n", view, "base") end
  for _, level in ipairs(order) do
    rows[#rows + 1] = cross_row(spec, level, cells, columns, view, nets[level], cell_of)
  end
  for _, key in ipairs { "weighted_n", "effective_n" } do
    if base_differs(base_of, columns, key) then
      rows[#rows + 1] = base_row(columns, base_of, key, view, "base")
    end
  end
  rows[#rows + 1] = base_row(columns, base_of, "missing", view, "missing")
  return rows
end

-- What the percentages are of; those of the total name their base, which no column has.
local function percent_line(spec, records, view)
  local n = spec.percent == "total" and common(records, "n")
  local weighted = spec.percent == "none" and spec.weighted and "_weighted" or ""
  if not n then return format.say(view.lang, "method_percent_" .. spec.percent .. weighted) end
  return format.say(view.lang, "method_percent_total_n",
    { n = format.count(n, { lang = view.lang }) })
end

-- The names of adjustments of p-values; none is not spoken of.
local adjustments = { bonferroni = "Bonferroni", holm = "Holm", hochberg = "Hochberg",
  hommel = "Hommel", bh = "Benjamini-Hochberg", by = "Benjamini-Yekutieli" }

-- Have two columns of a banner bases that are large enough to be compared?
local function some_compared(columns, base_of, smallest)
  local large = {}
  for _, column in ipairs(columns) do
    local banner = column.key:match("^([^%z]+)%z")
    if banner and base_of[column.key] and base_of[column.key].n >= smallest then
      large[banner] = (large[banner] or 0) + 1
      if large[banner] == 2 then return true end
    end
  end
  return false
end

local function cross_grid(spec, records, view, bases, tests)
  if spec.percent == "none" then view.unit = "count" end
  local columns, groups, only = cross_columns(spec, records, view)
  if spec.percent == "row" then
    columns[#columns + 1] = { key = "row_n", label = format.say(view.lang, "n"), type = "count" }
  end
  local cells, base_of = cross_index(spec, records, bases, only)
  local grid = { columns = columns, groups = groups, foot = { percent_line(spec, records, view) } }
  grid.rows = cross_rows(spec, records, columns, cells, base_of, view)
  add_test_lines(grid.foot, tests, spec, view)
  add_cell_notes(grid.foot, records, view)
  if any(records, "letters") then
    local level = spec.letter_level or 0.05
    grid.foot[#grid.foot + 1] = format.say(view.lang, "foot_letters", { level = level })
    local method = adjustments[spec.letter_adjust]
    if method then
      grid.foot[#grid.foot + 1] = format.say(view.lang, "foot_letters_adjusted",
        { method = method })
    end
  elseif spec.letters_asked and some_compared(columns, base_of, spec.smallest or 30) then
    grid.foot[#grid.foot + 1] = format.say(view.lang, "foot_letters_none",
      { level = spec.letter_level or 0.05 })
  end
  return grid
end

-- ---- both -----------------------------------------------------------------------------------

-- One decimal where every base has a hundred respondents, none below.
local function share_decimals(records)
  for _, record in ipairs(records) do
    if record.n and record.n > 0 and record.n < 100 then return 0 end
  end
  return 1
end

-- Decimals of plain numbers: two, more where all are small, none for totals over a hundred.
local function number_decimals(spec, records)
  local most, whole = 0, true
  for _, record in ipairs(records) do
    if format.is_figure(record.value) then
      most = math.max(most, math.abs(record.value))
      whole = whole and record.value == math.floor(record.value)
    end
  end
  if spec.kind == "quantile" then return nil end -- as many as they have
  if spec.kind == "total" and (whole or most >= 100) then return 0 end
  local decimals = 2
  while most > 0 and most < 0.1 and decimals < 10 do
    most, decimals = most * 10, decimals + 1
  end
  return decimals
end

--- How the grid is to be written: language, unit, decimals of each type, small-base warning.
local function make_view(spec, records, opts)
  local unit = spec.unit == "test" and "number" or spec.unit
  local gap = spec.kind == "difference" or spec.kind == "change"
  if unit == "share" and gap then unit = "points" end
  local asked = opts.decimals or spec.decimals
  local shares = asked or share_decimals(records)
  local numbers = unit == "number" or opts.se
  local plain = asked or (numbers and number_decimals(spec, records) or nil)
  local tag = lang.check(opts.lang or spec.lang)
  return {
    lang = tag, unit = unit, rule = opts.rule or spec.rule,
    counts = { lang = tag }, whole_counts = { lang = tag, whole = true }, -- how counts are written
    decimals = { share = shares, points = shares, number = plain }, decimals_asked = asked,
    change = spec.kind == "change", bare = spec.kind == "change" and unit == "points"
      and not any(records, "unit"), -- a mean among shares: each says its unit
    weighted = spec.weighted, texts = {}, -- record -> what its figure is printed as
    small_base = unit == "share" and opts.small_base or nil, show_se = opts.se,
  }
end

-- The label of a row: the level stands in the last label column.
local function row_label(grid, place)
  local last = 1
  while grid.columns[last + 1] and grid.columns[last + 1].type == "label" do last = last + 1 end
  if grid.strips then return grid.strips[last].texts[place] end
  return grid.rows[place].cells[last].text
end

-- Names the rows that group several answers.
local function add_net_line(grid, view)
  local names = {}
  for place, kind in ipairs(grid.kinds or M.kinds(grid.rows)) do
    if kind == "net" then names[#names + 1] = row_label(grid, place) end
  end
  if #names == 0 then return end
  local seen, once = {}, {}
  for _, name in ipairs(names) do add_once(once, seen, name) end
  local list = table.concat(once, ", ")
  table.insert(grid.foot, format.say(view.lang, "foot_net", { list = list }))
end

-- Respondents without an answer to the items that make the groups, banner by banner.
local function add_no_group_lines(grid, list, view)
  for _, entry in ipairs(list) do
    local count = format.count(entry.count, { lang = view.lang })
    table.insert(grid.foot, format.say(view.lang, "foot_no_group",
      { items = entry.items, count = count }))
  end
end

--- The grid of a result: columns, groups of columns, rows, lines below, and the view used.
function M.build(spec, records, bases, tests, opts)
  looked_at = nil -- they may have changed since
  local view = make_view(spec, records, opts)
  local grid
  if spec.kind == "crosstab" then grid = cross_grid(spec, records, view, bases, tests)
  elseif spec.kind == "weights" then grid = weights_grid(records, view)
  else grid = list_grid(spec, records, view) end
  if spec.kind == "glm" then add_test_lines(grid.foot, tests, spec, view) end
  add_no_group_lines(grid, spec.no_group or {}, view)
  add_net_line(grid, view)
  if view.any_small then
    table.insert(grid.foot, format.say(view.lang, "foot_small", { limit = view.small_base }))
  end
  if spec.synthetic then
    table.insert(grid.foot, 1, format.say(view.lang, "foot_synthetic"))
  end
  grid.view, looked_at, fields = view, nil, nil
  return grid
end

return M
