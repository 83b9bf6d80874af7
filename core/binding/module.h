/* module.h - setting up the Lua module: what the program's main and luaopen_bilan share.
 *
 * Two ways in. The program: a handle, a state by l_new_state (memory counted and capped
 * together), its own libraries, then l_open_bilan. A stock lua5.4: `require "bilan"` finds
 * luaopen_bilan in the shared library, which makes a handle inside the state and calls the
 * same l_open_bilan.
 *
 * Failure: l_new_state gives NULL; l_open_bilan raises a Lua error, so it is called in
 * protected mode.
 */
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
