-- expect 3: a text that doubles, every error caught
local text = "xxxxxxxx"
while true do
  pcall(function() while true do text = text .. text end end)
end
