-- The survey of pupils that the pages on designs use: 13 schools drawn in three regions.
local bilan = require "bilan"

return bilan.read("docs/examples/pupils.csv"):mark_synthetic "made up for the manual"
