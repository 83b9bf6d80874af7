--- Trends of the RSE surveys, 2016 to 2018, in one page:
--
--   bilan run --read DATA scripts/rse/trend-2016-2018.lua DATA
--
-- Only the United Kingdom was asked three times; Germany, the United States, the Netherlands and
-- South Africa twice. Each country is compared with itself: the mix of countries changed between
-- the waves, and a total would move with it. What joins two years by a line is the engine's word
-- (docs/reference.md, waves), from the codebooks wave2016.lua, wave2017.lua and wave2018.lua.
local bilan = require "bilan"

local surveys = (require "surveys").read(arg[1])
local chart, indicator = bilan.chart, bilan.indicator

local uk = bilan.waves { { "2016", surveys["2016-uk"] }, { "2017", surveys["2017-uk"] },
  { "2018", surveys["2018-uk"] } }

local countries = {
  { id = "uk", name = "United Kingdom", waves = uk },
  { id = "de", name = "Germany" }, { id = "us", name = "United States" },
  { id = "nl", name = "Netherlands" }, { id = "za", name = "South Africa", later = "zaf" },
}
for _, country in ipairs(countries) do
  country.waves = country.waves or bilan.waves {
    { "2017", surveys["2017-" .. country.id] },
    { "2018", surveys["2018-" .. (country.later or country.id)] } }
end

local report = bilan.report { title = "People who write research software, 2016 to 2018",
  subtitle = "Three waves of the international RSE survey", lang = "en",
  author = "From the public files of the Software Sustainability Institute and partners" }

-- ---- helpers ------------------------------------------------------------------------------------

-- One figure over the years: an indicator, and a chart that carries its table, its bases and the
-- footnotes of its grades.
local function follow(waves, id, title, item, opts)
  local trend = waves:trend(item, opts)
  indicator { id = id, title = title, estimate = trend }
  report:chart(chart.trend(trend, { title = title }))
end

-- Was the country asked in both years?
local function asked_twice(waves, item)
  local known = false
  for _, name in ipairs(waves:items()) do known = known or name == item end
  return known and waves:grade(item, "2017", "2018") ~= "not asked"
end

-- The same figure in each other country that was asked it in both years.
local function by_country(id, title, item, opts)
  for _, country in ipairs(countries) do
    if country.id ~= "uk" and asked_twice(country.waves, item) then
      follow(country.waves, ("%s-%s"):format(id, country.id),
        ("%s, %s"):format(title, country.name), item, opts)
    end
  end
end

-- ---- the page -----------------------------------------------------------------------------------

report:section "How to read this page"
report:text [[
Nobody drew these respondents: they chose to answer, invited through mailing lists and
conferences. The intervals are those of a model, as if the respondents of a year were a simple
random sample of people like them. They say how far a figure could move by chance alone, and
nothing about who did not answer.]]
report:text [[
A line joins two years when the question, its answers and those who were asked allow it.
A footnote tells of another wording or of answers that were brought together. Where the question,
the scale or those asked changed, the line is broken: a difference there is no change.]]

report:text [[
Data: The University of Edinburgh on behalf of the Software Sustainability Institute and
collaborators, CC BY 2.5 UK: Scotland; doi 10.5281/zenodo.1194668, 2574123 and 2585783.]]

local sizes = {}
for _, country in ipairs(countries) do
  local row = { country.name }
  for place, year in ipairs { "2016", "2017", "2018" } do
    local ok, survey = pcall(country.waves.survey, country.waves, year)
    row[place + 1] = ok and #survey or ""
  end
  sizes[#sizes + 1] = row
end
report:table(bilan.table { title = "Respondents in the public files", lang = "en",
  columns = { "Country", "2016", "2017", "2018" }, rows = sizes })

report:section "Who they are"
follow(uk, "women-uk", "Women, United Kingdom", "gender", { level = "Female" })
report:note [[
Gender is not in the public file of 2018. The tables published for that year (29 women of
203 in the United Kingdom) cannot be computed from it.]]
follow(uk, "doctorate-uk", "With a doctorate, United Kingdom", "education", { level = "Doctorate" })
by_country("doctorate", "With a doctorate", "education", { level = "Doctorate" })
follow(uk, "university-uk", "At a university, United Kingdom", "organisation",
  { level = "University" })

report:section "Contracts"
follow(uk, "permanent-uk", "With a permanent contract, United Kingdom", "contract",
  { level = "Permanent" })
by_country("permanent", "With a permanent contract", "contract", { level = "Permanent" })
follow(uk, "full-time-uk", "Full time, United Kingdom", "hours", { level = "Full time" })
by_country("full-time", "Full time", "hours", { level = "Full time" })

report:section "The software and its future"
follow(uk, "bus-factor-uk", "Bus factor of one, United Kingdom", "bus_factor", { level = "1" })
by_country("bus-factor", "Bus factor of one", "bus_factor", { level = "1" })
follow(uk, "handover-uk", "With a hand-over plan, United Kingdom", "handover", { level = "Yes" })
by_country("handover", "With a hand-over plan", "handover", { level = "Yes" })
follow(uk, "developers-test-uk", "Developers test, United Kingdom", "testing",
  { level = "The developers do their own testing" })
follow(uk, "no-testing-uk", "No formal testing, United Kingdom", "testing",
  { level = "No formal testing" })

report:section "Languages and systems"
for _, name in ipairs { "Python", "C++", "R", "Fortran", "Matlab" } do
  follow(uk, "language-" .. name:lower():gsub("%+%+", "pp") .. "-uk", name .. ", United Kingdom",
    "languages", { level = name })
end
by_country("language-python", "Python", "languages", { level = "Python" })
follow(uk, "linux-uk", "GNU/Linux, United Kingdom", "system", { level = "GNU/Linux" })

report:section "Open source and credit"
follow(uk, "presented-uk", "Presented software at a conference, United Kingdom", "presented",
  { level = "Yes" })
by_country("presented", "Presented software at a conference", "presented", { level = "Yes" })
follow(uk, "acknowledged-uk", "Acknowledged in papers, United Kingdom", "acknowledged",
  { level = "Yes" })
by_country("open-licence", "How often under an open-source licence, 1 to 10", "open_licence_often",
  { mean = true })

report:section "Satisfaction and the next job"
follow(uk, "satisfied-uk", "Satisfaction with the position, 0 to 10, United Kingdom",
  "satisfied_position", { mean = true })
by_country("satisfied", "Satisfaction with the position, 0 to 10", "satisfied_position",
  { mean = true })
follow(uk, "enjoys-uk", "Finds real enjoyment in the job, 1 to 5, United Kingdom", "enjoys_job",
  { mean = true })
follow(uk, "in-demand-uk", "Experience is in demand, 1 to 5, United Kingdom", "in_demand",
  { mean = true })
follow(uk, "leaving-uk", "Considers leaving, United Kingdom", "considers_leaving", { mean = true })
by_country("leaving", "Considers leaving", "considers_leaving", { mean = true })

report:section "Changes with their intervals"
report:text [[
Differences in points, from one year to the next that asked the same; the interval is that of
the model above. Several comparisons stand in a table, so one would be notable by chance sooner or
later: the p-values are adjusted for their number (Holm). What does not compare has no figure.]]
local first = { "gender = 'Female'", "education = 'Doctorate'", "organisation = 'University'",
  "contract = 'Permanent'", "bus_factor = '1'", "handover = 'Yes'" }
report:table(uk:compare("2016", "2017", { items = first, adjust = "holm" }),
  { caption = "2016 to 2017, United Kingdom" })
local second = { "education = 'Doctorate'", "organisation = 'University'",
  "contract = 'Permanent'", "bus_factor = '1'", "handover = 'Yes'", "presented = 'Yes'" }
report:table(uk:compare("2017", "2018", { items = second, adjust = "holm" }),
  { caption = "2017 to 2018, United Kingdom" })

report:section "What changed in the questionnaires"
report:text [[
The pairs of years, question by question, for the United Kingdom; then each change as a
sentence. Only the country's own form is compared.]]
report:table(uk:grades():sheet(), { caption = "How the questions compare" })
report:table(uk:changes():sheet(), { caption = "What changed" })

print(uk)
print("page: " .. report:write "rse-trend-2016-2018.html")
