-- core.estimate: the shape of its records, the order of rows, errors, and figures against R and
-- against counting in Lua.

-- The engine's C part: there already, or in the C module "bilan".
if not pcall(require, "bilan.core") then
  assert(package.loadlib(assert(package.searchpath("bilan", package.cpath)), "luaopen_bilan"))()
end
local core = require "bilan.core"
local data, estimate = core.data, core.estimate

-- A table from { name, values } pairs; false among the values is no answer.
local function make(rows, columns)
  local t = data.table(rows)
  for _, pair in ipairs(columns) do
    local values = {}
    for i = 1, rows do values[i] = pair[2][i] or nil end
    local column, kind = data.column(values, rows)
    t = data.with(t, pair[1], kind, column)
  end
  return t
end

local N <const> = false
-- The rows of tests/unit/estimate_fixture.h.
local people = make(24, {
  { "y", { 12, 15, 9, N, 20, 17, 11, 14, 16, 8, N, 19, 13, 10, 18, 21, 7, 12, 15, 14, 16, 9, 11, 22 } },
  { "x", { 3, 4, 2, 5, 6, N, 3, 4, 5, 2, 4, 6, 3, 2, 5, 7, 1, 3, 4, 4, 5, 2, 3, 8 } },
  { "g", { "a", "b", "a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", N, "a", "b",
    "c", "a", "b", "c", "a" } },
  { "q", { "oui", "non", "oui", N, "non", N, "oui", "oui", "non", "oui", "non", "oui", "oui", "non", N,
    "oui", "non", "oui", N, "non", "oui", "oui", "non", "oui" } },
})

local function near(want, got)
  assert.is_number(got)
  assert.is_true(math.abs(want - got) <= 1e-12 * math.max(1, math.abs(want)),
    ("expected %.17g, got %.17g"):format(want, got))
end

local function message(...)
  local ok, text = pcall(...)
  assert.is_false(ok)
  return tostring(text)
end

describe("estimate", function()
  it("proportion_gives_records_with_base_and_missing", function()
    local rows = estimate.proportion(people, nil, { item = "q" })
    assert.equal(2, #rows)
    local row = rows[1]
    assert.equal("oui", row.level)
    assert.equal("integer", math.type(row.n))
    assert.equal("integer", math.type(row.count))
    assert.same({ 20, 12, 4 }, { row.n, row.count, row.missing })
    assert.same({ ["no answer"] = 4 }, row.missing_kinds)
    near(0.6, row.value)
    near(0.11190057698883767, row.se)
    near(0.38658150076225323, row.low)
    near(0.78119346762718289, row.high)
    assert.equal(0.95, row.conf)
    assert.is_nil(row.note)
  end)

  it("rows_come_by_levels_then_item_levels", function()
    local seen = {}
    for i, row in ipairs(estimate.proportion(people, nil, { item = "q", by = { "g" } })) do
      seen[i] = row.by.g .. row.level
    end
    assert.same({ "aoui", "anon", "boui", "bnon", "coui", "cnon" }, seen)
  end)

  it("numbers_make_levels_and_groups_in_rising_order", function()
    local rows = estimate.mean(people, nil, { item = "y", by = "x" })
    local seen = {}
    for i, row in ipairs(rows) do seen[i] = row.by.x end
    assert.same({ "1", "2", "3", "4", "5", "6", "7", "8" }, seen)
    assert.equal("one respondent in the base: no variance", rows[1].note)
    assert.is_nil(rows[1].se)
    assert.is_nil(rows[1].low)
  end)

  it("a_number_that_nobody_gave_is_a_level_of_nobody", function()
    local rows = estimate.proportion(people, nil, { item = "x", level = 99 })
    assert.equal(1, #rows)
    assert.same({ "99", 0, 23, 0.0 }, { rows[1].level, rows[1].count, rows[1].n, rows[1].value })
    assert.is_true(rows[1].high > 0)
  end)

  it("moments_agree_with_r", function()
    local mean = estimate.mean(people, nil, { item = "y" })[1]
    near(14.045454545454545, mean.value)
    near(0.91337474332769375, mean.se)
    near(12.155994931505166, mean.low)
    local total = estimate.total(people, nil, { item = "y", by = { "g" } })[3]
    near(69, total.value)
    near(29.155505110713992, total.se)
    local levels = estimate.total(people, nil, { item = "q" })
    assert.equal("non", levels[2].level)
    near(8, levels[2].value)
    local ratio = estimate.ratio(people, nil, { numerator = "y", denominator = "x" })[1]
    near(3.5609756097560976, ratio.value)
    near(0.13051446746180748, ratio.se)
    local difference = estimate.difference(people, nil, { item = "y", by = "g", from = "a", to = "b" })
    near(-2.5238095238095237, difference[1].value)
    near(2.0404035206410085, difference[1].se)
    assert.same({}, difference[1].by)
  end)

  it("quantiles_carry_their_p", function()
    local rows = estimate.quantile(people, nil, { item = "y", p = { 0.25, 0.5 }, rule = "hf6" })
    assert.equal(0.25, rows[1].p)
    near(10.75, rows[1].value)
    near(14, rows[2].value)
    near(14, estimate.quantile(people, nil, { item = "y" })[1].value)
    local edge = estimate.quantile(people, nil, { item = "y", p = 0.01 })[1]
    assert.is_nil(edge.low)
    assert.equal("a limit of the interval lies beyond the sample", edge.note)
  end)

  it("freq_sorts_and_nets_come_last_by_name", function()
    local rows = estimate.freq(people, nil, { item = "g", sort = "ascending",
      nets = { zed = { "a", "b" }, alpha = { "b", "c", "b" } } })
    local seen = {}
    for i, row in ipairs(rows) do seen[i] = row.level .. row.count .. (row.net and "net" or "") end
    assert.same({ "c6", "b8", "a9", "alpha14net", "zed17net" }, seen)
    near(1, rows[3].cumulative)
  end)

  it("crosstab_has_columns_bases_letters_and_tests", function()
    local made = estimate.crosstab(people, nil, { row = "q", columns = { "g" }, letters = true,
      smallest = 0 })
    assert.same({ "oui", "non" }, made.levels)
    assert.same({ { name = "g", levels = { "a", "b", "c" } } }, made.banners)
    assert.equal(8, #made.rows)
    assert.is_nil(made.rows[1].col)
    assert.same({ "oui", "a", "g", "C", "A", 6, 7 }, { made.rows[2].row, made.rows[2].col,
      made.rows[2].banner, made.rows[2].letters, made.rows[2].column_letter, made.rows[2].count,
      made.rows[2].n })
    assert.same({ g = "a" }, made.rows[2].by)
    near(1.5567496226930975, made.rows[2].residual)
    assert.same({ 19, 7, 6, 6 },
      { made.bases[1].n, made.bases[2].n, made.bases[3].n, made.bases[4].n })
    near(8.153628117913831, made.tests[1].statistic)
    assert.equal("Fisher", made.tests[2].name)
  end)

  it("tests_give_one_record", function()
    near(0.26080330687754938,
      estimate.t_test(people, nil, { item = "y", by = "g", from = "a", to = "b" })[1].p_value)
    near(0.36980298943397755, estimate.rank_test(people, nil, { item = "y", by = "g" })[1].p_value)
    near(0.016961417739911812, estimate.independence(people, nil, { row = "q", col = "g" })[1].p_value)
    near(0.011842799750795819,
      estimate.trend(people, nil, { item = "q", level = "oui", by = "g" })[1].p_value)
    local same = estimate.mcnemar(people, nil, { before = "q", after = "q" })[1]
    assert.equal("McNemar's exact test", same.method)
    assert.is_string(same.note)
  end)

  it("equals_counting_in_lua", function()
    local state = 12345
    local function draw(n)
      state = (state * 6364136223846793005 + 1442695040888963407)
      return (state >> 33) % n + 1
    end
    local rows, item, group, other = 3000, {}, {}, {}
    for i = 1, rows do
      item[i] = draw(6) < 6 and "level" .. draw(4)
      group[i] = draw(9) < 9 and "group" .. draw(3)
      other[i] = draw(2)
    end
    local t = make(rows, { { "item", item }, { "group", group }, { "other", other } })
    local count, base = {}, {}
    for i = 1, rows do
      if item[i] and group[i] then
        local key = group[i] .. other[i]
        base[key] = (base[key] or 0) + 1
        count[key .. item[i]] = (count[key .. item[i]] or 0) + 1
      end
    end
    local checked = 0
    for _, row in ipairs(estimate.proportion(t, nil, { item = "item", by = { "group", "other" } })) do
      local key = row.by.group .. row.by.other
      assert.equal(base[key], row.n)
      assert.equal(count[key .. row.level] or 0, row.count)
      near(row.count / row.n, row.value)
      near(math.sqrt(rows / (rows - 1) * row.value * (1 - row.value) / row.n), row.se)
      checked = checked + 1
    end
    assert.equal(24, checked)
  end)
end)

describe("estimate says what is wrong:", function()
  it("names", function()
    assert.matches('did you mean "ci"', message(estimate.proportion, people, nil, { item = "q", cis = 1 }))
    assert.matches("no item", message(estimate.proportion, people, nil, { item = "qq" }))
    assert.matches('no level "ouii"; did you mean "oui"',
      message(estimate.proportion, people, nil, { item = "q", level = "ouii" }))
    assert.matches("no level", message(estimate.freq, people, nil, { item = "q", nets = { a = { "?" } } }))
    assert.matches('no rule "hf77"; did you mean "hf7"',
      message(estimate.quantile, people, nil, { item = "y", rule = "hf77" }))
  end)

  it("missing_or_wrong_arguments", function()
    assert.matches("item is missing", message(estimate.mean, people, nil, {}))
    assert.matches("expected the name of an item", message(estimate.mean, people, nil, { item = 3 }))
    assert.matches("conf is 2", message(estimate.mean, people, nil, { item = "y", conf = 2 }))
    assert.matches("at most 3", message(estimate.mean, people, nil,
      { item = "y", by = { "g", "q", "x", "g" } }))
    assert.matches("same level", message(estimate.difference, people, nil,
      { item = "y", by = "g", from = "a", to = "a" }))
    assert.matches("p is", message(estimate.quantile, people, nil, { item = "y", p = 50 }))
  end)

  it("the_mean_of_labels", function()
    assert.matches('"q" has no numbers: give its levels a score',
      message(estimate.mean, people, nil, { item = "q" }))
  end)

  it("too_many_categories", function()
    local values = {}
    for i = 1, 10001 do values[i] = i end
    local t = make(10001, { { "id", values } })
    assert.matches('"id" has more than 10000 different answers',
      message(estimate.proportion, t, nil, { item = "id" }))
    assert.equal(1, #estimate.quantile(t, nil, { item = "id" }))
  end)
end)
