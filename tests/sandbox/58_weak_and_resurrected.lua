-- expect 0: weak tables, ephemerons and cycles
local weak = setmetatable({}, { __mode = "kv" })
local ephemeron = setmetatable({}, { __mode = "k" })
for i = 1, 20000 do
  local key = {}
  weak[i], ephemeron[key] = key, { key, weak }
  weak[key] = setmetatable({ key }, { __index = weak, __mode = "v" })
end
collectgarbage()
print(type(weak), type(ephemeron))
