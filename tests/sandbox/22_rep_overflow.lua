-- expect 0: sizes that overflow
local attack = require "attack"

for _, case in ipairs { { "", 1 << 62 }, { "", math.maxinteger, "" } } do
  if ("").rep(table.unpack(case)) ~= "" then attack.escaped "rep of nothing" end
end
for _, n in ipairs { 1 << 62, math.maxinteger, (1 << 61) + 1, 2.0 ^ 62, "4611686018427387904" } do
  attack.refused("rep", string.rep, "xxxx", n)
  attack.refused("rep with a separator", string.rep, "", n, "ab")
end
for _, n in ipairs { 0, -1, math.mininteger } do
  if ("x"):rep(n) ~= "" then attack.escaped "rep below one" end
end
for _, n in ipairs { 1.5, 0 / 0, math.huge, {}, "x" } do attack.refused("rep", string.rep, "x",
  n) end
attack.refused("rep of a lying number", string.rep, "x", setmetatable({},
  { __mul = function() return 0 end }))
