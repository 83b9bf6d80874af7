--- Makes the archive that test_archive.sh looks at:  archive_make.lua FILE.bilan
--
-- One wave with an item of every shape, more rows than one chunk has for some of them, a codebook
-- and a run with two figures, written through core.archive as the engine does.
require "bilan"
local core = require "bilan.core"

local path = assert(arg[1], "usage: archive_make.lua FILE.bilan")
local lines = { "id,genre,note,poids,mesure,avis,sports" }
local genders = { "fille", "garçon", "" }
local words = { '"à voir, oui"', "", "trop court" }
local sports = { "foot;judo", "judo", "", "natation" }
for i = 1, 2003 do
  lines[#lines + 1] = ("R%05d,%s,%s,%d.%06d,%s,%s,%s"):format(i, genders[i % 3 + 1],
    i % 11 == 0 and "" or i % 21, i % 7, i * 379 % 1000000, tostring(1 / i), words[i % 3 + 1],
    sports[i % 4 + 1])
end
local wave = core.csv.csv_read(nil, table.concat(lines, "\n"),
  { types = { id = "id", avis = "text" } })
local split = core.data.split(core.data.item(wave, "sports"), ";", nil, true)
wave = core.data.with(wave, "set", "multiple", split)

local a <close> = core.archive.open(path, "write")
a:transaction(function()
  local id, sha256 = a:put(wave)
  assert(sha256 == core.archive.sha256(wave))
  a:exec("INSERT INTO codebook(id, sha256, title, json) VALUES(1, 'c', 'A survey', '{}')")
  a:exec("INSERT INTO codebook_item(codebook, place, id, question) VALUES(1, 1, 'genre', ?1)",
    { "Tu es…" })
  a:exec("INSERT INTO wave(name, place, data, codebook) VALUES('2023', 1, ?1, 1)", { id })
  a:exec("INSERT INTO run(id, script, wave, status) VALUES(1, 'year.lua', '2023', 'complete')")
  a:exec("INSERT INTO figure(run, place, indicator, row, label, value, shown, n) "
    .. "VALUES(1, 1, 'girls', 1, 'fille', ?1, '33 %', 2003)", { 1 / 3 })
  a:exec("INSERT INTO figure(run, place, indicator, row, label, withheld) "
    .. "VALUES(1, 1, 'girls', 2, 'autre', 'base under 10')")
end)
