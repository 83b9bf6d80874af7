-- expect 0 1: walks over tables that change
local t = {}
for i = 1, 100 do t["k" .. i] = i end
for k in pairs(t) do
  t[k] = nil
  t[k .. "x"] = 1
  if #k > 20 then break end
end
print(pcall(next, {}, "no such key"))
print(pcall(next, { a = 1 }, {}))
print(pcall(next, nil))
print(pcall(pairs, nil))
local trap = setmetatable({}, { __pairs = function(x) return next, x, nil end })
for _ in pairs(trap) do print "never" end
