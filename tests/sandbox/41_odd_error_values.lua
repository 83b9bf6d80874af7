-- expect 1: odd error values
for _, value in ipairs { 1, true, {}, print, 0 / 0, ("x"):rep(1000000) } do pcall(error,
  value) end
pcall(error)
pcall(error, nil)
print(pcall(error, setmetatable({}, { __tostring = function() return 1 end })))
error(setmetatable({}, { __tostring = function() error "again" end, __index = error,
  __concat = error }))
