-- STEM4Her 2023:   bilan run scripts/stem4her/2023.lua
-- What a survey of about ten respondents can say, and what it cannot.
local bilan = require "bilan"

local folder = "datasets/stem4her/2023/"
local stat, format = bilan.stat, bilan.format

local report = bilan.report {
  title = "STEM4Her 2023", subtitle = "Ce que disent onze lauréates, et ce qu'elles ne disent pas",
  lang = "fr",
}

local laureates = bilan.read(folder .. "laureates.csv", { codebook = folder .. "codebook.lua" })

report:section "Deux chiffres et leur incertitude"
report:text [[
L'enquête interne de fin de premier trimestre donne deux chiffres : plus de 35 % des
lauréates disent que le programme a été décisif dans les moments de doute, plus de 75 %
qu'il les a aidées à atteindre leurs objectifs. La base publiée est « une dizaine » ; les
tableaux supposent onze réponses, 4 et 9.]]
local doutes = laureates:proportion("aide_doutes", { level = "oui" })
local objectifs = laureates:proportion("aide_objectifs", { level = "oui" })
bilan.indicator { id = "doutes", title = "Décisif dans les moments de doute", estimate = doutes }
bilan.indicator { id = "objectifs", title = "A aidé à atteindre les objectifs", estimate = objectifs }
report:indicators()
local lignes = {}
for i, methode in ipairs { { "wilson", "Wilson" }, { "clopper_pearson", "Clopper-Pearson (exact)" },
  { "jeffreys", "Jeffreys" }, { "mid_p", "mi-P" }, { "agresti_coull", "Agresti-Coull" },
  { "wald", "Wald" } } do
  local ci = stat.proportion_ci(4, 11, { method = methode[1] })
  lignes[i] = { methode[2], format.share(ci.low, nil, nil, { lang = "fr", decimals = 0 }),
    format.share(ci.high, nil, nil, { lang = "fr", decimals = 0 }) }
end
local methodes = bilan.table { title = "La même part selon la méthode d'intervalle (4 sur 11)", lang = "fr",
  columns = { "Méthode", "De", "À" }, rows = lignes }
report:table(methodes)
report:chart(bilan.chart.dots({ doutes, objectifs }, { title = "Deux parts, onze réponses" }))

report:section "Ce que onze réponses ne permettent pas"
local n = stat.sample_size { p = 0.4, margin = 0.1 }
report:text(("L'intervalle de la première part va de 15 à 65 %% : il contient « une sur six » comme « deux "
  .. "sur trois ». Pour une marge de 10 points il faudrait %d réponses."):format(n.n))
local avant_apres = stat.mcnemar({ { 3, 1 }, { 5, 2 } }, { exact = true })
report:text(("Comparer deux années de onze lauréates n'apprendrait presque rien. Suivre les mêmes "
  .. "personnes est plus parlant : si cinq changent dans un sens et une dans l'autre, le test exact de "
  .. "McNemar donne %s."):format(format.p_value(avant_apres.p_value, { lang = "fr" })))
report:note "Un tableau croisé de onze mineures identifie des personnes : il n'y en a aucun ici."

report:section "Repères"
report:text [[
Les femmes sont 30 % des étudiant·es en sciences et techniques, 17 % dans les filières
technologiques. Deux événements ont réuni plus de 70 élèves.]]

report:section "Audit des chiffres publiés"
report:claims(bilan.claims(folder .. "claims.tsv", { populations = folder .. "populations.tsv",
  lang = "fr", surveys = { laureates = laureates } }))

print("page: " .. report:write "stem4her-2023.html")
