--- Thirty-one ways in which survey software goes wrong, and the right answer to each. One test a
-- trap, by its number. Figures are R's (library(survey); the call stands beside each) on the
-- California school samples of tests/oracle/data, or worked out by hand.
--   d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
local bilan = require "bilan"
local stat = bilan.stat

local function near(want, got, tolerance)
  assert.is_true(type(got) == "number"
    and math.abs(want - got) <= (tolerance or 1e-10) * math.max(1, math.abs(want)),
    ("expected %s, got %s"):format(want, got))
end

local function fails(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok, "no error: " .. message)
  assert.truthy(err:find(message, 1, true), err)
end

local function has(text, words)
  assert.truthy(tostring(text):find(words, 1, true), ("%s\n%s"):format(words, text))
end

local function data(name) return bilan.read("tests/oracle/data/" .. name .. ".csv") end

local files = {}
local function file(name)
  files[name] = files[name] or data(name)
  return files[name]
end

local function clus1()
  return file("apiclus1"):design { weights = "pw", clusters = "dnum", fpc = "fpc" }
end

local function one(result) return result:rows()[1] end

local intervals = { "logit", "xlogit", "wald", "wilson", "likelihood", "arcsine", "beta",
  "korn_graubard" }

-- Five clusters of three rows, an answer that nobody of cluster 5 gave, another with one "yes" in
-- each cluster but the first.
local function pupils()
  local columns = { { "school", {} }, { "w", {} }, { "y", {} }, { "answer", {} } }
  for row = 1, 15 do
    local school = (row - 1) // 3 + 1
    columns[1][2][row] = school
    columns[2][2][row] = 1 + row % 3
    columns[3][2][row] = (row * 7) % 11
    columns[4][2][row] = row % 3 == 0 and school > 1 and "yes" or "no"
  end
  return bilan.survey(columns)
end

describe("samples and designs", function()
  -- svytotal(~enroll, subset(d1, sch.wide == "No")); svydesign() of those rows alone: 111312.35
  it("1: a domain is not a filter", function()
    local domain = one(clus1():where("sch_wide = 'No'"):total "enroll")
    near(455682.1112861626, domain.value)
    near(138336.3281401271, domain.se)
    local deleted = clus1():drop_rows "sch_wide = 'Yes'"
    near(455682.1112861626, one(deleted:total "enroll").value)
    near(111312.3536912592, one(deleted:total "enroll").se)
    has(deleted:total "enroll", "Rows deleted from the file before estimation: 160.")
    has(deleted:origin().notes[1], "standard errors no longer know of them")
  end)

  -- m <- data.frame(h, i, w, y); d <- svydesign(id = ~i, strata = ~h, weights = ~w, data = m)
  -- svymean(~y, d, na.rm = TRUE); degf(d); with the rows of NA deleted first: 0.78668, 3
  it("2: missing is a domain too", function()
    local m = bilan.survey {
      { "h", { 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2 } },
      { "i", { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 } },
      { "w", { 1, 2, 1, 2, 1, 2, 3, 1, 3, 1, 3, 1 } },
      { "y", { 1, 2, 4, 3, bilan.missing.refused, nil, 5, 7, 6, nil, 9, 8 } } }
    local d = m:design { weights = "w", strata = "h", clusters = "i" }
    local row = one(d:mean "y")
    near(5.294117647058823, row.value)
    near(0.9167134238107669, row.se)
    near(4, row.df)
    assert.equal(3, row.missing)
    assert.same({ ["no answer"] = 2, refused = 1 }, row.missing_kinds)
    has(d:mean "y", "Missing: 3 (no answer 2, refused 1).")
    local shorter = one(d:drop_rows("y is null"):mean "y")
    near(0.7866780294699616, shorter.se)
    near(3, shorter.df)
    -- whether missing is in the base of a share is said by an option, never by accident
    assert.equal(9, one(d:proportion "y >= 5").n)
    local shares = bilan.survey { a = { "x", "x", "z", bilan.missing.refused } }
    near(2 / 3, shares:proportion("a"):get { level = "x" }.value)
    near(2 / 4, shares:proportion("a", { missing = "include" }):get { level = "x" }.value)
  end)

  -- n* = min(n, n (t_11 / t_3)^2), limits (0, qbeta(.975, 1, n*)) or their mirror
  it("3: 0 % and 100 % have a real interval", function()
    local s = bilan.survey { c = { 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 },
      y = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }:design { clusters = "c" }
    local n = math.min(12, 12 * (stat.t_quantile(0.975, 11) / stat.t_quantile(0.975, 3)) ^ 2)
    local limit = stat.beta_quantile(0.975, 1, n)
    for _, ci in ipairs(intervals) do
      local none = one(s:proportion("y = 1", { ci = ci }))
      local all = one(s:proportion("y = 0", { ci = ci }))
      near(0, none.low)
      near(limit, none.high)
      near(1 - limit, all.low)
      near(1, all.high)
    end
    -- never more answers than there are: t_2 is larger than t_3
    near(stat.beta_quantile(0.975, 1, 3),
      one(s:where("c = 1"):proportion("y = 1", { df = "design" })).high)
    local alone = s:where("c = 1"):proportion "y = 1"
    assert.is_nil(one(alone).low)
    assert.is_nil(one(alone).high)
    has(one(alone).note, "no degrees of freedom")
  end)

  -- n_eff = p q / V times (t_(n-1) / t_df)^2; R takes all rows of the group for n, NCHS those who
  -- answered, and never more than n
  it("4: Korn and Graubard have two editions", function()
    local function edges(item, answered)
      local d = pupils():derive(item):design { clusters = "school" }
      local function ask(ci) return one(d:proportion("x", { level = "yes", ci = ci })) end
      local r, nchs = ask "kg_r", ask "kg_nchs"
      assert.equal(answered, r.n)
      local p, effective = r.value, r.value * (1 - r.value) / r.se ^ 2
      local function limits(rows, most)
        local t = stat.t_quantile(0.975, rows - 1) / stat.t_quantile(0.975, r.df)
        local n = math.min(effective * t * t, most)
        return stat.beta_quantile(0.025, n * p, n * (1 - p) + 1),
          stat.beta_quantile(0.975, n * p + 1, n * (1 - p))
      end
      local low, high = limits(15, math.huge)
      near(low, r.low)
      near(high, r.high)
      low, high = limits(answered, answered)
      near(low, nchs.low)
      near(high, nchs.high)
      assert.equal(r.low, ask("beta").low)
      assert.equal(nchs.low, ask("korn_graubard").low)
      return effective
    end
    edges({ x = "case when school = 5 and answer = 'no' then null else answer end" }, 13)
    -- one yes in three schools, two in the fourth: hardly any variance, so cut at n
    assert.is_true(edges({ x = "case when school = 2 and y = 6 then 'yes' when school > 1 then "
      .. "answer end" }, 12) > 12)
  end)

  -- centre (p + t^2 / 2m) / (1 + t^2 / m), half-width t / 2m sqrt(4 m p q + t^2) / (1 + t^2 / m)
  it("5: Wilson's interval by design has Student's t and the effective n", function()
    local row = one(clus1():proportion("sch_wide", { level = "Yes", ci = "wilson" }))
    local p, t = row.value, stat.t_quantile(0.975, 14)
    local m = p * (1 - p) / row.se ^ 2
    local centre, half = (p + t * t / (2 * m)) / (1 + t * t / m),
      t / (2 * m) * math.sqrt(4 * m * p * (1 - p) + t * t) / (1 + t * t / m)
    near(centre - half, row.low)
    near(centre + half, row.high)
    local plain = one(file("apiclus1"):proportion("sch_wide", { level = "Yes" }))
    near(stat.proportion_ci(plain.count, plain.n, { method = "wilson" }).low, plain.low)
    fails('use "wilson"', clus1().proportion, clus1(), "sch_wide", { ci = "wilson_cc" })
  end)

  -- options(survey.lonely.psu = ...); svymean(~api00, svydesign(id = ~1, strata = ~stype,
  -- weights = ~pw, data = apilonely)); SE = 10.890, 10.911, 13.338
  it("6: a stratum of one PSU needs a rule, unless it was taken with certainty", function()
    local s = file "apilonely"
    local function declared(lonely)
      return s:design { weights = "pw", strata = "stype", lonely = lonely }
    end
    fails('in stratum "M"', declared)
    for rule, se in pairs { certainty = 10.89017706797565, adjust = 10.91068813889254,
      average = 13.33768851254947 } do
      near(666.6681462420034, one(declared(rule):mean "api00").value)
      near(se, one(declared(rule):mean "api00").se)
    end
    has(declared "adjust":mean "api00", "Strata with a single primary unit: 1")
    -- e <- data.frame(h, i, j, N1, N2, y); svydesign(id = ~i + j, strata = ~h, fpc = ~N1 + N2):
    -- the one PSU of stratum 1 is all of it, and its second stage still counts
    local certain = bilan.survey { h = { 1, 1, 1, 2, 2, 2, 2 }, i = { 1, 1, 1, 2, 2, 3, 3 },
      j = { 1, 2, 3, 4, 5, 6, 7 }, N1 = { 1, 1, 1, 5, 5, 5, 5 }, N2 = { 6, 6, 6, 4, 4, 8, 8 },
      y = { 1, 4, 2, 6, 9, 3, 5 } }
      :design { strata = "h", clusters = { "i", "j" }, fpc = { "N1", "N2" } }
    near(4.694444444444445, one(certain:mean "y").value)
    near(0.976025043576320, one(certain:mean "y").se)
    near(13.92838827718412, one(certain:total "y").se)
    -- lonely only inside a domain: all PSUs of the stratum stay, so no rule is asked for. W = 6:
    -- the total 7 of school 1 against 0 of school 2, V = 2 * 2 * 3.5^2
    local domain = bilan.survey { h = { 1, 1, 1, 1 }, i = { 1, 1, 2, 2 }, y = { 3, 4, 5, 6 } }
      :design { strata = "h", clusters = "i" }:where "i = 1"
    near(math.sqrt(2 * 2 * 3.5 ^ 2), one(domain:total "y").se)
  end)

  -- d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
  it("7: every stage has its population", function()
    local s = file "apiclus2"
    local two = s:design { clusters = { "dnum", "snum" }, fpc = { "fpc1", "fpc2" } }
    near(3440375.75, one(two:total "api00").value)
    near(926665.5860902703, one(two:total "api00").se)
    near(30.09902737683660, one(two:mean "api00").se)
    -- V = N1^2 (1 - f1) s1^2 / n1 + (N1 / n1) sum N2^2 (1 - f2) s2^2 / n2, weights N1/n1 N2/n2.
    -- Schools of 4 and 2 rows of 8 and 4, 2 schools of 10; labels of rows begin anew in each school
    local t = bilan.survey { i = { "a", "a", "b", "b" }, j = { 1, 2, 1, 2 },
      N1 = { 10, 10, 10, 10 }, f1 = { 0.2, 0.2, 0.2, 0.2 },
      N2 = { 8, 8, 4, 4 }, f2 = { 0.25, 0.25, 0.5, 0.5 }, y = { 1, 3, 4, 8 } }
    -- totals of schools 8 * 2 = 16 and 4 * 6 = 24; s1^2 = 32; s2^2 = 2 and 8
    local variance = 100 * 0.8 * 32 / 2 + 5 * (64 * 0.75 * 2 / 2 + 16 * 0.5 * 8 / 2)
    for _, fpc in ipairs { { "N1", "N2" }, { "f1", "f2" } } do
      local d = t:design { clusters = { "i", "j" }, fpc = fpc }
      near(5 * 40, one(d:total "y").value)
      near(math.sqrt(variance), one(d:total "y").se)
    end
    local without = one(t:derive { w = "10.0 / 2 * N2 / 2" }
      :design { clusters = { "i", "j" }, weights = "w" }:total "y")
    near(math.sqrt(2 * (80 - 100) ^ 2 * 2), without.se) -- with replacement: totals 80 and 120
    fails("fpc", t.design, t, { clusters = { "i", "j" }, fpc = { "N2", "N2" } }) -- not constant
    fails("fpc", t.design, t, { clusters = "i", fpc = 1.5 })  -- 2 drawn of 1.5
    fails("fpc", t.design, t, { clusters = "i", fpc = -0.5 })
  end)

  it("8: the same label in two strata is two clusters", function()
    local s = bilan.survey { h = { 1, 1, 2, 2 }, i = { 1, 2, 1, 2 }, y = { 1, 3, 2, 8 } }
    fails('cluster "1" is in stratum "1" (row 1) and in stratum "2" (row 3)', s.design, s,
      { strata = "h", clusters = "i" })
    local d = s:design { strata = "h", clusters = "i", nest = true }
    assert.equal(4, d:design_report().psus)
    has(d:design_report(), "taken as different units")
    -- V = sum_h 2 s_h^2 of the totals: 2 * 2 + 2 * 18
    near(math.sqrt(2 * 2 + 2 * 18), one(d:total "y").se)
  end)
end)

describe("estimates", function()
  -- svyquantile(~api00, d, .5, qrule = rule), d <- svydesign(id = ~1, strata = ~stype,
  -- weights = ~pw, data = apistrat, fpc = ~fpc)
  it("9: a quantile has a named rule and no order of rows", function()
    local d = file("apistrat"):design { strata = "stype", weights = "pw", fpc = "fpc" }
    for _, rule in ipairs { "math", "school", "hf1", "hf2", "hf3" } do
      near(668, one(d:median("api00", { rule = rule })).value)
    end
    local function quartile(w, rule, ties)
      return one(bilan.survey { x = { 1, 2, 2, 3, 4 }, w = w }:design { weights = "w" }
        :quantile("x", { p = 0.25, rule = rule, ties = ties })).value
    end
    -- by hand: values 1 2 3 4 of weight 1 6 2 1 are four points, or (rows) five of 1 3 3 2 1
    local want = { math = { 2, 2 }, hf4 = { 1 + 1.5 / 6, 1 + 1.5 / 3 },
      hf5 = { 1 + 2 / 3.5, 2 }, hf6 = { 1 + 1.75 / 6, 1 + 1.75 / 3 }, hf7 = { 2 + 1.25 / 6, 2 } }
    for rule, values in pairs(want) do
      for _, w in ipairs { { 1, 5, 1, 2, 1 }, { 1, 1, 5, 2, 1 } } do
        near(values[1], quartile(w, rule, "summed"))
        near(values[2], quartile(w, rule, "rows"))
      end
    end
    -- a limit beyond the sample is not the smallest value
    local rare = one(d:quantile("api00", { p = 0.001 }))
    assert.is_nil(rare.low)
    assert.is_string(rare.note)
    local median = one(d:median "api00")
    near((median.high - median.low) / (2 * stat.t_quantile(0.975, median.df)), median.se)
  end)

  it("10: a design effect has two denominators", function()
    local s = file "apistrat" -- n = 200 of N = 6194
    local d = s:design { strata = "stype", weights = "pw", fpc = "fpc" }
    local wor = one(d:mean("api00", { deff = true }))
    local wr = one(d:mean("api00", { deff = "replace" }))
    near(wr.deff, wor.deff * (1 - 200 / wr.weighted_n))
    -- weights that sum to n estimate no population
    local small = s:derive { w = "pw * 0.032289312" }:design { strata = "stype", weights = "w" }
    assert.is_number(one(small:mean("api00", { deff = "wr" })).deff)
    local none = one(small:mean("api00", { deff = true }))
    assert.is_nil(none.deff)
    has(none.note, "weights do not sum to a population")
    -- Kish's effective n is a third thing; rows of weight 0 are not in n
    local sums = { 0, 0 }
    for _, w in ipairs(s:column "pw") do sums = { sums[1] + w, sums[2] + w * w } end
    near(sums[1] ^ 2 / sums[2], wor.effective_n)
    local zero = bilan.survey { w = { 1, 2, 0 }, y = { 1, 4, 9 } }:design { weights = "w" }
    assert.equal(2, one(zero:mean "y").n)
    near(9 / 5, one(zero:mean "y").effective_n)
  end)

  it("11: the scale of weights changes totals and nothing else", function()
    local s = file("apiclus1"):derive { w1000 = "pw * 1024" }
    local a = s:design { weights = "pw", clusters = "dnum" }
    local b = s:design { weights = "w1000", clusters = "dnum" }
    for _, ask in ipairs {
      function(d) return one(d:mean("api00", { deff = "wr" })) end,
      function(d) return one(d:proportion("sch_wide", { level = "Yes", ci = "beta" })) end,
      function(d) return one(d:ratio("api_stu", "enroll")) end,
      function(d) return one(d:median "api00") end,
      function(d) return one(d:independence("sch_wide", "stype")) end,
      function(d) return one(d:independence("sch_wide", "stype", { statistic = "Chisq" })) end,
      function(d) return one(d:t_test("api00", { by = "sch_wide" })) end,
      function(d) return d:glm("api00 ~ ell"):rows()[2] end,
    } do
      local x, y = ask(a), ask(b)
      for _, field in ipairs { "value", "se", "low", "high", "df", "ddf", "deff", "statistic",
        "p_value", "effective_n" } do
        if x[field] then near(x[field], y[field], 1e-9) else assert.is_nil(y[field]) end
      end
    end
    near(1024 * one(a:total "api00").value, one(b:total "api00").value)
    near(1024 * one(a:total "api00").se, one(b:total "api00").se)
  end)

  -- svychisq(~sch.wide + stype, d1, statistic = s); the mixture of lincom: tests/unit/test_mixture.c
  it("12: Rao and Scott, each statistic by its name", function()
    local d = clus1()
    for name, want in pairs {
      F = { 5.193369541474876, 1.494639777707456, 20.92495688790439, 0.02174746237079686 },
      Chisq = { 11.94089208074534, 2, nil, 0.005553263303113224 },
      Wald = { 2.401058600602677, 2, 14, 0.126896300602351 },
      adjWald = { 2.229554414845343, 2, 13, 0.1470578869012487 },
      saddlepoint = { 11.94089208074534, nil, nil, 0.02644112770963756 } } do
      local row = one(d:independence("sch_wide", "stype", { statistic = name }))
      near(want[1], row.statistic)
      if want[2] then near(want[2], row.df) end
      if want[3] then near(want[3], row.ddf) end
      near(want[4], row.p_value, 1e-6)
    end
    has(d:independence("sch_wide", "stype"), "Rao-Scott F (second order)")
    near(5.193369541474876, one(d:independence("sch_wide", "stype")).statistic)
    -- a row nobody is in leaves r and c
    local levels = d:derive { wide = "case when snum < 0 then 'nobody' else sch_wide end" }
    near(5.193369541474876, one(levels:independence("wide", "stype")).statistic)
  end)

  -- V = scale sum_r rscale_r (theta_r - c)^2; replicates of y = 1 2 3 6 that drop one row each
  it("13: replicates have a scheme, never guessed", function()
    local function replicated(opts, factor)
      local columns = { { "y", { 1, 2, 3, 6 } }, { "w", { 2, 2, 2, 2 } }, { "rw", { 5, 5, 5, 5 } } }
      for r = 1, 4 do
        local w = {}
        for row = 1, 4 do w[row] = (row == r and 0 or 4 / 3) * (factor or 2) end
        columns[#columns + 1] = { "rw" .. r, w }
      end
      opts.weights, opts.replicate_weights = "w", opts.replicate_weights or "rw%d+"
      return bilan.survey(columns):replicates(opts)
    end
    local thetas, mean = { 11 / 3, 10 / 3, 3, 2 }, 3
    local sum = 0
    for _, theta in ipairs(thetas) do sum = sum + (theta - mean) ^ 2 end
    for kind, scale in pairs { brr = 1 / 4, jk1 = 3 / 4, jk2 = 1, acs = 4 / 4, sdr = 4 / 4 } do
      near(scale * sum, one(replicated { kind = kind }:mean "y").se ^ 2)
    end
    near(sum / (4 * 0.49), one(replicated { kind = "fay", rho = 0.3 }:mean "y").se ^ 2)
    local jkn = replicated { kind = "jkn", rscales = { 0.5, 0.5, 0.5, 0.5 } }
    near(sum / 2, one(jkn:mean "y").se ^ 2)
    near(sum, one(replicated { kind = "other", scale = 1, mse = true }:mean "y").se ^ 2)
    -- factors times the weight; the column "rw" is no replicate
    near(3 / 4 * sum * 64, one(replicated({ kind = "jk1", combined = false }, 1):total "y").se ^ 2)
    assert.equal(4, replicated { kind = "jk1" }:design_report().replicates.count)
    near(3, one(replicated { kind = "jk1" }:mean "y").df)
    near(3, one(replicated { kind = "jk1", df = "replicates" }:mean "y").df)
    fails("kind is missing", replicated, {})
    fails("scale", replicated, { kind = "other" })
  end)

  -- Each of the replicates is adjusted, so the adjusted total does not vary, and the mean is
  -- that of the post-strata in every replicate.
  it("14: make replicates, then adjust them", function()
    local d = pupils():design { weights = "w", clusters = "school" }
    local adjusted = d:poststratify("answer", { yes = 10, no = 20 })
    fails("make replicates from the weights as drawn", adjusted.to_replicates, adjusted,
      { kind = "jk1" })
    local each = d:to_replicates({ kind = "jk1", mse = true })
      :poststratify("answer", { yes = 10, no = 20 })
    near(0, each:total("answer"):get { level = "yes" }.se)
    local sums, full = {}, { yes = { 0, 0 }, no = { 0, 0 } }
    local school, w, y, answer = d:column "school", d:column "w", d:column "y", d:column "answer"
    for row = 1, #d do
      for drop = 1, 5 do
        sums[drop] = sums[drop] or { yes = { 0, 0 }, no = { 0, 0 } }
        local cell = sums[drop][answer[row]]
        if school[row] ~= drop then
          cell[1], cell[2] = cell[1] + w[row] * y[row], cell[2] + w[row]
        end
      end
      local cell = full[answer[row]]
      cell[1], cell[2] = cell[1] + w[row] * y[row], cell[2] + w[row]
    end
    local function mean(s) return (10 * s.yes[1] / s.yes[2] + 20 * s.no[1] / s.no[2]) / 30 end
    local variance = 0
    for drop = 1, 5 do variance = variance + 0.8 * (mean(sums[drop]) - mean(full)) ^ 2 end
    near(mean(full), one(each:mean "y").value)
    near(variance, one(each:mean "y").se ^ 2)
  end)
end)

describe("tables", function()
  it("15: letters compare columns, not columns with their total", function()
    local group, answer = {}, {}
    for _, g in ipairs { { "a", 100, 60 }, { "b", 100, 40 }, { "c", 20, 19 }, { "d", 100, 0 } } do
      for i = 1, g[2] do
        group[#group + 1], answer[#answer + 1] = g[1], i <= g[3] and "yes" or "no"
      end
    end
    local s = bilan.survey { group = group, answer = answer }
    for _, sample in ipairs { s, s:design() } do
      local x = sample:crosstab("answer", "group", { letters = true })
      local function cell(row, col) return x:get { row = row, col = col } end
      assert.equal("B", cell("yes", "a").letters) -- to the larger, naming the smaller
      assert.equal("A", cell("no", "b").letters)
      assert.equal("", cell("yes", "b").letters)
      has(cell("yes", "c").note, "small base: not compared")
      has(cell("yes", "d").note, "0 % or 100 %: not compared")
      assert.is_nil(x:get({ row = "yes" }).column_letter) -- the total has no letter and gets none
      assert.is_nil(x:get({ row = "yes" }).letters)
    end
    -- by a design a letter is the contrast of two columns on its degrees of freedom
    local d = clus1()
    local x = d:crosstab("sch_wide", "stype", { letters = true, smallest = 1 })
    for _, pair in ipairs { { "E", "H" }, { "E", "M" }, { "M", "H" } } do
      local p = one(d:contrast("sch_wide", { by = "stype", level = "Yes",
        coefficients = { [pair[1]] = 1, [pair[2]] = -1 } })).p_value
      local letter = x:get({ row = "Yes", col = pair[2] }).column_letter
      local letters = x:get({ row = "Yes", col = pair[1] }).letters or ""
      assert.equal(p < 0.05, letters:find(letter, 1, true) ~= nil)
    end
    local strict = d:crosstab("sch_wide", "stype", { letters = true, smallest = 1,
      adjust = "bonferroni", alpha = 1e-6 })
    assert.equal("", strict:get({ row = "Yes", col = "E" }).letters)
  end)

  it("16: several answers have four bases", function()
    local missing = bilan.missing
    local s = bilan.survey { q1 = { 1, 0, nil, 1, missing.not_asked, nil, 0 },
      q2 = { 1, 0, nil, 0, missing.not_asked, nil, 0 }, w = { 1, 2, 3, 1, 1, 2, 2 } }
    local grouped = s:group { g = { "q1", "q2" } }
    local function share(base) return grouped:freq("g", { base = base }):get { level = "q1" } end
    near(2 / 6, share("asked").value) -- of 7, one was not asked
    near(2 / 4, share("answered").value) -- two left all boxes blank
    near(2 / 2, share("ticked").value)
    near(2 / 3, share("answers").value)
    -- blank is "not ticked" only where the instrument says so
    local blank = s:group({ g = { "q1", "q2" } }, { blank_is_no = true })
    near(2 / 6, blank:freq("g", { base = "answered" }):get { level = "q1" }.value)
    -- a net is the union: its variance is that of the 0/1 item
    local d = grouped:derive { any = "ticked(g) > 0" }:design { weights = "w" }
    local net = d:proportion("g", { base = "answered", nets = { any = { "q1", "q2" } } })
      :get { level = "any" }
    local union = one(d:where("answered(g)"):mean "any")
    near(union.value, net.value)
    near(union.se, net.se)
    -- one code twice in a cell counts once
    local path = os.tmpname()
    local out <close> = assert(io.open(path, "w"))
    out:write("id,m\n1,a;a;b\n2,a\n3,none\n")
    out:flush()
    local read = bilan.read(path, { codebook = { items = { { id = "m", kind = "multiple",
      levels = { "a", "b" }, none = "none" } } } })
    os.remove(path)
    assert.equal(2, read:freq("m"):get { level = "a" }.count)
    assert.equal(3, read:freq("m"):get { level = "a" }.n)
  end)

  -- svycontrast(svyby(~api00, ~stype, d1, svymean, covmat = TRUE), c(E = 1, M = -1))
  it("17: two groups share clusters", function()
    local row = one(clus1():difference("api00", { by = "stype", from = "M", to = "E" }))
    near(17.42805555555549, row.value)
    near(14.33739023421676, row.se)
    local means = clus1():mean("api00", { by = "stype" })
    local e, m = means:get { stype = "E" }, means:get { stype = "M" }
    near(38.7199641462563, math.sqrt(e.se ^ 2 + m.se ^ 2)) -- as if independent
  end)

  -- d <- svydesign(id = ~id, weights = ~w, data = s)
  -- svycontrast(svyby(~y, ~year, d, svymean, covmat = TRUE), c(-1, 1))
  it("18: waves that overlap are stacked, and the pupil is the cluster", function()
    local function wave(year, y)
      return bilan.survey { id = { 1, 2, 3, 4, 5, 6, 7, 8 }, w = { 1, 2, 1, 3, 2, 1, 1, 2 }, y = y,
        year = { year, year, year, year, year, year, year, year } }
    end
    local both = wave(1, { 3, 5, 2, 6, 4, 7, 3, 5 }):stack(wave(2, { 4, 5, 4, 7, 4, 9, 3, 6 }))
    local row = one(both:design { weights = "w", clusters = "id" }
      :difference("y", { by = "year", from = 1, to = 2 }))
    near(0.7692307692307692, row.value)
    near(0.2480775342488606, row.se)
    local apart = both:design { weights = "w", clusters = "id", strata = "year", nest = true }
    assert.is_true(one(apart:difference("y", { by = "year", from = 1, to = 2 })).se > 0.7)
    -- paired yes and no: d = (b - c) / n, var = (b + c - (b - c)^2 / n) / n^2; few changes: exact
    local before, after = {}, {}
    for i = 1, 40 do
      before[i], after[i] = i <= 20 and 1 or 0, (i <= 17 or i > 31) and 1 or 0 -- c = 3, b = 9
    end
    local pairs_ = bilan.survey { before = before, after = after }
    near((9 - 3) / 40, one(pairs_:mcnemar("before", "after", { level = "1" })).value)
    has(pairs_:mcnemar("before", "after", { level = "1" }), "exact")
    local paired = one(pairs_:design():mcnemar("before", "after", { level = "1" }))
    near((9 + 3 - (9 - 3) ^ 2 / 40) / 40 ^ 2 * 40 / 39, paired.se ^ 2)
  end)

  -- g <- svyglm(api00 ~ ell + meals, d1); g$df.residual; regTermTest(g, ~ell)
  it("19: a regression loses a degree of freedom a coefficient", function()
    local result = clus1():glm "api00 ~ ell + meals"
    local ell = result:get { term = "ell" }
    near(-0.5087966834164598, ell.value)
    near(0.3259227211719378, ell.se)
    near(12, ell.df) -- 14 + 1 - 3
    near(0.1444742521898532, ell.p_value)
    near(2.4370209806860084, result.tests[1].statistic)
    near(12, result.tests[1].ddf)
    -- no degree of freedom left: no p-value, in words
    local few = bilan.survey { c = { 1, 1, 2, 2, 3, 3 }, x = { 1, 2, 3, 5, 4, 1 },
      z = { 2, 1, 1, 3, 5, 4 }, y = { 3, 4, 2, 6, 7, 5 } }:design { clusters = "c" }
    local row = few:glm("y ~ x + z + x:z"):rows()[2]
    assert.is_nil(row.p_value)
    assert.is_nil(row.low)
    assert.is_string(row.note)
  end)

  it("20: a share is a ratio of two totals, and counts have Student's t", function()
    local d = file("apiclus1"):derive { one = "1", wide = "sch_wide = 'Yes'" }
      :design { weights = "pw", clusters = "dnum" }
    local share, ratio = d:proportion("sch_wide", { level = "Yes" }), d:ratio("wide", "one")
    near(one(ratio).value, one(share).value)
    near(one(ratio).se, one(share).se)
    -- centred: 15 / 14 sum over districts of (sum w (y - p))^2 / W^2
    local sums, W = {}, 0
    local dnum, w, y = d:column "dnum", d:column "pw", d:column "wide"
    for row = 1, #d do
      W = W + w[row]
      sums[dnum[row]] = (sums[dnum[row]] or 0) + w[row] * (y[row] - one(share).value)
    end
    local variance = 0
    for _, sum in pairs(sums) do variance = variance + 15 / 14 * (sum / W) ^ 2 end
    near(math.sqrt(variance), one(share).se)
    local count = d:crosstab("sch_wide", "stype", { percent = "none" })
      :get { row = "Yes", col = "H" }
    near(stat.t_quantile(0.975, count.df), (count.high - count.value) / count.se)
  end)

  it("21: a ratio of sums is no mean of ratios", function()
    local d = bilan.survey { class = { 1, 1, 1, 2 }, yes = { 1, 1, 1, 0 }, asked = { 2, 2, 4, 1 },
      w = { 1, 1, 1, 3 } }:design { weights = "w" }
    near(3 / 11, one(d:ratio("yes", "asked")).value)
    near(1.25 / 6, one(d:mean "yes * 1.0 / asked").value)
    -- the average of classes is not that of pupils
    near(3 / 6, one(d:mean "yes").value)
    local classes = d:mean("yes", { by = "class" })
    near(1 / 2, (classes:get { class = 1 }.value + classes:get { class = 2 }.value) / 2)
    has(d:ratio("yes", "asked").title, "yes / asked")
  end)

  it("22: the mean of a scale needs its numbers, and 9 is no opinion", function()
    local path = os.tmpname()
    local out <close> = assert(io.open(path, "w"))
    out:write("id,q,r\n1,1,good\n2,2,bad\n3,9,good\n4,3,good\n")
    out:flush()
    local declared = bilan.read(path, { codebook = { items = {
      { id = "q", kind = "number", missing = { ["don't know"] = { 9 } } },
      { id = "r", kind = "scale", levels = { { "good", score = 2 }, { "bad", score = 1 } } } } } })
    local plain = bilan.read(path)
    os.remove(path)
    near(2, one(declared:mean "q").value)
    assert.same({ ["don't know"] = 1 }, one(declared:mean "q").missing_kinds)
    near(7 / 4, one(declared:mean "r").value)
    fails("r", plain.mean, plain, "r")
  end)

  -- 1.9 1.4 / 2.5 3.1: n = 4, W = 8.9; X2 = n (ad - bc)^2 / W^2 * W^2 / (r1 r2 c1 c2)
  it("23: weighted counts are never rounded before a test", function()
    local s = bilan.survey { row = { "a", "a", "b", "b" }, col = { "x", "y", "x", "y" },
      w = { 1.9, 1.4, 2.5, 3.1 } }:design { weights = "w" }
    local x2 = 4 * (1.9 * 3.1 - 1.4 * 2.5) ^ 2 / (3.3 * 5.6 * 4.4 * 4.5)
    near(x2, one(s:independence("row", "col", { statistic = "Chisq" })).statistic)
    local cell = s:crosstab("row", "col", { percent = "none" }):get { row = "b", col = "x" }
    near(2.5, cell.value)
    assert.equal(1, cell.count)
    assert.equal(2, cell.n)
    near(4.4, cell.weighted_n)
  end)
end)

describe("figures in print", function()
  local format = require "bilan.output.format"

  it("24: a figure is rounded once, by a named rule, on whole numbers", function()
    for _, case in ipairs { { 1, 8, "13%", "12%", "12%" }, { 57, 200, "29%", "28%", "28%" },
      { 1, 32, "3%", "3%", "3%" }, { 569, 2000, "28%", "28%", "28%" },
      { 3, 8, "38%", "38%", "37%" } } do
      for i, rule in ipairs { "half_up", "half_even", "half_down" } do
        assert.equal(case[2 + i], format.percent(case[1], case[2], { rule = rule }))
      end
    end
    assert.equal("28.5%", format.percent(569, 2000, { decimals = 1 })) -- 28.45, and 28 above
    assert.equal("3.13%", format.percent(1, 32, { decimals = 2 }))
    assert.equal("3.12%", format.percent(1, 32, { decimals = 2, rule = "half_even" }))
    assert.equal("28.5%", format.share(0.285, nil, nil, { decimals = 1 }))
    assert.equal("29%", format.share(0.285))
    for n = 1, 60 do
      for k = 0, n do
        local units = (2 * 1000 * k + n) // (2 * n)
        assert.equal(("%d.%d%%"):format(units // 10, units % 10),
          format.percent(k, n, { decimals = 1 }))
      end
    end
    local text = tostring(bilan.survey { a = { "x", "y", "y", "y", "y", "y", "y", "y" } }:freq "a")
    has(text, "13%*")
  end)

  it("25: a share is possible when some whole number of its base prints it", function()
    local function claim(share, n, note)
      return bilan.claims({ { id = "a", population = "p", group = "all", item = "i", level = "x",
        share = share, n = n, note = note } }):get "a"
    end
    assert.equal("impossible", claim("37%", 10).verdict)
    assert.equal("consistent", claim("30%", 10).verdict)
    assert.same(3, claim("30%", 10).counts)
    -- both sides of a tie, since the rule is not known: 1 of 8 is 12.5
    assert.equal("consistent", claim("12%", 8).verdict)
    assert.equal("consistent", claim("13%", 8).verdict)
    -- decimals are a statement: 28 of 100 rounds, 28.0 is 27.95 to 28.05
    assert.equal("consistent", claim("28%", 29).verdict) -- 8 of 29 is 27.6
    assert.equal("impossible", claim("28.0%", 29).verdict)
    assert.equal("unverifiable", claim("37%", 10, "weighted").verdict)
  end)

  -- p <- coef(svymean(~stype, d1)); se <- SE(...); n_eff <- pmin(183, p * (1 - p) / se^2)
  -- b <- pmin(183, n_eff * (qt(.975, 182) / qt(.975, 14))^2); widths of qbeta(.025, .975):
  -- E 0.787: 0.2093; H 0.0765: 0.1264 = 165 %; M 0.137: 0.1344 = 98 %
  it("26: named display rules withhold what is too imprecise, after privacy", function()
    local stype = clus1():freq "stype"
    local function shown(opts)
      local out = {}
      for _, record in ipairs(stype:sheet(opts):records()) do
        out[record.level] = record.value ~= nil
      end
      return out
    end
    assert.same({ E = true, H = false, M = true }, shown { policy = "nchs" })
    assert.same({ E = true, H = false, M = true }, shown { policy = "30/30" }) -- se / p: 0.35
    local first = { name = "first", protect = function(view)
      for _, record in ipairs(view.records) do
        if record.level == "E" then return { [record] = "withheld" } end
      end
    end }
    assert.same({ E = false, H = false, M = true }, shown { policy = "nchs", privacy = first })
    local text = stype:to_text { policy = "nchs" }
    has(text, "† Not shown: 95% interval over 130% of the share.")
    assert.truthy(text:find("H +†.* 183"))
    fails('did you mean "nchs"', stype.sheet, stype, { policy = "nhcs" })
    -- counts: 2 sinh(qt(.975, 14) * SE / total) of 473.86 (158.70) is 1.563, 14 schools
    assert.equal(0, clus1():total("stype"):sheet { policy = "nchs" }.withheld)
    -- what the rules are decided by stands beside each share
    local row = one(clus1():proportion("sch_wide", { level = "Yes", ci = "kg_nchs" }))
    for _, field in ipairs { "effective_n", "low", "high", "df", "n", "count" } do
      assert.is_number(row[field], field)
    end
    near(183, row.effective_n) -- Kish: equal weights
  end)
end)

describe("weights and numbers", function()
  -- r <- rake(d1, list(~stype, ~sch.wide), list(...)); svymean(~api00, r)
  it("27: raking meets every margin, and the variance knows of it", function()
    local margins = { stype = { E = 4421, H = 755, M = 1018 },
      sch_wide = { No = 1072, Yes = 5122 } }
    local d = clus1():rake(margins, { epsilon = 1e-13 })
    for item, levels in pairs(margins) do
      for level, total in pairs(levels) do
        near(total, d:total(item):get { level = level }.value)
        near(0, d:total(item):get { level = level }.se / total)
      end
    end
    near(641.23032092682, one(d:mean "api00").value)
    near(23.70361688792249, one(d:mean "api00").se)
    -- the weight is the design's weight times one factor a cell
    local factor = {}
    local final, pw = d:add_weights("final"):column "final", d:column "pw"
    local stype, wide = d:column "stype", d:column "sch_wide"
    for row = 1, #d do
      local cell = stype[row] .. wide[row]
      factor[cell] = factor[cell] or final[row] / pw[row]
      near(factor[cell], final[row] / pw[row])
    end
    -- the same with design weights that differ
    local twice = file("apiclus1"):derive { w = "pw * (1 + snum % 3)" }
      :design { weights = "w", clusters = "dnum" }:rake(margins)
    local w, after = twice:column "w", twice:add_weights("final"):column "final"
    factor = {}
    for row = 1, #twice do
      local cell = stype[row] .. wide[row]
      factor[cell] = factor[cell] or after[row] / w[row]
      near(factor[cell], after[row] / w[row])
    end
    -- errors before the first round
    local c = clus1()
    fails('level "M" of "stype"', c.rake, c, { stype = { E = 4421, H = 755 } })
    fails("stype", c.rake, c, { stype = { E = 4421, H = 755, M = 1018, X = 5 } })
    local gap = bilan.survey { a = { "x", nil, "y" } }:design()
    fails("a", gap.rake, gap, { a = { x = 5, y = 5 } })
    local slow = clus1()
    fails("rake", slow.rake, slow, { stype = { E = 4421, H = 755, M = 1018 },
      sch_wide = { No = 3000, Yes = 3194 } }, { iterations = 1, epsilon = 1e-15 })
  end)

  it("28: no figure depends on the order of the rows", function()
    local s = file "apiclus1"
    local columns, order, state = {}, {}, 7
    for i = 1, #s do order[i] = i end
    for i = #s, 2, -1 do
      state = (state * 1103515245 + 12345) % 2147483648
      local j = state // 65536 % i + 1
      order[i], order[j] = order[j], order[i]
    end
    for i, name in ipairs { "dnum", "pw", "stype", "sch_wide", "api00", "enroll" } do
      local values, moved = s:column(name), {}
      for row, from in ipairs(order) do moved[row] = values[from] end
      columns[i] = { name, moved }
    end
    local shuffled = bilan.survey(columns)
    local function figures(survey)
      local d, list = survey:design { weights = "pw", clusters = "dnum" }, {}
      local function add(result)
        for _, row in ipairs(result:rows()) do
          local key = (row.level or row.row or "") .. "/" .. (row.col or row.by.stype or "")
          for _, field in ipairs { "value", "se", "low", "high", "statistic", "p_value" } do
            list[#list + 1] = row[field] and ("%s %s %a"):format(key, field, row[field])
          end
        end
      end
      add(d:mean("api00", { by = "stype" }))
      add(d:total "enroll")
      add(d:freq "sch_wide")
      add(d:crosstab("sch_wide", "stype"))
      add(d:median "api00")
      add(d:ratio("api00", "enroll"))
      add(d:independence("sch_wide", "stype"))
      table.sort(list)
      return list
    end
    local a, b = figures(s), figures(shuffled)
    assert.is_true(#a > 60)
    for i, line in ipairs(a) do
      local want, got = line:match "%S+$", b[i]:match "%S+$"
      assert.equal(line:match "^.* ", b[i]:match "^.* ")
      near(tonumber(want), tonumber(got), 1e-13)
    end
  end)

  it("29: no answer is stale: a survey never changes", function()
    local s = bilan.survey { y = { 1, 2, 3, 6 }, g = { "a", "a", "b", "b" } }
    local d = s:design { clusters = "g" }
    local before = { one(d:mean "y").value, one(d:mean "y").se }
    local later = d:derive { y = "y * 10" }
    near(30, one(later:mean "y").value)
    near(10 * before[2], one(later:mean "y").se)
    assert.same(before, { one(d:mean "y").value, one(d:mean "y").se })
    local result = d:mean "y"
    result:rows()[1].value = 99
    near(3, one(result).value)
    -- an expression's text is no key either: x means what it is in this survey
    local p = s:derive { x = "y > 2" }
    local q = s:derive { x = "y > 1" }
    near(1 / 2, one(p:proportion "x = 1").value)
    near(3 / 4, one(q:proportion "x = 1").value)
    -- a domain goes with the survey and with what is made of it
    local domain = s:where "g = 'a'":derive { z = "y + 1" }:design { clusters = "g" }
    near(2.5, one(domain:mean "z").value)
    collectgarbage()
    near(2.5, one(domain:mean "z").value)
  end)

  it("30: a level without respondents is 0 of n; one not asked has no share", function()
    local path = os.tmpname()
    local out <close> = assert(io.open(path, "w"))
    out:write("id,q\n1,yes\n2,no\n3,yes\n")
    out:flush()
    local s = bilan.read(path, { codebook = { items = {
      { id = "q", kind = "single", levels = { "yes", "no", "never" } } } } })
    os.remove(path)
    local never = s:freq("q"):get { level = "never" }
    assert.same({ 0, 3, 0 }, { never.count, never.n, never.value })
    assert.is_true(never.high > 0.5)
    local waves = bilan.survey { year = { 1, 1 }, q = { "x", "y" } }
      :stack(bilan.survey { year = { 2, 2 }, r = { "u", "v" } })
    local row = waves:freq("q", { by = "year" }):get { level = "x", year = 2 }
    assert.is_nil(row.value)
    assert.equal(0, row.n)
    assert.same({ ["not asked"] = 2 }, row.missing_kinds)
    has(row.note, "the base is 0")
  end)

  it("31: codes of a file keep their zeros, and NA is Namibia", function()
    local path = os.tmpname()
    local out <close> = assert(io.open(path, "w"))
    out:write("h,zip,land,y\n1,01000,NA,5\n1.0,02000,FR,7\n2,75001,NA,7\n2.0,01000,BE,9\n")
    out:flush()
    local s = bilan.read(path)
    assert.equal(2, s:design({ strata = "h" }):design_report().strata)
    local text = bilan.read(path, { types = { h = "text" } }):design { strata = "h" }
    os.remove(path)
    assert.equal(2, text:design_report().strata)
    assert.equal("01000", s:column("zip")[1])
    assert.equal(2, s:freq("land"):get { level = "NA" }.count)
    assert.equal(0, one(s:freq "land").missing)
  end)
end)

describe("no figure without its reason", function()
  it("everywhere: never NaN, never a silent blank", function()
    local s = bilan.survey { h = { 1, 1, 2, 2, 3 }, c = { 1, 2, 3, 4, 5 }, y = { 1, 1, 1, 2, 7 },
      g = { "a", "a", "b", "b", "c" }, q = { "x", "x", "x", "y", "y" } }
    local checked = 0
    local function check(result)
      for _, row in ipairs(result:rows()) do
        local figure = row.unit == "test" and "p_value" or "low"
        for _, field in ipairs { "value", "se", "low", "high", "df", "statistic", "p_value" } do
          assert.is_true(row[field] == nil or row[field] == row[field], field .. " is NaN")
        end
        if row[figure] == nil or row[figure] == row.high then
          assert.is_string(row.note, tostring(result))
          assert.is_true(#row.note > 10)
        end
        checked = checked + 1
      end
      assert.is_nil(tostring(result):lower():find("nan", 1, true))
    end
    for _, lonely in ipairs { "certainty", "adjust", "average" } do
      local d = s:design { strata = "h", clusters = "c", lonely = lonely }
      for _, sample in ipairs { d, d:where "h = 3", d:where "y > 99", d:where "h = 1" } do
        for _, by in ipairs { false, "g" } do
          by = by or nil
          check(sample:mean("y", { by = by }))
          check(sample:total("y", { by = by }))
          check(sample:median("y", { by = by }))
          check(sample:ratio("y", "h", { by = by }))
          for _, ci in ipairs(intervals) do check(sample:proportion("q", { by = by, ci = ci })) end
          check(sample:freq("q", { by = by }))
        end
        check(sample:crosstab("q", "g", { letters = true, test = true }))
        check(sample:independence("q", "g"))
        check(sample:t_test("y", { mu = 1 }))
        check(sample:contrast("y", { by = "g", coefficients = { a = 1, b = -1 } }))
        check(sample:rank_test("y", { by = "g" }))
      end
    end
    assert.is_true(checked > 400)
    local weights = one(s:design():where("y > 99"):weight_report())
    assert.is_nil(weights.mean)
    has(weights.note, "the base is 0")
  end)
end)
