--- What a run reads and writes, while it runs.
--
-- The command line opens a ledger before a script that is recorded or verified; reading (files of
-- data, codebooks, scripts and their modules) and writing enter what they do. Nothing is entered
-- when none is open. Each file stands once for each role, with the hash of the bytes that were
-- read and what the system said of it then (bytes, modified, changed, inode, in nanoseconds), by
-- which a later run knows an unchanged file without reading it, as git's index does.
local core = require "bilan.core"
local fault = require "bilan.fault"

local M = {}

--- The ledger that is open, or nil:
--   inputs   { { path, role, sha256, bytes, modified, changed, inode }, ... } in order
--   outputs  { { path, sha256, bytes }, ... } in the order of their first writing
--   waves    names of the waves that were read      surveys  what was read, for an archive
--   store    looks up data as read earlier: f(path, options, stat) -> table, origin, sha256
--   write    called instead of writing: f(path, bytes) -> full path
M.current = nil

--- Opens a ledger, which `close` gives back with what was entered.
function M.open(fields)
  local ledger = fields or {}
  ledger.inputs, ledger.outputs, ledger.waves, ledger.surveys = {}, {}, {}, {}
  ledger.known, ledger.written = {}, {}
  M.current = ledger
  return ledger
end

function M.close()
  local ledger = M.current
  M.current = nil
  return ledger
end

local RACY <const> = 2000000000 -- nanoseconds: a file changed so lately may change again unseen

--- What the system says of a file: { bytes, modified, changed, inode }, nil when it is not there.
function M.stat(path)
  if path == "-" or not core.host.stat then return nil end
  return core.host.stat(path)
end

--- Can this say later that the file is unchanged? Not when it was changed within 2 seconds of now:
-- a second change in the same tick of the clock would not show.
function M.is_racy(stat)
  local now = os.time() * 1000000000
  return math.max(stat.modified, stat.changed) > now - RACY
end

--- The same file by what the system says?
function M.same_stat(a, b)
  return a ~= nil and b ~= nil and a.bytes == b.bytes and a.modified == b.modified
    and a.changed == b.changed and a.inode == b.inode
end

-- An input whose hash is computed when somebody asks for it.
local function hashed_later(input, sha256)
  return setmetatable(input, { __index = function(self, key)
    if key == "sha256" then rawset(self, key, sha256()) end
    return rawget(self, key)
  end })
end

--- Enters a file that was read. role: script, module, data, codebook. `stat` was asked before the
-- bytes were read; a racy one is left out, so that the file is hashed next time. sha256: of the
-- bytes, or a function that gives it.
function M.input(path, role, bytes, sha256, stat)
  local ledger = M.current
  path = path:gsub("^%./+", "")
  local key = role .. "\0" .. path
  if not ledger or ledger.known[key] then return end
  local input = { path = path, role = role, bytes = bytes and #bytes or stat and stat.bytes or nil }
  if type(sha256) == "function" then hashed_later(input, sha256)
  else input.sha256 = sha256 or core.csv.sha256(bytes) end
  if stat and not M.is_racy(stat) then
    input.modified, input.changed, input.inode = stat.modified, stat.changed, stat.inode
  end
  ledger.known[key] = input
  ledger.inputs[#ledger.inputs + 1] = input
end

--- The bytes of a file, which is entered as an input.
function M.read(path, role)
  local stat = M.current and M.stat(path)
  local bytes = core.host.read(path)
  M.input(path, role or "data", bytes, nil, stat)
  return bytes
end

-- The record of the folder's runs is the engine's: a script that wrote over it would lose them.
local function check_name(path)
  local name = path:gsub("/+", "/"):gsub("^%./", "")
  if name == "record.bilan" or name == "record.bilan-journal" then
    fault.raise('"%s" is where runs are recorded: write to another name', name)
  end
end

--- Writes an output, entering it; written twice, it stands once as it is in the end.
function M.write(path, bytes)
  local ledger = M.current
  if not ledger then return core.host.write(path, bytes) end
  check_name(path)
  local full = (ledger.write or core.host.write)(path, bytes)
  local output = ledger.written[path]
  if not output then
    output = { path = path }
    ledger.written[path] = output
    ledger.outputs[#ledger.outputs + 1] = output
  end
  output.sha256, output.bytes = core.csv.sha256(bytes), #bytes
  return full
end

--- Enters the wave of a survey that was read.
function M.wave(name)
  local ledger = M.current
  if ledger and name and not ledger.waves[name] then
    ledger.waves[name] = true
    ledger.waves[#ledger.waves + 1] = name
  end
end

--- Enters data as read, for an archive that keeps them.
function M.survey(entry)
  local ledger = M.current
  if ledger then ledger.surveys[#ledger.surveys + 1] = entry end
end

return M
