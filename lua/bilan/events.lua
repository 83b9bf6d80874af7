--- What the verbs tell of what a script does, for those who listen (lint).
--
-- A verb says one line, and only when somebody listens, so that nobody pays for facts:
--   if events.on then events.tell("read", { survey = made, path = path }) end
-- Kinds and their facts (a listener must not change them, nor keep data it does not need):
--   source     path, chunk, text           a file of a script, before it runs
--   read       survey, path, codebook      a data file; codebook: was one given?
--   lists      survey                      bilan.survey of columns from Lua
--   made       survey, from, verb, given   a survey of another one, by a verb and what it was given
--   column     survey, names               values that were handed to the script
--   asked      survey, verb, items         an estimate of numbers is asked for, before it is made
--   estimate   survey, result, fields      it was made; fields: the spec of its result
--   test       survey, verb, items         a test of items with one another
--   chart      kind, source                what a chart is drawn from
--   indicator  id, title
--   trend      verb, item, grades = { { from =, to =, grade = }, ... }     years held together
local M = {}

--- Does anybody listen?
M.on = false

local listeners = {}

--- The most rows of a survey whose estimates somebody waits for; -1: nobody waits for any. Those of
-- larger surveys are not told, and made when somebody looks.
M.most_rows = -1

local function count()
  M.on, M.most_rows = #listeners > 0, -1
  for _, one in ipairs(listeners) do M.most_rows = math.max(M.most_rows, one.most_rows) end
end

--- Calls listener(kind, facts) from now on at every event; gives a function that ends it. most_rows:
-- estimates of surveys with more rows are not waited for (-1: of none; default: of all).
function M.listen(listener, most_rows)
  local entry = { tell = listener, most_rows = most_rows or math.huge }
  listeners[#listeners + 1] = entry
  count()
  return function()
    for place, one in ipairs(listeners) do
      if one == entry then table.remove(listeners, place) end
    end
    count()
  end
end

--- Tells all listeners, in the order in which they came.
function M.tell(kind, facts)
  for _, one in ipairs(listeners) do one.tell(kind, facts) end
end

return M
