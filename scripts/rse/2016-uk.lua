--- Codebook of 2016-uk.csv: the RSE survey of 2016, United Kingdom. Its questions are in
-- wave2016.lua.
return (require "wave2016").book "uk"
