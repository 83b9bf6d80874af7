-- expect 0: the process is not ended, its environment not read
local attack = require "attack"

attack.refused("exit", function() _ENV.os.exit(0) end)
attack.refused("getenv", function() return _ENV.os.getenv "HOME" end)
attack.refused("clock", function() return _ENV.os.time() end)
