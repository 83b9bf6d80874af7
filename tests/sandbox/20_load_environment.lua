-- expect 0: another environment gives no more than the script has
local attack = require "attack"

local f = load("return os, io, debug, package", "=x", "t", {})
for i = 1, 4 do attack.absent((select(i, f())), "a library in another environment") end
local g = load "return _ENV, _G"
local env, globals = g()
if env ~= _ENV or globals ~= _G then attack.escaped "another environment" end
-- A chunk with the name of a file of the engine is still the script's.
local hidden = load("error('x')", "=bilan.core")
local _, why = pcall(hidden)
if not why:find "^%./bilan.core:1:" then attack.escaped("a hidden chunk", why) end
