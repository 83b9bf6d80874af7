--- Shared by the tests of the output modules: hostile texts, outside parsers, sample results.
local M = {}

--- Texts that some format reads as something else than text.
M.hostile = {
  "l'ecole", "l'école à Saint-Étienne", "", " ", "`id`", "$(id)", '"', "''", "100 %", "a\nb",
  "a\r\nb", "x\u{202F}%", "\u{A0}=1+1", "a\27[31mred\7", "\u{202E}cba\u{2066}",
  "=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\u{FF1D}1", "\t=1", " =1", "a;=1", "a,@x",
  "</script><script>alert(1)</script>", "<!-- x", "]]>", "&amp;", "&#39;", "a & b < c > d",
  "' onload='x", "\" onerror=\"x", "javascript:alert(1)", "taux_reussite^2 {x} ~y @z",
  "'; system('id'); '", "\\", "\\n", "a\\'b", "| a | b |", "[x](http://y)", "![i](j)", "# title",
  "- item", "1. item", "> quote", "***", "---", "http://example.org www.example.org", "{{x}}",
  "%d %s %%", "\u{FFFD}", "\u{1F600}", "e\u{301}", "bad \xFF byte", "\xC3", "\u{FEFF}x", "\u{85}y",
  "a\u{2028}b", "'; drop table t; --", "NULL", "1e5", "\u{FFFE}",
}

local function hex(text)
  return (text:gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

local function run(command)
  local pipe <close> = assert(io.popen(command))
  return (pipe:read("a"):gsub("%s+$", ""))
end

--- Writes bytes to a new file and gives its name.
function M.file(bytes)
  local name = os.tmpname()
  local file <close> = assert(io.open(name, "wb"))
  file:write(bytes)
  return name
end

--- The bytes that a Python program prints, given a file name as argument.
function M.python(program, bytes)
  local script, data = M.file(program), M.file(bytes)
  local out = run(("python3 %s %s 2>&1"):format(script, data))
  os.remove(script)
  os.remove(data)
  return out
end

--- Has each text escaped, then parsed back by the outside parser of a kind: "ok" or the fault.
function M.parsed_back(kind, escape, texts)
  local lines = {}
  for at, text in ipairs(texts or M.hostile) do lines[at] = hex(text) .. "\t" .. hex(escape(text)) end
  local data = M.file(table.concat(lines, "\n") .. "\n")
  local out = run(("python3 tests/lua/output_oracle.py %s %s 2>&1"):format(kind, data))
  os.remove(data)
  return out
end

--- Shares by genre; the last group has no respondent.
function M.proportion(more)
  local spec = { kind = "proportion", title = "Envisage un métier atypique", lang = "fr",
    item = { name = "metier_atypique", label = "Métier atypique" },
    by = { { name = "genre", label = "Genre" } },
    notes = { { "method_base" }, { "method_interval", { conf = 0.95, method = "wilson" } } },
    rows = {
      { level = "oui", by = { genre = "fille" }, value = 115 / 328, count = 115, n = 328,
        low = 0.301, high = 0.4037, conf = 0.95, se = 0.0263, missing = 15 },
      { level = "oui", by = { genre = "garçon" }, value = 52 / 306, count = 52, n = 306,
        low = 0.132, high = 0.2161, conf = 0.95, se = 0.0215, missing = 13 },
      { level = "oui", by = { genre = "autre" }, count = 0, n = 0, conf = 0.95, missing = 3 },
    } }
  for key, value in pairs(more or {}) do spec[key] = value end
  return spec
end

--- Orientation by genre: two levels, a net, bases, a test, letters.
function M.crosstab(more)
  local spec = { kind = "crosstab", title = "Orientation", lang = "fr", percent = "col",
    item = { name = "orientation", label = "Orientation" },
    banners = { { name = "genre", label = "Genre", levels = { "fille", "garçon" } } },
    levels = { "générale", "pro", "ne sait pas", "hors générale" },
    rows = {
      { row = "générale", value = 433 / 665, count = 433, n = 665 },
      { row = "pro", value = 127 / 665, count = 127, n = 665 },
      { row = "hors générale", net = true, value = 232 / 665, count = 232, n = 665 },
      { row = "générale", banner = "genre", col = "fille", value = 252 / 340, count = 252, n = 340,
        letters = "B" },
      { row = "pro", banner = "genre", col = "fille", value = 44 / 340, count = 44, n = 340 },
      { row = "hors générale", net = true, banner = "genre", col = "fille", value = 88 / 340,
        count = 88, n = 340 },
      { row = "générale", banner = "genre", col = "garçon", value = 7 / 25, count = 7, n = 25 },
      { row = "pro", banner = "genre", col = "garçon", value = 0, count = 0, n = 25 },
    },
    bases = { { n = 665, missing = 31 }, { banner = "genre", col = "fille", n = 340, missing = 16 },
      { banner = "genre", col = "garçon", n = 25, missing = 15 } },
    tests = { { banner = "genre", name = "F", statistic = 13.214, df = 1.98, ddf = 540.2,
      p_value = 0.00002 } } }
  for key, value in pairs(more or {}) do spec[key] = value end
  return spec
end

return M
