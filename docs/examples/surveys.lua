-- The surveys that claims are checked against, by population.
return { pupils = dofile "docs/examples/workshop.lua" }
