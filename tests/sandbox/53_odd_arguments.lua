-- expect 0 3: every function of the engine with odd arguments fails in words
local attack = require "attack"
local bilan = require "bilan"

local survey = bilan.survey { sex = { "f", "m", "f", "m" }, age = { 10, 11, 12, 13 },
  txt = { "a", "b", "c", "d" } }
local result = survey:freq "sex"
local cyclic = {}
cyclic[1], cyclic.self = cyclic, cyclic
local odd = { false, true, 0, -1, 1.5, 0 / 0, math.huge, math.mininteger, "", "x", "sex", "age",
  ("x"):rep(5000), "\0",
  "\xff\xfe", "a'b\"c`d", {}, { 1 }, { "sex" }, { sex = 1 }, { by = "sex" }, { by = 5 },
    { level = {} }, cyclic,
  print, function() error {} end, setmetatable({}, { __index = { by = "sex" } }),
  setmetatable({}, { __tostring = function() error "x" end }), survey, result, bilan }
local objects = { survey = survey, result = result, report = bilan.report { title = "x" },
  sheet = result:sheet(), missing = bilan.missing.refused,
    indicator = bilan.indicator { id = "i", estimate = result },
  claims = bilan.claims { { id = "1", population = "p", group = "all", item = "i", level = "l",
    share = "50 %" } } }
local verbs = { survey = { "names", "item", "label", "column", "head", "origin", "where",
  "drop_rows", "derive", "recode",
  "rename", "select", "stack", "join", "group", "sql", "write", "mark_synthetic", "proportion",
    "mean", "total",
  "median", "quantile", "ratio", "difference", "freq", "crosstab", "independence", "t_test",
    "rank_test", "mcnemar",
  "trend", "mantel_haenszel", "design", "replicates", "rake", "waves" },
  result = { "rows", "each", "get", "sheet", "to_csv", "to_json", "to_markdown", "to_html",
    "to_text", "to_xlsx" },
  report = { "section", "text", "table", "chart", "claims", "verbatims", "note", "indicator",
    "write", "html",
    "markdown", "xlsx" },
  sheet = { "records" }, claims = { "rows", "conflicts", "to_table" }, indicator = { "sheet",
    "headline" }, missing = {} }
local calls, internal = 0, {}

-- Calls; an error must be a text that names no file of the engine and shows no address.
local function try(name, f, ...)
  calls = calls + 1
  local ok, why = pcall(f, ...)
  if ok then return end
  if type(why) ~= "string" then why = type(why) == "table" and ""
    or attack.escaped("an error value of " .. name) or "" end
  if why:find "0x%x%x%x%x" then attack.escaped("an address from " .. name, why) end
  if why:find "bilan[%w_.]*:%d+:" or why:find "internal error" then
    local key = name .. ": " .. why:gsub("^[^:]*:%d+: ", "")
    internal[key:sub(1, 240)] = true
  end
end

for _, object in ipairs { "survey", "result", "report", "sheet", "missing", "indicator",
  "claims" } do
  for _, verb in ipairs(verbs[object]) do
    local found, f = pcall(function() return objects[object][verb] end)
    if found and type(f) == "function" then
      local name = object .. ":" .. verb
      if object == "report" then objects.report = bilan.report { title = "x" } end
      try(name, f)
      try(name, f, objects[object])
      for _, a in ipairs(odd) do
        try(name, f, a)
        try(name, f, objects[object], a)
        for _, b in ipairs { "sex", 5, { by = "txt" }, cyclic } do try(name, f, objects[object],
          a, b) end
      end
    end
  end
end
local parts = { bilan = bilan, stat = bilan.stat, chart = bilan.chart, format = bilan.format }
local names = { bilan = { "read", "survey", "codebook", "report", "indicator", "claims",
  "reconstruct", "table" } }
for _, part in ipairs { "bilan", "stat", "chart", "format" } do
  local list = names[part] or {}
  if not names[part] then for name in pairs(parts[part]) do list[#list + 1] = name end end
  for _, name in ipairs(list) do
    local f = parts[part][name]
    if type(f) == "function" and name ~= "is_chart" then
      local full = part .. "." .. name
      try(full, f)
      for _, a in ipairs(odd) do
        try(full, f, a)
        for _, b in ipairs { 5, cyclic } do try(full, f, a, b) end
      end
    end
  end
end
local count = 0
for what in pairs(internal) do
  count = count + 1
  print("internal: " .. what)
end
print(calls > 3000 and "many calls" or "few calls", count)
