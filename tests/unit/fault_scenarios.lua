--- What test_lua_faults.c does again and again while memory or files fail.
--
-- Each scenario is { name, function } whose function gives a text that says all it found: two
-- runs must give the same text. `bilan` and the folder with the files are the arguments of this
-- chunk. `first_use` is done before, so that modules are loaded without faults; a scenario that
-- names `cold` loads them under faults too. `points`: at most so many faults are made. `io`: files
-- fail as well; `writes` is the file that it makes, whose bytes are its text.
local bilan, folder = ...
local core = require "bilan.core"

local scenarios = {}

local function add(name, run, fields)
  local scenario = fields or {}
  scenario.name, scenario.run = name, run
  scenarios[#scenarios + 1] = scenario
end

-- Records and lists as text, keys in order.
local function dump(value)
  if type(value) ~= "table" then return tostring(value) end
  local keys, parts = {}, {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, key in ipairs(keys) do parts[i] = tostring(key) .. "=" .. dump(value[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- The message of a call that must fail, without the nearest name: that needs memory, and is left
-- out when there is none.
local function message(f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok, "the call should have failed")
  if tostring(err):find "memory" then error(err, 0) end
  return (tostring(err):gsub('; did you mean "[^"]*"%?', ""):gsub("; known are [^\n]*", ""))
end

local function shown(survey)
  local out = {}
  for _, name in ipairs(survey:names()) do out[#out + 1] = dump(survey:column(name)) end
  return table.concat(out, "\n")
end

local N <const> = false -- no answer

-- 12 pupils; the same on every call.
local function pupils()
  local rows = 12
  local function list(values)
    local out = {}
    for i = 1, rows do out[i] = values[i] or bilan.missing.no_answer end
    return out
  end
  return bilan.survey {
    { "genre", list { "f", "g", "f", "g", "f", N, "f", "g", "f", "g", "f", "g" } },
    { "avis", list { "oui", "non", "oui", N, "plutôt", "oui", "oui", "non", "plutôt", "oui", "non",
      "oui" } },
    { "apres", list { "oui", "oui", "oui", "oui", "plutôt", "non", "oui", "oui", "oui", "oui", "non",
      "non" } },
    { "note", list { 12, 15, 9, 14, 17, 11, N, 16, 8, 19, 13, 10 } },
    { "age", list { 12, 13, 12, 14, 15, 12, 13, 13, 14, 15, 12, 13 } },
    { "q_a", list { "1", "", "1", "", "1", "1", "", "", "1", "1", "", "1" } },
    { "q_b", list { "", "1", "1", "", "", "1", "1", "", "", "1", "1", "" } },
  }
end

-- Reads CSV text through the core, as bilan.read does with a file's bytes.
local function csv(name, bytes, opts)
  add("reads " .. name, function()
    local made, report = core.csv.csv_read(name .. ".csv", bytes, opts or {})
    local out = { dump(report.warnings) }
    for _, column in ipairs(core.data.names(made)) do
      out[#out + 1] = column .. dump(core.data.summary(made, nil, column))
    end
    return table.concat(out, "\n")
  end)
end

-- The outcome of an estimate on the pupils, as records.
local function estimate(name, call)
  local people
  add(name, function() return dump(call(people):rows()) end,
    { first_use = function() people = pupils() end })
end

-- ---- reading ----------------------------------------------------------------------------------

csv("commas", "id,genre,note\n1,fille,12\n2,garçon,\n3,\"a \"\"b\"\"\",9.5\n")
csv("semicolons_and_decimal_commas", "note;avis\n1,5;oui\n2,25;non\n;\"ligne\nneuve\"\n")
csv("tabs_and_blanks", "a\tb\n1\t x \n\n2\ty\n")
csv("windows_1252", "pr\233nom,\226ge\nL\233a,12\nZo\235,13\n")
csv("utf_16", "\255\254a\0,\0b\0\n\0" .. "1\0,\0\233\0\n\0")
csv("byte_order_mark_and_dates", "\239\187\191jour;x\n2023-01-02;1\n2023-02-03;2\n")
csv("missing_marks", "x,y\nNA,1\n99,2\n3,\n", { missing = { "NA" } })
csv("two_header_lines", "q1,q1,q2\nPython,R,Avis\n1,,oui\n,1,non\n")

add("refuses a quote that is never closed", function()
  return message(core.csv.csv_read, "x.csv", "a,b\n1,\"2\n3,4\n", {})
end)
add("refuses a ragged record", function()
  return message(core.csv.csv_read, "x.csv", "a,b\n1,2\n3,4,5\n", {})
end)
add("reads a file", function() return shown(bilan.read(folder .. "/pupils.csv")) end, { io = true })
add("reads and matches a codebook", function()
  local survey = bilan.read(folder .. "/pupils.csv", { codebook = { lang = "fr", items = {
    { id = "genre", label = { fr = "Genre" },
      levels = { { "fille", codes = { "f" } }, { "garçon", codes = { "g" } } } },
    { id = "note", kind = "number", missing = { refused = { 99 } } },
    { id = "avis", kind = "scale", levels = { "oui", "plutôt", "non" },
      nets = { positif = { "oui", "plutôt" } } },
  } } })
  return shown(survey) .. dump(survey:item "avis") .. dump(survey:origin())
end)
add("refuses an answer that no level has", function()
  return message(bilan.read, folder .. "/pupils.csv", { codebook = { lang = "fr",
    items = { { id = "genre", levels = { "f" } } } } })
end)

-- ---- verbs -------------------------------------------------------------------------------------

local people
local function verb(name, run, fields)
  fields = fields or {}
  fields.first_use = function() people = pupils() end
  add(name, run, fields)
end

verb("where", function() return shown(people:where "age >= 13 and genre in ('f') or avis like 'plu%'") end)
verb("drop_rows", function() return shown(people:drop_rows "note < 12") end)
verb("derive", function()
  return shown(people:derive { { "x", "case when note >= 12 then 'haut' else 'bas' end" },
    { "y", "coalesce(note, 0) * 2 + length(avis)" } })
end)
verb("recode", function() return shown(people:recode("avis", { positif = { "oui", "plutôt" } })) end)
verb("stack", function() return shown(people:stack(people:where "genre = 'f'")) end)
verb("join", function()
  local other = bilan.survey { { "age", { 12, 13, 14, 15 } }, { "classe", { "6e", "5e", "4e", "3e" } } }
  return shown(people:join(other, "age"))
end)
verb("group", function()
  return shown(people:group({ q = { { "A", "q_a" }, { "B", "q_b" } } }, { blank_is_no = true }))
end)
verb("rename and select", function()
  return shown(people:rename { sexe = "genre" }:select("sexe", "note"))
end)
verb("sql", function()
  return shown(people:sql [[SELECT genre, upper(avis) AS a, avg(note) AS m FROM survey
    GROUP BY genre, a ORDER BY 1, 2]])
end)
verb("csv_write", function()
  return core.csv.csv_write(require("bilan.survey").inside(people).table, nil, {})
end)
verb("errors name the nearest", function()
  return message(people.where, people, "agee > 3") .. message(people.where, people, "age >")
    .. message(people.mean, people, "avis") .. message(people.recode, people, "avis", { x = { "ouii" } })
    .. message(people.sql, people, "SELECT nope FROM survey") .. message(people.freq, people, "avi")
end)

-- ---- estimates ----------------------------------------------------------------------------------

estimate("proportion", function(s)
  return s:proportion("avis", { by = "genre", ci = "clopper_pearson" })
end)
estimate("proportion of a predicate", function(s)
  return s:proportion("note >= 12", { by = { "genre", "age" } })
end)
estimate("freq with nets", function(s)
  return s:freq("avis", { nets = { positif = { "oui", "plutôt" } }, sort = "descending" })
end)
estimate("freq of several answers", function(s)
  return s:group({ q = { "q_a", "q_b" } }, { blank_is_no = true }):freq("q", { by = "genre" })
end)
estimate("mean", function(s) return s:mean("note", { by = "genre" }) end)
estimate("total", function(s) return s:total("note") end)
estimate("quantile", function(s) return s:quantile("note", { p = 0.25, by = "genre" }) end)
estimate("ratio", function(s) return s:ratio("note", "age", { by = "genre" }) end)
estimate("difference", function(s)
  return s:difference("note", { by = "genre", from = "g", to = "f" })
end)
estimate("difference of shares", function(s)
  return s:difference("avis", { level = "oui", by = "genre", from = "g", to = "f" })
end)
estimate("crosstab", function(s)
  return s:crosstab("avis", "genre", { letters = true, test = true, percent = "col",
    nets = { positif = { "oui", "plutôt" } } })
end)
estimate("independence", function(s) return s:independence("avis", "genre") end)
estimate("fisher", function(s) return s:independence("avis", "genre", { statistic = "fisher" }) end)
estimate("t_test", function(s) return s:t_test("note", { by = "genre", from = "g", to = "f" }) end)
estimate("paired t_test", function(s) return s:t_test("note", { after = "age" }) end)
estimate("rank_test", function(s) return s:rank_test("note", { by = "avis" }) end)
estimate("signed ranks", function(s) return s:rank_test("note", { after = "age" }) end)
estimate("mcnemar", function(s) return s:mcnemar("avis", "apres", { level = "oui" }) end)
estimate("glm", function(s)
  return s:glm("note ~ age * genre + I(age * 2)", { reference = { genre = "g" } })
end)
estimate("glm binomial", function(s) return s:glm("note > 12 ~ age", { family = "binomial" }) end)
estimate("ordinal", function(s) return s:ordinal("avis ~ age", { exponentiate = true }) end)
estimate("trend", function(s) return s:trend("avis", { by = "age", level = "oui" }) end)

-- ---- plain statistics ------------------------------------------------------------------------------

add("plain intervals", function()
  local out = {}
  for _, method in ipairs { "wald", "wilson", "wilson_cc", "agresti_coull", "clopper_pearson",
    "jeffreys", "mid_p", "likelihood", "arcsine", "logit", "blaker" } do
    out[#out + 1] = dump(bilan.stat.proportion_ci(7, 24, { method = method }))
  end
  for _, method in ipairs { "newcombe", "miettinen_nurminen", "agresti_caffo", "wald" } do
    out[#out + 1] = dump(bilan.stat.difference_ci(7, 24, 12, 30, { method = method }))
  end
  return table.concat(out, "\n")
end)
add("plain tests", function()
  local stat = bilan.stat
  return dump(stat.chi_squared { { 10, 12, 3 }, { 4, 9, 8 } })
    .. dump(stat.fisher { { 3, 1, 2 }, { 1, 4, 2 } })
    .. dump(stat.mcnemar { { 10, 2 }, { 7, 5 } }) .. dump(stat.trend({ 1, 4, 7 }, { 10, 10, 10 }))
    .. dump(stat.p_adjust({ 0.01, 0.04, 0.03 }, "holm")) .. dump(stat.rank_sum({ 1, 2, 5 }, { 3, 4, 4 }))
    .. dump(stat.kruskal { { 1, 2 }, { 3, 4, 4 }, { 5, 5 } }) .. dump(stat.round_percentages { 1, 1, 1 })
    .. dump(stat.t_test({ 1, 2, 5 }, { 3, 4, 4 })) .. dump(stat.signed_rank({ 1, 2, 5, 7 }, { 3, 4, 4, 1 }))
end)
add("texts and numbers", function()
  local text = core.text
  return text.fold(("L'ÉCOLE ŒUVRE Straße "):rep(8)) .. text.width "é𝄞" .. text.number(0.1)
    .. text.fixed(2.675, 2) .. text.digits(1 / 3, 5) .. text.percent(1, 3, 1)
    .. tostring(text.parse("1 234,5", ",", " ")) .. tostring(text.is_utf8 "a\255")
    .. core.csv.sha256 "abc"
end)
add("plain errors", function()
  return message(bilan.stat.proportion_ci, 8, 7) .. message(bilan.stat.fisher, { { 1, -1 }, { 2, 2 } })
    .. message(bilan.stat.proportion_ci, 1, 7, { method = "wilsn" })
end)

-- ---- results and reports -----------------------------------------------------------------------------

local shares, cross
local function output(name, run, fields)
  fields = fields or {}
  fields.first_use = function()
    people = pupils()
    shares = people:proportion("avis", { by = "genre" })
    cross = people:crosstab("avis", "genre", { test = true, letters = true })
    run()
  end
  add(name, run, fields)
end

output("text of a result", function() return tostring(shares) .. tostring(cross) end)
output("markdown of a result", function() return cross:to_markdown() end)
output("html of a result", function() return cross:to_html() end)
output("json of a result", function() return shares:to_json() end)
output("csv of a result", function() return shares:to_csv() end)

-- The bytes that a call wrote. They are read without the engine: its reading may be failing.
local function written(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"), "no file " .. name)
  return file:read "a"
end
output("a workbook", function()
  cross:to_xlsx "cross.xlsx"
  return written "cross.xlsx"
end, { io = true, writes = "cross.xlsx" })

local audit
local function page()
  local r = bilan.report { title = "Bilan d'essai", lang = "fr", date = "2023-07-01", privacy = "off" }
  r:section "Les élèves"
  r:text "Un **texte** & des chiffres."
  r:table(shares, { caption = "Avis" })
  r:note "Une note."
  return r
end
output("a page", function()
  page():write "page.html"
  return written "page.html"
end, { io = true, writes = "page.html" })
output("a page with privacy", function()
  local r = bilan.report { title = "Bilan", lang = "fr" }
  r:table(cross)
  return r:markdown()
end)

-- ---- claims and reconstruction ---------------------------------------------------------------------

local claim_lines = "id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n"
  .. "a\tcollege\tall\tavis\toui\t45%\t11\t\nb\tcollege\tall\tavis\tnon\t27,3%\t11\t\n"
  .. "c\tcollege\tgenre=f\tavis\toui\t50%\t\t\nd\tcollege\tall\tnote\thaut\t13%\t11\t\n"
local sizes = "population\tgroup\tsize\ncollege\tall\t12\ncollege\tgenre=f\t6\ncollege\tgenre=g\t5\n"

verb("claims", function()
  audit = bilan.claims(claim_lines, { populations = sizes })
  return dump(audit:rows())
end)
verb("claims against a survey", function()
  audit = bilan.claims(claim_lines, { populations = sizes, surveys = { college = people } })
  return dump(audit:rows())
end)
verb("reconstruction", function()
  local made = bilan.reconstruct { claims = claim_lines, populations = sizes,
    population = "college", seed = 3 }
  return shown(made)
end)

-- ---- designs ------------------------------------------------------------------------------------

-- Six schools of two pupils in two regions.
local function sample()
  local columns = { { "region", {} }, { "school", {} }, { "w", {} }, { "y", {} }, { "sex", {} } }
  for i = 1, 12 do
    local values = { i <= 6 and "n" or "s", "e" .. (i + 1) // 2, 1 + i % 3, i * i % 7,
      i % 2 == 0 and "f" or "g" }
    for at, value in ipairs(values) do columns[at][2][i] = value end
  end
  return bilan.survey(columns)
end
local function drawn()
  return sample():design { weights = "w", strata = "region", clusters = "school", fpc = 20 }
end
local totals = { sex = { f = 20, g = 14 }, region = { n = 18, s = 16 } }

verb("declares a design", function() return tostring(drawn()) .. tostring(drawn():design_report()) end)
verb("estimates by design", function()
  local d = drawn()
  return dump(d:mean("y", { by = "sex" }):rows()) .. dump(d:where("y > 1"):total("y"):rows())
end)
verb("takes rows out of a design", function()
  return dump(drawn():drop_rows("school = 'e1'"):mean("y"):rows())
end)
verb("tests levels by design", function()
  local d = drawn()
  return dump(d:independence("region", "sex", { statistic = "lincom" }):rows())
    .. dump(d:goodness_of_fit("sex", { shares = { f = 1, g = 1 } }):rows())
    .. dump(d:mcnemar("region", "sex", { level = "n" }):rows())
end)
verb("tests numbers by design", function()
  local d = drawn()
  return dump(d:t_test("y", { by = "sex" }):rows()) .. dump(d:rank_test("y", { by = "sex" }):rows())
    .. dump(d:trend("sex", { level = "f", by = "w" }):rows())
end)
verb("rakes", function() return dump(drawn():rake(totals):weight_report():rows()) end)
verb("calibrates", function()
  return dump(drawn():calibrate({ sex = totals.sex, y = 60 }, { distance = "raking" })
    :poststratify("region", totals.region):mean("y"):rows())
end)
verb("trims", function() return dump(drawn():trim({ high = 2.5 }):add_weights("t"):column "t") end)
verb("makes replicates", function()
  local d = drawn():to_replicates({ kind = "jkn" }):rake(totals)
  return dump(d:mean("y"):rows()) .. tostring(d)
end)
verb("takes replicates", function()
  local s = sample():derive { r1 = "w * 2", r2 = "w * (y % 2)", r10 = "w + 1" }
  return dump(s:replicates({ weights = "w", replicate_weights = "r%d+", kind = "jk1" })
    :mean("y"):rows())
end)

-- ---- files ------------------------------------------------------------------------------------------

add("reads an SQLite file", function()
  return shown(bilan.read(folder .. "/pupils.sqlite"))
end, { io = true })
add("audits a file of claims", function()
  local found = bilan.claims(folder .. "/claims.tsv", { populations = folder .. "/sizes.tsv" })
  return dump(found:rows())
end, { io = true })
verb("writes the respondents", function()
  people:write "people.csv"
  return written "people.csv"
end, { io = true, writes = "people.csv" })

-- The command line answers with a status; what it says of a fault is the error.
local function run_script()
  local said = ""
  core.host.warn = function(text) said = said .. text end
  local status = require("bilan.cli").main {
    "run", "--out", folder .. "/out", folder .. "/script.lua" }
  if status ~= 0 then error(status .. said, 0) end
  return written "out/page.html"
end
add("runs a script", run_script, { io = true, writes = "out/page.html", first_use = run_script })

-- ---- drawing ----------------------------------------------------------------------------------------

output("draws with gnuplot", function()
  local chart = bilan.chart.bars(people:freq "avis", { title = "Avis" })
  return dump(chart.svg or chart)
end, { points = 30 })

-- ---- archives ---------------------------------------------------------------------------------------

local years = folder .. "/years.bilan"

-- Stores waves in an archive, which is made when it is absent; one that is there is replaced.
local function store(survey, ...)
  local names = { ... }
  local a = require("bilan.archive").open(years, "write")
  local ok, err = pcall(a.change, a, function()
    for _, name in ipairs(names) do a:add_wave(name, survey, { replace = true }) end
  end)
  a:close()
  if not ok then error(err, 0) end
end
local function wave(name)
  local a = require("bilan.archive").open(years, "read")
  local ok, survey = pcall(a.read_wave, a, name)
  a:close()
  if not ok then error(survey, 0) end
  return shown(survey)
end

verb("makes an archive and reads it", function()
  os.remove(years)
  store(people, "2022", "2023")
  return wave "2022" .. wave "2023"
end)
verb("replaces a wave of an archive", function()
  store(people, "2022")
  store(people:drop_rows "note < 12", "2022")
  return wave "2022"
end)
verb("looks through an archive", function()
  store(people, "2022", "2023")
  local a <close> = core.archive.open(years)
  a:check()
  return dump(a:query "SELECT wave, rows, items, data_sha256 FROM waves")
    .. message(a.query, a, "SELECT nope FROM wave") .. message(a.get, a, 99)
end)
verb("refuses what is no archive", function()
  return message(core.archive.open, folder .. "/pupils.csv")
    .. message(core.archive.open, folder .. "/pupils.sqlite")
    .. message(core.archive.open, folder .. "/absent.bilan")
end)

-- ---- from the start ------------------------------------------------------------------------------

-- All records of an answer of core.estimate.
local function records(answer)
  local list = {}
  for i = 1, #answer do list[i] = answer[i] end
  return list
end

add("makes the parts of the core", function()
  local made = core.csv.csv_read("x.csv", "a,b,c\n1,x,4\n2,y,3\n3,x,5\n", {})
  local book = { records(core.estimate.mean(made, nil, { item = "a", by = { "b" } })),
    records(core.estimate.freq(made, core.expr.filter(made, "a > 1"), { item = "b", by = {} })),
    records(core.estimate.crosstab(made, nil, { row = "b", columns = { "a" } })),
    core.data.names(core.sql.sql(made, nil, "SELECT a FROM survey")),
    core.data.names(core.expr.derive(made, "d", "a + c")), core.stat.proportion_ci(1, 3),
    core.host.exists "nowhere" }
  return dump(book)
end, { cold = true, points = 500 })
add("loads the modules", function()
  local survey = bilan.survey { { "a", { 1, 2 } }, { "g", { "x", "y" } } }
  local r = bilan.report { title = "Bilan", lang = "fr" }
  r:table(survey:freq("g"))
  return tostring(survey:mean "a") .. r:markdown()
end, { cold = true, points = 80 })

return scenarios
