-- Prints the name and type of everything that a script can reach from its globals, through
-- tables, proxies and metatables; and, inside the objects that the engine gives out, what is more
-- than data. The list is compared with tests/golden/sandbox_names.txt: a new name is a decision.
local bilan = require "bilan"

local survey = bilan.survey { sex = { "f", "m", bilan.missing.refused }, age = { 1, 2, 3 } }
local freq = survey:freq "sex"
local years = bilan.waves { { "2021", survey }, { "2022", survey } }
local objects = {
  survey = survey, item = survey:item "sex", origin = survey:origin(), freq = freq,
  row = freq:rows()[1], sheet = freq:sheet(), crosstab = survey:crosstab("sex", "age"),
  chart = bilan.chart.bars(freq),
  report = bilan.report { title = "x" }, indicator = bilan.indicator { id = "i",
    estimate = freq },
  claims = bilan.claims { { id = "1", population = "p", group = "all", item = "i", level = "l",
    share = "50 %" } },
  codebook = bilan.codebook { items = { { id = "sex" } } },
  waves = years, changes = years:changes(), grades = years:grades(), trend = years:trend "sex",
  compared = years:compare("2021", "2022"), stack = years:stack(), year = years:survey "2021",
}

-- Names that are asked for although no walk shows them: what an engine might leave open.
local hidden = { "core", "host", "guard", "grant", "watch", "set_limit", "read", "write",
  "print", "warn", "gnuplot",
  "loaded", "package", "os", "io", "debug", "coroutine", "dump", "spec", "state", "inside",
    "table", "domain", "handle",
  "__index", "__newindex", "__gc", "__metatable", "__name", "new", "load_file", "environment",
    "methods" }
-- Every name the engine's modules have, for proxies that only answer when asked.
local lazy = { "survey", "missing", "read", "codebook", "stat", "chart", "report", "indicator",
  "claims", "reconstruct",
  "table", "format", "privacy", "waves", "methods" }

local seen, lines = {}, {}
local walk
local is_data = { table = true, string = true, number = true, boolean = true }
local data_too = true -- list plain values as well?

local function visit(value, path)
  if data_too or not is_data[type(value)] then lines[#lines + 1] = path .. "\t" .. type(value) end
  walk(value, path)
end

local function ask(value, path, names)
  for _, name in ipairs(names) do
    local ok, inner = pcall(function() return value[name] end)
    if ok and inner ~= nil and not lines[path .. "." .. name] then
      lines[path .. "." .. name] = true
      visit(inner, path .. "." .. name)
    end
  end
end

function walk(value, path)
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  local keys = {}
  for _, iterate in ipairs { function() return next, value end,
    function() return pairs(value) end } do
    pcall(function()
      for key in iterate() do keys[tostring(key)] = key end
    end)
  end
  for name, key in pairs(keys) do
    if not (math.type(key) and key > 1) then
      lines[path .. "." .. name] = true
      local ok, inner = pcall(function() return value[key] end)
      if ok then visit(inner, path .. "." .. name) end
    end
  end
  if type(getmetatable(value)) == "table" then visit(getmetatable(value),
    path .. "<metatable>") end
  ask(value, path, hidden)
end

visit(_ENV, "_ENV")
ask(bilan, "bilan", lazy)
data_too = false
for _, name in ipairs { "survey", "item", "origin", "freq", "row", "sheet", "crosstab", "chart",
  "report", "indicator",
  "claims", "codebook", "waves", "changes", "grades", "trend", "compared", "stack", "year" } do
  visit(objects[name], name)
end
local out = {}
for _, line in ipairs(lines) do out[#out + 1] = line end
table.sort(out)
for _, line in ipairs(out) do print(line) end
