-- expect 3: the engine eats the memory, every error caught
local bilan = require "bilan"
local list = {}
for i = 1, 200000 do list[i] = i % 7 end
local survey = bilan.survey { a = list }
while true do
  pcall(function() while true do survey = survey:stack(survey) end end)
end
