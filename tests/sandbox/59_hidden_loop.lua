-- expect 3: a chunk named like the engine, called last, is still stopped
local attack = require "attack"

attack.absent(nil, "")
return load("while true do pcall(function() while true do end end) end", "=bilan.core")()
