--- Display policies: which estimates are precise enough to be shown. Applied at the gate after
-- privacy, never instead of it: privacy protects respondents, these protect readers.
--
-- "nchs", for shares (J. Parker et al., "National Center for Health Statistics Data Presentation
-- Standards for Proportions", Vital and Health Statistics 2 (175), 2017). With p the share, V its
-- variance, n the answers, df the degrees of freedom, t their quantile at 97.5 %:
--     n_eff = min(n, p (1 - p) / V)                  n without a declared design
--     base  = min(n, p (1 - p) / V (t_{n-1} / t_df)^2)
--     low, high = Clopper-Pearson's (Korn and Graubard's) limits for p base of base, at 95 %
--     width = high - low
--   withheld    n_eff < 30; else width >= 0.30; else width > 0.05 and width / p > 1.30
--   review      shown, but df < 8 by a declared design, or p is 0 or 1 (no width is asked then)
--   complement  shown, but 1 - p would be withheld: width > 0.05 and width / (1 - p) > 1.30
-- "nchs", for counts, which are totals of a level (J. Parker et al., "... Standards for Rates and
-- Counts", Vital and Health Statistics 2 (200), 2023): x the count, s its standard error,
--     low, high = x exp(-+ t s / x), so width / x = 2 sinh(t s / x)
--   withheld    fewer than 10 respondents in the cell, or width / x > 1.60
--   review      shown, but df < 8
-- Other figures have no rule in these standards and are shown as they are.
-- "30/30", the older rule of the same house: withheld unless n >= 30 (of a count, the respondents
-- in its cell) and s / |value| <= 0.30, for shares, counts, totals, means, ratios and quantiles.
--
-- A figure whose standard error is not known is for review when its base is large enough; one that
-- a design gives no degrees of freedom is withheld. Counts of the rows themselves (a cross-table
-- without a design) have no error, so only the number of respondents is asked.
--
-- A record that a rule speaks of gets `flag` (withheld, review, complement) and `flag_reason` in
-- words; a withheld one keeps its base and loses all that would give the figure away. The
-- interval is worked out here from value, se, df and n, whatever `ci` and `conf` the table has.
local core = require "bilan.core"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local lang = require "bilan.output.lang"

local M = {}

local stat = core.stat

local SMALLEST <const>, WIDE <const>, NARROW <const>, RELATIVE <const> = 30, 0.30, 0.05, 1.30
local SMALLEST_COUNT <const>, RELATIVE_COUNT <const> = 10, 1.60
local FEW_DEGREES <const> = 8
local LARGEST_ERROR <const> = 0.30
local ROUNDING <const> = 1e-9 -- p (1 - p) / V of 30 may come out a hair below

--- What stands on a figure in a table, by its flag.
M.marks = { withheld = "\u{2020}", review = "\u{2021}", complement = "\u{A7}" }

local flags = { "withheld", "review", "complement" }

-- ---- shares -----------------------------------------------------------------------------------

local function t_quantile(df) return stat.t_quantile(0.975, df) end

--- n_eff, and the width of the 95 % interval; the width is nil without degrees of freedom.
-- record.value lies strictly between 0 and 1.
function M.precision(record, designed)
  local p, n = record.value, record.n
  local effective, base = n, n
  if designed and record.se then
    local worth = record.se > 0 and p * (1 - p) / record.se ^ 2 or math.huge
    effective = math.min(n, worth)
    if not (record.df and record.df > 0) then return effective, nil end
    local ratio = n > 1 and t_quantile(n - 1) / t_quantile(record.df) or 1
    base = math.min(n, worth * ratio ^ 2)
  end
  local low = stat.beta_quantile(0.025, p * base, (1 - p) * base + 1)
  local high = stat.beta_quantile(0.975, p * base + 1, (1 - p) * base)
  return effective, high - low
end

-- What both ends of the rule for shares have in common: few degrees of freedom, unknown error.
local function add_doubts(doubts, record, designed)
  if designed and record.df and record.df < FEW_DEGREES then doubts[#doubts + 1] = "display_df" end
  if not record.se then doubts[#doubts + 1] = "display_no_error" end
end

-- NCHS 2017: a flag with the keys of its reasons, or nil.
local function judge_share(record, designed)
  local p = record.value
  if record.n < SMALLEST then return "withheld", { "display_n30" } end
  if designed and not (record.df and record.df > 0) then
    return "withheld", { "display_no_error" }
  end
  local doubts, beside = {}, false
  if p <= 0 or p >= 1 then
    doubts[1] = "display_edge"
  else
    local effective, width = M.precision(record, designed)
    if effective < SMALLEST - ROUNDING then return "withheld", { "display_effective" } end
    if width >= WIDE then return "withheld", { "display_wide" } end
    if width > NARROW and width / p > RELATIVE then return "withheld", { "display_relative" } end
    beside = width > NARROW and width / (1 - p) > RELATIVE
  end
  add_doubts(doubts, record, designed)
  if beside then doubts[#doubts + 1] = "display_complement" end
  if #doubts == 0 then return nil end
  return beside and #doubts == 1 and "complement" or "review", doubts
end

-- ---- counts and the rest ----------------------------------------------------------------------

-- NCHS 2023.
local function judge_count(record, designed)
  if record.count < SMALLEST_COUNT then return "withheld", { "display_n10" } end
  if not record.se then return nil end -- rows counted, not estimated
  if not (record.df and record.df > 0) then return "withheld", { "display_no_error" } end
  local spread = t_quantile(record.df) * record.se / record.value
  if math.exp(spread) - math.exp(-spread) > RELATIVE_COUNT then
    return "withheld", { "display_relative_count" }
  end
  if designed and record.df < FEW_DEGREES then return "review", { "display_df" } end
end

-- n >= 30 and a relative standard error of 30 % at most; `n` is that of the cell for a count.
local function judge_error(record, _, what)
  local n = what == "count" and record.count or record.n
  if n < SMALLEST then return "withheld", { "display_n30" } end
  if record.se then
    local small = record.se <= LARGEST_ERROR * math.abs(record.value) and record.value ~= 0
    if not small then return "withheld", { "display_error" } end
  elseif what ~= "count" then return "review", { "display_no_error" } end
end

local rules = {
  nchs = { share = judge_share, count = judge_count },
  ["30/30"] = { share = judge_error, count = judge_error, number = judge_error },
}
local names = { "nchs", "30/30" }

--- The rules of a name, or an error with the nearest name; nil for nil.
function M.check(name)
  if name == nil then return nil end
  if type(name) == "table" then
    fault.raise('policy takes a name, "nchs" or "30/30"; a table that withholds is given as '
      .. "privacy")
  end
  return fault.choice(name, names, nil, "display policy")
end

--- Is this the name of display rules?
function M.is_name(name) return rules[name] ~= nil end

local estimates = { mean = "number", quantile = "number", ratio = "number", total = "number",
  proportion = "share", freq = "share", crosstab = "share" }

-- What a record holds, for the rules: a share, a count, a number; nil for what is no estimate.
local function sort_of(spec, record)
  local sort = estimates[spec.kind]
  if spec.kind == "crosstab" and spec.percent == "none" or spec.unit == "count" then
    sort = "count"
  elseif spec.kind == "total" and record.count then sort = "count" end
  if sort == "count" and not record.count then return nil end
  return sort
end

-- 100 % by construction: the total column of row percentages.
local function is_margin(spec, record)
  return spec.kind == "crosstab" and spec.percent == "row" and record.col == nil
end

-- Was a design declared for this result?
local function is_designed(spec)
  for _, note in ipairs(spec.design_notes or {}) do
    local key = type(note) == "table" and (note.key or note[1]) or note
    if key ~= "method_design_lost" then return true end
  end
  return false
end

-- ---- the figures that leave -------------------------------------------------------------------

local given_away = { "value", "se", "low", "high", "count", "cumulative", "deff", "letters",
  "note" }

-- Takes the figure away; its base stays.
local function withhold(record, words, tag)
  for _, key in ipairs(given_away) do record[key] = nil end
  record.shown = false
  record.reason = format.say(tag, "display_not_shown", { reason = words })
end

local function reason_words(keys, tag)
  local list = {}
  for at, key in ipairs(keys) do list[at] = format.say(tag, key) end
  return format.typography(table.concat(list, lang.separator(tag)), { lang = tag })
end

-- The line below a table for each flag that occurs, with all its reasons in order.
local function foot_lines(met, tag)
  local lines = {}
  for _, flag in ipairs(flags) do
    if met[flag] then
      lines[#lines + 1] = M.marks[flag] .. " " .. format.say(tag, "display_foot_" .. flag,
        { reasons = reason_words(met[flag], tag) })
    end
  end
  return lines
end

-- Notes the reasons of a flag, each once.
local function note_reasons(met, flag, keys)
  local list = met[flag] or {}
  met[flag] = list
  for _, key in ipairs(keys) do
    if not list[key] then list[#list + 1], list[key] = key, true end
  end
end

-- What the rules say in general, for the notes on method.
local function statements(name, sorts, tag)
  local out = {}
  if name == "30/30" then out[1] = format.say(tag, "display_30_30") end
  for _, sort in ipairs { "share", "count" } do
    if name == "nchs" and sorts[sort] then
      out[#out + 1] = format.say(tag, "display_nchs_" .. sort)
    end
  end
  if #out == 0 or sorts.none then out[#out + 1] = format.say(tag, "display_no_rule") end
  return out
end

--- Applies the rules of a name to the records that privacy left: sets their flags, takes away what
-- is withheld. Gives { lines, notes, withheld }: lines below the table, notes on method, how many.
function M.apply(name, spec, records, tag)
  local judges, designed = rules[name], is_designed(spec)
  local met, sorts, withheld = {}, {}, 0
  for _, record in ipairs(records) do
    local sort = sort_of(spec, record)
    local judge = judges[sort]
    sorts[judge and sort or "none"] = true
    if judge and record.shown and record.value and record.n and not is_margin(spec, record) then
      local flag, keys = judge(record, designed, sort)
      if flag then
        note_reasons(met, flag, keys)
        record.flag, record.flag_reason = flag, reason_words(keys, tag)
        if flag == "withheld" then
          withhold(record, record.flag_reason, tag)
          withheld = withheld + 1
        end
      end
    end
  end
  return { lines = foot_lines(met, tag), notes = statements(name, sorts, tag),
    withheld = withheld }
end

return M
