--- Reproduces the published figures of the RSE surveys from their public files:
--
--   bilan run --read DATA scripts/rse/published.lua DATA
--
-- DATA is the folder with the microdata and the two files of published tables (docs/case-rse.md
-- says where they come from). Every published number gets one of these ends:
--   reproduced       the engine's audit finds the same count (or share and base) in the data
--   differs          the same question and answer are in the data, and the number is another
--   not comparable   for one of the reasons that are printed, with how many numbers each
-- What is comparable is settled before any count is looked at: the question stands in the public
-- file of that country, and the answer is one of the answers it has there. The claims are written
-- to the output folder, so that they can be audited again, or with other software.
local bilan = require "bilan"

local audit = require "audit"
local differences = require "differences"
local published2017 = require "published2017"
local published2018 = require "published2018"
local surveys_of = require "surveys"
local tables = require "tables"

local folder = arg[1]
if not folder then error("published.lua: name the folder of the data", 0) end

local waves = { ["2016"] = require "wave2016", ["2017"] = require "wave2017",
  ["2018"] = require "wave2018" }

-- ---- surveys and their indexes ------------------------------------------------------------------

-- "Valid participants" of the notebooks of 2018: who neither writes code nor answered whether they
-- lead others is left out. In 2017 only the German form asked the latter.
local function selected(survey, year, country)
  local leads = year == "2018" and "leads_group" or country == "de" and "noncoding_projects"
  local also = leads and (" and %s is null"):format(leads) or ""
  return survey:drop_rows("writes_code = 'No'" .. also)
end

local function index_all(all)
  local made = {}
  for _, year in ipairs { "2016", "2017", "2018" } do
    local wave = waves[year]
    for _, country in ipairs(wave.countries) do
      local name = year .. "-" .. country
      local book, codes = wave.book(country), wave.codes(country)
      made[name] = tables.index(all[name], book, codes)
      if year ~= "2016" then
        local part = selected(all[name], year, country)
        all[name .. " selected"] = part
        made[name .. " selected"] = tables.index(part, book, codes)
      end
    end
  end
  made["2018"] = tables.index(all["2018"], waves["2018"].whole(), {})
  return made
end

local surveys = surveys_of.read(folder)
local indexes = index_all(surveys)

-- ---- verdicts -----------------------------------------------------------------------------------

-- Sets value.verdict: "reproduced", "differs", or "skipped" with value.skip.
local function judge(values, unit, name)
  local claims = audit.claims(values, indexes, unit)
  local verdicts = audit.audit(claims, surveys, audit.kinds(indexes), name)
  for _, value in ipairs(values) do
    if value.unit == unit then
      local row = value.claim and verdicts[value.claim]
      value.why = row and row.why
      value.verdict = value.skip and "skipped"
        or row and row.verdict == "reproduced" and "reproduced" or "differs"
    end
  end
  return #claims
end

local function count(values, unit, verdict, checked)
  local n = 0
  for _, value in ipairs(values) do
    if value.unit == unit and (not verdict or value.verdict == verdict)
      and (not checked or value.checked) then n = n + 1 end
  end
  return n
end

-- ---- printing -----------------------------------------------------------------------------------

local function percent(k, n) return bilan.format.percent(k, n, { lang = "en", decimals = 1 }) end

local function print_summary(part, unit, claims)
  local values = part.values
  local same, other = count(values, unit, "reproduced"), count(values, unit, "differs")
  print(("%s, %s: %d published, %d comparable (%d distinct claims)"):format(part.title,
    unit == "count" and "counts" or "percentages", count(values, unit), same + other, claims))
  print(("  reproduced: %d of %d, %s"):format(same, same + other, percent(same, same + other)))
  print(("  differ: %d"):format(other))
end

local function print_skipped(part, unit)
  local reasons, order = {}, {}
  for _, value in ipairs(part.values) do
    if value.unit == unit and value.verdict == "skipped" then
      if not reasons[value.skip] then order[#order + 1] = value.skip end
      reasons[value.skip] = (reasons[value.skip] or 0) + 1
    end
  end
  table.sort(order, function(a, b) return reasons[a] > reasons[b] end)
  if #order > 0 then print "  not comparable:" end
  for _, key in ipairs(order) do
    print(("    %4d  %s"):format(reasons[key], part.reasons[key]))
  end
end

-- What the data have instead, from the engine's sentence: "The data give 43 of 271".
local function found_in_data(value)
  local k, n = (value.why or ""):match "The data give (%d+) of (%d+)"
  if not k then return value.over and "more than the respondents of the file" or "another share" end
  if value.blank then return ("%d blank"):format(value.size - tonumber(k)) end
  return value.unit == "count" and k or ("%s of %s"):format(k, n)
end

local function print_difference(value)
  local line = value.line
  print(("    %s, %s: %s, %s: published %s, data %s"):format(value.population,
    line.table or line.section:match "([^/]*) / [^/]*$" or "", value.item,
    value.blank and "(blank)" or value.level, line.value, found_in_data(value)))
end

-- All values that differ, under the words that explain them.
local function print_differences(part, unit, known)
  local groups, order = {}, {}
  for _, value in ipairs(part.values) do
    if value.unit == unit and value.verdict == "differs" then
      local entry = differences.of(value)
      local words = entry and (entry.holds(value, known) and entry.words
        or "an explanation is on file that the data do not bear out: " .. entry.words)
        or "not explained"
      if not groups[words] then groups[words], order[#order + 1] = {}, words end
      table.insert(groups[words], value)
    end
  end
  for _, words in ipairs(order) do
    print(("  %d differ: %s"):format(#groups[words], words))
    for _, value in ipairs(groups[words]) do print_difference(value) end
  end
end

-- ---- shares across statements ---------------------------------------------------------------

-- A grid's percentages are of a row of its table: those who "agree" with one statement, of all
-- agreements with any. No claim on respondents, but arithmetic on counts: how many follow from the
-- data? Returns how many do, of how many, and which do not.
local function across(values)
  local sums, list = {}, {}
  for _, value in ipairs(values) do
    if value.skip == "across" and value.level then
      local key = value.line.whole .. "|" .. value.level
      value.row, value.k = key, tables.count(indexes[value.population], value.item, value.level)
      sums[key] = (sums[key] or 0) + value.k
      list[#list + 1] = value
    end
  end
  local same, others = 0, {}
  for _, value in ipairs(list) do
    local step = 10 ^ -math.min(value.line.decimals, 6)
    local share = 100 * value.k / sums[value.row]
    if math.abs(share - value.value) <= step / 2 + 1e-9 then same = same + 1
    else others[#others + 1] = ("%s, %s"):format(value.item, value.level) end
  end
  return same, #list, table.concat(others, "; ")
end

-- ---- the run ------------------------------------------------------------------------------------

local parts = {
  { title = "2016 and 2017", name = "2016-2017", reasons = published2017.reasons,
    values = published2017.read(folder .. "/published-2016-2017.csv", indexes) },
  { title = "2018", name = "2018", reasons = published2018.reasons,
    values = published2018.read(folder .. "/published-2018.csv", indexes) },
}

for _, part in ipairs(parts) do
  local known = { folder = folder, surveys = surveys, values = part.values }
  for _, unit in ipairs { "count", "percent" } do
    local claims = judge(part.values, unit,
      ("claims-%s-%s.tsv"):format(part.name, unit))
    for _, value in ipairs(part.values) do
      if not value.skip then value.size = indexes[value.population].size end
    end
    print_summary(part, unit, claims)
    print_differences(part, unit, known)
    print_skipped(part, unit)
    print()
  end
end

-- How many the selection of the notebook leaves, Canada apart: published as 828 and 984.
local function selected_size(year)
  local n = 0
  for _, country in ipairs(waves[year].countries) do
    local canada = country == "ca" or country == "can"
    if not canada then n = n + #surveys[("%s-%s selected"):format(year, country)] end
  end
  return n
end
print(("Selected participants: %d in 2017 and %d in 2018 (published: 828 and 984)."):format(
  selected_size "2017", selected_size "2018"))

print(("Of the shares across statements, %d of %d are the data's count by its row of the table, "
  .. "but not: %s."):format(across(parts[1].values)))

local checked = count(parts[1].values, "count", "reproduced", true)
print(("Of the 1,593 counts marked `check`, %d are comparable here and %d reproduced."):format(
  checked + count(parts[1].values, "count", "differs", true), checked))

return { parts = parts, count = count }
