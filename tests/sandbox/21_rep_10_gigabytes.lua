-- expect 1: one text of 10 GB
print(#("x"):rep(10 * 1024 * 1024 * 1024))
