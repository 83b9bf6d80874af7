-- Loads the engine under test as a C module before any spec: `busted --helper=tests/lua/engine.lua`.
local path = (os.getenv "BUILD" or "build") .. "/lua/bilan.so"
local open = assert(package.loadlib(path, "luaopen_bilan"))
package.loaded.bilan = open()
