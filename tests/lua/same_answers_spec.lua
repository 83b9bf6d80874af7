--- However it is computed, an estimate is the same: surveys at random, verbs at random, the
-- reference way (core.ways{ plain = true }) against all others.
--
-- What is the same, and how much:
--   the engine's choice with 1, 2 and 8 threads, with and without the plan     the same bits
--   against the plain way: whole numbers and texts                             the same
--   against the plain way: other figures                                       see `tolerance`
--   rows in another order, whole weights: counts, weighted counts, shares, means and totals of
--   whole numbers; by a design of clusters errors and limits of shares         the same bits
--
-- SAME_ANSWERS=20000 tries so many surveys instead, SAME_ANSWERS_SEED=n begins at another one; a
-- failure names the survey, and SAME_ANSWERS=1 SAME_ANSWERS_SEED=that repeats it.
require "bilan"
local core = require "bilan.core"
local plan = require "bilan.plan"
local draw = require "random_survey"

local SURVEYS <const> = tonumber(os.getenv "SAME_ANSWERS" or "") or 1000
local SEED <const> = tonumber(os.getenv "SAME_ANSWERS_SEED" or "") or 1
local ASKED <const> = 5 -- verbs a survey

-- ---- comparing --------------------------------------------------------------------------------

-- How much a figure may differ from the plain way, relative to the larger one. Sums of doubles
-- differ in their last bits, and what is made of them in as many times as it is more sensitive:
-- a variance is a difference of sums, a probability in a tail moves with the exponent.
local tolerance = { se = 1e-9, low = 1e-9, high = 1e-9, deff = 1e-9, effective_n = 1e-9,
  statistic = 1e-9, p = 1e-8, p_value = 1e-8, df = 1e-9 }

local function near(x, y, key)
  if x == y then return true end
  if x ~= x and y ~= y then return true end
  local limit = tolerance[key] or 1e-12
  return math.abs(x - y) <= limit * math.max(math.abs(x), math.abs(y)) or math.abs(x - y) < 1e-13
end

local function shown(value)
  return math.type(value) == "float" and ("%a (%.17g)"):format(value, value) or tostring(value)
end

-- The first difference of two answers, as "path: this, that"; nil when there is none.
local function difference(x, y, same, path, key)
  if type(x) == "table" and type(y) == "table" then
    local names, seen = {}, {}
    for _, one in ipairs { x, y } do
      for name in pairs(one) do
        if not seen[name] then names[#names + 1] = name end
        seen[name] = true
      end
    end
    table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
    for _, name in ipairs(names) do
      local found = difference(x[name], y[name], same, path .. "." .. tostring(name), name)
      if found then return found end
    end
    return nil
  end
  if type(x) == "number" and type(y) == "number" and (x // 1 ~= x or y // 1 ~= y) then
    if same(x + 0.0, y + 0.0, key) then return nil end
  elseif x == y then
    return nil
  end
  return ("%s: %s, %s"):format(path, shown(x), shown(y))
end

local function same_bits(x, y) return x == y and 1 / x == 1 / y or x ~= x and y ~= y end

-- ---- asking -----------------------------------------------------------------------------------

-- What a result says, as plain tables; errors by their text.
local function look(ok, result)
  if not ok then return { failed = tostring(result) } end
  local done, answer = pcall(function()
    local rows = {}
    for i, row in ipairs(result:rows()) do
      rows[i] = {}
      for key, value in pairs(row) do rows[i][key] = value end
    end
    return { rows = rows, notes = result.notes, tests = result.tests, bases = result.bases,
      title = result.title, banners = result.banners, levels = result.levels }
  end)
  return done and answer or { failed = tostring(answer) }
end

-- Everything asked of one survey under one way of computing. The survey is built under it too, so
-- that expressions and designs are compared as well. All verbs are asked before the first result
-- is looked at, so that a plan has something to plan.
local function ask_all(made, ways, verbs, promised)
  core.ways(ways)
  local wanted <const> = plan.wanted
  if promised then plan.wanted = function() return true end end
  local answers = {}
  local ok, survey = pcall(draw.build, made)
  if not ok then answers.failed = tostring(survey) end
  for i, verb in ipairs(ok and verbs or {}) do answers[i] = { pcall(verb[2], survey) } end
  for i, answer in ipairs(answers) do answers[i] = look(answer[1], answer[2]) end
  plan.wanted = wanted
  core.ways { threads = 1 }
  return answers
end

local faults -- of the test at hand: all verbs of all surveys are looked at before it fails

-- Notes the verbs whose answers differ by `same`, or by what of_verb says for a verb.
local function check(made, verbs, x, y, same, what, of_verb)
  local function note(found)
    faults[#faults + 1] = ("survey %d (%d rows, weights %s, design %s, where %s), %s: %s"):format(
      made.number, made.rows, made.weight, made.design, made.domain or "-", what, found)
  end
  if x.failed ~= y.failed then return note(("%s, %s"):format(x.failed, y.failed)) end
  for i, verb in ipairs(verbs) do
    local found = difference(x[i], y[i], of_verb and of_verb(made, verb) or same, verb[1])
    if found then note(found) end
  end
end

local function some_verbs(random, count)
  local verbs = {}
  for i = 1, count do verbs[i] = random.of(draw.verbs) end
  return verbs
end

-- Ways beside one thread, of which each survey takes its turn; odd blocks sum doubles otherwise.
local ways = {
  function() return "8 threads", { threads = 8 }, false, same_bits end,
  function() return "2 threads and a plan", { threads = 2 }, true, same_bits end,
  function(made)
    return "odd blocks", { threads = 3, simd = "scalar",
      block = made.random.of { 1, 64, 100, 777, 2048 } }, true, near
  end,
}

-- One survey: the plain way, one thread, and another way.
local function compare(made, verbs)
  local plain = ask_all(made, { plain = true, threads = 1 }, verbs)
  local first = ask_all(made, { threads = 1 }, verbs)
  check(made, verbs, plain, first, near, "plain against 1 thread")
  local name, way, promised, same = ways[made.number % #ways + 1](made)
  check(made, verbs, first, ask_all(made, way, verbs, promised), same, "1 thread against " .. name)
end

-- ---- rows in another order --------------------------------------------------------------------

-- Figures that are sums of whole numbers, or a quotient of two.
local exact = { n = true, count = true, missing = true, base = true, weighted = true,
  weighted_count = true, value = true, share = true, percent = true }

local function exact_bits(x, y, key)
  if exact[key] then return same_bits(x, y) end
  return near(x, y, key)
end

-- Shares by a design of clusters and whole weights: all else is made of sums over units, which go by
-- the order of labels, so that errors, limits and degrees of freedom have the same bits too.
local clustered = { clusters = true, both = true, fpc = true }
local whole = { whole = true, zeros = true, none = true }
local function same_for(made, verb)
  local shares = verb[1]:find "^proportion" or verb[1]:find "^freq" or verb[1]:find "^crosstab"
  return shares and clustered[made.design] and whole[made.weight] and same_bits or exact_bits
end

-- Designs whose replicates or new weights depend on the order of rows, or are no whole numbers.
local in_file_order = { rake = true, post = true, given = true }

-- Rows behind the first eight in an order of their own.
local function shuffled(made)
  local order = {}
  for i = 1, made.rows do order[i] = i end
  for i = made.rows, 10, -1 do
    local j = 9 + made.random.below(i - 8)
    order[i], order[j] = order[j], order[i]
  end
  return order
end

local insensitive = { proportion = true, ["proportion by"] = true, ["proportion by two"] = true,
  ["proportion level"] = true, ["proportion ticks"] = true, freq = true, crosstab = true,
  ["crosstab counts"] = true, ["crosstab row"] = true, ["crosstab total"] = true,
  ["crosstab ticks"] = true, mean = true, total = true, median = true }

describe("answers", function()
  local verbs_for_order = {}
  for _, verb in ipairs(draw.verbs) do
    if insensitive[verb[1]] then verbs_for_order[#verbs_for_order + 1] = verb end
  end

  before_each(function() faults = {} end)
  after_each(function()
    core.ways { threads = 1 }
    assert(#faults == 0, ("%d answers differ:\n%s"):format(#faults,
      table.concat(faults, "\n", 1, math.min(#faults, 25))))
  end)

  it("are_the_same_whatever_the_way_of_computing", function()
    for number = SEED, SEED + SURVEYS - 1 do
      local made = draw.choose(draw.draw(number))
      compare(made, some_verbs(made.random, ASKED))
    end
  end)

  it("are_the_same_for_many_rows", function()
    for at, weight in ipairs { "decimal", "odd", "none" } do
      local made = draw.choose(draw.draw(SEED + at, { rows = 20000 * at + 11, weight = weight }),
        { design = "both", domain = false })
      compare(made, some_verbs(made.random, 4))
    end
  end)

  it("do_not_depend_on_the_order_of_rows_when_weights_are_whole", function()
    for number = SEED, SEED + SURVEYS // 20 do
      local made = draw.choose(draw.draw(number, { rows = 400,
        weight = ({ "whole", "zeros", "none", "decimal" })[number % 4 + 1] }))
      local by_fpc = made.weight == "none" and (made.design == "fpc" or made.design == "two stages")
      if not in_file_order[made.design] and not by_fpc then -- fpc makes weights that are quotients
        local before = ask_all(made, { threads = 1 }, verbs_for_order)
        made.order, made.survey = shuffled(made), nil
        local behind = ask_all(made, { threads = 1 }, verbs_for_order)
        check(made, verbs_for_order, before, behind, exact_bits, "rows as drawn against shuffled",
          same_for)
      end
    end
  end)
end)
