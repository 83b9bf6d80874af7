-- Puts a printed table into a page, between its markers:   lua5.4 paste.lua PAGE TABLE
local page, printed = arg[1], arg[2]

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local text, made = read(page), read(printed)
local head, tail = text:match "^(.-<!%-%- table: begin[^\n]*\n).-(<!%-%- table: end.*)$"
if not head then error(page .. ": no markers of a table", 0) end
local file <close> = assert(io.open(page, "w"))
file:write(head, "\n", made, "\n", tail)
