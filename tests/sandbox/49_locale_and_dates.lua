-- expect 0: locale and clock are not to be had
local attack = require "attack"

attack.refused("setlocale", function() return _ENV.os.setlocale "fr_FR" end)
attack.refused("date", function() return _ENV.os.date() end)
if ("%.1f"):format(0.5) ~= "0.5" then attack.escaped "a locale" end
