--- The codebook: what the columns of a file mean.
--
-- A codebook is a Lua table; a questionnaire item is one entry of `items`, so a new item needs
-- a column in the file and an entry here, nothing else:
--
--   { id = "interet", kind = "scale", column = "Q7", label = { fr = "Intérêt", en = "Interest" },
--     question = { fr = "Cette partie t'a-t-elle intéressé·e ?" },
--     levels = { { "très intéressant", score = 5, codes = { "5", "TI" } }, "intéressant", ... },
--     missing = { ["don't know"] = { "NSP", 9 } },
--     nets = { { "intéressé", "intéressant", "très intéressant" } },
--     universe = "niveau = 'lycee'" }
--
-- kind       single, multiple, scale, number, text, date, id
-- column     header in the file (default: the id); for kind "multiple" with one column per
--            option: columns = { { "maths", "Q8[1]" }, ... } and ticked = { "Oui", "1" }
-- separator  for kind "multiple" in one field
-- none       for kind "multiple": the option that means "none of these"; it answers the question
--            and is not counted as an option
-- levels     in their order; text, or { text, fr =, en =, score =, codes = { ... } }
-- missing    which answers mean that there is none, by kind: "not asked", "no answer",
--            "don't know", "refused"
-- nets       named sums of levels: { name, level, level, ... }
-- universe   who was asked: an expression; blanks outside it are "not asked"
-- base       for kind "multiple": asked, answered, ticked, answers
-- optional   true: the column may be absent
-- open       true: answers that no level names are added behind the levels
-- concept    what is matched across waves (default: the id)
-- was        how earlier waves had the item, where not the same: { [wave] = "its id then" }, or
--            { [wave] = { item =, levels = { its level = level of the common scale },
--            here = { level of this book = level of the common scale }, grade =, note = } };
--            false: not asked
-- The common scale of two waves is this book's levels, those named in `here` replaced. The book
-- itself has `wave` (default: its version), `population` (who could answer, in words) and, where
-- its respondents are not real, `synthetic`: true, or what pages say of them.
-- `given` is a deep copy of the table as given: what an archive keeps of a codebook.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ordered = require "bilan.ordered"

local M = {}

local kinds = { "single", "multiple", "scale", "number", "text", "date", "id" }
local missing_kinds = { "no answer", "not asked", "don't know", "refused" }
M.bases = { "asked", "answered", "ticked", "answers" }

local item_keys = { "id", "kind", "column", "columns", "label", "question", "levels", "missing",
  "nets", "universe", "base", "optional", "open", "separator", "ticked", "blank_is_no", "note",
  "unit", "none", "concept", "was" }
local level_keys = { "fr", "en", "nl", "score", "codes" }
local book_keys = { "title", "version", "items", "lang", "synthetic", "note", "wave",
  "population" }
local was_keys = { "item", "levels", "here", "grade", "note" }

--- How well an item of two waves compares, best first.
M.grades = { "identical", "reworded", "levels merged", "universe changed", "levels changed",
  "kind changed", "not asked" }

-- ---- reading the description ------------------------------------------------------------------

-- A text or { fr =, en = } -> a table by language.
local function labels(value, what)
  if value == nil then return {} end
  if type(value) == "string" then return { [""] = value } end
  fault.expect(value, "table", what)
  return value
end

local function read_level(level, what)
  if type(level) == "string" then return { label = level, names = {}, codes = {} } end
  fault.expect(level, "table", what)
  fault.options(level, level_keys, what)
  if type(level[1]) ~= "string" then fault.raise("%s: a level starts with its text", what) end
  local codes = level.codes or {}
  if type(codes) ~= "table" then codes = { codes } end
  return { label = level[1], score = level.score, codes = codes,
    names = { fr = level.fr, en = level.en, nl = level.nl } }
end

local function read_nets(nets, levels, what)
  local list = {}
  for _, net in ipairs(nets or {}) do
    local parts = { table.unpack(net, 2) }
    for _, part in ipairs(parts) do
      if not levels.by_label[part] then
        fault.unknown(("level in net \"%s\" of %s"):format(net[1], what), part, levels.order)
      end
    end
    list[#list + 1] = { name = net[1], parts = parts }
  end
  return list
end

local function read_levels(list, what)
  local out = { order = {}, by_label = {} }
  for i, level in ipairs(list or {}) do
    level = read_level(level, ("%s, level %d"):format(what, i))
    if out.by_label[level.label] then
      fault.raise('%s: the level "%s" stands twice', what, level.label)
    end
    out.order[i] = level.label
    out.by_label[level.label] = level
    out[i] = level
  end
  return out
end

local function read_missing(missing, what)
  local list = {}
  for kind, answers in ordered.pairs(missing or {}) do
    fault.choice(kind, missing_kinds, nil, "kind of missing in " .. what)
    if type(answers) ~= "table" then answers = { answers } end
    for _, answer in ipairs(answers) do list[#list + 1] = { answer, kind } end
  end
  return list
end

-- ---- what earlier waves had -------------------------------------------------------------------

-- A level as text: numbers may stand for themselves.
local function level_name(value, what)
  if math.type(value) then return core.text.number(value) end
  return fault.expect(value, "string", what .. ": a level")
end

-- { level = level, ... } with its texts checked; in order of the keys.
local function read_map(map, what)
  local out = {}
  for from, to in ordered.pairs(fault.expect(map or {}, "table", what)) do
    out[level_name(from, what)] = level_name(to, what)
  end
  return out
end

--- The levels that an item of a codebook names, in order (options of a multiple one); nil when it
-- names none, or takes others too.
function M.named_levels(item)
  if item.open then return nil end
  if #item.levels > 0 then return item.levels.order end
  if not item.columns then return nil end
  local names = {}
  for i, pair in ipairs(item.columns) do names[i] = pair[1] end
  return names
end

local function set_of(list)
  local set = {}
  for _, one in ipairs(list) do set[one] = true end
  return set
end

local known_missing = set_of(missing_kinds)

-- Both maps name levels that exist: `here` this item's, `levels` those of the common scale, or a
-- kind of missing that the answer is today.
local function check_maps(entry, item, what)
  local names, scale = M.named_levels(item), {}
  if not names then return end
  local own = set_of(names)
  for from in ordered.pairs(entry.here) do
    if not own[from] then fault.unknown(("level in here of %s"):format(what), from, names) end
  end
  for i, level in ipairs(names) do scale[i] = entry.here[level] or level end
  local known = set_of(scale)
  for _, to in ordered.pairs(entry.levels) do
    if not known[to] and not known_missing[to] then
      fault.unknown(("level of the common scale in %s"):format(what), to, scale)
    end
  end
end

local with_levels = { single = true, scale = true, multiple = true }

-- One entry of `was`: "id", { item =, ... } or false.
local function read_was(given, item, wave)
  local what = ('%s, was["%s"]'):format(item.what, wave)
  if given == false then return { absent = true } end
  if type(given) == "string" then given = { item = given } end
  if type(given) ~= "table" then
    fault.raise("%s: an item's id, a table or false is expected, got a %s", what, type(given))
  end
  fault.options(given, was_keys, what)
  local entry = { item = fault.expect(given.item or item.id, "string", what .. ": item"),
    levels = read_map(given.levels, what .. ": levels"),
    here = read_map(given.here, what .. ": here"),
    note = given.note ~= nil and fault.expect(given.note, "string", what .. ": note") or nil,
    grade = fault.choice(given.grade, { table.unpack(M.grades, 1, #M.grades - 1) }, nil,
      "grade in " .. what) }
  local maps = next(entry.levels) ~= nil or next(entry.here) ~= nil
  if maps and not with_levels[item.kind] then
    fault.raise("%s: an item of kind %s has no levels to map", what, item.kind)
  end
  check_maps(entry, item, what)
  return entry
end

-- Fills item.concept and item.was = { [wave] = entry }.
local function add_past(item, given)
  item.concept = fault.expect(given.concept or given.id, "string", item.what .. ": concept")
  item.was = {}
  if given.was == nil then return item end
  for wave, entry in ordered.pairs(fault.expect(given.was, "table", item.what .. ": was")) do
    if type(wave) ~= "string" then
      fault.raise('%s: was: waves are named, as in was = { ["2022-2023"] = "old_id" }', item.what)
    end
    item.was[wave] = read_was(entry, item, wave)
  end
  return item
end

-- Each concept once, and in each earlier wave no item that two items here come from.
local function check_past(book)
  local by_concept, from = {}, {}
  for _, id in ipairs(book.order) do
    local item = book.items_by_id[id]
    local other = by_concept[item.concept]
    if other then
      fault.raise('codebook: the items "%s" and "%s" have one concept, "%s"', other.id, id,
        item.concept)
    end
    by_concept[item.concept] = item
    for wave, entry in ordered.pairs(item.was) do
      if entry.item then
        from[wave] = from[wave] or {}
        other = from[wave][entry.item]
        if other then
          fault.raise('codebook: the items "%s" and "%s" are both mapped to "%s" of %s', other, id,
            entry.item, wave)
        end
        from[wave][entry.item] = id
      end
    end
  end
  book.by_concept = by_concept
  for wave, items in ordered.pairs(from) do
    for old, id in ordered.pairs(items) do
      local same = by_concept[old] -- would be matched by its name
      if same and same.id ~= id and not same.was[wave] then
        fault.raise('codebook: "%s" of %s is mapped to "%s", but the item "%s" has its name: say '
          .. 'what that was in %s (was = { ["%s"] = false } if it was not asked)', old, wave, id,
          same.id, wave, wave)
      end
    end
  end
end

-- ---- items ------------------------------------------------------------------------------------

local function read_item(item, place)
  local what = ("item %d of the codebook"):format(place)
  fault.expect(item, "table", what)
  if type(item.id) ~= "string" then fault.raise("%s has no id", what) end
  what = ('codebook item "%s"'):format(item.id)
  fault.options(item, item_keys, what)
  local levels = read_levels(item.levels, what)
  return add_past({
    id = item.id, what = what, column = item.column or item.id, columns = item.columns,
    kind = fault.choice(item.kind, kinds, "single", "kind of " .. what),
    label = labels(item.label, what), question = labels(item.question, what),
    levels = levels, missing = read_missing(item.missing, what),
    nets = read_nets(item.nets, levels, what), universe = item.universe,
    base = fault.choice(item.base, M.bases, "asked", "base of " .. what),
    optional = item.optional, open = item.open, separator = item.separator,
    ticked = item.ticked or { "1", "Yes", "yes", "Oui", "oui", "Y", "true", "x", "X" },
    blank_is_no = item.blank_is_no, note = item.note, unit = item.unit, none = item.none,
  }, item)
end

local DEEPEST <const> = 50

-- A deep copy of the table as given: plain values only.
local function copy_of(value, depth)
  if type(value) ~= "table" then return value end
  if depth > DEEPEST then fault.raise("codebook: a table holds itself, or is nested too deeply") end
  local out = {}
  for key, inner in pairs(value) do out[key] = copy_of(inner, depth + 1) end
  return out
end

local function text_key(book, key)
  local value = book[key]
  return value ~= nil and fault.expect(value, "string", "codebook: " .. key) or nil
end

-- true, or what is to be said of the respondents.
local function read_synthetic(book)
  local mark = book.synthetic
  if mark == nil or type(mark) == "boolean" or type(mark) == "string" and mark ~= "" then
    return mark
  end
  fault.raise("codebook: synthetic is true or a text that says how the respondents came about")
end

--- Checks a codebook table and gives its readable form: { title, version, order, items }.
function M.read(book)
  fault.expect(book, "table", "a codebook")
  if book.order and book.items_by_id then return book end
  fault.options(book, book_keys, "codebook")
  local out = { title = book.title, version = book.version, lang = book.lang, order = {},
    synthetic = read_synthetic(book), items_by_id = {}, given = copy_of(book, 1),
    population = text_key(book, "population"), wave = text_key(book, "wave")
      or type(book.version) == "string" and book.version or nil }
  for i, item in ipairs(fault.expect(book.items, "table", "codebook: items")) do
    item = read_item(item, i)
    if out.items_by_id[item.id] then fault.raise('codebook: the item "%s" stands twice', item.id) end
    out.order[i] = item.id
    out.items_by_id[item.id] = item
  end
  check_past(out)
  return out
end

-- ---- applying it to a table -------------------------------------------------------------------

-- An answer as the file's levels write it.
local function answer_text(answer)
  return type(answer) == "number" and core.text.number(answer) or tostring(answer)
end

-- code_of[answer in the file] = place among the new levels.
local function targets(item)
  local place, levels = {}, {}
  for i, level in ipairs(item.levels) do
    levels[i] = { label = level.label, value = level.score }
    place[level.label] = i
    for _, code in ipairs(level.codes) do place[answer_text(code)] = i end
  end
  for _, pair in ipairs(item.missing) do
    local answer, kind = answer_text(pair[1]), pair[2]
    if kind == "no answer" then place[answer] = 0
    else
      local at = place["\0" .. kind]
      if not at then
        at = #levels + 1
        levels[at] = { label = kind, missing = kind }
        place["\0" .. kind] = at
      end
      place[answer] = at
    end
  end
  return levels, place
end

-- Where an answer stands first, for whoever has to look at it: " (first in row 3 of the data)".
local function place_of(table, name, answer)
  for row, value in ipairs(core.data.values(table, nil, name)) do
    if answer_text(value) == answer then return (" (first in row %d of the data)"):format(row) end
  end
  return ""
end

local function unknown_answer(item, answer, table)
  fault.raise('%s: the answer "%s" is not among its levels%s%s', item.what, answer,
    place_of(table, item.column, answer), fault.hint(item.levels.order, answer))
end

-- Coded answers brought to the codebook's levels.
local function relevel(item, column, table)
  local codes = core.data.to_codes(column, 10000)
  local levels, place = targets(item)
  local open = item.open or #item.levels == 0
  local map = {}
  for i, old in ipairs(core.data.levels(codes)) do
    local to = place[old.label]
    if not to and old.missing then
      to = place["\0" .. old.missing]
    end
    if not to then
      if not open and not old.missing then unknown_answer(item, old.label, table) end
      to = #levels + 1
      levels[to] = old
      place[old.label] = to
    end
    map[i] = to
  end
  return core.data.relevel(codes, levels, map)
end

-- Numbers: as they are, with some values declared missing; or text that must read as numbers.
local function number_column(item, column, rows)
  local kind = core.data.type(column)
  if kind == "numbers" then
    local list = {}
    for i, pair in ipairs(item.missing) do list[i] = { tonumber(pair[1]) or 0 / 0, pair[2] } end
    return #list > 0 and core.data.declare_missing(column, list) or column
  end
  local codes = core.data.to_codes(column, 0)
  if #core.data.levels(codes) == 0 then return (core.data.column({}, rows)) end -- nobody answered
  local levels, place = targets(item)
  local map = {}
  for i, old in ipairs(core.data.levels(codes)) do
    local to = place[old.label]
    if not to then
      local value = old.value or core.text.parse(old.label)
      if not value and not old.missing then
        fault.raise('%s: "%s" is not a number', item.what, old.label)
      end
      to = #levels + 1
      levels[to] = { label = old.label, value = value, missing = old.missing }
    end
    map[i] = to
  end
  return core.data.relevel(codes, levels, map)
end

local function option_levels(item)
  if #item.levels == 0 then return nil end
  local list, none = {}, item.none
  for i, level in ipairs(item.levels) do
    list[i] = { label = level.label }
    if level.label == none then none = nil end
  end
  if none then list[#list + 1] = { label = none } end
  return list
end

-- The set without its exclusive "none of these", where someone ticked it.
local function without_none(item, set)
  for _, option in ipairs(core.data.levels(set)) do
    if option.label == item.none then return core.data.without_option(set, item.none) end
  end
  return set
end

local function grouped(item, table)
  local columns, names = {}, {}
  for i, pair in ipairs(item.columns) do
    names[i] = pair[1]
    columns[i] = core.data.item(table, pair[2] or pair[1])
  end
  -- with a box for "none of these", a row of empty boxes is no answer
  return core.data.group(columns, names, item.ticked, item.blank_is_no or false, not item.none)
end

local function set_column(item, table, column)
  if item.columns then return grouped(item, table) end
  return core.data.split(column, item.separator or ";", option_levels(item),
    item.open or #item.levels == 0)
end

local function made_column(item, table, column)
  if item.kind == "multiple" then return without_none(item, set_column(item, table, column)) end
  if item.kind == "number" then return number_column(item, column, core.data.rows(table)) end
  if item.kind == "single" or item.kind == "scale" then return relevel(item, column, table) end
  return column
end

-- The column of an item in the file; nil when it is optional and absent.
local function source(item, table)
  if item.columns then return nil end
  if core.data.has(table, item.column) then return core.data.item(table, item.column) end
  if item.optional then return nil end
  fault.raise('%s: no column "%s" in the file%s', item.what, item.column,
    fault.hint(core.data.names(table), item.column))
end

--- Applies a codebook (as M.read gives it) to a table. Returns the new table, with the items of
-- the codebook first and in its order, and a list of notes in words.
function M.apply(book, table)
  local notes, order, used, made = {}, {}, {}, table
  for _, id in ipairs(book.order) do
    local item = book.items_by_id[id]
    local column = source(item, table)
    if column or item.columns then
      local new = made_column(item, table, column)
      made = core.data.with(made, id, item.kind, new)
      order[#order + 1] = id
      used[item.column] = true
      for _, pair in ipairs(item.columns or {}) do used[pair[2] or pair[1]] = true end
    else
      notes[#notes + 1] = ('item "%s" is not in the file'):format(id)
    end
  end
  for _, id in ipairs(order) do
    local item = book.items_by_id[id]
    if item.universe then
      local universe = core.expr.filter(made, item.universe)
      local column, strays = core.data.universe(core.data.item(made, id), universe)
      made = core.data.with(made, id, item.kind, column)
      if strays > 0 then
        notes[#notes + 1] = ('item "%s": %d answers from outside its universe (%s)'):format(id,
          strays, item.universe)
      end
    end
  end
  for _, name in ipairs(core.data.names(table)) do
    if not used[name] and not book.items_by_id[name] then
      order[#order + 1] = name
      notes[#notes + 1] = ('column "%s" is not in the codebook'):format(name)
    end
  end
  return core.data.select(made, order), notes
end

return M
