--- result:get finds one record by its labels in the core, without making any other; what the core
-- leaves open is found among the labels of all records. Both ways must say the same: every query
-- is asked as it is, and with a metatable, which the core does not read.
local bilan = require "bilan"
local core = require "bilan.core"
local _ = bilan.survey -- loads the verbs
local Result = require "bilan.result"
local Survey = require "bilan.survey"
local random_survey = dofile "tests/lua/random_survey.lua"

local random = random_survey.generator(11)

-- Levels that look like numbers, like one another, like kinds of missing and like parts of records.
local labels = {
  q = { "1", "1.0", "01", "yes", "" },
  level = { "yes", "no" },
  banner = { "genre", "x" },
  row = { "yes", "1" },
  p = { "0.5", "1" },
  genre = { "girl", "boy", "1" },
  zone = { "girl", "north", "no answer" },
}
local names <const> = { "q", "level", "banner", "row", "p", "genre", "zone", "number", "ticked" }

local function respondents(rows)
  local columns = { { "number", {} }, { "one", {} }, { "two", {} }, { "weight", {} },
    { "school", {} } }
  for i = 1, rows do
    columns[1][2][i] = random.of { 1, 1.5, 2, 10 }
    columns[2][2][i], columns[3][2][i] = random.below(2), random.below(2)
    columns[4][2][i], columns[5][2][i] = random.below(90) / 7 + 1, i % 9
  end
  for at = 1, 7 do
    local list, values = labels[names[at]], {}
    for i = 1, rows do
      values[i] = random.chance(80) and random.of(list) or random.chance(50)
        and bilan.missing.dont_know or bilan.missing.no_answer
    end
    columns[#columns + 1] = { names[at], values }
  end
  return bilan.survey(columns):group { ticked = { "one", "two" } }
end

local function some(list, most)
  local taken, seen = {}, {}
  for _ = 1, random.below(most + 1) do
    local name = random.of(list)
    if not seen[name] then taken[#taken + 1] = name end
    seen[name] = true
  end
  return taken
end

local groups <const> = { "level", "genre", "zone", "p", "number", "row" }

local makers = {
  function(s)
    return s:proportion(random.of { "q", "level", "genre", "p", "number", "ticked" },
      { by = some(groups, 3), missing = random.of { false, "include" } or nil })
  end,
  function(s)
    return s:proportion("q",
      { by = some(groups, 1), nets = { yes = { "yes", "1" }, low = { "1" } } })
  end,
  function(s) return s:freq(random.of { "q", "row", "ticked" }, { by = some(groups, 2) }) end,
  function(s) return s:proportion("number > 1", { by = some(groups, 2) }) end,
  function(s) return s:mean("number", { by = some(groups, 3) }) end,
  function(s) return s:total(random.of { "number", "q" }, { by = some(groups, 2) }) end,
  function(s) return s:quantile("number", { by = some(groups, 1), p = { 0.25, 0.5 } }) end,
  function(s) return s:ratio("one", "number", { by = some(groups, 2) }) end,
  function(s)
    local across = some({ "genre", "zone", "banner", "level", "row", "p", "ticked", "q" }, 3)
    across[1] = across[1] or "genre"
    if random.chance(20) then across[#across + 1] = across[1] end
    local down = random.of { "q", "level", "row", "banner", "ticked" }
    return s:crosstab(down, across,
      { margins = random.of { true, false }, letters = random.chance(20),
        missing = random.of { false, "include" } or nil,
        nets = random.chance(30) and { yes = { (labels[down] or { "one" })[1] } } or nil })
  end,
}

-- Values beside those that records have.
local strangers <const> = { "1", 1, 1.0, "1.0", "yes", "no answer", "nobody", 0.5, true }

-- A query of some labels of a record of an item, and now and then of something else.
local function query_of(record, item)
  local known = { level = record.level, row = record.row, col = record.col, p = record.p,
    banner = record.banner }
  for name, label in pairs(record.by) do known[name] = label end
  if record.banner and random.chance(30) then known.banner = nil end
  local keys, query = {}, {}
  for key in pairs(known) do keys[#keys + 1] = key end
  table.sort(keys)
  local most = random.below(#keys + 1)
  for _, key in ipairs(keys) do
    if random.below(#keys + 1) <= most then query[key] = known[key] end
  end
  if random.chance(25) then query[random.of(names)] = record.level or "yes" end
  if random.chance(25) then query[random.of(names)] = record.col or "1" end
  if item and random.chance(25) then query[item] = random.of { record.level or "1", "1", "yes" } end
  if random.chance(15) and #keys > 0 then query[random.of(keys)] = random.of(strangers) end
  return query
end

-- What get says of a query: the record, or nil and why, or the error.
local function said(result, query) return { pcall(result.get, result, query) } end

describe("result:get", function()
  it("says_the_same_by_the_core_as_by_all_labels", function()
    local plain = respondents(150)
    local surveys = { plain, plain:design { weights = "weight", clusters = "school" },
      plain:where "number > 1", plain:where "number > 9 and p = '1'" }
    local records, refused = 0, 0
    for _ = 1, 500 do
      local result = random.of(makers)(random.of(surveys))
      local rows = result:rows()
      for _ = 1, #rows > 0 and 16 or 0 do
        local query = query_of(random.of(rows), result.item and result.item.name)
        local quick = said(result, query)
        assert.same(said(result, setmetatable(query, {})), quick)
        if not quick[1] then refused = refused + 1 elseif quick[2] then records = records + 1 end
      end
    end
    assert.is_true(records > 2000 and refused > 500)
  end)

  it("finds_every_record_by_all_its_labels", function()
    local result = respondents(300):crosstab("q", { "genre", "zone" })
    for _, row in ipairs(result:rows()) do
      if row.col then
        assert.same(row, result:get { row = row.row, banner = row.banner, col = row.col })
        assert.same(row, result:get { q = row.row, [row.banner] = row.col })
      end
    end
  end)

  it("makes_nothing_but_the_record_that_is_found", function()
    local table_ = Survey.inside(respondents(300)).table
    local answer = core.estimate.proportion(table_, nil, { item = "q", by = { "genre" } })
    local looked = 0
    local result = Result.later(Result.source(answer), function()
      looked = looked + 1
      return { kind = "proportion", item = "q", by = { "genre" } }
    end)
    assert.equal("girl", result:get({ level = "yes", genre = "girl" }).by.genre)
    assert.equal(0, looked)
    assert.has_error(function() result:get { level = "yes" } end)
    assert.equal(1, looked)
  end)
end)

describe("find, of an answer of the core", function()
  local table_ = Survey.inside(respondents(300)).table
  local shares = core.estimate.proportion(table_, nil, { item = "q", by = { "genre", "zone" } })
  local cross = core.estimate.crosstab(table_, nil, { row = "q", columns = { "genre", "zone" } })

  it("gives_the_place_of_the_one_record", function()
    for i = 1, #shares do
      local head = shares:head(i)
      local genre, zone = head.by.genre, head.by.zone
      assert.equal(i, shares:find { level = head.level, genre = genre, zone = zone })
      assert.equal(i, shares:find { q = head.level, genre = genre, zone = zone })
    end
    for i = 1, #cross do
      local head = cross:head(i)
      local found = cross:find { row = head.row, banner = head.banner, col = head.col }
      assert.equal(i, found)
    end
  end)

  it("leaves_open_what_is_not_a_matter_of_equal_texts", function()
    assert.is_nil(shares:find { level = "yes" })
    assert.is_nil(cross:find { genre = "girl" })
    for _, query in ipairs { { level = 1, genre = "girl", zone = "north" },
      { level = "yes", genre = "girl", zone = "south" }, { "yes" }, { unknown = "yes" }, {},
      setmetatable({ level = "yes", genre = "girl", zone = "north" }, {}) } do
      assert.is_nil(shares:find(query))
      assert.is_nil(cross:find(query))
    end
    assert.is_nil(shares:find(nil))
    local many = {}
    for i = 1, 20 do many["key " .. i] = "yes" end
    assert.is_nil(shares:find(many))
  end)
end)
