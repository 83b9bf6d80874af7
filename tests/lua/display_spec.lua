--- Display policies: the published criteria, figure by figure, against R and by hand.
--
-- The R figures: library(survey); d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1,
-- fpc = ~fpc); d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2);
-- ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc), then
--   p <- coef(svymean(...)); se <- SE(...); e <- p * (1 - p) / se^2; n_eff <- min(n, e)
--   b <- min(n, e * (qt(.975, n - 1) / qt(.975, degf(d)))^2)
--   width <- qbeta(.975, p * b + 1, (1 - p) * b) - qbeta(.025, p * b, (1 - p) * b + 1)
-- and of a count x: qt(.975, degf(d)) * SE(x) / x put through 2 * sinh(.).
local bilan = require "bilan"
local display = require "bilan.output.display"
local gate = require "bilan.gate"
local result = require "bilan.result"
local workbook = require("bilan.output.xlsx").book

local function near(want, got, tolerance)
  assert.is_true(type(got) == "number" and math.abs(want - got) <= (tolerance or 1e-10)
    * math.max(1, math.abs(want)), ("expected %s, got %s"):format(want, got))
end

local function data(name) return bilan.read("tests/oracle/data/" .. name .. ".csv") end

local function clus1()
  return data("apiclus1"):design { weights = "pw", clusters = "dnum", fpc = "fpc" }
end

local function clus2()
  return data("apiclus2"):design { clusters = { "dnum", "snum" }, fpc = { "fpc1", "fpc2" } }
end

local function strat()
  return data("apistrat"):design { weights = "pw", strata = "stype", fpc = "fpc" }
end

-- The flag of each level under a policy: "shown" for none.
local function flags(res, policy)
  local out = {}
  for _, record in ipairs(res:sheet { policy = policy }:records()) do
    out[record.level] = record.flag or "shown"
  end
  return out
end

-- x of n people, each drawn by itself.
local function plain(x, n, more)
  local row = { level = "yes", value = x / n, count = x, n = n, se = 0.01, df = n - 1 }
  for key, value in pairs(more or {}) do row[key] = value end
  return result.new { kind = "proportion", rows = { row } }
end

local function judged(x, n, more)
  local record = plain(x, n, more):sheet({ policy = "nchs" }):records()[1]
  return record.flag or "shown", record.flag_reason
end

describe("nchs, shares", function()
  it("takes_effective_base_and_interval_from_the_design", function()
    local cases = { -- n_eff, width; d2, then d1, then ds among high schools
      { clus2():proportion("stype", { level = "E" }), 70.149166391, 0.233515376222 },
      { clus2():proportion("stype", { level = "H" }), 36.1257156171, 0.250684752471 },
      { clus2():proportion("sch_wide", { level = "No" }), 42.3865910036, 0.282521153544 },
      { clus1():proportion("stype", { level = "E" }), 78.1047525746, 0.20926798283 },
      { clus1():proportion("comp_imp", { level = "No" }), 183, 0.133879629923 },
      { strat():where("stype = 'H'"):proportion("sch_wide", { level = "No" }), 50, 0.289242963317 },
    }
    for _, case in ipairs(cases) do
      local effective, width = display.precision(case[1]:rows()[1], true)
      near(case[2], effective, 1e-9)
      near(case[3], width, 1e-9)
    end
  end)

  it("withholds_shares_as_the_criteria_say", function()
    assert.same({ E = "shown", H = "withheld", M = "shown" }, flags(clus1():freq "stype", "nchs"))
    assert.same({ E = "shown", H = "withheld", M = "shown" }, flags(clus2():freq "stype", "nchs"))
    -- 14 high schools, whatever their intervals
    assert.same({ No = "withheld", Yes = "withheld" },
      flags(clus1():where("stype = 'H'"):freq "awards", "nchs"))
    -- 9 of 100: 0.121998659401 is 136 % of 0.09, and of its complement
    assert.same({ No = "withheld", Yes = "complement" },
      flags(strat():where("stype = 'E'"):freq "sch_wide", "nchs"))
  end)

  -- sub <- subset(d1, dnum %in% c(61, 135, 178, 197, 255, 406)): 82 rows, 5 degrees of freedom;
  -- n_eff of stype: 27.6, 66.2, 30.3; widths 0.369, 0.111 (of 0.012), 0.342
  it("asks_for_a_review_under_8_degrees_of_freedom", function()
    local sub = clus1():where "dnum in (61, 135, 178, 197, 255, 406)"
    local got = sub:freq("stype"):sheet { policy = "nchs" }:records()
    local why = {}
    for _, record in ipairs(got) do why[record.level] = record.flag_reason end
    assert.same({ E = "effective base under 30", H = "95% interval over 130% of the share",
      M = "95% interval of 30 points or more" }, why)
    assert.same({ No = "review", Yes = "review" }, flags(sub:freq "awards", "nchs"))
    local text = sub:freq("awards"):to_text { policy = "nchs" }
    assert.truthy(text:find("23%‡", 1, true), text)
    assert.truthy(text:find("‡ To be reviewed before publication: fewer than 8 degrees of freedom.",
      1, true), text)
  end)

  -- Clopper and Pearson: qbeta(.975, x + 1, n - x) - qbeta(.025, x, n - x + 1)
  it("judges_simple_random_samples_on_their_n", function()
    local cases = { { 15, 29, "withheld", "fewer than 30 respondents" },
      { 15, 30, "withheld", "95% interval of 30 points or more" },     -- 0.374
      { 20, 45, "withheld", "95% interval of 30 points or more" },     -- 0.3036
      { 9, 100, "withheld", "95% interval over 130% of the share" },  -- 0.12200 / 0.09 = 1.356
      { 10, 100, "shown" },                                         -- 0.12722 / 0.10 = 1.272
      { 3, 1000, "shown" },                                   -- 271 %, but 0.8 points wide
      { 91, 100, "complement", "the complement to 100% is too imprecise to be shown" },
      { 0, 100, "review", "0% or 100%" }, { 100, 100, "review", "0% or 100%" },
      { 0, 29, "withheld", "fewer than 30 respondents" },
    }
    for _, case in ipairs(cases) do
      local flag, why = judged(case[1], case[2])
      assert.equal(case[3], flag, case[1] .. " of " .. case[2])
      assert.equal(case[4], why)
    end
    local effective, width = display.precision({ value = 0.09, n = 100 }, false)
    assert.equal(100, effective)
    near(0.121998659401, width, 1e-11)
  end)

  it("looks_at_its_own_interval_whatever_the_table_shows", function()
    for _, opts in ipairs { { ci = "wald" }, { ci = "kg_r", conf = 0.5 }, { conf = 0.999 } } do
      assert.same({ E = "shown", H = "withheld", M = "shown" }, flags(clus1():freq("stype", opts), "nchs"))
    end
  end)

  it("a_share_of_unknown_precision_is_for_review", function()
    local flag, why = judged(50, 100, { se = false })
    assert.equal("review", flag)
    assert.equal("precision not known", why)
  end)

  -- one cluster of a stratum: no degrees of freedom, so nothing says how wide the interval is
  it("without_degrees_of_freedom_a_share_by_design_is_withheld", function()
    local a, school = {}, {}
    for i = 1, 60 do a[i], school[i] = i % 2 == 0 and "x" or "y", 1 end
    local s = bilan.survey { a = a, school = school }
    local one = s:design { clusters = "school", lonely = "certainty" }
    assert.same({ x = "withheld", y = "withheld" }, flags(one:freq "a", "nchs"))
  end)

  it("leaves_the_100_percent_of_row_percentages", function()
    local cross = clus1():crosstab("stype", "awards", { percent = "row" })
    for _, record in ipairs(cross:sheet({ policy = "nchs" }):records()) do
      if record.col == nil then
        assert.is_nil(record.flag)
        assert.equal(1, record.value)
      end
    end
  end)
end)

describe("nchs, counts", function()
  -- svytotal(~stype, d1): 4873.97 (1333.32), 473.86 (158.70), 846.17 (167.55) on 144, 14, 25;
  -- relative widths 1.2419, 1.5634, 0.8751; of sub above 3.33 (71), 12.7 (1), 3.08 (10)
  it("asks_for_ten_respondents_and_a_relative_width_of_160_percent", function()
    assert.same({ E = "shown", H = "shown", M = "shown" }, flags(clus1():total "stype", "nchs"))
    local sub = clus1():where "dnum in (61, 135, 178, 197, 255, 406)"
    local why = {}
    for _, record in ipairs(sub:total("stype"):sheet({ policy = "nchs" }):records()) do
      why[record.level] = record.flag_reason
    end
    assert.same({ E = "95% interval over 160% of the count", H = "fewer than 10 respondents in the cell",
      M = "95% interval over 160% of the count" }, why)
  end)

  it("holds_for_the_cells_of_a_cross_table", function()
    local cross = clus1():crosstab("stype", "awards", { percent = "none" })
    local seen = 0
    for _, record in ipairs(cross:sheet({ policy = "nchs" }):records()) do
      local few = clus1():crosstab("stype", "awards"):get { row = record.row, awards = record.col }
      if few.count < 10 then
        seen = seen + 1
        assert.equal("withheld", record.flag)
      end
    end
    assert.equal(2, seen) -- high schools with and without awards: 8 and 6 of 14
  end)

  it("rows_that_are_only_counted_need_ten_respondents", function()
    local s = bilan.survey { a = { "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "y", "y" },
      b = { "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u" } }
    for _, record in ipairs(s:crosstab("a", "b", { percent = "none" }):sheet {
      policy = "nchs" }:records()) do
      assert.equal(record.row == "x" and "shown" or "withheld", record.flag or "shown")
    end
  end)

  it("says_nothing_of_other_figures", function()
    for _, res in ipairs { clus1():mean "api00", clus1():total "api00", clus1():median "api00" } do
      local sheet = res:sheet { policy = "nchs" }
      assert.equal(0, sheet.withheld)
      assert.truthy(res:to_json({ policy = "nchs" }):find("say nothing of this kind", 1, true))
    end
  end)
end)

describe("30/30", function()
  -- SE / total of d1: 0.2736, 0.3349, 0.1980 on 144, 14, 25 schools
  it("asks_for_30_respondents_and_an_error_of_30_percent", function()
    assert.same({ E = "shown", H = "withheld", M = "withheld" }, flags(clus1():total "stype", "30/30"))
    -- se / p of d1: stype H 0.0267 / 0.0765 = 0.349
    local shares = clus1():freq "stype"
    for _, record in ipairs(shares:sheet({ policy = "30/30" }):records()) do
      local own = shares:get { level = record.level }
      assert.equal(own.se / own.value > 0.30 and "withheld" or "shown", record.flag or "shown")
    end
    assert.equal(0, clus1():mean("api00"):sheet { policy = "30/30" }.withheld)
    assert.equal(1, clus1():where("stype = 'H'"):mean("api00"):sheet({ policy = "30/30" }).withheld)
  end)

  it("holds_its_limits_exactly", function()
    local function mean(row)
      row.df = 40
      return result.new { kind = "mean", rows = { row } }:sheet { policy = "30/30" }.withheld
    end
    assert.equal(0, mean { value = 10, se = 3, n = 30 })
    assert.equal(1, mean { value = 10, se = 3.0001, n = 30 })
    assert.equal(1, mean { value = 10, se = 3, n = 29 })
    assert.equal(0, mean { value = -10, se = 3, n = 30 })
    assert.equal(1, mean { value = 0, se = 0, n = 30 })
  end)

  it("does_not_judge_differences_by_their_relative_error", function()
    local difference = result.new { kind = "difference", rows = {
      { value = 0.001, se = 0.05, n = 200, df = 199, low = -0.1, high = 0.1, conf = 0.95 } } }
    assert.equal(0, difference:sheet { policy = "30/30" }.withheld)
  end)
end)

describe("a display policy", function()
  it("withholds_from_every_writer_and_says_why", function()
    local res = clus1():freq "stype"
    local own = res:get { level = "H" }
    for _, verb in ipairs { "to_csv", "to_json", "to_markdown", "to_html", "to_text", "tostring" } do
      -- to_text and tostring take options first, the writers where there is no path
      local text = res[verb](res, { policy = "nchs" })
      for _, figure in ipairs { own.value, own.se, own.low, own.high } do
        assert.is_nil(text:find(tostring(figure):sub(1, 8), 1, true), verb)
      end
      assert.is_nil(text:find("7.7%", 1, true), verb)
      assert.truthy(text:find("95% interval over 130% of the share", 1, true), verb)
      assert.truthy(text:find("183", 1, true), verb)
      assert.truthy(verb == "to_csv" or text:find("†", 1, true), verb)
    end
    local book = res:to_xlsx { policy = "nchs" }
    assert.is_nil(book:find(tostring(own.value):sub(1, 8), 1, true))
  end)

  it("keeps_the_bases_of_what_it_withholds", function()
    local sheet = clus1():freq("stype"):sheet { policy = "nchs" }
    for _, record in ipairs(sheet:records()) do
      if record.level == "H" then
        assert.equal(183, record.n)
        assert.is_false(record.shown)
        assert.equal("not shown: 95% interval over 130% of the share", record.reason)
        for _, key in ipairs { "value", "se", "low", "high", "count", "letters" } do
          assert.is_nil(record[key])
        end
      end
    end
    assert.equal(1, sheet.withheld)
    assert.equal("nchs", sheet.display)
  end)

  it("speaks_three_languages", function()
    local res = clus1():where("dnum in (61, 135, 178, 197, 255, 406)"):freq "stype"
    assert.truthy(res:to_text({ policy = "nchs", lang = "fr", width = 200 })
      :find("† Non publié\u{A0}: intervalle à 95\u{202F}% dépassant 130\u{202F}% de la part\u{202F}; "
        .. "base effective", 1, true))
    assert.truthy(res:to_text { policy = "nchs", lang = "nl" }:find("† Niet getoond", 1, true))
  end)

  it("comes_after_privacy_and_not_instead_of_it", function()
    local secret = { name = "t", protect = function(view)
      local hidden = {}
      for _, record in ipairs(view.records) do
        if record.level == "E" then hidden[record] = { reason = "withheld", hide_n = true } end
      end
      return hidden
    end }
    local sheet = clus1():freq("stype"):sheet { privacy = secret, policy = "nchs" }
    local by_level = {}
    for _, record in ipairs(sheet:records()) do by_level[record.level] = record end
    assert.equal("withheld", by_level.E.reason)
    assert.is_nil(by_level.E.n)
    assert.is_nil(by_level.E.flag)
    assert.equal("withheld", by_level.H.flag)
    assert.equal(2, sheet.withheld)
    assert.equal("t", sheet.policy)
  end)

  it("is_refused_by_a_wrong_name_with_the_nearest", function()
    local res = clus1():freq "stype"
    assert.error_matches(function() res:to_text { policy = "nhcs" } end, 'did you mean "nchs"')
    assert.error_matches(function() res:to_csv { policy = "30-30" } end, 'did you mean "30/30"')
    assert.error_matches(function() res:sheet { policy = {} } end, "given as privacy")
    assert.error_matches(function() res:sheet { privacy = "nchs" } end, "give it as policy")
    assert.error_matches(function() bilan.report { title = "x", policy = "ncsh" } end, 'mean "nchs"')
    assert.error_matches(function() bilan.chart.bars(res, { policy = "nhcs" }) end, 'mean "nchs"')
  end)

  it("holds_for_a_whole_report", function()
    local res = clus1():freq "stype"
    local r = bilan.report { title = "x", policy = "nchs" }
    r:table(res):table(res:sheet()):chart(bilan.chart.bars(res))
    local text = r:markdown()
    assert.is_nil(text:find("7.7%", 1, true))
    assert.truthy(text:find("78.7%", 1, true))
    assert.truthy(text:find("NCHS presentation standards for proportions (2017)", 1, true))
    assert.is_nil(r:html():find("7.7%", 1, true))
  end)

  it("is_told_on_a_chart", function()
    local chart = bilan.chart.bars(strat():where("stype = 'E'"):freq "sch_wide", { policy = "nchs" })
    local svg = chart.svg
    assert.truthy(svg:find("91.0%§", 1, true) or svg:find("91%§", 1, true))
    assert.truthy(svg:find("§ Read with care: the complement to 100%", 1, true))
    assert.truthy(svg:find("† Not shown: 95% interval over 130% of the share", 1, true))
    assert.is_nil(svg:find("9.0%", 1, true))
  end)

  it("stands_in_words_on_the_card_of_an_indicator", function()
    local sub = clus1():where "dnum in (61, 135, 178, 197, 255, 406)"
    local indicator = require "bilan.indicator"
    indicator.reset()
    local gone = bilan.indicator { id = "h", estimate = sub:proportion("stype", { level = "H" }) }
    local doubt = bilan.indicator { id = "a", estimate = sub:proportion("awards", { level = "Yes" }) }
    local opts = { policy = "nchs" }
    assert.equal("not shown: 95% interval over 130% of the share", gone:headline(nil, opts).text)
    assert.truthy(doubt:headline(nil, opts).detail:find("‡ fewer than 8 degrees of freedom", 1, true))
    indicator.reset()
  end)

  it("leaves_the_mark_on_a_number_of_a_workbook", function()
    local res = strat():where("stype = 'E'"):freq "sch_wide"
    local bytes = workbook({ gate.release(res, nil, { policy = "nchs" }) })
    assert.truthy(bytes:find('formatCode="0.0%&quot;§&quot;"', 1, true))
    local style, value = bytes:match '<c r="B%d" s="(%d+)"><v>(0%.9%d*)</v>'
    near(0.91, tonumber(value))
    local xfs, id = {}, bytes:match 'numFmtId="(%d+)" formatCode="0%.0%%&quot;§&quot;"'
    for format_id in bytes:match("<cellXfs.-</cellXfs>"):gmatch '<xf numFmtId="(%d+)"' do
      xfs[#xfs + 1] = format_id
    end
    assert.equal(id, xfs[tonumber(style) + 1])
  end)
end)
