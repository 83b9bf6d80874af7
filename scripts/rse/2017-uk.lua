--- Codebook of 2017-uk.csv: the RSE survey of 2017, United Kingdom. See wave2017.lua.
return (require "wave2017").book "uk"
