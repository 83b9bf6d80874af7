--- bilan.reconstruct: whole respondents that have the published figures, as a survey.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"
local reconstruct = require "bilan.reconstruct"
local Survey = require "bilan.survey"
require "bilan.estimates"

local M = {}

--- bilan.reconstruct{ populations =, claims =, population =, seed =, items = } -> survey, made.
-- The survey is marked synthetic; `made.skipped` lists the claims that no whole numbers give,
-- each with its reason.
function M.survey(opts)
  fault.expect(opts, "table", "reconstruct")
  local passed = { read = ledger.read }
  for key, value in pairs(opts) do passed[key] = value end
  local ok, made = pcall(reconstruct.build, passed)
  if not ok then fault.again(made) end
  local columns = {}
  for i, name in ipairs(made.names) do
    local values = {}
    for row, value in ipairs(made.columns[name]) do
      values[row] = value ~= "" and value or core.data.missing_mark "no answer"
    end
    columns[i] = { name, values }
  end
  local survey = Survey.from_lists(columns)
  return survey:mark_synthetic(("rebuilt from published shares, seed %d"):format(made.seed)), made
end

return M
