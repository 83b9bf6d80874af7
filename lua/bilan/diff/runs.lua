--- Finds the runs that `bilan diff` is asked for.
--
--   itd.bilan               the last run of the archive        out   the last run in out/record.bilan
--   itd.bilan#3             run 3                              itd.bilan#2022-2023   that wave's
-- and with an archive named beforehand, `3` and `2022-2023` alone. A wave's run are the last runs
-- of all scripts that read it, their figures one after the other; a run that says no wave is of the
-- year that its script is named by.
local archive = require "bilan.archive"
local core = require "bilan.core"
local fault = require "bilan.fault"
local json = require "bilan.json"
local year_form = require "bilan.new_year.form"
local words = require "bilan.diff.words"

local M = {}

local RECORD <const> = "record.bilan"

-- ---- names ------------------------------------------------------------------------------------

--- The file of a word and what stands behind its "#" (nil without one). named: the archive that was
-- named beforehand.
function M.split(word, named)
  if named then return named, (word:gsub("^#", "")) end
  if core.host.exists(word) then return word end
  local path, part = word:match "^(.+)#([^#]+)$"
  path = path or word
  local ok = core.host.exists(path)
  if not ok and core.host.exists(path .. "/" .. RECORD) then return path .. "/" .. RECORD, part end
  return path, part
end

local function check_archive(path)
  if not core.host.exists(path) then
    fault.raise('no archive "%s", and no folder with a %s', path, RECORD)
  end
  if not archive.is(path) then fault.raise('"%s" is no archive of bilan', path) end
end

-- The year of a run: its only wave, else the year in the name of its script.
local function year_of(run)
  if run.wave and not run.wave:find(", ", 1, true) then return run.wave end
  return year_form.of_name(run.script:match "[^/]*$")
end

-- Does a run read the wave, or bear its name?
local function is_of(run, wave)
  if year_of(run) == wave then return true end
  return run.wave ~= nil and (", " .. run.wave .. ", "):find(", " .. wave .. ", ", 1, true) ~= nil
end

-- Complete runs of which each script is the last, of one wave; those of that wave alone come first.
local function runs_of_wave(runs, wave)
  local last, list = {}, {}
  for pass = 1, 2 do
    for _, run in ipairs(runs) do
      local wanted = pass == 1 and year_of(run) == wave or pass == 2 and is_of(run, wave)
      if wanted then last[run.script] = run end
    end
    if next(last) then break end
  end
  for _, run in ipairs(runs) do if last[run.script] == run then list[#list + 1] = run end end
  return list
end

-- The waves and numbers by which runs can be asked for.
local function names_of(runs)
  local names, seen = {}, {}
  for _, run in ipairs(runs) do
    for _, name in ipairs { year_of(run) or "", tostring(run.id) } do
      if name ~= "" and not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  return names
end

local function complete(runs)
  local list = {}
  for _, run in ipairs(runs) do if run.status == "complete" then list[#list + 1] = run end end
  return list
end

-- The runs of one archive that a part names: one by its number, those of a wave, else the last.
local function choose(runs, part, path)
  if #runs == 0 then fault.raise('"%s" has no complete run', path) end
  if not part then return { runs[#runs] } end
  for _, run in ipairs(runs) do if tostring(run.id) == part then return { run } end end
  local list = runs_of_wave(runs, part)
  if #list > 0 then return list end
  local names = names_of(runs)
  local hint = fault.hint(names, part)
  fault.raise('"%s" has no run or wave "%s"%s', path, part,
    hint ~= "" and hint or "; there are " .. table.concat(names, ", "))
end

-- ---- figures ----------------------------------------------------------------------------------

-- Adds the figures of a run; those of an indicator share the receipt that its first row keeps.
local function add_figures(store, run, figures)
  local receipts = {}
  for _, figure in ipairs(store:figures(run.id)) do
    local detail = figure.detail and json.unpack(figure.detail) or {}
    receipts[figure.indicator] = receipts[figure.indicator] or detail.receipt
    figure.receipt, figure.synthetic = receipts[figure.indicator], detail.synthetic
    figures[#figures + 1] = figure
  end
end

-- A function that gives an item of a codebook in the archive as JSON, nil where it is not there.
local function entries_of(store)
  local books = {}
  return function(book, id)
    if books[book] == nil then
      local text = store:codebook(book)
      books[book] = text and json.unpack(text) or false
    end
    for _, item in ipairs(books[book] and books[book].items or {}) do
      if item.id == id then return json.pack(item) end
    end
  end
end

-- ---- runs -------------------------------------------------------------------------------------

-- "run 3", "runs 3, 4", in a language
local function numbers_text(runs, tag)
  local numbers = {}
  for at, run in ipairs(runs) do numbers[at] = tostring(run.id) end
  return words.say(tag, #runs == 1 and "run_of" or "runs_of", { list = table.concat(numbers, ", ") })
end

local function shown_path(path)
  return path:match("^(.*)/" .. RECORD:gsub("%.", "%%.") .. "$") or path
end

--- Reads the run that a word names: { label, name, year, figures, entry }; tag: the language of
-- its name (en).
function M.read(word, named, tag)
  local path, part = M.split(word, named)
  check_archive(path)
  local store = archive.open(path, "read")
  local runs = choose(complete(store:runs()), part, path)
  local figures = {}
  for _, run in ipairs(runs) do add_figures(store, run, figures) end
  local year, numbers = nil, numbers_text(runs, tag)
  for _, run in ipairs(runs) do year = year or year_of(run) end
  if part and not math.tointeger(tonumber(part)) then year = part end
  return { path = path, year = year, numbers = numbers, figures = figures,
    label = year or numbers, entry = entries_of(store),
    name = ("%s, %s"):format(year and words.say(tag, "labelled",
      { label = year, text = shown_path(path) }) or shown_path(path), numbers) }
end

--- Gives two runs labels that tell them apart: their years, their numbers, their files.
function M.tell_apart(a, b)
  if a.label ~= b.label then return end
  local by_number = a.numbers ~= b.numbers
  local by_path = shown_path(a.path) ~= shown_path(b.path)
  for _, run in ipairs { a, b } do
    if by_path then run.label = shown_path(run.path)
    elseif by_number then run.label = run.numbers
    else run.label = run == a and "A" or "B" end
  end
end

return M
