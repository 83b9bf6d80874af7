--- Makes claims of published values, has the engine audit them, and keeps the verdicts by value.
--
-- A count k is claimed as the share k / n on a base of n that the file gives: all respondents, or
-- for several answers those who were asked. It is printed with four decimals, so on bases up to a
-- few thousand no other count fits it. Blanks are claimed through what is not blank: "12 left it
-- blank" is "n - 12 of n gave one of the answers". A percentage is claimed as it is printed, on
-- the base that the tables use: those who answered, or all ticks where several were allowed.
local bilan = require "bilan"
local tables = require "tables"

local M = {}

local MOST_DECIMALS <const> = 6

local function share_of(k, n) return ("%.4f%%"):format(100 * k / n) end

local function levels_of(index, value)
  if value.blank then return tables.all_levels(index, value.item) end
  return { value.level }
end

-- What a count claims: share and base.
local function of_count(index, value)
  local n = tables.base(index, value.item, "asked")
  if n == 0 then return nil end
  local k = value.blank and n - value.value or value.value
  return share_of(k, n), n
end

local function of_percent(index, value)
  local base = value.several and (value.base or "answers") or "answered"
  local n = tables.base(index, value.item, base)
  if n == 0 then return nil end
  local decimals = math.min(value.line.decimals, MOST_DECIMALS)
  return ("%%.%df%%%%"):format(decimals):format(value.value), n
end

-- One claim for all lines that say the same; the engine compares no text with itself.
local function claim_of(index, value)
  value.several = index.items[value.item].several
  local share, n
  if value.unit == "count" then share, n = of_count(index, value)
  else share, n = of_percent(index, value) end
  if not share then return nil end
  return { population = value.population, group = "all", item = value.item,
    level = table.concat(levels_of(index, value), "|"), share = share, n = n,
    note = value.line.table or value.line.section or "" }
end

local function key_of(claim)
  return table.concat({ claim.population, claim.item, claim.level, claim.share, claim.n }, "\t")
end

-- The id of a claim, which is the earlier one's when it was made before.
local function add(claims, known, claim, unit)
  local key = key_of(claim)
  if not known[key] then
    claim.id = ("%s%d"):format(unit:sub(1, 1), #claims + 1)
    known[key], claims[#claims + 1] = claim, claim
  end
  return known[key].id
end

--- Adds claims for the values of one unit. Returns the claims; each value gets `claim`, or
-- `skip` when nobody was asked, or `over` when more are counted than there are respondents.
function M.claims(values, indexes, unit)
  local claims, known = {}, {}
  for _, value in ipairs(values) do
    if not value.skip and value.unit == unit then
      local index = indexes[value.population]
      value.over = unit == "count" and value.value > tables.base(index, value.item, "asked")
      local claim = not value.over and claim_of(index, value)
      if claim then
        value.claim = add(claims, known, claim, unit)
      end
    end
  end
  return claims
end

--- Audits the claims against the surveys and writes them to `path` (below the output folder).
-- Returns verdict and words by the id of the claim.
function M.audit(claims, surveys, kinds, path)
  local columns = { { "id", {} }, { "population", {} }, { "group", {} }, { "item", {} },
    { "level", {} }, { "share", {} }, { "n", {} } }
  for i, claim in ipairs(claims) do
    for _, column in ipairs(columns) do column[2][i] = claim[column[1]] end
  end
  bilan.survey(columns):write(path, { delimiter = "\t", newline = "lf" })
  local verdicts = {}
  for _, row in ipairs(bilan.claims(claims, { surveys = surveys, kinds = kinds }):rows()) do
    verdicts[row.id] = row
  end
  return verdicts
end

--- Which items have several answers: for the audit.
function M.kinds(indexes)
  local kinds = {}
  for _, index in pairs(indexes) do
    for id, entry in pairs(index.items) do
      if entry.several then kinds[id] = "multiple" end
    end
  end
  return kinds
end

return M
