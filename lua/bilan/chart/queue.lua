--- Drawings wait here until one is needed; then one gnuplot process draws all that wait.
--
-- A process costs 20 to 30 ms, a further chart in it well under one, so a report with ninety
-- charts starts gnuplot once. When gnuplot complains, or a file is not there, every drawing of
-- the run is made again in a process of its own, so that one bad chart is named and spoils no
-- other.
local core = require "bilan.core"
local host = require "bilan.host"

local M = {}

local SECONDS <const> = 60
local MANY <const> = 20 -- drawings that take long enough to say so

local waiting = {}

--- Adds a drawing: { figure, kind = "svg" }. After M.draw it has `bytes`, or `fault`.
function M.add(drawing)
  waiting[#waiting + 1] = drawing
  return drawing
end

-- What gnuplot said that is more than a remark. Its exit status says nothing.
local function complaint(messages)
  for line in messages:gmatch("[^\n]+") do
    local remark = line:lower():find("warning", 1, true) or line:find("^Fontconfig")
      or line:find("^%s*[%^]?%s*$")
    if not remark then return (line:gsub("^%s+", ""):gsub("[%z\1-\31]", " "):sub(1, 300)) end
  end
end

-- Draws some in one process; the complaint when there is one.
local function run(drawings)
  local names, script = {}, {}
  for at, drawing in ipairs(drawings) do
    names[at] = ("c%d.%s"):format(at, drawing.kind)
    script[at] = drawing.figure:script(drawing.kind, names[at], "d" .. at)
  end
  core.host.progress(("drawing %d charts"):format(#drawings), #drawings > MANY)
  local files, messages = core.gnuplot.run(table.concat(script), names, SECONDS)
  local fault = complaint(messages)
  for at, drawing in ipairs(drawings) do
    drawing.bytes = not fault and files[names[at]] or nil
    if not drawing.bytes then fault = fault or "it drew nothing" end
  end
  return fault
end

-- One by one: each has its bytes or its fault.
local function run_apart(drawings)
  for _, drawing in ipairs(drawings) do
    drawing.bytes = nil
    drawing.fault = run { drawing }
  end
end

--- Draws all that wait. Raises when gnuplot is missing or takes too long; then all still wait.
function M.draw()
  if #waiting == 0 then return 0 end
  local drawings = waiting
  local fault = run(drawings)
  if fault and #drawings > 1 then run_apart(drawings)
  elseif fault then drawings[1].fault = fault end
  waiting = {}
  return #drawings
end

--- The bytes of a drawing, drawn now with all others that wait unless it was before.
function M.bytes(drawing, title)
  if not drawing.bytes and not drawing.fault then M.draw() end
  if drawing.fault then
    host.fail(('gnuplot could not draw "%s": %s'):format(title or "?", drawing.fault))
  end
  return drawing.bytes
end

--- How many wait (for tests).
function M.length() return #waiting end

return M
