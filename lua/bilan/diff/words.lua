--- The words of a comparison of two runs, in French, English and Dutch.
local format = require "bilan.output.format"
local lang = require "bilan.output.lang"

local M = {}

-- luacheck: push ignore 631 (a sentence stays on its line)
local words = {
  title = { "{a} et {b}, chiffre par chiffre", "{a} and {b}, figure by figure", "{a} en {b}, cijfer per cijfer" },
  summary = { "Chiffres différents : {changed} ; identiques : {same}.", "Figures changed: {changed}; the same: {same}.",
    "Cijfers veranderd: {changed}; dezelfde: {same}." },
  summary_only_a = { "Dans {a} seulement : {count}.", "Only in {a}: {count}.", "Alleen in {a}: {count}." },
  summary_only_b = { "Dans {b} seulement : {count}.", "Only in {b}: {count}.", "Alleen in {b}: {count}." },
  nothing = { "Aucun chiffre n'est différent.", "No figure differs.", "Geen enkel cijfer verschilt." },
  no_figures = { "Aucune des deux exécutions n'a de chiffre.", "Neither run has a figure.", "Geen van beide uitvoeringen heeft een cijfer." },
  all_lists = { "--all montre aussi les chiffres identiques.", "--all lists those that are the same too.", "--all toont ook dezelfde cijfers." },
  run_of = { "exécution {list}", "run {list}", "uitvoering {list}" },
  runs_of = { "exécutions {list}", "runs {list}", "uitvoeringen {list}" },
  indicator = { "Indicateur", "Indicator", "Indicator" },
  base_of = { "{label} (n)", "{label} (n)", "{label} (n)" },
  changes = { "Ce qui change", "What changed", "Wat verandert" },
  change = { "Écart", "Change", "Verschil" },
  interval = { "Intervalle à {conf}", "{conf} interval", "{conf}-interval" },
  remark = { "Note", "Note", "Noot" },
  absent = { "absent", "not there", "ontbreekt" },
  withheld = { "secret", "withheld", "geheim" },
  labelled = { "{label} : {text}", "{label}: {text}", "{label}: {text}" },
  no_figure = { "pas de chiffre", "no figure", "geen cijfer" },
  codebook = { "les questions ont changé : {text}", "questions changed: {text}", "vragen veranderd: {text}" },
  codebook_bare = { "une question a changé dans le dictionnaire", "a question changed in the codebook", "een vraag veranderde in het codeboek" },
  method = { "autre méthode : {text}", "another method: {text}", "andere methode: {text}" },
  data_bare = { "les données ont changé", "the data changed", "de gegevens veranderden" },
  script_bare = { "le script a changé", "the script changed", "het script veranderde" },
  title_remark = { "s'appelait « {text} »", "was called \"{text}\"", "heette \"{text}\"" },
  independent = { "Intervalles de l'écart : les deux années comme échantillons indépendants (Newcombe, ou à partir des bornes des deux intervalles).",
    "Intervals of the change: the two years as independent samples (Newcombe, or from the limits of both intervals).",
    "Intervallen van het verschil: beide jaren als onafhankelijke steekproeven (Newcombe, of uit de grenzen van beide intervallen)." },
  same_year = { "Une même année : l'écart n'a pas d'intervalle.", "One year: a change has no interval.", "Eén jaar: een verschil heeft geen interval." },
  up = { "en hausse", "up", "omhoog" }, down = { "en baisse", "down", "omlaag" },
  level = { "inchangé", "unchanged", "ongewijzigd" },
  same_figures = { "Chiffres identiques ({count})", "Figures that are the same ({count})", "Dezelfde cijfers ({count})" },
  skip = { "Aller au contenu", "Skip to the figures", "Naar de cijfers" },
  bar_note = { "Barres : l'écart ; trait fin : son intervalle ; une même échelle pour toutes les parts.",
    "Bars: the change; thin line: its interval; one scale for all shares.",
    "Balken: het verschil; dunne lijn: zijn interval; één schaal voor alle aandelen." },
  synthetic = { "Données synthétiques : reconstituées ou inventées, sans répondant réel.",
    "Synthetic data: reconstructed or made up, no real respondents.",
    "Synthetische gegevens: gereconstrueerd of verzonnen, zonder echte respondenten." },
}
-- luacheck: pop

local column_of = { fr = 1, en = 2, nl = 3 }

--- The sentence under a key, typography first, so that what is put in stays as it is.
function M.say(tag, key, args)
  tag = lang.check(tag)
  local text = format.typography(words[key][column_of[tag]], { lang = tag })
  return (text:gsub("{(%w+)}", function(name)
    if args and args[name] ~= nil then return tostring(args[name]) end
  end))
end

return M
