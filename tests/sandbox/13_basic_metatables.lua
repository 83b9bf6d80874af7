-- expect 0: the types of Lua keep their metatables
local attack = require "attack"

for _, value in ipairs { 1, true, print, "x" } do
  attack.refused("setmetatable of a " .. type(value), setmetatable, value, { __index = {} })
  local meta = getmetatable(value)
  if meta then attack.escaped("the metatable of a " .. type(value)) end
end
