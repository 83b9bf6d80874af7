-- The ITD bilan of 2023-2024, a MADE-UP year:   bilan run scripts/itd/2023-2024.lua
-- Its respondents are invented (vagues-inventees.lua); no figure here was ever published. It shows
-- what the plans of the report of 2022-2023 ask for: a box of questions, questions in pairs,
-- speakers near the schools and when they are free, workshops renewed.
local bilan = require "bilan"

local enquete = dofile("scripts/itd/enquete.lua")("datasets/itd/2023-2024/")
local sections = dofile "scripts/itd/sections.lua"
local college, lycee, eleves = enquete.college, enquete.lycee, enquete.eleves
local chart, indicator = bilan.chart, bilan.indicator

local report = bilan.report {
  title = "Ingénieur·es et technicien·nes de demain",
  subtitle = "Bilan de l'année scolaire 2023-2024 (données inventées)",
  lang = "fr", author = "Association ITD",
}
report:note [[
**Données inventées.** Le rapport de 2022-2023 prévoyait 15 interventions et plusieurs nouveautés ;
cette page montre comment elles se compteraient. Ni les réponses, ni les témoignages ne sont ceux
de l'association. Aucun chiffre de cette page n'a été publié.]]

-- ---- the year in a few figures ----------------------------------------------------------------

report:section "L'année en quelques chiffres"
report:text(("%d interventions dans %d établissements de trois académies ont permis de rencontrer "
  .. "%d élèves : %d au collège et %d au lycée."):format(sections.interventions(enquete),
  #enquete.etablissements, #eleves, #college, #lycee))

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
indicator { id = "ateliers", title = "Élèves intéressé·es par les ateliers renouvelés",
  estimate = eleves:proportion "interet_ateliers in ('très intéressant', 'intéressant')" }
indicator { id = "boite", title = "Élèves qui ont mis une question dans la boîte",
  estimate = eleves:proportion("boite_questions", { level = "oui" }) }
indicator { id = "distance", title = "Distance entre l'intervenante et l'établissement, en km",
  estimate = enquete.intervenantes:mean "distance" }
report:indicators()

-- ---- interventions and pupils -----------------------------------------------------------------

report:section "Interventions et établissements"
sections.schools(report, enquete)

report:section "Élèves rencontré·es"
report:table(eleves:crosstab("genre", "niveau", { percent = "col" }),
  { caption = "Genre par niveau" })
report:table(eleves:mean("age", { by = "niveau" }), { caption = "Âge moyen" })

report:section "Orientation et projet"
report:table(college:crosstab("orientation", "genre", { test = true }),
  { caption = "Orientation envisagée après le collège, par genre" })
report:table(eleves:crosstab("metier_connu", "niveau"), { caption = "Sait quel métier faire" })
local atypique = college:proportion("metier_atypique", { level = "oui", by = "genre" })
report:chart(chart.bars(atypique,
  { title = "Envisage un métier exercé surtout par l'autre genre" }))
report:table(lycee:freq "specialites", { caption = "Spécialités choisies, en part des réponses" })

report:section "Intérêt pour chaque partie de l'intervention"
sections.interest(report, enquete, { "interet_intro", "interet_metiers", "interet_temoignage",
  "interet_ateliers" })

-- ---- what is new ------------------------------------------------------------------------------

report:section "Prendre la parole : la boîte et les binômes"
report:text [[
En 2022-2023 des élèves disaient ne pas oser parler devant la classe. Deux nouveautés y répondent :
une boîte où l'on met une question sans la signer, et des questions préparées à deux.]]
report:table(eleves:crosstab("boite_questions", "genre"),
  { caption = "A mis une question dans la boîte, par genre" })
report:table(eleves:crosstab("binome", "niveau"), { caption = "A préparé sa question en binôme" })
local parole = eleves:proportion("prise_de_parole", { level = "oui", by = "binome" })
report:chart(chart.bars(parole, { title = "À l'aise pour prendre la parole, en binôme ou non" }))
report:table(eleves:difference("prise_de_parole", { level = "oui", by = "binome", from = "non",
  to = "oui" }), { caption = "À l'aise pour prendre la parole : écart entre binôme et seul·e" })

-- Each question of the box once, in the order in which they were asked first.
local seen, questions = {}, {}
for _, text in ipairs(eleves:column "question_boite") do
  if type(text) == "string" and not seen[text] then
    questions[#questions + 1], seen[text] = text, true
  end
end
report:verbatims(questions, { title = "Questions de la boîte", show = true })

report:section "Satisfaction et envie d'en savoir plus"
local satisfaction = eleves:crosstab("satisfait", "niveau")
report:table(satisfaction, { caption = "Satisfaction, par niveau" })
report:chart(chart.stacked(satisfaction, { title = "Satisfaction" }))
local envie = eleves:proportion("envie", { level = "oui", by = { "niveau", "genre" } })
report:chart(chart.dots(envie, { title = "Envie d'en savoir plus sur ces métiers" }))

-- ---- teachers and speakers --------------------------------------------------------------------

report:section "Enseignant·es et intervenantes"
report:table(enquete.enseignants:freq "attentes",
  { caption = "L'intervention a répondu aux attentes" })
report:table(enquete.enseignants:freq "renouveler",
  { caption = "Souhaite renouveler l'intervention" })
report:table(enquete.intervenantes:freq "adapte",
  { caption = "Format adapté, selon les intervenantes" })
report:table(enquete.intervenantes:freq "disponibilites",
  { caption = "Jours où les intervenantes sont disponibles" })
report:table(enquete.intervenantes:mean "distance",
  { caption = "Distance jusqu'à l'établissement, en km" })
sections.testimonies(report, enquete)
sections.limits(report)

print("page: " .. report:write "itd-2023-2024.html")
