-- expect 0: nothing is read outside by the verbs of the engine
local attack = require "attack"

local bilan = require "bilan"
for _, path in ipairs { attack.secret, "/etc/hostname", "/etc/../etc/hostname",
  "/proc/self/environ",
  "/proc/self/cmdline", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0" } do
  attack.refused("read " .. path, bilan.read, path)
end
