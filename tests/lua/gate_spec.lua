local gate = require "bilan.gate"
local result = require "bilan.result"
local export = require "bilan.output.export"
local helper = dofile "tests/lua/output_helper.lua"

local writers = {
  csv = export.csv, json = export.json, markdown = require("bilan.output.markdown").table,
  html = require("bilan.output.html").page, text = require("bilan.output.text_table").write,
  xlsx = require("bilan.output.xlsx").book,
}
local writer_names = { "csv", "json", "markdown", "html", "text", "xlsx" }

-- Hides what `choose` says, by any policy name.
local function hiding(choose)
  return { name = "test", statement = { "privacy_on", { minimum = 5 } }, protect = function(view)
    local hidden = {}
    for _, record in ipairs(view.records) do
      if choose(record) then hidden[record] = "withheld_primary" end
    end
    return hidden
  end }
end

describe("the gate", function()
  after_each(function() gate.use(nil) end)

  it("writers_take_nothing_but_sheets", function()
    local fake = setmetatable({ rows = {} }, { __name = "bilan.sheet",
      __metatable = "bilan.sheet" })
    for _, name in ipairs(writer_names) do
      for _, thing in ipairs { fake, {}, result.new(helper.proportion()) } do
        -- The spreadsheet writer takes a list of sheets.
        local ok, message = pcall(writers[name], name == "xlsx" and { thing } or thing)
        assert.is_false(ok, name)
        assert.matches("released table", message)
      end
    end
  end)

  it("sheets_cannot_be_changed_from_outside", function()
    local sheet = gate.release(result.new(helper.proportion()))
    assert.error_matches(function() sheet.title = "x" end, "cannot be changed")
    local grid = sheet:grid()
    grid.rows[1].cells[3].text = "99 %"
    sheet:records()[1].value = 0.99
    assert.is_nil(tostring(sheet):find("99 %", 1, true))
    assert.equal("bilan.sheet", getmetatable(sheet))
  end)

  it("every_share_has_its_base_beside_it", function()
    for _, spec in ipairs { helper.proportion(), helper.crosstab() } do
      local shares = 0
      for _, row in ipairs(gate.release(result.new(spec)):grid().rows) do
        for _, cell in ipairs(row.cells) do
          if cell.type == "share" and cell.shown then
            shares = shares + 1
            assert.truthy(math.tointeger(cell.n))
          end
        end
      end
      assert.is_true(shares > 1)
    end
  end)

  it("a_share_without_base_does_not_leave", function()
    local spec = { kind = "proportion", rows = { { level = "oui", value = 0.5 } } }
    assert.error_matches(function() gate.release(result.new(spec)) end, "without its base")
  end)

  it("words_stand_where_there_is_no_figure", function()
    local spec = { kind = "mean", lang = "fr", rows = {
      { level = "a", value = 0 / 0, n = 4 }, { level = "b", n = 0 },
      { level = "c", n = 1, note = "une seule grappe : pas de variance" },
      { level = "d", value = 2, n = 9, low = 0 / 0, high = 3, conf = 0.95 } } }
    local sheet = gate.release(result.new(spec))
    local rows = sheet:grid().rows
    assert.equal("non estimable", rows[1].cells[2].text)
    assert.equal("aucun répondant", rows[2].cells[2].text)
    assert.equal("une seule grappe : pas de variance", rows[3].cells[2].text)
    assert.equal("non estimable", rows[4].cells[3].text)
    for _, row in ipairs(rows) do
      for _, cell in ipairs(row.cells) do
        assert.is_false(cell.text == "" and cell.type ~= "text")
        assert.is_nil(cell.text:lower():find("nan"))
      end
    end
    for _, name in ipairs(writer_names) do
      if name ~= "xlsx" then assert.is_nil(writers[name](sheet):find("%f[%a]nan%f[%A]")) end
    end
  end)

  it("what_a_policy_withholds_is_in_no_output", function()
    local spec = helper.proportion { rows = {
      { level = "oui", by = { genre = "fille" }, value = 115 / 328, count = 115, n = 328,
        missing = 15 },
      { level = "oui", by = { genre = "autre" }, value = 371 / 977, count = 371, n = 977,
        low = 0.3517,
        high = 0.4111, conf = 0.95, se = 0.0153, missing = 7373, note = "secret-note" } } }
    local policy = hiding(function(record) return record.by.genre == "autre" end)
    local sheet = gate.release(result.new(spec), policy)
    assert.equal(1, sheet.withheld)
    for _, name in ipairs(writer_names) do
      local bytes = writers[name](sheet)
      for _, trace in ipairs { "371", "0.379", "37,97", "38,0", "3517", "4111", "0153", "7373",
        "secret%-note" } do
        assert.is_nil(bytes:find(trace), name .. " shows " .. trace)
      end
      assert.truthy(bytes:find("base trop petite"), name)
    end
    assert.equal("secret (base trop petite)", sheet:records()[2].reason)
    assert.is_false(sheet:records()[2].shown)
    assert.equal(977, sheet:records()[2].n)
  end)

  it("a_policy_can_hide_the_base_too", function()
    local policy = { name = "t", protect = function(view)
      return { [view.records[1]] = { reason = "withheld", hide_n = true } }
    end }
    local sheet = gate.release(result.new(helper.proportion()), policy)
    assert.is_nil(sheet:records()[1].n)
    assert.is_nil(export.csv(sheet):find("328", 1, true))
  end)

  it("a_policy_sees_the_cells_of_a_cross_table", function()
    local policy = hiding(function(record) return record.n < 30 and record.count < 5 end)
    local sheet = gate.release(result.new(helper.crosstab()), policy)
    local hidden
    for _, row in ipairs(sheet:grid().rows) do
      if row.cells[1].text == "pro" then hidden = row.cells[4] end
    end
    assert.is_false(hidden.shown)
    assert.equal("secret (base trop petite)", hidden.text)
    assert.is_nil(hidden.value)
  end)

  it("the_default_policy_holds_until_off_is_asked_for", function()
    gate.use(hiding(function() return true end))
    local one = result.new(helper.proportion())
    assert.truthy(one:to_csv():find("base trop petite", 1, true))
    local open = one:to_markdown { privacy = "off" }
    assert.truthy(open:find("35,1", 1, true) or open:find("35\u{202F}%%"))
    assert.truthy(open:find("désactivé à la demande", 1, true))
    assert.error_matches(function() gate.release(one, "none") end, "unknown privacy policy")
  end)

  it("the_same_sheet_speaks_another_language", function()
    local sheet = gate.release(result.new(helper.proportion()))
    local dutch = gate.relay(sheet, { lang = "nl" })
    assert.equal("nl", dutch.lang)
    assert.truthy(tostring(dutch):find("geen respondenten", 1, true))
    assert.equal(sheet, gate.relay(sheet, { lang = "fr" }))
  end)
end)

describe("gate.table", function()
  it("types_columns_and_sums_counts", function()
    local sheet = gate.table { title = "Écoles", lang = "fr", total = true,
      columns = { "École", "Ville", "Classes" },
      rows = { { "A", "Lyon", 1 }, { "B", "Grenoble", 6 } } }
    local rows = sheet:grid().rows
    assert.equal("7", rows[3].cells[3].text)
    assert.equal("Ensemble", rows[3].cells[1].text)
    assert.equal("École,Ville,Classes\nA,Lyon,1\nB,Grenoble,6\n", export.csv(sheet))
  end)
  it("takes_maps_by_key", function()
    local sheet = gate.table { columns = { { key = "a", label = "A" }, { key = "b", label = "B" } },
      rows = { { a = "x", b = 1.5 } } }
    assert.equal("1.5", sheet:grid().rows[1].cells[2].text)
  end)
  it("wants_the_base_of_a_typed_share", function()
    local columns = { "x", { label = "part", type = "share" } }
    assert.error_matches(function() gate.table { columns = columns, rows = { { "a", 0.35 } } } end,
      'row 1, column "part": a share needs its base')
    local sheet = gate.table { lang = "fr", columns = columns,
      rows = { { "a", { count = 1, n = 8 } }, { "b", { count = 0, n = 0 } } } }
    assert.equal("13\u{202F}% (n\u{A0}=\u{A0}8)", sheet:grid().rows[1].cells[2].text)
    assert.truthy(sheet:grid().rows[2].cells[2].text:find("aucun répondant", 1, true))
  end)
  it("refuses_what_is_no_table", function()
    assert.error_matches(function() gate.table { rows = {} } end, "gate.table takes")
    assert.error_matches(function()
      gate.table { columns = { { label = "x", type = "colour" } }, rows = {} }
    end, 'unknown column type "colour"')
  end)
  it("text_is_a_sheet_too", function()
    assert.truthy(gate.is_sheet(gate.text "a <b>"))
    assert.truthy(writers.html(gate.text "a <b>"):find("a &lt;b&gt;", 1, true))
  end)
end)
