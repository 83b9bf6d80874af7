-- expect 3: a loop that does nothing
while true do end
