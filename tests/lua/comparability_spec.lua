-- Grades of pairs of years: every finding, what overrules it, what is not known.
local bilan = require "bilan"

-- A year: text of a CSV file, items of its codebook, other keys of the book.
local function year(name, text, items, fields)
  local book = { wave = name, lang = "en", items = items }
  for key, value in pairs(fields or {}) do book[key] = value end
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local s = bilan.read(path, { codebook = items and book or nil })
  os.remove(path)
  return { name, s }
end

-- The grade of item q of two one-item years, and what was found, as a set.
local function grade(before, after, fields_before, fields_after)
  before.id, after.id = before.id or "q", after.id or "q"
  local text = { before.text or "a,1\n", after.text or "a,1\n" }
  before.text, after.text = nil, nil
  local w = bilan.waves { year("2021", before.id .. ",x\n" .. text[1], { before, { id = "x" } },
    fields_before), year("2022", after.id .. ",x\n" .. text[2], { after, { id = "x" } }, fields_after) }
  local word, found = w:grade(after.id, "2021", "2022")
  local set = {}
  for _, finding in ipairs(found) do set[finding.what] = finding end
  return word, set
end

local function item(fields)
  local out = { question = "Did you like it?", levels = { "a", "b", "c" } }
  for key, value in pairs(fields or {}) do out[key] = value end
  return out
end

describe("the grade of a pair of years", function()
  it("is_identical_when_nothing_changed", function()
    local word, found = grade(item(), item())
    assert.equal("identical", word)
    assert.is_nil(next(found))
  end)

  it("takes_no_notice_of_case_blanks_and_punctuation", function()
    local word = grade(item(), item { question = "  did you LIKE it ?", levels = { "A", "b ", "c." } ,
      text = "A,1\n" })
    assert.equal("identical", word)
  end)

  it("is_reworded_when_the_question_or_an_answer_is", function()
    local word, found = grade(item(), item { question = "Did you love it?" })
    assert.equal("reworded", word)
    assert.equal("Did you like it?", found.reworded.before)
    word, found = grade(item(), item { levels = { "a", "b", "d" },
      was = { ["2021"] = { levels = { c = "d" } } } })
    assert.equal("reworded", word)
    assert.equal('"c" → "d"', found.levels_renamed.list)
    word, found = grade(item(), item { levels = { "c", "b", "a" } })
    assert.equal("reworded", word)
    assert.truthy(found.reordered)
  end)

  it("compares_wordings_in_all_languages_that_both_have", function()
    local word = grade(item { question = { fr = "Aimes-tu ?", en = "Like it?" } },
      item { question = { fr = "Aimes-tu ?", nl = "Leuk?" } })
    assert.equal("identical", word)
    local found
    word, found = grade(item { question = { fr = "Aimes-tu ?", en = "Like it?" } },
      item { question = { fr = "Tu aimes ?", en = "Like it?" } })
    assert.equal("reworded", word)
    assert.equal("Aimes-tu ?", found.reworded.before)
    word, found = grade(item { question = "Like it?" }, item { question = { en = "Love it?" } })
    assert.equal("reworded", word) -- a plain text is in the language of its book
    assert.equal("Love it?", found.reworded.after)
  end)

  it("compares_the_words_of_answers_that_are_shown", function()
    local word, found = grade(item { levels = { { "a", fr = "un", en = "one" }, "b" } },
      item { levels = { { "a", fr = "un seul", en = "one" }, "b" } })
    assert.equal("reworded", word)
    assert.equal('"un" → "un seul"', found.levels_renamed.list)
    word = grade(item { levels = { { "a", en = "one" }, "b" } }, item {
      levels = { { "A1", en = "One" }, "b" }, text = "A1,1\n",
      was = { ["2021"] = { levels = { a = "A1" } } } })
    assert.equal("identical", word)
  end)

  it("tells_of_none_of_these", function()
    local function several(none) return item { kind = "multiple", separator = ";", none = none } end
    local word, found = grade(several(), several "none")
    assert.equal("reworded", word)
    assert.equal("none", found.none_added.option)
    word, found = grade(several "none", several())
    assert.truthy(word == "reworded" and found.none_dropped)
    word, found = grade(several "none", several "None!")
    assert.truthy(word == "identical" and next(found) == nil)
  end)

  it("is_levels_changed_when_no_option_is_the_same", function()
    local before, after = item { kind = "multiple", separator = ";" }, item { kind = "multiple",
      separator = ";", text = "x,1\n" }
    before.levels, after.levels = { "a", "b" }, { "x", "y" }
    assert.equal("levels changed", (grade(before, after)))
  end)

  it("says_of_two_merged_answers_which_year_had_which", function()
    local word, found = grade(item { levels = { "a1", "a2", "b" }, text = "a1,1\n" },
      item { levels = { "A", "B", "b" }, text = "A,1\n", was = { ["2021"] = { here = { A = "all", B = "all" },
        levels = { a1 = "all", a2 = "all" } } } })
    assert.equal("levels merged", word)
    assert.equal('"all" = "a1" + "a2" (2021), "A" + "B" (2022)', found.merged.list)
  end)

  it("tells_of_scores_of_any_answer_that_was_merged", function()
    local _, found = grade(item { kind = "scale", levels = { { "a", score = 1 }, { "b", score = 2 },
      { "c", score = 3 } } }, item { kind = "scale", levels = { { "a", score = 1 }, { "bc", score = 2 } },
      was = { ["2021"] = { levels = { b = "bc", c = "bc" } } } })
    assert.truthy(found.scores)
  end)

  it("is_levels_merged_by_the_crosswalk", function()
    local word, found = grade(item { levels = { "a", "b" } }, item { levels = { "a", "b1", "b2" },
      was = { ["2021"] = { here = { b1 = "b", b2 = "b" } } } })
    assert.equal("levels merged", word)
    assert.equal('"b" = "b1" + "b2"', found.merged.list)
    word, found = grade(item(), item { levels = { "a", "bc" },
      was = { ["2021"] = { levels = { b = "bc", c = "bc" } } } })
    assert.equal("levels merged", word)
    assert.equal('"bc" = "b" + "c"', found.merged.list)
  end)

  it("is_levels_changed_when_an_answer_has_no_counterpart", function()
    local word, found = grade(item(), item { levels = { "a", "b", "c", "d" } })
    assert.equal("levels changed", word)
    assert.equal('"d"', found.levels_added.list)
    word, found = grade(item(), item { levels = { "a", "b" } })
    assert.equal("levels changed", word)
    assert.equal('"c"', found.levels_dropped.list)
    word = grade({ kind = "number", unit = "min", text = "3,1\n" },
      { kind = "number", unit = "h", text = "3,1\n" })
    assert.equal("levels changed", word)
  end)

  it("is_kind_changed_between_one_answer_and_several", function()
    local word, found = grade(item(), item { kind = "multiple" })
    assert.equal("kind changed", word)
    assert.equal("multiple", found.kind.after)
    assert.equal("identical", (grade(item { kind = "single" }, item { kind = "scale" })))
  end)

  it("is_universe_changed_by_the_meaning_of_the_expression", function()
    local word, found = grade(item(), item { universe = "x = 1" })
    assert.equal("universe changed", word)
    assert.equal("x = 1", found.universe_new.after)
    assert.equal("universe changed", (grade(item { universe = "x = 1" }, item { universe = "x = 2" })))
    for _, same in ipairs { { "x = '1'", "( x='1' )" }, { "x = '1' and x <> '2'", "x != '2' AND x = '1'" },
      { "x in ('1', '2')", '"x" IN (\'2\',\'1\')' }, { "'1' = x", "x == '1'" },
      { "NOT (x = '1' or x='2')", "not (x = '2' OR x = '1')" },
      { "x between 1 and 3 and x = '1'", "x = '1' AND x BETWEEN 1 AND 3.0" },
      { "x > 1 AND (x < 9 AND x <> 3)", "x <> 3 and x < 9 and x > 1" }, { "X = 1 -- all", "x=1" },
      { "x > 1e1 AND x > .5", "0.5 < x and x > 10" }, { "COALESCE(x, 1) = 1", "coalesce(x,1) = 1" },
      { "x <> '1'", "x NOT IN ('1')" } } do
      assert.equal("identical", (grade(item { universe = same[1] }, item { universe = same[2] })), same[1])
    end
    for _, other in ipairs { { "x = '1' and x = '2'", "x = '1' or x = '2'" }, { "x = '1'", "x <> '1'" },
      { "NOT x = '1' AND x = '2'", "NOT (x = '1' AND x = '2')" }, { "x = 'a b'", "x = 'a  b'" },
      { "x IN ('u , b , a , v')", "x IN ('u , a , b , v')" }, { "x IN ('1') = 1", "x IN ('2') = 1" } } do
      assert.equal("universe changed", (grade(item { universe = other[1] },
        item { universe = other[2] })), other[1])
    end
  end)

  it("knows_a_universe_that_names_a_renamed_item_or_level", function()
    local w = bilan.waves { year("2021", "q,lev\na,lower\n", { item { id = "q", universe = "lev = 'upper'" },
      { id = "lev", levels = { "lower", "upper" } } }),
      year("2022", "q,stage\na,upper school\n", { item { id = "q", universe = "stage = 'upper school'" },
        { id = "stage", levels = { "lower", "upper school" },
          was = { ["2021"] = { item = "lev", levels = { upper = "upper school" } } } } }) }
    assert.equal("identical", (w:grade("q", "2021", "2022")))
  end)

  it("takes_parts_of_a_level_that_was_split_for_it_only_together", function()
    local function of(universe)
      local split = { ["2021"] = { here = { ["upper a"] = "upper", ["upper b"] = "upper" } } }
      return bilan.waves { year("2021", "q,lev\na,upper\n", { item { id = "q", universe = "lev = 'upper'" },
        { id = "lev", levels = { "lower", "upper" } } }),
        year("2022", "q,lev\na,upper a\n", { item { id = "q", universe = universe },
          { id = "lev", levels = { "lower", "upper a", "upper b" }, was = split } }) }
        :grade("q", "2021", "2022")
    end
    assert.equal("identical", (of "lev IN ('upper b', 'upper a')"))
    assert.equal("universe changed", (of "lev = 'upper a'"))
    assert.equal("universe changed", (of "lev IN ('upper a', 'upper b', 'lower')"))
  end)

  it("is_universe_changed_when_the_population_is_another", function()
    local word, found = grade(item(), item(), { population = "pupils of Liège" },
      { population = "pupils of Namur" })
    assert.equal("universe changed", word)
    assert.equal("pupils of Liège", found.population.before)
    assert.equal("identical", (grade(item(), item(), { population = "Pupils" }, { population = "pupils." })))
  end)

  it("is_not_asked_when_one_year_did_not", function()
    local w = bilan.waves { year("2021", "x\n1\n", { { id = "x" } }),
      year("2022", "q,x\na,1\n", { item { id = "q" }, { id = "x" } }) }
    assert.equal("not asked", (w:grade("q", "2021", "2022")))
  end)

  it("tells_of_kinds_of_missing_that_only_one_year_offered", function()
    local word, found = grade(item(), item { missing = { ["don't know"] = "dk" } })
    assert.equal("reworded", word)
    assert.truthy(found.missing_added)
    word, found = grade(item { levels = { "a", "b", "c", "dk" } }, item { missing = { ["don't know"] = "?" },
      was = { ["2021"] = { levels = { dk = "don't know" } } } })
    assert.equal("identical", word)
    assert.is_nil(found.missing_added)
  end)

  it("lets_options_of_several_answers_grow", function()
    local several = { kind = "multiple", separator = ";" }
    local before, after = item(several), item(several)
    before.levels, after.levels = { "a", "b" }, { "a", "b", "c" }
    local word, found = grade(before, after)
    assert.equal("reworded", word)
    assert.equal('"c"', found.options_added.list)
  end)

  it("has_the_worst_of_all_findings", function()
    local word, found = grade(item(), item { question = "Other?", universe = "x = 1",
      levels = { "a", "b", "c", "d" } })
    assert.equal("levels changed", word)
    assert.truthy(found.reworded and found.universe_new and found.levels_added)
  end)

  it("remarks_a_new_name_without_counting_it", function()
    local before, after = item { id = "p" }, item { was = { ["2021"] = "p" } }
    local word, found = grade(before, after)
    assert.equal("identical", word)
    assert.equal("p", found.renamed.before)
  end)

  it("is_overruled_by_the_codebook_which_is_said", function()
    local word, found = grade(item(), item { question = "Quite other?", was = { ["2021"] =
      { grade = "universe changed", note = "asked on paper that year" } } })
    assert.equal("universe changed", word)
    assert.equal("reworded", found.overruled.found)
    assert.equal("asked on paper that year", found.note.note)
  end)

  it("says_what_is_not_known_without_codebooks_and_does_not_count_it", function()
    local w = bilan.waves { year("2021", "q\na\nb\n"), year("2022", "q\na\nc\n") }
    local word, found = w:grade("q", "2021", "2022")
    assert.equal("identical", word)
    local set = {}
    for _, finding in ipairs(found) do set[finding.what] = finding.unknown end
    assert.same({ unknown_wording = true, unknown_universe = true, unseen_added = true,
      unseen_dropped = true }, set)
    w = bilan.waves { year("2021", "q\na\nb\n"), year("2022", "q\nc\nd\n") }
    assert.equal("levels changed", (w:grade("q", "2021", "2022")))
  end)
end)

describe("three years", function()
  local function three(fields, middle)
    return bilan.waves {
      year("2021", "old\na\nb\nc\n", { item { id = "old" } }),
      year("2022", middle and "x\n1\n" or "mid\na\nbc\n", middle or { item { id = "mid",
        levels = { "a", "bc" }, was = { ["2021"] = { item = "old", levels = { b = "bc", c = "bc" } } } } }),
      year("2023", fields.levels and "new\nA\nBC\n" or "new\na\n", { item(fields) }) }
  end
  local chained = { id = "new", levels = { "A", "BC" }, was = { ["2022"] = "mid" } }

  it("are_chained_through_the_years_between", function()
    local w = three(chained)
    assert.equal("levels merged", (w:grade("new", "2021", "2023")))
    assert.equal("identical", (w:grade("new", "2022", "2023")))
    local rows = w:trend("new", { level = "BC" }):rows()
    assert.same({ 2 / 3, 0.5, 0.5 }, { rows[1].value, rows[2].value, rows[3].value })
    assert.same({ "a", "b", "c" }, w:survey("2021"):item("old").levels) -- left as it was
  end)

  it("keep_the_finer_scale_where_the_coarse_year_is_not_shown", function()
    local items = item { id = "new", was = { ["2022"] = { item = "mid",
      here = { b = "bc", c = "bc" } } } }
    local w = bilan.waves { year("2021", "old\na\nb\nc\n", { item { id = "old" } }),
      year("2022", "mid\na\nbc\n", { item { id = "mid", levels = { "a", "bc" },
        was = { ["2021"] = { item = "old", levels = { b = "bc", c = "bc" } } } } }),
      year("2023", "new\na\nb\nc\n", { items }) }
    assert.equal(2 * 3, #w:trend("new"):rows())
    -- 2021 and 2023 are tied by 2022 alone, whose scale is coarse
    assert.equal("levels merged", (w:grade("new", "2021", "2023")))
  end)

  it("take_an_entry_of_their_own_before_the_chain", function()
    local fields = { id = "new", levels = { "A", "BC" }, was = { ["2022"] = "mid",
      ["2021"] = { item = "old", levels = { b = "BC", c = "BC" }, grade = "universe changed" } } }
    assert.equal("universe changed", (three(fields):grade("new", "2021", "2023")))
    assert.equal("levels merged", (three(fields):grade("new", "2021", "2022")))
  end)

  it("meet_across_a_year_that_did_not_ask", function()
    local w = three({ id = "new", was = { ["2021"] = "old" } }, { { id = "x" } })
    assert.equal("identical", (w:grade("new", "2021", "2023")))
    assert.equal("not asked", (w:grade("new", "2021", "2022")))
    local text = tostring(w:changes())
    assert.truthy(text:find("asked again (last in 2021)", 1, true), text)
  end)

  it("know_an_answer_that_returns", function()
    local function scale(name, points)
      local levels, lines = {}, { "q" }
      for i = 1, points do levels[i], lines[i + 1] = tostring(i), tostring(i) end
      local q = item { id = "q", kind = "scale", levels = levels }
      return year(name, table.concat(lines, "\n") .. "\n", { q })
    end
    local w = bilan.waves { scale("2021", 5), scale("2022", 4), scale("2023", 5) }
    assert.equal("identical", (w:grade("q", "2021", "2023")))
    assert.equal("levels changed", (w:grade("q", "2022", "2023")))
    local rows = w:trend("q", { level = "5" }):rows()
    assert.equal(3, #rows)
    assert.same({ 0.2, "not offered that year", 0.2 }, { rows[1].value, rows[2].note, rows[3].value })
    assert.equal(5 * 3, #w:trend "q")
  end)

  it("have_the_worst_grade_of_a_chain_of_which_the_codebook_grades_a_link", function()
    local w = bilan.waves { year("2021", "q\na\n", { item { id = "q" } }),
      year("2022", "q\na\n", { item { id = "q", universe = "1 = 1" } }),
      year("2023", "q\na\n", { item { id = "q", universe = "1 = 1", question = "Other?",
        was = { ["2022"] = { grade = "identical" } } } }) }
    assert.equal("identical", (w:grade("q", "2022", "2023")))
    assert.equal("universe changed", (w:grade("q", "2021", "2023")))
  end)

  it("refuse_entries_that_contradict_each_other", function()
    local function waves(second, third, name)
      return pcall(bilan.waves, { year("2021", "p,r\na,b\n", { item { id = "p" }, item { id = "r" } }),
        year("2022", "u\na\n", { item { id = "u", was = second } }),
        year("2023", (name or "u") .. "\na\n", { item { id = name or "u", was = third } }) })
    end
    local cases = {
      { '2023, item "u", was["2021"] is "r", but "u" of 2022 comes from "p"', { ["2021"] = "p" },
        { ["2021"] = "r" } },
      { '2023, item "u", was["2021"] = false, but "u" of 2022 comes from "p"', { ["2021"] = "p" },
        { ["2021"] = false } },
      { '2022, item "u", was["2021"] is "p", but "v" of 2023 comes from "p": an item has one successor',
        { ["2021"] = "p" }, { ["2021"] = "p" }, "v" },
    }
    for _, case in ipairs(cases) do
      local ok, err = waves(case[2], case[3], case[4])
      assert.is_false(ok)
      assert.truthy(err:find(case[1], 1, true), err)
    end
    assert.is_true((waves({ ["2021"] = "p" }, { ["2021"] = "p" })))
  end)

  it("refuse_levels_and_years_that_an_entry_cannot_mean", function()
    local function waves(was, later)
      local list = { year("2021", "q\na\n", { item { id = "q" } }),
        year("2022", "q\na\n", { item { id = "q", was = was } }) }
      if later then list[1], list[2] = list[2], list[1] end
      return select(2, pcall(bilan.waves, list))
    end
    local err = waves { ["2021"] = { levels = { bb = "c" } } }
    assert.truthy(err:find('unknown level of "q" in 2021, named by was of "q" in 2022, "bb"', 1, true), err)
    err = waves({ ["2021"] = "q" }, true)
    assert.truthy(err:find("that year stands behind it", 1, true), err)
    err = waves { ["2022"] = "q" }
    assert.truthy(err:find("that is the year itself", 1, true), err)
    local ok, message = pcall(waves, { ["2021"] = { note = { fr = "x" } } })
    assert.is_false(ok)
    assert.truthy(message:find('was["2021"]: note: a string is expected', 1, true), message)
  end)

  it("do_not_match_what_the_codebook_says_was_not_asked", function()
    local w = bilan.waves { year("2021", "q\na\n", { item { id = "q" } }),
      year("2022", "q\na\n", { item { id = "q", was = { ["2021"] = false } } }) }
    assert.equal("not asked", (w:grade("q", "2021", "2022")))
    assert.same({ "q", "q (2021)" }, w:items())
  end)

  it("are_matched_by_concept", function()
    local w = bilan.waves { year("2021", "q7\na\n", { item { id = "q7", concept = "liking" } }),
      year("2022", "q9\na\n", { item { id = "q9", concept = "liking" } }) }
    assert.same({ "q9" }, w:items())
    assert.equal("identical", (w:grade("liking", "2021", "2022")))
    assert.equal("identical", (w:grade("q7", "2021", "2022")))
  end)

  it("refuse_an_entry_for_an_item_that_is_not_there", function()
    local ok, err = pcall(three, { id = "new", was = { ["2022"] = "mit" } })
    assert.is_false(ok)
    assert.truthy(err:find('was["2022"]: no item "mit" in 2022; did you mean "mid"?', 1, true), err)
  end)
end)
