--- Codebook of 2017-ca.csv: the RSE survey of 2017, Canada. See wave2017.lua.
return (require "wave2017").book "ca"
