-- expect 3: 64 MB of output, every error caught
local line = ("x"):rep(1 << 20)
while true do pcall(print, line) end
