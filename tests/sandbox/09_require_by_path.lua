-- expect 0: require stays beside the script
local attack = require "attack"

for _, name in ipairs { "/etc/hostname", "../../core/main", "..", ".", "", "a/b", "bilan.core",
  "bilan.host",
  "bilan.sandbox", "bilan.cli", "_G", "os", "io", "package", "debug", "string", "lfs", "socket",
    "ffi",
  attack.secret, "bilan\0.core", "....etc.hostname" } do
  attack.refused("require " .. name, require, name)
end
for _, value in ipairs { 1, true, {}, print } do attack.refused("require a value", require,
  value) end
