--- How well a question of one wave compares with the same question of another.
--
-- A pair of waves (earlier j, later k) of a thread (crosswalk.lua) has findings, each with the
-- grade it alone would give; the worst is the grade of the pair:
--
--   identical         nothing; or only that the item was renamed, or what no codebook tells
--   reworded          wording of the question or of answers, in any language that both codebooks
--                     have; their order; a kind of missing, an option of several or "none of these"
--                     that only one wave offered
--   levels merged     answers that are one on the common scale
--   universe changed  who was asked, or the population of the wave
--   levels changed    answers that the other wave did not offer; another unit
--   kind changed      one answer, several, a number, a text
--   not asked         in one of the two
--
-- The first three are joined by a line, with a footnote from the second on; the others are not, and
-- the last is a gap. What the codebooks do not tell is found too (finding.unknown) and said, and
-- never counts. `grade` in the codebook's entry overrules, and is said as well.
--
-- A finding is { what, grade, args, unknown, levels }; `what` names its sentence in the table of
-- languages ("wave_" .. what), whose {at} is filled where it is printed.
local codebook = require "bilan.codebook"
local crosswalk = require "bilan.waves.crosswalk"
local ordered = require "bilan.ordered"
local universe = require "bilan.waves.universe"

local M = {}

M.grades = codebook.grades

local rank = {}
for i, grade in ipairs(M.grades) do rank[grade] = i end

--- The worse of two grades.
function M.worse(a, b) return rank[a] >= rank[b] and a or b end

--- May a line join figures of this grade?
function M.joins(grade) return rank[grade] <= rank["levels merged"] end

-- ---- what is found ----------------------------------------------------------------------------

-- The findings of a pair as they are collected.
local function add(pair, what, grade, args)
  local finding = { what = what, grade = grade, args = args or {} }
  pair.findings[#pair.findings + 1] = finding
  return finding
end

local function unknown(pair, what, args) add(pair, what, "identical", args).unknown = true end

local function quoted_list(labels)
  local parts = {}
  for i, label in ipairs(labels) do parts[i] = ('"%s"'):format(label) end
  return table.concat(parts, ", ")
end

local tags = { "fr", "en", "nl" }

-- Wordings by language; a plain text is in the language of its book.
local function by_language(texts, book)
  local out = {}
  for _, tag in ipairs(tags) do out[tag] = texts[tag] end
  if texts[""] then out[book.lang or ""] = texts[""] end
  return out
end

-- The first wording that differs, among the languages that both waves have: that of the later
-- codebook, then the others. The same text twice when none differs; nil when they have none.
local function wordings(pair, a, b)
  if not a or not b then return nil end
  a, b = by_language(a, pair.earlier.book), by_language(b, pair.later.book)
  local same
  for _, tag in ipairs { pair.later.book.lang or "", "", table.unpack(tags) } do
    if a[tag] and b[tag] then
      if crosswalk.fold(a[tag]) ~= crosswalk.fold(b[tag]) then return a[tag], b[tag] end
      same = same or a[tag]
    end
  end
  return same, same
end

local function find_question(pair)
  local a, b = pair.before.entry, pair.after.entry
  local old, new = wordings(pair, a and a.question, b and b.question)
  if not old then return unknown(pair, "unknown_wording") end
  if crosswalk.fold(old) ~= crosswalk.fold(new) then
    add(pair, "reworded", "reworded", { before = old, after = new })
  end
end

-- ---- answers ----------------------------------------------------------------------------------

-- The words of a level by language: its names in the codebook, if it has any.
local function level_names(item, label)
  local level = item.entry and item.entry.levels and item.entry.levels.by_label[label]
  return level and next(level.names) and level.names or nil
end

-- The words of a level in both waves: as both codebooks show it in some language, else as it is.
local function level_words(pair, old, new)
  local before, after = wordings(pair, level_names(pair.before, old), level_names(pair.after, new))
  if before then return before, after end
  return old, new
end

-- Common levels by which waves have them: both, only the earlier, only the later; and those where
-- one has several of its own, or another text for it.
local function sort_levels(pair)
  local scale, j, k = pair.scale, pair.j, pair.k
  local found = { shared = 0, only_before = {}, only_after = {}, merged = {}, renamed = {} }
  for _, name in ipairs(scale.order) do
    local old, new = scale.members[name][j], scale.members[name][k]
    if old and new then
      found.shared = found.shared + 1
      if #old > 1 or #new > 1 then found.merged[#found.merged + 1] = { name, old, new }
      else
        local before, after = level_words(pair, old[1], new[1])
        if crosswalk.fold(before) ~= crosswalk.fold(after) then
          found.renamed[#found.renamed + 1] = { before, after }
        end
      end
    else
      local list = old and found.only_before or found.only_after
      table.move(old or new, 1, #(old or new), #list + 1, list)
    end
  end
  return found
end

local function sum_of(labels)
  local own = {}
  for at, label in ipairs(labels) do own[at] = ('"%s"'):format(label) end
  return table.concat(own, " + ")
end

-- "yes" = "very" + "rather" of the side that has several; where both have, and not the same, with
-- the year of each.
local function merged_words(pair, merged)
  local parts = {}
  for _, one in ipairs(merged) do
    local name, old, new = table.unpack(one)
    local before, after = sum_of(old), sum_of(new)
    if #old > 1 and #new > 1 and before ~= after then
      parts[#parts + 1] = ('"%s" = %s (%s), %s (%s)'):format(name, before, pair.earlier.name, after,
        pair.later.name)
    else parts[#parts + 1] = ('"%s" = %s'):format(name, #old > 1 and before or after) end
  end
  return table.concat(parts, "; ")
end

local function renamed_words(renamed)
  local parts = {}
  for i, one in ipairs(renamed) do parts[i] = ('"%s" → "%s"'):format(one[1], one[2]) end
  return table.concat(parts, "; ")
end

-- Answers that only one wave has. Without a list of all answers in the other wave's codebook they
-- may merely not have been given there.
local function find_unmatched(pair, found)
  local several = pair.after.kind == "multiple"
  local sides = { { found.only_after, pair.before, "added" }, { found.only_before, pair.after,
    "dropped" } }
  for _, side in ipairs(sides) do
    local labels, other, word = side[1], side[2], side[3]
    if #labels > 0 then
      local args = { list = quoted_list(labels) }
      if several and other.closed and found.shared > 0 then
        add(pair, "options_" .. word, "reworded", args).levels = labels
      elseif other.closed or found.shared == 0 then
        add(pair, "levels_" .. word, "levels changed", args)
      else
        unknown(pair, "unseen_" .. word, args)
      end
    end
  end
end

-- Is the order of the shared answers another one? Only where somebody gave both orders.
local function is_reordered(pair)
  if not (pair.before.closed and pair.after.closed) then return false end
  local place, last = {}, 0
  for at, level in ipairs(pair.before.levels) do
    local name = pair.scale.of[pair.j][level.label]
    if type(name) == "string" then place[name] = place[name] or at end
  end
  for _, level in ipairs(pair.after.levels) do
    local at = place[pair.scale.of[pair.k][level.label]]
    if at and at < last then return true end
    last = at or last
  end
  return false
end

local function find_scores(pair)
  for _, name in ipairs(pair.scale.order) do
    local score = pair.scale.score[name]
    for _, level in ipairs(pair.before.levels) do
      local here = score and pair.scale.of[pair.j][level.label] == name
      if here and level.value and level.value ~= score then
        return add(pair, "scores", "identical")
      end
    end
  end
end

local kinds_in_order = { "don't know", "refused" }
local kind_key = { ["don't know"] = "dont_know", refused = "refused" }

-- Answers such as "don't know" that only one wave declares.
local function find_missing(pair)
  if not (pair.before.entry and pair.after.entry) then return end
  for _, kind in ipairs(kinds_in_order) do
    local before, after = pair.before.missing[kind], pair.after.missing[kind]
    for _, to in pairs(pair.scale and pair.scale.of[pair.j] or {}) do
      before = before or type(to) == "table" and to.missing == kind
    end
    if (before or false) ~= (after or false) then
      add(pair, after and "missing_added" or "missing_dropped", "reworded",
        { missing = kind_key[kind] })
    end
  end
end

-- "None of these", which answers the question where there is such a box.
local function find_none(pair, found)
  local a, b = pair.before.entry, pair.after.entry
  if pair.after.kind ~= "multiple" or not (a and b) or a.none == b.none then return end
  if not a.none then add(pair, "none_added", "reworded", { option = b.none })
  elseif not b.none then add(pair, "none_dropped", "reworded", { option = a.none })
  elseif crosswalk.fold(a.none) ~= crosswalk.fold(b.none) then
    found.renamed[#found.renamed + 1] = { a.none, b.none }
  end
end

local function find_levels(pair)
  local found = sort_levels(pair)
  find_none(pair, found)
  find_unmatched(pair, found)
  if #found.merged > 0 then
    add(pair, "merged", "levels merged", { list = merged_words(pair, found.merged) })
  end
  if #found.renamed > 0 then
    add(pair, "levels_renamed", "reworded", { list = renamed_words(found.renamed) })
  end
  if is_reordered(pair) then add(pair, "reordered", "reworded") end
  find_scores(pair)
end

-- ---- kind and unit ----------------------------------------------------------------------------

-- Kinds whose answers are of one sort.
local family = { single = "one", scale = "one", multiple = "several", number = "number",
  text = "text", date = "date", id = "id" }

local function find_kind(pair)
  local a, b = pair.before.kind, pair.after.kind
  if family[a] ~= family[b] then
    add(pair, "kind", "kind changed", { before = a, after = b })
    return false
  end
  return true
end

local function find_unit(pair)
  local a = pair.before.entry and pair.before.entry.unit
  local b = pair.after.entry and pair.after.entry.unit
  if a and b and crosswalk.fold(a) ~= crosswalk.fold(b) then
    add(pair, "unit", "levels changed", { before = a, after = b })
  end
end

-- ---- who was asked ----------------------------------------------------------------------------

-- An item of a wave by the name that an expression gives it, in whatever letter case.
local function thread_named(own, names, id)
  if own[id] then return own[id], id end
  for _, name in ipairs(names) do
    if name:lower() == id:lower() then return own[name], name end
  end
end

-- Levels of a wave as levels of the common scale. What is one there is named only when all its own
-- levels stand together: a part of it is not it.
local function common_levels(scale, at, labels)
  local given, out, seen = {}, {}, {}
  for _, label in ipairs(labels) do given[label] = true end
  for _, label in ipairs(labels) do
    local to, whole = scale.of[at][label], true
    for _, own in ipairs(type(to) == "string" and scale.members[to][at] or {}) do
      whole = whole and given[own]
    end
    local word = type(to) ~= "string" and label or whole and to or ("\1%s\1%s"):format(to, label)
    if not seen[word] then out[#out + 1], seen[word] = word, true end
  end
  return out
end

-- The universe of an item in the words of today: names of threads, levels of the pair.
local function universe_form(context, pair, at, item)
  local own, names = context.of[at], context.list[at].names
  local function rename(id)
    local thread = thread_named(own, names, id)
    return thread and thread.name or id
  end
  local function relevel(id, labels)
    local thread = thread_named(own, names, id)
    if not (thread and thread.at[pair.j] and thread.at[pair.k]) then return labels end
    return common_levels(context.scale(thread, { pair.j, pair.k }), at, labels)
  end
  return universe.form(item.entry.universe, rename, relevel)
end

local function find_universe(pair, context)
  local a, b = pair.before.entry, pair.after.entry
  if not a or not b then return unknown(pair, "unknown_universe") end
  local old, new = a.universe, b.universe
  if old and new then
    if universe_form(context, pair, pair.j, pair.before)
      ~= universe_form(context, pair, pair.k, pair.after) then
      add(pair, "universe", "universe changed", { before = old, after = new })
    end
  elseif new then add(pair, "universe_new", "universe changed", { after = new })
  elseif old then add(pair, "universe_gone", "universe changed", { before = old }) end
end

local function find_population(pair)
  local old, new = pair.earlier.book.population, pair.later.book.population
  if old and new and crosswalk.fold(old) ~= crosswalk.fold(new) then
    add(pair, "population", "universe changed", { before = old, after = new })
  end
end

local function find_base(pair)
  local a, b = pair.before.entry, pair.after.entry
  if pair.after.kind == "multiple" and a and b and a.base and b.base and a.base ~= b.base then
    add(pair, "base", "identical", { base = b.base })
  end
end

-- ---- grades -----------------------------------------------------------------------------------

-- The grade that the codebook gives a pair: that of its own entry; or along a chain some link of
-- which has one, the worst of all links, those that nobody overruled too. Notes of entries are
-- findings that do not count.
local function overruled(pair, context, thread)
  local grade, said = nil, false
  for _, link in ipairs(pair.links) do
    local entry = link.entry or {}
    said = said or entry.grade ~= nil
    if entry.note then -- its sentence ends with the full stop of all sentences
      add(pair, "note", "identical", { note = entry.note:gsub("[%s.]+$", "") })
    end
    local own = #pair.links == 1 and entry.grade
    if #pair.links > 1 then own = context.pair(thread, link.j, link.m).grade end
    grade = own and M.worse(own, grade or own) or grade
  end
  return said and grade or nil
end

local function worst_of(findings)
  local grade = "identical"
  for _, finding in ipairs(findings) do grade = M.worse(grade, finding.grade) end
  return grade
end

-- Findings with the worst first; the order within a grade is that in which they were looked for.
local function in_order(findings)
  local place = {}
  for i, finding in ipairs(findings) do place[finding] = i end
  table.sort(findings, function(a, b)
    if a.grade ~= b.grade then return rank[a.grade] > rank[b.grade] end
    return place[a] < place[b]
  end)
end

local function examine(pair, context)
  if pair.before.id ~= pair.after.id then
    add(pair, "renamed", "identical", { before = pair.before.id })
  end
  find_question(pair)
  if find_kind(pair) then
    if pair.scale then find_levels(pair) end
    find_unit(pair)
    find_base(pair)
  end
  find_missing(pair)
  find_universe(pair, context)
  find_population(pair)
end

--- The pair of waves j < k of a thread: { grade, findings, found (the grade before the codebook's
-- word), before, after, scale }. context: { list, of = threads by wave and id, scale =
-- function(thread, waves), pair = this, remembered }.
function M.pair(context, thread, j, k)
  local list = context.list
  local pair = { j = j, k = k, earlier = list[j], later = list[k], findings = {} }
  local before, after = thread.at[j], thread.at[k]
  if not (before and after) then
    local year = before and list[k] or list[j]
    add(pair, "not_asked", "not asked", { year = year.name })
    pair.grade, pair.found = "not asked", "not asked"
    return pair
  end
  pair.before, pair.after = before.item, after.item
  pair.links = crosswalk.links(list, thread, { j, k })
  if #pair.before.levels + #pair.after.levels > 0 then
    pair.scale = context.scale(thread, { j, k })
  end
  examine(pair, context)
  pair.found = worst_of(pair.findings)
  local own = overruled(pair, context, thread)
  pair.grade = own or pair.found
  if own and own ~= pair.found then
    add(pair, "overruled", "identical", { grade = own, found = pair.found })
  end
  in_order(pair.findings)
  return pair
end

--- Common levels that one wave of a pair did not offer, as a set: no figure there is no 0 %.
function M.not_offered(scale, k)
  local set = {}
  for _, name in ipairs(scale.order) do
    if not scale.members[name][k] then set[name] = true end
  end
  return set
end

-- "2021-2022" and "2023-2024" are of one shape, "2021-22" is of another.
local function shape(name) return (name:gsub("%d", "0")) end

--- Entries `was` whose wave is none of these and is not written as any of them is: a slip of the
-- pen rather than a year that is not shown. { { wave, id, year } }, in order.
function M.unknown_years(list)
  local known, out = {}, {}
  for _, wave in ipairs(list) do known[shape(wave.name)] = true end
  for _, wave in ipairs(list) do
    for _, id in ipairs(wave.names) do
      for year in ordered.pairs(crosswalk.item(wave, id).was) do
        if not known[shape(year)] then
          out[#out + 1] = { wave = wave.name, id = id, year = year }
        end
      end
    end
  end
  return out
end

return M
