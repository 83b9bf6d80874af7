-- expect 0: package.loaded, preload and searchers are out of reach
local attack = require "attack"

for _, name in ipairs { "loaded", "preload", "searchers", "path", "cpath" } do
  attack.refused("package." .. name, function() return _ENV.package[name].x end)
end
