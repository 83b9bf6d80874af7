-- expect 0: no hooks, upvalues, frames
local attack = require "attack"

for _, name in ipairs { "sethook", "getupvalue", "setupvalue", "getlocal", "getinfo",
  "upvaluejoin",
  "setmetatable", "getuservalue" } do
  attack.refused("debug." .. name, function() return _ENV.debug[name](print, 1) end)
end
