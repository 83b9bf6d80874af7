-- The ITD bilan of 2022-2023:   bilan run scripts/itd/2022-2023.lua
-- Tables with bases and intervals, charts, and an audit of the published figures, in one page.
-- Each indicator is a few lines below; change one, run again, look at the page.
local bilan = require "bilan"

local folder = "datasets/itd/2022-2023/"
local enquete = dofile "scripts/itd/enquete-2022-2023.lua"
local college, lycee, eleves = enquete.college, enquete.lycee, enquete.eleves
local etablissements = bilan.read(folder .. "etablissements.csv", { lang = "fr" })
local chart, indicator = bilan.chart, bilan.indicator

local report = bilan.report {
  title = "Ingénieur·es et technicien·nes de demain",
  subtitle = "Bilan de l'année scolaire 2022-2023",
  lang = "fr", author = "Association ITD",
}

-- What was published and is no answer to a questionnaire.
local publie = { interventions_prevues = 15, interventions_2020 = 60, qpv = 3, rural = 2,
  refus_etablissements = 17, refus_classes = 43, refus_eleves = 1075 }
local interventions = math.tointeger(etablissements:total("interventions"):rows()[1].value)

-- A number in a sentence; dots while the file does not give it yet.
local function en_texte(n) return n and tostring(n) or "…" end

local function ecart(survey, item, level)
  return survey:difference(item, { level = level, by = "genre", from = "garçon", to = "fille" })
end

-- ---- the year in a few figures ----------------------------------------------------------------

report:section "L'année en quelques chiffres"
report:text(("%s interventions dans %d établissements de trois académies ont permis de rencontrer "
  .. "%d élèves : %d au collège et %d au lycée."):format(en_texte(interventions), #etablissements, #eleves,
  #college, #lycee))

indicator { id = "satisfaction-college", title = "Collégien·nes satisfait·es",
  estimate = college:proportion("satisfait", { level = "oui" }) }
indicator { id = "satisfaction-lycee", title = "Lycéen·nes satisfait·es",
  estimate = lycee:proportion("satisfait", { level = "oui" }) }
indicator { id = "metier-connu-lycee", title = "Lycéen·nes qui savent quel métier faire",
  estimate = lycee:proportion("metier_connu", { level = "oui" }) }
indicator { id = "atypique-filles", title = "Collégiennes qui envisagent un métier atypique",
  estimate = college:where("genre = 'fille'"):proportion("metier_atypique", { level = "oui" }) }
indicator { id = "envie-lycee", title = "Lycéen·nes qui veulent en savoir plus",
  estimate = lycee:proportion("envie", { level = "oui" }) }
indicator { id = "renouveler", title = "Enseignant·es prêt·es à renouveler",
  estimate = enquete.enseignants:proportion("renouveler", { level = "oui" }) }
report:indicators()

-- ---- interventions and schools ----------------------------------------------------------------

report:section "Interventions et établissements"
local academies = etablissements:total("interventions", { by = "academie" })
local liste = etablissements:sql
  "SELECT etablissement, ville, academie, interventions FROM survey ORDER BY academie, etablissement"
local lignes = {}
for i, row in ipairs(liste:head(#liste)) do
  lignes[i] = { row.etablissement, row.ville, row.academie, row.interventions }
end
report:table(bilan.table { title = "Interventions par établissement", lang = "fr", total = true,
  columns = { "Établissement", "Ville", "Académie", "Interventions" }, rows = lignes })

local par_academie = {}
for i, row in ipairs(academies:rows()) do
  local nombre = #etablissements:where(("academie = '%s'"):format(row.by.academie))
  par_academie[i] = { row.by.academie, nombre, math.tointeger(row.value) }
end
local academie = bilan.table { title = "Établissements et interventions par académie", lang = "fr",
  total = true, columns = { "Académie", "Établissements", "Interventions" }, rows = par_academie }
report:table(academie)
report:chart(chart.bars(academies, { title = "Interventions par académie", ci = false }))
report:text(("%d interventions ont eu lieu dans un quartier prioritaire (QPV) et %d dans un "
  .. "établissement rural."):format(publie.qpv, publie.rural))

-- ---- pupils -----------------------------------------------------------------------------------

report:section "Élèves rencontré·es"
report:table(eleves:crosstab("genre", "niveau", { percent = "col" }),
  { caption = "Genre par niveau" })
local function autres(survey)
  return #survey:where "coalesce(genre, 'non précisé') not in ('fille', 'garçon')"
end
report:note(([[
Le genre n'est pas connu pour tout le monde : %d élèves de collège et %d de lycée n'entrent
ni parmi les filles ni parmi les garçons.]]):format(autres(college), autres(lycee)))

-- ---- orientation ------------------------------------------------------------------------------

report:section "Orientation et projet"
local orientation = college:crosstab("orientation", "genre", { test = true })
report:table(orientation, { caption = "Orientation envisagée après le collège, par genre" })
report:chart(chart.stacked(orientation, { title = "Orientation envisagée après le collège" }))
report:table(ecart(college, "orientation", "générale"),
  { caption = "Voie générale : écart entre filles et garçons" })
report:section("Connaître son métier, en imaginer un autre", 2)
report:table(college:freq "metier_connu", { caption = "Sait quel métier faire (collège)" })
report:table(lycee:freq("metier_connu", { by = "genre" }),
  { caption = "Sait quel métier faire (lycée), par genre" })
local atypique = college:proportion("metier_atypique", { level = "oui", by = "genre" })
report:chart(chart.bars(atypique, { title = "Envisage un métier exercé surtout par l'autre genre" }))
report:table(ecart(college, "metier_atypique", "oui"),
  { caption = "Métier atypique : écart entre filles et garçons" })
report:section("Spécialités au lycée", 2)
report:table(lycee:freq "specialites", { caption = "Spécialités choisies, en part des réponses" })
report:note [[
Ces parts sont des parts de réponses, non d'élèves : aucune base d'au plus 95 élèves ne les
donne. Une spécialité est imprimée deux fois, sous deux orthographes.]]

-- ---- interest ---------------------------------------------------------------------------------

report:section "Intérêt pour chaque partie de l'intervention"
local parties = { "interet_intro", "interet_metiers", "interet_temoignage" }
for _, item in ipairs(parties) do
  report:table(eleves:crosstab(item, "niveau", { nets = true }))
end
report:chart(chart.likert({ college:freq "interet_intro", college:freq "interet_metiers",
  college:freq "interet_temoignage" }, { title = "Intérêt des collégien·nes" }))
report:chart(chart.likert({ lycee:freq "interet_intro", lycee:freq "interet_metiers",
  lycee:freq "interet_temoignage" }, { title = "Intérêt des lycéen·nes" }))
report:table(lycee:crosstab("interet_metiers", "genre", { nets = true }),
  { caption = "Présentation des métiers, lycée, par genre" })

-- ---- satisfaction -----------------------------------------------------------------------------

report:section "Satisfaction et envie d'en savoir plus"
local satisfaction = eleves:crosstab("satisfait", "niveau")
report:table(satisfaction, { caption = "Satisfaction, par niveau" })
report:chart(chart.stacked(satisfaction, { title = "Satisfaction" }))
local envie = eleves:proportion("envie", { level = "oui", by = { "niveau", "genre" } })
report:chart(chart.dots(envie, { title = "Envie d'en savoir plus sur ces métiers" }))

-- ---- teachers and speakers --------------------------------------------------------------------

report:section "Enseignant·es et intervenantes"
report:table(enquete.enseignants:freq "attentes", { caption = "L'intervention a répondu aux attentes" })
report:table(enquete.enseignants:freq "renouveler", { caption = "Souhaite renouveler l'intervention" })
report:table(enquete.intervenantes:freq "adapte", { caption = "Format adapté, selon les intervenantes" })
report:note [[
Les bases ne sont pas publiées : 91,3 % va avec 23 réponses (21 sur 23), 94,7 % avec 19 (18
sur 19). Ce sont les plus petites qui conviennent ; les tableaux les supposent.]]
local temoignages = bilan.read(folder .. "temoignages.csv"):head(100)
for i, row in ipairs(temoignages) do
  temoignages[i] = { row.metier_ou_formation, row.organisme, row.temoignages }
end
report:table(bilan.table { title = "Témoignages", lang = "fr", total = true,
  columns = { "Métier ou formation", "Entreprise ou école", "Témoignages" }, rows = temoignages })

-- ---- context ----------------------------------------------------------------------------------

report:section "Repères : les femmes dans le numérique et l'ingénierie"
report:text [[
Parmi les candidat·es de 2020 aux formations après le bac, les femmes sont 23 % dans le
numérique et 34 % dans l'ingénierie (OPIIEC, 2023). Les élèves rencontré·es, filles et
garçons, sont à l'amont de ces choix.]]
local filles = eleves:proportion("genre", { level = "fille", by = "niveau" })
report:chart(chart.dots(filles, { title = "Part de filles parmi les élèves rencontré·es",
  benchmark = { { value = 0.23, label = "numérique", source = "OPIIEC 2023" },
    { value = 0.34, label = "ingénierie", source = "OPIIEC 2023" } } }))

report:section "De 60 à 15 interventions"
local function evolution(de, a)
  return a and de and bilan.format.percent(a - de, de, { lang = "fr" }) or "…"
end
report:table(bilan.table { title = "Interventions par an", lang = "fr",
  columns = { "Année", "Interventions", "Évolution depuis 2020-2021" }, rows = {
    { "2020-2021", publie.interventions_2020, "" },
    { "2022-2023", interventions, evolution(publie.interventions_2020, interventions) },
    { "2023-2024 (prévu)", publie.interventions_prevues,
      evolution(publie.interventions_2020, publie.interventions_prevues) } } })
report:text(("De %s à %d interventions, l'évolution est de %s, soit plus de la moitié et non « près "
  .. "de la moitié ». Faute de moyens, au moins %d établissements ont été refusés, soit %d classes et "
  .. "plus de %d élèves."):format(en_texte(interventions), publie.interventions_prevues,
  evolution(interventions, publie.interventions_prevues), publie.refus_etablissements,
  publie.refus_classes, publie.refus_eleves))

-- ---- limits and audit -------------------------------------------------------------------------

report:section "Limites"
report:text [[
Les réponses sont recueillies juste après l'intervention (T0), sans groupe de comparaison ni
suivi : elles disent un intérêt immédiat, non un effet sur l'orientation. Les élèves d'une
classe se ressemblent ; les intervalles, qui les supposent indépendants, sont donc trop
étroits.]]

report:section "Audit des chiffres publiés"
report:claims(bilan.claims(folder .. "claims.tsv", { populations = folder .. "populations.tsv",
  lang = "fr", surveys = enquete }))

print("page: " .. report:write "itd-2022-2023.html")
