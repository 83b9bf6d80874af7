--- Surveys from scripts: making, looking inside, verbs, kinds of missing.
local bilan = require "bilan"

local function small()
  return bilan.survey {
    genre = { "fille", "garçon", "fille", bilan.missing.not_asked },
    age = { 12, 13.5, bilan.missing.refused, 15 },
  }
end

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

describe("a survey", function()
  it("counts_respondents_and_names_items_in_order", function()
    local s = small()
    assert.equal(4, #s)
    assert.same({ "age", "genre" }, s:names())
    assert.equal("survey: 4 respondents, 2 items", tostring(s))
  end)

  it("keeps_the_kinds_of_missing_apart", function()
    local s = small()
    assert.equal(bilan.missing.not_asked, s:column("genre")[4])
    assert.equal(bilan.missing.refused, s:column("age")[3])
    assert.equal("refused", tostring(s:column("age")[3]))
    assert.same({ refused = 1 }, s:mean("age"):rows()[1].missing_kinds)
  end)

  it("says_what_is_near_a_misspelt_item_or_verb", function()
    local s = small()
    fails('no item "gendre"; did you mean "genre"?', s.column, s, "gendre")
    fails('unknown verb of a survey "colum"; did you mean "column"?', function() return s:colum "x" end)
    fails('unknown freq option "nett"', s.freq, s, "genre", { nett = 1 })
  end)

  it("cannot_be_changed", function()
    fails("a survey cannot be changed", function() small().x = 1 end)
  end)

  it("refuses_values_of_several_types", function()
    fails('column "x": its values are neither all numbers nor all text', bilan.survey,
      { x = { 1, "a" } })
  end)

  it("gives_levels_of_items_that_have_some_and_none_of_numbers", function()
    assert.same({ "fille", "garçon" }, small():item("genre").levels)
    assert.same({}, small():item("age").levels)
    assert.same({}, small():select("age"):drop_rows("age > 14"):item("age").levels)
  end)

  it("gives_the_first_rows_as_records", function()
    assert.same({ age = 13.5, genre = "garçon" }, small():head(2)[2])
  end)
end)

describe("where", function()
  it("is_a_domain_that_hides_no_row_of_the_sample", function()
    local s = small():where "age >= 13"
    assert.equal(2, #s)
    assert.equal(1, s:proportion("genre", { level = "garçon" }):rows()[1].n)
    -- the standard error knows of all four rows: N / (N - 1) = 4 / 3
    local all = bilan.survey { x = { 1, 2, 3, 4 }, y = { 1, 1, 0, 0 } }
    local row = all:where("x <= 2"):mean("x"):rows()[1]
    assert.near(math.sqrt(4 / 3 * (0.25 + 0.25) / 4), row.se, 1e-12)
  end)

  it("narrows_step_by_step_and_leaves_the_first_survey_alone", function()
    local s = small()
    local narrow = s:where("age >= 12"):where "genre = 'fille'"
    assert.equal(1, #narrow)
    assert.equal(4, #s)
  end)

  it("leaves_out_rows_where_the_answer_is_unknown", function()
    assert.equal(2, #small():where "genre = 'fille'")
    assert.equal(1, #small():where "genre <> 'fille'")
    assert.equal(2, #small():where "NOT (genre <> 'fille')")
  end)

  it("drop_rows_deletes_and_says_so", function()
    local s = small():drop_rows "age > 14"
    assert.equal(3, #s)
    assert.truthy(s:origin().notes[1]:find "1 rows were deleted where age > 14")
  end)
end)

describe("making items", function()
  it("derives_columns_from_expressions", function()
    local s = small():derive { ado = "CASE WHEN age >= 13 THEN 'oui' ELSE 'non' END", double = "age * 2" }
    assert.same({ "non", "oui", "non", "oui" }, s:column "ado")
    assert.equal(24, s:column("double")[1])
  end)

  it("recodes_levels_and_keeps_the_others", function()
    local s = small():recode("genre", { autre = { "garçon" } })
    assert.same({ "fille", "autre" }, s:item("genre").levels)
    fails('unknown level of "genre" "garcon"; did you mean "garçon"?', s.recode, small(), "genre",
      { x = { "garcon" } })
  end)

  it("recodes_numbers_into_a_new_item", function()
    local s = small():recode("age", { jeune = { 12, 13.5 } }, { into = "tranche" })
    assert.same({ "jeune", "15" }, s:item("tranche").levels)
    assert.equal(12, s:column("age")[1])
  end)

  it("renames_and_selects", function()
    assert.same({ "age", "gender" }, small():rename({ gender = "genre" }):names())
    assert.same({ "age", "gender" }, small():rename({ genre = "gender" }):names())
    assert.same({ "genre" }, small():select("genre"):names())
  end)

  it("stacks_waves_and_marks_what_was_not_asked", function()
    local other = bilan.survey { genre = { "autre" }, nouveau = { "x" } }
    local s = small():stack(other)
    assert.equal(5, #s)
    assert.equal(bilan.missing.not_asked, s:column("nouveau")[1])
    assert.equal("autre", s:column("genre")[5])
  end)

  it("joins_by_a_shared_item", function()
    local s = small():join(bilan.survey { genre = { "garçon", "fille" }, n = { 319, 343 } }, { by = "genre" })
    assert.same({ 343, 319, 343 }, { table.unpack(s:column "n", 1, 3) })
    assert.equal(bilan.missing.not_asked, s:column("n")[4])
  end)

  it("groups_columns_into_an_item_with_several_answers", function()
    local s = bilan.survey { a = { "oui", "non" }, b = { "oui", "oui" } }
      :group { choix = { { "maths", "a" }, { "bio", "b" } } }
    assert.same({ { "maths", "bio" }, { "bio" } }, s:column "choix")
    assert.equal(2, s:freq("choix"):get({ level = "bio" }).count)
  end)

  it("answers_sql", function()
    local s = small():sql "SELECT genre, count(*) AS n FROM survey GROUP BY genre ORDER BY n DESC"
    assert.same({ genre = "fille", n = 2 }, s:head(1)[1])
  end)
end)

describe("estimates", function()
  it("take_a_predicate_for_an_item", function()
    local row = small():proportion("age >= 13"):rows()[1]
    assert.equal(2, row.count)
    assert.equal(3, row.n)
    assert.equal(1, row.missing)
  end)

  it("give_the_difference_of_shares_with_newcombes_interval", function()
    local values = { g = {}, x = {} }
    for i = 1, 150 do
      values.g[i] = i <= 70 and "a" or "b"
      values.x[i] = (i <= 56 or (i > 70 and i <= 118)) and "oui" or "non"
    end
    local row = bilan.survey(values):difference("x", { level = "oui", by = "g", from = "b",
      to = "a" }):rows()[1]
    assert.near(0.052431472402364926, row.low, 1e-9) -- 56 of 70 against 48 of 80
    assert.near(0.33387265403690586, row.high, 1e-9)
  end)

  it("refuse_the_mean_of_text_and_say_what_to_do", function()
    local ok, err = pcall(function() return small():mean "genre" end)
    assert.is_false(ok)
    assert.truthy(err:find("genre", 1, true))
  end)
end)
