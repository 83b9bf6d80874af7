-- The three years of ITD: 2022-2023, rebuilt from what was published, between two made-up ones.
-- Codebooks and files fit each other, everything made up says so wherever it leaves, the script
-- that made it up still gives the committed bytes, and the years compare as the questionnaires say.
-- Files are read here with a small CSV reader of their own, so that the engine is not its own
-- oracle.
local bilan = require "bilan"
local program = (os.getenv "BUILD" or "build") .. "/bilan"

local years <const> = { "2021-2022", "2022-2023", "2023-2024" }
local made_up <const> = { "2021-2022", "2023-2024" }
local files <const> = { "repondants.csv", "etablissements.csv", "temoignages.csv" }

local function folder_of(year) return "datasets/itd/" .. year .. "/" end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function book_of(year) return dofile(folder_of(year) .. "codebook.lua") end

local function survey_of(year)
  local folder = folder_of(year)
  return bilan.read(folder .. "repondants.csv", { codebook = folder .. "codebook.lua" })
end

-- The cells of one CSV line; quotes as in RFC 4180, no line breaks inside.
local function cells_of(line, separator)
  local cells, at = {}, 1
  while at <= #line + 1 do
    local quoted, after = line:match('^"(.-)"()', at)
    if quoted then cells[#cells + 1], at = quoted, after + 1
    else
      local stop = line:find(separator, at, true) or #line + 1
      cells[#cells + 1], at = line:sub(at, stop - 1), stop + 1
    end
  end
  return cells
end

-- Records by heading, and the headings.
local function records_of(path)
  local records, headings, separator = {}, nil, nil
  for line in read(path):gmatch "([^\r\n]+)" do
    if not headings then
      separator = line:find(";", 1, true) and ";" or ","
      headings = cells_of(line, separator)
    else
      local record = {}
      for i, cell in ipairs(cells_of(line, separator)) do record[headings[i]] = cell end
      records[#records + 1] = record
    end
  end
  return records, headings
end

-- What the program prints on a script, and the pages it writes.
local function run(script, pages)
  local folder = os.tmpname()
  os.remove(folder)
  local pipe = assert(io.popen(("%s run --out %s %s 2>&1"):format(program, folder, script)))
  local out = pipe:read "a"
  assert(pipe:close(), out)
  local made = {}
  for i, page in ipairs(pages) do made[i] = read(folder .. "/" .. page) end
  os.execute("rm -rf " .. folder)
  return made, out
end

local function count_of(text, plain)
  local count, from = 0, 1
  while true do
    local _, last = text:find(plain, from, true)
    if not last then return count end
    count, from = count + 1, last + 1
  end
end

-- Captions of tables and charts, at least `least`, that do not say that the data are synthetic.
local function unmarked_of(page, least)
  local captions, marks = 0, 0
  for _, kind in ipairs { "caption", "figcaption" } do
    for caption in page:gmatch(("<%s[ >].-</%s>"):format(kind, kind)) do
      captions = captions + 1
      marks = marks + math.min(1, count_of(caption, "données synthétiques"))
    end
  end
  assert.is_true(captions >= least, captions .. " captions")
  return captions - marks
end

describe("codebooks of ITD", function()
  it("load_in_every_year_and_say_that_respondents_are_made_up", function()
    for _, year in ipairs(years) do
      local book = bilan.codebook(book_of(year))
      assert.equal(year, book.version)
      assert.matches("aucun chiffre ne doit être cité", book.synthetic)
    end
    for _, year in ipairs(made_up) do
      assert.matches("données inventées", book_of(year).title)
    end
  end)

  it("have_one_item_for_each_column_in_its_order", function()
    for _, year in ipairs(years) do
      local _, headings = records_of(folder_of(year) .. "repondants.csv")
      local ids = {}
      for i, item in ipairs(book_of(year).items) do ids[i] = item.id end
      assert.same(headings, ids)
    end
  end)

  it("find_no_answer_outside_the_universe_of_its_question", function()
    for _, year in ipairs(years) do
      for _, note in ipairs(survey_of(year):origin().notes) do
        assert.is_nil(note:find("outside its universe", 1, true), note)
      end
    end
  end)
end)

describe("made-up years of ITD", function()
  it("are_marked_in_every_row_of_every_file", function()
    for _, year in ipairs(made_up) do
      for _, file in ipairs(files) do
        local records = records_of(folder_of(year) .. file)
        assert.is_true(#records > 0)
        for _, record in ipairs(records) do assert.equal("oui", record.synthetique) end
      end
      assert.matches("synthetic", tostring(survey_of(year)))
    end
  end)

  it("are_the_bytes_that_the_script_writes", function()
    local names = {}
    for _, year in ipairs(made_up) do
      for _, file in ipairs(files) do names[#names + 1] = year .. "/" .. file end
    end
    local made = run("scripts/itd/vagues-inventees.lua", names)
    for i, name in ipairs(names) do
      assert.is_true(made[i] == read("datasets/itd/" .. name), name .. " differs")
    end
  end)

  it("have_as_many_classes_of_a_school_as_it_had_interventions", function()
    for at, total in ipairs { 60, 15 } do
      local folder, sum = folder_of(made_up[at]), 0
      local pupils_in, classes_in, school_of = {}, {}, {}
      for _, record in ipairs(records_of(folder .. "repondants.csv")) do
        local class, school = record.classe, record.etablissement
        if record.public == "élève" then
          assert.is_true(school_of[class] == nil or school_of[class] == school, class)
          if not school_of[class] then classes_in[school] = (classes_in[school] or 0) + 1 end
          school_of[class], pupils_in[class] = school, (pupils_in[class] or 0) + 1
        end
      end
      for class, pupils in pairs(pupils_in) do assert.is_true(pupils <= 35, class) end
      for _, record in ipairs(records_of(folder .. "etablissements.csv")) do
        assert.equal(tonumber(record.interventions), classes_in[record.etablissement])
        sum = sum + tonumber(record.interventions)
      end
      assert.equal(total, sum)
      sum = 0
      for _, record in ipairs(records_of(folder .. "temoignages.csv")) do
        sum = sum + tonumber(record.temoignages)
      end
      assert.equal(total, sum)
    end
  end)

  it("share_schools_and_call_the_others_invented", function()
    local known, first, shared = {}, {}, 0
    for _, record in ipairs(records_of "datasets/itd/2022-2023/etablissements.csv") do
      known[record.etablissement] = true
    end
    for at, year in ipairs(made_up) do
      for _, record in ipairs(records_of(folder_of(year) .. "etablissements.csv")) do
        local name = record.etablissement
        assert.is_true(known[name] or name:find " inventé " ~= nil, name)
        if at == 1 then first[name] = true elseif first[name] then shared = shared + 1 end
      end
    end
    assert.equal(8, shared)
  end)

  it("have_pages_whose_every_table_and_chart_says_so", function()
    for _, year in ipairs(made_up) do
      local page = run(("scripts/itd/%s.lua"):format(year), { ("itd-%s.html"):format(year) })[1]
      for _, words in ipairs { "année scolaire " .. year .. " (données inventées)",
        "<strong>Données inventées.</strong>", "a été publié" } do
        assert.is_true(count_of(page, words) == 1, words)
      end
      assert.is_true(unmarked_of(page, 15) == 0)
    end
  end)

  it("have_questions_in_the_box_without_names", function()
    local count, different, seen = 0, 0, {}
    for _, record in ipairs(records_of "datasets/itd/2023-2024/repondants.csv") do
      local text = record.question_boite
      if text ~= "" then
        assert.equal("oui", record.boite_questions)
        -- names would start with a capital inside the sentence
        assert.is_nil(text:find " %u", text)
        count = count + 1
        if not seen[text] then different, seen[text] = different + 1, true end
      end
    end
    assert.is_true(count > 80 and different > 10)
  end)
end)

-- Grades between 2021-2022 and 2022-2023, then 2022-2023 and 2023-2024, then the first and the
-- last, as one reads them off the three questionnaires. Items that are not here are identical.
local grades <const> = {
  orientation = { "levels merged", "reworded", "levels merged" },
  metier_connu = { "levels changed", "identical", "levels changed" },
  metier_atypique = { "universe changed", "identical", "universe changed" },
  specialites = { "levels merged", "levels merged", "levels merged" },
  satisfait = { "levels merged", "identical", "levels merged" },
  adapte = { "kind changed", "identical", "kind changed" },
  envie = { "not asked", "identical", "not asked" },
  interet_ateliers = { "not asked", "not asked", "reworded" },
}
for _, id in ipairs { "etablissement", "academie", "classe", "section", "age" } do
  grades[id] = { "not asked", "not asked", "identical" }
end
for _, id in ipairs { "boite_questions", "question_boite", "binome", "prise_de_parole",
  "disponibilites", "distance" } do
  grades[id] = { "not asked", "not asked", "not asked" }
end

describe("three years of ITD", function()
  local waves

  setup(function()
    local list = {}
    for i, year in ipairs(years) do list[i] = { year, survey_of(year) } end
    waves = bilan.waves(list)
  end)

  it("compare_as_the_questionnaires_say", function()
    local same <const> = { "identical", "identical", "identical" }
    assert.same(years, waves:years())
    for _, item in ipairs(waves:items()) do
      local found = {}
      for i, pair in ipairs { { 1, 2 }, { 2, 3 }, { 1, 3 } } do
        found[i] = waves:grade(item, years[pair[1]], years[pair[2]])
      end
      assert.same(grades[item] or same, found, item)
    end
  end)

  it("know_an_item_by_its_old_name", function()
    local grade, findings = waves:grade("interet_presentation", years[1], years[2])
    assert.equal("identical", grade)
    local renamed
    for _, finding in ipairs(findings) do renamed = renamed or finding.what == "renamed" end
    assert.is_true(renamed)
  end)

  it("break_the_line_where_they_must_and_only_there", function()
    local function broken(item)
      local out = {}
      for i, row in ipairs(waves:trend(item, { level = "oui" }):rows()) do
        out[i] = row.value == nil and "gap" or row.broken and "broken" or "joined"
      end
      return table.concat(out, " ")
    end
    assert.equal("joined broken joined", broken "metier_atypique")
    assert.equal("joined broken joined", broken "metier_connu")
    assert.equal("joined joined joined", broken "satisfait")
    assert.equal("gap joined joined", broken "envie")
  end)

  it("count_merged_answers_as_one", function()
    local satisfied, answered = 0, 0
    for _, record in ipairs(records_of "datasets/itd/2021-2022/repondants.csv") do
      local text = record.satisfait
      satisfied = satisfied + ((text == "tout à fait" or text == "plutôt oui") and 1 or 0)
      answered = answered + (text ~= "" and 1 or 0)
    end
    local row = waves:trend("satisfait", { level = "oui" }):rows()[1]
    assert.same({ satisfied, answered }, { row.count, row.n })
  end)

  -- Linearised: a school adds (sum of y - p) / n of the later year less that of the earlier one;
  -- with m schools in either, V = m / (m - 1) times the sum of squares of deviations from the mean.
  it("count_the_covariance_of_schools_that_come_back", function()
    local satisfied <const> = { ["tout à fait"] = true, ["plutôt oui"] = true, oui = true }
    local sums, of_school, schools = { { yes = 0, n = 0 }, { yes = 0, n = 0 } }, {}, {}
    for at, year in ipairs(made_up) do
      for _, record in ipairs(records_of(folder_of(year) .. "repondants.csv")) do
        if record.satisfait ~= "" then
          local yes = satisfied[record.satisfait] and 1 or 0
          sums[at].yes, sums[at].n = sums[at].yes + yes, sums[at].n + 1
          local own = of_school[record.etablissement]
          if not own then
            own = { { yes = 0, n = 0 }, { yes = 0, n = 0 } }
            of_school[record.etablissement], schools[#schools + 1] = own, own
          end
          own[at].yes, own[at].n = own[at].yes + yes, own[at].n + 1
        end
      end
    end
    local p = { sums[1].yes / sums[1].n, sums[2].yes / sums[2].n }
    local squares = 0 -- the mean deviation is 0
    for _, own in ipairs(schools) do
      local u = (own[2].yes - p[2] * own[2].n) / sums[2].n
        - (own[1].yes - p[1] * own[1].n) / sums[1].n
      squares = squares + u * u
    end
    local list = {}
    for i, year in ipairs(years) do
      list[i] = { year, survey_of(year):drop_rows "public <> 'élève'" }
    end
    local row = bilan.waves(list):change("satisfait", { from = years[1], to = years[3],
      level = "oui", unit = "etablissement" }):rows()[1]
    assert.equal(18, #schools)
    assert.is_true(math.abs(row.value - (p[2] - p[1])) < 1e-12)
    assert.is_true(math.abs(row.se - math.sqrt(18 / 17 * squares)) < 1e-12)
  end)

  it("have_a_page_with_marked_figures_that_is_the_same_twice", function()
    local page = run("scripts/itd/annees.lua", { "itd-trois-ans.html" })[1]
    assert.is_true(page == run("scripts/itd/annees.lua", { "itd-trois-ans.html" })[1])
    for _, words in ipairs { "deux sont inventées", "non comparable avec 2021-2022",
      "question non posée", "présentes les deux années" } do
      assert.is_true(count_of(page, words) >= 1, words)
    end
    assert.equal(1, unmarked_of(page, 20)) -- grades are no figures
  end)
end)
