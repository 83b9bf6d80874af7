--- What is known of the published values that the public files do not give, in words.
--
-- Each entry names values by population, table and item (those left out match all), says why they
-- differ, and gives `holds`, a check that is computed when the audit runs: an explanation that the
-- data do not bear out is reported as such.
local bilan = require "bilan"

local M = {}

-- How many cells of a column hold exactly this text, outer blanks included.
local function exactly(folder, file, column, text)
  local raw = bilan.read(folder .. "/" .. file, { trim = false, types = { [column] = "text" } })
  local count = 0
  for _, value in ipairs(raw:column(column)) do
    if value == text then count = count + 1 end
  end
  return count
end

-- The answers Yes, No and blank of each question of a printed table, added up.
local function sums(values, name)
  local sum = {}
  for _, value in ipairs(values) do
    if value.line.table == name and value.unit == "count" and value.item then
      sum[value.item] = (sum[value.item] or 0) + value.value
    end
  end
  return sum
end

local function rounds_to(share, printed, decimals)
  return math.abs(100 * share - printed) <= 0.5 * 10 ^ -decimals + 1e-9
end

-- Does a share of those who gave one of `levels` print as published?
local function among(survey, value, levels)
  local result, all = survey:freq(value.item), 0
  for _, level in ipairs(levels) do all = all + result:get { level = level }.count end
  local count = result:get { level = value.level }.count
  return rounds_to(count / all, value.value, math.min(value.line.decimals, 6))
end

M.list = {
  { population = "2016-uk", item = "looks_forward", kind = "spelling",
    words = [[the table counts "Never" and leaves out "Never " with a blank behind it, ]]
      .. [[which the file has besides]],
    holds = function(value, known)
      return exactly(known.folder, "2016-uk.csv", "turnOver2", "Never") == value.value
    end },
  { population = "2016-uk", item = "considers_leaving", kind = "spelling",
    words = [[the table counts "Never" and leaves out "Never " with a blank behind it, ]]
      .. [[which the file has besides]],
    holds = function(value, known)
      return exactly(known.folder, "2016-uk.csv", "turnOver3", "Never") == value.value
    end },
  { population = "2016-uk", table = "paper1_2_4_5", kind = "base",
    words = "the table counts 592 people, the public file has 273 (the other table of these "
      .. "questions counts 273 and agrees): perhaps made before those who did not finish were "
      .. "left out",
    holds = function(_, known)
      local all = true
      for _, sum in pairs(sums(known.values, "paper1_2_4_5")) do all = all and sum == 592 end
      return all
    end },
  { population = "2016-uk", table = "currentEmp16a", item = "first_job", kind = "base",
    words = "a second table of this question, on another base: 62 of 350 fits, and the public "
      .. "file has 273 people; the table under the question's own code agrees",
    holds = function(value)
      return rounds_to((value.level == "Yes" and 62 or 288) / 350, value.value, 2)
    end },
  { population = "2016-uk", table = "stability1", item = "bus_factor", kind = "base",
    words = [[the percentages are of those who answered 1 to 4: the table looked for "5+" (and ]]
      .. [[prints 0 % for it), the file has "5"; the counts beside them have all]],
    holds = function(value, known)
      return among(known.surveys["2016-uk"], value, { "1", "2", "3", "4" })
    end },
  { population = "2017-ca", item = "caf", kind = "base",
    words = "percentages of Yes and No alone, without those who are not familiar with it",
    holds = function(value, known)
      return among(known.surveys["2017-ca"], value, { "Yes", "No" })
    end },
  { population = "2018-world selected", item = "education", kind = "coding",
    words = "answers in free words: the notebook takes two people who are on the way to a "
      .. "doctorate for doctors, the codebook for masters",
    holds = function(value, known)
      local result = known.surveys["2018-world selected"]:freq "education"
      local row = result:get { level = value.level }
      local count = row.count + (value.level == "Doctorate" and 2 or -2)
      if value.unit == "count" then return count == value.value end
      return rounds_to(count / row.n, value.value, 6)
    end },
}

--- The entry for a value; nil when there is none.
function M.of(value)
  for _, entry in ipairs(M.list) do
    if (not entry.population or entry.population == value.population)
      and (not entry.table or entry.table == value.line.table)
      and (not entry.item or entry.item == value.item) then return entry end
  end
end

return M
