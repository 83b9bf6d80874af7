--- What the output modules ask of the program around them.
--
-- The few things between a result and a file that the C core does: printing numbers, exact
-- percentages, the width of a text, writing below the output folder. Each is looked up here at
-- each call, so that a test (or a host of its own) can put another in its place with `set`.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"

local M = { version = core.version }

--- Shortest decimal text that reads back as x.
function M.number(x) return core.text.number(x) end

--- A figure as a reader sees it: rounded once on its shortest text, grouped, signed; nil for what is
-- no finite number. See core.text.figure.
M.figure = core.text.figure

--- Text between HTML tags; nil for one that must be cleaned first.
M.html = core.text.html

--- Has a text no bad UTF-8, control character (but tab and line feed) or mark that reorders?
M.is_clean = core.text.is_clean

--- 100 k / n as a whole number of 10^-decimals percent, exact on integers; nil when n is not
-- positive or a count is not whole.
function M.percent(k, n, decimals, rule)
  k, n = math.tointeger(k), math.tointeger(n)
  if not k or not n or n <= 0 then return nil end
  return core.text.percent(k, n, decimals, rule)
end

--- Columns of a terminal that a text takes.
function M.width(text) return core.text.width(text) end

--- A text and its columns where a terminal may have it as it is; nil for one that must be escaped.
-- What texts and lines of tables look like on a terminal: see core.terminal.
M.shown = core.terminal.shown
M.widest = core.terminal.widest
M.cut = core.terminal.cut
M.wrap = core.terminal.wrap
M.measure = core.terminal.measure
M.lines = core.terminal.lines

--- What a table needs of all its records at once: see core.sheet.
M.only_figures = core.sheet.only_figures
M.fields = core.sheet.fields
M.text = core.sheet.text
M.texts = core.sheet.texts
M.absent = core.sheet.absent
M.cells = core.sheet.cells
M.rows = core.sheet.rows

--- Writes a file below the output folder; raises with the path. A run that is recorded enters it.
function M.write(path, bytes) return ledger.write(path, bytes) end

--- "file:line" of the script's line that is running, or "".
function M.where() return (core.where():gsub(": $", "")) end

--- Replaces functions of this module.
function M.set(given)
  for name, f in pairs(given) do
    if M[name] == nil then error(('unknown host function "%s"'):format(name), 2) end
    M[name] = f
  end
end

--- Raises a message that starts with the script's line.
function M.fail(message) fault.raise("%s", message) end

return M
