-- expect 1: control characters of a message do not reach the terminal
error "\27[2J\27]0;title\7 cleared"
