-- expect 3: options whose metamethods loop
local bilan = require "bilan"
local survey = bilan.survey { a = { 1, 2 } }
local trap = setmetatable({}, { __index = function() while true do end end,
  __pairs = function() while true do end end,
  __len = function() while true do end end })
while true do
  pcall(survey.freq, survey, "a", trap)
  pcall(bilan.report, trap)
  pcall(bilan.claims, trap)
end
