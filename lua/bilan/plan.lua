--- Promises: figures that are made together when somebody looks at one of them.
--
-- A table of many rows costs a pass over memory, and a pass serves many tables as well as one. So
-- the estimates of a big survey are checked when they are asked for and computed at the first look
-- at any of them: all that are open for the same table, domain and design, in the order of their
-- calls, in batches that one pass of the kernel answers (core.plan). What is computed does not
-- depend on it: figures are those of a table made alone, bit for bit.
--
-- A batch hangs on the surveys and results that belong to it, and on nothing else: it lives as long
-- as they do, whatever the collector does. An error is kept with its promise, under the line that
-- asked for it, and raised at each look.
local core = require "bilan.core"
local events = require "bilan.events"

local M = {}

--- Rows from which a pass over them is worth waiting for.
M.many = 65536

--- Is an estimate of this survey to be promised? Not when somebody waits for its figures.
function M.wanted(s)
  local rows = core.data.rows(s.table)
  return rows >= M.many and rows > events.most_rows
end

-- The batch that is open for the table, domain and design of a survey.
local function batch_of(s)
  local batch = s.batch
  if not (batch and batch.table == s.table and batch.domain == s.domain
      and batch.design == s.design) then
    batch = { table = s.table, domain = s.domain, design = s.design, open = {} }
    s.batch = batch
  end
  return batch
end

-- The tables that an answer is made of, { { item = name, by = { names } }, ... }: one a banner, or
-- that of the groups.
local function wants_of(passed)
  local wants = {}
  for i, name in ipairs(passed.columns or {}) do wants[i] = { item = passed.row, by = { name } } end
  return passed.columns and wants or { { item = passed.item, by = passed.by } }
end

--- Promises an answer of the core that was checked and not made. passed: what it was asked with, nil
-- when it is not of the survey's own items.
function M.promise(s, answer, passed)
  local batch = batch_of(s)
  local promise = { answer = answer, wants = passed and wants_of(passed) or {}, batch = batch,
    where = core.where() }
  batch.open[#batch.open + 1] = promise
  return promise
end

-- How many of the promises from place `at` on one plan answers; the plan is then open.
local function plan_from(batch, list, at)
  if not core.plan then return 1 end
  local wants, ends = {}, {}
  for place = at, #list do
    table.move(list[place].wants, 1, #list[place].wants, #wants + 1, wants)
    ends[place] = #wants
  end
  local planned, answered = pcall(core.plan.open, batch.table, batch.domain, batch.design, wants)
  if not planned then return 1 end -- one of them is refused: which is found out one by one
  local last = at
  while last < #list and ends[last + 1] <= answered do last = last + 1 end
  return last - at + 1
end

local closer = { __close = function() if core.plan then core.plan.close() end end }

-- Makes promises from place `at` on, as many as one plan answers; the place behind them.
local function make_some(batch, at)
  local closing <close> = setmetatable({}, closer) -- luacheck: ignore
  local list = batch.open
  local last = at + plan_from(batch, list, at) - 1
  for place = at, last do
    local promise = list[place]
    if promise.batch then
      local failed = promise.answer:make()
      promise.failed = failed and promise.where .. failed
      promise.batch, promise.wants = nil, {}
    end
  end
  return last + 1
end

--- The answer of a promise, made now with all others of its batch unless it was made before.
function M.look(promise)
  local batch = promise.batch
  if batch then
    local at = 1
    while at <= #batch.open do at = make_some(batch, at) end
    batch.open = {}
  end
  if promise.failed then error(promise.failed, 0) end
  return promise.answer
end

return M
