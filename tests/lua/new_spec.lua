--- A new year: names of years, scripts and codebooks made from others, templates, words on no data.
local bilan = require "bilan"
local events = require "bilan.events"
local missing_data = require "bilan.missing_data"
local new_year = require "bilan.new_year"
local year_form = require "bilan.new_year.form"

-- A project that lives in a table { path = bytes }.
local function world_of(files)
  return {
    list = function(folder)
      local names, seen = {}, {}
      for path in pairs(files) do
        local rest = folder == "." and path or path:match("^" .. folder:gsub("%p", "%%%0") .. "/(.*)$")
        local name = rest and rest:match "^([^/]*/?)"
        if name and not seen[name] then
          names[#names + 1], seen[name] = name, true
        end
      end
      table.sort(names)
      return names
    end,
    read = function(path) return assert(files[path], path) end,
    exists = function(path) return files[path] ~= nil end,
  }
end

local codebook = [[
-- Codebook of 2022-2023.
return {
  version = "2022-2023",
  synthetic = true,
  items = {
    { id = "id", kind = "id" },
    { id = "genre", kind = "single", levels = { "f", "g" } },
    { id = "avis", kind = "scale",
      levels = { { "oui", score = 1 }, "non" },
      was = { ["2021-2022"] = { item = "opinion", note = "2022-2023 too" } } },
  },
}
]]

local script = [[
-- The year 2022-2023, after that of 2021-2022; 2022-23 for short.
local s = bilan.read("datasets/x/2022-2023/a.csv", { codebook = "datasets/x/2022-2023/codebook.lua" })
local years = { "2021-2022", "2022-2023" }
local seed, share = 2022, 0.23
report:text [==[
En 2022-2023, 34 élèves ; 2022/2023.]==]
print(report:write "itd-22-23.html", "de 22-23 ans", "12022-20230", "2022-2023-05")
]]

local function project()
  return { ["scripts/x/2022-2023.lua"] = script, ["scripts/x/2022-2023-extra.lua"] = "return 1\n",
    ["scripts/x/enquete-2022-2023.lua"] = "-- --survey\nreturn {}\n",
    ["scripts/x/helper.lua"] = 'return "datasets/x/2022-2023/a.csv"\n',
    ["scripts/x/other-2021-2022.lua"] = "return 1\n", ["scripts/y/2023.lua"] = "return 1\n",
    ["datasets/x/2022-2023/codebook.lua"] = codebook,
    ["datasets/x/2022-2023/a.csv"] = "id;genre;\"avis\r\nlong\"\r\n1;f;oui\r\n",
    ["datasets/x/2022-2023/old.csv"] = "\"d\xE9j\xE0\";n\n\"\xE9t\xE9\";1\n",
    ["datasets/x/2022-2023/claims.tsv"] = "id\tpopulation\ngo\tall\n",
    ["datasets/x/2022-2023/plan.pdf"] = "%PDF" }
end

local function plan_of(files) return new_year.plan(world_of(files), "2022-2023", "2023-2024") end

local function file_of(plan, path)
  for _, file in ipairs(plan.files) do if file.path == path then return file end end
end

describe("a year", function()
  it("is_plain_or_a_school_year", function()
    assert.equal("plain", year_form.kind "2023")
    assert.equal("school", year_form.kind "2022-2023")
    assert.is_nil(year_form.kind "2022-2024")
    assert.is_nil(year_form.kind "2022-23")
    assert.is_nil(year_form.kind "itd")
  end)

  it("is_found_in_names", function()
    assert.equal("2022-2023", year_form.of_name "enquete-2022-2023.lua")
    assert.equal("2018", year_form.of_name "2018-world.lua")
    assert.is_nil(year_form.of_name "12022.lua")
  end)

  it("is_replaced_where_it_stands_by_itself", function()
    local forms = year_form.forms("2022-2023", "2023-2024")
    local function made(text) return (year_form.replace(text, forms)) end
    assert.equal("2023-2024, 2023/2024, 2023\u{2013}2024, 2023-24, 2023_2024",
      made "2022-2023, 2022/2023, 2022\u{2013}2023, 2022-23, 2022_2023")
    assert.equal("itd-23-24.html", made "itd-22-23.html")
    for _, text in ipairs { "12022-2023", "2022-20231", "22-23 ans", "2022-2023-05", "2021-2022" } do
      assert.equal(text, made(text))
    end
    assert.equal("2024, le 2023-06-30, de 2022-2023 et 2024",
      (year_form.replace("2023, le 2023-06-30, de 2022-2023 et 2023", year_form.forms("2023", "2024"))))
  end)

  it("of_one_number_is_not_taken_out_of_a_school_year_or_a_date_but_out_of_paths", function()
    local forms = year_form.forms("2023", "2024")
    local function made(text) return (year_form.replace(text, forms)) end
    for _, text in ipairs { "OK in 2023/24", "2023-24", "2023\u{2013}24", "2023/2024", "2022/2023",
      "2022\u{2013}2023", "30/06/2023", "06-2023", "2023/06/30",
      "2023-06" } do
      assert.equal(text, made(text))
    end
    assert.equal("datasets/stem4/2024/01-a.csv", made "datasets/stem4/2023/01-a.csv")
    assert.equal("club12-2024.lua", made "club12-2023.lua")
    assert.equal("2024-2.csv", made "2023-2.csv")
    assert.equal("datasets/i2/2023-2024/a.csv", (year_form.replace("datasets/i2/2022-2023/a.csv",
      year_form.forms("2022-2023", "2023-2024"))))
  end)

  it("names_the_other_years_of_a_line", function()
    assert.same({ "2023-2024", "2020" }, year_form.others("2022-2023, 2023-24, en 2020, 34", "2022-2023"))
    assert.same({}, year_form.others("34 de 66, 2022-2023", "2022-2023"))
  end)
end)

describe("a new script", function()
  local made = new_year.script(script, year_form.forms("2022-2023", "2023-2024"))

  it("names_the_new_year_in_texts_and_comments", function()
    assert.truthy(made:find('read("datasets/x/2023-2024/a.csv"', 1, true))
    assert.truthy(made:find("En 2023-2024, 34 élèves ; 2023/2024.", 1, true))
    assert.truthy(made:find("-- The year 2023-2024, after that of 2021-2022; 2023-24 for short", 1, true))
    assert.truthy(made:find('"itd-23-24.html", "de 22-23 ans", "12022-20230", "2022-2023-05"', 1, true))
  end)

  it("leaves_other_years_and_numbers", function()
    assert.truthy(made:find('{ "2021-2022", "2023-2024" }', 1, true))
    assert.truthy(made:find("local seed, share = 2022, 0.23", 1, true))
    assert.equal(select(2, script:gsub("\n", "")), select(2, made:gsub("\n", "")))
  end)
end)

describe("a new codebook", function()
  local made = new_year.codebook(codebook, year_form.forms("2022-2023", "2023-2024"), "2022-2023",
    "2023-2024")

  it("is_of_the_new_year_and_marks_what_to_review", function()
    local book = load(made)()
    assert.equal("2023-2024", require("bilan.codebook").read(book).wave)
    assert.truthy(made:find('review: still asked? wording? levels? a new id: was = { '
      .. '["2022-2023"] = "genre" }\n    { id = "genre"', 1, true))
    assert.truthy(made:find("review: made%-up answers again[^\n]*\n  synthetic = true"))
    assert.equal(3, select(2, made:gsub("%-%- review:", "")))
  end)

  it("leaves_what_was_alone", function()
    assert.truthy(made:find('was = { ["2021-2022"] = { item = "opinion", note = "2022-2023 too" } }', 1,
      true))
  end)

  it("takes_marks_of_the_year_before_away", function()
    local again = new_year.codebook(made, year_form.forms("2023-2024", "2024-2025"), "2023-2024",
      "2024-2025")
    assert.equal(3, select(2, again:gsub("%-%- review:", "")))
    assert.truthy(again:find('["2023-2024"] = "avis"', 1, true))
  end)

  it("says_its_wave_when_its_version_names_no_year", function()
    local text = codebook:gsub('version = "2022%-2023"', 'version = "3"')
    local book = load(new_year.codebook(text, year_form.forms("2022-2023", "2023-2024"), "2022-2023",
      "2023-2024"))()
    assert.equal("2023-2024", book.wave)
    assert.equal("3", book.version)
  end)
end)

describe("the plan of a new year", function()
  it("finds_files_by_name_and_leaves_the_rest", function()
    local paths = {}
    local plan = plan_of(project())
    for at, file in ipairs(plan.files) do paths[at] = file.path end
    assert.same({ "scripts/x/2023-2024-extra.lua", "scripts/x/2023-2024.lua",
      "scripts/x/enquete-2023-2024.lua", "datasets/x/2023-2024/a.csv",
      "datasets/x/2023-2024/claims.tsv", "datasets/x/2023-2024/codebook.lua",
      "datasets/x/2023-2024/old.csv", "CHECKLIST-2023-2024.md" }, paths)
    assert.same({ "datasets/x/2022-2023/plan.pdf" }, plan.left)
    assert.same({}, plan.taken)
  end)

  it("makes_templates_of_headings", function()
    local plan = plan_of(project())
    assert.equal("id;genre;\"avis\r\nlong\"\r\n", file_of(plan, "datasets/x/2023-2024/a.csv").bytes)
    assert.equal("id\tpopulation\n", file_of(plan, "datasets/x/2023-2024/claims.tsv").bytes)
    assert.equal("\"déjà\";n\n", file_of(plan, "datasets/x/2023-2024/old.csv").bytes)
  end)

  it("recodes_headings_of_two_bytes_a_letter", function()
    local text = "d\0\xE9\0,\0n\0\n\0x\0,\0001\0\n\0"
    assert.equal("\u{FEFF}dé,n\r\n", (new_year.heading("\xFF\xFE" .. text, "w.csv")))
  end)

  it("leaves_out_a_file_that_cannot_be_read", function()
    local files = project()
    files["datasets/x/2022-2023/a.csv"] = "a;b\n1;2;3;4\n"
    assert.same({ "datasets/x/2022-2023/a.csv", "datasets/x/2022-2023/plan.pdf" }, plan_of(files).left)
  end)

  it("tells_what_is_there_already", function()
    local files = project()
    files["datasets/x/2023-2024/a.csv"], files["CHECKLIST-2023-2024.md"] = "mine", "mine"
    assert.same({ "datasets/x/2023-2024/a.csv", "CHECKLIST-2023-2024.md" }, plan_of(files).taken)
  end)

  it("refuses_a_year_without_files", function()
    local ok, err = pcall(new_year.plan, world_of(project()), "2022-2024", "2023-2024")
    assert.is_false(ok)
    assert.truthy(err:find('no files of "2022-2024" in scripts/ and datasets/; did you mean "202', 1, true),
      err)
  end)

  it("refuses_years_that_are_none", function()
    assert.truthy(new_year.wrong_years("2022-2023", "2022-2023", {}):find "the same")
    assert.truthy(new_year.wrong_years("2022-2023", "2023-24", {}):find "not written like")
    assert.truthy(new_year.wrong_years("2022-2023", "2024", {}):find "not written like")
    assert.truthy(new_year.wrong_years("2022-203", "2023-2024", { "2022-2023" })
      :find 'did you mean "2022%-2023"')
    assert.is_nil(new_year.wrong_years("2022-2023", "2023-2024", {}))
    assert.is_nil(new_year.wrong_years("2023", "2024", {}))
  end)

  it("writes_a_checklist_with_real_names", function()
    local text = file_of(plan_of(project()), "CHECKLIST-2023-2024.md").bytes
    for _, line in ipairs { "- [ ] `avis` (scale)", "bilan run --archive x.bilan scripts/x/2023-2024.lua",
      "bilan describe --with datasets/x/2023-2024/codebook.lua datasets/x/2023-2024/a.csv",
      "`scripts/x/helper.lua`, left as it is, names 2022-2023", "bilan verify x.bilan --wave 2022-2023",
      "bilan diff 2022-2023 2023-2024 --archive x.bilan", "En 2022-2023, 34 élèves ; 2022/2023." } do
      if line:find "^En" then line = "En 2023-2024, 34 élèves ; 2023/2024." end
      assert.truthy(text:find(line, 1, true), line)
    end
  end)

  it("quotes_lines_of_the_new_script_in_the_checklist_and_counts_one_column_as_one", function()
    local world = world_of { ["scripts/x/2023.lua"] = "-- 2023, after 2022\nreturn 1\n",
      ["datasets/x/2023/a.csv"] = "word\nx\n" }
    local text = file_of(new_year.plan(world, "2023", "2024"), "CHECKLIST-2024.md").bytes
    assert.truthy(text:find("line 1: `-- 2024, after 2022`", 1, true), text)
    assert.truthy(text:find("1 column, separator", 1, true), text)
  end)

  it("has_no_empty_step_where_no_script_begins_with_the_year_and_there_is_no_codebook", function()
    local world = world_of { ["scripts/club/survey-2023.lua"] = "return 1\n",
      ["datasets/club/2023/a.csv"] = "word,n\nx,1\n" }
    local text = file_of(new_year.plan(world, "2023", "2024"), "CHECKLIST-2024.md").bytes
    assert.is_nil(text:find("```sh\n```", 1, true), text)
    for _, line in ipairs { "bilan run --archive club.bilan scripts/club/survey-2024.lua",
      "bilan run --archive club.bilan scripts/club/survey-2023.lua",
      "bilan lint scripts/club/survey-2024.lua",
      "bilan describe --codebook datasets/club/2023/a.csv > datasets/club/2024/codebook.lua",
      "bilan convert datasets/club/2024/a.csv club.bilan --wave 2024\n" } do
      assert.truthy(text:find(line, 1, true), line .. "\n" .. text)
    end
  end)
end)

-- ---- words where there is no figure -------------------------------------------------------------

local items = { { id = "g", levels = { "f", "m" } }, { id = "q", levels = { "oui", "non" } },
  { id = "i", kind = "scale", levels = { { "a", score = 1 }, { "b", score = 2 } } },
  { id = "x", kind = "number" }, { id = "y", kind = "number" },
  { id = "m", kind = "multiple", levels = { "u", "v" } } }

local function survey_of(text, with_book)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("g,q,i,x,y,m\n" .. text)
  file:close()
  local survey = bilan.read(path, { codebook = with_book and { items = items } or nil })
  os.remove(path)
  return survey
end

local verbs = {
  function(s) return s:proportion("q", { level = "oui" }) end,
  function(s) return s:proportion("q", { level = "oui", by = "g" }) end,
  function(s) return s:freq("i") end, function(s) return s:freq("m", { base = "answered" }) end,
  function(s) return s:crosstab("q", "g", { test = true, letters = true }) end,
  function(s) return s:mean "x" end, function(s) return s:mean("x", { by = "g" }) end,
  function(s) return s:median "x" end, function(s) return s:quantile("x", { p = { 0.25, 0.5 } }) end,
  function(s) return s:ratio("x", "y") end, function(s) return s:mean "x + y" end,
  function(s) return s:difference("q", { level = "oui", by = "g", from = "m", to = "f" }) end,
  function(s) return s:difference("x", { by = "g", from = "m", to = "f" }) end,
  function(s) return s:contrast("x", { by = "g", coefficients = { f = 1, m = -1 } }) end,
  function(s) return s:t_test("x", { by = "g" }) end,
  function(s) return s:t_test("x", { after = "y" }) end,
  function(s) return s:rank_test("x", { after = "y" }) end,
  function(s) return s:independence("q", "g") end,
  function(s) return s:glm("x ~ g") end, function(s) return s:ordinal("i ~ g") end,
  function(s) return s:glm("q = 'oui' ~ x", { family = "binomial", exponentiate = true }) end,
}

local charts = {
  function(s) return bilan.chart.bars(s:total("x", { by = "g" }), { title = "T" }) end,
  function(s) return bilan.chart.histogram(s:freq "x", { title = "T" }) end,
  function(s) return bilan.chart.bars(s:freq "q", { title = "T", level = "oui" }) end,
  function(s) return bilan.chart.likert({ s:freq "i" }, { title = "T" }) end,
  function(s) return bilan.chart.dots(s:proportion("q", { level = "oui", by = "g" }), { title = "T" }) end,
}

describe("without answers", function()
  for name, text in pairs { no_row = "", blank_rows = "f,,,,,\nm,,,,,\n,,,,,\n" } do
    it("verbs_give_words_" .. name, function()
      local s = survey_of(text, true)
      for at, verb in ipairs(verbs) do
        local made = verb(s)
        for _, row in made:each() do
          assert.is_nil(row.value, at)
          assert.is_nil(row.statistic, at)
        end
        local shown = made:to_text()
        assert.truthy(shown:find "the base is 0" or shown:find "no respondent"
          or shown:find "no test" or shown:find "no row has an answer", at .. "\n" .. shown)
        assert.is_nil(shown:find("{", 1, true), shown)
      end
    end)

    it("charts_keep_their_place_" .. name, function()
      local s = survey_of(text, true)
      for _, chart in ipairs(charts) do
        local drawn = chart(s)
        assert.truthy(drawn.svg:find "<svg")
        assert.truthy(drawn.description:find "^T")
      end
    end)
  end

  it("a_number_of_a_file_without_codebook_is_no_text", function()
    assert.truthy(survey_of("f,,,,,\n", false):mean("x"):to_text():find "the base is 0")
    assert.truthy(survey_of("", false):mean("x"):to_text():find "the base is 0")
  end)

  it("text_is_still_no_number", function()
    assert.has_error(function() survey_of("f,oui,a,one,,\n", false):mean "x" end)
    assert.has_error(function() survey_of("", true):mean "q" end)
  end)

  it("a_total_of_blanks_is_not_known", function()
    local row = survey_of("f,,,,,\nm,,,,,\n", true):total("x")[1]
    assert.is_nil(row.value)
    assert.equal(2, row.missing)
    assert.equal(5, survey_of("f,,,5,,\nm,,,,,\n", true):total("x")[1].value)
  end)

  it("a_level_that_no_answer_names_is_an_error_where_there_are_answers", function()
    local s = survey_of("f,oui,a,1,1,u\n", true)
    assert.has_error(function() bilan.chart.bars(s:freq "q", { level = "ouii" }) end)
  end)
end)

describe("what is still missing", function()
  local function lines_of(f)
    missing_data.start()
    require("bilan.indicator").reset()
    f()
    missing_data.stop()
    local lines = missing_data.lines()
    require("bilan.indicator").reset()
    return lines
  end

  local function told(survey, path)
    if not events.on then error "nobody listens" end
    events.tell("read", { survey = survey, path = path })
  end

  it("is_nothing_for_a_whole_file", function()
    assert.same({}, lines_of(function()
      local s = survey_of("f,oui,a,1,1,u\nm,non,b,2,2,v\n", true)
      bilan.indicator { id = "q", estimate = s:proportion("q", { level = "oui" }) }
    end))
  end)

  it("names_empty_files_blank_items_and_bare_indicators", function()
    local lines = lines_of(function()
      told(survey_of("", true), "empty.csv")
      local s = survey_of("f,,a,1,1,u\nm,,b,,2,v\nm,,b,,2,v\n", true)
      told(s, "half.csv")
      events.tell("made", { survey = s:where "g = 'x'", from = s, verb = "where", given = "g = 'x'" })
      bilan.indicator { id = "q", estimate = s:proportion("q", { level = "oui" }) }
      bilan.indicator { id = "i", estimate = s:proportion("i", { level = "a" }) }
    end)
    local text = table.concat(lines, "\n")
    assert.truthy(text:find("empty.csv: no rows", 1, true), text)
    assert.truthy(text:find("half.csv: no answer to q", 1, true), text)
    assert.truthy(text:find("half.csv: answered by under half of those asked: x (1 of 3)", 1, true), text)
    assert.truthy(text:find("no respondents where g = 'x'", 1, true), text)
    assert.truthy(text:find("indicators without a figure: q\n", 1, true), text)
  end)

  it("does_not_wait_for_optional_items", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "a,b,c\nx,,\nx,,\nx,y,\n"
    file:close()
    local s = bilan.read(path, { codebook = { items = { { id = "a", kind = "single" },
      { id = "b", kind = "single", optional = true }, { id = "c", kind = "single" } } } })
    os.remove(path)
    local text = table.concat(lines_of(function() told(s, "year.csv") end), "\n")
    assert.equal("year.csv: no answer to c", text)
  end)

  it("is_nothing_where_people_left_a_question_out", function()
    assert.same({}, lines_of(function()
      told(survey_of("f,oui,a,1,1,u\nm,,b,2,2,v\nm,,b,2,2,v\n", true), "whole.csv")
    end))
  end)

  it("counts_refusals_as_answers_and_leaves_those_not_asked_out", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "g,q\nf,R\nf,R\nm,\nm,\nm,\n"
    file:close()
    local lines = lines_of(function()
      bilan.read(path, { codebook = { items = { { id = "g" }, { id = "q", universe = "g = 'f'",
        levels = { "oui" }, missing = { refused = "R" } } } } })
    end)
    os.remove(path)
    assert.same({}, lines)
  end)
end)
