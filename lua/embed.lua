-- Writes the Lua part of the engine as C: one array of bytes per file and a table of names, so
-- that the program is one file that can be copied anywhere.
--   lua5.4 lua/embed.lua lua/bilan/init.lua ... > embedded.c
local out = {
  "/* Made by lua/embed.lua: the Lua part of the engine. */",
  "#include <stddef.h>",
  "struct embedded { const char *name; const unsigned char *bytes; size_t size; };",
}
local entries = {}
for i, path in ipairs(arg) do
  local file <close> = assert(io.open(path, "rb"))
  local bytes = file:read "a"
  local name = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  local list = {}
  for k = 1, #bytes do list[k] = bytes:byte(k) end
  out[#out + 1] = ("static const unsigned char file_%d[] = {%s};"):format(i, table.concat(list, ","))
  entries[i] = ('  {"%s", file_%d, %d},'):format(name, i, #bytes)
end
out[#out + 1] = "extern const struct embedded embedded_files[];"
out[#out + 1] = "const struct embedded embedded_files[] = {"
out[#out + 1] = table.concat(entries, "\n")
out[#out + 1] = "  {NULL, NULL, 0}};"
print(table.concat(out, "\n"))
