--- Mistakes of survey statistics in a script, found while it runs: `bilan lint`, and the warnings
-- of `bilan run`.
--
-- A lint listens to the verbs (bilan.events), keeps what happened to each survey (lint/facts),
-- reads the source of the script and its modules (lint/source, lint/values), and lets the rules
-- (lint/rules) judge. It changes nothing: a script gives the same figures with and without it, and
-- a rule that fails is left out and named (lint.faults), never the script's error.
--
-- A finding is { file, line, rule, what, why, instead }. A comment takes it away, on its line, on
-- one of its own just above, or, for the whole file, before the first line of code:
--   -- lint: allow RULE because REASON
-- An allow that takes nothing away, names no rule or gives no reason is a finding itself.
local core = require "bilan.core"
local events = require "bilan.events"
local fault = require "bilan.fault"
local json = require "bilan.json"
local source = require "bilan.lint.source"
local Survey = require "bilan.survey"
local values = require "bilan.lint.values"

local M = {}

local Lint = {}
Lint.__index = Lint

-- The rules, loaded when there is something for them to judge.
local function rules() return require "bilan.lint.rules" end

local function rule_names()
  local names = {}
  for i, rule in ipairs(rules()) do names[i] = rule.name end
  return names
end

--- The names of all rules, in order, and what each is about.
function M.rules()
  local list = {}
  for i, rule in ipairs(rules()) do list[i] = { name = rule.name, about = rule.about } end
  return list
end

-- ---- what rules ask for -----------------------------------------------------------------------

--- Adds a finding, once at each place; one that no line of the script made has no place.
function Lint:find(rule, place, what, why, instead)
  if not place then return end
  local key = ("%s\0%s\0%d\0%s"):format(rule, place.file, place.line, what)
  if self.found[key] then return end
  self.found[key] = true
  self.findings[#self.findings + 1] = { rule = rule, file = place.file, line = place.line,
    what = what, why = why, instead = instead }
end

-- Is a line that of an estimate which a sighting in the source speaks of?
function Lint:is_needed(place)
  local file = place and self.files[place.file]
  for _, range in ipairs(file and file.needed or {}) do
    if place.line >= range[1] and place.line <= range[2] then return true end
  end
  return false
end

-- Counts and bases of the rows of a result, as sets.
local function figures_of(rows)
  local counts, bases = {}, {}
  for _, row in ipairs(rows or {}) do
    if row.count then counts[row.count] = true end
    if row.n then bases[row.n] = true end
  end
  return counts, bases
end

--- Keeps what rules need of an estimate: of whom it is, who was asked. With the table only
-- where the source says that it will be compared.
function Lint:keep(facts, name)
  local s, record = Survey.inside(facts.survey), self.facts:of(facts.survey)
  local place = require("bilan.lint.facts").place()
  local entry, fields = s.book.items_by_id[name], facts.fields
  local fact = { name = name, root = record.root, where = table.concat(record.where, "\0"), by = {},
    all = core.data.rows(s.table, s.domain), rows = core.data.rows(s.table),
    cut = #record.cuts > 0 }
  fact.asked = fact.all
  local universe = entry and entry.universe
  local ok, within = false, nil
  if universe then ok, within = pcall(core.expr.filter, s.table, universe) end
  if ok then
    fact.asked = core.data.rows(s.table, core.data.both(s.domain, within))
    if fact.asked < fact.all then fact.universe = universe end
  end
  for _, list in ipairs { fields.by or {}, fields.banners or {} } do
    for _, item in ipairs(list) do fact.by[#fact.by + 1] = item.name end
  end
  self.results[facts.result] = fact
  if not self:is_needed(place) then return end
  fact.counts, fact.bases = figures_of(fields.rows)
  fact.table, fact.domain = s.table, s.domain
  local file = self.files[place.file]
  file.made[#file.made + 1] = { line = place.line, fact = fact }
end

--- The one estimate that a value of a sighting came from; nil when there was none, or several.
function Lint.made_at(_, seen, value)
  local found
  for _, made in ipairs(seen.file.made) do
    local origin = value.origin
    local fits = made.line >= origin.line and made.line <= origin.last
    if fits and (not origin.item or origin.item == made.fact.name) then
      if found then return nil end
      found = made.fact
    end
  end
  return found
end

--- for _, seen in lint:sightings(kind): of all files that were run, in order.
function Lint:sightings(kind)
  local list = {}
  for _, file in ipairs(self.order) do
    for _, seen in ipairs(file.sightings) do
      if seen.kind == kind then
        seen.place, seen.file = { file = file.chunk, line = seen.line }, file
        list[#list + 1] = seen
      end
    end
  end
  return ipairs(list)
end

-- ---- reading the script -----------------------------------------------------------------------

-- The ranges of lines that values in sightings come from.
local function needed_lines(sightings)
  local ranges = {}
  local function add(value)
    local origin = value and value.origin
    if origin then ranges[#ranges + 1] = { origin.line, origin.last } end
  end
  for _, seen in ipairs(sightings) do
    add(seen.a)
    add(seen.b)
    for _, figure in ipairs(seen.figures or {}) do add(figure.value) end
  end
  return ranges
end

-- The allows in the comments of a file: { rule, line, last, whole, reason }.
local function allows_of(comments)
  local list = {}
  for _, comment in ipairs(comments) do
    local words = comment.text:match "^%s*lint:%s*(.-)%s*$"
    local rule, rest = (words or ""):match "^allow%s+([%w_-]+)%s*(.*)$"
    if words then
      list[#list + 1] = { rule = rule, reason = rest and rest:match "^because%s+%S.*$",
        line = comment.line, last = comment.last, whole = comment.top, beside = comment.beside }
    end
  end
  return list
end

local LONGEST <const> = 20 -- lines of a statement that one comment can speak of

-- First and last line of every statement that is no block: what a comment beside it speaks of.
local function statement_lines(list, out)
  for _, node in ipairs(list or {}) do
    local body = node.values and node.values[1] and node.values[1].body
    local plain = not body and (not node.blocks or #node.blocks == 0)
    if plain and node.last - node.line < LONGEST then out[#out + 1] = { node.line, node.last } end
    if body then statement_lines(body, out) end
    for _, block in ipairs(node.blocks or {}) do statement_lines(block, out) end
  end
  return out
end

-- A file of the script is about to run.
function Lint:source(facts)
  if self.files[facts.chunk] then return end
  local read = source.read(facts.text)
  local sightings = read.tree and values.sightings(read.tree) or {}
  local file = { chunk = facts.chunk, path = facts.path, made = {}, sightings = sightings,
    needed = needed_lines(sightings), allows = allows_of(read.comments),
    statements = statement_lines(read.tree, {}) }
  self.files[facts.chunk] = file
  self.order[#self.order + 1], file.place = file, #self.order + 1
end

-- ---- listening --------------------------------------------------------------------------------

-- Calls f; its error is noted and goes no further, unless it is a limit of the run.
function Lint:safely(what, f, ...)
  local ok, err = pcall(f, ...)
  if ok then return end
  local text = tostring(err)
  if core.host.limited() or require("bilan.sandbox").out_of_memory(text) then error(err, 0) end
  text = what .. ": " .. text
  if self.faults[text] then return end
  self.faults[text], self.faults[#self.faults + 1] = true, text
end

local first_of = { made = "made", read = "read", column = "column", lists = "lists" }

-- Is an event of a survey with more rows than this lint looks at?
function Lint:is_too_large(facts)
  local survey = self.most_rows and facts.survey
  return survey and core.data.rows(Survey.inside(survey).table) > self.most_rows
end

-- From now on there is something to judge: the store of facts begins.
function Lint:judge()
  if self.facts then return end
  self.facts = require("bilan.lint.facts").new()
  self.results = self.facts.results
end

-- One event: to the store of facts first, then to the rules.
function Lint:hear(kind, facts)
  if self:is_too_large(facts) then return end
  if kind == "source" then return self:safely(kind, self.source, self, facts) end
  self:judge()
  if first_of[kind] then
    self:safely(kind, self.facts[first_of[kind]], self.facts, facts)
  end
  for _, rule in ipairs(rules()) do
    local act = rule.on[kind]
    if act then self:safely(rule.name, act, self, facts) end
  end
end

--- A lint that listens from now on. opts.most_rows: surveys with more rows are passed over, whose
-- rules would take as long as the estimates.
function M.start(opts)
  local lint = setmetatable({ files = {}, order = {}, findings = {}, found = {}, titles = {},
    faults = {}, most_rows = opts and opts.most_rows }, Lint)
  lint.stop = events.listen(function(kind, facts) lint:hear(kind, facts) end, lint.most_rows)
  return lint
end

-- ---- allows -----------------------------------------------------------------------------------

-- Is a line in the same statement as another?
local function same_statement(file, a, b)
  for _, range in ipairs(file.statements) do
    if a >= range[1] and a <= range[2] and b >= range[1] and b <= range[2] then return true end
  end
  return false
end

-- Does an allow speak of this finding?
local function covers(file, allow, finding)
  if allow.rule ~= finding.rule then return false end
  if allow.whole or allow.line == finding.line then return true end
  if allow.beside then return same_statement(file, allow.line, finding.line) end
  return allow.last + 1 == finding.line or same_statement(file, allow.last + 1, finding.line)
end

-- Takes away what is allowed.
function Lint:apply_allows()
  local left = {}
  for _, finding in ipairs(self.findings) do
    local file, allowed = self.files[finding.file], false
    for _, allow in ipairs(file and file.allows or {}) do
      if covers(file, allow, finding) then allow.used, allowed = true, allow.reason or allowed end
    end
    if not allowed then left[#left + 1] = finding end
  end
  self.findings = left
end

-- What is wrong with the allows themselves.
function Lint:check_allows(unused)
  for _, file in ipairs(self.order) do
    for _, allow in ipairs(file.allows) do
      local place, known = { file = file.chunk, line = allow.line }, false
      local names = rule_names()
      for _, name in ipairs(names) do known = known or name == allow.rule end
      if not allow.rule then
        self:find("bad-allow", place, "a comment for lint that allows nothing",
          "it does not do what it looks like", "-- lint: allow RULE because REASON")
      elseif not known then
        self:find("bad-allow", place, ('no rule "%s"%s'):format(allow.rule,
          fault.hint(names, allow.rule)), "it takes nothing away", "the name in brackets")
      elseif not allow.reason then
        self:find("bad-allow", place, ("%s is allowed without a reason"):format(allow.rule),
          "who reads it next year will not know why it is right here", "because REASON behind it")
      elseif unused and not allow.used then
        self:find("unused-allow", place, ("there is no %s to allow here"):format(allow.rule),
          "it would hide the next one", "no such comment")
      end
    end
  end
end

-- ---- the end ----------------------------------------------------------------------------------

-- By the order of the files, then by line and rule.
local function sort(lint)
  local function place_of(finding)
    local file = lint.files[finding.file]
    return file and file.place or #lint.order + 1
  end
  for i, finding in ipairs(lint.findings) do finding.at = i end
  table.sort(lint.findings, function(a, b)
    local x, y = place_of(a), place_of(b)
    if x ~= y then return x < y end
    if a.line ~= b.line then return a.line < b.line end
    return a.at < b.at
  end)
end

--- Ends the listening; gives the findings. opts: unused = false leaves out allows that took nothing
-- away: the script ended by an error, or its data are not all there yet.
function Lint:finish(opts)
  self.stop()
  for _, file in ipairs(self.order) do if #file.sightings > 0 then self:judge() end end
  for _, rule in ipairs(self.facts and rules() or {}) do
    if rule.finish then self:safely(rule.name, rule.finish, self) end
  end
  self:apply_allows()
  self:check_allows(not opts or opts.unused ~= false)
  sort(self)
  for _, finding in ipairs(self.findings) do
    local file = self.files[finding.file]
    finding.file, finding.at = file and file.path or finding.file, nil
  end
  return self.findings
end

--- "file:line: warning: what; why; instead [rule]".
function M.text(finding)
  return ("%s:%d: warning: %s; %s; instead: %s [%s]\n"):format(finding.file, finding.line,
    finding.what, finding.why, finding.instead, finding.rule)
end

--- Findings as lines of text, at most `most`, and how many more there are.
function M.lines(findings, most)
  local lines = {}
  for i = 1, math.min(#findings, most or #findings) do lines[i] = M.text(findings[i]) end
  return table.concat(lines), #findings - #lines
end

--- Findings as JSON.
function M.json(findings, more)
  local out = { findings = findings, error = more and more.error }
  return json.encode(out, { "findings", "error", "file", "line", "rule", "what", "why", "instead" })
    .. "\n"
end

return M
