--- The universe of an item as a form that two waves can compare.
--
-- Two expressions that say the same in other words have one form: blanks, letter case of keywords,
-- "quoted" names, <> for !=, doubled brackets, the order of what AND, OR and IN join, 'a' = x for
-- x = 'a'. Names of items and the levels they are held against are translated by the caller, so a
-- universe that names a renamed item is still the same universe. No algebra beyond that: forms that
-- differ may mean the same, forms that agree always do.
--
--   or   := and { OR and }          and := not { AND not }        not := NOT not | part
--   part := ( or ) | test           test: everything up to the next AND, OR or closing bracket
--
-- What cannot be read so is compared as text.
local M = {}

local keywords = { ["AND"] = true, ["OR"] = true, ["NOT"] = true, ["IN"] = true, ["IS"] = true,
  ["NULL"] = true, ["BETWEEN"] = true, ["LIKE"] = true, ["TRUE"] = true, ["FALSE"] = true }
local same_sign = { ["!="] = "<>", ["=="] = "=" }

-- ---- tokens -----------------------------------------------------------------------------------

-- Pattern and what it makes: { text, kind }.
local patterns = {
  { "^'(.-)'", "text" }, { '^"(.-)"', "name" }, { "^([%a_\x80-\xff][%w_\x80-\xff]*)", "word" },
  { "^(%d+%.?%d*)", "number" }, { "^([<>!=|][=>|]?)", "sign" }, { "^(.)", "sign" },
}

local function token_at(source, at)
  for _, pattern in ipairs(patterns) do
    local from, to, text = source:find(pattern[1], at)
    if from then
      local kind = pattern[2]
      if kind == "word" and keywords[text:upper()] then text, kind = text:upper(), "keyword" end
      if kind == "number" then text = tostring(tonumber(text)):gsub("%.0$", "") end
      return { text = same_sign[text] or text, kind = kind }, to + 1
    end
  end
end

-- '' inside a text is an apostrophe.
local APOSTROPHE <const> = "\1"

local function tokens_of(source)
  local list, at = {}, 1
  source = source:gsub("''", APOSTROPHE)
  while true do
    at = source:find("%S", at)
    if not at then return list end
    list[#list + 1], at = token_at(source, at)
  end
end

-- ---- one test ---------------------------------------------------------------------------------

local function written(token)
  if token.kind == "text" then return "'" .. token.text .. "'" end
  if token.kind == "name" then return '"' .. token.text .. '"' end
  return token.text
end

-- x IN ('b', 'a') with its list in order; one value is x = 'a'.
local function sorted_list(parts)
  local text = table.concat(parts, " ")
  local head, inner = text:match("^(.*) IN %( (.*) %)$")
  if not head then return text end
  local values = {}
  for value in (inner .. " , "):gmatch("(.-) , ") do values[#values + 1] = value end
  table.sort(values)
  if #values == 1 and not head:find(" NOT$") then return head .. " = " .. values[1] end
  return head .. " IN ( " .. table.concat(values, " , ") .. " )"
end

local flipped = { ["="] = "=", ["<>"] = "<>", ["<"] = ">", [">"] = "<", ["<="] = ">=",
  [">="] = "<=" }

local function test_form(list)
  if #list == 3 and flipped[list[2].text] and list[3].kind == "name" and list[1].kind ~= "name" then
    list = { list[3], { text = flipped[list[2].text], kind = "sign" }, list[1] }
  end
  local parts = {}
  for i, token in ipairs(list) do parts[i] = written(token) end
  return sorted_list(parts)
end

-- ---- and, or, not -----------------------------------------------------------------------------

local read_or

-- Where the bracket that opens at `at` closes; nil when it does not.
local function closing(list, at)
  local depth = 0
  for i = at, #list do
    if list[i].text == "(" and list[i].kind == "sign" then depth = depth + 1 end
    if list[i].text == ")" and list[i].kind == "sign" then
      depth = depth - 1
      if depth == 0 then return i end
    end
  end
end

local ends = { AND = true, OR = true }

-- A test from `at`: up to AND (but for that of BETWEEN) or OR outside brackets.
local function read_test(list, at)
  local own, between = {}, false
  while list[at] do
    local token = list[at]
    if token.kind == "keyword" and ends[token.text] and not (between and token.text == "AND") then
      break
    end
    if token.kind == "keyword" and token.text == "AND" then between = false end
    if token.text == "BETWEEN" then between = true end
    local stop = token.text == "(" and token.kind == "sign" and closing(list, at) or at
    for i = at, stop do own[#own + 1] = list[i] end
    at = stop + 1
  end
  return test_form(own), at
end

-- A part in brackets that hold a whole condition, or a test.
local function read_part(list, at)
  local stop = list[at] and list[at].text == "(" and list[at].kind == "sign" and closing(list, at)
  local after = stop and list[stop + 1]
  if not stop or after and not (after.kind == "keyword" and ends[after.text]) then
    return read_test(list, at)
  end
  return read_or(table.move(list, at + 1, stop - 1, 1, {})), stop + 1
end

local function read_not(list, at)
  if not (list[at] and list[at].kind == "keyword" and list[at].text == "NOT") then
    return read_part(list, at)
  end
  local inner, after = read_not(list, at + 1)
  return "NOT (" .. inner .. ")", after
end

-- Parts joined by a word, in order and each once; brackets round two or more.
local function joined(parts, word)
  if #parts == 1 then return parts[1] end
  table.sort(parts)
  local once = {}
  for i, part in ipairs(parts) do if part ~= parts[i - 1] then once[#once + 1] = part end end
  return #once == 1 and once[1] or "(" .. table.concat(once, " " .. word .. " ") .. ")"
end

local function read_chain(list, at, word, read)
  local parts = {}
  parts[1], at = read(list, at)
  while list[at] and list[at].kind == "keyword" and list[at].text == word do
    parts[#parts + 1], at = read(list, at + 1)
  end
  return joined(parts, word), at
end

local function read_and(list, at) return read_chain(list, at, "AND", read_not) end

function read_or(list)
  local form = read_chain(list, 1, "OR", read_and)
  return form
end

--- The form of an expression. rename(item) -> its name today; relevel(item, level) -> its level.
function M.form(expression, rename, relevel)
  local list, item = tokens_of(expression), nil
  for at, token in ipairs(list) do
    local opens = list[at + 1] and list[at + 1].text == "(" and list[at + 1].kind == "sign"
    if token.kind == "name" or token.kind == "word" and not opens then
      item = token.text
      token.text, token.kind = rename(item), "name"
    elseif token.kind == "text" and item then
      token.text = relevel(item, (token.text:gsub(APOSTROPHE, "'")))
    end
  end
  return read_or(list)
end

return M
