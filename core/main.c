/* main.c - the program `bilan`: a Lua state of its own around the engine, then the command
 * line, which is Lua (lua/bilan/cli.lua).
 *
 * It owns what is process-wide and what a library must not touch: SQLite's allocator, the
 * alarm that ends a script stuck inside one call, and the exit status:
 *   0 done   1 the script or the data is at fault   2 wrong usage   3 a limit was hit
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "binding/host.h"
#include "binding/module.h"
#include "io/sqlite_mem.h"

static struct host host; /* one script per process; the alarm's handler needs to find it */

/* Set when the state is closed for the process to end: Lua's own blocks then stay as they are, for
 * the system takes them faster than one by one. Tools that look for leaks see them freed. */
static bool is_ending;
#if defined(__SANITIZE_ADDRESS__)
enum { LEAVES_MEMORY = 0 };
#elif defined(__has_feature)
enum { LEAVES_MEMORY = !__has_feature(address_sanitizer) };
#else
enum { LEAVES_MEMORY = 1 };
#endif

/* First alarm: a hook raises "time limit" at the script's next instruction. Second, one second
 * later: the script sits in one C call; end the process. Nothing is half written: outputs are
 * renamed.
 * The number is written by hand, for a handler may call almost nothing. */
static void on_alarm(int signal_number) {
  static const char head[] = "bilan: time limit: ", tail[] = " s, inside one long call\n";
  char digits[12], *first = digits + sizeof digits;
  (void)signal_number;
  if (!host.expired) {
    host.expired = 1;
    l_host_interrupt(&host);
    alarm(1);
    return;
  }
  int seconds = host.timeout;
  do *--first = (char)('0' + seconds % 10);
  while ((seconds /= 10) > 0);
  if (write(STDERR_FILENO, head, sizeof head - 1) < 0) _exit(3);
  if (write(STDERR_FILENO, first, (size_t)(digits + sizeof digits - first)) < 0) _exit(3);
  if (write(STDERR_FILENO, tail, sizeof tail - 1) < 0) _exit(3);
  _exit(3);
}

/* Lua's allocator here. A refusal may be the last thing that is known of where a script was. */
static void *allocate(void *ud, void *block, size_t before, size_t after) {
  (void)before;
  if (after) {
    void *fresh = mem_resize(ud, block, after);
    if (!fresh) l_host_note_place(&host);
    return fresh;
  }
  if (!is_ending) mem_free(ud, block);
  return NULL;
}

/* Workers that kernels may use unless --threads says otherwise: the processors there are, at most
 * 16. Results have the same bits for any number. */
static int processors(void) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : online > 16 ? 16 : (int)online;
}

/* Sets a handler that stays, and lets system calls go on behind it. */
static void handle_signal(int signal_number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, NULL);
}

/* The libraries of the engine's own Lua; scripts get a reviewed subset of them. Nothing of the
 * start is garbage: the collector begins with the command (cli.lua). */
static void open_libraries(lua_State *L) {
  luaL_openlibs(L);
  lua_gc(L, LUA_GCGEN, 0, 0);
  lua_gc(L, LUA_GCSTOP);
}

static void push_arguments(lua_State *L, int count, char **values) {
  lua_createtable(L, count, 0);
  for (int i = 1; i < count; i++) {
    lua_pushstring(L, values[i]);
    lua_rawseti(L, -2, i);
  }
}

struct arguments {
  int count;
  char **values;
  bilan *b;
};

/* Runs under lua_pcall: sets up the module and calls cli.main(arguments) -> exit status. */
static int run_cli(lua_State *L) {
  const struct arguments *a = lua_touserdata(L, 1);
  open_libraries(L);
  l_set_handle(L, a->b);
  l_set_host(L, &host);
  l_open_bilan(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "bilan.cli");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "main");
  push_arguments(L, a->count, a->values);
  lua_call(L, 1, 1);
  return 1;
}

/* A start that fails (out of memory, a broken build) has only its message. */
static int report_failure(lua_State *L, int status) {
  const char *text = lua_tostring(L, -1);
  fprintf(stderr, "bilan: %s\n", text ? text : "unknown error");
  return status == LUA_ERRMEM ? 3 : 1;
}

/* Descriptors 0 to 2 must be open, or the first file opened would take their place. */
static void open_standard_streams(void) {
  FILE *null = fopen("/dev/null", "r+");
  while (null && fileno(null) < 3) null = fopen("/dev/null", "r+");
  if (null) fclose(null);
}

int main(int argc, char **argv) {
  static bilan b;
  open_standard_streams();
  handle_init(&b);
  b.threads = processors();
  pool_keep(&b.pool);
  sqlite_use_memory(&b);
  handle_signal(SIGPIPE, SIG_IGN);
  handle_signal(SIGALRM, on_alarm);
  host.out[0] = '.';
  lua_State *L = l_new_state(&b);
  if (!L) {
    fputs("bilan: out of memory\n", stderr);
    return 3;
  }
  lua_setallocf(L, allocate, &b.mem);
  struct arguments a = {argc, argv, &b};
  lua_pushcfunction(L, run_cli);
  lua_pushlightuserdata(L, &a);
  int status = lua_pcall(L, 1, 1, 0);
  int code = status ? report_failure(L, status) : (int)lua_tointeger(L, -1);
  if (!code && host.lost_output) code = 1;
  is_ending = LEAVES_MEMORY;
  lua_close(L);
  pool_close(&b.pool);
  l_host_close(&host, &b);
  return code;
}
