#!/bin/sh
# The number of threads changes no bit of any figure: a script over 20,000 made-up rows prints
# every figure of every verb in hexadecimal, for simple samples, clusters, two stages, replicate
# weights and adjusted weights; the bytes with 1, 2 and 8 threads are compared.   Speaks TAP.
. "${0%/*}/tap.sh"

cat >"$work/figures.lua" <<'END'
local bilan = require "bilan"

-- ---- 20,000 rows in 400 clusters of 8 strata; weights and numbers with long fractions -----------

local ROWS <const>, REPLICATES <const> = 20000, 10
local state = 20240229

local function uniform()
  state = (state * 1103515245 + 12345) % 2147483648
  return (state // 128) / 16777216
end

local names = { "h", "c", "j", "w", "N1", "N2", "y", "x", "g", "k", "a", "b", "t1", "t2", "t3",
  "s" }
local columns, of = {}, {}
for i, name in ipairs(names) do
  columns[i] = { name, {} }
  of[name] = columns[i][2]
end
for r = 1, REPLICATES do columns[#columns + 1] = { "rw" .. r, {} } end
for row = 1, ROWS do
  local c = (row - 1) % 400
  of.h[row], of.c[row], of.j[row] = c % 8, c, row
  of.N1[row], of.N2[row] = 1000, 700 + c % 7
  of.w[row] = 0.5 + 3 * uniform() ^ 2
  of.y[row] = uniform() < 0.05 and bilan.missing.no_answer
    or uniform() + uniform() + uniform() / 3 + c % 5 / 7
  of.x[row] = 1 + uniform() * 10
  of.g[row] = uniform() < 0.4 + c % 3 / 10 and "u" or "v"
  of.k[row] = ({ "k1", "k2", "k3", "k4" })[1 + math.floor(uniform() * 4)]
  of.a[row], of.b[row] = uniform() < 0.3 and 1 or 0, uniform() < 0.5 and 1 or 0
  of.t1[row], of.t2[row] = uniform() < 0.2 and 1 or 0, uniform() < 0.6 and 1 or 0
  of.t3[row] = uniform() < 0.1 and 1 or 0
  of.s[row] = math.floor(uniform() * 5)
  for r = 1, REPLICATES do
    local twice = (c * 37 + r * 11) % 23 < 11
    columns[#names + r][2][row] = of.w[row] * (twice and 2 or 0.01 * (1 + r))
  end
end
local sample = bilan.survey(columns):group { several = { "t1", "t2", "t3" } }
  :derive { stage = "case when s < 2 then 'low' when s < 4 then 'middle' else 'high' end" }

-- ---- every figure of a result, in hexadecimal ---------------------------------------------------

local function sorted(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function figures(value, path)
  if type(value) == "table" then
    for _, key in ipairs(sorted(value)) do figures(value[key], path .. "." .. tostring(key)) end
  elseif math.type(value) == "float" then
    print(("%s %a"):format(path, value))
  else
    print(path, value)
  end
end

local function show(name, result)
  for i, row in ipairs(result:rows()) do
    local plain = {}
    for key, value in next, row do plain[key] = value end
    figures(plain, name .. "." .. i)
  end
  figures(result.tests or {}, name .. ".tests")
  figures(result.bases or {}, name .. ".bases")
  figures(result.model or {}, name .. ".model")
end

-- ---- the verbs ----------------------------------------------------------------------------------

local function ask(name, s, designed)
  local function run(verb, ...)
    show(("%s %s %s"):format(name, verb, tostring((...))), s[verb](s, ...))
  end
  local deff = designed and "wr" or nil
  for _, by in ipairs { "none", "g", "k" } do
    by = by ~= "none" and by or nil
    run("mean", "y", { by = by, deff = designed and deff })
    run("total", "y", { by = by })
    run("total", "k", { by = by })
    run("ratio", "y", "x", { by = by })
    run("median", "y", { by = by })
    run("quantile", "x", { by = by, p = { 0.01, 0.3, 0.95 }, rule = "hf7" })
    run("proportion", "stage", { by = by, deff = designed and deff })
    run("proportion", "several", { by = by, nets = { any = { "t1", "t3" } } })
    run("freq", "k", { by = by })
    run("freq", "several", { by = by, base = "answers" })
  end
  for _, ci in ipairs { "wald", "wilson", "logit", "likelihood", "arcsine" } do
    run("proportion", "y > 1", { ci = ci })
  end
  for _, percent in ipairs { "col", "row", "total", "none" } do
    run("crosstab", "stage", { "g", "k" }, { percent = percent, letters = percent == "col",
      test = true })
  end
  run("crosstab", "k", "several", { letters = true })
  run("difference", "y", { by = "g", from = "u", to = "v" })
  run("difference", "a", { by = "g", from = "u", to = "v", level = "1" })
  run("contrast", "y", { by = "k", coefficients = { k1 = 1, k2 = 1, k3 = -1, k4 = -1 } })
  for _, statistic in ipairs(designed
    and { "F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint" }
    or { "pearson", "likelihood_ratio" }) do
    run("independence", "stage", "k", { statistic = statistic })
  end
  run("goodness_of_fit", "k", { shares = { k1 = 0.25, k2 = 0.25, k3 = 0.24, k4 = 0.26 } })
  run("t_test", "y", { by = "g" })
  run("t_test", "y", { after = "x" })
  run("t_test", "y", { mu = 1.5 })
  run("rank_test", "y", { by = "g" })
  run("rank_test", "y", { by = "k" })
  run("mcnemar", "a", "b", { level = "1" })
  run("trend", "a", { level = "1", by = "s" })
  run("glm", "y ~ x + k * g")
  run("glm", "a ~ x + g", { family = "binomial" })
  run("glm", "s ~ x + k", { family = "poisson" })
  run("ordinal", "s ~ x + g")
end

local clusters = { weights = "w", strata = "h", clusters = "c", nest = true }
local design = sample:design(clusters)
local adjusted = design:rake { g = { u = 21000, v = 19000 },
  k = { k1 = 9000, k2 = 11000, k3 = 10000, k4 = 10000 } }
local surveys = {
  { "plain", sample },
  { "clusters", design },
  { "domain", design:where "x > 4" },
  { "stages", sample:design { strata = { "h", false }, clusters = { "c", "j" },
    fpc = { "N1", "N2" }, nest = true } },
  { "replicates", sample:replicates { weights = "w", replicate_weights = "rw%d+", kind = "brr" } },
  { "raked", adjusted },
  { "calibrated", design:calibrate({ g = { u = 21000, v = 19000 }, x = 240000 },
    { distance = "raking" }) },
}
for _, pair in ipairs(surveys) do ask(pair[1], pair[2], pair[1] ~= "plain") end
show("plain mantel_haenszel", sample:mantel_haenszel("a", "b", { strata = "k" }))
show("raked weights", adjusted:weight_report())
show("raked and trimmed", adjusted:trim({ high_ratio = 2 }):weight_report())
local made = design:to_replicates { kind = "bootstrap", replicates = 20, seed = 7 }
show("bootstrap mean", made:mean("y", { by = "k" }))
show("bootstrap adjusted", made:poststratify("g", { u = 21000, v = 19000 }):total "y")
END

# figures THREADS: what the script prints.
figures() {
  "$bilan" run --threads "$1" --out "$work" "$work/figures.lua" >"$work/$1" 2>"$work/log" ||
    tail -3 "$work/log"
}

for threads in 1 2 8; do
  result "runs_with_${threads}_threads" "$(figures $threads)"
done
for survey in plain clusters domain stages replicates raked calibrated bootstrap; do
  least=$([ $survey = bootstrap ] && echo 40 || echo 4000)
  for threads in 1 2 8; do grep "^$survey " "$work/$threads" >"$work/$survey.$threads"; done
  lines=$(wc -l <"$work/$survey.1")
  result "${survey}_has_its_figures" "$([ "$lines" -gt $least ] || echo "only $lines")"
  for threads in 2 8; do
    result "${survey}_is_the_same_with_${threads}_threads" \
      "$(diff "$work/$survey.1" "$work/$survey.$threads" | head -6)"
  done
done
result nothing_else_differs "$(cmp "$work/1" "$work/2"; cmp "$work/1" "$work/8")"
plan
