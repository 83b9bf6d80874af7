--- One escaper for each kind of output. A string is untrusted until it went through one.
--
-- Labels, open answers and titles come from files and scripts. Each function below returns text
-- that the named format reads as that same text, never as markup, formula or command. What the
-- format cannot carry (control characters, bytes that are no UTF-8) becomes U+FFFD, or is
-- removed where the format has its own rule. Marks that reorder text on screen (bidirectional
-- overrides and isolates) are replaced as well: they can make a figure read as another.
-- All functions are total on strings except the two for SQL, which refuse a NUL.
local host = require "bilan.host"

local M = {}

local REPLACEMENT <const> = "\u{FFFD}"

-- U+202A..202E and U+2066..2069 reorder; U+FFFE and U+FFFF are not characters.
local function reorders(code)
  return (code >= 0x202A and code <= 0x202E) or (code >= 0x2066 and code <= 0x2069)
end

local function is_control(code)
  return code < 0x20 or (code >= 0x7F and code <= 0x9F)
end

local function is_banned(code)
  return reorders(code) or code == 0xFFFE or code == 0xFFFF
end

--- Walks the code points of a text: calls `each(code, bytes)` and joins what it returns; a byte
-- that starts no valid sequence is given as nil.
local function map_codes(text, each)
  local out, at = {}, 1
  while at <= #text do
    local stop = at
    local length = utf8.len(text, at, at)
    local code
    if length == 1 then
      code = utf8.codepoint(text, at)
      stop = at + #utf8.char(code) - 1
    end
    out[#out + 1] = each(code, text:sub(at, stop))
    at = stop + 1
  end
  return table.concat(out)
end

--- Valid UTF-8 without control characters (tab and line feed stay) and reordering marks.
-- `instead` replaces them (U+FFFD when absent).
function M.clean(text, instead)
  instead = instead or REPLACEMENT
  text = tostring(text)
  if host.is_clean(text) then return text end
  return map_codes(text:gsub("\r\n?", "\n"), function(code, bytes)
    if not code then return REPLACEMENT end
    if code == 9 or code == 10 then return bytes end
    if is_control(code) or is_banned(code) then return instead end
    return bytes
  end)
end

local html_marks = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }
local attribute_marks = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["'"] = "&#39;", ["`"] = "&#96;", ["="] = "&#61;", ["\n"] = "&#10;", ["\t"] = "&#9;" }

--- Text between HTML tags.
function M.html(text)
  text = tostring(text)
  return host.html(text) or (M.clean(text):gsub("[&<>]", html_marks))
end

--- The value of an HTML or XML attribute, to be put between double quotes.
function M.attribute(text)
  return (M.clean(text):gsub("[&<>\"'`=\n\t]", attribute_marks))
end

--- Text of SVG and other XML: control characters are removed, the rest escaped.
function M.xml(text)
  return (M.clean(text, ""):gsub("[&<>\"']", attribute_marks))
end

--- A whole gnuplot string in single quotes, where backquotes and backslashes are inert: the
-- apostrophe is doubled, control characters and line feeds become blanks or vanish. To be used
-- with `noenhanced`. gnuplot 5.4 misreads a doubled apostrophe that opens the string or follows
-- another one (the string ends there), so these become U+2019, the typographic apostrophe.
function M.gnuplot(text)
  local plain = M.clean(tostring(text):gsub("\r?\n", " "), ""):gsub("[\t\n]", " ")
  plain = plain:gsub("^'", "\u{2019}")
  plain = plain:gsub("'('+)", function(more) return "'" .. ("\u{2019}"):rep(#more) end)
  return "'" .. plain:gsub("'", "''") .. "'"
end

-- Signs that make a spreadsheet read a cell as a formula, in ASCII and full width.
local formula_signs = { "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}" }

-- Does the text starting at `at` (blanks skipped) open a formula?
local function opens_formula(text, at)
  local start = text:match("^[ \"']*()", at)
  local nbsp = text:match("^\u{A0}()", start) or text:match("^\u{202F}()", start)
  start = nbsp or start
  for _, sign in ipairs(formula_signs) do
    if text:sub(start, start + #sign - 1) == sign then return true end
  end
  return false
end

--- A text cell that no spreadsheet takes for a formula: an apostrophe goes before a leading
-- formula sign, tab, NUL or carriage return, and before a sign that follows a separator inside
-- the text (a program that splits at another separator would see a cell start there).
function M.neutralise(text)
  text = tostring(text)
  if text:find("^[%z\t\r\n]") or opens_formula(text, 1) then text = "'" .. text end
  return (text:gsub("()([,;|\t\r\n])", function(at, mark)
    if opens_formula(text, at + 1) then return mark .. "'" end
  end))
end

--- One text cell of a CSV file. opts.delimiter (","), opts.raw = true leaves formula signs alone.
-- Quoted when it holds a quote, a line end, any usual separator or outer blanks.
function M.csv(text, opts)
  text = M.clean(text)
  if not (opts and opts.raw) then text = M.neutralise(text) end
  local delimiter = opts and opts.delimiter or ","
  local quote = text:find('["\n\r,;\t|]') or text:find("^%s") or text:find("%s$")
    or text:find(delimiter, 1, true)
  if quote then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function refuse_nul(text, what)
  if text:find("\0", 1, true) then host.fail("a NUL character in an SQL " .. what) end
  return text
end

--- A whole SQL string literal.
function M.sql(text)
  return "'" .. refuse_nul(tostring(text), "string"):gsub("'", "''") .. "'"
end

--- A whole SQL identifier, in double quotes.
function M.sql_name(text)
  return '"' .. refuse_nul(tostring(text), "name"):gsub('"', '""') .. '"'
end

--- Text inside Markdown (CommonMark, GitHub's and pandoc's kinds), fit for a table cell: line
-- ends become blanks, every mark that could open something has a backslash.
function M.markdown(text)
  local line = M.clean(text):gsub("[\n\t]+", " ")
  line = line:gsub("[\\`*_{}%[%]|~^$@#!]", "\\%0"):gsub("&", "&amp;")
  line = line:gsub("<", "&lt;"):gsub(">", "&gt;")
  line = line:gsub("://", "\\://"):gsub("([wW][wW][wW])%.", "%1\\.")
  line = line:gsub("^(%s*)([-+=:])", "%1\\%2"):gsub("^(%s*%d+)([.)])", "%1\\%2")
  return line
end

-- Blank or invisible on a screen: soft hyphen, zero width, line separators, tags.
local function is_invisible(code)
  return code == 0xAD or (code >= 0x200B and code <= 0x200F and code ~= 0x200C and code ~= 0x200D)
    or code == 0x2028 or code == 0x2029 or (code >= 0x2060 and code <= 0x206F)
    or code == 0xFEFF or (code >= 0xE0000 and code <= 0xE007F) or code == 0x061C
end

local short_names = { [9] = "\\t", [10] = "\\n", [13] = "\\r" }

--- Text for a terminal on one line: control characters, reordering and invisible marks are
-- shown as \n, \u{1B} and the like; a bad byte as \xFF.
function M.terminal(text)
  text = tostring(text)
  if host.shown(text) then return text end
  return map_codes(text, function(code, bytes)
    if not code then return ("\\x%02X"):format(bytes:byte()) end
    if is_control(code) or is_banned(code) or is_invisible(code) then
      return short_names[code] or ("\\u{%X}"):format(code)
    end
    return bytes
  end)
end

--- The same, with the columns that it takes.
function M.measured(text)
  local shown, columns = host.shown(text)
  if shown then return shown, columns end
  shown = M.terminal(text)
  return shown, host.width(shown)
end

local json_marks = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t",
  ["\r"] = "\\r", ["<"] = "\\u003c" }

--- A whole JSON string. "<" is written as an escape so that the text is inert inside a page.
function M.json(text)
  local out = map_codes(tostring(text), function(code, bytes)
    if not code then return REPLACEMENT end
    if json_marks[bytes] then return json_marks[bytes] end
    if is_control(code) or code == 0x2028 or code == 0x2029 then
      return ("\\u%04x"):format(code)
    end
    return bytes
  end)
  return '"' .. out .. '"'
end

return M
