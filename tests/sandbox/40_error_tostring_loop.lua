-- expect 1: an error object whose __tostring loops is named by its type
error(setmetatable({}, { __tostring = function() while true do end end, __name = "x" }))
