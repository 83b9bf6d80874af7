-- The worked example of classes as clusters, on the reconstructed ITD answers of 2022-2023:
-- what it deals, what it estimates, and that a second run writes the same bytes.
--
-- The oracle of the design effect is Kish's 1 + (m - 1) rho, with m the answers a class and rho
-- the intra-class correlation measured here from the pupils' answers, by pairs and not as the
-- script does. Linearised variances of 30 classes differ from it by a factor of about
-- 1 + (1 - 1 / m) / 30 and by unequal classes: 5 % is allowed. An interval by classes is then
-- wider by the root of that, and by the ratio of Student's to the normal quantile; the two kinds
-- of interval (logit and Wilson) differ by less than 2 % of their width at these shares.
local program = (os.getenv "BUILD" or "build") .. "/bilan"
local stat = require("bilan").stat

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

-- What a script prints, run from the root of the project.
local function run(text)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -p " .. folder))
  local file = assert(io.open(folder .. "/driver.lua", "wb"))
  file:write(text)
  file:close()
  local pipe = assert(io.popen(("%s run --no-record --read . --out %s/out %s/driver.lua 2>&1"):format(program,
    folder, folder)))
  local out = pipe:read "a"
  assert(pipe:close(), out)
  local page = io.open(folder .. "/out/classes-2022-2023.html", "rb")
  local html = page and page:read "a"
  if page then page:close() end
  os.execute("rm -rf " .. folder)
  return out, html
end

local driver <const> = [[
local made = dofile "scripts/itd/classes-2022-2023.lua"
local function tell(kind, one)
  for _, row in ipairs(one.rows) do
    print("@", kind, row.id, one.classes, row.rho, row.c.n, row.c.value, row.c.low, row.c.high,
      row.a.low, row.a.high, row.c.deff, row.kish, row.ratio, row.df, row.effective_n)
  end
end
for at, one in ipairs(made.scenarios) do tell(at, one) end
tell("finite", made.finite)
tell("lycee", made.lycee)
local one = made.scenarios[3].survey
local class, answer = one:column "classe", one:column "satisfait"
for row = 1, #one do print("#", class[row], answer[row]) end
]]

local names <const> = { "kind", "id", "classes", "rho", "n", "value", "low", "high", "alone_low",
  "alone_high", "deff", "kish", "ratio", "df", "effective_n" }

-- Records of the lines that start with @, and { class, answer } of those that start with #.
local function records_of(out)
  local records, pupils = {}, {}
  for line in out:gmatch "@\t([^\n]+)" do
    local record, at = {}, 0
    for word in (line .. "\t"):gmatch "(.-)\t" do
      at = at + 1
      record[names[at]] = tonumber(word) or word
    end
    records[#records + 1] = record
  end
  for class, answer in out:gmatch "#\t([^\t\n]+)\t([^\n]+)" do pupils[#pupils + 1] = { class, answer } end
  return records, pupils
end

local function of_kind(records, kind)
  local found = {}
  for _, record in ipairs(records) do
    if record.kind == kind then found[#found + 1] = record end
  end
  return found
end

-- The mean product of deviations over all pairs of pupils of one class, by their variance.
local function pairwise_correlation(pupils)
  local groups, sum, n, list = {}, 0, 0, {}
  for _, pupil in ipairs(pupils) do
    local y = pupil[2] == "oui" and 1 or (pupil[2] == "non" or pupil[2] == "sans avis") and 0 or nil
    if y then
      if not groups[pupil[1]] then
        groups[pupil[1]] = {}
        list[#list + 1] = groups[pupil[1]]
      end
      local group = groups[pupil[1]]
      group[#group + 1], sum, n = y, sum + y, n + 1
    end
  end
  local mean, products, pairs_ = sum / n, 0, 0
  for _, group in ipairs(list) do
    for i = 1, #group do
      for j = i + 1, #group do
        products = products + (group[i] - mean) * (group[j] - mean)
        pairs_ = pairs_ + 1
      end
    end
  end
  return products / pairs_ / (mean * (1 - mean)), #list
end

local function near(expected, got, relative)
  assert.is_true(math.abs(got - expected) <= relative * math.abs(expected),
    ("%g is not within %g of %g"):format(got, relative, expected))
end

describe("classes as clusters, ITD 2022-2023", function()
  local out, html, records, pupils

  setup(function()
    out, html = run(driver)
    records, pupils = records_of(out)
  end)

  it("deals_every_pupil_to_a_class_of_at_most_35", function()
    assert.equal(696, #pupils)
    local sizes, classes = {}, 0
    for _, pupil in ipairs(pupils) do
      if not sizes[pupil[1]] then classes = classes + 1 end
      sizes[pupil[1]] = (sizes[pupil[1]] or 0) + 1
    end
    assert.equal(30, classes)
    for class, size in pairs(sizes) do
      assert.is_true(size == 23 or size == 24, class .. ": " .. size)
    end
  end)

  it("reaches_the_correlations_it_states", function()
    for at, rho in ipairs { 0, 0.05, 0.10 } do
      for _, record in ipairs(of_kind(records, at)) do
        assert.is_true(math.abs(record.rho - rho) <= 0.0005, record.id)
      end
    end
    local rho = pairwise_correlation(pupils)
    assert.is_true(math.abs(rho - 0.10) < 0.01, "by pairs: " .. rho)
  end)

  it("changes_no_share", function()
    local first = of_kind(records, 1)
    assert.equal(5, #first)
    for _, kind in ipairs { 2, 3 } do
      for at, record in ipairs(of_kind(records, kind)) do
        near(first[at].value, record.value, 1e-12)
        assert.equal(first[at].n, record.n)
      end
    end
  end)

  it("makes_intervals_wider_the_more_alike_pupils_are", function()
    local by = { of_kind(records, 1), of_kind(records, 2), of_kind(records, 3) }
    for at = 1, 5 do
      local width = {}
      for kind = 1, 3 do width[kind] = by[kind][at].high - by[kind][at].low end
      assert.is_true(width[1] < width[2] and width[2] < width[3], by[1][at].id)
      assert.is_true(by[3][at].ratio > 1.7 * by[1][at].ratio, by[1][at].id)
    end
  end)

  it("has_the_design_effect_that_kish_foretells", function()
    for kind = 1, 3 do
      for _, record in ipairs(of_kind(records, kind)) do
        near(1 + (record.n / 30 - 1) * record.rho, record.deff, 0.05)
        near(record.n / record.deff, record.effective_n, 1e-9)
      end
    end
    local satisfied = of_kind(records, 3)[2]
    near(1 + (satisfied.n / 30 - 1) * pairwise_correlation(pupils), satisfied.deff, 0.1)
  end)

  it("has_the_width_that_kish_foretells_on_29_degrees_of_freedom", function()
    local longer = stat.t_quantile(0.975, 29) / stat.normal_quantile(0.975)
    for kind = 1, 3 do
      for _, record in ipairs(of_kind(records, kind)) do
        assert.equal(29, record.df)
        near(longer * math.sqrt(1 + (record.n / 30 - 1) * record.rho), record.ratio, 0.04)
        near((record.high - record.low) / (record.alone_high - record.alone_low), record.ratio, 1e-9)
      end
    end
  end)

  it("corrects_for_a_finite_number_of_classes", function()
    local middle = of_kind(records, 2)
    for at, record in ipairs(of_kind(records, "finite")) do
      near(middle[at].deff * (1 - 34 / 77), record.deff, 1e-9)
      assert.is_true(record.high - record.low < middle[at].high - middle[at].low)
    end
  end)

  it("has_three_degrees_of_freedom_for_the_four_classes_of_upper_secondary", function()
    local rows = of_kind(records, "lycee")
    assert.equal(4, #rows)
    for _, record in ipairs(rows) do
      assert.equal(3, record.df)
      assert.is_true(record.ratio > 2)
    end
  end)

  it("says_on_the_page_that_classes_are_assumed_and_how_variances_are_had", function()
    for _, words in ipairs { "Les classes sont une hypothèse",
      "30 unités primaires, 29 degrés de liberté", "méthode de Wilson. <span class=\"where\">(figure 1)",
      "méthode logit. <span class=\"where\">(tableau 4" } do
      assert.is_true(html:find(words, 1, true) ~= nil, words)
    end
    assert.is_nil(html:find "%f[%w]nan%f[%W]")
  end)

  it("writes_the_same_bytes_twice", function()
    local again, page = run(driver)
    local function without_paths(text) return (text:gsub("page: [^\n]*", "")) end
    assert.equal(without_paths(out), without_paths(again))
    assert.is_true(html == page)
    assert.is_true(#html > 10000)
  end)

  it("keeps_the_dealing_apart_from_what_was_recorded", function()
    assert.is_nil(read("datasets/itd/2022-2023/repondants.csv"):match "classe")
  end)
end)
