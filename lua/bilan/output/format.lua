--- Numbers, dates and sentences in the reader's language.
--
-- Idea: a figure is rounded once, by a named rule, and never through a binary multiplication.
--   - A percentage of a count is computed on whole numbers: floor((2*100*10^d*k + n) / (2n)) for
--     "half_up" (1 of 8 is 13 %), or "half_even" (12 %), "half_down".
--   - Any other double is rounded on the digits of its shortest decimal text, the one that a
--     reader would write (0.285 is 28.5 %, not 28.499999999999996).
-- French: decimal comma, U+202F between thousands and before %, U+2212 for minus. What is no
-- number (nil, NaN, infinite) gives nil, so that callers must say in words why.
local figures = require "bilan.output.figures"
local host = require "bilan.host"
local lang = require "bilan.output.lang"

local M = {}

local NARROW <const> = "\u{202F}" -- narrow no-break space
local NBSP <const> = "\u{A0}"

M.rules = figures.rules

local kind_of, whole_of, HUGE <const> = math.type, math.tointeger, math.huge

--- Is x a number that can be shown?
function M.is_figure(x)
  return kind_of(x) ~= nil and x < HUGE and x > -HUGE
end

--- A number: opts.lang, opts.decimals (when absent: as many as it has, at most opts.most, 2),
-- opts.shift (power of ten to multiply by, 2 for percent), opts.rule, opts.sign (a plus too).
-- nil when x cannot be shown.
function M.number(x, opts) return figures.text("number", opts, x) end

--- A whole count.
function M.count(x, opts)
  local whole, style = whole_of(x), figures.style(opts and opts.lang)
  return (host.figure(whole or x, whole and 0 or 1, 0, "half_up", style.decimal, style.thousands))
end

--- The percentage k of n, exact on integers: opts.lang, decimals (0), rule. nil when n is 0.
function M.percent(k, n, opts) return figures.text("share", opts, nil, k, n) end

--- A share as a percentage. With a count and a base that give it, on integers; a weighted share
-- on its own digits. opts.weighted = false asserts that the share is count / n.
function M.share(value, count, n, opts) return figures.text("share", opts, value, count, n) end

--- A difference of shares in points, with its sign: "+12,3 points".
function M.points(value, opts) return figures.text("points", opts, value) end

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
function M.interval(low, high, opts) return figures.text("interval", opts, low, high) end

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

-- A sentence as its pieces: plain text, and { mark, name, how } for an argument.
local function pieces_of(text)
  local pieces, at = {}, 1
  for start, name, how, stop in text:gmatch("(){([%w_]+)|?(%w*)}()") do
    pieces[#pieces + 1] = text:sub(at, start - 1)
    pieces[#pieces + 1] = { mark = text:sub(start, stop - 1), name = name, how = how }
    at = stop
  end
  pieces[#pieces + 1] = text:sub(at)
  return pieces
end

local sentences = {} -- language -> key -> its text with the typography of the language, its pieces

-- Typography comes first: the arguments (labels, numbers) must stay as they are.
local function sentence_of(tag, key)
  local text = lang.find(tag, key)
  if not text then host.fail(('no sentence "%s" in the language table'):format(tostring(key))) end
  text = M.typography(text, { lang = tag })
  local made = { text = text, pieces = pieces_of(text) }
  sentences[tag] = sentences[tag] or {}
  sentences[tag][key] = made
  return made
end

--- The sentence under a key with its arguments. An unknown key is an error; an argument that is
-- not given stays visible as {name}.
function M.say(tag, key, args)
  tag = tag or lang.default
  local known = sentences[tag]
  local sentence = known and known[key] or sentence_of(lang.check(tag), key)
  if not args or #sentence.pieces == 1 then return sentence.text end
  local parts = {}
  for at, piece in ipairs(sentence.pieces) do
    if at % 2 == 1 then parts[at] = piece
    else
      local value = args[piece.name]
      parts[at] = value == nil and piece.mark or argument(tag, piece.name, piece.how, value)
    end
  end
  return table.concat(parts)
end

return M
