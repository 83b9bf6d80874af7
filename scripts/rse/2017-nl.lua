--- Codebook of 2017-nl.csv: the RSE survey of 2017, Netherlands. See wave2017.lua.
return (require "wave2017").book "nl"
