--- The cache of large files of data: read once, a program that runs again does not parse them.
--
-- The command line allows it (`bilan run`, `tab`, `describe`, unless --no-cache). A CSV file of 8
-- MB or more is kept, as it was read, as an archive in .bilan-cache of the current folder; see
-- core/archive/cache.h for names and who may read them. An entry is used when
--   the file is the one it was: device, inode, size, both times in nanoseconds, none of them within
--   2 seconds of when that was noted; or
--   the file's content has the entry's fingerprint (it was copied, touched, checked out anew)
-- and it was read by this very program with the same options. Any doubt: the file itself is read.
-- Nothing here raises: a cache that cannot be read or written is no cache, with one note at most.
--
-- Entries are written when the command has done its work (`finish`): 0.3 s for a million rows.
local core = require "bilan.core"
local json = require "bilan.json"

local M = {}

local cache, host = core.archive.cache, core.host

local MOST_BYTES <const> = 2 << 30 -- of all entries together

local pending, hits = {}, {} -- files read in this run: to be kept; out of the cache

-- One line for a person.
local function note(text) host.warn("bilan: " .. text .. "\n") end

-- The first digits of an entry's name: options and engine, size.
local function prefix_of(options, bytes) return ("%s-%d-"):format(cache.reading(options), bytes) end

-- The part of an entry's name behind the prefix: content, identity.
local function parts_of(name, prefix)
  if name:sub(1, #prefix) ~= prefix then return nil end
  return name:sub(#prefix + 1):match "^(%x+)%-(%x+)%.bilan$"
end

-- The entry of a file by its identity, or by its content; nil when there is none.
local function find(path, prefix, id, racy)
  local candidates = {}
  for _, entry in ipairs(cache.list()) do
    local content, known = parts_of(entry.name, prefix)
    if known == id then return entry.name end
    if content then candidates[#candidates + 1] = { name = entry.name, content = content } end
  end
  if #candidates == 0 then return nil end
  local content = cache.fingerprint(path)
  for _, one in ipairs(candidates) do
    if one.content == content and cache.identity(path) == id then
      local name = prefix .. content .. "-" .. id .. ".bilan"
      return not racy and cache.rename(one.name, name) and name or one.name
    end
  end
end

-- The table and the origin of an entry, when it is about this reading.
local function open(name, path, options, passed, id)
  local store <close> = cache.open(name)
  local source = store:query("SELECT * FROM source")[1]
  if not source or source.options ~= options then return nil end
  local origin = json.unpack(source.dialect)
  -- A warning may name the file: under another name it would be another one.
  if origin.path ~= path and #(origin.warnings or {}) > 0 then return nil end
  local kept = store:get(source.data)
  if core.data.rows(kept) ~= origin.rows or #core.data.names(kept) ~= origin.columns then
    error "the table is not the one that was read"
  end
  origin.path, origin.sha256 = path, source.sha256
  return cache.rescue(kept, path, passed, id, name), origin
end

--- A file as an earlier run has read it: table and origin, nil when it is to be read. passed: the
-- options of reading; options: the same as text; id, bytes, racy: the file's identity.
function M.find(path, passed, options, id, bytes, racy)
  if not cache.folder() then return nil end
  local ok, name = pcall(function() return find(path, prefix_of(options, bytes), id, racy) end)
  if not ok or not name then return nil end
  local opened, made, origin = pcall(open, name, path, options, passed, id)
  if opened and made then
    hits[#hits + 1] = { name = name, origin = origin, had = origin.sha256 }
    return made, origin
  end
  if not opened and not host.limited() then
    cache.remove(name)
    note(("a damaged copy of %s in .bilan-cache was removed; the file itself is read"):format(path))
  end
end

--- Notes a file that was read, to be kept when the command has done its work.
function M.keep(entry) pending[#pending + 1] = entry end

-- ---- writing -----------------------------------------------------------------------------------

local insert = "INSERT INTO source(name, sha256, bytes, options, dialect, rows, columns, data) "
  .. "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"

-- Is there an entry of this content, read so?
local function has(prefix, content)
  for _, known in ipairs(cache.list()) do
    if parts_of(known.name, prefix) == content then return true end
  end
  return false
end

-- Is the file still the one that was read, and not of this very moment?
local function is_settled(entry)
  return not entry.racy and cache.identity(entry.path) == entry.id
end

-- Writes one entry; raises when that fails.
local function write(entry)
  if not is_settled(entry) or not cache.prepare() then return end
  local prefix = prefix_of(entry.options, entry.bytes)
  local content = cache.fingerprint(entry.path)
  if not is_settled(entry) or has(prefix, content) then return end
  local origin, sha256 = {}, rawget(entry.origin, "sha256")
  for key, value in pairs(entry.origin) do origin[key] = value end
  origin.sha256 = nil
  local ok, err = pcall(function()
    local store <close> = cache.create(("%s%s-%s.bilan"):format(prefix, content, entry.id))
    store:transaction(function()
      local data = store:put(entry.table)
      store:exec(insert, { entry.path:match "[^/]*$", sha256 or core.archive.null, entry.bytes,
        entry.options, json.pack(origin), origin.rows, origin.columns, data })
    end)
  end)
  if not ok and not has(prefix, content) then error(err, 0) end -- else another was faster
end

-- A hash that this run had to compute saves the next one the work.
local function add_hash(hit)
  local sha256 = rawget(hit.origin, "sha256")
  if hit.had or not sha256 or cache.damaged() > 0 then return end
  local store <close> = cache.create(hit.name)
  store:exec("UPDATE source SET sha256 = ?1", { sha256 })
end

-- Takes away those used longest ago until the others are within bounds.
local function trim()
  local entries, total = cache.list(), 0
  for _, entry in ipairs(entries) do total = total + entry.bytes end
  table.sort(entries, function(a, b)
    if a.used ~= b.used then return a.used < b.used end
    return a.name < b.name
  end)
  for _, entry in ipairs(entries) do
    if total <= MOST_BYTES then return end
    if cache.remove(entry.name) then total = total - entry.bytes end
  end
end

--- Writes what is to be kept. At the end of a command, whether it went well or not.
function M.finish()
  if cache.damaged() > 0 then
    note "a damaged copy of a file in .bilan-cache was removed; the file itself was read"
  end
  for _, hit in ipairs(hits) do pcall(add_hash, hit) end
  for _, entry in ipairs(pending) do
    local ok, err = pcall(write, entry)
    if not ok then note(("%s was not kept for the next run: %s"):format(entry.path, err)) end
  end
  if #pending > 0 and cache.folder() then pcall(trim) end
  pending, hits = {}, {}
end

return M
