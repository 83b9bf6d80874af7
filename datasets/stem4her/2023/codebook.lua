-- Codebook of the STEM4Her cohort survey, first term of 2023.
local utilite = {
  { "très utile", en = "very useful", score = 5 }, { "utile", en = "useful", score = 4 },
  { "moyennement", en = "moderately", score = 3 }, { "peu", en = "little", score = 2 },
  { "pas du tout", en = "not at all", score = 1 },
}
local oui_non = { { "oui", en = "yes" }, { "non", en = "no" } }

return {
  title = "STEM4Her",
  version = "2023",
  lang = "fr",
  synthetic = true, -- the answers are not public: the respondents are rebuilt
  items = {
    { id = "id", kind = "id" },
    { id = "synthetique", levels = { "oui" },
      label = { fr = "Répondante reconstituée", en = "Reconstructed respondent" } },
    { id = "aide_doutes", levels = oui_non,
      label = { fr = "Décisif dans les moments de doute", en = "Decisive in moments of doubt" } },
    { id = "aide_objectifs", levels = oui_non,
      label = { fr = "A aidé à atteindre les objectifs", en = "Helped to reach goals" } },
    -- asked, but no figure of them was published
    { id = "tutorat", kind = "scale", levels = utilite, optional = true },
    { id = "mentorat", kind = "scale", levels = utilite, optional = true },
    { id = "atelier_methode", kind = "scale", levels = utilite, optional = true },
    { id = "journee_entreprise", kind = "scale", levels = utilite, optional = true },
    { id = "team_building", kind = "scale", levels = utilite, optional = true },
    { id = "poursuite", levels = oui_non, optional = true },
    { id = "temoignage", kind = "text", optional = true },
  },
}
