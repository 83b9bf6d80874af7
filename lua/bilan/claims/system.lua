-- claims/system: the claims of one item as a system of whole numbers for the solver.
--
-- A table (in the sense of this file) holds all claims of one item of one population: its groups
-- ("all" first), its levels, and whether several answers each were allowed. A spec is the same as
-- core.solve takes it. Groups of one way of dividing ("genre=fille", "genre=garçon") do not
-- overlap and leave a rest; levels and groups are numbered by first appearance, so that the same
-- claims always give the same system.
local core = require "bilan.core".claim

local M = {}

--- The way of dividing that a group belongs to: "genre" for "genre=fille". Groups of one way
--- do not overlap; one that may overlap others ("age>=15", "genre=fille|autre", "genre=fille,
--- classe=3e", or where respondents are in several groups) is a way of its own.
function M.part_of(group, kinds)
  local part, value = group:match "^([^=<>!~|&,;]-)%s*=([^=<>!~|&,;]*)$"
  if not part or value == "" or (kinds and kinds[part] == "multiple") then return group end
  return part
end
local part_of = M.part_of

--- The number of a value in a list; a new value is added at the end.
function M.index_of(list, index, value)
  if not index[value] then
    list[#list + 1] = value
    index[value] = #list
  end
  return index[value]
end

local function says_multiple(text)
  text = text:lower()
  return text:find "multiple" or text:find "plusieurs r" or text:find "several answers"
end

local function add_to_table(t, claim)
  t.claims[#t.claims + 1] = claim
  M.index_of(t.groups, t.group_index, claim.group)
  for _, level in ipairs(claim.levels) do M.index_of(t.levels, t.level_index, level) end
  if says_multiple(claim.note) then t.multiple = true end
end

local function new_table(claim, kinds)
  local kind = kinds and kinds[claim.item]
  return {
    population = claim.population, item = claim.item, claims = {}, kind = kind,
    groups = { "all" }, group_index = { all = 1 }, levels = {}, level_index = {},
    multiple = kind == "multiple", kinds = kinds,
  }
end

--- The claims sorted into items: a list of { population, item, claims, groups, levels,
--- multiple }, in order of first appearance.
function M.tables(claims, kinds)
  local list, index = {}, {}
  for _, claim in ipairs(claims) do
    local key = claim.population .. "\0" .. claim.item
    local i = M.index_of(list, index, key)
    if list[i] == key then list[i] = new_table(claim, kinds) end
    add_to_table(list[i], claim)
  end
  return list
end

--- The base printed for a group: of the first claim that has one.
function M.printed_base(claims, group)
  for _, claim in ipairs(claims) do
    if claim.group == group and claim.n then return claim.n, claim end
  end
end

--- The groups of a table as the solver wants them, and the names of the parts, which are
--- numbered by first appearance.
function M.groups(t, claims, sizes)
  local groups, parts, part_index = {}, {}, {}
  for g, group in ipairs(t.groups) do
    local row = sizes[t.population .. "\0" .. group]
    local base, size = M.printed_base(claims, group), row and row.size
    if base and size and base > size then size = nil end
    groups[g] = { base = base, size = size }
    if g > 1 then
      groups[g].part = M.index_of(parts, part_index, part_of(group, t.kinds))
    end
  end
  return groups, parts
end

--- The system of some claims of a table, as core.solve takes it. `decimals` prints all shares
--- with at least so many decimals.
function M.spec(t, claims, sizes, rule, decimals)
  local figures = {}
  local groups, parts = M.groups(t, claims, sizes)
  for i, claim in ipairs(claims) do
    local levels = {}
    for k, level in ipairs(claim.levels) do levels[k] = t.level_index[level] end
    figures[i] = {
      group = t.group_index[claim.group], levels = levels, share = claim.share,
      decimals = decimals,
    }
  end
  return {
    levels = #t.levels, multiple = t.multiple, groups = groups, parts = #parts,
    part_names = parts, figures = figures, rule = rule,
  }
end

--- Is a spec within what the solver takes? Beyond it nothing is tested together.
function M.fits(spec)
  local nets, limits = 0, core.limits
  for _, figure in ipairs(spec.figures) do nets = nets + (#figure.levels > 1 and 1 or 0) end
  return #spec.groups <= limits.groups and spec.parts <= limits.parts
    and spec.levels <= limits.levels and #spec.figures <= limits.figures
    and spec.levels + nets <= limits.columns
end

--- core.solve, with "limit" for a spec that is too large for it.
function M.solve(spec)
  if not M.fits(spec) then return "limit" end
  return core.solve(spec)
end

return M
