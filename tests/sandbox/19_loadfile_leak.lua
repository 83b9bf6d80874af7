-- expect 0: a syntax error shows nothing of a foreign file
local attack = require "attack"

for _, f in ipairs { loadfile, dofile } do
  for _, path in ipairs { attack.secret, "/etc/passwd", "/etc/hostname", "/proc/self/cmdline" } do
    local ok, why = pcall(f, path)
    if ok then attack.escaped(path) end
    if tostring(why):find "token" or tostring(why):find "near" then attack.escaped(path, why) end
  end
end
