--- bilan: survey tables and statistics for scripts.
--
-- `local bilan = require "bilan"` gives this module. What is heavy is loaded when it is first
-- used, so an empty script pays for almost nothing.
local core = require "bilan.core"

local bilan = { _VERSION = core.version }

local missing_names = { no_answer = "no answer", not_asked = "not asked",
  dont_know = "don't know", refused = "refused" }

-- The script-side values of the kinds of missing, made on first use.
local function missing_values()
  local out, by_kind = {}, {}
  for field, kind in pairs(missing_names) do
    local mark = setmetatable({}, { __name = "missing", __metatable = false,
      __tostring = function() return kind end, __newindex = function() end })
    out[field], by_kind[kind] = mark, mark
  end
  require("bilan.survey").set_marks(by_kind)
  return out
end

-- The survey module with all its verbs, and the values of the kinds of missing.
local function surveys()
  require "bilan.estimates"
  require "bilan.design"
  require "bilan.record.trace" -- wraps the verbs of all of them: last
  return require "bilan.survey", bilan.missing
end

-- field -> loader; the value is kept once it was made.
local lazy = {
  survey = function() return surveys().from_lists end,
  missing = missing_values,
  read = function() return surveys() and require("bilan.read").read end,
  codebook = function() return require("bilan.codebook").read end,
  stat = function() return core.stat end,
  chart = function() return require "bilan.chart" end,
  waves = function() return surveys() and require("bilan.waves").new end,
  report = function() return require("bilan.report").new end,
  indicator = function() return require("bilan.indicator").define end,
  claims = function() return surveys() and require("bilan.check").audit end,
  reconstruct = function() return surveys() and require("bilan.rebuild").survey end,
  table = function() return require("bilan.gate").table end,
  format = function() return require "bilan.output.format" end,
  methods = function() return require("bilan.methods").pin end,
  privacy = function() return { minimum = 5 } end,
}

return setmetatable(bilan, {
  __index = function(self, name)
    local load = lazy[name]
    if load then
      local value = load()
      rawset(self, name, value)
      return value
    end
    if type(name) == "string" then
      local fault = require "bilan.fault"
      local names = require("bilan.ordered").keys(lazy)
      fault.unknown("name in bilan:", name, names)
    end
  end,
})
