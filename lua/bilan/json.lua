--- JSON out: plain tables as text, keys in a stated order, so that the bytes never vary.
local escape = require "bilan.escape"
local host = require "bilan.host"
local ordered = require "bilan.ordered"

local M = {}

-- The keys of a map: those of `order` first, then the others by name.
local function keys_of(map, order)
  local keys, seen = {}, {}
  for _, key in ipairs(order or {}) do
    if map[key] ~= nil then keys[#keys + 1] = key end
    seen[key] = true
  end
  for _, key in ipairs(ordered.keys(map)) do
    if not seen[key] and type(key) == "string" then keys[#keys + 1] = key end
  end
  return keys
end

--- A value as JSON. A table with a first element is a list, an empty one a list too unless its
-- name is in no list; `order` names the keys that come first. NaN and infinity are null.
function M.encode(value, order)
  local kind = type(value)
  if kind == "string" then return escape.json(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then
    local finite = value == value and math.abs(value) ~= math.huge
    return finite and host.number(value) or "null"
  end
  if kind ~= "table" then return "null" end
  local parts = {}
  if value[1] ~= nil or next(value) == nil then
    for i, inner in ipairs(value) do parts[i] = M.encode(inner, order) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for i, key in ipairs(keys_of(value, order)) do
    parts[i] = escape.json(key) .. ":" .. M.encode(value[key], order)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

return M
