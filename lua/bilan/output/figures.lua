--- How figures are written in each language, and the options of core.sheet that say so.
--
-- The texts themselves are made by core.sheet, one (`text`) or those of a whole column (`texts`),
-- of a sort: share, points, interval, number or count. What scripts call is output/format.lua.
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
  if rule == nil or known_rules[rule] then return end
  host.fail(('unknown rounding rule "%s"; known are %s'):format(tostring(rule),
    table.concat(M.rules, ", ")))
end

-- The words that stand behind figures and around the ends of an interval.
local function add_words(style, tag)
  style.points = NBSP .. lang.find(tag, "points")
  local up_to = lang.find(tag, "up_to"):gsub(" ", NBSP)
  style.between = { up_to:match("^(.-){low}(.-){high}(.*)$") }
  return style
end

--- Marks and words of a language.
function M.style(tag)
  local style = styles[tag]
  if style and style.points then return style end
  tag = lang.check(tag)
  return add_words(styles[tag], tag)
end

local none <const> = {}

--- One text of a sort, with the options of format.lua's function for it; nil for what cannot be
-- shown. A count that may be weighted has a decimal below a hundred, unless opts.whole.
function M.text(sort, opts, ...)
  opts = opts or none
  check_rule(opts.rule)
  return host.text(sort, opts, M.style(opts.lang), ...) or nil
end

--- The texts of a field of all records, false where there is none.
function M.texts(records, key, sort, opts)
  check_rule(opts.rule)
  return host.texts(records, key, sort, opts, M.style(opts.lang))
end

return M
