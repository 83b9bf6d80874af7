/* module.h - setting up the Lua module: what the program's main and luaopen_bilan share. */
#ifndef BINDING_MODULE_H
#define BINDING_MODULE_H

#include "binding/binding.h"

/* A Lua state without libraries, every byte of it from the handle's allocator; NULL when memory
 * runs out. The handle outlives it; lua_close ends it. */
lua_State *l_new_state(bilan *b);

/* Makes `require "bilan"` and `require "bilan.NAME"` find the embedded files and the C parts
 * (bilan.core), and pushes the module. The handle must be set. */
void l_open_bilan(lua_State *L);

#endif
