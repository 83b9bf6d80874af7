-- expect 0: SQL reads the survey and nothing else
local attack = require "attack"

local bilan = require "bilan"
local survey = bilan.survey { a = { 1, 2, 3 } }
for _, query in ipairs { "ATTACH '" .. attack.marker .. "' AS x",
  "VACUUM INTO '" .. attack.marker .. "'",
  "PRAGMA database_list", "CREATE TABLE x (y)", "INSERT INTO survey VALUES (1)",
    "DELETE FROM survey", "DROP TABLE survey",
  "SELECT load_extension('x')", "SELECT readfile('/etc/hostname')",
    "SELECT writefile('" .. attack.marker .. "', 'x')",
  "SELECT * FROM sqlite_master", "SELECT edit('x')", "SELECT fts3_tokenizer('x')",
    "SELECT random()",
  "SELECT 1; ATTACH '" .. attack.marker .. "' AS x", "SELECT * FROM pragma_database_list",
    "BEGIN",
  "SELECT zeroblob(1000000000)", "SELECT current_timestamp" } do
  attack.refused(query, survey.sql, survey, query)
end
