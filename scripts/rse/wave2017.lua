--- Questions of the second wave of the RSE survey: 2017, in six countries with a form each.
--
--   ca Canada, de Germany, nl Netherlands, uk United Kingdom, us United States, za South Africa
--
-- The entries are in questions2017.lua and views2017.lua. One says what the forms share and, in
-- `by`, what a country has otherwise: build.lua explains the keys. The codebook of one file is one
-- of 2017-ca.lua ... 2017-za.lua beside this.
--
-- Four things to know of the forms:
--   - Canada asked its own questions under codes of its own, and no sociodemographic ones.
--   - The German form has ten steps where the others have "Never" to "Always".
--   - The British form put software_group only to those who change researchers, and experience
--     only to those who call themselves professional developers; the other forms asked everybody.
--   - Gender, age and the like were asked everywhere; the public files have them for the United
--     Kingdom and Germany only.
-- Universes are those of the questionnaires ("if yes to paper2"), checked on the files; where a
-- form let everybody answer, the country has `universe = false`.
local build = require "build"

-- Both parts of the form, in their order.
local entries = {}
for _, part in ipairs { require "questions2017", require "views2017" } do
  table.move(part, 1, #part, #entries + 1, entries)
end

-- ---- headers of the exports ---------------------------------------------------------------------

-- Statements stand in grids, mixed at random when the forms were made.
local grids = {
  ca = {},
  de = {
    likert0 = "time1can time2can time3can time4can time5can",
    likert1 = "perfCheck1 perfCheck5 perfCheck7 perfCheck2 turnOver3 perfCheck3 turnOver2 \z
      turnOver1 perfCheck4 turnOver4 perfCheck6",
    likert2 = "affRec4 progRSE1 turnOver5 affSat4 percEmp2 affRec1 affSat1 progRSE3 \z
      percEmp4 affSat2 progRSE4 turnOver6 progRSE5 affRec3 affSat3 affRec5 progRSE2 \z
      percEmp3 percEmp1 affRec2",
    likert3 = "satisgen1 satisgen2",
  },
  nl = {
    likert0 = "time1can time2can time3can time4can time5can",
    likert1 = "perfCheck4 perfCheck7 perfCheck3 perfCheck2 perfCheck6 perfCheck1 perfCheck5",
    likert2 = "progRSE4 progRSE1 progRSE3 progRSE2 progRSE5",
    likert3 = "turnOver4 turnOver2",
    likert4 = "affRec3 percEmp4 affSat2 percEmp1 percEmp3 affSat1 affRec1 percEmp2",
    likert5 = "satisgen1 satisgen2",
  },
  uk = {
    likertagree2 = "affSat1 percEmp2 affRec3 affSat2 affRec2",
    likerttime1 = "perfCheck1 turnOver3 perfCheck2 perfCheck3 turnOver4 perfCheck7",
    likertagree1 = "percEmp3 turnOver5 affRec4 affSat3 percEmp1",
    likertime2 = "perfCheck5 turnOver2 perfCheck4 turnOver1 perfCheck6",
    likertagree3 = "affSat4 turnOver6 affRec1 percEmp4 affRec5",
  },
  us = {
    likert0 = "time1can time2can time3can time4can time5can",
    likert1 = "perfCheck4 turnOver3 turnOver1 perfCheck7 turnOver2 perfCheck1 perfCheck5 \z
      perfCheck2 perfCheck6 perfCheck3 turnOver4",
    likert2 = "affSat2 progRSE2 affSat3 affSat1 percEmp1 progRSE5 progRSE4 progRSE1 \z
      progRSE3 turnOver6 percEmp2 affRec2 percEmp3 affRec1 affSat4 percEmp4 affRec5 \z
      affRec4 affRec3 turnOver5",
    likert3 = "satisgen1 satisgen2",
  },
  za = {
    likert0 = "time1can time2can time3can time4can time5can time6zaf time7zaf time8zaf \z
      time9zaf",
    likert1 = "perfCheck1 perfCheck2 perfCheck3 perfCheck4 perfCheck5 perfCheck6 \z
      perfCheck7 turnOver1 turnOver2 turnOver3 turnOver4",
    likert2 = "turnOver5 affSat3 affSat1 progRSE1 progRSE2 progRSE3 progRSE5 percEmp4 \z
      progRSE4 affRec4 percEmp3 affRec1 percEmp2 affSat4 affRec3 affRec5 turnOver6 \z
      affSat2 percEmp1 affRec2",
    likert3 = "satisGen1 satisGen2",
  },
}

local numbering = { ca = "multi", de = "%d", nl = "%d", uk = "SQ%03d", us = "%d", za = "%d" }

-- ---- the wave before ----------------------------------------------------------------------------

-- How 2016 had what the United Kingdom was asked again. `levels` brings a level of 2016 to the
-- common scale, `here` one of 2017.
local was = { uk = {
  education = { ["2016"] = { levels = { ["Further Education (NVQ  A-Level ...)"] = "Other",
    None = "Other" }, note = "two lowest levels of 2016 are Other of 2017" } },
  organisation = { ["2016"] = { item = "university",
    levels = { Yes = "University", No = "Another employer" },
    here = { ["University - within an academic group"] = "University",
      ["University - within an IT service"] = "University",
      ["University - within an HPC group"] = "University",
      ["National laboratory"] = "Another employer", Government = "Another employer",
      ["Private company"] = "Another employer", NGO = "Another employer",
      Other = "Another employer" },
    note = "2016 asked only: Do you work for a university?" } },
  contract = { ["2016"] = {
    levels = { ["Freelancer, consultant, contractor"] = "Other", ["Agency staff"] = "Other" },
    here = { ["Permanent -- funded by University core funding"] = "Permanent",
      ["Permanent -- as long as funding is available"] = "Permanent",
      ["Freelancer, consultant, contractor"] = "Other", ["Agency staff"] = "Other" },
    note = "2017 told two kinds of permanent contract apart" } },
  bus_factor = { ["2016"] = { levels = { ["5"] = "5+" },
    note = "the file of 2016 has 5 where the form of 2017 has 5+" } },
} }

local names = { ca = "Canada", de = "Germany", nl = "Netherlands", uk = "United Kingdom",
  us = "United States", za = "South Africa" }

local population = {}
for country, name in pairs(names) do
  population[country] = "people who write research software: " .. name
end

local wave = { year = "2017", title = "RSE survey 2017", entries = entries, grids = grids,
  numbering = numbering, was = was, population = population }

return {
  countries = { "ca", "de", "nl", "uk", "us", "za" }, names = names,
  book = function(country) return build.book(wave, country) end,
  codes = function(country) return build.codes(wave, country) end,
}
