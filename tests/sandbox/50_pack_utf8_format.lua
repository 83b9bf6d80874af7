-- expect 0: extremes of pack, utf8 and format
local function try(f, ...) return pcall(f, ...) end
for _, size in ipairs { "i17", "s9", "!17", "i0", "Xi16", ("i16"):rep(100000), "c-1" } do
  try(string.packsize, size)
  try(string.pack, size, ("x"):rep(10))
  try(string.unpack, size, ("x"):rep(100))
end
try(string.packsize, "j" .. ("c2147483647"):rep(9))
try(string.packsize, "c9223372036854775807")
for _, place in ipairs { math.mininteger, -1, 0, 1, 1 << 40, math.maxinteger } do
  try(string.unpack, "s8", ("\255"):rep(64), place)
  try(string.unpack, "z", "abc", place)
  try(utf8.offset, "aé", place)
  try(utf8.codepoint, "aé", place, place)
  try(utf8.char, place)
  try(utf8.len, "aé", place, place)
  try(string.sub, "abc", place, place)
  try(string.byte, "abc", place, place)
  try(string.find, "abc", "b", place)
end
for _, format in ipairs { "%99999d", "%.99999f", "%099.99f", "%q", "%a", "%.99a", "%i", "%y",
  "%", "%-+ #0d", "%5c",
  "%.3q", "%s%s%s", "%10000s" } do
  try(string.format, format, 1e308)
  try(string.format, format, ("x"):rep(1000000))
end
print(#string.format("%.99f", 1e308), #string.format("%99.99s", ("x"):rep(200)))
for _, code in utf8.codes "aé" do print(code) end
try(function() for _ in utf8.codes "\xff\xfe" do print "x" end end)
