-- expect 0 3: bad comparators and lying lengths
local attack = require "attack"

local list = {}
for i = 1, 2000 do list[i] = i * 7919 % 1009 end
for _, compare in ipairs { function() return true end, function() return false end,
  function(a, b) return a ~= b end, function() error({}) end, function() return nil end } do
  pcall(table.sort, list, compare)
end
attack.refused("sort", table.sort, setmetatable({}, { __len = function() return 1 << 30 end }))
attack.refused("sort", table.sort, { 1, "x", {} })
local turn = 0
pcall(table.sort, list, function() turn = turn + 1 list[turn] = nil return turn % 2 == 0 end)
table.sort({ 1, 2, 3, 4 }, function() while true do end end)
