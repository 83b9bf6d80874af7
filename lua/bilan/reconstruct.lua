-- reconstruct: whole respondents that have the published figures.
--
-- Idea. Microdata are not public, shares are. For each item the solver of the audit finds whole
-- counts per group and level that give every published share of it; respondents are then laid
-- out so that all these counts hold. What no whole numbers can give is left out, with its
-- reason. The result is synthetic: it has the published margins by group, and nothing else of
-- it (how two items go together, say) is a fact.
--
-- Choices, where the figures leave room: everybody answers an item without a printed base; with
-- one, the groups answer in proportion to their sizes; a net is divided evenly over its levels;
-- of "more than 35 %" the count just above is taken; what is not named goes to the levels of
-- `items` that no claim names, else to one level called `other`.
--
-- The counts depend on the claims alone. The seed only decides which respondent of a group
-- gives which answer: splitmix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014), seeded per
-- item, so that adding an item changes no other column.
local claims_audit = require "bilan.claims"
local system = require "bilan.claims.system"

local fault = require "bilan.fault"
local M = {}

local STEPS = 4000000

-- ---- random numbers -----------------------------------------------------------------------

-- A splitmix64 generator: next(n) is a whole number from 1 to n (n far below 2^63, so that the
-- remainder's bias does not matter for a layout).
local function generator(state)
  return function(n)
    state = state + 0x9E3779B97F4A7C15
    local z = state
    z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ~ (z >> 27)) * 0x94D049BB133111EB
    z = z ~ (z >> 31)
    return (z >> 1) % n + 1
  end
end

-- The seed of an item: FNV-1a of its name, mixed with the seed asked for.
local function seed_of(seed, name)
  local hash = -3750763034362895579
  for i = 1, #name do hash = (hash ~ name:byte(i)) * 1099511628211 end
  return hash ~ (seed * 0x2545F4914F6CDD1D)
end

local function shuffle(list, random)
  for i = #list, 2, -1 do
    local j = random(i)
    list[i], list[j] = list[j], list[i]
  end
end

-- ---- who there is -------------------------------------------------------------------------

local function select(list, keep)
  local out = {}
  for _, v in ipairs(list) do
    if keep(v) then out[#out + 1] = v end
  end
  return out
end

local function value_of(group) return group:match "=%s*(.-)%s*$" or group end

local function the_population(claims, wanted)
  local list, seen = {}, {}
  for _, claim in ipairs(claims) do
    if not seen[claim.population] then list[#list + 1] = claim.population end
    seen[claim.population] = true
  end
  if wanted == nil and #list == 1 then return list[1] end
  if wanted and seen[wanted] then return wanted end
  local hint = wanted and fault.hint(list, wanted) or ""
  if hint == "" then hint = "; there are: " .. table.concat(list, ", ") end
  error(('no claims on population "%s"%s'):format(tostring(wanted), hint), 0)
end

-- Sizes of the population and its groups; the first way of dividing is the one laid out.
local function read_people(rows, population, size, kinds)
  local part_of = function(group) return system.part_of(group, kinds) end
  local people = { population = population, size = size, groups = {}, sizes = {} }
  for _, row in ipairs(rows) do
    if row.population == population and row.group == "all" then
      people.size = size or row.size
    elseif row.population == population and row.size then
      people.part = people.part or part_of(row.group)
      if part_of(row.group) == people.part then
        people.groups[#people.groups + 1] = { name = row.group, size = row.size }
        people.sizes[row.group] = row.size
      end
    end
  end
  if not people.size then
    error(("the size of population %s is not known; give size ="):format(population), 0)
  end
  return people
end

-- Where each group's respondents stand: first to last row; the rest comes last.
local function lay_out_groups(people)
  local at = 0
  for _, group in ipairs(people.groups) do
    group.first, group.last = at + 1, at + group.size
    at = group.last
  end
  if at > people.size then
    error(("the groups of %s have %d members, the population %d"):format(people.population, at,
      people.size), 0)
  end
  people.rest = { first = at + 1, last = people.size, size = people.size - at }
end

-- ---- which claims can hold ----------------------------------------------------------------

local function skip(state, claim, why, kept)
  state.skipped[#state.skipped + 1] = { id = claim.id, why = why, kept = kept }
end

-- A claim that the audit calls impossible, or on a group that is not laid out.
local function usable(state, claim)
  local row = state.audit:get(claim.id)
  if row.verdict == "impossible" or claim.weighted then
    skip(state, claim, row.why)
  elseif claim.group ~= "all" and not state.people.sizes[claim.group] then
    skip(state, claim, ("no size is known for %s, or another division (%s) is laid out"):format(
      claim.group, state.people.part or "none"))
  else
    return true
  end
  return false
end

-- A base above the size of its group is set aside; the share stays.
local function check_base(state, claim)
  local size = claim.group == "all" and state.people.size or state.people.sizes[claim.group]
  if claim.n and claim.n > size then
    skip(state, claim, ("n = %d is above the %d there are; the share is kept"):format(claim.n, size),
      "share")
    claim.n = nil
  end
end

-- Puts all groups that are laid out into an item, also those that no claim names.
local function complete_groups(state, t)
  t.groups, t.group_index = { "all" }, { all = 1 }
  for i, group in ipairs(state.people.groups) do
    t.groups[i + 1] = group.name
    t.group_index[group.name] = i + 1
  end
end

-- The bases to look near to: as printed for all, in proportion for the groups.
local function set_aims(spec)
  local whole = spec.groups[1]
  for g = 2, #spec.groups do
    local group = spec.groups[g]
    if whole.base and not group.base then
      group.aim = (2 * group.size * whole.base + whole.size) // (2 * whole.size)
    end
  end
end

local function solve_by(state, t, claims, rule)
  local spec = system.spec(t, claims, state.sizes, rule)
  for _, group in ipairs(spec.groups) do
    if group.base and group.base > group.size then group.base = nil end
  end
  spec.spread, spec.steps = true, STEPS
  set_aims(spec)
  return system.solve(spec)
end

-- Whole counts for an item. Where no rounding rule is named, counts that print right when ties
-- go up are looked for first, since most programs print so.
local function solve(state, t, claims)
  local verdict, found = solve_by(state, t, claims, state.rule or "half_up")
  if verdict == "yes" or state.rule then return verdict, found end
  return solve_by(state, t, claims, "any")
end

-- The claims of an item that hold together, found one by one in file order, and their counts.
local function settle(state, t, claims)
  local verdict, found = solve(state, t, claims)
  if verdict == "yes" then return claims, found end
  local kept, counts = {}, nil
  for _, claim in ipairs(claims) do
    local tried = { table.unpack(kept) }
    tried[#tried + 1] = claim
    verdict, found = solve(state, t, tried)
    if verdict == "yes" then
      kept, counts = tried, found
    else
      skip(state, claim, verdict == "no" and "no whole numbers give it with the claims before it"
        or "the search limit was reached")
    end
  end
  return kept, counts
end

-- ---- answers ------------------------------------------------------------------------------

-- The levels that the claims leave unnamed, from the caller's list; else the one `other`.
local function unnamed_levels(state, t)
  local given = state.items[t.item]
  local list = select(given and given.levels or {}, function(l) return not t.level_index[l] end)
  return #list > 0 and list or { state.other }
end

-- Counts per level of one row of the solution: a list of { level, count }, and how many of the
-- base are in it.
local function level_counts(t, found, row)
  local list, sum = {}, 0
  for c, levels in ipairs(found.columns) do
    if #levels == 1 then
      list[#list + 1] = { t.levels[levels[1]], found.counts[row][c] }
      sum = sum + found.counts[row][c]
    end
  end
  return list, sum
end

-- Divides what is left of a base evenly over the unnamed levels.
local function add_unnamed(list, levels, left)
  for i, level in ipairs(levels) do
    local share = left // #levels + (i <= left % #levels and 1 or 0)
    list[#list + 1] = { level, share }
  end
end

-- The answers of one group to a single-choice item, not yet shuffled: `size` values.
local function answers(state, t, found, row, size)
  local list, sum = level_counts(t, found, row)
  add_unnamed(list, unnamed_levels(state, t), found.bases[row] - sum)
  local values = {}
  for _, entry in ipairs(list) do
    for _ = 1, entry[2] do values[#values + 1] = entry[1] end
  end
  while #values < size do values[#values + 1] = state.missing end
  return values, list
end

local function place(column, group, values)
  for i = group.first, group.last do column[i] = values[i - group.first + 1] end
end

-- The rows of a solution with their groups: { solver's row, group }.
local function rows_of(state)
  local list = {}
  for g, group in ipairs(state.people.groups) do list[g] = { g + 1, group } end
  if #state.people.groups == 0 then return { { 1, state.people.rest } } end
  list[#list + 1] = { #state.people.groups + 2, state.people.rest }
  return list
end

local function add_column(state, name, column)
  state.names[#state.names + 1] = name
  state.columns[name] = column
end

local function add_single(state, t, found)
  local random = generator(seed_of(state.seed, t.item))
  local column = {}
  for _, entry in ipairs(rows_of(state)) do
    local row, group = entry[1], entry[2]
    local values, list = answers(state, t, found, row, group.size)
    shuffle(values, random)
    place(column, group, values)
    state.counts[#state.counts + 1] =
      { item = t.item, group = group.name or "rest", base = found.bases[row], levels = list }
  end
  add_column(state, t.item, column)
end

-- Several answers each. Within a net of u respondents the levels are ticked round and round the
-- same u, so that together they reach all of them: sum of levels >= u >= each level.
local function tick_net(ticks, levels, members, counts)
  local at = 0
  for _, level in ipairs(levels) do
    for _ = 1, counts[level] do
      ticks[level][members[at % #members + 1]] = true
      at = at + 1
    end
  end
end

-- The nets of an item as lists of level numbers; levels in no net are nets of their own. The
-- nets must not overlap (see disjoint_nets).
local function nets_of(t, found)
  local nets, in_net = {}, {}
  for c, levels in ipairs(found.columns) do
    if #levels > 1 then
      nets[#nets + 1] = { levels = levels, column = c }
      for _, l in ipairs(levels) do in_net[l] = true end
    end
  end
  for c, levels in ipairs(found.columns) do
    if #levels == 1 and not in_net[levels[1]] then
      nets[#nets + 1] = { levels = levels, column = c }
    end
  end
  return nets, #t.levels
end

local function tick_group(t, found, row, group, random)
  local nets, level_count = nets_of(t, found)
  local ticks, counts, answered = {}, {}, {}
  for l = 1, level_count do ticks[l] = {} end
  for c, levels in ipairs(found.columns) do
    if #levels == 1 then counts[levels[1]] = found.counts[row][c] end
  end
  for i = group.first, group.last do answered[#answered + 1] = i end
  shuffle(answered, random)
  for i = #answered, found.bases[row] + 1, -1 do answered[i] = nil end
  for _, net in ipairs(nets) do
    shuffle(answered, random)
    local members = { table.unpack(answered, 1, found.counts[row][net.column]) }
    if #members > 0 then tick_net(ticks, net.levels, members, counts) end
  end
  return ticks, answered
end

local function add_multiple(state, t, found)
  local random = generator(seed_of(state.seed, t.item))
  local columns = {}
  for l in ipairs(t.levels) do
    columns[l] = {}
    for i = 1, state.people.size do columns[l][i] = state.missing end
  end
  for _, entry in ipairs(rows_of(state)) do
    local ticks, answered = tick_group(t, found, entry[1], entry[2], random)
    for l in ipairs(t.levels) do
      for _, i in ipairs(answered) do columns[l][i] = ticks[l][i] and "1" or "0" end
    end
  end
  for l, level in ipairs(t.levels) do add_column(state, t.item .. ": " .. level, columns[l]) end
end

-- Only nets that share no level can be laid out for several answers each.
local function disjoint_nets(state, t, claims)
  local owner = {}
  return select(claims, function(claim)
    local name = table.concat(claim.levels, "|")
    if not t.multiple or #claim.levels == 1 then return true end
    for _, level in ipairs(claim.levels) do
      if owner[level] and owner[level] ~= name then
        skip(state, claim, "its net overlaps with another one")
        return false
      end
      owner[level] = name
    end
    return true
  end)
end

local function add_item(state, t)
  local claims = select(t.claims, function(c) return usable(state, c) end)
  for _, claim in ipairs(claims) do check_base(state, claim) end
  claims = disjoint_nets(state, t, claims)
  if #claims == 0 then return end
  complete_groups(state, t)
  local kept, found = settle(state, t, claims)
  if #kept == 0 then return end
  for _, claim in ipairs(kept) do state.kept[#state.kept + 1] = claim.id end
  if t.multiple then add_multiple(state, t, found) else add_single(state, t, found) end
end

-- ---- the whole ----------------------------------------------------------------------------

local function add_id(state)
  local column = {}
  local width = #tostring(state.people.size)
  for i = 1, state.people.size do
    column[i] = ("%s-%0" .. width .. "d"):format(state.people.population, i)
  end
  add_column(state, "id", column)
end

local function add_group_column(state)
  local people, column = state.people, {}
  if not people.part then return end
  for _, group in ipairs(people.groups) do
    for i = group.first, group.last do column[i] = value_of(group.name) end
  end
  for i = people.rest.first, people.rest.last do column[i] = state.rest end
  add_column(state, people.part, column)
end

local function index_items(items)
  local index = {}
  for _, item in ipairs(items or {}) do index[item.id] = item end
  return index
end

-- Sizes as claims.spec takes them.
local function size_index(people)
  local sizes = { [people.population .. "\0all"] = { size = people.size } }
  for _, group in ipairs(people.groups) do
    sizes[people.population .. "\0" .. group.name] = { size = group.size }
  end
  return sizes
end

local OPTIONS = {
  "populations", "claims", "seed", "population", "size", "items", "kinds", "rest", "other",
  "missing", "rounding", "read",
}

local function check_options(opts)
  fault.options(opts, OPTIONS, "reconstruct")
  if opts == nil or opts.claims == nil then
    fault.raise("reconstruct: claims: the published figures are missing, a path or a list of rows")
  end
  if opts.seed and not math.tointeger(opts.seed) then
    fault.raise('seed "%s" is not a whole number', tostring(opts.seed))
  end
end

local function new_state(opts)
  local audit = claims_audit.audit(opts.claims, {
    populations = opts.populations, kinds = opts.kinds, rounding = opts.rounding, read = opts.read,
  })
  local people = read_people(audit.population_rows, the_population(audit.claims, opts.population),
    opts.size, opts.kinds)
  lay_out_groups(people)
  return {
    audit = audit, people = people, rule = opts.rounding, seed = math.tointeger(opts.seed or 1),
    items = index_items(opts.items), rest = opts.rest or "non précisé",
    other = opts.other or "autre réponse", missing = opts.missing or "", skipped = {}, kept = {},
    names = {}, columns = {}, counts = {}, sizes = size_index(people),
  }
end

--- Whole respondents of one population.
-- opts: claims and populations (as bilan.claims takes them), population (needed when the claims
-- speak of several), seed (1), size (when the populations do not say it), items = { {id =,
-- levels = {...}}, ... } (all levels of an item, to place answers that no claim names), kinds,
-- rounding, read, and the words rest ("non précisé": in no group), other ("autre réponse"),
-- missing (""). Returns { synthetic = true, population, n, seed, names = {column, ...},
-- columns = { name = {values} }, skipped = { {id, why, kept}, ... }, kept = {ids},
-- counts = { {item, group, base, levels = { {level, count}, ... }}, ... } }.
function M.build(opts)
  check_options(opts)
  local state = new_state(opts)
  add_id(state)
  add_group_column(state)
  for _, t in ipairs(system.tables(state.audit.claims, opts.kinds)) do
    if t.population == state.people.population then add_item(state, t) end
  end
  return {
    synthetic = true, population = state.people.population, n = state.people.size,
    seed = state.seed, names = state.names, columns = state.columns, skipped = state.skipped,
    kept = state.kept, counts = state.counts,
  }
end

return M
