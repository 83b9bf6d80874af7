-- expect 0: no userdata of the engine is in reach
local attack = require "attack"

local bilan = require "bilan"
local seen = {}
local function walk(value, path, depth)
  if type(value) == "userdata" then attack.escaped("userdata at " .. path) end
  if type(value) ~= "table" or seen[value] or depth > 6 then return end
  seen[value] = true
  for key, inner in next, value do walk(inner, path .. "." .. tostring(key), depth + 1) end
  local ok, iterate, state, first = pcall(pairs, value)
  if ok then
    pcall(function() for key, inner in iterate, state, first do walk(inner,
      path .. "." .. tostring(key), depth + 1) end end)
  end
end
local survey = bilan.survey { sex = { "f", "m", bilan.missing.refused }, age = { 1, 2, 3 } }
for name, value in pairs { survey = survey, freq = survey:freq "sex", mean = survey:mean "age",
  head = survey:head(3),
  column = survey:column "sex", item = survey:item "sex", origin = survey:origin(),
  report = bilan.report { title = "x" }, sheet = survey:freq("sex"):sheet(),
  claims = bilan.claims { { id = "1", population = "p", group = "all", item = "i", level = "l",
    share = "50 %" } },
  rows = survey:freq("sex"):rows() } do
  walk(value, name, 1)
end
