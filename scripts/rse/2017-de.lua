--- Codebook of 2017-de.csv: the RSE survey of 2017, Germany. See wave2017.lua.
return (require "wave2017").book "de"
