-- expect 0: builtins overwritten by a script do not reach the engine
local attack = require "attack"

local bilan = require "bilan"
local escaped, plain_print = false, print
local function poison() escaped = true end
for _, name in ipairs { "pairs", "ipairs", "tostring", "error", "select", "setmetatable",
  "rawget", "type",
  "require" } do
  rawset(_G, name, poison)
end
for _, library in next, { string, table, math, utf8 } do
  pcall(rawset, library, "format", poison)
  pcall(rawset, library, "concat", poison)
  pcall(rawset, library, "floor", poison)
end
local text = bilan.survey { sex = { "f", "m", "f" } }:freq("sex"):to_text()
if escaped or not text:find "Wilson" then plain_print "escaped: the engine used a script's function" end
