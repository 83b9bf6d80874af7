--- What changed between years, and how well they compare, as lists for people.
--
-- Each year is held against the one before it. What several items have in common is said once for
-- the year: another population, and what the codebooks do not tell.
local comparability = require "bilan.waves.comparability"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local listing = require "bilan.waves.listing"

local M = {}

-- Pairs of neighbours among the places of some years.
local function neighbours(places)
  local pairs_ = {}
  for i = 2, #places do pairs_[i - 1] = { places[i - 1], places[i] } end
  return pairs_
end

local function check(context, opts, what)
  opts = fault.options(opts, { "lang", "years" }, what)
  local places = context:years(opts.years, what)
  if #places < 2 then fault.raise("%s: two years or more are needed", what) end
  return opts, neighbours(places)
end

-- ---- grades -----------------------------------------------------------------------------------

local function arrow(context, pair)
  return context.list[pair[1]].name .. " → " .. context.list[pair[2]].name
end

-- A row for each item and pair of years of which one has it.
local function grade_rows(context, pairs_)
  local rows = {}
  for _, thread in ipairs(context.threads) do
    for _, pair in ipairs(pairs_) do
      if thread.at[pair[1]] or thread.at[pair[2]] then
        rows[#rows + 1] = { item = thread.name, from = context.list[pair[1]].name,
          to = context.list[pair[2]].name, grade = context.pair(thread, pair[1], pair[2]).grade }
      end
    end
  end
  return rows
end

-- The table of grades: an item a row, a pair of years a column.
local function grade_sheet(context, pairs_, tag)
  local columns = { { key = 1, label = format.say(tag, "item"), type = "label" } }
  for i, pair in ipairs(pairs_) do
    columns[i + 1] = { key = i + 1, label = arrow(context, pair), type = "text" }
  end
  local rows = {}
  for _, thread in ipairs(context.threads) do
    local row, any = { context:own_label(thread, tag) }, false
    for i, pair in ipairs(pairs_) do
      local there = thread.at[pair[1]] or thread.at[pair[2]]
      any = any or there ~= nil
      row[i + 1] = there and format.say(tag, "grade_"
        .. context.pair(thread, pair[1], pair[2]).grade) or ""
    end
    if any then rows[#rows + 1] = row end
  end
  return { title = format.say(tag, "waves_grades"), columns = columns, rows = rows, lang = tag }
end

--- The grade of every item between each year and the next. opts: years, lang.
function M.grades(context, opts)
  local own, pairs_ = check(context, opts, "grades")
  return listing.new { rows = grade_rows(context, pairs_), lang = context:language(own.lang),
    sheet = function(tag) return grade_sheet(context, pairs_, tag) end }
end

-- ---- changes ----------------------------------------------------------------------------------

-- The place of the last year before k in which a thread was asked, or nil.
local function last_asked(thread, k)
  for j = k - 1, 1, -1 do
    if thread.at[j] then return j end
  end
end

-- What happened to one item: findings in the order of their weight. One that returns is held against
-- the year that asked it last.
local function item_findings(context, thread, j, k)
  if thread.at[j] and thread.at[k] then return context.pair(thread, j, k).findings end
  if thread.at[j] then return { { what = "dropped", grade = "not asked", args = {} } } end
  local last = last_asked(thread, k)
  if not last then return { { what = "added", grade = "not asked", args = {} } } end
  local findings = { { what = "again", grade = "not asked",
    args = { before = context.list[last].name } } }
  for _, finding in ipairs(context.pair(thread, last, k).findings) do
    if finding.what ~= "population" then findings[#findings + 1] = finding end
  end
  return findings
end

local unknown_kind = { unknown_wording = "wording", unknown_universe = "universe",
  unseen_added = "levels", unseen_dropped = "levels" }

-- One pair of years: entries { thread, finding } to be said, and counts of what is not known.
local function pair_changes(context, j, k)
  local said, unknown, population = {}, {}, nil
  for _, thread in ipairs(context.threads) do
    local counted = {}
    for _, finding in ipairs((thread.at[j] or thread.at[k])
      and item_findings(context, thread, j, k) or {}) do
      local kind = finding.unknown and unknown_kind[finding.what]
      if finding.what == "population" then population = finding
      elseif not finding.unknown then said[#said + 1] = { thread = thread, finding = finding } end
      if kind and not counted[kind] then
        unknown[kind], counted[kind] = (unknown[kind] or 0) + 1, true
      end
    end
  end
  if population then table.insert(said, 1, { finding = population }) end
  return said, unknown
end

-- Entries of the codebook of wave k for years that are not here.
local function add_unknown_years(context, k, said)
  for _, entry in ipairs(comparability.unknown_years(context.list)) do
    if entry.wave == context.list[k].name then
      said[#said + 1] = { thread = context.of[k][entry.id], finding = { what = "unknown_year",
        grade = "identical", args = { before = entry.year } } }
    end
  end
end

local function at_words(context, entry, k, tag)
  return entry.thread and context:own_label(entry.thread, tag) or context.list[k].name
end

-- All changes as records.
local function change_rows(context, pairs_, tag)
  local rows = {}
  for _, pair in ipairs(pairs_) do
    local said = pair_changes(context, pair[1], pair[2])
    add_unknown_years(context, pair[2], said)
    for _, entry in ipairs(said) do
      local finding, thread = entry.finding, entry.thread
      local row = { from = context.list[pair[1]].name, to = context.list[pair[2]].name,
        item = thread and thread.name, change = finding.what, grade = finding.grade,
        text = listing.sentence(tag, finding, at_words(context, entry, pair[2], tag), true) }
      for key, value in pairs(finding.args) do row[key] = row[key] or value end
      rows[#rows + 1] = row
    end
  end
  return rows
end

-- "wording (3 questions), who was asked (2 questions)", or nil.
local function unknown_words(unknown, tag)
  local parts = {}
  for _, kind in ipairs { "wording", "universe", "levels" } do
    if unknown[kind] then
      parts[#parts + 1] = format.say(tag, "unknown_" .. kind, { count = unknown[kind] })
    end
  end
  if #parts == 0 then return nil end
  return format.say(tag, "wave_unknown", { list = table.concat(parts, ", ") })
end

-- The list as text: a heading for each pair of years, a line for each change.
local function change_text(context, pairs_, tag)
  local lines, rows = {}, change_rows(context, pairs_, tag)
  for _, pair in ipairs(pairs_) do
    lines[#lines + 1] = arrow(context, pair)
    local before = #lines
    for _, row in ipairs(rows) do
      if row.from == context.list[pair[1]].name and row.to == context.list[pair[2]].name then
        lines[#lines + 1] = "  " .. row.text
      end
    end
    if #lines == before then lines[#lines + 1] = "  " .. format.say(tag, "waves_same") end
    local _, unknown = pair_changes(context, pair[1], pair[2])
    local words = unknown_words(unknown, tag)
    if words then lines[#lines + 1] = "  " .. words end
  end
  return table.concat(lines, "\n")
end

local function change_sheet(context, pairs_, tag)
  local rows = {}
  for i, row in ipairs(change_rows(context, pairs_, tag)) do
    rows[i] = { row.from .. " → " .. row.to, row.text }
  end
  local foot = {}
  for _, pair in ipairs(pairs_) do
    local _, unknown = pair_changes(context, pair[1], pair[2])
    local words = unknown_words(unknown, tag)
    if words then foot[#foot + 1] = arrow(context, pair) .. " : " .. words end
  end
  if #rows == 0 then foot[#foot + 1] = format.say(tag, "waves_same") end
  return { title = format.say(tag, "waves_changes"), lang = tag, rows = rows, foot = foot,
    columns = { { key = 1, label = format.say(tag, "year"), type = "label" },
      { key = 2, label = format.say(tag, "change_kind"), type = "text" } } }
end

--- What changed in the questionnaire from each year to the next: rows(), sheet(), as text.
-- opts: years, lang.
function M.changes(context, opts)
  local own, pairs_ = check(context, opts, "changes")
  local tag = context:language(own.lang)
  return listing.new { rows = change_rows(context, pairs_, tag), lang = tag,
    text = function(other) return change_text(context, pairs_, other) end,
    sheet = function(other) return change_sheet(context, pairs_, other) end }
end

return M
