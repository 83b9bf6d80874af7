--- The gate: every figure that leaves the engine passes here.
--
-- `gate.release(result, policy)` gives a sheet, the only thing that writers, charts and reports
-- accept. A sheet is a closed object: its body lives in a table that only this module can reach,
-- so nobody can make one by hand or change one afterwards. In a sheet
--   - every share has its base n beside it;
--   - a figure that cannot be given has words instead (no blank, no NaN);
--   - what a policy withholds is gone from the records before anything is laid out, so that
--     no writer, chart or derived figure can show it.
-- A policy is { name, protect, statement, decimals }. `protect(view)` is given the copies
-- { records, bases, tests, spec } and returns a map from a record of these lists to why it is
-- withheld (a key of the language table, plain words, or { reason, hide_n = true }).
-- opts.policy names display rules ("nchs", "30/30"), applied to what the policy has left.
-- `gate.table` makes a sheet of what a script types itself; `gate.text` one of plain sentences.
local display = require "bilan.output.display"
local format = require "bilan.output.format"
local host = require "bilan.host"
local lang = require "bilan.output.lang"
local layout = require "bilan.output.layout"

local M = {}

local bodies = setmetatable({}, { __mode = "k" })

local Sheet = { __name = "bilan.sheet", __metatable = "bilan.sheet" }

local DEEPEST <const> = 100

-- A deep copy of plain data. A table that holds itself is refused.
local function copy_from(value, depth)
  if type(value) ~= "table" then return value end
  if depth > DEEPEST then host.fail("a table holds itself, or is nested too deeply") end
  local out = {}
  for key, inner in pairs(value) do out[key] = copy_from(inner, depth + 1) end
  return out
end

local function copy(value) return copy_from(value, 1) end

M.copy = copy

local methods = {}

--- Records that left through the gate: copies, without what is withheld.
function methods.records(sheet) return copy(bodies[sheet].records) end

--- { columns, groups, rows, foot }: a copy of the laid-out table.
function methods.grid(sheet)
  local body = bodies[sheet]
  return copy { columns = body.columns, groups = body.groups, rows = body.rows, foot = body.foot }
end

local readable = { title = true, subtitle = true, lang = true, synthetic = true, kind = true,
  unit = true, withheld = true, policy = true, display = true }

function Sheet.__index(sheet, key)
  if methods[key] then return methods[key] end
  if readable[key] then return bodies[sheet][key] end
end

function Sheet.__newindex()
  host.fail("a released table cannot be changed")
end

function Sheet.__len(sheet) return #bodies[sheet].kinds end

function Sheet.__tostring(sheet)
  return require("bilan.output.text_table").write(sheet)
end

-- Parts of a body that are made when a writer asks for them: body -> part.
local parts = {}

function parts.rows(body) return layout.rows(body.strips, body.kinds) end

function parts.strips(body) return layout.strips(body.columns, body.rows) end

function parts.kinds(body) return layout.kinds(body.rows) end

local parts_later = { __index = function(body, name)
  local make = parts[name]
  if not make then return nil end
  body[name] = make(body)
  return body[name]
end }

-- Closes a body: the object that goes out holds nothing, and is known here by its identity.
local function seal(body)
  local sheet = setmetatable({}, Sheet)
  bodies[sheet] = setmetatable(body, parts_later)
  return sheet
end

--- Is this a sheet?
function M.is_sheet(thing) return bodies[thing] ~= nil end

--- The body of a sheet, for writers, which must not change it. Anything else is an error.
function M.open(thing, who)
  local body = thing ~= nil and bodies[thing]
  if body then return body end
  host.fail(("%s takes a released table (gate.release, gate.table), not a %s"):format(
    who or "a writer", type(thing)))
end

-- ---- policies -------------------------------------------------------------------------------

local plain = { name = "none" }
local off = { name = "off", statement = { key = "privacy_off" } }
local current = plain

--- Makes a policy the default for what is released from now on; nil goes back to none.
function M.use(policy) current = policy or plain end

local function find_policy(policy)
  if policy == nil then return current end
  if policy == "off" then return off end
  if type(policy) == "table" then return policy end
  if display.is_name(policy) then
    host.fail(('"%s" says what is precise enough to be shown: give it as policy, not as privacy')
      :format(policy))
  end
  host.fail(('unknown privacy policy "%s"; expected a policy or "off"'):format(tostring(policy)))
end

--- The policy that is meant: by nil the one in force, by "off" none.
M.policy = find_policy

--- The policy for a set of results that are published together: policy.prepare(specs), when it
-- has one, gives a policy that has seen them all.
function M.prepare(policy, results)
  policy = find_policy(policy)
  if not policy.prepare then return policy end
  local specs = {}
  for index, result in ipairs(results) do specs[index] = require("bilan.result").spec(result) end
  return policy.prepare(specs)
end

local figures = { "value", "se", "low", "high", "count", "weighted_n", "effective_n", "missing",
  "missing_kinds", "sum", "min", "max", "mean", "cv", "zero", "receipts", "df", "deff",
  "statistic", "ddf", "p_value", "letters", "conf", "note", "from_value", "from_n", "to_value",
  "to_n", "se_low" }

-- Takes the figures of one record away and writes why.
local function withhold(record, why, tag)
  local hide_n = type(why) == "table" and why.hide_n
  local reason = type(why) == "table" and why.reason or why
  if reason == true then reason = "withheld" end
  for _, key in ipairs(figures) do record[key] = nil end
  if hide_n then record.n = nil end
  record.shown, record.withheld = false, true
  record.reason = lang.find(tag, reason) and format.say(tag, reason) or tostring(reason)
end

-- Applies a policy to the copies; how many records were withheld.
local function protect(policy, view, tag)
  local hidden, count = policy.protect and policy.protect(view), 0
  if not hidden then return 0 end
  for _, list in ipairs { view.records, view.bases, view.tests } do
    for _, record in ipairs(list) do
      if hidden[record] then
        withhold(record, hidden[record], tag)
        count = count + 1
      end
    end
  end
  return count
end

-- ---- records --------------------------------------------------------------------------------

local number_fields = { "value", "se", "low", "high", "conf", "count", "n", "weighted_n",
  "effective_n", "missing", "zero", "sum", "min", "max", "mean", "cv", "df", "deff", "statistic",
  "ddf", "p_value", "from_value", "from_n", "to_value", "to_n", "se_low" }

local is_number_field = {}
for _, name in ipairs(number_fields) do is_number_field[name] = true end

-- A NaN or an infinite value is no figure: it leaves as nil, with words in the grid.
local function drop_non_figures(records)
  host.only_figures(records, is_number_field)
  for at = 1, #records do
    local record = records[at]
    record.by = record.by or {}
    if record.shown == nil then record.shown = record.value ~= nil or record.statistic ~= nil end
  end
end

-- The notes of the core, in the language of the sheet.
local function translate_notes(view, tag)
  for _, list in ipairs { view.records, view.bases, view.tests } do
    for at = 1, #list do
      local record = list[at]
      local told = record.note and lang.translate(tag, record.note)
      if told ~= record.note then record.note = format.typography(told, { lang = tag }) end
    end
  end
end

local label_fields = { "method", "banner", "row", "col", "net", "level", "p", "term" }

-- The record fields that any record of a sheet has, in their fixed order: what CSV and JSON write.
function parts.keys(body)
  local records, keys = body.records, {}
  local function add(list, number)
    for _, name in ipairs(list) do
      for _, record in ipairs(records) do
        if record[name] ~= nil then
          keys[#keys + 1] = { name = name, number = number }
          break
        end
      end
    end
  end
  for _, item in ipairs(body.by) do keys[#keys + 1] = { name = item.name, by = true } end
  add(label_fields)
  add(number_fields, true)
  add { "letters", "grade", "note", "flag", "flag_reason", "reason" }
  return keys
end

-- A sentence of the method: plain text, or { key, args }; `at` names what alone it holds for.
local function sentence(note, tag)
  if type(note) ~= "table" then return tostring(note) end
  local key = note.key or note[1]
  local text = format.say(tag, key, note.args or note[2])
  return note.at and format.say(tag, "note_of", { at = note.at, text = text }) or text
end

-- What the design says, one sentence after the other, for the foot of a chart; "" without one.
local function design_line(spec, tag)
  local sentences = {}
  for at, note in ipairs(spec.design_notes or {}) do sentences[at] = sentence(note, tag) end
  return table.concat(sentences, " ")
end

-- What changed between the waves of a table, sentence by sentence, for the foot of a chart; nil
-- for a table that knows of no waves.
local function change_lines(spec, tag)
  if not spec.change_notes then return nil end
  local lines = {}
  for at, note in ipairs(spec.change_notes) do
    lines[at] = format.typography(sentence(note, tag), { lang = tag })
  end
  return lines
end

-- What changed stands first below a table, where its marks are looked up.
local function add_change_lines(foot, lines)
  table.move(foot, 1, #foot, #lines + 1)
  table.move(lines, 1, #lines, 1, foot)
end

-- All sentences of a sheet: the result's, what rounding did, what the policy says.
local function method_notes(spec, policy, view)
  local notes = {}
  for _, list in ipairs { spec.notes, spec.design_notes or {}, spec.report_notes or {} } do
    for _, note in ipairs(list) do notes[#notes + 1] = sentence(note, view.lang) end
  end
  if view.unit == "share" or view.unit == "points" then
    notes[#notes + 1] = format.say(view.lang, "method_rounding",
      { precision = view.decimals.share, rule = view.rule or "half_up" })
  end
  if policy.statement then notes[#notes + 1] = sentence(policy.statement, view.lang) end
  return notes
end

-- Does a cell keep the promise?
local function check_cell(cell, title)
  if cell.type == "share" and cell.shown and not cell.n then
    host.fail(('a share without its base n in "%s"'):format(title or "?"))
  end
  if cell.text == nil then host.fail("a cell without text") end
end

-- Do the cells that a strip of records will have?
local function check_strip(strip, records, title)
  local words = strip.words
  for at = 1, #records do
    if not words[at] and not records[at].n then
      check_cell({ type = strip.type, text = strip.texts[at], shown = true }, title)
    end
  end
end

-- The promise of the gate, checked on the finished grid: every share has its base beside it.
local function check_bases(grid, records, title)
  for _, row in ipairs(grid.rows or {}) do
    for _, cell in ipairs(row.cells) do check_cell(cell, title) end
  end
  for _, strip in ipairs(grid.strips or {}) do
    for _, cell in ipairs(strip.made or {}) do check_cell(cell, title) end
    if strip.type == "share" then check_strip(strip, records, title) end
  end
end

--- Lets a result out: a sheet. policy: nil (the default), "off", or a policy table.
-- opts: lang, decimals, rule, small_base (30; false for no warning), se, policy (the name of display
-- rules).
function M.release(result, policy, opts)
  opts = copy(opts or {})
  if M.is_sheet(result) then return M.relay(result, opts) end
  local spec_of = require("bilan.result").spec
  local spec = spec_of(result)
  if not spec then
    host.fail(("gate.release takes a result, not a %s"):format(type(result)))
  end
  policy = find_policy(policy)
  display.check(opts.policy)
  if opts.small_base == nil then opts.small_base = policy.small_base or 30 end
  if opts.decimals == nil then opts.decimals = policy.decimals end
  local tag = lang.check(opts.lang or spec.lang)
  local view = { records = spec.rows, bases = spec.bases, tests = spec.tests, spec = spec }
  drop_non_figures(view.records)
  translate_notes(view, tag)
  local withheld = protect(policy, view, tag)
  local judged = opts.policy and display.apply(opts.policy, spec, view.records, tag)
  local grid = layout.build(spec, view.records, view.bases, view.tests, opts)
  check_bases(grid, view.records, spec.title)
  for _, record in ipairs(view.records) do
    if not record.shown and not record.reason then
      record.reason = layout.words(record, grid.view)
    end
  end
  local notes, changes = method_notes(spec, policy, grid.view), change_lines(spec, tag)
  add_change_lines(grid.foot, changes or {})
  if judged then
    table.move(judged.lines, 1, #judged.lines, #grid.foot + 1, grid.foot)
    table.move(judged.notes, 1, #judged.notes, #notes + 1, notes)
  end
  return seal {
    kind = spec.kind, subtitle = spec.subtitle or grid.subtitle, lang = tag, unit = spec.unit,
    title = spec.title_word and format.say(tag, spec.title_word) or spec.title,
    synthetic = spec.synthetic, columns = grid.columns, groups = grid.groups, rows = grid.rows,
    strips = grid.strips, kinds = grid.kinds,
    foot = grid.foot, notes = notes, display = opts.policy, flags = judged and judged.lines,
    own_notes = #spec.notes + #(spec.design_notes or {}), waves = spec.waves,
    bare = grid.view.bare, lettered = grid.view.lettered, change_lines = changes,
    percent = spec.percent,
    design_line = design_line(spec, tag),
    records = view.records, level_labels = spec.level_labels, texts = grid.view.texts,
    by = spec.by, item = spec.item, bases = view.bases,
    tests = view.tests, model = spec.model, policy = policy.name,
    withheld = withheld + (judged and judged.withheld or 0),
    decimals = grid.view.decimals,
    remake = function(more)
      for key, value in pairs(opts) do if more[key] == nil then more[key] = value end end
      return M.release(result, policy, more)
    end,
  }
end

--- The same sheet in another language, with other decimals, or under display rules.
function M.relay(sheet, opts)
  local body = M.open(sheet, "gate.relay")
  local same = (not opts.lang or opts.lang == body.lang) and opts.decimals == nil
    and (opts.policy == nil or opts.policy == body.display or body.policy == "typed")
  return same and sheet or body.remake(copy(opts))
end

-- ---- tables that a script types -------------------------------------------------------------

local column_types = { label = true, text = true, share = true, number = true, count = true,
  p = true }

-- The type of a column that does not say: counts, numbers, or text. The first text is a label.
local function guess_type(rows, key, index)
  local found
  for _, row in ipairs(rows) do
    local value = row[key]
    local kind = math.type(value)
    if value ~= nil and value ~= "" and not kind and type(value) ~= "table" then
      return index == 1 and "label" or "text"
    end
    if kind then
      found = (found == "number" or not math.tointeger(value)) and "number" or "count"
    end
  end
  return found or (index == 1 and "label" or "text")
end

-- The columns of a typed table with their types, given or guessed.
local function typed_columns(given, rows)
  local columns = {}
  for index, column in ipairs(given.columns) do
    if type(column) == "string" then column = { label = column } end
    local key = column.key or index
    local type_name = column.type or guess_type(rows, key, index)
    if not column_types[type_name] then
      host.fail(('unknown column type "%s"; known are label, text, share, number, count, p'):format(
        tostring(type_name)))
    end
    columns[index] = { key = key, label = tostring(column.label or column.key or index),
      type = type_name, decimals = column.decimals }
  end
  return columns
end

-- The cell of a typed value: text, a number, or { value, n, count, mark } for a share.
local function typed_cell(value, column, tag, where)
  local opts = { lang = tag, decimals = column.decimals }
  local cell = { type = column.type, shown = value ~= nil }
  if type(value) == "table" then
    cell.n, cell.count, cell.mark, cell.text = value.n, value.count, value.mark, value.text
    cell.class = value.class
    value = value.value or value.text
  end
  if column.type == "share" and cell.shown then
    if not math.tointeger(cell.n) then
      host.fail(("%s: a share needs its base: give { count = , n = } or { value = , n = }"):format(
        where))
    end
    cell.text = format.share(value, cell.count, cell.n, opts)
    cell.value = value or (cell.n > 0 and cell.count and cell.count / cell.n or nil)
  elseif math.type(value) then
    cell.value = value
    if column.type == "p" then cell.text = format.p_value(value, { lang = tag, bare = true })
    elseif column.type == "count" then cell.text = format.count(value, opts)
    elseif column.type == "number" then cell.text = format.number(value, opts)
    else cell.text = format.number(value, { lang = tag }) end
  elseif value ~= nil then
    cell.text = tostring(value)
    if not cell.value then cell.value = cell.text end
  end
  if not cell.text then
    cell.shown, cell.value = false, nil
    cell.text = cell.n == 0 and format.say(tag, "no_respondents") or "\u{2013}"
    cell.reason = cell.text
  end
  return cell
end

-- Sums the columns of counts under a label.
local function total_row(label, columns, rows, tag)
  local row = { kind = "total", cells = {} }
  for at, column in ipairs(columns) do
    if at == 1 then row.cells[1] = typed_cell(label, column, tag)
    elseif column.type == "count" then
      local sum = 0
      for _, other in ipairs(rows) do sum = sum + (other.cells[at].value or 0) end
      row.cells[at] = typed_cell(sum, column, tag)
    else row.cells[at] = { type = "text", text = "", shown = true } end
  end
  return row
end

-- What CSV and JSON write of a typed table: one record a row, keyed by the columns' labels.
local function typed_records(columns, rows)
  local records, keys = {}, {}
  for at, column in ipairs(columns) do
    keys[at] = { name = column.label, number = column.type ~= "label" and column.type ~= "text" }
    if column.type == "share" then
      keys[at].share = true
    end
  end
  for _, row in ipairs(rows) do
    local record = { by = {} }
    for at, column in ipairs(columns) do
      record[column.label] = row.cells[at].value
      if column.type == "share" then record[column.label .. " (n)"] = row.cells[at].n end
    end
    records[#records + 1] = record
  end
  local all = {}
  for _, key in ipairs(keys) do
    all[#all + 1] = key
    if key.share then all[#all + 1] = { name = key.name .. " (n)", number = true } end
  end
  return records, all
end

local function label_of_total(total, tag)
  if not total then return nil end
  return total == true and format.say(tag, "total") or tostring(total)
end

--- A sheet of a plain table: { title, columns, rows, lang, total, notes, foot, synthetic }.
-- columns: labels or { key, label, type, decimals }; rows: lists, or maps by key. A column of
-- type share holds { count =, n = } or { value =, n = }: the base is printed beside it.
-- total = true (or a label) adds a row with the sums of the counts.
function M.table(given)
  if type(given) ~= "table" or type(given.columns) ~= "table" or type(given.rows) ~= "table" then
    host.fail("gate.table takes { title =, columns = {...}, rows = {...} }")
  end
  given = copy(given)
  local tag = lang.check(given.lang)
  local columns, rows = typed_columns(given, given.rows), {}
  for index, values in ipairs(given.rows) do
    local row = { kind = values.net and "net" or "row", cells = {} }
    for at, column in ipairs(columns) do
      local where = ('row %d, column "%s"'):format(index, column.label)
      local cell = typed_cell(values[column.key], column, tag, where)
      if column.type == "share" and cell.shown then
        local base = format.count(cell.n, { lang = tag })
        cell.text = cell.text .. (" (n\u{A0}=\u{A0}%s)"):format(base)
      end
      row.cells[at] = cell
    end
    rows[index] = row
  end
  local records, keys = typed_records(columns, rows)
  local label = label_of_total(given.total, tag)
  if label then rows[#rows + 1] = total_row(label, columns, rows, tag) end
  local notes = {}
  for index, note in ipairs(given.notes or {}) do notes[index] = sentence(note, tag) end
  local foot = {}
  for index, line in ipairs(given.foot or {}) do
    foot[index] = format.typography(tostring(line), { lang = tag })
  end
  if given.synthetic then table.insert(foot, 1, format.say(tag, "foot_synthetic")) end
  return seal { kind = "table", title = given.title, subtitle = given.subtitle, lang = tag,
    unit = "table", synthetic = given.synthetic or false, columns = columns, groups = given.groups,
    rows = rows, foot = foot, notes = notes, records = records, keys = keys, by = {},
    policy = "typed", withheld = 0,
    remake = function(opts)
      local again = copy(given)
      again.lang = opts.lang or given.lang
      return M.table(again)
    end }
end

--- A sheet that holds sentences only: gate.text("..."), for writers that take sheets.
function M.text(text, opts)
  local lines = type(text) == "table" and copy(text) or { tostring(text) }
  local tag = lang.check(opts and opts.lang)
  local body = { kind = "text", lang = tag, unit = "text", synthetic = false, columns = {},
    rows = {}, foot = lines, notes = {}, records = {}, keys = {}, by = {}, policy = "typed",
    withheld = 0, title = opts and opts.title }
  body.remake = function(more) return M.text(lines, { lang = more.lang, title = body.title }) end
  return seal(body)
end

return M
