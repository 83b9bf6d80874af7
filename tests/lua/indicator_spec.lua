local indicator = require "bilan.indicator"
local result = require "bilan.result"
local gate = require "bilan.gate"
local helper = dofile "tests/lua/output_helper.lua"

describe("indicator", function()
  before_each(indicator.reset)
  after_each(function() gate.use(nil) end)

  it("keeps_order_and_is_found_by_id", function()
    local shares = result.new(helper.proportion())
    local b = indicator.define { id = "b", title = "B", estimate = shares }
    local a = indicator.define { id = "a", title = "A", estimate = shares:get { genre = "fille" } }
    assert.same({ b, a }, indicator.list())
    assert.equal(a, indicator.get("a"))
    assert.is_nil(indicator.get("c"))
    assert.error_matches(function() a.title = "x" end, "cannot be changed")
  end)
  it("an_id_given_twice_names_both_lines", function()
    local one = result.new(helper.proportion())
    indicator.define { id = "x", estimate = one }
    local ok, message = pcall(function() indicator.define { id = "x", estimate = one } end)
    assert.is_false(ok)
    local place = "at %S-indicator_spec.lua:(%d+)"
    local pattern = '"x" is defined twice: ' .. place .. " and " .. place
    local first, second = message:match(pattern)
    assert.equal(1, tonumber(second) - tonumber(first))
  end)
  it("a_row_keeps_unit_and_language", function()
    local row = result.new(helper.proportion()):get { genre = "fille" }
    local one = indicator.define { id = "x", title = "T", estimate = row }
    local head = one:headline()
    assert.equal("35,1\u{202F}%", head.text)
    assert.truthy(head.detail:find("n\u{A0}=\u{A0}328", 1, true))
    assert.truthy(head.detail:find("30,1\u{A0}à\u{A0}40,4\u{202F}%", 1, true))
  end)
  it("a_cell_of_a_cross_table_is_a_share", function()
    local cell = result.new(helper.crosstab()):get { row = "générale", col = "fille" }
    assert.equal("74,1\u{202F}%", indicator.define({ id = "x", estimate = cell }):headline().text)
  end)
  it("records_go_through_the_gate", function()
    indicator.define { id = "x", title = "T", estimate = result.new(helper.proportion()) }
    local record = indicator.records()[1]
    assert.equal("x", record.id)
    assert.equal(3, #record.rows)
    assert.equal(115 / 328, record.rows[1].value)
    gate.use { name = "t", protect = function(view) return { [view.records[1]] = "withheld" } end }
    assert.is_nil(indicator.records()[1].rows[1].value)
    assert.equal("secret", indicator.records()[1].rows[1].reason)
  end)
  it("refuses_bad_definitions", function()
    assert.error_matches(function() indicator.define { id = "a b", estimate = {} } end,
      "letters, digits")
    assert.error_matches(function() indicator.define { id = "a" } end, "needs an estimate")
    assert.error_matches(function() indicator.define { id = "a", estimate = {}, tite = "x" } end,
      'unknown field "tite"')
  end)
end)
