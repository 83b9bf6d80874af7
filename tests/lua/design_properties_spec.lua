--- What must hold for every design, on several hundred made-up surveys: strata, clusters, two
-- stages, finite populations, weights, missing answers. The variance is compared with one written
-- out here from its definition; the rest are identities that no formula of the engine shares.
local bilan = require "bilan"

-- ---- made-up surveys ----------------------------------------------------------------------------

local state

local function below(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return state // 65536 % n
end

local kinds = { "rows", "clusters", "strata", "strata_fpc", "two_stages", "strata_rows" }

-- One survey and its design: 2 to 4 strata of 2 to 4 clusters of 1 to 4 rows (two_stages: 2 to 4).
-- Items: h, c, j, w, N1, N2, y (some missing), x > 0, g and k (levels), a (0/1), t1, t2 (ticks).
local function make(seed)
  state = seed * 7919 + 17
  local kind = kinds[seed % #kinds + 1]
  local stratified = kind ~= "rows" and kind ~= "clusters"
  local names = { "h", "c", "j", "w", "N1", "N2", "y", "x", "g", "k", "a", "t1", "t2" }
  local columns, of, row = {}, {}, 0
  for i, name in ipairs(names) do
    columns[i] = { name, {} }
    of[name] = columns[i][2]
  end
  local cluster = 0
  for h = 1, stratified and 2 + below(3) or 1 do
    local clusters = (stratified and 2 or 5) + below(3)
    local N1 = clusters + below(6) + ((kind == "two_stages" or h == 1) and 1 or 0)
    for _ = 1, clusters do
      cluster = cluster + 1
      local rows = (kind == "rows" or kind == "strata_rows") and 1 or 2 + below(3)
      local N2, weight = rows + below(4), 1 + below(5) / 4
      for j = 1, rows do
        row = row + 1
        of.h[row], of.c[row], of.j[row], of.N1[row], of.N2[row] = h, cluster, j, N1, N2
        of.w[row] = kind == "two_stages" and N1 / clusters * N2 / rows or weight * (1 + below(3))
        of.y[row] = below(8) > 0 and below(21) - 5 + h or nil
        of.x[row] = 1 + below(9)
        of.g[row] = below(3) > 0 and "u" or "v"
        of.k[row] = ({ "k1", "k2", "k3" })[1 + below(3)]
        of.a[row] = below(2)
        of.t1[row], of.t2[row] = below(2), below(3) > 0 and 1 or 0
      end
    end
  end
  for name, level in pairs { g = { "u", "v" }, k = { "k1", "k2" } } do
    for i, label in ipairs(level) do of[name][i] = label end
  end
  for i, value in ipairs { 1, 0, 1 } do of.a[i] = value end
  of.y[1], of.y[2], of.y[row] = of.y[1] or 4, of.y[2] or 1, of.y[row] or 3
  local opts = { weights = "w" }
  if kind ~= "rows" and kind ~= "strata_rows" then opts.clusters = "c" end
  if stratified then opts.strata = "h" end
  if kind == "strata_fpc" then opts.fpc = "N1" end
  if kind == "two_stages" then opts.clusters, opts.fpc = { "c", "j" }, { "N1", "N2" } end
  if kind == "two_stages" then opts.strata, opts.nest = { "h", false }, true end
  return { seed = seed, kind = kind, of = of, columns = columns, opts = opts, rows = row }
end

local function survey_of(s) return bilan.survey(s.columns):group { both = { "t1", "t2" } } end

local function designed(s) return survey_of(s):design(s.opts) end

local current -- the survey that is looked at, for the words of a failure

local function each(count, f, only)
  local seen = 0
  for seed = 1, count do
    local s = make(seed)
    if not only or only[s.kind] then
      current = ("survey %d (%s)"):format(seed, s.kind)
      seen = seen + 1
      f(s, designed(s))
    end
  end
  assert.is_true(seen * 6 >= count)
end

-- The same designs with jackknife weights and with adjusted weights too.
local function each_way(count, f)
  each(count, function(s, d)
    local name, sum = current, 0
    f(s, d)
    for _, weight in ipairs(s.of.w) do sum = sum + weight end
    current = name .. ", post-stratified"
    f(s, d:poststratify("a", { ["0"] = 0.4 * sum, ["1"] = 0.6 * sum }))
    if s.kind ~= "two_stages" then
      current = name .. ", jackknife"
      f(s, d:to_replicates { kind = s.opts.strata and "jkn" or "jk1", mse = s.seed % 2 == 0 })
    end
  end)
end

local function near(want, got, what, tolerance)
  if type(want) == "number" and type(got) == "number"
    and math.abs(want - got) <= (tolerance or 1e-9) * math.max(1, math.abs(want)) then return end
  if want == nil and got == nil then return end
  error(("%s, %s: expected %s, got %s"):format(current, what or "figure", want, got), 2)
end

local function same(a, b, fields, what)
  for _, field in ipairs(fields) do near(a[field], b[field], (what or "") .. " " .. field) end
end

local function one(result) return result:rows()[1] end

local whole = { "value", "se", "low", "high", "df", "n", "weighted_n", "effective_n", "missing" }

-- ---- the variance, from its definition ----------------------------------------------------------

-- sum_h (1 - f_h) n/(n - 1) sum_i (z_hi - mean)^2 over clusters of a stratum, and for two stages
-- (n/N1) times the same of the rows in each cluster; u: the variable by row, weight included.
local function spread(values, fraction)
  local n, sum, squares = #values, 0, 0
  for _, value in ipairs(values) do sum = sum + value end
  for _, value in ipairs(values) do squares = squares + (value - sum / n) ^ 2 end
  return n > 1 and (1 - fraction) * n / (n - 1) * squares or 0
end

local function variance_of(s, u)
  local strata, total = {}, 0
  for row = 1, s.rows do
    local h, c = s.opts.strata and s.of.h[row] or 0, s.opts.clusters and s.of.c[row] or row
    strata[h] = strata[h] or { order = {}, N1 = s.of.N1[row] }
    local stratum = strata[h]
    if not stratum[c] then
      stratum.order[#stratum.order + 1] = c
      stratum[c] = { N2 = s.of.N2[row] }
    end
    stratum[c][#stratum[c] + 1] = u[row]
  end
  for _, stratum in pairs(strata) do
    local sums = {}
    local f1 = s.opts.fpc and #stratum.order / stratum.N1 or 0
    for i, c in ipairs(stratum.order) do
      sums[i] = 0
      for _, value in ipairs(stratum[c]) do sums[i] = sums[i] + value end
      if s.kind == "two_stages" then
        total = total + f1 * spread(stratum[c], #stratum[c] / stratum[c].N2)
      end
    end
    total = total + spread(sums, f1)
  end
  return total
end

-- w (num - theta den) / sum(w den) over the rows where both are there.
local function ratio_of(s, num, den)
  local top, bottom, u = 0, 0, {}
  for row = 1, s.rows do
    local a, b = num(row), den(row)
    if a and b then top, bottom = top + s.of.w[row] * a, bottom + s.of.w[row] * b end
  end
  for row = 1, s.rows do
    local a, b = num(row), den(row)
    u[row] = a and b and s.of.w[row] * (a - top / bottom * b) / bottom or 0
  end
  return top / bottom, math.sqrt(variance_of(s, u))
end

local function always() return 1 end

describe("the variance of a design is that of its definition", function()
  it("of means, ratios, shares and totals", function()
    each(300, function(s, d)
      local y = function(row) return s.of.y[row] end
      local x = function(row) return s.of.x[row] end
      local value, se = ratio_of(s, y, always)
      near(value, one(d:mean "y").value, "mean")
      near(se, one(d:mean "y").se, "se of the mean")
      value, se = ratio_of(s, y, x)
      near(value, one(d:ratio("y", "x")).value, "ratio")
      near(se, one(d:ratio("y", "x")).se, "se of the ratio")
      value, se = ratio_of(s, function(row) return s.of.g[row] == "u" and 1 or 0 end, always)
      local share = one(d:proportion("g", { level = "u" }))
      near(value, share.value, "share")
      near(se, share.se, "se of the share")
      local u, total = {}, 0
      for row = 1, s.rows do
        u[row] = s.of.w[row] * (s.of.y[row] or 0)
        total = total + u[row]
      end
      near(total, one(d:total "y").value, "total")
      near(math.sqrt(variance_of(s, u)), one(d:total "y").se, "se of the total")
    end)
  end)

  it("of a domain, with 0 outside it", function()
    each(300, function(s, d)
      local domain = d:where "k = 'k1'"
      local function inside(row) return s.of.k[row] == "k1" and 1 or 0 end
      local value, se = ratio_of(s, function(row) return inside(row) * s.of.x[row] end, inside)
      near(value, one(domain:mean "x").value, "mean")
      near(se, one(domain:mean "x").se, "se")
      -- a ratio of the item that is 0 outside to the indicator
      local r = one(d:derive { { "inside", "k = 'k1'" }, { "part", "x * inside" } }
        :ratio("part", "inside"))
      same(r, one(domain:mean "x"), { "value", "se" }, "as a ratio")
    end)
  end)
end)

describe("parts and wholes", function()
  -- V(a + b) + V(a - b) = 2 V(a) + 2 V(b), whatever the covariance
  it("totals of groups sum to the total, and so do their covariances", function()
    each_way(240, function(_, d)
      d = d:derive { difference = "case when g = 'u' then y else -y end" }
      local all, apart = one(d:total "y"), one(d:total "difference")
      local parts = d:total("y", { by = "g", df = "design" })
      local u, v = parts:get { g = "u" }, parts:get { g = "v" }
      near(all.value, u.value + v.value, "sum")
      near(apart.value, u.value - v.value, "difference")
      near(2 * u.se ^ 2 + 2 * v.se ^ 2, all.se ^ 2 + apart.se ^ 2, "variances")
      near(all.n, u.n + v.n, "n")
      near(all.missing, u.missing + v.missing, "missing")
      local counts, sum = d:total("k"):rows(), 0
      for _, row in ipairs(counts) do sum = sum + row.value end
      near(counts[1].weighted_n, sum, "counts")
    end)
  end)

  it("a group of `by` is the domain of `where`", function()
    each_way(240, function(_, d)
      for _, level in ipairs { "u", "v" } do
        local part = d:where(("g = '%s'"):format(level))
        local function compare(what, whole_, own)
          same(own:rows()[1], whole_:get { g = level }, whole, what)
        end
        compare("mean", d:mean("y", { by = "g" }), part:mean "y")
        compare("total", d:total("y", { by = "g" }), part:total "y")
        compare("ratio", d:ratio("y", "x", { by = "g" }), part:ratio("y", "x"))
        compare("median", d:median("x", { by = "g" }), part:median "x")
        compare("share", d:proportion("a", { level = "1", by = "g" }),
          part:proportion("a", { level = "1" }))
      end
    end)
  end)

  it("cells of a table are shares by its columns or rows", function()
    each_way(120, function(_, d)
      local cols, rows = d:crosstab("k", "g"), d:crosstab("k", "g", { percent = "row" })
      local shares, turned = d:proportion("k", { by = "g" }), d:proportion("g", { by = "k" })
      local counts = d:crosstab("k", "g", { percent = "none" })
      for _, row in ipairs { "k1", "k2" } do
        for _, col in ipairs { "u", "v" } do
          local cell = cols:get { row = row, col = col }
          same(shares:get { level = row, g = col }, cell, { "value", "se", "low", "high", "n" },
            "cell")
          same(turned:get { level = col, k = row }, rows:get { row = row, col = col },
            { "value", "se", "n" }, "cell of a row")
          local total = one(d:total(("k = '%s' and g = '%s'"):format(row, col)))
          same(total, counts:get { row = row, col = col }, { "value", "se" }, "count")
        end
        same(d:proportion("k"):get { level = row }, cols:get { row = row },
          { "value", "se", "low", "high" }, "total column")
      end
    end)
  end)

  it("an option of several answers is an item of 0 and 1", function()
    each_way(120, function(_, d)
      d = d:derive { third = "t1 = 1 or t2 = 1" }
      local ticks = d:proportion("both", { nets = { any = { "t1", "t2" } } })
      same(one(d:mean "t1"), ticks:get { level = "t1" }, { "value", "se", "n", "df" }, "t1")
      same(one(d:mean "t2"), ticks:get { level = "t2" }, { "value", "se", "n", "df" }, "t2")
      same(one(d:mean "third"), ticks:get { level = "any" }, { "value", "se", "n", "df" }, "any")
    end)
  end)
end)

describe("symmetries", function()
  it("a share and its complement mirror each other", function()
    local methods = { "logit", "xlogit", "wald", "wilson", "likelihood", "arcsine", "korn_graubard",
      "beta" }
    each_way(120, function(_, d)
      for _, ci in ipairs(methods) do
        local p = one(d:proportion("a = 1", { ci = ci }))
        local q = one(d:proportion("a = 0", { ci = ci }))
        near(1, p.value + q.value, "shares")
        near(p.se, q.se, "se")
        if p.low then
          near(1, p.low + q.high, ci)
          near(1, p.high + q.low, ci)
          assert.is_true(p.low <= p.value and p.value <= p.high)
        else
          assert.is_nil(q.high)
        end
      end
    end)
  end)

  it("another scale of the weights changes totals only", function()
    each(180, function(s, d)
      if s.opts.fpc and s.kind == "two_stages" then return end
      local scaled = survey_of(s):derive { w2 = "w * 3.7" }
      local opts = {}
      for key, value in pairs(s.opts) do opts[key] = value end
      opts.weights = "w2"
      scaled = scaled:design(opts)
      local fields = { "value", "se", "low", "high", "df", "statistic", "p_value", "effective_n" }
      for _, ask in ipairs {
        function(e) return e:mean "y" end, function(e) return e:ratio("y", "x") end,
        function(e) return e:proportion("g", { level = "u" }) end,
        function(e) return e:median "x" end,
        function(e) return e:difference("y", { by = "g", from = "u", to = "v" }) end,
        function(e) return e:independence("g", "k") end } do
        same(one(ask(d)), one(ask(scaled)), fields, "scaled")
      end
      near(3.7 * one(d:total "y").se, one(scaled:total "y").se, "total")
    end)
  end)

  it("another unit of the item moves and stretches its figures", function()
    each_way(180, function(_, d)
      d = d:derive { z = "100 - 4 * x" }
      for _, call in ipairs { "mean", "contrast" } do
        local opts = call == "contrast" and { by = "g", coefficients = { u = 1, v = -1 } } or nil
        local a, b = one(d[call](d, "x", opts)), one(d[call](d, "z", opts))
        near((call == "mean" and 100 or 0) - 4 * a.value, b.value, call)
        near(4 * a.se, b.se, call .. ", se")
        if a.low then near((call == "mean" and 100 or 0) - 4 * a.high, b.low, call .. ", limit") end
      end
    end)
  end)

  it("a difference is a contrast, and the coefficient of a factor", function()
    each_way(180, function(_, d)
      local difference = one(d:difference("y", { by = "g", from = "u", to = "v" }))
      local contrast = one(d:contrast("y", { by = "g", coefficients = { u = -1, v = 1 } }))
      same(difference, contrast, { "value", "se", "low", "high", "df", "statistic", "p_value" })
      local model = d:glm("y ~ g", { reference = { g = "u" } })
      local row = model:get { term = "gv" }
      same(difference, row, { "value", "se" }, "coefficient")
      if row.p_value then
        near(row.statistic ^ 2, model.tests[1].statistic, "F of one coefficient")
        near(row.p_value, model.tests[1].p_value, "p of one coefficient")
        if row.missing == 0 then -- those without an answer are no part of a model
          same(row, one(d:t_test("y", { by = "g" })), { "se", "df", "p_value" }, "t test")
        end
      end
      local turned = one(d:difference("y", { by = "g", from = "v", to = "u" }))
      near(-difference.value, turned.value, "turned")
      near(difference.se, turned.se, "turned")
    end)
  end)

  it("a test of independence is the same for rows and columns", function()
    each_way(180, function(_, d)
      for _, statistic in ipairs { "F", "Chisq", "saddlepoint", "lincom" } do
        local a = one(d:independence("g", "k", { statistic = statistic }))
        local b = one(d:independence("k", "g", { statistic = statistic }))
        same(a, b, { "statistic", "df", "ddf", "p_value", "effect", "n" }, statistic)
      end
    end)
  end)

  it("letters say the same in any order of the columns", function()
    local marked = 0
    each_way(180, function(_, d)
      local other = { k1 = "z1", k2 = "y2", k3 = "x3" }
      local function pairs_of(item, name)
        local renamed = "case k when 'k1' then 'z1' when 'k2' then 'y2' else 'x3' end"
        local x, list = d:derive { m = renamed }
          :crosstab("g", item, { letters = true, smallest = 1, alpha = 0.3 }), {}
        local column = {}
        for _, row in ipairs(x:rows()) do
          if row.col then column[row.column_letter] = name(row.col) end
        end
        for _, row in ipairs(x:rows()) do
          for letter in (row.letters or ""):gmatch "%u" do
            list[#list + 1] = ("%s: %s over %s"):format(row.row, name(row.col), column[letter])
          end
        end
        table.sort(list)
        return list
      end
      local a = pairs_of("k", function(level) return other[level] end)
      assert.same(a, pairs_of("m", function(level) return level end))
      marked = marked + #a
    end)
    assert.is_true(marked > 50)
  end)

  it("the order of the rows changes no figure", function()
    each(120, function(s, d)
      local order, columns = {}, {}
      for i = 1, s.rows do order[i] = i end
      for i = s.rows, 2, -1 do
        local j = below(i) + 1
        order[i], order[j] = order[j], order[i]
      end
      for i, pair in ipairs(s.columns) do
        columns[i] = { pair[1], {} }
        for row, from in ipairs(order) do columns[i][2][row] = pair[2][from] end
      end
      local moved = bilan.survey(columns):design(s.opts)
      same(one(d:mean "y"), one(moved:mean "y"), whole, "mean")
      same(one(d:total "x"), one(moved:total "x"), whole, "total")
      for _, rule in ipairs { "math", "hf7" } do
        same(one(d:median("x", { rule = rule })), one(moved:median("x", { rule = rule })),
          { "value", "se", "low", "high" }, rule)
      end
      same(one(d:rank_test("x", { by = "g", from = "u", to = "v", ties = "shared" })),
        one(moved:rank_test("x", { by = "g", from = "u", to = "v", ties = "shared" })),
        { "value", "se", "statistic", "p_value" }, "ranks")
    end)
  end)
end)

describe("designs that are known to be the same", function()
  local linear = { rows = true, clusters = true, strata = true, strata_rows = true,
    strata_fpc = true }

  it("the jackknife of a total is its linear variance", function()
    each(240, function(s, d)
      local jackknife = d:to_replicates { kind = s.opts.strata and "jkn" or "jk1" }
      same(one(d:total "y"), one(jackknife:total "y"), { "value", "se" }, "jackknife")
      -- strata taken whole have no replicates, so they are in no rank
      if not s.opts.fpc then near(one(d:total "y").df, one(jackknife:total "y").df, "df") end
      same(d:total("k"):get { level = "k1" }, jackknife:total("k"):get { level = "k1" },
        { "value", "se" }, "jackknife of a count")
    end, linear)
  end)

  it("calibrating to what is there changes no weight", function()
    each(120, function(_, d)
      local totals = { g = {} }
      for _, row in ipairs(d:total("g"):rows()) do totals.g[row.level] = row.value end
      near(one(d:mean "x").value, one(d:rake(totals):mean "x").value, "raked")
      local again = d:poststratify("g", totals.g)
      near(one(d:mean "x").value, one(again:mean "x").value, "post-stratified")
      local sum = one(d:total "x").value
      local calibrated = d:calibrate({ g = totals.g, x = sum })
      near(one(d:mean "y").value, one(calibrated:mean "y").value, "calibrated")
      near(0, one(calibrated:total "x").se / sum, "calibrated total", 1e-7)
    end)
  end)

  -- Without a finite population, splitting keeps the values, and the variance is that of the parts.
  it("a stratum split in two keeps its total", function()
    each(120, function(s, d)
      local first = {}
      for row = 1, s.rows do first[s.of.h[row]] = first[s.of.h[row]] or s.of.c[row] end
      local halves, counts = {}, {}
      for row = 1, s.rows do
        local h, c = s.of.h[row], s.of.c[row]
        halves[row] = h * 2 + (c - first[h] < 2 and 0 or 1)
        counts[halves[row]] = counts[halves[row]] or {}
        counts[halves[row]][c] = true
      end
      for _, set in pairs(counts) do
        if not next(set, next(set)) then return end -- a half of one cluster
      end
      local split = { of = setmetatable({ h = halves }, { __index = s.of }), opts = s.opts,
        rows = s.rows, kind = s.kind }
      local columns = table.move(s.columns, 1, #s.columns, 1, {})
      columns[1] = { "h", halves }
      local e = bilan.survey(columns):design(s.opts)
      local u = {}
      for row = 1, s.rows do u[row] = s.of.w[row] * s.of.x[row] end
      near(one(d:total "x").value, one(e:total "x").value, "total")
      near(math.sqrt(variance_of(split, u)), one(e:total "x").se, "se of the total")
      near(one(d:mean "y").value, one(e:mean "y").value, "mean")
    end, { strata = true, strata_rows = true })
  end)

  it("a stratum taken whole adds its total and no variance", function()
    each(240, function(s, d)
      local columns, sum = {}, 0
      for i, pair in ipairs(s.columns) do
        columns[i] = { pair[1], table.move(pair[2], 1, s.rows, 1, {}) }
      end
      for extra = 1, 3 do
        local row, more = s.rows + extra, { h = 99, c = 1000 + extra, j = 1, w = 1, N1 = 3, N2 = 1,
          y = 5 * extra, x = extra, g = "u", k = "k1", a = 1, t1 = 0, t2 = 1 }
        for _, pair in ipairs(columns) do pair[2][row] = more[pair[1]] end
        sum = sum + more.y
      end
      local larger = bilan.survey(columns):design(s.opts)
      near(one(d:total "y").value + sum, one(larger:total "y").value, "total")
      near(one(d:total "y").se, one(larger:total "y").se, "se of the total")
    end, { strata_fpc = true })
  end)

  it("a census has no sampling error, and says so", function()
    each(240, function(s)
      local columns = table.move(s.columns, 1, #s.columns, 1, {})
      local size, seen = {}, {}
      for row = 1, s.rows do
        local h, c = s.of.h[row], s.of.c[row]
        if not seen[c] then seen[c], size[h] = true, (size[h] or 0) + 1 end
      end
      local N1 = {}
      for row = 1, s.rows do N1[row] = size[s.of.h[row]] end
      columns[#columns + 1] = { "all", N1 }
      local census = bilan.survey(columns):design { strata = "h", clusters = "c", fpc = "all" }
      for _, result in ipairs { census:mean "y", census:total "x", census:ratio("y", "x"),
        census:proportion("g", { level = "u" }),
        census:where("k = 'k2'"):mean("x", { df = "design" }) } do
        local row = one(result)
        near(0, row.se, "se")
        assert.is_string(row.note)
      end
    end, { strata_fpc = true, strata = true, strata_rows = true })
  end)

  it("a respondent of weight 0 is none", function()
    each(120, function(s, d)
      local columns = {}
      for i, pair in ipairs(s.columns) do
        columns[i] = { pair[1], table.move(pair[2], 1, s.rows, 1, {}) }
        columns[i][2][s.rows + 1] = pair[2][s.rows]
      end
      columns[4][2][s.rows + 1] = 0
      local more = bilan.survey(columns):design(s.opts)
      same(one(d:mean "y"), one(more:mean "y"), { "value", "se", "df", "n", "effective_n" }, "mean")
      same(one(d:proportion("g", { level = "u", ci = "beta" })),
        one(more:proportion("g", { level = "u", ci = "beta" })),
        { "value", "se", "n", "df" }, "share")
      same(one(d:median "x"), one(more:median "x"), { "value", "se", "low", "high" }, "median")
    end, { clusters = true, strata = true })
  end)
end)
