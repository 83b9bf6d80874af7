-- expect 0: five hundred forged chunks are refused
local attack = require "attack"

local head = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8"
for seed = 1, 500 do
  local bytes, state = {}, seed
  for i = 1, 120 do
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[i] = string.char(state >> 16 & 255)
  end
  if load(head .. table.concat(bytes), "=forged") then attack.escaped("chunk " .. seed) end
end
