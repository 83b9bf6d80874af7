-- expect 0: load takes a text, not a reader that never ends
local attack = require "attack"

attack.refused("load of a reader", load, function() return " " end)
attack.refused("load of a reader", load, setmetatable({}, { __call = function() return " " end }))
