-- Rebuilds laureates who have the published figures of STEM4Her 2023:
--   bilan run scripts/stem4her/reconstitution.lua
-- writes out/laureates.csv, which was copied to datasets/stem4her/2023/. "plus de 35 %" and "plus
-- de 75 %" of about ten fit several bases; eleven is assumed, with 4 and 9. Nobody in this file
-- exists, and every row says so (synthetique = oui).
local bilan = require "bilan"

local folder = "datasets/stem4her/2023/"
local oui_non = { "oui", "non" }
local survey = bilan.reconstruct { claims = folder .. "claims.tsv",
  populations = folder .. "populations.tsv", population = "laureates", size = 11, seed = 2023,
  items = { { id = "aide_doutes", levels = oui_non }, { id = "aide_objectifs", levels = oui_non } } }

local id, synthetique = {}, {}
for row = 1, #survey do id[row], synthetique[row] = row, "oui" end
local list = bilan.survey { { "id", id }, { "synthetique", synthetique },
  { "aide_doutes", survey:column "aide_doutes" },
  { "aide_objectifs", survey:column "aide_objectifs" } }
print(#list .. " rows: " .. list:write "laureates.csv")
