-- Archives from the side of Lua, the record of a run, and the comparison of two.
local archive = require "bilan.archive"
local bilan = require "bilan"
local core = require "bilan.core"
local indicator = require "bilan.indicator"
local json = require "bilan.json"
local ledger = require "bilan.record.ledger"
local record = require "bilan.record"
local Survey = require "bilan.survey"
local verify = require "bilan.verify"
local words = require "bilan.verify.words"

local data = "genre;avis;age;choix\nfille;1;12;A\ngarçon;2;13;A,B\nfille;9;;\nautre;3;15;aucun\n"

local function book()
  return { title = "T", version = "2022", lang = "fr", wave = "2022-2023", population = "élèves",
    items = {
      { id = "genre", label = { fr = "Genre", en = "Gender" }, levels = { { "fille", fr = "Fille" },
        "garçon", "autre" }, nets = { { "binaire", "fille", "garçon" } } },
      { id = "avis", kind = "scale", levels = { { "non", codes = 1, score = 0 }, { "bof", codes = 2 },
        { "oui", codes = 3 } }, missing = { ["don't know"] = 9 }, question = "Alors ?",
        was = { ["2021-2022"] = { item = "opinion", levels = { nul = "non" }, note = "papier" },
          ["2020-2021"] = false } },
      { id = "choix", kind = "multiple", separator = ",", levels = { "A", "B" }, none = "aucun" },
    } }
end

local folder = io.popen("mktemp -d"):read "l"
teardown(function() os.execute("rm -rf " .. folder) end)

local function write(name, text)
  local path = folder .. "/" .. name
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  return path
end

local function survey() return bilan.read(write("e.csv", data), { codebook = book() }) end

local function fresh(name)
  os.remove(folder .. "/" .. name)
  return folder .. "/" .. name
end

local function with_archive(name, mode, f)
  local store = archive.open(folder .. "/" .. name, mode)
  if mode == "write" then store:change(function() f(store) end) else f(store) end
  store:close()
end

describe("a wave of an archive", function()
  setup(function()
    fresh "w.bilan"
    with_archive("w.bilan", "write", function(store)
      store:add_wave("2022-2023", survey():mark_synthetic "made up")
      store:add_wave("2021-2022", survey():where "genre = 'fille'")
    end)
  end)
  local function wave(name) return bilan.read(folder .. "/w.bilan", { wave = name }) end

  it("is_the_survey_that_went_in", function()
    local before, after = survey(), wave "2022-2023"
    assert.same(before:names(), after:names())
    for _, name in ipairs(before:names()) do
      assert.same(before:column(name), after:column(name))
      assert.same(before:item(name), after:item(name))
    end
    assert.equal(tostring(before:freq("avis")):gsub("Données.-\n", ""),
      (tostring(after:freq("avis")):gsub("Données.-\n", "")))
    local _, items = core.archive.sha256(Survey.inside(before).table)
    local _, again = core.archive.sha256(Survey.inside(after).table)
    assert.same(items, again)
  end)
  it("keeps_codebook_origin_and_the_synthetic_mark", function()
    local after = wave "2022-2023"
    local s = Survey.inside(after)
    assert.same(book(), s.book.given)
    assert.equal("2022-2023", s.wave)
    assert.is_true(s.synthetic)
    local origin, before = after:origin(), survey():origin()
    for key, value in pairs(before) do
      if key ~= "notes" and key ~= "synthetic" then assert.same(value, origin[key], key) end
    end
    assert.same({ 'column "age" is not in the codebook', "synthetic: made up" }, origin.notes)
    assert.is_false(wave("2021-2022"):origin().synthetic)
  end)
  it("has_the_rows_of_the_domain_only", function() assert.equal(2, #wave "2021-2022") end)
  it("gets_the_nearest_name_and_its_options_only", function()
    assert.error_matches(function() wave "2022-2024" end,
      'unknown wave "2022%-2024"; did you mean "2022%-2023"')
    assert.error_matches(function() wave() end, "2 waves: say wave = one of 2022%-2023, 2021%-2022")
    assert.error_matches(function() bilan.read(folder .. "/w.bilan", { delimiter = ";" }) end,
      "takes wave, lang and synthetic, not delimiter")
    local english = bilan.read(folder .. "/w.bilan", { wave = "2022-2023", lang = "en" })
    assert.equal("en", english:freq "genre".lang)
  end)
  it("is_replaced_only_when_asked_and_leaves_nothing_behind", function()
    local store = archive.open(folder .. "/w.bilan", "write")
    local ok, err = pcall(store.change, store, function() store:add_wave("2021-2022", survey()) end)
    assert.is_false(ok)
    assert.truthy(err:find('has the wave "2021-2022" already', 1, true))
    store:change(function() store:add_wave("2021-2022", survey(), { replace = true }) end)
    local counts = store.core:query([[SELECT (SELECT count(*) FROM data) AS data,
      (SELECT count(*) FROM wave) AS waves, (SELECT count(*) FROM codebook) AS books,
      (SELECT count(*) FROM source) AS sources]])[1]
    store:close()
    assert.same({ data = 1, waves = 2, books = 1, sources = 2 }, counts) -- the same content once
  end)
  it("has_its_codebook_and_crosswalk_as_rows", function()
    with_archive("w.bilan", "read", function(store)
      local items = store.core:query "SELECT id, kind, label, question FROM codebook_item ORDER BY place"
      assert.same({ id = "avis", kind = "scale", question = "Alors ?" }, items[2])
      local walk = store.core:query "SELECT item, wave, was, level, was_level, grade, note FROM crosswalk"
      assert.same({ item = "avis", wave = "2020-2021", grade = "not asked" }, walk[1])
      assert.same({ item = "avis", wave = "2021-2022", was = "opinion", note = "papier" }, walk[2])
      assert.same({ item = "avis", wave = "2021-2022", was = "opinion", level = "non",
        was_level = "nul" }, walk[3])
    end)
  end)
end)

describe("a file that was read for an archive", function()
  local path
  local function read_for(store_path)
    ledger.open { store = record.lookup(store_path) }
    local s = bilan.read(path)
    return s, ledger.close()
  end
  local function keep(made, store_path)
    return record.save(record.build(made, { script = "s.lua", arguments = {}, out = "out",
      options = {} }), store_path, true)
  end
  before_each(function()
    indicator.reset()
    path = write("source.csv", data)
    fresh "s.bilan"
    local _, made = read_for(folder .. "/s.bilan")
    keep(made, folder .. "/s.bilan")
  end)

  it("is_loaded_as_it_was_parsed", function()
    local again, made = read_for(folder .. "/s.bilan")
    assert.is_true(made.surveys[1].stored)
    assert.same(bilan.read(path):column "choix", again:column "choix")
    assert.same(bilan.read(path):origin(), again:origin())
  end)
  it("is_read_again_when_a_byte_differs_or_options_do", function()
    write("source.csv", (data:gsub("13", "14")))
    local again, made = read_for(folder .. "/s.bilan")
    assert.is_false(made.surveys[1].stored)
    assert.equal(14, again:column "age"[2])
    ledger.open { store = record.lookup(folder .. "/s.bilan") }
    bilan.read(path, { missing = { "autre" } })
    assert.is_false(ledger.close().surveys[1].stored)
  end)
  it("is_kept_once_and_replaced_when_it_changed", function()
    local _, same = read_for(folder .. "/s.bilan")
    keep(same, folder .. "/s.bilan")
    write("source.csv", (data:gsub("13", "14")))
    local _, other = read_for(folder .. "/s.bilan")
    keep(other, folder .. "/s.bilan")
    with_archive("s.bilan", "read", function(store)
      assert.same({ { sources = 1, data = 1, runs = 3 } }, store.core:query([[SELECT
        (SELECT count(*) FROM source) AS sources, (SELECT count(*) FROM data) AS data,
        (SELECT count(*) FROM run) AS runs]]))
    end)
  end)
  it("may_be_kept_anew_with_the_same_content", function()
    write("source.csv", "genre;avis;age;choix\r\n" .. data:match "\n(.*)":gsub("\n", "\r\n"))
    local _, other = read_for(folder .. "/s.bilan")
    assert.is_false(other.surveys[1].stored)
    keep(other, folder .. "/s.bilan")
    with_archive("s.bilan", "read", function(store)
      assert.equal(core.csv.sha256(assert(io.open(path, "rb")):read "a"),
        store:find_source(path, "[]").sha256)
      assert.equal(1, #store.core:query "SELECT id FROM data")
    end)
  end)
  it("changed_within_two_seconds_is_not_known_by_its_times", function()
    assert.is_true(ledger.is_racy(ledger.stat(path)))
    with_archive("s.bilan", "read", function(store)
      assert.is_nil(store:find_source(path, "[]").modified)
    end)
    local old = { bytes = 1, modified = 5, changed = 5, inode = 1 }
    assert.is_false(ledger.is_racy(old))
    assert.is_true(ledger.is_racy { bytes = 1, modified = 5, changed = (os.time() + 60) * 1000000000 })
    assert.is_true(ledger.same_stat(old, { bytes = 1, modified = 5, changed = 5, inode = 1 }))
    for _, key in ipairs { "bytes", "modified", "changed", "inode" } do
      local other = { bytes = 1, modified = 5, changed = 5, inode = 1 }
      other[key] = 6
      assert.is_false(ledger.same_stat(old, other), key)
    end
  end)
  it("that_is_gone_is_taken_only_where_that_is_remarked", function()
    os.remove(path)
    assert.has_error(function() read_for(folder .. "/s.bilan") end)
    ledger.close()
    local remarks = {}
    local function remark(file) remarks[#remarks + 1] = file end
    ledger.open { store = record.lookup(folder .. "/s.bilan", remark) }
    assert.equal(4, #bilan.read(path))
    ledger.close()
    assert.same({ path }, remarks)
  end)
end)

describe("the record of a run", function()
  before_each(function()
    indicator.reset()
    ledger.open()
  end)
  after_each(function()
    ledger.close()
    indicator.reset()
    require("bilan.gate").use(nil)
  end)
  local function figures()
    return record.build(ledger.current, { script = "s.lua", arguments = { "a" }, out = "out",
      options = {} }).figures
  end

  it("has_keys_labels_and_exact_figures", function()
    local s = survey()
    bilan.indicator { id = "g", title = "Genre", estimate = s:freq "genre" }
    bilan.indicator { id = "un", title = "Un", estimate = s:freq("avis", { by = "genre" })
      :get { level = "oui", genre = "autre" } }
    local made = figures()
    assert.equal("level=fille", made[1].key)
    assert.equal("Genre: Fille", made[1].label)
    assert.equal(2 / 4, made[1].value)
    assert.equal(s:freq("genre"):get { level = "fille" }.low, made[1].low)
    local last = made[#made]
    assert.equal("genre=autre; level=oui", last.key)
    assert.equal("avis: oui (Genre: autre)", last.label)
    assert.equal("wilson", last.method)
    assert.equal(64, #last.data)
    assert.equal(64, #last.codebook)
    assert.is_nil(json.unpack(made[2].detail).receipt) -- with the first row only
  end)
  it("says_the_unit_of_a_change", function()
    local function year(...) return bilan.survey { q = { ... } } end
    local years = bilan.waves({ { "1", year("a", "b", "b", "b") },
      { "2", year("a", "a", "b", "b") } }, { lang = "en" })
    bilan.indicator { id = "x", estimate = years:change("q", { level = "a" }) }
    assert.equal("+25 points", figures()[1].shown)
  end)
  it("withholds_what_a_policy_withholds", function()
    bilan.indicator { id = "x", estimate = survey():freq "genre" }
    require("bilan.gate").use { name = "t", protect = function(view)
      return { [view.records[1]] = "withheld" }
    end }
    local made = figures()
    for _, name in ipairs { "value", "low", "high", "se", "count", "shown" } do
      assert.is_nil(made[1][name])
    end
    assert.equal("secret", made[1].withheld)
    assert.is_nil(made[2].withheld)
    assert.equal(0.25, made[2].value)
  end)
  it("withholds_what_a_report_withheld", function()
    local one = bilan.indicator { id = "x", estimate = survey():freq "genre" }
    bilan.report { title = "R", policy = "30/30" }:indicator(one):markdown()
    for _, figure in ipairs(figures()) do
      assert.is_nil(figure.value)
      assert.truthy(figure.withheld)
      assert.is_nil(figure.detail:find("0.5", 1, true))
    end
  end)
  it("names_the_wave_and_the_files", function()
    survey()
    local made = record.build(ledger.current, { script = "s.lua", arguments = { "a" }, out = "out",
      options = { read = { "x" } } })
    assert.equal("2022-2023", made.wave)
    assert.equal('["a"]', made.arguments)
    assert.same({ read = { "x" } }, json.unpack(made.options))
    assert.equal("data", made.inputs[1].role)
    assert.equal(core.csv.sha256(data), made.inputs[1].sha256)
  end)
end)

describe("the comparison of two runs", function()
  local context = { inputs = { { path = "s.lua", role = "script", status = "changed" } },
    old_entry = function() end, new_entry = function() end, book_path = function() return "c.lua" end }
  local function told(fields)
    local out = { items = { { item = "x", source = 1, columns = { { name = "x", sha256 = "1" } },
      codebook = { id = "x", book = "b", sha256 = "c" } } }, steps = {}, method = "mean", version = 1,
      sources = { { path = "e.csv" } }, computed = 'mean("x")' }
    for key, value in pairs(fields or {}) do out[key] = value end
    return out
  end
  local function figure(id, row, key, value, receipt)
    return { indicator = id, row = row, key = key, value = value, n = 5, title = id, label = id,
      detail = json.pack { receipt = receipt } }
  end
  local function one(old, new) return verify.compare({ old }, { new }, context)[1] end

  it("takes_the_last_bit_for_a_difference", function()
    local same = one(figure("a", 1, "", 0.1 + 0.2, told()), figure("a", 1, "", 0.1 + 0.2, told()))
    assert.equal("same", same.status)
    local near = one(figure("a", 1, "", 0.1 + 0.2, told()), figure("a", 1, "", 0.3, told()))
    assert.equal("changed", near.status)
    assert.same({ { field = "value", old = 0.1 + 0.2, new = 0.3 } }, near.changes)
  end)
  it("says_which_receipt_changed_and_only_that", function()
    local function why(fields)
      local out = one(figure("a", 1, "", 1, told()), figure("a", 1, "", 2, told(fields))).why
      local parts = {}
      for at, cause in ipairs(out) do parts[at] = words.cause_text(cause) end
      return table.concat(parts, "; ")
    end
    local column = { { name = "x", sha256 = "2" } }
    local code = { id = "x", book = "b", sha256 = "c" }
    local other = { id = "x", book = "b", sha256 = "d" }
    assert.equal("data: e.csv: x",
      why { items = { { item = "x", source = 1, columns = column, codebook = code } } })
    assert.equal("codebook: c.lua: x", why { items = { { item = "x", source = 1,
      columns = told().items[1].columns, codebook = other } } })
    assert.equal("data: e.csv: x; codebook: c.lua: x",
      why { items = { { item = "x", source = 1, columns = column, codebook = other } } })
    assert.equal("method: mean 1 -> 2", why { version = 2 })
    assert.equal("method: mean 1 -> median 1", why { method = "median" })
    assert.equal('script: s.lua: mean("x") -> mean("y")', why { computed = 'mean("y")' })
    assert.equal("script: s.lua: - -> where y", why { steps = { "where y" } })
    assert.equal("script: s.lua", why()) -- nothing else explains it
  end)
  it("pairs_items_of_one_name_by_their_file", function()
    -- items are in the order of their hashes, which turns round when one of them changes
    local function item(source, sha256)
      return { item = "x", source = source, columns = { { name = "x", sha256 = sha256 } } }
    end
    local sources = { { path = "a.csv" }, { path = "b.csv" } }
    local old = told { sources = sources, items = { item(2, "5"), item(1, "7") } }
    local new = told { sources = sources, items = { item(1, "3"), item(2, "5") } }
    local out = one(figure("a", 1, "", 1, old), figure("a", 1, "", 2, new))
    assert.equal(1, #out.why)
    assert.equal("data: a.csv: x", words.cause_text(out.why[1]))
    -- two tables of the script itself: the one with the same column is the same
    sources = { { kind = "script" } }
    old = told { sources = sources, items = { item(1, "5"), item(1, "7") } }
    new = told { sources = sources, items = { item(1, "3"), item(1, "5") } }
    out = one(figure("a", 1, "", 1, old), figure("a", 1, "", 2, new))
    assert.same({ "x" }, out.why[1].items)
  end)
  it("names_a_codebook_that_is_no_longer_given_by_its_path", function()
    local known = { inputs = {}, old_entry = function() end, new_entry = function() end,
      book_path = function(sha256) return sha256 == "b" and "old.lua" or "codebook" end }
    local bare = told { items = { { item = "x", source = 1,
      columns = { { name = "x", sha256 = "1" } } } } }
    local out = verify.compare({ figure("a", 1, "", 1, told()) }, { figure("a", 1, "", 2, bare) }, known)
    assert.equal("codebook: old.lua: x", words.cause_text(out[1].why[1]))
  end)
  it("gives_old_and_new_where_only_what_follows_changed", function()
    local text = words.text { run = 1, script = "s.lua", started = "now", counts = { changed = 1 },
      outputs = {}, inputs = {}, remarks = {}, figures = { { status = "changed", indicator = "a",
        key = "", title = "a", changes = { { field = "low", old = 0.25, new = 0.125 },
          { field = "high", old = 0.5, new = 0.75 } }, why = {} } } }
    assert.truthy(text:find("low 0.25 -> 0.125, high 0.5 -> 0.75", 1, true), text)
    local function line(field, old, new, unit)
      return words.text({ run = 1, script = "s.lua", started = "now", counts = { changed = 1 },
        outputs = {}, inputs = {}, remarks = {}, figures = { { status = "changed", indicator = "a",
          key = "", title = "a", unit = unit, why = {},
          changes = { { field = field, old = old, new = new } } } } }):match " *([%w_]+ [^\n]* %-> [^\n]*)"
    end
    assert.equal("low 69.9% -> 69.7%", line("low", 0.698707568, 0.696514, "share"))
    assert.equal("p_value 0.580 -> 0.615", line("p_value", 0.5798380931, 0.6148884562, "number"))
    assert.equal("value 0.30000000000000004 -> 0.3", line("value", 0.1 + 0.2, 0.3, "share"))
    assert.equal("se 1e-30 -> 2e-30", line("se", 1e-30, 2e-30, "number"))
  end)
  it("pairs_rows_by_key_and_what_is_left_by_place", function()
    local r = told()
    local old = { figure("a", 1, "level=oui", 1, r), figure("a", 2, "level=non", 2) }
    local new = { figure("a", 1, "level=non", 2, r), figure("a", 2, "level=OUI", 1) }
    local out = verify.compare(old, new, context)
    assert.same({ "gone", "same", "new" }, { out[1].status, out[2].status, out[3].status })
    new = { figure("a", 1, "level=OUI", 1, r), figure("a", 2, "level=non", 2) }
    out = verify.compare(old, new, context)
    assert.same({ "changed", "same" }, { out[1].status, out[2].status })
    assert.same({ field = "key", old = "level=oui", new = "level=OUI" }, out[1].changes[1])
  end)
  it("tells_gone_and_new_indicators", function()
    local old, new = figure("a", 1, "", 1, told()), figure("b", 1, "", 1, told())
    local out = verify.compare({ old }, { new }, context)
    assert.same({ "gone", "new" }, { out[1].status, out[2].status })
    assert.equal("script: s.lua", words.cause_text(out[1].why[1]))
  end)
end)
