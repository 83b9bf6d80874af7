-- expect 3: a __close that loops while an error passes
local meta = {}
local guard = setmetatable({}, meta)
meta.__close = function() while true do end end
while true do
  pcall(function()
    local kept <close> = guard
    error "x"
  end)
end
