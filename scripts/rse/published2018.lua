--- Reads published-2018.csv: the tables of the notebooks of 2018, one number a line.
--
-- A line stands in a section "topic / country / indicator". The question of each kind of section
-- is in the table below, as a person read it there; nothing is guessed from a wording. Columns:
--   Count                   respondents of that country with that answer: compared
--   Rank 3                  who put a reason third, as a percentage of those who put any third
--   Percentage              of those who answered; of all respondents where several answers were
--                           allowed
--   Percentage in 2017      the same of the wave before
--   2017, 2018              of the overview: how many took part
--   Difference ...          follows from the two; mean, std ... are no counts: not compared
-- After its overview the notebook goes on with "valid participants only": those who write code, or
-- answered the question on leading others. published.lua makes these "selected" surveys. The
-- overview says how many they are, 828 and 984 (Canada apart).
local tables = require "tables"

local M = {}

M.reasons = {
  absent = "the question was asked and published; it is not in the public file",
  level = "the answer is not one that the public file has for this question",
  statistic = "a mean, deviation or quantile of a number without its largest values, no count",
  difference = "a difference of two percentages that stand beside it",
  subset = "participants of 2017 and 2018 after the notebook's selection: see below",
  variants = "the form of 2017 put another question there, or answers on another scale",
}

-- What a section is about: words of its path -> the item; the first that fits.
local sections = {
  { "Repartition per country", "country" },
  { "Levels of education", "education" },
  { "Academic field for education", "subject" },
  { "Academic field of work", "disciplines" },
  { "Professional developers", "professional" },
  { "Where the previous job was based", "previous_employer" },
  { "reasons to choose the current job", "reason" },
  { "Acknowledgment in paper", "credit" },
  { "Participation to conferences", "presented" },
  { "Open source use", "open_licence_often" },
  { "Referencing software", "references_often" },
  { "Digital Object Identifier", "doi_often" },
  { "ORCID", "orcid" },
  { "Bus Factor", "bus_factor_number" },
  { "Transition plan", "handover" },
  { "Version control", "version_control" },
  { "Testing", "testing" },
  { "Programing languages", "languages" },
  { "Operating System", "system" },
  { "Age", "age" }, { "Gender", "gender" }, { "Ethnicity", "ethnicity" },
  { "Hispano or Latino", "hispanic" },
}

local countries = { Germany = "de", Netherlands = "nl", ["United Kingdom"] = "uk",
  ["United States"] = "us", ["South Africa"] = "zaf", ["New Zealand"] = "nzl", Canada = "can",
  Australia = "aus", ["rest of the world"] = "world" }

local function last_part(section) return section:match "([^/]*)$" end

-- The item of a section; the country stands in the middle of its path, the item at its end.
local function item_of(line)
  for _, pair in ipairs(sections) do
    if last_part(line.section):find(pair[1], 1, true) or line.section:find(pair[1], 1, true) then
      return pair[2]
    end
  end
end

local function country_of(line)
  for part in line.section:gmatch "[^/]+" do
    local name = part:match "^%s*(.-)%s*$"
    local suffix = countries[name] or name:lower() == "rest of the world" and "world"
    if suffix then return suffix end
  end
end

local function population_of(line, item)
  if item == "country" then return "2018" end
  local country = country_of(line)
  return country and ("2018-%s selected"):format(country)
end

-- "Rank 3" is the item reason_3.
local function ranked(item, column)
  local rank = column:match "^Rank (%d)$"
  return item == "reason" and rank and "reason_" .. rank or item
end

local function kind_of(line)
  local column = line.column
  if column == "Count" or column:find "^socio1" then return "count" end
  if column == "Percentage" or column:find "^Rank" then return "percent" end
  if column == "Percentage in 2017" then return "earlier" end
  if column == "2017" or column == "2018" then return "size" end
  if column:find "^Difference" then return nil, "difference" end
  if column:find "^Results in" then return nil, "statistic" end
  return nil, "subset"
end

local counted = { count = true, size = true }

-- The population of the wave before: 2017 calls South Africa "za".
local function earlier(population)
  return (population:gsub("^2018", "2017"):gsub("zaf ", "za "))
end

local function found_in(index, item, text)
  if not index or not index.items[item] then return nil, "absent" end
  local level = tables.level(index, item, text)
  if not level then return nil, "level" end
  return level
end

-- A line of the overview: how many took part in a year.
local function size_of(line, indexes)
  local suffix = (countries[line.row] or "?"):gsub("zaf", "za")
  local population = line.column == "2018" and "2018" or "2017-" .. suffix
  local level, skip = found_in(indexes[population], "country", line.row)
  return { population = population, item = "country", level = level, skip = skip }
end

local function explain(line, indexes)
  local kind, skip = kind_of(line)
  if not kind then return { skip = skip } end
  if kind == "size" then return size_of(line, indexes) end
  local item = ranked(item_of(line), line.column)
  local population = population_of(line, item)
  if not item or not population then return { skip = "subset" } end
  if kind == "earlier" then population = earlier(population) end
  local level, why = found_in(indexes[population], item, line.row)
  if why == "level" and kind == "earlier" then why = "variants" end
  return { kind = kind, population = population, item = item, level = level, skip = why }
end

--- All lines: { line =, unit = count or percent, value =, population =, item =, level =, skip = }.
function M.read(path, indexes)
  local out = {}
  for i, line in ipairs(tables.records(path)) do
    local found = explain(line, indexes)
    found.line, found.value, found.base = line, tonumber(line.value), "asked"
    found.unit = counted[kind_of(line)] and "count" or "percent"
    found.population = found.population or "2018"
    line.decimals = 6
    out[i] = found
  end
  return out
end

return M
