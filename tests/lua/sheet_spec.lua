--- The walks over records and rows that a table is made with (core.sheet, core.terminal), by hand.
local core = require "bilan.core"

local sheet, terminal = core.sheet, core.terminal
local english = { decimal = ".", thousands = ",", percent = "%", points = " points",
  between = { "", " to ", "" } }

describe("a sheet's texts", function()
  local records = {
    { value = 0.125, count = 1, n = 8, low = 0.01, high = 0.5 },
    { value = 0.3, n = 12, low = 0.2 },
    { n = 0, reason = "withheld" },
  }

  it("rounds the share of a count on whole numbers, any other on its digits", function()
    assert.same({ "13%", "30%", false }, sheet.texts(records, "value", "share", {}, english))
    assert.same({ "12%", "30%", false },
      sheet.texts(records, "value", "share", { rule = "half_even" }, english))
    assert.same({ "12.5%", "30.0%", false },
      sheet.texts(records, "value", "share", { decimals = 1 }, english))
  end)

  it("needs both ends of an interval", function()
    assert.same({ "1 to 50%", false, false },
      sheet.texts(records, "interval", "interval", {}, english))
  end)

  it("gives small weighted counts a decimal, large ones and whole ones none", function()
    for value, text in pairs { [12] = "12", [12.25] = "12.3", [100.4] = "100", [1234.5] = "1,235" } do
      assert.equal(text, sheet.text("count", {}, english, value))
    end
    assert.equal("12", sheet.text("count", { whole = true }, english, 12.25))
  end)

  it("refuses decimals that no share has", function()
    assert.has_error(function() sheet.text("share", { decimals = 7 }, english, nil, 1, 3) end)
    assert.has_error(function() sheet.text("share", { decimals = 1.5 }, english, 0.2) end)
  end)
end)

describe("a sheet's cells", function()
  it("have a figure only where the record may show one", function()
    local records = { { value = 1.5, n = 3 }, { value = 2, n = 4, reason = "withheld" },
      { value = 3, n = 5, reason = "imprecise", flag = "withheld" } }
    local texts = { "1.5", "2", "3" }
    assert.same({ 2, 3 }, sheet.absent(records, "number", texts))
    assert.same({ 2 }, sheet.absent(records, "count", texts)) -- display rules leave bases
    local cells = sheet.cells(records, "value", "number", { "1.5", "–" }, { [2] = "withheld" })
    assert.same({ type = "number", n = 3, shown = true, text = "1.5", value = 1.5 }, cells[1])
    assert.same({ type = "number", n = 4, shown = false, text = "–", reason = "withheld" },
      cells[2])
  end)

  it("lose what is no figure from the named fields alone", function()
    local record = { value = 0 / 0, se = math.huge, low = "x", n = 3, level = "y" }
    sheet.only_figures({ record }, { value = true, se = true, low = true, n = true })
    assert.same({ n = 3, level = "y" }, record)
    assert.same({ n = true, level = true }, sheet.fields { record, { note = "" } })
  end)
end)

describe("a line on a terminal", function()
  it("is as wide as its columns, or is not made", function()
    local strips = { { texts = { "école", "a  b" }, words = {} },
      { texts = { "1", "日本" }, words = { [2] = "withheld" } } }
    local texts = terminal.measure(strips, { true, false }, error, 2)
    assert.same({ 5, 1 }, texts[1].columns)
    assert.is_true(texts[2].loose) -- wrapping would take a blank out
    assert.same({ { 5, 1 }, 4 }, { texts.figures, texts.words[2] })
    assert.same({ "école     1", false },
      terminal.lines(texts, { 1, 2 }, { 6, 3 }, { true, false }, 2))
    assert.same({ false, false }, terminal.lines(texts, { 1, 2 }, { 4, 3 }, { true, false }, 2))
  end)

  it("is wrapped at blanks, and cut in words that are wider", function()
    assert.same({ "a long", "text" }, terminal.wrap(" a  long\ttext ", 6))
    assert.same({ "a", "日本", "語" }, terminal.wrap("a 日本語", 4))
    assert.same({ "one", "tw\u{2026}" }, terminal.wrap("one two three", 3, 2))
    assert.same({ "" }, terminal.wrap("", 5))
    assert.equal("日", terminal.cut("日本", 1)) -- one character in any case
  end)
end)
