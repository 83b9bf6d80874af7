-- expect 0: no shared library is loaded
local attack = require "attack"

attack.absent(attack.global "package", "package")
attack.refused("loadlib",
  function() return _ENV.package.loadlib("/lib/x86_64-linux-gnu/libc.so.6", "*") end)
