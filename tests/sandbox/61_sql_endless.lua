-- expect 1 3: an endless query, every error caught, then one more
local survey = require "bilan".survey { a = { 1, 2, 3 } }
local endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
print(pcall(survey.sql, survey, endless))
survey:sql(endless)
