-- expect 0 3: deep and long expressions
local survey = require "bilan".survey { a = { 1, 2, 3 }, t = { ("a"):rep(5000), "b", "c" } }
for _, expr in ipairs { ("("):rep(100000) .. "a" .. (")"):rep(100000),
  ("not "):rep(100000) .. "a", ("-"):rep(100001) .. "a",
  "a" .. (" + a"):rep(100000), "a in (" .. ("1,"):rep(200000) .. "1)",
    "t like '" .. ("%a"):rep(40) .. "b'",
  "t like '" .. ("%"):rep(4000) .. "'", ("case when a then "):rep(50000), "'", '"', "a = 'x",
    ("a = 1 or "):rep(50000) .. "a" } do
  print(#expr, pcall(survey.where, survey, expr) and "done" or "refused")
end
