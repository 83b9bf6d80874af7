/* host.c - see host.h: guarded files, bounded output, limits on time and instructions.
 *
 * Limits are sticky: once one is hit, every hook tick raises again and the period of the hook
 * drops to one instruction, so a script that catches the error gets no further. The alarm
 * covers what no hook sees (one long call in C): its handler arms the hook, and a second
 * later ends the process. That hard end is set up by the program's main.
 *
 * Lua-facing functions (core.host), all raising "file:line: ..." on failure:
 *
 *   read(path) -> bytes           exists(path) -> boolean       check_read(path)
 *   head(path, n) -> bytes        use_cache()                    has_cache() -> boolean
 *   write(path, bytes) -> path    print(text)                   warn(text) -> written?
 *   progress(text|nil [, slow])   terminal(fd) -> boolean       grant(path)
 *   guard(options)                watch(f, ...) -> ...          limited() -> boolean
 *   set_limit()                   memory() -> used, peak, cap, place
 *   out() -> folder               guarded() -> boolean          list(folder) -> names
 *   stat(path) -> { bytes =, modified =, changed =, inode =, folder = } or nil
 *   make([folder]) -> path        clock() -> seconds
 *
 * Worked example of the checks on reading, with /data granted: "/data/../etc/passwd" resolves
 * to /etc/passwd, which is below no grant: refused. "/data/absent.csv" does not resolve, but
 * its folder /data is granted: the error is the system's own, "no such file". "/etc/absent"
 * gets the answer of /etc/passwd.
 */
#include "binding/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/cache.h"
#include "base/io.h"

static const char host_key = 'o';

enum { MOST_OUTPUT = 64, MOST_FILES = 10000 }; /* megabytes; what a guarded script may write */

/* Set by the program, or by luaopen_bilan for a stock Lua; never absent.
 * Found under the address of a variable, a key no script can make. */
struct host *l_host(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &host_key);
  struct host *h = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return h;
}

/* The state does not own it: the program's alarm needs it after the state has gone. */
void l_set_host(lua_State *L, struct host *h) {
  lua_pushlightuserdata(L, h);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &host_key);
}

/* For a stock Lua: nothing is guarded, nothing limited, outputs go below the current folder. */
void l_host_plain(lua_State *L) {
  struct host *h = lua_newuserdatauv(L, sizeof *h, 0);
  memset(h, 0, sizeof *h);
  h->out[0] = '.';
  luaL_ref(L, LUA_REGISTRYINDEX);
  l_set_host(L, h);
}

/* Only while a script runs under l_watch; else the place stays what it was. */
void l_host_note_place(struct host *h) {
  lua_Debug frame;
  if (h->watched && l_find_script(h->watched, &frame))
    snprintf(h->place, sizeof h->place, "%s:%d: ", frame.short_src, frame.currentline);
}

/* Gives the granted paths back to the allocator; the host may be used again. */
void l_host_close(struct host *h, bilan *b) {
  for (size_t i = 0; i < h->grant_count; i++) mem_free(&b->mem, h->grants[i]);
  h->grant_count = 0;
}

/* Raises "file:line: " and the text, with `what` in the place of its %s. Does not return. */
static int refuse(lua_State *L, const char *format, const char *what) {
  l_push_where(L);
  lua_pushfstring(L, format, what);
  lua_concat(L, 2);
  return lua_error(L);
}

/* ---- reading ------------------------------------------------------------------------------ */

/* Is `path` the folder (or file) `root`, or below it? Both are absolute and resolved.
 * "/data" holds "/data" and "/data/a", not "/database". */
static bool is_below(const char *path, const char *root) {
  size_t n = strlen(root);
  if (n && root[n - 1] == '/') n--;
  return strncmp(path, root, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The absolute path without links, in `real`.
 * BILAN_IO when the path leads nowhere; BILAN_NOMEM. `real` is untouched then. */
static bilan_status resolve(bilan *b, char real[HOST_PATH], const char *path) {
  char *found = NULL;
  bilan_status status = io_real_path(b, &found, path);
  if (!status && strlen(found) >= HOST_PATH) status = fail(b, BILAN_IO, "the path is too long");
  if (!status) strcpy(real, found);
  mem_free(&b->mem, found);
  return status;
}

/* Below one of the granted folders? `real` is absolute and without links, as they are. */
static bool is_granted(const struct host *h, const char *real) {
  if (*h->cache && is_below(real, h->cache)) return false;
  for (size_t i = 0; i < h->grant_count; i++)
    if (is_below(real, h->grants[i])) return true;
  return false;
}

/* The folder of a path, "." when it names none.
 * "a/b" gives "a", "/b" gives "/", "b" gives ".". */
static void folder_of(char folder[HOST_PATH], const char *path) {
  const char *slash = strrchr(path, '/');
  size_t n = slash ? (size_t)(slash - path) : 0;
  if (slash && !n) n = 1;
  memcpy(folder, path, n);
  strcpy(folder + n, n ? "" : ".");
}

/* Raises unless the path may be read. Whether a file is there is told only of granted folders:
 * elsewhere an absent file and a forbidden one get the same answer.
 * Two attempts: a file may come to be between the first look and the second. */
static void check_readable(lua_State *L, const struct host *h, const char *path) {
  char real[HOST_PATH], folder[HOST_PATH];
  bilan *b = l_handle(L);
  if (!h->guarded) return;
  if (strlen(path) >= HOST_PATH) refuse(L, "the path \"%s\" is too long", path);
  bilan_status status = resolve(b, real, path);
  if (status == BILAN_NOMEM) l_check(L, status);
  if (!status && is_granted(h, real)) return;
  if (status) {
    folder_of(folder, path);
    if (!resolve(b, real, folder) && is_granted(h, real)) {
      l_check(L, resolve(b, real, path));
      if (is_granted(h, real)) return; /* it was not there a moment ago */
    }
  }
  refuse(L,
        "may not read \"%s\": scripts read below the current folder, their own folder and the "
        "folders given by --read",
        path);
}

void l_check_readable(lua_State *L, const char *path) { check_readable(L, l_host(L), path); }

/* A path as C wants it: a string without NUL, which would hide what stands behind it. */
static const char *check_path(lua_State *L, int index) {
  size_t n;
  const char *path = luaL_checklstring(L, index, &n);
  if (strlen(path) != n) refuse(L, "the path \"%s\" holds a NUL byte", path);
  return path;
}

/* Bytes of the engine's on their way into a string of Lua's; a userdata, so an error frees
 * them. */
struct block {
  struct mem *mem;
  char *bytes;
};

/* Harmless when called again. */
static int free_block(lua_State *L) {
  struct block *k = luaL_checkudata(L, 1, "bilan.block");
  if (k->mem) mem_free(k->mem, k->bytes);
  k->bytes = NULL;
  return 0;
}

/* Pushes a block with nothing in it. */
static struct block *new_block(lua_State *L, struct mem *mem) {
  static const luaL_Reg events[] = {{"__gc", free_block}, {NULL, NULL}};
  struct block *k = lua_newuserdatauv(L, sizeof *k, 0);
  *k = (struct block){mem, NULL};
  l_set_type(L, "bilan.block", events);
  return k;
}

/* All of standard input. A fault on the way is an error: half a file must not pass for one. */
static int read_standard_input(lua_State *L) {
  luaL_Buffer bytes;
  bilan *b = l_handle(L);
  if (l_host(L)->guarded && !l_host(L)->standard_input)
    return refuse(L, "may not read standard input: name \"%s\" among the arguments", "-");
  luaL_buffinit(L, &bytes);
  for (;;) {
    long n = sys_read(&b->io, STDIN_FILENO, luaL_prepbuffer(&bytes), LUAL_BUFFERSIZE);
    if (n < 0) return refuse(L, "cannot read %s", "standard input");
    if (n == 0) break;
    luaL_addsize(&bytes, (size_t)n);
  }
  luaL_pushresult(&bytes);
  return 1;
}

/* read(path) -> the bytes of a regular file, or of standard input for "-". Raises with the
 * path.
 * The bytes belong to a userdata while Lua copies them. */
static int l_read(lua_State *L) {
  const char *path = check_path(L, 1);
  bilan *b = l_handle(L);
  if (strcmp(path, "-") == 0) return read_standard_input(L);
  check_readable(L, l_host(L), path);
  struct block *k = new_block(L, &b->mem);
  size_t size = 0;
  l_check(L, io_read_file(b, &k->bytes, &size, path, 0));
  lua_pushlstring(L, k->bytes, size);
  mem_free(k->mem, k->bytes);
  k->bytes = NULL;
  return 1;
}

/* May the path, which leads somewhere, be read? Raises for lack of memory only. */
static bool may_read(lua_State *L, const char *path) {
  const struct host *h = l_host(L);
  char real[HOST_PATH];
  bilan_status status = resolve(l_handle(L), real, path);
  if (status == BILAN_NOMEM) l_check(L, status);
  return !status && (!h->guarded || is_granted(h, real));
}

/* exists(path) -> is there a regular file that may be read?
 * False for a forbidden file, as for an absent one. */
static int l_exists(lua_State *L) {
  const char *path = check_path(L, 1);
  lua_pushboolean(L, io_is_file(l_handle(L), path) && may_read(L, path));
  return 1;
}

/* Sets a field of the table on top. Times are nanoseconds since 1970. */
static void set_time(lua_State *L, const char *field, struct timespec at) {
  lua_pushinteger(L, (lua_Integer)at.tv_sec * 1000000000 + at.tv_nsec);
  lua_setfield(L, -2, field);
}

/* stat(path) -> what tells whether a file is still the one it was, or nil as exists has it:
 * bytes, times of the last change of content and of anything, inode; and folder, a boolean. */
static int l_stat(lua_State *L) {
  const char *path = check_path(L, 1);
  struct stat info;
  if (sys_stat(&l_handle(L)->io, AT_FDCWD, path, &info, 0) < 0 || !may_read(L, path)) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, 0, 5);
  lua_pushinteger(L, (lua_Integer)info.st_size);
  lua_setfield(L, -2, "bytes");
  set_time(L, "modified", info.st_mtim);
  set_time(L, "changed", info.st_ctim);
  lua_pushinteger(L, (lua_Integer)info.st_ino);
  lua_setfield(L, -2, "inode");
  lua_pushboolean(L, S_ISDIR(info.st_mode));
  lua_setfield(L, -2, "folder");
  return 1;
}

/* list(folder) -> the names in it, in order of their bytes; a folder's ends with "/".
 * The block of names belongs to a userdata while Lua copies them. */
static int l_list(lua_State *L) {
  const char *path = check_path(L, 1);
  bilan *b = l_handle(L);
  struct buffer names;
  check_readable(L, l_host(L), path);
  struct block *k = new_block(L, &b->mem);
  buffer_init(&names, &b->mem);
  bilan_status status = io_list_folder(b, &names, path);
  k->bytes = names.s;
  l_check(L, status);
  lua_newtable(L);
  for (size_t at = 0, i = 1; at < names.n; at += strlen(names.s + at) + 1) {
    lua_pushstring(L, names.s + at);
    lua_rawseti(L, -2, (lua_Integer)i++);
  }
  mem_free(&b->mem, k->bytes);
  k->bytes = NULL;
  return 1;
}

/* check_read(path): raises when the file may not be read. */
static int l_check_read(lua_State *L) {
  check_readable(L, l_host(L), check_path(L, 1));
  return 0;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Neither empty nor "." nor "..", and without control characters? */
static bool is_plain_part(const char *part, size_t n) {
  if (!n || (n <= 2 && memcmp(part, "..", n) == 0)) return false;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)part[i] < 0x20) return false;
  return true;
}

/* A path below the output folder: relative, without "..", empty parts or control characters.
 * "tab/age.csv" is one; "/a", "../a", "a//b", "a/" and "a/./b" are not. */
static bool is_plain_path(const char *path) {
  if (!*path || *path == '/') return false;
  for (const char *part = path; *part;) {
    size_t n = strcspn(part, "/");
    if (!is_plain_part(part, n)) return false;
    part += n;
    if (*part == '/' && *++part == '\0') return false;
  }
  return true;
}

/* Raises for a place in the folder of the cache. `real` is absolute. */
static void check_cache(lua_State *L, const char *real, const char *path) {
  const struct host *h = l_host(L);
  if (*h->cache && is_below(real, h->cache))
    refuse(L, "may not write \"%s\": the folder of the cache is the engine's", path);
}

/* Makes the folders of the relative path `path` below the output folder, one by one, and looks
 * at each where it leads: a symbolic link out of the output folder is not followed. `full`
 * holds the output folder and gets the file's name.
 * `out` is resolved; `full` has HOST_PATH bytes, checked by the caller. */
static void make_folders(lua_State *L, char full[HOST_PATH], const char *out, const char *path) {
  bilan *b = l_handle(L);
  char real[HOST_PATH];
  size_t room = strlen(full);
  for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    size_t n = (size_t)(slash - path);
    full[room] = '/';
    memcpy(full + room + 1, path, n);
    full[room + 1 + n] = '\0';
    l_check(L, io_make_folder(b, full));
    l_check(L, resolve(b, real, full));
    if (!is_below(real, out)) refuse(L, "may not write \"%s\": it leaves the output folder", path);
    check_cache(L, real, path);
  }
  full[room] = '/';
  strcpy(full + room + 1, path);
}

/* The full name of an output file in `full`, with its folders made; raises when the path
 * leaves the output folder, be it through a symbolic link. */
static void output_path(lua_State *L, const struct host *h, char full[HOST_PATH],
                        const char *path) {
  bilan *b = l_handle(L);
  char out[HOST_PATH];
  if (!is_plain_path(path))
    refuse(L, "may not write \"%s\": outputs are named by plain paths below the output folder",
          path);
  if (strlen(h->out) + strlen(path) + 2 > HOST_PATH) refuse(L, "the path \"%s\" is too long", path);
  strcpy(full, h->out);
  l_check(L, io_make_folder(b, full));
  l_check(L, resolve(b, out, full));
  char named[2 * HOST_PATH];
  snprintf(named, sizeof named, "%s/%s", out, path);
  check_cache(L, named, path);
  make_folders(L, full, out, path);
}

/* Counts bytes that leave the program; raises, for good, beyond the cap.
 * Counted before it is written: the byte that would be one too many is never out. */
static void count_output(lua_State *L, struct host *h, size_t bytes) {
  h->written += bytes;
  if (!h->written_cap || h->written <= h->written_cap) return;
  h->limit = 1;
  l_host_interrupt(h);
  char megabytes[24];
  snprintf(megabytes, sizeof megabytes, "%zu MB", h->written_cap >> 20);
  refuse(L, "output limit: %s of text and files", megabytes);
}

/* write(path, bytes) -> the full path. In a stock Lua any path is taken as it is.
 * Atomic: the file is there whole or not at all (io_write_file). */
static int l_write(lua_State *L) {
  const char *path = check_path(L, 1);
  struct text bytes = l_check_text(L, 2);
  struct host *h = l_host(L);
  char full[HOST_PATH];
  if (h->guarded) {
    output_path(L, h, full, path);
  } else {
    if (strlen(path) >= HOST_PATH) refuse(L, "the path \"%s\" is too long", path);
    if (*path != '/' && strlen(h->out) + strlen(path) + 2 <= HOST_PATH && is_plain_path(path))
      output_path(L, h, full, path);
    else strcpy(full, path);
  }
  count_output(L, h, bytes.n);
  if (h->files_cap && ++h->files > h->files_cap) {
    h->limit = 1;
    l_host_interrupt(h);
    refuse(L, "output limit: more than %s files", "10000");
  }
  l_check(L, io_write_file(l_handle(L), full, bytes.s, bytes.n));
  lua_pushstring(L, full);
  return 1;
}

/* make([folder]) -> its full path: a folder and those above it, where write would put a file;
 * without one the output folder itself. */
static int l_make(lua_State *L) {
  if (lua_isnoneornil(L, 1)) {
    l_check(L, io_make_folder(l_handle(L), l_host(L)->out));
    lua_pushstring(L, l_host(L)->out);
    return 1;
  }
  const char *path = check_path(L, 1);
  char full[HOST_PATH];
  if (l_host(L)->guarded) output_path(L, l_host(L), full, path);
  else if (strlen(path) < HOST_PATH) strcpy(full, path);
  else return refuse(L, "the path \"%s\" is too long", path);
  l_check(L, io_make_folder(l_handle(L), full));
  lua_pushstring(L, full);
  return 1;
}

/* Writes all of it to a descriptor; false when the other end is gone or the disk is full. */
static bool put_all(bilan *b, int fd, const char *s, size_t n) {
  while (n) {
    long done = sys_write(&b->io, fd, s, n);
    if (done <= 0) return false;
    s += done;
    n -= (size_t)done;
  }
  return true;
}

/* print(text): to standard output, counted against the output cap. */
static int l_print(lua_State *L) {
  struct text t = l_check_text(L, 1);
  count_output(L, l_host(L), t.n);
  progress_clear(&l_host(L)->progress, l_handle(L));
  if (put_all(l_handle(L), STDOUT_FILENO, t.s, t.n)) return 0;
  if (errno == EPIPE) { /* `bilan tab ... | head` ends quietly, as other tools do */
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
  }
  l_host(L)->lost_output = true; /* the exit status says so, even when a script catches this */
  return refuse(L, "cannot write to %s", "standard output");
}

/* warn(text): to standard error; a failure there has nobody to be told.
 * Not counted against the output cap: messages must get through. */
static int l_warn(lua_State *L) {
  struct text t = l_check_text(L, 1);
  progress_clear(&l_host(L)->progress, l_handle(L));
  lua_pushboolean(L, put_all(l_handle(L), STDERR_FILENO, t.s, t.n));
  return 1;
}

/* progress(text [, slow [, placed]]): says on a terminal what is being done; nil takes the line
 * away. placed: with the script's line in front, which is looked for only where it is shown. */
static int l_progress(lua_State *L) {
  struct progress *p = &l_host(L)->progress;
  if (lua_toboolean(L, 3)) {
    if (!progress_wanted(p)) return 0;
    l_push_where(L);
    lua_pushvalue(L, 1);
    lua_concat(L, 2);
    lua_replace(L, 1);
  }
  if (lua_isnoneornil(L, 1)) progress_clear(p, l_handle(L));
  else progress_step(p, l_handle(L), l_check_text(L, 1), lua_toboolean(L, 2));
  return 0;
}

/* terminal(fd) -> is descriptor 1 or 2 a terminal? */
static int l_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* ---- setting up (the command line calls these before the script runs) --------------------- */

/* grant(path): scripts may read this folder (or file); "-" is standard input. Absent paths are
 * passed over. */
static int l_grant(lua_State *L) {
  struct host *h = l_host(L);
  bilan *b = l_handle(L);
  char real[HOST_PATH];
  const char *path = check_path(L, 1);
  if (strcmp(path, "-") == 0) h->standard_input = true;
  bilan_status status = resolve(b, real, path);
  if (status == BILAN_NOMEM) l_check(L, status);
  if (status) return 0;
  if (h->grant_count == HOST_GRANTS) return refuse(L, "too many --read folders at \"%s\"", path);
  char *copy = mem_copy(&b->mem, real, strlen(real));
  if (!copy) l_check(L, fail_nomem(b));
  h->grants[h->grant_count++] = copy;
  return 0;
}

/* use_cache(): there is a cache, in the current folder; from here on no script gets into it. */
static int l_use_cache(lua_State *L) {
  static const char name[] = "/" CACHE_FOLDER;
  struct host *h = l_host(L);
  char real[HOST_PATH];
  if (resolve(l_handle(L), real, ".") || strlen(real) + sizeof name > HOST_PATH) return 0;
  snprintf(h->cache, sizeof h->cache, "%s%s", strcmp(real, "/") ? real : "", name);
  return 0;
}

/* has_cache() -> was use_cache called? */
static int l_has_cache(lua_State *L) {
  lua_pushboolean(L, *l_host(L)->cache != '\0');
  return 1;
}

/* head(path, n) -> the first n bytes of a regular file, or as many as there are. */
static int l_head(lua_State *L) {
  const char *path = check_path(L, 1);
  char bytes[64];
  lua_Integer most = luaL_checkinteger(L, 2);
  luaL_argcheck(L, most >= 0 && most <= (lua_Integer)sizeof bytes, 2, "0 to 64");
  check_readable(L, l_host(L), path);
  size_t got = 0;
  l_check(L, io_read_head(l_handle(L), bytes, &got, path, (size_t)most));
  lua_pushlstring(L, bytes, got);
  return 1;
}

/* guard{ out =, timeout =, memory = MB, output = MB, instructions =, threads = }: from here on
 * the host is guarded; with trusted = true only the output folder and the limits given are
 * set.
 * MB are units of 2^20 bytes; 0 or absent means no limit, but output, which is 64 MB unless
 * told. */
static int l_guard(lua_State *L) {
  static const char *const known[] = {"out", "timeout", "memory", "output", "instructions",
                                      "trusted", "threads", NULL};
  struct host *h = l_host(L);
  bilan *b = l_handle(L);
  l_check_options(L, 1, known);
  lua_settop(L, 1);
  lua_getfield(L, 1, "trusted");
  h->guarded = !lua_toboolean(L, -1);
  lua_getfield(L, 1, "out");
  const char *out = luaL_optstring(L, -1, "out");
  if (strlen(out) >= HOST_PATH) return refuse(L, "the path \"%s\" is too long", out);
  strcpy(h->out, out);
  lua_getfield(L, 1, "memory");
  b->mem.cap = (size_t)luaL_optinteger(L, -1, 0) << 20;
  lua_getfield(L, 1, "instructions");
  h->instruction_cap = (uint64_t)luaL_optinteger(L, -1, 0);
  lua_getfield(L, 1, "timeout");
  h->timeout = (int)luaL_optinteger(L, -1, 0);
  lua_getfield(L, 1, "threads");
  b->threads = (int)luaL_optinteger(L, -1, b->threads);
  lua_getfield(L, 1, "output");
  h->written_cap = h->guarded ? (size_t)luaL_optinteger(L, -1, MOST_OUTPUT) << 20 : 0;
  h->files_cap = h->guarded ? MOST_FILES : 0;
  return 0;
}

/* Instructions between two counts, where instructions are counted: a hook costs a tenth of the
 * time of all Lua, so there is none otherwise. */
enum { HOOK_PERIOD = 100000 };

/* Called every HOOK_PERIOD instructions, or at every one once a limit was hit (l_host_interrupt).
 * Raises in the script, never in the engine's own Lua that runs without a script below it, so that
 * messages can still be made; once a limit was hit, every further instruction of the script raises
 * again. Installed by l_watch; runs in the script's own state. */
static void on_tick(lua_State *L, lua_Debug *ar) {
  (void)ar;
  struct host *h = l_host(L);
  if (!h->expired && !h->limit) h->instructions += HOOK_PERIOD;
  bool spent = h->instruction_cap && h->instructions > h->instruction_cap;
  if (!spent && !h->expired && !h->limit) return;
  h->limit = 1;
  lua_sethook(L, on_tick, LUA_MASKCOUNT, 1);
  l_push_where(L);
  if (lua_rawlen(L, -1) == 0) { /* the engine alone is running: it is on its way out */
    lua_pop(L, 1);
    return;
  }
  if (h->expired) lua_pushfstring(L, "time limit: %d s", h->timeout);
  else lua_pushliteral(L, "instruction limit reached");
  lua_concat(L, 2);
  lua_error(L);
}

/* lua_sethook is the one function of Lua's that a signal's handler may call. Time that is over is
 * told at the next instruction; a limit whose error is on its way, only to who has caught it. */
void l_host_interrupt(struct host *h) {
  lua_State *L = h->watched;
  if (L) lua_sethook(L, on_tick, LUA_MASKCOUNT, h->expired ? 1 : HOOK_PERIOD);
}

/* watch(f, ...): calls f with the limits on; returns what it returns.
 * An error passes on unchanged; the alarm and the hook are off again in any case. */
static int l_watch(lua_State *L) {
  struct host *h = l_host(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (h->instruction_cap) lua_sethook(L, on_tick, LUA_MASKCOUNT, HOOK_PERIOD);
  h->watched = L;
  if (h->timeout) alarm((unsigned)h->timeout);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  h->watched = NULL;
  alarm(0);
  lua_sethook(L, NULL, 0, 0);
  if (status != LUA_OK) return lua_error(L);
  return lua_gettop(L);
}

/* limited() -> was a limit hit? Then an error must not be caught. */
static int l_limited(lua_State *L) {
  const struct host *h = l_host(L);
  lua_pushboolean(L, h->limit || h->expired);
  return 1;
}

/* set_limit(): from here on no error can be caught (memory ran out under a cap). */
static int l_set_limit(lua_State *L) {
  l_host(L)->limit = 1;
  l_host_interrupt(l_host(L));
  return 0;
}

/* memory() -> bytes in use, peak, cap, the script's line when memory was refused last.
 * Bytes of the handle's allocator, which serves the state too when the program made it; cap 0
 * is none. */
static int l_memory(lua_State *L) {
  const struct mem *m = &l_handle(L)->mem;
  lua_pushinteger(L, (lua_Integer)m->used);
  lua_pushinteger(L, (lua_Integer)m->peak);
  lua_pushinteger(L, (lua_Integer)m->cap);
  lua_pushstring(L, l_host(L)->place);
  return 4;
}

/* clock() -> seconds of the monotonic clock, from no particular start. For measuring: os.clock
 * counts the time of all threads. */
static int l_clock(lua_State *L) {
  struct timespec t = {0};
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/* out() -> the output folder. */
static int l_out(lua_State *L) {
  lua_pushstring(L, l_host(L)->out);
  return 1;
}

/* guarded() -> does the sandbox hold? */
static int l_guarded(lua_State *L) {
  lua_pushboolean(L, l_host(L)->guarded);
  return 1;
}

/* Pushes core.host, which scripts of a sandbox do not see. */
int l_host_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"read", l_read},         {"exists", l_exists},       {"check_read", l_check_read},
      {"head", l_head},         {"use_cache", l_use_cache},   {"has_cache", l_has_cache},
      {"write", l_write},       {"print", l_print},         {"warn", l_warn},
      {"progress", l_progress}, {"stat", l_stat},           {"list", l_list},
      {"make", l_make},         {"clock", l_clock},
      {"terminal", l_terminal}, {"grant", l_grant},         {"guard", l_guard},
      {"watch", l_watch},       {"limited", l_limited},     {"set_limit", l_set_limit},
      {"memory", l_memory},     {"out", l_out},             {"guarded", l_guarded},
      {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
