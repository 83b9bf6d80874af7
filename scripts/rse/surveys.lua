--- The RSE surveys by wave and country, read through their codebooks.
--
--   local surveys = (require "surveys").read "../rse-survey"
--   surveys["2016-uk"], surveys["2017-de"], surveys["2018-uk"] ...
--
-- The data are not part of the project: `read` takes the folder that holds them (see
-- docs/case-rse.md for where they come from).
local bilan = require "bilan"

local wave2016 = require "wave2016"
local wave2017 = require "wave2017"
local wave2018 = require "wave2018"

local M = { waves = { "2016", "2017", "2018" }, countries2017 = wave2017.countries,
  countries2018 = wave2018.countries }

local function quoted(text) return "'" .. text:gsub("'", "''") .. "'" end

-- Respondents of 2018 who are not of this country. Nobody drew them, so they are dropped and not
-- made a domain.
local function others(country)
  if country ~= "world" then return "country <> " .. quoted(wave2018.names[country]) end
  local named = {}
  for _, other in ipairs(wave2018.countries) do
    if other ~= "world" then named[#named + 1] = quoted(wave2018.names[other]) end
  end
  return ("country in (%s)"):format(table.concat(named, ", "))
end

local function own_items(country)
  local ids = {}
  for place, item in ipairs(wave2018.own(country).items) do ids[place] = item.id end
  return ids
end

--- All surveys: "2016-uk", "2017-ca" ... "2017-za", "2018-de" ... "2018-world", and "2018", the
-- whole file. South Africa is "za" in 2017 and "zaf" in 2018, as in the files.
function M.read(folder)
  local surveys = { ["2016-uk"] = bilan.read(folder .. "/2016-uk.csv",
    { codebook = wave2016.book "uk", wave = "2016" }) }
  for _, country in ipairs(wave2017.countries) do
    surveys["2017-" .. country] = bilan.read(("%s/2017-%s.csv"):format(folder, country),
      { codebook = wave2017.book(country), wave = "2017" })
  end
  local world = folder .. "/2018-world.csv"
  surveys["2018"] = bilan.read(world, { codebook = wave2018.whole(), wave = "2018" })
  for _, country in ipairs(wave2018.countries) do
    surveys["2018-" .. country] = bilan.read(world, { codebook = wave2018.book(country),
      wave = "2018" }):drop_rows(others(country)):select(own_items(country))
  end
  return surveys
end

return M
