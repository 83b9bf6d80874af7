-- How sure are the shares of ITD 2022-2023, given that pupils answered by whole classes?
--   bilan run scripts/itd/classes-2022-2023.lua
-- The questionnaires do not say the class, so the classes here are an assumption: pupils are
-- dealt to as many classes as each school had, alike to a stated degree (tirage-classes.lua).
-- Every share is then estimated twice, as if each pupil had been met alone and with classes as
-- clusters, and the two intervals are compared. With a column for the class in next year's
-- file, the deal goes and the rest of this script stays.
local bilan = require "bilan"

local enquete = dofile "scripts/itd/enquete-2022-2023.lua"
local deal = dofile "scripts/itd/tirage-classes.lua"

if #enquete.college == 0 or #enquete.lycee == 0 then
  print "pas encore de réponses au collège ou au lycée : rien à comparer"
  return
end

-- Assumptions on how alike the pupils of a class are, from not at all; one of them for the charts.
local CORRELATIONS <const> = { 0, 0.05, 0.10 }
local MIDDLE <const> = 0.05
-- Published: classes that asked for a session and could not have one.
local REFUSED <const> = 43

local indicators = {
  { id = "orientation", title = "Orientation", predicate = "orientation = 'générale'" },
  { id = "satisfait", title = "Satisfaction", predicate = "satisfait = 'oui'" },
  { id = "interet", title = "Introduction",
    predicate = "interet_intro in ('très intéressant', 'intéressant')" },
  { id = "metier_connu", title = "Métier connu", predicate = "metier_connu = 'oui'" },
  { id = "envie", title = "Envie", predicate = "envie = 'oui'" },
}

-- A design is one of all rows, and a teacher has no class: rows of other questionnaires go first.
local function pupils_of(niveau)
  return enquete.tous:drop_rows(("coalesce(niveau, '') <> '%s'"):format(niveau))
end

local function number(x, decimals)
  return bilan.format.number(x, { lang = "fr", decimals = decimals })
end

-- The limits in percent, without the sign: "61,3 à 68,5".
local function interval(row)
  return bilan.format.interval(100 * row.low, 100 * row.high,
    { lang = "fr", unit = "number", decimals = 1 })
end

-- ---- both estimates of every indicator ----------------------------------------------------------

-- One record: the share alone and by class, and what the class costs.
local function compare(indicator, pupils, by_class, classes, rho)
  local alone = pupils:proportion(indicator.predicate)
  local clustered = by_class:proportion(indicator.predicate, { deff = "wr" })
  local a, c = alone:rows()[1], clustered:rows()[1]
  return { id = indicator.id, title = indicator.title, alone = alone, clustered = clustered,
    a = a, c = c, rho = rho, deff = c.deff, kish = 1 + (c.n / classes - 1) * rho, df = c.df,
    ratio = (c.high - c.low) / (a.high - a.low), effective_n = c.n / c.deff }
end

-- All indicators under one assumption. `fraction`: the classes met among those that there are.
local function scenario(pupils, level, list, rho, fraction)
  local predicates = {}
  for i, indicator in ipairs(list) do predicates[i] = indicator.predicate end
  local dealt, made = deal(pupils, { level = level, rho = rho, indicators = predicates })
  local by_class = dealt:design { clusters = "classe", fpc = fraction }
  local out = { rho = rho, classes = made.classes, survey = by_class, rows = {} }
  for i, indicator in ipairs(list) do
    out.rows[i] = compare(indicator, pupils, by_class, made.classes, made.rho[i])
  end
  return out
end

-- The range of a figure over the indicators, as text: "1,5" or "1,4 à 1,6".
local function range(rows, key, decimals)
  local low, high = math.huge, -math.huge
  for _, row in ipairs(rows) do low, high = math.min(low, row[key]), math.max(high, row[key]) end
  local first, last = number(low, decimals), number(high, decimals)
  return first == last and first or first .. " à " .. last
end

-- Columns of figures: what they hold, heading, decimals.
local figures = { { "ratio", "Largeur ×", 2 }, { "deff", "Effet de plan", 2 },
  { "effective_n", "n eff.", 0 }, { "kish", "Kish", 2 } }

-- One assumption as a table; a terminal has room for all columns but the last.
local function sheet_of(made, title, terminal)
  local columns = { "Indicateur", { label = "Part", type = "share", decimals = 1 },
    "Élèves seuls, %", "Par classes, %" }
  local rows, shown = {}, terminal and #figures - 1 or #figures
  for i = 1, shown do
    columns[#columns + 1] = { label = figures[i][2], type = "number", decimals = figures[i][3] }
  end
  for i, row in ipairs(made.rows) do
    rows[i] = { row.title, { count = row.c.count, n = row.c.n }, interval(row.a), interval(row.c) }
    for at = 1, shown do rows[i][4 + at] = row[figures[at][1]] end
  end
  return bilan.table { title = title, lang = "fr", synthetic = true, rows = rows, columns = columns,
    foot = { ("Intervalles à 95 %% ; %d classes, %d degrés de liberté ; corrélation obtenue : %s ; "
      .. "1 + (m − 1) ρ = %s."):format(made.classes, made.rows[1].df, range(made.rows, "rho", 3),
      range(made.rows, "kish", 2)) } }
end

local function heading(rho) return "Corrélation intra-classe " .. number(rho, 2) end

local college, lycee = pupils_of "college", pupils_of "lycee"
local scenarios, middle = {}, nil
for i, rho in ipairs(CORRELATIONS) do
  scenarios[i] = scenario(college, "collège", indicators, rho)
  if rho == MIDDLE then middle = scenarios[i] end
end
local last = scenarios[#scenarios]
local lycee_classes = scenario(lycee, "lycée", table.move(indicators, 2, #indicators, 1, {}), MIDDLE)
local met = middle.classes + lycee_classes.classes
local finite = scenario(college, "collège", indicators, MIDDLE, met / (met + REFUSED))

-- ---- the page ---------------------------------------------------------------------------------

local report = bilan.report { title = "Des élèves interrogés par classes entières", lang = "fr",
  subtitle = "Ingénieur·es et technicien·nes de demain, 2022-2023 : ce que valent les parts",
  author = "Association ITD" }

report:note(([[
**Les classes sont une hypothèse.** Les questionnaires de 2022-2023 ne disent pas la classe ; on
sait seulement combien de classes chaque établissement a reçues (%d au collège, %d au lycée), et
qu'une classe a au plus 35 élèves. Les élèves sont ici répartis en classes de même taille, qui se
ressemblent à un degré choisi : la corrélation intra-classe ρ. Les réponses elles-mêmes sont
reconstituées à partir des chiffres publiés. Ce n'est donc pas une mesure, mais un ordre de
grandeur.]]):format(middle.classes, lycee_classes.classes))

report:section "L'essentiel"
report:text(([[
Une intervention réunit une classe. Les élèves d'une classe ont le même professeur, la même
ambiance, la même intervenante : leurs réponses se ressemblent, et %d élèves de %d classes en
disent moins que %d élèves rencontrés un par un. **Les parts ne changent pas ; les intervalles
sont plus larges** :

- %s fois plus si les élèves d'une classe ne se ressemblent pas (ρ = %s) : l'intervalle ne repose
  que sur %d degrés de liberté ;
- %s fois plus avec ρ = %s ;
- %s fois plus avec ρ = %s : les réponses du collège valent alors celles de %s élèves indépendants.]])
  :format(#college, middle.classes, #college, range(scenarios[1].rows, "ratio", 2), number(0, 0),
    scenarios[1].rows[1].df, range(middle.rows, "ratio", 2), number(MIDDLE, 2),
    range(last.rows, "ratio", 2), number(last.rho, 2), range(last.rows, "effective_n", 0)))

local drawn = {}
for i, row in ipairs(middle.rows) do
  drawn[#drawn + 1] = { row.title, row.alone, series = "élèves indépendants" }
  for _, made in ipairs { middle, last } do
    drawn[#drawn + 1] = { row.title, made.rows[i].clustered,
      series = "classes, ρ = " .. number(made.rho, 2) }
  end
end
report:chart(bilan.chart.dots(drawn, { title = "Collège : les mêmes parts, trois intervalles" }))

report:section "Au collège, selon la ressemblance des élèves d'une classe"
report:text [[
Les cinq parts : « Orientation », envisager la voie générale ; « Satisfaction », être satisfait·e de
l'intervention ; « Introduction », la trouver intéressante ou très intéressante ; « Métier connu »,
savoir quel métier faire ; « Envie », vouloir en savoir plus (publiée par genre seulement : pour
tout le collège elle tient à la reconstitution).

« Largeur × » : combien de fois l'intervalle par classes est plus large que celui d'élèves
indépendants (méthode de Wilson). « Effet de plan » : la variance par classes, rapportée à celle
d'un tirage simple du même nombre d'élèves. Kish l'annonce à partir du nombre m de réponses par
classe : 1 + (m − 1) ρ, avec la corrélation obtenue. « n eff. », n efficace : le nombre d'élèves indépendants qui donneraient la même
précision.]]
for _, made in ipairs(scenarios) do
  report:table(sheet_of(made, heading(made.rho)))
  print(sheet_of(made, heading(made.rho), true))
end

report:section "Le tableau du moteur"
report:text [[
Avec la classe comme unité primaire, le moteur écrit lui-même le plan de sondage et les degrés de
liberté : sous le tableau dans un terminal, ici dans les notes de méthode.]]
report:table(middle.survey:freq("satisfait", { deff = "wr" }), { caption =
  "Satisfaction au collège, par classes, ρ = " .. number(MIDDLE, 2) })

report:section "Toutes les classes qui ont demandé une intervention"
report:text(([[
%d classes ont été rencontrées et au moins %d refusées faute de moyens. Si l'on veut parler de ces
%d classes, et si les classes rencontrées en sont comme un tirage au sort, on en a vu %s : la
correction pour population finie resserre les intervalles. Mais ces classes n'ont pas été tirées au
sort, et le resserrement n'est donc pas acquis.]]):format(met, REFUSED, met + REFUSED,
  bilan.format.percent(met, met + REFUSED, { lang = "fr" })))
report:table(sheet_of(finite, heading(MIDDLE) .. ", population finie"))

report:section "Au lycée : quatre classes"
report:text(([[
Avec %d classes il reste %d degrés de liberté : le quantile de Student vaut %s au lieu de %s, et
les intervalles sont de %s fois plus larges. Quatre classes ne suffisent pas à dire quelque chose
de tous les lycées.]]):format(lycee_classes.classes, lycee_classes.rows[1].df,
  number(bilan.stat.t_quantile(0.975, lycee_classes.rows[1].df), 2),
  number(bilan.stat.normal_quantile(0.975), 2), range(lycee_classes.rows, "ratio", 2)))
report:table(sheet_of(lycee_classes, heading(MIDDLE) .. ", lycée"))

report:section "À noter l'an prochain"
report:text [[
- Sur chaque questionnaire, un code d'établissement et un code de classe, remplis d'avance : sans
  eux, rien de ce qui précède ne peut être mesuré.
- Le nombre d'élèves présents dans la classe, pour connaître les non-réponses.
- La date et l'intervenante : elles expliquent une part de la ressemblance.
- La liste des classes qui ont demandé une intervention, rencontrées ou non.]]

print("page: " .. report:write "classes-2022-2023.html")

return { scenarios = scenarios, finite = finite, lycee = lycee_classes }
