--- The formula of a regression, "y ~ a + b:c + a*b - 1", as terms.
--
-- The notation is Wilkinson and Rogers's (Applied Statistics 22, 1973) as statisticians write it:
--   a + b     both                     a:b      their product
--   a * b     a + b + a:b              (a + b)^2  all terms up to two parts
--   - a       without the term         - 1, + 0   without the intercept
-- What stands between these signs is an atom: an item, or an SQL expression (age >= 15, log(x),
-- a / b). Signs within quotes, within the brackets of a call and behind another operator belong to
-- the atom; I(a + b) keeps arithmetic together.
--
-- parse("y ~ a*b") -> { left = "y", atoms = { "a", "b" }, intercept = true,
--                       terms = { { 1 }, { 2 }, { 1, 2 } } }
-- Terms are lists of places in `atoms`, rising; main effects stand before products.
local fault = require "bilan.fault"

local M = {}

-- Words behind which a sign belongs to a number, not to the formula.
local before_a_sign = { ["and"] = true, ["or"] = true, ["not"] = true, ["between"] = true,
  ["then"] = true, ["else"] = true, ["when"] = true, ["like"] = true, ["is"] = true, ["in"] = true }

local closing = { ["'"] = "'", ['"'] = '"', ["`"] = "`" }

local function trim(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

-- Where a quoted text that begins at `at` ends.
local function end_of_quote(text, at)
  local mark = closing[text:sub(at, at)]
  local stop = text:find(mark, at + 1, true)
  if not stop then fault.raise("formula: %s is not closed in %s", mark, text) end
  return stop
end

-- Where the bracket that opens at `at` closes.
local function end_of_bracket(text, at)
  local depth = 0
  while at <= #text do
    local c = text:sub(at, at)
    if closing[c] then at = end_of_quote(text, at)
    elseif c == "(" then depth = depth + 1
    elseif c == ")" then depth = depth - 1 end
    if depth == 0 then return at end
    at = at + 1
  end
  fault.raise("formula: a bracket is not closed in %s", text)
end

-- Does the sign at `at` belong to what follows it: behind a comparison or a slash, a word such
-- as "between", or in 1e-3?
local function is_unary(text, at)
  local head = text:sub(1, at - 1)
  if head:find("[<>=!/%%|]%s*$") then return true end
  if head:find("%f[%w_][%d.]+[eE]$") then return true end
  local word = head:match("(%a+)%s*$")
  return word ~= nil and before_a_sign[word:lower()] or false
end

-- Splits at the signs of `set` that stand outside quotes and brackets: { { sign, text }, ... }.
local function split(text, set)
  local parts, from, sign, at = {}, 1, nil, 1
  while at <= #text do
    local c = text:sub(at, at)
    if closing[c] then at = end_of_quote(text, at)
    elseif c == "(" then at = end_of_bracket(text, at)
    elseif c == ")" then fault.raise("formula: a bracket too many in %s", text)
    elseif set:find(c, 1, true) and not is_unary(text, at) then
      parts[#parts + 1] = { sign, trim(text:sub(from, at - 1)) }
      sign, from = c, at + 1
    end
    at = at + 1
  end
  parts[#parts + 1] = { sign, trim(text:sub(from)) }
  return parts
end

-- ---- sums of terms ----------------------------------------------------------------------------

-- A sum is { terms = { list of places, ... }, seen = { key = place in terms }, one = bool or nil }.
local function new_sum() return { terms = {}, seen = {} } end

local function add_term(sum, term)
  local key = table.concat(term, ":")
  if sum.seen[key] then return end
  sum.terms[#sum.terms + 1] = term
  sum.seen[key] = true
end

local function add_sum(into, sum)
  for _, term in ipairs(sum.terms) do add_term(into, term) end
  if sum.one ~= nil then into.one = sum.one end
end

local function remove_sum(from, sum)
  local kept = new_sum()
  for _, term in ipairs(from.terms) do
    if not sum.seen[table.concat(term, ":")] then add_term(kept, term) end
  end
  from.terms, from.seen = kept.terms, kept.seen
  if sum.one ~= nil then from.one = not sum.one end
end

-- Two terms as one: places of both, rising, each once.
local function merged(a, b)
  local has, out = {}, {}
  for _, list in ipairs { a, b } do
    for _, place in ipairs(list) do
      if not has[place] then out[#out + 1] = place end
      has[place] = true
    end
  end
  table.sort(out)
  return out
end

local function product(a, b)
  local out = new_sum()
  for _, x in ipairs(a.terms) do
    for _, y in ipairs(b.terms) do add_term(out, merged(x, y)) end
  end
  return out
end

-- ---- reading ----------------------------------------------------------------------------------

local read_sum

-- The place of an atom, a new one where it is new.
local function place_of(state, atom)
  if not state.places[atom] then
    state.atoms[#state.atoms + 1] = atom
    state.places[atom] = #state.atoms
  end
  return state.places[atom]
end

-- (a + b)^2: the sum times itself, terms of the sum itself included.
local function power(sum, times)
  local out = sum
  for _ = 2, times do
    local next_one = new_sum()
    add_sum(next_one, out)
    add_sum(next_one, product(out, sum))
    out = next_one
  end
  return out
end

-- An atom, a number that stands for the intercept, or a bracket.
local function read_part(state, text)
  local sum = new_sum()
  if text == "" then fault.raise("formula: a term is missing in %s", state.text) end
  if text == "." then fault.raise("formula: name the items; there is no \".\" in %s", state.text) end
  if text == "1" or text == "0" then
    sum.one = text == "1"
  elseif text:sub(1, 1) == "(" then
    local stop = end_of_bracket(text, 1)
    local times = text:sub(stop + 1):match("^%s*%^%s*([1-9])$")
    if stop == #text or times then
      return power(read_sum(state, text:sub(2, stop - 1)), tonumber(times) or 1)
    end
    add_term(sum, { place_of(state, text) })
  else
    add_term(sum, { place_of(state, text) })
  end
  return sum
end

local function read_product(state, text)
  local sum
  for _, part in ipairs(split(text, ":")) do
    local one = read_part(state, part[2])
    sum = sum and product(sum, one) or one
  end
  return sum
end

local function read_crossing(state, text)
  local sum
  for _, part in ipairs(split(text, "*")) do
    local one = read_product(state, part[2])
    if sum then
      local both = new_sum()
      add_sum(both, sum)
      add_sum(both, one)
      add_sum(both, product(sum, one))
      sum = both
    else
      sum = one
    end
  end
  return sum
end

function read_sum(state, text)
  local sum = new_sum()
  for at, part in ipairs(split(text, "+-")) do
    if not (at == 1 and part[2] == "") then -- "- 1 + a" begins with nothing
      local one = read_crossing(state, part[2])
      if part[1] == "-" then remove_sum(sum, one) else add_sum(sum, one) end
    end
  end
  return sum
end

-- Main effects first, then products of two, ...: within each in the order of the formula.
local function by_size(terms)
  local out, most = {}, 0
  for _, term in ipairs(terms) do most = math.max(most, #term) end
  for size = 1, most do
    for _, term in ipairs(terms) do
      if #term == size then out[#out + 1] = term end
    end
  end
  return out
end

--- Reads a formula; raises what is wrong with it.
function M.parse(text)
  fault.expect(text, "string", "formula")
  local sides = split(text, "~")
  if #sides ~= 2 or sides[1][2] == "" or sides[2][2] == "" then
    fault.raise('formula: expected "answer ~ item + item", got "%s"', text)
  end
  local state = { text = text, atoms = {}, places = {} }
  local sum = read_sum(state, sides[2][2])
  return { left = sides[1][2], atoms = state.atoms, terms = by_size(sum.terms),
    intercept = sum.one ~= false }
end

return M
