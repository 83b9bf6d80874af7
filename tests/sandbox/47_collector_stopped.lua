-- expect 3: a collector that a script would stop
pcall(collectgarbage, "stop")
pcall(collectgarbage, "setpause", 1000000)
pcall(collectgarbage, "generational")
for _ = 1, 20000 do local _ = ("x"):rep(100000) end -- 2 GB of garbage pass
local kept = {}
while true do kept[#kept + 1] = ("x"):rep(100000) .. #kept end
