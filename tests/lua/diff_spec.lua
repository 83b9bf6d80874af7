--- Two runs figure by figure: matching, what is the same, intervals of changes, remarks, writers.
local diff = require "bilan.diff"
local diff_page = require "bilan.diff.page"
local diff_runs = require "bilan.diff.runs"
local diff_table = require "bilan.diff.table"
local json = require "bilan.json"
local stat = require("bilan").stat

-- A share with Wilson's limits, as a run records it.
local function share(indicator, count, n, more)
  local ci = stat.proportion_ci(count, n)
  local figure = { indicator = indicator, key = "", title = "Title of " .. indicator, unit = "share",
    value = count / n, count = count, n = n, low = ci.low, high = ci.high, conf = 0.95,
    method = "wilson", method_version = 1, data = "d", codebook = "c", script = "s" }
  for key, value in pairs(more or {}) do figure[key] = value end
  return figure
end

local function number(indicator, value, low, high, more)
  local figure = { indicator = indicator, key = "", title = indicator, unit = "number", value = value,
    low = low, high = high, conf = 0.95, n = 50, method = "mean", method_version = 1 }
  for key, value_ in pairs(more or {}) do figure[key] = value_ end
  return figure
end

local function run(label, figures, year)
  return { label = label, name = label .. " (x.bilan)", year = year, figures = figures, path = "x.bilan",
    numbers = "run " .. label }
end

local function years(old, new) return diff.compare(run("2022", old, "2022"), run("2023", new, "2023")) end

local function states(made)
  local list = {}
  for at, pair in ipairs(made.pairs) do list[at] = pair.indicator .. " " .. pair.state end
  return list
end

describe("figures of two runs", function()
  it("are_matched_by_indicator_and_key_in_the_order_of_the_new_run", function()
    local made = years({ share("gone first", 1, 2), share("a", 1, 2), share("gone", 1, 2),
      share("b", 1, 2) }, { share("b", 1, 2), share("new", 1, 2), share("a", 1, 2) })
    assert.same({ "gone first only_a", "b same", "new only_b", "a same", "gone only_a" }, states(made))
    assert.same({ same = 2, changed = 0, only_a = 2, only_b = 1 }, made.counts)
  end)

  it("with_one_key_twice_are_matched_by_place", function()
    local made = years({ share("a", 1, 2), share("a", 1, 4) }, { share("a", 1, 2), share("a", 3, 4) })
    assert.same({ "a same", "a changed" }, states(made))
  end)

  it("are_the_same_only_with_base_limits_and_words", function()
    for _, more in ipairs { { n = 12 }, { low = 0.1 }, { value = 0.5000000001 }, { count = 6 } } do
      assert.equal("changed", years({ share("a", 5, 10) }, { share("a", 5, 10, more) }).pairs[1].state)
    end
    local none = { indicator = "a", unit = "share", shown = "the base is 0", n = 0 }
    local secret = { indicator = "a", unit = "share", withheld = "secret" }
    assert.equal("same", years({ none }, { none }).pairs[1].state)
    assert.equal("changed", years({ none }, { secret }).pairs[1].state)
  end)
end)

describe("the change between two years", function()
  it("has_newcombe's_interval_where_counts_give_it", function()
    -- Newcombe 1998, table II, example (a): 56/70 - 48/80 = 0.20, method 10: 0.0524 to 0.3339
    local pair = years({ share("a", 48, 80) }, { share("a", 56, 70) }).pairs[1]
    assert.near(0.2, pair.difference, 1e-12)
    assert.near(0.0524, pair.interval.low, 5e-5)
    assert.near(0.3339, pair.interval.high, 5e-5)
    assert.equal("newcombe", pair.interval.method)
  end)

  it("by_limits_is_newcombe's_when_they_are_wilson's", function()
    local by_limits = { method = "logit" }
    local one = years({ share("a", 48, 80, by_limits) }, { share("a", 56, 70, by_limits) }).pairs[1]
    local other = years({ share("a", 48, 80) }, { share("a", 56, 70) }).pairs[1]
    assert.equal("limits", one.interval.method)
    assert.near(other.interval.low, one.interval.low, 1e-12)
    assert.near(other.interval.high, one.interval.high, 1e-12)
  end)

  it("of_means_goes_by_squares_of_half_widths", function()
    local pair = years({ number("a", 10, 7, 13) }, { number("a", 12, 8, 16) }).pairs[1]
    assert.near(2 - 5, pair.interval.low, 1e-12)
    assert.near(2 + 5, pair.interval.high, 1e-12)
  end)

  it("has_none_without_limits_or_at_different_levels_or_units", function()
    assert.is_nil(years({ number("a", 1) }, { number("a", 2, 1, 3) }).pairs[1].interval)
    assert.is_nil(years({ number("a", 1, 0, 2, { conf = 0.9 }) }, { number("a", 2, 1, 3) }).pairs[1].interval)
    assert.is_nil(years({ number("a", 1, 0, 2) }, { share("a", 1, 2) }).pairs[1].difference)
  end)

  it("of_weighted_shares_does_not_go_by_counts", function()
    local pair = years({ share("a", 48, 80, { value = 0.55 }) }, { share("a", 56, 70) }).pairs[1]
    assert.equal("limits", pair.interval.method)
  end)

  it("has_none_between_runs_of_one_year", function()
    local made = diff.compare(run("1", { share("a", 48, 80) }, "2022"), run("2", { share("a", 50, 80) },
      "2022"))
    assert.is_nil(made.pairs[1].interval)
    assert.near(2 / 80, made.pairs[1].difference, 1e-12)
  end)
end)

local function kinds(pair)
  local list = {}
  for at, remark in ipairs(pair.remarks) do list[at] = remark.kind end
  return table.concat(list, " ")
end

describe("remarks", function()
  it("tell_of_codebook_method_and_title_between_years", function()
    local old = { share("a", 1, 2) }
    assert.equal("", kinds(years(old, { share("a", 1, 4, { data = "e", script = "t" }) }).pairs[1]))
    assert.equal("codebook", kinds(years(old, { share("a", 1, 4, { codebook = "e" }) }).pairs[1]))
    assert.equal("method", kinds(years(old, { share("a", 1, 4, { method_version = 2 }) }).pairs[1]))
    assert.equal("title", kinds(years(old, { share("a", 1, 4, { title = "Other" }) }).pairs[1]))
  end)

  it("tell_of_data_and_script_within_one_year", function()
    local function within(more)
      return diff.compare(run("1", { share("a", 1, 2) }, "2022"), run("2", { share("a", 1, 4, more) },
        "2022")).pairs[1]
    end
    assert.equal("data", kinds(within { data = "e" }))
    assert.equal("data script", kinds(within { data = "e", script = "t" }))
  end)

  it("name_the_items_and_what_of_them_changed", function()
    local function receipt(sha256)
      return { items = { { item = "q", codebook = { id = "q", book = sha256, sha256 = sha256 } } } }
    end
    local a = run("2022", { share("a", 1, 2, { codebook = "1", receipt = receipt "1" }) }, "2022")
    local b = run("2023", { share("a", 1, 4, { codebook = "2", receipt = receipt "2" }) }, "2023")
    a.entry = function() return json.pack { id = "q", levels = { "x" } } end
    b.entry = function() return json.pack { id = "q", levels = { "x", "y" }, was = {} } end
    assert.same({ { kind = "codebook", text = "q (levels)" } }, diff.compare(a, b).pairs[1].remarks)
    b.entry = function() return json.pack { id = "q", levels = { "x" }, was = { ["2022"] = "p" } } end
    assert.same({}, diff.compare(a, b).pairs[1].remarks)
  end)
end)

local rows = {
  { share("one", 535, 634, { title = "Satisfied" }), share("two", 5, 10, { title = "Track",
    key = "level=a", label = "Track: general" }), share("two", 3, 10, { title = "Track",
    key = "level=b", label = "Track: other" }), share("kept", 1, 2),
    { indicator = "hidden", title = "Hidden", unit = "share", n = 3, withheld = "base too small" },
    number("age", 13.4, 13.1, 13.7) },
  { share("one", 450, 512, { title = "Satisfied" }), share("two", 6, 10, { title = "Track",
    key = "level=a", label = "Track: general" }), share("two", 4, 10, { title = "Track",
    key = "level=b", label = "Track: other" }), share("kept", 1, 2), share("hidden", 6, 30,
    { title = "Hidden" }), share("new", 1, 3, { title = "<b>New & \27[31mred" }),
    number("age", 13.9, 13.5, 14.3) } }

describe("the text of a comparison", function()
  local text = diff_table.text(years(rows[1], rows[2]))

  it("has_figures_bases_changes_and_intervals", function()
    for _, line in ipairs { "Satisfied%s+84.4%% %(634%)%s+87.9%% %(512%)%s+%+3.5\u{A0}pt",
      "\nTrack\n\u{A0}\u{A0}general%s+50.0%% %(10%)", "Hidden%s+withheld %(3%)%s+20.0%% %(30%)",
      "2022: base too small", "age%s+13.4 %(50%)%s+13.9 %(50%)%s+%+0.5", "not there%s+33.3%% %(3%)",
      "Figures changed: 5; the same: 1. Only in 2023: 1." } do
      assert.truthy(text:find(line), line .. "\n" .. text)
    end
    assert.is_nil(text:find "Title of kept")
    assert.truthy(diff_table.text(years(rows[1], rows[2]), { all = true }):find "Title of kept")
  end)

  it("shows_small_numbers_with_the_digits_that_tell_them_apart", function()
    local function line(a, b, unit)
      local more = { unit = unit }
      return diff_table.text(years({ number("x", a, a, a, more) }, { number("x", b, b, b, more) }))
        :match "\n(x [^\n]*)"
    end
    assert.truthy(line(-0.0040, 0.0093):find("−0.0040 (50)  0.0093 (50)  +0.0133", 1, true))
    assert.truthy(line(0.17352, 0.17231):find("0.174 (50)  0.172 (50)  −0.001", 1, true))
    assert.truthy(line(25134, 34011):find("25,134 (50)  34,011 (50)  +8,877", 1, true))
    assert.truthy(line(0.3, 0.1 + 0.2):find("0.3 (50)  0.30 (50)", 1, true)) -- noise: no digits
  end)

  it("shows_no_change_of_a_value_beside_p_values", function()
    local test = { unit = "test", statistic = 1, p_value = 0.5 }
    local made = years({ number("t", 1, 0, 2, test) }, { number("t", 3, 2, 4, test) })
    assert.is_nil(made.pairs[1].difference)
    assert.is_nil(diff_table.text(made):find("+2", 1, true))
    assert.is_nil(diff_page.html(made):find("+2", 1, true))
  end)

  it("fits_80_columns_and_lets_no_control_through", function()
    for line in text:gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= 80, line) end
    assert.is_nil(text:find "\27")
    assert.truthy(text:find("<b>New", 1, true))
  end)

  it("speaks_french", function()
    local french = diff_table.text(years(rows[1], rows[2]), { lang = "fr" })
    assert.truthy(french:find("84,4\u{202F}%", 1, true))
    assert.truthy(french:find("secret", 1, true))
  end)

  it("says_when_nothing_differs_or_nothing_is_there", function()
    assert.truthy(diff_table.text(years(rows[1], rows[1])):find "No figure differs")
    assert.truthy(diff_table.text(years({}, {})):find "Neither run has a figure")
  end)
end)

describe("the other forms", function()
  local made = years(rows[1], rows[2])

  it("json_reads_back", function()
    local read = json.decode(diff.json(made))
    assert.equal(6, #read.figures)
    assert.equal("one", read.figures[1].indicator)
    assert.equal(535 / 634, read.figures[1].old.value)
    assert.equal(450, read.figures[1].new.count)
    assert.equal(7, #json.decode(diff.json(made, { all = true })).figures)
  end)

  it("the_page_is_closed_and_escapes_what_it_shows", function()
    local page = diff_page.html(made, { lang = "fr" })
    assert.truthy(page:find("default-src 'none'", 1, true))
    assert.truthy(page:find("&lt;b&gt;New &amp; ", 1, true))
    assert.is_nil(page:find("<b>", 1, true))
    assert.is_nil(page:find "\27")
    assert.is_nil(page:find "<script")
    for address in page:gmatch "[%w]+://[^\"'%s<]+" do error(address) end
    local open, close = select(2, page:gsub("<tr", "")), select(2, page:gsub("</tr>", ""))
    assert.equal(open, close)
    assert.equal(3, select(2, page:gsub("<svg", ""))) -- one bar for each share with a change
  end)

  it("are_the_same_bytes_each_time", function()
    assert.equal(diff_page.html(made), diff_page.html(years(rows[1], rows[2])))
    assert.equal(diff.json(made), diff.json(years(rows[1], rows[2])))
  end)
end)

describe("labels of two runs", function()
  it("tell_them_apart_by_year_number_or_file", function()
    local a, b = run("2022", {}), run("2022", {})
    a.numbers, b.numbers = "run 1", "run 2"
    diff_runs.tell_apart(a, b)
    assert.same({ "run 1", "run 2" }, { a.label, b.label })
    a, b = run("2022", {}), run("2022", {})
    a.path, b.path = "old/record.bilan", "new/record.bilan"
    diff_runs.tell_apart(a, b)
    assert.same({ "old", "new" }, { a.label, b.label })
    a, b = run("2022", {}), run("2022", {})
    diff_runs.tell_apart(a, b)
    assert.same({ "A", "B" }, { a.label, b.label })
  end)
end)
