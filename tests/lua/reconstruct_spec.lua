-- Whole respondents that have the published figures: every share is counted again from the rows
-- and compared with the printed text.

-- The engine's C part: there already, or in the C module "bilan".
if not pcall(require, "bilan.core") then
  assert(package.loadlib(assert(package.searchpath("bilan", package.cpath)), "luaopen_bilan"))()
end
local reconstruct = require "bilan.reconstruct"
local core = require "bilan.core".claim

local ITD = { claims = "datasets/itd/2022-2023/claims.tsv",
  populations = "datasets/itd/2022-2023/populations.tsv" }
local STEM = { claims = "datasets/stem4her/2023/claims.tsv",
  populations = "datasets/stem4her/2023/populations.tsv" }

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function build(files, population, opts)
  opts = opts or {}
  opts.claims, opts.populations, opts.population = files.claims, files.populations, population
  opts.read = read
  return reconstruct.build(opts)
end

-- The published claims of a population, read independently of the engine.
local function published(files, population)
  local list = {}
  for line in read(files.claims):gmatch "[^\n]+" do
    local id, p, group, item, level, share,
      n = line:match "^(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t"
    if p == population then
      list[#list + 1] = { id = id, group = group, item = item, level = level, share = share,
        n = tonumber(n) }
    end
  end
  return list
end

-- Counts a claim in the rows: k answers of n.
local function recount(r, claim)
  local column, value = claim.group:match "^(.-)=(.*)$"
  local wanted, k, n = {}, 0, 0
  for level in (claim.level .. "|"):gmatch "(.-)|" do wanted[level] = true end
  for i = 1, r.n do
    local answer = r.columns[claim.item][i]
    if (not column or r.columns[column][i] == value) and answer ~= "" then
      n = n + 1
      if wanted[answer] then k = k + 1 end
    end
  end
  return k, n
end

-- Does k of n print as the share, when ties go up?
local function prints(share, k, n)
  local lo, hi = core.counts(share, n, "half_up")
  return lo and k >= lo and k <= hi
end

local function skipped_ids(r)
  local ids = {}
  for _, s in ipairs(r.skipped) do ids[s.id] = s end
  return ids
end

local function check_all(r, files, population)
  local skipped, checked = skipped_ids(r), 0
  for _, claim in ipairs(published(files, population)) do
    local s = skipped[claim.id]
    if not s or s.kept == "share" then
      local k, n = recount(r, claim)
      assert(prints(claim.share, k, n), ("%s: %d of %d is not %s"):format(claim.id, k, n,
        claim.share))
      if claim.n and not s then assert.equal(claim.n, n) end
      checked = checked + 1
    end
  end
  return checked
end

local function size_of(column, value)
  local n = 0
  for _, v in ipairs(column) do n = n + (v == value and 1 or 0) end
  return n
end

describe("reconstruction of ITD 2022-2023", function()
  local college, lycee = build(ITD, "college", { seed = 3 }), build(ITD, "lycee", { seed = 3 })

  it("has every published share of the college", function()
    assert.equal(21, check_all(college, ITD, "college"))
    assert.equal(2, #college.skipped)
  end)

  it("has every published share of the lycee that whole numbers give", function()
    assert.equal(12, check_all(lycee, ITD, "lycee"))
    assert.equal(4, #lycee.skipped)
  end)

  it("has the pupils met, those of unstated gender too", function()
    assert.equal(696, college.n)
    assert.equal(343, size_of(college.columns.genre, "fille"))
    assert.equal(319, size_of(college.columns.genre, "garçon"))
    assert.equal(34, size_of(college.columns.genre, "non précisé"))
    assert.equal(95, lycee.n)
    assert.equal(7, size_of(lycee.columns.genre, "non précisé"))
    for _, name in ipairs(college.names) do assert.equal(696, #college.columns[name]) end
    assert.equal("id", college.names[1])
    assert.equal("genre", college.names[2])
  end)

  it("leaves out with a reason what cannot be", function()
    local skipped = skipped_ids(college)
    assert.equal("share", skipped["intro-moyen"].kept)
    assert.truthy(skipped["intro-moyen"].why:find("697 is above the 696", 1, true))
    skipped = skipped_ids(lycee)
    assert.is_nil(lycee.columns.specialites)
    assert.truthy(skipped["specialite-pc"].why:find("no base under 108", 1, true))
  end)

  it("keeps its counts whatever the seed, and its rows for a seed", function()
    local again, other = build(ITD, "college", { seed = 3 }), build(ITD, "college", { seed = 4 })
    assert.same(college, again)
    assert.same(college.counts, other.counts)
    assert.same(college.columns.genre, other.columns.genre)
    assert.is_false(table.concat(college.columns.orientation,
      ";") == table.concat(other.columns.orientation, ";"))
    assert.equal(21, check_all(other, ITD, "college"))
  end)

  it("gives what is not named to the levels that no claim names", function()
    local r = build(ITD, "college", { items = {
      { id = "orientation", levels = { "générale", "professionnelle", "technologique/autre",
        "ne sait pas" } },
      { id = "metier_connu", levels = { "oui", "non" } } } })
    assert.equal(0, size_of(r.columns.orientation, "autre réponse"))
    assert.is_true(size_of(r.columns.orientation, "technologique/autre") >= 25)
    assert.equal(661, size_of(r.columns.metier_connu, "oui") + size_of(r.columns.metier_connu,
      "non"))
    assert.equal(21, check_all(r, ITD, "college"))
  end)

  it("is marked synthetic", function()
    assert.is_true(college.synthetic)
    assert.equal("college-001", college.columns.id[1])
  end)
end)

describe("reconstruction of STEM4Her 2023", function()
  it("has 4 and 9 of 11", function()
    local r = build(STEM, "laureates", { size = 11 })
    assert.equal(2, check_all(r, STEM, "laureates"))
    assert.equal(4, size_of(r.columns.aide_doutes, "oui"))
    assert.equal(9, size_of(r.columns.aide_objectifs, "oui"))
  end)

  it("does not take about ten for a size", function()
    local ok, message = pcall(build, STEM, "laureates")
    assert.is_false(ok)
    assert.truthy(message:find("size of population laureates is not known", 1, true))
  end)
end)

describe("reconstruction", function()
  local HEAD = "id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n"

  it("lays out several answers each with their net", function()
    local r = reconstruct.build {
      claims = HEAD .. "a\tp\tall\ti\tx\t50%\t100\tmultiple\nb\tp\tall\ti\ty\t40%\t100\t\n"
        .. "c\tp\tall\ti\tx|y\t70%\t100\t\nd\tp\tall\ti\tz\t30%\t100\t\ne\tp\ts=f\ti\tx\t25%\t40\t\n",
      populations = "population\tgroup\tsize\np\tall\t110\np\ts=f\t50\n",
    }
    local x, y, z = r.columns["i: x"], r.columns["i: y"], r.columns["i: z"]
    local any, girls = 0, 0
    for i = 1, r.n do
      any = any + ((x[i] == "1" or y[i] == "1") and 1 or 0)
      girls = girls + ((r.columns.s[i] == "f" and x[i] == "1") and 1 or 0)
    end
    assert.equal(50, size_of(x, "1"))
    assert.equal(40, size_of(y, "1"))
    assert.equal(30, size_of(z, "1"))
    assert.equal(70, any)
    assert.equal(10, girls)
    assert.equal(10, size_of(x, ""))
  end)

  it("keeps what holds of contradictory claims, in file order", function()
    local r = reconstruct.build {
      claims = HEAD .. "a\tp\tall\ti\tx\t50%\t100\t\n"
        .. "b\tp\tall\ti\tx|y\t40%\t100\t\nc\tp\tall\ti\tz\t30%\t100\t\n",
      populations = "population\tgroup\tsize\np\tall\t100\n",
    }
    assert.same({ "a", "c" }, r.kept)
    assert.equal("b", r.skipped[1].id)
    assert.equal(50, size_of(r.columns.i, "x"))
    assert.equal(30, size_of(r.columns.i, "z"))
  end)

  -- A whole-number survey is drawn, its shares are printed, and a reconstruction must have them
  -- all: nothing may be left out.
  it("has every share of 200 random surveys", function()
    local state = 11
    local function below(n)
      state = (state * 6364136223846793005 + 1442695040888963407)
      return (state >> 33) % n
    end
    local function percent(k, n, decimals)
      local scale = math.tointeger(10 ^ decimals)
      local digits = (200 * scale * k + n) // (2 * n)
      return decimals == 0 and digits .. "%"
        or ("%d.%0" .. decimals .. "d%%"):format(digits // scale, digits % scale)
    end
    for i = 1, 200 do
      local scale, decimals, rows = ({ 8, 60, 400 })[i % 3 + 1], i % 2, {}
      local groups = { f = { 0, 0, 0 }, g = { 0, 0, 0 }, [""] = { 0, 0, 0 } }
      local all, sizes, base = { 0, 0, 0 }, {}, 0
      for _, name in ipairs { "f", "g", "" } do
        sizes[name] = below(5)
        for l = 1, 3 do
          local n = (name == "" and 0 or 1) + below(name == "" and 3 or scale)
          groups[name][l], all[l] = n, all[l] + n
          sizes[name], base = sizes[name] + n, base + n
        end
      end
      local function publish(group, counts, n, level, k, printed)
        rows[#rows + 1] = ("c%d\tp\t%s\ti\t%s\t%s\t%s\t"):format(#rows + 1, group, level,
          percent(k or counts, n, decimals), printed and n or "")
      end
      for l = 1, 2 do publish("all", all[l], base, "l" .. l, nil, true) end
      publish("all", nil, base, "l2|l3", all[2] + all[3], true)
      for _, name in ipairs { "f", "g" } do
        local c = groups[name]
        publish("s=" .. name, c[1], c[1] + c[2] + c[3], "l1", nil, below(2) == 1)
      end
      local r = reconstruct.build {
        claims = HEAD .. table.concat(rows, "\n"), seed = i,
        populations = ("population\tgroup\tsize\np\tall\t%d\np\ts=f\t%d\np\ts=g\t%d\n"):format(
          sizes.f + sizes.g + sizes[""], sizes.f, sizes.g),
      }
      assert.equal(0, #r.skipped)
      for _, line in ipairs(rows) do
        local group, level, share, n = line:match "^c%d+\tp\t(.-)\ti\t(.-)\t(.-)\t(.-)\t"
        local claim = { group = group, item = "i", level = level }
        local k, m = recount(r, claim)
        assert(prints(share, k, m), share)
        if n ~= "" then assert.equal(tonumber(n), m) end
      end
    end
  end)

  it("refuses a population without claims and unknown options", function()
    local ok, message = pcall(build, ITD, "colege")
    assert.is_false(ok)
    assert.truthy(message:find('did you mean "college"', 1, true))
    ok, message = pcall(build, ITD, "college", { sed = 1 })
    assert.is_false(ok)
    assert.truthy(message:find('did you mean "seed"', 1, true))
  end)
end)
