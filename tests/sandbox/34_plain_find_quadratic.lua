-- expect 0 3: plain find that is quadratic
local hay = ("a"):rep(4000000)
for _ = 1, 3 do print(hay:find(("a"):rep(2000000) .. "b", 1, true)) end
