--- A comparison of two runs (diff.lua) as one self-contained HTML page.
--
-- The shell, its Content-Security-Policy and its style are those of all pages (output/html). Each
-- change of a share has a bar on one scale, with its interval as a thin line; what a bar shows
-- stands beside it as text, so nothing is told by the drawing alone. Bars take their colours from
-- the page's style, in light and dark. Every text goes through the escaper.
local diff_table = require "bilan.diff.table"
local escape = require "bilan.output.escape"
local host = require "bilan.host"
local html = require "bilan.output.html"
local words = require "bilan.diff.words"

local M = {}

-- Text between tags; a school year stays on one line.
local function text(words_)
  return (escape.html(words_):gsub("%f[%d](%d%d%d%d)%-(%d%d%d%d)%f[%D]", "%1\u{2011}%2"))
end

local WIDTH <const>, HEIGHT <const> = 88, 14 -- px of a bar's drawing
local SMALL <const> = 'style="display:block;font-size:.85em;color:var(--soft);font-weight:400"'

-- ---- bars -------------------------------------------------------------------------------------

-- The largest change or limit of a change among the shares; what the bars measure.
local function reach_of(rows)
  local most = 0
  for _, row in ipairs(rows) do
    local pair = row.pair
    if pair.unit == "share" and pair.difference then
      local interval = pair.interval or { low = 0, high = 0 }
      most = math.max(most, math.abs(pair.difference), math.abs(interval.low),
        math.abs(interval.high))
    end
  end
  return most
end

-- A place in px with one decimal, as text.
local function px(x) return host.number(math.floor(x * 10 + 0.5) / 10) end

-- The drawing of one change: the line at zero, the bar, the interval.
local function bar(pair, reach)
  local function at(value) return WIDTH / 2 + value / reach * (WIDTH / 2 - 2) end
  local from, to = math.min(at(0), at(pair.difference)), math.max(at(0), at(pair.difference))
  local parts = { ('<rect x="%s" y="3" width="%s" height="8" style="fill:var(--accent);'
    .. 'opacity:.75"/>'):format(px(from), px(to - from)),
    ('<path d="M%s 0V%d" style="stroke:var(--soft)"/>'):format(px(at(0)), HEIGHT) }
  if pair.interval then
    local low, high = px(at(pair.interval.low)), px(at(pair.interval.high))
    parts[#parts + 1] = ('<path d="M%s 7H%sM%s 4V10M%s 4V10" style="stroke:var(--ink);fill:none"/>')
      :format(low, high, low, high)
  end
  return ('<svg width="%d" height="%d" viewBox="0 0 %d %d" aria-hidden="true" '
    .. 'style="display:block;margin-left:auto">%s</svg>'):format(WIDTH, HEIGHT, WIDTH, HEIGHT,
    table.concat(parts))
end

-- "↑ +0.5": the sign of a change that has no bar.
local function arrow(pair, tag)
  local key = pair.difference > 0 and "up" or pair.difference < 0 and "down" or "level"
  local sign = pair.difference > 0 and "\u{2191}" or pair.difference < 0 and "\u{2193}" or "="
  return ('<span class="mark" role="img" aria-label="%s">%s</span> '):format(
    escape.attribute(words.say(tag, key)), sign)
end

-- ---- the table --------------------------------------------------------------------------------

local function side_cell(side)
  if not side.shown then
    local base = side.base and ("<span %s>n = %s</span>"):format(SMALL, text(side.base)) or ""
    return ('<td class="f words">%s%s</td>'):format(text(side.text), base)
  end
  local base = side.base and ("<span %s>(%s)</span>"):format(SMALL, text(side.base)) or ""
  return ('<td class="f">%s%s</td>'):format(text(side.text), base)
end

local function change_cell(row, reach, tag)
  local pair = row.pair
  if not pair.difference then return "<td></td>" end
  local shares = pair.unit == "share" and reach > 0
  local drawing = shares and bar(pair, reach) or ""
  local mark = shares and "" or arrow(pair, tag)
  local interval = row.interval ~= ""
    and ("<span %s>%s</span>"):format(SMALL, text(row.interval)) or ""
  return ('<td class="f lead">%s%s%s%s</td>'):format(mark, text(row.change), drawing, interval)
end

local function name_cell(row)
  local name = row.name ~= "" and row.name or row.title
  local notes = row.notes ~= "" and ("<sup>%s</sup>"):format(text(row.notes)) or ""
  local class = row.name ~= "" and ' class="sub"' or ""
  return ('<th scope="row"%s>%s%s</th>'):format(class, text(name), notes)
end

local function heading(made, rows, tag)
  local conf = diff_table.conf(rows, tag)
  local below = conf and ("<span %s>%s</span>"):format(SMALL,
    text(words.say(tag, "interval", { conf = conf }))) or ""
  local cells = { ('<th scope="col">%s</th>'):format(text(words.say(tag, "indicator"))) }
  for at, run in ipairs { made.a, made.b } do
    cells[at + 1] = ('<th scope="col" class="f">%s</th>'):format( -- may break: phones are narrow
      escape.html(words.say(tag, "base_of", { label = run.label })))
  end
  cells[4] = ('<th scope="col" class="f">%s%s</th>'):format(text(words.say(tag, "change")), below)
  return "<thead><tr>" .. table.concat(cells) .. "</tr></thead>"
end

-- Rows as a table that scrolls on a narrow screen; those of one indicator below its title.
local function table_html(made, rows, reach, tag, id)
  local lines, title = {}, nil
  lines[1] = ('<div class="scroll" tabindex="0" role="region" aria-labelledby="%s"><table>')
    :format(id)
  lines[2] = heading(made, rows, tag) .. "\n<tbody>"
  for _, row in ipairs(rows) do
    if row.name ~= "" and title ~= row.pair.indicator then
      lines[#lines + 1] = ('<tr><th scope="rowgroup" colspan="4">%s</th></tr>'):format(
        text(row.title))
    end
    title = row.pair.indicator
    lines[#lines + 1] = "<tr>" .. name_cell(row) .. side_cell(row.a) .. side_cell(row.b)
      .. change_cell(row, reach, tag) .. "</tr>"
  end
  lines[#lines + 1] = "</tbody></table></div>"
  return table.concat(lines, "\n")
end

local function foot_html(lines)
  if #lines == 0 then return "" end
  local parts = {}
  for at, line in ipairs(lines) do parts[at] = "<span>" .. text(line) .. "</span>" end
  return '<p class="foot">' .. table.concat(parts, "\n") .. "</p>"
end

-- The figures that are the same, folded.
local function same_html(made, rows, tag)
  if #rows == 0 then return "" end
  local title = words.say(tag, "same_figures", { count = #rows })
  return ('<details><summary id="same">%s</summary>\n%s</details>'):format(text(title),
    table_html(made, rows, 0, tag, "same"))
end

-- What stands on the page, without its shell.
local function content(made, tag, title)
  local rows, notes = diff_table.rows(made, tag, function(pair) return pair.state ~= "same" end)
  local same = diff_table.rows(made, tag, function(pair) return pair.state == "same" end, notes)
  local foot = diff_table.foot(made, rows, notes, tag)
  local reach = reach_of(rows)
  if reach > 0 then table.insert(foot, 1, words.say(tag, "bar_note")) end
  local lines = { '<a class="skip" href="#figures">' .. text(words.say(tag, "skip")) .. "</a>",
    '<header class="cover">', "<h1>" .. text(title) .. "</h1>",
    ('<p class="subtitle">%s → %s</p>'):format(text(made.a.name), text(made.b.name)) }
  lines[#lines + 1] = ('<p class="byline">%s</p>\n</header>'):format(
    text(table.concat(diff_table.summary(made, tag), " ")))
  if diff_table.is_synthetic(made) then
    lines[#lines + 1] = ('<aside class="banner"><p>%s</p></aside>'):format(
      text(words.say(tag, "synthetic")))
  end
  lines[#lines + 1] = ('<main id="figures">\n<h2 id="changed">%s</h2>'):format(
    text(words.say(tag, "changes")))
  lines[#lines + 1] = #rows > 0 and table_html(made, rows, reach, tag, "changed")
    or "<p>" .. text(words.say(tag, #made.pairs == 0 and "no_figures" or "nothing")) .. "</p>"
  lines[#lines + 1] = foot_html(foot)
  lines[#lines + 1] = same_html(made, same, tag)
  lines[#lines + 1] = "</main>"
  return table.concat(lines, "\n")
end

--- The comparison as a page. opts: lang (en).
function M.html(made, opts)
  local tag = opts and opts.lang or "en"
  local title = words.say(tag, "title", { a = made.a.label, b = made.b.label })
  return html.shell({ lang = tag, title = title }, content(made, tag, title))
end

return M
