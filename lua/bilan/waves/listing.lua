--- A list in words for people: what changed, how well years compare. A closed object with
-- `rows()` (records), `sheet()` (a released table, for reports and writers), `to_text()`.
local fault = require "bilan.fault"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"

local M = {}

local bodies = setmetatable({}, { __mode = "k" })
local Listing = { __name = "bilan.listing", __metatable = "bilan.listing" }
local methods = {}

--- The records, in order: a fresh list of copies.
function methods.rows(listing) return gate.copy(bodies[listing].rows) end

local function tag_of(listing, opts, what)
  opts = fault.options(opts, { "lang" }, what)
  return opts.lang or bodies[listing].lang
end

--- The list as a released table; opts.lang.
function methods.sheet(listing, opts)
  local tag, body = tag_of(listing, opts, "sheet"), bodies[listing]
  return gate.table(body.sheet(tag))
end

--- The list as text; opts.lang.
function methods.to_text(listing, opts)
  local tag, body = tag_of(listing, opts, "to_text"), bodies[listing]
  if body.text then return body.text(tag) end
  return tostring(methods.sheet(listing, { lang = tag }))
end

function Listing.__tostring(listing) return methods.to_text(listing) end
function Listing.__len(listing) return #bodies[listing].rows end
function Listing.__index(listing, key)
  if methods[key] then return methods[key] end
  if math.type(key) then return gate.copy(bodies[listing].rows[key]) end
end
function Listing.__newindex() host.fail("a list of changes cannot be changed") end

--- A listing: rows, lang, sheet(tag) -> what gate.table takes, text(tag) -> text (optional).
function M.new(body)
  local listing = setmetatable({}, Listing)
  bodies[listing] = body
  return listing
end

local digits = { [0] = "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" }

--- The mark of the footnote of a number: ¹, ², ... ¹⁰.
function M.mark(number)
  return (tostring(number):gsub("%d", function(digit) return digits[tonumber(digit)] end))
end

--- The sentence of a finding, with what it is said of.
function M.sentence(tag, finding, at, long)
  local args = { at = at }
  for key, value in pairs(finding.args) do args[key] = value end
  local key = "wave_" .. finding.what
  if long and finding.what == "reworded" then key = key .. "_long" end
  return format.say(tag, key, args)
end

--- The same as a note { key, args } of a result.
function M.note(finding, at)
  local args = { at = at }
  for key, value in pairs(finding.args) do args[key] = value end
  return { "wave_" .. finding.what, args }
end

return M
