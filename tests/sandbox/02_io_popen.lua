-- expect 0: no pipe is opened
local attack = require "attack"

local io = attack.global "io"
if io then io.popen("touch " .. attack.marker):close() end
attack.absent(io, "io")
