-- Errors as a person meets them: the program runs a script with one slip in it, and says the
-- line of the script, what is wrong and the nearest right name; nothing of the engine's own.
local program = os.getenv "BILAN" or "build/bilan"
local folder

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
end

-- The words on stderr and the exit status of a script; its data are in eleves.csv.
local function run(script, name)
  name = name or "slip.lua"
  write(name, script)
  local path = program:find("^/") and program or "$OLDPWD/" .. program
  local command = ('cd %s && "%s" run --timeout 20 %s 2>&1 >/dev/null </dev/null; echo "status $?"')
    :format(folder, path, name)
  local pipe <close> = assert(io.popen(command))
  local text = pipe:read "a"
  return text:match("^(.*)status %d+\n$"), tonumber(text:match("status (%d+)\n$"))
end

local head = 'local bilan = require "bilan"\nlocal survey = bilan.read "eleves.csv"\n'

-- One slip on line 3: the message is "slip.lua:3: ..." with these words in it.
local function slips(name, line, ...)
  local words = { ... }
  it(name, function()
    local text, status = run(head .. line .. "\n")
    assert.equal(1, status, text)
    assert.equal("slip.lua:3: ", text:match("^[^ ]* "), text)
    for _, word in ipairs(words) do assert.truthy(text:find(word, 1, true), word .. " in "
      .. text) end
    assert.falsy(text:find("bilan[%w_.]*:%d+:"), text)
    assert.falsy(text:find("internal error", 1, true), text)
    assert.falsy(text:find("0x%x%x%x%x"), text)
    assert.truthy(#text < 600, "a short message: " .. text)
  end)
end

describe("errors", function()
  setup(function()
    folder = io.popen("mktemp -d"):read "l"
    write("eleves.csv", "genre,niveau,age,satisfait\nfille,college,12,oui\ngarçon,college,13,non\n"
      .. "fille,lycee,16,oui\ngarçon,lycee,17,oui\n")
    local columns = "id\tpopulation\tgroup\t%s\tlevel\tshare\tn\tnote\n1\tp\tall\ti\ta\t%s\t2\t\n"
    write("claims.tsv", columns:format("itm", "50 %"))
    write("share.tsv", columns:format("item", "half"))
    write("book.lua", 'return {\n  items = { { id = "genre", kidn = "single" } },\n}\n')
    write("broken.lua", "return {\n  items = = 1\n}\n")
  end)
  teardown(function() os.execute("rm -rf " .. folder) end)

  describe("name the nearest name", function()
    slips("verb", "survey:crosstabs('genre', 'niveau')", '"crosstabs"', 'did you mean "crosstab"')
    slips("field of bilan", "bilan.raed 'x.csv'", '"raed"', 'did you mean "read"')
    slips("global", "prnit 'x'", '"prnit"', 'did you mean "print"')
    slips("library function", "string.formta '%d'", '"formta"', 'did you mean "format"')
    slips("statistic", "bilan.stat.fihser {}", '"fihser"', 'did you mean "fisher"')
    slips("kind of missing", "print(bilan.missing.refussed)", '"refussed"',
      'did you mean "refused"')
    slips("item", "survey:freq 'gnre'", '"gnre"', 'did you mean "genre"')
    slips("second item", "survey:crosstab('genre', 'nivau')", '"nivau"', 'did you mean "niveau"')
    slips("item of by", "survey:freq('genre', { by = 'nivau' })", '"nivau"',
      'did you mean "niveau"')
    slips("name in an expression", "survey:where \"nivau = 'lycee'\"", '"nivau"',
      'did you mean "niveau"')
    slips("name in SQL", "survey:sql 'select nivau from survey'", "nivau")
    slips("level", "survey:proportion('satisfait', { level = 'ouii' })", '"ouii"',
      'did you mean "oui"')
    slips("level of a recode", "survey:recode('genre', { x = { 'file' } })", '"file"',
      'did you mean "fille"')
    slips("level of a net", "survey:freq('satisfait', { nets = { x = { 'ouii' } } })", '"ouii"')
    slips("option of a verb", "survey:freq('genre', { cci = 'wilson' })", '"cci"',
      'did you mean "ci"')
    slips("interval", "survey:freq('genre', { ci = 'wilsno' })", '"wilsno"',
      'did you mean "wilson"')
    slips("percent", "survey:crosstab('genre', 'niveau', { percent = 'clo' })", '"clo"',
      'did you mean "col"')
    slips("option of read", "bilan.read('eleves.csv', { delimitre = ',' })", '"delimitre"',
      'did you mean "delimiter"')
    slips("kind of chart", "bilan.chart.bras(survey:freq 'genre')", '"bras"', 'did you mean "bars"')
    slips("option of a chart", "bilan.chart.bars(survey:freq 'genre', { titel = 'x' })", '"titel"',
      'did you mean "title"')
    slips("option of a report", "bilan.report { title = 'x', titel = 'x' }", '"titel"',
      'did you mean "title"')
    slips("part of a report", "bilan.report({ title = 'x' }):sectoin 'x'", '"sectoin"',
      'did you mean "section"')
    slips("ending of a report", "bilan.report({ title = 'x' }):write 'x.htlm'", "htlm")
    slips("field of an indicator", "bilan.indicator { id = 'x', estimat = survey:freq 'genre' }",
      '"estimat"')
    slips("key of a result", "survey:freq('genre'):get { levl = 'fille' }", '"levl"',
      'did you mean "level"')
    slips("column of a claims file", "bilan.claims 'claims.tsv'", "claims.tsv", "itm", "item")
    slips("option of claims", "bilan.claims('claims.tsv', { populaitons = 'x' })", '"populaitons"',
      'did you mean "populations"')
    slips("option of a statistic", "bilan.stat.proportion_ci(1, 2, { metod = 'wald' })", '"metod"',
      'did you mean "method"')
  end)

  describe("say what was expected", function()
    slips("absent file", "bilan.read 'nothere.csv'", "nothere.csv", "No such file")
    slips("absent module", "require 'nothere'", '"nothere"')
    slips("absent claims", "bilan.claims 'nothere.tsv'", "nothere.tsv")
    slips("share that is none", "bilan.claims 'share.tsv'", "share.tsv", "half")
    slips("codebook field", "bilan.read('eleves.csv', { codebook = 'book.lua' })", "kidn")
    slips("mean of a text", "survey:mean 'genre'", "genre")
    slips("no item", "survey:freq()", "freq")
    slips("number for an item", "survey:freq(5)", "freq")
    slips("text for options", "survey:freq('genre', 'x')", "freq")
    slips("number for a path", "survey:freq('genre'):to_csv(false)", "to_csv")
    slips("list that is none", "table.concat(nil)", "table.concat")
    slips("bad argument in Lua", "local _ = ('x'):rep({})", "rep")
    slips("changed survey", "survey.x = 1", "survey cannot be changed")
    slips("changed module", "bilan.read = 1", "bilan cannot be changed")
    slips("dot for a colon", "survey.freq('genre')", "survey is expected")
    slips("called nothing", "survey.nothing = survey.x()", '"x"')
    slips("arithmetic", "print(nil + 1)", "arithmetic")
    slips("own error", "error 'there are no data'", "there are no data")
    slips("conf above one", "survey:freq('genre', { conf = 95 })", "conf")
    slips("path that leaves", "survey:freq('genre'):to_csv '../x.csv'", "../x.csv")
  end)

  it("places an error in the function that called the engine", function()
    local text = run(head
      .. "local function table_of(name)\n  local made = survey:freq(name)\n  return made\nend\n"
      .. "print(table_of 'genre')\nprint(table_of 'gnre')\n")
    assert.equal("slip.lua:4: ", text:match("^[^ ]* "), text)
  end)

  it("places a syntax error in a codebook", function()
    local text, status = run(head .. "bilan.read('eleves.csv', { codebook = 'broken.lua' })\n")
    assert.equal(1, status)
    assert.truthy(text:find("broken.lua:2: ", 1, true), text)
  end)

  it("places an error in a module of the script", function()
    write("part.lua", "local bilan = require 'bilan'\n"
      .. "local part = bilan.survey { a = { 1 } }:freq 'b'\nreturn part\n")
    local text = run(head .. "require 'part'\n")
    assert.equal("./part.lua:2: ", text:match("^[^ ]* "), text)
  end)

  it("shows a script whose name starts like the engine's files", function()
    local text, status = run("local x = nil\nprint(x.y)\n", "bilan2023.lua")
    assert.equal(1, status)
    assert.truthy(text:find("bilan2023.lua:2: attempt to index a nil value", 1, true), text)
  end)

  it("gives scripts that catch an error the same message", function()
    local text, status = run(head
      .. "local ok, why = pcall(survey.freq, survey, 'gnre')\nerror(why, 0)\n")
    assert.equal(1, status)
    assert.truthy(text:find('slip.lua:3: .*did you mean "genre"'), text)
  end)

  it("name an error value that is no text by its type", function()
    local text, status = run("error({})\n")
    assert.equal(1, status)
    assert.equal("bilan: error value of type table\n", text)
  end)
end)
