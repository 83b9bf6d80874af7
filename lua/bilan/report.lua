--- A report: sections, texts, tables, charts, audits, written as one self-contained file.
--
--   local r = bilan.report{ title = , subtitle = , lang = "fr", author = , date = "2023-06-30" }
--   r:section "Les élèves"  r:text "..."  r:table(result)  r:chart(chart)  r:claims(audit)
--   r:write "bilan.html"                                          (html, md, xlsx by the ending)
--
-- A report keeps what it was given and lets figures out only when it is written, all under one
-- policy, so that the policy can look at every table of the report together (policy.prepare).
-- The three writers (HTML, Markdown, workbook) walk the same list of items; each item type has
-- one function per writer. A writing has its own state (`run`): numbers of tables and figures,
-- the notes met so far, the sheets released. Nothing is kept on the report itself, so it can be
-- written again, and the order of writings does not matter.
--
-- Every table states its bases; the notes on method are written by the engine and collected at
-- the end; synthetic data is marked on the page and on each table. Same calls, same bytes.
local display = require "bilan.output.display"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"
local html = require "bilan.output.html"
local indicator = require "bilan.indicator"
local lang = require "bilan.output.lang"
local markdown = require "bilan.output.markdown"
local markup = require "bilan.output.markup"
local ordered = require "bilan.ordered"
local result = require "bilan.result"
local svg = require "bilan.output.svg"
local synthetic = require "bilan.output.synthetic"

local M = {}

local Report = {} -- the verbs

-- Scripts reach the verbs, not the table of them.
local closed = { __name = "bilan.report", __metatable = false,
  __index = function(_, name)
    local verb = Report[name]
    if verb == nil then fault.unknown("verb of a report", name, ordered.keys(Report)) end
    return verb
  end }

local known = { "title", "subtitle", "lang", "author", "date", "privacy", "policy",
  "decimals", "small_base", "verbatims", "synthetic", "contents" }

--- A new report. title is required; lang is fr, en or nl; date is year-month-day.
-- Further: privacy (a policy or "off"), policy (the name of display rules), decimals, small_base,
-- verbatims = true (allows open answers), contents = false.
function M.new(given)
  if type(given) ~= "table" or type(given.title) ~= "string" then
    host.fail('a report is made by report{ title = "...", lang = "fr" }')
  end
  fault.options(given, known, "report")
  -- Options have a table of their own: a missing one must not be found among the methods.
  local opts = gate.copy(given)
  opts.lang = lang.check(given.lang)
  display.check(given.policy)
  if given.date then format.date(given.date, { lang = opts.lang }) end
  return setmetatable({ opts = opts, items = {}, sections = {}, numbers = { 0, 0, 0 } }, closed)
end

-- Every verb gives the report back, so that calls can be chained.
local function add(self, item)
  self.items[#self.items + 1] = item
  return self
end

-- ---- what a script adds ---------------------------------------------------------------------

--- A numbered heading; level 1 (default) to 3.
function Report:section(title, level)
  level = level or 1
  if level ~= 1 and level ~= 2 and level ~= 3 then
    host.fail(("a section's level is 1, 2 or 3, not %s"):format(tostring(level)))
  end
  self.numbers[level] = self.numbers[level] + 1
  for deeper = level + 1, 3 do self.numbers[deeper] = 0 end
  local number = table.concat(self.numbers, ".", 1, level)
  local section = { type = "section", title = tostring(title), level = level, number = number,
    id = "s" .. number:gsub("%.", "-") }
  self.sections[#self.sections + 1] = section
  return add(self, section)
end

--- Paragraphs in light markup (see the module markup); all else is plain text.
function Report:text(text) return add(self, { type = "text", text = tostring(text) }) end

--- A remark set apart.
function Report:note(text) return add(self, { type = "note", text = tostring(text) }) end

local table_options = { "caption", "subtitle", "note", "decimals" }

--- A result, or a sheet, as a numbered table. opts: caption, subtitle, note, decimals.
function Report:table(source, opts)
  if not result.is_result(source) and not gate.is_sheet(source) then
    host.fail(("report:table takes a result or a released table, not a %s"):format(type(source)))
  end
  opts = fault.options(opts, table_options, "report:table")
  return add(self, { type = "table", source = source, opts = gate.copy(opts or {}) })
end

--- A chart: { svg =, title =, description =, sheet = }. Its data stand below it.
function Report:chart(chart, opts)
  local is_chart = type(chart) == "table" and (chart.kind or chart.svg) -- asking for svg draws it
  if not is_chart then host.fail("report:chart takes a chart (bilan.chart.bars and others)") end
  if not gate.is_sheet(chart.sheet) then
    host.fail("a chart in a report must carry the sheet of its data")
  end
  return add(self, { type = "chart", chart = chart, opts = gate.copy(opts or {}) })
end

--- The verdicts on published figures: an audit, or a list of its rows. opts.caption.
function Report:claims(audit, opts)
  local rows = audit
  if type(audit) == "table" and type(audit.rows) == "function" then rows = audit:rows() end
  if type(rows) ~= "table" then host.fail("report:claims takes an audit (bilan.claims)") end
  return add(self, { type = "claims", rows = gate.copy(rows), opts = gate.copy(opts or {}) })
end

--- Open answers. They are printed only when the report was made with verbatims = true or
-- opts.show = true; otherwise only their number. opts: n (how many), title, redact = false.
function Report:verbatims(list, opts)
  if type(list) ~= "table" then host.fail("report:verbatims takes a list of texts") end
  return add(self, { type = "verbatims", list = gate.copy(list), opts = gate.copy(opts or {}) })
end

--- Indicators, by object or id, as cards. One with several figures becomes a table.
function Report:indicator(...)
  local picked = {}
  for at, given in ipairs { ... } do
    local one = indicator.is_indicator(given) and given or indicator.get(given)
    if not one then host.fail(('there is no indicator "%s"'):format(tostring(given))) end
    picked[at] = one
  end
  local last = self.items[#self.items]
  if last and last.type == "indicators" then
    table.move(picked, 1, #picked, #last.list + 1, last.list)
    return self
  end
  return add(self, { type = "indicators", list = picked })
end

--- All indicators defined so far.
function Report:indicators()
  return self:indicator(table.unpack(indicator.list()))
end

-- ---- letting figures out --------------------------------------------------------------------

-- The results of the report, for a policy that looks at all tables together.
local function all_results(self)
  local list = {}
  for _, item in ipairs(self.items) do
    if item.type == "table" and result.is_result(item.source) then list[#list + 1] = item.source end
    if item.chart and item.chart.result then list[#list + 1] = item.chart:result() end
    for _, one in ipairs(item.type == "indicators" and item.list or {}) do
      list[#list + 1] = one.estimate
    end
  end
  return list
end

-- The charts under the report's policy, all made before the first is drawn, so that one run of
-- gnuplot draws them.
local function charts_under(self, run)
  local made = {}
  local function add_chart(chart)
    if chart and chart.under then made[chart] = chart:under(run.policy, run.lang, run.opts.policy) end
  end
  for _, item in ipairs(self.items) do
    add_chart(item.chart)
    for _, one in ipairs(item.type == "indicators" and item.list or {}) do add_chart(one.chart) end
  end
  return made
end

-- The state of one writing: policy, counters, notes in order with the tables they hold for.
local function new_run(self)
  local run = { lang = self.opts.lang, opts = self.opts, tables = 0, figures = 0, notes = {},
    note_of = {}, sheets = {}, synthetic = self.opts.synthetic or false }
  run.policy = gate.prepare(self.opts.privacy, all_results(self))
  run.charts = charts_under(self, run)
  for _, item in ipairs(self.items) do
    for _, one in ipairs(item.type == "indicators" and item.list or {}) do
      indicator.publish(one, run.policy, run.opts.policy)
    end
  end
  return run
end

local function say(run, key, args) return format.say(run.lang, key, args) end

-- A sheet under the report's policy, in its language and decimals.
local function release(run, source, opts)
  local more = { lang = run.lang, decimals = opts and opts.decimals or run.opts.decimals,
    small_base = run.opts.small_base, policy = run.opts.policy }
  return gate.release(source, run.policy, more)
end

-- The text of the banner: the report's own, that of the codebooks, or the general words; nil when
-- all respondents are real.
local function banner_text(run)
  local mark = type(run.opts.synthetic) == "string" and run.opts.synthetic or run.synthetic
  if type(mark) == "string" then return format.typography(mark, { lang = run.lang }) end
  return mark and format.say(run.lang, "synthetic_banner") or nil
end

-- Collects the notes of a sheet; label is the number of its table, figure that of its chart.
local function collect(run, sheet, label, figure)
  local body = gate.open(sheet)
  run.synthetic = synthetic.both(run.synthetic, body.synthetic)
  for _, text in ipairs(body.notes) do
    local note = run.note_of[text]
    if not note then
      note = { text = text, tables = {}, figures = {} }
      run.note_of[text] = note
      run.notes[#run.notes + 1] = note
    end
    if label then note.tables[#note.tables + 1] = tostring(label) end
    if figure then note.figures[#note.figures + 1] = tostring(figure) end
  end
  return sheet
end

-- Numbers a table and keeps it for the notes and the workbook.
local function next_table(run, sheet)
  run.tables = run.tables + 1
  collect(run, sheet, run.tables)
  run.sheets[#run.sheets + 1] = sheet
  return run.tables
end

local verdict_marks = { reproduced = "\u{2713}", consistent = "\u{2248}", contradicted = "\u{2717}",
  impossible = "\u{2298}", conflict = "\u{21C4}", unverifiable = "?" }
local verdict_order = { "impossible", "contradicted", "conflict", "unverifiable", "consistent",
  "reproduced" }

local function verdict_words(run, verdict)
  return lang.find(run.lang, "verdict_" .. tostring(verdict)) or tostring(verdict)
end

-- An audit as a typed table: figure, what was published, n, verdict, why.
local function claims_sheet(run, item)
  local rows = {}
  for at, row in ipairs(item.rows) do
    rows[at] = { tostring(row.id), tostring(row.share or "\u{2013}"), tostring(row.n or "\u{2013}"),
      { text = verdict_words(run, row.verdict), mark = verdict_marks[row.verdict],
        class = "v-" .. tostring(row.verdict) }, tostring(row.why or "") }
  end
  return gate.table { title = item.opts.caption or say(run, "claims_title"), lang = run.lang,
    columns = { { label = say(run, "claim_id"), type = "label" },
      { label = say(run, "claim_share"), type = "text" }, { label = say(run, "n"), type = "text" },
      { label = say(run, "claim_verdict"), type = "text" },
      { label = say(run, "claim_why"), type = "text" } }, rows = rows }
end

-- What stands between a name and its figure: French has a blank before a colon.
local function colon(run) return run.lang == "fr" and "\u{A0}:" or ":" end

-- "3 impossible", one line a verdict that occurs, the gravest first.
local function verdict_counts(run, rows)
  local counts, lines = {}, {}
  for _, row in ipairs(rows) do counts[row.verdict] = (counts[row.verdict] or 0) + 1 end
  for _, verdict in ipairs(verdict_order) do
    if counts[verdict] then
      lines[#lines + 1] = { verdict = verdict, mark = verdict_marks[verdict],
        text = ("%s%s %d"):format(verdict_words(run, verdict), colon(run), counts[verdict]) }
    end
  end
  return lines
end

-- Masks what would lead to a person: addresses, links, accounts, telephone numbers.
local function redact(run, text)
  text = text:gsub("[%w._%%+-]+@[%w.-]+%.%a%a+", say(run, "mask_email"))
  text = text:gsub("%a+://%S+", say(run, "mask_link")):gsub("www%.%S+", say(run, "mask_link"))
  text = text:gsub("%f[%w@]@[%w_.]+", say(run, "mask_handle"))
  return (text:gsub("%+?%d[%d .()/-]+%d", function(number)
    local _, digits = number:gsub("%d", "")
    if digits >= 8 then return say(run, "mask_phone") end
  end))
end

-- The open answers that may be printed: none unless asked for.
local function shown_verbatims(run, item)
  local asked = item.opts.show or (item.opts.show == nil and run.opts.verbatims)
  if not asked then return nil end
  local out = {}
  for at = 1, math.min(item.opts.n or #item.list, #item.list) do
    local text = tostring(item.list[at])
    out[at] = item.opts.redact == false and text or redact(run, text)
  end
  return out
end

local function sentence_of_verbatims(run, item)
  return say(run, "verbatims_hidden", { count = #item.list })
end

-- "(tables 1, 3; figure 2)" when a note does not hold for all tables and figures.
local function where_note_holds(run, note)
  local tables, figures, parts = #note.tables, #note.figures, {}
  if tables == run.tables and figures == run.figures then return nil end
  if tables > 0 then
    parts[1] = say(run, tables == 1 and "table_of" or "tables_of",
      { list = table.concat(note.tables, ", ") })
  end
  if figures > 0 then
    parts[#parts + 1] = say(run, figures == 1 and "figure_of" or "figures_of",
      { list = table.concat(note.figures, ", ") })
  end
  if #parts == 0 then return nil end
  return format.typography(("(%s)"):format(table.concat(parts, lang.separator(run.lang))),
    { lang = run.lang })
end

local function byline(run)
  local parts, opts = {}, run.opts
  if opts.author then parts[1] = tostring(opts.author) end
  if opts.date then parts[#parts + 1] = format.date(opts.date, { lang = opts.lang }) end
  return #parts > 0 and table.concat(parts, ", ") or nil
end

local function typo(run, text) return format.typography(tostring(text), { lang = run.lang }) end

-- ---- HTML -----------------------------------------------------------------------------------

local to_html = {}

-- The engine's words, and an author's line, as HTML.
local function words(run, key, args) return escape.html(say(run, key, args)) end

local function line_html(run, text) return escape.html(typo(run, text)) end

-- A numbered heading: section level 1 is h2, the title of the report being h1.
function to_html.section(run, item)
  local level = item.level + 1
  return ('<h%d id="%s"><span class="no">%s</span>%s</h%d>\n'):format(level, item.id, item.number,
    line_html(run, item.title), level)
end

function to_html.text(run, item) return markup.html(item.text, run.lang) end

function to_html.note(run, item)
  return '<aside class="aside" role="note">\n' .. markup.html(item.text, run.lang) .. "</aside>\n"
end

-- A numbered table.
local function table_html(run, sheet, opts)
  local number = next_table(run, sheet)
  local out = html.table(sheet, { id = "t" .. number,
    number = say(run, "table", { number = number }),
    caption = opts.caption and typo(run, opts.caption), subtitle = opts.subtitle })
  if opts.note then out = out .. to_html.note(run, { text = opts.note }) end
  return out
end

function to_html.table(run, item)
  return table_html(run, release(run, item.source, item.opts), item.opts)
end

-- A drawing with its data folded below it.
function to_html.chart(run, item)
  run.figures = run.figures + 1
  local chart, id = run.charts[item.chart] or item.chart, "f" .. run.figures
  local sheet = collect(run, gate.relay(chart.sheet, { lang = run.lang }), nil, run.figures)
  run.sheets[#run.sheets + 1] = sheet
  local title = typo(run, item.opts.caption or chart.title or "")
  local mark = sheet.synthetic
    and ('<span class="synth">%s</span>'):format(words(run, "synthetic_mark")) or ""
  return table.concat {
    ('<figure class="chart" id="%s">\n<figcaption><span class="num">%s</span>%s%s</figcaption>\n')
      :format(id, words(run, "figure", { number = run.figures }), escape.html(title), mark),
    '<div class="plot">', svg.inline(chart.svg, id, title, chart.description or title), "</div>\n",
    ("<details><summary>%s</summary>\n"):format(words(run, "chart_data")),
    html.table(sheet, { id = id .. "-data" }), "</details>\n</figure>\n" }
end

-- How many of each verdict, then the table; marks and words, not colour alone.
function to_html.claims(run, item)
  local lines = {}
  for at, line in ipairs(verdict_counts(run, item.rows)) do
    lines[at] = ('<li class="v-%s"><span class="mark" aria-hidden="true">%s</span>%s</li>'):format(
      escape.attribute(line.verdict), escape.html(line.mark), escape.html(line.text))
  end
  return ('<ul class="tally">%s</ul>\n'):format(table.concat(lines))
    .. table_html(run, claims_sheet(run, item), {})
end

-- Open answers when they may be shown, else how many there are.
function to_html.verbatims(run, item)
  local list = shown_verbatims(run, item)
  if not list then
    return "<p>" .. escape.html(sentence_of_verbatims(run, item)) .. "</p>\n"
  end
  local lines = {}
  if item.opts.title then
    lines[1] = "<p><strong>" .. line_html(run, item.opts.title) .. "</strong></p>"
  end
  lines[#lines + 1] = '<ul class="quotes">'
  for _, text in ipairs(list) do lines[#lines + 1] = "<li>" .. escape.html(text) .. "</li>" end
  lines[#lines + 1] = '</ul>\n<p class="foot">' .. words(run, "verbatims_masked") .. "</p>\n"
  return table.concat(lines, "\n")
end

-- One indicator as a card.
local function card_html(run, one, head)
  local class = head.shown and "big" or "big words"
  local unit = head.unit and (' <span class="unit">%s</span>'):format(escape.html(head.unit)) or ""
  local lines = { '<div class="card">',
    ('<p class="name">%s</p>'):format(line_html(run, one.title)),
    ('<p class="%s">%s%s</p>'):format(class, escape.html(head.text), unit) }
  local detail = escape.html(head.detail)
  if head.synthetic then
    detail = detail .. '<span class="synth">' .. words(run, "synthetic_mark") .. "</span>"
  end
  lines[#lines + 1] = '<p class="detail">' .. detail .. "</p>"
  for _, line in ipairs(head.changes) do
    lines[#lines + 1] = '<p class="remark">' .. escape.html(line) .. "</p>"
  end
  if one.note then
    lines[#lines + 1] = '<div class="remark">' .. markup.html(one.note, run.lang) .. "</div>"
  end
  lines[#lines + 1] = "</div>\n"
  return table.concat(lines, "\n")
end

-- Cards of single figures, then tables of those with several, then charts.
function to_html.indicators(run, item)
  local cards, rest = {}, {}
  for _, one in ipairs(item.list) do
    local opts = { lang = run.lang, decimals = run.opts.decimals, policy = run.opts.policy }
    local head = one:headline(run.policy, opts)
    if head then
      collect(run, one:sheet(run.policy, opts))
      cards[#cards + 1] = card_html(run, one, head)
    else
      rest[#rest + 1] = table_html(run, release(run, one.estimate), { caption = one.title,
        note = one.note })
    end
    if one.chart then rest[#rest + 1] = to_html.chart(run, { chart = one.chart, opts = {} }) end
  end
  local grid = #cards > 0 and '<div class="cards">\n' .. table.concat(cards) .. "</div>\n" or ""
  return grid .. table.concat(rest)
end

-- The contents as nested lists.
local function contents_html(run, self)
  if run.opts.contents == false or #self.sections == 0 then return "" end
  local lines = { ('<nav class="contents" aria-labelledby="contents">\n<h2 id="contents">%s</h2>')
    :format(words(run, "contents")) }
  local depth = 0
  local function entry(section)
    return ('<li><a href="#%s"><span class="no">%s</span>%s</a>'):format(section.id,
      section.number or "", line_html(run, section.title))
  end
  local list = table.move(self.sections, 1, #self.sections, 1, {})
  if #run.notes > 0 then
    list[#list + 1] = { id = "methods", level = 1, title = say(run, "methods") }
  end
  for _, section in ipairs(list) do
    while depth > section.level do
      lines[#lines + 1], depth = "</li></ol>", depth - 1
    end
    if depth == section.level then lines[#lines + 1] = "</li>" end
    while depth < section.level do
      depth = depth + 1
      lines[#lines + 1] = depth == section.level and "<ol>" or "<ol><li>"
    end
    lines[#lines + 1] = entry(section)
  end
  lines[#lines + 1] = ("</li></ol>"):rep(depth) .. "</nav>\n"
  return table.concat(lines, "\n")
end

local function methods_html(run)
  if #run.notes == 0 then return "" end
  local lines = { ('<section class="methods">\n<h2 id="methods">%s</h2>\n<p>%s</p>\n<ul>'):format(
    words(run, "methods"), words(run, "methods_lead")) }
  for _, note in ipairs(run.notes) do
    local where = where_note_holds(run, note)
    lines[#lines + 1] = "<li>" .. escape.html(note.text)
      .. (where and ' <span class="where">' .. escape.html(where) .. "</span>" or "") .. "</li>"
  end
  lines[#lines + 1] = "</ul>\n</section>\n"
  return table.concat(lines, "\n")
end

-- Title, subtitle, author and date.
local function cover_html(run)
  local lines = { '<header class="cover">', "<h1>" .. line_html(run, run.opts.title) .. "</h1>" }
  if run.opts.subtitle then
    lines[#lines + 1] = '<p class="subtitle">' .. line_html(run, run.opts.subtitle) .. "</p>"
  end
  local by = byline(run)
  if by then lines[#lines + 1] = '<p class="byline">' .. escape.html(by) .. "</p>" end
  lines[#lines + 1] = "</header>\n"
  return table.concat(lines, "\n")
end

local function banner_html(run)
  local text = banner_text(run)
  if not text then return "" end
  return '<div class="banner" role="note"><p>' .. escape.html(text) .. "</p></div>\n"
end

--- The report as one HTML page: no script, no outside request.
function Report:html()
  local run, parts = new_run(self), {}
  for at, item in ipairs(self.items) do parts[at] = to_html[item.type](run, item) end
  local content = table.concat {
    ('<a class="skip" href="#content">%s</a>\n'):format(words(run, "skip")),
    banner_html(run), cover_html(run), contents_html(run, self),
    '<main id="content">\n', table.concat(parts), methods_html(run), "</main>\n",
    "<footer>", words(run, "engine", { version = host.version }), "</footer>" }
  local head = { lang = run.lang, title = typo(run, run.opts.title), generator = "bilan " .. host.version }
  return html.shell(head, content)
end

-- ---- Markdown -------------------------------------------------------------------------------

local to_markdown = {}

-- A heading one level below the title.
function to_markdown.section(run, item)
  return ("#"):rep(item.level + 1) .. " " .. item.number .. " "
    .. escape.markdown(typo(run, item.title)) .. "\n"
end

function to_markdown.text(run, item) return markup.markdown(item.text, run.lang) end

-- A quotation block.
function to_markdown.note(run, item)
  return (markup.markdown(item.text, run.lang):gsub("\n$", ""):gsub("^", "> "):gsub("\n", "\n> "))
    .. "\n"
end

-- A numbered table; its notes are collected at the end.
local function table_markdown(run, sheet, opts)
  local number = say(run, "table", { number = next_table(run, sheet) })
  local caption = number .. ". " .. typo(run, opts.caption or sheet.title or "")
  local out = markdown.table(sheet, { caption = caption, notes = false })
  return opts.note and out .. "\n" .. to_markdown.note(run, { text = opts.note }) or out
end

function to_markdown.table(run, item)
  return table_markdown(run, release(run, item.source, item.opts), item.opts)
end

-- A drawing cannot stand in Markdown text: its description and its data do.
function to_markdown.chart(run, item)
  run.figures = run.figures + 1
  local chart = run.charts[item.chart] or item.chart
  local sheet = collect(run, gate.relay(chart.sheet, { lang = run.lang }), nil, run.figures)
  run.sheets[#run.sheets + 1] = sheet
  local caption = say(run, "figure", { number = run.figures }) .. ". "
    .. typo(run, item.opts.caption or chart.title or "")
  local told = chart.description and escape.markdown(chart.description) .. "\n\n" or ""
  return told .. markdown.table(sheet, { caption = caption, notes = false })
end

-- The tally of verdicts and the table of claims.
function to_markdown.claims(run, item)
  local lines = {}
  for at, line in ipairs(verdict_counts(run, item.rows)) do
    lines[at] = "- " .. line.mark .. " " .. escape.markdown(line.text)
  end
  return table.concat(lines, "\n") .. "\n\n" .. table_markdown(run, claims_sheet(run, item), {})
end

function to_markdown.verbatims(run, item)
  local list = shown_verbatims(run, item)
  if not list then return escape.markdown(sentence_of_verbatims(run, item)) .. "\n" end
  local lines = {}
  if item.opts.title then lines[1] = "**" .. escape.markdown(item.opts.title) .. "**\n" end
  for _, text in ipairs(list) do lines[#lines + 1] = "> " .. escape.markdown(text) .. "\n" end
  lines[#lines + 1] = escape.markdown(say(run, "verbatims_masked")) .. "\n"
  return table.concat(lines, "\n")
end

-- A list of single figures, then tables of those with several.
function to_markdown.indicators(run, item)
  local lines, rest = {}, {}
  for _, one in ipairs(item.list) do
    local opts = { lang = run.lang, decimals = run.opts.decimals, policy = run.opts.policy }
    local head = one:headline(run.policy, opts)
    if head then
      collect(run, one:sheet(run.policy, opts))
      local detail = head.detail ~= "" and " (" .. escape.markdown(head.detail) .. ")" or ""
      local figure = head.unit and head.text .. "\u{A0}" .. head.unit or head.text
      lines[#lines + 1] = ("- %s%s **%s**%s"):format(escape.markdown(typo(run, one.title)),
        colon(run), escape.markdown(figure), detail)
      for _, line in ipairs(head.changes) do
        lines[#lines + 1] = "  " .. escape.markdown(line)
      end
    else
      rest[#rest + 1] = table_markdown(run, release(run, one.estimate), { caption = one.title })
    end
  end
  local out = #lines > 0 and { table.concat(lines, "\n") .. "\n" } or {}
  return table.concat(table.move(rest, 1, #rest, #out + 1, out), "\n")
end

--- The report as Markdown (GitHub's kind, read by pandoc).
function Report:markdown()
  local run = new_run(self)
  local parts = { "# " .. escape.markdown(typo(run, run.opts.title)) .. "\n" }
  if run.opts.subtitle then parts[2] = escape.markdown(typo(run, run.opts.subtitle)) .. "\n" end
  local by = byline(run)
  if by then parts[#parts + 1] = escape.markdown(by) .. "\n" end
  local place = #parts + 1
  for _, item in ipairs(self.items) do parts[#parts + 1] = to_markdown[item.type](run, item) end
  local banner = banner_text(run)
  if banner then
    table.insert(parts, place, "> **" .. escape.markdown(banner) .. "**\n")
  end
  if #run.notes > 0 then
    parts[#parts + 1] = "## " .. say(run, "methods") .. "\n"
    local lines = {}
    for at, note in ipairs(run.notes) do
      local where = where_note_holds(run, note)
      lines[at] = "- " .. escape.markdown(note.text .. (where and " " .. where or ""))
    end
    parts[#parts + 1] = table.concat(lines, "\n") .. "\n"
  end
  parts[#parts + 1] = escape.markdown(say(run, "engine", { version = host.version })) .. "\n"
  return table.concat(parts, "\n")
end

--- The tables of the report as a workbook, one worksheet each, and the method.
function Report:xlsx()
  local run = new_run(self)
  for _, item in ipairs(self.items) do to_html[item.type](run, item) end
  local names = {}
  for at, sheet in ipairs(run.sheets) do names[at] = ("%d %s"):format(at, sheet.title or "") end
  return require("bilan.output.xlsx").book(run.sheets, { names = names })
end

local writers = { html = "html", htm = "html", md = "markdown", markdown = "markdown",
  xlsx = "xlsx" }

--- Writes the report below the output folder; the ending says how: html, md, xlsx. Gives the
-- path from the current folder.
function Report:write(path)
  local ending = type(path) == "string" and path:match("%.(%w+)$")
  local writer = ending and writers[ending:lower()]
  if not writer then
    host.fail(('cannot tell how to write "%s"; a report ends in .html, .md or .xlsx')
      :format(tostring(path)))
  end
  return host.write(path, self[writer](self)) or path
end

return M
