--- Numbers, dates and sentences in the reader's language.
--
-- Idea: a figure is rounded once, by a named rule, and never through a binary multiplication.
--   - A percentage of a count is computed on whole numbers: floor((2*100*10^d*k + n) / (2n)) for
--     "half_up" (1 of 8 is 13 %), or "half_even" (12 %), "half_down".
--   - Any other double is rounded on the digits of its shortest decimal text, the one that a
--     reader would write (0.285 is 28.5 %, not 28.499999999999996).
-- French: decimal comma, U+202F between thousands and before %, U+2212 for minus. What is no
-- number (nil, NaN, infinite) gives nil, so that callers must say in words why.
local host = require "bilan.host"
local lang = require "bilan.output.lang"

local M = {}

local NARROW <const> = "\u{202F}" -- narrow no-break space
local NBSP <const> = "\u{A0}"
local MINUS <const> = "\u{2212}"

local styles = {
  fr = { decimal = ",", thousands = NARROW, percent = NARROW .. "%" },
  en = { decimal = ".", thousands = ",", percent = "%" },
  nl = { decimal = ",", thousands = ".", percent = "%" },
}

M.rules = { "half_up", "half_even", "half_down" }
local known_rules = { half_up = true, half_even = true, half_down = true }

local function check_rule(rule)
  if rule == nil then return "half_up" end
  if known_rules[rule] then return rule end
  host.fail(('unknown rounding rule "%s"; known are %s'):format(tostring(rule),
    table.concat(M.rules, ", ")))
end

--- Is x a number that can be shown?
function M.is_figure(x)
  return math.type(x) ~= nil and x == x and x ~= math.huge and x ~= -math.huge
end

-- Digits of |x| without leading zeros, and where the point stands: 0.D * 10^point.
local function digits_of(x)
  local text = host.number(x):gsub("^-", "")
  local whole, rest, exponent = text:match("^(%d+)%.?(%d*)[eE]?([+-]?%d*)$")
  local digits = whole .. rest
  local point = #whole + (tonumber(exponent) or 0)
  local zeros = #digits:match("^0*")
  return digits:sub(zeros + 1), point - zeros
end

-- Adds one to the last place of a string of digits.
local function increment(digits)
  local head, nines = digits:match("^(%d-)(9*)$")
  local zeros = ("0"):rep(#nines)
  if head == "" then return "1" .. zeros end
  return head:sub(1, -2) .. string.char(head:byte(-1) + 1) .. zeros
end

-- Does what follows the kept digits push the last of them up?
local function rounds_up(kept, rest, rule)
  local first = rest:byte(1)
  if not first or first < 53 then return false end
  if first > 53 or rest:find("[1-9]", 2) then return true end
  if rule == "half_even" then return (kept:byte(-1) or 48) % 2 == 1 end
  return rule == "half_up"
end

--- |x| * 10^shift to `decimals` places as a string of digits in units of 10^-decimals.
local function rounded_digits(x, decimals, shift, rule)
  local digits, point = digits_of(x)
  local keep = point + shift + decimals
  if keep < 0 then return "0" end
  if keep > #digits then digits = digits .. ("0"):rep(keep - #digits) end
  local kept, rest = digits:sub(1, keep), digits:sub(keep + 1)
  if rounds_up(kept, rest, rule) then kept = increment(kept) end
  kept = kept:gsub("^0+(%d)", "%1")
  return kept == "" and "0" or kept
end

-- Whole units of 10^-decimals, as digits, in a style: "12345" with 1 -> "1 234,5".
local function place(digits, decimals, style)
  if #digits <= decimals then digits = ("0"):rep(decimals + 1 - #digits) .. digits end
  local whole, rest = digits:sub(1, #digits - decimals), digits:sub(#digits - decimals + 1)
  local head = whole:sub(1, (#whole - 1) % 3 + 1)
  local groups = whole:sub(#head + 1):gsub("%d%d%d", function(group)
    return style.thousands .. group
  end)
  return head .. groups .. (decimals > 0 and style.decimal .. rest or "")
end

local function signed(text, negative, plus)
  if not text:find("[1-9]") then return text end
  if negative then return MINUS .. text end
  return plus and "+" .. text or text
end

-- Decimals that the shortest text of x has, at most `most`.
local function natural_decimals(x, most)
  local digits, point = digits_of(x)
  digits = digits:gsub("0+$", "")
  return math.max(0, math.min(most, #digits - point))
end

--- A number: opts.lang, opts.decimals (when absent: as many as it has, at most opts.most, 2),
-- opts.shift (power of ten to multiply by, 2 for percent), opts.rule, opts.sign (a plus too).
-- nil when x cannot be shown.
function M.number(x, opts)
  opts = opts or {}
  if not M.is_figure(x) then return nil end
  local rule = check_rule(opts.rule)
  local decimals = opts.decimals or natural_decimals(x, opts.most or 2)
  local digits = rounded_digits(x, decimals, opts.shift or 0, rule)
  local text = place(digits, decimals, styles[lang.check(opts.lang)])
  return signed(text, x < 0, opts.sign)
end

--- A whole count.
function M.count(x, opts)
  local whole = math.tointeger(x)
  return M.number(whole or x, { lang = opts and opts.lang, decimals = whole and 0 or 1 })
end

--- The percentage k of n, exact on integers: opts.lang, decimals (0), rule. nil when n is 0.
function M.percent(k, n, opts)
  opts = opts or {}
  local decimals, style = opts.decimals or 0, styles[lang.check(opts.lang)]
  local rule = check_rule(opts.rule)
  k, n = math.tointeger(k), math.tointeger(n)
  local units = k and n and n > 0 and host.percent(k, n, decimals, rule)
  if not units then return nil end
  local digits = ("%d"):format(math.abs(math.tointeger(units)))
  local text = signed(place(digits, decimals, style), units < 0, opts.sign)
  return opts.bare and text or text .. style.percent
end

--- A share as a percentage. With a count and a base that give it, on integers; a weighted share
-- on its own digits. opts.weighted = false asserts that the share is count / n.
function M.share(value, count, n, opts)
  opts = opts or {}
  local exact = math.tointeger(count) and math.tointeger(n) and n > 0
    and (value == nil or opts.weighted == false or math.abs(value - count / n) <= 1e-12)
  if exact then return M.percent(count, n, opts) end
  if not M.is_figure(value) then return nil end
  local style = styles[lang.check(opts.lang)]
  local text = M.number(value, { lang = opts.lang, decimals = opts.decimals or 0, shift = 2,
    rule = opts.rule, sign = opts.sign })
  return opts.bare and text or text .. style.percent
end

--- A difference of shares in points, with its sign: "+12,3 points".
function M.points(value, opts)
  opts = opts or {}
  local text = M.number(value, { lang = opts.lang, decimals = opts.decimals or 0, shift = 2,
    rule = opts.rule, sign = opts.sign ~= false })
  if not text then return nil end
  return opts.bare and text or text .. NBSP .. lang.find(opts.lang, "points")
end

--- "p = 0,012", "p < 0,001", "p > 0,999"; opts.bare leaves "p = " out.
function M.p_value(p, opts)
  opts = opts or {}
  if not M.is_figure(p) then return nil end
  local function three(x) return M.number(x, { lang = opts.lang, decimals = 3 }) end
  local sign, text = "=", three(p)
  if p < 0.001 then sign, text = "<", three(0.001)
  elseif p > 0.999 then sign, text = ">", three(0.999) end
  if not opts.bare then return "p" .. NBSP .. sign .. NBSP .. text end
  return sign == "=" and text or sign .. NBSP .. text
end

--- An interval in words, "32 à 38 %"; opts.unit = share (default), points, number.
function M.interval(low, high, opts)
  opts = opts or {}
  local unit, style = opts.unit or "share", styles[lang.check(opts.lang)]
  local shift = unit == "number" and 0 or 2
  local inner = { lang = opts.lang, decimals = opts.decimals, shift = shift, rule = opts.rule }
  if shift == 2 then inner.decimals = opts.decimals or 0 end
  local from, to = M.number(low, inner), M.number(high, inner)
  if not from or not to then return nil end
  local values = { low = from, high = to }
  local text = lang.find(opts.lang, "up_to"):gsub("{(%w+)}", values):gsub(" ", NBSP)
  if opts.bare then return text end
  if unit == "share" then return text .. style.percent end
  if unit == "points" then return text .. NBSP .. lang.find(opts.lang, "points") end
  return text
end

--- A date "2023-07-01" in words: "1er juillet 2023". Raises when it is no such date.
function M.date(iso, opts)
  local tag = lang.check(opts and opts.lang)
  local year, month, day = tostring(iso):match("^(%d%d%d%d)-(%d%d)-(%d%d)$")
  local name = month and lang.months[tag][tonumber(month)]
  if not name or tonumber(day) < 1 or tonumber(day) > 31 then
    host.fail(('"%s" is no date; expected year-month-day as in 2023-06-30'):format(tostring(iso)))
  end
  local number = tostring(tonumber(day))
  if tag == "fr" and number == "1" then number = "1er" end
  return number .. NBSP .. name .. " " .. year
end

local function english_ending(i)
  if i % 100 >= 11 and i % 100 <= 13 then return "th" end
  return ({ "st", "nd", "rd" })[i % 10] or "th"
end

--- 1er, 1re (opts.feminine), 2e; 1st, 2nd; 1e.
function M.ordinal(i, opts)
  local tag = lang.check(opts and opts.lang)
  if tag == "en" then return i .. english_ending(i) end
  if tag == "fr" and i == 1 then return opts.feminine and "1re" or "1er" end
  return i .. "e"
end

-- Straight double quotes become guillemets when they come in pairs.
local function guillemets(text)
  local _, count = text:gsub('"', "")
  if count % 2 == 1 then return text end
  local opening = false
  return (text:gsub('"', function()
    opening = not opening
    return opening and "«" or "»"
  end))
end

-- One piece of French text that is no address: blanks before high punctuation, inside guillemets.
local function french(text)
  for _, blank in ipairs { NARROW, NBSP } do
    text = text:gsub(blank .. "([;!?:%%])", " %1"):gsub(blank .. "»", "»")
    text = text:gsub("«" .. blank, "«")
  end
  text = guillemets(text)
  text = text:gsub("« *", "«" .. NBSP):gsub(" *»", NBSP .. "»")
  text = text:gsub("(%S) *([;!?]+)%f[%s%z\"»)%]*_]", "%1" .. NARROW .. "%2")
  text = text:gsub("(%S) *:%f[%s%z*_]", "%1" .. NBSP .. ":")
  return (text:gsub("(%d) *%%", "%1" .. NARROW .. "%%"))
end

--- Text with the typography of its language. French: no-break spaces before ; ! ? : % and inside
-- guillemets, thousands of typed numbers left alone. Addresses (http://...) are not touched.
-- Applying it twice changes nothing more.
function M.typography(text, opts)
  if lang.check(opts and opts.lang) ~= "fr" then return text end
  local out, at = {}, 1
  for start, stop in text:gmatch("()%a+://%S+()") do
    out[#out + 1] = french(text:sub(at, start - 1))
    out[#out + 1] = text:sub(start, stop - 1)
    at = stop
  end
  out[#out + 1] = french(text:sub(at))
  return table.concat(out)
end

-- One argument of a sentence, as its mark asks.
local function argument(tag, name, how, value)
  if how == "word" then return lang.find(tag, name .. "_" .. tostring(value)) or tostring(value) end
  if how == "kind" or how == "grade" then
    return lang.find(tag, how .. "_" .. tostring(value)) or tostring(value)
  end
  if how == "percent" then
    return M.share(value, nil, nil, { lang = tag, decimals = natural_decimals(value * 100, 1) })
  end
  if math.type(value) then return M.number(value, { lang = tag }) or tostring(value) end
  return tostring(value)
end

--- The sentence under a key with its arguments. An unknown key is an error; an argument that is
-- not given stays visible as {name}.
function M.say(tag, key, args)
  local text = lang.find(tag, key)
  if not text then host.fail(('no sentence "%s" in the language table'):format(tostring(key))) end
  tag = lang.check(tag)
  -- Typography first: the arguments (labels, numbers) must stay as they are.
  return (M.typography(text, { lang = tag }):gsub("{([%w_]+)|?(%w*)}", function(name, how)
    local value = args and args[name]
    if value ~= nil then return argument(tag, name, how, value) end
  end))
end

return M
