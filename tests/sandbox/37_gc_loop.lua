-- expect 0: no finalizer is set, so none loops
local attack = require "attack"

local function loop() while true do end end
attack.refused("__gc", setmetatable, {}, { __gc = loop })
attack.refused("__gc of another kind", setmetatable, {}, { __gc = false })
local late = {}
setmetatable({}, late)
late.__gc = function() attack.escaped "__gc set later" end
late = nil
for _ = 1, 200 do local _ = ("x"):rep(100000) end
collectgarbage()
