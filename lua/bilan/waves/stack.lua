--- The verb stack: all years as one survey with the item `year`.
local fault = require "bilan.fault"
local stacked = require "bilan.waves.stacked"

local M = {}

--- The name of the item that holds the year.
M.year = "year"

--- One survey of several years, items harmonised: opts.years, items (default: all), unit (an item
-- that repeats across years: the PSU of the stack), design = false (answers alone).
function M.stack(context, opts)
  opts = fault.options(opts, { "years", "items", "unit", "design" }, "stack")
  local places, threads = context:years(opts.years, "stack"), {}
  for _, name in ipairs(opts.items or {}) do
    threads[#threads + 1] = context:thread(name, "stack: items")
  end
  local unit = opts.unit and context:thread(opts.unit, "stack: unit") or context.unit
  if opts.unit == false then unit = nil end
  local specs = context:specs(opts.items and threads or context.threads, places)
  for _, spec in ipairs(specs) do
    if spec.thread.name == M.year then
      fault.raise('stack: an item is called "%s" already: rename it, or leave it out with items',
        M.year)
    end
  end
  for _, k in ipairs(unit and places or {}) do
    if not unit.at[k] then
      fault.raise('stack: unit: "%s" is not in %s', unit.name, context.list[k].name)
    end
  end
  return stacked.survey(context.list, places, specs, { year = M.year, unit = unit,
    design = opts.design })
end

return M
