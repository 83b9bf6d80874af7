--- Codebook of 2017-za.csv: the RSE survey of 2017, South Africa. See wave2017.lua.
return (require "wave2017").book "za"
