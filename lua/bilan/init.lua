--- bilan: survey tables and statistics for scripts.
--
-- `local bilan = require "bilan"` gives this module. What is heavy is loaded when it is first
-- used, so an empty script pays for almost nothing.
local core = require "bilan.core"

-- What the output modules ask of the program around them.
require("bilan.host").set {
  number = function(x) return core.text.number(x) end,
  percent = function(...) return core.text.percent(...) end,
  width = function(text) return core.text.width(text) end,
  write = function(path, bytes) return core.host.write(path, bytes) end,
  where = function() return (core.where():gsub(": $", "")) end,
  version = core.version,
}

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

-- field -> loader; the value is kept once it was made.
local lazy = {
  missing = missing_values,
  read = function()
    require "bilan.estimates"
    return require("bilan.read").read
  end,
  codebook = function() return require("bilan.codebook").read end,
  stat = function() return core.stat end,
  chart = function() return require "bilan.chart" end,
  report = function() return require("bilan.report").new end,
  indicator = function() return require("bilan.indicator").define end,
  claims = function()
    require "bilan.estimates"
    return require("bilan.check").audit
  end,
  reconstruct = function() return require("bilan.rebuild").survey end,
  table = function() return require("bilan.gate").table end,
  format = function() return require "bilan.format" end,
  privacy = function() return { minimum = 5 } end,
}

--- bilan.survey{ name = { values }, ... }
function bilan.survey(columns)
  local marks = bilan.missing
  require "bilan.estimates"
  local survey = require "bilan.survey"
  local plain = {}
  for name, values in pairs(columns) do
    if type(values) == "table" and type(name) == "string" then
      local copy = {}
      for i, value in pairs(values) do
        local kind = type(value) == "table" and marks and survey.mark_kind(value)
        copy[i] = kind and core.data.missing_mark(kind) or value
      end
      values = copy
    end
    plain[name] = values
  end
  return survey.from_lists(plain)
end

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
      names[#names + 1] = "survey"
      fault.unknown("name in bilan:", name, names)
    end
  end,
})
