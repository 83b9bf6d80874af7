--- A year's files made from those of another year: `bilan new`.
--
-- The files of a year are found by name: scripts/**/YEAR*.lua and *-YEAR.lua, and everything in a
-- folder datasets/**/YEAR. From them come
--   scripts         the year replaced where a text or comment names it (new_year/form.lua says how);
--                   other years stay, as do those inside `was = { ... }`
--   codebooks       the same, each item marked for review, with the entry that a renaming wants
--   csv and tsv     their heading line in UTF-8, and no row
-- and a checklist (new_year/checklist.lua). Nothing is written here: M.plan gives the files as texts,
-- so that a caller can look at all of them before the first is written.
-- `world` is what M.plan sees of the file system: list(folder) gives sorted names, folders with
-- "/" behind, read(path) gives bytes, exists(path) tells of files.
local core = require "bilan.core"
local fault = require "bilan.fault"
local source = require "bilan.lint.source"
local year_form = require "bilan.new_year.form"

local M = {}

local DEEPEST <const> = 8 -- folders below scripts and datasets

-- ---- finding ----------------------------------------------------------------------------------

-- The paths of all files below a folder, in order; none when it is absent.
local function walk(world, folder, depth, into)
  local ok, names = pcall(world.list, folder)
  for _, name in ipairs(ok and names or {}) do
    local below = name:match "^(.*)/$"
    if name:find "^%." then goto continue end
    if below and depth < DEEPEST then walk(world, folder .. "/" .. below, depth + 1, into)
    elseif not below then into[#into + 1] = folder .. "/" .. name end
    ::continue::
  end
  return into
end

-- All files of the project that could belong to a year.
local function candidates(world)
  local list = walk(world, "scripts", 1, {})
  return walk(world, "datasets", 1, list)
end

-- "2022-2023" of scripts/itd/enquete-2022-2023.lua, and of each file in datasets/itd/2022-2023/;
-- nil when the path names no year.
local function year_of(path)
  if path:find "^scripts/" then
    local name = path:match "([^/]*)%.lua$"
    local year = name and year_form.of_name(name)
    local plain = year and year:gsub("%-", "%%-")
    return year and (name:find("^" .. plain) or name:find("%-" .. plain .. "$")) and year or nil
  end
  for folder in path:gmatch "([^/]+)/" do
    if year_form.kind(folder) then return folder end
  end
end

M.year_of = year_of

-- The files of a year, and the years that there are, sorted.
local function find(world, year)
  local files, years, seen = {}, {}, {}
  for _, path in ipairs(candidates(world)) do
    local own = year_of(path)
    if own == year then files[#files + 1] = path end
    if own and not seen[own] then years[#years + 1] = own end
    if own then seen[own] = true end
  end
  table.sort(years)
  return files, years
end

-- ---- Lua --------------------------------------------------------------------------------------

-- Places of the text that a `was = { ... }` covers: { first byte, last byte }.
local function was_ranges(tokens)
  local ranges, depth, open = {}, 0, nil
  for at, token in ipairs(tokens) do
    local before, name = tokens[at - 1], tokens[at - 2]
    if token.t == "{" then
      depth = depth + 1
      local is_was = not open and before and before.t == "=" and name and name.v == "was"
      if is_was then open = { depth = depth, from = token.from } end
    elseif token.t == "}" then
      if open and open.depth == depth then
        ranges[#ranges + 1] = { open.from, token.to }
        open = nil
      end
      depth = depth - 1
    end
  end
  return ranges
end

local function within(ranges, place)
  for _, range in ipairs(ranges) do
    if place >= range[1] and place <= range[2] then return true end
  end
  return false
end

-- Texts and comments of a script in the order of their places, those inside `was` left out.
local function wordy(tokens, comments)
  local ranges, list = was_ranges(tokens), {}
  for _, token in ipairs(tokens) do
    if token.t == "string" and not within(ranges, token.from) then list[#list + 1] = token end
  end
  for _, comment in ipairs(comments) do
    if not within(ranges, comment.from) then list[#list + 1] = comment end
  end
  table.sort(list, function(a, b) return a.from < b.from end)
  return list
end

--- A script with the year replaced in its texts and comments.
function M.script(text, forms)
  local tokens, comments = source.tokens(text)
  local out, at = {}, 1
  for _, piece in ipairs(wordy(tokens, comments)) do
    out[#out + 1] = text:sub(at, piece.from - 1)
    out[#out + 1] = year_form.replace(text:sub(piece.from, piece.to), forms)
    at = piece.to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

-- Puts lines before lines of a text: { [number] = { "line", ... } }.
local function with_lines(text, before)
  local out, number = {}, 0
  for line in text:gmatch "[^\n]*\n?" do
    if line ~= "" then
      number = number + 1
      for _, more in ipairs(before[number] or {}) do
        out[#out + 1] = line:match "^[ \t]*" .. more .. "\n"
      end
      out[#out + 1] = line
    end
  end
  return table.concat(out)
end

local ITEM_MARK <const> = "-- review: still asked? wording? levels? a new id: "
local MADE_UP_MARK <const> = "-- review: made-up answers again? with real ones the next line goes"

-- Without the marks that an earlier `bilan new` left and nobody took away.
local function without_marks(text)
  local lines = {}
  for line in text:gmatch "[^\n]*\n?" do
    local own = line:match "^[ \t]*(.*)$"
    local marked = own:find(ITEM_MARK, 1, true) == 1 or own:find(MADE_UP_MARK, 1, true) == 1
    if not marked then lines[#lines + 1] = line end
  end
  return table.concat(lines)
end

-- The tokens of a codebook's list of items: the place of its "{", nil when there is none.
local function items_at(tokens)
  for at, token in ipairs(tokens) do
    local following, behind = tokens[at + 1], tokens[at + 2]
    if token.v == "items" and token.t == "name" and following and following.t == "="
      and behind and behind.t == "{" then
      return at + 2
    end
  end
end

-- The item that opens at a place: { line, id, kind }, each nil where it is not written there, and
-- the place of its end.
local function read_item(tokens, at)
  local item, depth, place = { line = tokens[at].line }, 0, at
  repeat
    local token, sign, value = tokens[place], tokens[place + 1], tokens[place + 2]
    if token.t == "{" then depth = depth + 1 end
    if token.t == "}" then depth = depth - 1 end
    if depth == 1 and token.t == "name" and sign and sign.t == "=" and value.t == "string" then
      item[token.v] = item[token.v] or value.v
    end
    place = place + 1
  until depth == 0 or not tokens[place]
  return item, place - 1
end

--- The items that a codebook's text writes down: a list of { line, id, kind }.
function M.items(text)
  local tokens = source.tokens(text)
  local at, list = items_at(tokens), {}
  if not at then return list end
  local place = at + 1
  while tokens[place] and tokens[place].t ~= "}" do
    if tokens[place].t == "{" then list[#list + 1], place = read_item(tokens, place) end
    place = place + 1
  end
  return list
end

-- The marks of one item: what to look at, and the entry that a renaming wants.
local function item_marks(item, from)
  if not item.id or item.kind == "id" then return nil end
  return { ("%swas = { [%q] = %q }"):format(ITEM_MARK, from, item.id) }
end

-- The line on which a key of the codebook itself stands alone at the start; nil when it does not.
local function key_line(tokens, key, depth_wanted)
  local depth = 0
  for at, token in ipairs(tokens) do
    local sign = tokens[at + 1]
    if token.t == "{" then depth = depth + 1 end
    if token.t == "}" then depth = depth - 1 end
    local is_key = token.t == "name" and token.v == key and sign and sign.t == "="
    if is_key and depth == depth_wanted then
      return token.line, tokens[at + 2]
    end
  end
end

-- How deep the list of items lies in tables.
local function depth_of_items(tokens, at)
  local depth = 0
  for place = 1, at - 1 do
    if tokens[place].t == "{" then depth = depth + 1 end
    if tokens[place].t == "}" then depth = depth - 1 end
  end
  return depth
end

-- Does a key of the book name the year?
local function names_year(tokens, key, depth, year)
  local _, value = key_line(tokens, key, depth)
  return value and value.t == "string" and value.v == year
end

-- The lines to put before lines of a codebook.
local function book_marks(tokens, text, from, to)
  local at, before = items_at(tokens), {}
  local depth = depth_of_items(tokens, at)
  if not (names_year(tokens, "wave", depth, to) or names_year(tokens, "version", depth, to)) then
    before[tokens[at].line] = { ("wave = %q,"):format(to) }
  end
  local line, value = key_line(tokens, "synthetic", depth)
  if line and value and (value.t == "true" or value.t == "string") then
    before[line] = { MADE_UP_MARK }
  end
  local lines = {}
  for first in (text .. "\n"):gmatch "([^\n]*)\n" do lines[#lines + 1] = first end
  for _, item in ipairs(M.items(text)) do
    local alone = lines[item.line]:find "^%s*{"
    if alone then before[item.line] = before[item.line] or item_marks(item, from) end
  end
  return before
end

--- A codebook of the new year: the year replaced, wave set, each item marked for review.
function M.codebook(text, forms, from, to)
  local made = without_marks(M.script(text, forms))
  local tokens = source.tokens(made)
  if not items_at(tokens) then return made end
  return with_lines(made, book_marks(tokens, made, from, to))
end

-- ---- data -------------------------------------------------------------------------------------

-- The bytes of the first record: up to a line end that no quotes hold.
local function first_record(bytes)
  local at, quoted = 1, false
  while at <= #bytes do
    local stop = bytes:find('["\r\n]', at)
    if not stop then return bytes, "\n" end
    if bytes:sub(stop, stop) == '"' then quoted = not quoted
    elseif not quoted then
      return bytes:sub(1, stop - 1), bytes:sub(stop, stop + 1) == "\r\n" and "\r\n" or "\n"
    end
    at = stop + 1
  end
  return bytes, "\n"
end

-- A heading of one-byte letters as UTF-8, by the engine's own reader: as the one cell of a table.
local function recoded(heading, encoding)
  local cell = '"' .. heading:gsub('"', '""') .. '"'
  local table_ = core.csv.csv_read("heading", "h\n" .. cell .. "\n",
    { encoding = encoding, delimiter = ";", decimal = ".", types = { h = "text" }, trim = false })
  return core.data.values(table_, nil, "h")[1]
end

-- The names of the columns as a line, for encodings of two bytes a letter.
local function named_line(table_, delimiter)
  local text = core.csv.csv_write(core.data.take(table_, core.expr.filter(table_, "0")), nil,
    { delimiter = delimiter, newline = "lf" })
  return (first_record(text))
end

--- The heading line of a data file in UTF-8, without any row; and { columns, delimiter, rows }.
function M.heading(bytes, path)
  local table_, report = core.csv.csv_read(path, bytes, {})
  local facts = { columns = #core.data.names(table_), rows = core.data.rows(table_),
    delimiter = report.delimiter, encoding = report.encoding }
  if core.text.is_utf8(bytes) then
    local heading, line_end = first_record(bytes)
    return heading .. line_end, facts
  end
  if report.encoding:lower():find "utf" then
    return "\u{FEFF}" .. named_line(table_, report.delimiter) .. "\r\n", facts
  end
  local heading, line_end = first_record(bytes)
  return recoded(heading, report.encoding) .. line_end, facts
end

-- ---- the plan ---------------------------------------------------------------------------------

-- What makes a file of the new year from the bytes of the old one, by the ending of its name; each
-- says whether it could.
local makers = {}

function makers.lua(file, bytes, plan)
  if file.from:find "^datasets/" then
    file.kind = "codebook"
    file.bytes = M.codebook(bytes, plan.forms, plan.from, plan.to)
    if #M.items(file.bytes) == 0 then file.kind = "script" end
  else
    file.kind, file.bytes = "script", M.script(bytes, plan.forms)
  end
  return true
end

function makers.csv(file, bytes)
  local ok, heading, facts = pcall(M.heading, bytes, file.from)
  if ok then file.kind, file.bytes, file.facts = "data", heading, facts end
  return ok
end

makers.tsv = makers.csv

-- Looks for a name that does not fit: nil, or what is wrong with the years.
local function wrong_years(from, to, years)
  if from == to then return ("YEAR and --from are the same: %s"):format(to) end
  local wanted = year_form.kind(from)
  if wanted and year_form.kind(to) ~= wanted then
    local example = wanted == "school" and "2023-2024" or "2024"
    return ('"%s" is not written like "%s"; expected a year such as %s'):format(to, from, example)
  end
  if not year_form.kind(to) then
    return ('"%s" is no year; expected a school year such as 2023-2024, or 2024'):format(to)
  end
  if not wanted then
    return ('"%s" is no year%s'):format(from, fault.hint(years, from))
  end
end

M.wrong_years = wrong_years

local function unknown_year(from, years)
  local hint = fault.hint(years, from)
  if #years == 0 then hint = "; no file there is named by a year"
  elseif hint == "" then hint = "; there are " .. table.concat(years, ", ") end
  fault.raise('no files of "%s" in scripts/ and datasets/%s', from, hint)
end

-- What becomes of one file of last year: the new file in plan.files, or a path in plan.left.
local function add_file(plan, path, world)
  local file = { from = path, path = year_form.replace(path, { plan.forms[1] }) }
  local make = makers[(path:match "%.(%w+)$" or ""):lower()]
  if make then file.before = world.read(path) end
  local list = make and make(file, file.before, plan) and plan.files or plan.left
  list[#list + 1] = list == plan.files and file or path
end

-- The files of the plan that are there already.
local function taken(plan, world)
  local list = {}
  for _, file in ipairs(plan.files) do
    if world.exists(file.path) then list[#list + 1] = file.path end
  end
  return list
end

--- The plan of a new year: { from, to, files = { { path, from, kind, bytes, facts }, ... },
-- left = { paths that get no template }, taken = { paths that are there } }. kind: script,
-- codebook, data, checklist.
function M.plan(world, from, to)
  local paths, years = find(world, from)
  if #paths == 0 then unknown_year(from, years) end
  local plan = { from = from, to = to, forms = year_form.forms(from, to), files = {}, left = {} }
  for _, path in ipairs(paths) do add_file(plan, path, world) end
  table.insert(plan.files, require("bilan.new_year.checklist").file(plan, world))
  plan.taken = taken(plan, world)
  return plan
end

--- The years that files are named by, sorted.
function M.years(world)
  local _, years = find(world, "")
  return years
end

return M
