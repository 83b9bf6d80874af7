-- expect 3: ten thousand files and one
local result = require "bilan".survey { a = { 1, 2 } }:freq "a"
for i = 1, 20000 do pcall(result.to_csv, result, "f" .. i .. ".csv", { layout = "table" }) end
