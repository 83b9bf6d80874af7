-- Shared by the attacks: `arg[1]` is a folder that a script may neither read nor write; it holds
-- secret.txt. An attack that gets somewhere prints "escaped" and what it reached.
local attack = {}

attack.folder = arg[1] or "/nowhere"
attack.secret = attack.folder .. "/secret.txt"
attack.marker = attack.folder .. "/marker"

function attack.escaped(...) print("escaped", ...) end

-- Says so when a value is there that must not be.
function attack.absent(value, what)
  if value ~= nil then attack.escaped(what) end
end

-- Says so when a call succeeds.
function attack.refused(what, f, ...)
  if pcall(f, ...) then attack.escaped(what) end
end

-- Globals are strict: reading an unknown one is an error, which is as good as absent.
function attack.global(name)
  local ok, value = pcall(function() return _ENV[name] end)
  return ok and value or nil
end

return attack
