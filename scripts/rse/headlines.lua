--- The headline figures of the RSE surveys, each beside what was published:
--
--   bilan run --read DATA scripts/rse/headlines.lua DATA
--
-- Bases are printed with every share. The respondents chose themselves, so there are no intervals
-- here: the trend report (trend-2016-2018.lua) has them, as a model.
local surveys_of = require "surveys"

local surveys = surveys_of.read(arg[1])
local uk16, uk17, de17 = surveys["2016-uk"], surveys["2017-uk"], surveys["2017-de"]
local figures = {}

local function percent(row) return ("%.1f %%"):format(100 * row.value) end

local function say(...) print((("%s"):rep(select("#", ...))):format(...)) end

-- A share of an item's level, with its count and base: "30 of 263 = 11.4 %".
local function share(id, survey, item, level, base)
  local row = survey:freq(item, { base = base }):get { level = level }
  figures[id] = row
  return ("%d of %d = %s"):format(row.count, row.n, percent(row))
end

local function gender(id, survey, name, published)
  say(name, " gender, published ", published)
  local parts = {}
  for _, row in ipairs(survey:freq("gender"):rows()) do
    if row.count > 0 then
      figures[id .. " " .. row.level] = row
      parts[#parts + 1] = ("%s %d (%s)"):format(row.level, row.count, percent(row))
    end
  end
  local first = survey:freq("gender"):rows()[1]
  say("   ", table.concat(parts, ", "), "; ", first.missing, " without answer; base ", first.n)
end

gender("1", uk16, "1. 2016 UK", "232, 30, 1, 10 without: 88.2 %, 11.4 %, 0.4 % of 263")
gender("2", uk17, "2. 2017 UK", "183, 33, 1, 36 without: 84.3 %, 15.2 %, 0.5 % of 217")
local change = 100 * (figures["2 Female"].value - figures["1 Female"].value)
figures["2 change"] = change
say("   women 2016 to 2017: ", ("%+.1f points"):format(change))
gender("3", de17, "3. 2017 Germany", "219, 34, 10, 62 without: 83.3 %, 12.9 %, 3.8 % of 263")

say("4. 2016 UK, published 124 of 271 (45.8 %) and 59 of 273 (21.6 %)")
say("   bus factor of 1: ", share("4 bus", uk16, "bus_factor", "1"))
say("   hand-over plan: ", share("4 plan", uk16, "handover", "Yes"))

say("5. 2016 UK, published 203 of 271 and 142 of 272")
say("   at a university: ", share("5 university", uk16, "university", "Yes"))
say("   permanent contract: ", share("5 permanent", uk16, "contract", "Permanent"))

say("6. 2017 UK, Python, published 15.1 % = 189 of 1,250 ticks (84.4 % of 224 people)")
for _, base in ipairs { "answers", "answered", "asked" } do
  say("   base ", base, ": ", share("6 " .. base, uk17, "languages", "Python", base))
end
say("   the codebook's own base is `", uk17:item("languages").base, "`, and each table names it")

say("7. 2018 respondents, published 333, 237, 147, 99, 54, 37, 23 (of 997)")
local sizes = {}
for _, country in ipairs { "de", "uk", "us", "aus", "nl", "nzl", "zaf" } do
  sizes[#sizes + 1] = ("%s %d"):format(country, #surveys["2018-" .. country])
end
say("   ", table.concat(sizes, ", "))

say("8. 2018 UK gender, published 162, 29, 1, 11")
local ok, why = pcall(function() return surveys["2018-uk"]:freq "gender" end)
say("   ", ok and "found" or tostring(why):gsub("^[^:]*:%d+: ", ""))
figures["8 found"] = ok
local coders = uk17:drop_rows "writes_code = 'No'"
say("   UK women of 2017, published beside it as 15.02 %: of those who write code, ",
  share("8 women", coders, "gender", "Female"))
say("   four of the 217 who gave a gender write no code, and the notebook leaves them out")

return figures
