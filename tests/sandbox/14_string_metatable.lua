-- expect 0: the metatable of texts is locked
local attack = require "attack"

if getmetatable "" then attack.escaped "getmetatable of a text" end
attack.refused("string.upper", function() string.upper = function() return "poisoned" end end)
attack.refused("rawset of string", function() rawset(string, "upper", print) end)
attack.absent(("").dump, "dump as a method")
if ("a"):upper() ~= "A" then attack.escaped "a changed method" end
