--- The words of charts in French, English and Dutch. `{name}` is replaced by an argument.
local format = require "bilan.output.format"
local lang = require "bilan.output.lang"

local M = {}

-- luacheck: push ignore 631 (a sentence stays on its line)
local words = {
  base_all = { "Base : n = {n}.", "Base: n = {n}.", "Basis: n = {n}." },
  base_range = { "Base : n de {low} à {high} selon les modalités.", "Base: n from {low} to {high}.",
    "Basis: n van {low} tot {high}." },
  with_n = { "{label} (n\u{A0}=\u{A0}{n})", "{label} (n\u{A0}=\u{A0}{n})", "{label} (n\u{A0}=\u{A0}{n})" },
  n_of = { "n\u{A0}=\u{A0}{n}", "n\u{A0}=\u{A0}{n}", "n\u{A0}=\u{A0}{n}" },
  intervals = { "Traits fins : intervalles de confiance à {conf}.",
    "Thin lines: {conf} confidence intervals.", "Dunne lijnen: {conf}-betrouwbaarheidsintervallen." },
  intervals_plain = { "Traits fins : intervalles de confiance.", "Thin lines: confidence intervals.",
    "Dunne lijnen: betrouwbaarheidsintervallen." },
  no_effect = { "Trait pointillé : pas d'effet ({value}).", "Dashed line: no effect ({value}).",
    "Stippellijn: geen effect ({value})." },
  small = { "* Petite base : à lire avec prudence.", "* Small base: read with care.",
    "* Kleine basis: voorzichtig lezen." },
  benchmark = { "Repère {label} : {value} ({source}).", "Reference {label}: {value} ({source}).",
    "Referentie {label}: {value} ({source})." },
  benchmark_plain = { "Repère {label} : {value}.", "Reference {label}: {value}.",
    "Referentie {label}: {value}." },
  labelled = { "{label} : {value}", "{label}: {value}", "{label}: {value}" },
  source = { "Source : {text}", "Source: {text}", "Bron: {text}" },
  hidden_labels = { "Étiquettes omises sous {limit} ou faute de place.",
    "No label under {limit} or where there is no room.",
    "Geen label onder {limit} of bij plaatsgebrek." },
  ["break"] = { "rupture", "break", "breuk" },
  broken = { "Ligne interrompue : question modifiée ({list}).", "Broken line: question changed ({list}).",
    "Onderbroken lijn: vraag gewijzigd ({list})." },
  residuals = {
    "Résidus ajustés : + plus souvent, − moins souvent qu'attendu si les deux questions étaient indépendantes ; cadre épais au-delà de 2 en valeur absolue.",
    "Adjusted residuals: + more often, − less often than expected if the two questions were independent; thick frame beyond 2 either way.",
    "Aangepaste residuen: + vaker, − minder vaak dan verwacht bij onafhankelijkheid; dik kader vanaf 2 in absolute waarde." },
  bin_rule = { "Classes : {rule}, largeur {width}.", "Bins: {rule}, width {width}.",
    "Klassen: {rule}, breedte {width}." },
  rule_sturges = { "règle de Sturges", "Sturges' rule", "regel van Sturges" },
  rule_scott = { "règle de Scott", "Scott's rule", "regel van Scott" },
  rule_fd = { "règle de Freedman et Diaconis", "Freedman-Diaconis rule", "regel van Freedman-Diaconis" },
  rule_whole = { "valeurs entières", "whole values", "gehele waarden" },
  rule_given = { "largeur fixée", "given width", "opgegeven breedte" },
  left_out = { "Non représenté : {list}.", "Not drawn: {list}.", "Niet getekend: {list}." },
  outside = { "Hors de l'échelle équilibrée, à droite : {list}.", "Beside the balanced scale, right: {list}.",
    "Naast de schaal, rechts: {list}." },
  count_axis = { "Effectif", "Count", "Aantal" },
  more = { "{count} autres valeurs dans le tableau.", "{count} more values in the table.",
    "{count} andere waarden in de tabel." },
  of_interval = { "{value} (de {low} à {high})", "{value} ({low} to {high})", "{value} ({low} tot {high})" },
  synthetic = { "données synthétiques", "synthetic data", "synthetische gegevens" },
}
-- luacheck: pop

local column_of = { fr = 1, en = 2, nl = 3 }

--- The sentence under a key, typography first, so that labels stay as they are.
function M.say(tag, key, args)
  tag = lang.check(tag)
  local text = format.typography(words[key][column_of[tag]], { lang = tag })
  return (text:gsub("{(%w+)}", function(name) return tostring(args[name]) end))
end

return M
