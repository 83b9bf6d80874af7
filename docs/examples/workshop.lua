-- The survey that the examples of the manual use.
local bilan = require "bilan"

return bilan.read("docs/examples/workshop.csv", { codebook = "docs/examples/codebook.lua" })
