-- expect 0: no file is removed or renamed
local attack = require "attack"

attack.refused("remove", function() _ENV.os.remove(attack.secret) end)
attack.refused("rename", function() _ENV.os.rename(attack.secret, attack.marker) end)
attack.refused("tmpname", function() return _ENV.os.tmpname() end)
