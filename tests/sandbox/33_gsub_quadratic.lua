-- expect 3: gsub that is quadratic on 2 MB
print(#(("a"):rep(2000000):gsub("a*b", "")))
