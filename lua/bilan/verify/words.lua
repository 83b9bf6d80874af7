--- What bilan verify found, in words of 80 columns and as JSON.
--
-- A person first sees what is not the same: each figure with its old and new text and why; then
-- the counts, the files and the inputs that changed. Texts are those of tables where they differ,
-- else numbers with the digits that tell them apart: a change of the last bit must show.
local core = require "bilan.core"
local format = require "bilan.output.format"
local json = require "bilan.json"

local M = {}

local WIDTH <const> = 80

-- A paragraph whose first line begins with `head`, the others below its text.
local function paragraph(lines, head, text)
  local indent = (" "):rep(core.text.width(head))
  local line = head
  for word in text:gmatch "%S+" do
    local more = line == head and line .. word or line .. " " .. word
    if core.text.width(more) > WIDTH and line ~= head and line ~= indent then
      lines[#lines + 1] = line
      line, head = indent .. word, indent
    else
      line = more
    end
  end
  lines[#lines + 1] = line
end

local function value_text(value)
  if value == nil then return "nothing" end
  if math.type(value) then return core.text.number(value) end
  if type(value) == "table" then return json.pack(value) end
  return tostring(value)
end

local FEW <const>, MANY <const> = 3, 6 -- decimals of numbers; of percentages two less

-- Two numbers with as few decimals as tell them apart, as percentages where both are of shares; in
-- full when it takes more than MANY.
local function apart(old, new, share)
  for most = FEW, MANY do
    local a = share and format.share(old, nil, nil, { decimals = most - 2, lang = "en" })
      or format.number(old, { most = most, lang = "en" })
    local b = share and format.share(new, nil, nil, { decimals = most - 2, lang = "en" })
      or format.number(new, { most = most, lang = "en" })
    if a ~= b and a and b then return a .. " -> " .. b end
  end
end

local percentages = { value = true, low = true, high = true }

-- "60 % -> 80 %": old and new of one field of a figure in this unit.
local function arrow(change, unit)
  local old, new, short = change.old, change.new, nil
  if math.type(old) == "float" and math.type(new) == "float" then
    short = apart(old, new, unit == "share" and percentages[change.field])
  end
  return short or value_text(old) .. " -> " .. value_text(new)
end

-- Figures that follow from others are only named when those changed: their digits say little. When
-- nothing else did, the first of them say from what to what.
local follow = { se = true, low = true, high = true, weighted_n = true, df = true, deff = true,
  statistic = true }

local told_first = { low = true, high = true }

-- Of changes of nothing but what follows: the limits with old and new, or without them the first;
-- the others by their names.
local function leading(changes, unit)
  local parts, also = {}, {}
  for _, change in ipairs(changes) do
    local named = change.field .. " " .. arrow(change, unit)
    if told_first[change.field] then parts[#parts + 1] = named
    else also[#also + 1] = change.field end
  end
  if #parts == 0 then parts[1] = table.remove(also, 1) .. " " .. arrow(changes[1], unit) end
  return parts, also
end

-- "60 % -> 80 %, n 5 -> 6; also se, low, high": as printed where that differs, else in full.
local function changes_text(changes, unit)
  local parts, also, shown = {}, {}, false
  for _, change in ipairs(changes) do
    if change.field == "shown" then
      shown, parts[1] = true, arrow(change, unit)
    end
  end
  for _, change in ipairs(changes) do
    local named = change.field .. " " .. arrow(change, unit)
    if follow[change.field] and #changes > 1 then also[#also + 1] = change.field
    elseif change.field ~= "shown" and not (shown and change.field == "value") then
      parts[#parts + 1] = named
    end
  end
  if #parts == 0 then parts, also = leading(changes, unit) end
  return table.concat(parts, ", ") .. (#also > 0 and "; also " .. table.concat(also, ", ") or "")
end

--- A cause as a person says it: "data: eleves.csv: satisfait".
function M.cause_text(cause)
  local text = cause.file and cause.kind .. ": " .. cause.file or cause.kind
  if #cause.items > 0 then text = text .. ": " .. table.concat(cause.items, ", ") end
  return cause.text and text .. ": " .. cause.text or text
end

local function figure_lines(lines, figure)
  paragraph(lines, ("%-9s"):format(figure.status), figure.key ~= ""
    and ("%s [%s]"):format(figure.indicator, figure.key) or figure.indicator)
  local gap = (" "):rep(9)
  local name = figure.title ~= figure.indicator and figure.title or figure.label
  if name and name ~= "" then paragraph(lines, gap, name) end
  if #figure.changes > 0 then paragraph(lines, gap, changes_text(figure.changes, figure.unit)) end
  for _, cause in ipairs(figure.why) do paragraph(lines, gap .. "why: ", M.cause_text(cause)) end
  if #figure.why == 0 then
    paragraph(lines, gap .. "why: ", "nothing that was recorded differs: the script itself does")
  end
end

local statuses = { "same", "changed", "gone", "new" }

local function counts_text(counts)
  local parts = {}
  for _, status in ipairs(statuses) do
    if status == "same" or counts[status] then
      parts[#parts + 1] = ("%d %s"):format(counts[status] or 0, status)
    end
  end
  return table.concat(parts, ", ")
end

local function output_text(output)
  local text = output.path .. ": "
  if output.on_disk == "differs" and not output.written then
    local what = output.status == "same" and "the file there is another; left"
      or "made now otherwise than recorded; the file there is left"
    return text .. what .. " (--write replaces it)"
  end
  if output.status == "changed" then text = text .. "otherwise than recorded"
  elseif output.status ~= "same" then text = text .. output.status end
  if output.written then
    text = text .. (output.status ~= "same" and ", " or "") .. (output.on_disk == "absent"
      and "written again" or "replaced")
  end
  return text
end

local function output_lines(lines, outputs)
  if #outputs == 0 then return end
  local counts = {}
  for _, one in ipairs(outputs) do counts[one.status] = (counts[one.status] or 0) + 1 end
  paragraph(lines, "files:   ", counts_text(counts))
  for _, output in ipairs(outputs) do
    if output.status ~= "same" or output.on_disk then
      paragraph(lines, (" "):rep(9), output_text(output))
    end
  end
end

--- One verified run as text of 80 columns: what is not the same, each with its why, then counts.
function M.text(out)
  local lines = {}
  paragraph(lines, "", ("run %d: %s%s, recorded %s"):format(out.run, out.script,
    out.wave and ", wave " .. out.wave or "", out.started))
  lines[2] = ""
  if out.failed then paragraph(lines, "failed:  ", out.failed)
  else
    for _, figure in ipairs(out.figures) do
      if figure.status ~= "same" then figure_lines(lines, figure) end
    end
    if #lines > 2 then lines[#lines + 1] = "" end
    paragraph(lines, "figures: ", counts_text(out.counts))
    output_lines(lines, out.outputs)
    for _, input in ipairs(out.inputs) do
      paragraph(lines, "input:   ", ("%s (%s): %s"):format(input.path, input.role, input.status))
    end
  end
  for _, text in ipairs(out.remarks) do paragraph(lines, "remark:  ", text) end
  return table.concat(lines, "\n") .. "\n"
end

local key_order = { "bilan", "archive", "same", "runs", "run", "script", "wave", "started",
  "failed", "counts", "figures", "indicator", "row", "key", "status", "title", "label", "unit",
  "changes",
  "field", "old", "new", "why", "kind", "file", "items", "text", "outputs", "path" }

--- All verified runs as JSON.
function M.json(path, runs)
  local same = true
  for _, run in ipairs(runs) do same = same and run.same end
  return json.encode({ bilan = 1, archive = path, same = same, runs = runs }, key_order) .. "\n"
end

return M
