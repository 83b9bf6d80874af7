-- expect 0: no registry
local attack = require "attack"

attack.absent(attack.global "debug", "debug")
attack.refused("getregistry", function() return _ENV.debug.getregistry() end)
