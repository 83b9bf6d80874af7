/* l_design.h - between the files of core.design.
 *
 * l_design.c declares designs and tells what they are, l_weighting.c adjusts weights,
 * l_replicates.c reads and makes replicate weights. All push functions into one table.
 */
#ifndef BINDING_L_DESIGN_H
#define BINDING_L_DESIGN_H

#include "binding/binding.h"

void l_weighting_add(lua_State *L); /* add their functions to the table on top */
void l_replicates_add(lua_State *L);

/* Raises `VERB: KEY: "name" WHY` as BILAN_USAGE; `key` NULL leaves it out, a long name is cut. */
void l_refuse_item(lua_State *L, const char *verb, const char *key, struct text name,
                   const char *why);

#endif
