--- Bars of several series side by side in each category: the same page as bars, with a legend.
local bars = require "bilan.chart.bars"

local M = {}

M.options = { "sort", "ci", "benchmark" }

function M.prepare(source, opts)
  source:axes(opts, "grouped_bars", "by", 2)
end

function M.draw(source, opts, heading)
  return bars.page(source, opts, heading, "grouped_bars")
end

return M
