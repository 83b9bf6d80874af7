--- The light markup of report texts: a few signs of Markdown, everything else is plain text.
--
--   paragraphs parted by blank lines; "- item" and "1. item" lists; "> quotation";
--   **strong**, *emphasis*, `code`, [text](https://address), backslash before a sign
-- The text is parsed into a small tree; each output escapes the text in it. There is no way to
-- put raw HTML in, and an address must be http, https, mailto or #anchor.
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"

local M = {}

-- ---- inline ---------------------------------------------------------------------------------

-- An address that may be linked: nothing that runs, nothing relative.
local function is_address(url)
  return url:find("^https?://[^%s<>\"]+$") or url:find("^mailto:[^%s<>\"]+$")
    or url:find("^#[%w_%-]+$")
end

local parse_inline

-- What opens at `at`: the node and where the text goes on; nil when it is plain text.
local openers = {
  ["\\"] = function(text, at)
    local sign = text:match("^[%p]", at + 1)
    if sign then return { type = "text", text = sign }, at + 2 end
  end,
  ["`"] = function(text, at)
    local inner, stop = text:match("^`([^`]+)`()", at)
    if inner then return { type = "code", text = inner }, stop end
  end,
  ["*"] = function(text, at)
    local inner, stop = text:match("^%*%*(%S.-)%*%*()", at)
    if inner then return { type = "strong", inner = parse_inline(inner) }, stop end
    inner, stop = text:match("^%*([^%s*][^*]*)%*()", at)
    if inner then return { type = "em", inner = parse_inline(inner) }, stop end
  end,
  ["["] = function(text, at)
    local inner, url, stop = text:match("^%[([^%]]+)%]%(([^()%s]+)%)()", at)
    if inner and is_address(url) then
      return { type = "link", inner = parse_inline(inner), url = url }, stop
    end
  end,
}

-- A text as nodes: what opens a mark and closes it again, the rest plain.
function parse_inline(text)
  local nodes, at, from = {}, 1, 1
  local function flush(stop)
    if stop >= from then nodes[#nodes + 1] = { type = "text", text = text:sub(from, stop) } end
  end
  while at <= #text do
    local open = openers[text:sub(at, at)]
    local node, stop
    if open then node, stop = open(text, at) end
    if node then
      flush(at - 1)
      nodes[#nodes + 1] = node
      at, from = stop, stop
    else at = at + 1 end
  end
  flush(#text)
  return nodes
end

-- ---- blocks ---------------------------------------------------------------------------------

-- The kind of a line and its content.
local function line_kind(line)
  local item = line:match("^%s*[-*]%s+(.*)$")
  if item then return "ul", item end
  item = line:match("^%s*%d+[.)]%s+(.*)$")
  if item then return "ol", item end
  local quote = line:match("^>%s?(.*)$")
  if quote then return "quote", quote end
  return "p", line
end

--- The blocks of a text: { type = p|ul|ol|quote, items = { inline nodes, ... } }.
function M.parse(source)
  local blocks, current = {}, nil
  for line in (escape.clean(source) .. "\n"):gmatch("(.-)\n") do
    local kind, content = line_kind(line)
    if line:match("^%s*$") then current = nil
    elseif current and kind == "p" then
      local lines = current.lines -- the last item goes on
      lines[#lines] = lines[#lines] .. "\n" .. content:match("^%s*(.*)$")
    elseif current and kind == current.type and kind ~= "quote" then
      table.insert(current.lines, content)
    elseif current and kind == "quote" and current.type == "quote" then
      current.lines[1] = current.lines[1] .. "\n" .. content
    else
      current = { type = kind, lines = { content } }
      blocks[#blocks + 1] = current
    end
  end
  for _, block in ipairs(blocks) do
    block.items = {}
    for at, line in ipairs(block.lines) do block.items[at] = parse_inline(line) end
    block.lines = nil
  end
  return blocks
end

-- ---- HTML -----------------------------------------------------------------------------------

local html_tags = { strong = "strong", em = "em" }

-- Nodes as HTML; this is where text is escaped.
local function inline_html(nodes, tag)
  local out = {}
  for at, node in ipairs(nodes) do
    if node.type == "text" then out[at] = escape.html(format.typography(node.text, { lang = tag }))
    elseif node.type == "code" then out[at] = "<code>" .. escape.html(node.text) .. "</code>"
    elseif node.type == "link" then
      out[at] = ('<a href="%s" rel="noopener noreferrer">%s</a>'):format(escape.attribute(node.url),
        inline_html(node.inner, tag))
    else
      local name = html_tags[node.type]
      out[at] = ("<%s>%s</%s>"):format(name, inline_html(node.inner, tag), name)
    end
  end
  return table.concat(out)
end

-- Each item of a block in an element of that name.
local function items_html(block, tag, name)
  local out = {}
  for at, item in ipairs(block.items) do
    out[at] = ("<%s>%s</%s>"):format(name, inline_html(item, tag), name)
  end
  return table.concat(out, "\n")
end

--- A text as HTML blocks in a language's typography.
function M.html(source, tag)
  local out = {}
  for at, block in ipairs(M.parse(source)) do
    if block.type == "p" then out[at] = items_html(block, tag, "p")
    elseif block.type == "quote" then
      out[at] = "<blockquote>" .. items_html(block, tag, "p") .. "</blockquote>"
    else
      out[at] = ("<%s>\n%s\n</%s>"):format(block.type, items_html(block, tag, "li"), block.type)
    end
  end
  return table.concat(out, "\n") .. "\n"
end

-- ---- Markdown -------------------------------------------------------------------------------

-- Code with a fence longer than any run of backquotes inside.
local function code_markdown(text)
  local fence = "`"
  while text:find(fence, 1, true) do fence = fence .. "`" end
  local space = (text:find("^`") or text:find("`$")) and " " or ""
  return fence .. space .. text .. space .. fence
end

-- Nodes as Markdown, escaped anew, so that what was plain text stays so.
local function inline_markdown(nodes, tag)
  local out = {}
  for at, node in ipairs(nodes) do
    if node.type == "text" then
      local text = format.typography(node.text, { lang = tag })
      -- Outer blanks part this node from its neighbours.
      local head, body, tail = text:match("^(%s*)(.-)(%s*)$")
      out[at] = head:gsub("%s+", " ") .. escape.markdown(body) .. tail:gsub("%s+", " ")
    elseif node.type == "code" then out[at] = code_markdown(node.text)
    elseif node.type == "link" then
      out[at] = ("[%s](%s)"):format(inline_markdown(node.inner, tag), node.url)
    else
      local sign = node.type == "strong" and "**" or "*"
      out[at] = sign .. inline_markdown(node.inner, tag) .. sign
    end
  end
  return table.concat(out)
end

--- A text as Markdown, escaped anew.
function M.markdown(source, tag)
  local out = {}
  local heads = { p = "", ul = "- ", quote = "> " }
  for _, block in ipairs(M.parse(source)) do
    local lines = {}
    for at, item in ipairs(block.items) do
      local head = heads[block.type] or (at .. ". ")
      lines[at] = head .. inline_markdown(item, tag)
    end
    out[#out + 1] = table.concat(lines, "\n")
  end
  return table.concat(out, "\n\n") .. "\n"
end

return M
