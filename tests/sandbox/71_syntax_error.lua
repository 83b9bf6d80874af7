-- expect 1: a syntax error is placed
local x = = 1
