--- How well a question of one wave compares with the same question of another.
--
-- A pair of waves (earlier j, later k) of a thread (crosswalk.lua) has findings, each with the
-- grade it alone would give; the worst is the grade of the pair:
--
--   identical         nothing; or only that the item was renamed, or what no codebook tells
--   reworded          wording of the question or of answers, their order; a kind of missing or an
--                     option of several that only one wave offered
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
local crosswalk = require "bilan.crosswalk"
local ordered = require "bilan.ordered"
local universe = require "bilan.universe"

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

-- A wording in both waves: in the codebook's language, or another that both have.
local function wordings(a, b, lang)
  if not a or not b then return nil end
  for _, tag in ipairs { lang or "", "", "fr", "en", "nl" } do
    if a[tag] and b[tag] then return a[tag], b[tag] end
  end
  return nil
end

local function find_question(pair)
  local a, b = pair.before.entry, pair.after.entry
  local old, new = wordings(a and a.question, b and b.question, pair.later.book.lang)
  if not old then return unknown(pair, "unknown_wording") end
  if crosswalk.fold(old) ~= crosswalk.fold(new) then
    add(pair, "reworded", "reworded", { before = old, after = new })
  end
end

-- ---- answers ----------------------------------------------------------------------------------

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
      elseif crosswalk.fold(old[1]) ~= crosswalk.fold(new[1]) then
        found.renamed[#found.renamed + 1] = { old[1], new[1] }
      end
    else
      local list = old and found.only_before or found.only_after
      table.move(old or new, 1, #(old or new), #list + 1, list)
    end
  end
  return found
end

-- "yes = "yes" + "rather yes"" of the side that has several.
local function merged_words(merged)
  local parts = {}
  for _, one in ipairs(merged) do
    for i = 2, 3 do
      if #one[i] > 1 then
        local own = {}
        for at, label in ipairs(one[i]) do own[at] = ('"%s"'):format(label) end
        parts[#parts + 1] = ('"%s" = %s'):format(one[1], table.concat(own, " + "))
      end
    end
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
      if several and (other.closed or found.shared > 0) then
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
    local own = pair.scale.members[name][pair.j]
    local score = pair.scale.score[name]
    for _, level in ipairs(pair.before.levels) do
      if own and score and level.label == own[1] and level.value and level.value ~= score then
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

local function find_levels(pair)
  local found = sort_levels(pair)
  find_unmatched(pair, found)
  if #found.merged > 0 then
    add(pair, "merged", "levels merged", { list = merged_words(found.merged) })
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

-- The universe of an item in the words of today: names of threads, levels of the pair.
local function universe_form(context, pair, at, item)
  local own = context.of[at]
  local function rename(id) return own[id] and own[id].name or id end
  local function relevel(id, level)
    local thread = own[id]
    if not (thread and thread.at[pair.j] and thread.at[pair.k]) then return level end
    local to = context.scale(thread, { pair.j, pair.k }).of[at][level]
    return type(to) == "string" and to or level
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

-- The grade that the codebook gives a pair: that of its own entry, or the worst along the chain
-- when some link of it has one. Notes of entries are findings that do not count.
local function overruled(pair)
  local grade
  for _, link in ipairs(pair.links) do
    local entry = link.entry or {}
    if entry.note then add(pair, "note", "identical", { note = entry.note }) end
    if entry.grade then grade = grade and M.worse(grade, entry.grade) or entry.grade end
  end
  return grade
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
-- function(thread, waves) }.
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
  local own = overruled(pair)
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
