-- expect 0: every function that takes a path, with hostile ones
local attack = require "attack"
local bilan = require "bilan"

local survey = bilan.survey { sex = { "f", "m", "f", "m" } }
local result = survey:freq "sex"
local chart = bilan.chart.bars(result)

local outside = { attack.secret,
  attack.folder .. "/../" .. attack.folder:match "[^/]*$" .. "/secret.txt", "/etc/hostname",
  "/etc/passwd", "../../../../../../../../etc/hostname", "//etc/hostname", "/etc/./hostname",
    "/proc/self/maps",
  "/proc/self/cwd/../../../../../etc/hostname", "/dev/null", "/dev/zero", "/dev/tty",
    "/dev/stdin", "/dev/full",
  "file:///etc/hostname", "file:/etc/hostname?mode=ro", "~/secret.txt", "$HOME/x",
    "/etc/hostname\0.csv", "|id",
  "<id", "`id`", "-", "", " ", ".", "..", "/", "\n", ("x"):rep(5000), ("d/"):rep(2000) .. "x",
    "here/link_to_secret",
  "here/link_to_folder/secret.txt", "here/pipe", ":memory:", "http://127.0.0.1/", "\xff\xfe" }

local readers = {
  read = function(path) return bilan.read(path) end,
  read_sqlite = function(path) return bilan.read(path, { table = "x" }) end,
  codebook = function(path) return bilan.read("data.csv", { codebook = path }) end,
  claims = function(path) return bilan.claims(path) end,
  populations = function(path) return bilan.claims({}, { populations = path }) end,
  dofile = dofile, loadfile = loadfile, require = require,
  reconstruct = function(path) return bilan.reconstruct { populations = path, claims = path } end,
  reconstruct_claims = function(path)
    return bilan.reconstruct { populations = { { population = "p", group = "all",
      size = "10" } }, claims = path }
  end,
}
for name, f in pairs(readers) do
  for _, path in ipairs(outside) do
    local ok, why = pcall(f, path)
    if ok then attack.escaped(name, path) end
    if not ok and tostring(why):find "token" then attack.escaped(name, path, why) end
  end
end

local targets = { attack.marker .. ".html", attack.folder .. "/m.csv", "../m.html",
  "a/../../m.html", "/m.html", "./m.html",
  "a//m.html", "a/./m.html", "..", ".", "", "/", "m.html/", "a\0/m.html", "a\nb.html",
    "link_out/m.html",
  "link_out/new/m.html", "link_file.html", "link_dangling.html", "pipe.html", "device.html",
    ("d/"):rep(3000) .. "m.html",
  ("x"):rep(300) .. ".html", "folder.html", "link_dangling/m.html", "\27[2J.html" }
local writers = {
  report = function(path) bilan.report { title = "x" }:write(path) end,
  to_csv = function(path) result:to_csv(path) end,
  to_json = function(path) result:to_json(path) end,
  to_html = function(path) result:to_html(path) end,
  to_markdown = function(path) result:to_markdown(path) end,
  to_xlsx = function(path) result:to_xlsx(path) end,
  survey = function(path) survey:write(path) end,
  chart = function(path) chart:write((path:gsub("html$", "svg"))) end,
}
for name, f in pairs(writers) do
  for _, path in ipairs(targets) do
    if pcall(f, path) then attack.escaped(name, path) end
  end
end
result:to_csv "fine/of/course.csv"
