-- The ITD bilan of 2021-2022, a MADE-UP year:   bilan run scripts/itd/2021-2022.lua
-- Its respondents are invented (vagues-inventees.lua); no figure here was ever published. The
-- indicators have the ids of the other years. `envie` was not asked.
local bilan = require "bilan"

local enquete = dofile("scripts/itd/enquete.lua")("datasets/itd/2021-2022/")
local sections = dofile "scripts/itd/sections.lua"
local college, lycee, eleves = enquete.college, enquete.lycee, enquete.eleves
local chart, indicator = bilan.chart, bilan.indicator

local report = bilan.report {
  title = "Ingénieur·es et technicien·nes de demain",
  subtitle = "Bilan de l'année scolaire 2021-2022 (données inventées)",
  lang = "fr", author = "Association ITD",
}
report:note [[
**Données inventées.** Cette année a été inventée pour montrer un cycle de trois ans : ni les
réponses, ni le questionnaire, ni les témoignages ne sont ceux de l'association. Aucun chiffre de
cette page n'a été publié.]]

-- Four degrees that year, and one way to say neither: satisfied are the first two.
local satisfait <const> = "satisfait in ('tout à fait', 'plutôt oui')"

-- ---- the year in a few figures ----------------------------------------------------------------

report:section "L'année en quelques chiffres"
report:text(("%d interventions dans %d établissements de trois académies ont permis de rencontrer "
  .. "%d élèves : %d au collège et %d au lycée."):format(sections.interventions(enquete),
  #enquete.etablissements, #eleves, #college, #lycee))

indicator { id = "satisfaction-college", title = "Collégien·nes satisfait·es",
  estimate = college:proportion(satisfait), note = "« Tout à fait » ou « plutôt oui »." }
indicator { id = "satisfaction-lycee", title = "Lycéen·nes satisfait·es",
  estimate = lycee:proportion(satisfait), note = "« Tout à fait » ou « plutôt oui »." }
indicator { id = "metier-connu-lycee", title = "Lycéen·nes qui savent quel métier faire",
  estimate = lycee:proportion("metier_connu", { level = "oui" }) }
indicator { id = "atypique-filles", title = "Collégiennes qui envisagent un métier atypique",
  estimate = college:where("genre = 'fille'"):proportion("metier_atypique", { level = "oui" }) }
indicator { id = "renouveler", title = "Enseignant·es prêt·es à renouveler",
  estimate = enquete.enseignants:proportion("renouveler", { level = "oui" }) }
report:indicators()

-- ---- the rest ---------------------------------------------------------------------------------

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
local atypique = eleves:proportion("metier_atypique", { level = "oui", by = { "niveau", "genre" } })
report:chart(chart.dots(atypique,
  { title = "Envisage un métier exercé surtout par l'autre genre" }))
report:table(lycee:freq "specialites", { caption = "Spécialités choisies, en part des réponses" })

report:section "Intérêt pour chaque partie de l'intervention"
sections.interest(report, enquete, { "interet_intro", "interet_presentation",
  "interet_temoignage", "interet_ateliers" })

report:section "Satisfaction"
local satisfaction = eleves:crosstab("satisfait", "niveau", { nets = true })
report:table(satisfaction, { caption = "Satisfaction, par niveau" })
report:chart(chart.stacked(eleves:crosstab("satisfait", "niveau"), { title = "Satisfaction" }))

report:section "Enseignant·es et intervenantes"
report:table(enquete.enseignants:freq "attentes",
  { caption = "L'intervention a répondu aux attentes" })
report:table(enquete.enseignants:freq "renouveler",
  { caption = "Souhaite renouveler l'intervention" })
report:table(enquete.intervenantes:mean "adapte",
  { caption = "Format adapté, selon les intervenantes (note sur 10)" })
sections.testimonies(report, enquete)
sections.limits(report)

print("page: " .. report:write "itd-2021-2022.html")
