-- expect 0: the metatable of the globals is locked
local attack = require "attack"

if getmetatable(_G) then attack.escaped "getmetatable(_G)" end
attack.refused("setmetatable(_G)", setmetatable, _G, {})
attack.refused("setmetatable(bilan)", setmetatable, require "bilan", {})
