--- Tables walked in one order on every run: whole numbers rising, then text, then the rest.
-- Lua's own `pairs` follows hash seeds, which differ from run to run.
local M = {}

local rank = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local ra, rb = rank[type(a)] or 4, rank[type(b)] or 4
  if ra ~= rb then return ra < rb end
  if ra <= 2 then return a < b end
  return tostring(a) < tostring(b)
end

--- The keys of a table in order.
function M.keys(t)
  local keys = {}
  for k in next, t do keys[#keys + 1] = k end
  table.sort(keys, before)
  return keys
end

--- `for k, v in ordered.pairs(t)`.
function M.pairs(t)
  local keys, i = M.keys(t), 0
  return function()
    i = i + 1
    local k = keys[i]
    if k ~= nil then return k, t[k] end
  end
end

return M
