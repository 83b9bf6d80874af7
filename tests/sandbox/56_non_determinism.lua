-- expect 0: two runs print the same
local t = {}
for i = 1, 200 do t["key" .. i * 7919 % 211] = i end
t[-1], t[0], t[2.5], t[true] = 1, 2, 3, 4
for i = 1, 9 do t[i] = i end
for k, v in pairs(t) do print(k, v) end
for k in next, t do print(k) end
print(next {}, next { 5 })
print(math.random(), math.random(1, 1000000))
print(tostring(print), tostring {}, ("%s"):format {})
for k in pairs(_G) do print(k) end
for k in pairs(t) do t[k] = nil end
print(next(t))
print(pcall(pairs, { [{}] = 1, [{}] = 2 }))
