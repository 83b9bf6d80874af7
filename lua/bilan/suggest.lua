--- A codebook to start from, guessed from the data: `describe --codebook`.
--
-- What is recognised: an identifier (a number or text that is different in every row), a field with
-- several answers (most answers are lists of a few parts), and one column per option
-- ("q8[python]", "q8[r]" with yes or no). Everything is to be checked by a person, so the draft
-- says so in its first line.
local core = require "bilan.core"
local Survey = require "bilan.survey"

local M = {}

local MOST_LEVELS <const> = 40 -- beyond, levels are left to the file
local FEW_ROWS <const> = 20    -- fewer rows than this prove no identifier

local function quote(text) return ("%q"):format(text):gsub("\\\n", "\\n") end

-- { "a", "b" } as Lua text.
local function list_text(list)
  local parts = {}
  for i, text in ipairs(list) do parts[i] = quote(text) end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local yes_no = { yes = true, no = true, oui = true, non = true, y = true, n = true, ["1"] = true,
  ["0"] = true, ja = true, nee = true, x = true, ["true"] = true, ["false"] = true }

-- Do all answers of the item mean yes or no?
local function is_box(survey, name)
  local s = Survey.inside(survey)
  local column = core.data.item(s.table, name)
  if core.data.type(column) == "text" then return false end
  local levels = core.data.levels(core.data.to_codes(column, 10000))
  for _, level in ipairs(levels) do
    if not level.missing and not yes_no[level.label:lower()] then return false end
  end
  return #levels <= 2
end

-- The parts of the answers split at `separator`, in order, when that makes few out of many.
local function parts_of(levels, separator)
  local parts, seen, lists = {}, {}, 0
  for _, level in ipairs(levels) do
    if level:find(separator, 1, true) then lists = lists + 1 end
    for part in (level .. separator):gmatch("(.-)" .. separator) do
      part = part:match("^%s*(.-)%s*$")
      if part ~= "" and not seen[part] then
        seen[part] = true
        parts[#parts + 1] = part
      end
    end
  end
  if lists * 2 < #levels or lists < 2 or #parts >= #levels then return nil end
  return parts
end

-- Is every answer different, and every row answered?
local function is_identifier(survey, name)
  local s = Survey.inside(survey)
  local summary = core.data.summary(s.table, nil, name)
  if summary.missing > 0 or summary.answered < FEW_ROWS then return false end
  if summary.low and (summary.low ~= math.floor(summary.low)) then return false end
  local column = core.data.item(s.table, name)
  if core.data.type(column) == "set" then return false end
  local ok, codes = pcall(core.data.to_codes, column, 0)
  return ok and #core.data.levels(codes) == summary.answered
end

-- "q8[python]" -> "q8", "python".
local function box_name(name) return name:match("^(.-)%[(.+)%]$") end

-- Boxes by the item they belong to, where two or more stand together: { [item] = { names } }.
local function box_groups(survey)
  local groups = {}
  for _, name in ipairs(survey:names()) do
    local item = box_name(name)
    if item and is_box(survey, name) then
      groups[item] = groups[item] or {}
      table.insert(groups[item], name)
    end
  end
  for item, names in pairs(groups) do if #names < 2 then groups[item] = nil end end
  return groups
end

local function label_text(survey, name)
  local label = survey:label(name)
  return label ~= name and (", label = %s"):format(quote(label)) or ""
end

-- The entry of an item with one column per option.
local function group_entry(survey, item, names)
  local columns = {}
  for i, name in ipairs(names) do
    local _, option = box_name(name)
    local wording = survey:label(name):match("%[(.+)%]$")
    columns[i] = ("{ %s, %s }"):format(quote(wording or option), quote(name))
  end
  local label = survey:label(names[1]):gsub("%s*%[.+%]$", "")
  return ("{ id = %s, kind = \"multiple\", label = %s,\n      columns = { %s } }"):format(quote(item),
    quote(label), table.concat(columns, ",\n        "))
end

local separators = { ";", "|", "," }

-- The kind and levels of an item, as Lua text.
local function kind_text(survey, name)
  local item = survey:item(name)
  if is_identifier(survey, name) then return 'kind = "id"' end
  if item.kind ~= "single" and item.kind ~= "scale" then return ("kind = %q"):format(item.kind) end
  for _, separator in ipairs(separators) do
    local parts = parts_of(item.levels, separator)
    if parts then
      return ('kind = "multiple", separator = %s, levels = %s'):format(quote(separator),
        list_text(parts))
    end
  end
  local levels = #item.levels <= MOST_LEVELS and ", levels = " .. list_text(item.levels) or ""
  return ("kind = %q%s"):format(item.kind, levels)
end

--- The draft as the text of a Lua file.
function M.codebook(survey)
  local lines = { "-- A codebook to start from: check every line.", "return {", "  items = {" }
  local groups = box_groups(survey)
  for _, name in ipairs(survey:names()) do
    local group = box_name(name)
    local names = group and groups[group]
    if not names or not is_box(survey, name) then
      lines[#lines + 1] = ("    { id = %s, %s%s },"):format(quote(name), kind_text(survey, name),
        label_text(survey, name))
    elseif names[1] == name then
      lines[#lines + 1] = "    " .. group_entry(survey, group, names) .. ","
    end
  end
  return table.concat(lines, "\n") .. "\n  },\n}\n"
end

return M
