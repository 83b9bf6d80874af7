--- Codebook of 2018-world.csv: the RSE survey of 2018. Its questions are in wave2018.lua.
return (require "wave2018").whole()
