-- claims: the audit of published figures, on exact whole numbers.
--
-- Idea. A printed share says that some whole count of some whole base rounds to it. The audit
-- puts everything printed about one item together (levels, nets, groups, bases, sizes of the
-- populations) and asks the solver in C whether whole numbers exist that give all of it.
-- Verdicts of a claim, from the strongest:
--   impossible    no whole numbers give it, alone or with the other shares on its own base
--   reproduced    the data give it (only when data are there)
--   conflict      with the size of a population (697 answers of 696 pupils), or with other
--                 claims: the list named in `why` is minimal, without any one of it the others
--                 could hold (when the data contradict it too, the verdict is contradicted)
--   contradicted  the data say otherwise
--   unverifiable  a weighted share, or the search limit was reached
--   consistent    whole numbers give it, together with all the rest
-- Besides, `why` says what a careful reader would: which bases fit, what is not named, what the
-- share of the whole says about its parts.
--
-- One answer each is assumed unless `kinds` or the note says "multiple" (several answers).
local core = require "bilan.core".claim
local system = require "bilan.claims.system"
local tsv = require "bilan.claims.tsv"
local words = require "bilan.claims.words"

local fault = require "bilan.fault"
local M = {}

local part_of, index_of, printed_base = system.part_of, system.index_of, system.printed_base

local BASE_LIMIT = 10000    -- how far a base of several shares together is looked for
local SHARE_LIMIT = 10000000 -- and one of a single share
local MANY_PARTS = 8         -- of a mixture, at most so many parts are named
local MANY_BASES = 6         -- a list of possible bases longer than this says nothing any more
local TELLING_SIZE = 100     -- sums of populations are remarked upon from this size on
local LISTED_SIZE = 2000     -- bases are listed for groups up to this size

M.verdicts = { "reproduced", "consistent", "contradicted", "impossible", "conflict", "unverifiable" }

local Audit = {} -- the verbs

-- Scripts reach the verbs, not the table of them.
local closed = { __metatable = false,
  __index = function(_, name) return Audit[name] end,
  __tostring = function(audit) return Audit.__tostring(audit) end }

-- ---- findings -----------------------------------------------------------------------------

local function select(list, keep)
  local out = {}
  for _, v in ipairs(list) do
    if keep(v) then out[#out + 1] = v end
  end
  return out
end

-- Notes a finding on a claim. `verdict` nil: a remark that changes no verdict.
local function note(audit, claim, verdict, kind, values)
  local finding = {
    id = claim.id, kind = kind, verdict = verdict, why = words.say(audit.lang, kind, values),
  }
  claim.findings[#claim.findings + 1] = finding
  audit.found[#audit.found + 1] = finding
end

-- The same on a population's row.
local function population_note(audit, row, verdict, kind, values)
  row.verdict = verdict or row.verdict
  row.findings[#row.findings + 1] = words.say(audit.lang, kind, values)
  audit.found[#audit.found + 1] = {
    population = row.population, group = row.group, kind = kind, verdict = verdict,
    why = row.findings[#row.findings],
  }
end

local function say(audit, key, values)
  return words.say(audit.lang, key, values)
end

-- Has a claim a finding with this verdict?
local function verdict_of(claim, verdict)
  for _, finding in ipairs(claim.findings) do
    if finding.verdict == verdict then return true end
  end
  return false
end

local function share_text(audit, claim)
  return words.share(audit.lang, claim.parsed)
end

local function size_of(audit, population, group)
  local row = audit.sizes[population .. "\0" .. group]
  return row and row.size, row
end

-- "college", or "college, genre=fille".
local function who(population, group)
  return group == "all" and population or population .. ", " .. group
end

-- ---- a claim by itself --------------------------------------------------------------------

local function check_size(audit, claim)
  local size, row = size_of(audit, claim.population, claim.group)
  if size and claim.n and claim.n > size then
    claim.over_size = true
    note(audit, claim, "conflict", "over_size",
      { n = claim.n, size = size, who = who(claim.population, claim.group) })
    population_note(audit, row, nil, "pop_claim", { id = claim.id, n = claim.n, size = size })
  end
end

-- The counts just below and above an impossible share, for the reader.
local function neighbours(audit, claim, n)
  local parsed = claim.parsed
  local below = parsed.low * n // parsed.den
  local above = math.min(below + 1, n)
  return {
    n = n, share = share_text(audit, claim),
    below = below .. say(audit, "of") .. n, below_share = words.ratio(audit.lang, below, n),
    above = above .. say(audit, "of") .. n, above_share = words.ratio(audit.lang, above, n),
  }
end

local function check_counts(audit, claim, n)
  local lo, hi = core.counts(claim.share, n, audit.rule)
  if not lo then
    note(audit, claim, "impossible", "fits_no_count", neighbours(audit, claim, n))
    return
  end
  claim.low, claim.high, claim.base = lo, hi, n
  note(audit, claim, nil, "fits",
    { share = share_text(audit, claim), n = n, counts = words.range(audit.lang, lo, hi) })
end

-- ---- levels of one group ------------------------------------------------------------------

local ACCENTS = {
  ["à"] = "a", ["â"] = "a", ["ä"] = "a", ["é"] = "e", ["è"] = "e", ["ê"] = "e", ["ë"] = "e",
  ["î"] = "i", ["ï"] = "i", ["ô"] = "o", ["ö"] = "o", ["ù"] = "u", ["û"] = "u", ["ü"] = "u",
  ["ç"] = "c", ["É"] = "e", ["È"] = "e", ["Ê"] = "e", ["À"] = "a", ["Ç"] = "c", ["Î"] = "i",
  ["Ô"] = "o", ["Â"] = "a", ["œ"] = "oe", ["Œ"] = "oe",
}

-- A level without case, accents, punctuation and what stands in brackets; "+" and "#" stay, for
-- "C++" and "C#" are no spellings of "C".
local function spelling(level)
  local s = level:gsub("%b()", " "):lower():gsub("[\xC3\xC5][\x80-\xBF]", ACCENTS)
  s = s:gsub("[^%w+#\x80-\xFF]+", " "):gsub("^ ", ""):gsub(" $", "")
  return s ~= "" and s or level
end

local function check_spelling(audit, a, c)
  local same = a.level == c.level
  if spelling(a.level) ~= spelling(c.level) then return end
  local verdict = not same and a.share ~= c.share and "conflict" or nil
  local kind = same and "twice_same" or "twice"
  note(audit, a, verdict, kind, { level = a.level, other = c.level, id = c.id })
  note(audit, c, verdict, kind, { level = c.level, other = a.level, id = a.id })
end

local function check_spellings(audit, claims)
  for i = 1, #claims do
    for j = i + 1, #claims do check_spelling(audit, claims[i], claims[j]) end
  end
end

-- Claims of a group that share no level: the ones whose shares may be added up.
local function disjoint(claims)
  local seen, list = {}, {}
  for _, claim in ipairs(claims) do
    local free = claim.parsed.relation == "="
    for _, level in ipairs(claim.levels) do free = free and not seen[level] end
    if free then
      list[#list + 1] = claim
      for _, level in ipairs(claim.levels) do seen[level] = true end
    end
  end
  return list
end

-- Sums of a list of claims, exact: printed digits at the most decimals, and the ends of the
-- intervals over their common denominator.
local function sums(list)
  local decimals, den = 0, 200
  for _, claim in ipairs(list) do
    decimals = math.max(decimals, claim.parsed.decimals)
    den = math.max(den, claim.parsed.den)
  end
  local s = { digits = 0, decimals = decimals, low = 0, high = 0, den = den }
  for _, claim in ipairs(list) do
    local p = claim.parsed
    s.digits = s.digits + p.digits * math.tointeger(10 ^ (decimals - p.decimals))
    s.low, s.high = s.low + p.low * (den // p.den), s.high + p.high * (den // p.den)
  end
  return s
end

local function note_unnamed(audit, list, s, n)
  local left = math.tointeger(100 * 10 ^ s.decimals) - s.digits
  local values = {
    sum = words.percent(audit.lang, s.digits, s.decimals),
    rest = words.percent(audit.lang, left, s.decimals), n = n,
  }
  local lo, hi = n, n
  for _, claim in ipairs(list) do
    if lo and claim.low then lo, hi = lo - claim.high, hi - claim.low else lo = nil end
  end
  if lo then values.counts = words.range(audit.lang, math.max(lo, 0), hi) end
  for _, claim in ipairs(list) do
    note(audit, claim, nil, lo and "unnamed_n" or "unnamed", values)
  end
end

-- Levels of one answer each that sum to over 100 %, more than rounding explains.
local function check_over_100(audit, t, claims)
  local list = disjoint(claims)
  local s = sums(list)
  if t.multiple or s.low <= s.den then return end
  for _, claim in ipairs(list) do
    claim.over_100 = true
    note(audit, claim, "conflict", "over_100",
      { sum = words.percent(audit.lang, s.digits, s.decimals) })
  end
end

-- Levels of one answer each that leave out some answers, more than rounding explains.
local function check_unnamed(audit, t, claims, n)
  local list = disjoint(claims)
  local s = sums(list)
  if t.multiple or #list < 2 or s.high >= s.den then return end
  for _, claim in ipairs(list) do
    if verdict_of(claim, "impossible") then return end
  end
  note_unnamed(audit, list, s, n)
end

-- One answer each: all levels have one base. Several answers each: the levels may have bases
-- of their own, and only those of the first are tested together.
local function check_two_bases(audit, t, claims)
  local n, first = printed_base(claims, claims[1].group)
  for _, claim in ipairs(claims) do
    claim.other_base = claim.n ~= nil and claim.n ~= n
    if claim.other_base and not t.multiple then
      note(audit, claim, "conflict", "two_bases", { n = claim.n, other = n, id = first.id })
      note(audit, first, "conflict", "two_bases", { n = n, other = claim.n, id = claim.id })
    end
  end
end

local function common_base(t, claims)
  if t.multiple then return nil end
  return (printed_base(claims, claims[1].group))
end

-- ---- shares without a base ----------------------------------------------------------------

-- The smallest base that gives all claims together; nil, "no" or "limit" when there is none.
local function smallest_base(audit, t, claims, decimals)
  local spec = system.spec(t, claims, {}, audit.rule, decimals)
  if not system.fits(spec) then return nil, "limit" end
  local limit = #claims == 1 and SHARE_LIMIT or BASE_LIMIT
  return core.smallest(spec, t.group_index[claims[1].group], 1, limit)
end

-- Is there no base at all, however large, that gives all claims together?
local function refuted(audit, t, claims)
  return system.solve(system.spec(t, claims, {}, audit.rule)) == "no"
end

local function plain_claims(claims)
  return select(claims, function(c) return c.parsed.relation == "=" end)
end

-- "(No base under 150 if 40 % and 10 % are meant as 40.0 % and 10.0 %.)" when decimals differ.
local function note_sharper(audit, t, claims, claim, smallest)
  local decimals = sums(claims).decimals
  local coarse = select(plain_claims(claims), function(c) return c.parsed.decimals < decimals end)
  if #coarse == 0 then return end
  local sharper = smallest_base(audit, t, claims, decimals)
  if not smallest or not sharper or sharper == smallest then return end
  local shares, sharp = {}, {}
  for i, c in ipairs(coarse) do
    local digits = c.parsed.digits * math.tointeger(10 ^ (decimals - c.parsed.decimals))
    shares[i], sharp[i] = share_text(audit, c), words.percent(audit.lang, digits, decimals)
  end
  note(audit, claim, nil, "joint_sharp", {
    smallest = sharper, shares = words.join(audit.lang, shares),
    sharp = words.join(audit.lang, sharp),
  })
end

-- No base that could be gives this one share.
local function note_no_base(audit, claim, smallest, size)
  note(audit, claim, "impossible", smallest and "fits_no_base" or "fits_none", {
    share = share_text(audit, claim), size = size, smallest = smallest,
    who = who(claim.population, claim.group),
  })
end

-- No base that could be gives the shares of a group together; `smallest` would, if there were
-- so many (nil: none would), `size` (nil: not known) is how many there are.
local function note_too_small(audit, t, claims, smallest, size)
  if #claims == 1 then return note_no_base(audit, claims[1], smallest, size) end
  for _, claim in ipairs(claims) do
    note(audit, claim, "impossible", smallest and "joint_bases" or "joint_none",
      { many = #claims, smallest = smallest })
    note_sharper(audit, t, claims, claim, smallest)
    if size then
      note(audit, claim, nil, "joint_over", { size = size, who = who(claim.population, claim.group) })
    end
  end
end

local function bases_text(audit, claim, bases)
  local list = {}
  for i, n in ipairs(bases) do
    list[i] = say(audit, "first", { n = n, count = (core.counts(claim.share, n, audit.rule)) })
  end
  return table.concat(list, say(audit, "then"))
end

-- Which bases a claim without one could have.
local function note_bases(audit, claim, size, smallest)
  local values = { share = share_text(audit, claim) }
  if size then
    local n = core.bases(claim.share, 1, size, 1, audit.rule)[1]
    values.smallest, values.size = n, size
    values.count = core.counts(claim.share, n, audit.rule)
    note(audit, claim, nil, "fits_size", values)
  elseif not claim.about then
    local from = smallest or 1
    values.bases = bases_text(audit, claim, core.bases(claim.share, from, BASE_LIMIT, 3, audit.rule))
    note(audit, claim, nil, "fits_bases", values)
  end
end

-- The smallest base and the counts on it, for each claim that has no base.
local function set_smallest(audit, claims, smallest)
  for _, claim in ipairs(claims) do
    if not claim.n then claim.smallest_n = smallest end
    if smallest and not claim.base then
      claim.base = smallest
      claim.low, claim.high = core.counts(claim.share, smallest, audit.rule)
    end
  end
end

-- Claims of a group without a common base: the smallest one, against those who could answer.
local function check_no_base(audit, t, claims)
  local smallest, verdict = smallest_base(audit, t, claims)
  local size = size_of(audit, t.population, claims[1].group)
  set_smallest(audit, claims, smallest)
  if verdict == "no" and claims[1].over_100 then return end
  local all_tried = #claims == 1 or (size and size <= BASE_LIMIT)
  local known = smallest or all_tried or refuted(audit, t, claims)
  if verdict == "limit" or not known then
    local kind = verdict == "limit" and "limit" or "none_found"
    for _, claim in ipairs(claims) do
      note(audit, claim, "unverifiable", kind, { many = #claims, limit = BASE_LIMIT })
    end
  elseif not smallest or (size and smallest > size) then
    note_too_small(audit, t, claims, smallest, size)
  else
    for _, claim in ipairs(claims) do note_bases(audit, claim, size, smallest) end
  end
end

-- All claims of one item and group: n where given, spelling, sum, smallest base.
local function check_group(audit, t, claims)
  local n = common_base(t, claims)
  check_two_bases(audit, t, claims)
  for _, claim in ipairs(claims) do
    check_size(audit, claim)
    if claim.n or n then check_counts(audit, claim, claim.n or n) end
  end
  check_over_100(audit, t, claims)
  local bare = select(claims, function(c) return not c.n end)
  if n then
    if #bare > 0 then set_smallest(audit, bare, (smallest_base(audit, t, claims))) end
  elseif #bare > 0 then
    check_no_base(audit, t, bare)
  end
  check_unnamed(audit, t, claims, n)
  check_spellings(audit, claims)
end

-- ---- groups of an item together -----------------------------------------------------------

-- Claims that can still be tested together with others.
local function testable(claims)
  return select(claims, function(c)
    return not c.weighted and not c.over_100 and not c.other_base
      and not verdict_of(c, "impossible")
  end)
end

-- Takes claims out of an impossible set as long as it stays impossible: what is left is a
-- smallest contradiction.
local function minimal_conflict(audit, t, claims)
  local set = claims
  for _, claim in ipairs(claims) do
    local without = select(set, function(c) return c ~= claim end)
    if #without > 0 and system.solve(system.spec(t, without, audit.sizes, audit.rule)) == "no" then
      set = without
    end
  end
  return set
end

local function describe(audit, claim)
  local size = size_of(audit, claim.population, claim.group)
  local base = ""
  if claim.n then base = say(audit, "base_n", { n = claim.n })
  elseif size then base = say(audit, "base_size", { n = size }) end
  local group = claim.group == "all" and say(audit, "all") or claim.group
  return say(audit, "entry",
    { share = share_text(audit, claim), level = claim.level, group = group, base = base })
end

local function note_conflict(audit, set)
  local list = {}
  for i, claim in ipairs(set) do list[i] = describe(audit, claim) end
  for _, claim in ipairs(set) do
    note(audit, claim, "conflict", "together", {
      list = table.concat(list, audit.lang == "fr" and " ; " or "; ") })
    claim.with = set
  end
end

-- Removes contradictions one after the other; returns the claims that hold together.
local function settle(audit, t, claims)
  while #claims > 0 do
    local verdict = system.solve(system.spec(t, claims, audit.sizes, audit.rule))
    if verdict == "yes" then return claims end
    if verdict == "limit" then
      for _, claim in ipairs(claims) do note(audit, claim, "unverifiable", "limit") end
      return {}
    end
    local set = minimal_conflict(audit, t, claims)
    note_conflict(audit, set)
    claims = select(claims, function(c) return c.with ~= set end)
  end
  return claims
end

local function same_levels(a, c)
  return table.concat(a.levels, "|") == table.concat(c.levels, "|")
end

-- The claims on the parts of `whole`'s population that speak of the same levels.
local function parts_of(t, claims, whole, part)
  return select(claims, function(c)
    return c.group ~= "all" and part_of(c.group, t.kinds) == part and same_levels(c, whole)
  end)
end

local function note_mixture(audit, t, claims, part)
  for _, whole in ipairs(claims) do
    local parts = whole.group == "all" and parts_of(t, claims, whole, part) or {}
    local list = {}
    for _, c in ipairs(parts) do
      if #list < MANY_PARTS then
        list[#list + 1] = ("%s (%s)"):format(share_text(audit, c), c.group)
      end
      note(audit, c, nil, "part_agrees", { share = share_text(audit, whole) })
    end
    if #list > 0 then
      note(audit, whole, nil, "agrees", { list = words.join(audit.lang, list) })
    end
  end
end

local function part_groups(t, part)
  return select(t.groups, function(g) return g ~= "all" and part_of(g, t.kinds) == part end)
end

-- The bases that group number g can have when nobody outside the groups answered; nil when
-- there are too many to be worth a sentence.
local function possible_bases(spec, g, size)
  local list = {}
  for n = 1, size do
    spec.groups[g].base = n
    local verdict = system.solve(spec)
    if verdict == "limit" then return nil end
    if verdict == "yes" then list[#list + 1] = n end
    if #list > MANY_BASES then return nil end
  end
  return list
end

local function note_bases_only(audit, t, claims, part, g)
  local group = t.groups[g]
  local spec = system.spec(t, claims, audit.sizes, audit.rule)
  local size = spec.groups[g].size
  if spec.groups[g].base or not size or size > LISTED_SIZE then return end
  spec.no_rest = true
  local list = possible_bases(spec, g, size)
  if not list or #list == 0 or #list == size then return end
  local values = {
    groups = words.join(audit.lang, part_groups(t, part)), size = size,
    bases = words.join(audit.lang, list, "or"), who = group,
  }
  for _, claim in ipairs(claims) do
    if claim.group == group or claim.group == "all" then
      note(audit, claim, nil, "bases_only", values)
    end
  end
end

-- What the whole says about those in no group of a part: how many at least must have answered,
-- or which bases the groups must have if none did.
local function check_part(audit, t, claims, part, number)
  local spec = system.spec(t, claims, audit.sizes, audit.rule)
  spec.smallest = #spec.groups + number
  local verdict, found = system.solve(spec)
  if verdict ~= "yes" then return end
  note_mixture(audit, t, claims, part)
  local rest = found.bases[spec.smallest]
  for _, claim in ipairs(claims) do
    if rest > 0 and claim.group == "all" then
      note(audit, claim, nil, "others_needed",
        { count = rest, groups = words.join(audit.lang, part_groups(t, part), "or") })
    end
  end
  for g, group in ipairs(t.groups) do
    if rest == 0 and g > 1 and part_of(group, t.kinds) == part then
      note_bases_only(audit, t, claims, part, g)
    end
  end
end

local function has_whole(claims)
  return #select(claims, function(c) return c.group == "all" end) > 0
end

local function check_table(audit, t)
  for _, group in ipairs(t.groups) do
    local claims = select(t.claims, function(c) return c.group == group and not c.weighted end)
    if #claims > 0 then check_group(audit, t, claims) end
  end
  local together = settle(audit, t, testable(t.claims))
  if not has_whole(together) or #t.groups < 2 then return end
  local _, parts = system.groups(t, together, audit.sizes)
  for number, part in ipairs(parts) do check_part(audit, t, together, part, number) end
end

-- ---- bases known only roughly -------------------------------------------------------------

-- For a base of about ten: each whole base near it, with the smallest counts of all claims
-- of that population that have such a base.
local function about_list(audit, claims, about)
  local list = {}
  for n = about - about // 5, about + (about + 4) // 5 do
    local counts = {}
    for i, claim in ipairs(claims) do
      local lo = core.counts(claim.share, n, audit.rule)
      counts[i] = lo and ("%d (%s)"):format(lo, words.ratio(audit.lang, lo, n))
    end
    if #counts == #claims then
      list[#list + 1] = ("n = %d: %s"):format(n, words.join(audit.lang, counts))
    end
  end
  return list
end

local function check_about(audit, claims)
  local done = {}
  for _, claim in ipairs(claims) do
    local about, key = claim.about, claim.population .. "\0" .. claim.group
    if about and not claim.n and not done[key] then
      done[key] = true
      local same = select(claims, function(c)
        return c.about == about and c.population == claim.population and c.group == claim.group
      end)
      local list = about_list(audit, same, about)
      for _, c in ipairs(same) do
        note(audit, c, #list == 0 and "conflict" or nil, "about",
          { about = about, list = #list > 0 and table.concat(list, "; ") or "-" })
      end
    end
  end
end

-- ---- populations --------------------------------------------------------------------------

local function check_population_part(audit, whole, rows)
  local list, sum = {}, 0
  for i, row in ipairs(rows) do
    list[i], sum = tostring(row.size), sum + row.size
    if row.size > whole.size then
      population_note(audit, row, "conflict", "pop_part",
        { who = who(row.population, row.group), size = row.size, whole = whole.size })
    end
  end
  if #rows < 2 then return end
  local values = {
    list = table.concat(list, " + "), sum = sum, size = whole.size,
    rest = whole.size - sum, who = who(whole.population, "all"),
  }
  local kind = sum > whole.size and "pop_over" or sum < whole.size and "pop_sum" or "pop_whole"
  population_note(audit, whole, sum > whole.size and "conflict" or nil, kind, values)
end

local function check_population(audit, whole)
  local parts, index = {}, {}
  for _, row in ipairs(audit.population_rows) do
    if row.population == whole.population and row.group ~= "all" and row.size then
      local i = index_of(parts, index, part_of(row.group, audit.kinds))
      if type(parts[i]) == "string" then parts[i] = {} end
      table.insert(parts[i], row)
    end
  end
  for _, rows in ipairs(parts) do check_population_part(audit, whole, rows) end
end

-- Does a population have the size of two others together ("791 = 696 (college) + 95 (lycee)")?
-- Small sizes do so by chance and are left alone.
local function check_population_sum(audit, whole, wholes)
  if whole.size < TELLING_SIZE then return end
  for i = 1, #wholes do
    for j = i + 1, #wholes do
      local a, c = wholes[i], wholes[j]
      if a ~= whole and c ~= whole and a.size + c.size == whole.size then
        local list = ("%d (%s) + %d (%s)"):format(a.size, a.population, c.size, c.population)
        population_note(audit, whole, nil, "pop_adds", { size = whole.size, list = list })
        return
      end
    end
  end
end

local function check_populations(audit)
  local wholes = select(audit.population_rows, function(r) return r.group == "all" and r.size end)
  for _, row in ipairs(audit.population_rows) do
    row.findings, row.verdict = {}, "consistent"
    if row.about then
      population_note(audit, row, "unverifiable", "pop_about", { about = row.about })
    end
  end
  for _, whole in ipairs(wholes) do
    check_population(audit, whole)
    check_population_sum(audit, whole, wholes)
  end
end

-- ---- data ---------------------------------------------------------------------------------

-- What the caller's callback gives: k, n or a list of { k =, n =, base = name }.
local function candidates(audit, claim)
  local k, n = audit.share(claim.population, claim.group, claim.item, claim.levels)
  if type(k) == "table" then return k end
  return k and n and { { k = k, n = n } } or {}
end

-- Does a count of a base print as the claim says?
local function prints_as(audit, claim, found)
  local lo, hi = core.counts(claim.share, found.n, audit.rule)
  return lo ~= nil and found.k >= lo and found.k <= hi
end

local function data_values(audit, claim, found)
  local base = found.base and say(audit, "data_base", { base = words.base(audit.lang, found.base) }) or ""
  return {
    count = found.k, n = found.n, value = words.ratio(audit.lang, found.k, found.n), base = base,
    share = share_text(audit, claim), printed = claim.n,
  }
end

local function check_data(audit, claim)
  local list = select(candidates(audit, claim), function(c) return c.n and c.n > 0 end)
  local same_share
  for _, found in ipairs(list) do
    if prints_as(audit, claim, found) then
      if not claim.n or claim.n == found.n then
        claim.data = found
        note(audit, claim, "reproduced", "reproduced", data_values(audit, claim, found))
        return
      end
      same_share = same_share or found
    end
  end
  if #list == 0 then
    note(audit, claim, nil, "no_data")
  elseif same_share then
    note(audit, claim, "contradicted", "contradicted_n", data_values(audit, claim, same_share))
  else
    for _, found in ipairs(list) do
      note(audit, claim, "contradicted", "contradicted", data_values(audit, claim, found))
    end
  end
end

local function check_all_data(audit, claims)
  if not audit.share then return end
  for _, claim in ipairs(claims) do
    local known = not audit.surveys or audit.surveys[claim.population]
    if known and not claim.weighted then check_data(audit, claim) end
  end
end

-- ---- the audit ----------------------------------------------------------------------------

-- The verdict of a claim's findings; the order is explained at the top of this file.
local function decide(claim)
  local has = function(verdict) return verdict_of(claim, verdict) end
  if has "impossible" then return "impossible" end
  if has "reproduced" then return "reproduced" end
  if claim.over_size then return "conflict" end
  if has "contradicted" then return "contradicted" end
  if has "conflict" then return "conflict" end
  if has "unverifiable" then return "unverifiable" end
  return "consistent"
end

-- The sentences of a claim, those that give the verdict first.
local function why(claim, verdict)
  local first, rest, seen = {}, {}, {}
  for _, finding in ipairs(claim.findings) do
    if not seen[finding.why] then
      local list = finding.verdict == verdict and first or rest
      list[#list + 1] = finding.why
      seen[finding.why] = true
    end
  end
  return table.concat(first, " ") .. (#first > 0 and #rest > 0 and " " or "") .. table.concat(rest, " ")
end

-- Feasible counts as JSON has them: nil, one integer or { lowest, highest }.
local function counts_of(claim)
  if not claim.low then return nil end
  return claim.low == claim.high and claim.low or { claim.low, claim.high }
end

local function result_row(claim)
  local verdict = decide(claim)
  return {
    id = claim.id, population = claim.population, group = claim.group, item = claim.item,
    level = claim.level, share = claim.share, n = claim.n, verdict = verdict,
    why = why(claim, verdict), smallest_n = claim.smallest_n, counts = counts_of(claim),
    base = claim.base,
  }
end

local function population_result(audit, row)
  local text = #row.findings > 0 and table.concat(row.findings, " ") or say(audit, "pop_plain")
  return {
    population = row.population, group = row.group, size = row.size, verdict = row.verdict, why = text,
  }
end

local function says_weighted(text)
  text = text:lower()
  return text:find "weighted" and not text:find "unweighted" or text:find "pond[eé]r"
    or text:find "pondér"
end

local function prepare(claims, audit)
  for _, claim in ipairs(claims) do
    claim.findings = {}
    local _, row = size_of(audit, claim.population, claim.group)
    claim.about = claim.about or (not claim.n and row and row.about) or nil
    claim.weighted = says_weighted(claim.note) and true or nil
    if claim.weighted then note(audit, claim, "unverifiable", "weighted") end
  end
end

-- A source is rows, TSV text, or (one line without a tab) a path that `read` opens.
local function open_source(source, read, name)
  if type(source) ~= "string" or source:find "[\n\t]" then return source, name end
  if not read then
    error(('cannot read "%s": give the text of the file, or read ='):format(source), 0)
  end
  return read(source), source
end

local OPTIONS = {
  "populations", "surveys", "share", "lang", "kinds", "rounding", "read", "file",
  "populations_file",
}

local function check_options(opts)
  fault.options(opts, OPTIONS, "claims")
end

local function index_sizes(rows)
  local sizes = {}
  for _, row in ipairs(rows) do sizes[row.population .. "\0" .. row.group] = row end
  return sizes
end

local function read_inputs(source, opts)
  local text, name = open_source(source, opts.read, opts.file)
  local claims = tsv.claims(text, name, opts.rounding)
  local rows = {}
  if opts.populations then
    text, name = open_source(opts.populations, opts.read, opts.populations_file)
    rows = tsv.populations(text, name)
  end
  return claims, rows
end

--- Audits claims (rows, TSV text, or a path with opts.read).
-- opts: populations (likewise), lang "en" or "fr", kinds = { item = "multiple" or "single" },
-- rounding "half_up", "half_even", "half_down" (absent: any), file and populations_file (names
-- for messages), share = function(population, group, item, levels) -> k, n or a list of
-- { k =, n =, base = name } from the data, surveys (limits `share` to populations in it).
function M.audit(source, opts)
  opts = opts or {}
  check_options(opts)
  local lang = words.check_language(opts.lang)
  local claims, population_rows = read_inputs(source, opts)
  local audit = setmetatable({
    lang = lang, rule = opts.rounding, share = opts.share, surveys = opts.surveys, kinds = opts.kinds,
    found = {},
    population_rows = population_rows, sizes = index_sizes(population_rows),
  }, closed)
  check_populations(audit)
  prepare(claims, audit)
  for _, t in ipairs(system.tables(claims, opts.kinds)) do check_table(audit, t) end
  check_about(audit, select(claims, function(c) return not c.weighted end))
  check_all_data(audit, claims)
  audit.claims, audit.results, audit.population_results = claims, {}, {}
  for i, claim in ipairs(claims) do audit.results[i] = result_row(claim) end
  for i, row in ipairs(population_rows) do
    audit.population_results[i] = population_result(audit, row)
  end
  return audit
end

--- One record per claim, in file order: id, verdict, why, smallest_n (where n is not given),
--- counts (one integer or {lowest, highest}, of `base`), and the claim's own columns.
function Audit:rows() return self.results end

--- One record per population row: population, group, size, verdict, why.
function Audit:populations() return self.population_results end

--- The claims and populations whose verdict is not reproduced or consistent.
function Audit:conflicts()
  local bad = { conflict = true, impossible = true, contradicted = true }
  local list = select(self.results, function(r) return bad[r.verdict] end)
  for _, row in ipairs(self.population_results) do
    if bad[row.verdict] then list[#list + 1] = row end
  end
  return list
end

--- Every single finding in the order of the checks: id (or population, group), kind, verdict
--- (nil: a remark), why.
function Audit:findings() return self.found end

--- The record of one claim.
function Audit:get(id)
  for _, row in ipairs(self.results) do
    if row.id == id then return row end
  end
end

--- A plain table for JSON: { rows = {...}, populations = {...} }.
function Audit:to_table()
  return { rows = self.results, populations = self.population_results }
end

local function count_verdicts(audit)
  local list = {}
  for _, verdict in ipairs(M.verdicts) do
    local n = #select(audit.results, function(r) return r.verdict == verdict end)
    if n > 0 then
      list[#list + 1] = ("%d %s"):format(n, words.VERDICTS[audit.lang][verdict])
    end
  end
  return table.concat(list, ", ")
end

function Audit:__tostring()
  local names = words.VERDICTS[self.lang]
  local lines = { words.say(self.lang, "head", { rows = #self.results, list = count_verdicts(self) }) }
  for _, row in ipairs(self.results) do
    lines[#lines + 1] = ("%s: %s. %s"):format(row.id, names[row.verdict], row.why)
  end
  for _, row in ipairs(self.population_results) do
    local name = who(row.population, row.group)
    lines[#lines + 1] = ("%s: %s. %s"):format(name, names[row.verdict], row.why)
  end
  return table.concat(lines, "\n")
end

return M
