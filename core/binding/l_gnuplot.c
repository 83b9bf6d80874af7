/* l_gnuplot.c - core.gnuplot: draws a script of the engine with one gnuplot process.
 *
 *   run(script, { "a.svg", ... } [, seconds]) -> { ["a.svg"] = bytes, ... }, messages
 *
 *   body(svg) -> the drawn elements of a file of gnuplot's, fit to be published; nil: it is none
 *   is_plain(svg) -> is this a drawing beyond doubt? (io/drawing.h)
 *
 *   program() -> what the system says of the gnuplot that would draw, as a text; nil: there is none
 *   kept(folder, name) -> bytes or nil      keep(folder, name, bytes) -> is it kept?
 *   make_room(folder, most)
 *
 * The last three serve chart/kept.lua: small files in a folder of this user's alone, written aside
 * and renamed, not synced: who reads one proves that it is whole.
 *
 * A file that was not drawn is absent from the table; messages is gnuplot's standard error.
 * A script of a user never gets hold of this part (sandbox.lua gives out bilan alone).
 *
 * Example: run(script, { "fig1.svg" }, 10) -> { ["fig1.svg"] = "<?xml ..." }, "". Names are
 * plain file names (io/gnuplot.h). Raises when gnuplot is not installed, takes longer than
 * `seconds` (60 unless told, 3600 at most) or the run is stopped by the host's time limit.
 * The process, its folder and its files are gone when the call returns.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/cache.h"
#include "base/handle.h"
#include "base/io.h"
#include "binding/host.h"
#include "io/drawing.h"
#include "io/gnuplot.h"

static const char run_type[] = "bilan.gnuplot";
/* The usual and the longest time; the most files of a run. */
enum { SECONDS = 60, MOST_SECONDS = 3600, MOST_FILES = 10000 };

/* What a run holds, freed by the collector when an error passes by. The files lie in the same
 * block: a block of their own could be gone before this one is finalized. */
struct held {
  bilan *b;
  struct gnuplot_run run;
  struct gnuplot_file files[];
};

/* `b` is NULL until there is something to free, and again when it was freed. */
static int free_held(lua_State *L) {
  struct held *held = luaL_checkudata(L, 1, run_type);
  if (held->b) gnuplot_free(held->b, &held->run);
  held->b = NULL;
  return 0;
}

/* The names in the table at `index`, each kept on the stack by the table itself. */
static void read_names(lua_State *L, int index, struct gnuplot_run *run) {
  for (size_t i = 0; i < run->count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    run->files[i] = (struct gnuplot_file){.name = l_check_text(L, -1)};
    lua_pop(L, 1);
  }
}

/* run(script, names [, seconds]) -> files, messages; see the head. Everything the run holds
 * belongs to a userdata before the first file is read. */
static int l_run(lua_State *L) {
  struct text script = l_check_text(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer seconds = luaL_optinteger(L, 3, SECONDS);
  luaL_argcheck(L, seconds >= 1 && seconds <= MOST_SECONDS, 3, "seconds from 1 to 3600");
  size_t count = lua_rawlen(L, 2);
  luaL_argcheck(L, count <= MOST_FILES, 2, "at most 10000 files");
  static const luaL_Reg events[] = {{"__gc", free_held}, {NULL, NULL}};
  struct held *held = lua_newuserdatauv(L, sizeof *held + count * sizeof held->files[0], 0);
  struct gnuplot_file *files = held->files;
  memset(held, 0, sizeof *held);
  l_set_type(L, run_type, events);
  struct gnuplot_run *run = &held->run;
  *run = (struct gnuplot_run){.script = script, .files = files, .count = count,
                              .timeout = (int)seconds * 1000, .stop = &l_host(L)->expired};
  read_names(L, 2, run);
  held->b = l_handle(L);
  buffer_init(&run->messages, &held->b->mem);
  l_check(L, gnuplot_draw(held->b, run));
  lua_createtable(L, 0, (int)count);
  for (size_t i = 0; i < count; i++) {
    if (!files[i].bytes) continue;
    l_push_text(L, files[i].name);
    lua_pushlstring(L, files[i].bytes, files[i].size);
    lua_rawset(L, -3);
  }
  lua_pushlstring(L, run->messages.n ? run->messages.s : "", run->messages.n);
  gnuplot_free(held->b, run);
  held->b = NULL;
  return 2;
}

/* body(svg) -> the drawn elements, or nil. */
static int l_body(lua_State *L) {
  struct text svg = l_check_text(L, 1);
  luaL_argcheck(L, svg.n < SIZE_MAX / 8, 1, "a shorter drawing");
  char *out = l_scratch(L, DRAWING_ROOM(svg.n), 1);
  size_t size;
  if (!drawing_body(out, &size, svg)) return 0;
  lua_pushlstring(L, out, size);
  return 1;
}

static int l_is_plain(lua_State *L) {
  lua_pushboolean(L, drawing_is_plain(l_check_text(L, 1)));
  return 1;
}

/* ---- drawings that are kept ------------------------------------------------------------------ */

enum { KEPT_PATH = 4400, KEPT_MOST = 16 << 20 };

/* "FOLDER/NAME" for a name of lower-case hexadecimal digits; raises for any other. */
static void kept_path(lua_State *L, char path[KEPT_PATH]) {
  const char *folder = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  size_t n = strlen(name);
  luaL_argcheck(L, n && strspn(name, "0123456789abcdef") == n, 2, "a hash");
  luaL_argcheck(L, strlen(folder) + n + 32 < KEPT_PATH, 1, "a shorter path");
  snprintf(path, KEPT_PATH, "%s/%s", folder, name);
}

/* program() -> "path size modified changed inode" of the first gnuplot in the absolute folders of
 * PATH: another release is another file. */
static int l_program(lua_State *L) {
  const char *path = getenv("PATH");
  char found[1024];
  struct stat info;
  for (size_t n; path && *path; path += n + (path[n] == ':')) {
    n = strcspn(path, ":");
    if (*path != '/' || n + 16 > sizeof found) continue;
    snprintf(found, sizeof found, "%.*s/gnuplot", (int)n, path);
    if (sys_stat(&l_handle(L)->io, AT_FDCWD, found, &info, 0) < 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    lua_pushfstring(L, "%s %I %I.%I %I %I", found, (LUAI_UACINT)info.st_size,
                    (LUAI_UACINT)info.st_mtim.tv_sec, (LUAI_UACINT)info.st_mtim.tv_nsec,
                    (LUAI_UACINT)info.st_ctim.tv_sec, (LUAI_UACINT)info.st_ino);
    return 1;
  }
  return 0;
}

/* Reads n bytes; false when there are fewer, or the file cannot be read. */
static bool read_whole(bilan *b, const char *path, char *bytes, size_t n) {
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
  long done = fd < 0 ? -1 : 1;
  for (size_t at = 0; done > 0 && at < n; at += done > 0 ? (size_t)done : 0)
    done = sys_read(&b->io, fd, bytes + at, n - at);
  if (fd >= 0) sys_close(&b->io, fd);
  return done > 0;
}

/* kept(folder, name) -> bytes, or nil. The room is Lua's before the file is opened. */
static int l_kept(lua_State *L) {
  char path[KEPT_PATH];
  struct stat info;
  bilan *b = l_handle(L);
  kept_path(L, path);
  if (sys_stat(&b->io, AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
      !S_ISREG(info.st_mode) || info.st_uid != geteuid() || info.st_size > KEPT_MOST)
    return 0;
  size_t n = (size_t)info.st_size;
  char *bytes = l_scratch(L, n + 1, 1);
  if (!read_whole(b, path, bytes, n)) return 0;
  lua_pushlstring(L, bytes, n);
  return 1;
}

/* Writes a new file; false, with nothing left of it, when that fails. */
static bool write_whole(bilan *b, const char *path, struct text t) {
  int fd = sys_open(&b->io, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0600);
  bool fine = fd >= 0;
  for (size_t at = 0; fine && at < t.n;) {
    long done = sys_write(&b->io, fd, t.s + at, t.n - at);
    fine = done > 0;
    if (fine) at += (size_t)done;
  }
  if (fd >= 0 && sys_close(&b->io, fd) < 0) fine = false;
  if (fd >= 0 && !fine) sys_unlink(&b->io, AT_FDCWD, path);
  return fine;
}

/* keep(folder, name, bytes) -> is it kept? The folder is made when it is not there; one that is not
 * this user's alone is left as it is. */
static int l_keep(lua_State *L) {
  char path[KEPT_PATH], aside[KEPT_PATH + 32];
  bilan *b = l_handle(L);
  struct text bytes = l_check_text(L, 3);
  kept_path(L, path);
  const char *folder = lua_tostring(L, 1);
  snprintf(aside, sizeof aside, "%s.%ld", path, (long)getpid());
  bool fine = (cache_is_ours(b, folder) || mkdir(folder, 0700) == 0) && cache_is_ours(b, folder);
  fine = fine && write_whole(b, aside, bytes);
  if (fine && sys_rename(&b->io, AT_FDCWD, aside, path) < 0) {
    sys_unlink(&b->io, AT_FDCWD, aside);
    fine = false;
  }
  lua_pushboolean(L, fine);
  return 1;
}

/* make_room(folder, most): a folder with more files than that loses all of them: what is still
 * wanted is drawn once more. */
static int l_make_room(lua_State *L) {
  bilan *b = l_handle(L);
  const char *folder = luaL_checkstring(L, 1);
  lua_Integer most = luaL_checkinteger(L, 2), count = 0;
  char path[KEPT_PATH];
  struct buffer names;
  buffer_init(&names, &b->mem);
  if (!cache_is_ours(b, folder) || io_list_folder(b, &names, folder)) names.n = 0;
  for (size_t at = 0; at < names.n; at += strlen(names.s + at) + 1) count++;
  for (size_t at = 0; count > most && at < names.n; at += strlen(names.s + at) + 1) {
    int n = snprintf(path, sizeof path, "%s/%s", folder, names.s + at);
    if (n > 0 && (size_t)n < sizeof path) sys_unlink(&b->io, AT_FDCWD, path);
  }
  buffer_free(&names);
  return 0;
}

/* Pushes the functions; a script of a user never sees it. */
int l_gnuplot_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", l_run},   {"program", l_program},
                                       {"body", l_body}, {"is_plain", l_is_plain},
                                       {"kept", l_kept}, {"keep", l_keep},
                                       {"make_room", l_make_room}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
