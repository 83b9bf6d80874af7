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

local kind_of, whole_of, HUGE <const> = math.type, math.tointeger, math.huge

local function style_of(tag) return styles[tag] or styles[lang.check(tag)] end

--- Is x a number that can be shown?
function M.is_figure(x)
  return kind_of(x) ~= nil and x < HUGE and x > -HUGE
end

local MOST_DECIMALS <const> = 20

-- x * 10^shift in a style: the digits are host.figure's.
local function figure(x, decimals, shift, rule, style, sign, most)
  if decimals and (decimals < 0 or decimals > MOST_DECIMALS) then
    decimals = math.max(0, math.min(MOST_DECIMALS, decimals))
  end
  return (host.figure(x, decimals, shift, rule, style.decimal, style.thousands, sign, most))
end

--- A number: opts.lang, opts.decimals (when absent: as many as it has, at most opts.most, 2),
-- opts.shift (power of ten to multiply by, 2 for percent), opts.rule, opts.sign (a plus too).
-- nil when x cannot be shown.
function M.number(x, opts)
  if not opts then return figure(x, nil, 0, "half_up", styles[lang.check()]) end
  return figure(x, opts.decimals, opts.shift or 0, check_rule(opts.rule), style_of(opts.lang),
    opts.sign, opts.most)
end

--- A whole count.
function M.count(x, opts)
  local whole = whole_of(x)
  return figure(whole or x, whole and 0 or 1, 0, "half_up", style_of(opts and opts.lang))
end

--- The percentage k of n, exact on integers: opts.lang, decimals (0), rule. nil when n is 0.
function M.percent(k, n, opts)
  opts = opts or {}
  local decimals, style = opts.decimals or 0, style_of(opts.lang)
  local rule = check_rule(opts.rule)
  k, n = whole_of(k), whole_of(n)
  local units = k and n and n > 0 and host.percent(k, n, decimals, rule)
  if not units then return nil end
  local text = figure(math.tointeger(units), decimals, -decimals, rule, style, opts.sign)
  return opts.bare and text or text .. style.percent
end

--- A share as a percentage. With a count and a base that give it, on integers; a weighted share
-- on its own digits. opts.weighted = false asserts that the share is count / n.
function M.share(value, count, n, opts)
  opts = opts or {}
  local exact = whole_of(count) and whole_of(n) and n > 0
    and (value == nil or opts.weighted == false or math.abs(value - count / n) <= 1e-12)
  if exact then return M.percent(count, n, opts) end
  local style = style_of(opts.lang)
  local text = figure(value, opts.decimals or 0, 2, check_rule(opts.rule), style, opts.sign)
  if not text then return nil end
  return opts.bare and text or text .. style.percent
end

--- A difference of shares in points, with its sign: "+12,3 points".
function M.points(value, opts)
  opts = opts or {}
  local text = figure(value, opts.decimals or 0, 2, check_rule(opts.rule), style_of(opts.lang),
    opts.sign ~= false)
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

local between = {} -- language -> what stands before, between and behind the ends of an interval

-- "32 à 38"
local function from_to(from, to, tag)
  local parts = between[tag]
  if not parts then
    local words = lang.find(tag, "up_to"):gsub(" ", NBSP)
    parts = { words:match("^(.-){low}(.-){high}(.*)$") }
    between[tag] = parts
  end
  return parts[1] .. from .. parts[2] .. to .. parts[3]
end

--- An interval in words, "32 à 38 %"; opts.unit = share (default), points, number.
function M.interval(low, high, opts)
  opts = opts or {}
  local tag, unit = lang.check(opts.lang), opts.unit or "share"
  local style, rule = styles[tag], check_rule(opts.rule)
  local shift, decimals = 2, opts.decimals or 0
  if unit == "number" then shift, decimals = 0, opts.decimals end
  local from = figure(low, decimals, shift, rule, style)
  local to = from and figure(high, decimals, shift, rule, style)
  if not to then return nil end
  local text = from_to(from, to, tag)
  if opts.bare then return text end
  if unit == "share" then return text .. style.percent end
  if unit == "points" then return text .. NBSP .. lang.find(tag, "points") end
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
    local whole = not M.number(value * 100, { lang = "en", most = 1 }):find(".", 1, true)
    return M.share(value, nil, nil, { lang = tag, decimals = whole and 0 or 1 })
  end
  if math.type(value) then return M.number(value, { lang = tag }) or tostring(value) end
  return tostring(value)
end

local sentences = {} -- language -> key -> its sentence with the typography of the language

--- The sentence under a key with its arguments. An unknown key is an error; an argument that is
-- not given stays visible as {name}.
function M.say(tag, key, args)
  tag = lang.check(tag)
  local known = sentences[tag] or {}
  local text = known[key]
  if not text then
    text = lang.find(tag, key)
    if not text then host.fail(('no sentence "%s" in the language table'):format(tostring(key))) end
    -- Typography first: the arguments (labels, numbers) must stay as they are.
    text = M.typography(text, { lang = tag })
    sentences[tag], known[key] = known, text
  end
  if not args or not text:find("{", 1, true) then return text end
  return (text:gsub("{([%w_]+)|?(%w*)}", function(name, how)
    local value = args[name]
    if value ~= nil then return argument(tag, name, how, value) end
  end))
end

return M
