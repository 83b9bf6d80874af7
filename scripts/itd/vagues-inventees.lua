-- Makes up two years of ITD, before and after the one that was published:
--   bilan run scripts/itd/vagues-inventees.lua
-- writes out/2021-2022/ and out/2023-2024/, which were copied to datasets/itd/. NOBODY IN THESE
-- FILES EXISTS and no figure of theirs was published; every row says so (synthetique = oui).
-- They are there to show a cycle of three years. True are only the names of the schools of
-- 2022-2023, that some 60 interventions became 34 and that 15 were planned for 2023-2024.
--
-- Idea. An answer comes from a hidden score: what the school, the class and the pupil add, and
-- chance. The level is the one that the score's place in the normal distribution gives, from the
-- shares aimed at (`aims`):
--   score = SCHOOL s + CLASS c + (PERSON p, for what the pupil thinks of the session) + rest
-- all of them standard normal, the rest sized so that the score has variance 1. A school adds
-- the same in every year, so that years share schools in earnest: their samples are correlated.
-- Items, their order and their levels are those of the codebooks.
--
-- Numbers are drawn by splitmix64 (Steele, Lea, Flood, OOPSLA 2014), one stream for each thing
-- that is drawn, named by its text: a new item changes no other column. A normal deviate is the
-- sum of twelve uniform ones less 6: additions alone, so the bytes are those of every machine.
local bilan = require "bilan"

local SCHOOL <const>, CLASS <const>, PERSON <const> = 0.2, 0.2, 0.6
local SMALLEST <const>, LARGEST <const> = 18, 27 -- pupils of a class who were there
local SILENT <const> = 0.05 -- share of questions left blank

-- ---- chance -----------------------------------------------------------------------------------

-- A stream of numbers in [0, 1), started from its name (FNV-1a).
local function stream(...)
  local state = -3750763034362895579
  for _, byte in ipairs { table.concat({ ... }, "|"):byte(1, -1) } do
    state = (state ~ byte) * 1099511628211
  end
  return function()
    state = state + 0x9E3779B97F4A7C15
    local z = state
    z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ~ (z >> 27)) * 0x94D049BB133111EB
    z = z ~ (z >> 31)
    return (z >> 11) * 0x1p-53
  end
end

local function normal(draw)
  local sum = -6
  for _ = 1, 12 do sum = sum + draw() end
  return sum
end

local function whole(draw, low, high) return low + (draw() * (high - low + 1)) // 1 | 0 end

-- ---- who --------------------------------------------------------------------------------------

-- { school, town, academy, interventions }: schools of 2022-2023, and invented ones.
local schools_of = {
  ["2021-2022"] = {
    { "Collège Claude Fauriel", "Saint-Etienne", "Lyon", 3 },
    { "Collège Boris Vian", "Saint-Priest", "Lyon", 6 },
    { "Collège Paul D'aubarède", "Saint-Genis-Laval", "Lyon", 4 },
    { "Collège Notre-Dame de Bellecombe", "Lyon", "Lyon", 4 },
    { "Collège Jacques Brel", "Vénissieux", "Lyon", 3 },
    { "Lycée Jacques Brel", "Vénissieux", "Lyon", 3 },
    { "Lycée du Val de Saône", "Trévoux", "Lyon", 3 },
    { "Collège inventé 1", "Ville inventée 1", "Lyon", 3 },
    { "Collège inventé 2", "Ville inventée 2", "Lyon", 3 },
    { "Lycée inventé 1", "Ville inventée 3", "Lyon", 1 },
    { "Collège Sonia Delaunay", "Villefontaine", "Grenoble", 5 },
    { "Collège Stendhal", "Grenoble", "Grenoble", 6 },
    { "Collège inventé 3", "Ville inventée 4", "Grenoble", 3 },
    { "Lycée inventé 2", "Ville inventée 5", "Grenoble", 2 },
    { "Collège La Lionchère", "Tence", "Clermont-Ferrand", 3 },
    { "Collège La Ribeyre", "Cournon d'Auvergne Cedex", "Clermont-Ferrand", 6 },
    { "Collège inventé 4", "Ville inventée 6", "Clermont-Ferrand", 2 },
  },
  ["2023-2024"] = {
    { "Collège Claude Fauriel", "Saint-Etienne", "Lyon", 1 },
    { "Collège Boris Vian", "Saint-Priest", "Lyon", 2 },
    { "Collège Notre-Dame de Bellecombe", "Lyon", "Lyon", 1 },
    { "Lycée Jacques Brel", "Vénissieux", "Lyon", 2 },
    { "Lycée du Val de Saône", "Trévoux", "Lyon", 1 },
    { "Collège Sonia Delaunay", "Villefontaine", "Grenoble", 2 },
    { "Collège Stendhal", "Grenoble", "Grenoble", 2 },
    { "Collège La Ribeyre", "Cournon d'Auvergne Cedex", "Clermont-Ferrand", 2 },
    { "Collège inventé 5", "Ville inventée 7", "Clermont-Ferrand", 2 },
  },
}

-- { job or course, company or school, testimonies }: as many as interventions.
local testimonies_of = {
  ["2021-2022"] = {
    { "Ingénieure en génie civil (inventée)", "Entreprise inventée A", 9 },
    { "Ingénieure logiciel (inventée)", "Entreprise inventée B", 8 },
    { "Technicienne de maintenance (inventée)", "Entreprise inventée C", 8 },
    { "Cheffe de projet énergie (inventée)", "Entreprise inventée D", 7 },
    { "Étudiante en 3e année (inventée)", "École inventée E", 10 },
    { "Étudiante en BUT informatique (inventée)", "Université inventée F", 8 },
    { "Doctorante en mécanique (inventée)", "Université inventée F", 6 },
    { "Retraitée de l'électronique (inventée)", "Entreprise inventée G", 4 },
  },
  ["2023-2024"] = {
    { "Ingénieure logiciel (inventée)", "Entreprise inventée B", 4 },
    { "Technicienne de maintenance (inventée)", "Entreprise inventée C", 3 },
    { "Étudiante en 3e année (inventée)", "École inventée E", 4 },
    { "Doctorante en mécanique (inventée)", "Université inventée F", 2 },
    { "Dessinatrice-projeteuse (inventée)", "Entreprise inventée H", 2 },
  },
}

local others_of = { ["2021-2022"] = { enseignant = 44, intervenante = 31 },
  ["2023-2024"] = { enseignant = 14, intervenante = 12 } }

-- One stream a class gives the gender and the age of its pupils.
local function add_pupils(people, year, school, number)
  local lycee = school[1]:find "^Lycée" ~= nil
  local section = not lycee and "3e" or number % 2 == 1 and "2de" or "1re STI2D"
  local classe = ("%s, %s n° %d, %s"):format(school[1], section, number, year)
  local draw, effect = stream("class", classe), SCHOOL * normal(stream("school", school[1]))
  effect = effect + CLASS * normal(stream("class effect", classe))
  for at = 1, whole(draw, SMALLEST, LARGEST) do
    local gender, age = draw(), draw()
    people[#people + 1] = { public = "élève", etablissement = school[1], academie = school[3],
      classe = classe, section = section, niveau = lycee and "lycee" or "college",
      genre = gender < 0.48 and "fille" or gender < 0.95 and "garçon" or "non précisé",
      age = (section == "1re STI2D" and 16 or lycee and 15 or 14)
        + (age < 0.06 and -1 or age < 0.80 and 0 or age < 0.96 and 1 or 2),
      effect = effect, person = normal(stream("person", classe, at)), key = classe .. at }
  end
end

local function people_of(year)
  local people, schools = {}, schools_of[year]
  for _, school in ipairs(schools) do
    for number = 1, school[4] do add_pupils(people, year, school, number) end
  end
  for _, public in ipairs { "enseignant", "intervenante" } do
    for at = 1, others_of[year][public] do
      local school = public == "enseignant" and schools[(at - 1) % #schools + 1] or {}
      people[#people + 1] = { public = public, etablissement = school[1], academie = school[3],
        effect = 0, person = 0, key = ("%s %s %d"):format(year, public, at) }
    end
  end
  return people
end

-- ---- what they answer -------------------------------------------------------------------------

-- Shares of the levels, in the order of the codebook.
local function yes(share) return { share, 1 - share } end
local function by_gender(girls, boys)
  return function(p) return p.genre == "fille" and girls or boys end
end
local function by_level(college, lycee)
  return function(p) return p.niveau == "college" and college or lycee end
end

-- What is aimed at, by year and item: shares, or a function of the respondent that gives them.
local aims = {
  ["2021-2022"] = {
    orientation = by_gender({ 0.72, 0.13, 0.04, 0.01, 0.10 }, { 0.55, 0.27, 0.06, 0.02, 0.10 }),
    metier_connu = { 0.50, 0.15, 0.35 },
    metier_atypique = by_gender(yes(0.30), yes(0.15)),
    interet_intro = by_level({ 0.22, 0.38, 0.25, 0.10, 0.05 }, { 0.18, 0.34, 0.28, 0.13, 0.07 }),
    interet_presentation = { 0.20, 0.37, 0.27, 0.11, 0.05 },
    interet_temoignage = { 0.27, 0.36, 0.23, 0.09, 0.05 },
    interet_ateliers = { 0.20, 0.36, 0.27, 0.11, 0.06 },
    satisfait = by_level({ 0.28, 0.50, 0.12, 0.06, 0.04 }, { 0.20, 0.45, 0.18, 0.09, 0.08 }),
    attentes = yes(0.88), renouveler = yes(0.95),
  },
  ["2023-2024"] = {
    orientation = by_gender({ 0.74, 0.12, 0.04, 0.10 }, { 0.58, 0.24, 0.07, 0.11 }),
    metier_connu = by_level(yes(0.58), yes(0.52)),
    metier_atypique = by_gender(yes(0.38), yes(0.20)),
    interet_intro = { 0.27, 0.41, 0.21, 0.07, 0.04 },
    interet_metiers = { 0.24, 0.40, 0.24, 0.08, 0.04 },
    interet_temoignage = { 0.32, 0.38, 0.19, 0.07, 0.04 },
    interet_ateliers = { 0.33, 0.40, 0.18, 0.06, 0.03 },
    boite_questions = yes(0.46), binome = yes(0.62),
    prise_de_parole = function(p) return p.binome == "oui" and yes(0.72) or yes(0.54) end,
    satisfait = by_level({ 0.87, 0.10, 0.03 }, { 0.77, 0.14, 0.09 }),
    envie = by_level(yes(0.49), yes(0.50)),
    attentes = yes(0.93), renouveler = yes(0.96), adapte = yes(0.92),
  },
}

-- What the pupil thinks of the session: these answers of a pupil go together.
local of_person = { satisfait = true, envie = true }

local asked_of = { ["élève"] = "public = 'élève'", college = "niveau = 'college'",
  lycee = "niveau = 'lycee'", enseignant = "public = 'enseignant'",
  intervenante = "public = 'intervenante'" }

-- Was the item put to this respondent? Universes are those of the codebook.
local function asked(item, p)
  return item.universe == asked_of[p.public] or item.universe == asked_of[p.niveau]
end

-- The score from 0 to 1 of a respondent on an item: its place in the normal distribution.
local function place(item, p, draw)
  local person = (of_person[item.id] or item.id:find "^interet_") and PERSON or 0
  local rest = math.sqrt(1 - SCHOOL ^ 2 - CLASS ^ 2 - person ^ 2)
  return 1 - bilan.stat.normal_cdf(p.effect + person * p.person + rest * normal(draw))
end

local function level_text(level) return type(level) == "table" and level[1] or level end

local function from_shares(item, p, shares, draw)
  local at, sum = place(item, p, draw), 0
  for i, share in ipairs(shares) do
    sum = sum + share
    if at < sum or i == #shares then return level_text(item.levels[i]) end
  end
end

-- Questions as they might lie in a box; no names in them.
local questions = {
  "Est-ce qu'il faut être forte en maths pour faire ce métier ?",
  "Combien gagne une ingénieure au début ?", "Y a-t-il d'autres femmes dans votre équipe ?",
  "À quoi ressemble une journée de travail ?", "Peut-on changer de métier après ?",
  "Est-ce que c'est dur d'être la seule fille de la classe ?",
  "Combien d'années d'études faut-il ?", "Est-ce qu'on voyage beaucoup ?",
  "Comment vos parents ont-ils réagi ?", "Est-ce qu'on peut y arriver après un bac pro ?",
  "Que faut-il choisir comme spécialités ?", "Est-ce que vous travaillez dehors ?",
  "Qu'est-ce qui vous plaît le moins ?",
  "Est-ce qu'on vous a déjà dit que ce n'était pas pour vous ?",
}

-- Some of the options of a multiple item, with the given chances, as one field.
local function ticks(item, chances, draw)
  local list = {}
  for i, chance in ipairs(chances) do
    if draw() < chance then list[#list + 1] = level_text(item.levels[i]) end
  end
  return list[1] and table.concat(list, "; ")
end

-- Items that are no choice of one level.
local special = {
  specialites = function(item, _, draw)
    return ticks(item, #item.levels == 4 and { 0.62, 0.55, 0.20, 0.15 }
      or { 0.60, 0.55, 0.18, 0.22, 0.20, 0.10 }, draw)
  end,
  disponibilites = function(item, _, draw)
    return ticks(item, { 0.3, 0.5, 0.2, 0.5, 0.4 }, draw)
  end,
  distance = function(_, _, draw) return whole(draw, 2, 28) end,
  adapte = function(item, p, draw) -- a mark out of ten, in 2021-2022
    if item.kind == "number" then return whole(draw, 6, 10) end
    return from_shares(item, p, yes(0.92), draw)
  end,
  question_boite = function(_, p, draw)
    local which, written = whole(draw, 1, #questions), draw() < 0.8
    return p.boite_questions == "oui" and written and questions[which] or nil
  end,
}

local profile = { public = true, etablissement = true, academie = true, classe = true,
  section = true, niveau = true, genre = true, age = true }

-- The answer of a respondent to an item; nil: not asked, or left blank.
local function answer(year, item, p, row)
  if item.id == "id" then return row end
  if item.id == "synthetique" then return "oui" end
  if profile[item.id] then return p[item.id] end
  local draw = stream("answer", item.id, p.key)
  if item.id == "question_boite" then return special.question_boite(item, p, draw) end
  if not asked(item, p) or draw() < SILENT then return nil end
  if special[item.id] then return special[item.id](item, p, draw) end
  local shares = aims[year][item.id]
  if type(shares) == "function" then shares = shares(p) end
  return from_shares(item, p, shares, draw)
end

-- ---- files ------------------------------------------------------------------------------------

local function write(year, name, columns, opts)
  local survey = bilan.survey(columns):mark_synthetic "made up"
  opts.newline = "lf"
  print(("%4d rows: %s"):format(#survey, survey:write(year .. "/" .. name, opts)))
end

local function respondents(year)
  local book = dofile(("datasets/itd/%s/codebook.lua"):format(year))
  local people, columns = people_of(year), {}
  for i, item in ipairs(book.items) do columns[i] = { item.id, {} } end
  for row, p in ipairs(people) do
    for i, item in ipairs(book.items) do
      p[item.id] = answer(year, item, p, row)
      columns[i][2][row] = p[item.id] == nil and bilan.missing.no_answer or p[item.id]
    end
  end
  write(year, "repondants.csv", columns, {})
end

-- A list of records under their headings, and the mark.
local function list(year, name, headings, records)
  local columns = {}
  for i, heading in ipairs(headings) do
    columns[i] = { heading, {} }
    for row, record in ipairs(records) do columns[i][2][row] = record[i] end
  end
  columns[#columns + 1] = { "synthetique", {} }
  for row = 1, #records do columns[#columns][2][row] = "oui" end
  write(year, name, columns, { delimiter = ";" })
end

for _, year in ipairs { "2021-2022", "2023-2024" } do
  respondents(year)
  local schools = {}
  for i, s in ipairs(schools_of[year]) do
    schools[i] = { s[1], s[2], s[3], s[1]:find "^Lycée" and "lycée" or "collège", s[4] }
  end
  list(year, "etablissements.csv",
    { "etablissement", "ville", "academie", "niveau", "interventions" }, schools)
  list(year, "temoignages.csv", { "metier_ou_formation", "organisme", "temoignages" },
    testimonies_of[year])
end
