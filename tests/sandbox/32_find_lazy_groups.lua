-- expect 3: a pattern with 24 lazy groups
print(("a"):rep(200000):find((".-"):rep(24) .. "b"))
