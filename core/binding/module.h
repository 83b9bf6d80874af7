/* module.h - setting up the Lua module: what the program's main and luaopen_bilan share. */
#ifndef BINDING_MODULE_H
#define BINDING_MODULE_H

#include "binding/binding.h"

/* A Lua state without libraries, every byte of it from the handle's allocator; NULL when memory
 * runs out. The handle outlives it; lua_close ends it. */
lua_State *l_new_state(bilan *b);

void l_set_handle(lua_State *L, bilan *b); /* before anything else of this floor */
void l_new_types(lua_State *L);            /* the metatables of the userdata */

/* Pushes "file:line: " of the first running Lua line outside the engine, or "". */
void l_push_where(lua_State *L);

/* Makes `require "bilan"` and `require "bilan.NAME"` find the embedded files and the C parts
 * (bilan.core), and pushes the module. The handle must be set. */
void l_open_bilan(lua_State *L);

#endif
