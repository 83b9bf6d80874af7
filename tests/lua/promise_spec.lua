--- Promises: figures of a big survey are made at the first look, together; nothing else tells them
-- from figures made at the call. Every case is asked both ways, of the same survey, and compared.
local bilan = require "bilan"
local core = require "bilan.core"
local _ = bilan.survey -- loads the verbs
local plan = require "bilan.plan"
local Result = require "bilan.result"
local receipt = require "bilan.record.receipt"

local many = plan.many

-- The value of f() with every estimate promised, or with none.
local function promised(f)
  plan.many = 0
  local back <close> = setmetatable({}, { __close = function() plan.many = many end }) -- luacheck: ignore
  return f()
end

-- A call whose line is this one, whoever asks.
local function call(f)
  local made = f()
  return made
end

local function direct(f)
  plan.many = math.huge
  local back <close> = setmetatable({}, { __close = function() plan.many = many end }) -- luacheck: ignore
  return f()
end

-- The k-th number of a seeded sequence (Lehmer, modulus 2^31 - 1), below n.
local function sequence(seed)
  local x = seed
  return function(n)
    x = x * 48271 % 2147483647
    return x % n
  end
end

-- Respondents in strata and clusters, with blanks, a number, several answers and odd weights.
local function respondents(rows)
  local next_number, columns = sequence(7), {}
  for at, name in ipairs { "answer", "other", "girl", "level", "age", "maths", "music", "stratum",
    "school", "weight" } do
    columns[at] = { name, {} }
  end
  local answers, levels = { "yes", "no", "perhaps", nil }, { "low", "mid", "high" }
  for i = 1, rows do
    local row = { answers[next_number(4) + 1] or bilan.missing.no_answer, answers[next_number(3) + 1],
      next_number(2) == 0 and "girl" or "boy", levels[next_number(3) + 1], 12 + next_number(6),
      next_number(2), next_number(2), i % 3, i % 15, 1 + next_number(1000) / 7 }
    for at, value in ipairs(row) do columns[at][2][i] = value end
  end
  return bilan.survey(columns):group { choice = { "maths", "music" } }
end

local plain = respondents(300)
local designs = { plain = plain, weighted = plain:design { weights = "weight" },
  clustered = plain:design { weights = "weight", strata = "stratum", clusters = "school" },
  domain = plain:design { weights = "weight" }:where "age > 13" }
local names = { "plain", "weighted", "clustered", "domain" }

-- Everything that a script, a report or a record can see of a result.
local function sight(result)
  local seen = { tostring(result), result:to_json { privacy = "off" }, result.title, #result }
  for _, row in result:each() do
    seen[#seen + 1] = { row = row, unit = row.unit, notes = row.design_notes, title = row.title }
  end
  seen[#seen + 1] = Result.spec(result)
  seen[#seen + 1] = receipt.of(result)
  return seen
end

local nets = { some = { "yes", "perhaps" } }

local cases = {
  proportion = function(s) return s:proportion("answer", { by = "girl" }) end,
  proportion_of_a_level = function(s) return s:proportion("answer", { level = "yes", conf = 0.9 }) end,
  proportion_of_a_predicate = function(s) return s:proportion("age >= 15", { by = "level" }) end,
  proportion_by_two = function(s)
    return s:proportion("answer", { by = { "girl", "level" }, ci = "wald" })
  end,
  proportion_of_numbers = function(s) return s:proportion("age", { title = "Ages" }) end,
  proportion_of_choices = function(s) return s:proportion("choice", { by = "girl", base = "ticked" }) end,
  proportion_with_missing = function(s)
    return s:proportion("answer", { missing = "include", nets = nets })
  end,
  proportion_with_deff = function(s) return s:proportion("answer", { deff = "wr", lang = "fr" }) end,
  freq = function(s) return s:freq("answer", { sort = "descending", nets = nets }) end,
  freq_by = function(s) return s:freq("answer", { by = "level", sort = "ascending" }) end,
  freq_of_choices = function(s) return s:freq("choice", { base = "answers" }) end,
  crosstab = function(s) return s:crosstab("answer", "girl") end,
  crosstab_of_counts = function(s) return s:crosstab("answer", { "girl", "level" }, { percent = "none" }) end,
  crosstab_of_rows = function(s) return s:crosstab("answer", { "girl", "level" }, { percent = "row" }) end,
  crosstab_of_the_table = function(s) return s:crosstab("answer", "girl", { percent = "total" }) end,
  crosstab_with_letters = function(s)
    return s:crosstab("answer", { "girl", "level" }, { letters = true, test = true, smallest = 5 })
  end,
  crosstab_without_margins = function(s)
    return s:crosstab("answer", { "level", "girl" }, { margins = false, sort = "descending", nets = nets })
  end,
  crosstab_of_choices = function(s) return s:crosstab("choice", { "choice", "girl" }) end,
  mean = function(s) return s:mean("age", { by = "girl", deff = true }) end,
  total = function(s) return s:total("age", { by = "level" }) end,
  total_of_levels = function(s) return s:total("answer") end,
  median = function(s) return s:median("age", { by = "girl" }) end,
}

local case_names = {}
for name in pairs(cases) do case_names[#case_names + 1] = name end
table.sort(case_names)

describe("a promise", function()
  for _, name in ipairs(case_names) do
    it("is_the_direct_answer: " .. name, function()
      for _, design in ipairs(names) do
        local want = direct(function() return sight(cases[name](designs[design])) end)
        assert.same(want, promised(function() return sight(cases[name](designs[design])) end), design)
      end
    end)
  end

  it("is_the_direct_answer_of_a_survey_that_is_big", function()
    local big = respondents(many):design { weights = "weight", clusters = "school" }
    for _, name in ipairs { "proportion", "crosstab_of_counts", "freq_by" } do
      local want = direct(function() return sight(cases[name](big)) end)
      assert.same(want, sight(cases[name](big)), name)
    end
  end)

  it("is_not_made_before_a_look_and_then_with_all_others_of_its_survey", function()
    local open, made = core.plan.open, {}
    core.plan.open = function(table_, domain, design, wants)
      made[#made + 1] = #wants
      return open(table_, domain, design, wants)
    end
    promised(function()
      local s, other = designs.weighted, designs.domain
      local a, b = s:crosstab("answer", { "girl", "level" }), s:proportion("other", { by = "girl" })
      local c = other:freq("answer")
      bilan.indicator { id = "promised", title = "Promised", estimate = a }
      bilan.report { title = "Report" }:table(b)
      assert.same({}, made)
      assert.equal(b[1].n, b:get { level = "yes", girl = b[1].by.girl }.n)
      assert.same({ 3 }, made)
      assert.is_true(c[1].n > 0 and #a > 0)
      assert.same({ 3, 1 }, made)
    end)
    core.plan.open = open
  end)

  it("does_not_depend_on_the_order_of_looks", function()
    local function seen(order)
      return promised(function()
        local s, results, out = designs.clustered, {}, {}
        for at, name in ipairs(case_names) do results[at] = cases[name](s) end
        for at in ipairs(case_names) do
          local place = order == "back" and #case_names + 1 - at or at
          out[place] = results[place]:to_json { privacy = "off" }
        end
        return out
      end)
    end
    assert.same(seen "forth", seen "back")
  end)

  it("does_not_depend_on_the_collector", function()
    local want = direct(function() return sight(cases.crosstab(designs.clustered)) end)
    local kept = promised(function()
      local s = plain:design { weights = "weight", strata = "stratum", clusters = "school" }
      for _, name in ipairs(case_names) do cases[name](s) end
      local result = cases.crosstab(s)
      for _ = 1, 50 do cases.freq(s) end
      return result
    end)
    collectgarbage()
    collectgarbage()
    local got = sight(kept)
    assert.equal(want[1], got[1])
    assert.equal(want[2], got[2])
  end)

  it("lets_go_of_a_survey_that_nobody_holds", function()
    local held = setmetatable({}, { __mode = "v" })
    promised(function()
      held[1] = respondents(50):design { weights = "weight" }
      cases.freq(held[1])
    end)
    collectgarbage()
    collectgarbage()
    assert.is_nil(held[1])
  end)

  it("knows_what_was_in_effect_at_the_call", function()
    local function asked(change)
      local by, own = { "girl" }, { some = { "yes", "no" } }
      local result = designs.clustered:proportion("answer", { by = by, nets = own })
      if change then
        bilan.methods { share_interval = 2 }
        by[1], own.some[2], own.other = "level", "perhaps", { "yes" }
      end
      local out = sight(result)
      bilan.methods { share_interval = 1 }
      return out
    end
    assert.same(direct(asked), promised(function() return asked(true) end))
  end)

  it("knows_who_has_no_group_in_its_own_survey", function()
    local function outside(s)
      local lost = Result.spec(s:freq("girl", { by = "answer" })).no_group[1]
      return lost and lost.count or 0
    end
    local before = outside(plain)
    assert.is_true(before > 0)
    assert.equal(before, outside(plain:where "girl = 'girl'") + outside(plain:where "girl = 'boy'"))
    assert.equal(0, outside(plain:derive { answer = "coalesce(answer, 'none')" }))
    assert.equal(before, outside(plain))
  end)

  it("hands_out_copies", function()
    promised(function()
      local result = cases.proportion(designs.weighted)
      local n = result[1].n
      result[1].n = -1
      result:rows()[1].by.girl = "x"
      result.by[1].label = "x"
      assert.equal(n, result[1].n)
      assert.not_equal("x", result[1].by.girl)
      assert.not_equal("x", result.by[1].label)
    end)
  end)
end)

describe("what is wrong with a promise", function()
  local s = designs.clustered
  local wrong = {
    function() return s:proportion("anwser") end,
    function() return s:proportion("answer", { bye = "girl" }) end,
    function() return s:proportion("answer", { by = { "girl", "girl" } }) end,
    function() return s:proportion("answer", { level = "yess" }) end,
    function() return s:proportion("answer", { ci = "clopper_pearson" }) end,
    function() return s:proportion("answer", { conf = 95 }) end,
    function() return s:proportion("answer", { lang = "de" }) end,
    function() return s:freq("answer", { sort = "up" }) end,
    function() return s:freq("answer", { nets = { some = {} } }) end,
    function() return s:crosstab("answer", {}) end,
    function() return s:crosstab("answer", "gril") end,
    function() return s:crosstab("answer", "girl", { percent = "column" }) end,
    function() return s:crosstab("answer", "girl", { ci = "jeffreys" }) end,
    function() return s:mean("answer") end,
    function() return s:total("age", { df = "all" }) end,
  }

  it("is_more_nets_than_a_result_can_keep", function()
    local many_nets = {}
    for i = 1, 40000 do many_nets["n" .. i] = { "yes" } end
    for _, way in ipairs { direct, promised } do
      local ok, why = way(function() return pcall(s.freq, s, "answer", { nets = many_nets }) end)
      assert.is_false(ok)
      assert.matches("nets: more than 10000", why)
    end
  end)

  it("is_said_at_the_call_in_the_same_words", function()
    for at, ask in ipairs(wrong) do
      local ok, want = direct(function() return pcall(call, ask) end)
      assert.is_false(ok, at)
      local fine, got = promised(function() return pcall(call, ask) end)
      assert.is_false(fine, at)
      assert.equal(want, got)
    end
  end)

  -- A table of more cells than there may be is found out when it is made.
  local function too_large()
    local columns = {}
    for at = 1, 4 do
      columns[at] = { "k" .. at, {} }
      for i = 1, 400 do columns[at][2][i] = ("%d-%03d"):format(at, (i * at) % 401) end
    end
    columns[5] = { "answer", {} }
    for i = 1, 400 do columns[5][2][i] = i % 2 == 0 and "yes" or "no" end
    return bilan.survey(columns)
  end

  it("while_it_is_made_is_kept_under_the_line_of_the_call_and_spoils_no_other", function()
    local big = too_large()
    local function ask() return big:freq("k1", { by = { "k2", "k3", "k4" } }) end
    local ok, want = direct(function() return pcall(call, ask) end)
    assert.is_false(ok)
    promised(function()
      local before, broken, after = big:freq("answer"), call(ask), big:freq("answer", { by = "k1" })
      assert.equal(200, before:get { level = "yes" }.count)
      for _ = 1, 2 do
        local fine, got = pcall(function() return #broken end)
        assert.is_false(fine)
        assert.equal(want, got)
      end
      assert.is_false((pcall(tostring, broken)))
      assert.is_true(#after > 0)
    end)
  end)
end)
