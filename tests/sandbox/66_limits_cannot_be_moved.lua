-- expect 0: a script cannot change its limits or its output folder
local attack = require "attack"

local bilan = require "bilan"
for _, name in ipairs { "core", "host", "guard", "grant", "watch", "sandbox", "cli", "set_limit",
  "limited", "gate" } do
  local ok, value = pcall(function() return bilan[name] end)
  if ok and value then attack.escaped("bilan." .. name) end
  attack.absent(attack.global(name), name)
end
