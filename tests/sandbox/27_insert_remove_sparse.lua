-- expect 0: lists whose border is near 2^62
local attack = require "attack"

local sparse = { 1 }
for i = 1, 61 do sparse[1 << i] = 1 end
for _, name in ipairs { "insert", "remove" } do pcall(table[name], sparse, 1, 1) end
pcall(table.concat, sparse)
pcall(table.sort, sparse)
pcall(table.unpack, sparse)
local liar = setmetatable({}, { __len = function() return 2 ^ 53 end })
attack.refused("insert", table.insert, liar, 1, 1)
attack.refused("remove", table.remove, liar, 1)
