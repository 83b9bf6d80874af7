--- A new item by a Lua function of one row: the slow door of survey:derive.
--
-- An expression is worked out by the engine for all rows at once, in about a nanosecond a value; a
-- function is called once a row, which costs some hundred times that, and says nothing of the items
-- it will read. It is there for what expressions cannot say: loops, tables of the script, code
-- that exists already.
--
-- The function gets one row: row.age is the answer of this respondent, a text or a number as
-- survey:column gives them, the list of the options ticked of an item with several answers, and
-- nil where there is no answer. It gives a text, a number, true or false (1 and 0), or nil: no
-- answer, of the kind that the first item read without one has, as in an expression.
local core = require "bilan.core"
local fault = require "bilan.fault"

local M = {}

-- The answers of an item, by row; `why` has the marks of those that are missing.
local function load_item(table_, name)
  local answers = core.data.values(table_, nil, name)
  local why = {}
  for i = 1, #answers do
    if type(answers[i]) == "userdata" then answers[i], why[i] = nil, answers[i] end
  end
  return answers, why
end

-- The rows of a table one after the other: `row` is one object for all of them, next_row moves it
-- on; why() tells the mark of the first item that was read without an answer.
local function cursor_of(table_)
  local answers, marks, names, at, missing = {}, {}, {}, 0, nil
  local function read(_, name)
    local list = answers[name]
    if not list then
      fault.expect(name, "string", "row[...]: the name of an item")
      list, marks[name] = load_item(table_, name)
      answers[name], names[#names + 1] = list, name
    end
    local value = list[at]
    if value == nil and not missing then missing = name end
    return value
  end
  return { names = names,
    next_row = function() at, missing = at + 1, nil end,
    place = function() return at end,
    why = function() return missing and marks[missing][at] end,
    row = setmetatable({}, { __index = read, __metatable = false,
      __newindex = function()
        fault.raise("a row cannot be changed: give the new value back")
      end }) }
end

-- What the function gave and what is no plain answer, as a column takes it.
local function value_of(value, cursor, marks)
  if value == nil then return cursor.why() end
  if marks[value] then return marks[value] end
  if type(value) == "number" then return nil end -- beyond the range of numbers: no answer
  fault.raise("a text, a number, true, false or nil is expected, got a %s", type(value))
end

local plain = { string = true, boolean = true }

-- All values. A number minus itself is 0 unless it is beyond the range.
local function values_of(f, cursor, rows, marks)
  local values, row, next_row = {}, cursor.row, cursor.next_row
  for at = 1, rows do
    next_row()
    local value = f(row)
    local kind = type(value)
    if not (plain[kind] or kind == "number" and value - value == 0) then
      value = value_of(value, cursor, marks)
    end
    values[at] = value
  end
  return values
end

-- The function's error with the item and the row; its own line stands in front already, or else
-- the line of the verb.
local function raise(err, name, at)
  local text = fault.text(err)
  local where = text:find("^[^\n:]+:%d+: ") and "" or core.where()
  error(('%s%s (derive "%s", row %d)'):format(where, text, name, at), 0)
end

--- A column and its kind from f(row) for every row of a table, and the names of the items that
-- were read. marks: what stands for kinds of missing in a script -> the core's own.
function M.column(table_, name, f, marks)
  local cursor, rows = cursor_of(table_), core.data.rows(table_)
  local ok, values = pcall(values_of, f, cursor, rows, marks)
  if not ok then raise(values, name, cursor.place()) end
  local column, kind = core.data.column(values, rows)
  if not column then fault.raise('derive "%s": %s', name, kind) end
  return column, kind, cursor.names
end

return M
