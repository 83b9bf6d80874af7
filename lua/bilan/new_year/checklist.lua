--- The checklist that `bilan new` writes: the steps of a year, with commands that run as they are.
--
-- It is Markdown with boxes to tick, CHECKLIST-YEAR.md in the project folder, where somebody who
-- opens the project sees it first. What a program can find in last year's files is listed in it:
-- the items to review, sentences with figures typed by hand, lines that name other years.
local source = require "bilan.lint.source"
local year_form = require "bilan.new_year.form"

local M = {}

local MOST_LINES <const> = 25 -- of one list of lines
local LONGEST <const> = 72    -- bytes of a line that is quoted

-- ---- what is in the scripts -------------------------------------------------------------------

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

-- A line of a script for a list: cut at a whole character, without backquotes.
local function quoted(line)
  line = line:gsub("^%s+", ""):gsub("%s+$", ""):gsub("`", "'")
  if #line <= LONGEST then return line end
  local stop = LONGEST
  while stop > 0 and line:byte(stop + 1) & 0xC0 == 0x80 do stop = stop - 1 end
  return line:sub(1, stop) .. "..."
end

-- Numbers of lines of texts and comments for which `wanted(line)`, in order.
local function lines_where(text, wanted)
  local tokens, comments = source.tokens(text)
  local lines, found, list = lines_of(text), {}, {}
  local function look(piece)
    for number = piece.line, piece.last do
      if lines[number] and not found[number] and wanted(lines[number]) then found[number] = true end
    end
  end
  for _, token in ipairs(tokens) do if token.t == "string" then look(token) end end
  for _, comment in ipairs(comments) do look(comment) end
  for number in ipairs(lines) do
    if found[number] then list[#list + 1] = { number = number, text = quoted(lines[number]) } end
  end
  return list
end

-- Lines of a script that named another year than its own last year: they say something of that
-- year, or of the year to come, which has come now. As they are in the new one, line by line.
local function other_years(file, own)
  local list = lines_where(file.before, function(line) return #year_form.others(line, own) > 0 end)
  local lines = lines_of(file.bytes)
  for _, one in ipairs(list) do one.text = quoted(lines[one.number]) end
  return list
end

-- Is there a figure in the words of this line? Paths, formats, places in lists are none.
local function has_figure(line)
  local words = line:gsub("%f[%d]%d%d%d%d[-/]%d%d%d?%d?%f[%D]", "")
    :gsub("%f[%d][12][90]%d%d%f[%D]", ""):gsub("%%[%d.+ -]*%a", "")
    :gsub("%f[%w_][%a_][%w_-]*", "")
  return words:find "%d%d" ~= nil or words:find "%d[.,]%d" ~= nil
end

-- Lines with figures that somebody typed: in a sentence, or as a number of two digits or more.
local function typed_figures(text)
  local list, seen = {}, {}
  local function add(number, line)
    if not seen[number] then list[#list + 1] = { number = number, text = quoted(line) } end
    seen[number] = true
  end
  local tokens, lines = source.tokens(text), lines_of(text)
  for _, token in ipairs(tokens) do
    if token.t == "string" and token.v:find " " then
      for number = token.line, token.last do
        if has_figure(lines[number]) then add(number, lines[number]) end
      end
    elseif token.t == "number" and math.abs(token.v) >= 10 then
      add(token.line, lines[token.line])
    end
  end
  return list
end

-- Paths in a script's texts that name the new year and lead nowhere.
local function lost_paths(text, plan, world)
  local made, list, seen = {}, {}, {}
  for _, file in ipairs(plan.files) do made[file.path] = true end
  local function is_lost(path)
    local below = path:find "/" and path:find(plan.to, 1, true)
    if not below or path:find "[%s%%]" or seen[path] then return false end
    if path:find "/$" then
      for known in pairs(made) do if known:sub(1, #path) == path then return false end end
      return true
    end
    return not made[path] and not world.exists(path)
  end
  for _, token in ipairs((source.tokens(text))) do
    if token.t == "string" and is_lost(token.v) then
      list[#list + 1], seen[token.v] = { number = token.line, text = quoted(token.v) }, true
    end
  end
  return list
end

-- Scripts in the folders of the plan that no year names, and that name last year inside: they were
-- left as they are. { path, lines }
local function neighbours(plan, world)
  local list, seen = {}, {}
  for _, file in ipairs(plan.files) do
    local folder = file.kind == "script" and file.path:match "^(.*)/[^/]*$"
    local ok, names = pcall(world.list, folder or "")
    for _, name in ipairs(folder and ok and not seen[folder] and names or {}) do
      local path = folder .. "/" .. name
      if name:find "%.lua$" and not require("bilan.new_year").year_of(path) then
        local lines = lines_where(world.read(path), function(line)
          return line:find(plan.from, 1, true) ~= nil
        end)
        if #lines > 0 then list[#list + 1] = { path = path, lines = lines } end
      end
    end
    if folder then seen[folder] = true end
  end
  return list
end

-- ---- the names that commands need -------------------------------------------------------------

local function folder_of(path) return path:match "^(.*)/[^/]*$" or "." end

-- "itd" of scripts/itd/2023-2024.lua: the programme, after which an archive is named.
local function programme(plan)
  for _, file in ipairs(plan.files) do
    local name = file.path:match "^scripts/([^/]+)/" or file.path:match "^datasets/([^/]+)/"
    if name and name ~= plan.to then return name end
  end
  return "survey"
end

-- The archive of the project: the one that is there, else one named after the programme.
local function archive_of(plan, world)
  local ok, names = pcall(world.list, ".")
  for _, name in ipairs(ok and names or {}) do
    if name:find "%.bilan$" then return name end
  end
  return programme(plan) .. ".bilan"
end

--- A path for a shell: in quotes where it needs them.
function M.shell(path)
  if not path:find "[^%w_./-]" then return path end
  return "'" .. path:gsub("'", [['\'']]) .. "'"
end

local shell = M.shell

-- The file of a kind and a name in the folder of another file; nil when there is none.
local function beside(plan, folder, name)
  for _, file in ipairs(plan.files) do
    if file.path == folder .. "/" .. name then return file end
  end
end

-- Does a script give surveys to `check`, by the words in its head?
local function gives_surveys(file) return file.bytes:find("--survey", 1, true) ~= nil end

-- Scripts that are run: named by the year alone, or by it first; where there is none, by it last.
-- Marks them `main`.
local function main_scripts(plan)
  local list, others, year = {}, {}, plan.to:gsub("%-", "%%-")
  for _, file in ipairs(plan.files) do
    if file.kind == "script" and file.path:find "^scripts/" then
      local first = file.path:match("[^/]*$"):find("^" .. year)
      if first then list[#list + 1] = file
      elseif not gives_surveys(file) then others[#others + 1] = file end
    end
  end
  if #list == 0 then list = others end
  for _, file in ipairs(list) do file.main = true end
  return list
end

-- The script that gives surveys to `check`.
local function survey_script(plan)
  for _, file in ipairs(plan.files) do
    if file.kind == "script" and not file.main and gives_surveys(file) then return file end
  end
end

-- ---- writing ----------------------------------------------------------------------------------

local Page = {}
Page.__index = Page

function Page:add(text, ...)
  self[#self + 1] = select("#", ...) > 0 and text:format(...) or text
end

function Page:step(title)
  self.steps = (self.steps or 0) + 1
  self:add("\n## %d. %s\n", self.steps, title)
end

-- Commands as a block of their own; nothing where there are none.
function Page:commands(...)
  if select("#", ...) == 0 then return end
  self:add "\n```sh"
  for _, command in ipairs { ... } do self:add(command) end
  self:add "```\n"
end

-- Lines of a file to look at: "- [ ] line 12: `text`".
function Page:lines(file, list, words)
  if #list == 0 then return end
  self:add("\n`%s`, %s:\n", file, words)
  for at = 1, math.min(#list, MOST_LINES) do
    self:add("- [ ] line %d: `%s`", list[at].number, list[at].text)
  end
  if #list > MOST_LINES then self:add("- [ ] and %d more", #list - MOST_LINES) end
end

local function items_of(page, file, from)
  page:add("`%s` is last year's. Above each item stands\n"
    .. "a line `-- review:`; take it away when you have looked. Words that changed: change them here.\n"
    .. "A level that changed: change it, and say in `was` what it was. A new id:\n"
    .. "`was = { [%q] = \"old_id\" }`. Not asked any more: delete the item and its column. A new\n"
    .. "question: a column in the file and an item here.\n", file.path, from)
  for _, item in ipairs(require("bilan.new_year").items(file.bytes)) do
    if item.id and item.kind ~= "id" then
      page:add("- [ ] `%s` (%s)", item.id, item.kind or "single")
    end
  end
  page:add ""
end

-- Words for a year without a codebook: one to start from, made of last year's answers.
local function no_book(page, plan)
  page:add "There is no codebook. One to start from, with the items to review:"
  for _, file in ipairs(plan.files) do
    if file.kind == "data" then
      return page:commands(("bilan describe --codebook %s > %s"):format(M.shell(file.from),
        M.shell(folder_of(file.path) .. "/codebook.lua")))
    end
  end
end

local delimiters = { [","] = "comma", [";"] = "semicolon", ["\t"] = "tab", ["|"] = "bar" }

local function data_of(page, plan)
  page:add "Each file has its heading and no row. Keep the separator and UTF-8.\n"
  for _, file in ipairs(plan.files) do
    if file.kind == "data" then
      local facts = file.facts
      page:add("- [ ] `%s`: %d %s, separator %s (last year: %d %s)", file.path, facts.columns,
        facts.columns == 1 and "column" or "columns",
        delimiters[facts.delimiter] or facts.delimiter, facts.rows,
        facts.rows == 1 and "row" or "rows")
    end
  end
  for _, path in ipairs(plan.left) do
    page:add("- [ ] `%s` has no template: see whether this year needs such a file", path)
  end
  for _, file in ipairs(plan.files) do
    local data = file.kind == "codebook" and plan.survey_data[file.path]
    if data then
      page:commands(("bilan describe --with %s %s"):format(shell(file.path), shell(data)))
    end
  end
end

-- The data file that belongs to each codebook: the one whose heading has most of its items.
local function match_data(plan)
  plan.survey_data = {}
  for _, book in ipairs(plan.files) do
    local best, most = nil, 0
    for _, file in ipairs(plan.files) do
      local near = folder_of(file.path) == folder_of(book.path)
      if near and book.kind == "codebook" and file.kind == "data" then
        local count = 0
        for _, item in ipairs(require("bilan.new_year").items(book.bytes)) do
          if item.id and file.bytes:find(item.id, 1, true) then count = count + 1 end
        end
        if count > most then best, most = file.path, count end
      end
    end
    plan.survey_data[book.path] = best
  end
end

local function runs_of(page, plan, scripts, archive, world)
  page:add("It runs from the first day: where there is no answer yet the tables say so in words,\n"
    .. "and the last lines tell what is still missing.\n")
  local commands = {}
  for at, file in ipairs(scripts) do
    commands[at] = ("bilan run --archive %s %s"):format(archive, shell(file.path))
  end
  page:commands(table.unpack(commands))
  page:add "Then read the scripts: what was typed last year is last year's."
  for _, file in ipairs(plan.files) do
    if file.kind == "script" then
      page:lines(file.path, typed_figures(file.bytes), "figures typed by hand")
      page:lines(file.path, other_years(file, plan.from), "lines that name other years")
      page:lines(file.path, lost_paths(file.bytes, plan, world), "files that are not there")
    end
  end
  for _, file in ipairs(neighbours(plan, world)) do
    page:lines(file.path, file.lines, ("left as it is, names %s"):format(plan.from))
  end
end

local function old_scripts(scripts, archive)
  local commands = {}
  for at, file in ipairs(scripts) do
    commands[at] = ("bilan run --archive %s %s"):format(archive, shell(file.from))
  end
  return commands
end

local function checks_of(page, plan)
  local script = survey_script(plan)
  for _, file in ipairs(plan.files) do
    if file.path:find "/claims%.tsv$" then
      local populations = beside(plan, folder_of(file.path), "populations.tsv")
      page:add("- [ ] figures that are printed elsewhere go into `%s`, and are checked:", file.path)
      page:commands(("bilan check %s%s%s"):format(shell(file.path),
        populations and " --populations " .. shell(populations.path) or "",
        script and " --survey " .. shell(script.path) or ""))
    end
  end
end

local function archive_data(page, plan, archive)
  local commands, first = {}, nil
  for _, file in ipairs(plan.files) do
    local data = file.kind == "codebook" and plan.survey_data[file.path]
    if data then
      commands[#commands + 1] = ("bilan convert %s %s --wave %s --codebook %s"):format(shell(data),
        archive, plan.to, shell(file.path))
    end
    if file.kind == "data" then first = first or file.path end
  end
  if #commands == 0 and first then
    commands[1] = ("bilan convert %s %s --wave %s"):format(shell(first), archive, plan.to)
  end
  page:commands(table.unpack(commands))
end

local function text_of(plan, world)
  local page, from, to = setmetatable({}, Page), plan.from, plan.to
  local scripts, archive = main_scripts(plan), shell(archive_of(plan, world))
  match_data(plan)
  page:add("# Checklist of %s\n", to)
  page:add("Made by `bilan new %s --from %s`. From top to bottom; the commands run as they stand,\n"
    .. "in this folder. Delete this file when the year is archived.", to, from)
  page:step "Review the wordings"
  local books = 0
  for _, file in ipairs(plan.files) do
    if file.kind == "codebook" then
      items_of(page, file, from)
      books = books + 1
    end
  end
  if books == 0 then no_book(page, plan) end
  page:step "Fill in the data"
  data_of(page, plan)
  page:step "Run"
  runs_of(page, plan, scripts, archive, world)
  page:step "Lint"
  local lint = {}
  for at, file in ipairs(scripts) do lint[at] = "bilan lint " .. shell(file.path) end
  page:commands(table.unpack(lint))
  page:step "Verify last year"
  page:add("Its figures must come out the same before they are compared. If %s is not in the\n"
    .. "archive yet:", from)
  page:commands(table.unpack(old_scripts(scripts, archive)))
  page:add "Then:"
  page:commands(("bilan verify %s --wave %s"):format(archive, from))
  page:step "Compare"
  page:commands(("bilan diff %s %s --archive %s"):format(from, to, archive),
    ("bilan diff %s %s --archive %s --html %s-%s.html"):format(from, to, archive, from, to))
  page:step "Publish"
  page:add "- [ ] no line `-- review:` is left, and `bilan run` lists nothing that is still missing"
  page:add "- [ ] somebody else has read the page"
  checks_of(page, plan)
  page:step "Archive"
  page:add("The answers and the codebook of %s go into `%s`, beside the runs that are there:", to,
    archive)
  archive_data(page, plan, archive)
  page:add "- [ ] a copy of the archive is kept in another place"
  return (table.concat(page, "\n"):gsub("\n\n\n+", "\n\n")) .. "\n"
end

--- The file of the checklist: { path, kind, bytes }. Marks the scripts of the plan that are run.
function M.file(plan, world)
  return { path = ("CHECKLIST-%s.md"):format(plan.to), kind = "checklist",
    bytes = text_of(plan, world) }
end

return M
