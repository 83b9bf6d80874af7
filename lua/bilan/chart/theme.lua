--- How all charts look: colours, sizes, widths of letters, wrapping of labels.
--
-- The hues are those of Okabe and Ito (2008), "Color Universal Design", which colour-blind
-- readers tell apart, darkened or lightened until every two neighbours also differ in
-- lightness, so that a grey print reads as well. What is lighter than 3:1 against the paper has
-- an edge that is not (WCAG 2.1, 1.4.11). Nothing is told by colour alone: series keep their
-- order, have their own point shape and dash, and labels stand beside the marks.
-- Pink and blue are no pair here, so no group is dressed in them.
local escape = require "bilan.output.escape"
local host = require "bilan.host"

local M = {}

M.font = "DejaVu Sans"
M.fallback = "'DejaVu Sans','Liberation Sans',Verdana,Arial,sans-serif"

M.paper = "#FFFFFF"
M.ink = "#1D232B"
M.soft = "#545D69"
M.grid = "#DDE1E5"
M.axis = "#767F8A"
M.gap = "#F0F1F3"
M.total = "#767F8A"
M.benchmark = "#A33F00"

-- Sizes of letters in px.
M.size = { title = 16, subtitle = 13, label = 12.5, value = 12.5, tick = 11, note = 10.5,
  legend = 12.5, inside = 11 }

-- fill: areas; edge: their outline; line: lines and points; shape: gnuplot's point type; dash.
M.series = {
  { fill = "#00507D", edge = "#00507D", line = "#00507D", shape = 7 },
  { fill = "#E69F00", edge = "#8F6300", line = "#A66F00", shape = 5, dash = "9,4" },
  { fill = "#008F68", edge = "#00644A", line = "#00755A", shape = 9, dash = "4,3" },
  { fill = "#1B1B1B", edge = "#1B1B1B", line = "#1B1B1B", shape = 13, dash = "12,3,2,3" },
  { fill = "#F0E442", edge = "#7A7400", line = "#7A7400", shape = 11, dash = "2,3" },
  { fill = "#A84600", edge = "#A84600", line = "#A84600", shape = 7, dash = "9,3,2,3,2,3" },
}
M.single = { fill = "#4187B7", edge = "#4187B7", line = "#00507D", shape = 7 }

-- The same in grey alone.
M.grey_series = {
  { fill = "#3A3A3A", edge = "#3A3A3A", line = "#1F1F1F", shape = 7 },
  { fill = "#B9B9B9", edge = "#5A5A5A", line = "#6A6A6A", shape = 5, dash = "9,4" },
  { fill = "#7C7C7C", edge = "#5A5A5A", line = "#4A4A4A", shape = 9, dash = "4,3" },
  { fill = "#111111", edge = "#111111", line = "#000000", shape = 13, dash = "12,3,2,3" },
  { fill = "#E8E8E8", edge = "#5A5A5A", line = "#757575", shape = 11, dash = "2,3" },
  { fill = "#5C5C5C", edge = "#5C5C5C", line = "#5C5C5C", shape = 7, dash = "9,3,2,3,2,3" },
}
M.grey_single = { fill = "#757575", edge = "#757575", line = "#333333", shape = 7 }

-- Two arms that part from a light middle: orange and violet keep apart for every kind of sight
-- (the PuOr scheme of Harrower and Brewer, The Cartographic Journal 40, 2003, adapted).
M.arm_low = { "#8F4A00", "#D0801E", "#EDB368", "#F9DDB5" }
M.arm_high = { "#43246F", "#7560A6", "#ABA0CF", "#DAD6EA" }
M.grey_arm_low = { "#4A4A4A", "#8C8C8C", "#AEAEAE", "#D2D2D2" }
M.middle = "#D5D7DA"

-- One arm for shares of an ordered item that is not balanced around a middle.
M.ramp = { "#08306B", "#1F5E9E", "#4F94C4", "#93C2DF", "#CFE3F1", "#EDF4FA" }
M.grey_ramp = { "#222222", "#4F4F4F", "#8C8C8C", "#AEAEAE", "#D0D0D0", "#EFEFEF" }

-- ---- colour -----------------------------------------------------------------------------------

local function channel(hex)
  local c = tonumber(hex, 16) / 255
  return c <= 0.04045 and c / 12.92 or ((c + 0.055) / 1.055) ^ 2.4
end

--- Relative luminance of "#rrggbb" (IEC 61966-2-1, WCAG 2.1).
function M.luminance(colour)
  local r, g, b = colour:match("^#(%x%x)(%x%x)(%x%x)$")
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
end

--- Contrast of two colours, 1 to 21.
function M.contrast(a, b)
  local x, y = M.luminance(a), M.luminance(b)
  if x < y then x, y = y, x end
  return (x + 0.05) / (y + 0.05)
end

--- Lightness of a colour as a grey print has it: CIE L*, 0 to 100.
function M.lightness(colour)
  local y = M.luminance(colour)
  return y > 216 / 24389 and 116 * y ^ (1 / 3) - 16 or y * 24389 / 27
end

--- The colour of letters that stand on this one.
function M.ink_on(colour)
  return M.contrast(M.paper, colour) >= 4.5 and M.paper or M.ink
end

--- The style of the i-th series of `count`; totals are grey.
function M.style(i, count, opts)
  local list = opts.greyscale and M.grey_series or M.series
  if count == 1 then return opts.greyscale and M.grey_single or M.single end
  return list[(i - 1) % #list + 1]
end

-- `count` colours from the ends of a list, the first always in.
local function spread(list, count)
  local out = {}
  for i = 1, count do
    local at = count == 1 and 1 or 1 + (i - 1) * (#list - 1) / (count - 1)
    out[i] = list[math.floor(at + 0.5)]
  end
  return out
end

--- Fills of `count` ordered levels from dark to light.
function M.steps(count, opts)
  return spread(opts.greyscale and M.grey_ramp or M.ramp, count)
end

--- Fills of one side of a balanced item, strongest first: side "low" or "high".
function M.arm(side, count, opts)
  local list = side == "high" and M.arm_high or M.arm_low
  if opts.greyscale then list = M.grey_arm_low end
  if count <= 2 then list = { list[1], list[3] } end
  if count == 1 then return { list[1] == M.arm_low[1] and M.arm_low[2] or list[1] } end
  return spread(list, count)
end

-- ---- letters ----------------------------------------------------------------------------------

-- Advance widths of DejaVu Sans in 1/2048 of the size. Fallback fonts are narrower.
local advance = {}
for width, letters in ([[
  569 ijl' 604 IJ 651 .,/\  690 :; 721 f 799 ()[]r| 803 t 821 ! 942 " 1024 -_– 1067 s 1075 z
  1087 ? 1126 c 1141 L 1178 F 1186 k 1212 vxy 1235 P 1251 TY 1253 ao«»éèêëàâôö 1260 e 1270 ç
  1294 EÉÈÊ 1298 hnuùûüß 1300 bdgpqS 1303 0123456789$ 1343 K 1401 AVXZÀÂ 1423 R 1430 CÇ 1499 U
  1532 N 1577 D 1587 GŒ 1597 & 1612 OQÔ 1675 w 1716 +=<>−×~^ 1767 M 1946 % 1995 mœæ 2025 W
  2048 @… ]]):gmatch("(%d+) (%S+)") do
  for _, code in utf8.codes(letters) do advance[code] = tonumber(width) end
end
advance[0x20], advance[0xA0], advance[0x202F], advance[0x2019] = 651, 651, 410, 651

-- The sum of a text's advance widths, of which charts ask again and again: some are kept.
local MOST_KEPT <const> = 4096
local kept, kept_count = {}, 0

local function advance_of(text)
  local sum = kept[text]
  if sum then return sum end
  sum = 0
  for _, code in utf8.codes(text) do
    local own = advance[code]
    sum = sum + (own or host.width(utf8.char(code)) * (code < 0x1100 and 1300 or 1024))
  end
  if kept_count == MOST_KEPT then kept, kept_count = {}, 0 end
  kept[text], kept_count = sum, kept_count + 1
  return sum
end

--- Width of a text in px at a size; `bold` letters are a ninth wider.
function M.width(text, size, bold)
  if not utf8.len(text) then return #text * size * 0.6 end
  return advance_of(text) / 2048 * size * (bold and 1.11 or 1)
end

--- Text of one line, as a chart shows it: no line ends, no runs of blanks.
function M.plain(text)
  local line = escape.clean(text, ""):gsub("[\t\n ]+", " ")
  return (line:gsub("^ ", ""):gsub(" $", ""))
end

-- The longest beginning of a word that fits, at least one letter.
local function head_that_fits(word, size, room, bold)
  local width, last = 0, 0
  for at, code in utf8.codes(word) do
    local char = utf8.char(code)
    width = width + M.width(char, size, bold)
    if width > room and last > 0 then break end
    last = at + #char - 1
  end
  return word:sub(1, last)
end

-- The pieces that a text may be broken into: words, and slices of a word too long for a line.
local function pieces(text, size, room, bold, most)
  local out = {}
  for word in text:gmatch("[^ ]+") do
    while M.width(word, size, bold) > room and #out <= most do
      local head = head_that_fits(word, size, room, bold)
      if head == word then break end
      out[#out + 1] = head
      word = word:sub(#head + 1)
    end
    out[#out + 1] = word
    if #out > most then break end
  end
  return out
end

-- A line cut so that an ellipsis fits behind it.
local function shorten(line, size, room, bold)
  return head_that_fits(line, size, room - M.width("…", size, bold), bold):gsub(" $", "") .. "…"
end

-- The beginning of a text that could fill `room` px: few letters are narrower than a fifth of
-- their size. Keeps a long text from being measured to its end.
local function head_for(text, size, room)
  local most = math.ceil(room / (size * 0.2)) + 8
  if #text <= most then return text end
  local stop = utf8.offset(text, most + 1)
  return stop and text:sub(1, stop - 1) or text
end

--- Lines of at most `room` px; what does not fit into `most` lines ends with an ellipsis.
-- Never an empty list.
function M.wrap(text, size, room, most, bold)
  text = head_for(M.plain(text), size, room * (most + 1))
  local lines, line = {}, nil
  for _, piece in ipairs(pieces(text, size, room, bold, 400)) do
    local longer = line and line .. " " .. piece or piece
    if line and M.width(longer, size, bold) > room then
      lines[#lines + 1] = line
      longer = piece
    end
    line = longer
    if #lines >= most then break end
  end
  lines[#lines + 1] = line
  if #lines > most then
    lines = { table.unpack(lines, 1, most) }
    lines[most] = shorten(lines[most], size, room, bold)
  end
  if #lines == 0 then lines[1] = "" end
  return lines
end

--- The widest of some lines.
function M.widest(lines, size, bold)
  local most = 0
  for _, line in ipairs(lines) do most = math.max(most, M.width(line, size, bold)) end
  return most
end

return M
