-- Lint: every rule on wrong scripts, which it must find at their line, and on right ones, which it
-- must leave alone. A line that is wrong ends in `--!`; all findings of a case must be there and
-- of the rule under test, and nowhere else.
local events = require "bilan.events"
local lint = require "bilan.lint"
require "bilan.design"
local source = require "bilan.lint.source"

-- What a script prints is made and thrown away.
local quiet = setmetatable({ print = function(...)
  for i = 1, select("#", ...) do tostring((select(i, ...))) end
end }, { __index = _G })

-- Runs a script as `bilan lint` does; its findings, and the error that ended it.
local function run(text, opts)
  local listening = lint.start(opts)
  require("bilan.indicator").reset()
  events.tell("source", { path = "case.lua", chunk = "case.lua", text = text })
  local ok, err = pcall(assert(load(text, "@case.lua", "t", quiet)))
  local findings = listening:finish { unused = ok }
  assert.are.same({}, listening.faults)
  return findings, not ok and err or nil
end

local head = 'local bilan = require "bilan"\n'

-- "3 rule, 5 rule": the lines that end in --!, and those that were found.
local function expected_of(text, rule)
  local list, number = {}, 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    if line:find "%-%-!$" then list[#list + 1] = number .. " " .. rule end
  end
  return table.concat(list, ", ")
end

local function found_in(findings)
  local list, seen = {}, {}
  for _, finding in ipairs(findings) do
    local text = finding.line .. " " .. finding.rule
    if not seen[text] then list[#list + 1] = text end
    seen[text] = true
  end
  return table.concat(list, ", ")
end

local function check(rule, text)
  text = head .. text
  local findings, err = run(text)
  assert.is_nil(err)
  assert.are.equal(expected_of(text, rule), found_in(findings))
end

local function cases(rule, list)
  describe(rule, function()
    for _, case in ipairs(list) do
      it(case[1], function() check(rule, case[2]) end)
    end
  end)
end

local pupils = 'local s = bilan.read "docs/examples/pupils.csv"\n'
local workshop = 'local s = bilan.read("docs/examples/workshop.csv", '
  .. '{ codebook = dofile "docs/examples/codebook.lua" })\n'
local design = '{ weights = "weight", strata = "region", clusters = "school", nest = true }'

cases("filter-then-estimate", {
  { "finds_rows_deleted_before_the_design", pupils .. [[
local part = s:drop_rows "school > 2" --!
local d = part:design ]] .. design .. [[

print(d:proportion("science", { level = "yes" }))]] },
  { "finds_rows_deleted_after_the_design", pupils .. "local d = s:design " .. design .. [[

local part = d:drop_rows "school <= 2" --!
print(part:mean "hours")]] },
  { "finds_rows_selected_by_sql", pupils .. [[
local part = s:sql "SELECT * FROM survey WHERE school > 2" --!
local d = part:design ]] .. design .. [[

print(d:mean "hours")]] },
  { "finds_rows_filtered_in_lua", pupils .. [[
local region, school, hours = s:column "region", s:column "school", s:column "hours"
local r, c, h = {}, {}, {}
for i = 1, #s do
  if type(hours[i]) == "number" and school[i] > 2 then
    r[#r + 1], c[#c + 1], h[#h + 1] = region[i], school[i], hours[i]
  end
end
local part = bilan.survey { region = r, school = c, hours = h } --!
print(part:design { strata = "region", clusters = "school", nest = true }:mean "hours")]] },
  { "finds_a_domain_that_is_stacked", pupils .. [[
local part = s:where "school > 2":stack(s:where "school > 3") --!
print(part:design ]] .. design .. [[:mean "hours")]] },
  { "finds_a_part_without_the_design_that_the_whole_has", pupils .. "local d = s:design "
    .. design .. [[

print(d:mean "hours")
local girls = s:drop_rows "gender <> 'girl'" --!
print(girls:mean "hours")]] },
  { "finds_sql_that_loses_the_design", pupils .. "local d = s:design " .. design .. [[

local part = d:sql "SELECT hours FROM survey WHERE gender = 'girl'" --!
print(part:mean "hours")]] },
  { "finds_a_total_of_weighted_rows_that_were_filtered", pupils .. [[
local part = s:drop_rows "gender = 'girl'":design { weights = "weight" } --!
print(part:total "hours", part:mean "hours")]] },
  { "leaves_a_mean_of_weighted_rows_alone", pupils .. [[
local part = s:drop_rows "gender = 'girl'":design { weights = "weight" }
print(part:mean "hours")]] },
  { "leaves_where_alone", pupils .. "local d = s:design " .. design .. [[

print(d:where "level = 'upper'":mean "hours")
print(s:where "school > 2":design ]] .. design .. [[:mean "hours")]] },
  { "leaves_counts_alone", pupils .. "local d = s:design " .. design .. [[

print(#d:drop_rows "school <= 2", #s:sql "SELECT * FROM survey WHERE school > 2")]] },
  { "leaves_a_script_without_a_design_alone", [[
local s = bilan.survey { a = { 1, 2, 3, 4 }, b = { "x", "y", "y", "x" } }
print(s:drop_rows "b = 'x'":mean "a", s:sql "SELECT a FROM survey WHERE b = 'x'":mean "a")]] },
  { "leaves_a_whole_stratum_that_goes_alone", pupils .. [[
local part = s:drop_rows "region = 'north'"
print(part:design ]] .. design .. [[:mean "hours")]] },
  { "leaves_rows_alone_whose_units_all_stay", pupils .. [[
local part = s:drop_rows "pupil = 1"
print(part:design ]] .. design .. [[:mean "hours")]] },
  { "leaves_rows_alone_that_have_no_place_in_the_design", [[
local s = bilan.survey { who = { "p", "p", "p", "p", "t", "t" }, x = { 1, 2, 3, 5, 8, 9 },
  class = { "a", "a", "b", "b", bilan.missing.not_asked, bilan.missing.not_asked } }
local p, t = s:drop_rows "who = 't'", s:drop_rows "who = 'p'"
print(p:design { clusters = "class" }:mean "x", t:mean "x")]] },
  { "leaves_groups_made_by_sql_alone", pupils .. "local d = s:design " .. design .. [[

print(d:mean "hours")
local query = "SELECT school, avg(hours) AS h FROM survey WHERE hours > 1 GROUP BY school"
print(s:sql(query):mean "h")]] },
})

local coded = [[
local s = bilan.survey { q = { 1, 2, 3, 4, 5, 9, 9, 3, 2 }, g = { "a", "b", "a", "b", "a", "b",
  "a", "b", "a" }, age = { 11, 12, 13, 14, 15, 999, 16, 17, 11 }, n = { 0, 1, 2, 3, 4, 5, 6, 7, 9 },
  d = { -1, 0, 1, -1, 0, 1, 1, 1, 0 } }
]]

cases("mean-of-nominal", {
  { "finds_a_mean_of_a_nominal_item", [[
local book = { items = { { id = "region", kind = "single" }, { id = "school", kind = "single" } } }
-- lint: allow unknown-item because the case is short
local s = bilan.read("docs/examples/pupils.csv", { codebook = book }):select("region", "school")
print(s:mean "school") --!]] },
  { "finds_a_median_and_a_test_of_an_identifier", workshop .. [[
print(s:median "respondent") --!
print(s:t_test("respondent", { by = "school" })) --!]] },
  { "finds_codes_for_no_answer", coded .. [[
print(s:mean "q") --!
print(s:median("q", { by = "g" })) --!
print(s:difference("q", { by = "g", from = "a", to = "b" })) --!]] },
  { "finds_999_among_ages", coded .. 'print(s:mean "age") --!' },
  { "finds_them_in_a_test", coded .. 'print(s:t_test("q", { by = "g" })) --!' },
  { "finds_a_negative_code", [[
local s = bilan.survey { q = { 1, 2, 3, 4, -9, 2, 3 } }
print(s:mean "q") --!]] },
  { "leaves_a_scale_with_scores_alone", workshop .. [[
print(s:mean "interest", s:median "age", s:mean("screen", { by = "gender" }))]] },
  { "leaves_numbers_alone", coded .. [[
print(s:mean "n", s:mean "d")
print(s:where "q < 9":freq "q", s:freq "q")]] },
  { "leaves_scales_of_nine_and_ten_alone", [[
local nine, ten = {}, {}
for i = 1, 200 do nine[i], ten[i] = i % 9 + 1, i % 11 end
local s = bilan.survey { nine = nine, ten = ten, some = { 0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 3 } }
print(s:mean "nine", s:mean "ten", s:mean "some")]] },
  { "finds_9_behind_a_scale_of_seven_where_many_answered", [[
local seven = {}
for i = 1, 200 do seven[i] = i % 8 == 0 and 9 or i % 8 end
print(bilan.survey({ seven = seven }):mean "seven") --!]] },
  { "finds_8_and_9_behind_a_scale_of_five", [[
print(bilan.survey({ q = { 1, 2, 3, 4, 5, 8, 8, 9, 9, 3 } }):mean "q") --!]] },
  { "finds_a_minus_1_behind_a_scale_from_1", [[
print(bilan.survey({ q = { 1, 2, 3, 4, -1, 2 } }):mean "q") --!]] },
  { "leaves_differences_alone", [[
print(bilan.survey({ q = { -1, 0, 1, 2, 3, 4, -2 } }):mean "q")]] },
  { "leaves_old_people_alone", [[
print(bilan.survey({ age = { 23, 45, 67, 88, 99, 98, 71, 34 } }):mean "age")]] },
  { "leaves_a_yes_as_1_alone", [[
local s = bilan.survey { q = { 1, 0, 1, 1, 0, 0, 0, 1 } }
print(s:mean "q", s:total "q")]] },
  { "leaves_codes_alone_that_are_declared", [[
local none = bilan.missing.no_answer
local s = bilan.survey { q = { 1, 2, 3, 4, 5, none, none, 3, 2 } }
print(s:mean "q")
]] },
  { "leaves_a_difference_of_shares_of_a_nominal_item_alone", workshop .. [[
print(s:difference("again", { level = "yes", by = "gender", from = "boy", to = "girl" }))]] },
})

cases("across-universes", {
  { "finds_a_group_that_was_not_asked", workshop .. [[
print(s:crosstab("subject", "school")) --!
print(s:freq("subject", { by = "school" })) --!]] },
  { "finds_a_test_of_one", workshop .. [[
print(s:independence("subject", "school")) --!]] },
  { "finds_a_domain_that_was_not_asked", workshop .. [[
print(s:where "school = 'Collège Zola'":proportion("subject", { level = "physics" })) --!]] },
  { "finds_different_universes_in_one_chart", workshop .. [[
local chart = bilan.chart.stacked({ s:freq "subject", s:freq "again" }, {}) --!]] },
  { "finds_a_difference_of_shares_of_two_universes", workshop .. [[
local a = s:proportion("subject", { level = "physics" }):get { level = "physics" }
local b = s:proportion("again", { level = "yes" }):get { level = "yes" }
local d = a.value - b.value --!]] },
  { "finds_a_universe_that_narrows_the_group_named", [[
local book = { items = { { id = "pupil", kind = "id" }, { id = "hours", kind = "number" },
  { id = "science", kind = "single", universe = "hours >= 4" } } }
-- lint: allow unknown-item because the case is short
local s = bilan.read("docs/examples/pupils.csv", { codebook = book }):select("hours", "science")
print(s:where "hours >= 2":proportion("science", { level = "yes" })) --!]] },
  { "leaves_a_universe_alone_that_the_where_has", workshop .. [[
local lycee = s:where "school = 'Lycée Curie'"
print(lycee:crosstab("subject", "gender"), lycee:freq "subject")
local c = bilan.chart.stacked({ lycee:freq "subject", lycee:freq "again" }, {})]] },
  { "leaves_a_plain_table_of_the_item_alone", workshop .. [[
print(s:freq "subject", s:crosstab("subject", "gender"))]] },
  { "leaves_items_without_a_universe_alone", workshop .. [[
print(s:crosstab("again", "school"), s:crosstab("school", "again"))
local a, b = s:proportion "again = 'yes'", s:proportion "gender = 'girl'"
print(a.value - b.value)]] },
  { "leaves_a_narrower_domain_of_other_items_alone", workshop .. [[
print(s:where "gender = 'girl'":freq "subject")]] },
})

local two = workshop .. [[
local girls, boys = s:where "gender = 'girl'", s:where "gender = 'boy'"
local young = s:where "age < 17"
local stat = bilan.stat
]]

cases("overlapping-columns", {
  { "finds_domains_that_overlap", two .. [[
local a = girls:proportion("again", { level = "yes" }):get { level = "yes" }
local b = young:proportion("again", { level = "yes" }):get { level = "yes" }
print(stat.difference_ci(a.count, a.n, b.count, b.n).low) --!]] },
  { "finds_a_part_against_the_whole", two .. [[
local a = girls:proportion("again", { level = "yes" }):rows()[1]
local b = s:proportion("again", { level = "yes" }):rows()[1]
print(stat.chi_squared({ { a.count, a.n - a.count }, { b.count, b.n - b.count } }).p_value) --!]] },
  { "finds_two_levels_of_one_item", two .. [[
local f = s:freq "again"
local a, b = f:get { level = "yes" }, f:get { level = "no" }
print(stat.difference_ci(a.count, a.n, b.count, b.n).low) --!]] },
  { "finds_two_answers_of_the_same_people", two .. [[
local a = s:proportion("again", { level = "yes" }):rows()[1]
local b = s:proportion("interest", { level = "very interesting" }):rows()[1]
print(stat.difference_ci(a.count, a.n, b.count, b.n).low) --!]] },
  { "finds_options_of_one_item", two .. [[
local t = s:crosstab("again", "fields")
local a, b = t:get { row = "yes", col = "health" }, t:get { row = "yes", col = "digital" }
print(stat.fisher({ { a.count, a.n - a.count }, { b.count, b.n - b.count } }).p_value) --!]] },
  { "leaves_domains_alone_that_share_nobody", two .. [[
local a = girls:proportion("again", { level = "yes" }):get { level = "yes" }
local b = boys:proportion("again", { level = "yes" }):get { level = "yes" }
print(stat.difference_ci(a.count, a.n, b.count, b.n).low)
print(stat.chi_squared({ { a.count, a.n - a.count }, { b.count, b.n - b.count } }).p_value)]] },
  { "leaves_groups_of_one_result_alone", two .. [[
local p = s:proportion("again", { level = "yes", by = "gender" })
local a, b = p:get { gender = "girl" }, p:get { gender = "boy" }
print(stat.difference_ci(a.count, a.n, b.count, b.n).low)]] },
  { "leaves_tests_alone_that_know_the_covariance", two .. [[
print(s:crosstab("again", "fields", { test = true, letters = true }))
print(s:difference("again", { level = "yes", by = "gender", from = "girl", to = "boy" }))]] },
  { "leaves_typed_counts_alone", "print(bilan.stat.difference_ci(4, 11, 9, 11).low)" },
})

local shares = workshop .. [[
local p = s:proportion("again", { level = "yes", by = "gender" })
local a, b = p:get { gender = "girl" }, p:get { gender = "boy" }
]]

cases("percentage-of-a-percentage", {
  { "finds_a_share_of_a_share", shares .. [[
print(a.value / b.value) --!
print(100 * a.value / b.value) --!]] },
  { "finds_a_relative_change", shares .. [[
print((a.value - b.value) / b.value) --!]] },
  { "finds_points_called_percent", shares .. [[
print(("%.1f %% more"):format(100 * (a.value - b.value))) --!
local gap = math.floor(100 * (a.value - b.value) + 0.5)
print("gap: " .. gap .. " %") --!
print(string.format("n = %d, %d%%", a.n, gap)) --!]] },
  { "finds_a_mean_of_shares", shares .. [[
local mean = (a.value + b.value) / 2 --!]] },
  { "finds_shares_as_data", shares .. [[
local list = {}
for _, row in ipairs(p:rows()) do list[#list + 1] = 100 * row.value end
local q = bilan.survey { share = list } --!]] },
  { "finds_a_share_taken_for_a_count", shares .. [[
print(pcall(bilan.stat.proportion_ci, 1, 2))
local ok = pcall(function() return bilan.stat.proportion_ci(100 * a.value, 100) end) --!]] },
  { "finds_a_product_of_shares_of_all", shares .. [[
local c = s:proportion("interest", { level = "very interesting" }):rows()[1]
local d = s:proportion("again", { level = "yes" }):rows()[1]
print(c.value * d.value) --!]] },
  { "finds_it_in_a_function", workshop .. [[
local function share(of) return of:proportion("again", { level = "yes" }):rows()[1] end
print(share(s:where "gender = 'girl'").value / share(s).value) --!]] },
  { "finds_a_mean_of_percentages_of_groups", [[
local s = bilan.survey { { "school", { "a", "b", "c" } }, { "pupils", { 10, 200, 40 } },
  { "percent_girls", { 50, 45.5, 60 } } }
print(s:mean "percent_girls") --!]] },
  { "leaves_a_difference_in_points_alone", shares .. [[
print(("%.1f points"):format(100 * (a.value - b.value)), a.value > b.value)
print(bilan.format.points(a.value - b.value, { lang = "en" }))
print(("%.0f %% of girls, %.0f %% of boys"):format(100 * a.value, 100 * b.value))
print(("%d %% points"):format(math.floor(100 * (a.value - b.value))))]] },
  { "leaves_counts_alone", shares .. [[
print(a.count / b.count, a.count / a.n, 1 - a.value, a.value * 1000)
print(bilan.format.percent(a.count, a.n, { lang = "en" }))
print(bilan.stat.risk_ratio(a.count, a.n, b.count, b.n).low)]] },
  { "leaves_quotients_of_one_base_alone", workshop .. [[
local f = s:freq "again"
print(f:get { level = "yes" }.value / f:get { level = "no" }.value)
local both, one = s:proportion "again = 'yes' and age < 17", s:proportion "again = 'yes'"
print(both.value / one.value)]] },
  { "leaves_a_share_among_those_of_a_share_alone", workshop .. [[
local yes = s:proportion("again", { level = "yes" }):rows()[1]
local of_yes = s:where "again = 'yes'":proportion("gender", { level = "girl" }):rows()[1]
print(yes.value * of_yes.value)]] },
  { "leaves_means_alone", workshop .. [[
local m = s:mean("screen", { by = "gender" })
local a, b = m:get { gender = "girl" }, m:get { gender = "boy" }
print(a.value / b.value, (a.value - b.value) / b.value, (a.value + b.value) / 2)]] },
  { "leaves_percentages_of_persons_alone", [[
local s = bilan.survey { percent_of_time = { 50, 45.5, 60 } }
print(s:mean "percent_of_time")]] },
})

local years = [[
local three = { "yes", "no", "perhaps" }
local function year(name, levels, universe)
  local book = { items = { { id = "pupil", kind = "id" }, { id = "gender", kind = "single" },
    { id = "science", kind = "single", levels = levels, universe = universe } } }
  -- lint: allow unknown-item because the case is short
  local s = bilan.read("docs/examples/pupils.csv", { codebook = book })
  return s:select("pupil", "gender", "science"):derive { year = "'" .. name .. "'" }
end
]]

cases("incomparable-trend", {
  { "finds_levels_that_changed", years .. [[
local s = year("2022", three):stack(year("2023", { "yes", "no", "perhaps", "maybe" }))
print(s:proportion("science", { level = "yes", by = "year" })) --!]] },
  { "finds_a_universe_that_changed", years .. [[
local s = year("2022", three):stack(year("2023", three, "gender = 'girl'"))
print(s:crosstab("science", "year")) --!]] },
  { "finds_what_waves_tell", [[
local events = require "bilan.events"
events.tell("trend", { verb = "change", item = "satisfait", --!
  grades = { { from = "2022", to = "2023", grade = "universe changed" } } })]] },
  { "leaves_the_same_question_alone", years .. [[
local s = year("2022", three):stack(year("2023", { three[3], three[1], three[2] }))
print(s:proportion("science", { level = "yes", by = "year" }))]] },
  { "leaves_other_groups_alone", years .. [[
local s = year("2022", three):stack(year("2023", { "yes", "no", "perhaps", "maybe" }))
print(s:proportion("science", { level = "yes", by = "gender" }), s:freq "gender")]] },
  { "leaves_comparable_waves_alone", [[
require("bilan.events").tell("trend", { verb = "trend", item = "satisfait",
  grades = { { from = "2022", to = "2023", grade = "levels merged" },
    { from = "2023", to = "2024", grade = "not asked" } } })]] },
})

cases("unknown-item", {
  { "finds_a_column_that_no_codebook_knows", [[
local s = bilan.read("docs/examples/pupils.csv", { codebook = { items = { --!
  { id = "pupil", kind = "id" } } } })]] },
  { "finds_it_when_one_is_left_out", [[
local items = {}
for _, id in ipairs { "pupil", "region", "school", "schools", "weight", "gender", "level",
  "hours" } do items[#items + 1] = { id = id, kind = id == "hours" and "number" or "single" } end
local s = bilan.read("docs/examples/pupils.csv", { codebook = { items = items } }) --!]] },
  { "finds_an_answer_that_is_a_level_written_otherwise", [[
local other = { "pupil", "region", "school", "schools", "weight", "level", "hours", "science" }
local items = { { id = "gender", kind = "single", levels = { "Girl" }, open = true } }
for _, id in ipairs(other) do items[#items + 1] = { id = id, open = true } end
local s = bilan.read("docs/examples/pupils.csv", { codebook = { items = items } }) --!]] },
  { "leaves_data_without_a_codebook_alone", 'local s = bilan.read "docs/examples/workshop.csv"' },
  { "leaves_a_whole_codebook_alone", workshop .. "print(#s)" },
  { "leaves_new_items_alone", workshop .. [[
local t = s:derive { adult = "age >= 18" }:rename { sex = "gender" }
print(t:freq "adult", t:freq "sex")]] },
})

cases("unweighted-estimate", {
  { "finds_weights_that_nobody_uses", pupils .. [[
print(s:proportion("science", { level = "yes" })) --!]] },
  { "finds_them_in_a_part", pupils .. [[
local girls = s:where "gender = 'girl'"
print(girls:mean "hours") --!]] },
  { "finds_them_in_a_test", pupils .. 'print(s:t_test("hours", { by = "gender" })) --!' },
  { "leaves_a_design_alone", pupils .. [[
print(s:design { weights = "weight" }:mean "hours")
print(s:mean "hours")]] },
  { "leaves_body_weight_alone", [[
local s = bilan.survey { weight = { 50, 60, 70 }, age = { 12, 13, 14 } }
print(s:mean "weight", s:mean "age")]] },
  { "leaves_the_weight_of_bodies_alone", [[
local s = bilan.survey { weight = { 50, 60, 70 }, height = { 150, 160, 170 }, age = { 12, 13, 14 } }
print(s:mean "age")]] },
  { "leaves_looking_alone", pupils .. "print(#s, s:head(2)[1].weight)" },
})

cases("duplicate-title", {
  { "finds_two_of_one_title", workshop .. [[
local e = s:proportion("again", { level = "yes" })
bilan.indicator { id = "a", title = "Again", estimate = e }
bilan.indicator { id = "b", title = "Again", estimate = e } --!]] },
  { "finds_a_third", workshop .. [[
local e = s:mean "age"
for i = 1, 2 do
  bilan.indicator { id = "x" .. i, title = "Age", estimate = e } --!
end]] },
  { "leaves_titles_of_their_own_alone", workshop .. [[
bilan.indicator { id = "a", title = "Again", estimate = s:freq "again" }
bilan.indicator { id = "b", estimate = s:freq "again" }]] },
})

describe("an allow", function()
  local wrong = shares .. "print(a.value / b.value)"
  local allow = " -- lint: allow percentage-of-a-percentage because the factor is the indicator"

  local function count(text) return found_in(run(head .. text)) end

  it("takes_a_finding_away_on_its_line", function() assert.are.equal("", count(wrong .. allow)) end)
  it("takes_it_away_from_the_line_below", function()
    assert.are.equal("", count(shares .. allow .. "\nprint(a.value / b.value)"))
  end)
  it("takes_it_away_within_a_statement", function()
    assert.are.equal("", count(shares .. "print(a.value / b.value,\n  a.n,\n  b.n)" .. allow))
  end)
  it("does_not_reach_the_line_after_next", function()
    assert.are.equal("5 unused-allow, 7 percentage-of-a-percentage",
      count(shares .. allow .. "\n\nprint(a.value / b.value)"))
  end)
  it("at_the_top_is_for_the_whole_file", function()
    local findings = run("-- a script\n" .. allow .. "\n" .. head .. wrong .. "\n" ..
      "print(a.value / b.value)")
    assert.are.equal("", found_in(findings))
  end)
  it("that_takes_nothing_away_is_a_finding", function()
    assert.are.equal("5 unused-allow", count(shares .. allow))
  end)
  it("of_another_rule_is_a_finding", function()
    assert.are.equal("5 percentage-of-a-percentage, 5 unused-allow",
      count(wrong .. " -- lint: allow unknown-item because it is so"))
  end)
  it("needs_a_reason", function()
    assert.are.equal("5 percentage-of-a-percentage, 5 bad-allow",
      count(wrong .. " -- lint: allow percentage-of-a-percentage"))
  end)
  it("of_an_unknown_rule_has_a_hint", function()
    local findings = run(head .. wrong .. " -- lint: allow mean-of-nominals because so")
    assert.truthy(findings[2].what:find 'did you mean "mean%-of%-nominal"')
  end)
end)

describe("a lint", function()
  it("says_file_line_what_why_instead_and_rule", function()
    local findings = run(head .. shares .. "print(a.value / b.value)")
    assert.truthy(lint.text(findings[1]):find("^case%.lua:5: warning: a%.value / b%.value divides "
      .. "a share by a share; .+; instead: .+ %[percentage%-of%-a%-percentage%]\n$"))
  end)
  it("finds_what_came_before_an_error", function()
    local findings, err = run(head .. shares .. "print(a.value / b.value)\nerror 'stop'")
    assert.truthy(err:find "stop")
    assert.are.equal("5 percentage-of-a-percentage", found_in(findings))
  end)
  it("says_of_a_refused_mean_why", function()
    local findings, err = run(head .. workshop .. 'print(s:mean "again")')
    assert.truthy(err:find "has no numbers")
    assert.are.equal("3 mean-of-nominal", found_in(findings))
  end)
  it("leaves_nobody_listening", function()
    run(head)
    assert.is_false(events.on)
  end)
  it("keeps_a_failing_rule_from_the_script", function()
    local rules = require "bilan.lint.rules"
    rules[#rules + 1] = { name = "broken", on = { lists = function() error "oops" end } }
    local listening = lint.start()
    local ok = pcall(load(head .. "bilan.survey { a = { 1 } }", "@case.lua"))
    listening:finish()
    rules[#rules] = nil
    assert.is_true(ok)
    assert.truthy(listening.faults[1]:find "broken: .*oops")
    assert.are.equal(1, #listening.faults)
  end)
  it("gives_json", function()
    local text = lint.json(run(head .. shares .. "print(a.value / b.value)"))
    assert.truthy(text:find('"findings":[{"file":"case.lua","line":5', 1, true))
    assert.are.equal('{"findings":[]}\n', lint.json({}))
  end)
end)

describe("source", function()
  local function agrees(text)
    return (source.read(text).tree ~= nil) == (load((text:gsub("^#[^\n]*", "--", 1))) ~= nil)
  end
  it("reads_what_lua_reads", function()
    for _, text in ipairs { "", "x = 1", "x = = 1", "local a <const>, b = 1, 'x'", "f 'a' {b} (c)",
      "goto l ::l::", "if a then elseif b then else end", "for i = 1, 2 do end",
      "a.b['c'], d = 1, 2",
      "for k, v in next, t do break end", "repeat local x until x", "return function(...) end",
      "x = a .. b ^ -c // 2 >> 1 ~= d and not e or #f", "x = [==[ ]] ]==]", "--[[ \n ]] x = 1",
      "function a.b:c() return self; end", "x = 'a\\'b' .. \"\\z \n c\"", "x = 0x1p4 + .5e-3 + 3.",
      "local function f() return end", "while true do end end", "x = {1; 2, a = 3, [4] = 5,}",
      "x", "f", "f()", "x = (", "#!/usr/bin/lua\nx = 1", "x = 'open", "a.b", "(f or g)()" } do
      assert(agrees(text) or text == "x" or text == "f" or text == "a.b", text)
    end
  end)
  it("never_fails_on_any_bytes", function()
    local state = 12345
    local function random(n)
      state = (state * 1103515245 + 12345) % 2147483648
      return state // 65536 % n + 1
    end
    local pieces = { "local ", "x", " = ", "1", "(", ")", "{", "}", "'", '"', "[[", "]]", "--",
      "\n",
      "end ", "function ", "..", "if ", "then ", "\\", "\255", "0x", ".", ":", "::", "return " }
    for _ = 1, 3000 do
      local text = {}
      for i = 1, random(30) do text[i] = pieces[random(#pieces)] end
      source.read(table.concat(text))
    end
  end)
  it("does_not_fall_into_deep_brackets", function()
    assert.is_nil(source.read("x = " .. ("("):rep(100000)).tree)
    assert.is_nil(source.read(("do "):rep(100000)).tree)
  end)
  it("stays_linear", function()
    local read = source.read(("local a = f(1, 'two')\n"):rep(5000))
    assert.are.equal(5000, #read.tree)
  end)
end)

it("passes_over_surveys_with_more_rows_than_it_is_to_look_at", function()
  local text = head .. 'local s = bilan.survey { note = { 1, 2, 3, 4, 5, 3, 2, 99, 99 } }\ns:mean "note"\n'
  assert.are.equal("3 mean-of-nominal", found_in(run(text, { most_rows = 9 })))
  assert.are.equal("", found_in(run(text, { most_rows = 8 })))
end)
