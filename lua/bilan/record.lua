--- Running a script under a ledger, and the way to its record (record/made).
--
-- `execute` runs a script; what it read and wrote stands in the ledger that it gives. Making and
-- saving a record of it is in record/made, which is loaded when one is made: a script that computes
-- nothing pays nothing.
local core = require "bilan.core"
local fault = require "bilan.fault"
local ledger = require "bilan.record.ledger"
local sandbox = require "bilan.sandbox"

local M = {}

-- A run starts from nothing, whatever ran before in this program.
local function forget()
  local bilan, loaded = require "bilan", package.loaded
  if loaded["bilan.methods"] then require("bilan.methods").reset() end
  if loaded["bilan.indicator"] then require("bilan.indicator").reset() end
  if loaded["bilan.gate"] then require("bilan.gate").use(nil) end
  rawset(bilan, "privacy", nil) -- made anew when it is next asked for
end

--- Runs a script (with its arguments) in its sandbox. opts: trusted, folder (where its own modules
-- are), recall (versions of methods recorded earlier), ledger (fields of it). Gives the ledger.
function M.execute(script, arguments, opts)
  forget()
  if opts.recall then require("bilan.methods").recall(opts.recall) end
  ledger.open(opts.ledger)
  arguments[0] = script
  local environment = _G
  if opts.trusted then
    fault.own_places = true
    _G.arg = arguments
  else
    environment = sandbox.environment(opts.folder, arguments)
  end
  local ok, err = xpcall(function()
    sandbox.watch(sandbox.load_file(script, environment, "script"))
  end, fault.place)
  local made = ledger.close()
  if not ok then error(err, 0) end
  return made
end

--- pcall(f) without what the script prints: standard output is for findings and comparisons.
function M.silently(f)
  local print_text = core.host.print
  core.host.print = function() end
  local ok, made = pcall(f)
  core.host.print = print_text
  return ok, made
end

--- Is there anything to record of a run: an indicator, a file?
function M.is_worth(made)
  return #made.outputs > 0
    or package.loaded["bilan.indicator"] ~= nil and #require("bilan.indicator").list() > 0
end

-- build, save, sentence, lookup.
return setmetatable(M, { __index = function(_, name) return require("bilan.record.made")[name] end })
