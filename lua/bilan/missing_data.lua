--- What a run still misses: files without rows, items without answers, figures without a value.
--
-- A year's script runs before its data are there; its tables then say in words that there is no
-- figure. What is behind it is told once, at the end, on standard error:
--   still missing:
--     datasets/itd/2023-2024/repondants.csv: no answer to envie, specialites
-- The engine listens to what the verbs tell (events.lua) and looks at the surveys that were read
-- when the script has ended; a year with all its data makes no line. Items of a codebook that few
-- of those asked answered are named beside what else is missing: in a file that is complete they
-- are questions that people left out, which its tables show. Items that may be absent (`optional`)
-- are not waited for. Cost: one pass over the items
-- of surveys of at most MOST_ROWS rows; of larger ones nothing is said but that they are empty.
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local events = require "bilan.events"
local Survey = require "bilan.survey"

local M = {}

local MOST_ROWS <const> = 200000
local ROOM <const> = 76       -- columns of the screen, the margin left out
local MOST_NAMES <const> = 12 -- of one line
local FEW <const> = 0.5       -- of those asked; below, an item counts as half filled

local seen = { surveys = {}, empty = {} }
local stop_listening

-- ---- listening --------------------------------------------------------------------------------

local listeners = {}

function listeners.read(facts)
  table.insert(seen.surveys, { survey = facts.survey, path = facts.path })
end

-- A part of the sample that nobody is in, though the sample has respondents.
function listeners.made(facts)
  if facts.verb ~= "where" or #facts.survey > 0 or #facts.from == 0 then return end
  if not seen.empty[facts.given] then table.insert(seen.empty, facts.given) end
  seen.empty[facts.given] = true
end

--- Starts to listen; what was heard before is forgotten.
function M.start()
  M.stop()
  seen = { surveys = {}, empty = {} }
  stop_listening = events.listen(function(kind, facts)
    if listeners[kind] then listeners[kind](facts) end
  end, -1)
end

--- Ends listening; what was heard stays.
function M.stop()
  if stop_listening then stop_listening() end
  stop_listening = nil
end

-- ---- looking ----------------------------------------------------------------------------------

-- "a, b, c and 4 more"
local function list_text(names)
  local more = #names - MOST_NAMES
  local text = table.concat(names, ", ", 1, math.min(#names, MOST_NAMES))
  return more > 0 and ("%s and %d more"):format(text, more) or text
end

local questions = { single = true, multiple = true, scale = true, number = true }

-- Items of a survey without any answer, and those of a codebook that few of those asked answered.
local function lacking_items(survey)
  local s = Survey.inside(survey)
  local none, few = {}, {}
  for _, name in ipairs(core.data.names(s.table)) do
    local summary = core.data.summary(s.table, nil, name)
    local blank = summary.kinds["no answer"] or 0
    local given = summary.answered + summary.missing - blank - (summary.kinds["not asked"] or 0)
    local known = s.book.items_by_id[name]
    local awaited = not (known and known.optional)
    if awaited and given == 0 and (blank > 0 or known) then none[#none + 1] = name
    elseif awaited and known and questions[known.kind]
      and given < FEW * (given + blank) then
      few[#few + 1] = ("%s (%d of %d)"):format(name, given, given + blank)
    end
  end
  return none, few
end

-- Lines on one survey that was read; what counts only beside others goes to `lesser`.
local function survey_lines(survey, path, lines, lesser)
  local rows = core.data.rows(Survey.inside(survey).table)
  if rows == 0 then
    lines[#lines + 1] = path .. ": no rows"
    return
  end
  if rows > MOST_ROWS then return end
  local none, few = lacking_items(survey)
  if #none > 0 then lines[#lines + 1] = ("%s: no answer to %s"):format(path, list_text(none)) end
  if #few > 0 then
    lesser[#lesser + 1] = ("%s: answered by under half of those asked: %s"):format(path,
      list_text(few))
  end
end

-- Has any row of the estimate a figure?
local function has_figure(estimate)
  local spec = require("bilan.result").spec(estimate)
  for _, row in ipairs(spec and spec.rows or {}) do
    if row.value ~= nil or row.statistic ~= nil then return true end
  end
  return false
end

-- Indicators of the run of which no row has a figure.
local function bare_indicators()
  local list = {}
  if not package.loaded["bilan.indicator"] then return list end
  for _, one in ipairs(require("bilan.indicator").list()) do
    if not has_figure(one.estimate) then list[#list + 1] = one.id end
  end
  return list
end

--- What is missing, a line each; an empty list when nothing is.
function M.lines()
  local lines, lesser, done = {}, {}, {}
  for _, read in ipairs(seen.surveys) do
    if not done[read.path] then survey_lines(read.survey, read.path, lines, lesser) end
    done[read.path] = true
  end
  for _, expr in ipairs(seen.empty) do
    lines[#lines + 1] = ("no respondents where %s"):format(expr)
  end
  local bare = bare_indicators()
  if #bare > 0 then lines[#lines + 1] = "indicators without a figure: " .. list_text(bare) end
  if #lines > 0 then table.move(lesser, 1, #lesser, #lines + 1, lines) end
  return lines
end

--- Says on standard error what is missing; nothing when nothing is.
function M.say()
  local lines = M.lines()
  if #lines == 0 then return end
  local text, wrap = { "still missing:" }, require("bilan.output.text_table").wrap
  for _, line in ipairs(lines) do
    local parts = wrap(escape.terminal(line), ROOM)
    text[#text + 1] = "  " .. table.concat(parts, "\n    ")
  end
  core.host.warn(table.concat(text, "\n") .. "\n")
end

return M
