-- expect 0: table.move over 2^53 places
local attack = require "attack"

attack.refused("move", table.move, {}, 1, 2 ^ 53, 2)
attack.refused("move", table.move, {}, -(2 ^ 53), 2 ^ 53, 2)
attack.refused("move", table.move, {}, math.mininteger, math.maxinteger, 2)
attack.refused("move", table.move, {}, 1, 2, math.maxinteger)
attack.refused("move", table.move, {}, setmetatable({}, { __sub = function() return 0 end }), 9,
  1)
local to = setmetatable({}, { __newindex = function() end })
attack.refused("move", table.move, setmetatable({}, { __index = function() return 1 end }), 1,
  2 ^ 40, 1, to)
