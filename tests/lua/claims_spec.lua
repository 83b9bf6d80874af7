-- The audit of published figures: what a careful reader finds in the figures of two programmes,
-- strict reading of the tables, and properties checked against brute force.

-- The engine's C part: there already, or in the C module "bilan".
if not pcall(require, "bilan.core") then
  assert(package.loadlib(assert(package.searchpath("bilan", package.cpath)), "luaopen_bilan"))()
end
local claims = require "bilan.claims"
local core = require "bilan.core".claim

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local HEAD = "id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n"
local SIZES = "population\tgroup\tsize\n"

-- Lines of claims: id, population, group, item, level, share, n, note.
local function lines(...)
  local list = {}
  for i, row in ipairs { ... } do list[i] = table.concat(row, "\t") end
  return table.concat(list, "\n") .. "\n"
end

local function audit(rows, sizes, opts)
  opts = opts or {}
  opts.populations = sizes and SIZES .. sizes
  return claims.audit(HEAD .. rows, opts)
end

local function finding(result, id, kind)
  for _, f in ipairs(result:findings()) do
    if (f.id == id or f.population == id) and f.kind == kind then return f end
  end
end

describe("the figures of ITD 2022-2023", function()
  local itd = claims.audit("datasets/itd/2022-2023/claims.tsv",
    { populations = "datasets/itd/2022-2023/populations.tsv", read = read })

  it("gives one row per claim in file order", function()
    assert.equal(40, #itd:rows())
    assert.equal("orientation-generale", itd:rows()[1].id)
    assert.equal("adapte", itd:rows()[40].id)
  end)

  it("finds 697 answers of 696 pupils", function()
    for _, id in ipairs { "intro-interessante", "intro-moyen" } do
      local row = itd:get(id)
      assert.equal("conflict", row.verdict)
      assert.truthy(row.why:find("697", 1, true) and row.why:find("696", 1, true))
    end
    assert.same({ 457, 463 }, itd:get("intro-interessante").counts)
  end)

  it("finds that girls and boys are not all pupils, without calling it an error", function()
    local college, lycee = itd:populations()[1], itd:populations()[4]
    assert.equal("consistent", college.verdict)
    assert.truthy(college.why:find("343 + 319 = 662 of 696: 34", 1, true))
    assert.equal("consistent", lycee.verdict)
    assert.truthy(lycee.why:find("40 + 48 = 88 of 95: 7", 1, true))
  end)

  it("finds that 5 % of the orientations are not named and the mixtures agree", function()
    local row = itd:get "orientation-generale"
    assert.equal("consistent", row.verdict)
    assert.truthy(row.why:find("sum to 95%: 5% of the answers (25 to 42 of 665)", 1, true))
    assert.truthy(row.why:find("agrees with 74% (genre=fille) and 56% (genre=garçon)", 1, true))
    row = itd:get "orientation-pro"
    assert.truthy(row.why:find("agrees with 13% (genre=fille) and 26% (genre=garçon)", 1, true))
  end)

  it("finds that the specialities are no shares of pupils", function()
    for _, id in ipairs { "maths", "pc", "pc2", "bio" } do
      local row = itd:get("specialite-" .. id)
      assert.equal("impossible", row.verdict)
      assert.equal(108, row.smallest_n)
      for _, words in ipairs { "no base under 108", "No base under 150", "40.0% and 10.0%",
        "95" } do
        assert.truthy(row.why:find(words, 1, true), words)
      end
    end
  end)

  it("finds one level printed under two spellings", function()
    local f = finding(itd, "specialite-pc2", "twice")
    assert.truthy(f.why:find("specialite-pc", 1, true))
    assert.truthy(finding(itd, "specialite-pc", "twice"))
    assert.is_nil((finding(itd, "specialite-bio", "twice")))
  end)

  it("takes C, C++ and C# for three levels", function()
    local rows = {}
    for place, level in ipairs { "C", "C++", "C#" } do
      rows[place] = { id = level, population = "p", group = "all", item = "i", level = level,
        share = 10 * place .. "%", n = 100 }
    end
    for _, row in ipairs(claims.audit(rows, { kinds = { i = "multiple" } }):rows()) do
      assert.equal("consistent", row.verdict)
    end
  end)

  it("names the bases of teachers and speakers", function()
    local row = itd:get "attentes"
    assert.equal(23, row.smallest_n)
    assert.equal(21, row.counts)
    assert.truthy(row.why:find("23 (21 of 23), then 46 (42 of 46)", 1, true))
    row = itd:get "adapte"
    assert.equal(19, row.smallest_n)
    assert.truthy(row.why:find("19 (18 of 19), then 38 (36 of 38), then 57 (54 of 57)", 1, true))
  end)

  it("names the bases that the boys of the lycee must have", function()
    for _, id in ipairs { "metiers-interessant-lycee", "metiers-interessant-lycee-g" } do
      local row = itd:get(id)
      assert.equal("consistent", row.verdict)
      assert.truthy(row.why:find("35, 38 or 41 of the 48", 1, true))
    end
  end)

  it("calls the other thirty-four consistent", function()
    local n = 0
    for _, row in ipairs(itd:rows()) do n = n + (row.verdict == "consistent" and 1 or 0) end
    assert.equal(34, n)
    assert.equal(6, #itd:conflicts())
  end)

  it("gives smallest_n only where n is not given", function()
    assert.is_nil(itd:get("orientation-generale").smallest_n)
    assert.equal(17, itd:get("atypique-f").smallest_n)
    assert.equal(17, itd:get("metiers-interessant-lycee").smallest_n)
  end)

  it("speaks French", function()
    local french = claims.audit(read "datasets/itd/2022-2023/claims.tsv",
      { populations = read "datasets/itd/2022-2023/populations.tsv", lang = "fr" })
    assert.truthy(french:get("intro-moyen").why:find("697 réponses pour une population de 696", 1,
      true))
    assert.truthy(tostring(french):find("28,7\u{202F}%", 1, true) == nil)
    assert.truthy(tostring(french):find("91,3\u{202F}%", 1, true))
    assert.equal("impossible", french:get("specialite-pc").verdict)
  end)
end)

describe("the figures of STEM4Her 2023", function()
  it("list which bases of about ten fit, with their counts", function()
    local stem = claims.audit(read "datasets/stem4her/2023/claims.tsv",
      { populations = read "datasets/stem4her/2023/populations.tsv" })
    for _, row in ipairs(stem:rows()) do
      assert.equal("consistent", row.verdict)
      assert.truthy(row.why:find("n = 11: 4 (36.4%) and 9 (81.8%)", 1, true))
    end
  end)
end)

describe("a single share", function()
  it("is impossible on a base that has no such count", function()
    local row = audit(lines { "a", "p", "all", "i", "yes", "37%", "10" }):get "a"
    assert.equal("impossible", row.verdict)
    assert.truthy(row.why:find("3 of 10 is 30.0% and 4 of 10 is 40.0%", 1, true))
    assert.is_nil(row.counts)
  end)

  it("takes ties both ways unless a rule is named", function()
    local rows = lines({ "a", "p", "all", "i", "yes", "13%", "8" },
      { "b", "p", "all", "j", "yes", "12%", "8" })
    local both = audit(rows)
    assert.equal("consistent", both:get("a").verdict)
    assert.equal("consistent", both:get("b").verdict)
    local up = audit(rows, nil, { rounding = "half_up" })
    assert.equal("consistent", up:get("a").verdict)
    assert.equal("impossible", up:get("b").verdict)
  end)

  it("counts the printed decimals", function()
    local result = audit(lines({ "a", "p", "all", "i", "yes", "28%", "25" },
      { "b", "p", "all", "j", "yes", "28.0%", "25" },
        { "c", "p", "all", "k", "yes", "28.0%", "29" },
      { "d", "p", "all", "l", "yes", "28%", "29" }))
    assert.equal("consistent", result:get("b").verdict)
    assert.equal("impossible", result:get("c").verdict)
    assert.equal("consistent", result:get("d").verdict)
    assert.equal(8, result:get("d").counts)
  end)

  it("is impossible when every base that fits is larger than the population", function()
    local row = audit(lines { "a", "p", "all", "i", "yes", "28.7%" }, "p\tall\t86\n",
      { rounding = "half_up" }):get "a"
    assert.equal("impossible", row.verdict)
    assert.equal(87, row.smallest_n)
  end)

  it("is impossible without a base when no base has it", function()
    assert.equal("impossible", audit(lines { "a", "p", "all", "i", "yes", ">100%" }):get("a").verdict)
  end)

  it("cannot be tested when it is weighted", function()
    local row = audit(lines { "a", "p", "all", "i", "yes", "37%", "10", "weighted" }):get "a"
    assert.equal("unverifiable", row.verdict)
  end)

  it("may be a comparator", function()
    local result = audit(lines({ "a", "p", "all", "i", "yes", ">50%", "10" },
      { "b", "p", "all", "j", "yes", ">100%", "10" },
        { "c", "p", "all", "k", "yes", "<10%", "10" }))
    assert.same({ 6, 10 }, result:get("a").counts)
    assert.equal("impossible", result:get("b").verdict)
    assert.equal(0, result:get("c").counts)
  end)
end)

describe("shares together", function()
  it("conflict when the levels are more than everybody", function()
    local rows = lines({ "a", "p", "all", "i", "x", "60%", "100" },
      { "b", "p", "all", "i", "y", "45%", "100" })
    local result = audit(rows)
    assert.equal("conflict", result:get("a").verdict)
    assert.truthy(result:get("b").why:find("105%", 1, true))
    assert.equal("consistent", audit(rows, nil, { kinds = { i = "multiple" } }):get("a").verdict)
  end)

  it("do not conflict by rounding alone", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "33.4%", "3000" },
      { "b", "p", "all", "i", "y", "33.4%", "3000" },
        { "c", "p", "all", "i", "z", "33.3%", "3000" }))
    assert.equal("consistent", result:get("a").verdict)
  end)

  it("conflict when the whole is no mixture of its parts", function()
    local rows = lines({ "all", "p", "all", "i", "x", "80%", "665" },
      { "f", "p", "sex=f", "i", "x", "74%" },
      { "g", "p", "sex=g", "i", "x", "56%" }, { "z", "p", "all", "j", "x", "10%", "665" })
    local result = audit(rows, "p\tall\t696\np\tsex=f\t343\np\tsex=g\t319\n")
    for _, id in ipairs { "all", "g" } do assert.equal("conflict", result:get(id).verdict) end
    assert.equal("consistent", result:get("z").verdict)
  end)

  it("name a smallest contradiction only", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "50%", "10" },
      { "b", "p", "s=f", "i", "x", "100%", "9" },
      { "c", "p", "s=g", "i", "y", "50%", "2" }), "p\tall\t20\n")
    assert.equal("conflict", result:get("a").verdict)
    assert.equal("conflict", result:get("b").verdict)
    assert.equal("consistent", audit(lines({ "a", "p", "all", "i", "x", "50%", "10" },
      { "b", "p", "s=f", "i", "x", "100%", "5" },
        { "c", "p", "s=g", "i", "y", "50%", "2" })):get("c").verdict)
  end)

  it("conflict when a net is less than its level", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "50%", "100" },
      { "b", "p", "all", "i", "x|y", "45%", "100" }))
    assert.equal("conflict", result:get("a").verdict)
    assert.equal("conflict", result:get("b").verdict)
  end)

  it("conflict when levels of one item have two bases", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "50%", "100" },
      { "b", "p", "all", "i", "y", "45%", "99" }))
    assert.equal("conflict", result:get("a").verdict)
    assert.equal("conflict", result:get("b").verdict)
  end)

  it("conflict when parts have more answers than the whole", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "50%", "100" },
      { "b", "p", "s=f", "i", "x", "50%", "60" },
      { "c", "p", "s=g", "i", "x", "50%", "60" }))
    for _, id in ipairs { "a", "b", "c" } do assert.equal("conflict", result:get(id).verdict) end
  end)

  it("are not called impossible because a base was not looked for far enough", function()
    local rows = lines({ "a", "p", "all", "i", "x", "28.71234%" },
      { "b", "p", "all", "i", "y", "16.71239%" })
    assert.equal("unverifiable", audit(rows):get("a").verdict)
    assert.equal("impossible", audit(rows, "p\tall\t9000\n"):get("a").verdict)
  end)

  it("of groups that may overlap do not conflict", function()
    local rows = lines({ "a", "p", "all", "i", "x", "50%", "10" },
      { "b", "p", "age>=15", "i", "x", "50%", "8" }, { "c", "p", "age>=12", "i", "x", "50%", "10" },
      { "d", "p", "sex=f", "i", "x", "50%", "6" }, { "e", "p", "sex=f, age=15", "i", "x", "50%", "6" })
    for _, row in ipairs(audit(rows):rows()) do assert.equal("consistent", row.verdict) end
  end)

  it("too many for the solver are not decided, and no error", function()
    local rows = {}
    for i = 1, 90 do rows[i] = { "c" .. i, "p", "all", "i", "level " .. i, "1%" } end
    assert.equal("unverifiable", audit(lines(table.unpack(rows))):get("c1").verdict)
  end)

  it("look for one base of all levels", function()
    local result = audit(lines({ "a", "p", "all", "i", "x", "33%" },
      { "b", "p", "all", "i", "y", "40%" }))
    assert.equal(15, result:get("a").smallest_n) -- 5 and 6 of 15; no smaller base has both
    assert.equal(5, result:get("a").counts)
    assert.equal(6, result:get("b").counts)
  end)
end)

describe("populations", function()
  it("conflict when the groups are more than the whole", function()
    local result = audit(lines { "a", "p", "all", "i", "x", "50%" },
      "p\tall\t10\np\ts=f\t6\np\ts=g\t5\n")
    assert.equal("conflict", result:populations()[1].verdict)
    assert.equal("consistent", result:get("a").verdict)
  end)

  it("are seen to add up", function()
    local result = audit(lines { "a", "p", "all", "i", "x", "50%" },
      "p\tall\t100\nq\tall\t50\nr\tall\t150\n")
    assert.truthy(result:populations()[3].why:find("150 = 100 (p) + 50 (q)", 1, true))
  end)
end)

describe("with data", function()
  local rows = lines({ "a", "p", "all", "i", "x", "50%", "10" },
    { "b", "p", "all", "j", "x", "50%" },
    { "c", "p", "all", "k", "x", "50%", "10" }, { "d", "q", "all", "k", "x", "50%", "10" })
  local result = audit(rows, nil, {
    surveys = { p = {} },
    share = function(_, _, item, levels)
      assert.same({ "x" }, levels)
      if item == "i" then return 5, 10 end
      if item == "j" then return { { k = 3, n = 10, base = "asked" },
        { k = 3, n = 6, base = "answered" } } end
      return 7, 10
    end,
  })

  it("is reproduced with the counts and the base", function()
    assert.equal("reproduced", result:get("a").verdict)
    assert.truthy(result:get("a").why:find("5 of 10 = 50.0%", 1, true))
    assert.truthy(result:get("b").why:find("3 of 6 = 50.0% (base: answered)", 1, true))
  end)

  it("is contradicted with the counts", function()
    assert.equal("contradicted", result:get("c").verdict)
    assert.truthy(result:get("c").why:find("7 of 10 = 70.0%", 1, true))
  end)

  it("says nothing of a population without data", function()
    assert.equal("consistent", result:get("d").verdict)
  end)

  it("is contradicted when only the base differs", function()
    local other = audit(lines { "a", "p", "all", "i", "x", "50%", "10" }, nil,
      { share = function() return 6, 12 end })
    assert.equal("contradicted", other:get("a").verdict)
    assert.truthy(other:get("a").why:find("6 of 12", 1, true))
  end)
end)

describe("reading tables", function()
  local function message(text, sizes, opts)
    opts = opts or { file = "c.tsv", populations_file = "p.tsv" }
    opts.populations = sizes
    local ok, err = pcall(claims.audit, text, opts)
    assert.is_false(ok)
    return err
  end
  local good = lines { "a", "p", "all", "i", "x", "50%", "10" }

  it("names file and line of what is wrong", function()
    assert.equal('c.tsv:1: unknown column "shar"; did you mean "share"?',
      message "id\tpopulation\tgroup\titem\tlevel\tshar\nx\n")
    assert.equal('c.tsv:1: missing column "share"', message "id\tpopulation\tgroup\titem\tlevel\n")
    assert.truthy(message(HEAD .. good .. "b\tp\tall\ti\tx\t65\n"):find('^c.tsv:3: share "65"'))
    assert.truthy(message(HEAD .. "b\tp\tall\ti\tx\t65%\tmany\n"):find('^c.tsv:2: n "many" is not'))
    assert.truthy(message(HEAD .. "b\tp\tall\ti\tx\t65%\t0\n"):find('^c.tsv:2: n "0" is not'))
    assert.equal('c.tsv:4: id "a" stands twice; first at c.tsv:2',
      message(HEAD .. good .. "\n" .. good))
    assert.truthy(message(HEAD
      .. "a\tb\tc\td\te\t5%\t\t\tmore\n"):find "^c.tsv:2: 9 fields; expected 8")
    assert.equal('c.tsv:2: column "item" is empty', message(HEAD .. "a\tp\tall\t\tx\t5%\n"))
    assert.truthy(message(HEAD .. good,
      SIZES .. "p\tall\tten\n"):find '^p.tsv:2: size "ten" is not')
    assert.truthy(message("", nil,
      { file = "c.tsv", read = function() return "" end }):find "^:1: empty")
  end)

  it("accepts CR LF, a byte order mark, another order, missing last fields", function()
    local text = "\xEF\xBB\xBFshare\tid\tlevel\titem\tgroup\tpopulation\r\n50%\ta\tx\ti\tall\tp\r\n"
    assert.equal("consistent", claims.audit(text):get("a").verdict)
  end)

  it("accepts rows as tables", function()
    local rows = { { id = "a", population = "p", group = "all", item = "i", level = "x",
      share = "50%", n = 10 } }
    assert.equal(5, claims.audit(rows):get("a").counts)
    rows[1].shares = "1%"
    assert.truthy(message(rows):find 'row 1: unknown column "shares"; did you mean "share"%?$')
  end)

  it("refuses unknown options and languages", function()
    assert.truthy(message(HEAD .. good, nil, { popultions = 1 }):find 'did you mean "populations"')
    assert.truthy(message(HEAD .. good, nil, { lang = "de" }):find 'no sentences in "de"')
  end)
end)

-- ---- properties ---------------------------------------------------------------------------

local state = 1
local function below(n) -- splitmix64, 0 to n - 1
  state = state + 0x9E3779B97F4A7C15
  local z = (state ~ (state >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  return ((z ~ (z >> 31)) >> 1) % n
end

-- 100 k / n with decimals, by a rule, as text.
local function print_share(k, n, decimals, even)
  local whole = 100 * math.tointeger(10 ^ decimals) * k
  local q, twice = whole // n, 2 * (whole % n)
  if twice > n or (twice == n and (not even or q % 2 == 1)) then q = q + 1 end
  if decimals == 0 then return q .. "%" end
  local text = ("0"):rep(decimals + 1 - #tostring(q)) .. q
  return text:sub(1, -decimals - 1) .. "." .. text:sub(-decimals) .. "%"
end

-- Respondents: group -> level -> count (level 0: no answer). Group 0 is unstated.
local function random_survey()
  local s = { groups = 2 + below(2), levels = 2 + below(4), count = {}, size = {}, base = {} }
  for g = 0, s.groups do
    s.count[g], s.size[g], s.base[g] = {}, 0, 0
    local scale = ({ 5, 60, 300 })[1 + below(3)]
    for l = 0, s.levels do
      local n = (l == 0 or g == 0) and below(1 + scale // 8) or below(scale)
      s.count[g][l], s.size[g] = n, s.size[g] + n
      if l > 0 then s.base[g] = s.base[g] + n end
    end
  end
  return s
end

local function sum_of(s, field)
  local n = 0
  for g = 0, s.groups do n = n + s[field][g] end
  return n
end

local function count_of(s, group, from, to)
  local k = 0
  for g = group or 0, group or s.groups do
    for l = from, to do k = k + s.count[g][l] end
  end
  return k
end

-- Adds a published claim on levels from..to of a group (nil: all).
local function publish(s, rows, group, from, to)
  local base = group and s.base[group] or sum_of(s, "base")
  if base == 0 then return end
  local level = {}
  for l = from, to do level[#level + 1] = "l" .. l end
  rows[#rows + 1] = {
    id = #rows + 1, population = "p", group = group and "g=" .. group or "all", item = "i",
    level = table.concat(level, "|"), n = s.with_n and base or nil,
    share = print_share(count_of(s, group, from, to), base, s.decimals, s.even),
  }
end

local function publish_all(s)
  local rows = {}
  s.decimals, s.even = below(3), below(2) == 1
  local from = 1 + below(s.levels)
  local to = from + below(s.levels - from + 1)
  for g = 0, s.groups do
    local group = g > 0 and g or nil
    s.with_n = below(2) == 1
    for l = 1, s.levels do
      if below(3) > 0 then publish(s, rows, group, l, l) end
    end
    if to > from and below(2) == 1 then publish(s, rows, group, from, to) end
  end
  return rows
end

local function populations(s)
  local rows = { { population = "p", group = "all", size = sum_of(s, "size") } }
  for g = 1, s.groups do
    if s.size[g] > 0 then rows[#rows + 1] = { population = "p", group = "g=" .. g,
      size = s.size[g] } end
  end
  return rows[1].size > 0 and rows or nil
end

describe("properties", function()
  it("2,000 random surveys are never refused", function()
    local undecided = 0
    state = 1
    for i = 1, 2000 do
      local s = random_survey()
      local rows = publish_all(s)
      local result = claims.audit(rows, { populations = below(4) > 0 and populations(s) or nil })
      for _, row in ipairs(result:rows()) do
        if row.verdict == "unverifiable" then undecided = undecided + 1
        elseif row.verdict ~= "consistent" then
          error(("survey %d, %s %s %s: %s %s"):format(i, row.group, row.level, row.share,
            row.verdict, row.why))
        end
      end
      assert.equal(0, #result:conflicts())
    end
    assert.is_true(undecided <= 100)
  end)

  it("a share of a known base is impossible exactly when no count prints so", function()
    state = 2
    for _ = 1, 2000 do
      local n, decimals = 1 + below(60), below(2)
      local share = print_share(below(1001), 1000, decimals)
      local possible = false
      for k = 0, n do
        if print_share(k, n, decimals) == share or print_share(k, n, decimals, true) == share then
          possible = true
        end
      end
      -- half down is the third rule in use: a tie printed as the lower neighbour
      possible = possible or core.counts(share, n, "half_down") ~= nil
      local row = audit(lines { "a", "p", "all", "i", "x", share, n }):get "a"
      assert.equal(possible and "consistent" or "impossible", row.verdict)
    end
  end)

  it("two groups that are all refuse exactly the mixtures that no counts give", function()
    state = 3
    local refused = 0
    for _ = 1, 500 do
      local n = { 1 + below(30), 1 + below(30) }
      local k = { below(n[1] + 1), below(n[2] + 1) }
      local f, g = print_share(k[1], n[1], 0), print_share(k[2], n[2], 0)
      local whole = print_share(below(101), 100, 0)
      local possible = false
      for a = 0, n[1] do
        for b = 0, n[2] do
          if print_share(a, n[1], 0) == f and print_share(b, n[2], 0) == g
            and print_share(a + b, n[1] + n[2], 0) == whole then possible = true end
        end
      end
      local result = claims.audit({
        { id = "a", population = "p", group = "all", item = "i", level = "x", share = whole,
          n = n[1] + n[2] },
        { id = "f", population = "p", group = "s=f", item = "i", level = "x", share = f, n = n[1] },
        { id = "g", population = "p", group = "s=g", item = "i", level = "x", share = g, n = n[2] },
      }, { rounding = "half_up", populations = { { population = "p", group = "all",
        size = n[1] + n[2] },
        { population = "p", group = "s=f", size = n[1] },
          { population = "p", group = "s=g", size = n[2] } } })
      local verdict = result:get("a").verdict
      assert.equal(possible, verdict == "consistent")
      refused = refused + (possible and 0 or 1)
    end
    assert.is_true(refused > 200 and refused < 500)
  end)
end)
