-- expect 0: no finalizer runs when the state closes
local attack = require "attack"

Kept = setmetatable({}, {})
attack.refused("a second metatable", setmetatable, Kept,
  { __gc = function() while true do end end })
local meta = {}
local other = setmetatable({}, meta)
meta.__gc = function() while true do end end
attack.refused("the same metatable again", setmetatable, other, meta)
