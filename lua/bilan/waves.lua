--- Waves of a survey: several years with their codebooks, as one object.
--
--   local w = bilan.waves { ["2021-2022"] = a, ["2022-2023"] = b }     in the order of the names
--   local w = bilan.waves { { "2016", a }, { "2018", b } }             in this order
--   local w = bilan.waves "itd.bilan"                                  all waves of an archive
--
-- Items are matched by waves/crosswalk, pairs of years graded by waves/comparability, change computed
-- by waves/change; tables and lists are made beside them. A verb never joins figures whose grade does
-- not allow it: it says so instead.
--
-- What verbs share is the context `state[w]`: { list, threads, by_name, of, scale(thread, waves),
-- pair(thread, j, k), unit, unknown_overlap, lang }, places in `list` standing for years.
local comparability = require "bilan.waves.comparability"
local core = require "bilan.core"
local crosswalk = require "bilan.waves.crosswalk"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local ordered = require "bilan.ordered"
local trace = require "bilan.record.trace"
local Survey = require "bilan.survey"

local M = {}

local state = setmetatable({}, { __mode = "k" })
local Waves = { __name = "waves", __metatable = false }
local methods = {}

-- ---- finding ----------------------------------------------------------------------------------

local Context = {}
Context.__index = Context

--- The place of a year.
function Context:year(name, what)
  if name == nil then fault.raise("%s: name a year: %s", what, table.concat(self:year_names(), ", ")) end
  local text = math.type(name) and core.text.number(name) or name
  for k, wave in ipairs(self.list) do if wave.name == text then return k end end
  fault.unknown(what .. ": year", tostring(name), self:year_names())
end

--- The names of all years, in order.
function Context:year_names()
  local names = {}
  for k, wave in ipairs(self.list) do names[k] = wave.name end
  return names
end

--- Places of the years named, in the order of the waves; of all when none is.
function Context:years(names, what)
  local wanted, places = {}, {}
  for _, name in ipairs(Survey.list_of(names)) do wanted[self:year(name, what)] = true end
  for k = 1, #self.list do
    if names == nil or wanted[k] then places[#places + 1] = k end
  end
  if #places == 0 then fault.raise("%s: years is an empty list", what) end
  return places
end

-- A thread by its name, its concept, or a name that it had; nil when none is called so.
local function find_thread(self, name)
  if self.by_name[name] then return self.by_name[name] end
  for _, thread in ipairs(self.threads) do
    if thread.at[thread.top].item.concept == name then return thread end
  end
  for k = #self.list, 1, -1 do
    if self.of[k][name] then return self.of[k][name] end
  end
end

--- A thread, or an error with the nearest name.
function Context:thread(name, what)
  fault.expect(name, "string", what .. ": the name of an item")
  local thread = find_thread(self, name)
  if thread then return thread end
  local names = {}
  for i, one in ipairs(self.threads) do names[i] = one.name end
  fault.unknown(what .. ": item", name, names)
end

-- The threads that an expression names.
local function expression_threads(self, text, what)
  local table_, threads = core.data.table(0), {}
  for _, thread in ipairs(self.threads) do
    table_ = core.data.with(table_, thread.name, "number", (core.data.column({}, 0)))
  end
  for i, name in ipairs(core.expr.items(table_, text)) do threads[i] = self.by_name[name] end
  if #threads == 0 then fault.raise('%s: "%s" names no item of these years', what, text) end
  return threads
end

--- A predicate on one answer in words, "Gender: girl"; nil for any other.
function Context:words_of(predicate, lang)
  local name, level = predicate:match "^%s*([%w_]+)%s*=%s*'([^']*)'%s*$"
  local thread = name and self.by_name[name]
  if not thread then return nil end
  local place = thread.at[thread.top]
  for _, one in ipairs(place.item.entry and place.item.entry.levels or {}) do
    if one.label == level then level = one.names[self:language(lang)] or level end
  end
  return format.say(self:language(lang), "subtitle_item",
    { item = self:label(thread, lang), level = level })
end

--- What a figure is of: { name, label, threads, thread (nil for an expression) }.
function Context:subject(item, what, lang)
  fault.expect(item, "string", what .. ": an item or a predicate")
  local thread = find_thread(self, item)
  if thread or not item:find("[=<>'(%s]") then
    thread = thread or self:thread(item, what)
    return { name = thread.name, label = self:label(thread, lang), thread = thread,
      threads = { thread } }
  end
  return { name = item, label = self:words_of(item, lang) or item,
    threads = expression_threads(self, item, what) }
end

--- The label of a thread, by the latest wave that has it.
function Context:label(thread, lang)
  return self.list[thread.top].survey:label(thread.at[thread.top].id, lang)
end

-- How many threads have each label, in a language.
local function count_labels(self, lang)
  local count = {}
  for _, thread in ipairs(self.threads) do
    local label = self:label(thread, lang)
    count[label] = (count[label] or 0) + 1
  end
  return count
end

--- The label of a thread among others: with its name where another has that label too.
function Context:own_label(thread, lang)
  local label, key = self:label(thread, lang), lang or ""
  self.label_count[key] = self.label_count[key] or count_labels(self, lang)
  if self.label_count[key][label] == 1 or thread.name == label then return label end
  if thread.name:sub(1, #label + 2) == label .. " (" then return thread.name end
  return ("%s (%s)"):format(label, thread.name)
end

--- The language of tables: that asked for, of the waves, of the latest codebook.
function Context:language(lang)
  return lang or self.lang or self.list[#self.list].book.lang
end

--- Specs for harmonising threads over some years: { { thread, scale, waves } }, each once.
function Context:specs(threads, places)
  local specs, seen = {}, {}
  for _, thread in ipairs(threads) do
    local waves = crosswalk.asked(self.list, thread, places)
    if not seen[thread] and #waves > 0 then
      specs[#specs + 1] = { thread = thread, waves = waves, scale = self.scale(thread, waves) }
      seen[thread] = true
    end
  end
  return specs
end

-- A function whose answers are kept, by a key.
local function remembered(key, make)
  local kept = {}
  return function(...)
    local name = key(...)
    kept[name] = kept[name] or make(...)
    return kept[name]
  end
end

local function new_context(list, opts)
  local self = setmetatable({ list = list, lang = opts.lang, label_count = {} }, Context)
  self.threads, self.by_name, self.of = crosswalk.threads(list)
  self.scale = remembered(function(thread, waves)
    return thread.name .. "\0" .. table.concat(waves, " ")
  end, function(thread, waves) return crosswalk.scale(list, thread, waves) end)
  self.pair = remembered(function(thread, j, k)
    return ("%s\0%d %d"):format(thread.name, j, k)
  end, function(thread, j, k) return comparability.pair(self, thread, j, k) end)
  self.unit = opts.unit and self:thread(opts.unit, "waves: unit") or nil
  self.unknown_overlap = opts.overlap == true and not self.unit
  return self
end

-- ---- making -----------------------------------------------------------------------------------

local function wave_name(name)
  if math.type(name) then return core.text.number(name) end
  if name == "" then fault.raise("waves: the name of a year is empty") end
  if type(name) ~= "string" then
    fault.raise("waves: a year is named by a text or a number, got a %s", type(name))
  end
  return name
end

-- The wave that a survey says it is of.
local function own_name(survey, at)
  local s = Survey.inside(survey)
  local name = s.wave or s.book.wave
  if not name then
    fault.raise("waves: survey %d does not say which year it is of: give "
      .. "{ { \"2023\", survey }, ... } or wave = in its codebook", at)
  end
  return name
end

-- Text whose order is that of names with their numbers as numbers: "wave 9" before "wave 10".
local function natural_key(name)
  return (name:gsub("%d+", function(digits)
    digits = digits:gsub("^0+(%d)", "%1")
    return ("%03d%s"):format(#digits, digits)
  end))
end

local function by_natural_key(a, b)
  local x, y = natural_key(a[1]), natural_key(b[1])
  if x ~= y then return x < y end
  return a[1] < b[1]
end

-- { name, survey } pairs of a list of pairs or surveys, or of a map by year.
local function pairs_of(given)
  local out = {}
  local is_list = given[1] ~= nil
  for at, entry in ipairs(is_list and given or {}) do
    if Survey.is(entry) then out[at] = { own_name(entry, at), entry }
    else
      fault.expect(entry, "table", ("waves: entry %d"):format(at))
      out[at] = { wave_name(entry[1]), entry[2] }
    end
  end
  if is_list then return out end
  for name, survey in ordered.pairs(given) do out[#out + 1] = { wave_name(name), survey } end
  table.sort(out, by_natural_key)
  return out
end

local function from_archive(path)
  local archive, out = require("bilan.archive").open(path, "read"), {}
  for at, wave in ipairs(archive:waves()) do
    local name = type(wave) == "table" and wave.name or wave
    out[at] = { name, archive:read_wave(name) }
  end
  archive:close()
  return out
end

--- bilan.waves(years, opts): opts.unit (an item whose values repeat across years: a school, a
-- respondent), opts.overlap = true (some repeat, nobody knows which), opts.lang.
function M.new(given, opts)
  opts = fault.options(opts, { "unit", "overlap", "lang" }, "waves")
  if type(given) ~= "string" then
    fault.expect(given, "table", "waves: { [year] = survey, ... }")
  end
  local list, taken = {}, {}
  for k, pair in ipairs(type(given) == "string" and from_archive(given) or pairs_of(given)) do
    if not Survey.is(pair[2]) then
      fault.raise("waves: %s is not a survey but a %s", pair[1], type(pair[2]))
    end
    if taken[pair[1]] then fault.raise("waves: the year %s stands twice", pair[1]) end
    taken[pair[1]] = true
    list[k] = crosswalk.wave(pair[1], pair[2], k)
  end
  if #list == 0 then fault.raise("waves: there is no year") end
  local self = setmetatable({}, Waves)
  state[self] = new_context(list, opts)
  return self
end

-- ---- the object -------------------------------------------------------------------------------

--- The context behind the object (modules of the engine only).
local function inside(self)
  local context = state[self]
  if not context then fault.raise("waves are expected, got a %s", type(self)) end
  return context
end

function Waves.__index(_, name)
  local method = methods[name]
  if method == nil and type(name) == "string" then
    fault.unknown("verb of waves", name, ordered.keys(methods))
  end
  return method
end
function Waves.__newindex() fault.raise("waves cannot be changed") end
function Waves.__len(self) return #inside(self).list end

-- "4 identical, 1 reworded" of the threads between two years.
local function grade_counts(context, j, k)
  local counts, words = {}, {}
  for _, thread in ipairs(context.threads) do
    if thread.at[j] or thread.at[k] then
      local grade = context.pair(thread, j, k).grade
      counts[grade] = (counts[grade] or 0) + 1
    end
  end
  for _, grade in ipairs(comparability.grades) do
    if counts[grade] then words[#words + 1] = ("%d %s"):format(counts[grade], grade) end
  end
  return table.concat(words, ", ")
end

function Waves.__tostring(self)
  local context = inside(self)
  local list = context.list
  local lines = { ("waves: %d years, %d items%s"):format(#list, #context.threads,
    context.unit and (', repeating unit "%s"'):format(context.unit.name)
      or context.unknown_overlap and ", overlap not known" or "") }
  for k, wave in ipairs(list) do
    lines[#lines + 1] = ("  %s: %s"):format(wave.name, tostring(wave.survey))
    if k > 1 then
      lines[#lines + 1] = ("    since %s: %s"):format(list[k - 1].name,
        grade_counts(context, k - 1, k))
    end
  end
  return table.concat(lines, "\n")
end

--- The names of the years, in order.
function methods:years() return inside(self):year_names() end

--- The names of all items: those of the latest year in its order, then those no longer asked.
function methods:items()
  local names = {}
  for i, thread in ipairs(inside(self).threads) do names[i] = thread.name end
  return names
end

--- The survey of a year, as it was given.
function methods:survey(year)
  local context = inside(self)
  return context.list[context:year(year, "survey")].survey
end

--- How well an item compares between two years: its grade, and the findings as
-- { what, grade, before, after, list, ... }.
function methods:grade(item, from, to)
  local context = inside(self)
  local thread = context:thread(item, "grade")
  local j, k = context:year(from, "grade"), context:year(to, "grade")
  if j == k then
    fault.raise("grade: two different years are needed, got %s twice", tostring(from))
  end
  local pair, found = context.pair(thread, math.min(j, k), math.max(j, k)), {}
  for i, finding in ipairs(pair.findings) do
    found[i] = { what = finding.what, grade = finding.grade, unknown = finding.unknown }
    for key, value in pairs(finding.args) do found[i][key] = value end
  end
  return pair.grade, found
end

-- Verbs that are made in modules of their own: module, function.
local elsewhere = { grades = "listed", changes = "listed", trend = "trend", compare = "compare",
  change = "compare", turnover = "turnover", stack = "stack" }

for verb, module in pairs(elsewhere) do
  local function call(self, ...)
    return require("bilan.waves." .. module)[verb](inside(self), ...)
  end
  methods[verb] = trace.gather(verb, call) -- results know what all years' figures came from
end

return M
