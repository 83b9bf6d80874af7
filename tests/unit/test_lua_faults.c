/* test_lua_faults.c - the whole engine, driven from Lua, while memory and files fail.
 *
 * Each scenario of fault_scenarios.lua runs in a Lua state whose every byte comes from the
 * handle's allocator, as in the program. First undisturbed, which gives the text it must
 * give; then with allocation k failing once, and with all from k on, for k = 1, 2, 3, ...
 * Whatever happens is either that very text or an error that speaks of memory; every so often
 * an undisturbed run in the same state must give the text again, and when the state closes
 * the allocator counts zero bytes. Large scenarios are walked with a stride.
 *
 * The same with the k-th system call failing: the file written is the old one or the new one,
 * whole, and no temporary file stays.
 */
#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binding/host.h"
#include "binding/module.h"
#include "io/sqlite_mem.h"

#include "base_fixture.h"

enum {
  POINTS = 300,   /* allocations that fail in a large scenario, spread evenly */
  STARTS = 50,    /* those that fail while the state is opened */
  REST = 40,      /* undisturbed runs: one after so many faults */
  SCENARIOS = 120,
  PATH_ROOM = 256,
};

static const char list_file[] = "tests/unit/fault_scenarios.lua";
static char folder[64];

/* ---- a world: a handle with a Lua state, set up like the program's ------------------------- */

struct world {
  bilan b;
  struct host host;
  lua_State *L;
  bool open;
};

static const char *name; /* of the scenario that runs, for messages */

/* Under lua_pcall: libraries, the module, and the list of scenarios, left in the registry. */
static int set_up(lua_State *L) {
  struct world *w = lua_touserdata(L, 1);
  luaL_openlibs(L);
  lua_gc(L, LUA_GCGEN, 0, 0);
  l_set_handle(L, &w->b);
  l_set_host(L, &w->host);
  if (luaL_loadfile(L, list_file)) return lua_error(L);
  l_open_bilan(L);
  lua_pushstring(L, folder);
  lua_call(L, 2, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "scenarios");
  return 0;
}

/* Under lua_pcall: the field of scenario `index` on the stack. */
static void get_field(lua_State *L, int index, const char *field) {
  lua_getfield(L, LUA_REGISTRYINDEX, "scenarios");
  lua_rawgeti(L, -1, index);
  lua_getfield(L, -1, field);
}

/* Opens the state and sets it up; false when that failed, the state closed again. */
static bool open_world(struct world *w, uint64_t fail_at, bool fail_on) {
  memset(w, 0, sizeof *w);
  handle_init(&w->b);
  assert_int_equal(sqlite_use_memory(&w->b), BILAN_OK);
  w->open = true;
  strcpy(w->host.out, folder);
  w->b.mem.requests = 0;
  w->b.mem.fail_at = fail_at;
  w->b.mem.fail_on = fail_on;
  w->L = l_new_state(&w->b);
  if (!w->L) return false;
  lua_pushcfunction(w->L, set_up);
  lua_pushlightuserdata(w->L, w);
  return lua_pcall(w->L, 1, 0, 0) == LUA_OK;
}

/* Closes it; gives the bytes that were not given back. */
static size_t close_world(struct world *w) {
  w->b.mem.fail_at = 0;
  w->open = false;
  if (w->L) lua_close(w->L);
  l_host_close(&w->host, &w->b);
  assert_int_equal(sqlite_release_memory(&w->b), BILAN_OK);
  return w->b.mem.used;
}

/* Under lua_pcall: scenario(index) -> its text. */
static int run_scenario(lua_State *L) {
  get_field(L, (int)lua_tointeger(L, 1), "run");
  lua_call(L, 0, 1);
  luaL_checktype(L, -1, LUA_TSTRING);
  return 1;
}

/* Runs the scenario; its text or error message stays on the stack. */
static int run(struct world *w, int index) {
  lua_settop(w->L, 0);
  w->host.limit = 0; /* in a program it would end the run for good */
  l_host_close(&w->host, &w->b);
  w->host.written = w->host.files = 0;
  lua_pushcfunction(w->L, run_scenario);
  lua_pushinteger(w->L, index);
  return lua_pcall(w->L, 1, 1, 0);
}

static struct text top(lua_State *L) {
  struct text t = {NULL, 0};
  t.s = lua_tolstring(L, -1, &t.n);
  return t.s ? t : text_of("(no text)");
}

/* The text of an undisturbed run, kept by the test. */
static char *expected_text(struct world *w, int index, size_t *n) {
  int status = run(w, index);
  struct text t = top(w->L);
  if (status) print_error("%s: undisturbed: %.*s\n", name, (int)t.n, t.s);
  assert_int_equal(status, LUA_OK);
  char *copy = malloc(t.n + 1);
  assert_non_null(copy);
  memcpy(copy, t.s, t.n);
  copy[t.n] = '\0';
  *n = t.n;
  return copy;
}

static void expect_same(const struct world *w, const char *want, size_t n, const char *when) {
  struct text t = top(w->L);
  if (t.n == n && !memcmp(t.s, want, n)) return;
  print_error("%s: %s: another text\n--- expected\n%s\n--- got\n%.*s\n", name, when, want,
              (int)t.n, t.s);
  fail();
}

static void first_use(struct world *w, int index) {
  get_field(w->L, index, "first_use");
  int status = lua_isnil(w->L, -1) ? LUA_OK : lua_pcall(w->L, 0, 0, 0);
  if (status) print_error("%s: first use: %s\n", name, top(w->L).s);
  assert_int_equal(status, LUA_OK);
  lua_settop(w->L, 0);
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Does the message speak of memory? Lua's own and the engine's do, and nothing else may happen. */
static void expect_memory_error(const struct world *w, uint64_t k, bool on) {
  struct text t = top(w->L);
  char *text = strndup(t.s, t.n);
  bool fine = strstr(text, "not enough memory") || strstr(text, "out of memory") ||
              strstr(text, "memory limit");
  if (!fine) print_error("%s: allocation %d%s: %s\n", name, (int)k, on ? " on" : "", text);
  free(text);
  assert_true(fine);
}

static void run_with_fault(struct world *w, int index, uint64_t k, bool on, const char *want,
                           size_t n) {
  struct mem *m = &w->b.mem;
  char when[64];
  m->requests = 0;
  m->fail_at = k;
  m->fail_on = on;
  int status = run(w, index);
  m->fail_at = 0;
  snprintf(when, sizeof when, "allocation %d%s", (int)k, on ? " on" : "");
  if (status) expect_memory_error(w, k, on);
  else expect_same(w, want, n, when);
}

/* All k up to the scenario's number of allocations, or `points` of them. */
static void walk_allocations(struct world *w, int index, int points, bool on) {
  size_t n, faults = 0;
  char *want = expected_text(w, index, &n);
  w->b.mem.requests = 0;
  assert_int_equal(run(w, index), LUA_OK);
  expect_same(w, want, n, "second run");
  uint64_t count = w->b.mem.requests + 2;
  double stride = (double)count > points ? (double)count / points : 1;
  for (double k = 1; k <= (double)count; k += stride) {
    run_with_fault(w, index, (uint64_t)k, on, want, n);
    if (++faults % REST) continue;
    assert_int_equal(run(w, index), LUA_OK);
    expect_same(w, want, n, "run after a fault");
  }
  assert_int_equal(run(w, index), LUA_OK);
  expect_same(w, want, n, "last run");
  if (getenv("FAULTS_VERBOSE"))
    print_message("# %s: %d allocations, %d faults\n", name, (int)count, (int)faults);
  free(want);
}

/* Modules are loaded by a first use, so what fails later is the work itself. */
static void walk_warm(struct world *w, int index, int points) {
  for (int on = 0; on < 2; on++) {
    assert_true(open_world(w, 0, false));
    first_use(w, index);
    walk_allocations(w, index, points, on);
    size_t left = close_world(w);
    if (left) print_error("%s: %d bytes left (%s)\n", name, (int)left, on ? "on" : "once");
    assert_int_equal(left, 0);
  }
}

/* One start under a fault: opening the state, and, where that went well, the first run, which
 * loads modules. What was half loaded then must not hurt: the next run gives the text. */
static void start_with_fault(struct world *w, int index, uint64_t k, bool on, const char *want,
                             size_t n) {
  bool open = open_world(w, k, on);
  int status = open ? run(w, index) : LUA_ERRMEM;
  w->b.mem.fail_at = 0;
  if (w->L && status) expect_memory_error(w, k, on);
  else if (w->L) expect_same(w, want, n, "start");
  if (open) {
    if (run(w, index)) print_error("%s: after start %d: %s\n", name, (int)k, top(w->L).s);
    expect_same(w, want, n, "run after a start with a fault");
  }
  size_t left = close_world(w);
  if (left) print_error("%s: start %d: %d bytes left\n", name, (int)k, (int)left);
  assert_int_equal(left, 0);
}

/* A new state for each k: the start of the program fails, and the loading of the modules. */
static void walk_cold(struct world *w, int index, int points) {
  size_t n;
  assert_true(open_world(w, 0, false));
  double opened = (double)w->b.mem.requests;
  char *want = expected_text(w, index, &n);
  double count = (double)w->b.mem.requests;
  assert_int_equal(close_world(w), 0);
  double first = opened / STARTS, then = (count - opened) / points;
  for (int on = 0; on < 2; on++) {
    for (double k = 1; k <= opened; k += first > 1 ? first : 1)
      start_with_fault(w, index, (uint64_t)k, on, want, n);
    for (double k = opened + 1; k <= count; k += then > 1 ? then : 1)
      start_with_fault(w, index, (uint64_t)k, on, want, n);
  }
  if (getenv("FAULTS_VERBOSE"))
    print_message("# %s: %d allocations, %d to open\n", name, (int)count, (int)opened);
  free(want);
}

/* ---- files --------------------------------------------------------------------------------- */

/* Entries that a writer left behind. */
static int temporaries(void) {
  int n = 0;
  char out[PATH_ROOM];
  snprintf(out, sizeof out, "%s/out", folder);
  for (int i = 0; i < 2; i++) {
    DIR *d = opendir(i ? out : folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) n += strstr(e->d_name, ".tmp") != NULL;
    closedir(d);
  }
  return n;
}

static void clear_temporaries(void) {
  char command[PATH_ROOM];
  snprintf(command, sizeof command, "rm -f %s/.bilan-*.tmp %s/out/.bilan-*.tmp", folder, folder);
  assert_int_equal(system(command), 0);
}

/* Is the file what `bytes` says? */
static bool file_is(const char *path, const char *bytes, size_t n) {
  char *got = malloc(n + 2);
  FILE *f = fopen(path, "rb");
  assert_non_null(got);
  size_t size = f ? fread(got, 1, n + 1, f) : 0;
  bool same = f && size == n && !memcmp(got, bytes, n);
  if (f) fclose(f);
  free(got);
  return same;
}

static const char old_bytes[] = "an older file";

static void put_old(const char *path) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  fputs(old_bytes, f);
  fclose(f);
}

struct file_fault {
  uint64_t at;
  int number; /* errno */
  bool on;
  size_t chunk;
};

/* One run with a fault. The scenario's text is the file it wrote, if it writes one. */
static void run_file_fault(struct world *w, int index, const struct file_fault *f,
                           const char *path, struct text want) {
  char when[96];
  snprintf(when, sizeof when, "system call %d fails with %d%s, chunk %d", (int)f->at, f->number,
           f->on ? " on" : "", (int)f->chunk);
  if (path) put_old(path);
  w->b.io = (struct io){.fail_at = f->at, .fail_errno = f->number, .fail_on = f->on,
                        .chunk = f->chunk};
  int status = run(w, index);
  w->b.io = (struct io){0};
  if (status == LUA_OK) expect_same(w, want.s, want.n, when);
  bool expected = status == LUA_OK || (f->at && !(f->number == EINTR && !f->on));
  bool whole = !path || file_is(path, want.s, want.n) ||
               (status && file_is(path, old_bytes, sizeof old_bytes - 1));
  if (!expected || !whole || (!f->on && temporaries()))
    print_error("%s: %s: %s\n", name, when, top(w->L).s);
  assert_true(expected);
  assert_true(whole);
  if (f->on) clear_temporaries();
  assert_int_equal(temporaries(), 0);
}

static void walk_system_calls(struct world *w, int index, const char *path) {
  static const int numbers[] = {ENOSPC, EIO, EINTR, EAGAIN, EDQUOT};
  struct text want;
  char *text = expected_text(w, index, &want.n);
  want.s = text;
  w->b.io.calls = 0;
  assert_int_equal(run(w, index), LUA_OK);
  uint64_t count = w->b.io.calls;
  assert_true(count > 2);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    for (uint64_t k = 1; k <= count + 1; k++)
      for (int on = 0; on < 2; on++)
        run_file_fault(w, index, &(struct file_fault){k, numbers[i], on, 0}, path, want);
  run_file_fault(w, index, &(struct file_fault){0, 0, false, 1}, path, want);
  for (uint64_t k = 1; k <= 300; k += 23)
    run_file_fault(w, index, &(struct file_fault){k, ENOSPC, false, 1}, path, want);
  free(text);
}

/* ---- the list ------------------------------------------------------------------------------ */

struct scenario {
  char name[80], writes[80];
  bool cold, io;
  int points;
};
static struct scenario scenarios[SCENARIOS];

static struct world world; /* one at a time: SQLite has one allocator per process */

static void scenario_survives_faults(void **state) {
  const struct scenario *s = *state;
  int index = (int)(s - scenarios) + 1;
  char path[PATH_ROOM];
  name = s->name;
  if (s->cold) walk_cold(&world, index, s->points);
  else walk_warm(&world, index, s->points);
  if (!s->io) return;
  snprintf(path, sizeof path, "%s/%s", folder, s->writes);
  assert_true(open_world(&world, 0, false));
  first_use(&world, index);
  walk_system_calls(&world, index, s->writes[0] ? path : NULL);
  assert_int_equal(close_world(&world), 0);
}

/* A failed assertion leaves the world open; SQLite must be free for the next. */
static int close_after_failure(void **state) {
  (void)state;
  if (world.open) close_world(&world);
  return 0;
}

static void read_scenario(lua_State *L, int index, struct scenario *s) {
  get_field(L, index, "name");
  snprintf(s->name, sizeof s->name, "%s", lua_tostring(L, -1));
  get_field(L, index, "writes");
  snprintf(s->writes, sizeof s->writes, "%s", luaL_optstring(L, -1, ""));
  get_field(L, index, "cold");
  s->cold = lua_toboolean(L, -1);
  get_field(L, index, "io");
  s->io = lua_toboolean(L, -1);
  get_field(L, index, "points");
  s->points = (int)luaL_optinteger(L, -1, POINTS);
  lua_settop(L, 0);
}

static void put_file(const char *file, const char *bytes) {
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  fputs(bytes, f);
  fclose(f);
}

/* Before the engine gives SQLite its allocator. */
static void put_database(void) {
  char path[PATH_ROOM];
  sqlite3 *db = NULL;
  snprintf(path, sizeof path, "%s/pupils.sqlite", folder);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "CREATE TABLE pupils (genre TEXT, note REAL);"
                                "INSERT INTO pupils VALUES ('f', 12.5), ('g', NULL), (NULL, 3)",
                                NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(sqlite3_shutdown(), SQLITE_OK);
}

/* The folder with the files that scenarios read; it is in memory where there is such a place. */
static void make_folder(void) {
  char path[PATH_ROOM];
  strcpy(folder, "/dev/shm/bilan-faults-XXXXXX");
  if (!mkdtemp(folder)) {
    strcpy(folder, "/tmp/bilan-faults-XXXXXX");
    assert_non_null(mkdtemp(folder));
  }
  snprintf(path, sizeof path, "%s/out", folder);
  assert_int_equal(mkdir(path, 0777), 0);
  put_file("pupils.csv", "genre,avis,note\nf,oui,12\ng,non,15\nf,plutôt,9\n,oui,99\n");
  put_file("claims.tsv", "id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n"
                         "a\tp\tall\tavis\toui\t45%\t11\t\nb\tp\tall\tavis\tnon\t13%\t11\t\n");
  put_file("sizes.tsv", "population\tgroup\tsize\np\tall\t12\n");
  put_file("script.lua", "local bilan = require 'bilan'\n"
                         "local pupils = bilan.read(arg[0]:gsub('script.lua', 'pupils.csv'), {})\n"
                         "local r = bilan.report { title = 'Bilan', lang = 'fr' }\n"
                         "r:table(pupils:freq 'avis')\n"
                         "r:write 'page.html'\n");
  put_database();
}

static int remove_folder(void **state) {
  char command[PATH_ROOM];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

/* FAULTS=text: only the scenarios whose name holds it. */
int main(void) {
  static struct CMUnitTest tests[SCENARIOS];
  const char *only = getenv("FAULTS");
  size_t count = 0;
  make_folder();
  assert_true(open_world(&world, 0, false));
  lua_getfield(world.L, LUA_REGISTRYINDEX, "scenarios");
  int all = (int)lua_rawlen(world.L, -1);
  for (int i = 1; i <= all && i <= SCENARIOS; i++) {
    struct scenario *s = &scenarios[i - 1];
    read_scenario(world.L, i, s);
    if (only && !strstr(s->name, only)) continue;
    tests[count++] = (struct CMUnitTest){s->name, scenario_survives_faults, NULL,
                                          close_after_failure, s};
  }
  assert_int_equal(close_world(&world), 0);
  return _cmocka_run_group_tests("faults", tests, count, NULL, remove_folder);
}
