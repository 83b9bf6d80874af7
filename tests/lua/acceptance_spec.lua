-- What an analyst meets who receives the program today: nothing is left out in silence, nothing
-- that is asked is passed over, and a figure that does not exist says why once.

local bilan = require "bilan"
local missing = bilan.missing

-- Five respondents; one without an answer to b.
local function few()
  return bilan.survey { { "a", { "p", "q", "p", "q", "p" } },
    { "b", { "u", "v", "u", "v", missing.no_answer } }, { "x", { 1, 2, 3, 4, 5 } },
    { "o", { 0, 1, 0, 1, 1 } } }
end

-- Occurrences of a plain text.
local function count_of(text, plain)
  local count, from = 0, 1
  while true do
    local first, last = text:find(plain, from, true)
    if not first then return count end
    count, from = count + 1, last + 1
  end
end

local function refused(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

describe("respondents in no group", function()
  it("are_counted_below_a_table_by_groups", function()
    local text = few():freq("a", { by = "b" }):tostring()
    assert.matches("No answer to b: 1 %(in no group%)%.", text)
    assert.matches("No answer to b: 1 %(in no group%)%.", few():mean("x", { by = "b" }):tostring())
  end)

  it("are_counted_below_a_cross_table_for_each_banner", function()
    assert.matches("No answer to b: 1 %(in no group%)%.", few():crosstab("a", "b"):tostring())
    local text = few():crosstab("a", { "o", "b" }):tostring()
    assert.equal(1, count_of(text, "in no group"))
  end)

  it("are_those_of_the_domain", function()
    local text = few():where("x < 5"):freq("a", { by = "b" }):tostring()
    assert.equal(0, count_of(text, "in no group"))
  end)

  it("are_counted_once_when_several_items_make_the_groups", function()
    local s = bilan.survey { { "x", { 1, 2, 3 } }, { "a", { "p", missing.refused, missing.refused } },
      { "b", { "u", "v", missing.not_asked } } }
    local text = s:mean("x", { by = { "a", "b" } }):tostring()
    assert.matches("No answer to a, b: 2 %(in no group%)", text)
  end)

  it("are_named_in_french_and_counted_below_tests", function()
    assert.matches("Sans réponse à b\u{A0}: 1 %(dans aucun groupe%)",
      few():rank_test("x", { by = "b", lang = "fr" }):tostring())
  end)

  it("are_not_spoken_of_when_there_are_none", function()
    assert.is_nil(few():freq("a", { by = "o" }):tostring():find("in no group", 1, true))
  end)
end)

describe("bases", function()
  it("of_total_percentages_stand_below_the_table", function()
    local r = few():crosstab("a", "b", { percent = "total", margins = false })
    assert.equal(4, r:get({ row = "p", col = "u" }).n)
    assert.matches("Percentages of the total %(n = 4%)%.", r:tostring())
  end)

  it("of_an_item_nobody_answered_are_0_and_the_missing_are_counted", function()
    local s = bilan.survey { { "a", { missing.no_answer, missing.refused, missing.dont_know } },
      { "x", { missing.no_answer, missing.no_answer, missing.no_answer } } }
    for _, name in ipairs { "a", "x" } do
      for _, verb in ipairs { "freq", "proportion" } do
        local r = s[verb](s, name)
        assert.equal(1, #r)
        assert.equal(0, r[1].n)
        assert.equal(3, r[1].missing)
        assert.is_nil(r[1].value)
        assert.equal("the base is 0", r[1].note)
      end
    end
    assert.equal(1, s:freq("a")[1].missing_kinds.refused)
  end)

  it("of_nobody_at_all_are_0", function()
    local s = few():where "x > 99"
    assert.equal("the base is 0", s:mean("x").note)
    assert.equal("the base is 0", bilan.survey({ { "x", {} } }):mean("x").note)
    assert.equal("the base is 0", bilan.survey({ { "x", {} } }):median("x").note)
    assert.equal("the base is 0", bilan.survey({ { "a", {} }, { "b", {} } }):mcnemar("a", "b").note)
  end)
end)

describe("a reason", function()
  it("stands_once_in_a_row", function()
    local text = few():where("x > 99"):mean("x"):tostring()
    assert.equal(1, count_of(text, "the base is 0"))
  end)

  it("stands_as_a_note_beside_a_figure", function()
    local text = bilan.survey({ { "x", { 3 } } }):mean("x"):tostring()
    assert.equal(1, count_of(text, "one row in the sample"))
  end)
end)

describe("what cannot be done", function()
  it("is_refused_not_passed_over", function()
    local s = few()
    refused('unknown crosstab option "by"', s.crosstab, s, "a", "b", { by = "x" })
    refused('unknown independence option "by"', s.independence, s, "a", "b", { by = "x" })
    refused("crosstab: name the item of the columns", s.crosstab, s, "a")
    refused("crosstab: name the item of the columns", s.crosstab, s, "a", {})
    refused('by: "a" stands twice', s.mean, s, "x", { by = { "a", "a" } })
    refused("mean: by: an item's name: a string is expected, got a number", s.mean, s, "x", { by = 1 })
    refused("quantile: p is an empty list", s.quantile, s, "x", { p = {} })
    refused("freq: an item: a string is expected, got a nil", s.freq, s)
    refused("difference: ci is for shares", s.difference, s, "x",
      { by = "a", from = "p", to = "q", ci = "wald" })
  end)

  it("says_which_item_has_no_level", function()
    local s = bilan.survey { { "a", { "p", "q" } }, { "b", { missing.refused, missing.refused } } }
    refused('difference: "u" is no level of "b"', s.difference, s, "a",
      { by = "b", from = "u", to = "v", level = "p" })
    refused("mantel_haenszel", s.mantel_haenszel, s, "b", "a", { strata = "a" })
  end)

  it("is_said_of_options_of_outputs_too", function()
    local r = few():freq "a"
    for _, verb in ipairs { "to_csv", "to_json", "to_markdown", "to_html", "to_xlsx", "to_text",
      "sheet" } do
      refused('unknown ' .. verb .. ' option "desimals"', r[verb], r, { desimals = 1 })
    end
    assert.matches("did you mean \"decimals\"", select(2, pcall(r.to_csv, r, { desimals = 1 })))
  end)

  it("is_said_of_columns", function()
    refused('bilan.survey: column "a" stands twice', bilan.survey, { { "a", { 1 } }, { "a", { 2 } } })
    refused('column "a": entry 2 is not a finite number', bilan.survey, { a = { 1, 1 / 0 } })
    refused("bilan.survey: a column has no name", bilan.survey, { [""] = { 1 } })
  end)

  it("is_said_of_a_reconstruction_without_claims", function()
    refused("reconstruct: claims", bilan.reconstruct, {})
  end)
end)

describe("expressions", function()
  it("beyond_the_range_of_numbers_have_no_answer", function()
    local s = few():derive { y = "exp(1000 * x)", z = "case when x > 4 then 1e308 * 10 else x end" }
    assert.equal(5, s:mean("y").missing)
    assert.equal(2.5, s:mean("z").value)
  end)

  it("as_predicates_are_true_when_they_are_not_0", function()
    assert.equal(5, few():proportion("x + 1")[1].count)
    assert.equal(4, few():proportion("x - 1")[1].count)
    assert.equal(4, few():where("x - 1"):proportion("a")[1].n)
  end)
end)

describe("words", function()
  it("of_kinds_of_missing_are_in_the_language", function()
    local text = few():freq("b", { missing = "include", lang = "fr" }):tostring()
    assert.matches("sans réponse", text)
    assert.is_nil(text:find("no answer", 1, true))
    local dutch = few():freq("b", { missing = "include", lang = "nl" })
    assert.matches("geen antwoord", dutch:tostring())
    assert.equal(1, dutch:get({ level = "no answer" }).count)
  end)

  it("of_rank_tests_are_in_the_language", function()
    assert.matches("rangs de Wilcoxon", few():rank_test("x", { by = "a", lang = "fr" }):tostring())
    assert.matches("Wilcoxon rangsom", few():rank_test("x", { by = "a", lang = "nl" }):tostring())
    assert.matches("rangs signés de Wilcoxon", few():rank_test("x", { after = "o", lang = "fr" }):tostring())
  end)

  it("of_titles_and_descriptions_are_in_the_language", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "a,x,y\np,1,2\nq,2,3\np,3,4\nq,4,5\n"
    file:close()
    local s = bilan.read(path, { codebook = { lang = "fr", items = { { id = "a",
      label = { fr = "Réponse", en = "Reply" } }, { id = "x", kind = "number",
      label = { fr = "Heures", en = "Hours" } }, { id = "y", kind = "number" } } } })
    os.remove(path)
    assert.equal("Hours / y", s:ratio("x", "y", { lang = "en" }).title)
    assert.equal("Hours", s:t_test("x", { mu = 1, lang = "en" }).title)
    assert.equal("Reply × y", s:independence("a", "y", { lang = "en" }).title)
    assert.equal("Heures", s:t_test("x", { mu = 1 }).title)
    assert.matches("4%); q", bilan.chart.bars(s:freq("a", { lang = "en" })).description)
  end)

  it("of_columns_follow_the_typography", function()
    assert.matches("b\u{A0}: u", few():crosstab("a", "b", { lang = "fr" }):to_markdown())
  end)
end)

describe("letters", function()
  it("name_the_level_and_the_adjustment_they_were_made_at", function()
    local a, o = {}, {}
    for i = 1, 40 do
      o[i] = i <= 20 and "u" or "v"
      a[i] = (i <= 16 or i > 34) and "p" or "q"
    end
    local s = bilan.survey { { "a", a }, { "o", o } }
    local text = s:crosstab("a", "o", { letters = true, alpha = 0.2, smallest = 1 }):to_markdown()
    assert.matches("at the 20%% level%.", text)
    text = s:crosstab("a", "o", { letters = true, adjust = "holm", smallest = 1 }):to_markdown()
    assert.matches("at the 5%% level%.", text)
    assert.matches("P%-values adjusted over the columns of a row: Holm%.", text)
  end)
end)

describe("tests of the survey and of counts", function()
  it("agree_without_asking_for_a_correction", function()
    local rows, cols, strata = {}, {}, {}
    local function add(row, col, count)
      for _ = 1, count do
        rows[#rows + 1], cols[#cols + 1], strata[#strata + 1] = row, col, "s"
      end
    end
    add("a", "u", 10) add("a", "v", 5) add("b", "u", 4) add("b", "v", 9)
    local s = bilan.survey { { "r", rows }, { "c", cols }, { "s", strata } }
    local plain = bilan.stat.mantel_haenszel { { { 10, 5 }, { 4, 9 } } }
    local own = s:mantel_haenszel("r", "c", { strata = "s", row_level = "a", col_level = "u" })
    assert.near(plain.statistic, own[1].statistic, 1e-12)
    -- Mantel and Haenszel: (a - E)^2 / V with V = m1 m2 n1 n2 / (N^2 (N - 1))
    local variance = 15 * 13 * 14 * 14 / (28 ^ 2 * 27)
    assert.near((10 - 15 * 14 / 28) ^ 2 / variance, own[1].statistic, 1e-12)
  end)
end)

describe("an item that is made anew", function()
  local function with_nets()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "a,x\np,1\nq,2\np,3\nq,4\np,5\n"
    file:close()
    local s = bilan.read(path, { codebook = { items = { { id = "a", label = "Old words",
      levels = { "p", "q", "r" }, nets = { { "p or q", "p", "q" }, { "q or r", "q", "r" } } },
      { id = "x", kind = "number" } } } })
    os.remove(path)
    return s
  end

  it("has_no_words_of_the_old_one", function()
    local s = with_nets():derive { a = "case when x > 2 then 'high' else 'low' end" }
    assert.equal("a", s:label "a")
    assert.same({}, s:item("a").nets)
    assert.equal("Old words", with_nets():derive({ b = "x" }):label "a")
  end)

  it("keeps_the_nets_that_still_hold_when_recoded", function()
    local s = with_nets():recode("a", { ["p/q"] = { "p", "q" } })
    assert.same({ { "p or q", "p/q" } }, s:item("a").nets) -- q or r cuts through the new level
    assert.equal(5, s:freq("a", { nets = true }):get({ level = "p or q" }).count)
    assert.same(2, #with_nets():recode("a", { ["p/q"] = { "p", "q" } }, { into = "b" }):item("a").nets)
  end)

  it("is_not_made_of_several_answers", function()
    local s = bilan.survey { { "k", { 1, 0 } }, { "l", { 1, 1 } } }:group { g = { "k", "l" } }
    refused('recode: "g" has several answers a respondent', s.recode, s, "g", { m = { "k", "l" } })
  end)
end)

describe("rows that are dropped in a domain", function()
  it("leave_the_rows_outside_of_it_in_the_sample", function()
    local s = few():where("a = 'p'"):drop_rows "x > 4"
    assert.equal(2, #s)
    local notes = s:origin().notes
    assert.equal("1 rows were deleted where x > 4", notes[#notes])
    -- four rows are left in the sample: df = 3, whatever the domain
    assert.equal(3, s:mean("x"):rows()[1].df)
    assert.equal(0, #few():where("a = 'p'"):drop_rows "a = 'p'")
  end)
end)

describe("a table of options", function()
  it("stays_as_it_was", function()
    local s, opts = few(), { by = "b" }
    s:rank_test("x", opts)
    s:t_test("x", opts)
    local two = { by = "a", from = "p", to = "q" }
    s:difference("x", two)
    assert.equal("b", opts.by)
    assert.equal("a", two.by)
  end)
end)

describe("long answers", function()
  it("that_differ_at_their_end_differ_in_a_table_too", function()
    local a, b = {}, {}
    for i = 1, 40 do
      a[i] = ("An answer whose words go on for quite a while until number %d"):format(i % 2)
      b[i] = ("a rather long group %d"):format(i % 9)
    end
    local text = bilan.survey({ { "a", a }, { "b", b } }):crosstab("a", "b"):tostring()
    assert.matches("number 0", (text:gsub("%s+", " ")))
    assert.matches("number 1", (text:gsub("%s+", " ")))
  end)
end)

describe("recoded levels", function()
  it("named_by_numbers_are_texts", function()
    local r = few():recode("o", { [2] = { 0, 1 } }):freq "o"
    assert.equal("2", r[1].level)
    assert.equal(5, r:get({ level = 2 }).count)
  end)
end)
