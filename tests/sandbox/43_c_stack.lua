-- expect 0 1 3: the C stack: gsub, metamethods, sort, load in one another
local function nest() return (("x"):gsub("x", nest)) end
print(pcall(nest))
local meta = {}
meta.__index = function(t, k) return t[k .. "x"] end
print(pcall(function() return setmetatable({}, meta).x end))
local chain = {}
for _ = 1, 100000 do chain = setmetatable({}, { __index = chain }) end
print(pcall(function() return chain.x end))
local calls = {}
for _ = 1, 1000 do calls = setmetatable({}, { __call = calls }) end
print(pcall(calls))
local function sorted() table.sort({ 1, 2, 3 }, sorted) end
print(pcall(sorted))
local text = setmetatable({}, {})
getmetatable(text).__tostring = function(t) return tostring(t) end
print(pcall(tostring, text))
local function loaded() return load("return ...")(loaded()) end
print(pcall(loaded))
