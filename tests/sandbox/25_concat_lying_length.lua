-- expect 0: table.concat of a list that lies about its length
local attack = require "attack"

local liar = setmetatable({}, { __len = function() return 1 << 60 end,
  __index = function() return "" end })
attack.refused("concat", table.concat, liar)
local turn = 0
local later = setmetatable({}, { __len = function() turn = turn + 1 return turn == 1 and 0
  or 1 << 60 end,
  __index = function() return "" end })
attack.refused("concat of a list that lies later", table.concat, later)
