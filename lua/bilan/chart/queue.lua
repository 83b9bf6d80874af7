--- Drawings wait here until one is needed; then one gnuplot process draws all that wait.
--
-- A process costs 20 to 30 ms, a further chart in it well under one, so a report with ninety
-- charts starts gnuplot once. When gnuplot complains, or a file is not there, every drawing of
-- the run is made again in a process of its own, so that one bad chart is named and spoils no
-- other. Drawings that an earlier run has kept (chart/kept) are not drawn again.
local core = require "bilan.core"
local host = require "bilan.host"
local kept = require "bilan.chart.kept"
local tidy = require "bilan.chart.tidy"

local M = {}

local SECONDS <const> = 60
local MANY <const> = 20 -- drawings that take long enough to say so

local waiting = {}

--- Adds a drawing: { figure, kind = "svg" }. After M.draw it has `bytes`, or `fault`.
function M.add(drawing)
  waiting[#waiting + 1] = drawing
  return drawing
end

--- Forgets a drawing that nobody will look at, if it still waits.
function M.drop(drawing)
  for at, one in ipairs(waiting) do
    if one == drawing then return table.remove(waiting, at) end
  end
end

-- What gnuplot said that is more than a remark. Its exit status says nothing.
local function complaint(messages)
  for line in messages:gmatch("[^\n]+") do
    local remark = line:lower():find("warning", 1, true) or line:find("^Fontconfig")
      or line:find("^%s*[%^]?%s*$")
    if not remark then return (line:gsub("^%s+", ""):gsub("[%z\1-\31]", " "):sub(1, 300)) end
  end
end

-- The lines for one drawing, into a file without a name: what a drawing that was kept is known by.
local function nameless(drawing)
  drawing.script = drawing.script or drawing.figure:script(drawing.kind, "", "d")
  return drawing.script
end

-- The same into the file `name`; the first line of its kind is the figure's own, before any label.
local function script_of(drawing, name)
  local script = nameless(drawing)
  local _, at = script:find("\nset output '", 1, true)
  return script:sub(1, at) .. name .. script:sub(at + 1)
end

-- A file of gnuplot's as it is kept: an SVG is made fit to be published; nil when it is none.
local function finished(drawing, bytes)
  if bytes and drawing.kind == "svg" then return tidy.body(bytes) end
  return bytes
end

-- Draws some in one process; the complaint when there is one.
local function run(drawings)
  local names, script = {}, {}
  for at, drawing in ipairs(drawings) do
    names[at] = ("c%d.%s"):format(at, drawing.kind)
    script[at] = script_of(drawing, names[at])
  end
  core.host.progress(("drawing %d charts"):format(#drawings), #drawings > MANY)
  local files, messages = core.gnuplot.run(table.concat(script), names, SECONDS)
  local fault = complaint(messages)
  for at, drawing in ipairs(drawings) do
    drawing.bytes = not fault and finished(drawing, files[names[at]]) or nil
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

-- Gives drawings the bytes that were kept; the others.
local function without_kept(drawings)
  local left = {}
  for _, drawing in ipairs(drawings) do
    if drawing.kind == "svg" then
      drawing.bytes = kept.find(nameless(drawing))
    end
    if not drawing.bytes then left[#left + 1] = drawing end
  end
  return left
end

-- Keeps what was drawn.
local function keep(drawings)
  local drawn = {}
  for _, drawing in ipairs(drawings) do
    if drawing.kind == "svg" and drawing.bytes then
      drawn[#drawn + 1] = { nameless(drawing), drawing.bytes }
    end
    drawing.script = nil
  end
  kept.keep(drawn)
end

--- Draws all that wait. Raises when gnuplot is missing or takes too long; then all still wait.
function M.draw()
  if #waiting == 0 then return 0 end
  local count, drawings = #waiting, without_kept(waiting)
  local fault = #drawings > 0 and run(drawings)
  if fault and #drawings > 1 then run_apart(drawings)
  elseif fault then drawings[1].fault = fault end
  waiting = {}
  keep(drawings)
  return count
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
