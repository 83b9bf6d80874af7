-- Sections that the yearly reports of ITD have in common, for years whose file names the class.
--   local sections = dofile "scripts/itd/sections.lua"
-- Each takes the report and what enquete.lua gives.
local bilan = require "bilan"

local M = {}

--- How many interventions there were in all.
function M.interventions(enquete)
  return math.tointeger(enquete.etablissements:total("interventions"):rows()[1].value) or 0
end

--- Schools with their interventions, and how many by academy.
function M.schools(report, enquete)
  local schools, rows = enquete.etablissements, {}
  for i, row in ipairs(schools:head(#schools)) do
    rows[i] = { row.etablissement, row.ville, row.academie, row.interventions }
  end
  report:table(bilan.table { title = "Interventions par établissement", lang = "fr", total = true,
    synthetic = true, rows = rows,
    columns = { "Établissement", "Ville", "Académie", "Interventions" } })
  report:chart(bilan.chart.bars(schools:total("interventions", { by = "academie" }),
    { title = "Interventions par académie", ci = false }))
end

--- Interest in each part: a table for each, and one picture for each level.
function M.interest(report, enquete, parts)
  for _, item in ipairs(parts) do
    report:table(enquete.eleves:crosstab(item, "niveau", { nets = true }))
  end
  for _, level in ipairs { { "college", "Intérêt des collégien·nes" },
    { "lycee", "Intérêt des lycéen·nes" } } do
    local list = {}
    for i, item in ipairs(parts) do list[i] = enquete[level[1]]:freq(item) end
    report:chart(bilan.chart.likert(list, { title = level[2] }))
  end
end

--- Who gave a testimony, and how often.
function M.testimonies(report, enquete)
  local rows = enquete.temoignages:head(#enquete.temoignages)
  for i, row in ipairs(rows) do
    rows[i] = { row.metier_ou_formation, row.organisme, row.temoignages }
  end
  report:table(bilan.table { title = "Témoignages", lang = "fr", total = true, synthetic = true,
    columns = { "Métier ou formation", "Entreprise ou école", "Témoignages" }, rows = rows })
end

--- What the answers cannot say.
function M.limits(report)
  report:section "Limites"
  report:text [[
Les réponses sont recueillies juste après l'intervention (T0), sans groupe de comparaison ni
suivi : elles disent un intérêt immédiat, non un effet sur l'orientation. Les élèves d'une
classe se ressemblent ; les intervalles en tiennent compte (la classe est l'unité primaire).]]
end

return M
