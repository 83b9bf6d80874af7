-- The survey of one year of ITD by population, where pupils are recorded by class:
--   local enquete = dofile("scripts/itd/enquete.lua")("datasets/itd/2023-2024/")
-- Pupils are met by whole classes, so the class is the cluster of every estimate on pupils. A
-- design is one of all rows, and teachers have no class: each public gets rows of its own. In a
-- file that is half filled, a row without a class is a pupil met alone, and as long as there are
-- not two classes nothing is clustered.
local bilan = require "bilan"

-- Different classes of the pupils, and how many pupils have none.
local function classes_of(pupils)
  local seen, classes, without = {}, 0, 0
  for _, class in ipairs(pupils:column "classe") do
    if class == bilan.missing.no_answer then without = without + 1
    elseif not seen[class] then seen[class], classes = true, classes + 1 end
  end
  return classes, without
end

local function by_class(pupils)
  local classes, without = classes_of(pupils)
  if without > 0 then
    pupils = pupils:derive { classe = "coalesce(classe, 'élève ' || id)" }
  end
  return classes + without > 1 and pupils:design { clusters = "classe" } or pupils
end

return function(folder)
  local all = bilan.read(folder .. "repondants.csv", { codebook = folder .. "codebook.lua" })
  local function public(name) return all:drop_rows(("public <> '%s'"):format(name)) end
  local eleves = by_class(public "élève")
  return {
    tous = all,
    eleves = eleves,
    college = eleves:where "niveau = 'college'",
    lycee = eleves:where "niveau = 'lycee'",
    enseignants = public "enseignant",
    intervenantes = public "intervenante",
    etablissements = bilan.read(folder .. "etablissements.csv", { lang = "fr" }),
    temoignages = bilan.read(folder .. "temoignages.csv", { lang = "fr" }),
  }
end
