--- Examples are tests: runs the fenced blocks of README.md and docs/*.md.   Speaks TAP.
--
--   BUILD=build lua5.4 tests/system/docs.lua            runs every block, and checks coverage
--   BUILD=build lua5.4 tests/system/docs.lua show PAGE  the page with its real output in place,
--                                                       for an author to read and compare
-- A block ```lua is a script for `bilan run`; when its first line is a comment that holds a file
-- name only ("-- codebook.lua"), it is stored under that name instead. A block ```sh is run when
-- a line of it starts with "bilan "; records then have a fixed date. When the next block is
-- ```text, the output (standard output and error together) must be that text, byte for byte but
-- for blanks at the ends of lines; a line "..." stands for any number of lines. Without such a
-- line as "bilan: ..." or "file.lua:2: ..." the exit status must be 0, or 1 for `bilan check`,
-- which says with it that a figure is wrong.
-- The blocks of one page run in order in one folder of their own, which has copies of datasets/,
-- scripts/ and docs/examples/.
local build = os.getenv "BUILD" or "build"

local function capture(command)
  local pipe = assert(io.popen(command, "r"))
  local text = pipe:read "a"
  local _, _, status = pipe:close()
  return text, status
end

local function line_of(command) return (capture(command):gsub("%s+$", "")) end

local function quoted(text) return "'" .. text:gsub("'", [['\'']]) .. "'" end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local root = line_of "pwd"
local program = line_of("readlink -f " .. quoted(build .. "/bilan"))
local folder = line_of "mktemp -d"

-- ---- pages ------------------------------------------------------------------------------------

-- The fenced blocks of a page: { language, first (line of its text), last, text }.
local function blocks_of(lines)
  local blocks, open = {}, nil
  for number, line in ipairs(lines) do
    local language = line:match "^```(%w*)$"
    if open and line == "```" then
      open.last, open.text = number - 1, table.concat(lines, "\n", open.first, number - 1)
      blocks[#blocks + 1], open = open, nil
    elseif language and not open then
      open = { language = language, first = number + 1 }
    end
  end
  return blocks
end

local function lines_of(text)
  local lines = {}
  for line in (text:gsub("\n$", "") .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

-- Is this block the output of the one before: nothing but one line of words between them?
local function is_output(block, before)
  return block and block.language == "text" and block.first - before.last <= 6
end

local function new_folder(page)
  local place = folder .. "/" .. page:gsub("[^%w]", "_")
  os.execute(("mkdir -p %s/docs && cp -r datasets scripts %s/ && cp -r docs/examples %s/docs/")
    :format(quoted(place), quoted(place), quoted(place)))
  return place
end

-- ---- running ----------------------------------------------------------------------------------

-- Runs one block; its output and exit status, or nil when it is not one to run.
local function run(block, place)
  local command
  if block.language == "lua" then
    local name = block.text:match "^%-%- ([%w_/.-]+%.%a+)\n"
    if name then
      os.execute("mkdir -p " .. quoted(place .. "/" .. (name:match "^(.*)/" or ".")))
      write(place .. "/" .. name, block.text .. "\n")
      return nil
    end
    write(place .. "/example.lua", block.text .. "\n")
    command = "bilan run --no-record example.lua"
  elseif block.language == "sh" and ("\n" .. block.text):find "\nbilan " then
    command = block.text
  else
    return nil
  end
  write(folder .. "/command.sh", command .. "\n")
  return capture(("cd %s && PATH=%s:$PATH NO_COLOR=1 SOURCE_DATE_EPOCH=1730419200 sh %s 2>&1"
    .. " </dev/null"):format(quoted(place), quoted(program:match "^(.*)/"), quoted(folder .. "/command.sh")))
end

local function trimmed(line) return (line:gsub("%s+$", "")) end

-- The number of the first line that differs, nil when the text is as expected.
local function differs(expected, got)
  local want, have, at = lines_of(expected), lines_of(got), 1
  while trimmed(have[#have] or "x") == "" do have[#have] = nil end
  for number, line in ipairs(want) do
    if line == "..." then
      local following = want[number + 1]
      while have[at] and trimmed(have[at]) ~= following do at = at + 1 end
    elseif trimmed(have[at] or "\0") ~= trimmed(line) then
      return number, line, have[at] or "(no more output)"
    else
      at = at + 1
    end
  end
  if have[at] and want[#want] ~= "..." then return #want + 1, "(no more output)", have[at] end
end

-- What is wrong with a block; nil when nothing is.
local function fault(block, output, status, expected)
  local line, want, have
  if expected then line, want, have = differs(expected.text, output) end
  if line then
    return ("line %d: expected  %s\ngot       %s"):format(expected.first + line - 1, want, have)
  end
  local fails = expected and (("\n" .. expected.text):find "\nbilan: "
    or ("\n" .. expected.text):find "\n[%w_/.-]+%.lua:%d+: ")
  local audit = block.text:find "^bilan check " and status == 1
  if status ~= 0 and not fails and not audit then
    return ("exit status %d\n%s"):format(status, output:sub(1, 2000))
  end
end

-- ---- TAP --------------------------------------------------------------------------------------

local tests, failed = 0, 0

local function report(name, why)
  tests = tests + 1
  if not why then
    print(("ok %d - %s"):format(tests, name))
  else
    failed = failed + 1
    print(("not ok %d - %s"):format(tests, name))
    print((("\n" .. why):gsub("\n$", ""):gsub("\n", "\n# "):sub(2)))
  end
end

local function check_page(page)
  local blocks, place = blocks_of(lines_of(read(page))), new_folder(page)
  local checked, in_c = {}, false -- test_embed.sh runs what a page has in C
  for _, block in ipairs(blocks) do in_c = in_c or block.language == "c" end
  for at, block in ipairs(blocks) do
    local output, status = run(block, place)
    if block.language == "text" and not checked[block] and not in_c then
      report(("%s:%d is an output"):format(page, block.first), "it follows nothing that runs")
    end
    if output then
      local expected = is_output(blocks[at + 1], block) and blocks[at + 1] or nil
      if expected then checked[expected] = true end
      report(("%s:%d runs as shown"):format(page, block.first),
        fault(block, output, status, expected))
    end
  end
end

local function show_page(page)
  local lines = lines_of(read(page))
  local blocks, place, skip, outputs = blocks_of(lines), new_folder(page), {}, {}
  for at, block in ipairs(blocks) do
    local output = run(block, place)
    local expected = blocks[at + 1]
    local whole = expected and not ("\n" .. expected.text .. "\n"):find "\n%.%.%.\n"
    if output and is_output(expected, block) and whole then
      outputs[expected.first - 1] = output:gsub("[ \t]+\n", "\n"):gsub("\n+$", "")
      for number = expected.first, expected.last do skip[number] = true end
    end
  end
  for number, line in ipairs(lines) do
    if not skip[number] then print(line) end
    if outputs[number] then print(outputs[number]) end
  end
end

-- ---- coverage -----------------------------------------------------------------------------------

-- What the engine has, asked of the engine itself.
local inventory = [[
local core, ordered = require "bilan.core", require "bilan.ordered"
local bilan, Survey = require "bilan", require "bilan.survey"
require "bilan.estimates"
local function list(prefix, names)
  for _, name in ipairs(names) do if not name:find "^_" then print(prefix .. name) end end
end
local function functions(t)
  local names = {}
  for _, name in ipairs(ordered.keys(t)) do
    if type(t[name]) == "function" then names[#names + 1] = name end
  end
  return names
end
local function methods_of(object)
  local index = debug.getmetatable(object).__index
  for at = 1, 20 do
    local name, value = debug.getupvalue(index, at)
    if name == "methods" or name == "Report" or name == "Audit" then return functions(value) end
  end
  error "no methods found"
end
local survey = bilan.survey { a = { 1, 2, 3 }, b = { "x", "y", "y" } }
local result = survey:mean "a"
list("survey:", functions(Survey.methods))
list("stat.", functions(bilan.stat))
list("chart.", functions(bilan.chart))
list("format.", functions(bilan.format))
list("result:", methods_of(result))
list("chart:", methods_of(bilan.chart.bars(survey:freq "b")))
list("sheet:", methods_of(result:sheet()))
list("report:", methods_of(bilan.report { title = "x" }))
list("indicator:", methods_of(bilan.indicator { id = "x", estimate = result }))
list("audit:", methods_of(bilan.claims { { id = "x", population = "p", group = "all",
  item = "i", level = "l", share = "50%", n = "2" } }))
for at = 1, 20 do
  local name, value = debug.getupvalue(debug.getmetatable(bilan).__index, at)
  if name == "lazy" then list("bilan.", ordered.keys(value)) end
end
]]

-- The commands of the program and their options, from its own help.
local function check_commands(page)
  local help = capture(quoted(program) .. " --help")
  for command in help:gsub("\nexamples:.*", "\n"):gmatch "\n  bilan (%l+)" do
    local text = capture(("%s %s --help"):format(quoted(program), command))
    report(("the reference knows bilan %s"):format(command),
      not page:find("### bilan " .. command .. "\n", 1, true) and "it has no heading" or nil)
    local section = page:match("\n### bilan " .. command .. "\n(.-)\n##") or ""
    for option in text:gsub("\n  %-%-help", "\n"):gmatch "\n  (%-%-[%w-]+)" do
      report(("the reference knows bilan %s %s"):format(command, option),
        not section:find(option, 1, true) and "it is not described" or nil)
    end
  end
end

-- Names that are not for scripts: what a report's writers are called inside.
local inner = { ["report:html"] = true, ["report:markdown"] = true, ["report:xlsx"] = true,
  ["chart.flush"] = true, ["reconstruct read"] = true }

-- Where a name of the inventory stands in the definitions for editors.
local function is_typed(types, name)
  local object, mark, member = name:match "^(%l+)([.:])([%w_]+)$"
  local class = mark == ":" and object:gsub("^%l", string.upper) or object
  return types:find(("function %s%s%s("):format(class, mark, member), 1, true)
    or object == "bilan" and types:find("@field " .. member .. " ", 1, true)
end

local function check_inventory(page)
  local types = read "lua/types/bilan.d.lua"
  report("the definitions for editors are Lua", select(2, load(types)))
  write(folder .. "/inventory.lua", inventory)
  local names, status = capture(("cd %s && %s run --trusted --no-record inventory.lua 2>&1"):format(
    quoted(folder), quoted(program)))
  report("the engine tells what it has", status ~= 0 and names or nil)
  for name in names:gmatch "[^\n]+" do
    if not inner[name] then
      local word = name:gsub("%p", "%%%0")
      report("the reference knows " .. name,
        not page:find("\n### [^\n]*%f[%w]" .. word .. "%f[^%w_]") and "no heading names it" or nil)
      report("the definitions for editors know " .. name,
        not is_typed(types, name) and "no entry in lua/types/bilan.d.lua" or nil)
    end
  end
end

-- Options: those of the reference exist, and those of the engine are in the reference. A verb is
-- asked with each word that the engine's source has in quotes, and a value no option takes: an
-- unknown name is refused as unknown, a known one is not.

-- section[verb][option] = true: the rows "| `option` |" below the heading of a verb.
local function documented_options(page)
  local section, verb = {}, nil
  for _, line in ipairs(lines_of(page)) do
    local heading = line:match "^##+ (.*)"
    if heading then
      verb = heading:match "^`survey:([%w_]+)" or heading:match "^`bilan%.([%w_]+)%("
        or heading == "6. Shares" and "common"
      if verb then section[verb] = section[verb] or {} end
    end
    local options = verb and line:match "^| (`[%w_`, ]+`) |"
    for option in (options or ""):gmatch "[%w_]+" do section[verb][option] = true end
  end
  return section
end

local trial_script = [[
local bilan = require "bilan"
local s = bilan.survey { a = { 1, 2, 3 }, b = { 1, 2, 2 } }
bilan.survey({ a = { 1, 2 } }):write "trial.csv"
local verbs = { read = function(opts) bilan.read("out/trial.csv", opts) end,
  claims = function(opts) bilan.claims({}, opts) end, reconstruct = bilan.reconstruct }
local arguments = { recode = { "a", {} }, join = { s }, group = { {} }, write = { "a.csv" } }
local of_one_item = "proportion freq mean total median quantile difference t_test rank_test trend"
for verb in of_one_item:gmatch "%S+" do arguments[verb] = { "a" } end
for verb in ("crosstab ratio independence mcnemar mantel_haenszel"):gmatch "%S+" do
  arguments[verb] = { "a", "b" }
end
for verb in ("design replicates to_replicates trim weight_report design_report"):gmatch "%S+" do
  arguments[verb] = {}
end
arguments.glm, arguments.ordinal = { "a ~ b" }, { "a ~ b" }
arguments.rake, arguments.calibrate, arguments.poststratify = { {} }, { {} }, { "a", {} }
for verb, given in pairs(arguments) do
  verbs[verb] = function(opts)
    local all = { table.unpack(given) }
    all[#all + 1] = opts
    s[verb](s, table.unpack(all))
  end
end
for verb, call in pairs(verbs) do
  for word in words:gmatch "%S+" do
    local _, why = pcall(call, { [word] = false })
    if not tostring(why):find "unknown [%w_ ]*option" then print(verb, word) end
  end
end
]]

-- Every word in quotes in the modules that read options, and all that the reference names.
local function words_to_try(section)
  local set, list = {}, {}
  local function add(word)
    if not set[word] then list[#list + 1] = word end
    set[word] = true
  end
  for _, name in ipairs { "survey", "estimates", "regression", "read", "check", "claims", "reconstruct" } do
    for word in read("lua/bilan/" .. name .. ".lua"):gmatch '"([%l_]+)"' do add(word) end
  end
  for word in read "core/binding/l_csv.c":gmatch '"([%l_]+)"' do add(word) end
  for _, options in pairs(section) do
    for option in pairs(options) do add(option) end
  end
  table.sort(list)
  return list
end

local function check_options(page)
  local section = documented_options(page)
  local words = table.concat(words_to_try(section), " ")
  write(folder .. "/trials.lua", ("local words = %q\n%s"):format(words, trial_script))
  local output, status = capture(("cd %s && %s run trials.lua 2>&1"):format(quoted(folder),
    quoted(program)))
  report("options can be tried", status ~= 0 and output or nil)
  local known, unsaid = {}, {}
  for verb, option in output:gmatch "([%l_]+)\t([%l_]+)\n" do
    known[verb] = known[verb] or {}
    known[verb][option] = true
    local said = (section[verb] or {})[option] or section.common[option]
    if not said and not inner[verb .. " " .. option] then
      unsaid[#unsaid + 1] = verb .. " " .. option
    end
  end
  local unreal = {}
  for verb, options in pairs(known) do
    for option in pairs(section[verb] or {}) do
      if not options[option] then unreal[#unreal + 1] = verb .. " " .. option end
    end
  end
  table.sort(unreal)
  report("every option of the engine is in the reference", unsaid[1] and table.concat(unsaid, "\n"))
  report("every option in the reference exists", unreal[1] and table.concat(unreal, "\n"))
end

-- ---- links -----------------------------------------------------------------------------------

-- The anchors of a page, as its headings make them: lower case, no punctuation, hyphens.
local function anchors_of(path)
  local anchors, fenced = {}, false
  for _, line in ipairs(lines_of(read(path))) do
    if line:find "^```" then fenced = not fenced end
    local heading = not fenced and line:match "^#+ (.*)"
    if heading then
      anchors[heading:lower():gsub("[^%w%s_\128-\255-]", ""):gsub(" ", "-")] = true
    end
  end
  return anchors
end

-- Links to pages of the project that are not there.
local function check_links(page)
  local folder_of_page, wrong = page:match "^(.*/)" or "", {}
  for target in read(page):gsub("```.-\n```", ""):gmatch "%]%(([^)%s]+)%)" do
    local path, anchor = target:match "^([^#]*)#?(.*)$"
    if not target:find "^%a+:" then
      path = path == "" and page or folder_of_page .. path
      local file = io.open(path, "rb")
      if file then file:close() end
      local found = file and (anchor == "" or anchors_of(path)[anchor])
      if not found then wrong[#wrong + 1] = target end
    end
  end
  report(page .. ": every link leads somewhere", wrong[1] and table.concat(wrong, "\n"))
end

-- ---- main ---------------------------------------------------------------------------------------

local function check_all()
  for page in capture "ls README.md docs/*.md":gmatch "[^\n]+" do
    check_links(page)
    check_page(page)
  end
  local page = read "docs/reference.md" .. "\n## "
  check_inventory(page)
  check_commands(page)
  check_options(page)
  print("1.." .. tests)
end

assert(root ~= "" and program ~= "", "run from the root of the project, with BUILD set")
if arg[1] == "show" then show_page(arg[2]) else check_all() end
os.execute("rm -rf " .. quoted(folder))
os.exit(failed == 0)
