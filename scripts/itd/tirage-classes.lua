-- Deals the lower secondary pupils of ITD 2022-2023 to classes, since no questionnaire of that
-- year says in which class it was filled in:
--   local deal = dofile "scripts/itd/tirage-classes.lua"
--   local college = deal(enquete.college, { rho = 0.05, level = "collège", indicators = { ... } })
-- What is known: how many classes each school had (etablissements.csv), at most 35 pupils each.
-- What is assumed: classes of the same size (within one pupil), and how alike the pupils of a
-- class are: the intra-class correlation rho, the same for every indicator.
--
-- The pupils are shuffled and dealt in turn; then two pupils of different classes change places
-- whenever that brings the correlations nearer to rho, until all are within NEAR of it. Few
-- classes leave few ways to deal: after MOST_TRIES the nearest will do, if it is within FAR.
-- Nobody's answers change, so neither does any share. The numbers are drawn by a generator of
-- its own with a fixed start (Park and Miller, CACM 31, 1988): the same classes on every run.
local bilan = require "bilan"

local NEAR <const>, FAR <const> = 0.0005, 0.01
local LARGEST_CLASS <const> = 35
local MOST_TRIES <const> = 40000

local function new_generator(seed)
  local state = seed
  return function(n) -- a whole number of 1 .. n
    state = state * 48271 % 2147483647
    return state % n + 1
  end
end

-- "Collège Stendhal, classe 3": every class of a level, in the order of the file.
local function classes_of(level)
  local schools = bilan.read "datasets/itd/2022-2023/etablissements.csv"
  local names, school_of = {}, {}
  for _, row in ipairs(schools:head(#schools)) do
    local count = row.niveau == level and math.type(row.interventions) and row.interventions or 0
    for number = 1, count do
      names[#names + 1] = ("%s, classe %d"):format(row.etablissement, number)
      school_of[#names] = row.etablissement
    end
  end
  return names, school_of
end

-- 1, 0 or nil (no answer) of each respondent for an indicator, a predicate.
local function answers_to(survey, predicate)
  local column = survey:derive({ answer = predicate }):column "answer"
  for row, value in ipairs(column) do column[row] = math.type(value) and value or nil end
  return column
end

-- The intra-class correlation of an indicator from its sums over classes: `of_squares` of
-- yes²/n, `sizes` of n² (analysis of variance; Donner and Koval, Biometrics 36, 1980).
local function correlation(sums, classes)
  local n, yes = sums.n, sums.yes
  local between = (sums.of_squares - yes * yes / n) / (classes - 1)
  local within = (yes - sums.of_squares) / (n - classes)
  local size = (n - sums.sizes / n) / (classes - 1)
  return (between - within) / (between + (size - 1) * within)
end

-- Answers of an indicator counted by class, with their sums.
local function tally(answers, class_of, classes)
  local sums = { n = 0, yes = 0, of_squares = 0, sizes = 0, answers = answers, in_class = {},
    yes_in = {} }
  for class = 1, classes do sums.in_class[class], sums.yes_in[class] = 0, 0 end
  for row, class in ipairs(class_of) do
    local answer = answers[row]
    if answer then
      sums.in_class[class] = sums.in_class[class] + 1
      sums.yes_in[class] = sums.yes_in[class] + answer
      sums.n, sums.yes = sums.n + 1, sums.yes + answer
    end
  end
  for class = 1, classes do
    local n, yes = sums.in_class[class], sums.yes_in[class]
    sums.of_squares = sums.of_squares + (n > 0 and yes * yes / n or 0)
    sums.sizes = sums.sizes + n * n
  end
  return sums
end

-- Adds a respondent's answer to a class (sign 1) or takes it away (-1).
local function move(sums, row, class, sign)
  local answer = sums.answers[row]
  if not answer then return end
  local n, yes = sums.in_class[class], sums.yes_in[class]
  local n_after, yes_after = n + sign, yes + sign * answer
  sums.of_squares = sums.of_squares - (n > 0 and yes * yes / n or 0)
    + (n_after > 0 and yes_after * yes_after / n_after or 0)
  sums.sizes = sums.sizes - n * n + n_after * n_after
  sums.in_class[class], sums.yes_in[class] = n_after, yes_after
end

local function swap(tallies, class_of, a, b)
  for _, sums in ipairs(tallies) do
    move(sums, a, class_of[a], -1)
    move(sums, b, class_of[b], -1)
    move(sums, a, class_of[b], 1)
    move(sums, b, class_of[a], 1)
  end
  class_of[a], class_of[b] = class_of[b], class_of[a]
end

-- How far the correlations are from rho: the sum of squares, and the largest.
local function distance(tallies, classes, rho)
  local sum, most = 0, 0
  for _, sums in ipairs(tallies) do
    local off = correlation(sums, classes) - rho
    sum, most = sum + off * off, math.max(most, math.abs(off))
  end
  return sum, most
end

-- A class for each respondent: shuffled, dealt in turn.
local function dealt(count, classes, draw)
  local class_of = {}
  for row = 1, count do class_of[row] = (row - 1) % classes + 1 end
  for row = count, 2, -1 do
    local other = draw(row)
    class_of[row], class_of[other] = class_of[other], class_of[row]
  end
  return class_of
end

-- Swaps pupils until every correlation is rho.
local function sort_out(tallies, class_of, classes, rho, draw)
  local best, most = distance(tallies, classes, rho)
  for _ = 1, MOST_TRIES do
    if most <= NEAR then return end
    local a, b = draw(#class_of), draw(#class_of)
    if class_of[a] ~= class_of[b] then
      swap(tallies, class_of, a, b)
      local now, now_most = distance(tallies, classes, rho)
      if now < best then best, most = now, now_most
      else swap(tallies, class_of, a, b) end
    end
  end
  if most > FAR then
    error(("no deal of the pupils has a correlation of %g in every indicator"):format(rho))
  end
end

--- The survey with the items `classe` and `etablissement`, and what the deal is like:
-- { classes, rho = { the correlation reached for each indicator } }.
return function(survey, opts)
  local names, school_of = classes_of(opts.level)
  local classes, draw = #names, new_generator(2023)
  assert(#survey <= classes * LARGEST_CLASS, "more pupils than places in the classes")
  local class_of, tallies = dealt(#survey, classes, draw), {}
  for at, predicate in ipairs(opts.indicators) do
    tallies[at] = tally(answers_to(survey, predicate), class_of, classes)
  end
  sort_out(tallies, class_of, classes, opts.rho, draw)
  local columns, reached = { { "id", survey:column "id" }, { "classe", {} }, { "etablissement", {} } }, {}
  for row, class in ipairs(class_of) do
    columns[2][2][row], columns[3][2][row] = names[class], school_of[class]
  end
  for at, sums in ipairs(tallies) do reached[at] = correlation(sums, classes) end
  return survey:join(bilan.survey(columns), { by = "id" }), { classes = classes, rho = reached }
end
