--- `bilan new YEAR --from YEAR`: starts a year from the files of another.
local core = require "bilan.core"
local fault = require "bilan.fault"
local new_year = require "bilan.new_year"

-- The project folder as a plan sees it.
local function world_of(folder)
  local host = core.host
  local function at(path) return folder == "." and path or folder .. "/" .. path end
  return {
    list = function(path) return host.list(at(path)) end,
    read = function(path) return host.read(at(path)) end,
    exists = function(path) return host.exists(at(path)) end,
  }
end

local function say(text, ...) core.host.print(text:format(...) .. "\n") end

local function stop_if_taken(plan)
  if #plan.taken == 0 then return end
  fault.raise("%d of the files are there already, so nothing was written:\n  %s", #plan.taken,
    table.concat(plan.taken, "\n  "))
end

-- A file of the plan in a line.
local function line_of(file)
  if file.kind == "data" then return ("%s: the heading of %s"):format(file.path, file.from) end
  return file.from and ("%s: from %s"):format(file.path, file.from) or file.path
end

-- What the person does next.
local function next_steps(plan)
  local checklist, script = nil, nil
  for _, file in ipairs(plan.files) do
    if file.kind == "checklist" then checklist = file.path end
    if file.main and not script then script = file.path end
  end
  local shell = require("bilan.new_year.checklist").shell
  say("next: %s leads through the year%s", checklist,
    script and (", starting with: bilan run " .. shell(script)) or "")
end

return {
  usage = "bilan new YEAR --from YEAR [--in FOLDER] [--dry-run]",
  summary = "Starts a year from the files of another: scripts/**/FROM*.lua and *-FROM.lua, and\n"
    .. "datasets/**/FROM/. Writes scripts and codebooks with the year replaced, data files with\n"
    .. "their heading only, and a checklist. Overwrites nothing.",
  example = "bilan new 2023-2024 --from 2022-2023",
  options = {
    { "from", "value", "the year whose files are the model", "YEAR" },
    { "in", "value", "the project folder (default: the current one)", "FOLDER" },
    { "dry-run", "flag", "lists what would be written and writes nothing" },
  },
  run = function(options, rest, cli)
    if #rest ~= 1 then
      cli.usage_error("new takes one year: bilan new 2023-2024 --from 2022-2023")
    end
    if not options.from then
      cli.usage_error("new: from which year? (bilan new %s --from YEAR)", rest[1])
    end
    local folder = (options["in"] or "."):gsub("(.)/+$", "%1")
    cli.guard({ folder }, {}, { out = folder, output = 0 })
    local world = world_of(folder)
    local wrong = new_year.wrong_years(options.from, rest[1], new_year.years(world))
    if wrong then cli.usage_error("new: %s", wrong) end
    local plan = new_year.plan(world, options.from, rest[1])
    stop_if_taken(plan)
    for _, file in ipairs(plan.files) do
      if not options["dry-run"] then core.host.write(file.path, file.bytes) end
      say("%s %s", options["dry-run"] and "would write" or "wrote", line_of(file))
    end
    for _, path in ipairs(plan.left) do
      say("left out %s: no template is made of such a file", path)
    end
    if not options["dry-run"] then next_steps(plan) end
    return 0
  end,
}
