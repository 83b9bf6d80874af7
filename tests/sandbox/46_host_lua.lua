-- expect 0: the Lua of the engine keeps its own functions
local attack = require "attack"

local bilan = require "bilan"
for _, name in ipairs { "chart", "stat", "format", "missing" } do
  local part = bilan[name]
  for key in pairs(part) do
    attack.refused(name .. "." .. tostring(key),
      function() part[key] = function() return 1 end end)
    attack.refused("rawset " .. name, rawset, part, key, print)
  end
  attack.refused(name .. ".new", function() part.new = 1 end)
end
attack.refused("bilan.read", function() bilan.read = print end)
attack.refused("bilan.new", function() bilan.new = print end)
attack.refused("rawset of bilan", rawset, bilan, "read", print)
local survey = bilan.survey { a = { 1, 2 } }
attack.refused("a verb", function() survey.freq = print end)
attack.refused("rawset of a survey", rawset, survey, "freq", print)
for _, object in ipairs { bilan, survey, survey:freq "a", bilan.missing.refused,
  bilan.report { title = "x" } } do
  if type(getmetatable(object)) == "table" then attack.escaped("the metatable of " .. tostring(object)) end
end
