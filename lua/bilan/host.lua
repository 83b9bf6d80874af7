--- What the surrounding program lends to the output modules, with plain Lua stand-ins.
--
-- The modules between a result and a file are pure Lua: they run under a stock lua5.4. The few
-- things that the C core does better, or that only the program may do (write a file), are
-- looked up here at each call, so that a host can set them after the modules were loaded:
--
--   number(x)                    shortest decimal text that reads back as x
--   percent(k, n, decimals, rule) whole number of 10^-decimals percent, exact on integers
--   width(text)                  columns of a terminal that the text takes
--   write(path, bytes)           writes a file below the output folder, or raises
--   where()                      "file:line" of the script's line that is running
--   version                      of the engine, as in 0.1.0
--
-- `host.set{...}` replaces any of them; unknown names are refused.
local M = {}

local defaults = {}

--- Shortest of 15, 16, 17 digits that reads back the same; a decimal comma of the process's
-- locale is put right. Whole floats print without a point.
function defaults.number(x)
  if math.type(x) == "integer" then return string.format("%d", x) end
  if x ~= x then return "nan" end
  if x == math.huge then return "inf" elseif x == -math.huge then return "-inf" end
  if x == math.floor(x) and math.abs(x) < 1e15 then return string.format("%.0f", x) end
  for digits = 15, 17 do
    local text = string.format("%." .. digits .. "g", x)
    if tonumber(text) == x then return (text:gsub(",", ".")) end
  end
end

-- Does the remainder `rem` of a division by n round the quotient up? 2 rem against n, exactly.
local function rounds_up(rule, rem, n, odd)
  local twice, tie = rem >= n - rem, rem == n - rem
  if not tie then return twice end
  if rule == "half_even" then return odd end
  return rule ~= "half_down"
end

--- 100 k / n in units of 10^-decimals percent, by long division on integers: nothing is
-- rounded before the last digit. A negative k is mirrored. nil when n is not positive.
function defaults.percent(k, n, decimals, rule)
  k, n = math.tointeger(k), math.tointeger(n)
  if not k or not n or n <= 0 then return nil end
  if k < 0 then return -defaults.percent(-k, n, decimals, rule) end
  local quotient, rem = k // n, k % n
  for _ = 1, 2 + (decimals or 0) do
    quotient, rem = quotient * 10 + rem * 10 // n, rem * 10 % n
  end
  if rounds_up(rule or "half_up", rem, n, quotient % 2 == 1) then quotient = quotient + 1 end
  return quotient
end

-- First and last code point of each block that takes no column, or two.
local zero = { { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A },
  { 0x064B, 0x065F }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F },
  { 0x202A, 0x202E }, { 0x2060, 0x2064 }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F },
  { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF } }
local double = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 },
  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 },
  { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1FAFF }, { 0x20000, 0x3FFFD } }

local function within(blocks, code)
  for _, block in ipairs(blocks) do
    if code >= block[1] and code <= block[2] then return true end
  end
  return false
end

--- Columns of a terminal that a text takes; bytes that are no UTF-8 count one each.
function defaults.width(text)
  if not text:find("[\128-\255]") then return #text end
  if not utf8.len(text) then return #text end
  local columns = 0
  for _, code in utf8.codes(text) do
    if code < 0x300 then columns = columns + 1
    elseif within(double, code) then columns = columns + 2
    elseif not within(zero, code) then columns = columns + 1 end
  end
  return columns
end

function defaults.write(path)
  error(('cannot write "%s": this program gave the engine no output folder'):format(path), 0)
end

--- The first line on the call stack that lies outside the engine's own Lua files.
function defaults.where()
  for level = 2, 40 do
    local info = debug.getinfo(level, "Sl")
    if not info then return "?" end
    local inside = info.source:find("^=bilan") or info.source:find("bilan[/\\][%w_]+%.lua$")
    if info.what ~= "C" and not inside then
      return ("%s:%d"):format(info.short_src, info.currentline)
    end
  end
  return "?"
end

defaults.version = "without its core"

--- Replaces stand-ins by what the host offers.
function M.set(given)
  for name, value in pairs(given) do
    if defaults[name] == nil then error(('unknown host function "%s"'):format(name), 2) end
    rawset(M, name, value)
  end
end

--- Raises a message that starts with the script's line.
function M.fail(message)
  local place = M.where():gsub(":%s*$", "")
  error(place == "" and message or place .. ": " .. message, 0)
end

--- A plain path below a folder: relative, no "..", no NUL or backslash. nil and why if not.
function M.safe_path(path)
  if type(path) ~= "string" or path == "" then return nil, "a file name was expected" end
  if path:find("[%z\1-\31\127\\]") then return nil, "it holds a control character or backslash" end
  if path:sub(1, 1) == "/" then return nil, "it must be relative to the output folder" end
  for part in path:gmatch("[^/]+") do
    if part == ".." then return nil, 'it may not hold ".."' end
  end
  return path
end

--- A writer for programs without a host: files go below `folder`, which must exist.
function M.folder_writer(folder)
  return function(path, bytes)
    local safe, why = M.safe_path(path)
    if not safe then error(('cannot write "%s": %s'):format(tostring(path), why), 0) end
    local file <close> = assert(io.open(folder .. "/" .. safe, "wb"))
    assert(file:write(bytes))
  end
end

return setmetatable(M, { __index = defaults })
