--- The crosswalk: which item of one wave is which of another, and which answer which answer.
--
-- Threads. A thread is one question through the years: { name, label, top, at = { [wave] = place }
-- } with place = { id, item, link }. It begins in the latest wave that has it (top), whose id is
-- its name. To an earlier wave j it is led by a link from a later wave m of the thread, the nearest
-- that says something: an entry `was` of m's codebook for j, or else the same concept. So links
-- make a tree with its root at the top, and pairs without an entry of their own are chained through
-- the years between:
--
--   2023 interet --was 2022 = presentation--> 2022 presentation --(same concept)--> 2021
--
-- Scales. A link maps levels of m (by `here`) and of j (by `levels`) to common levels; what neither
-- names stays itself, and answers that differ only by case, blanks and punctuation are one. Levels
-- that links connect, through any number of years, are one level of the common scale of the waves
-- asked for (union-find over the links between them, and no others, so that two years that agree
-- are not coarsened by a third that is not shown). The pair of two waves with an entry of its own
-- has that link alone.
--
-- Harmonised columns have the levels of the common scale that their wave offered, in the order of
-- the latest wave, with its scores. Cost: levels, not rows, but for one pass a column.
local codebook = require "bilan.codebook"
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local lineage = require "bilan.record.lineage"
local ordered = require "bilan.ordered"
local Survey = require "bilan.survey"

local M = {}

local has_levels = { single = true, scale = true, multiple = true }
local missing_kinds = { ["no answer"] = true, ["not asked"] = true, ["don't know"] = true,
  refused = true }
local MOST_LEVELS <const> = 10000

-- ---- words as people see them -----------------------------------------------------------------

local typographic = { "«", "»", "“", "”", "„", "…", "¿", "¡", "·" }

--- A wording without what does not change it: case, accents, blanks, punctuation.
function M.fold(text)
  for _, mark in ipairs(typographic) do text = text:gsub(mark, " ") end
  text = core.text.fold(text):gsub("[%p%s]+", " ")
  return text:match("^ ?(.-) ?$")
end

-- ---- waves and their items --------------------------------------------------------------------

-- The levels of a column in their order, and the kinds of missing that it declares.
local function column_levels(column)
  local levels, missing = {}, {}
  for _, level in ipairs(core.data.levels(column)) do
    if level.missing then missing[level.missing] = true
    else levels[#levels + 1] = { label = level.label, value = level.value } end
  end
  return levels, missing
end

-- What is known of an item of a wave. `closed`: the codebook names all answers there could be.
local function item_facts(wave, id)
  local entry, kind = wave.book.items_by_id[id], core.data.kind(wave.s.table, id)
  local item = { id = id, kind = kind, entry = entry, levels = {}, missing = {},
    concept = entry and entry.concept or id, was = entry and entry.was or {} }
  if has_levels[kind] then
    local column = core.data.item(wave.s.table, id)
    if kind ~= "multiple" then column = core.data.to_codes(column, MOST_LEVELS) end
    item.levels, item.missing = column_levels(column)
    item.closed = entry ~= nil and entry.levels ~= nil and codebook.named_levels(entry) ~= nil
  end
  for _, pair in ipairs(entry and entry.missing or {}) do item.missing[pair[2]] = true end
  return item
end

--- A wave: name and survey, with what is known of its items (each worked out once).
function M.wave(name, survey, place)
  local s = Survey.inside(survey)
  local wave = { name = name, place = place, survey = survey, s = s, book = s.book, names =
    core.data.names(s.table), facts = {}, by_concept = {} }
  for _, id in ipairs(wave.names) do
    local entry = s.book.items_by_id[id]
    wave.by_concept[entry and entry.concept or id] = id
  end
  return wave
end

--- The facts of an item: { id, kind, entry, concept, was, levels, missing, closed }.
function M.item(wave, id)
  wave.facts[id] = wave.facts[id] or item_facts(wave, id)
  return wave.facts[id]
end

-- ---- threads ----------------------------------------------------------------------------------

-- Entries of a codebook for waves that are here, with the item they name: it has to exist.
local function check_entry(wave, id, old, entry)
  if core.data.has(old.s.table, entry.item) or old.book.items_by_id[entry.item] then return end
  fault.raise('waves: %s, item "%s", was["%s"]: no item "%s" in %s%s', wave.name, id, old.name,
    entry.item, old.name, fault.hint(old.names, entry.item))
end

-- Levels that an entry maps have to be levels of the earlier item, where its codebook names all.
local function check_levels(wave, id, old, entry)
  local item = old.book.items_by_id[entry.item]
  local names = item and codebook.named_levels(item)
  if not names then return end
  local known = { [item.none or names[1]] = true }
  for _, name in ipairs(names) do known[name] = true end
  for from in ordered.pairs(entry.levels) do
    if not known[from] then
      fault.unknown(('waves: level of "%s" in %s, named by was of "%s" in %s,'):format(entry.item,
        old.name, id, wave.name), from, names)
    end
  end
end

-- Refuses an entry for a year that does not stand before its wave.
local function check_earlier(list, m, id, was)
  for j = m, #list do
    if was[list[j].name] ~= nil then
      fault.raise('waves: %s, item "%s", was["%s"]: %s', list[m].name, id, list[j].name, j == m
        and "that is the year itself" or "that year stands behind it: give the years in order")
    end
  end
end

-- claims[j][old id] = the items "wave\0id" whose entries come from it, so that an item of the same
-- concept elsewhere does not take it.
local function collect_claims(list)
  local claims = {}
  for j = 1, #list do claims[j] = {} end
  for m, wave in ipairs(list) do
    for _, id in ipairs(wave.names) do
      local was = M.item(wave, id).was
      check_earlier(list, m, id, was)
      for j = 1, m - 1 do
        local entry = was[list[j].name]
        if entry and entry.item then
          check_entry(wave, id, list[j], entry)
          check_levels(wave, id, list[j], entry)
          local own = claims[j][entry.item] or {}
          own[#own + 1], claims[j][entry.item] = m .. "\0" .. id, own
        end
      end
    end
  end
  return claims
end

-- Is the item claimed by an entry of some item that is not of this thread?
local function claimed(claims, thread, j, id)
  for _, key in ipairs(claims[j][id] or {}) do
    local m, own = key:match("^(%d+)%z(.*)$")
    local place = thread.at[math.tointeger(m)]
    if not place or place.id ~= own then return true end
  end
  return false
end

-- The item of wave j that an entry of a later wave names: { id, link }; false when one says that it
-- was not asked; nil when none speaks of it.
local function by_entry(list, thread, j)
  for m = j + 1, thread.top do
    local place = thread.at[m]
    local entry = place and place.item.was[list[j].name]
    if entry and entry.absent then return false end
    if entry then
      local there = core.data.has(list[j].s.table, entry.item)
      return there and { id = entry.item, link = { m = m, j = j, entry = entry } } or false
    end
  end
end

-- Likewise by concept.
local function by_concept(list, thread, j, used, claims)
  for m = j + 1, thread.top do
    local place = thread.at[m]
    local id = place and list[j].by_concept[place.item.concept]
    if id and not used[j][id] and not claimed(claims, thread, j, id) then
      return { id = id, link = { m = m, j = j } }
    end
  end
end

-- One question from its latest wave back to the first.
local function follow(list, top, id, used, claims)
  local place = { id = id, item = M.item(list[top], id) }
  local thread = { name = id, top = top, at = { [top] = place } }
  used[top][id] = true
  for j = top - 1, 1, -1 do
    local found = by_entry(list, thread, j)
    if found == nil then found = by_concept(list, thread, j, used, claims) end
    if found and not used[j][found.id] then
      found.item, thread.at[j] = M.item(list[j], found.id), found
      used[j][found.id] = true
    end
  end
  return thread
end

-- "the entry of ITEM in YEAR" of the link that led a thread to wave j.
local function link_words(list, thread, j)
  local m = thread.at[j].link.m
  return ('"%s" of %s comes from "%s"'):format(thread.at[m].id, list[m].name, thread.at[j].id)
end

-- Refuses an entry that another entry of some later wave contradicts: which of them is right, only
-- people know.
local function check_kept(list, of, m, id, j)
  local thread, entry = of[m][id], M.item(list[m], id).was[list[j].name]
  if not entry then return end
  local place = thread.at[j]
  local what = ('waves: %s, item "%s", was["%s"]'):format(list[m].name, id, list[j].name)
  if entry.absent then
    if place then fault.raise("%s = false, but %s", what, link_words(list, thread, j)) end
    return
  end
  local other = of[j][entry.item]
  if not other or other == thread then return end
  if place then
    fault.raise('%s is "%s", but %s', what, entry.item, link_words(list, thread, j))
  end
  local words = other.at[j].link and link_words(list, other, j) or ('"%s" of %s is another question')
    :format(entry.item, list[j].name)
  fault.raise('%s is "%s", but %s: an item has one successor', what, entry.item, words)
end

local function check_all_kept(list, of)
  for m, wave in ipairs(list) do
    for _, id in ipairs(wave.names) do
      for j = 1, m - 1 do check_kept(list, of, m, id, j) end
    end
  end
end

-- A name of its own for each thread: an old question may have had the id of a later one.
local function name_threads(list, threads)
  local taken = {}
  for _, thread in ipairs(threads) do
    if taken[thread.name] then
      thread.name = ("%s (%s)"):format(thread.name, list[thread.top].name)
    end
    taken[thread.name] = thread
  end
  return taken
end

--- All threads of a list of waves: those of the latest wave first, in its order. The second result
-- finds them by name, the third by wave and id.
function M.threads(list)
  local claims, used, threads, of = collect_claims(list), {}, {}, {}
  for k = 1, #list do used[k], of[k] = {}, {} end
  for k = #list, 1, -1 do
    for _, id in ipairs(list[k].names) do
      if not used[k][id] then threads[#threads + 1] = follow(list, k, id, used, claims) end
    end
  end
  for _, thread in ipairs(threads) do
    for k, place in pairs(thread.at) do of[k][place.id] = thread end
  end
  check_all_kept(list, of)
  return threads, name_threads(list, threads), of
end

--- The waves of a thread that asked it, among `years` (places in the list; nil: all), in order.
function M.asked(list, thread, years)
  local out = {}
  for k = 1, #list do
    local wanted = years == nil
    for _, year in ipairs(years or {}) do wanted = wanted or year == k end
    if wanted and thread.at[k] then out[#out + 1] = k end
  end
  return out
end

-- ---- links between some waves -----------------------------------------------------------------

-- The entry that the later wave of a pair has of its own, as a link; nil when it has none.
local function own_link(list, thread, j, k)
  local entry = thread.at[k].item.was[list[j].name]
  if entry and entry.item == thread.at[j].id then return { m = k, j = j, entry = entry } end
end

-- The place of a link one end of which is a leaf of the tree that nobody asked for, or nil.
local function loose_end(links, wanted)
  local degree = {}
  for _, link in ipairs(links) do
    for _, k in ipairs { link.m, link.j } do degree[k] = (degree[k] or 0) + 1 end
  end
  for at, link in ipairs(links) do
    for _, k in ipairs { link.m, link.j } do
      if degree[k] == 1 and not wanted[k] then return at end
    end
  end
end

-- What is left of the tree when all loose ends are cut, those at the root too.
local function prune(links, wanted)
  local at = loose_end(links, wanted)
  while at do
    table.remove(links, at)
    at = loose_end(links, wanted)
  end
  return links
end

--- The links that connect some waves of a thread, latest first.
function M.links(list, thread, waves)
  local wanted, links = {}, {}
  for _, k in ipairs(waves) do wanted[k] = true end
  if #waves == 2 then
    local own = own_link(list, thread, waves[1], waves[2])
    if own then return { own } end
  end
  for j = thread.top - 1, 1, -1 do
    if thread.at[j] then links[#links + 1] = thread.at[j].link end
  end
  return prune(links, wanted)
end

-- ---- union-find over levels -------------------------------------------------------------------

local function find(parent, node)
  while parent[node] ~= node do node = parent[node] end
  return node
end

local function join(parent, a, b)
  parent[a], parent[b] = parent[a] or a, parent[b] or b
  a, b = find(parent, a), find(parent, b)
  if a ~= b then parent[b] = a end
end

local function level_node(k, label) return k .. "\0" .. label end

-- The common level of each label of one side: named by the map, or itself.
local function mapped(levels, map)
  local to = {}
  for _, level in ipairs(levels) do to[level.label] = map and map[level.label] or level.label end
  return to
end

-- Common labels of the later side by folded text, where only one folds so.
local function folded(to, levels)
  local by_fold, known = {}, {}
  for _, level in ipairs(levels) do
    local common = to[level.label]
    local key = M.fold(common)
    if by_fold[key] and by_fold[key] ~= common then by_fold[key] = false
    elseif by_fold[key] == nil then by_fold[key] = common end
    known[common] = true
  end
  return by_fold, known
end

-- A common label of the earlier side as the later one writes it.
local function met(common, by_fold, known)
  if known[common] then return common end
  return by_fold[M.fold(common)] or common
end

-- Joins the levels of both ends of a link at the link's common levels.
local function join_link(thread, link, number, parent, commons, moved)
  local later, earlier = thread.at[link.m].item, thread.at[link.j].item
  local entry = link.entry or {}
  local to = mapped(later.levels, entry.here)
  local by_fold, known = folded(to, later.levels)
  local function connect(k, label, common)
    local node = ("=%d\0%s"):format(number, common)
    join(parent, level_node(k, label), node)
    commons[#commons + 1] = { node = node, label = common, named = label ~= common }
    if M.fold(label) ~= M.fold(common) then moved[level_node(k, label)] = true end
  end
  for _, level in ipairs(later.levels) do connect(link.m, level.label, to[level.label]) end
  for label, common in ordered.pairs(mapped(earlier.levels, entry.levels)) do
    connect(link.j, label, met(common, by_fold, known))
  end
end

-- Places of the levels of a wave by folded text; none for a text that two levels have.
local function by_folded(levels)
  local of = {}
  for _, level in ipairs(levels) do
    local key = M.fold(level.label)
    of[key] = of[key] == nil and level.label or false
  end
  return of
end

-- The waves that have a level of the set with this root.
local function waves_of(thread, parent, root)
  local has = {}
  for k, place in pairs(thread.at) do
    for _, level in ipairs(place.item.levels) do
      local node = level_node(k, level.label)
      if parent[node] and find(parent, node) == root then has[k] = true end
    end
  end
  return has
end

-- Joins two levels of one text, unless some wave has a level in the set of each.
local function join_apart(thread, parent, node, old)
  parent[node], parent[old] = parent[node] or node, parent[old] or old
  local a, b = find(parent, node), find(parent, old)
  if a == b then return end
  local in_a, in_b = waves_of(thread, parent, a), waves_of(thread, parent, b)
  for k in pairs(in_a) do if in_b[k] then return end end
  join(parent, node, old)
end

-- An answer that a year between did not offer is the same answer when it returns: two levels of one
-- text are one, unless a map moved either.
local function join_returned(thread, waves, parent, moved)
  local folded_of = {}
  for i, k in ipairs(waves) do folded_of[i] = by_folded(thread.at[k].item.levels) end
  for later = #waves, 2, -1 do
    for _, level in ipairs(thread.at[waves[later]].item.levels) do
      local key, node = M.fold(level.label), level_node(waves[later], level.label)
      for earlier = later - 1, 1, -1 do
        local label = folded_of[later][key] and folded_of[earlier][key]
        local old = label and level_node(waves[earlier], label)
        if old and not moved[node] and not moved[old] then
          join_apart(thread, parent, node, old)
        end
      end
    end
  end
end

-- ---- the common scale -------------------------------------------------------------------------

-- The name of a set of levels: that of the latest wave when it has one of them and nothing else was
-- said; else what a codebook calls it.
local function common_name(own, commons, parent, root)
  if #own == 1 then return own[1] end
  for _, common in ipairs(commons) do
    if common.named and find(parent, common.node) == root then return common.label end
  end
  return own[1]
end

-- The score of a common level from the levels of its latest wave; nil when they differ.
local function common_score(labels, levels)
  local score, mixed
  for _, level in ipairs(levels) do
    for _, label in ipairs(labels) do
      if level.label == label then
        if score ~= nil and level.value ~= score then mixed = true end
        score = score == nil and level.value or score
      end
    end
  end
  if not mixed then return score end
end

-- Fills scale.members[root] = { [wave] = { labels } } and the roots in order, latest wave first.
local function gather(thread, waves, parent)
  local roots, members = {}, {}
  for at = #waves, 1, -1 do
    local k = waves[at]
    for _, level in ipairs(thread.at[k].item.levels) do
      local node = level_node(k, level.label)
      parent[node] = parent[node] or node
      local root = find(parent, node)
      if not members[root] then
        members[root], roots[#roots + 1] = { top = k }, root
      end
      members[root][k] = members[root][k] or {}
      table.insert(members[root][k], level.label)
    end
  end
  return roots, members
end

-- The kind of missing that a set of levels was mapped to, or nil.
local function missing_of(commons, parent, root)
  for _, common in ipairs(commons) do
    if common.named and missing_kinds[common.label] and find(parent, common.node) == root then
      return common.label
    end
  end
end

--- The common scale of some waves of a thread: { order = { labels }, score = { [label] },
-- members = { [label] = { [wave] = { its labels } } }, of = { [wave] = { [its label] = label } } }.
-- What is mapped to a kind of missing is in `of` as { missing = kind }.
function M.scale(list, thread, waves)
  local parent, commons, moved = {}, {}, {}
  for number, link in ipairs(M.links(list, thread, waves)) do
    join_link(thread, link, number, parent, commons, moved)
  end
  join_returned(thread, waves, parent, moved)
  local roots, members = gather(thread, waves, parent)
  local scale = { order = {}, score = {}, members = {}, of = {} }
  for _, k in ipairs(waves) do scale.of[k] = {} end
  for _, root in ipairs(roots) do
    local own = members[root]
    local kind = missing_of(commons, parent, root)
    local name = common_name(own[own.top], commons, parent, root)
    if scale.members[name] then name = ("%s (%s)"):format(name, list[own.top].name) end
    if not kind then
      scale.order[#scale.order + 1], scale.members[name] = name, own
      scale.score[name] = common_score(own[own.top], thread.at[own.top].item.levels)
    end
    for _, k in ipairs(waves) do
      for _, label in ipairs(own[k] or {}) do
        scale.of[k][label] = kind and { missing = kind } or name
      end
    end
  end
  return scale
end

-- ---- columns on the common scale --------------------------------------------------------------

-- A place among the new levels for each common level (of this wave, or all), and for a kind of
-- missing when it is asked for.
local function new_levels(scale, k, all)
  local levels, place = {}, {}
  for _, name in ipairs(scale.order) do
    if all or scale.members[name][k] then
      levels[#levels + 1] = { label = name, value = scale.score[name] }
      place[name] = #levels
    end
  end
  return levels, function(kind)
    if kind == "no answer" then return 0 end
    local key = "\0" .. kind
    if not place[key] then
      levels[#levels + 1] = { label = kind, missing = kind }
      place[key] = #levels
    end
    return place[key]
  end, place
end

local function coded(column, scale, k, all)
  local codes, map = core.data.to_codes(column, MOST_LEVELS), {}
  local levels, missing_place, place = new_levels(scale, k, all)
  for i, old in ipairs(core.data.levels(codes)) do
    local to = not old.missing and scale.of[k][old.label]
    if old.missing then map[i] = missing_place(old.missing)
    elseif type(to) == "table" then map[i] = missing_place(to.missing)
    else map[i] = place[to] end
  end
  return core.data.relevel(codes, levels, map)
end

-- Does every option keep its name?
local function unchanged(scale, k)
  for label, to in pairs(scale.of[k]) do if label ~= to then return false end end
  return true
end

-- A set whose options were renamed or joined: each common option is ticked where one of its own is.
local function regrouped(table_, id, column, scale, k)
  local item, columns, names = escape.sql_name(id), {}, {}
  local made = core.data.with(core.data.table(core.data.rows(table_)), id, "multiple", column)
  for _, name in ipairs(scale.order) do
    local tests = {}
    for i, label in ipairs(scale.members[name][k] or {}) do
      tests[i] = ("has(%s, %s)"):format(item, escape.sql(label))
    end
    if #tests > 0 then
      local test = table.concat(tests, " OR ")
      local box = "CASE WHEN missing(%s) IS NOT NULL THEN NULL WHEN %s THEN 'x' ELSE '-' END"
      box = box:format(item, test)
      columns[#columns + 1] = core.data.item(core.expr.derive(made, "\1box", box), "\1box")
      names[#names + 1] = name
    end
  end
  local set = core.data.group(columns, names, { "x" }, false, false)
  local asked = core.expr.filter(made, ("coalesce(missing(%s), '') <> 'not asked'"):format(item))
  return (core.data.universe(set, asked))
end

--- The column of a thread in wave k on a common scale; `all`: with the levels of other waves too.
function M.column(list, thread, k, scale, all)
  local place, table_ = thread.at[k], list[k].s.table
  local column = core.data.item(table_, place.id)
  if not has_levels[place.item.kind] then return column end
  if place.item.kind ~= "multiple" then return coded(column, scale, k, all) end
  if unchanged(scale, k) then return column end
  return regrouped(table_, place.id, column, scale, k)
end

-- ---- the codebook of harmonised items ---------------------------------------------------------

-- Nets in common levels: those that take each common level whole or not at all.
local function common_nets(entry, scale, k)
  local nets = {}
  for _, net in ipairs(entry.nets or {}) do
    local within, parts, cut = {}, {}, false
    for _, part in ipairs(net.parts) do within[part] = true end
    for _, name in ipairs(scale.order) do
      local own, count = scale.members[name][k] or {}, 0
      for _, label in ipairs(own) do if within[label] then count = count + 1 end end
      cut = cut or (count > 0 and count < #own)
      if count > 0 then parts[#parts + 1] = name end
    end
    if not cut then nets[#nets + 1] = { name = net.name, parts = parts } end
  end
  return nets
end

local kept = { "label", "question", "universe", "base", "unit", "note", "none", "kind" }

--- The codebook entry of a thread on a common scale, by the latest of some waves; nil when no
-- codebook has the item.
function M.entry(thread, waves, scale)
  local k = waves[#waves]
  local entry = k and thread.at[k].item.entry
  if not entry then return nil end
  local out = { id = thread.name, concept = entry.concept or thread.name, was = {},
    what = entry.what, missing = {}, levels = { order = {}, by_label = {} },
    nets = common_nets(entry, scale, k) }
  for _, key in ipairs(kept) do out[key] = entry[key] end
  for i, name in ipairs(scale.order) do
    local own = entry.levels and entry.levels.by_label[name]
    local level = { label = name, score = scale.score[name], codes = {},
      names = own and own.names or {} }
    out.levels[i], out.levels.order[i], out.levels.by_label[name] = level, name, level
  end
  return out
end

--- The survey of wave k with some threads on common scales: specs = { { thread, scale, waves } }.
-- Its rows, domain and design are those of the wave.
function M.harmonised(list, k, specs, all)
  local wave, rows = list[k], core.data.rows(list[k].s.table)
  local made = core.data.table(rows)
  local book = { order = {}, items_by_id = {}, lang = wave.book.lang }
  local names = {}
  for _, spec in ipairs(specs) do
    local thread = spec.thread
    if thread.at[k] then
      made = core.data.with(made, thread.name, thread.at[k].item.kind,
        M.column(list, thread, k, spec.scale, all))
      book.order[#book.order + 1], names[thread.name] = thread.name, thread.at[k].id
      book.items_by_id[thread.name] = M.entry(thread, spec.waves, spec.scale)
    end
  end
  local harmonised = Survey.changed(wave.survey, { table = made, book = book })
  return lineage.from(harmonised, { wave.survey }, "crosswalk of " .. wave.name, { names })
end

return M
