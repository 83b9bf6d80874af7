-- expect 3: small tables for ever, every error caught
local all = {}
while true do
  pcall(function() while true do all[#all + 1] = { {}, {}, {} } end end)
end
