-- A survey opened again and one weighted table of it:   bilan run again.lua FILE.csv
local bilan = require "bilan"

local survey = bilan.read(arg[1]):design { weights = "weight" }
print(survey:crosstab("q01", "gender", { percent = "none" }))
