-- expect 0: tables made to look like objects of the engine
local attack = require "attack"

local bilan = require "bilan"
local survey = bilan.survey { a = { 1, 2 } }
local result = survey:freq "a"
local fake = setmetatable({}, { __index = survey, __name = "survey", __metatable = false })
attack.refused("a false survey", survey.freq, fake, "a")
attack.refused("a false survey", survey.stack, survey, fake)
attack.refused("a false survey", survey.names, {})
attack.refused("a result as a survey", survey.freq, result, "a")
attack.refused("a survey as a result", result.rows, survey)
attack.refused("a false result", result.to_csv, setmetatable({}, { __index = result }))
