-- The codebook of docs/examples/workshop.csv: what each column means.
local interesting = { { "interesting or very", "very interesting", "interesting" } }

return {
  title = "Science workshop",
  version = "2024",
  lang = "en",
  synthetic = true, -- nobody in this file exists
  items = {
    { id = "respondent", kind = "id", column = "Respondent" },
    { id = "school", kind = "single", column = "School",
      levels = { "Collège Zola", "Lycée Curie" }, label = { en = "School", fr = "Établissement" } },
    { id = "gender", kind = "single", column = "Gender", levels = { "girl", "boy", "other" },
      label = { en = "Gender", fr = "Genre" } },
    { id = "age", kind = "number", column = "Age", unit = "years", label = { en = "Age", fr = "Âge" } },
    { id = "interest", kind = "scale", column = "How interesting was the workshop?",
      levels = { { "very interesting", score = 5, codes = 5 }, { "interesting", score = 4, codes = 4 },
        { "moderately", score = 3, codes = 3 }, { "little", score = 2, codes = 2 },
        { "not at all", score = 1, codes = 1 } },
      missing = { ["don't know"] = 9 }, nets = interesting,
      label = { en = "Interest", fr = "Intérêt" } },
    { id = "fields", kind = "multiple", column = "Which fields attract you?", separator = ",",
      levels = { "health", "digital", "energy", "building" }, none = "none of these",
      base = "answered",
      label = { en = "Fields that attract", fr = "Domaines attirants" } },
    { id = "screen", kind = "number", column = "Screen hours per day", unit = "hours",
      label = { en = "Screen hours per day", fr = "Heures d'écran par jour" } },
    { id = "again", kind = "single", column = "Would you come again?",
      levels = { "yes", "maybe", "no" }, label = { en = "Would come again", fr = "Reviendrait" } },
    { id = "subject", kind = "single", column = "Subject chosen next year",
      levels = { "mathematics", "physics", "biology" }, missing = { refused = "refused" },
      universe = "school = 'Lycée Curie'",
      label = { en = "Subject next year", fr = "Spécialité l'an prochain" } },
  },
}
