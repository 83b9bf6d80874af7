-- Change between two years against R's survey (tests/oracle/change.lua): the verbs, and the stack
-- with its design; against brute force where R has nothing.
local bilan = require "bilan"

local folder = "tests/oracle/"
local cases = dofile(folder .. "change.lua")

local book = { lang = "en", items = { { id = "year" }, { id = "school", kind = "id" },
  { id = "region" }, { id = "schools", kind = "number" }, { id = "pupils", kind = "number" },
  { id = "weight", kind = "number" }, { id = "yes", levels = { "0", "1" } },
  { id = "hours", kind = "number" }, { id = "girl", levels = { "0", "1" } } } }
local all = bilan.read(folder .. "data/waves.csv", { codebook = book })

local designs = {
  years = { weights = "weight", strata = "region", clusters = "school" },
  fpc = { weights = "weight", strata = "region", clusters = "school", fpc = "schools" },
  stages = { strata = "region", clusters = { "school", "row" }, fpc = { "schools", "pupils" } },
  rows = { weights = "weight" },
}
designs.unit, designs.calibrated, designs.replicates = designs.years, designs.years, designs.years

-- One year with its design, as its own file would be.
local function wave(year, name)
  local s = all:drop_rows(("year <> '%s'"):format(year)):select("school", "region",
    "schools", "pupils", "weight", "yes", "hours", "girl", "row")
  if designs[name] then s = s:design(designs[name]) end
  if name == "calibrated" then s = s:calibrate { girl = { ["0"] = 700, ["1"] = 800 } } end
  if name == "replicates" then s = s:to_replicates { kind = "jkn" } end
  return s
end

local function waves(name, opts)
  if name == "unit" or name == "plain_unit" then opts = { unit = "school" } end
  return bilan.waves({ ["2021"] = wave("2021", name), ["2022"] = wave("2022", name) }, opts)
end

local function near(want, got, tolerance)
  return type(got) == "number" and math.abs(got - want) <= (tolerance or 1e-9) * math.abs(want) + 1e-13
end

local function check(case, row, what)
  for _, key in ipairs { "value", "se", "df" } do
    assert.truthy(near(case[key], row[key]), ("%s, %s: %s is %s, R has %s"):format(what, case.item, key,
      tostring(row[key]), tostring(case[key])))
  end
end

-- The row of a group and, for shares, of the level "1".
local function row_of(result, case)
  for _, row in ipairs(result:rows()) do
    if (row.level == nil or row.level == "1") and row.by.girl == case.by then return row end
  end
end

describe("change between years as R's survey has it", function()
  for at, case in ipairs(cases) do
    it(("%d_%s_%s%s"):format(at, case.design, case.statistic or "", case.item), function()
      local w = waves(case.design)
      local opts = { level = case.item == "yes" and "1" or nil, by = case.by and "girl" or nil,
        statistic = case.statistic }
      local row = row_of(w:change(case.item, opts), case)
      check(case, row, case.design)
      local half = bilan.stat.t_quantile(0.975, row.df) * row.se
      assert.truthy(near(row.value - half, row.low, 1e-12))
      assert.truthy(near(2 * bilan.stat.t_cdf(math.abs(row.value / row.se), row.df, { upper = true }),
        row.p_value, 1e-9))
    end)
  end

  it("has_the_same_from_the_stack_and_from_years_apart", function()
    local stacks = 0
    for _, case in ipairs(cases) do
      if case.design ~= "calibrated" and case.design ~= "replicates" and not case.statistic then
        local s = waves(case.design):stack()
        if case.by then s = s:where("girl = '" .. case.by .. "'") end
        local row = s:difference(case.item, { by = "year", from = "2021", to = "2022",
          level = case.item == "yes" and "1" or nil })[1]
        check(case, row, case.design .. ", stacked")
        stacks = stacks + 1
      end
    end
    assert.equal(36, stacks)
  end)

  it("has_no_median_by_a_unit", function()
    local ok, err = pcall(function() return waves("unit"):change("hours", { statistic = "median" }) end)
    assert.is_false(ok)
    assert.truthy(err:find("medians of two years have no covariance by a unit", 1, true), err)
  end)

  it("has_totals_of_scores_by_a_unit", function()
    local function scored(name)
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write("school,q\n", name == "a" and "u,low\nu,it's\nv,low\nw,it's\n" or "u,it's\nv,it's\nz,low\n")
      file:close()
      local s = bilan.read(path, { codebook = { items = { { id = "school", kind = "id" }, { id = "q",
        kind = "scale", levels = { { "low", score = 1 }, { "it's", score = 2.5 } } } } } })
      os.remove(path)
      return s
    end
    local row = bilan.waves({ a = scored "a", b = scored "b" }, { unit = "school" })
      :change("q", { statistic = "total" })[1]
    assert.equal(6 - 7, row.value)
    -- by hand: totals of the units are -1, 1.5, -2.5, 1; their mean -0.25
    local squares = 0.75 ^ 2 + 1.75 ^ 2 + 2.25 ^ 2 + 1.25 ^ 2
    assert.truthy(near(math.sqrt(4 / 3 * squares), row.se))
  end)

  it("needs_the_covariance_of_schools_that_repeat", function()
    local apart, unit = waves("years"):change "hours", waves("unit"):change "hours"
    assert.truthy(near(apart[1].value, unit[1].value))
    assert.is_true(unit[1].se < 0.7 * apart[1].se)
  end)

  it("holds_for_any_covariance_when_overlap_is_unknown", function()
    local apart = waves("years"):change("yes", { level = "1" })[1]
    local unit = waves("unit"):change("yes", { level = "1" })[1]
    local any = waves("years", { overlap = true }):change("yes", { level = "1" })[1]
    local a, b = wave("2021", "years"), wave("2022", "years")
    local s1 = a:proportion("yes", { level = "1" })[1].se
    local s2 = b:proportion("yes", { level = "1" })[1].se
    assert.truthy(near(s1 + s2, any.se))
    assert.truthy(near(math.abs(s1 - s2), any.se_low))
    assert.is_true(any.low < apart.low and any.low < unit.low and any.high > unit.high)
    assert.is_true(unit.se >= any.se_low)
  end)

  it("has_the_value_of_both_years_for_nets_and_several_answers", function()
    local function year(shift, base)
      local unit, fields, codes = {}, {}, { "a", "b;c", "", "c", "a;b;c", "c;a", "", "b" }
      for i = 1, 40 do
        unit[i], fields[i] = "s" .. i % 8, codes[(i * 3 + i * i * shift) % #codes + 1]
      end
      local lines = { "unit,m,q" }
      for i = 1, 40 do lines[i + 1] = ("%s,%s,%s"):format(unit[i], fields[i], i % (2 + shift)) end
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(table.concat(lines, "\n"), "\n")
      file:close()
      local s = bilan.read(path, { codebook = { items = { { id = "unit", kind = "id" },
        { id = "m", kind = "multiple", separator = ";", levels = { "a", "b", "c" }, base = base },
        { id = "q", levels = { "0", "1", "2", "3" } } } } })
      os.remove(path)
      return s
    end
    for _, base in ipairs { "asked", "answered", "ticked" } do
      local w = bilan.waves({ ["1"] = year(1, base), ["2"] = year(2, base) }, { unit = "unit" })
      for _, other in ipairs { "asked", "answered", "ticked", "answers" } do
        for _, row in ipairs(w:change("m", { base = other }):rows()) do
          assert.truthy(near(row.to_value - row.from_value, row.value), base .. " " .. other)
          assert.equal(other == "answers", row.low == nil) -- ticks have no interval
        end
      end
      for _, row in ipairs(w:change("m", { base = "answers", unit = false }):rows()) do
        assert.is_true(row.low == nil and row.p_value == nil)
      end
      local nets = { m = { ab = { "a", "b" } }, q = { some = { "1", "2" } } }
      for item, net in pairs(nets) do
        local result, n = w:change(item, { nets = net }), 0
        for _, row in ipairs(result:rows()) do
          assert.truthy(near(row.to_value - row.from_value, row.value), base .. " " .. row.level)
          n = n + (row.se > 0 and 1 or 0)
        end
        assert.equal(item == "m" and 4 or 5, n)
      end
    end
  end)

  it("does_not_stack_replicate_weights_by_a_unit", function()
    local w = bilan.waves({ ["2021"] = wave("2021", "replicates"),
      ["2022"] = wave("2022", "replicates") }, { unit = "school" })
    assert.has_error(function() w:change "hours" end)
    local ok, err = pcall(w.stack, w)
    assert.is_false(ok)
    assert.truthy(err:find("replicate weights, which have no primary units", 1, true))
    assert.equal(213, #w:stack { design = false })
  end)
end)

-- ---- rows drawn one by one --------------------------------------------------------------------

-- The largest conf at which Newcombe's interval leaves 0 out, by bisection of the public function.
local function p_by_search(k1, n1, k2, n2)
  local low, high = 0, 1
  for _ = 1, 60 do
    local conf = (low + high) / 2
    if conf <= 0 or conf >= 1 then break end
    local ci = bilan.stat.difference_ci(k2, n2, k1, n1, { conf = conf })
    if ci.low > 0 or ci.high < 0 then low = conf else high = conf end
  end
  return 1 - low
end

local function answers(yes, n)
  local list = {}
  for i = 1, n do list[i] = i <= yes and "yes" or "no" end
  return bilan.survey { q = list }
end

describe("change of shares without a design", function()
  it("tests_as_its_interval_says", function()
    for _, c in ipairs { { 30, 100, 45, 100 }, { 5, 40, 12, 35 }, { 1, 30, 4, 25 }, { 90, 120, 80, 130 },
      { 50, 100, 50, 100 }, { 60, 200, 90, 180 } } do
      local row = bilan.waves { a = answers(c[1], c[2]), b = answers(c[3], c[4]) }
        :change("q", { level = "yes" })[1]
      local ci = bilan.stat.difference_ci(c[3], c[4], c[1], c[2])
      assert.equal(ci.low, row.low)
      assert.equal(ci.high, row.high)
      assert.truthy(near(p_by_search(table.unpack(c)), row.p_value, 1e-6))
      assert.equal(ci.low > 0 or ci.high < 0, row.p_value < 0.05)
    end
  end)

  it("takes_another_interval_and_then_gives_no_p_value", function()
    local w = bilan.waves { a = answers(30, 100), b = answers(45, 100) }
    local row = w:change("q", { level = "yes", ci = "miettinen_nurminen" })[1]
    assert.equal(bilan.stat.difference_ci(45, 100, 30, 100, { method = "miettinen_nurminen" }).low, row.low)
    assert.is_nil(row.p_value)
  end)

  it("is_welch_for_means", function()
    local function numbers(n, f)
      local list = {}
      for i = 1, n do list[i] = f(i) end
      return list
    end
    local x = numbers(20, function(i) return (i * 7) % 11 end)
    local y = numbers(25, function(i) return 1 + (i * 5) % 13 end)
    local row = bilan.waves { a = bilan.survey { x = x }, b = bilan.survey { x = y } }:change("x")[1]
    local test = bilan.stat.t_test(y, x)
    assert.truthy(near(test.statistic, row.statistic))
    assert.truthy(near(test.df, row.df))
    assert.truthy(near(test.p_value, row.p_value))
    assert.truthy(near(test.low, row.low))
  end)

  it("adjusts_p_values_over_the_whole_table", function()
    local w = bilan.waves { a = answers(30, 100), b = answers(45, 100) }
    local plain, holm = w:compare("a", "b"), w:compare("a", "b", { adjust = "holm" })
    local p = { plain[1].p_value, plain[2].p_value }
    assert.same(bilan.stat.p_adjust(p, "holm"), { holm[1].p_value, holm[2].p_value })
  end)
end)

-- ---- respondents in both years ----------------------------------------------------------------

describe("respondents matched by a code", function()
  -- 40 respondents in both years, 10 in the first alone, 15 in the second alone
  local function panel()
    local one, two = { { "code", {} }, { "q", {} } }, { { "code", {} }, { "q", {} } }
    local both = {}
    for i = 1, 65 do
      local before = (i * 7) % 10 < 4 and "yes" or "no"
      local after = (i * 3 + i // 5) % 10 < 6 and "yes" or "no"
      if i <= 50 then
        table.insert(one[1][2], "r" .. i)
        table.insert(one[2][2], before)
      end
      if i <= 40 or i > 50 then
        table.insert(two[1][2], "r" .. i)
        table.insert(two[2][2], after)
      end
      if i <= 40 then both[#both + 1] = before .. " " .. after end
    end
    return bilan.waves({ a = bilan.survey(one), b = bilan.survey(two) }, { unit = "code" }), both
  end

  local function count(list, what)
    local n = 0
    for _, one in ipairs(list) do if one == what then n = n + 1 end end
    return n
  end

  it("are_counted_by_what_they_changed", function()
    local w, both = panel()
    local result = w:turnover("q", { level = "yes" })
    local cells = { both = "yes yes", gained = "no yes", lost = "yes no", neither = "no no" }
    for status, pair in pairs(cells) do
      local row = result:get { level = status }
      assert.equal(count(both, pair), row.count)
      assert.equal(40, row.n)
    end
    local lost, gained = count(both, "yes no"), count(both, "no yes")
    local exact = 2 * bilan.stat.binomial_cdf(math.min(lost, gained), lost + gained, 0.5)
    local p = bilan.format.p_value(exact, { lang = "en" })
    assert.truthy(tostring(result):gsub("%s+", " "):find(p:gsub("%s+", " "), 1, true), p)
  end)

  it("have_the_variance_of_a_change_of_pairs_when_all_are_in_both_years", function()
    local a, b, codes, d, sum = {}, {}, {}, {}, 0
    for i = 1, 30 do
      codes[i], a[i], b[i] = "r" .. i, i % 3 == 0 and "yes" or "no", i % 4 < 2 and "yes" or "no"
      d[i] = (b[i] == "yes" and 1 or 0) - (a[i] == "yes" and 1 or 0)
      sum = sum + d[i]
    end
    local mean, squares = sum / 30, 0
    for i = 1, 30 do squares = squares + (d[i] - mean) ^ 2 end
    local w = bilan.waves({ x = bilan.survey { code = codes, q = a },
      y = bilan.survey { code = codes, q = b } }, { unit = "code" })
    local row = w:change("q", { level = "yes" })[1]
    assert.truthy(near(mean, row.value))
    assert.truthy(near(math.sqrt(squares / 29 / 30), row.se)) -- (b + c - n d^2)/(n (n - 1))
  end)

  it("are_bounded_when_they_cannot_be_matched", function()
    local w = bilan.waves({ a = answers(3, 10), b = answers(6, 10) }, { overlap = true })
    local result = w:turnover("q", { level = "yes" })
    -- brute force over all tables with margins 3 and 6 of 10
    local least, most = { gained = 99, lost = 99, changed = 99 }, { gained = 0, lost = 0, changed = 0 }
    for stayed = 0, 3 do
      local lost, gained = 3 - stayed, 6 - stayed
      if gained <= 7 then
        for status, n in pairs { gained = gained, lost = lost, changed = gained + lost } do
          least[status], most[status] = math.min(least[status], n), math.max(most[status], n)
        end
      end
    end
    for status in pairs(least) do
      local row = result:get { level = status }
      assert.truthy(near(least[status] / 10, row.low), status)
      assert.truthy(near(most[status] / 10, row.high), status)
    end
  end)

  it("do_not_change_who_they_are_when_clusters_have_several", function()
    local s = function() return bilan.survey { code = { "a", "b", "c", "d" },
      class = { "1", "1", "2", "2" }, q = { "yes", "no", "no", "yes" } }:design { clusters = "class" } end
    local w = bilan.waves({ x = s(), y = s() }, { unit = "code" })
    local ok, err = pcall(w.change, w, "q", { level = "yes" })
    assert.is_false(ok)
    assert.truthy(err:find("what repeats has to hold whole clusters", 1, true), err)
  end)
end)
