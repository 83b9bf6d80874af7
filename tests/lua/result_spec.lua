local result = require "bilan.result"
local host = require "bilan.host"
local helper = dofile "tests/lua/output_helper.lua"

local N = "\u{202F}"

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

local function widest(text)
  local most = 0
  for _, line in ipairs(lines_of(text)) do most = math.max(most, host.width(line)) end
  return most
end

describe("result records", function()
  it("are_copies", function()
    local spec = helper.proportion()
    local one = result.new(spec)
    spec.rows[1].n = 1
    one:rows()[1].n = 2
    one:rows()[1].by.genre = "x"
    assert.equal(328, one:rows()[1].n)
    assert.equal("fille", one[1].by.genre)
    assert.equal(3, #one)
    assert.error_matches(function() one.title = "x" end, "cannot be changed")
  end)
  it("are_walked_in_order", function()
    local seen = {}
    for _, row in result.new(helper.proportion()):each() do seen[#seen + 1] = row.by.genre end
    assert.same({ "fille", "garçon", "autre" }, seen)
    local count = 0
    for index, row in pairs(result.new(helper.proportion())) do
      count = count + 1
      assert.equal(count, index)
      assert.equal("oui", row.level)
    end
    assert.equal(3, count)
  end)
  it("one_record_gives_its_figures_directly", function()
    local one = result.new { kind = "mean", rows = { { value = 3.5, n = 4 } } }
    assert.equal(3.5, one.value)
    assert.equal(4, one.n)
    assert.is_nil(result.new(helper.proportion()).value)
  end)
  it("refuse_an_unknown_kind", function()
    assert.error_matches(function() result.new { kind = "propotion", rows = {} } end,
      'unknown kind of result "propotion"')
  end)
end)

describe("result:get", function()
  local shares, cross = result.new(helper.proportion()), result.new(helper.crosstab())
  it("finds_by_level_and_group", function()
    assert.equal(115, shares:get { level = "oui", genre = "fille" }.count)
    assert.equal(115, shares:get { genre = "fille" }.count)
    assert.equal(115, shares:get { metier_atypique = "oui", genre = "fille" }.count)
  end)
  it("says_why_there_is_none", function()
    local row, why = shares:get { genre = "filles" }
    assert.is_nil(row)
    assert.equal('no row has genre "filles"; there are fille, garçon, autre', why)
  end)
  it("names_the_nearest_key", function()
    assert.error_matches(function() shares:get { gener = "fille" } end,
      'no key "gener"; did you mean "genre"?')
  end)
  it("an_ambiguous_question_is_an_error_that_says_what_to_add", function()
    assert.error_matches(function() shares:get { level = "oui" } end,
      "3 rows match; say also genre")
  end)
  it("finds_cells_and_totals_of_a_cross_table", function()
    assert.equal(252, cross:get { row = "générale", col = "fille" }.count)
    assert.equal(252, cross:get { orientation = "générale", genre = "fille" }.count)
    assert.equal(665, cross:get { row = "générale" }.n)
    assert.equal(433, cross:get { level = "générale" }.count)
  end)
  it("numbers_and_their_text_are_the_same_level", function()
    local one = result.new { kind = "quantile", rows = { { p = 0.5, value = 14 }, { p = 0.75,
      value = 15 } } }
    assert.equal(14, one:get { p = 0.5 }.value)
    assert.equal(15, one:get { p = "0.75" }.value)
  end)
end)

describe("tostring", function()
  it("aligns_columns_and_shows_base_and_missing", function()
    local text = tostring(result.new(helper.proportion()))
    local lines = lines_of(text)
    assert.equal("Envisage un métier atypique", lines[1])
    assert.truthy(text:find("35,1" .. N .. "%", 1, true))
    local found = 0
    for _, line in ipairs(lines) do
      if line:find("^fille") then
        found = found + 1
        assert.truthy(line:find("115%s+328%s+15$"))
      end
      if line:find("^autre") then
        found = found + 1
        assert.truthy(line:find("aucun répondant", 1, true))
        assert.truthy(line:find("0%s+3$"))
      end
    end
    assert.equal(2, found)
  end)
  it("fits_eighty_columns_and_never_loses_the_base", function()
    local long = ("très long intitulé "):rep(12)
    for width = 40, 120, 20 do
      local spec = helper.proportion { title = long }
      for _, row in ipairs(spec.rows) do
        row.level, row.deff, row.weighted_n = long, 1.25, 310.5
      end
      local text = result.new(spec):to_text { width = width }
      assert.is_true(widest(text) <= width, ("%d > %d"):format(widest(text), width))
      assert.truthy(text:find("%f[%w]n%f[%W]"))
      assert.truthy(text:find("328", 1, true))
      assert.is_true(widest(result.new(helper.crosstab()):to_text { width = width }) <= width)
    end
  end)
  it("wraps_the_words_in_place_of_a_figure_and_keeps_the_columns", function()
    local s = require("bilan").survey { { "y", { 1, 2, 4, 7, 7, 7 } }, { "g", { 1, 1, 1, 2, 2, 2 } },
      { "class", { 1, 2, 3, 4, 5, 6 } } }
    local text = s:design({ clusters = "class" }):mean("y", { by = "g", deff = true, lang = "fr" })
      :to_text()
    assert.is_true(widest(text) <= 80)
    local table_, words = text:match "^(.-)\nSans réponse", {}
    for word in table_:gmatch "%S+" do words[word] = true end
    for _, word in ipairs { "aucune", "variance", "d'intervalle", "Remarque", "3" } do
      assert.is_true(words[word], word .. " in\n" .. text)
    end
    assert.is_nil(text:find("non affichées", 1, true))
  end)
  it("splits_many_columns_into_panels_with_all_cells", function()
    local spec = helper.crosstab { banners = { { name = "classe", label = "Classe" } }, bases = {},
      tests = {}, rows = {} }
    for i = 1, 30 do
      spec.rows[i] = { row = "générale", banner = "classe", col = "classe " .. i, value = i / 1000,
        count = i, n = 1000 }
    end
    local text = tostring(result.new(spec))
    assert.is_true(widest(text) <= 80)
    for i = 1, 30 do
      assert.truthy(text:find(("%d,%d"):format(i // 10, i % 10) .. N .. "%", 1, true), i)
    end
  end)
  it("keeps_alignment_with_wide_and_hostile_labels", function()
    for _, label in ipairs(helper.hostile) do
      local spec = { kind = "freq", rows = { { level = label, value = 0.5, count = 50, n = 100 },
        { level = "z", value = 0.5, count = 50, n = 100 } } }
      local text = tostring(result.new(spec))
      assert.is_nil(text:find("[%z\1-\9\11-\31\127]"))
      assert.truthy(utf8.len(text))
      local ends = {}
      for _, line in ipairs(lines_of(text)) do
        if line:find("50%s+100$") then ends[#ends + 1] = host.width(line) end
      end
      assert.equal(2, #ends, label)
      assert.equal(ends[1], ends[2], label)
    end
    assert.equal(4, host.width "日本")
    assert.equal(1, host.width "e\u{301}")
  end)
  it("lays_a_cross_table_out", function()
    local text = tostring(result.new(helper.crosstab()))
    local lines = lines_of(text)
    local function line_with(start)
      for _, line in ipairs(lines) do
        if line:sub(1, #start) == start then return line end
      end
    end
    assert.truthy(line_with("Base (n)"):find("665%s+340%s+25$"))
    assert.truthy(line_with("générale"):find("74" .. N .. "%% B"))
    assert.truthy(line_with("pro"):find("13" .. N .. "%%   ")) -- in line with 74 %
    assert.truthy(line_with("générale"):find("28" .. N .. "%%%*$"))
    assert.truthy(line_with("pro"):find("0" .. N .. "%%%*$"))
    assert.truthy(line_with("ne sait pas"):find("question non posée", 1, true))
    assert.truthy(line_with("Sans réponse"):find("31%s+16%s+15$"))
    assert.truthy(text:find("F = 13,21, ddl = 1,98\u{A0}; 540,2, p\u{A0}<\u{A0}0,001", 1, true)
      or text:gsub("\u{A0}", " "):gsub("%s+", " "):find("F = 13,21, ddl = 1,98 ; 540,2, p < 0,001",
        1, true))
    assert.truthy(text:find("Genre", 1, true))
  end)
  it("row_percentages_have_a_column_of_bases", function()
    local spec = helper.crosstab { percent = "row", bases = {}, rows = {
      { row = "oui", banner = "genre", col = "fille", value = 0.25, count = 50, n = 200 },
      { row = "oui", banner = "genre", col = "garçon", value = 0.75, count = 150, n = 200 } } }
    local text = tostring(result.new(spec))
    assert.truthy(text:find("oui%s+25,0" .. N .. "%%%s+75,0" .. N .. "%%%s+200"))
    assert.is_nil(text:find("Base (n)", 1, true))
    assert.truthy(text:find("Pourcentages en ligne.", 1, true))
  end)
  it("counts_have_no_percent_sign", function()
    local text = result.new(helper.crosstab { percent = "none", notes = {}, tests = {}, rows = {
      { row = "pro", value = 1234, n = 5000 }, { row = "pro", col = "fille", value = 34,
        n = 340 } } })
      :to_text { notes = false }
    assert.truthy(text:find("1" .. N .. "234", 1, true))
    assert.is_nil(text:find("%", 1, true))
  end)
  it("marks_small_bases_and_says_so", function()
    local text = tostring(result.new(helper.crosstab()))
    assert.truthy(text:find("* Base inférieure à 30", 1, true))
    text = result.new(helper.crosstab()):to_text { small_base = false }
    assert.is_nil(text:find("Base inférieure", 1, true))
  end)
  it("differences_of_shares_are_points_and_tests_have_p", function()
    local text = tostring(result.new { kind = "difference", lang = "en", rows = {
      { term = "girls - boys", value = 0.181, low = 0.11, high = 0.25, conf = 0.95,
        p_value = 0.00001, n = 634 } } })
    assert.truthy(text:find("+18.1\u{A0}points", 1, true))
    assert.truthy(text:find("<\u{A0}0.001", 1, true))
    text = tostring(result.new { kind = "test", lang = "en", rows = {
      { statistic = 3.2149, df = 1.98, ddf = 540.2, p_value = 0.0412, n = 650 } } })
    assert.truthy(text:find("3.21", 1, true))
    assert.truthy(text:find("0.041", 1, true))
  end)
  it("small_numbers_keep_their_digits_and_quantiles_their_p", function()
    local text = tostring(result.new { kind = "ratio", rows = { { value = 0.00123, n = 9 } } })
    assert.truthy(text:find("0.0012", 1, true))
    text = tostring(result.new { kind = "quantile", rows = { { p = 0.025, value = 12.5, n = 9 } } })
    assert.truthy(text:find("0.025%s+12.5%s+9"))
    text = tostring(result.new { kind = "total", rows = { { value = 1234.56, n = 9 } } })
    assert.truthy(text:find("1,235", 1, true))
  end)
  it("says_that_data_are_synthetic", function()
    local text = tostring(result.new(helper.proportion { synthetic = true }))
    assert.truthy(text:find("Données synthétiques", 1, true))
  end)
end)

describe("a displayed percentage", function()
  it("comes_from_whole_numbers", function()
    local function shown(count, n, decimals)
      local one = result.new { kind = "freq", rows = { { level = "x", value = count / n,
        count = count, n = n } } }
      return one:sheet { decimals = decimals }:grid().rows[1].cells[2].text
    end
    for n = 100, 400, 37 do
      for count = 0, n do
        local units = (2000 * count + n) // (2 * n)
        local wanted = ("%d.%d%%"):format(units // 10, units % 10)
        assert.equal(wanted, shown(count, n, 1))
      end
    end
    assert.equal("29%", shown(285, 1000, 0))
  end)
  it("uses_the_share_when_weights_make_it_another", function()
    local one = result.new { kind = "freq", rows = { { level = "x", value = 0.4, count = 30,
      n = 100 } } }
    assert.equal("40.0%", one:sheet():grid().rows[1].cells[2].text)
  end)
end)

describe("exports", function()
  it("csv_has_all_records_at_full_precision", function()
    local csv = result.new(helper.proportion()):to_csv()
    local out = helper.python([[
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))
assert [r["genre"] for r in rows] == ["fille", "garçon", "autre"], rows
assert float(rows[0]["value"]) == 115 / 328
assert rows[0]["count"] == "115" and rows[0]["n"] == "328" and rows[2]["value"] == ""
assert rows[2]["reason"] == "aucun répondant"
print("ok")]], csv)
    assert.equal("ok", out)
  end)
  it("csv_can_be_french", function()
    local csv = result.new(helper.proportion()):to_csv { delimiter = ";", decimal = ",",
      bom = true }
    assert.equal("\u{FEFF}", csv:sub(1, 3))
    assert.truthy(csv:find("fille;oui;0,35060975609756", 1, true))
  end)
  it("json_is_read_back_with_the_same_numbers", function()
    local out = helper.python([[
import json, sys
data = json.load(open(sys.argv[1], encoding="utf-8"))
assert data["bilan"] == 1 and list(data)[0] == "bilan"
rows = data["rows"]
assert rows[0]["by"] == {"genre": "fille"} and rows[0]["value"] == 115 / 328
assert rows[0]["n"] == 328 and isinstance(rows[0]["n"], int)
assert rows[2]["value"] is None and rows[2]["shown"] is False
print("ok")]], result.new(helper.proportion()):to_json())
    assert.equal("ok", out)
  end)
  it("json_and_csv_carry_hostile_labels", function()
    local rows = {}
    for at, label in ipairs(helper.hostile) do
      rows[at] = { level = utf8.len(label) and label or "x", value = 0.5, count = 1, n = 2 }
    end
    local one = result.new { kind = "freq", title = "</script>", rows = rows }
    assert.equal("ok", helper.python("import json, sys\njson.load(open(sys.argv[1]))\nprint('ok')",
      one:to_json()))
    assert.equal("ok", helper.python([[
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
assert all(len(r) == len(rows[0]) for r in rows), rows
print("ok")]], one:to_csv()))
  end)
  it("markdown_rows_have_the_same_number_of_cells", function()
    local rows = {}
    for at, label in ipairs(helper.hostile) do rows[at] = { level = label, value = 0.5, count = 50,
      n = 100 } end
    local text = result.new { kind = "freq", rows = rows }:to_markdown()
    local counted = 0
    for _, line in ipairs(lines_of(text)) do
      if line:sub(1, 1) == "|" then
        local _, bars = line:gsub("\\|", ""):gsub("|", "")
        assert.equal(5, bars, line)
        counted = counted + 1
      end
    end
    assert.equal(#helper.hostile + 2, counted)
  end)
  it("html_has_caption_scopes_and_nothing_hostile", function()
    local spec = helper.crosstab { title = "</caption><script>x</script>" }
    spec.rows[1].row = "générale"
    spec.banners[1].label = "<b>Genre</b>"
    local out = helper.python([[
import html.parser, sys
class P(html.parser.HTMLParser):
    tags = []
    scopes = []
    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))
p = P()
p.feed(open(sys.argv[1], encoding="utf-8").read())
assert "script" not in p.tags and "b" not in p.tags, p.tags
assert p.tags.count("caption") == 1 and None not in p.scopes
assert {"col", "colgroup", "row"} <= set(p.scopes), p.scopes
print("ok")]], result.new(spec):to_html())
    assert.equal("ok", out)
  end)
  it("write_through_the_host_below_the_output_folder", function()
    local written = {}
    local before = host.write
    host.set { write = function(path, bytes) written[path] = bytes end }
    local one = result.new(helper.proportion())
    assert.equal("a/x.csv", one:to_csv("a/x.csv"))
    one:to_json("x.json")
    assert.equal(one:to_csv(), written["a/x.csv"])
    assert.equal(one:to_json(), written["x.json"])
    host.set { write = before }
  end)
  it("same_bytes_on_every_call", function()
    for _, method in ipairs { "to_csv", "to_json", "to_markdown", "to_html", "to_xlsx" } do
      local one, two = result.new(helper.crosstab()), result.new(helper.crosstab())
      assert.is_true(one[method](one) == two[method](two), method)
    end
  end)
end)
