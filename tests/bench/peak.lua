-- A survey loaded and its report with standard errors, one figure of each of the 90 tables looked
-- at: the process's peak memory is what counts.   bilan run peak.lua CODES.csv
local bilan = require "bilan"

local survey = bilan.read(arg[1], { missing = { "255" } }):rename { class = "level" }
survey = survey:design { weights = "weight", strata = "stratum", clusters = { "psu" }, nest = true }

local made, sum = {}, 0
for item = 1, 30 do
  for _, by in ipairs { "gender", "class", "year" } do
    made[#made + 1] = { by, survey:proportion(("q%02d"):format(item), { by = by, ci = "wald" }) }
  end
end
for _, entry in ipairs(made) do
  local row = entry[2]:get { level = "0", [entry[1]] = "0" }
  sum = sum + row.value + row.se
end
print(sum)
