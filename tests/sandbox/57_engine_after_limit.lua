-- expect 3: the engine after a limit
local bilan = require "bilan"
local survey = bilan.survey { sex = { "f", "m", "f", "m" } }
pcall(function() while true do end end)
while true do
  pcall(function() print(survey:freq "sex") end)
  pcall(function() bilan.report { title = "x" }:write "after.html" end)
end
