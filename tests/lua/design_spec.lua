--- Designs from scripts: declaring, replicates, adjusting weights, what verbs do to a design, and
-- what tables and notes say of it. Variances are worked out by hand.
local bilan = require "bilan"

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(err:find(message, 1, true), err)
end

local function near(want, got)
  assert.is_true(type(got) == "number" and math.abs(want - got) <= 1e-12 * math.max(1, math.abs(want)),
    ("expected %s, got %s"):format(want, got))
end

local function has(text, words)
  assert.truthy(tostring(text):find(words, 1, true), tostring(text))
end

-- Two strata of two schools. W = 12, mean 42 / 12 = 3.5. The sums of w (y - 3.5) / 12 by school
-- are -0.5 and 0.5, -0.125 and 0.125: V = 2 (2 * 0.25) + 2 (2 * 0.015625) = 1.0625, 4 - 2 df.
local function schools()
  return bilan.survey {
    { "region", { "north", "north", "north", "south", "south" } },
    { "school", { "n1", "n1", "n2", "s1", "s2" } },
    { "label", { 1, 1, 2, 1, 2 } },
    { "weight", { 2, 2, 4, 1, 3 } },
    { "score", { 1, 3, 5, 2, 4 } },
    { "size", { 4, 4, 4, 2, 2 } },
    { "answer", { "yes", "no", "yes", "no", "yes" } },
  }
end

local whole = { weights = "weight", strata = "region", clusters = "school" }
local function designed(more)
  local opts = {}
  for key, value in pairs(whole) do opts[key] = value end
  for key, value in pairs(more or {}) do opts[key] = value end
  return schools():design(opts)
end

local function mean_is(survey, value, variance, df)
  local row = survey:mean("score"):rows()[1]
  near(value, row.value)
  near(variance, row.se ^ 2)
  near(df, row.df)
end

describe("design", function()
  it("makes_the_variance_from_strata_and_clusters", function()
    mean_is(designed(), 3.5, 1.0625, 2)
  end)
  it("takes_items_or_lists_of_one_a_stage", function()
    mean_is(designed { strata = { "region" }, clusters = { "school" } }, 3.5, 1.0625, 2)
    mean_is(designed { strata = { false }, clusters = { "school" } }, 3.5,
      4 / 3 * (2 * 0.25 + 2 * 0.015625), 3)
  end)
  it("takes_a_finite_population_by_item_or_number", function()
    mean_is(designed { fpc = "size" }, 3.5, 0.5, 2)
    mean_is(designed { fpc = 4 }, 3.5, 1.0625 / 2, 2)
  end)
  it("nests_labels_when_told", function()
    fails("nest = true", designed, { clusters = "label" })
    mean_is(designed { clusters = "label", nest = true }, 3.5, 1.0625, 2)
  end)
  it("draws_rows_one_by_one_without_anything", function()
    local d, plain = schools():design(), schools()
    mean_is(d, 3, 10 / 4 / 5, 4)
    near(plain:mean("score"):rows()[1].se, d:mean("score"):rows()[1].se)
  end)
  it("is_of_all_rows_whatever_the_domain", function()
    local before = schools():where("region = 'north'"):design(whole)
    local after = designed():where "region = 'north'"
    mean_is(before, 3.5, 2.25, 1)
    mean_is(after, 3.5, 2.25, 1)
    near(2, after:mean("score", { df = "design" }):rows()[1].df)
  end)
  it("tells_what_is_wrong_and_what_is_near", function()
    local s = schools()
    fails('no item "wieght"; did you mean "weight"?', s.design, s, { weights = "wieght" })
    fails('unknown design option "weight"; did you mean "weights"?', s.design, s,
      { weight = "weight" })
    fails('design: weights: "region" has no numbers', s.design, s, { weights = "region" })
    fails('no lonely "ajust"; did you mean "adjust"?', s.design, s, { lonely = "ajust" })
    fails('no sampling "censsus"; did you mean "census"?', s.design, s, { sampling = "censsus" })
    fails("clusters: the name of an item is expected, got a number", s.design, s,
      { clusters = { 3 } })
    fails('no df "desing"; did you mean "design"?', s.mean, designed(), "score", { df = "desing" })
  end)
  it("lists_the_strata_of_one_cluster_unless_a_rule_is_given", function()
    fails('"n2"', designed, { strata = "school", clusters = {} })
    fails('lonely = "fail"', designed, { strata = "school", clusters = {} })
    local d = designed { strata = "school", clusters = {}, lonely = "certainty" }
    mean_is(d, 3.5, 2 * 2 * (2 * 1 / 12) ^ 2, 1)
    has(d:design_report(), "Strata with a single primary unit: 3 (rule: counted as certain).")
  end)
end)

describe("replicate weights", function()
  -- Delete-one jackknife of four rows by hand: factors 4/3 and 0.
  local function replicated()
    local columns = { { "y", { 1, 2, 3, 6 } }, { "w", { 1, 1, 1, 1 } } }
    for r = 1, 4 do
      local weights = {}
      for row = 1, 4 do weights[row] = row == r and 0 or 4 / 3 end
      columns[#columns + 1] = { "rw" .. (r == 4 and 10 or r), weights }
    end
    columns[#columns + 1] = { "rwx", { 9, 9, 9, 9 } }
    columns[#columns + 1] = { "brw1", { 9, 9, 9, 9 } }
    return bilan.survey(columns)
  end
  it("are_found_by_whole_names_in_natural_order", function()
    local d = replicated():replicates { weights = "w", replicate_weights = "rw%d+", kind = "jk1" }
    local report = d:design_report()
    assert.equal(4, report.replicates.count)
    near(0.75, report.replicates.scale)
    local row = d:mean("y"):rows()[1]
    -- the jackknife of a mean is its usual variance: s2 / n = 14 / 3 / 4
    near(3, row.value)
    near(14 / 3 / 4, row.se ^ 2)
    near(3, row.df)
  end)
  it("take_scales_in_the_order_of_the_names", function()
    local d = replicated():replicates { weights = "w", replicate_weights = "^rw%d+$",
      kind = "other", scale = 1, rscales = { 0, 0, 0, 1 }, mse = true }
    near((2 - 3) ^ 2, d:mean("y"):rows()[1].se ^ 2) -- rw10 alone: without 6 the mean is 2
  end)
  it("may_be_factors_of_the_weight", function()
    local s = replicated():derive { w = "w * 2" }
    local d = s:replicates { weights = "w", replicate_weights = "rw%d+", kind = "jk1",
      combined = false }
    near(24, d:total("y"):rows()[1].value)
    near(14 / 3 / 4, d:mean("y"):rows()[1].se ^ 2)
    near(14 / 3 / 4 * 64, d:total("y"):rows()[1].se ^ 2)
  end)
  it("are_never_guessed", function()
    local s = replicated()
    fails("replicates: kind is missing", s.replicates, s,
      { weights = "w", replicate_weights = "rw%d+" })
    fails('replicates: unknown kind "jk9"; did you mean "jk1"?', s.replicates, s,
      { replicate_weights = "rw%d+", kind = "jk9" })
    fails('unknown kind "jackknife"; known are brr, fay, jk1', s.replicates, s,
      { replicate_weights = "rw%d+", kind = "jackknife" })
    fails("replicates: rho is missing", s.replicates, s,
      { replicate_weights = "rw%d+", kind = "fay" })
    fails("to_replicates: rho is missing", s.to_replicates, designed(), { kind = "fay" })
    fails('no item is called "rv%d+" in full', s.replicates, s,
      { replicate_weights = "rv%d+", kind = "jk1" })
    fails("is no Lua pattern", s.replicates, s, { replicate_weights = "rw(%d+", kind = "jk1" })
    fails("replicate_weights is missing", s.replicates, s, { kind = "jk1" })
    fails("rscales: 2 numbers for 4 replicate weights", s.replicates, s, { weights = "w",
      replicate_weights = "rw%d+", kind = "other", scale = 1, rscales = { 1, 1 } })
    fails("combined = false", s.replicates, s, { replicate_weights = "rw%d+", kind = "jk1",
      combined = false })
  end)
  it("are_made_from_a_design", function()
    local d = designed()
    near(d:mean("score"):rows()[1].value, 3.5)
    local jkn = d:to_replicates { kind = "jkn", mse = true }
    has(jkn:design_report(), "Variances from 4 replicate weights (JKn jackknife), 2 degrees of freedom.")
    has(tostring(jkn), "design: 2 strata, 4 PSUs, 4 jkn replicates, weighted")
    -- means without n1, n2, s1, s2; rscales 1/2
    local full, v = 3.5, 0
    for _, theta in ipairs { (8 * 5 + 14) / 12, (8 * 2 + 14) / 12, (28 + 4 * 4) / 12.0,
      (28 + 4 * 2) / 12.0 } do v = v + (theta - full) ^ 2 / 2 end
    -- doubled weights of what stays: north 8 of n2 or 8 of n1, south 6 of s2 or 2 of s1
    v = 0
    for _, theta in ipairs { (40 + 14) / (8 + 4), (16 + 14) / (8 + 4), (28 + 24) / (8 + 6),
      (28 + 4) / (8 + 2) } do v = v + (theta - full) ^ 2 / 2 end
    near(v, jkn:mean("score"):rows()[1].se ^ 2)
  end)
end)

describe("adjusted weights", function()
  it("meet_the_totals_of_one_item", function()
    local d = designed():poststratify("answer", { yes = 18, no = 9 })
    local rows = d:total("answer"):rows()
    for _, row in ipairs(rows) do near(row.level == "yes" and 18 or 9, row.value) end
    near(2 / 3, d:proportion("answer"):get { level = "yes" }.value)
    local receipt = d:weight_report():rows()[1].receipts[1]
    assert.equal("poststratify", receipt.verb)
    assert.same({ "answer" }, receipt.items)
    for _, line in ipairs(receipt.lines) do
      near(line.level == "yes" and 9 or 3, line.before) -- weights 2 + 4 + 3 and 2 + 1
      near(line.target, line.reached)
    end
    near(2, receipt.least)
    near(3, receipt.most)
  end)
  it("meet_the_totals_of_several_items_in_any_order", function()
    local totals = { answer = { yes = 18, no = 9 }, region = { north = 17, south = 10 } }
    local d = designed():rake(totals, { epsilon = 1e-12 })
    local e = designed():rake({ { "region", totals.region }, { "answer", totals.answer } },
      { epsilon = 1e-12 })
    for _, survey in ipairs { d, e } do
      for item, levels in pairs(totals) do
        for level, total in pairs(levels) do
          local row = survey:total(item):get { level = level }
          assert.is_true(math.abs(total - row.value) < 1e-9)
        end
      end
    end
    assert.same({ "region", "answer" }, e:design_report().receipts[1].items)
  end)
  it("take_shares_when_told", function()
    local d = designed()
    fails("shares = true", d.rake, d, { answer = { yes = 0.6, no = 0.4 } })
    fails('the shares of "answer" sum to 0.9 instead of 1', d.rake, d,
      { answer = { yes = 0.6, no = 0.3 } }, { shares = true })
    near(7.2, d:rake({ answer = { yes = 0.6, no = 0.4 } }, { shares = true })
      :total("answer"):get { level = "yes" }.value)
    near(600, d:poststratify("answer", { yes = 0.6, no = 0.4 }, { shares = true, total = 1000 })
      :total("answer"):get { level = "yes" }.value)
  end)
  it("meet_the_totals_of_numbers", function()
    local d = designed():calibrate { answer = { yes = 18, no = 9 }, score = 100 }
    near(100, d:total("score"):rows()[1].value)
    near(18, d:total("answer"):get { level = "yes" }.value)
    local all = designed():calibrate { ["(Intercept)"] = 30, score = 100 }
    near(100, all:total("score"):rows()[1].value)
    near(30, all:weight_report():rows()[1].sum)
  end)
  it("tell_of_levels_and_totals_that_do_not_match", function()
    local d = designed()
    fails('unknown level of "answer" "yess"; did you mean "yes"?', d.rake, d,
      { answer = { yess = 18, no = 9 } })
    fails('level "yes" of "answer"', d.rake, d, { answer = { no = 9 } })
    fails('no item "anwser"; did you mean "answer"?', d.rake, d, { anwser = { no = 9 } })
    fails("no totals are given", d.rake, d, {})
    fails("totals are given as { level = number }", d.rake, d, { answer = { yes = "many" } })
    fails("totals are given as { level = number }", d.rake, d, { score = 100 })
    fails('no distance "lin"; did you mean "linear"?', d.calibrate, d, { score = 100 },
      { distance = "lin" })
    fails('unknown rake option "epsilom"; did you mean "epsilon"?', d.rake, d,
      { answer = { yes = 18, no = 9 } }, { epsilom = 1 })
    fails("epsilon: a number is expected", d.rake, d, { answer = { yes = 18, no = 9 } },
      { epsilon = "small" })
  end)
  it("are_trimmed_and_keep_their_sum", function()
    local d = designed():trim { high = 3 }
    local row = d:weight_report():rows()[1]
    near(12, row.sum)
    near(3, row.max)
    assert.equal(1, row.receipts[1].trimmed)
    has(d:design_report(), "Extreme weights trimmed: 1.")
    near(3.12, designed():trim { high_ratio = 1.3 }:weight_report():rows()[1].max)
    fails("give low or high", d.trim, d, {})
    fails("high: a number is expected", d.trim, d, { high = "x" })
  end)
  it("start_from_one_without_a_design", function()
    near(18, schools():poststratify("answer", { yes = 18, no = 9 }):total("answer")
      :get { level = "yes" }.value)
  end)
  it("refuse_replicates_made_too_late", function()
    local d = designed():poststratify("answer", { yes = 18, no = 9 })
    fails("make replicates from the weights as drawn", d.to_replicates, d, { kind = "jkn" })
    local e = designed():to_replicates({ kind = "jkn" })
      :poststratify("answer", { yes = 18, no = 9 })
    near(0, e:total("answer"):get { level = "yes" }.se)
  end)
  it("can_be_kept_as_an_item", function()
    local d = designed():poststratify("answer", { yes = 18, no = 9 }):add_weights "final"
    assert.same({ 4, 6, 8, 3, 6 }, d:column "final")
    fails('there is an item "weight" already', d.add_weights, d, "weight")
  end)
  it("are_not_lost_by_a_second_declaration", function()
    local d = designed():poststratify("answer", { yes = 18, no = 9 })
    fails("design: the weights were adjusted already (poststratify)", d.design, d, whole)
    fails("replicates: the weights were adjusted already", d.replicates, d,
      { kind = "jk1", replicate_weights = "weight" })
    mean_is(designed():design(whole), 3.5, 1.0625, 2)
  end)
end)

describe("the report on weights", function()
  -- weights 2 2 4 1 3: sum 12, sum of squares 34
  it("has_kishs_figures", function()
    local row = designed():weight_report():rows()[1]
    assert.equal(5, row.n)
    near(12, row.sum)
    near(1, row.min)
    near(4, row.max)
    near(2.4, row.mean)
    near(144 / 34, row.effective_n)
    near(5 * 34 / 144, row.deff)
    assert.same({}, row.receipts)
  end)
  it("is_of_the_domain", function()
    near(8, designed():where("region = 'north'"):weight_report():rows()[1].sum)
  end)
  it("prints_and_exports", function()
    has(designed():weight_report(), "Effective n")
    has(designed():weight_report { lang = "fr" }, "Effet de la pondération")
    has(designed():weight_report():to_csv(), "effective_n")
    has(designed():weight_report():to_text { lang = "fr" }, "Poids\n")
    has(designed():weight_report { title = "W" }:to_text { lang = "fr" }, "W\n")
    has(designed():weight_report():to_html(), "Coefficient of variation")
  end)
end)

describe("words about a design", function()
  it("name_what_a_design_effect_is_against", function()
    local d = designed()
    local wide = { width = 300 }
    has(d:mean("score", { deff = true }):to_text(wide), "simple random sample without replacement.")
    has(d:proportion("answer", { deff = "wr" }):to_text(wide),
      "simple random sample with replacement.")
    assert.is_nil(tostring(d:mean "score"):find("Design effect", 1, true))
  end)
  it("call_weighted_counts_what_they_are", function()
    local counts = designed():crosstab("answer", "region", { percent = "none" })
    has(counts, "Weighted counts: estimated numbers in the population.")
    has(counts, "Student's t method")
    has(schools():crosstab("answer", "region", { percent = "none" }), "\nCounts.")
  end)
  it("say_that_columns_were_compared_when_no_letter_stands", function()
    local function text(opts)
      return designed():crosstab("answer", "region", opts):to_text { width = 300 }
    end
    has(text { letters = true, alpha = 0.1, smallest = 1 },
      "two by two: no share is significantly higher, at the 10% level.")
    assert.is_nil(text { letters = true }:find("two by two", 1, true)) -- bases under 30
    assert.is_nil(text {}:find("two by two", 1, true))
  end)
  it("name_the_test", function()
    has(designed():crosstab("answer", "region", { test = true }), "Rao-Scott F test (region)")
  end)
  it("do_not_say_that_a_census_was_drawn", function()
    local census = schools():design { sampling = "census" }:mean "score"
    has(census, "Variances as if 5 rows had been drawn one by one")
    assert.is_nil(tostring(census):find("Design: ", 1, true))
  end)
  it("tell_a_table_of_stacked_files_that_the_design_is_gone", function()
    local both = designed():stack(schools())
    has(both:mean "score", "The design from before stacking is gone")
    has(both:where("score > 1"):freq "answer", "The design from before stacking is gone")
    assert.is_nil(tostring(both:design(whole):mean "score"):find("stacking", 1, true))
    assert.is_nil(tostring(schools():stack(schools()):mean "score"):find("stacking", 1, true))
  end)
  it("refuse_slips_in_plain_words", function()
    local d = designed()
    fails('contrast: coefficients: 3 numbers for the 2 levels of "answer"', d.contrast, d, "score",
      { by = "answer", coefficients = { 1, -1, 0 } })
    fails('mcnemar: "answer" and "region" have no answer in common', d.mcnemar, d, "answer",
      "region")
    local moved = bilan.survey { before = { "no", "no" }, after = { "yes", "yes" } }
    near(2, moved:mcnemar("before", "after"):rows()[1].n) -- everybody changed
    fails("are they percentages? Divide them by 100", d.poststratify, d, "answer",
      { yes = 60, no = 40 }, { shares = true })
    fails('no df "residual"; known are domain, design', d.mean, d, "score", { df = "residual" })
  end)
end)

describe("verbs on a survey with a design", function()
  it("keep_it_where_rows_stay_the_same", function()
    local d = designed()
    mean_is(d:select("score", "region"), 3.5, 1.0625, 2)
    mean_is(d:rename { weight = "w8" }, 3.5, 1.0625, 2)
    mean_is(d:derive { more = "score + 1" }, 3.5, 1.0625, 2)
    mean_is(d:recode("region", { all = { "north", "south" } }), 3.5, 1.0625, 2)
    local heads = bilan.survey { school = { "n1", "n2" }, head = { "A", "B" } }
    mean_is(d:join(heads, { by = "school" }), 3.5, 1.0625, 2)
  end)
  it("count_units_anew_when_rows_are_deleted_and_say_so", function()
    local d = designed { lonely = "certainty" }:drop_rows "school = 's1'"
    assert.equal(3, d:design_report().psus)
    has(d:origin().notes[1], "1 rows were deleted where school = 's1', and with them 1 of 4 PSUs")
    has(d:mean "score", "Rows deleted from the file before estimation: 1.")
  end)
  it("lose_it_with_the_rows_of_another_survey", function()
    local both = designed():stack(designed())
    assert.equal("survey: 10 respondents, 7 items", tostring(both))
    has(both:origin().notes[1], "the design is gone: declare one for all rows")
  end)
  it("name_it_in_a_few_words", function()
    assert.equal("survey: 5 respondents, 7 items, design: 2 strata, 4 PSUs, weighted",
      tostring(designed()))
    assert.equal("survey: 5 respondents, 7 items, design: rows drawn one by one",
      tostring(schools():design()))
    has(designed { sampling = "census" }, "census")
  end)
end)

describe("what results say of the design", function()
  it("is_below_every_table", function()
    for _, result in ipairs { designed():mean "score", designed():freq "answer",
      designed():crosstab("answer", "region"), designed():total "score" } do
      has(result, "Design: 2 strata, 4 primary units, 2 degrees of freedom;")
      has(result, "Weighted by weight; n is the unweighted number of respondents.")
    end
    assert.falsy(tostring(schools():mean "score"):find("Design", 1, true))
  end)
  it("names_the_kind_of_sample_and_the_adjustments", function()
    has(designed { sampling = "nonprobability" }:mean "score",
      "Non-probability sample: the interval is a model, not the draw.")
    has(designed { sampling = "census" }:mean("score", { lang = "fr" }), "Recensement")
    has(designed():poststratify("answer", { yes = 18, no = 9 }):mean "score",
      "Weights post-stratified by answer.")
  end)
  it("has_the_rules_in_reports", function()
    local note = "keep their place in the design with weight 0"
    has(designed():mean("score"):to_markdown(), note)
    assert.falsy(tostring(designed():mean "score"):find(note, 1, true))
    has(designed():mean("score"):to_markdown(), "that have a respondent in the group")
    has(designed():mean("score", { df = "design" }):to_markdown(), "those of the whole design")
    has(designed { clusters = "label", nest = true }:mean("score"):to_markdown(),
      "taken as different units: 2")
    has(schools():mean("score"):to_markdown(), "No design was declared")
  end)
  it("speaks_three_languages", function()
    has(designed():mean("score", { lang = "fr" }), "2 strates, 4 unités primaires")
    has(designed():mean("score", { lang = "nl" }), "2 strata, 4 primaire eenheden")
  end)
  it("shows_weighted_and_effective_bases", function()
    local text = tostring(designed():freq "answer")
    has(text, "Weighted")
    has(text, "Effective")
    local cross = designed():crosstab("answer", "region")
    has(cross, "Weighted base")
    has(cross, "Effective base")
    near(144 / 34, cross.bases[1].effective_n)
    assert.falsy(tostring(schools():design():freq "answer"):find("Weighted", 1, true))
  end)
  it("follows_a_figure_into_an_indicator", function()
    local one = bilan.indicator { id = "score", title = "Score",
      estimate = designed():mean("score"):rows()[1] }
    local path = os.tmpname()
    bilan.report({ title = "One" }):indicator(one):write(path .. ".md")
    local file = io.open(path .. ".md")
    has(file:read "a", "2 strata, 4 primary units")
    file:close()
    os.remove(path .. ".md")
    os.remove(path)
  end)
end)
