--- What happened to each survey of a run, from events, for the rules of lint.
--
-- Every survey that the script makes has a record, kept as long as the survey itself:
--   root      the record of the survey that it began as (what was read), itself for that one
--   from      the record of the survey that it was made of
--   where     the expressions of its domain, in order
--   cuts      the deletions of rows it went through: { verb, place, words, before() }; before()
--             gives the core table as it was
--   spec      the design as declared (`place` is where), nil for none or another kind of it
--   harm      deletions that took units of its design: { { cut, words, totals }, ... }; totals:
--             it is wrong for totals alone
--   stacked   the records of surveys whose rows were put below one another
-- A root also has `designs` (records that declare one), `weighted` (some survey of it has a design
-- of any kind), `estimates` (records with deletions that were estimated without a design) and
-- `handed` (items whose values a script took out). Tables are kept for as long as a deletion may
-- still be judged by a later design.
local core = require "bilan.core"
local escape = require "bilan.output.escape"
local Survey = require "bilan.survey"

local list_of = Survey.list_of

local M = {}

local Facts = {}
Facts.__index = Facts

--- A store without any survey.
function M.new()
  return setmetatable({ records = setmetatable({}, { __mode = "k" }),
    results = setmetatable({}, { __mode = "k" }), roots = {} }, Facts)
end

--- The line of the script that is running: { file = chunk name, line }; nil when there is none.
function M.place()
  local file, line = core.where():match "^(.*):(%d+): $"
  return file and { file = file, line = math.tointeger(tonumber(line)) } or nil
end

-- ---- records ----------------------------------------------------------------------------------

-- The record of a survey that begins here.
local function begin(self, survey, place)
  local record = { where = {}, cuts = {}, harm = {}, place = place, designs = {}, handed = {},
    rows = core.data.rows(Survey.inside(survey).table), estimates = {} }
  record.root = record
  self.records[survey] = record
  self.roots[#self.roots + 1] = record
  return record
end

--- The record of a survey; one that nobody told of begins where it is first met.
function Facts:of(survey) return self.records[survey] or begin(self, survey, M.place()) end

-- A list of its own, for a record that goes on from another one.
local function copied(list) return table.move(list, 1, #list, 1, {}) end

-- The record of a survey made from another one.
local function made_from(self, survey, from, place)
  local record = { root = from.root, from = from, where = copied(from.where), place = place,
    cuts = copied(from.cuts), harm = copied(from.harm), spec = from.spec,
    designed = from.designed, stacked = from.stacked }
  self.records[survey] = record
  return record
end

-- ---- units of a design that went with rows ----------------------------------------------------

-- The design of a table as rules compare it: strata and clusters alone; nil when these rows
-- cannot have it (an item is not there, or not answered).
local function facts_of(table_, spec)
  local ok, design = pcall(core.design.declare, table_, { strata = list_of(spec.strata),
    clusters = list_of(spec.clusters), fpc = {}, nest = spec.nest, lonely = "certainty" })
  return ok and core.design.facts(design) or nil
end

-- The rows of a table whose first stratum still has rows in another one: strata that were left
-- whole, or left out whole, have the right variance.
local function in_strata_of(table_, after, spec)
  local stratum, seen = list_of(spec.strata)[1], {}
  if not stratum then return table_ end
  local values = core.data.values(after, nil, stratum)
  local names, any = {}, false
  for _, value in ipairs(values) do
    if not seen[value] and type(value) ~= "userdata" then
      seen[value], any = true, true
      local text = type(value) == "number" and core.text.number(value)
        or escape.sql(value)
      names[#names + 1] = text
    end
  end
  if not any then return table_ end
  local kept = core.expr.filter(table_, ("%s IN (%s)"):format(escape.sql_name(stratum),
    table.concat(names, ", ")))
  return core.data.take(table_, kept)
end

--- How many primary units of a design went with rows: "9 of 13 PSUs" in words, nil when none did
-- or when the rows had no place in the design.
function M.lost_units(spec, before, after)
  if #list_of(spec.strata) + #list_of(spec.clusters) == 0 then return nil end
  local had = facts_of(before, spec)
  if not had then return nil end
  local ok, within = pcall(in_strata_of, before, after, spec)
  local old, new = ok and facts_of(within, spec), facts_of(after, spec)
  if not old or not new or old.psus <= new.psus then return nil end
  return ("%d of %d %s"):format(old.psus - new.psus, old.psus, old.clustered and "PSUs" or "rows")
end

-- ---- events -----------------------------------------------------------------------------------

-- What a design lost by a deletion. Where rows are weighted and no more, their mean is as sure as
-- that of a domain; their total is not.
local function judge(record, one, before, after)
  local spec = record.spec
  local lost, totals = M.lost_units(spec, before, after), false
  if spec.weights and #list_of(spec.strata) + #list_of(spec.clusters) == 0 then
    local old, new = core.data.rows(before), core.data.rows(after)
    lost, totals = old > new and ("%d of %d rows"):format(old - new, old), true
  end
  if lost then record.harm[#record.harm + 1] = { cut = one, words = lost, totals = totals } end
end

-- Notes that rows left a survey; with a design declared before, whether units of it went too.
local function cut(record, verb, words, before, after)
  local one = { verb = verb, words = words, place = record.place, before = before }
  record.cuts[#record.cuts + 1] = one
  if record.spec then judge(record, one, before(), after) end
end

-- A design judges the deletions before it, each against what came behind it.
local function declared(record, spec, after)
  record.spec, record.designed, record.design_place = spec, true, record.place
  record.harm = {}
  table.insert(record.root.designs, record)
  for place, one in ipairs(record.cuts) do
    local following = record.cuts[place + 1]
    judge(record, one, one.before(), following and following.before() or after)
  end
end

-- Does a query give respondents, not groups of them?
local function gives_respondents(query)
  local text = query:lower():gsub("'[^']*'", "''")
  for _, word in ipairs { "group%s+by", "distinct", "join", "union", "count%s*%(", "sum%s*%(",
    "avg%s*%(", "min%s*%(", "max%s*%(", "total%s*%(", "values%s*%(" } do
    if text:find("%f[%w_]" .. word) then return false end
  end
  return true
end

local by_verb = {}

-- The domain is what all its expressions say together.
function by_verb.where(record, facts) record.where[#record.where + 1] = facts.given end

-- A deletion of no row is none.
function by_verb.drop_rows(record, facts, before, after)
  if core.data.rows(before.table) == core.data.rows(after.table) then return end
  cut(record, "drop_rows", ("rows are deleted where %s"):format(facts.given),
    function() return before.table end, after.table)
end

-- SQL gives rows without a design: respondents, fewer or not, or groups, which begin a survey of
-- their own.
function by_verb.sql(record, facts, before, after)
  record.where = {}
  local lost = core.data.rows(after.table) < core.data.rows(before.table)
  local lost_design = record.designed
  record.designed, record.spec, record.harm = false, nil, {}
  if not gives_respondents(facts.given) then
    record.root = record -- rows of its own
    record.designs, record.handed, record.estimates, record.cuts = {}, {}, {}, {}
  elseif lost or lost_design then
    cut(record, "sql", lost and "rows are selected by SQL" or "SQL gives rows without their design",
      function() return before.table end, after.table)
  end
end

-- The design judges what was deleted before.
function by_verb.design(record, facts, _, after)
  declared(record, facts.given or {}, after.table)
end

-- Rows of two surveys: their codebooks are remembered, and domains are deletions.
function by_verb.stack(record, facts, before, after)
  local other = Survey.inside(facts.given)
  record.where, record.designed, record.spec, record.harm = {}, false, nil, {}
  record.stacked = record.stacked and copied(record.stacked) or { before.book }
  record.stacked[#record.stacked + 1] = other.book
  if not before.domain and not other.domain then return end
  cut(record, "stack", "only the rows of a domain are stacked",
    function() return core.data.stack(before.table, other.table) end, after.table)
end

--- A survey was made from another one by a verb.
function Facts:made(facts)
  local record = made_from(self, facts.survey, self:of(facts.from), M.place())
  local before, after = Survey.inside(facts.from), Survey.inside(facts.survey)
  local apply = by_verb[facts.verb]
  if apply then apply(record, facts, before, after) end
  record.designed = record.designed or after.design ~= nil
  record.root.weighted = record.root.weighted or after.design ~= nil
end

--- A data file was read.
function Facts:read(facts)
  local record = begin(self, facts.survey, M.place())
  record.path = facts.path
end

--- Values were handed to the script.
function Facts:column(facts)
  local root = self:of(facts.survey).root
  for _, name in ipairs(facts.names) do root.handed[name] = true end
  local table_ = Survey.inside(facts.survey).table
  root.handed_table = function() return table_ end
end

-- The root, met last, whose values a list survey may be made of: all its names were handed out
-- and it has more rows.
local function source_of(self, names, rows)
  for place = #self.roots, 1, -1 do
    local root, all = self.roots[place], #names > 0
    for _, name in ipairs(names) do all = all and root.handed[name] end
    if all and root.handed_table and root.rows > rows then return root end
  end
end

--- bilan.survey of lists: perhaps of a survey's values, filtered in Lua.
function Facts:lists(facts)
  local table_ = Survey.inside(facts.survey).table
  local root = source_of(self, core.data.names(table_), core.data.rows(table_))
  if not root then return begin(self, facts.survey, M.place()) end
  local record = made_from(self, facts.survey, root, M.place())
  record.where, record.designed, record.spec, record.harm = {}, false, nil, {}
  cut(record, "lists", "rows are filtered in Lua", root.handed_table, table_)
end

return M
