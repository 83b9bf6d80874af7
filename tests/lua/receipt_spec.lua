-- Receipts: what a result was computed from, and nothing else, through every verb.
local bilan = require "bilan"
local core = require "bilan.core"
local methods = require "bilan.methods"
local receipt = require "bilan.record.receipt"
local trace = require "bilan.record.trace"
local Result = require "bilan.result"

local data = [[
Genre;Q7;age;niveau;ecole;poids;a;b
fille;3;12;college;e1;1;x;
garçon;1;13;college;e1;2;;x
fille;2;16;lycee;e2;1;x;x
garçon;3;17;lycee;e2;3;;
fille;3;13;college;e3;1;x;
garçon;2;12;college;e3;2;;x
]]

local book = { version = "1", lang = "fr", items = {
  { id = "genre", column = "Genre", label = "Genre", levels = { "fille", "garçon" } },
  { id = "avis", column = "Q7", kind = "scale", label = "Avis", universe = "age >= 12",
    levels = { { "non", codes = 1 }, { "bof", codes = 2 }, { "oui", codes = 3 } } },
  { id = "choix", kind = "multiple", columns = { { "A", "a" }, { "B", "b" } }, ticked = { "x" } },
} }

local folder = io.popen("mktemp -d"):read "l"
teardown(function() os.execute("rm -rf " .. folder) end)

local function write(name, text)
  local path = folder .. "/" .. name
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  return path
end

local function survey(text, codebook)
  return bilan.read(write("eleves.csv", text or data), { codebook = codebook or book })
end

-- The names of the items of a receipt.
local function items(result)
  local names = {}
  for at, item in ipairs(receipt.of(result).items) do names[at] = item.item end
  return table.concat(names, " ")
end

describe("a receipt", function()
  it("names_the_items_that_a_verb_used", function()
    local s = survey()
    local cases = {
      { s:proportion("genre", { by = "niveau" }), "genre niveau" },
      { s:proportion "age > 13 AND genre = 'fille'", "age genre" },
      { s:freq "choix", "choix" }, { s:mean("age", { by = { "genre", "niveau" } }), "age genre niveau" },
      { s:crosstab("genre", { "niveau", "ecole" }), "ecole genre niveau" },
      { s:ratio("age", "poids"), "age poids" }, { s:median "age", "age" },
      { s:independence("genre", "niveau"), "genre niveau" },
      { s:t_test("age", { by = "genre" }), "age genre" },
      { s:mantel_haenszel("genre", "niveau", { strata = "ecole" }), "ecole genre niveau" },
      { s:difference("age", { by = "genre", from = "fille", to = "garçon" }), "age genre" },
      { s:glm "age ~ genre + log(poids)", "age genre poids" },
    }
    for _, case in ipairs(cases) do assert.equal(case[2], items(case[1]), receipt.of(case[1]).computed) end
  end)

  it("goes_back_through_every_verb_that_makes_a_survey", function()
    local s = survey()
    local cases = {
      { s:where("niveau = 'college'"):mean "age", "age niveau" },
      { s:drop_rows("ecole = 'e1'"):mean "age", "age ecole" },
      { s:derive { vieux = "age + poids" }:mean "vieux", "age poids" },
      { s:derive { { "x", "age + 1" }, { "y", "x * poids" } }:mean "y", "age poids" },
      { s:recode("genre", { tous = { "fille", "garçon" } }):freq "genre", "genre" },
      { s:recode("niveau", { tous = { "college", "lycee" } }, { into = "n" }):freq "n", "niveau" },
      { s:rename { years = "age" }:mean "years", "age" },
      { s:select("age", "genre"):mean "age", "age" },
      { bilan.read(write("brut.csv", data)):group({ ab = { "a", "b" } }, { ticked = { "x" } })
        :freq "ab", "a b" },
      { s:design { weights = "poids", clusters = "ecole" }:mean "age", "age ecole poids" },
      { s:poststratify("genre", { fille = 10, ["garçon"] = 12 }):mean "age", "age genre" },
      { s:rake({ genre = { fille = 10, ["garçon"] = 12 } }):mean "age", "age genre" },
      { s:design { weights = "poids" }:add_weights("w"):mean "w", "poids" },
    }
    for at, case in ipairs(cases) do assert.equal(case[2], items(case[1]), "case " .. at) end
  end)

  it("joins_and_stacks_keep_both_sides", function()
    local s = survey()
    local schools = bilan.read(write("ecoles.csv", "ecole,taille\ne1,10\ne2,20\ne3,30\n"))
    local joined = receipt.of(s:join(schools, "ecole"):mean "taille")
    assert.same({ "ecole", "ecole", "taille" }, { joined.items[1].item, joined.items[2].item,
      joined.items[3].item })
    assert.equal(2, #joined.sources)
    local other = bilan.read(write("autre.csv", "genre;age\nfille;11\n"))
    local stacked = receipt.of(s:select("genre", "age"):stack(other):mean "age")
    assert.equal(2, #stacked.items)
    assert.equal(folder .. "/autre.csv", stacked.sources[stacked.items[1].source].path
      == folder .. "/autre.csv" and stacked.sources[stacked.items[1].source].path
      or stacked.sources[stacked.items[2].source].path)
  end)

  it("a_query_rests_on_all_it_may_have_used", function()
    local made = survey():sql "SELECT age AS x FROM survey WHERE poids > 1"
    local told = receipt.of(made:mean "x")
    assert.equal(7, #told.items)
    assert.equal("sql SELECT age AS x FROM survey WHERE poids > 1", told.steps[1])
  end)

  it("tells_columns_universe_and_codebook_of_an_item", function()
    local told = receipt.of(survey():freq "avis")
    assert.equal("age avis", items(survey():freq "avis")) -- who was asked follows from age
    local avis = told.items[2]
    assert.same({ "Q7" }, { avis.columns[1].name })
    assert.equal("avis", avis.codebook.id)
    assert.equal(core.csv.sha256(data), told.sources[1].sha256)
    local choix = receipt.of(survey():freq "choix").items[1]
    assert.same({ "a", "b" }, { choix.columns[1].name, choix.columns[2].name })
  end)

  it("hashes_change_with_what_was_used_and_with_nothing_else", function()
    local before = receipt.of(survey():mean "age")
    local function data_of(text) return receipt.of(survey(text):mean "age").data end
    assert.equal(before.data, data_of())
    assert.equal(before.data, data_of((data:gsub("lycee", "autre"))))
    assert.equal(before.data, data_of((data:gsub("Q7;age", "Q7;age")))) -- the same file again
    assert.are_not.equal(before.data, data_of((data:gsub("16", "15"))))
    assert.are_not.equal(before.data, data_of(data .. "fille;1;12;college;e1;1;;\n"))
    local function code_of(change)
      local other = { version = "1", lang = "fr", items = { book.items[1], book.items[3] } }
      local avis = { column = "Q7" }
      for key, value in pairs(book.items[2]) do avis[key] = value end
      for key, value in pairs(change) do avis[key] = value end
      other.items[3] = avis
      return receipt.of(survey(data, other):freq "avis").codebook,
        receipt.of(survey(data, other):freq "genre").codebook
    end
    local avis, genre = code_of {}
    local avis2, genre2 = code_of { label = "L'avis" }
    assert.are_not.equal(avis, avis2)
    assert.equal(genre, genre2)
  end)

  it("data_and_codebook_are_told_apart", function()
    local merged = { version = "1", lang = "fr", items = { book.items[1], { id = "avis",
      column = "Q7", kind = "scale", label = "Avis", universe = "age >= 12",
      levels = { { "non", codes = { 1, 2 } }, { "oui", codes = 3 } } } } }
    local before, after = receipt.of(survey():freq "avis"), receipt.of(survey(data, merged):freq "avis")
    assert.equal(before.data, after.data)
    assert.are_not.equal(before.codebook, after.codebook)
    assert.same({ "levels" }, receipt.entry_changes(
      require("bilan.json").pack(book.items[2]), require("bilan.json").pack(merged.items[2])))
  end)

  it("names_the_method_and_its_version", function()
    local s = survey()
    local designed = s:design { clusters = "ecole" }
    local function method(result)
      local told = receipt.of(result)
      return told.method .. " " .. told.version
    end
    assert.equal("wilson 1", method(s:proportion "genre"))
    assert.equal("jeffreys 1", method(s:proportion("genre", { ci = "jeffreys" })))
    assert.equal("logit 1", method(designed:proportion "genre"))
    assert.equal("korn_graubard 2", method(designed:proportion("genre", { ci = "korn_graubard" })))
    assert.equal("korn_graubard 1", method(designed:proportion("genre", { ci = "kg_r" })))
    assert.equal("rank_sum 1", method(s:rank_test("age", { by = "genre" })))
    assert.equal("rank_test 2", method(designed:rank_test("age", { by = "genre", ties = "shared" })))
    assert.equal("quantile 1", method(s:median "age"))
    assert.equal("newcombe 1", method(s:difference("niveau",
      { level = "lycee", by = "genre", from = "fille", to = "garçon" })))
    bilan.methods { rank_test = 2 }
    assert.equal("rank_test 2", method(designed:rank_test("age", { by = "genre" })))
    methods.reset()
    for _, verb in ipairs { "mean", "total" } do assert.equal(verb .. " 1", method(s[verb](s, "age"))) end
  end)

  it("says_how_it_was_computed", function()
    local told = receipt.of(survey():where("age > 12"):proportion("genre", { level = "fille" }))
    assert.equal('proportion("genre", { level = "fille" })', told.computed)
    assert.same({ "where age > 12" }, told.steps)
  end)

  it("follows_a_row_and_an_indicator_and_is_not_seen", function()
    local indicator = require "bilan.indicator"
    indicator.reset()
    local row = survey():proportion("genre", { by = "niveau" }):get { level = "fille", niveau = "lycee" }
    assert.equal("genre niveau", items(row))
    for key in pairs(row) do assert.is_nil(tostring(key):find "trace") end
    local one = bilan.indicator { id = "x", estimate = row }
    assert.equal("genre niveau", items(one.estimate))
    indicator.reset()
    local typed = receipt.of(Result.new { kind = "mean", rows = { { value = 3, n = 2 } } })
    assert.equal("typed", typed.method)
  end)

  it("of_a_script_s_own_lists_begins_there", function()
    local s = bilan.survey { x = { 1, 2, 3 }, y = { "a", "b", "b" } }
    local told = receipt.of(s:where("y = 'b'"):mean "x")
    assert.equal("script", told.sources[1].kind)
    assert.equal(2, #told.items)
    local other = receipt.of(bilan.survey { x = { 1, 2, 4 }, y = { "a", "b", "b" } }:mean "x")
    assert.are_not.equal(told.items[1].columns[1].sha256, other.items[1].columns[1].sha256)
  end)

  it("of_a_verb_over_several_surveys_has_all_of_them", function()
    local verb = trace.gather("both", function(a, b)
      a:mean "age"
      return b:mean "poids"
    end)
    local a, b = survey(), survey():where "age > 12"
    local told = receipt.of(verb(a, b))
    assert.equal("both(survey)", told.computed)
    assert.equal(2, #told.items)
    assert.has_error(trace.gather("fails", function() error "no" end))
    assert.equal("age", items(a:mean "age")) -- nothing is gathered any more
  end)

  it("of_a_change_between_years_names_its_own_method", function()
    local waves = bilan.waves { ["2022"] = bilan.survey { x = { "a", "b", "b" }, y = { 1, 2, 4 } },
      ["2023"] = bilan.survey { x = { "a", "a", "b" }, y = { 1, 2, 3 } } }
    local function method(result) return receipt.of(result).method end
    assert.equal("wilson", method(waves:trend("x", { level = "a" })))
    assert.equal("change", method(waves:change("x", { level = "a" })))
    assert.equal("change", method(waves:compare("2022", "2023")))
    assert.equal("turnover", method(waves:turnover("x", { level = "a" })))
    assert.equal(1, bilan.methods and require("bilan.methods").version "change")
  end)

  it("survives_long_chains", function()
    local s = survey()
    for _ = 1, 3000 do s = s:derive { age = "age + 1" } end
    local told = receipt.of(s:mean "age")
    assert.equal(1, #told.items)
    assert.equal("age", told.items[1].item)
  end)

  it("of_a_survey_is_not_changed_by_what_is_made_from_it", function()
    local s = survey()
    local before = receipt.of(s:mean "age")
    s:derive { age = "poids" }:where "poids > 1"
    assert.same(before, receipt.of(s:mean "age"))
  end)
end)
