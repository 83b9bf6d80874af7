-- chart_spec.lua - charts: every kind is drawn and published as plain SVG; hostile text stays
-- text; withheld figures leave no trace; the same input gives the same bytes. What gnuplot drew
-- is read back with an XML parser that knows nothing of the engine.
local bilan = require "bilan"
local gate = require "bilan.gate"
local queue = require "bilan.chart.queue"
local Result = require "bilan.result"
local svg = require "bilan.output.svg"
local theme = require "bilan.chart.theme"
local helper = dofile "tests/lua/output_helper.lua"

local chart = bilan.chart
local kinds = { "bars", "grouped_bars", "stacked", "likert", "dots", "trend", "slope", "pyramid",
  "heatmap", "histogram" }

-- ---- data ---------------------------------------------------------------------------------------

local function share(level, by, count, n, more)
  local value = count / n
  local half = 1.96 * math.sqrt(value * (1 - value) / n)
  local record = { level = level, by = by, value = value, count = count, n = n, conf = 0.95,
    low = math.max(0, value - half), high = math.min(1, value + half), se = half / 1.96 }
  for key, own in pairs(more or {}) do record[key] = own end
  return record
end

-- Names that a test may replace by hostile ones.
local plain = { title = "Métier envisagé", level = "développement", group = "filles",
  item = "Métier", by = "Genre" }

-- Shares of some levels in two groups, by an item called "genre" (or as given).
local function groups(names, levels, counts, by)
  local rows, labels = {}, { names.group, "garçons" }
  for at, group in ipairs(by or labels) do
    local n = 0
    for _, count in ipairs(counts[at]) do n = n + count end
    for i, level in ipairs(levels) do
      rows[#rows + 1] = share(level, { genre = group }, counts[at][i], n)
    end
  end
  return Result.new { kind = "freq", lang = "fr", title = names.title, rows = rows,
    item = { name = "metier", label = names.item }, by = { { name = "genre", label = names.by } } }
end

local function one_way(names)
  return Result.new { kind = "proportion", lang = "fr", title = names.title,
    item = { name = "metier", label = names.item }, by = { { name = "genre", label = names.by } },
    rows = { share("oui", { genre = names.group }, 115, 328),
      share("oui", { genre = "garçons" }, 52, 306), share("oui", {}, 167, 634) } }
end

local function scale_levels(names) return { names.level, "plutôt", "peu", "pas du tout" } end

local function cross(names)
  local counts = { { 252, 44, 20 }, { 206, 62, 38 }, { 30, 12, 9 } }
  local rows, columns, levels = {}, { names.group, "garçons", "autre" },
    { names.level, "techno", "pro" }
  for at, column in ipairs(columns) do
    local n = counts[at][1] + counts[at][2] + counts[at][3]
    for i, level in ipairs(levels) do
      rows[#rows + 1] = { row = level, banner = "genre", col = column, value = counts[at][i] / n,
        count = counts[at][i], n = n }
    end
  end
  return Result.new { kind = "crosstab", percent = "col", lang = "fr", title = names.title,
    item = { name = "orientation", label = names.item }, levels = levels, rows = rows,
    banners = { { name = "genre", label = names.by, levels = columns } } }
end

local function over_time(names, times)
  local rows = {}
  for at, time in ipairs(times) do
    rows[#rows + 1] = share("oui", { an = time, genre = names.group }, 40 + 11 * at, 160)
    rows[#rows + 1] = share("oui", { an = time, genre = "garçons" }, 80 - 5 * at, 150)
  end
  return Result.new { kind = "proportion", lang = "fr", title = names.title, rows = rows,
    item = { name = "metier", label = names.item },
    by = { { name = "an", label = "Année" }, { name = "genre", label = names.by } } }
end

local function ages(names)
  local rows = {}
  for at, count in ipairs { 22, 63, 116, 147, 93, 40 } do
    rows[at] = share(tostring(10 + at), {}, count, 481)
  end
  return Result.new { kind = "freq", lang = "fr", title = names.title, rows = rows,
    item = { name = "age", label = names.item } }
end

-- A result of the shape that each kind draws.
local function result_for(kind, names)
  names = names or plain
  if kind == "bars" or kind == "dots" then return one_way(names) end
  if kind == "trend" then return over_time(names, { "2020", "2021", "2022" }) end
  if kind == "slope" then return over_time(names, { "2021", "2022" }) end
  if kind == "heatmap" then return cross(names) end
  if kind == "histogram" then return ages(names) end
  return groups(names, scale_levels(names), { { 31, 22, 48, 71 }, { 92, 61, 38, 64 } })
end

-- ---- reading drawings back ------------------------------------------------------------------------

-- Parses many SVG texts (each behind its size); for each a line "title TAB description TAB text"
-- in hex.
local reader = [[
import sys, re, xml.etree.ElementTree as tree
file = open(sys.argv[1], "rb")
while size := file.readline():
    root = tree.fromstring(file.read(int(size)))
    ns = "{http://www.w3.org/2000/svg}"
    assert root.tag == ns + "svg" and root.get("role") == "img", root.attrib
    titles, descs = list(root.iter(ns + "title")), list(root.iter(ns + "desc"))
    assert len(titles) == 1 and len(descs) == 1, (len(titles), len(descs))
    assert root.get("aria-labelledby").split() == [titles[0].get("id"), descs[0].get("id")]
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)) == 2, ids
    assert re.fullmatch(r"0 0 \d+ \d+", root.get("viewBox")) and root.get("width") == "100%"
    tags = {e.tag.replace(ns, "") for e in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "path", "polygon", "circle", "text"}, tags
    assert not any("href" in k or k.startswith("on") for e in root.iter() for k in e.attrib)
    text = "".join(e.text or "" for e in root.iter(ns + "text"))
    print("\t".join(x.encode().hex() for x in (titles[0].text or "", descs[0].text or "", text)))
print("read")
]]

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function read_back(list)
  local lines = {}
  for at, text in ipairs(list) do lines[at] = #text .. "\n" .. text end
  local out, found = helper.python(reader, table.concat(lines)), {}
  assert.equal("read", out:sub(-10):match("(%a+)%s*$"), out:sub(-2000))
  for title, desc, text in out:gmatch("(%x*)\t(%x*)\t(%x*)\n") do
    found[#found + 1] = { title = unhex(title), description = unhex(desc), text = unhex(text) }
  end
  assert.equal(#list, #found)
  return found
end

-- Letters and marks that a text and its drawing must share: no blanks, one kind of apostrophe.
local function bare(text)
  return (theme.plain(text):gsub("\u{2019}", "'"):gsub("\u{A0}", ""):gsub("\u{202F}", "")
    :gsub("%s", ""))
end

-- Widths in px of the filled boxes of one colour, in the order drawn.
local function box_widths(text, colour)
  local list = {}
  for points in text:gmatch('<polygon fill="' .. colour:lower() .. '" points="([^"]*)"') do
    local low, high = math.huge, -math.huge
    for x in points:gmatch("([%d.]+),") do
      low, high = math.min(low, tonumber(x)), math.max(high, tonumber(x))
    end
    list[#list + 1] = high - low
  end
  return list
end

-- ---- files and processes --------------------------------------------------------------------------

local function shell(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1; echo \"status $?\""))
  local out = pipe:read "a"
  return out:match("^(.*)status %d+%s*$"), tonumber(out:match("status (%d+)%s*$"))
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

local folder

local function script_file(text)
  local path = folder .. "/script.lua"
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

local small_script = [[
local bilan = require "bilan"
local s = bilan.survey{ genre = { "f", "g", "f", "g", "f", "f" }, q = { "a", "b", "a", "a", "b", "a" } }
bilan.chart.bars(s:freq "q", { title = "l'été" }):write "chart.svg"
]]

-- ---- the tests --------------------------------------------------------------------------------------

describe("charts", function()
  setup(function() folder = shell("mktemp -d"):match("%S+") end)
  teardown(function() shell("rm -r " .. folder) end)
  after_each(function() gate.use(nil) end)

  it("every_kind_is_drawn_with_title_description_and_sheet", function()
    local drawn = {}
    for at, kind in ipairs(kinds) do
      local one = chart[kind](result_for(kind))
      assert.is_true(gate.is_sheet(one.sheet), kind)
      assert.equal(plain.title, one.title)
      drawn[at] = one.svg
      assert.has_no.errors(function() svg.inline(one.svg, "f1", one.title, one.description) end)
    end
    for at, found in ipairs(read_back(drawn)) do
      assert.equal(plain.title, found.title)
      local group = kinds[at] == "histogram" and "Métier" or plain.group
      assert.truthy(found.text:find(group, 1, true), kinds[at] .. ": " .. found.text)
      assert.is_true(#found.description > #plain.title + 40)
    end
  end)

  it("description_tells_the_figures_with_their_bases", function()
    local one = chart.bars(one_way(plain))
    assert.truthy(one.description:find("filles\u{A0}: 35,1\u{202F}% (n\u{A0}=\u{A0}328)", 1, true),
      one.description)
  end)

  it("bars_are_as_long_as_their_shares", function()
    local widths = box_widths(chart.bars(one_way(plain)).svg, theme.single.fill)
    assert.equal(2, #widths) -- the total is grey
    assert.is_true(math.abs(widths[1] / widths[2] - (115 / 328) / (52 / 306)) < 1e-3)
  end)

  it("stacked_bars_fill_the_hundred_percent", function()
    local text, sum = chart.stacked(result_for "stacked").svg, { 0, 0 }
    local fills = theme.steps(4, {})
    for _, fill in ipairs(fills) do
      -- The first box of a colour is the legend's, or comes behind: bars are the wide ones.
      local wide = {}
      for _, width in ipairs(box_widths(text, fill)) do if width > 15 then wide[#wide + 1] = width end end
      assert.equal(2, #wide)
      sum = { sum[1] + wide[1], sum[2] + wide[2] }
    end
    assert.is_true(math.abs(sum[1] - sum[2]) < 0.5)
  end)

  it("likert_totals_are_sums_of_counts", function()
    local one = read_back { chart.likert(result_for "likert").svg }[1]
    -- filles: (31 + 22) / 172 favourable, (48 + 71) / 172 unfavourable
    assert.truthy(one.text:find("30,8\u{202F}%", 1, true), one.text)
    assert.truthy(one.text:find("69,2\u{202F}%", 1, true))
  end)

  it("likert_levels_keep_to_their_side", function()
    local result = groups(plain, { "oui", "plutôt oui", "ni oui ni non", "plutôt non", "non" },
      { { 40, 10, 10, 10, 30 }, { 20, 20, 20, 20, 20 } })
    for _, place in ipairs { "centre", "side" } do
      local one = read_back { chart.likert(result, { neutral_at = place, decimals = 0 }).svg }[1]
      assert.truthy(one.text:find("50\u{202F}%", 1, true)) -- 40 + 10 of 100
      assert.truthy(one.text:find("40\u{202F}%", 1, true)) -- 10 + 30
      local said = one.text:find("droite", 1, true) ~= nil
      assert.equal(place == "side", said)
    end
  end)

  it("residuals_are_those_of_the_formula", function()
    -- 2 x 2: 30 of 50 and 10 of 50; d = +-(30 - 20) / sqrt(20 * (1 - 0.4) * (1 - 0.5)) = 4.08248
    local rows = {}
    for at, column in ipairs { "a", "b" } do
      for i, level in ipairs { "x", "y" } do
        local count = ({ { 30, 20 }, { 10, 40 } })[at][i]
        rows[#rows + 1] = { row = level, banner = "g", col = column, value = count / 50,
          count = count, n = 50 }
      end
    end
    local one = chart.heatmap(Result.new { kind = "crosstab", lang = "en", title = "t", rows = rows,
      item = "i", banners = { { name = "g", levels = { "a", "b" } } }, levels = { "x", "y" } })
    assert.equal("t. x, a: +4.1; x, b: \u{2212}4.1; y, a: \u{2212}4.1; y, b: +4.1",
      one.description)
  end)

  it("histogram_gathers_counts_by_the_width", function()
    local one = chart.histogram(ages(plain), { bin_width = 3 })
    -- 11 | 12 13 14 | 15 16 in bins of 3 from 9: 9-12 holds 11, 12-15 holds 12 13 14
    assert.truthy(one.description:find("22 ; ", 1, true), one.description)
    assert.truthy(one.description:find("326", 1, true)) -- 63 + 116 + 147
    assert.truthy(one.description:find("133", 1, true)) -- 93 + 40
  end)

  it("a_broken_line_is_not_joined", function()
    local times = { "2020", "2021", "2022", "2023" }
    local function joined(opts)
      local text = chart.trend(over_time(plain, times), opts).svg
      local count = 0
      for path in text:gmatch('<path[^>]* d="([^"]*)"') do
        if path:find("M.-L.-L") then count = count + 1 end
      end
      return text, count
    end
    local whole, broken = joined(), joined { breaks = { "2022" } }
    assert.not_equal(whole, broken)
    assert.truthy(broken:find("question modifiée", 1, true))
    assert.is_nil(whole:find("question modifiée", 1, true))
  end)

  it("figures_of_a_language_have_its_typography", function()
    local en = chart.bars(one_way(plain), { lang = "en" })
    assert.truthy(en.svg:find("35.1%", 1, true))
    assert.truthy(chart.bars(one_way(plain), { lang = "nl" }).svg:find("35,1%", 1, true))
    assert.truthy(chart.bars(one_way(plain)).svg:find("35,1\u{202F}%", 1, true))
  end)

  it("benchmarks_carry_their_label_and_source", function()
    local one = chart.bars(one_way(plain), { benchmark = { value = 0.34, label = "OPIIEC",
      source = "Opco 2022" } })
    local text = read_back { one.svg }[1].text
    assert.truthy(text:find("OPIIEC\u{A0}: 34\u{202F}%", 1, true), text)
    assert.truthy(text:find("Opco 2022", 1, true))
  end)

  it("typed_tables_and_lists_of_results_are_drawn", function()
    local sheet = gate.table { title = "t", lang = "fr", columns = { "Groupe",
      { label = "Part", type = "share" } }, rows = { { "a", { count = 3, n = 10 } },
      { "b", { count = 5, n = 10 } } } }
    assert.truthy(chart.bars(sheet).svg:find("30\u{202F}%", 1, true))
    local list = { { "atelier", ages(plain) }, { "jeu", ages(plain) } }
    assert.truthy(chart.stacked(list).description:find("atelier, 11", 1, true))
  end)

  it("lists_with_series_of_their_own_have_two_sides_and_all_notes", function()
    local s = bilan.survey { { "a", { "p", "q", "p", "q", "p", "p" } },
      { "b", { "p", "p", "q", "q", "p", "q" } }, { "class", { 1, 1, 2, 2, 3, 3 } } }
    local designed, list = s:design { clusters = "class" }, {}
    for _, item in ipairs { "a", "b" } do
      list[#list + 1] = { item, s:proportion(item, { level = "p" }), series = "alone" }
      list[#list + 1] = { item, designed:proportion(item, { level = "p" }), series = "classes" }
    end
    local drawn = chart.dots(list, { lang = "en" })
    assert.matches("a, alone: .-; a, classes: .-; b, alone: .-; b, classes: ", drawn.description)
    local notes = table.concat(gate.open(drawn.sheet).notes, "\n")
    for _, words in ipairs { "Wilson method", "logit method", "Design: 3 primary units" } do
      assert.truthy(notes:find(words, 1, true), words)
    end
    list[1].series = nil
    assert.has_error(function() chart.dots(list) end)
  end)
  it("unknown_options_name_the_nearest", function()
    assert.error_matches(function() chart.bars(one_way(plain), { tittle = "x" }) end,
      'unknown chart.bars option "tittle"; did you mean "title"?', 1, true)
    assert.error_matches(function() return chart.bar end, 'did you mean "bars"', 1, true)
    assert.error_matches(function() chart.bars(one_way(plain), { sort = "fallling" }) end,
      'did you mean "falling"', 1, true)
    assert.error_matches(function() chart.bars(one_way(plain), { levels = { "fille" } }) end,
      'did you mean "filles"', 1, true)
    assert.error_matches(function() chart.bars(one_way(plain)):write "x.gif" end,
      'unknown chart format "gif"', 1, true)
    assert.error_matches(function() chart.bars(result_for "stacked") end, "grouped_bars", 1, true)
    assert.error_matches(function() chart.bars(42) end, "takes a result", 1, true)
  end)

  it("charts_cannot_be_changed", function()
    local one = chart.bars(one_way(plain))
    assert.has_error(function() one.title = "x" end)
    assert.equal("bilan.chart", getmetatable(one))
  end)
end)

describe("hostile text in charts", function()
  local marker
  setup(function()
    folder = shell("mktemp -d"):match("%S+")
    marker = folder .. "/marker"
  end)
  teardown(function() shell("rm -r " .. folder) end)

  -- The shared corpus, and what gnuplot in particular could run.
  local function corpus()
    local run = "touch " .. marker
    local list = { table.unpack(helper.hostile) }
    for _, text in ipairs { "`" .. run .. "`", "'.system('" .. run .. "').'",
      "'; system('" .. run .. "'); '", '"; system("' .. run .. '"); "', "a\nsystem('" .. run .. "')",
      "a\r!" .. run, "\nEOD\nsystem('" .. run .. "')\n", "EOD", "$d1_1 << EOD", "@run",
      "''; system('" .. run .. "'); ''", "'''; system('" .. run .. "') #", "\\'; system('" .. run .. "') #",
      "x' \\\n; system('" .. run .. "')", "| " .. run, "<" .. run, "set output '|" .. run .. "'",
      "{/Symbol a}_{b}^{c}", "%%", "%s%n", "gnuplot_plot_1", "]]></svg><script>alert(1)</script>",
      "<title>second</title>", "&lt;b&gt;", "\u{202E}abc", "a\0b", ("long "):rep(2000), ("'x"):rep(5000) } do
      list[#list + 1] = text
    end
    return list
  end

  -- One chart of a kind with a text in every place.
  local function hostile_chart(kind, text)
    local names = { title = text, level = text, group = text, item = text, by = text }
    local opts = { subtitle = text, note = text, source = text }
    if kind == "bars" or kind == "dots" or kind == "trend" then
      opts.benchmark = { value = 0.3, label = text, source = text }
    end
    return chart[kind](result_for(kind, names), opts)
  end

  for _, kind in ipairs(kinds) do
    it("stays_text_in_" .. kind, function()
      local texts, charts, drawn = corpus(), {}, {}
      for at, text in ipairs(texts) do charts[at] = hostile_chart(kind, text) end
      for at, one in ipairs(charts) do drawn[at] = one.svg end
      assert.is_false(exists(marker))
      for at, found in ipairs(read_back(drawn)) do
        local clean = require("bilan.output.escape").clean(texts[at], "")
        assert.equal(clean, found.title)
        local start = bare(texts[at])
        start = start:sub(1, (utf8.offset(start, 10) or #start + 1) - 1)
        local shown = bare(found.text)
        if kind ~= "histogram" or start ~= "" then
          assert.truthy(shown:find(start, 1, true), ("text %d: %q is not in %q"):format(at, start,
            shown:sub(1, 300)))
        end
      end
    end)
  end

  it("runs_nothing_in_png_and_pdf_either", function()
    local texts = corpus()
    for at = #helper.hostile + 1, #texts do
      hostile_chart("bars", texts[at]):write(folder .. "/x.pdf")
    end
    hostile_chart("likert", "`touch " .. marker .. "`"):write(folder .. "/x.png")
    assert.is_false(exists(marker))
  end)
end)

describe("withheld figures in charts", function()
  -- Hides the k-th record, leaving everything else.
  local function hide(k)
    return { name = "test", protect = function(view)
      return { [view.records[k]] = "withheld_primary" }
    end }
  end

  -- The same result with another value in the k-th record, bases unchanged.
  local function changed(kind, k)
    local spec = Result.spec(result_for(kind))
    local record = spec.rows[k]
    record.count = record.count - 3
    record.value = record.count / record.n
    if record.low then record.low, record.high = record.value - 0.01, record.value + 0.01 end
    return Result.new(spec)
  end

  for _, kind in ipairs(kinds) do
    it("leave_a_gap_with_words_and_no_trace_in_" .. kind, function()
      for k = 1, 2 do
        local one = chart[kind](result_for(kind), { privacy = hide(k) })
        local other = chart[kind](changed(kind, k), { privacy = hide(k) })
        local open = chart[kind](result_for(kind))
        assert.equal(one.description, other.description)
        assert.equal(one.svg, other.svg)
        assert.not_equal(one.svg, open.svg)
        local found = read_back { one.svg }[1]
        assert.truthy(bare(found.text):find("secret", 1, true), found.text)
        assert.truthy(one.description:find("secret", 1, true))
      end
    end)
  end

  it("a_report_can_put_a_chart_under_its_policy", function()
    local open = chart.bars(result_for "bars")
    local closed = open:under(hide(1))
    assert.is_nil(open.description:find("secret", 1, true))
    assert.truthy(closed.description:find("secret", 1, true))
    assert.is_true(Result.is_result(open:result()))
  end)
end)

describe("chart files", function()
  setup(function() folder = shell("mktemp -d"):match("%S+") end)
  teardown(function() shell("rm -r " .. folder) end)

  it("are_the_same_bytes_alone_and_in_a_crowd", function()
    local first = {}
    for at, kind in ipairs(kinds) do first[at] = chart[kind](result_for(kind)).svg end
    local crowd = {}
    for _ = 1, 3 do
      for at = #kinds, 1, -1 do
        crowd[#crowd + 1] = { at, chart[kinds[at]](result_for(kinds[at])) }
      end
    end
    assert.equal(30, chart.flush())
    assert.equal(0, queue.length())
    for _, pair in ipairs(crowd) do assert.equal(first[pair[1]], pair[2].svg, kinds[pair[1]]) end
  end)

  it("are_the_same_bytes_in_another_process_for_all_formats", function()
    local script = [[
local bilan = require "bilan"
local s = bilan.survey{ g = { "f", "g", "f", "g", "f", "f" }, q = { "a", "b", "a", "a", "b", "a" } }
local c = bilan.chart.bars(s:proportion("q", { by = "g", level = "a" }), { title = "Été" })
c:write "a.svg" c:write "a.png" c:write "a.pdf" ]]
    local path = script_file(script)
    for _, name in ipairs { "one", "two" } do
      local out, status = shell(("%s run --out %s/%s %s"):format(os.getenv "BILAN", folder, name, path))
      assert.equal(0, status, out)
      if name == "one" then shell "sleep 1.1" end -- another second for a date of creation
    end
    for _, ending in ipairs { "svg", "png", "pdf" } do
      local one, two = read(folder .. "/one/a." .. ending), read(folder .. "/two/a." .. ending)
      assert.is_true(#one > 1000)
      assert.is_true(one == two, ending .. " differs")
    end
    assert.equal("\u{89}PNG", "\u{89}" .. read(folder .. "/one/a.png"):sub(2, 4))
    assert.equal("%PDF", read(folder .. "/one/a.pdf"):sub(1, 4))
  end)

  it("a_missing_gnuplot_is_named_with_its_package", function()
    local out, status = shell(("PATH=/nonexistent %s run --out %s/out %s"):format(os.getenv "BILAN",
      folder, script_file(small_script)))
    assert.equal(1, status)
    assert.truthy(out:find("gnuplot%-nox"), out)
    assert.truthy(out:find("script.lua:3:", 1, true), out)
    assert.is_false(exists(folder .. "/out/chart.svg"))
  end)

  it("a_gnuplot_that_hangs_or_lies_is_an_error", function()
    shell(("mkdir -p %s/bin"):format(folder))
    local fake <close> = assert(io.open(folder .. "/bin/gnuplot", "w"))
    fake:write("#!/bin/sh\ncat >/dev/null\nexit 0\n")
    fake:close()
    shell(("chmod +x %s/bin/gnuplot"):format(folder))
    local out, status = shell(("PATH=%s/bin:/usr/bin:/bin %s run --out %s/out %s"):format(folder,
      os.getenv "BILAN", folder, script_file(small_script)))
    assert.equal(1, status)
    assert.truthy(out:find("gnuplot could not draw \"l'été\"", 1, true), out)
  end)

  it("ninety_charts_start_gnuplot_once", function()
    local log = folder .. "/log"
    shell(("mkdir -p %s/count"):format(folder))
    local fake <close> = assert(io.open(folder .. "/count/gnuplot", "w"))
    fake:write("#!/bin/sh\necho run >>" .. log .. "\nexec /usr/bin/gnuplot \"$@\"\n")
    fake:close()
    shell(("chmod +x %s/count/gnuplot"):format(folder))
    local script = [[
local bilan = require "bilan"
local s = bilan.survey{ q = { "a", "b", "a", "a", "b", "a" } }
local list = {}
for i = 1, 90 do list[i] = bilan.chart.bars(s:freq "q", { title = "chart " .. i }) end
for i = 1, 90 do assert(list[i].svg:find("chart " .. i, 1, true)) end ]]
    local out, status = shell(("PATH=%s/count:/usr/bin:/bin %s run --out %s/out %s"):format(folder,
      os.getenv "BILAN", folder, script_file(script)))
    assert.equal(0, status, out)
    assert.equal("run\n", read(log))
  end)

  it("no_folder_is_left_behind", function()
    shell(("mkdir -p %s/tmp"):format(folder))
    shell(("TMPDIR=%s/tmp %s run --out %s/out %s"):format(folder, os.getenv "BILAN", folder,
      script_file(small_script)))
    assert.is_true(exists(folder .. "/out/chart.svg"))
    assert.equal("", (shell("ls -A " .. folder .. "/tmp")))
  end)
end)

describe("the theme", function()
  local lists = { theme.series, theme.grey_series, { theme.single }, { theme.grey_single } }

  it("marks_have_three_to_one_against_the_paper", function()
    for _, list in ipairs(lists) do
      for _, style in ipairs(list) do
        assert.is_true(theme.contrast(style.edge, theme.paper) >= 3, style.edge)
        assert.is_true(theme.contrast(style.line, theme.paper) >= 3, style.line)
      end
    end
    for _, colour in ipairs { theme.axis, theme.total } do
      assert.is_true(theme.contrast(colour, theme.paper) >= 3, colour)
    end
  end)

  it("letters_have_four_and_a_half_to_one", function()
    for _, colour in ipairs { theme.ink, theme.soft, theme.benchmark } do
      assert.is_true(theme.contrast(colour, theme.paper) >= 4.5, colour)
    end
    for _, list in ipairs { theme.ramp, theme.grey_ramp, theme.arm_low, theme.arm_high,
      theme.grey_arm_low, { theme.middle } } do
      for _, fill in ipairs(list) do
        assert.is_true(theme.contrast(theme.ink_on(fill), fill) >= 4.5, fill)
      end
    end
  end)

  it("series_differ_in_lightness_for_a_grey_print", function()
    for _, list in ipairs { theme.series, theme.grey_series } do
      for i = 1, #list do
        for k = i + 1, #list do
          local apart = math.abs(theme.lightness(list[i].fill) - theme.lightness(list[k].fill))
          assert.is_true(apart >= 8, list[i].fill .. " " .. list[k].fill .. " " .. apart)
        end
      end
    end
    for _, ramp in ipairs { theme.ramp, theme.grey_ramp } do
      for i = 2, #ramp do
        assert.is_true(theme.lightness(ramp[i]) - theme.lightness(ramp[i - 1]) >= 5)
      end
    end
  end)

  it("no_group_is_pink", function()
    for _, list in ipairs(lists) do
      for _, style in ipairs(list) do
        local r, g, b = style.fill:match("^#(%x%x)(%x%x)(%x%x)")
        r, g, b = tonumber(r, 16), tonumber(g, 16), tonumber(b, 16)
        assert.is_false(r > 170 and b > 120 and g < math.min(r, b), style.fill)
      end
    end
  end)

  it("lightness_and_contrast_are_those_of_the_standards", function()
    assert.is_true(math.abs(theme.contrast("#FFFFFF", "#000000") - 21) < 1e-9)
    assert.is_true(math.abs(theme.contrast("#FFFFFF", "#767676") - 4.54) < 0.01) -- WCAG's example
    assert.is_true(math.abs(theme.lightness("#777777") - 50.03) < 0.05) -- CIE L* of sRGB grey 119
  end)

  it("wrapped_lines_fit_and_keep_the_words", function()
    local text = "Développeuse, développeur de logiciels ou d'applications pour la recherche"
    for room = 60, 400, 20 do
      local lines = theme.wrap(text, 12, room, 20)
      for _, line in ipairs(lines) do assert.is_true(theme.width(line, 12) <= room or room < 90, line) end
      assert.equal((text:gsub(" ", "")), (table.concat(lines):gsub(" ", "")))
    end
    local cut = theme.wrap(("mot "):rep(100), 12, 100, 2)
    assert.equal(2, #cut)
    assert.equal("…", cut[2]:match("…$"))
  end)
end)

describe("charts of a sample design", function()
  -- Two strata of two schools; one school alone in the domain of the small.
  local survey = bilan.survey {
    { "region", { "north", "north", "north", "south", "south" } },
    { "school", { "n1", "n1", "n2", "s1", "s2" } }, { "weight", { 200, 200, 400, 100, 300 } },
    { "score", { 1, 3, 5, 2, 4 } }, { "answer", { "yes", "no", "yes", "no", "yes" } } }
  local designed = survey:design { weights = "weight", strata = "region", clusters = "school" }

  it("say_how_it_was_drawn_below_and_in_words", function()
    local results = { bars = designed:freq "answer", dots = designed:mean("score", { by = "answer" }),
      grouped_bars = designed:crosstab("answer", "region"),
      stacked = designed:crosstab("answer", "region"), heatmap = designed:crosstab("answer", "region") }
    for _, kind in ipairs { "bars", "dots", "grouped_bars", "stacked", "heatmap" } do
      local opts = kind == "heatmap" and { value = "value" } or nil
      local one = chart[kind](results[kind], opts)
      assert.truthy(one.svg:find("Design: 2 strata, 4 primary units, 2 degrees of freedom", 1, true), kind)
      assert.truthy(one.svg:find("Weighted by", 1, true), kind)
    end
    local words = chart.bars(results.bars).description
    assert.truthy(words:find("n is the unweighted number of respondents.", 1, true), words)
    assert.is_nil(chart.bars(survey:freq "answer").svg:find("primary units", 1, true))
  end)

  it("say_that_an_interval_is_a_model", function()
    local volunteers = survey:design { sampling = "nonprobability" }
    local one = chart.bars(volunteers:freq("answer", { lang = "fr" }))
    assert.truthy(one.svg:find("Échantillon non probabiliste", 1, true))
  end)

  it("say_why_there_is_no_interval", function()
    local one = chart.dots(designed:where("school = 'n1'"):proportion("answer", { level = "yes",
      by = "region" }))
    assert.truthy(one.svg:find("no degrees of freedom, no variance", 1, true))
  end)

  it("measure_counts_in_people_and_not_in_percent", function()
    local svg_text = chart.grouped_bars(designed:crosstab("answer", "region",
      { percent = "none" })).svg
    assert.truthy(svg_text:find(">600<", 1, true), "yes in the north: 200 + 400 of weight")
    assert.is_nil(svg_text:find("00%<", 1, true))
  end)
end)
