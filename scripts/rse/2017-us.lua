--- Codebook of 2017-us.csv: the RSE survey of 2017, United States. See wave2017.lua.
return (require "wave2017").book "us"
