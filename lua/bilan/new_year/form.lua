--- Years as people write them: "2023", or a school year "2022-2023" with its other forms.
--
-- A school year is also written 2022/2023, with an en dash, 2022-23, and 22-23 inside names. The
-- year is replaced where it stands by itself: not within a longer number, and not where it starts
-- a date (2011-12 of "2011-12-05", 2023 of "2023-06-30") or, a single year, a school year.
local M = {}

local DASH <const> = "\u{2013}"

--- "school" for 2022-2023, "plain" for 2023, nil for anything else.
function M.kind(text)
  if text:find "^%d%d%d%d$" then return "plain" end
  local first, last = text:match "^(%d%d%d%d)%-(%d%d%d%d)$"
  return first and tonumber(last) == tonumber(first) + 1 and "school" or nil
end

-- The forms of a school year, the long ones first; `tight` ones are replaced inside names only.
local function school_forms(year)
  local first, last = year:match "^(%d+)-(%d+)$"
  local low, high = first:sub(3), last:sub(3)
  return { { first .. "-" .. last }, { first .. DASH .. last }, { first .. "/" .. last },
    { first .. "_" .. last }, { first .. "-" .. high }, { first .. DASH .. high },
    { first .. "/" .. high }, { low .. "-" .. high, tight = true } }
end

--- Pairs { from =, to =, tight = } of the forms of two years of one kind.
function M.forms(from, to)
  if M.kind(from) == "plain" then return { { from = from, to = to } } end
  local pairs_, new = {}, school_forms(to)
  for at, form in ipairs(school_forms(from)) do
    pairs_[at] = { from = form[1], to = new[at][1], tight = form.tight }
  end
  return pairs_
end

-- Does a year that ends here go on as a school year ("2023" of "2023/24") or as a date?
local function goes_on(year, behind)
  local rest = behind:gsub("^" .. DASH, "-")
  if rest:find "^%-%d%d%f[%D]" or rest:find "^/%d%d/%d%d%f[%D]" then return true end
  local last = rest:match "^[-/](%d%d)%f[%D]" or rest:match "^[-/]%d%d(%d%d)%f[%D]"
  return last ~= nil and tonumber(last) == (tonumber(year:sub(-2)) + 1) % 100
end

-- Does what stands before and behind leave the year by itself? A tight form wants the marks that
-- names are made of. Digits and a dash or a bar before it are a date or a school year, unless the
-- digits end a name: datasets/stem4/2023.
local function alone(before, behind, form)
  if before:find "%d$" or behind:find "^%d" or goes_on(form.from, behind) then return false end
  if form.tight then
    return before:find "[%a_]%-$" ~= nil and (behind == "" or behind:find "^[%-_./]" ~= nil)
  end
  return not before:gsub(DASH, "-"):find "%f[%w_]%d+[-/]$"
end

-- Replaces one form in a text; the text and how many times.
local function replace_form(text, form)
  local out, at, count = {}, 1, 0
  while true do
    local from, to = text:find(form.from, at, true)
    if not from then break end
    local fits = alone(text:sub(1, from - 1), text:sub(to + 1), form)
    out[#out + 1] = text:sub(at, from - 1)
    out[#out + 1] = fits and form.to or form.from
    count, at = count + (fits and 1 or 0), to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out), count
end

--- The text with the year replaced in all its forms, and how many times that was.
function M.replace(text, forms)
  local count = 0
  for _, form in ipairs(forms) do
    local made, times = replace_form(text, form)
    text, count = made, count + times
  end
  return text, count
end

--- The years that a file or folder name holds: 2022-2023 of "enquete-2022-2023.lua"; else 2023.
function M.of_name(name)
  local school = name:match "%f[%d](%d%d%d%d%-%d%d%d%d)%f[%D]"
  if school and M.kind(school) then return school end
  return name:match "%f[%d]([12]%d%d%d)%f[%D]"
end

--- The years that a text names other than `own`: school years, and single years of 1900 to 2099.
function M.others(text, own)
  local list, seen = {}, { [own] = true }
  local function add(year)
    if not seen[year] then list[#list + 1] = year end
    seen[year] = true
  end
  local rest = text:gsub("%f[%d](%d%d%d%d)[-/](%d%d%d?%d?)%f[%D]", function(first, last)
    local near = tonumber(last:sub(-2)) == (tonumber(first) + 1) % 100
    if not near then return nil end
    add(first .. "-" .. (#last == 4 and last or first:sub(1, 2) .. last))
    return ""
  end)
  for year in rest:gmatch "%f[%d](%d%d%d%d)%f[%D]" do
    if year:find "^19" or year:find "^20" then add(year) end
  end
  return list
end

return M
