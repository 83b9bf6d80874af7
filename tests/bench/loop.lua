-- What an edited script does again at each save: 30 items by 3 banners with standard errors, all
-- printed; with the word "charts" a chart of each besides, as SVG files.
--   bilan run loop.lua CODES.csv [charts]
local bilan = require "bilan"

local survey = bilan.read(arg[1], { missing = { "255" } })
survey = survey:design { weights = "weight", strata = "stratum", clusters = { "psu" }, nest = true }

local charts = {}
for item = 1, 30 do
  local name = ("q%02d"):format(item)
  for _, by in ipairs { "gender", "level", "year" } do
    local shares = survey:proportion(name, { by = by, ci = "wald" })
    print(shares)
    if arg[2] == "charts" then
      charts[#charts + 1] = { bilan.chart.grouped_bars(shares), ("%s-%s.svg"):format(name, by) }
    end
  end
end
for _, chart in ipairs(charts) do chart[1]:write(chart[2]) end
