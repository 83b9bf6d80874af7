-- claims/words: the sentences of an audit, in English and French.
--
-- Each sentence is one line with {names} to fill in. Numbers are written as each language does
-- ("28.7%", "28,7 %" with a narrow no-break space); figures are computed on whole numbers.
local M = {}

-- luacheck: push ignore 631 (a sentence stays on its line)
local SENTENCES = {
  en = {
    fits = "{share} of {n} is {counts}.",
    fits_no_count = "No whole number of {n} gives {share}: {below} is {below_share} and {above} is {above_share}.",
    fits_no_base = "{share} fits no base up to the {size} of {who}; the smallest is {smallest}.",
    fits_none = "No base gives {share}.",
    fits_bases = "No base is published: {share} fits {bases}.",
    fits_size = "No base is published: the smallest that fits {share} is {smallest} ({count} of {smallest}), at most {size} could answer.",
    joint_bases = "Taken together, the {many} shares of this item fit no base under {smallest}.",
    joint_none = "Taken together, the {many} shares of this item fit no base at all.",
    none_found = "Not decided: no base up to {limit} gives the {many} shares of this item together; a larger one may.",
    joint_sharp = "(No base under {smallest} if {shares} are meant as {sharp}.)",
    joint_over = "At most {size} could answer ({who}): these are not shares of those respondents, perhaps of all answers ticked.",
    over_size = "{n} answers from a population of {size} ({who}).",
    two_bases = "The levels of one item share a base, but n = {n} here and n = {other} in {id}.",
    over_100 = "The levels printed sum to {sum}: more than everybody, unless several answers each were allowed.",
    unnamed = "The levels printed sum to {sum}: {rest} of the answers are not named.",
    unnamed_n = "The levels printed sum to {sum}: {rest} of the answers ({counts} of {n}) are not named.",
    twice = "The level \"{level}\" is printed twice under two spellings (also \"{other}\", {id}).",
    twice_same = "The level \"{level}\" is printed twice (also in {id}).",
    together = "No whole numbers give these figures together: {list}.",
    agrees = "As a mixture it agrees with {list}.",
    part_agrees = "Agrees with {share} of all.",
    others_needed = "Respondents in none of the groups {groups}: at least {count}.",
    bases_only = "Without answers from outside {groups}, it needs {bases} of the {size} of {who} to have answered.",
    about = "On about {about} respondents: {list}.",
    limit = "Not decided: the search limit was reached before whole numbers were found or ruled out.",
    weighted = "A weighted percentage cannot be tested on whole numbers.",
    reproduced = "The data give {count} of {n} = {value}{base}.",
    contradicted = "The data give {count} of {n} = {value}{base}, not {share}.",
    contradicted_n = "The data give {share} as {count} of {n}{base}, not on {printed} answers.",
    no_data = "The data do not have this item, group or level.",
    pop_sum = "{list} = {sum} of {size}: {rest} are in no named group.",
    pop_whole = "{list} = {sum}: the groups make up all.",
    pop_over = "{list} = {sum}, more than the {size} of {who}.",
    pop_part = "{who} are {size}, more than the {whole} of the whole.",
    pop_adds = "{size} = {list}.",
    pop_claim = "{id} has {n} answers, more than these {size}.",
    pop_plain = "Nothing to compare with.",
    pop_about = "Known only roughly (about {about}): bounds nothing.",
    all = "all", ["or"] = " or ", ["and"] = " and ", of = " of ", to = " to ", ["then"] = ", then ",
    first = "{n} ({count} of {n})",
    entry = "{share}, {level}, {group}{base}",
    base_n = " (n = {n})", base_size = " (at most {n})",
    data_base = " (base: {base})",
    head = "{rows} claims: {list}",
  },
  fr = {
    fits = "{share} de {n} : {counts}.",
    fits_no_count = "Aucun effectif entier sur {n} ne donne {share} : {below} fait {below_share} et {above} fait {above_share}.",
    fits_no_base = "{share} n'est possible sur aucune base jusqu'aux {size} de {who} ; la plus petite est {smallest}.",
    fits_none = "Aucune base ne donne {share}.",
    fits_bases = "Aucune base publiée : {share} est possible sur {bases}.",
    fits_size = "Aucune base publiée : la plus petite qui donne {share} est {smallest} ({count} sur {smallest}) ; {size} au plus pouvaient répondre.",
    joint_bases = "Pris ensemble, les {many} pourcentages de cet item ne sont possibles sur aucune base de moins de {smallest}.",
    joint_none = "Pris ensemble, les {many} pourcentages de cet item ne sont possibles sur aucune base.",
    none_found = "Non tranché : aucune base jusqu'à {limit} ne donne les {many} pourcentages de cet item ensemble ; une plus grande, peut-être.",
    joint_sharp = "(Sur aucune base de moins de {smallest} si {shares} veulent dire {sharp}.)",
    joint_over = "{size} au plus pouvaient répondre ({who}) : ce ne sont pas des parts de ces répondants, peut-être de toutes les réponses cochées.",
    over_size = "{n} réponses pour une population de {size} ({who}).",
    two_bases = "Les modalités d'un même item ont la même base, mais n = {n} ici et n = {other} pour {id}.",
    over_100 = "La somme des modalités publiées est {sum} : plus que tout le monde, sauf si plusieurs réponses étaient permises.",
    unnamed = "La somme des modalités publiées est {sum} : {rest} des réponses ne sont pas nommées.",
    unnamed_n = "La somme des modalités publiées est {sum} : {rest} des réponses ({counts} sur {n}) ne sont pas nommées.",
    twice = "La modalité « {level} » est imprimée deux fois sous deux graphies (aussi « {other} », {id}).",
    twice_same = "La modalité « {level} » est imprimée deux fois (aussi pour {id}).",
    together = "Aucun nombre entier ne donne ces chiffres ensemble : {list}.",
    agrees = "Comme mélange, s'accorde avec {list}.",
    part_agrees = "S'accorde avec {share} de l'ensemble.",
    others_needed = "Répondants hors des groupes {groups} : au moins {count}.",
    bases_only = "Sans réponses hors de {groups}, il faut que {bases} des {size} de {who} aient répondu.",
    about = "Sur environ {about} répondants : {list}.",
    limit = "Non tranché : la limite de recherche est atteinte avant d'avoir trouvé ou exclu des nombres entiers.",
    weighted = "Un pourcentage pondéré ne peut pas être vérifié sur des nombres entiers.",
    reproduced = "Les données donnent {count} sur {n} = {value}{base}.",
    contradicted = "Les données donnent {count} sur {n} = {value}{base}, et non {share}.",
    contradicted_n = "Les données donnent {share} avec {count} sur {n}{base}, et non sur {printed} réponses.",
    no_data = "Les données n'ont pas cet item, ce groupe ou cette modalité.",
    pop_sum = "{list} = {sum} sur {size} : {rest} ne sont dans aucun groupe nommé.",
    pop_whole = "{list} = {sum} : les groupes font l'ensemble.",
    pop_over = "{list} = {sum}, plus que les {size} de {who}.",
    pop_part = "{who} : {size}, plus que les {whole} de l'ensemble.",
    pop_adds = "{size} = {list}.",
    pop_claim = "{id} a {n} réponses, plus que ces {size}.",
    pop_plain = "Rien à quoi comparer.",
    pop_about = "Connu seulement à peu près (environ {about}) : ne borne rien.",
    all = "ensemble", ["or"] = " ou ", ["and"] = " et ", of = " sur ", to = " à ", ["then"] = ", puis ",
    first = "{n} ({count} sur {n})",
    entry = "{share}, {level}, {group}{base}",
    base_n = " (n = {n})", base_size = " (au plus {n})",
    data_base = " (base : {base})",
    head = "{rows} affirmations : {list}",
  },
}

-- luacheck: pop

M.VERDICTS = {
  en = {
    reproduced = "reproduced", consistent = "consistent", contradicted = "contradicted",
    impossible = "impossible", conflict = "conflict", unverifiable = "unverifiable",
  },
  fr = {
    reproduced = "reproduit", consistent = "cohérent", contradicted = "contredit",
    impossible = "impossible", conflict = "en conflit", unverifiable = "invérifiable",
  },
}

--- A language we have; an unknown one is an error.
function M.check_language(lang)
  if lang == nil or lang == "nl" then return "en" end -- no Dutch sentences yet
  if not SENTENCES[lang] then
    error(('no sentences in "%s"; expected "en" or "fr"'):format(tostring(lang)), 0)
  end
  return lang
end

--- The sentence `key` with its names filled in.
function M.say(lang, key, values)
  local sentence = assert(SENTENCES[lang][key], key)
  return (sentence:gsub("{([%w_]+)}", function(name)
    local value = values and values[name]
    assert(value ~= nil, key .. "." .. name)
    return tostring(value)
  end))
end

--- A list as a sentence has it: "35, 38 or 41".
function M.join(lang, list, word)
  if #list < 2 then return list[1] or "" end
  return table.concat(list, ", ", 1, #list - 1) .. SENTENCES[lang][word or "and"] .. list[#list]
end

-- A decimal text in the language's own form.
local function localise(lang, text)
  return lang == "fr" and text:gsub("%.", ",") or text
end

--- Whole tenths (or other parts) of a percent as text: percent(955, 1) is "95.5%".
function M.percent(lang, digits, decimals)
  local text = tostring(digits)
  if decimals > 0 then
    text = ("0"):rep(decimals + 1 - #text) .. text
    text = text:sub(1, #text - decimals) .. "." .. text:sub(-decimals)
  end
  return localise(lang, text) .. (lang == "fr" and "\u{202F}%" or "%")
end

--- 100 k/n to one decimal, rounded half up on whole numbers.
function M.ratio(lang, k, n)
  return M.percent(lang, (2000 * k + n) // (2 * n), 1)
end

-- luacheck: push ignore 631
local RELATIONS = {
  en = { [">"] = "more than ", [">="] = "at least ", ["<"] = "less than ", ["<="] = "at most ", about = "about " },
  fr = { [">"] = "plus de ", [">="] = "au moins ", ["<"] = "moins de ", ["<="] = "au plus ", about = "environ " },
}

-- luacheck: pop

--- A share as read by core.share, in words.
function M.share(lang, parsed)
  return (RELATIONS[lang][parsed.relation] or "") .. M.percent(lang, parsed.digits, parsed.decimals)
end

--- Counts lo to hi: "429", "429 to 435".
function M.range(lang, lo, hi)
  return lo == hi and tostring(lo) or lo .. SENTENCES[lang].to .. hi
end

local bases = { fr = { asked = "personnes interrogées", answered = "réponses exprimées",
  ticked = "au moins une réponse", answers = "réponses données" } }

--- The name of a base of the data in a language; one that is not known stays as it is.
function M.base(lang, name)
  return bases[lang] and bases[lang][name] or name
end

return M
