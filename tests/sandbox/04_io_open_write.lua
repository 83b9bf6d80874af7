-- expect 0: nothing is written outside
local attack = require "attack"

local bilan = require "bilan"
local result = bilan.survey { sex = { "f", "m", "f" } }:freq "sex"
attack.refused("to_csv " .. attack.marker, result.to_csv, result, attack.marker)
attack.refused("report",
  function() bilan.report { title = "x" }:write(attack.marker .. ".html") end)
