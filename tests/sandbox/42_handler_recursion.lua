-- expect 1 3: a handler that fails in itself
local function handler(err) error(err) end
print(xpcall(error, handler, "x"))
local function deeper(err) return xpcall(error, deeper, err) end
print(xpcall(error, deeper, "x"))
local function bad() bad() end
print(xpcall(bad, function() bad() end))
bad()
