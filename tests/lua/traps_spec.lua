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
      local none, all = one(s:proportion("y = 1", { ci = ci })), one(s:proportion("y = 0", { ci = ci }))
      near(0, none.low)
      near(limit, none.high)
      near(1 - limit, all.low)
      near(1, all.high)
    end
    local alone = s:where("c = 1"):proportion "y = 1"
    assert.is_nil(one(alone).low)
    assert.is_nil(one(alone).high)
    has(one(alone).note, "no degrees of freedom")
  end)

  -- n_eff = p q / V times (t_(n-1) / t_df)^2; NCHS cuts it at n, R does not; n without missing
  it("4: Korn and Graubard have two editions", function()
    local d = pupils():derive { y = "case when school = 5 and answer = 'no' then null else answer end" }
      :design { clusters = "school" }
    local function limits(n, p) return stat.beta_quantile(0.025, n * p, n * (1 - p) + 1) end
    local row = one(d:proportion("y", { level = "yes", ci = "kg_r" }))
    assert.equal(13, row.n)
    local n = row.value * (1 - row.value) / row.se ^ 2
      * (stat.t_quantile(0.975, row.n - 1) / stat.t_quantile(0.975, row.df)) ^ 2
    near(limits(n, row.value), row.low)
    near(limits(math.min(n, 13), row.value),
      one(d:proportion("y", { level = "yes", ci = "kg_nchs" })).low)
    -- one yes in each of four schools: hardly any variance, so far more than 12 effective answers
    local even = pupils():derive { x = "case when school > 1 then answer end" }
      :derive { x = "case when school = 2 and y = 6 then 'yes' else x end" }
      :design { clusters = "school" }
    local r = one(even:proportion("x", { level = "yes", ci = "beta" }))
    local nchs = one(even:proportion("x", { level = "yes", ci = "korn_graubard" }))
    local effective = r.value * (1 - r.value) / r.se ^ 2
      * (stat.t_quantile(0.975, 11) / stat.t_quantile(0.975, r.df)) ^ 2
    assert.is_true(effective > 12)
    near(limits(effective, r.value), r.low)
    near(limits(12, nchs.value), nchs.low)
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
    -- stage 2 adds: W = (N1/n1)(N2/n2), V = N1^2 (1 - f1) s1^2 / n1 + (N1/n1) sum N2^2 (1 - f2) s2^2/n2.
    -- Schools of 4 and 2 rows of 8 and 4, 2 schools of 10; labels of rows begin anew in each school
    local t = bilan.survey { i = { "a", "a", "b", "b" }, j = { 1, 2, 1, 2 }, N1 = { 10, 10, 10, 10 },
      f1 = { 0.2, 0.2, 0.2, 0.2 }, N2 = { 8, 8, 4, 4 }, f2 = { 0.25, 0.25, 0.5, 0.5 },
      y = { 1, 3, 4, 8 } }
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
    for rule, value in pairs { math = 668, school = 668, hf1 = 668, hf2 = 668, hf3 = 668,
      hf4 = 667.235755965804, hf5 = 667.833358874928, hf6 = 668, hf7 = 667.608572533523,
      hf8 = 667.950370577648, hf9 = 667.918141572832, shahvaish = 705 } do
      near(value, one(d:median("api00", { rule = rule })).value)
    end
    local function quartile(x, w, rule, ties)
      return one(bilan.survey { x = x, w = w }:design { weights = "w" }
        :quantile("x", { p = 0.25, rule = rule, ties = ties })).value
    end
    -- summed, x = 1 2 3 4 have weights 1 6 2 1: F = .1 .7 .9 1
    for _, w in ipairs { { 1, 5, 1, 2, 1 }, { 1, 1, 5, 2, 1 } } do
      near(1 + 0.15 / 0.6, quartile({ 1, 2, 2, 3, 4 }, w, "hf4", "summed"))
      near(2, quartile({ 1, 2, 2, 3, 4 }, w, "math", "summed"))
    end
    -- as R, in the order of the file
    for rule, values in pairs { hf4 = { 1.3, 2 }, hf5 = { 5 / 3, 2 }, hf6 = { 1.35, 2 },
      hf7 = { 2, 2.05 } } do
      near(values[1], quartile({ 1, 2, 2, 3, 4 }, { 1, 5, 1, 2, 1 }, rule, "rows"))
      near(values[2], quartile({ 1, 2, 2, 3, 4 }, { 1, 1, 5, 2, 1 }, rule, "rows"))
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
    local wor, wr = one(d:mean("api00", { deff = true })), one(d:mean("api00", { deff = "replace" }))
    near(wr.deff, wor.deff * (1 - 200 / 6194))
    -- weights that sum to n estimate no population
    local small = s:derive { w = "pw * 200.0 / 6194" }:design { strata = "stype", weights = "w" }
    near(wr.deff, one(small:mean("api00", { deff = "wr" })).deff, 0.05)
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

  -- svychisq(~sch.wide + stype, d1, statistic = s); lincom by the mixture: shares_spec, unit tests
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
    near(sum / 2, one(replicated { kind = "jkn", rscales = { 0.5, 0.5, 0.5, 0.5 } }:mean "y").se ^ 2)
    near(sum, one(replicated { kind = "other", scale = 1, mse = true }:mean "y").se ^ 2)
    -- factors times the weight; the column "rw" is no replicate
    near(3 / 4 * sum * 64, one(replicated({ kind = "jk1", combined = false }, 1):total "y").se ^ 2)
    assert.equal(4, replicated { kind = "jk1" }:design_report().replicates.count)
    near(3, one(replicated { kind = "jk1" }:mean "y").df)
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
