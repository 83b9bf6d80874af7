--- The case of the RSE surveys (docs/case-rse.md): codebooks of three waves, the reproduction of
-- published figures, and the grades of questions through the years.
--
-- The microdata are not part of the project. BILAN_RSE names the folder that holds them; without it
-- the tests of figures are skipped, and those of codebooks and crosswalks run all the same.
-- Oracles: the published tables themselves, and the headline figures as their source states them.
package.path = "scripts/rse/?.lua;" .. package.path

local bilan = require "bilan"
local wave2016, wave2017, wave2018 = require "wave2016", require "wave2017", require "wave2018"

local program = (os.getenv "BUILD" or "build") .. "/bilan"
local data = os.getenv "BILAN_RSE"
if data == "" then data = nil end

-- A test that needs the data.
local function it_with_data(name, body)
  if data then it(name, body)
  else pending(name .. " (BILAN_RSE names no folder)") end
end

-- Every codebook: { name, wave, country, book }.
local function all_books()
  local list = {}
  for _, wave in ipairs { { "2016", wave2016 }, { "2017", wave2017 }, { "2018", wave2018 } } do
    for _, country in ipairs(wave[2].countries) do
      list[#list + 1] = { name = wave[1] .. "-" .. country, year = wave[1], country = country,
        book = wave[2].book(country) }
    end
  end
  return list
end

local function by_id(book)
  local map = {}
  for _, item in ipairs(book.items) do map[item.id] = item end
  return map
end

local function level_set(item)
  local set = {}
  for _, level in ipairs(item.levels or {}) do
    set[type(level) == "table" and level[1] or level] = true
  end
  for _, pair in ipairs(item.columns or {}) do set[pair[1]] = true end
  return set
end

describe("codebooks of the RSE surveys", function()
  it("are all accepted by the engine", function()
    for _, one in ipairs(all_books()) do
      assert.has_no.errors(function() bilan.codebook(one.book) end, one.name)
    end
    bilan.codebook(wave2018.whole())
  end)

  it("describe at least 60 concepts, with label and question", function()
    local concepts, count = {}, 0
    for _, one in ipairs(all_books()) do
      for _, item in ipairs(one.book.items) do
        local name = item.concept or item.id
        if not concepts[name] then concepts[name], count = true, count + 1 end
        assert.is_string(item.label, one.name .. " " .. item.id)
        if item.id ~= "row" then assert.is_string(item.question, one.name .. " " .. item.id) end
      end
    end
    assert.is_true(count >= 60, "concepts: " .. count)
  end)

  it("name no column twice for two plain items, but for the bus factor of 2018", function()
    for _, one in ipairs(all_books()) do
      local seen = {}
      for _, item in ipairs(one.book.items) do
        if item.column and item.id ~= "bus_factor_number" then
          assert.is_nil(seen[item.column], one.name .. " " .. item.id)
          seen[item.column] = true
        end
      end
    end
  end)

  it("route by questions that the same form has", function()
    for _, one in ipairs(all_books()) do
      local items = by_id(one.book)
      for _, item in ipairs(one.book.items) do
        local name, answer = (item.universe or ""):match "^([%w_]+) = '(.*)'$"
        if name then
          assert.is_table(items[name], one.name .. " " .. item.id)
          assert.is_true(level_set(items[name])[answer], one.name .. " " .. item.id)
        end
      end
    end
  end)

  -- The wave before of the same country: South Africa changed its code.
  local function earlier_book(one, year)
    local country = one.country == "zaf" and "za" or one.country
    return (year == "2016" and wave2016 or wave2017).book(country)
  end

  it("lead to items and levels that the earlier wave has", function()
    local entries = 0
    for _, one in ipairs(all_books()) do
      for _, item in ipairs(one.book.items) do
        for year, entry in pairs(item.was or {}) do
          local before = by_id(earlier_book(one, year))[entry.item or item.id]
          assert.is_table(before, one.name .. " " .. item.id)
          entries = entries + 1
          for level in pairs(entry.here or {}) do
            assert.is_true(level_set(item)[level],
              ("%s %s here: %s"):format(one.name, item.id, level))
          end
        end
      end
    end
    assert.is_true(entries >= 15, "entries: " .. entries)
  end)

  it("give the country of a variant to the variant only", function()
    local uk, whole = by_id(wave2018.book "uk"), by_id(wave2018.whole())
    assert.equal("edu1quk", uk.education.column)
    assert.is_nil(uk.education.universe)
    assert.equal("edu1qde", uk.education_de.column)
    assert.equal("country = 'Germany'", whole.education_de.universe)
    assert.is_nil(whole.education)
  end)
end)

-- ---- with the data ------------------------------------------------------------------------------

local function run(script)
  local out = os.tmpname()
  os.remove(out)
  local pipe = assert(io.popen(("%s run --no-record --read %s --out %s scripts/rse/%s %s 2>&1")
    :format(program, data, out, script, data)))
  local text = pipe:read "a"
  local ok = pipe:close()
  return text, ok, out
end

local kept = {}
local function output_of(script)
  if not kept[script] then
    local text, ok, out = run(script)
    assert(ok, text)
    kept[script] = { text = text, out = out }
  end
  return kept[script].text, kept[script].out
end

-- "reproduced: 5551 of 5569" under a heading -> 5551, 5569.
local function reproduced(text, heading)
  local from = assert(text:find(heading, 1, true), heading)
  local k, n = text:match("reproduced: (%d+) of (%d+)", from)
  return tonumber(k), tonumber(n)
end

describe("published figures of the RSE surveys", function()
  teardown(function()
    for _, one in pairs(kept) do os.execute("rm -rf " .. one.out) end
  end)

  it_with_data("of 2016 and 2017 are reproduced in at least 95 of 100 comparable counts", function()
    local k, n = reproduced(output_of "published.lua", "2016 and 2017, counts")
    assert.is_true(n >= 1584, "comparable: " .. n)
    assert.is_true(k >= 0.95 * n, ("%d of %d"):format(k, n))
  end)

  it_with_data("of 2018 are reproduced in at least 95 of 100 comparable counts", function()
    local k, n = reproduced(output_of "published.lua", "2018, counts")
    assert.is_true(n >= 1200, "comparable: " .. n)
    assert.is_true(k >= 0.95 * n, ("%d of %d"):format(k, n))
  end)

  it_with_data("that differ all have an explanation that the data bear out", function()
    local text = output_of "published.lua"
    assert.is_nil(text:find("not explained", 1, true))
    assert.is_nil(text:find("do not bear out", 1, true))
    assert.is_truthy(text:find("828 in 2017 and 984 in 2018", 1, true))
  end)

  it_with_data("are written as claims that the audit reads", function()
    local _, out = output_of "published.lua"
    local file = assert(io.open(out .. "/claims-2018-count.tsv"))
    assert.equal("id\tpopulation\tgroup\titem\tlevel\tshare\tn", file:read "l")
    file:close()
  end)

  it_with_data("have the headlines", function()
    local text = output_of "headlines.lua"
    for _, figure in ipairs {
      "Male 232 (88.2 %), Female 30 (11.4 %), Other 1 (0.4 %); 10 without answer; base 263",
      "Male 183 (84.3 %), Female 33 (15.2 %), Other 1 (0.5 %); 36 without answer; base 217",
      "women 2016 to 2017: +3.8 points",
      "Male 219 (83.3 %), Female 34 (12.9 %), Prefer not to say 10 (3.8 %); 62 without answer",
      "bus factor of 1: 124 of 271 = 45.8 %", "hand-over plan: 59 of 273 = 21.6 %",
      "at a university: 203 of 271", "permanent contract: 142 of 272",
      "base answers: 189 of 1250 = 15.1 %", "base answered: 189 of 224 = 84.4 %",
      "de 333, uk 237, us 147, aus 99, nl 54, nzl 37, zaf 23", 'no item "gender"',
      "of those who write code, 32 of 213 = 15.0 %" } do
      assert.is_truthy(text:find(figure, 1, true), figure)
    end
  end)
end)

describe("the years of the RSE surveys", function()
  local uk
  local function waves()
    local surveys = require("surveys").read(data)
    uk = uk or bilan.waves { { "2016", surveys["2016-uk"] }, { "2017", surveys["2017-uk"] },
      { "2018", surveys["2018-uk"] } }
    return uk
  end

  it_with_data("grade at least 60 questions of the United Kingdom between two years", function()
    local w, graded = waves(), 0
    for _, item in ipairs(w:items()) do
      local best = "not asked"
      for _, pair in ipairs { { "2016", "2017" }, { "2017", "2018" }, { "2016", "2018" } } do
        if w:grade(item, pair[1], pair[2]) ~= "not asked" then best = "asked" end
      end
      if best ~= "not asked" then graded = graded + 1 end
    end
    assert.is_true(graded >= 60, "graded: " .. graded)
  end)

  it_with_data("have the grades that a reader of the forms gives", function()
    local w = waves()
    for _, one in ipairs {
      { "identical", "gender", "2016", "2017" }, { "not asked", "gender", "2017", "2018" },
      { "levels merged", "education", "2016", "2017" },
      { "levels merged", "organisation", "2016", "2017" },
      { "levels merged", "contract", "2017", "2018" },
      { "identical", "bus_factor", "2016", "2017" },
      { "levels changed", "bus_factor", "2017", "2018" },
      { "reworded", "handover", "2017", "2018" },
      { "universe changed", "experience", "2017", "2018" },
      { "universe changed", "acknowledged", "2016", "2017" },
      { "levels changed", "considers_leaving", "2017", "2018" },
      { "levels changed", "subject", "2016", "2017" } } do
      assert.equal(one[1], (w:grade(one[2], one[3], one[4])), table.concat(one, " "))
    end
  end)

  it_with_data("make the page of trends, lines broken where the question changed", function()
    local text, out = output_of "trend-2016-2018.lua"
    assert.is_truthy(text:find("page: ", 1, true))
    local file = assert(io.open(out .. "/rse-trend-2016-2018.html"))
    local page = file:read "a"
    file:close()
    assert.is_truthy(page:find("2018: not comparable with 2017", 1, true))
    assert.is_truthy(page:find "those of a%s+model")
  end)
end)
