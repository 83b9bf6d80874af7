--- bilan verify: a recorded run once more, figure by figure.
--
-- The script runs again with its recorded arguments and the recorded versions of methods; each
-- figure then is
--   same     every number, text, base and label as recorded, to the last bit
--   changed  some are not: old and new, and why
--   gone, new
-- Why is read from the receipts: what this very figure was computed from, then and now. Data are
-- named by file and item, a codebook by item and what was changed in its entry, a method by its
-- versions, a script by its file when the computation itself is another or nothing else explains
-- the change. Files that the run writes are compared by their bytes; those that are absent are
-- written again, one that is there and differs is left alone unless `write` says otherwise.
local archive = require "bilan.archive"
local core = require "bilan.core"
local fault = require "bilan.fault"
local json = require "bilan.json"
local receipt = require "bilan.record.receipt"
local record = require "bilan.record"

local M = {}

-- ---- outputs -----------------------------------------------------------------------------------

-- The hash of a file below the output folder, nil when it is not there.
local function on_disk(out, path)
  local full = out .. "/" .. path
  return core.host.exists(full) and core.csv.sha256(core.host.read(full)) or nil
end

-- Takes the outputs of a run: one that is absent is written at once, since the script may read it,
-- any other is kept in memory. { bytes, written } by path.
local function new_taker(out)
  local taker = { bytes = {}, written = {} }
  function taker.write(path, bytes)
    taker.bytes[path] = bytes
    if taker.written[path] or not core.host.exists(out .. "/" .. path) then
      taker.written[path] = true
      return core.host.write(path, bytes)
    end
    return out .. "/" .. path
  end
  return taker
end

-- One output that the run made: compared with what was recorded and with the file that is there.
local function settle(output, old, taker, opts)
  local entry = { path = output.path, status = not old and "new"
    or old.sha256 == output.sha256 and "same" or "changed" }
  if taker.written[output.path] then
    entry.on_disk, entry.written = "absent", true
  elseif on_disk(opts.out, output.path) ~= output.sha256 then
    entry.on_disk = "differs"
    entry.written = opts.write
    if opts.write then core.host.write(output.path, taker.bytes[output.path]) end
  end
  return entry
end

-- All outputs, those of the run first, then those that it no longer makes.
local function outputs_of(made, recorded, taker, opts)
  local old, out = {}, {}
  for _, output in ipairs(recorded) do old[output.path] = output end
  for _, output in ipairs(made) do
    out[#out + 1] = settle(output, old[output.path], taker, opts)
    old[output.path] = nil
  end
  for _, output in ipairs(recorded) do
    if old[output.path] then out[#out + 1] = { path = output.path, status = "gone" } end
  end
  return out
end

-- ---- inputs ------------------------------------------------------------------------------------

-- Inputs that are not as they were: { { path, role, status }, ... }.
local function inputs_changed(before, after)
  local known, out = {}, {}
  for _, input in ipairs(before) do known[input.role .. "\0" .. input.path] = input end
  for _, input in ipairs(after) do
    local key = input.role .. "\0" .. input.path
    local old = known[key]
    known[key] = nil
    if not old or old.sha256 ~= input.sha256 then
      out[#out + 1] = { path = input.path, role = input.role, status = old and "changed" or "new" }
    end
  end
  for _, input in ipairs(before) do
    if known[input.role .. "\0" .. input.path] then
      out[#out + 1] = { path = input.path, role = input.role, status = "gone" }
    end
  end
  return out
end

-- ---- why ---------------------------------------------------------------------------------------

-- A cause: { kind = data | codebook | method | script | engine, file, items, text }.
local function add_cause(causes, kind, file, item)
  for _, cause in ipairs(causes) do
    if cause.kind == kind and cause.file == file then
      cause.items[#cause.items + 1] = item
      return
    end
  end
  causes[#causes + 1] = { kind = kind, file = file, items = { item } }
end

local function by_item(items)
  local groups = {}
  for _, item in ipairs(items) do
    groups[item.item] = groups[item.item] or {}
    table.insert(groups[item.item], item)
  end
  return groups
end

local function same_columns(a, b) return json.pack(a.columns) == json.pack(b.columns) end

local function source_name(told, item)
  local source = told.sources[item.source] or {}
  local name = source.path or "the script's own data"
  return source.wave and ("%s, wave %s"):format(name, source.wave) or name
end

-- "interet (label, levels)": what was changed in the entry of an item.
local function entry_text(old, new, context)
  local before = context.old_entry(old.codebook)
  local after = context.new_entry(new.codebook)
  local names = before and after and receipt.entry_changes(before, after) or {}
  return #names > 0 and ("%s (%s)"):format(new.codebook.id, table.concat(names, ", "))
    or new.codebook.id
end

-- What changed in the data or in the codebook of one item.
local function item_causes(causes, old, new, told, context)
  if not same_columns(old, new) then add_cause(causes, "data", source_name(told, new), new.item) end
  local a, b = old.codebook, new.codebook
  if a and b and a.sha256 ~= b.sha256 then
    add_cause(causes, "codebook", context.book_path(b.book), entry_text(old, new, context))
  elseif (a == nil) ~= (b == nil) then
    add_cause(causes, "codebook", context.book_path((b or a).book), new.item)
  end
end

-- Is the computation itself another: the call, an expression, the design?
local function same_recipe(old, new)
  return old.computed == new.computed and json.pack(old.steps) == json.pack(new.steps)
end

-- Scripts and modules that changed; with `all` every input that did.
local function file_causes(causes, context, all)
  for _, input in ipairs(context.inputs) do
    if input.role == "script" or input.role == "module" then
      add_cause(causes, "script", input.path)
    elseif all then add_cause(causes, input.role, input.path) end
  end
end

-- "was proportion(...)" where the call is another.
local function recipe_text(old, new)
  if old.computed ~= new.computed and old.computed and new.computed then
    return ("%s -> %s"):format(old.computed, new.computed)
  end
  local known, gone, come = {}, {}, {}
  for _, step in ipairs(old.steps) do known[step] = true end
  for _, step in ipairs(new.steps) do
    if not known[step] then come[#come + 1] = step end
    known[step] = nil
  end
  for _, step in ipairs(old.steps) do if known[step] then gone[#gone + 1] = step end end
  return ("%s -> %s"):format(#gone > 0 and table.concat(gone, "; ") or "-",
    #come > 0 and table.concat(come, "; ") or "-")
end

-- Codebooks whose entries of these items are the same, but that are others as a whole: their
-- language, their title.
local function book_causes(causes, old, new, context)
  local books = {}
  for _, item in ipairs(old.items) do
    if item.codebook then books[item.codebook.book] = true end
  end
  for _, item in ipairs(new.items) do
    local book = item.codebook and item.codebook.book
    if book and not books[book] then add_cause(causes, "codebook", context.book_path(book)) end
  end
end

-- How much an item of the old receipt is like one of the new that has its name: nothing but the
-- name 1, from the same source 2, the same column there 3.
local function likeness(was, item, old, new)
  if source_name(old, was) ~= source_name(new, item) then return 1 end
  return same_columns(was, item) and 3 or 2
end

-- Pairs the items of two receipts by name, those most alike first, since several files may have an
-- item of one name: { [new item] = old item }.
local function counterparts(old, new)
  local before, pairs_ = by_item(old.items), {}
  for wanted = 3, 1, -1 do
    for _, item in ipairs(new.items) do
      local list = not pairs_[item] and before[item.item] or {}
      for at, was in ipairs(list) do
        if likeness(was, item, old, new) >= wanted then
          pairs_[item] = table.remove(list, at)
          break
        end
      end
    end
  end
  return pairs_
end

--- Why a figure is not what it was: receipts of the two runs, and what is known of both.
local function causes_of(old, new, context)
  local causes = {}
  local before, after = counterparts(old, new), by_item(new.items)
  for _, item in ipairs(new.items) do
    if before[item] then item_causes(causes, before[item], item, new, context) end
  end
  for _, item in ipairs(old.items) do
    local gone = not after[item.item]
    if gone and same_recipe(old, new) then
      add_cause(causes, "data", source_name(old, item), item.item)
    end
  end
  if old.method ~= new.method or old.version ~= new.version then
    causes[#causes + 1] = { kind = "method", items = {}, text = ("%s %d -> %s"):format(old.method,
      old.version, old.method ~= new.method and ("%s %d"):format(new.method, new.version)
      or tostring(new.version)) }
  end
  if not same_recipe(old, new) then
    local count = #causes
    file_causes(causes, context)
    local first = causes[count + 1]
    if first then first.text = recipe_text(old, new) end
  end
  if #causes == 0 then book_causes(causes, old, new, context) end
  if #causes == 0 then file_causes(causes, context, old.method == "typed") end
  if #causes == 0 and context.engine then
    causes[1] = { kind = "engine", items = {}, text = context.engine }
  end
  return causes
end

-- ---- figures -----------------------------------------------------------------------------------

local compared = { "value", "se", "low", "high", "conf", "n", "count", "weighted_n", "missing",
  "df", "deff", "statistic", "p_value", "shown", "withheld", "key", "label", "title", "unit" }

-- "quantile 1": by what a figure was computed.
local function method_text(figure)
  return ("%s %s"):format(figure.method, figure.method_version)
end

-- Fields that differ between two figures: { { field, old, new }, ... }. Another version of the
-- method is a change by itself: that its numbers are the same is by chance of the data.
local function differences(old, new)
  local out = {}
  for _, name in ipairs(compared) do
    if old[name] ~= new[name] then
      out[#out + 1] = { field = name, old = old[name], new = new[name] }
    end
  end
  local a, b = json.unpack(old.detail), json.unpack(new.detail)
  a.receipt, b.receipt, a.by, b.by = nil, nil, nil, nil
  if #out == 0 and json.pack(a) ~= json.pack(b) then
    for _, name in ipairs(receipt.entry_changes(json.pack(a), json.pack(b))) do
      out[#out + 1] = { field = name, old = a[name], new = b[name] }
    end
  end
  local method, other = method_text(old), method_text(new)
  if #out == 0 and method ~= other then out[1] = { field = "method", old = method, new = other } end
  return out
end

-- { [indicator] = { rows, receipt } } and the ids in their order.
local function by_indicator(figures)
  local groups, ids = {}, {}
  for _, figure in ipairs(figures) do
    local group = groups[figure.indicator]
    if not group then
      group = { rows = {}, receipt = json.unpack(figure.detail).receipt }
      group.receipt = group.receipt or { items = {}, sources = {}, steps = {}, method = "typed",
        version = 1 }
      groups[figure.indicator], ids[#ids + 1] = group, figure.indicator
    end
    group.rows[#group.rows + 1] = figure
  end
  return groups, ids
end

-- Pairs of rows: those of the same key, then those left over at the same place.
local function pairs_of(old_rows, new_rows)
  local by_key, taken, out = {}, {}, {}
  for _, row in ipairs(new_rows) do by_key[row.key] = by_key[row.key] or row end
  for at, row in ipairs(old_rows) do
    local same = by_key[row.key]
    if same and not taken[same] then
      out[at], taken[same] = { old = row, new = same }, true
    end
  end
  for at, row in ipairs(old_rows) do
    local other = new_rows[at]
    if not out[at] and other and not taken[other] then
      out[at], taken[other] = { old = row, new = other }, true
    end
    out[at] = out[at] or { old = row }
  end
  for _, row in ipairs(new_rows) do if not taken[row] then out[#out + 1] = { new = row } end end
  return out
end

-- One pair as it is reported.
local function verdict(pair, old_receipt, new_receipt, context)
  local one = pair.new or pair.old
  local out = { indicator = one.indicator, row = one.row, key = one.key, title = one.title,
    label = one.label, unit = one.unit, changes = {}, why = {} }
  out.status = not pair.new and "gone" or not pair.old and "new" or "same"
  if out.status == "same" then out.changes = differences(pair.old, pair.new) end
  if #out.changes > 0 then out.status = "changed" end
  if out.status == "same" then return out end
  if old_receipt and new_receipt then
    out.why = causes_of(old_receipt, new_receipt, context)
    for _, change in ipairs(out.changes) do
      local title_alone = change.field == "title" and #out.changes == 1
      if title_alone then out.why = {}; file_causes(out.why, context) end
    end
  else
    file_causes(out.why, context)
  end
  return out
end

-- All figures of two runs, in the order of the old one; new ones behind.
local function compare(old, new, context)
  local before, ids = by_indicator(old)
  local after, new_ids = by_indicator(new)
  for _, id in ipairs(new_ids) do if not before[id] then ids[#ids + 1] = id end end
  local out = {}
  for _, id in ipairs(ids) do
    local a, b = before[id] or { rows = {} }, after[id] or { rows = {} }
    for _, pair in ipairs(pairs_of(a.rows, b.rows)) do
      out[#out + 1] = verdict(pair, a.receipt, b.receipt, context)
    end
  end
  return out
end

M.compare = compare

-- ---- one run -----------------------------------------------------------------------------------

-- The entries of codebooks as JSON, found by a receipt's { id, book }: of the archive, and of the
-- run just made.
local function entry_finder(book_json)
  local cache = {}
  return function(code)
    if cache[code.book] == nil then
      local text = book_json(code.book)
      local items = {}
      for _, item in ipairs(text and json.unpack(text).items or {}) do
        items[item.id] = json.pack(item)
      end
      cache[code.book] = items
    end
    return cache[code.book][code.id]
  end
end

-- What both runs know, for the causes.
local function context_of(store, run, old_inputs, made)
  local new_books, paths = {}, {}
  for _, book in ipairs(made.codebooks) do
    new_books[book.sha256], paths[book.sha256] = book.json, book.path
  end
  local function old_json(sha256) return (store:codebook(sha256)) end
  local function path_of(sha256) return paths[sha256] or select(2, store:codebook(sha256)) end
  return {
    inputs = inputs_changed(old_inputs, made.inputs),
    old_entry = entry_finder(old_json),
    new_entry = entry_finder(function(sha256) return new_books[sha256] end),
    book_path = function(sha256) return path_of(sha256) or "codebook" end,
    engine = run.engine ~= core.version and ("%s -> %s"):format(run.engine, core.version) or nil,
  }
end

-- Paths are recorded as they were given: from another folder they lead nowhere.
local function check_script(path)
  local ok, there = pcall(core.host.exists, path)
  if ok and there then return end
  fault.raise('cannot find "%s" from here: verify runs in the folder where the run was made', path)
end

local function count_of(list, field)
  local counts = {}
  for _, one in ipairs(list) do counts[one[field]] = (counts[one[field]] or 0) + 1 end
  return counts
end

-- Was everything as recorded? What is only made again is.
local function is_same(out)
  if out.failed then return false end
  for _, figure in ipairs(out.figures) do if figure.status ~= "same" then return false end end
  for _, output in ipairs(out.outputs) do
    local left = output.on_disk == "differs" and not output.written
    if output.status ~= "same" or left then return false end
  end
  return true
end

--- Verifies one run of an archive. opts: out (the folder), write, trusted, folder (of the script).
-- { run, script, wave, started, figures, outputs, inputs, remarks, failed, same }.
function M.run(path, run, opts)
  local store = archive.open(path, "read")
  local old = { figures = store:figures(run.id), inputs = store:inputs(run.id),
    outputs = store:outputs(run.id) }
  local out = { run = run.id, script = run.script, wave = run.wave, started = run.started,
    figures = {}, outputs = {}, inputs = {}, remarks = {} }
  local taker = new_taker(opts.out)
  local function remark(...) out.remarks[#out.remarks + 1] = string.format(...) end
  local lookup = record.lookup(path, function(file)
    remark("%s cannot be read: taken from %s as it was then", file, path)
  end)
  local ok, made = record.silently(function()
    check_script(run.script)
    local ledger = record.execute(run.script, json.unpack(run.arguments), { trusted = opts.trusted,
      folder = opts.folder, recall = json.unpack(run.methods),
      ledger = { store = lookup, write = taker.write } })
    return record.build(ledger, { script = run.script, arguments = json.unpack(run.arguments),
      out = opts.out, options = json.unpack(run.options) })
  end)
  if not ok then out.failed = fault.text(made)
  else
    local context = context_of(store, run, old.inputs, made)
    out.figures = compare(old.figures, made.figures, context)
    out.inputs = context.inputs
    if context.engine then remark("the engine is another: %s", context.engine) end
    out.outputs = outputs_of(made.outputs, old.outputs, taker, opts)
  end
  store:close()
  out.same, out.counts = is_same(out), count_of(out.figures, "status")
  return out
end

return M
