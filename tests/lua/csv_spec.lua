-- CSV from Lua: what is handed over, the report, options and their mistakes.

-- The engine's C part: there already, or in the C module "bilan".
if not pcall(require, "bilan.core") then
  assert(package.loadlib(assert(package.searchpath("bilan", package.cpath)), "luaopen_bilan"))()
end
local core = require "bilan.core"
local csv = core.csv

local function message(...)
  local ok, text = pcall(...)
  assert.is_false(ok)
  return tostring(text)
end

describe("csv.read", function()
  it("returns a table and a report of what was found", function()
    local t, report = csv.read(nil, "prix;nom\n1,5;Zoé \n\n2,25;\n", { name = "x.csv" })
    assert.same({ "prix", "nom" }, core.data.names(t))
    assert.equal(";", report.delimiter)
    assert.equal(",", report.decimal)
    assert.equal("UTF-8", report.encoding)
    assert.equal("LF", report.newline)
    assert.equal(2, report.rows)
    assert.equal(2, report.columns)
    assert.equal(1, report.trimmed_cells)
    assert.equal(1, report.blank_lines)
    assert.equal("plain", report.profile)
    assert.equal(csv.sha256("prix;nom\n1,5;Zoé \n\n2,25;\n"), report.sha256)
  end)

  it("tells code, wording and option of survey tools' headers", function()
    local _, report = csv.read(nil, ',a1. Age,"b[S1]. Who? [x]",c. Sex\n1,2,Yes,F\n')
    assert.equal("limesurvey", report.profile)
    assert.same({ name = "b[S1]", header = "b[S1]. Who? [x]", label = "Who?", option = "x",
      code = "b", renamed = false }, report.column[3])
    assert.is_true(report.column[1].renamed)
  end)

  it("names file, line and column of a fault", function()
    assert.matches("x.csv:2:3: the quote that opens here", message(csv.read, nil,
      'a,b\n1,"2\n', { name = "x.csv" }), 1, true)
  end)

  it("keeps missing words and types apart", function()
    local t = csv.read(nil, "c,n\nNA,007\nDK,8\n", { types = { n = "single" },
      missing = { "NA", DK = "don't know" } })
    assert.equal("single", core.data.kind(t, "n"))
    assert.equal("c,n\r\n,007\r\nDK,8\r\n", (csv.write(t)))
  end)

  it("refuses options that it does not know", function()
    assert.matches('did you mean "delimiter"', message(csv.read, nil, "a\n", { delimeter = ";" }))
    assert.matches("is none of number, text", message(csv.read, nil, "a\n", { types = { a = "nmber" } }))
    assert.matches("is none of no answer", message(csv.read, nil, "a\n", { missing = { x = "gone" } }))
    assert.matches("must be one character", message(csv.read, nil, "a\n", { delimiter = ";;" }))
    assert.matches("must be true or false", message(csv.read, nil, "a\n", { trim = "no" }))
    assert.matches("above 0", message(csv.read, nil, "a\n", { max_rows = 0 }))
  end)
end)

describe("csv.write", function()
  it("neutralises formulas in text unless raw, and counts them", function()
    local t = csv.read(nil, "a,b\n=1+1,-2\n")
    local text, count = csv.write(t)
    assert.equal("a,b\r\n'=1+1,-2\r\n", text)
    assert.equal(1, count)
    assert.equal("a;b\n=1+1;-2\n", (csv.write(t, nil, { raw = true, newline = "lf", delimiter = ";" })))
  end)

  it("refuses what is no table", function()
    assert.matches("bilan.table expected", message(csv.write, {}))
  end)
end)

describe("csv.sha256", function()
  it("is the published digest of abc", function()
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      csv.sha256("abc"))
  end)
end)
