-- Three years of made-up pupils in schools of which some took part in several years. What is
-- another way in a year is said in that year's codebook.
local bilan = require "bilan"

local function common(year)
  return { id = "school", kind = "id" }, { id = "gender", levels = { "girl", "boy" } },
    { id = "level", levels = { "lower", "upper" } },
    { id = "fields", kind = "multiple", separator = ";", base = "asked", question = "Which attract you?",
      label = "Fields", levels = { "health", "digital", "energy", year ~= "2022" and "building" or nil } }
end

-- The codebook of a year: its own items behind those that all years have.
local function codebook(year, ...)
  local items = { common(year) }
  table.move({ ... }, 1, select("#", ...), #items + 1, items)
  return { wave = year, lang = "en", synthetic = true, items = items }
end

local finer = { "very", "rather", "a bit", "no" }

local books = {
  ["2022"] = codebook("2022",
    { id = "talk", kind = "scale", label = "Interest", question = "Did the talk interest you?",
      levels = { "yes", "a bit", "no" } },
    { id = "hours", kind = "number", unit = "hours", label = "Screen hours" },
    { id = "job", label = "Wants the job", question = "Would you like this job?",
      levels = { "yes", "no" }, universe = "level = 'upper'" }),
  ["2023"] = codebook("2023",
    { id = "interest", kind = "scale", label = "Interest", question = "Did the talk interest you?",
      levels = finer, was = { ["2022"] = { item = "talk", here = { very = "yes", rather = "yes" } } } },
    { id = "hours", kind = "number", unit = "hours", label = "Screen hours" },
    { id = "job", label = "Wants the job", question = "Would you like this job?",
      levels = { "yes", "no" }, universe = "level = 'upper'" }),
  ["2024"] = codebook("2024",
    { id = "interest", kind = "scale", label = "Interest", question = "Was the talk interesting?",
      levels = finer },
    { id = "job", label = "Wants the job", question = "Would you like this job?",
      levels = { "yes", "no" } }),
}

local years = {}
for year, book in pairs(books) do
  years[year] = bilan.read("docs/examples/years/" .. year .. ".csv", { codebook = book })
end
return years
