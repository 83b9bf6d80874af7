--- Change between two figures: its size, interval and p-value.
--
-- a and b are records of one figure in two waves, b the later one. Four cases:
--
--   shares, rows drawn one by one     Newcombe's interval of p2 - p1 (R. G. Newcombe, Statistics in
--                                     Medicine 17, 1998, 873-890, method 10); the p-value is the
--                                     level at which that interval just reaches 0, so that both
--                                     always say the same
--   any figure with an error          d +- t s,  s^2 = s1^2 + s2^2: strata lie within a year and
--                                     clusters within strata, so the covariance is 0 and degrees of
--                                     freedom add (those of the stacked design); means without a
--                                     design: Welch's degrees of freedom
--   overlap by a known unit           the contrast of the stacked design, see stacked.lua
--   overlap, nothing known            |cov| <= s1 s2 (Cauchy-Schwarz): |s1 - s2| <= s <= s1 + s2;
--                                     the interval and p-value are those of s1 + s2
--
-- Who changed, between two waves of one population, when respondents cannot be matched: with shares
-- p1 and p2 of a yes (Frechet's bounds, M. Frechet, Annales de l'Universite de Lyon A 14, 1951)
--
--   gained from max(0, p2 - p1) to min(p2, 1 - p1),   lost = gained - (p2 - p1)
local core = require "bilan.core"

local M = {}

local stat = core.stat

local SAMPLE_EDGE <const> = "one of the years compared has no respondent"
local NO_VARIANCE <const> = "no variance in the sample: no interval"

-- ---- Newcombe ---------------------------------------------------------------------------------

-- Wilson's limits of p of n at the normal quantile z.
local function wilson(p, n, z)
  local middle = p + z * z / (2 * n)
  local half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
  local scale = 1 + z * z / n
  return math.max(0, (middle - half) / scale), math.min(1, (middle + half) / scale)
end

-- The limit of p2 - p1 nearer to 0 at z, towards 0; d > 0 is made by exchanging the two.
local function near_limit(p1, n1, p2, n2, z)
  local _, upper = wilson(p1, n1, z)
  local lower = wilson(p2, n2, z)
  return p2 - p1 - math.sqrt((p2 - lower) ^ 2 + (upper - p1) ^ 2)
end

local LARGEST_Z <const>, STEPS <const> = 1024, 200

--- The p-value that belongs to Newcombe's interval: 2 (1 - Phi(z)) at the z where its nearer limit
-- is 0, found by bisection.
function M.newcombe_p(k1, n1, k2, n2)
  local p1, p2 = k1 / n1, k2 / n2
  if p1 == p2 then return 1 end
  if p1 > p2 then p1, n1, p2, n2 = p2, n2, p1, n1 end
  local low, high = 0, LARGEST_Z
  for _ = 1, STEPS do
    local z = (low + high) / 2
    if z == low or z == high then break end
    if near_limit(p1, n1, p2, n2, z) > 0 then low = z else high = z end
  end
  return 2 * stat.normal_cdf(high, { upper = true })
end

--- Shares of rows drawn one by one: adds value, low, high, conf, p_value to a row.
function M.newcombe(row, a, b, conf, method)
  if a.n == 0 or b.n == 0 then
    row.note = SAMPLE_EDGE
    return row
  end
  local ci = stat.difference_ci(b.count, b.n, a.count, a.n, { method = method, conf = conf })
  row.value, row.low, row.high, row.conf = b.value - a.value, ci.low, ci.high, conf
  if method == nil or method == "newcombe" then
    row.p_value = M.newcombe_p(a.count, a.n, b.count, b.n)
  end
  return row
end

-- ---- by standard errors -----------------------------------------------------------------------

-- Student's interval and test of a value with a standard error.
local function by_error(row, value, se, df, conf)
  row.value, row.se, row.df = value, se, df
  if not (se and df) or df <= 0 then
    row.note = "one row in the sample: no degrees of freedom"
    return row
  end
  if se == 0 then
    row.note = NO_VARIANCE
    return row
  end
  local half = stat.t_quantile((1 + conf) / 2, df) * se
  row.low, row.high, row.conf = value - half, value + half, conf
  row.statistic = value / se
  row.p_value = 2 * stat.t_cdf(math.abs(row.statistic), df, { upper = true })
  return row
end

-- Has a record what a difference needs?
local function known(one) return one.value and one.se and one.df end

-- Says why there is no difference of two records; true when there is none.
local function lacking(row, a, b)
  if a.value and b.value and known(a) and known(b) then return false end
  local n = math.min(a.n or 0, b.n or 0)
  row.note = n == 0 and SAMPLE_EDGE or a.note or b.note or NO_VARIANCE
  if n > 0 and a.value and b.value then row.value = b.value - a.value end
  return true
end

--- Independent waves by their designs (df1 + df2).
function M.independent(row, a, b, conf)
  if lacking(row, a, b) then return row end
  return by_error(row, b.value - a.value, math.sqrt(a.se ^ 2 + b.se ^ 2), a.df + b.df, conf)
end

--- Means of rows drawn one by one: Welch's test.
function M.welch(row, a, b, conf)
  if lacking(row, a, b) then return row end
  local u, v = a.se ^ 2, b.se ^ 2
  local df = (u + v) ^ 2 / (u ^ 2 / a.df + v ^ 2 / b.df)
  return by_error(row, b.value - a.value, math.sqrt(u + v), u + v > 0 and df or 1, conf)
end

--- Overlap of unknown size: the interval that holds for every covariance, and in `se_low` the
-- smallest standard error there could be.
function M.unknown_overlap(row, a, b, conf)
  if lacking(row, a, b) then return row end
  by_error(row, b.value - a.value, a.se + b.se, math.min(a.df, b.df), conf)
  row.se_low = math.abs(a.se - b.se)
  return row
end

--- A record of the stacked design's contrast: its figures, with p-value.
function M.contrast(row, record, conf)
  if not record.value then
    row.note = record.note or SAMPLE_EDGE
    return row
  end
  return by_error(row, record.value, record.se, record.df, conf)
end

-- ---- who changed ------------------------------------------------------------------------------

--- Frechet's bounds of who changed, from the shares of a yes in two waves of one population:
-- { gained = { low, high }, lost = { low, high }, changed = { low, high } }.
function M.turnover_bounds(p1, p2)
  local d = p2 - p1
  local low, high = math.max(0, d), math.min(p2, 1 - p1)
  return { gained = { low, high }, lost = { math.max(0, low - d), math.max(0, high - d) },
    changed = { math.abs(d), math.max(0, 2 * high - d) } }
end

return M
