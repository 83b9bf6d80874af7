--- JSON (RFC 8259) out and in.
--
-- Out: plain tables as text, keys in a stated order, so that the bytes never vary. In: a strict
-- reader of what anybody may have written: the whole text is one value, names stand once, texts
-- are UTF-8, depth and size are bounded; an error names the byte. `pack` and `unpack` carry any
-- plain table of Lua there and back, also one that is a list and a map at once.
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local host = require "bilan.host"
local ordered = require "bilan.ordered"

local M = {}

-- The keys of a map: those of `order` first, then the others by name.
local function keys_of(map, order)
  local keys, seen = {}, {}
  for _, key in ipairs(order or {}) do
    if map[key] ~= nil then keys[#keys + 1] = key end
    seen[key] = true
  end
  for _, key in ipairs(ordered.keys(map)) do
    if not seen[key] and type(key) == "string" then keys[#keys + 1] = key end
  end
  return keys
end

--- A value as JSON. A table with a first element is a list, an empty one a list too unless its
-- name is in no list; `order` names the keys that come first. NaN and infinity are null.
function M.encode(value, order)
  local kind = type(value)
  if kind == "string" then return escape.json(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then
    local finite = value == value and math.abs(value) ~= math.huge
    return finite and host.number(value) or "null"
  end
  if kind ~= "table" then return "null" end
  local parts = {}
  if value[1] ~= nil or next(value) == nil then
    for i, inner in ipairs(value) do parts[i] = M.encode(inner, order) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for i, key in ipairs(keys_of(value, order)) do
    parts[i] = escape.json(key) .. ":" .. M.encode(value[key], order)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- ---- reading -----------------------------------------------------------------------------------

--- Stands for null in what was read.
M.null = setmetatable({}, { __name = "null", __metatable = false,
  __tostring = function() return "null" end, __newindex = function() end })

local DEEPEST <const> = 100
local LONGEST <const> = 64 << 20 -- bytes

-- What is being read: { text, at (the byte that comes next), depth (left) }.
local function wrong(reader, what, at)
  fault.raise("JSON: byte %d: %s", at or reader.at, what)
end

local function skip_blanks(reader)
  reader.at = reader.text:find("[^ \t\r\n]", reader.at) or #reader.text + 1
end

-- The byte that comes next, "" at the end.
local function peek(reader)
  skip_blanks(reader)
  return reader.text:sub(reader.at, reader.at)
end

local escapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r",
  t = "\t" }

-- The code of \uXXXX at `at`, which is that of the backslash.
local function hex_at(reader, at)
  local digits = reader.text:match("^\\u(%x%x%x%x)", at)
  return digits and tonumber(digits, 16)
end

-- The character of \uXXXX, or of two of them that are one beyond U+FFFF, and where it ends.
local function unicode_at(reader, at)
  local code = hex_at(reader, at)
  if not code then wrong(reader, "\\u is followed by four hexadecimal digits", at) end
  if code < 0xD800 or code > 0xDFFF then return utf8.char(code), at + 6 end
  local low = code < 0xDC00 and hex_at(reader, at + 6)
  if not low or low < 0xDC00 or low > 0xDFFF then wrong(reader, "half of a surrogate pair", at) end
  return utf8.char(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), at + 12
end

-- The character that a backslash at `at` begins, and where it ends.
local function escape_at(reader, at)
  local letter = reader.text:sub(at + 1, at + 1)
  if letter == "u" then return unicode_at(reader, at) end
  if not escapes[letter] then wrong(reader, "no such escape", at) end
  return escapes[letter], at + 2
end

local function read_text(reader)
  local parts, start, text = {}, reader.at, reader.text
  local at = start + 1
  while true do
    local stop = text:find('[%c"\\]', at)
    if not stop then wrong(reader, "a text without its closing quote", start) end
    parts[#parts + 1] = text:sub(at, stop - 1)
    local mark = text:sub(stop, stop)
    if mark == '"' then
      reader.at = stop + 1
      break
    elseif mark == "\\" then parts[#parts + 1], at = escape_at(reader, stop)
    elseif mark == "\127" then parts[#parts + 1], at = mark, stop + 1
    else wrong(reader, "a control character in a text", stop) end
  end
  local whole = table.concat(parts)
  if not utf8.len(whole) then wrong(reader, "a text that is no UTF-8", start) end
  return whole
end

local function read_number(reader)
  local word = reader.text:match("^[%w.+-]+", reader.at)
  local whole, rest = word:match("^(%-?%d+)(.*)$")
  local shape = whole and (whole == "0" or whole == "-0" or whole:find("^%-?[1-9]"))
    and (rest:find("^%.?%d*$") and rest ~= "." or rest:find("^%.?%d*[eE][+-]?%d+$"))
    and not rest:find("^%.[eE]")
  if not shape then wrong(reader, ('"%s" is no number'):format(word:sub(1, 20))) end
  reader.at = reader.at + #word
  return rest == "" and whole ~= "-0" and math.tointeger(tonumber(whole)) or core.text.parse(word)
end

local words = { ["true"] = true, ["false"] = false, null = M.null }

local function read_word(reader)
  local word = reader.text:match("^%a+", reader.at)
  local value = words[word]
  if value == nil then wrong(reader, ('"%s" is no value'):format(word:sub(1, 20))) end
  reader.at = reader.at + #word
  return value
end

local read_value

-- One member of an object; a name that stands there already is an error.
local function read_member(reader, into)
  if peek(reader) ~= '"' then wrong(reader, "the name of a member is expected") end
  local at, name = reader.at, read_text(reader)
  if into[name] ~= nil then wrong(reader, ('the name "%s" stands twice'):format(name), at) end
  if peek(reader) ~= ":" then wrong(reader, '":" is expected') end
  reader.at = reader.at + 1
  into[name] = read_value(reader)
end

local function read_element(reader, into) into[#into + 1] = read_value(reader) end

-- A list or an object: what stands between the brackets, with commas.
local function read_members(reader, closing, read_one)
  local out = {}
  reader.depth = reader.depth - 1
  if reader.depth < 0 then wrong(reader, ("nested deeper than %d"):format(reader.deepest)) end
  reader.at = reader.at + 1
  local mark = peek(reader)
  while mark ~= closing do
    read_one(reader, out)
    mark = peek(reader)
    if mark == "," then
      reader.at = reader.at + 1
      if peek(reader) == closing then wrong(reader, "a value is expected behind the comma") end
    elseif mark ~= closing then
      wrong(reader, ('"," or "%s" is expected'):format(closing))
    end
  end
  reader.at, reader.depth = reader.at + 1, reader.depth + 1
  return out
end

function read_value(reader)
  local mark = peek(reader)
  if mark == '"' then return read_text(reader) end
  if mark == "{" then return read_members(reader, "}", read_member) end
  if mark == "[" then return read_members(reader, "]", read_element) end
  if mark:find("[%d-]") then return read_number(reader) end
  if mark:find("%a") then return read_word(reader) end
  wrong(reader, mark == "" and "the text ends where a value is expected" or "a value is expected")
end

--- The value of a JSON text: lists and objects as tables, whole numbers as integers, null as
-- json.null. opts: depth (100), bytes (64 MB). Raises "JSON: byte N: ...".
function M.decode(text, opts)
  fault.expect(text, "string", "JSON")
  local deepest, longest = opts and opts.depth or DEEPEST, opts and opts.bytes or LONGEST
  local reader = { text = text, at = 1, depth = deepest, deepest = deepest }
  if #text > longest then
    wrong(reader, ("%d bytes are more than the %d allowed"):format(#text, longest))
  end
  local value = read_value(reader)
  if peek(reader) ~= "" then wrong(reader, "nothing is expected behind the value") end
  return value
end

-- ---- any plain table, there and back -----------------------------------------------------------

-- The name of a key: texts as they are, "#5" for a number that is no place of the list. A text
-- that begins with "#" gets one more.
local function packed_key(key)
  if math.type(key) == "integer" then return ("#%d"):format(key) end
  if type(key) == "string" then return key:sub(1, 1) == "#" and "#" .. key or key end
  fault.raise("JSON: a table has a key that is neither a text nor a whole number")
end

-- Lists stay lists; a table that is also a map gives { "#": [list], name: ... }.
local function packed(value, depth)
  if type(value) ~= "table" then return value end
  if depth > DEEPEST then fault.raise("JSON: a table holds itself, or is nested too deeply") end
  local list, map, mixed = {}, {}, false
  for at, inner in ipairs(value) do list[at] = packed(inner, depth + 1) end
  for key, inner in pairs(value) do
    local place = math.type(key) == "integer" and key >= 1 and key <= #list
    if not place then map[packed_key(key)], mixed = packed(inner, depth + 1), true end
  end
  if not mixed then return list end
  map["#"] = #list > 0 and list or nil
  return map
end

local function unpacked(value)
  if value == M.null then return nil end
  if type(value) ~= "table" then return value end
  local out = {}
  for at, inner in ipairs(value) do out[at] = unpacked(inner) end
  for key, inner in pairs(value) do
    if key == "#" then for at, one in ipairs(inner) do out[at] = unpacked(one) end
    elseif type(key) == "string" then
      local number = math.tointeger(tonumber(key:match("^#(%-?%d+)$")))
      out[number or key:gsub("^##", "#")] = unpacked(inner)
    end
  end
  return out
end

--- Any plain table (texts, numbers, booleans, tables) as JSON with sorted names.
function M.pack(value) return M.encode(packed(value, 1)) end

--- The table that `pack` was given.
function M.unpack(text, opts) return unpacked(M.decode(text, opts)) end

return M
