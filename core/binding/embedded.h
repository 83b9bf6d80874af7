/* embedded.h - the Lua files of the engine as the build put them into embedded.c.
 *
 * Of each file two forms: its text, which any Lua 5.4 can load, and what the build's Lua compiled
 * it to (not stripped: messages keep names and lines), which loads seven times as fast. The
 * compiled form may be used only where the Lua that runs compiles the probe's text to the same
 * bytes (module.c); it comes from nowhere but this file, and a script's bytecode is never
 * accepted.
 */
#ifndef BINDING_EMBEDDED_H
#define BINDING_EMBEDDED_H

#include <stddef.h>

/* One file, named as `require` names it; the list ends with a NULL name. */
struct embedded {
  const char *name;
  const char *text;
  size_t text_size;
  const char *code;
  size_t code_size;
};

extern const struct embedded embedded_files[];
extern const struct embedded embedded_probe;

#endif
