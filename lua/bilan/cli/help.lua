--- The pages of `bilan help`, `bilan help COMMAND` and `bilan COMMAND --help`.
local core = require "bilan.core"
local wrap = require("bilan.output.text_table").wrap

local M = {}

local general = [[
bilan %s - survey statistics, scripted in Lua

  bilan run SCRIPT [ARGS]      run an indicator script
  bilan tab DATA ROW [COL]     one table in the terminal
  bilan describe DATA          every item: kind, levels, answered, missing
  bilan verify RUN             a recorded run again: which figures changed, and why
  bilan check CLAIMS.tsv       audit published figures
  bilan convert IN OUT         csv, tsv, sqlite, archives into one another
  bilan new YEAR --from YEAR   start a year from the files of another
  bilan diff A B               two runs or two years, figure by figure
  bilan lint SCRIPT            mistakes of survey statistics in a script
  bilan repl                   interactive Lua

examples:
  bilan tab eleves.csv satisfait genre
  bilan run scripts/itd/2022-2023.lua

`bilan COMMAND --help` tells more.
]]

--- What there is: `bilan help`.
function M.general() return general:format(core.version) end

--- The help of a command, in 80 columns but for examples, which are to be copied.
function M.command(command)
  local lines = { "usage: " .. command.usage, "" }
  table.move(wrap(command.summary, 80), 1, 20, 3, lines)
  lines[#lines + 1] = ""
  local function add(name, about)
    for at, part in ipairs(wrap(about, 80 - 25)) do
      lines[#lines + 1] = ("  %-22s %s"):format(at == 1 and name or "", part)
    end
  end
  for _, option in ipairs(command.options) do
    add("--" .. option[1] .. (option[2] == "flag" and "" or " " .. (option[4] or "X")), option[3])
  end
  add("--help", "this page")
  lines[#lines + 1] = ""
  lines[#lines + 1] = "example: " .. command.example
  return table.concat(lines, "\n") .. "\n"
end

return M
