/* l_data.h - shared by the files that push core.data.
 *
 * The words are those of bilan.h's enums: "single", "multiple", "scale", "number", "text",
 * "date", "id"; "present", "no answer", "not asked", "don't know", "refused".
 */
#ifndef BINDING_L_DATA_H
#define BINDING_L_DATA_H

#include "binding/binding.h"

/* Both raise for another word, with the words there are. */
bilan_kind l_check_kind(lua_State *L, int index);
bilan_missing l_check_missing(lua_State *L, int index); /* "no answer", "not asked", ... */
void l_push_missing(lua_State *L, bilan_missing missing);
void l_recode_add(lua_State *L); /* adds its functions to the table on top */

#endif
