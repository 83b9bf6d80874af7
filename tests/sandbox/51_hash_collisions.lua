-- expect 0 3: names made to collide cost no more than the limit
local t = {}
for i = 1, 300000 do t[i * 4294967296.0] = true end
for i = 1, 100000 do t[("x"):rep(200) .. ("y"):rep(32) .. i .. ("z"):rep(200)] = true end
