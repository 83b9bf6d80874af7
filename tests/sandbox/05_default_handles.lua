-- expect 0: no file handle is to be had
local attack = require "attack"

for _, name in ipairs { "stdin", "stdout", "stderr", "file", "input", "output", "lines" } do
  attack.absent(attack.global(name), name)
end
attack.refused("io.lines",
  function() for line in _ENV.io.lines(attack.secret) do print(line) end end)
