--- Named methods and their versions: a default never changes an old year.
--
-- Everything that computes a figure has a name and a version here. Where two versions compute
-- differently, the verbs ask this module what the version in effect does (`setting`), so a later
-- default is a new version, not a new meaning of an old one. In effect is, first that applies:
--   1. what the script pinned:                bilan.methods { rank_test = 2 }
--   2. what the run that is verified recorded  (M.recall)
--   3. the current version
-- An option that a script gives itself is stronger than all of them; the version recorded is
-- then the one that does the same.
local fault = require "bilan.fault"
local ordered = require "bilan.ordered"

local M = {}

-- One version each, nothing to set: name = { what it does, source }.
local single = {
  agresti_coull = { "interval of a share: Wald's with z^2/2 added to both counts",
    "A. Agresti, B. Coull, Am. Stat. 52, 1998" },
  arcsine = { "interval of a share on the scale asin sqrt p", "R. Fisher, 1922" },
  beta = { "interval of a share by a design: Clopper-Pearson on the effective base, n the rows",
    "E. Korn, B. Graubard, Surv. Methodol. 24, 1998" },
  blaker = { "interval of a share: Blaker's exact", "H. Blaker, Can. J. Stat. 28, 2000" },
  change = { "change between years: of shares newcombe or what is named, of means Welch's t; by a "
    .. "design or a unit that repeats, t on the stacked years", "R. Newcombe, Stat. Med. 17, 1998" },
  clopper_pearson = { "interval of a share: exact, equal tails",
    "C. Clopper, E. Pearson, Biometrika 26, 1934" },
  contrast = { "combination of means or shares of groups, Student's t on the design's df", "" },
  difference = { "difference of means: Welch's t, or by the design", "B. Welch, 1947" },
  glm = { "regression: weighted least squares, sandwich variance", "D. Binder, 1983" },
  goodness_of_fit = { "Pearson's X2 with Rao and Scott's correction",
    "J. Rao, A. Scott, Ann. Stat. 12, 1984" },
  independence = { "two-way independence: X2, or Rao and Scott's F by a design",
    "J. Rao, A. Scott, Ann. Stat. 12, 1984" },
  jeffreys = { "interval of a share: Beta(x + 1/2, n - x + 1/2)", "L. Brown et al., 2001" },
  likelihood = { "interval of a share: likelihood ratio", "L. Brown et al., 2001" },
  logit = { "interval of a share on the scale of log odds", "L. Brown et al., 2001" },
  mantel_haenszel = { "common odds ratio over strata", "N. Mantel, W. Haenszel, 1959" },
  mcnemar = { "paired answers", "Q. McNemar, Psychometrika 12, 1947" },
  mean = { "ratio of totals, linearised", "R. Woodruff, JASA 66, 1971" },
  mid_p = { "interval of a share: mid-P", "H. Lancaster, JASA 56, 1961" },
  miettinen_nurminen = { "interval of a difference of shares: score",
    "O. Miettinen, M. Nurminen, Stat. Med. 4, 1985" },
  newcombe = { "interval of a difference of shares: from two Wilson intervals",
    "R. Newcombe, Stat. Med. 17, 1998" },
  agresti_caffo = { "interval of a difference of shares: one success and failure added each",
    "A. Agresti, B. Caffo, Am. Stat. 54, 2000" },
  ordinal = { "proportional odds, sandwich variance", "P. McCullagh, 1980" },
  rank_sum = { "ranks without a design: Wilcoxon, Kruskal-Wallis, ties in the variance",
    "F. Wilcoxon 1945; W. Kruskal, W. Wallis 1952" },
  ratio = { "ratio of two totals, linearised", "R. Woodruff, JASA 66, 1971" },
  share = { "a share without an interval: counts", "" },
  t = { "Student's t on the degrees of freedom of the design", "" },
  t_test = { "Student's and Welch's t", "B. Welch, 1947" },
  total = { "weighted total by the design", "" },
  trend = { "a share along ordered groups", "P. Armitage, Biometrics 11, 1955" },
  turnover = { "who changed: McNemar's pairs, or Frechet's bounds", "M. Frechet, 1951" },
  typed = { "given by the script itself", "" },
  wald = { "interval of a share: p -+ z sqrt(V)", "" },
  weights = { "what the weights are like: Kish's effective n", "L. Kish, 1965" },
  wilson = { "interval of a share: score", "E. Wilson, JASA 22, 1927" },
  wilson_cc = { "interval of a share: score, continuity corrected", "R. Newcombe, 1998" },
  xlogit = { "interval of a share on the scale of log odds, as logit", "L. Brown et al., 2001" },
}

-- Several versions: { current =, about =, [1] = { what is set, does =, source = }, ... }.
local several = {
  rank_test = { current = 1, about = "rank tests by a declared design",
    { ties = "file", does = "equal values keep the order of the file",
      source = "T. Lumley, A. Scott, Biometrika 100, 2013, as published software ranks them" },
    { ties = "shared", does = "equal values share the mean of their ranks",
      source = "T. Lumley, A. Scott, Biometrika 100, 2013" } },
  quantile = { current = 1, about = "quantiles and the median",
    { ties = "rows", does = "each respondent is a point of the distribution",
      source = "R. Hyndman, Y. Fan, Am. Stat. 50, 1996" },
    { ties = "summed", does = "each value is one point with the sum of its weights",
      source = "R. Hyndman, Y. Fan, Am. Stat. 50, 1996, on the weighted distribution" } },
  korn_graubard = { current = 2, about = 'interval "korn_graubard" of a share by a design',
    { ci = "kg_r", does = "n is the rows of the group; the effective base may exceed it",
      source = "E. Korn, B. Graubard, Surv. Methodol. 24, 1998" },
    { ci = "kg_nchs", does = "n is the answers; the effective base never exceeds it",
      source = "J. Parker et al., NCHS, Vital Health Stat. 2 (175), 2017" } },
  share_interval = { current = 1, about = "the interval of a share when none is named",
    { plain = "wilson", design = "logit", does = "wilson without a design, logit by one",
      source = "L. Brown et al., Stat. Sci. 16, 2001" },
    { plain = "wilson", design = "korn_graubard",
      does = "wilson without a design, korn_graubard by one",
      source = "J. Parker et al., NCHS, Vital Health Stat. 2 (175), 2017" } },
}

local registry = {}
for name, about in pairs(single) do
  registry[name] = { current = 1, about = about[1], { does = about[1], source = about[2] } }
end
for name, method in pairs(several) do registry[name] = method end

local pinned, recalled = {}, {}

-- ---- pinning -----------------------------------------------------------------------------------

-- { name = version }, checked: names that exist, versions there are.
local function checked(map, what)
  local out = {}
  fault.expect(map, "table", what .. ": { method = version }")
  for name, version in ordered.pairs(map) do
    local method = registry[name]
    if not method then fault.unknown(what .. ": method", name, ordered.keys(registry)) end
    if math.type(version) ~= "integer" or not method[version] then
      fault.raise('%s: "%s" has the version%s 1%s, not %s', what, name, #method > 1 and "s" or "",
        #method > 1 and (" to %d"):format(#method) or "", tostring(version))
    end
    out[name] = version
  end
  return out
end

-- A table of all methods: name, version in effect, what it does, source.
local function listing()
  local rows = {}
  for _, name in ipairs(ordered.keys(registry)) do
    for version, one in ipairs(registry[name]) do
      rows[#rows + 1] = { name, version, version == M.version(name) and "yes" or "", one.does,
        one.source }
    end
  end
  return require("bilan.gate").table { title = "Methods", lang = "en", rows = rows,
    columns = { "method", { label = "version", type = "number" }, "in effect", "does", "source" } }
end

--- Pins versions for the rest of the run: pin { rank_test = 2 }. Without an argument, a table of
-- all methods, their versions, what each does and its source.
function M.pin(map)
  if map == nil then return listing() end
  for name, version in pairs(checked(map, "methods")) do pinned[name] = version end
end

--- Pins what an earlier run recorded, weaker than what a script pins. Names that this engine
-- does not have are given back as a list.
function M.recall(map)
  local unknown = {}
  recalled = {}
  for name, version in ordered.pairs(map) do
    if registry[name] and registry[name][version] then recalled[name] = version
    else unknown[#unknown + 1] = name end
  end
  return unknown
end

--- Back to the current versions: a run starts so.
function M.reset() pinned, recalled = {}, {} end

-- ---- asking ------------------------------------------------------------------------------------

--- The version of a method that is in effect.
function M.version(name)
  return pinned[name] or recalled[name] or registry[name].current
end

--- Is there a method of this name?
function M.known(name) return registry[name] ~= nil end

--- What the version in effect sets: setting("rank_test", "ties") -> "file".
function M.setting(name, key) return registry[name][M.version(name)][key] end

--- The version that does what an option says; that in effect when no option was given or no
-- version is the same.
function M.version_of(name, key, given)
  for version, one in ipairs(given ~= nil and registry[name] or {}) do
    if one[key] == given then return version end
  end
  return M.version(name)
end

--- The interval that `ci` names by the versions in effect: what to pass on, the method's name and
-- its version. ci = nil: the default of the kind (plain or design).
function M.interval(ci, designed)
  ci = ci or M.setting("share_interval", designed and "design" or "plain")
  if ci == "kg_r" or ci == "kg_nchs" then
    return ci, "korn_graubard", M.version_of("korn_graubard", "ci", ci)
  end
  if ci == "korn_graubard" and designed then
    return M.setting(ci, "ci"), ci, M.version(ci)
  end
  return ci, registry[ci] and ci or "share", 1
end

--- { name = version } of all methods that have several versions: what a run records.
function M.in_effect()
  local out = {}
  for name in pairs(several) do out[name] = M.version(name) end
  return out
end

return M
