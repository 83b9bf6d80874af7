--- Whether respondents are real, and what is said where they are not.
--
-- The mark of a survey, a result or a sheet is false, true, or a text of the codebook
-- (`synthetic = "Answers of 2023 are made up: ..."`), which then is the banner of pages. Without a
-- text the banner's words hold for made-up and for reconstructed respondents alike.
local M = {}

--- The mark of figures from two sources: two texts are joined, a text says more than true.
function M.both(a, b)
  if not (a and b) then return a or b or false end
  if a == true or b == true then return a == true and b or a end
  if a:find(b, 1, true) then return a end
  if b:find(a, 1, true) then return b end
  return a .. " " .. b
end

--- The mark of the figures of a list of things that have one each (`thing.synthetic`).
function M.of_all(list)
  local mark = false
  for _, thing in ipairs(list) do mark = M.both(mark, thing.synthetic) end
  return mark
end

return M
