--- Every word and sentence that the engine prints, in French, English and Dutch.
--
-- An entry is { fr, en, nl }. `{name}` is replaced by an argument: a number is written in the
-- language, `{name|percent}` writes a share as a percentage, `{name|word}` translates the
-- argument through the entry "name_value" when there is one. French entries are stored with
-- plain blanks; the formatter puts the no-break spaces in.
local host = require "bilan.host"

local M = {}

M.languages = { "fr", "en", "nl" }
M.default = "en"

--- The kinds of missing in their fixed order: { the core's name, the entry below }.
M.missing_kinds = { { "no answer", "missing_no_answer" }, { "not asked", "missing_not_asked" },
  { "don't know", "missing_dont_know" }, { "refused", "missing_refused" } }

-- luacheck: push ignore 631 (a sentence stays on its line)
local words = {
  -- columns and rows of tables
  level = { "Réponse", "Answer", "Antwoord" },
  series = { "Série", "Series", "Reeks" },
  item = { "Question", "Question", "Vraag" },
  term = { "Terme", "Term", "Term" },
  method = { "Test", "Test", "Toets" },
  p = { "Quantile", "Quantile", "Kwantiel" },
  share = { "Part", "Share", "Aandeel" },
  value = { "Valeur", "Value", "Waarde" },
  mean = { "Moyenne", "Mean", "Gemiddelde" },
  total_value = { "Total", "Total", "Totaal" },
  quantile = { "Valeur", "Value", "Waarde" },
  ratio = { "Rapport", "Ratio", "Verhouding" },
  difference = { "Écart", "Difference", "Verschil" },
  interval = { "Intervalle à {conf|percent}", "{conf|percent} interval",
    "{conf|percent}-interval" },
  interval_plain = { "Intervalle", "Interval", "Interval" },
  se = { "Erreur type", "Std. error", "Standaardfout" },
  count = { "Effectif", "Count", "Aantal" },
  n = { "n", "n", "n" },
  weighted_n = { "n pondéré", "Weighted n", "Gewogen n" },
  missing = { "Sans réponse", "Missing", "Ontbrekend" },
  deff = { "Effet de plan", "Design effect", "Designeffect" },
  df = { "ddl", "df", "df" },
  ddf = { "ddl (dén.)", "Den. df", "df (noemer)" },
  statistic = { "Statistique", "Statistic", "Toetsgrootheid" },
  p_value = { "p", "p", "p" },
  note = { "Remarque", "Note", "Opmerking" },
  reason = { "Motif", "Reason", "Reden" },
  base = { "Base (n)", "Base (n)", "Basis (n)" },
  weighted_base = { "Base pondérée", "Weighted base", "Gewogen basis" },
  total = { "Ensemble", "Total", "Totaal" },
  no_label = { "(sans intitulé)", "(no label)", "(geen label)" },

  -- when there is no figure
  no_respondents = { "aucun répondant", "no respondents", "geen respondenten" },
  not_asked = { "question non posée", "not asked", "niet gevraagd" },
  not_estimable = { "non estimable", "not estimable", "niet schatbaar" },
  withheld = { "secret", "withheld", "geheim" },
  withheld_primary = { "secret (base trop petite)", "withheld (base too small)",
    "geheim (basis te klein)" },
  withheld_secondary = { "secret (protège une autre case)", "withheld (protects another cell)",
    "geheim (beschermt een andere cel)" },

  -- display policies: reasons, lines below a table, statements of the method
  display_not_shown = { "non publié : {reason}", "not shown: {reason}", "niet getoond: {reason}" },
  display_n30 = { "moins de 30 répondants", "fewer than 30 respondents", "minder dan 30 respondenten" },
  display_n10 = { "moins de 10 répondants dans la case", "fewer than 10 respondents in the cell",
    "minder dan 10 respondenten in de cel" },
  display_effective = { "base effective inférieure à 30", "effective base under 30",
    "effectieve basis kleiner dan 30" },
  display_wide = { "intervalle à 95 % d'au moins 30 points", "95% interval of 30 points or more",
    "95%-interval van 30 punten of meer" },
  display_relative = { "intervalle à 95 % dépassant 130 % de la part", "95% interval over 130% of the share",
    "95%-interval boven 130% van het aandeel" },
  display_relative_count = { "intervalle à 95 % dépassant 160 % de l'effectif", "95% interval over 160% of the count",
    "95%-interval boven 160% van het aantal" },
  display_error = { "erreur type supérieure à 30 % de la valeur", "standard error over 30% of the figure",
    "standaardfout groter dan 30% van het cijfer" },
  display_no_error = { "précision inconnue", "precision not known", "precisie onbekend" },
  display_df = { "moins de 8 degrés de liberté", "fewer than 8 degrees of freedom",
    "minder dan 8 vrijheidsgraden" },
  display_edge = { "0 % ou 100 %", "0% or 100%", "0% of 100%" },
  display_complement = { "complément à 100 % trop imprécis pour être publié",
    "the complement to 100% is too imprecise to be shown",
    "het complement tot 100% is te onnauwkeurig om te tonen" },
  display_foot_withheld = { "Non publié : {reasons}.", "Not shown: {reasons}.", "Niet getoond: {reasons}." },
  display_foot_review = { "À examiner avant publication : {reasons}.", "To be reviewed before publication: {reasons}.",
    "Na te gaan voor publicatie: {reasons}." },
  display_foot_complement = { "À lire avec prudence : {reasons}.", "Read with care: {reasons}.",
    "Voorzichtig lezen: {reasons}." },
  display_nchs_share = {
    "Règles de publication des parts du NCHS (2017) : une part n'est pas publiée si sa base effective est inférieure à 30, si son intervalle de Korn-Graubard à 95 % couvre au moins 30 points, ou s'il couvre plus de 5 points et plus de 130 % de la part.",
    "NCHS presentation standards for proportions (2017): a share is not shown when its effective base is under 30, when its 95% Korn-Graubard interval is 30 points or more, or when that is over 5 points and over 130% of the share.",
    "NCHS-normen voor aandelen (2017): een aandeel wordt niet getoond als de effectieve basis kleiner is dan 30, als het 95%-interval van Korn-Graubard 30 punten of meer is, of meer dan 5 punten en meer dan 130% van het aandeel." },
  display_nchs_count = {
    "Règles de publication des effectifs du NCHS (2023) : un effectif n'est pas publié s'il repose sur moins de 10 répondants, ou si son intervalle à 95 % (échelle logarithmique) dépasse 160 % de l'effectif.",
    "NCHS presentation standards for counts (2023): a count is not shown when it rests on fewer than 10 respondents, or when its 95% interval (log scale) is over 160% of the count.",
    "NCHS-normen voor aantallen (2023): een aantal wordt niet getoond als het op minder dan 10 respondenten berust, of als het 95%-interval (logaritmische schaal) meer dan 160% van het aantal is." },
  display_30_30 = {
    "Règle de publication 30/30 : un chiffre n'est pas publié s'il repose sur moins de 30 répondants ou si son erreur type dépasse 30 % de sa valeur.",
    "Presentation rule 30/30: a figure is not shown when it rests on fewer than 30 respondents or when its standard error is over 30% of it.",
    "Regel 30/30: een cijfer wordt niet getoond als het op minder dan 30 respondenten berust of als de standaardfout meer dan 30% ervan is." },
  display_no_rule = {
    "Les règles de publication choisies ne disent rien de ce type de chiffre : il est publié tel quel.",
    "The presentation rules chosen say nothing of this kind of figure: it is shown as it is.",
    "De gekozen publicatieregels zeggen niets over dit soort cijfer: het wordt getoond zoals het is." },

  -- kinds of missing
  missing_no_answer = { "sans réponse", "no answer", "geen antwoord" },
  missing_not_asked = { "question non posée", "not asked", "niet gevraagd" },
  missing_dont_know = { "ne sait pas", "don't know", "weet niet" },
  missing_refused = { "refus", "refused", "geweigerd" },

  -- lines under a table
  foot_missing = { "Sans réponse : {missing}.", "Missing: {missing}.", "Ontbrekend: {missing}." },
  foot_missing_kinds = { "Sans réponse : {missing} ({kinds}).", "Missing: {missing} ({kinds}).",
    "Ontbrekend: {missing} ({kinds})." },
  foot_small = { "* Base inférieure à {limit} : à lire avec prudence.",
    "* Base under {limit}: read with care.", "* Basis kleiner dan {limit}: voorzichtig lezen." },
  foot_no_group = { "Sans réponse à {items} : {count} (dans aucun groupe).",
    "No answer to {items}: {count} (in no group).",
    "Geen antwoord op {items}: {count} (in geen groep)." },
  foot_note = { "Remarque : {note}.", "Note: {note}.", "Opmerking: {note}." },
  foot_letters = { "Une lettre signale une part plus élevée que celle de la colonne nommée, au seuil de {level|percent}.",
    "A letter marks a share higher than that of the column it names, at the {level|percent} level.",
    "Een letter duidt een hoger aandeel aan dan dat van de genoemde kolom, op het niveau van {level|percent}." },
  foot_letters_adjusted = { "Valeurs p ajustées sur les colonnes d'une ligne : {method}.",
    "P-values adjusted over the columns of a row: {method}.",
    "P-waarden aangepast over de kolommen van een rij: {method}." },
  foot_letters_none = {
    "Colonnes comparées deux à deux : aucune part significativement plus élevée, au seuil de {level|percent}.",
    "Columns were compared two by two: no share is significantly higher, at the {level|percent} level.",
    "Kolommen twee aan twee vergeleken: geen aandeel is significant hoger, op het niveau van {level|percent}." },
  foot_net = { "Regroupements de réponses : {list}.", "Groups of answers: {list}.",
    "Groepen van antwoorden: {list}." },
  foot_synthetic = { "Données synthétiques : reconstituées, sans répondant réel.",
    "Synthetic data: reconstructed, no real respondents.",
    "Synthetische gegevens: gereconstrueerd, geen echte respondenten." },
  foot_more = { "Colonnes non affichées ici : {columns}.", "Columns not shown here: {columns}.",
    "Hier niet getoonde kolommen: {columns}." },
  test_line = { "Test {name} ({banner}) : {figures}.", "{name} test ({banner}): {figures}.",
    "{name}-toets ({banner}): {figures}." },
  test_line_plain = { "Test {name} : {figures}.", "{name} test: {figures}.",
    "{name}-toets: {figures}." },

  -- method sentences
  method_base = {
    "Les pourcentages portent sur les réponses exprimées (n) ; les réponses manquantes sont exclues de la base et comptées à part.",
    "Percentages are of those who answered (n); missing answers are left out of the base and counted apart.",
    "Percentages zijn berekend op wie antwoordde (n); ontbrekende antwoorden tellen niet mee in de basis en worden apart geteld." },
  method_base_asked = {
    "Les pourcentages portent sur toutes les personnes interrogées (n), réponses manquantes comprises.",
    "Percentages are of all who were asked (n), missing answers included.",
    "Percentages zijn berekend op alle ondervraagden (n), ontbrekende antwoorden inbegrepen." },
  method_base_answered = {
    "Question à réponses multiples : parts des personnes ayant répondu, dont la somme peut dépasser 100 %.",
    "Multiple answers: shares of those who answered, which may add up to more than 100%.",
    "Meerdere antwoorden mogelijk: aandelen van wie antwoordde, samen soms meer dan 100%." },
  method_base_ticked = {
    "Question à réponses multiples : parts des personnes ayant coché au moins une réponse, dont la somme peut dépasser 100 %.",
    "Multiple answers: shares of those who ticked at least one, which may add up to more than 100%.",
    "Meerdere antwoorden mogelijk: aandelen van wie minstens één antwoord aankruiste, samen soms meer dan 100%." },
  method_base_answers = { "Question à réponses multiples : parts des réponses données.",
    "Multiple answers: shares of all answers given.",
    "Meerdere antwoorden mogelijk: aandelen van de gegeven antwoorden." },
  method_interval = { "Intervalles de confiance à {conf|percent} : méthode {method|word}.",
    "{conf|percent} confidence intervals: {method|word} method.",
    "{conf|percent}-betrouwbaarheidsintervallen: methode {method|word}." },
  method_quantile = { "Quantiles : règle {rule}, intervalles de Woodruff.",
    "Quantiles: rule {rule}, Woodruff's intervals.",
    "Kwantielen: regel {rule}, intervallen van Woodruff." },
  method_glm = {
    "Modèle linéaire généralisé, famille {family}, lien {link}, ajusté par pseudo-vraisemblance pondérée.",
    "Generalised linear model, {family} family, {link} link, fitted by weighted pseudo-likelihood.",
    "Gegeneraliseerd lineair model, familie {family}, link {link}, geschat met gewogen pseudo-aannemelijkheid." },
  method_ordinal = {
    "Modèle à rapports de cotes proportionnels : un coefficient positif va avec les niveaux suivants de la réponse.",
    "Proportional odds model: a positive coefficient goes with later levels of the answer.",
    "Proportional-oddsmodel: een positieve coëfficiënt hoort bij latere niveaus van het antwoord." },
  method_regression_df = {
    "Erreurs types, tests t et tests F de Wald selon le plan de sondage ; degrés de liberté : ceux du plan parmi les répondants du modèle, plus un, moins le nombre de coefficients.",
    "Standard errors, t tests and Wald F tests by the sample design; degrees of freedom: those of the design among the respondents of the model, plus one, less the number of coefficients.",
    "Standaardfouten, t-toetsen en F-toetsen van Wald volgens het steekproefplan; vrijheidsgraden: die van het plan onder de respondenten van het model, plus één, min het aantal coëfficiënten." },
  method_exponentiated = {
    "Coefficients et bornes exponentiés : rapports de cotes (lien logit) ou rapports de moyennes (lien log).",
    "Coefficients and limits are exponentiated: odds ratios (logit link) or ratios of means (log link).",
    "Coëfficiënten en grenzen geëxponentieerd: kansverhoudingen (logit) of verhoudingen van gemiddelden (log)." },
  method_regression_lost = {
    "Répliques sans solution, écartées de la variance : {count}.",
    "Replicates without a solution, left out of the variance: {count}.",
    "Replicaties zonder oplossing, weggelaten uit de variantie: {count}." },
  method_rounding = {
    "Pourcentages arrondis une seule fois, {precision|word} ({rule|word}) ; une somme de parts arrondies peut différer de 100 %.",
    "Percentages are rounded once, {precision|word} ({rule|word}); rounded shares may not add up to 100%.",
    "Percentages zijn één keer afgerond, {precision|word} ({rule|word}); afgeronde aandelen tellen niet altijd op tot 100%." },
  precision_0 = { "à l'unité", "to whole numbers", "op gehele getallen" },
  precision_1 = { "à une décimale", "to one decimal", "op één decimaal" },
  precision_2 = { "à deux décimales", "to two decimals", "op twee decimalen" },
  precision_3 = { "à trois décimales", "to three decimals", "op drie decimalen" },
  rule_half_up = { "la demie vers le haut", "half up", "half naar boven" },
  rule_half_even = { "la demie vers le chiffre pair", "half to even", "half naar even" },
  rule_half_down = { "la demie vers le bas", "half down", "half naar beneden" },
  method_srs = {
    "Sans plan de sondage déclaré, l'échantillon est traité comme un tirage aléatoire simple avec remise.",
    "No design was declared: the sample is treated as a simple random sample with replacement.",
    "Zonder opgegeven steekproefplan geldt de steekproef als enkelvoudig aselect met teruglegging." },
  method_design = {
    "Plan de sondage : {strata} strates, {psus} unités primaires, {df} degrés de liberté ; variances par linéarisation.",
    "Design: {strata} strata, {psus} primary units, {df} degrees of freedom; variances by linearisation.",
    "Steekproefplan: {strata} strata, {psus} primaire eenheden, {df} vrijheidsgraden; varianties door linearisatie." },
  method_replicates = {
    "Variances par {replicates} poids répliqués ({kind|word}), {df} degrés de liberté.",
    "Variances from {replicates} replicate weights ({kind|word}), {df} degrees of freedom.",
    "Varianties uit {replicates} replicatiegewichten ({kind|word}), {df} vrijheidsgraden." },
  method_weights = { "Pondération : {weights} ; n est un nombre de répondants, non pondéré.",
    "Weighted by {weights}; n is the unweighted number of respondents.",
    "Gewogen met {weights}; n is het ongewogen aantal respondenten." },
  method_clusters = {
    "Plan de sondage : {psus} unités primaires, {df} degrés de liberté ; variances par linéarisation.",
    "Design: {psus} primary units, {df} degrees of freedom; variances by linearisation.",
    "Steekproefplan: {psus} primaire eenheden, {df} vrijheidsgraden; varianties door linearisatie." },
  method_rows = {
    "Plan de sondage : {n} lignes tirées une à une, {df} degrés de liberté ; variances par linéarisation.",
    "Design: {n} rows drawn one by one, {df} degrees of freedom; variances by linearisation.",
    "Steekproefplan: {n} rijen één voor één getrokken, {df} vrijheidsgraden; varianties door linearisatie." },
  method_rows_model = {
    "Variances comme si {n} lignes avaient été tirées une à une, {df} degrés de liberté.",
    "Variances as if {n} rows had been drawn one by one, {df} degrees of freedom.",
    "Varianties alsof {n} rijen één voor één waren getrokken, {df} vrijheidsgraden." },
  method_design_lost = {
    "Le plan de sondage d'avant l'empilement est perdu : lignes non pondérées, prises pour tirées une à une ; déclarer un plan pour toutes.",
    "The design from before stacking is gone: rows are unweighted, taken as drawn one by one; declare a design of all.",
    "Het steekproefplan van voor het stapelen is weg: rijen zijn ongewogen, als één voor één getrokken; geef een plan op voor alle." },
  method_deff_wor = {
    "Effet de plan : variance rapportée à celle d'un tirage aléatoire simple sans remise.",
    "Design effect: the variance against that of a simple random sample without replacement.",
    "Designeffect: de variantie tegenover die van een enkelvoudig aselecte steekproef zonder teruglegging." },
  method_deff_wr = {
    "Effet de plan : variance rapportée à celle d'un tirage aléatoire simple avec remise.",
    "Design effect: the variance against that of a simple random sample with replacement.",
    "Designeffect: de variantie tegenover die van een enkelvoudig aselecte steekproef met teruglegging." },
  method_stages = { "Tirage à {count} degrés.", "Drawn in {count} stages.",
    "Getrokken in {count} trappen." },
  method_fpc = { "Correction pour population finie.", "Finite population correction.",
    "Correctie voor eindige populatie." },
  method_effective = {
    "n efficace : ce que des poids inégaux laissent de n (Kish) ; l'effet des grappes est dans l'effet de sondage.",
    "Effective n: what unequal weights leave of n (Kish); what clusters do is in the design effect.",
    "Effectieve n: wat ongelijke gewichten van n overlaten (Kish); wat clusters doen, staat in het ontwerpeffect." },
  method_rows_kept = {
    "Les personnes hors du champ ou sans réponse gardent leur place dans le plan, avec un poids nul.",
    "Respondents outside the domain or without an answer keep their place in the design with weight 0.",
    "Respondenten buiten de deelgroep of zonder antwoord houden hun plaats in het plan met gewicht 0." },
  method_df_domain = {
    "Degrés de liberté : unités primaires moins strates ayant un répondant dans le groupe.",
    "Degrees of freedom: primary units less strata that have a respondent in the group.",
    "Vrijheidsgraden: primaire eenheden min strata met een respondent in de groep." },
  method_df_design = { "Degrés de liberté : ceux de tout le plan.",
    "Degrees of freedom: those of the whole design.",
    "Vrijheidsgraden: die van het hele plan." },
  method_collisions = {
    "Numéros d'unités primaires présents dans plusieurs strates, pris pour des unités différentes : {count}.",
    "Labels of primary units that stand in several strata, taken as different units: {count}.",
    "Labels van primaire eenheden in meerdere strata, genomen als verschillende eenheden: {count}." },
  method_rake = { "Poids calés par raking ratio sur {items}.", "Weights raked to {items}.",
    "Gewichten geraked naar {items}." },
  method_poststratify = { "Poids post-stratifiés sur {items}.", "Weights post-stratified by {items}.",
    "Gewichten gepoststratificeerd naar {items}." },
  method_calibrate = { "Poids calés sur {items}.", "Weights calibrated to {items}.",
    "Gewichten gekalibreerd naar {items}." },
  method_negative = {
    "Poids négatifs après calage : {count} ; une distance raking ou logit n'en donne pas.",
    "Negative weights after calibration: {count}; the distances raking and logit give none.",
    "Negatieve gewichten na kalibratie: {count}; de afstanden raking en logit geven er geen." },
  method_trimmed = { "Poids extrêmes écrêtés : {count}.", "Extreme weights trimmed: {count}.",
    "Extreme gewichten afgekapt: {count}." },
  method_nonprobability = {
    "Échantillon non probabiliste : l'intervalle repose sur un modèle, non sur le tirage.",
    "Non-probability sample: the interval is a model, not the draw.",
    "Niet-kanssteekproef: het interval berust op een model, niet op de trekking." },
  method_census = {
    "Recensement : toutes les personnes ont été interrogées ; l'intervalle repose sur un modèle, non sur un tirage.",
    "Census: everybody was asked; the interval is a model, not the draw.",
    "Volkstelling: iedereen is bevraagd; het interval berust op een model, niet op een trekking." },
  weights_computed = { "le poids calculé", "the computed weight", "het berekende gewicht" },
  weights_fpc = { "l'inverse du taux de sondage", "the inverse of the sampling fraction",
    "de inverse van de steekproeffractie" },
  kind_brr = { "BRR", "BRR", "BRR" },
  kind_fay = { "BRR de Fay", "Fay's BRR", "BRR van Fay" },
  kind_jk1 = { "jackknife JK1", "JK1 jackknife", "JK1-jackknife" },
  kind_jkn = { "jackknife JKn", "JKn jackknife", "JKn-jackknife" },
  kind_jk2 = { "jackknife JK2", "JK2 jackknife", "JK2-jackknife" },
  kind_bootstrap = { "bootstrap", "bootstrap", "bootstrap" },
  kind_sdr = { "différences successives", "successive differences", "opeenvolgende verschillen" },
  kind_other = { "échelle déclarée", "declared scale", "opgegeven schaal" },
  rule_fail = { "refus", "refused", "geweigerd" },
  rule_adjust = { "écart à la moyenne générale", "distance to the mean of all",
    "afstand tot het algemene gemiddelde" },
  rule_certainty = { "contribution nulle", "counted as certain", "geteld als zeker" },
  rule_average = { "moyenne des autres strates", "mean of the other strata",
    "gemiddelde van de andere strata" },
  weights_title = { "Poids", "Weights", "Gewichten" },
  weights_zero = { "Poids nuls", "Weights of 0", "Gewichten van 0" },
  weights_sum = { "Somme", "Sum", "Som" },
  weights_min = { "Minimum", "Smallest", "Kleinste" },
  weights_max = { "Maximum", "Largest", "Grootste" },
  weights_cv = { "Coefficient de variation", "Coefficient of variation", "Variatiecoëfficiënt" },
  weights_deff = { "Effet de la pondération (Kish)", "Effect of weighting (Kish)",
    "Wegingseffect (Kish)" },
  effective_n = { "n efficace", "Effective n", "Effectieve n" },
  effective_base = { "Base efficace", "Effective base", "Effectieve basis" },
  receipt_rake = {
    "Raking ratio sur {items} : {iterations} tours ; poids multipliés par {low} à {high} ; n efficace {effective}.",
    "Raked to {items}: {iterations} rounds; weights times {low} to {high}; effective n {effective}.",
    "Geraked naar {items}: {iterations} rondes; gewichten maal {low} tot {high}; effectieve n {effective}." },
  receipt_poststratify = {
    "Post-stratification sur {items} : poids multipliés par {low} à {high} ; n efficace {effective}.",
    "Post-stratified by {items}: weights times {low} to {high}; effective n {effective}.",
    "Gepoststratificeerd naar {items}: gewichten maal {low} tot {high}; effectieve n {effective}." },
  receipt_calibrate = {
    "Calage sur {items} : {iterations} tours ; poids multipliés par {low} à {high} ; n efficace {effective}.",
    "Calibrated to {items}: {iterations} rounds; weights times {low} to {high}; effective n {effective}.",
    "Gekalibreerd naar {items}: {iterations} rondes; gewichten maal {low} tot {high}; effectieve n {effective}." },
  receipt_trim = {
    "Poids écrêtés : {count} ; poids multipliés par {low} à {high} ; n efficace {effective}.",
    "Weights trimmed: {count}; weights times {low} to {high}; effective n {effective}.",
    "Gewichten afgekapt: {count}; gewichten maal {low} tot {high}; effectieve n {effective}." },
  method_domain = { "Champ : {domain}.", "Domain: {domain}.", "Deelgroep: {domain}." },
  method_lonely = { "Strates à une seule unité primaire : {count} (règle : {rule|word}).",
    "Strata with a single primary unit: {count} (rule: {rule|word}).",
    "Strata met één primaire eenheid: {count} (regel: {rule|word})." },
  method_dropped = { "Lignes supprimées du fichier avant le calcul : {count}.",
    "Rows deleted from the file before estimation: {count}.",
    "Rijen verwijderd vóór de schatting: {count}." },
  method_percent_col = { "Pourcentages en colonne.", "Column percentages.", "Kolompercentages." },
  method_percent_row = { "Pourcentages en ligne.", "Row percentages.", "Rijpercentages." },
  method_percent_total_n = { "Pourcentages de l'ensemble (n = {n}).",
    "Percentages of the total (n = {n}).",
    "Percentages van het totaal (n = {n})." },
  method_percent_total = { "Pourcentages de l'ensemble.", "Percentages of the total.",
    "Percentages van het totaal." },
  method_percent_none = { "Effectifs.", "Counts.", "Aantallen." },
  method_percent_none_weighted = { "Effectifs pondérés : nombres estimés dans la population.",
    "Weighted counts: estimated numbers in the population.",
    "Gewogen aantallen: geschatte aantallen in de populatie." },
  method_median = { "Quantiles selon la règle {rule}.", "Quantiles by rule {rule}.",
    "Kwantielen volgens regel {rule}." },
  method_test = { "Test {name}.", "{name} test.", "{name}-toets." },
  privacy_off = { "Contrôle de la confidentialité désactivé à la demande de l'auteur.",
    "Disclosure control was switched off at the author's request.",
    "Controle op onthulling uitgeschakeld op verzoek van de auteur." },
  privacy_on = {
    "Confidentialité : les cases de moins de {minimum} répondants sont secrètes, ainsi que celles qui permettraient de les retrouver.",
    "Disclosure control: cells of fewer than {minimum} respondents are withheld, and those that would give them away.",
    "Vertrouwelijkheid: cellen met minder dan {minimum} respondenten zijn geheim, evenals cellen die ze zouden verraden." },

  -- names of methods
  method_wald = { "de Wald", "Wald", "Wald" },
  method_mean = { "de Wald", "Wald", "Wald" },
  method_wilson_cc = { "de Wilson avec correction de continuité", "Wilson (continuity corrected)",
    "Wilson (continuïteitscorrectie)" },
  method_blaker = { "de Blaker", "Blaker", "Blaker" },
  method_wilson = { "de Wilson", "Wilson", "Wilson" },
  method_logit = { "logit", "logit", "logit" },
  method_xlogit = { "logit (xlogit)", "logit (xlogit)", "logit (xlogit)" },
  method_beta = { "de Clopper-Pearson ajustée (beta)", "adjusted Clopper-Pearson (beta)",
    "aangepaste Clopper-Pearson (beta)" },
  method_korn_graubard = { "de Korn et Graubard", "Korn-Graubard", "Korn-Graubard" },
  method_clopper_pearson = { "de Clopper-Pearson", "Clopper-Pearson", "Clopper-Pearson" },
  method_arcsine = { "arc sinus", "arcsine", "arcsinus" },
  method_likelihood = { "du rapport de vraisemblance", "likelihood ratio", "likelihood-ratio" },
  method_agresti_coull = { "d'Agresti-Coull", "Agresti-Coull", "Agresti-Coull" },
  method_jeffreys = { "de Jeffreys", "Jeffreys", "Jeffreys" },
  method_mid_p = { "mi-p", "mid-p", "mid-p" },
  method_newcombe = { "de Newcombe", "Newcombe", "Newcombe" },
  method_newcombe_cc = { "de Newcombe avec correction de continuité",
    "Newcombe (continuity corrected)", "Newcombe (continuïteitscorrectie)" },
  method_miettinen_nurminen = { "de Miettinen et Nurminen", "Miettinen-Nurminen",
    "Miettinen-Nurminen" },
  method_agresti_caffo = { "d'Agresti et Caffo", "Agresti-Caffo", "Agresti-Caffo" },
  method_woodruff = { "de Woodruff", "Woodruff", "Woodruff" },
  method_t = { "de Student", "Student's t", "Student" },

  -- numbers in words
  up_to = { "{low} à {high}", "{low} to {high}", "{low} tot {high}" },
  points = { "points", "points", "procentpunten" },
  n_is = { "n\u{A0}=\u{A0}{n}", "n\u{A0}=\u{A0}{n}", "n\u{A0}=\u{A0}{n}" },

  -- the report
  contents = { "Sommaire", "Contents", "Inhoud" },
  methods = { "Méthode", "Methods", "Methode" },
  methods_lead = { "Ces notes sont écrites par le moteur de calcul à partir des calculs faits.",
    "These notes are written by the engine from what was computed.",
    "Deze notities zijn door het rekenprogramma geschreven op basis van de berekeningen." },
  table = { "Tableau {number}", "Table {number}", "Tabel {number}" },
  figure = { "Figure {number}", "Figure {number}", "Figuur {number}" },
  tables_of = { "tableaux {list}", "tables {list}", "tabellen {list}" },
  table_of = { "tableau {list}", "table {list}", "tabel {list}" },
  figures_of = { "figures {list}", "figures {list}", "figuren {list}" },
  figure_of = { "figure {list}", "figure {list}", "figuur {list}" },
  engine = { "Calculs et mise en forme : bilan {version}.",
    "Computed and laid out by bilan {version}.", "Berekend en opgemaakt met bilan {version}." },
  interval_of = { "Intervalle à {conf|percent} : {interval}", "{conf|percent} interval: {interval}",
    "{conf|percent}-interval: {interval}" },
  chart_data = { "Données du graphique", "Data of the chart", "Gegevens van de grafiek" },
  synthetic_banner = {
    "Données synthétiques. Ce document repose sur des réponses reconstituées, et non sur des répondants réels : aucun chiffre ne doit être cité comme un résultat d'enquête.",
    "Synthetic data. This document rests on reconstructed answers, not on real respondents: no figure may be quoted as a survey result.",
    "Synthetische gegevens. Dit document berust op gereconstrueerde antwoorden, niet op echte respondenten: geen enkel cijfer mag als enquêteresultaat worden geciteerd." },
  synthetic_mark = { "données synthétiques", "synthetic data", "synthetische gegevens" },
  skip = { "Aller au contenu", "Skip to content", "Naar de inhoud" },
  indicators = { "Chiffres clés", "Key figures", "Kerncijfers" },
  sheet_method = { "Méthode", "Method", "Methode" },
  sheet_data = { "Tableau", "Table", "Tabel" },

  -- audit of published figures
  claim_id = { "Chiffre", "Claim", "Bewering" },
  claim_share = { "Publié", "Published", "Gepubliceerd" },
  claim_verdict = { "Verdict", "Verdict", "Oordeel" },
  claim_why = { "Pourquoi", "Why", "Waarom" },
  claims_title = { "Vérification des chiffres publiés", "Audit of published figures",
    "Controle van gepubliceerde cijfers" },
  verdict_reproduced = { "reproduit", "reproduced", "gereproduceerd" },
  verdict_consistent = { "compatible", "consistent", "consistent" },
  verdict_contradicted = { "contredit", "contradicted", "tegengesproken" },
  verdict_impossible = { "impossible", "impossible", "onmogelijk" },
  verdict_conflict = { "conflit", "conflict", "conflict" },
  verdict_unverifiable = { "invérifiable", "unverifiable", "niet te controleren" },

  -- open answers
  verbatims_hidden = { "Réponses ouvertes recueillies : {count}. Elles ne sont pas publiées.",
    "Open answers collected: {count}. They are not published.",
    "Verzamelde open antwoorden: {count}. Ze worden niet gepubliceerd." },
  verbatims_masked = {
    "Adresses, numéros et liens sont masqués automatiquement ; ce masquage n'est jamais complet.",
    "Addresses, numbers and links are masked automatically; such masking is never complete.",
    "Adressen, nummers en links zijn automatisch gemaskeerd; dat is nooit volledig." },
  mask_email = { "[adresse]", "[address]", "[adres]" },
  mask_phone = { "[téléphone]", "[phone]", "[telefoon]" },
  mask_link = { "[lien]", "[link]", "[link]" },
  mask_handle = { "[compte]", "[account]", "[account]" },
}

-- What the core says in English: notes of records, names of tests. { fr, en, nl }.
local sentences = {
  { "dépend des termes précédents : pas de coefficient propre", "depends on the terms before it: no coefficient of its own", "hangt af van de termen ervoor: geen eigen coëfficiënt" },
  { "autant de coefficients que d'unités indépendantes : aucun degré de liberté", "as many coefficients as independent units: no degrees of freedom left", "evenveel coëfficiënten als onafhankelijke eenheden: geen vrijheidsgraden over" },
  { "moins d'unités indépendantes que de coefficients : pas de test", "fewer independent units than coefficients: no test", "minder onafhankelijke eenheden dan coëfficiënten: geen toets" },
  { "aucune variance : le coefficient n'a pas d'erreur type", "no variance: the coefficient has no standard error", "geen variantie: de coëfficiënt heeft geen standaardfout" },
  { "un seul répondant dans la base : pas de variance", "one respondent in the base: no variance", "één respondent in de basis: geen variantie" },
  { "une seule ligne dans l'échantillon : aucun degré de liberté", "one row in the sample: no degrees of freedom", "één rij in de steekproef: geen vrijheidsgraden" },
  { "aucune variance dans l'échantillon : pas d'intervalle", "no variance in the sample: no interval", "geen variantie in de steekproef: geen interval" },
  { "les deux bornes sont la même réponse : beaucoup l'ont donnée", "both limits are the same answer: many gave it", "beide grenzen zijn hetzelfde antwoord: velen gaven het" },
  { "une borne de l'intervalle sort de l'échantillon", "a limit of the interval lies beyond the sample", "een grens van het interval valt buiten de steekproef" },
  { "le dénominateur est nul", "the denominator is zero", "de noemer is nul" },
  { "un des groupes n'a aucun répondant", "one of the groups has no respondent", "een van de groepen heeft geen respondent" },
  { "aucune variance entre les grappes d'une strate : les bornes sont l'estimation elle-même", "no variance between the clusters of a stratum: the limits are the estimate", "geen variantie tussen de clusters van een stratum: de grenzen zijn de schatting zelf" },
  { "les poids ne somment pas à une population : pas de tel effet de plan (deff = 'wr' en donne un)", "weights do not sum to a population: no such design effect (deff = 'wr' has one)", "de gewichten tellen niet op tot een populatie: zo'n designeffect bestaat niet (deff = 'wr' geeft er een)" },
  { "moins de degrés de liberté que n'en prend le test : pas de test", "fewer degrees of freedom than the test takes: no test", "minder vrijheidsgraden dan de toets vraagt: geen toets" },
  { "une seule grappe par strate : aucun degré de liberté, pas de variance", "one cluster a stratum: no degrees of freedom, no variance", "één cluster per stratum: geen vrijheidsgraden, geen variantie" },
  { "une borne sort de 0 à 100 % : l'intervalle logit y reste", "a limit lies outside 0 to 100 %: the logit interval stays inside", "een grens valt buiten 0 tot 100%: het logit-interval blijft erbinnen" },
  { "0 % ou 100 % : borne de Korn et Graubard, avec n pour base", "0 % or 100 %: Korn and Graubard's limit, with n as the base", "0% of 100%: grens van Korn en Graubard, met n als basis" },
  { "base trop petite : non comparé", "small base: not compared", "kleine basis: niet vergeleken" },
  { "0 % ou 100 % : non comparé", "0 % or 100 %: not compared", "0% of 100%: niet vergeleken" },
  { "des niveaux partagent des répondants : pas de test du tableau entier", "levels share respondents: no test of the whole table", "niveaus delen respondenten: geen toets van de hele tabel" },
  { "un argument est hors de son domaine", "an argument is outside its domain", "een argument valt buiten zijn domein" },
  { "la base est nulle", "the base is 0", "de basis is 0" },
  { "cette méthode ne donne ici aucune largeur : en choisir une autre", "this method gives no width here: use another one", "deze methode geeft hier geen breedte: gebruik een andere" },
  { "non défini à 0 % et 100 % : intervalle de Clopper-Pearson à la place", "not defined at 0 % and 100 %: the Clopper-Pearson interval instead", "niet gedefinieerd bij 0 % en 100 %: in plaats daarvan het Clopper-Pearson-interval" },
  { "demande des effectifs entiers : intervalle de Clopper-Pearson à la place", "needs whole counts: the Clopper-Pearson interval instead", "vereist gehele aantallen: in plaats daarvan het Clopper-Pearson-interval" },
  { "lignes ou colonnes vides laissées de côté", "empty rows or columns left out", "lege rijen of kolommen weggelaten" },
  { "moins de deux lignes ou colonnes ont des réponses : pas de test", "fewer than two rows or columns hold answers: no test", "minder dan twee rijen of kolommen met antwoorden: geen toets" },
  { "un effectif attendu est inférieur à 5", "an expected count is below 5", "een verwacht aantal is kleiner dan 5" },
  { "personne n'a changé entre les deux réponses", "nobody changed between the two answers", "niemand veranderde tussen de twee antwoorden" },
  { "toutes les valeurs sont égales, ou trop peu nombreuses : pas de test", "all values are equal, or there are too few: no test", "alle waarden zijn gelijk, of het zijn er te weinig: geen toets" },
  { "approximation normale, à cause des ex aequo ou de la taille", "normal approximation, because of ties or size", "normale benadering, vanwege gelijke waarden of omvang" },
  { "différences nulles laissées de côté", "differences of 0 left out", "verschillen van 0 weggelaten" },
  { "0,5 ajouté à chaque case, car l'une est vide", "0.5 added to every cell, because one is empty", "0,5 toegevoegd aan elke cel, omdat er een leeg is" },
  { "valeur p tirée de tableaux simulés", "p-value from simulated tables", "p-waarde uit gesimuleerde tabellen" },
  { "aucune strate ne distingue les groupes", "no stratum can tell the groups apart", "geen stratum onderscheidt de groepen" },
  { "il faudrait interroger toute la population", "everybody in the population would have to be asked", "de hele populatie zou bevraagd moeten worden" },
  { "aucune taille d'échantillon n'y suffit", "no sample size reaches this", "geen enkele steekproefomvang volstaat" },
  { "du khi-deux", "chi-squared", "chi-kwadraat" },
  { "de Fisher", "Fisher", "Fisher" },
  { "de Fisher (simulé)", "Fisher, simulated", "Fisher (gesimuleerd)" },
  { "F de Rao-Scott", "F", "Rao-Scott F" },
  { "du khi-deux de Rao-Scott", "Chisq", "Rao-Scott chi-kwadraat" },
  { "de Wald", "Wald", "Wald" },
  { "de Wald ajusté", "adjWald", "aangepaste Wald" },
  { "de Rao-Scott (loi exacte)", "lincom", "Rao-Scott (exact)" },
  { "de Rao-Scott (point-selle)", "saddlepoint", "Rao-Scott (zadelpunt)" },
  { "khi-deux de Pearson", "Pearson's chi-squared", "chi-kwadraat van Pearson" },
  { "rapport de vraisemblance", "likelihood ratio", "likelihood-ratio" },
  { "test exact de Fisher", "Fisher's exact test", "exacte toets van Fisher" },
  { "test de Fisher, simulé", "Fisher's test, simulated", "toets van Fisher, gesimuleerd" },
  { "t de Welch", "Welch's t", "t van Welch" },
  { "t apparié", "paired t", "gepaarde t" },
  { "t à variance commune", "two-sample t, pooled variance", "t met gemeenschappelijke variantie" },
  { "t à un échantillon", "one-sample t", "t voor één steekproef" },
  { "somme des rangs de Wilcoxon", "Wilcoxon rank sum", "Wilcoxon rangsom" },
  { "rangs signés de Wilcoxon", "Wilcoxon signed rank", "Wilcoxon rangtekens" },
  { "Kruskal-Wallis", "kruskal-wallis", "Kruskal-Wallis" },
  { "khi-deux de McNemar", "McNemar's chi-squared", "chi-kwadraat van McNemar" },
  { "khi-deux de McNemar, avec correction de continuité", "McNemar's chi-squared, continuity corrected", "chi-kwadraat van McNemar, met continuïteitscorrectie" },
  { "test exact de McNemar", "McNemar's exact test", "exacte toets van McNemar" },
  { "Cochran-Armitage", "Cochran-Armitage", "Cochran-Armitage" },
  { "F de Rao-Scott (second ordre)", "Rao-Scott F (second order)", "Rao-Scott F (tweede orde)" },
  { "khi-deux de Rao-Scott (premier ordre)", "Rao-Scott chi-squared (first order)", "Rao-Scott chi-kwadraat (eerste orde)" },
  { "Wald selon le plan", "Wald by design", "Wald volgens het steekproefplan" },
  { "Wald ajusté selon le plan", "adjusted Wald by design", "aangepaste Wald volgens het steekproefplan" },
  { "Rao-Scott, mélange exact", "Rao-Scott, exact mixture", "Rao-Scott, exact mengsel" },
  { "Rao-Scott, point-selle", "Rao-Scott, saddlepoint", "Rao-Scott, zadelpunt" },
  { "ajustement, khi-deux de Pearson", "goodness of fit, Pearson's chi-squared", "aanpassing, chi-kwadraat van Pearson" },
  { "ajustement, Rao-Scott du second ordre", "goodness of fit, Rao-Scott second order", "aanpassing, Rao-Scott tweede orde" },
  { "ajustement, Rao-Scott du premier ordre", "goodness of fit, Rao-Scott first order", "aanpassing, Rao-Scott eerste orde" },
  { "ajustement, F de Rao-Scott", "goodness of fit, Rao-Scott F", "aanpassing, Rao-Scott F" },
  { "t selon le plan", "t by design", "t volgens het steekproefplan" },
  { "t apparié selon le plan", "paired t by design", "gepaarde t volgens het steekproefplan" },
  { "t à un échantillon selon le plan", "one-sample t by design", "t voor één steekproef volgens het steekproefplan" },
  { "Wilcoxon selon le plan", "Wilcoxon by design", "Wilcoxon volgens het steekproefplan" },
  { "Kruskal-Wallis selon le plan", "Kruskal-Wallis by design", "Kruskal-Wallis volgens het steekproefplan" },
  { "van der Waerden selon le plan", "van der Waerden by design", "van der Waerden volgens het steekproefplan" },
  { "test de la médiane selon le plan", "median test by design", "mediaantoets volgens het steekproefplan" },
  { "McNemar selon le plan", "McNemar by design", "McNemar volgens het steekproefplan" },
  { "symétrie selon le plan, Wald ajusté", "symmetry by design, adjusted Wald", "symmetrie volgens het steekproefplan, aangepaste Wald" },
  { "tendance linéaire selon le plan", "linear trend by design", "lineaire trend volgens het steekproefplan" },
  { "Mantel-Haenszel", "Mantel-Haenszel", "Mantel-Haenszel" },
  { "homogénéité (Breslow-Day-Tarone)", "homogeneity (Breslow-Day-Tarone)", "homogeniteit (Breslow-Day-Tarone)" },
}
-- luacheck: pop

local by_english = {}
for _, entry in ipairs(sentences) do by_english[entry[2]] = entry end

M.months = {
  fr = { "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre" },
  en = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December" },
  nl = { "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
    "oktober", "november", "december" },
}

local column_of = { fr = 1, en = 2, nl = 3 }

--- The language's tag when it is known; raises otherwise. nil gives the default.
function M.check(lang)
  if lang == nil then return M.default end
  if column_of[lang] then return lang end
  local known = table.concat(M.languages, ", ")
  host.fail(('unknown language "%s"; known are %s'):format(tostring(lang), known))
end

--- The words under a key, with their {marks}; nil when there is no such key.
function M.find(lang, key)
  local entry = words[key]
  return entry and entry[column_of[M.check(lang)]]
end

--- What stands between the entries of a list that has commas inside.
function M.separator(lang) return M.check(lang) == "fr" and " ; " or "; " end

--- What the core said in English ("a; b" is two sentences), in a language; other text is kept.
function M.translate(lang, text)
  local column, parts = column_of[M.check(lang)], {}
  for part in (tostring(text) .. "; "):gmatch("(.-); ") do
    local entry = by_english[part]
    if not entry and not tostring(text):find("; ", 1, true) then return text end
    parts[#parts + 1] = entry and entry[column] or part
  end
  return table.concat(parts, M.separator(lang))
end

--- All keys in alphabetical order (for tests and translators).
function M.keys()
  local keys = {}
  for key in pairs(words) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

return M
