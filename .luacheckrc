std = "lua54"
max_line_length = 110
max_string_line_length = false -- sentences stand on one line
files["tests/lua"] = { std = "+busted" }
files["scripts"] = { read_globals = { "arg" } }
files["tests/oracle"] = { ignore = { "631" }, read_globals = { "arg" } }
