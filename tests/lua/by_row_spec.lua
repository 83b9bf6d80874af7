--- derive with a function of one row: the slow door.
local bilan = require "bilan"

local function people()
  return bilan.survey {
    { "age", { 12, nil, 16, 40 } },
    { "word", { "a", bilan.missing.refused, "b", nil } },
    { "box1", { 1, 0, 1, 0 } }, { "box2", { 0, 0, 1, 0 } },
  }:group({ boxes = { "box1", "box2" } }, { ticked = { "1" } })
end

local function column(s, name)
  local list = {}
  for i, value in ipairs(s:column(name)) do list[i] = tostring(value) end
  return table.concat(list, " ")
end

local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert.is_false(ok)
  return text
end

describe("derive by row", function()
  it("gives_the_answers_that_an_expression_gives", function()
    local s = people():derive {
      by_row = function(row) return row.age and row.age * 2 + 1 end, by_sql = "age * 2 + 1",
      text_by_row = function(row) return row.word and row.word .. "!" end, text = "word || '!'",
      truth_by_row = function(row) if row.age then return row.age >= 15 end end,
      truth = "age >= 15",
    }
    for _, pair in ipairs { { "by_row", "by_sql" }, { "text_by_row", "text" },
      { "truth_by_row", "truth" } } do
      assert.equal(column(s, pair[2]), column(s, pair[1]))
      assert.equal(s:item(pair[2]).kind, s:item(pair[1]).kind)
    end
    assert.equal("a! refused b! no answer", column(s, "text_by_row"))
  end)

  it("reads_several_answers_as_a_list_and_kinds_of_missing_as_nil", function()
    local s = people():derive {
      { "ticked", function(row) return row.boxes and #row.boxes end },
      { "known", function(row) return row.age == nil and bilan.missing.dont_know or "yes" end },
      { "twice", function(row) return row.ticked * 2 end } }
    assert.equal("1 0 2 0", column(s, "ticked"))
    assert.equal("yes don't know yes yes", column(s, "known"))
    assert.equal("2 0 4 0", column(s, "twice"))
  end)

  it("leaves_out_what_is_beyond_the_range_of_numbers", function()
    assert.equal("1 no answer 1 1",
      column(people():derive { x = function(row) return row.age and 1 or 1 / 0 end }, "x"))
    assert.equal("0 no answer 0 0",
      column(people():derive { x = function(row) return row.age and 0 or 0 / 0 end }, "x"))
  end)

  it("errors_name_the_line_of_the_function_and_the_row", function()
    local s = people()
    local line = debug.getinfo(1, "l").currentline + 1
    local text = message(s.derive, s, { x = function(row) return row.age + 1 end })
    assert.truthy(text:find(("by_row_spec.lua:%d: attempt to perform arithmetic on a nil value")
      :format(line), 1, true), text)
    assert.truthy(text:find('(derive "x", row 2)', 1, true), text)
  end)

  it("refuses_unknown_items_changed_rows_and_mixed_answers", function()
    local s = people()
    local function fails(want, f)
      local text = message(s.derive, s, { x = f })
      assert.truthy(text:find(want, 1, true), text)
    end
    fails('no item "agee"; did you mean "age"?', function(row) return row.agee end)
    fails("a row cannot be changed", function(row) row.age = 1 end)
    fails("expected, got a table", function() return {} end)
    fails("neither all numbers nor all text", function(row) return row.age or "none" end)
    fails("error value of type table", function() error {} end)
  end)

  it("works_for_no_rows_and_leaves_the_survey_as_it_is", function()
    local none = bilan.survey { { "age", {} } }
    assert.equal(0, #none:derive { x = function(row) return row.age end })
    local s = people()
    s:derive { age = function() return 1 end }
    assert.equal("12 no answer 16 40", column(s, "age"))
  end)

  it("keeps_the_design_and_the_domain", function()
    local s = people():derive({ unit = "coalesce(age, 0)" }):design { clusters = "unit" }:where "box1 = 1"
    local made = s:derive { x = function(row) return row.age end }
    assert.equal(2, #made)
    assert.equal(14, made:mean("x"):rows()[1].value)
  end)
end)
