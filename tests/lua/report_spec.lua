local bilan = require "bilan"
local gate = require "bilan.gate"
local host = require "bilan.host"
local indicator = require "bilan.indicator"
local report = require "bilan.report"
local result = require "bilan.result"
local svg = require "bilan.output.svg"
local helper = dofile "tests/lua/output_helper.lua"

local drawing = [[<?xml version="1.0" encoding="utf-8" standalone="no"?>
<svg width="720" height="300" viewBox="0 0 720 300" xmlns="http://www.w3.org/2000/svg"
 xmlns:xlink="http://www.w3.org/1999/xlink">
<title>Gnuplot</title><desc>Produced by GNUPLOT</desc>
<defs><circle id='gpDot' r='0.5'/></defs><use xlink:href='#gpDot' x="3"/>
<g style="fill:url(#gpDot)"><text>l'école &amp; n = 3</text></g></svg>]]

local function chart(more)
  local out = { svg = drawing, title = "Un <titre>", description = "35 % des filles, n = 328.",
    sheet = result.new(helper.proportion()):sheet() }
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

local function full(options)
  local given = { title = "Bilan : l'école & <b>", lang = "fr", author = "A. N.",
    date = "2023-07-01" }
  for key, value in pairs(options or {}) do given[key] = value end
  local r = report.new(given)
  r:section "Les élèves"
  r:text "Un **texte** ; <script>alert(1)</script> [lien](https://example.org/?a=1&b=2) !"
  r:section("Genre", 2)
  r:table(result.new(helper.proportion()), { caption = "Selon le genre" })
  r:table(result.new(helper.crosstab()))
  r:chart(chart())
  r:note "Une *note*."
  r:claims { { id = "a", share = "65%", n = 665, verdict = "consistent", why = "432 de 665" },
    { id = "b", share = "28,7%", verdict = "impossible", why = "<b>" } }
  r:section "Fin"
  r:verbatims { "secret de Léa" }
  return r
end

-- Checks that hold for every page the engine writes.
local page_checks = [[
import html.parser, sys, re
VOID = {"meta", "br", "img", "link", "hr", "input"}
class P(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.tags, self.ids, self.refs, self.links, self.attrs = [], [], [], [], [], []
        self.text, self.th, self.meta, self.lang = "", [], [], None
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.tags.append(tag)
        self.attrs += [k for k, _ in attrs]
        if tag not in VOID:
            self.stack.append(tag)
        if "id" in a: self.ids.append(a["id"])
        for k in ("href", "xlink:href", "src"):
            if k in a: self.links.append(a[k])
        for k in ("aria-labelledby",):
            if k in a: self.refs += a[k].split()
        if tag == "th": self.th.append(a)
        if tag == "meta": self.meta.append(a)
        if tag == "html": self.lang = a.get("lang")
    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID: self.stack.pop()
    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, (tag, self.stack[-4:], self.getpos())
        self.stack.pop()
    def handle_data(self, data): self.text += data
def check(source, outside=("https://example.org/",)):
    p = P(); p.feed(source); p.close()
    assert p.stack == [], p.stack
    assert "script" not in p.tags and "iframe" not in p.tags and "link" not in p.tags
    assert not [a for a in p.attrs if a.startswith("on")], p.attrs
    assert len(p.ids) == len(set(p.ids)), sorted(p.ids)
    assert set(p.refs) <= set(p.ids), set(p.refs) - set(p.ids)
    for l in p.links:
        assert l.startswith("#") and l[1:] in p.ids or l.startswith(outside), l
    assert "url(" not in re.sub(r"url\(#", "", source) and "@import" not in source
    csp = [m["content"] for m in p.meta if m.get("http-equiv") == "Content-Security-Policy"]
    assert csp and "default-src 'none'" in csp[0]
    assert all(t.get("scope") in ("col", "row", "colgroup", "rowgroup") for t in p.th)
    assert p.tags.count("table") == p.tags.count("caption")
    return p
source = open(sys.argv[1], encoding="utf-8").read()
pages = source.split("\0")
p = check(source) if len(pages) == 1 else None
]]

describe("report as HTML", function()
  before_each(indicator.reset)
  it("is_one_sound_page_without_script_or_outside_request", function()
    local out = helper.python(page_checks .. [[
assert p.lang == "fr"
assert "<script>alert(1)</script>" in p.text
assert "Tableau 1" in p.text and "Tableau 3" in p.text and "Figure 1" in p.text
assert "1er\u00a0juillet 2023" in p.text
for word in ("Sommaire", "Méthode", "méthode de Wilson", "n", "Sans réponse", "impossible"):
    assert word in p.text, word
assert p.tags.count("svg") == 1 and p.tags.count("details") == 1
print("ok")]], full():html())
    assert.equal("ok", out)
  end)
  it("numbers_sections_and_links_them_from_the_contents", function()
    local html = full():html()
    for _, id in ipairs { "s1", "s1-1", "s2", "methods" } do
      assert.truthy(html:find('<a href="#' .. id .. '">', 1, true), id)
      assert.truthy(html:find(' id="' .. id .. '">', 1, true), id)
    end
    local nested = report.new { title = "x", lang = "en" }
    nested:section("a", 3)
    nested:section("b", 1)
    nested:section("c", 2)
    nested:section("d", 3)
    nested:section("e", 1)
    assert.equal("ok", helper.python(page_checks .. 'print("ok")', nested:html()))
  end)
  it("survives_hostile_texts_everywhere", function()
    local pages = {}
    for _, text in ipairs(helper.hostile) do
      if utf8.len(text) then
        local r = report.new { title = text, subtitle = text, author = text, lang = "fr",
          verbatims = true }
        r:section(text)
        r:text((text:gsub("https?://%S+", "")))
        r:note(text)
        r:table(gate.table { title = text, columns = { text, text }, rows = { { text, text } } },
          { caption = text, note = text })
        r:chart(chart { title = text, description = text })
        r:claims { { id = text, verdict = text, why = text, share = text } }
        r:verbatims({ text }, { title = text })
        pages[#pages + 1] = r:html()
        assert.truthy(utf8.len(r:markdown()))
      end
    end
    assert.equal("ok", helper.python(page_checks .. [[
for page in pages:
    check(page, ("http://", "https://"))
print("ok")]], table.concat(pages, "\0")))
  end)
  it("has_the_same_bytes_on_every_writing", function()
    local one = full()
    assert.is_true(one:html() == one:html())
    assert.is_true(full():html() == one:html())
    assert.is_true(full():xlsx() == one:xlsx())
  end)
  it("marks_synthetic_data_on_the_page_and_the_table", function()
    local r = report.new { title = "x", lang = "fr" }
    r:table(result.new(helper.proportion { synthetic = true }))
    local html = r:html()
    assert.truthy(html:find('class="banner"', 1, true))
    assert.truthy(html:find('<span class="synth">données synthétiques</span>', 1, true))
    assert.truthy(html:find("Données synthétiques\u{A0}: aucun répondant réel.", 1, true))
    assert.truthy(html:find("reconstituées ou inventées", 1, true)) -- nobody said which
    assert.is_nil(full():html():find('class="banner"', 1, true))
    assert.truthy(r:markdown():find("Données synthétiques", 1, true))
  end)
  it("says_for_which_tables_and_figures_a_note_holds", function()
    local html = full():html()
    local where = '<span class="where">(tableau 1\u{202F}; figure 1)</span>'
    assert.truthy(html:find("méthode de Wilson. " .. where, 1, true))
  end)
end)

describe("the style sheet", function()
  -- Relative luminance and contrast as WCAG 2 defines them.
  local function luminance(hex)
    local sum = 0
    for at, weight in ipairs { 0.2126, 0.7152, 0.0722 } do
      local part = tonumber(hex:sub(2 * at - 1, 2 * at), 16) / 255
      sum = sum + weight * (part <= 0.03928 and part / 12.92 or ((part + 0.055) / 1.055) ^ 2.4)
    end
    return sum
  end
  local function contrast(a, b)
    local x, y = luminance(a), luminance(b)
    return (math.max(x, y) + 0.05) / (math.min(x, y) + 0.05)
  end
  it("has_enough_contrast_in_light_and_dark", function()
    local css, palettes = require "bilan.output.style", 0
    for block in css:gmatch(":root{(.-)}") do
      local colour = {}
      for name, hex in block:gmatch("%-%-([%w-]+):#(%x+)") do
        colour[name] = #hex == 3 and hex:gsub("%x", "%0%0") or hex
      end
      palettes = palettes + 1
      assert.is_true(contrast(colour.ink, colour.paper) >= 10)
      for _, name in ipairs { "soft", "accent" } do
        assert.is_true(contrast(colour[name], colour.paper) >= 6, name)
        assert.is_true(contrast(colour[name], colour.tint) >= 5.5, name)
      end
      assert.is_true(contrast(colour.warn, colour["warn-bg"]) >= 6)
      assert.is_true(contrast(colour.warn, colour.paper) >= 6)
    end
    assert.equal(3, palettes)
  end)
end)

describe("what a report leaves out", function()
  it("prints_open_answers_only_when_asked", function()
    assert.is_nil(full():html():find("Léa", 1, true))
    assert.is_nil(full():markdown():find("Léa", 1, true))
    assert.truthy(full():html():find("Réponses ouvertes recueillies\u{A0}: 1", 1, true))
    assert.truthy(full({ verbatims = true }):html():find("secret de Léa", 1, true))
    local r = report.new { title = "x", verbatims = true }
    r:verbatims({ "secret" }, { show = false })
    assert.is_nil(r:html():find("secret", 1, true))
  end)
  it("masks_addresses_and_numbers", function()
    local r = report.new { title = "x", lang = "fr" }
    r:verbatims({ "lea.d@ac-lyon.fr ou 06 12 34 56 78, +33612345678, @lea_d, https://x.y/z",
      "12 ans, 3 fois" },
      { show = true })
    local html = r:html():match("<main.*</main>")
    for _, trace in ipairs { "lea", "06 12", "6123", "x.y" } do
      assert.is_nil(html:find(trace, 1, true), trace)
    end
    assert.truthy(html:find("12 ans, 3 fois", 1, true))
  end)
  it("one_policy_looks_at_all_tables_together", function()
    local seen
    local policy = { name = "t", prepare = function(specs)
      seen = #specs
      return { name = "ready",
        protect = function(view) return { [view.records[1]] = "withheld" } end }
    end }
    local r = report.new { title = "x", lang = "fr", privacy = policy }
    r:table(result.new(helper.proportion()))
    r:table(result.new(helper.crosstab()))
    local html = r:html()
    assert.equal(2, seen)
    assert.is_nil(html:find("35,1", 1, true))
  end)
  it("states_that_the_guard_was_switched_off", function()
    local r = report.new { title = "x", lang = "fr", privacy = "off" }
    r:table(result.new(helper.proportion()))
    assert.truthy(r:html():find("désactivé à la demande", 1, true))
  end)
end)

describe("charts in a report", function()
  it("are_named_for_screen_readers_with_unique_identifiers", function()
    local r = report.new { title = "x", lang = "fr" }
    r:chart(chart())
    r:chart(chart())
    assert.equal("ok", helper.python(page_checks .. [[
assert p.ids.count("f1-gpDot") == 1 and p.ids.count("f2-gpDot") == 1, p.ids
assert "Produced by GNUPLOT" not in source and 'role="img"' in source
print("ok")]], r:html()))
  end)
  it("more_than_a_drawing_is_refused", function()
    local bad = { "<script>x</script>", '<g onload="x"/>', '<a xlink:href="javascript:x"/>',
      "<a href=javascript:x/>", '<image href="http://x/y.png"/>', "<foreignObject/>",
        "<style>x</style>",
      '<rect style="fill:url(http://x)"/>', "<!ENTITY x 'y'>", "<p>x",
        '<a href="&#106;avascript:x"/>',
      "<img src=x>", '<g fill="url&#40;http://x)"/>',
      '<g style="fill:u\\72l(http://x)"/>', "<![CDATA[x]]>", '<rect fill="a" onclick = "x"/>', "<animate/>" }
    for _, inner in ipairs(bad) do
      local text = '<svg width="1" height="1">' .. inner .. "</svg>"
      assert.error_matches(function() svg.inline(text, "f1", "t", "d") end, "only a plain drawing")
    end
    assert.truthy(svg.inline(drawing, "f1", "t", "d"):find('viewBox="0 0 720 300"', 1, true))
  end)
  it("must_carry_the_sheet_of_their_data", function()
    local r = report.new { title = "x" }
    assert.error_matches(function() r:chart { svg = drawing } end, "must carry the sheet")
    assert.error_matches(function() r:chart(chart { sheet = {} }) end, "must carry the sheet")
  end)
end)

describe("indicators in a report", function()
  before_each(indicator.reset)
  it("stand_as_cards_with_interval_and_base", function()
    local shares = result.new(helper.proportion())
    indicator.define { id = "f", title = "Filles", estimate = shares:get { genre = "fille" },
      note = "Une *note*" }
    indicator.define { id = "a", title = "Autres", estimate = shares:get { genre = "autre" } }
    indicator.define { id = "tous", title = "Tous", estimate = shares }
    local r = report.new { title = "x", lang = "fr" }
    r:indicators()
    local html = r:html()
    assert.truthy(html:find('<p class="big">35,1\u{202F}%</p>', 1, true))
    assert.truthy(html:find('<p class="big words">aucun répondant</p>', 1, true))
    assert.truthy(html:find("n\u{A0}=\u{A0}328", 1, true))
    assert.truthy(html:find("Tableau 1", 1, true))
    assert.equal("ok", helper.python(page_checks .. 'print("ok")', html))
    assert.error_matches(function() r:indicator("nope") end, 'no indicator "nope"')
  end)
end)

describe("report:write", function()
  it("chooses_by_the_ending", function()
    local written, before = {}, host.write
    host.set { write = function(path, bytes) written[path] = bytes end }
    local r = full()
    for _, path in ipairs { "b.html", "b.md", "b.xlsx" } do assert.equal(path, r:write(path)) end
    assert.error_matches(function() r:write "b.odt" end, "ends in .html, .md or .xlsx")
    host.set { write = before }
    assert.equal("<!DOCTYPE html>", written["b.html"]:sub(1, 15))
    assert.equal("# Bilan", written["b.md"]:sub(1, 7))
    assert.equal("PK\3\4", written["b.xlsx"]:sub(1, 4))
    assert.is_nil(written["b.md"]:find("<script", 1, true))
  end)
  it("has_a_blank_before_a_colon_in_french_alone", function()
    for lang, sign in pairs { fr = "\u{A0}:", en = ":", nl = ":" } do
      indicator.reset()
      bilan.indicator { id = "age", title = "Age", estimate = bilan.survey { x = { 1, 2 } }:mean "x" }
      local text = report.new({ title = "x", lang = lang }):indicators():markdown()
      indicator.reset()
      assert.truthy(text:find("\n- Age" .. sign .. " **1", 1, true), text)
    end
  end)
  it("refuses_what_it_cannot_print", function()
    local r = report.new { title = "x" }
    assert.error_matches(function() r:table { rows = {} } end, "takes a result or a released table")
    assert.error_matches(function() report.new { title = "x", langue = "fr" } end,
      'unknown report option "langue"; did you mean "lang"?')
    assert.error_matches(function() report.new { title = "x", lang = "de" } end, "unknown language")
    assert.error_matches(function() report.new { title = "x", date = "hier" } end, "is no date")
    assert.error_matches(function() r:section("x", 4) end, "level is 1, 2 or 3")
  end)
end)

describe("report texts", function()
  local markup = require "bilan.output.markup"
  it("know_a_few_marks_and_escape_the_rest", function()
    assert.equal("<p>a <strong>b</strong> <em>c</em> <code>d&lt;</code> *e</p>\n",
      markup.html("a **b** *c* `d<` \\*e", "en"))
    assert.equal("<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n", markup.html("- a\n- b", "en"))
    assert.equal("<ol>\n<li>a</li>\n</ol>\n<p>b</p>\n", markup.html("1. a\n\nb", "en"))
    assert.equal("<p>[x](javascript:y)</p>\n", markup.html("[x](javascript:y)", "en"))
    assert.equal("<p>5 * 3 * 2</p>\n", markup.html("5 * 3 * 2", "en"))
  end)
  it("come_out_of_markdown_as_they_went_in", function()
    assert.equal("a **b** *c* `d<` \\*e\n", markup.markdown("a **b** *c* `d<` \\*e", "en"))
  end)
end)

describe("the notes on method of a report", function()
  it("name_the_tables_and_figures_when_a_chart_has_another_design", function()
    local survey = bilan.survey { { "school", { "a", "a", "b", "b" } }, { "weight", { 1, 2, 3, 4 } },
      { "answer", { "yes", "no", "yes", "no" } } }
    local by_school = survey:design { clusters = "school", weights = "weight" }
    local rows = survey:design { sampling = "nonprobability" }
    local r = report.new { title = "x", lang = "en", privacy = "off" }
    r:table(by_school:freq "answer")
    r:chart(bilan.chart.bars(rows:freq "answer"))
    local html = r:html()
    local function line(start) return html:match("<li>(" .. start .. "[^\n]*)</li>") end
    assert.truthy(line("Design: 2 primary units"):find("(table 1)", 1, true))
    assert.truthy(line("Non%-probability sample"):find("(figure 1)", 1, true))
    assert.is_nil(line("95%% confidence intervals"):find("(", 1, true)) -- of both
  end)
end)
