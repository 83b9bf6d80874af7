--- Lua source as a tree, for rules that read a script: lexer, parser, comments.
--
-- The grammar is Lua 5.4's (the reference manual, section 9). Only what rules need is kept: every
-- node has `t` (its type), `line` and `last` (its first and last line).
--   expressions  name {v}   number {v}   string {v}   constant   function {params, body}
--                index {of, key}   call {of, args}   method {of, name, args}
--                binary {op, a, b}   unary {op, a}   table {fields = { {key, value}, ... }}
--   statements   local {names, values}   assign {targets, values}   do {exprs, blocks, names}
--                return {values}; `do` is all else: blocks, while, for, if, repeat, a call alone
-- A text that is no Lua gives nil: the program that loads it says why. Linear in the text; the
-- depth of the tree is bounded, as Lua's own.
local M = {}

-- ---- lexer ------------------------------------------------------------------------------------

local reserved = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch "%a+" do reserved[word] = true end

local symbols = { "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", ".." }

-- The text in long brackets at a place, and the place behind it; nil when there are none.
local function long_text(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local first = at + #level + 2
  local last = text:find("]" .. level .. "]", first, true)
  if not last then return nil end
  return text:sub(first, last - 1), last + #level + 2
end

local escapes = { n = "\n", t = "\t", r = "\r", a = "\a", b = "\b", f = "\f", v = "\v" }

-- A text in quotes; escapes that rules have no use for are left as they stand.
local function quoted_text(text, at)
  local quote, from = text:sub(at, at), at + 1
  while true do
    local stop = text:find("[\\" .. quote .. "\n]", from)
    local found = stop and text:sub(stop, stop)
    if not stop or found == "\n" then return nil end
    if found == quote then
      local inner = text:sub(at + 1, stop - 1):gsub("\\z%s*", "")
        :gsub("\\(.)", function(c) return escapes[c] or c end)
      return inner, stop + 1
    end
    from = text:match("^\\z%s*()", stop) or stop + 2
  end
end

-- Lines that a piece of text goes over.
local function newlines(text)
  local _, count = text:gsub("\n", "")
  return count
end

-- The number at a place, as it stands.
local function number_text(text, at)
  return text:match("^0[xX][%x.]+[pP]?[+-]?%x*", at) or text:match("^%d*%.?%d*[eE][+-]?%d+", at)
    or text:match("^%d*%.?%d*", at)
end

-- The longest operator at a place; any other byte stands for itself.
local function symbol_at(text, at)
  for _, symbol in ipairs(symbols) do
    if text:sub(at, at + #symbol - 1) == symbol then return symbol end
  end
  return text:sub(at, at)
end

-- The token at a place that is no blank and no comment, and the place behind it.
local function token_at(text, at)
  local word = text:match("^[%a_][%w_]*", at)
  if word then return { t = reserved[word] and word or "name", v = word }, at + #word end
  if text:find("^%.?%d", at) then
    local number = number_text(text, at)
    return { t = "number", v = tonumber(number) }, at + #number
  end
  local reads = text:find("^[\"']", at) and quoted_text or long_text
  local inner, behind = reads(text, at)
  if inner then return { t = "string", v = inner }, behind end
  local symbol = symbol_at(text, at)
  return { t = symbol }, at + #symbol
end

-- A comment at a place: its text and the place behind it.
local function comment_at(text, at)
  local inner, behind = long_text(text, at + 2)
  if inner then return inner, behind end
  local stop = text:find("\n", at, true) or #text + 1
  return text:sub(at + 2, stop - 1), stop
end

--- Tokens { t, v, line, last } and comments { text, line, last } of a script; `from` and `to` are
-- their first and last byte. A comment knows
-- whether code stands before it on its line (`beside`).
function M.tokens(text)
  local tokens, comments, at, line = {}, {}, 1, 1
  while at <= #text do
    local blank = text:match("^%s+", at)
    if blank then
      line, at = line + newlines(blank), at + #blank
    elseif text:sub(at, at + 1) == "--" or at == 1 and text:find "^#" then
      local inner, behind = comment_at(text, at)
      local beside = #tokens > 0 and tokens[#tokens].last == line
      comments[#comments + 1] = { text = inner, line = line, beside = beside,
        last = line + newlines(inner), top = #tokens == 0, from = at, to = behind - 1 }
      line, at = line + newlines(text:sub(at, behind - 1)), behind
    else
      local token, behind = token_at(text, at)
      token.line, token.from, token.to = line, at, behind - 1
      line = line + newlines(text:sub(at, behind - 1))
      token.last, at = line, behind
      tokens[#tokens + 1] = token
    end
  end
  return tokens, comments
end

-- ---- parser -----------------------------------------------------------------------------------

local DEEPEST <const> = 190

local Parser = {}
Parser.__index = Parser

local ended = { t = "end of the text", line = 0, last = 0 }

-- The token that comes next, which stays; behind the last one, `ended`.
function Parser:look() return self.tokens[self.at] or ended end

function Parser:is(kind) return self:look().t == kind end

-- Takes the next token. One that is not of the kind ends the reading: the text is no Lua.
function Parser:take(kind)
  local token = self:look()
  if kind and token.t ~= kind then error({ unfit = true }, 0) end
  self.at = self.at + 1
  return token
end

-- Takes the next token if it is of a kind; nil when it is not.
function Parser:try(kind)
  if self:is(kind) then return self:take() end
end

-- The last line of what was taken.
function Parser:last() return (self.tokens[self.at - 1] or ended).last end

-- Gives a node its type, its first line, and as its last that of what was taken last.
function Parser:node(t, line, node)
  node.t, node.line, node.last = t, line, self:last()
  return node
end

-- Expressions with commas between them.
function Parser:list()
  local list = { self:expression() }
  while self:try "," do list[#list + 1] = self:expression() end
  return list
end

-- One field of a table: [key] = value, name = value, or a value alone.
function Parser:field()
  if self:try "[" then
    local key = self:expression()
    self:take "]"
    self:take "="
    return { key = key, value = self:expression() }
  end
  local following = self.tokens[self.at + 1]
  if self:is "name" and following and following.t == "=" then
    local token = self:take()
    self:take()
    local key = { t = "string", v = token.v, line = token.line, last = token.last }
    return { key = key, value = self:expression() }
  end
  return { value = self:expression() }
end

-- A table constructor.
function Parser:table()
  local line, fields = self:take("{").line, {}
  while not self:is "}" do
    fields[#fields + 1] = self:field()
    if not self:try "," and not self:try ";" then break end
  end
  self:take "}"
  return self:node("table", line, { fields = fields })
end

-- Parameters and body of a function, behind its name.
function Parser:body(line, params)
  self:take "("
  while not self:is ")" do
    params[#params + 1] = self:take().v
    if not self:try "," then break end
  end
  self:take ")"
  local body = self:block()
  self:take "end"
  return self:node("function", line, { params = params, body = body })
end

-- What a call is given: one text, one table, or a list in brackets.
function Parser:arguments()
  if self:is "string" then
    local token = self:take()
    return { { t = "string", v = token.v, line = token.line, last = token.last } }
  end
  if self:is "{" then return { self:table() } end
  self:take "("
  local args = self:is ")" and {} or self:list()
  self:take ")"
  return args
end

local starts_arguments = { string = true, ["{"] = true, ["("] = true }

-- One more part of a chain: .name, [key], :name(...), (...); nil when there is none.
function Parser:suffix(of)
  local line = of.line
  if self:try "." then
    local token = self:take "name"
    local key = { t = "string", v = token.v, line = token.line, last = token.last }
    return self:node("index", line, { of = of, key = key })
  end
  if self:try "[" then
    local key = self:expression()
    self:take "]"
    return self:node("index", line, { of = of, key = key })
  end
  if self:try ":" then
    local name = self:take("name").v
    return self:node("method", line, { of = of, name = name, args = self:arguments() })
  end
  if starts_arguments[self:look().t] then
    return self:node("call", line, { of = of, args = self:arguments() })
  end
end

-- A name or something in brackets, with all the parts behind it.
function Parser:chain()
  local token, chain = self:take(), nil
  if token.t == "(" then
    chain = self:expression()
    self:take ")"
    -- a name in brackets cannot be assigned to, but it is read like the name
  elseif token.t == "name" then
    chain = self:node("name", token.line, { v = token.v })
  else
    error({ unfit = true }, 0)
  end
  while true do
    local longer = self:suffix(chain)
    if not longer then return chain end
    chain = longer
  end
end

local constants = { ["nil"] = true, ["true"] = true, ["false"] = true, ["..."] = true }

-- An expression without operators.
function Parser:simple()
  local token = self:look()
  if token.t == "number" or token.t == "string" then
    self:take()
    return self:node(token.t, token.line, { v = token.v })
  end
  if constants[token.t] then
    self:take()
    return self:node("constant", token.line, { v = token.t })
  end
  if token.t == "{" then return self:table() end
  if token.t == "function" then return self:body(self:take().line, {}) end
  return self:chain()
end

-- Left and right priority of binary operators, as in the manual (3.4.8).
local priority = { ["or"] = { 1, 1 }, ["and"] = { 2, 2 }, ["<"] = { 3, 3 }, [">"] = { 3, 3 },
  ["<="] = { 3, 3 }, [">="] = { 3, 3 }, ["~="] = { 3, 3 }, ["=="] = { 3, 3 }, ["|"] = { 4, 4 },
  ["~"] = { 5, 5 }, ["&"] = { 6, 6 }, ["<<"] = { 7, 7 }, [">>"] = { 7, 7 }, [".."] = { 9, 8 },
  ["+"] = { 10, 10 }, ["-"] = { 10, 10 }, ["*"] = { 11, 11 }, ["/"] = { 11, 11 },
  ["//"] = { 11, 11 }, ["%"] = { 11, 11 }, ["^"] = { 14, 13 } }
local UNARY <const> = 12
local unary = { ["not"] = true, ["-"] = true, ["#"] = true, ["~"] = true }

-- An operator before its operand, which binds more tightly than all but ^.
function Parser:unary(line)
  local op = self:take().t
  return self:node("unary", line, { op = op, a = self:expression(UNARY) })
end

--- An expression whose operators bind more tightly than `limit`.
function Parser:expression(limit)
  self.depth = self.depth + 1
  if self.depth > DEEPEST then error({ unfit = true }, 0) end
  local line = self:look().line
  local left = unary[self:look().t] and self:unary(line) or self:simple()
  while true do
    local op = self:look().t
    local binds = priority[op]
    if not binds or binds[1] <= (limit or 0) then break end
    self:take()
    left = self:node("binary", line, { op = op, a = left, b = self:expression(binds[2]) })
  end
  self.depth = self.depth - 1
  return left
end

local statement = {}

-- A block up to a word, as the one block of a statement.
local function block_of(parser, line, exprs, names, ends)
  local block = parser:block()
  parser:take(ends)
  return parser:node("do", line, { exprs = exprs, names = names, blocks = { block } })
end

statement["do"] = function(parser, line) return block_of(parser, line, {}, nil, "end") end

statement["while"] = function(parser, line)
  local condition = parser:expression()
  parser:take "do"
  return block_of(parser, line, { condition }, nil, "end")
end

statement["repeat"] = function(parser, line)
  local made = block_of(parser, line, {}, nil, "until")
  made.exprs[1] = parser:expression()
  return made
end

statement["if"] = function(parser, line)
  local exprs, blocks = { parser:expression() }, {}
  parser:take "then"
  blocks[1] = parser:block()
  while parser:try "elseif" do
    exprs[#exprs + 1] = parser:expression()
    parser:take "then"
    blocks[#blocks + 1] = parser:block()
  end
  if parser:try "else" then blocks[#blocks + 1] = parser:block() end
  parser:take "end"
  return parser:node("do", line, { exprs = exprs, blocks = blocks })
end

statement["for"] = function(parser, line)
  local names = { parser:take("name").v }
  while parser:try "," do names[#names + 1] = parser:take("name").v end
  if not parser:try "=" then parser:take "in" end
  local exprs = parser:list()
  parser:take "do"
  return block_of(parser, line, exprs, names, "end")
end

statement["function"] = function(parser, line)
  local target, params = parser:node("name", line, { v = parser:take("name").v }), {}
  while parser:is "." or parser:is ":" do
    if parser:take().t == ":" then params[1] = "self" end
    local key = { t = "string", v = parser:take("name").v, line = line, last = line }
    target = parser:node("index", line, { of = target, key = key })
  end
  return parser:node("assign", line, { targets = { target },
    values = { parser:body(line, params) } })
end

statement["local"] = function(parser, line)
  if parser:try "function" then
    local name = parser:take("name").v
    return parser:node("local", line, { names = { name }, values = { parser:body(line, {}) } })
  end
  local names = {}
  repeat
    names[#names + 1] = parser:take("name").v
    if parser:try "<" then
      parser:take "name"
      parser:take ">"
    end
  until not parser:try ","
  local values = parser:try "=" and parser:list() or {}
  return parser:node("local", line, { names = names, values = values })
end

local ends_block = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true,
  [ended.t] = true }

statement["return"] = function(parser, line)
  local values = {}
  if not ends_block[parser:look().t] and not parser:is ";" then values = parser:list() end
  return parser:node("return", line, { values = values })
end

statement["goto"] = function(parser) parser:take "name" end

statement["::"] = function(parser)
  parser:take "name"
  parser:take "::"
end

statement["break"] = function() end
statement[";"] = function() end

-- An assignment or a call.
function Parser:plain()
  local line, first = self:look().line, self:chain()
  if not self:is "=" and not self:is "," then
    return self:node("do", line, { exprs = { first }, blocks = {} })
  end
  local targets = { first }
  while self:try "," do targets[#targets + 1] = self:chain() end
  self:take "="
  return self:node("assign", line, { targets = targets, values = self:list() })
end

-- Statements up to a word that ends a block.
function Parser:block()
  self.depth = self.depth + 1
  if self.depth > DEEPEST then error({ unfit = true }, 0) end
  local list = {}
  while not ends_block[self:look().t] do
    local token = self:look()
    local read = statement[token.t]
    if read then self:take() end
    list[#list + 1] = read and read(self, token.line) or not read and self:plain() or nil
  end
  self.depth = self.depth - 1
  return list
end

--- { tree = list of statements (nil when the text is no Lua), comments }.
function M.read(text)
  local tokens, comments = M.tokens(text)
  local parser = setmetatable({ tokens = tokens, at = 1, depth = 0 }, Parser)
  local ok, tree = pcall(parser.block, parser)
  local whole = ok and parser.at > #tokens
  if not ok and not (type(tree) == "table" and tree.unfit) then error(tree, 0) end
  return { tree = whole and tree or nil, comments = comments }
end

return M
