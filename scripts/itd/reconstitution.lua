-- Rebuilds respondents who have the published figures of ITD 2022-2023:
--   bilan run scripts/itd/reconstitution.lua
-- writes out/repondants.csv, which was copied to datasets/itd/2022-2023/. The microdata are
-- not public: nobody in this file exists, and every row says so (synthetique = oui).
local bilan = require "bilan"

local folder = "datasets/itd/2022-2023/"
local interet = { "très intéressant", "intéressant", "moyennement", "peu", "pas du tout" }
local oui_non = { "oui", "non" }

local items = {
  { id = "orientation", levels = { "générale", "professionnelle", "technologique ou autre", "ne sait pas" } },
  { id = "metier_connu", levels = oui_non },
  { id = "metier_atypique", levels = oui_non },
  { id = "interet_intro", levels = interet },
  { id = "interet_metiers", levels = interet },
  { id = "interet_temoignage", levels = interet },
  { id = "satisfait", levels = { "oui", "non", "sans avis" } },
  { id = "envie", levels = oui_non },
  { id = "attentes", levels = oui_non },
  { id = "renouveler", levels = oui_non },
  { id = "adapte", levels = oui_non },
}

-- 91.3 % of teachers fits 23 answers, 94.7 % of speakers fits 19: the smallest bases that do.
local publics = {
  { population = "college", public = "élève", niveau = "college" },
  { population = "lycee", public = "élève", niveau = "lycee" },
  { population = "enseignants", public = "enseignant", size = 23 },
  { population = "intervenantes", public = "intervenante", size = 19 },
}

local columns = { "id", "synthetique", "public", "niveau", "genre", "orientation", "metier_connu",
  "metier_atypique", "specialites", "interet_intro", "interet_metiers", "interet_temoignage",
  "satisfait", "envie", "attentes", "renouveler", "adapte" }

local values, rows = {}, 0
for _, name in ipairs(columns) do values[name] = {} end

local function add(part, survey)
  local own = {}
  for _, name in ipairs(survey:names()) do own[name] = survey:column(name) end
  for row = 1, #survey do
    rows = rows + 1
    for _, name in ipairs(columns) do
      values[name][rows] = own[name] and own[name][row] or bilan.missing.no_answer
    end
    values.id[rows], values.synthetique[rows], values.public[rows] = rows, "oui", part.public
    values.niveau[rows] = part.niveau or bilan.missing.no_answer
  end
end

for _, part in ipairs(publics) do
  local survey, made = bilan.reconstruct { claims = folder .. "claims.tsv",
    populations = folder .. "populations.tsv", population = part.population, size = part.size,
    seed = 2023, items = items }
  for _, skipped in ipairs(made.skipped) do
    print(("%s: %s"):format(skipped.id, skipped.why))
  end
  add(part, survey)
end

-- The subjects' shares fit no base of at most 95 pupils, but they do fit 150 answers: 60, 43, 25
-- and 15 of 150 are 40, 28.7, 16.7 and 10 %. Ticks are dealt out in turn: 95 pupils tick one, 55
-- of them a second.
local ticks = { { "mathématiques", 60 }, { "physique-chimie", 43 },
  { "physique chimie (second line)", 25 }, { "biologie-écologie", 15 }, { "autre", 7 } }
local lycee = {}
for row = 1, rows do if values.niveau[row] == "lycee" then lycee[#lycee + 1] = row end end
local turn, sets = 0, {}
for _, tick in ipairs(ticks) do
  for _ = 1, tick[2] do
    local row = lycee[turn % #lycee + 1]
    sets[row] = sets[row] and sets[row] .. "; " .. tick[1] or tick[1]
    turn = turn + 1
  end
end
for row, set in pairs(sets) do values.specialites[row] = set end

local list = {}
for i, name in ipairs(columns) do list[i] = { name, values[name] } end
print(rows .. " rows: " .. bilan.survey(list):write "repondants.csv")
