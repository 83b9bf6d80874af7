--- Drawings that an earlier run made: a chart is drawn again only when something of it changed.
--
-- Where the command line has a cache (.bilan-cache of the current folder, see bilan.cache), each
-- finished drawing is a file in its folder "charts", named by the hash of gnuplot's script (which
-- holds the data, the labels, the options and the theme), of the gnuplot there is, and of this
-- engine. The file holds that text again and a hash of itself: one that is torn, damaged or about
-- another drawing is not used, and the chart is drawn. So a page has the same bytes with a cache,
-- without one, and after it was removed. The files hold what the page shows, for this user alone.
local core = require "bilan.core"

local M = {}

local MOST <const> = 4096 -- files; then all go

local function sha256(text) return core.csv.sha256(text) end

local prefix -- what all drawings of this run share: engine and gnuplot; false without a gnuplot

-- The folder of the drawings; nil when there is no cache, or none yet.
local function folder()
  local cache = core.archive.cache
  local above = cache.folder()
  if not above then return nil end
  if prefix == nil then
    local program = core.gnuplot.program()
    prefix = program and ("%s\n%s\n"):format(cache.reading("chart"), program) or false
  end
  return prefix and above .. "/charts"
end

-- A drawing as its file holds it: "HASH BYTES\n", key, drawing; the hash is that of the rest.
local function packed(key, bytes)
  local rest = ("%d\n%s%s"):format(#key, key, bytes)
  return sha256(rest) .. " " .. rest
end

local function unpacked(key, file)
  local head, stop = ("%d\n%s"):format(#key, key), file:find(" ", 1, true)
  if not stop then return nil end
  local rest = file:sub(stop + 1)
  if rest:sub(1, #head) ~= head or sha256(rest) ~= file:sub(1, stop - 1) then return nil end
  return rest:sub(#head + 1)
end

--- The drawing of a script, nil when none is kept.
function M.find(script)
  local place = folder()
  local key = place and prefix .. script
  local file = key and core.gnuplot.kept(place, sha256(key))
  return file and unpacked(key, file)
end

--- Keeps the drawings of scripts: { { script, bytes }, ... }. One that cannot be kept is drawn again
-- next time.
function M.keep(drawn)
  local place = #drawn > 0 and core.archive.cache.prepare() and folder()
  if not place then return end
  core.gnuplot.make_room(place, MOST)
  for _, one in ipairs(drawn) do
    local key = prefix .. one[1]
    if not core.gnuplot.keep(place, sha256(key), packed(key, one[2])) then return end
  end
end

return M
