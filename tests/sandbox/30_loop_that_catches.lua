-- expect 3: a loop that catches the limit
local function spin() while true do end end
while true do
  pcall(spin)
  xpcall(spin, function() while true do end end)
end
