-- expect 0: no address is shown
local attack = require "attack"

local values = { print, {}, string.format, setmetatable({}, {}), require "bilan", string, _G,
  setmetatable({}, { __name = "x\ny: é" }), setmetatable({}, { __name = "z" }), ("x").rep,
  (require "bilan").survey { a = { 1 } } }
for i, value in ipairs(values) do
  for _, text in ipairs { tostring(value), ("%s"):format(value), ("%-40s"):format(value) } do
    if text:find "0x%x%x%x" then attack.escaped("the address of value " .. i, text) end
  end
  for _, format in ipairs { "%p", "%-20p", "%%%p" } do attack.refused(format, string.format,
    format, value) end
end
if ("%%p"):format() ~= "%p" then attack.escaped "a percent sign" end
local _, why = pcall(error, {})
if tostring(why):find "0x" then attack.escaped "the address of an error" end
_, why = pcall(function() return #nil + {} end)
if tostring(why):find "0x" then attack.escaped "an address in a message" end
