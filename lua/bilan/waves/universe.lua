--- The universe of an item as a form that two waves can compare.
--
-- Two expressions that say the same in other words have one form: blanks, comments, letter case of
-- keywords and functions, "quoted" names, <> for !=, needless brackets, the order of what AND, OR
-- and IN join, 'a' = x for x = 'a', x = 'a' for x IN ('a'). Names of items and the levels they are
-- held against are translated by the caller, so a universe that names a renamed item is still the
-- same universe. No algebra beyond that: forms that differ may mean the same, forms that agree
-- always do.
--
--   or   := and { OR and }          and := not { AND not }        not := NOT not | part
--   part := ( or ) | test           test: everything up to the next AND, OR or closing bracket
--
-- What cannot be read so is compared as text.
local escape = require "bilan.output.escape"

local M = {}

local keywords = { ["AND"] = true, ["OR"] = true, ["NOT"] = true, ["IN"] = true, ["IS"] = true,
  ["NULL"] = true, ["BETWEEN"] = true, ["LIKE"] = true, ["TRUE"] = true, ["FALSE"] = true }
local same_sign = { ["!="] = "<>", ["=="] = "=" }

-- ---- tokens -----------------------------------------------------------------------------------

-- Pattern and what it makes: { text, kind }.
local patterns = {
  { "^'(.-)'", "text" }, { '^"(.-)"', "name" }, { "^([%a_\x80-\xff][%w_\x80-\xff]*)", "word" },
  { "^(%d+%.?%d*[eE][+-]?%d+)", "number" }, { "^(%d+%.?%d*)", "number" }, { "^(%.%d+)", "number" },
  { "^(%-%-[^\n]*)", "comment" }, { "^(/%*.-%*/)", "comment" },
  { "^([<>!=|][=>|]?)", "sign" }, { "^(.)", "sign" },
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
local APOSTROPHE <const> = "\2"

local function tokens_of(source)
  local list, at = {}, 1
  source = source:gsub("''", APOSTROPHE)
  while true do
    at = source:find("%S", at)
    if not at then return list end
    local token
    token, at = token_at(source, at)
    token.text = token.text:gsub(APOSTROPHE, token.kind == "text" and "'" or "''")
    if token.kind ~= "comment" then list[#list + 1] = token end
  end
end

-- ---- one test ---------------------------------------------------------------------------------

local function written(token)
  if token.kind == "text" then return escape.sql(token.text) end
  if token.kind == "name" then return '"' .. token.text .. '"' end
  return token.text
end

local function is_sign(token, text) return token and token.kind == "sign" and token.text == text end

local flipped = { ["="] = "=", ["<>"] = "<>", ["<"] = ">", [">"] = "<", ["<="] = ">=",
  [">="] = "<=" }

-- The test with its item first: x = 'a' for 'a' = x.
local function item_first(list)
  local sign = #list == 3 and flipped[list[2].text]
  if not sign or list[3].kind ~= "name" or list[1].kind == "name" then return list end
  if list[1].kind == "text" then list[1].of = list[3].own end
  return { list[3], { text = sign, kind = "sign" }, list[1] }
end

-- The values of ( v , v , ... ) from `at` to the end; nil when it is anything else.
local function list_values(list, at)
  if not (is_sign(list[at], "(") and is_sign(list[#list], ")")) then return nil end
  local values = {}
  for i = at + 1, #list - 1 do
    local is_value = list[i].kind == "text" or list[i].kind == "number"
    if (i - at) % 2 == 1 and is_value then values[#values + 1] = list[i]
    elseif (i - at) % 2 == 1 or not is_sign(list[i], ",") then return nil end
  end
  return #values > 0 and (#list - at) % 2 == 0 and values or nil
end

-- Which values an item is held against, and whether none of them it may be: x = 'a', x <> 'a',
-- x IN ('a', 'b'), x NOT IN ('a', 'b'); nil for other tests.
local function held_against(list)
  local sign = list[2] and list[2].text
  if not list[1] or list[1].kind ~= "name" then return nil end
  if #list == 3 and (sign == "=" or sign == "<>") then
    if list[3].kind == "text" or list[3].kind == "number" then return { list[3] }, sign == "<>" end
  elseif sign == "IN" then return list_values(list, 3), false
  elseif sign == "NOT" and list[3] and list[3].text == "IN" then return list_values(list, 4), true
  end
end

-- Values as texts, each once and in order; levels together, so that all parts of one that was split
-- are that one again.
local function value_words(values, item, relevel)
  local labels, words, once = {}, {}, {}
  for _, token in ipairs(values) do
    if token.kind == "text" then labels[#labels + 1] = token.text
    else words[#words + 1] = token.text end
  end
  for _, label in ipairs(relevel(item, labels)) do
    words[#words + 1] = written { text = label, kind = "text" }
  end
  table.sort(words)
  for i, word in ipairs(words) do if word ~= words[i - 1] then once[#once + 1] = word end end
  return once
end

local function test_form(list, relevel)
  list = item_first(list)
  local values, other = held_against(list)
  if values then
    return ("%s %s ( %s )"):format(written(list[1]), other and "NOT IN" or "IN",
      table.concat(value_words(values, list[1].own, relevel), " , "))
  end
  local parts = {}
  for i, token in ipairs(list) do
    if token.of then token = { text = relevel(token.of, { token.text })[1], kind = "text" } end
    parts[i] = written(token)
  end
  return table.concat(parts, " ")
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
local function read_test(list, at, relevel)
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
  return test_form(own, relevel), at
end

-- A part in brackets that hold a whole condition, or a test.
local function read_part(list, at, relevel)
  local stop = list[at] and list[at].text == "(" and list[at].kind == "sign" and closing(list, at)
  local after = stop and list[stop + 1]
  if not stop or after and not (after.kind == "keyword" and ends[after.text]) then
    return read_test(list, at, relevel)
  end
  return read_or(table.move(list, at + 1, stop - 1, 1, {}), relevel), stop + 1
end

-- What was read as text: a test, or parts joined by a word, in order and each once.
local function form_of(node)
  if type(node) == "string" then return node end
  local texts, once = {}, {}
  for i, part in ipairs(node.parts) do texts[i] = form_of(part) end
  table.sort(texts)
  for i, text in ipairs(texts) do if text ~= texts[i - 1] then once[#once + 1] = text end end
  return #once == 1 and once[1] or "(" .. table.concat(once, " " .. node.word .. " ") .. ")"
end

local function read_not(list, at, relevel)
  if not (list[at] and list[at].kind == "keyword" and list[at].text == "NOT") then
    return read_part(list, at, relevel)
  end
  local inner, after = read_not(list, at + 1, relevel)
  return "NOT (" .. form_of(inner) .. ")", after
end

-- Parts joined by a word; those of a bracket that the same word joins are parts too.
local function joined(parts, word)
  if #parts == 1 then return parts[1] end
  local all = {}
  for _, part in ipairs(parts) do
    if type(part) == "table" and part.word == word then
      table.move(part.parts, 1, #part.parts, #all + 1, all)
    else all[#all + 1] = part end
  end
  return { word = word, parts = all }
end

local function read_chain(list, at, word, read, relevel)
  local parts = {}
  parts[1], at = read(list, at, relevel)
  while list[at] and list[at].kind == "keyword" and list[at].text == word do
    parts[#parts + 1], at = read(list, at + 1, relevel)
  end
  return joined(parts, word), at
end

local function read_and(list, at, relevel)
  return read_chain(list, at, "AND", read_not, relevel)
end

function read_or(list, relevel)
  local node = read_chain(list, 1, "OR", read_and, relevel)
  return node
end

--- The form of an expression. rename(item) -> its name today; relevel(item, levels) -> the levels
-- that these are together.
function M.form(expression, rename, relevel)
  local list, item = tokens_of(expression), nil
  for at, token in ipairs(list) do
    local opens = is_sign(list[at + 1], "(")
    if token.kind == "name" or token.kind == "word" and not opens then
      item = token.text
      token.own, token.text, token.kind = item, rename(item), "name"
    elseif token.kind == "word" then token.text = token.text:lower()
    elseif token.kind == "text" and item then token.of = item
    end
  end
  return form_of(read_or(list, relevel))
end

return M
