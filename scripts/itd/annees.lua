-- ITD over three years:   bilan run scripts/itd/annees.lua
-- What changed in the questionnaire, trends whose line is broken where years do not compare, and
-- how sure a change is. Only 2022-2023 stands on published figures; 2021-2022 and 2023-2024 are
-- MADE UP (vagues-inventees.lua), so no change shown here happened. How the items of two years
-- match is in the later year's codebook (`was`).
local bilan = require "bilan"

local read_year = dofile "scripts/itd/enquete.lua"
local published = dofile "scripts/itd/enquete-2022-2023.lua"
local chart = bilan.chart

local first, middle, last = "2021-2022", "2022-2023", "2023-2024"
local years = { [first] = read_year "datasets/itd/2021-2022/",
  [last] = read_year "datasets/itd/2023-2024/" }
years[middle] = { tous = published.tous, eleves = published.tous:drop_rows "public <> 'élève'",
  etablissements = bilan.read("datasets/itd/2022-2023/etablissements.csv", { lang = "fr" }) }

-- Waves of one public of each year.
local function waves_of(names, public, opts)
  local list = {}
  for i, year in ipairs(names) do list[i] = { year, years[year][public] } end
  return bilan.waves(list, opts)
end

local everybody = waves_of({ first, middle, last }, "tous")
local pupils = waves_of({ first, middle, last }, "eleves")

local report = bilan.report {
  title = "Ingénieur·es et technicien·nes de demain",
  subtitle = "Trois années scolaires, 2021-2022 à 2023-2024 (deux sont inventées)",
  lang = "fr", author = "Association ITD",
  synthetic = "Données synthétiques : 2021-2022 et 2023-2024 sont inventées, 2022-2023 est "
    .. "reconstituée à partir des chiffres publiés. Aucun chiffre de cette page ne doit être cité "
    .. "comme un résultat d'enquête.",
}
report:note [[
**Données inventées.** Les réponses de 2021-2022 et de 2023-2024 sont inventées ; celles de
2022-2023 sont reconstituées à partir des chiffres publiés. Aucune évolution de cette page n'a eu
lieu ni n'a été publiée : elle montre comment trois années se comparent. Le rapport de 2022-2023 dit
seulement que les interventions ont été divisées par 4 en trois ans, de 60 à 15 prévues pour 2023-2024, avec
34 en 2022-2023.]]

-- ---- in short ---------------------------------------------------------------------------------

local interested <const> = "intéressant ou très intéressant"

report:section "En bref"
bilan.indicator { id = "evolution-satisfaction", title = "Satisfaction, évolution depuis " .. first,
  estimate = pupils:change("satisfait", { from = first, to = last, level = "oui",
    unit = "etablissement" }) }
bilan.indicator { id = "evolution-ateliers",
  title = "Intérêt pour les ateliers, évolution depuis " .. first,
  estimate = pupils:change("interet_ateliers", { from = first, to = last, level = interested,
    unit = "etablissement" }) }
bilan.indicator { id = "evolution-envie",
  title = "Envie d'en savoir plus, évolution depuis " .. middle,
  estimate = pupils:change("envie", { from = middle, to = last, level = "oui" }) }
report:indicators()

-- ---- interventions ----------------------------------------------------------------------------

report:section "De 60 à 15 interventions"
local function interventions(year)
  return math.tointeger(years[year].etablissements:total("interventions"):rows()[1].value)
end
local origin = { [first] = "inventée", [middle] = "publiée", [last] = "inventée" }
local rows = {}
for i, year in ipairs { first, middle, last } do
  local n, start = interventions(year), interventions(first)
  rows[i] = { year, origin[year], #years[year].etablissements, #years[year].eleves, n,
    i > 1 and bilan.format.percent(n - start, start, { lang = "fr" }) or "" }
end
report:table(bilan.table { title = "Interventions, établissements et élèves", lang = "fr",
  synthetic = true, rows = rows,
  columns = { "Année", "", "Établissements", "Élèves", "Interventions", "Évolution" } })
report:text [[
Le rapport ne dit pas de quelle année sont les 60 interventions : l'année inventée 2021-2022 les
prend pour point de départ. Celle de 2023-2024 a les 15 qui étaient prévues.]]

-- ---- the questionnaire ------------------------------------------------------------------------

report:section "Ce qui a changé dans les questionnaires"
report:text [[
Chaque question est comparée à celle de l'année d'avant : sa formulation, ses réponses, à qui elle
était posée. Une question reformulée ou dont les réponses ont été regroupées reste comparable, avec
une note ; posée à d'autres élèves, ou avec d'autres réponses, elle ne l'est plus et la ligne
s'interrompt.]]
local changes = everybody:changes()
for _, pair in ipairs { { first, middle }, { middle, last } } do
  report:section(("De %s à %s"):format(pair[1], pair[2]), 2)
  local list = {}
  for _, row in ipairs(changes:rows()) do
    if row.to == pair[2] then list[#list + 1] = "- " .. row.text end
  end
  report:text(table.concat(list, "\n"))
end
report:note [[
L'intérêt pour les ateliers a été demandé en 2022-2023, mais aucun chiffre n'en a été publié : les
données reconstituées ne l'ont pas. Il en va de même de l'âge et de l'établissement.]]
report:section("Comparabilité de chaque question", 2)
report:table(everybody:grades():sheet(), { caption = "Comparabilité de chaque question" })
print(changes)

-- ---- trends -----------------------------------------------------------------------------------

-- A picture with its table folded below, of the share of a level over the years.
local function trend(item, level, title, by)
  -- lint: allow incomparable-trend because the broken line is what this page shows
  local made = pupils:trend(item, { level = level, by = by })
  report:chart(chart.trend(made, { title = title }))
end

report:section "Satisfaction et intérêt"
trend("satisfait", "oui", "Élèves satisfait·es, par niveau", "niveau")
trend("interet_intro", interested, "L'introduction intéresse")
trend("interet_metiers", interested, "La présentation des métiers intéresse")
trend("interet_temoignage", interested, "Le témoignage intéresse")
trend("interet_ateliers", interested, "Les ateliers intéressent")
report:table(pupils:trend("satisfait", { level = "oui", by = "niveau" }),
  { caption = "Élèves satisfait·es, par niveau" })

report:section "Orientation et projet"
trend("orientation", "générale", "Envisage la voie générale après le collège, par genre", "genre")
trend("metier_connu", "oui", "Sait quel métier faire")
trend("metier_atypique", "oui", "Envisage un métier exercé surtout par l'autre genre", "genre")
trend("envie", "oui", "Veut en savoir plus sur ces métiers")
-- lint: allow incomparable-trend because the mark on the year is what this table shows
report:table(pupils:trend("metier_atypique", { level = "oui", by = "genre" }),
  { caption = "Envisage un métier exercé surtout par l'autre genre" })
report:table(years[last].lycee:freq "specialites",
  { caption = "Spécialités choisies au lycée en 2023-2024, telles que demandées" })
report:table(pupils:trend "specialites", { caption = "Spécialités, ramenées aux mêmes réponses" })

-- ---- change -----------------------------------------------------------------------------------

-- Shares of "yes", then of those interested, of two years.
local answered_yes = { "satisfait", "metier_connu", "metier_atypique", "envie" }
local parts = { "interet_intro", "interet_metiers", "interet_temoignage", "interet_ateliers" }
local function compare(from, to)
  -- lint: allow incomparable-trend because the table says which questions do not compare
  report:table(pupils:compare(from, to, { items = answered_yes, level = "oui" }),
    { caption = ("De %s à %s : élèves qui répondent oui"):format(from, to) })
  report:table(pupils:compare(from, to, { items = parts, level = interested }),
    { caption = ("De %s à %s : élèves que chaque partie intéresse"):format(from, to) })
end

report:section "Ce qui a changé dans les réponses"
report:text [[
Une différence entre deux années est donnée avec son intervalle et son test. Ils tiennent compte
des classes en 2021-2022 et en 2023-2024 ; en 2022-2023 les questionnaires ne disent pas la classe,
et l'intervalle est donc trop étroit.]]
compare(middle, last)
compare(first, last)

report:section("Les mêmes établissements", 2)
report:text [[
Huit établissements ont eu des interventions en 2021-2022 et en 2023-2024. Les élèves ont changé,
l'établissement non : où l'on était content, on l'est encore. Les deux années ne sont donc pas
indépendantes, et leur covariance compte dans l'intervalle de l'évolution. Où les codes manquent,
comme en 2022-2023, on ne peut donner que des bornes.]]
local function change(opts)
  opts.from, opts.to, opts.level = opts.from or first, opts.to or last, "oui"
  return pupils:change("satisfait", opts)
end
report:table(change { unit = "etablissement" },
  { caption = "Satisfaction, établissements reconnus d'une année à l'autre" })
local ways = {
  { "2021-2022 à 2023-2024, établissements reconnus", { unit = "etablissement" } },
  { "2021-2022 à 2023-2024, années tenues pour indépendantes", {} },
  { "2021-2022 à 2023-2024, pour toute covariance possible", { overlap = true } },
  { "2022-2023 à 2023-2024, pour toute covariance possible", { from = middle, overlap = true } },
}
for i, way in ipairs(ways) do
  local row = change(way[2]):rows()[1]
  ways[i] = { way[1], bilan.format.points(row.value, { lang = "fr", decimals = 1 }),
    bilan.format.interval(100 * row.low, 100 * row.high,
      { lang = "fr", unit = "number", decimals = 1 }), math.min(row.from_n, row.to_n) }
end
report:table(bilan.table { title = "Le même changement, selon ce qu'on sait des établissements",
  lang = "fr", synthetic = true, rows = ways,
  columns = { "Années", "Évolution", "Intervalle à 95 %, points", "n, au moins" } })

report:section "Limites"
report:text [[
Les réponses sont recueillies juste après l'intervention, sans groupe de comparaison. Les
établissements ne sont pas tirés au sort et changent d'une année à l'autre : une évolution peut
venir de qui a été rencontré.]]

print("page: " .. report:write "itd-trois-ans.html")
