-- expect 1: the recursion of the pattern matcher
print(("a"):rep(300000):match(("(a?)"):rep(300000)))
