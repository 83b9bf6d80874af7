-- Writes the Lua part of the engine as C, so that the program is one file that can be copied
-- anywhere: of each file its text, and what Lua compiled it to, which loads seven times as fast.
--   lua5.4 lua/embed.lua lua/bilan/init.lua ... > embedded.c
-- The compiled form is only used by a Lua that compiles the probe below to the same bytes as the
-- one that runs here; any other Lua reads the text (core/binding/module.c). Nothing is stripped:
-- messages need names and lines.

-- Statements and operators of every kind, so that another compiler shows.
local probe = [[
local a <const>, b, t = 7, ..., { 1, "two", x = 3.5, [false] = {} }
local function f(n, ...)
  local c <close> = setmetatable({}, t)
  for i = n, 1, -1 do t[i] = i // 2 ~ (a << 3) end
  for k, v in pairs(t) do if not v or k == "x" then goto on end b = k .. v ::on:: end
  while n >= a and n ~= 1e300 do n = n % 3 + #t - -n ^ 2 & 255 end
  return select("#", ...), ...
end
function t.x:m(y) self.z, y.z = y.z, self.z; return f(y, self, "%s") end
repeat local u = t[2]; b = function() u = u + 1; return u < 9 end until b()
return f(a, b, nil, true, 1 << 62)
]]

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- Bytes as a literal of C: three octal digits for what is not plain.
local function literal(bytes)
  return (bytes:gsub('[%c"\\?\127-\255]', function(c) return ("\\%03o"):format(c:byte()) end))
end

-- One literal per 1000 bytes, next to one another: compilers do not like longer ones.
local function literals(bytes)
  local lines = {}
  for at = 1, #bytes, 1000 do lines[#lines + 1] = ('"%s"'):format(literal(bytes:sub(at, at + 999))) end
  return table.concat(lines, "\n  ")
end

local out = {
  "/* Made by lua/embed.lua: the Lua part of the engine. */",
  "#include <stddef.h>",
  '#include "binding/embedded.h"',
}

-- An entry of the table: name, text, compiled.
local function entry(at, name, text)
  local code = string.dump(assert(load(text, "=" .. name, "t")))
  out[#out + 1] = ("static const char text_%d[] =\n  %s;"):format(at, literals(text))
  out[#out + 1] = ("static const char code_%d[] =\n  %s;"):format(at, literals(code))
  return ('{"%s", text_%d, %d, code_%d, %d}'):format(name, at, #text, at, #code)
end

local entries = {}
for at, path in ipairs(arg) do
  local name = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  entries[at] = "  " .. entry(at, name, read(path)) .. ","
end
local probed = entry(0, "bilan.probe", probe)
out[#out + 1] = "const struct embedded embedded_probe = " .. probed .. ";"
out[#out + 1] = "const struct embedded embedded_files[] = {"
out[#out + 1] = table.concat(entries, "\n")
out[#out + 1] = "  {NULL, NULL, 0, NULL, 0}};"
print(table.concat(out, "\n"))
