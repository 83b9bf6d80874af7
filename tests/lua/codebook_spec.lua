--- The codebook: levels, kinds of missing, several answers, universes, new items.
local bilan = require "bilan"

local function write(text)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

local function read(text, items)
  local path = write(text)
  local survey = bilan.read(path, { codebook = { lang = "fr", items = items } })
  os.remove(path)
  return survey
end

local function fails(message, ...)
  local ok, err = pcall(read, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

describe("a codebook", function()
  it("brings_answers_to_its_levels_in_its_order", function()
    local s = read("q\nF\nG\n2\n", { { id = "q", levels = { { "garçon", codes = { "G", 2 } },
      { "fille", codes = { "F" } }, "autre" } } })
    assert.same({ "garçon", "fille", "autre" }, s:item("q").levels)
    assert.same({ "fille", "garçon", "garçon" }, s:column "q")
  end)

  it("keeps_a_level_that_nobody_chose", function()
    local row = read("q\na\n", { { id = "q", levels = { "a", "b" } } }):freq("q"):get { level = "b" }
    assert.equal(0, row.count)
    assert.equal(1, row.n)
  end)

  it("names_an_answer_that_no_level_has", function()
    fails('codebook item "q": the answer "fillle" is not among its levels (first in row 3 of the '
      .. 'data); did you mean "fille"?', "q\nfille\n\"\"\nfillle\n",
      { { id = "q", levels = { "fille", "garçon" } } })
  end)

  it("adds_unknown_answers_only_when_open", function()
    local s = read("q\nz\na\n", { { id = "q", levels = { "a" }, open = true } })
    assert.same({ "a", "z" }, s:item("q").levels)
  end)

  it("tells_kinds_of_missing_apart", function()
    local s = read("q,x\nNSP,99\na,12\n,98\n", {
      { id = "q", levels = { "a" }, missing = { ["don't know"] = "NSP" } },
      { id = "x", kind = "number", missing = { refused = { 98 }, ["don't know"] = { 99 } } } })
    local row = s:freq("q"):get { level = "a" }
    assert.equal(1, row.n)
    assert.same({ ["don't know"] = 1, ["no answer"] = 1 }, row.missing_kinds)
    assert.equal(12, s:mean("x"):rows()[1].value)
    assert.same({ ["don't know"] = 1, refused = 1 }, s:mean("x"):rows()[1].missing_kinds)
  end)

  it("gives_scores_to_a_scale", function()
    local s = read("q\nbeaucoup\npeu\n", { { id = "q", kind = "scale",
      levels = { { "beaucoup", score = 5 }, { "peu", score = 2 } } } })
    assert.equal(3.5, s:mean("q"):rows()[1].value)
  end)

  it("writes_and_queries_the_words_of_a_scale_and_not_its_scores", function()
    local s = read("q\nbeaucoup\nNSP\n", { { id = "q", kind = "scale",
      levels = { { "beaucoup", score = 5 } }, missing = { ["don't know"] = "NSP" } } })
    local core = require "bilan.core"
    local inside = require("bilan.survey").inside(s)
    assert.equal("q\r\nbeaucoup\r\ndon't know\r\n", core.csv.csv_write(inside.table, nil, {}))
    assert.equal("beaucoup", s:sql("SELECT q FROM survey"):head(1)[1].q)
    assert.equal("beaucoup", s:head(1)[1].q)
    assert.equal(1, #s:where "q = 'beaucoup'")
  end)

  it("knows_who_was_asked", function()
    local s = read("niveau,q\ncollege,a\nlycee,\ncollege,\n", {
      { id = "niveau", levels = { "college", "lycee" } },
      { id = "q", levels = { "a" }, universe = "niveau = 'college'" } })
    assert.same({ ["no answer"] = 1, ["not asked"] = 1 },
      s:freq("q"):get({ level = "a" }).missing_kinds)
  end)

  it("notes_answers_from_outside_the_universe", function()
    local s = read("niveau,q\nlycee,a\n", { { id = "niveau" },
      { id = "q", levels = { "a" }, universe = "niveau = 'college'" } })
    assert.truthy(s:origin().notes[1]:find("1 answers from outside its universe", 1, true))
  end)

  it("reads_several_answers_from_a_field_or_from_columns_alike", function()
    local one = read("q\nmaths; bio\nbio\n\"\"\n", { { id = "q", kind = "multiple", separator = ";",
      levels = { "maths", "bio" } } })
    local many = read("m,b\n1,1\n0,1\n,\n", { { id = "q", kind = "multiple",
      columns = { { "maths", "m" }, { "bio", "b" } } } })
    for _, base in ipairs { "asked", "answered", "ticked", "answers" } do
      for _, level in ipairs { "maths", "bio" } do
        local a = one:freq("q", { base = base }):get { level = level }
        local b = many:freq("q", { base = base }):get { level = level }
        assert.equal(a.count, b.count)
        assert.equal(a.n, b.n)
      end
    end
  end)

  it("takes_an_exclusive_none_as_an_answer_without_a_tick", function()
    local one = read("q\nmaths\naucune\n\"\"\n", { { id = "q", kind = "multiple",
      levels = { "maths", "bio" }, none = "aucune" } })
    local many = read("m,b,a\n1,,\n,,1\n,,\n", { { id = "q", kind = "multiple", none = "aucune",
      blank_is_no = true, columns = { { "maths", "m" }, { "bio", "b" }, { "aucune", "a" } } } })
    for _, s in ipairs { one, many } do
      assert.same({ "maths", "bio" }, s:item("q").levels)
      assert.equal(2, s:freq("q", { base = "answered" }):get({ level = "maths" }).n)
      assert.equal(1, s:freq("q", { base = "ticked" }):get({ level = "maths" }).n)
    end
  end)

  it("takes_numbers_for_any_kind_of_item", function()
    local lines = { "q" }
    for i = 1, 400 do lines[i + 1] = tostring(i * 7 / 4) end -- too many values for levels
    for _, kind in ipairs { "id", "text", "date", "single", "scale", "number" } do
      local s = read(table.concat(lines, "\n") .. "\n", { { id = "q", kind = kind } })
      assert.equal(1.75, tonumber(s:column("q")[1]), kind)
      assert.equal(1.75, tonumber(s:head(1)[1].q), kind)
      assert.equal(400, #s:where("q IS NOT NULL"), kind)
      assert.equal(400, s:sql("SELECT count(*) AS n FROM survey"):head(1)[1].n, kind)
      assert.equal(400, #s:freq("q"):rows(), kind)
    end
  end)

  it("counts_nets_by_union", function()
    local s = read("q\na\nb\nc\n", { { id = "q", levels = { "a", "b", "c" },
      nets = { { "a ou b", "a", "b" } } } })
    assert.equal(2, s:freq("q", { nets = true }):get({ level = "a ou b" }).count)
  end)

  it("takes_a_new_item_with_a_column_and_an_entry", function()
    local before = { { id = "genre", levels = { "fille", "garçon" } } }
    local after = { before[1], { id = "boite", kind = "single", levels = { "oui", "non" },
      label = { fr = "A posé une question anonyme", en = "Asked an anonymous question" } } }
    assert.same({ "genre" }, read("genre\nfille\n", before):names())
    local s = read("genre,boite\nfille,oui\ngarçon,non\n", after)
    assert.equal("A posé une question anonyme", s:label "boite")
    assert.equal("Asked an anonymous question", s:label("boite", "en"))
    assert.equal(1, s:freq("boite"):get({ level = "oui" }).count)
  end)

  it("finds_slips_in_itself", function()
    fails('unknown codebook item "q" option "levls"; did you mean "levels"?', "q\na\n",
      { { id = "q", levls = {} } })
    fails('the item "q" stands twice', "q\na\n", { { id = "q" }, { id = "q" } })
    fails('no column "quest" in the file; did you mean "question"?', "question\na\n",
      { { id = "q", column = "quest" } })
    fails('unknown level in net "n"', "q\na\n",
      { { id = "q", levels = { "a" }, nets = { { "n", "b" } } } })
  end)
end)

-- The readable form of a codebook with these items, or its error.
local function book_of(items, fields)
  local book = fields or {}
  book.items = items
  return bilan.codebook(book)
end

local function refuses(message, items)
  local ok, err = pcall(book_of, items)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

describe("what a codebook says of other waves", function()
  local levels = { "yes", "rather yes", "no" }

  it("has_the_wave_of_its_version_unless_it_names_one", function()
    assert.equal("2022-2023", book_of({}, { version = "2022-2023" }).wave)
    assert.equal("2024", book_of({}, { version = "3", wave = "2024" }).wave)
    assert.is_nil(book_of({}).wave)
    assert.equal("pupils", book_of({}, { population = "pupils" }).population)
    assert.has_error(function() book_of({}, { wave = 2024 }) end)
  end)

  it("keeps_what_was_given_apart_from_it", function()
    local items = { { id = "q", levels = { "a", { "b", score = 2 } }, was = { ["2020"] = "p" } } }
    local book = book_of(items, { title = "T" })
    items[1].levels[2].score = 3
    assert.same({ title = "T", items = { { id = "q", levels = { "a", { "b", score = 2 } },
      was = { ["2020"] = "p" } } } }, book.given)
  end)

  it("reads_all_forms_of_was", function()
    local q = book_of({ { id = "q", levels = levels, concept = "interest", was = {
      ["2021"] = { item = "p", levels = { maybe = "yes" }, here = { ["rather yes"] = "yes" },
        grade = "reworded", note = "on paper" },
      ["2020"] = "o", ["2019"] = false, ["2018"] = {} } } }).items_by_id.q
    assert.equal("interest", q.concept)
    assert.same({ item = "p", levels = { maybe = "yes" }, here = { ["rather yes"] = "yes" },
      grade = "reworded", note = "on paper" }, q.was["2021"])
    assert.equal("o", q.was["2020"].item)
    assert.is_true(q.was["2019"].absent)
    assert.equal("q", q.was["2018"].item)
    assert.equal("r", book_of({ { id = "r" } }).items_by_id.r.concept)
  end)

  it("refuses_levels_that_do_not_exist", function()
    refuses('codebook item "q", was["2021"] "yess"; did you mean "yes"?',
      { { id = "q", levels = levels, was = { ["2021"] = { here = { yess = "no" } } } } })
    refuses('unknown level of the common scale in codebook item "q", was["2021"] "rather yes"',
      { { id = "q", levels = levels, was = { ["2021"] = { levels = { maybe = "rather yes" },
        here = { ["rather yes"] = "yes" } } } } })
    refuses("an item of kind number has no levels to map",
      { { id = "q", kind = "number", was = { ["2021"] = { levels = { a = "b" } } } } })
    refuses('unknown level of the common scale',
      { { id = "q", kind = "multiple", columns = { { "maths", "m" } },
        was = { ["2021"] = { levels = { sums = "math" } } } } })
  end)

  it("refuses_unknown_keys_and_grades", function()
    refuses('was["2021"] option "level"; did you mean "levels"?',
      { { id = "q", levels = levels, was = { ["2021"] = { level = {} } } } })
    refuses('"rewordd"; did you mean "reworded"?',
      { { id = "q", was = { ["2021"] = { grade = "rewordd" } } } })
    refuses("an item's id, a table or false is expected, got a number",
      { { id = "q", was = { ["2021"] = 3 } } })
    refuses("waves are named", { { id = "q", was = { "p" } } })
  end)

  it("refuses_one_concept_twice_and_two_items_from_one", function()
    refuses('the items "a" and "b" have one concept, "a"',
      { { id = "a" }, { id = "b", concept = "a" } })
    refuses('the items "a" and "b" are both mapped to "p" of 2021',
      { { id = "a", was = { ["2021"] = "p" } }, { id = "b", was = { ["2021"] = "p" } } })
    refuses('"a" of 2021 is mapped to "b", but the item "a" has its name',
      { { id = "a" }, { id = "b", was = { ["2021"] = "a" } } })
    assert.truthy(book_of { { id = "a", was = { ["2021"] = false } },
      { id = "b", was = { ["2021"] = "a" } } })
    assert.truthy(book_of { { id = "a", concept = "a2" }, { id = "b", was = { ["2021"] = "a" } } })
  end)
end)
