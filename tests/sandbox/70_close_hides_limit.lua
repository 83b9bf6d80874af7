-- expect 3: a __close handler cannot turn a limit into success
local meta = {}
local guard = setmetatable({}, meta)
meta.__close = function() error "an ordinary error" end
while true do
  pcall(function()
    local kept <close> = guard
    while true do end
  end)
end
