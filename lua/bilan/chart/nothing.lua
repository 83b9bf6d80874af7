--- A chart of a table without any row: its title, and that there is no figure yet.
--
-- A year's script draws its charts before the answers are in. What has rows without figures is
-- drawn by its own kind, with words in their places; where not even the categories are known,
-- this is drawn instead, so that the page is made and the place of the chart is kept.
local frame = require "bilan.chart.frame"
local format = require "bilan.output.format"
local theme = require "bilan.chart.theme"

local M = {}

local ROOM <const> = 46 -- px, for one line of words

--- The page with the words in the place of the plot.
function M.draw(source, opts, heading)
  local page = frame.open(source, opts, heading)
  local top, fig = page:take(ROOM), page.figure
  fig:plot({ left = frame.edge, right = page.width - frame.edge, top = top, bottom = top + ROOM },
    { 0, 1 }, { 0, 1 })
  fig:box(0, 0, 1, 1, { fill = theme.gap })
  fig:text(page.width / 2, top + ROOM / 2, format.say(source.lang, "no_figures"),
    { anchor = "middle", colour = theme.soft })
  return frame.close(page)
end

--- The title and the same words, for those who do not see the drawing.
function M.describe(source)
  local words = format.say(source.lang, "no_figures")
  return source.title == "" and words or source.title .. ". " .. words
end

return M
