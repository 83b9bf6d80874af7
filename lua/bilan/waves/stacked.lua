--- Waves on top of each other: one table with the item `year`, and the design of all its rows.
--
-- Independent waves: strata are those of each year, within the year; clusters lie within strata, so
-- a cluster label that two years share is two clusters. Then Cov(year 1, year 2) = 0, and degrees
-- of freedom add.
--
-- A unit that repeats (a school, a respondent): it is the PSU of the stack, whatever the year, so
-- that a contrast of years sums its deviations over both before it squares them, and the covariance
-- is counted: the years are domains of one sample of units (Y. Berger & R. Priam, JRSS A 179, 2016,
-- 251-272, treat the rotating case). Strata are then those of the units and the same in all years.
-- A row without a unit is a unit of its own. Finite populations are left out: the sample of units
-- is drawn once for several years.
--
-- Weights are those of each wave, adjustments included; what calibration gains in precision is not
-- counted. Replicate weights have no PSUs and cannot be stacked.
local core = require "bilan.core"
local crosswalk = require "bilan.waves.crosswalk"
local escape = require "bilan.output.escape"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local lineage = require "bilan.record.lineage"
local Survey = require "bilan.survey"
local synthetic = require "bilan.output.synthetic"

local M = {}

-- Helper items, gone from the stack: no item of a survey can have such names.
local IN <const>, WEIGHT <const>, UNIT <const> = "\1in", "\1weight", "\1unit"
local function cluster_name(stage) return "\1cluster" .. stage end
local function stratum_name(stage) return "\1stratum" .. stage end
local function population_name(stage) return "\1population" .. stage end

-- The rows that are in the domain of their wave.
local in_domain = ("coalesce(missing(%s), '') <> 'not asked'"):format(escape.sql_name(IN))

-- A column of one text in all rows, as levels.
local function constant(table_, text)
  local made = core.expr.derive(table_, "\1c", escape.sql(text))
  return core.data.to_codes(core.data.item(made, "\1c"), 10)
end

-- "year␣number" of a column of numbers, as a column of labels.
local function within_year(table_, year, column)
  local made = core.data.with(table_, "\1n", "number", column)
  made = core.expr.derive(made, "\1n", escape.sql(year .. " ") .. ' || "\1n"')
  return core.data.item(made, "\1n")
end

-- ---- one wave's part --------------------------------------------------------------------------

-- The design of a wave; a simple random sample of its rows where none was declared.
local function design_of(wave)
  return wave.s.design or core.design.declare(wave.s.table, {})
end

-- Row numbers from 1.
local function row_numbers(rows)
  local list = {}
  for i = 1, rows do list[i] = i end
  return (core.data.column(list, rows))
end

-- Clusters, strata and populations of the wave's own design at a stage; below its last stage every
-- row is a unit.
local function add_stage(made, wave, stage, plan)
  local design, facts = plan.designs[wave.name], plan.facts[wave.name]
  local unit, stratum, population
  if stage <= facts.stages then unit, stratum, population = core.design.stage(design, stage)
  else unit, stratum = row_numbers(core.data.rows(made)), row_numbers(core.data.rows(made)) end
  if stage <= facts.stages then
    made = core.data.with(made, stratum_name(stage), "text", within_year(made, wave.name, stratum))
  end
  made = core.data.with(made, cluster_name(stage), "text", within_year(made, wave.name, unit))
  if population then made = core.data.with(made, population_name(stage), "number", population) end
  return made
end

-- The unit of each row as text; its own number where it has none.
local function unit_column(made, wave, place)
  local column = core.data.to_codes(core.data.item(wave.s.table, place.id), 0)
  made = core.data.with(made, UNIT, "id", column)
  made = core.data.with(made, "\1row", "number", row_numbers(core.data.rows(made)))
  made = core.expr.derive(made, UNIT, ("coalesce(%s, %s || \"\1row\")"):format(escape.sql_name(UNIT),
    escape.sql("\1" .. wave.name .. " ")))
  return core.data.to_codes(core.data.item(made, UNIT), 0)
end

-- The item of the wave's strata, whose labels are the same in all years.
local function stratum_column(wave, facts)
  local name = wave.s.declared and wave.s.declared.strata[1]
  if facts.strata <= 1 then return nil end
  if not (name and core.data.has(wave.s.table, name)) then
    fault.raise("waves: %s: its strata are not an item of the survey any more: they are needed to "
      .. "stack it by a unit", wave.name)
  end
  return core.data.to_codes(core.data.item(wave.s.table, name), 0)
end

-- Every PSU of the wave's design has to lie within one unit.
local function check_nested(wave, made)
  local facts = wave.s.design and Survey.facts(wave.s.design)
  if not (facts and facts.clustered) then return end
  local psus = core.data.with(made, "\1psu", "number", (core.design.stage(wave.s.design, 1)))
  local unit_of, values = {}, core.data.values(psus, nil, UNIT)
  for row, psu in ipairs(core.data.values(psus, nil, "\1psu")) do
    unit_of[psu] = unit_of[psu] or values[row]
    if unit_of[psu] ~= values[row] then
      fault.raise('waves: unit: in %s one cluster of the design (%s) has several units ("%s", '
        .. '"%s"): what repeats has to hold whole clusters: name the clusters as unit', wave.name,
        wave.s.declared.clusters[1] or "its PSUs", tostring(unit_of[psu]), tostring(values[row]))
    end
  end
end

-- The helper items of one wave: year, domain, weight, and its place in the design of the stack.
local function add_helpers(made, wave, plan)
  made = core.expr.derive(made, IN, "NULL")
  if wave.s.domain then -- blanks outside become "not asked"
    made = core.data.with(made, IN, "number",
      (core.data.universe(core.data.item(made, IN), wave.s.domain)))
  end
  if not plan.design then return made end
  made = core.data.with(made, WEIGHT, "number", core.design.weight(plan.designs[wave.name]))
  if plan.unit then
    made = core.data.with(made, UNIT, "id", unit_column(made, wave, plan.unit.at[wave.place]))
    check_nested(wave, made)
    local strata = plan.stratified and (stratum_column(wave, plan.facts[wave.name])
      or constant(made, "")) or nil
    return strata and core.data.with(made, stratum_name(1), "text", strata) or made
  end
  for stage = 1, plan.stages do made = add_stage(made, wave, stage, plan) end
  return made
end

-- ---- the design of all rows -------------------------------------------------------------------

local function check_replicates(waves)
  for _, wave in ipairs(waves) do
    if wave.s.design and Survey.facts(wave.s.design).replicates then
      fault.raise("waves: %s has replicate weights, which have no primary units to stack: declare "
        .. "its strata and clusters, or leave out unit (years are then compared by the error of "
        .. "each); stack { design = false } stacks the answers alone", wave.name)
    end
  end
end

-- What the designs of the waves have in common: how many stages are needed, and so on.
local function make_plan(waves, unit, wanted)
  local plan = { design = unit ~= nil, unit = unit, stages = 1, facts = {}, designs = {} }
  for _, wave in ipairs(waves) do
    plan.design = plan.design or wave.s.design ~= nil
    plan.domain = plan.domain or wave.s.domain ~= nil
  end
  if wanted == false then plan.design = false end
  if not plan.design then return plan end
  check_replicates(waves)
  for _, wave in ipairs(waves) do
    plan.designs[wave.name] = design_of(wave)
    local facts = Survey.facts(plan.designs[wave.name])
    plan.facts[wave.name] = facts
    plan.fpc = plan.fpc or facts.fpc
    plan.weighted = plan.weighted or facts.weighted
    plan.clustered = plan.clustered or facts.clustered
    plan.stratified = plan.stratified or facts.strata > 1
    if facts.lonely_strata > 0 then plan.lonely = plan.lonely or facts.lonely end
    if facts.sampling == "nonprobability" then plan.sampling = "nonprobability" end
  end
  if plan.fpc and not unit then
    for _, facts in pairs(plan.facts) do plan.stages = math.max(plan.stages, facts.stages) end
  end
  return plan
end

-- The design of the stack, declared on its helper items.
local function declare(table_, plan)
  local spec = { clusters = {}, strata = {}, fpc = {}, lonely = plan.lonely,
    sampling = plan.sampling, weights = plan.weighted and WEIGHT or nil }
  if plan.unit then
    spec.clusters[1], spec.strata[1] = UNIT, plan.stratified and stratum_name(1) or nil
    return core.design.declare(table_, spec)
  end
  for stage = 1, plan.stages do
    spec.clusters[stage] = (plan.clustered or plan.stages > 1) and cluster_name(stage) or nil
    spec.strata[stage] = core.data.has(table_, stratum_name(stage)) and stratum_name(stage) or false
    if plan.fpc then
      local name = population_name(stage)
      spec.fpc[stage] = core.data.has(table_, name) and name or false
    end
  end
  return core.design.declare(table_, spec)
end

-- The words of the design: the weights of all waves.
local function declared_words(waves, plan)
  local names, seen, words = {}, {}, { strata = {}, clusters = {}, fpc = {}, receipts = {} }
  for _, wave in ipairs(waves) do
    local name = wave.s.declared and wave.s.declared.weights
    if name and not seen[name] then names[#names + 1], seen[name] = name, true end
  end
  if plan.weighted then
    words.weights = #names > 0 and table.concat(names, ", ")
      or format.say(waves[#waves].book.lang, "weights_computed")
  end
  return words
end

local function notes_of(waves, plan)
  local notes, calibrated = {}, false
  for _, wave in ipairs(waves) do
    for _, text in ipairs(wave.s.notes) do notes[#notes + 1] = wave.name .. ": " .. text end
    calibrated = calibrated or plan.design and plan.facts[wave.name].adjustments > 0
  end
  if plan.design and calibrated then
    notes[#notes + 1] = "the adjusted weights of each year are kept; what calibration gains in "
      .. "precision is not counted"
  end
  if plan.design and plan.unit and plan.fpc then
    notes[#notes + 1] = "finite populations are left out of the design of the stack"
  end
  return notes
end

-- ---- the stack --------------------------------------------------------------------------------

-- Items whose columns are of one type in all waves that have them.
local function stackable(specs, places)
  local kept, left = {}, {}
  for _, spec in ipairs(specs) do
    local family, same
    for _, k in ipairs(places) do
      local place = spec.thread.at[k]
      local kind = place and place.item.kind
      local own = kind and (kind == "multiple" or kind == "number") and kind or kind and "one"
      if own and family and own ~= family then same = false end
      family = family or own
    end
    local list = same == false and left or kept
    list[#list + 1] = same == false and spec.thread.name or spec
  end
  return kept, left
end

-- What an item's years did not offer, in words: the stack has these levels, with 0 answers.
local function unoffered_notes(list, places, specs)
  local notes = {}
  for _, spec in ipairs(specs) do
    local parts = {}
    for _, k in ipairs(places) do
      local place, names = spec.thread.at[k], {}
      for _, name in ipairs(place and place.item.closed and spec.scale.order or {}) do
        if not spec.scale.members[name][k] then names[#names + 1] = ('"%s"'):format(name) end
      end
      if #names > 0 then
        parts[#parts + 1] = ("%s (%s)"):format(table.concat(names, ", "), list[k].name)
      end
    end
    if #parts > 0 then
      notes[#notes + 1] = ('item "%s": not offered, and no 0 %%: %s'):format(spec.thread.name,
        table.concat(parts, "; "))
    end
  end
  return notes
end

-- A wave's rows with harmonised items and helpers.
local function part(list, k, survey, plan, year)
  local wave, harmonised = list[k], Survey.inside(survey)
  local made = core.data.with(core.data.table(core.data.rows(harmonised.table)), year, "single",
    constant(harmonised.table, wave.name))
  for _, name in ipairs(core.data.names(harmonised.table)) do
    made = core.data.with(made, name, core.data.kind(harmonised.table, name),
      core.data.item(harmonised.table, name))
  end
  return add_helpers(made, wave, plan), core.data.names(made)
end

-- The codebook of the stack: the latest entry of each item.
local function book_of(list, places, specs)
  local book = { order = {}, items_by_id = {}, lang = list[places[#places]].book.lang }
  for _, spec in ipairs(specs) do
    book.order[#book.order + 1] = spec.thread.name
    book.items_by_id[spec.thread.name] = crosswalk.entry(spec.thread, spec.waves, spec.scale)
  end
  return book
end

--- Some waves (places in the list) as one survey: specs = { { thread, scale, waves } } of its
-- items, opts: year (the name of that item), unit (a thread that repeats), design = false (none).
function M.survey(list, places, specs, opts)
  local waves, table_, mark = {}, nil, false
  for i, k in ipairs(places) do waves[i] = list[k] end
  local plan = make_plan(waves, opts.unit, opts.design)
  local kept, left = stackable(specs, places)
  local names, seen, surveys = {}, {}, {}
  for i, k in ipairs(places) do
    surveys[i] = crosswalk.harmonised(list, k, kept, true)
    local made, own = part(list, k, surveys[i], plan, opts.year)
    for _, name in ipairs(own) do
      if not seen[name] then names[#names + 1], seen[name] = name, true end
    end
    table_ = table_ and core.data.stack(table_, made) or made
    mark = synthetic.both(mark, list[k].s.synthetic)
  end
  local design = plan.design and declare(table_, plan) or nil
  local notes = notes_of(waves, plan)
  for _, name in ipairs(left) do
    notes[#notes + 1] = ('item "%s" is left out: another kind of question by year'):format(name)
  end
  for _, note in ipairs(unoffered_notes(list, places, kept)) do notes[#notes + 1] = note end
  local stack = Survey.wrap(core.data.select(table_, names), { book = book_of(list, places, kept),
    notes = notes, synthetic = mark, design = design,
    domain = plan.domain and core.expr.filter(table_, in_domain) or nil,
    declared = design and declared_words(waves, plan) or nil })
  return lineage.from(stack, surveys, "stack")
end

--- How many units two waves have, and share: before, after, common; and whether any stands twice in
-- one of them.
function M.overlap(list, unit, j, k)
  local seen, count, twice = { {}, {} }, { 0, 0 }, false
  for i, at in ipairs { j, k } do
    local column = core.data.to_codes(core.data.item(list[at].s.table, unit.at[at].id), 0)
    local rows = core.data.rows(list[at].s.table)
    local made = core.data.with(core.data.table(rows), UNIT, "id", column)
    local values = core.data.values(made, list[at].s.domain, UNIT)
    for row = 1, #values do
      local value = values[row]
      if type(value) ~= "userdata" then
        twice = twice or seen[i][value] ~= nil
        if not seen[i][value] then count[i] = count[i] + 1 end
        seen[i][value] = true
      end
    end
  end
  local common = 0
  for value in pairs(seen[1]) do if seen[2][value] then common = common + 1 end end
  return { before = count[1], after = count[2], common = common, twice = twice }
end

return M
