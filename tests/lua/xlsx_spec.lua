local gate = require "bilan.gate"
local result = require "bilan.result"
local xlsx = require "bilan.output.xlsx"
local zip = require "bilan.output.zip"
local helper = dofile "tests/lua/output_helper.lua"

-- Reads a workbook with zipfile and an XML parser: sheet names, and cells as (type, value, style).
local reader = [[
import sys, zipfile, re
import xml.etree.ElementTree as tree
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
for name in book.namelist():
    tree.fromstring(book.read(name))
types = book.read("[Content_Types].xml").decode()
for name in book.namelist():
    if name.startswith("xl/") and not name.endswith(".rels"):
        assert "/" + name in types, name
sheets = tree.fromstring(book.read("xl/workbook.xml")).iter("{%s}sheet" % NS["m"])
names = [s.get("name") for s in sheets]
formats = [x.get("numFmtId") for x in tree.fromstring(book.read("xl/styles.xml")).find("m:cellXfs",
  NS)]
def cells(i):
    root = tree.fromstring(book.read("xl/worksheets/sheet%d.xml" % i))
    assert not list(root.iter("{%s}f" % NS["m"])), "a formula"
    out = {}
    for c in root.iter("{%s}c" % NS["m"]):
        if c.get("t") == "inlineStr":
            out[c.get("r")] = ("s", "".join(t.text or "" for t in c.iter("{%s}t" % NS["m"])))
        else:
            out[c.get("r")] = (formats[int(c.get("s"))], float(c.find("m:v", NS).text))
    return out, root
]]

describe("zip", function()
  it("crc32_of_the_check_string", function()
    assert.equal(0xCBF43926, zip.crc32("123456789")) -- the check value of CRC-32/ISO-HDLC
    assert.equal(0, zip.crc32(""))
  end)
  it("is_read_by_another_program", function()
    local bytes = zip.pack { { name = "a.txt", bytes = "hello" }, { name = "é/b",
      bytes = ("x"):rep(70000) },
      { name = "empty", bytes = "" } }
    assert.equal("ok", helper.python([[
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None and z.namelist() == ["a.txt", "é/b", "empty"], z.namelist()
assert z.read("a.txt") == b"hello" and len(z.read("é/b")) == 70000
print("ok")]], bytes))
  end)
end)

describe("xlsx", function()
  it("numbers_are_numbers_shares_are_percentages_and_n_stands_by", function()
    local out = helper.python(reader .. [[
c, root = cells(1)
head = {v[1]: k[0] for k, v in c.items() if k.endswith("2")}
assert c[head["Part"] + "3"] == ("164", 115 / 328), c
assert c[head["n"] + "3"] == ("3", 328.0) and c[head["Effectif"] + "3"] == ("3", 115.0)
assert c[head["Part"] + "5"] == ("s", "aucun répondant"), c
pane = root.find("m:sheetViews/m:sheetView/m:pane", NS)
assert pane.get("state") == "frozen" and pane.get("ySplit") == "2"
assert names[-1] == "Méthode", names
method, _ = cells(len(names))
assert any("Wilson" in v[1] for v in method.values()), method
print("ok")]], result.new(helper.proportion()):to_xlsx())
    assert.equal("ok", out)
  end)
  it("hostile_texts_stay_texts", function()
    local rows = {}
    for at, text in ipairs(helper.hostile) do
      rows[at] = { text, 1 }
    end
    local bytes = gate.table { title = "=1+1", columns = { "texte", "x" }, rows = rows }
    local out = helper.python(reader .. [[
c, _ = cells(1)
assert c["A1"] == ("s", "=1+1")
texts = [c["A%d" % (i + 3)] for i in range(len(c) // 2 - 1)]
assert all(t[0] == "s" for t in texts)
assert ("s", "=cmd|'/C calc'!A0") in texts and ("s", "l'école à Saint-Étienne") in texts
print("ok")]], xlsx.book(bytes))
    assert.equal("ok", out)
  end)
  it("sheet_names_are_legal_and_unique", function()
    local title = "Métier : [a]/b? * qui dépasse trente-et-un signes"
    local one = gate.table { title = title, columns = { "x" }, rows = {} }
    local out = helper.python(reader .. [[
assert len(names) == 4 and len({n.lower() for n in names}) == 4, names
assert all(0 < len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n) for n in names), names
print("ok")]], xlsx.book { one, one, gate.text("x") })
    assert.equal("ok", out)
  end)
end)
