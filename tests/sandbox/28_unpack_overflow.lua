-- expect 0: unpack of ranges that overflow
local attack = require "attack"

attack.refused("unpack", table.unpack, {}, 1, 1e8)
attack.refused("unpack", table.unpack, {}, 0, math.maxinteger)
attack.refused("unpack", table.unpack, {}, math.mininteger, math.maxinteger)
attack.refused("unpack", table.unpack, {}, 1, 1 << 31)
attack.refused("unpack", table.unpack, setmetatable({},
  { __len = function() return 1 << 62 end }))
attack.refused("select", select, math.mininteger)
attack.refused("char", function() return string.char(table.unpack({}, 1, 10)) end)
