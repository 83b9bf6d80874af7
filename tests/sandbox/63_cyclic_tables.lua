-- expect 0 1: tables that hold themselves, given to the engine
local bilan = require "bilan"
local cycle = {}
cycle[1], cycle.a, cycle.title = cycle, cycle, "x"
local survey = bilan.survey { a = { 1, 2, 3 } }
for _, f in ipairs { function() bilan.survey(cycle) end, function() bilan.table(cycle) end,
  function() bilan.report(cycle) end,
  function() bilan.codebook(cycle) end, function() bilan.claims(cycle) end,
    function() survey:freq("a", { nets = cycle }) end,
  function() bilan.indicator { id = "x", estimate = cycle } end, function() survey:recode("a",
    cycle) end,
  function() bilan.chart.bars(cycle) end, function() bilan.table { columns = { "a" },
    rows = { { cycle } } } end,
  function() survey:group { x = cycle } end, function() survey:crosstab("a", "a",
    { nets = cycle }) end } do
  local ok, why = pcall(f)
  if not ok and tostring(why):find "internal" then print(why) end
end
