-- expect 0: no bytecode is made, none is loaded
local attack = require "attack"

attack.absent(("").dump, "string.dump")
attack.refused("string.dump", function() return string.dump(print) end)
local code = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8" .. ("\0"):rep(60)
for _, mode in ipairs { "b", "bt", "t" } do
  if load(code, "x", mode) then attack.escaped("load of bytecode, mode " .. mode) end
end
if load(code) then attack.escaped "load of bytecode" end
