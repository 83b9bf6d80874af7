--- What a chart draws, read from a released sheet and from nothing else.
--
-- A result goes through the gate first (`gate.release` under the policy in force, or opts.privacy);
-- of the sheet that comes back the records give the figures and the grid gives their text, so a
-- label on a chart is letter by letter the cell of the table below it. Several results (one per
-- question, one per year) are joined into one before the gate, which so sees them together.
--
-- Here figures stand in cells: { at = { [dimension] = value key }, value, low, high, text, n,
-- count, shown, reason, small, broken }. A dimension is an item by which the records differ: the
-- levels, a `by` item, the rows or columns of a cross-table, the name of a joined result.
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"
local ordered = require "bilan.ordered"
local result = require "bilan.result"
local synthetic = require "bilan.output.synthetic"
local words = require "bilan.chart.words"

local M = {}

local TOTAL <const> = "\0total"
local SERIES <const> = "\1series" -- the item that entries with a series of their own differ by
M.TOTAL = TOTAL

-- ---- several results as one -------------------------------------------------------------------

-- { label, result } pairs of a list given as { r, r }, { { "2021", r }, ... } or { label=, result= };
-- an entry may also name its series: { "Satisfied", r, series = "2021" }.
local function list_entries(list, what)
  local entries = {}
  for at, entry in ipairs(list) do
    local label, one = nil, entry
    if not result.is_result(entry) and type(entry) == "table" then
      label, one = entry.label or entry[1], entry.result or entry[2]
    end
    local spec = result.spec(one)
    if not spec then
      fault.raise("%s: entry %d is no result; give { result, ... } or { { \"label\", result }, ... }",
        what, at)
    end
    label = label or spec.item and spec.item.label or spec.title or tostring(at)
    entries[at] = { label = tostring(label), spec = spec,
      series = type(entry) == "table" and not result.is_result(entry) and entry.series or nil }
  end
  if #entries == 0 then fault.raise("%s: the list of results is empty", what) end
  return entries
end

local function join_rows(into, entry, name)
  for _, row in ipairs(entry.spec.rows) do
    row.by = row.by or {}
    row.by[name], row.by[SERIES] = entry.label, entry.series
    into[#into + 1] = row
  end
end

-- What makes two notes the same: the sentence and what stands in it.
local function note_key(note)
  if type(note) ~= "table" then return note end
  local parts = { tostring(note.key or note[1]) }
  for name, value in ordered.pairs(note.args or note[2] or {}) do
    parts[#parts + 1] = ("%s=%s"):format(name, tostring(value))
  end
  return table.concat(parts, "\0")
end

local function join_notes(into, notes, seen)
  for _, note in ipairs(notes or {}) do
    local key = note_key(note)
    if not seen[key] then into[#into + 1] = note end
    seen[key] = true
  end
end

-- One result with a further `by` item, whose levels are the labels, and one of the series.
local function join(list, what, opts)
  local entries = list_entries(list, what)
  local first, name = entries[1].spec, opts.joined or "\1set"
  local spec = { kind = first.kind, unit = first.unit, item = first.item, lang = first.lang,
    title = opts.title or first.title, weighted = first.weighted, rows = {}, notes = {},
    design_notes = {}, report_notes = {},
    by = { { name = name, label = format.say(opts.lang or first.lang, "item") },
      table.unpack(first.by) },
    decimals = first.decimals, model = first.model, synthetic = false }
  if entries[1].series then
    local label = format.say(opts.lang or first.lang, "series")
    table.insert(spec.by, 2, { name = SERIES, label = label })
  end
  local seen = {}
  for _, entry in ipairs(entries) do
    if (entry.series == nil) ~= (entries[1].series == nil) then
      fault.raise("%s: either every entry of the list names its series or none does", what)
    end
    if entry.spec.kind == "crosstab" or entry.spec.unit ~= first.unit then
      fault.raise("%s: only results of one kind, and no cross-tables, can be drawn together", what)
    end
    if not spec.item or not entry.spec.item or entry.spec.item.name ~= spec.item.name then
      spec.item = nil
    end
    spec.synthetic = synthetic.both(spec.synthetic, entry.spec.synthetic)
    join_rows(spec.rows, entry, name)
    for _, key in ipairs { "notes", "design_notes", "report_notes" } do
      join_notes(spec[key], entry.spec[key], seen)
    end
  end
  return result.new(spec)
end

-- ---- the sheet --------------------------------------------------------------------------------

local function release(source, opts, what)
  if gate.is_sheet(source) then
    return gate.relay(source, { lang = opts.lang, decimals = opts.decimals, policy = opts.policy })
  end
  if type(source) == "table" and not result.is_result(source) then source = join(source, what, opts) end
  if not result.is_result(source) then
    fault.raise("%s takes a result, a list of results or a released table, not a %s", what,
      type(source))
  end
  return gate.release(source, opts.privacy, { lang = opts.lang, decimals = opts.decimals,
    small_base = opts.small_base, policy = opts.policy }), source
end

-- ---- dimensions -------------------------------------------------------------------------------

-- The name of a level as a reader sees it; years stay as they are.
local function label_of(value, tag, named)
  if named and named[value] then return named[value] end
  if value == TOTAL then return format.say(tag, "total") end
  if math.type(value) == "integer" then return tostring(value) end
  if math.type(value) then return format.number(value, { lang = tag }) end
  if value == "" then return format.say(tag, "no_label") end
  return tostring(value)
end

local function new_dimension(self, key, label, read, named)
  return { key = key, label = label, read = read, values = {}, seen = {}, lang = self.lang,
    named = named }
end

-- Notes the value of a record on a dimension, in order of appearance.
local function note_value(dimension, record)
  local value = dimension.read(record)
  if value == nil then value = TOTAL end
  if not dimension.seen[value] then
    dimension.seen[value] = { key = value, label = label_of(value, dimension.lang, dimension.named),
      total = value == TOTAL }
    dimension.values[#dimension.values + 1] = dimension.seen[value]
  end
  return value
end

-- The columns of a cross-table: with several banners a column is named by both.
local function column_reader(body)
  local seen, count = {}, 0
  for _, record in ipairs(body.records) do
    if record.col ~= nil and record.banner and not seen[record.banner] then
      seen[record.banner], count = true, count + 1
    end
  end
  if count < 2 then return function(record) return record.col end end
  return function(record)
    return record.col ~= nil and tostring(record.banner) .. " : " .. tostring(record.col) or nil
  end
end

-- The name of the banner when there is one alone.
local function only_banner(body)
  local name
  for _, record in ipairs(body.records) do
    if record.banner and name and record.banner ~= name then return nil end
    name = name or record.banner
  end
  return name
end

local function find_dimensions(self, body)
  local list = {}
  local named = body.level_labels or {}
  local function add(key, label, read, item)
    list[#list + 1] = new_dimension(self, key, label, read, named[item])
  end
  for _, item in ipairs(body.by) do
    add(item.name, item.label or item.name, function(record) return record.by[item.name] end, item.name)
  end
  local item = body.item or { name = "level", label = format.say(self.lang, "level") }
  if body.kind == "crosstab" then
    add("row", item.label or item.name, function(record) return record.row end, item.name)
    add("col", "", column_reader(body), only_banner(body))
  end
  for _, key in ipairs { "level", "term", "p" } do
    for _, record in ipairs(body.kind ~= "crosstab" and body.records or {}) do
      if record[key] ~= nil then
        add(key, item.label or item.name, function(r) return r[key] end, item.name)
        break
      end
    end
  end
  return list
end

-- ---- cells ------------------------------------------------------------------------------------

-- The lead cells of the grid, by record: the rows of a list stand in the order of its records.
local function list_texts(grid, records)
  local column
  for at, one in ipairs(grid.columns) do column = column or (one.key == "value" and at) end
  local out = {}
  for at, record in ipairs(records) do out[record] = column and grid.rows[at].cells[column] end
  return out
end

-- The same for a cross-table: by the label of the row and the key of the column.
local function cross_texts(grid, records, body)
  local column_at, row_at, out = {}, {}, {}
  for at, column in ipairs(grid.columns) do column_at[column.key] = at end
  for _, row in ipairs(grid.rows) do
    if row.kind ~= "base" and row.kind ~= "missing" then row_at[row.level] = row end
  end
  local only
  for _, column in ipairs(grid.columns) do only = only or column.key:match("^([^%z]+)%z.") end
  for _, record in ipairs(records) do
    local row = row_at[tostring(record.row)]
    local banner = record.col ~= nil and (record.banner or only) or ""
    local at = column_at[tostring(banner) .. "\0" .. tostring(record.col or "")]
    out[record] = row and at and row.cells[at]
  end
  return out, body
end

local function figure_or_nil(x) return format.is_figure(x) and x or nil end

-- A cell from a record and its cell in the grid.
local function new_cell(self, record, lead)
  local shown = record.shown and format.is_figure(record.value) and lead and lead.shown
  local cell = { at = {}, n = figure_or_nil(record.n), shown = shown or false, net = record.net,
    note = shown and not figure_or_nil(record.low) and record.note or nil,
    broken = record["break"] or record.broken, constant = record.term == "(Intercept)" or record.threshold }
  if shown then
    cell.value, cell.low, cell.high = record.value, figure_or_nil(record.low),
      figure_or_nil(record.high)
    cell.count, cell.conf = figure_or_nil(record.count), figure_or_nil(record.conf)
    cell.text, cell.small = lead.text, lead.small
  else
    cell.reason = record.reason or lead and lead.reason or format.say(self.lang, "not_estimable")
  end
  return cell
end

local function read_records(self, body)
  local grid = body
  local texts = body.kind == "crosstab" and cross_texts(grid, body.records, body)
    or list_texts(grid, body.records)
  self.dimensions = find_dimensions(self, body)
  for _, record in ipairs(body.records) do
    local cell = new_cell(self, record, texts[record])
    for _, dimension in ipairs(self.dimensions) do
      cell.at[dimension.key] = note_value(dimension, record)
    end
    self.cells[#self.cells + 1] = cell
  end
end

-- ---- typed tables -----------------------------------------------------------------------------

local figure_types = { share = true, number = true, count = true }

-- A table that a script typed: its first label column names the rows, its figures the series.
local function read_typed(self, body)
  local label_at, unit
  for at, column in ipairs(body.columns) do
    if column.type == "label" then label_at = label_at or at end
    if figure_types[column.type] then unit = unit or column.type end
  end
  if not unit then return end
  self.unit = unit == "share" and "share" or "number"
  local rows = new_dimension(self, "row", label_at and body.columns[label_at].label or "",
    function(record) return record.row end)
  local columns = new_dimension(self, "col", "", function(record) return record.col end)
  self.dimensions = { rows, columns }
  for _, row in ipairs(body.rows) do
    for at, column in ipairs(body.columns) do
      local given = row.cells[at]
      if row.kind ~= "total" and column.type == unit and given then
        local record = { row = label_at and row.cells[label_at].text or "", col = column.label }
        local cell = { at = {}, n = given.n, count = given.count, shown = given.shown, net = false,
          reason = given.reason, value = given.shown and given.value or nil }
        if given.shown then
          cell.text = unit == "share" and format.share(given.value, given.count, given.n,
            { lang = self.lang, decimals = column.decimals }) or given.text
        end
        for _, dimension in ipairs(self.dimensions) do
          cell.at[dimension.key] = note_value(dimension, record)
        end
        self.cells[#self.cells + 1] = cell
      end
    end
  end
end

-- ---- choosing ---------------------------------------------------------------------------------

local Source = {}
Source.__index = Source

local function find_dimension(self, name, what)
  local names = {}
  for _, dimension in ipairs(self.dimensions) do
    if dimension.key == name or dimension.label == name then return dimension end
    names[#names + 1] = dimension.key
  end
  fault.unknown(what, name, names)
end

-- Keeps the cells whose value on a dimension is in a set.
local function keep(self, dimension, wanted)
  local cells, values = {}, {}
  for _, cell in ipairs(self.cells) do
    if wanted[cell.at[dimension.key]] then cells[#cells + 1] = cell end
  end
  for _, value in ipairs(dimension.values) do
    if wanted[value.key] then values[#values + 1] = value end
  end
  self.cells, dimension.values = cells, values
end

-- The dimension that has a value called `name`, and the value.
local function find_value(self, name, option, what)
  local names = {}
  for _, dimension in ipairs(self.dimensions) do
    for _, value in ipairs(dimension.values) do
      if value.key == name or value.label == tostring(name) then return dimension, value end
      names[#names + 1] = value.label
    end
  end
  fault.unknown(("level in %s of %s"):format(option, what), name, names)
end

-- opts.level: only these levels, in this order.
local function choose_levels(self, names, what)
  if names == nil then return end
  names = type(names) == "table" and names or { names }
  local wanted, place = {}, {}
  for at, name in ipairs(names) do
    local dimension, value = find_value(self, name, "level", what)
    wanted[dimension] = wanted[dimension] or {}
    wanted[dimension][value.key] = true
    place[value] = at
  end
  for _, dimension in ipairs(self.dimensions) do
    if wanted[dimension] then
      keep(self, dimension, wanted[dimension])
      table.sort(dimension.values, function(a, b) return place[a] < place[b] end)
    end
  end
end

-- opts.levels: these first, in this order.
local function order_levels(self, names, what)
  if names == nil then return end
  local place = {}
  for at, name in ipairs(names) do
    local _, value = find_value(self, name, "levels", what)
    place[value] = at
  end
  for _, dimension in ipairs(self.dimensions) do
    local rank = {}
    for at, value in ipairs(dimension.values) do rank[value] = place[value] or #names + at end
    table.sort(dimension.values, function(a, b) return rank[a] < rank[b] end)
  end
end

-- Were nets asked for by name: in opts.level, or by the figures that were computed, which are then
-- of nets alone?
local function names_net(self, wanted)
  local named, alone = {}, true
  for _, name in ipairs(type(wanted) == "table" and wanted or { wanted }) do named[name] = true end
  for _, cell in ipairs(self.cells) do
    if not cell.net then alone = false
    else
      for _, key in pairs(cell.at) do if named[key] then return true end end
    end
  end
  return alone
end

-- Is there no row, or none with a figure while the levels asked for are not known yet?
local function is_empty(self, opts)
  if #self.cells == 0 then return true end
  for _, cell in ipairs(self.cells) do if cell.shown then return false end end
  local known = {}
  for _, dimension in ipairs(self.dimensions) do
    for _, value in ipairs(dimension.values) do
      known[value.key], known[value.label] = true, true
    end
  end
  if next(known) == nil then return true end
  local level = type(opts.level) == "table" and opts.level or { opts.level }
  for _, names in ipairs { level, opts.levels or {} } do
    for _, name in ipairs(names) do
      if not (known[name] or known[tostring(name)]) then return true end
    end
  end
  return false
end

-- Drops the cells that have a flag.
local function drop_flagged(self, flag)
  local cells, used = {}, {}
  for _, cell in ipairs(self.cells) do
    if not cell[flag] then
      cells[#cells + 1] = cell
      for _, dimension in ipairs(self.dimensions) do
        used[dimension] = used[dimension] or {}
        used[dimension][cell.at[dimension.key]] = true
      end
    end
  end
  self.cells = cells
  for _, dimension in ipairs(self.dimensions) do keep(self, dimension, used[dimension] or {}) end
end

--- Leaves the intercept and the thresholds of a regression out, unless there is nothing else.
function Source:drop_constants()
  for _, cell in ipairs(self.cells) do
    if not cell.constant then return drop_flagged(self, "constant") end
  end
end

local function drop_totals(self)
  for _, dimension in ipairs(self.dimensions) do
    if #dimension.values > 1 and dimension.seen[TOTAL] then
      local wanted = {}
      for _, value in ipairs(dimension.values) do wanted[value.key] = not value.total end
      keep(self, dimension, wanted)
    end
  end
end

--- The dimensions by which the cells differ.
function Source:varying()
  local list = {}
  for _, dimension in ipairs(self.dimensions) do
    if #dimension.values > 1 then list[#list + 1] = dimension end
  end
  return list
end

local is_level = { row = true, level = true, term = true, p = true }

-- Which of two varying dimensions makes the series: the levels, or what they are compared by.
local function guess_series(varying, prefer)
  for _, dimension in ipairs(varying) do
    local level = is_level[dimension.key] or false
    if (prefer == "level") == level then return dimension end
  end
  return varying[#varying]
end

--- Sets self.category and self.series (nil when there is one series).
-- prefer: "level" when the levels make the series, "by" when the groups do.
function Source:axes(opts, what, prefer, most)
  local varying = self:varying()
  local category = opts.category and find_dimension(self, opts.category, what .. " category")
  local series = opts.series and find_dimension(self, opts.series, what .. " series")
  for _, dimension in ipairs(varying) do
    if dimension.key == SERIES and dimension ~= category then series = series or dimension end
  end
  if #varying > most then
    local names = {}
    for at, dimension in ipairs(varying) do names[at] = ('"%s"'):format(dimension.key) end
    fault.raise("%s: the figures differ by %s; keep one level with level = \"...\"%s", what,
      table.concat(names, ", "), most == 1 and ", or draw grouped_bars" or "")
  end
  if not series and #varying > 1 then
    local free = {}
    for _, dimension in ipairs(varying) do
      if dimension ~= category then free[#free + 1] = dimension end
    end
    series = category and free[1] or guess_series(varying, prefer)
  end
  if not category then
    for _, dimension in ipairs(varying) do
      if dimension ~= series then category = category or dimension end
    end
  end
  if not category then
    for _, dimension in ipairs(self.dimensions) do
      if dimension ~= series and #dimension.values > 0 then category = category or dimension end
    end
  end
  if not category then fault.raise("%s: there is nothing to draw in this table", what) end
  self.category, self.series = category, series ~= category and series or nil
  self.index = {}
  for _, cell in ipairs(self.cells) do
    local row = self.index[cell.at[category.key]] or {}
    self.index[cell.at[category.key]] = row
    row[self.series and cell.at[self.series.key] or 1] = cell
  end
end

--- Turns the only dimension into the series of one nameless category (for stacked bars).
function Source:single_bar()
  local levels = self.category
  self.series = levels
  self.category = { key = "\0one", label = "", values = { { key = TOTAL, label = "" } } }
  self.index = { [TOTAL] = {} }
  for _, cell in ipairs(self.cells) do
    cell.at["\0one"] = TOTAL
    self.index[TOTAL][cell.at[levels.key]] = cell
  end
end

--- The cell of a category and a series (nil: the only one).
function Source:cell(category, series)
  local row = self.index[category.key]
  return row and row[series and series.key or 1]
end

--- The series, or the one without a name.
function Source:all_series()
  return self.series and self.series.values or { false }
end

--- The cells of one category, one per series, in order; gaps are nil-free.
function Source:row(category)
  local out = {}
  for at, series in ipairs(self:all_series()) do out[at] = self:cell(category, series) or false end
  return out
end

local sorts = { "given", "rising", "falling", "label" }
M.sorts = sorts

--- Sorts the categories: given (default), rising, falling (by `measure(category)`, default the
-- first series), label. Totals stay last, what has no figure before them.
function Source:sort(how, what, measure)
  how = fault.choice(how, sorts, "given", what .. " sort")
  if how == "given" then return end
  measure = measure or function(category)
    local cell = self:cell(category, self:all_series()[1])
    return cell and cell.value
  end
  local key, place = {}, {}
  for at, value in ipairs(self.category.values) do key[value], place[value] = measure(value), at end
  table.sort(self.category.values, function(a, b)
    if a.total ~= b.total then return b.total end
    if how == "label" and a.label ~= b.label then return a.label < b.label end
    local x, y = key[a], key[b]
    if how ~= "label" and x ~= y then
      if x == nil or y == nil then return y == nil end
      if how == "rising" then return x < y end
      return x > y
    end
    return place[a] < place[b]
  end)
end

-- ---- bases ------------------------------------------------------------------------------------

-- The one base of some cells, nil when they differ or one has none.
local function common_base(cells)
  local n
  for _, cell in ipairs(cells) do
    if cell and cell.n then
      if n and n ~= cell.n then return nil end
      n = cell.n
    end
  end
  return n
end

-- Do the bases agree within every group?
local function all_agree(groups)
  for _, cells in ipairs(groups) do
    local some = false
    for _, cell in ipairs(cells) do some = some or (cell and cell.n) end
    if some and not common_base(cells) then return false end
  end
  return true
end

local function by_category(self)
  local groups = {}
  for at, category in ipairs(self.category.values) do groups[at] = self:row(category) end
  return groups
end

local function by_series(self)
  local groups = {}
  for at, series in ipairs(self:all_series()) do
    groups[at] = {}
    for i, category in ipairs(self.category.values) do
      groups[at][i] = self:cell(category, series) or false
    end
  end
  return groups
end

--- Where the bases are written: "all" (one for the chart), "category", "series", "cell".
function Source:base_place()
  if common_base(self.cells) then return "all", common_base(self.cells) end
  local rows = by_category(self)
  if all_agree(rows) then
    for at, category in ipairs(self.category.values) do category.n = common_base(rows[at]) end
    return "category"
  end
  local columns = by_series(self)
  if self.series and all_agree(columns) then
    for at, series in ipairs(self.series.values) do series.n = common_base(columns[at]) end
    return "series"
  end
  return "cell"
end

--- "filles (n = 343)"
function Source:with_base(label, n)
  if not n then return label end
  return words.say(self.lang, "with_n", { label = label, n = format.count(n, { lang = self.lang }) })
end

-- ---- opening ----------------------------------------------------------------------------------

--- Reads a result, list of results or sheet. `what` names the chart in messages.
function M.open(source, opts, what)
  local sheet, own = release(source, opts, what)
  local body = gate.open(sheet, what)
  local self = setmetatable({ sheet = sheet, lang = sheet.lang, unit = body.unit, kind = body.kind,
    synthetic = body.synthetic, title = opts.title or sheet.title or "", cells = {},
    dimensions = {}, result = own, foot = body.foot, decimals = body.decimals, model = body.model,
    changes = body.change_lines, design = body.design_line or "", flags = body.flags or {} }, Source)
  if body.kind == "crosstab" and body.percent == "none" then self.unit = "count" end
  local gap = body.kind == "difference" or body.kind == "change"
  if self.unit == "share" and gap then self.unit = "points" end
  if body.kind == "table" then read_typed(self, body) else read_records(self, body) end
  if is_empty(self, opts) then
    self.nothing = true
    return self
  end
  if not (opts.nets or names_net(self, opts.level)) then drop_flagged(self, "net") end
  choose_levels(self, opts.level, what)
  order_levels(self, opts.levels, what)
  if opts.total == false then drop_totals(self) end
  if #self.cells == 0 then fault.raise("%s: there is nothing left to draw", what) end
  return self
end

--- The text of a value on this chart's scale, for axes, benchmarks and totals.
function Source:text(value, decimals)
  if self.unit == "share" then
    return format.share(value, nil, nil, { lang = self.lang, decimals = decimals })
  end
  if self.unit == "points" then
    return format.points(value, { lang = self.lang, decimals = decimals, bare = true })
  end
  return format.number(value, { lang = self.lang, decimals = decimals })
end

--- Values are drawn in percent where they are shares.
function Source:scale()
  return (self.unit == "share" or self.unit == "points") and 100 or 1
end

M.number = host.number

return M
