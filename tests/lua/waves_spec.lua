-- Waves: years as one object, trends that break where they must, lists of changes, stacks.
local bilan = require "bilan"

local function csv(text, book)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local s = bilan.read(path, { codebook = book })
  os.remove(path)
  return s
end

-- Text of a CSV file: header, then each { count, line } so many times.
local function lines(header, list)
  local out = { header }
  for _, pair in ipairs(list) do
    for _ = 1, pair[1] do out[#out + 1] = pair[2] end
  end
  return table.concat(out, "\n") .. "\n"
end

local function interest(fields)
  local out = { id = "interest", kind = "scale", label = { fr = "Intérêt", en = "Interest",
    nl = "Interesse" },
    question = { en = "Did it interest you?" }, levels = { "yes", "a bit", "no" } }
  for key, value in pairs(fields) do out[key] = value end
  return out
end

-- Five years: renamed, not asked, reworded, one answer split in two, another universe.
local function five(lang)
  local girl = { id = "girl", levels = { "g", "b" } }
  local finer = { levels = { "very", "rather", "a bit", "no" },
    question = { en = "Was it interesting for you?" } }
  local split = { levels = finer.levels, question = finer.question,
    was = { ["2021"] = { here = { very = "yes", rather = "yes" } } } }
  local fewer = { levels = finer.levels, question = finer.question, universe = "girl = 'g'" }
  return bilan.waves({
    ["2019"] = csv(lines("liked,girl", { { 10, "yes,g" }, { 20, "a bit,b" }, { 10, "no,g" } }),
      { lang = "en", items = { interest { id = "liked" }, girl } }),
    ["2020"] = csv(lines("girl", { { 7, "g" }, { 5, "b" } }), { lang = "en", items = { girl } }),
    ["2021"] = csv(lines("interest,girl", { { 12, "yes,g" }, { 8, "a bit,b" }, { 20, "no,b" } }),
      { lang = "en", items = { interest { was = { ["2019"] = "liked" } }, girl } }),
    ["2022"] = csv(lines("interest,girl", { { 10, "very,g" }, { 10, "rather,b" }, { 15, "a bit,b" },
      { 5, "no,g" } }), { lang = "en", items = { interest(split), girl } }),
    ["2023"] = csv(lines("interest,girl", { { 25, "very,g" }, { 10, "no,g" }, { 5, ",b" } }),
      { lang = "en", items = { interest(fewer), girl } }),
  }, { lang = lang })
end

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

describe("waves", function()
  it("stand_in_the_order_of_their_names_or_of_the_list", function()
    local a, b = bilan.survey { x = { 1 } }, bilan.survey { x = { 2 } }
    assert.same({ "2020", "2021" }, bilan.waves({ ["2021"] = a, ["2020"] = b }):years())
    assert.same({ "2021", "2020" }, bilan.waves({ { "2021", a }, { "2020", b } }):years())
    assert.same({ "2016", "2018" }, bilan.waves({ [2018] = a, [2016] = b }):years())
    assert.same({ "2024" }, bilan.waves({ csv("x\n1\n", { wave = "2024",
      items = { { id = "x" } } }) }):years())
    assert.equal(a, bilan.waves({ ["2021"] = a, ["2020"] = b }):survey "2021")
    assert.equal(2, #bilan.waves { ["2021"] = a, ["2020"] = b })
  end)

  it("have_numbers_in_their_names_in_the_order_of_numbers", function()
    local s = bilan.survey { x = { 1 } }
    assert.same({ "wave 1", "wave 9", "wave 10" },
      bilan.waves({ ["wave 10"] = s, ["wave 9"] = s, ["wave 1"] = s }):years())
    assert.same({ "2016", "2018", "2021-2022" },
      bilan.waves({ ["2021-2022"] = s, [2018] = s, ["2016"] = s }):years())
    fails("the name of a year is empty", bilan.waves, { { "", s } })
    local w = bilan.waves { a = s, b = s }
    fails("grade: name a year: a, b", w.grade, w, "x", "a")
  end)

  it("name_the_nearest_year_item_and_verb", function()
    local w = five()
    fails('unknown year "2032"', w.trend, w, "interest", { years = { "2032" } })
    fails('unknown item "intrest"; did you mean "interest"?', w.trend, w, "intrest")
    fails('unknown level of "interest" "yess"; did you mean "yes"?', w.trend, w, "interest",
      { level = "yess" })
    fails('unknown verb of waves "trends"; did you mean "trend"?', function() return w.trends end)
    fails('did you mean "level"?', w.trend, w, "interest", { levl = "yes" })
    fails("is not a survey but a table", bilan.waves, { ["2020"] = {} })
    fails("the year 2020 stands twice", bilan.waves, { { "2020", bilan.survey { x = { 1 } } },
      { "2020", bilan.survey { x = { 1 } } } })
    fails("does not say which year it is of", bilan.waves, { bilan.survey { x = { 1 } } })
    fails("two different years are needed", w.compare, w, "2021", "2021")
    fails("waves cannot be changed", function() w.x = 1 end)
  end)

  it("list_the_items_of_the_latest_year_first", function()
    assert.same({ "interest", "girl" }, five():items())
  end)

  it("say_what_they_are", function()
    local text = tostring(five())
    assert.truthy(text:find("waves: 5 years, 2 items", 1, true), text)
    assert.truthy(text:find("since 2022: 1 identical, 1 universe changed", 1, true), text)
  end)
end)

describe("a trend", function()
  it("has_the_figures_of_each_year_on_the_common_scale", function()
    local shares, grades, broken = {}, {}, {}
    for i, row in ipairs(five():trend("interest", { level = "yes" }):rows()) do
      shares[i], grades[i], broken[i] = row.value or "none", row.grade or "first", row.broken or false
    end
    assert.same({ 0.25, "none", 0.3, 0.5, 25 / 35 }, shares)
    assert.same({ "first", "not asked", "identical", "levels merged", "universe changed" }, grades)
    assert.same({ false, false, false, false, true }, broken)
  end)

  it("is_held_against_the_year_before_that_asked", function()
    local rows = five():trend("interest", { level = "yes" }):rows()
    assert.equal("2019", rows[3].since)
    assert.is_nil(rows[2].since)
  end)

  it("marks_years_and_says_below_what_changed", function()
    local result = five():trend("interest", { level = "yes" })
    local text = tostring(result)
    for _, part in ipairs { "Answer: yes", "2022 ¹ ", "2023 ² ", "¹ 2022: question worded otherwise.",
      '¹ 2022: answers merged: "yes" = "very" + "rather".', "² 2023: not comparable with 2022.",
      "² 2023: asked of everyone, now only where girl = 'g'.", "not asked" } do
      assert.truthy(text:find(part, 1, true), part .. "\n" .. text)
    end
    assert.truthy(result:to_text { lang = "fr" }:find("non comparable avec 2022", 1, true))
    assert.truthy(result:to_text { lang = "nl" }:find("niet vergelijkbaar met 2022", 1, true))
    assert.truthy(result:to_csv():find("universe changed", 1, true))
  end)

  it("has_all_levels_groups_and_years_asked_for", function()
    local w = five()
    assert.equal(5 * 3, #w:trend "interest")
    assert.equal(2 * 4, #w:trend("interest", { years = { "2022", "2023" } }))
    local row = w:trend("interest", { by = "girl", years = { "2021", "2022" } })
      :get { year = "2022", girl = "g", level = "yes" }
    assert.equal(10 / 15, row.value)
    assert.equal("levels merged", row.grade)
  end)

  it("takes_predicates_and_grades_them_by_their_items", function()
    local rows = five():trend("interest = 'no' AND girl = 'g'", { years = { "2022", "2023" } }):rows()
    assert.equal(5 / 40, rows[1].value)
    assert.equal("universe changed", rows[2].grade)
    local named = bilan.waves { a = bilan.survey { x = { 1, 2, 3 } }, b = bilan.survey { x = { 2, 3, 4 } } }
    assert.equal(1 / 3, named:trend("x > 2")[1].value)
  end)

  it("has_means_of_numbers_and_of_scores", function()
    local function scored(levels, was, text)
      return csv(text, { items = { { id = "s", kind = "scale", levels = levels, was = was } } })
    end
    local w = bilan.waves {
      ["1"] = scored({ { "low", score = 1 }, { "high", score = 3 } }, nil, "s\nlow\nhigh\n"),
      ["2"] = scored({ { "Low", score = 1 }, { "top", score = 5 } },
        { ["1"] = { levels = { high = "top" } } },
        "s\nLow\ntop\ntop\n") }
    local rows = w:trend("s", { mean = true }):rows()
    assert.equal(3, rows[1].value) -- (1 + 5)/2: the scores of the latest year
    assert.equal(11 / 3, rows[2].value)
    assert.truthy(tostring(w:trend("s", { mean = true })):find("other scores", 1, true))
    local v = bilan.waves { a = bilan.survey { x = { 1, 2, 6 } }, b = bilan.survey { x = { 2, 3, 4 } } }
    assert.same({ 3, 3 }, { v:trend("x")[1].value, v:trend("x")[2].value })
    assert.same({ 2, 3 }, { v:trend("x", { statistic = "median" })[1].value,
      v:trend("x", { statistic = "median" })[2].value })
    fails("has no score on the common scale", function() five():trend("interest", { mean = true }) end)
  end)

  it("takes_a_level_for_shares_only", function()
    local w = bilan.waves { a = bilan.survey { x = { 1, 2 } }, b = bilan.survey { x = { 2, 3 } } }
    fails('level = "2" is for shares, and the mean of "x" is asked for', w.trend, w, "x", { level = "2" })
    fails('"x > 1" is true or not: leave level out', w.change, w, "x > 1", { level = "1" })
  end)

  it("has_no_0_for_an_option_that_was_not_offered", function()
    local function several(name, levels, text)
      return { name, csv(text, { items = { { id = "m", kind = "multiple", separator = ";", levels = levels,
        base = "answered" } } }) }
    end
    local w = bilan.waves { several("1", { "a", "b" }, "m\na\na;b\n"),
      several("2", { "a", "b", "c" }, "m\na\nc\nb;c\n") }
    local result = w:trend "m"
    local row = result:get { year = "1", level = "c" }
    assert.is_nil(row.value)
    assert.equal("not offered that year", row.note)
    assert.equal(2 / 3, result:get({ year = "2", level = "c" }).value)
    assert.equal("reworded", result:get({ year = "2", level = "a" }).grade)
    local compared = w:compare("1", "2")
    local c = compared:get { item = "m", level = "c" }
    assert.is_nil(c.value)
    assert.equal("not asked", c.grade)
  end)

  it("joins_options_of_several_answers_by_the_crosswalk", function()
    local function several(levels, text, was)
      return csv(text, { items = { { id = "m", kind = "multiple", separator = ";", levels = levels,
        base = "answered", was = was } } })
    end
    local w = bilan.waves { ["1"] = several({ "python", "r", "other" }, "m\npython;r\nother\nr\n\n"),
      ["2"] = several({ "code", "other" }, "m\ncode;other\ncode\n",
        { ["1"] = { levels = { python = "code", r = "code" } } }) }
    local rows = w:trend("m", { level = "code" }):rows()
    assert.same({ 2, 3, 2, 2 }, { rows[1].count, rows[1].n, rows[2].count, rows[2].n })
    assert.equal("levels merged", rows[2].grade)
    assert.same({ { "code" }, { "other" }, { "code" } }, { table.unpack(w:stack():column "m", 1, 3) })
  end)

  it("keeps_domains_and_designs_of_each_year", function()
    local function one(values, weights, keep)
      return bilan.survey { { "q", values }, { "w", weights }, { "k", keep } }:design { weights = "w" }
        :where "k = 1"
    end
    local w = bilan.waves { a = one({ "y", "n", "y" }, { 1, 2, 3 }, { 1, 1, 0 }),
      b = one({ "y", "n", "n" }, { 3, 1, 5 }, { 1, 1, 0 }) }
    local rows = w:trend("q", { level = "y" }):rows()
    assert.equal(1 / 3, rows[1].value)
    assert.equal(3 / 4, rows[2].value)
    local s = w:stack()
    assert.equal(4, #s)
    assert.equal(3 / 4, s:proportion("q", { by = "year" }):get({ year = "b", level = "y" }).value)
  end)

  it("gives_nets_of_the_levels_that_each_year_had", function()
    local items = { { id = "q", levels = { "a", "b", "c" }, nets = { { "ab", "a", "b" } } } }
    local w = bilan.waves { ["1"] = csv("q\na\nb\nc\nc\n", { items = items }),
      ["2"] = csv("q\na\nc\n", { items = items }) }
    local result = w:trend("q", { nets = true })
    assert.same({ 0.5, 0.5 }, { result:get({ year = "1", level = "ab" }).value,
      result:get({ year = "2", level = "ab" }).value })
    assert.equal(0.5, w:trend("q", { level = "ab" })[1].value)
    assert.equal(0, w:change("q", { level = "ab" })[1].value)
  end)

  it("has_no_0_for_a_net_or_a_kind_of_missing_that_was_not_offered", function()
    local function year(levels, missing, text)
      return csv(text, { items = { { id = "m", kind = "multiple", separator = ";", levels = levels },
        { id = "q", levels = { "a" }, missing = missing } } })
    end
    local w = bilan.waves { ["1"] = year({ "u", "v" }, { refused = "9" }, "m,q\nu,a\nv,9\n"),
      ["2"] = year({ "u", "x", "y" }, { ["don't know"] = "8" }, "m,q\nx;y,a\nu,8\n") }
    local nets = { xy = { "x", "y" } }
    local row = w:trend("m", { nets = nets }):get { year = "1", level = "xy" }
    assert.same({ "not offered that year" }, { row.note, row.n, row.value })
    assert.equal(0.5, w:trend("m", { nets = nets }):get({ year = "2", level = "xy" }).value)
    row = w:change("m", { nets = nets }):get { level = "xy" }
    assert.same({ "not offered that year" }, { row.note, row.value, row.low })
    row = w:trend("m", { nets = nets, level = "xy" }):get { year = "1" }
    assert.same({ "not offered that year" }, { row.note, row.n, row.value })
    row = w:trend("q", { missing = "include" }):get { year = "2", level = "refused" }
    assert.same({ "not offered that year" }, { row.note, row.n })
  end)

  it("says_which_part_of_a_net_a_year_did_not_offer", function()
    local function year(levels, text)
      return csv(text, { lang = "en", items = { { id = "m", kind = "multiple", separator = ";",
        levels = levels, label = "Fields" } } })
    end
    local w = bilan.waves { ["1"] = year({ "u", "v" }, "m\nu\nv\n"),
      ["2"] = year({ "u", "v", "x" }, "m\nx\nu\n") }
    local nets = { any = { "u", "x" } }
    for _, result in ipairs { w:trend("m", { nets = nets }), w:change("m", { nets = nets, level = "any" }),
      w:compare("1", "2", { nets = nets }) } do
      local text = tostring(result)
      assert.truthy(text:find('Fields: “any” without "x" in 1 (not offered).', 1, true), text)
    end
    assert.equal(0.5, w:change("m", { nets = nets, level = "any" })[1].value) -- 1 of 2, then 2 of 2
    fails('unknown level in net "any" of "m" "uu"', w.trend, w, "m", { nets = { any = { "uu" } } })
  end)

  it("says_that_nobody_answered_where_nobody_did", function()
    local items = { { id = "q", levels = { "a", "b" } }, { id = "x", kind = "number" } }
    local w = bilan.waves { ["1"] = csv("q,x\na,1\nb,2\n", { items = items }),
      ["2"] = csv("q,x\n", { items = items }), ["3"] = csv("q,x\n,\n,\n", { items = items }) }
    for _, opts in ipairs { {}, { level = "a" } } do
      local result = w:trend("q", opts)
      assert.equal(opts.level and 3 or 6, #result)
      for _, year in ipairs { "2", "3" } do
        local row = result:get { year = year, level = "a" }
        assert.same({ 0 }, { row.n, row.value })
      end
    end
    assert.equal(3, #w:trend "x")
    local row = w:change("q", { from = "1", to = "2", level = "a" })[1]
    assert.is_nil(row.value)
    assert.equal("one of the years compared has no respondent", row.note)
    assert.is_nil(w:change("x", { from = "1", to = "3" })[1].value)
    assert.equal(2 + 1, #w:compare("1", "3"))
  end)

  it("puts_no_figure_where_the_kind_of_question_changed", function()
    local w = bilan.waves { ["1"] = bilan.survey { q = { "a", "b" } }, ["2"] = bilan.survey { q = { 1, 2 } } }
    local rows = w:trend("q"):rows()
    assert.is_nil(rows[1].value)
    assert.equal(1.5, rows[2].value)
    assert.equal("kind changed", rows[2].grade)
  end)
end)

describe("the chart of a trend", function()
  local function gnuplot_is_there()
    local pipe = io.popen "gnuplot --version 2>&1"
    local text = pipe and pipe:read "a" or ""
    if pipe then pipe:close() end
    return text:find "gnuplot" ~= nil
  end

  -- x of a text of an SVG.
  local function x_of(svg, text)
    return tonumber(svg:match('<text x="([%d.]+)"[^>]*>' .. text))
  end

  it("joins_what_compares_and_nothing_else", function()
    if not gnuplot_is_there() then return pending "no gnuplot" end
    local svg = bilan.chart.trend(five():trend("interest", { level = "yes" })).svg
    local lines_drawn = {}
    for path in svg:gmatch('stroke%-width="2.20">%s*<path[^>]*d="([^"]*)"') do
      lines_drawn[#lines_drawn + 1] = path
    end
    assert.equal(1, #lines_drawn)
    local from, to = lines_drawn[1]:match "^M([%d.]+),[%d.]+ L([%d.]+),[%d.]+"
    assert.is_true(math.abs(tonumber(from) - x_of(svg, "2021")) < 1)
    assert.is_true(math.abs(tonumber(to) - x_of(svg, "2022 ¹")) < 1)
    local dotted = tonumber(svg:match 'stroke%-dasharray="[^"]*"[^>]*d="M([%d.]+)')
    assert.is_true(x_of(svg, "2022 ¹") < dotted and dotted < x_of(svg, "2023 ²"))
  end)

  it("says_the_breaks_without_being_told", function()
    if not gnuplot_is_there() then return pending "no gnuplot" end
    local chart = bilan.chart.trend(five():trend("interest", { level = "yes" }))
    assert.truthy(chart.svg:find("not comparable with 2022", 1, true))
    assert.is_nil(chart.svg:find("Broken line", 1, true))
  end)

  it("is_not_joined_as_a_slope_either", function()
    if not gnuplot_is_there() then return pending "no gnuplot" end
    local w = five()
    local broken = bilan.chart.slope(w:trend("interest", { level = "no", years = { "2022", "2023" } })).svg
    local whole = bilan.chart.slope(w:trend("interest", { level = "no", years = { "2021", "2022" } })).svg
    assert.is_nil(broken:find('stroke%-width="2.40">%s*<path'))
    assert.truthy(broken:find("not comparable with 2022", 1, true))
    assert.truthy(whole:find('stroke%-width="2.40">%s*<path'))
    assert.truthy(whole:find("question worded otherwise", 1, true))
  end)
end)

describe("what changed", function()
  it("is_said_as_a_person_would", function()
    local text = tostring(five():changes())
    for _, part in ipairs { "2019 → 2020\n  Interest: no longer asked.",
      "Interest: asked again (last in 2019).",
      "question worded otherwise: “Did it interest you?” is now “Was it interesting for you?”.",
      'answers merged: "yes" = "very" + "rather".', "asked of everyone, now only where girl = 'g'." } do
      assert.truthy(text:find(part, 1, true), part .. "\n" .. text)
    end
    local french = five("fr"):changes():to_text()
    assert.truthy(french:find("Intérêt\u{A0}: question supprimée.", 1, true), french)
    assert.truthy(five():changes():to_text({ lang = "fr" }):find("réponses regroupées", 1, true))
  end)

  it("stands_in_records_too", function()
    local rows, kinds = five():changes():rows(), {}
    for i, row in ipairs(rows) do kinds[i] = row.from .. " " .. row.change end
    assert.same({ "2019 dropped", "2020 again", "2020 renamed", "2021 merged", "2021 reworded",
      "2022 universe_new" }, kinds)
    assert.equal("interest", rows[1].item)
    assert.equal("Did it interest you?", rows[5].before)
  end)

  it("says_once_that_the_population_is_another", function()
    local function book(population, more)
      local items = { { id = "q", levels = { "a" } }, { id = "r", levels = { "a" } } }
      items[3] = more
      return { population = population, items = items, lang = "en" }
    end
    local w = bilan.waves { ["1"] = csv("q,r\na,a\n", book "pupils"),
      ["2"] = csv("q,r\na,a\n", book "teachers") }
    local rows = w:changes():rows()
    assert.equal(1, #rows)
    assert.equal("population", rows[1].change)
  end)

  it("names_entries_for_years_that_are_not_here", function()
    local w = bilan.waves { ["2021"] = csv("q\na\n", { items = { { id = "q", levels = { "a" } } } }),
      ["2022"] = csv("q\na\n", { items = { { id = "q", levels = { "a" }, was = { ["2021-22"] = "p" } } } }) }
    assert.equal("unknown_year", w:changes()[1].change)
  end)

  it("is_said_when_it_is_nothing_and_what_is_not_known", function()
    local w = bilan.waves { a = bilan.survey { q = { "x", "y" } }, b = bilan.survey { q = { "x", "z" } } }
    local text = tostring(w:changes())
    assert.truthy(text:find("Nothing changed.", 1, true), text)
    assert.truthy(text:find("wording (1), who was asked (1), full list of answers (1)", 1, true), text)
  end)

  it("is_said_of_a_question_that_returns_against_the_year_that_asked_it_last", function()
    local function book(question)
      return { items = { { id = "q", levels = { "a" }, question = question } } }
    end
    local w = bilan.waves { ["1"] = csv("q\na\n", book "Old?"),
      ["2"] = csv("x\n1\n", { items = { { id = "x" } } }), ["3"] = csv("q\na\n", book "New?") }
    local text = tostring(w:changes())
    assert.truthy(text:find("asked again (last in 1).\n  q: question worded otherwise: “Old?” is now",
      1, true), text)
  end)

  it("names_questions_apart_that_have_one_label", function()
    local function book(question) return { items = { { id = "q", label = "Other", levels = { "a" },
      question = question }, { id = "r", label = "Other", levels = { "a" }, question = "R?" } } } end
    local w = bilan.waves { ["1"] = csv("q,r\na,a\n", book "Old?"), ["2"] = csv("q,r\na,a\n", book "New?") }
    assert.truthy(tostring(w:changes()):find("Other (q): question worded otherwise", 1, true))
    assert.truthy(tostring(w:grades()):find("Other (r)", 1, true))
    assert.truthy(tostring(w:compare("1", "2")):find("Other (r)", 1, true))
  end)

  it("has_a_table_of_grades", function()
    local grades = five():grades()
    assert.equal("levels merged", grades:rows()[3].grade)
    assert.truthy(tostring(grades):find("2021 → 2022", 1, true))
    assert.truthy(bilan.report { title = "T" }:table(grades:sheet()))
  end)
end)

-- A table of 2023 against 2022 that compares, with a mark, and one level asked for.
local function asked_for_yes(opts)
  return five():trend("interest", opts or { level = "yes" })
end

describe("footnotes of a table over years", function()
  it("stand_directly_under_the_table_in_every_format", function()
    local result, mark = asked_for_yes(), "¹ 2022: question worded otherwise."
    local html = result:to_html { fragment = true }
    assert.truthy(html:find('</table>\n</div>\n<p class="foot"><span>¹ 2022: answers merged', 1, true),
      html)
    assert.truthy(html:find(mark, 1, true))
    assert.truthy(result:to_markdown { notes = false }:find(mark, 1, true))
    assert.truthy(result:to_text { notes = false }:find(mark, 1, true))
    assert.truthy(result:to_csv { layout = "table" }:find(mark, 1, true))
    assert.truthy(result:to_json():find('"foot":%[\n  "¹ 2022'))
  end)

  it("stand_under_their_own_table_in_a_report_and_not_in_the_method", function()
    local html = bilan.report({ title = "T", lang = "en" }):table(asked_for_yes())
      :table(five():trend("interest", { years = { "2022", "2023" }, level = "no" })):html()
    local method = html:find('id="methods"', html:find('class="methods"', 1, true), true)
    local _, first = html:gsub("¹ 2022: question worded otherwise", "")
    local _, second = html:gsub("¹ 2023: not comparable with 2022", "")
    assert.same({ 1, 1 }, { first, second })
    assert.is_nil(html:find("worded otherwise", method, true))
    assert.is_nil(html:find("not comparable", method, true))
  end)

  it("stand_on_the_card_of_a_change", function()
    require("bilan.indicator").reset()
    bilan.indicator { id = "c", title = "C", estimate = five():change("interest",
      { from = "2021", to = "2022", level = "yes" }) }
    local html = bilan.report({ title = "T", lang = "en" }):indicators():html()
    assert.truthy(html:find('<p class="big">+20 <span class="unit">points</span></p>', 1, true), html)
    assert.truthy(html:find("n\u{A0}=\u{A0}40 (2021) and 40 (2022)", 1, true), html)
    assert.truthy(html:find('<p class="remark">Interest: question worded otherwise.</p>', 1, true))
    local dutch = bilan.report({ title = "T", lang = "nl" }):indicators():markdown()
    assert.truthy(dutch:find("20\u{A0}procentpunten", 1, true), dutch)
    require("bilan.indicator").reset()
  end)
end)

describe("designs of several years", function()
  local function year(n, clusters)
    local q, c = {}, {}
    for i = 1, n do q[i], c[i] = i % 3 == 0 and "y" or "n", "c" .. i % (clusters or 1) end
    local s = bilan.survey { q = q, c = c }
    return clusters and s:design { clusters = "c" } or s
  end

  it("are_told_year_by_year_where_they_differ", function()
    local w = bilan.waves { ["1"] = year(60, 10), ["2"] = year(60), ["3"] = year(60, 20) }
    local text = tostring(w:trend("q", { level = "y" }))
    for _, part in ipairs { "1: Design: 10 primary units", "2: No design was declared",
      "3: Design: 20 primary units" } do
      assert.truthy(text:find(part, 1, true), part .. "\n" .. text)
    end
  end)

  it("are_told_once_where_they_are_the_same", function()
    local w = bilan.waves { ["1"] = year(60, 10), ["2"] = year(90, 10) }
    local text = tostring(w:trend("q", { level = "y" }))
    local _, times = text:gsub("10 primary units", "")
    assert.equal(1, times)
    assert.is_nil(text:find("1: Design", 1, true))
    assert.is_nil(tostring(bilan.waves { ["1"] = year(60), ["2"] = year(60) }:trend "q")
      :find("No design", 1, true))
  end)
end)

describe("a net that is named", function()
  it("is_drawn_without_more_words", function()
    local book = { lang = "en", items = { { id = "q", kind = "scale", levels = { "a", "b", "c" },
      nets = { { "a or b", "a", "b" } } } } }
    local function one() return csv(lines("q", { { 10, "a" }, { 10, "b" }, { 20, "c" } }), book) end
    local trend = bilan.waves({ ["2021"] = one(), ["2022"] = one() }):trend("q", { level = "a or b" })
    assert.equal(0.5, trend[1].value)
    assert.truthy(bilan.chart.trend(trend).svg:find("50%%"))
    assert.truthy(bilan.chart.bars(one():freq("q", { nets = true }), { level = "a or b" })
      .svg:find("a or b", 1, true))
    assert.is_nil(bilan.chart.bars(one():freq("q", { nets = true })).svg:find("a or b", 1, true))
  end)
end)

describe("a year read in another language", function()
  it("keeps_all_that_its_codebook_says", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "q\na\n"
    file:close()
    local function read(population, lang)
      return bilan.read(path, { lang = lang, codebook = { wave = population, population = population,
        synthetic = "made up", items = { { id = "q" } } } })
    end
    local s = read("pupils", "nl")
    assert.same({ "pupils", "teachers" }, bilan.waves({ s, read("teachers", "fr") }):years())
    assert.equal("universe changed", (bilan.waves { s, read("teachers", "fr") }
      :grade("q", "pupils", "teachers")))
    assert.equal("made up", s:freq("q").synthetic)
    os.remove(path)
  end)
end)

describe("made-up years", function()
  it("tell_on_the_banner_what_their_codebooks_say", function()
    local function one(mark)
      return csv("q\na\nb\n", { lang = "en", synthetic = mark, items = { { id = "q" } } })
    end
    local function banner(...)
      local r = bilan.report { title = "T", lang = "en" }
      for _, s in ipairs { ... } do r:table(s:freq "q") end
      return r:html():match('class="banner" role="note"><p>(.-)</p>')
    end
    assert.equal("2021 is made up.", banner(one "2021 is made up.", one(true)))
    assert.equal("A. B.", banner(one "A.", one "B.", one "A."))
    assert.matches("^Synthetic data%. .*reconstructed or made%-up", banner(one(true)))
    assert.is_nil(banner(one(nil)))
    local w = bilan.waves { ["1"] = one "A.", ["2"] = one "B." }
    assert.equal("A. B.", w:trend("q").synthetic)
    assert.equal("A. B.", w:compare("1", "2").synthetic)
    assert.truthy(w:trend("q"):to_json():find('"synthetic":true', 1, true))
    fails("codebook: synthetic is true or a text", bilan.codebook, { synthetic = 3, items = {} })
  end)
end)

describe("a comparison of two years", function()
  it("fits_80_columns_and_drops_what_is_the_same_in_all_rows", function()
    local function year(n, add)
      local out = {}
      for i = 1, 4 do
        local list = {}
        for at = 1, n do list[at] = (at * i + add) % 7 < 3 and "oui" or "non" end
        out["Une question assez longue pour un tableau " .. i] = list
      end
      return bilan.survey(out)
    end
    local w = bilan.waves({ ["2022-2023"] = year(1284, 0), ["2023-2024"] = year(1311, 2) },
      { lang = "fr" })
    local text = tostring(w:compare("2022-2023", "2023-2024", { level = "oui" }))
    assert.truthy(text:find("Réponse\u{A0}: oui", 1, true), text)
    local _, headings = text:gsub("Question", "")
    assert.equal(1, headings, text)
    for line in text:gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= 80, line) end
    assert.truthy(text:find("%(1\u{202F}284%)") or text:find("(1\u{202F}284)", 1, true)
      or text:find("(1\u{A0}284)", 1, true), text)
  end)

  it("marks_the_items_of_which_something_is_said_below", function()
    local text = tostring(five():compare("2021", "2022"))
    assert.truthy(text:find("Interest\u{A0}¹", 1, true), text)
    assert.truthy(text:find("¹ Interest: question worded otherwise.", 1, true), text)
    assert.is_nil(text:find("²", 1, true)) -- nothing is said of the other item
  end)

  it("lists_pairs_that_do_not_compare_with_the_reason", function()
    local result = five():compare("2022", "2023")
    local row = result:get { item = "interest" }
    assert.is_nil(row.value)
    assert.equal("universe changed", row.grade)
    assert.equal("not comparable", row.note)
    local text = tostring(result)
    assert.truthy(text:find("not comparable", 1, true), text)
    assert.truthy(text:find("Interest: asked of everyone, now only where girl = 'g'.", 1, true), text)
    assert.equal("not asked", five():compare("2019", "2020"):get({ item = "interest" }).grade)
  end)

  it("says_nothing_of_intervals_where_there_is_none", function()
    local text = tostring(five():compare("2022", "2023", { items = { "interest" } }))
    assert.is_nil(text:find("Newcombe", 1, true))
  end)

  it("keeps_all_notes_of_a_chain_of_years", function()
    local function year(was)
      return csv("q\na\n", { items = { { id = "q", levels = { "a" }, was = was } } })
    end
    local w = bilan.waves { ["1"] = year(), ["2"] = year { ["1"] = { note = "on paper." } },
      ["3"] = year { ["2"] = { note = "by phone" } } }
    local text = tostring(w:compare("1", "3"))
    assert.truthy(text:find("q: on paper.\n", 1, true), text)
    assert.truthy(text:find("q: by phone.", 1, true), text)
  end)

  it("has_both_figures_with_their_bases", function()
    local row = five():compare("2022", "2021", { items = { "interest" } }):get { level = "yes" }
    assert.same({ 0.3, 40, 0.5, 40, 0.2 }, { row.from_value, row.from_n, row.to_value, row.to_n,
      math.floor(row.value * 1e9 + 0.5) / 1e9 })
  end)

  it("is_of_the_last_two_years_that_asked_unless_told", function()
    local result = five():change("interest", { to = "2021", level = "no" })
    assert.same({ "2019", "2021" }, { result.title:match "(%d+) – (%d+)" })
    fails("was asked in one year only", function()
      bilan.waves({ a = bilan.survey { q = { 1 } }, b = bilan.survey { r = { 1 } } }):change "q"
    end)
  end)

  it("gives_a_mean_of_a_number_among_shares", function()
    local w = bilan.waves { a = bilan.survey { x = { 1, 2, 3, 4 }, q = { "y", "n", "y", "n" } },
      b = bilan.survey { x = { 2, 3, 4, 9 }, q = { "y", "n", "y", "y" } } }
    local result = w:compare("a", "b")
    assert.equal(2, result:get({ item = "x" }).value)
    assert.equal("number", result:get({ item = "x" }).unit)
    assert.equal(0.25, result:get({ item = "q", level = "y" }).value)
    assert.truthy(tostring(result):find("+25\u{A0}points", 1, true))
  end)

  it("loses_both_figures_when_a_policy_withholds", function()
    local policy = { name = "p", protect = function(view)
      local hidden = {}
      for _, record in ipairs(view.records) do
        if record.count and record.count < 11 then hidden[record] = "withheld" end
      end
      return hidden
    end }
    local sheet = five():compare("2021", "2022", { items = { "interest" } }):sheet { privacy = policy }
    local seen = 0
    for _, record in ipairs(sheet:records()) do
      if not record.shown then
        seen = seen + 1
        assert.same({}, { record.value, record.from_value, record.to_value, record.from_n, record.low })
      end
    end
    assert.equal(2, seen)
  end)

  it("compares_a_wave_with_a_design_and_one_without", function()
    local a = bilan.survey { q = { "y", "n", "y", "n", "y" }, w = { 1, 2, 1, 2, 1 } }
    local b = a:design { weights = "w" }
    local row = bilan.waves({ ["1"] = a, ["2"] = b }):change("q", { level = "y" })[1]
    local p1, p2 = a:design({}):proportion("q", { level = "y" })[1], b:proportion("q", { level = "y" })[1]
    assert.equal(math.sqrt(p1.se ^ 2 + p2.se ^ 2), row.se)
    assert.equal(p1.df + p2.df, row.df)
  end)

  it("refuses_an_interval_where_there_is_no_choice", function()
    local s = bilan.survey({ q = { "y", "n" } }):design {}
    local w = bilan.waves { a = s, b = s }
    fails("ci is for years without a design", w.change, w, "q", { level = "y", ci = "wald" })
  end)
end)

describe("a stack of years", function()
  it("has_the_year_and_harmonised_items", function()
    local s = five():stack()
    assert.same({ "2019", "2020", "2021", "2022", "2023" }, s:item("year").levels)
    assert.equal(40 + 12 + 40 + 40 + 40, #s)
    assert.same({ "yes", "a bit", "no" }, s:item("interest").levels)
    assert.equal(0.25, s:proportion("interest", { by = "year" }):get({ year = "2019", level = "yes" }).value)
    local two = five():stack { years = { "2022", "2023" }, items = { "interest" } }
    assert.same({ "year", "interest" }, two:names())
    assert.same({ "very", "rather", "a bit", "no" }, two:item("interest").levels)
  end)

  it("leaves_out_what_cannot_stand_in_one_column", function()
    local w = bilan.waves { a = bilan.survey { q = { "x" }, r = { "u" } },
      b = bilan.survey { q = { 1 }, r = { "v" } } }
    local s = w:stack()
    assert.same({ "year", "r" }, s:names())
    assert.truthy(s:origin().notes[1]:find('item "q" is left out', 1, true))
  end)

  it("tells_which_answers_a_year_did_not_offer", function()
    local function year(levels) return csv("q\na\n", { items = { { id = "q", levels = levels } } }) end
    local s = bilan.waves({ ["1"] = year { "a", "b" }, ["2"] = year { "a", "c", "d" } }):stack()
    assert.equal('item "q": not offered, and no 0 %: "c", "d" (1); "b" (2)', s:origin().notes[1])
  end)

  it("refuses_an_item_called_year", function()
    local w = bilan.waves { a = bilan.survey { year = { 1 } } }
    fails('an item is called "year" already', w.stack, w)
  end)

  it("is_marked_synthetic_when_a_year_is", function()
    local w = bilan.waves { a = bilan.survey({ q = { "x" } }):mark_synthetic(),
      b = bilan.survey { q = { "x" } } }
    assert.truthy(tostring(w:stack()):find("synthetic", 1, true))
    assert.is_true(w:trend("q").synthetic)
    assert.is_true(w:change("q").synthetic)
  end)
end)
