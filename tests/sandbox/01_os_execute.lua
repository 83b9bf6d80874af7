-- expect 0: no process is started
local attack = require "attack"

local os = attack.global "os"
if os then os.execute("touch " .. attack.marker) end
attack.absent(os, "os")
attack.absent(_G.os, "_G.os")
