-- expect 0: deep and large source
for _, piece in ipairs { "(", "{", "-", "not ", "function() ", "do ", "if x then ", "a.", "a..",
  "a=", "~", "#",
  "[=[", "x^", "return " } do
  local ok, why = load(piece:rep(100000))
  if ok then print("loaded", #piece) end
  if not ok and #why > 4096 then print "escaped: an endless message" end
end
local names = {}
for i = 1, 300 do names[i] = "a" .. i end
print((load("local " .. table.concat(names, ","))))
print((load("return " .. ("1,"):rep(500000) .. "1")))
print((load(("x = 1 "):rep(100000))) ~= nil)
