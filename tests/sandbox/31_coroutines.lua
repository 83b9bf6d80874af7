-- expect 3: loops moved into coroutines: there are none
local attack = require "attack"

attack.absent(attack.global "coroutine", "coroutine")
local function wrap(f)
  local ok, made = pcall(function() return _ENV.coroutine.wrap(f) end)
  return ok and made or f
end
wrap(function() while true do pcall(function() while true do end end) end end)()
