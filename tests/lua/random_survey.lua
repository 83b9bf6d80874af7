--- Surveys made at random, and what may be asked of them: for same_answers_spec.
--
-- A survey is drawn from its number alone, so that a failure is repeated by that number. The
-- first rows of a survey name every level of every item in a fixed order, so that levels stand in
-- the same order when the rows behind them are shuffled.
local bilan = require "bilan"

local M = {}

-- ---- numbers at random ------------------------------------------------------------------------

-- xorshift64 star (S. Vigna, 2016), the upper half of the product.
local function generator(seed)
  local state = seed * 0x9E3779B97F4A7C15 + 0x1234567
  local function bits()
    state = state ~ (state >> 12)
    state = state ~ (state << 25)
    state = state ~ (state >> 27)
    return (state * 0x2545F4914F6CDD1D) >> 33
  end
  for _ = 1, 4 do bits() end
  local random = {}
  function random.below(n) return bits() % n end
  function random.chance(percent) return bits() % 100 < percent end
  function random.of(list) return list[bits() % #list + 1] end
  function random.real() return bits() / 2147483648.0 end
  return random
end

M.generator = generator

-- ---- columns ----------------------------------------------------------------------------------

local FIRST <const> = 8 -- rows that name the levels

local function levels_column(random, rows, count, missing, skewed)
  local values = {}
  local kinds = { false, bilan.missing.not_asked, bilan.missing.dont_know, bilan.missing.refused }
  for i = 1, rows do
    local level = (i <= FIRST or not skewed or random.chance(10)) and random.below(count) + 1 or 1
    if i <= FIRST then level = (i - 1) % count + 1 end
    if i > FIRST and random.chance(missing) then values[i] = random.of(kinds) or nil
    else values[i] = "level " .. level end
  end
  return values
end

local function numbers_column(random, rows, draw, missing)
  local values = {}
  for i = 1, rows do
    if i <= 2 or not random.chance(missing) then values[i] = draw(random) end
  end
  return values
end

local weights = {
  none = false,
  ones = function() return 1 end,
  whole = function(random) return random.below(9) + 1 end,
  zeros = function(random) return random.below(4) end,
  decimal = function(random) return (random.below(900) + 10) / 100 end,
  micro = function(random) return (random.below(4000000) + 1) / 1000000 end,
  odd = function(random) return random.real() * 3 + 0.01 end,
  mixed = function(random) return random.chance(99) and random.below(9) + 1 or 1 / 3 end,
}
local weight_names = { "none", "ones", "whole", "zeros", "decimal", "micro", "odd", "mixed" }

-- Names of strata and clusters of a row: clusters lie in one stratum.
local function drawn(random, columns, rows, strata, clusters)
  local stratum, psu, ssu, fpc, fpc2 = {}, {}, {}, {}, {}
  for i = 1, rows do
    local c = i <= FIRST and (i - 1) % clusters or random.below(clusters)
    stratum[i] = "s" .. c % strata
    psu[i] = "p" .. c
    ssu[i] = ("p%d.%d"):format(c, random.below(3))
    fpc[i] = clusters + 20 + c % strata
    fpc2[i] = 11
  end
  columns[#columns + 1] = { "stratum", stratum }
  columns[#columns + 1] = { "psu", psu }
  columns[#columns + 1] = { "ssu", ssu }
  columns[#columns + 1] = { "fpc", fpc }
  columns[#columns + 1] = { "fpc2", fpc2 }
end

local sizes = { 0, 1, 2, 7, 20, 40, 40, 70, 70, 120, 120, 120, 300, 300, 700, 1500, 3000 }

-- ---- a survey ---------------------------------------------------------------------------------

--- Columns, weights and the design of survey `number`: { columns =, weight =, whole =, design = }.
-- opts.rows, opts.weight: instead of drawn ones.
function M.draw(number, opts)
  local random = generator(number)
  local rows = opts and opts.rows or random.of(sizes)
  local columns, made = {}, { number = number, rows = rows, random = random }
  local function add(name, values) columns[#columns + 1] = { name, values } end
  add("sex", levels_column(random, rows, 2, 3))
  add("region", levels_column(random, rows, random.below(6) + 2, 5))
  add("q1", levels_column(random, rows, random.below(5) + 2, 10))
  add("q2", levels_column(random, rows, random.below(7) + 1, 0, true))
  add("q3", levels_column(random, rows, 2, random.of { 0, 60 }))
  add("wide", numbers_column(random, rows, function(r) return "w" .. r.below(400) end, 5))
  add("blank", {})
  add("constant", numbers_column(random, rows, function() return "always" end, 0))
  add("age", numbers_column(random, rows, function(r) return r.below(80) + 5 end, 6))
  add("score", numbers_column(random, rows, function(r)
    return (r.below(4000) - 900) / 100
  end, 20))
  add("real", numbers_column(random, rows, function(r) return r.real() * 40 - 3 end, 10))
  local words = { "a", "b", "é", "x;y" }
  add("word", numbers_column(random, rows, function(r) return r.of(words) end, 30))
  for i = 1, 4 do
    add("tick" .. i, numbers_column(random, rows, function(r) return r.below(2) end, 4))
  end
  drawn(random, columns, rows, random.below(4) + 1, random.of { 4, 9, 25, 60 })
  made.weight = opts and opts.weight or random.of(weight_names)
  if weights[made.weight] then add("w", numbers_column(random, rows, weights[made.weight], 0)) end
  made.columns = columns
  return made
end

-- Ways of having been drawn: { name, function(survey, weight name or nil) }.
local designs = {
  { "none", function(s) return s end },
  { "weights", function(s, w) return s:design { weights = w } end },
  { "strata", function(s, w) return s:design { weights = w, strata = "stratum" } end },
  { "clusters", function(s, w) return s:design { weights = w, clusters = "psu" } end },
  { "both", function(s, w)
    return s:design { weights = w, strata = "stratum", clusters = "psu", lonely = "adjust" }
  end },
  { "fpc", function(s, w)
    return s:design { weights = w, strata = "stratum", clusters = "psu", fpc = "fpc",
      lonely = "average" }
  end },
  { "two stages", function(s, w)
    return s:design { weights = w, strata = { "stratum", "stratum" }, clusters = { "psu", "ssu" },
      fpc = { "fpc", "fpc2" }, lonely = "certainty" }
  end },
  { "jkn", function(s, w)
    return s:design { weights = w, clusters = "psu" }:to_replicates { kind = "jk1" }
  end },
  { "bootstrap", function(s, w)
    return s:design { weights = w, strata = "stratum", clusters = "psu", lonely = "adjust" }
      :to_replicates { kind = "bootstrap", replicates = 12, seed = 7 }
  end },
  { "given", function(s, w)
    return s:replicates { weights = w, replicate_weights = { "r1", "r2", "r3", "r4" },
      kind = "jk1" }
  end },
  { "post", function(s, w)
    return s:design { weights = w, clusters = "psu" }
      :poststratify("sex", { ["level 1"] = 510, ["level 2"] = 490 })
  end },
  { "rake", function(s, w)
    return s:design { weights = w, strata = "stratum" }
      :rake { sex = { ["level 1"] = 510, ["level 2"] = 490 },
        q3 = { ["level 1"] = 300, ["level 2"] = 700 } }
  end },
}

local domains = { false, false, "sex = 'level 1'", "age >= 30 and q1 <> 'level 2'", "q1 is null",
  "score / 2 > 3 or q3 = 'level 1'", "sex = 'nobody'", "region in ('level 1', 'level 2')" }

-- Weights of the replicates that design "given" reads.
local function add_replicates(made, columns)
  local w = made.columns[#made.columns]
  for r = 1, 4 do
    local values = {}
    for row = 1, made.rows do
      values[row] = (w[1] == "w" and w[2][row] or 1) * (row % 4 == r - 1 and 0 or 4 / 3)
    end
    columns[#columns + 1] = { "r" .. r, values }
  end
end

-- The survey without design and domain; the rows in `order` (nil: as drawn).
local function respondents(made, order)
  local columns = {}
  for i, pair in ipairs(made.columns) do
    local values = pair[2]
    if order then
      values = {}
      for at, row in ipairs(order) do values[at] = pair[2][row] end
    end
    columns[i] = { pair[1], values }
  end
  if made.design == "given" then add_replicates(made, columns) end
  return bilan.survey(columns):group({ ticks = { "tick1", "tick2", "tick3", "tick4" } },
    { ticked = { "1" } })
end

--- The survey of a draw, designed and filtered as drawn.
function M.build(made)
  made.survey = made.survey or respondents(made, made.order)
  local s = made.survey
  for _, design in ipairs(designs) do
    if design[1] == made.design then s = design[2](s, weights[made.weight] and "w" or nil) end
  end
  return made.domain and s:where(made.domain) or s
end

--- Chooses design and domain of a draw, by its own numbers.
function M.choose(made, opts)
  made.design = opts and opts.design or made.random.of(designs)[1]
  if opts and opts.domain ~= nil then made.domain = opts.domain
  else made.domain = made.random.of(domains) end
  return made
end

-- ---- what may be asked ------------------------------------------------------------------------

local two = { from = "level 1", to = "level 2" }
local function groups(fields)
  local opts = { by = "sex", from = two.from, to = two.to }
  for k, v in pairs(fields or {}) do opts[k] = v end
  return opts
end

--- Every verb that gives figures, with options: { name, function(survey) }.
M.verbs = {
  { "proportion", function(s) return s:proportion("q1") end },
  { "proportion by", function(s) return s:proportion("q1", { by = "sex", deff = true }) end },
  { "proportion by two", function(s) return s:proportion("q3", { by = { "sex", "region" } }) end },
  { "proportion level", function(s)
    return s:proportion("q2", { level = "level 1", ci = "wald" })
  end },
  { "proportion missing", function(s)
    return s:proportion("q3", { missing = "include", by = "sex" })
  end },
  { "proportion predicate", function(s) return s:proportion("age >= 18 and sex = 'level 1'",
    { by = "region" }) end },
  { "proportion wide", function(s) return s:proportion("wide", { by = "sex", ci = "wald" }) end },
  { "proportion blank", function(s) return s:proportion("blank", { by = "sex" }) end },
  { "proportion constant", function(s) return s:proportion("constant", { by = "q2" }) end },
  { "proportion ticks", function(s) return s:proportion("ticks", { by = "region" }) end },
  { "proportion ticks answered", function(s)
    return s:proportion("ticks", { base = "answered" })
  end },
  { "proportion nets", function(s) return s:proportion("q1", { nets = { both = { "level 1",
    "level 2" } }, by = "sex" }) end },
  { "proportion set nets", function(s) return s:proportion("ticks", { nets = { some = { "tick1",
    "tick3" } } }) end },
  { "freq", function(s) return s:freq("q1", { by = "sex" }) end },
  { "freq sorted", function(s) return s:freq("region", { sort = "descending" }) end },
  { "freq ticks", function(s) return s:freq("ticks") end },
  { "crosstab", function(s) return s:crosstab("q1", "sex") end },
  { "crosstab counts", function(s) return s:crosstab("q1", { "sex", "region", "q3" },
    { percent = "none" }) end },
  { "crosstab row", function(s) return s:crosstab("q2", { "region", "sex" }, { percent = "row",
    deff = true }) end },
  { "crosstab total", function(s) return s:crosstab("q3", "region", { percent = "total" }) end },
  { "crosstab test", function(s)
    return s:crosstab("q1", { "sex", "region" }, { test = true })
  end },
  { "crosstab letters", function(s) return s:crosstab("q1", "region", { letters = true }) end },
  { "crosstab nets", function(s) return s:crosstab("q1", "sex", { nets = { top = { "level 1",
    "level 2" } } }) end },
  { "crosstab ticks", function(s) return s:crosstab("ticks", "sex") end },
  { "crosstab across ticks", function(s) return s:crosstab("q1", "ticks") end },
  { "crosstab wide", function(s) return s:crosstab("wide", "sex", { percent = "none" }) end },
  { "crosstab blank", function(s) return s:crosstab("blank", "region") end },
  { "crosstab missing", function(s) return s:crosstab("q3", "q1", { missing = "include",
    margins = false }) end },
  { "mean", function(s) return s:mean("age", { by = "sex" }) end },
  { "mean real", function(s) return s:mean("real", { by = { "region" } }) end },
  { "mean whole", function(s) return s:mean("score") end },
  { "total", function(s) return s:total("age", { by = "region" }) end },
  { "ratio", function(s) return s:ratio("score", "age", { by = "sex" }) end },
  { "median", function(s) return s:median("age", { by = "sex" }) end },
  { "quantile", function(s) return s:quantile("score", { p = { 0.1, 0.5, 0.9 } }) end },
  { "difference", function(s) return s:difference("age", groups()) end },
  { "difference share", function(s) return s:difference("q1", groups { level = "level 1" }) end },
  { "contrast", function(s) return s:contrast("score", { by = "sex",
    coefficients = { ["level 1"] = 1, ["level 2"] = -1 } }) end },
  { "independence", function(s) return s:independence("q1", "sex") end },
  { "independence wide", function(s) return s:independence("region", "q2") end },
  { "t_test", function(s) return s:t_test("age", groups()) end },
  { "t_test mu", function(s) return s:t_test("score", { mu = 10 }) end },
  { "rank_test", function(s) return s:rank_test("score", groups()) end },
  { "mcnemar", function(s) return s:mcnemar("q3", "sex") end },
  { "trend", function(s) return s:trend("q3", { by = "region", level = "level 1" }) end },
  { "goodness", function(s) return s:goodness_of_fit("sex", { shares = { ["level 1"] = 0.5,
    ["level 2"] = 0.5 } }) end },
  { "glm", function(s) return s:glm("age ~ sex + score") end },
  { "glm logit", function(s) return s:glm("q3 ~ sex + age", { family = "quasibinomial" }) end },
  { "derived", function(s) return s:derive { { "grown", "case when age < 18 then 'young' when age "
    .. "is null then q1 else 'old' end" }, { "half", "age / 2 + score" } }:mean("half",
    { by = "grown" }) end },
  { "recoded", function(s) return s:recode("region", { one = { "level 1", "level 2" } })
    :proportion("region", { by = "sex" }) end },
}

return M
