/* l_cache.h - what the files around reading share: options of CSV, archives as userdata.
 */
#ifndef BINDING_L_CACHE_H
#define BINDING_L_CACHE_H

#include "archive/archive.h"
#include "binding/binding.h"
#include "io/csv.h"

/* The options of the table at 3, as core.csv.read takes them. They are lent by what this leaves on
 * the stack. Raises for an unknown or wrong one. */
void l_csv_options(lua_State *L, struct csv_options *o);

/* A closed slot for an archive, to be filled. */
struct archive **l_new_archive(lua_State *L);

int l_cache_open(lua_State *L); /* pushes core.archive.cache */

#endif
