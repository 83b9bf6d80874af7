-- The survey of ITD 2022-2023 by population, for the year's script and for
--   bilan check datasets/itd/2022-2023/claims.tsv --survey scripts/itd/enquete-2022-2023.lua
local bilan = require "bilan"

local folder = "datasets/itd/2022-2023/"
local enquete = bilan.read(folder .. "repondants.csv", { codebook = folder .. "codebook.lua" })

return {
  tous = enquete,
  eleves = enquete:where "public = 'élève'",
  college = enquete:where "niveau = 'college'",
  lycee = enquete:where "niveau = 'lycee'",
  enseignants = enquete:where "public = 'enseignant'",
  intervenantes = enquete:where "public = 'intervenante'",
}
