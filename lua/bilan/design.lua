--- The verbs of a survey that say how its sample was drawn and how it is weighted.
--
-- A design belongs to the rows of the table, all of them, whatever the domain: `where` before or
-- after makes no difference to it. It is kept beside the table as
--   state.design    the core's design, which estimates are given
--   state.declared  { weights, strata, clusters, fpc, kind, items, receipts }: in words, for
--                   notes and reports; never changed, copied with one receipt more
-- Every adjustment leaves a receipt: what was asked, what was reached and what it cost.
local core = require "bilan.core"
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local Survey = require "bilan.survey"

local methods, inside, list_of = Survey.methods, Survey.inside, Survey.list_of

-- ---- reading options --------------------------------------------------------------------------

-- The item an option names. A number stands for a column of that number: fpc = 1340.
local function item_at(draft, option, value)
  if type(value) == "number" and option == "fpc" then
    local name = "fpc " .. core.text.number(value)
    draft.table = core.expr.derive(draft.table, name, core.text.number(value))
    return name
  end
  if type(value) ~= "string" then
    fault.raise("%s: %s: the name of an item is expected, got a %s", draft.verb, option, type(value))
  end
  core.data.check(draft.table, value)
  return value
end

-- A name, or a list of one name a stage (false: none at that stage), as a list.
local function stages_of(draft, option, value)
  local out = {}
  for i, one in ipairs(list_of(value)) do
    out[i] = one and item_at(draft, option, one)
  end
  return out
end

local function named(list)
  local names = {}
  for _, name in ipairs(list) do if name then names[#names + 1] = name end end
  return names
end

-- ---- keeping ----------------------------------------------------------------------------------

-- This survey with a design; `declared` says it in words, `spec` is what it was declared by.
local function with_design(self, design, declared, spec)
  return Survey.changed(self, { design = design, declared = declared, design_lost = false },
    spec and "design", spec)
end

-- The design of a survey; without one, of a simple random sample of its rows, declared here.
local function design_of(self)
  local s = inside(self)
  if s.design then return s.design, s.declared end
  return core.design.declare(s.table, {}), { receipts = {}, strata = {}, clusters = {}, fpc = {} }
end

Survey.with_design, Survey.design_of = with_design, design_of

-- ---- declaring --------------------------------------------------------------------------------

-- A design declared anew would forget adjusted weights without a word.
local function check_drawn(self, verb)
  local declared = inside(self).declared
  local last = declared and declared.receipts[#declared.receipts]
  if last then
    fault.raise("%s: the weights were adjusted already (%s) and would be lost: declare first, "
      .. "then adjust; add_weights makes them an item", verb, last.verb)
  end
end

local design_options = { "weights", "strata", "clusters", "fpc", "nest", "lonely", "sampling" }

--- How the sample was drawn: weights (an item), strata, clusters and fpc (an item, or a list of
-- one a stage), nest (labels of clusters begin anew in each stratum), lonely (fail, adjust,
-- certainty, average), sampling (probability, nonprobability, census).
function methods:design(opts)
  opts = fault.options(opts, design_options, "design")
  check_drawn(self, "design")
  local draft = { table = inside(self).table, verb = "design" }
  local spec = { nest = opts.nest, lonely = opts.lonely, sampling = opts.sampling,
    weights = opts.weights ~= nil and item_at(draft, "weights", opts.weights) or nil }
  for _, option in ipairs { "strata", "clusters", "fpc" } do
    spec[option] = stages_of(draft, option, opts[option])
  end
  return with_design(self, core.design.declare(draft.table, spec), { weights = spec.weights,
    strata = named(spec.strata), clusters = named(spec.clusters), fpc = named(spec.fpc),
    receipts = {} }, spec)
end

-- rw2 before rw10: runs of digits compare as numbers, everything else by bytes.
local function natural_key(name)
  return (name:gsub("%d+", function(digits)
    local short = digits:gsub("^0+", "")
    return ("%03d%s"):format(#short, short)
  end))
end

local function before(a, b)
  local x, y = natural_key(a), natural_key(b)
  if x ~= y then return x < y end
  return a < b
end

-- The items whose whole name fits a Lua pattern, in natural order.
local function matching(self, pattern)
  local whole, found = "^" .. pattern:gsub("^%^", ""):gsub("([^%%])%$$", "%1") .. "$", {}
  local names = core.data.names(inside(self).table)
  for _, name in ipairs(names) do
    local ok, at = pcall(string.find, name, whole)
    if not ok then fault.raise('replicates: replicate_weights: "%s" is no Lua pattern', pattern) end
    if at then found[#found + 1] = name end
  end
  if #found == 0 then
    fault.raise('replicates: replicate_weights: no item is called "%s" in full%s', pattern,
      fault.hint(names, pattern))
  end
  table.sort(found, before)
  return found
end

local kind_names = { "brr", "fay", "jk1", "jkn", "jk2", "bootstrap", "sdr", "other" }
local aliases = { acs = "sdr", ["successive-difference"] = "sdr" }

local function kind_of(kind, what)
  if kind == nil then
    fault.raise("%s: kind is missing: %s", what, table.concat(kind_names, ", "))
  end
  local word = tostring(kind):lower()
  return fault.choice(aliases[word] or word, kind_names, nil, what .. ": kind")
end

-- Fay's factor is asked for like the kind: 0 in its place would be another scale.
local function check_rho(kind, rho, what)
  if kind == "fay" and rho == nil then
    fault.raise("%s: rho is missing: Fay's factor, from 0 (plain brr) to below 1", what)
  end
end

local replicate_options = { "weights", "replicate_weights", "kind", "rho", "scale", "rscales",
  "mse", "combined", "df" }

--- Replicate weights that came with the data: weights (an item), replicate_weights (names, or a
-- Lua pattern of whole names), kind, rho (fay), scale, rscales, mse, combined = false (the columns
-- are factors of the weight), df ("rank", "replicates").
function methods:replicates(opts)
  opts = fault.options(opts, replicate_options, "replicates")
  check_drawn(self, "replicates")
  local draft = { table = inside(self).table, verb = "replicates" }
  local kind, columns = kind_of(opts.kind, "replicates"), opts.replicate_weights
  check_rho(kind, opts.rho, "replicates")
  if columns == nil then
    fault.raise('replicates: replicate_weights is missing: names of items, or a pattern like "rw%%d+"')
  end
  if type(columns) == "string" then columns = matching(self, columns) end
  for _, name in ipairs(columns) do item_at(draft, "replicate_weights", name) end
  if opts.weights ~= nil then item_at(draft, "weights", opts.weights) end
  if opts.combined == false and not opts.weights then
    fault.raise("replicates: combined = false: name the weights that the factors belong to")
  end
  local rscales = type(opts.rscales) == "number" and {} or opts.rscales
  for i = 1, type(opts.rscales) == "number" and #columns or 0 do rscales[i] = opts.rscales end
  local design = core.design.replicates(draft.table, { weights = opts.weights, columns = columns,
    kind = kind, rho = opts.rho, scale = opts.scale, rscales = rscales, mse = opts.mse,
    factors = opts.combined == false or nil, df = opts.df })
  return with_design(self, design, { weights = opts.weights, strata = {}, clusters = {}, fpc = {},
    receipts = {} })
end

--- Replicate weights made from the design: kind (jk1, jkn, brr, fay, bootstrap), replicates (how
-- many), rho (fay), mse, seed (bootstrap), df ("rank", "replicates").
function methods:to_replicates(opts)
  opts = fault.options(opts, { "kind", "replicates", "rho", "mse", "seed", "df" }, "to_replicates")
  local design, declared = design_of(self)
  local kind = kind_of(opts.kind, "to_replicates")
  check_rho(kind, opts.rho, "to_replicates")
  return with_design(self, core.design.to_replicates(design, { rho = opts.rho, mse = opts.mse,
    kind = kind, replicates = opts.replicates, seed = opts.seed,
    df = opts.df }), declared)
end

-- ---- in words ---------------------------------------------------------------------------------

-- The design in sentences: { key, args }, for the notes of results and reports.
function Survey.design_notes(self, lang)
  local s, notes = inside(self), {}
  local function say(key, args) notes[#notes + 1] = { key, args or {} } end
  if not s.design then return { { "method_srs", {} } } end
  local facts, declared = Survey.facts(s.design), s.declared
  if facts.sampling ~= "probability" then say("method_" .. facts.sampling) end
  if facts.replicates then
    say("method_replicates", { replicates = facts.replicates.count, df = facts.replicates.df,
      kind = facts.replicates.kind })
  elseif facts.strata > 1 then
    say("method_design", { strata = facts.strata, psus = facts.psus, df = facts.df })
  elseif facts.clustered then
    say("method_clusters", { psus = facts.psus, df = facts.df })
  else
    say(facts.sampling == "probability" and "method_rows" or "method_rows_model",
      { n = facts.rows, df = facts.df })
  end
  if facts.stages > 1 then say("method_stages", { count = facts.stages }) end
  if facts.fpc and not facts.replicates then say("method_fpc") end
  if declared.weights or #declared.receipts > 0 then
    say("method_weights", { weights = declared.weights or format.say(lang, "weights_computed") })
  elseif facts.weighted and #declared.fpc > 0 then
    say("method_weights", { weights = format.say(lang, "weights_fpc") })
  end
  for _, receipt in ipairs(declared.receipts) do
    if receipt.verb == "trim" then say("method_trimmed", { count = receipt.trimmed })
    else
      say("method_" .. receipt.verb, { items = table.concat(receipt.items, ", ") })
      if receipt.negative > 0 then say("method_negative", { count = receipt.negative }) end
    end
  end
  if declared.dropped then say("method_dropped", { count = declared.dropped }) end
  if facts.lonely_strata > 0 and not facts.replicates then
    say("method_lonely", { count = facts.lonely_strata, rule = facts.lonely })
  end
  return notes
end

-- Does any record have an interval or a standard error, that is: does the design matter?
local function has_error(rows)
  for _, row in ipairs(rows) do
    if row.low or row.se then return true end
  end
  return false
end

--- Adds to the spec of a result what its design says of it; without one, for reports, that the
-- sample was taken as a simple random one.
function Survey.add_design(self, fields, lang, df)
  local s = inside(self)
  if not s.design then
    fields.design_notes = s.design_lost and { { "method_design_lost", {} } } or nil
    fields.report_notes = has_error(fields.rows) and { { "method_srs", {} } } or nil
    return
  end
  fields.design_notes = Survey.design_notes(self, lang)
  local facts, rules = Survey.facts(s.design), { { "method_rows_kept", {} } }
  if not facts.replicates then rules[2] = { "method_df_" .. (df or "domain"), {} } end
  if facts.collisions > 0 then
    rules[#rules + 1] = { "method_collisions", { count = facts.collisions } }
  end
  if facts.weighted then rules[#rules + 1] = { "method_effective", {} } end
  fields.report_notes, fields.weighted = rules, facts.weighted
end

local function sentences_of(notes, lang)
  local lines = {}
  for i, entry in ipairs(notes) do lines[i] = format.say(lang, entry[1], entry[2]) end
  return lines
end

-- One receipt as lines of text: what it was, then target and reached by level.
local function receipt_lines(receipt, lang)
  local number = function(x, decimals)
    return x and format.number(x, { lang = lang, decimals = decimals }) or "-"
  end
  local lines = { format.say(lang, "receipt_" .. receipt.verb, { items =
    table.concat(receipt.items, ", "), iterations = receipt.iterations,
    low = number(receipt.least, 3), high = number(receipt.most, 3),
    effective = number(receipt.effective_n, 1), count = receipt.trimmed }) }
  for _, line in ipairs(receipt.lines) do
    local place = (line.item or "(Intercept)") .. (line.level and " = " .. line.level or "")
    lines[#lines + 1] = ("  %s: %s -> %s (n = %s)"):format(place, number(line.before, 1),
      number(line.reached, 1), number(line.n))
  end
  return lines
end

local function wrapped(text, width)
  local lines, line = {}, ""
  local indent = text:match("^ *")
  for word in text:gmatch("[^ ]+") do
    if line ~= "" and core.text.width(line .. " " .. word) > width then
      lines[#lines + 1], line = line, indent .. "  " .. word
    else
      line = line == "" and indent .. word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local WIDTH <const> = 80
local report_type = { __name = "bilan.design_report", __metatable = false }
function report_type.__tostring(report) return report.text end

--- The design as it is: facts (strata, psus, df, ...), what was declared, receipts; tostring
-- gives it in sentences.
function methods:design_report(opts)
  opts = fault.options(opts, { "lang" }, "design_report")
  local s, out = inside(self), {}
  local lang = opts.lang or s.book.lang or require("bilan.output.lang").default
  local lines = sentences_of(Survey.design_notes(self, lang), lang)
  local facts = s.design and Survey.facts(s.design)
  if facts and facts.collisions > 0 then
    lines[#lines + 1] = format.say(lang, "method_collisions", { count = facts.collisions })
  end
  for _, receipt in ipairs(s.declared and s.declared.receipts or {}) do
    table.move(receipt_lines(receipt, lang), 1, #receipt.lines + 1, #lines + 1, lines)
  end
  for i, line in ipairs(lines) do lines[i] = wrapped(line, WIDTH) end
  for key, value in pairs(facts or {}) do out[key] = value end
  for key, value in pairs(s.declared or {}) do out[key] = out[key] == nil and value or out[key] end
  out.declared = s.declared and { weights = s.declared.weights, strata = s.declared.strata,
    clusters = s.declared.clusters, fpc = s.declared.fpc } or nil
  out.text = table.concat(lines, "\n")
  return setmetatable(out, report_type)
end

return methods
