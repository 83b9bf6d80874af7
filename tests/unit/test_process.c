/* test_process.c - programs run without a shell: what they get, what comes back, and that
 * none of them can block, flood or outlive the caller. /bin/sh plays the program. */
#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/handle.h"
#include "io/gnuplot.h"

#include "base_fixture.h"

static bilan b;

static int set_up(void **state) {
  (void)state;
  handle_init(&b);
  return 0;
}

/* Every test gives back all memory. */
static int tear_down(void **state) {
  (void)state;
  return b.mem.used != 0;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_files(void) {
  int n = 0;
  for (int fd = 0; fd < 100; fd++) n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

/* Runs `sh -c text` with input; the caller frees. */
static bilan_status shell(struct process_end *end, const char *text, struct text input,
                          int timeout, size_t cap) {
  const char *const arguments[] = {"-c", text, NULL};
  const struct process_job job = {.program = "sh", .arguments = arguments, .input = input,
                                  .folder = "/", .timeout = timeout, .output_cap = cap};
  int before = open_files();
  bilan_status status = process_run(&b, end, &job);
  assert_int_equal(open_files(), before);
  return status;
}

static void release(struct process_end *end) {
  buffer_free(&end->out);
  buffer_free(&end->err);
}

/* A run that must succeed and write exactly this. */
static void expect(const char *text, const char *input, const char *out) {
  struct process_end end;
  assert_int_equal(shell(&end, text, text_of(input), 10000, 1 << 20), BILAN_OK);
  assert_string_equal(end.out.n ? end.out.s : "", out);
  release(&end);
}

static void input_and_both_outputs_pass(void **state) {
  (void)state;
  struct process_end end;
  assert_int_equal(shell(&end, "cat; echo fault >&2; exit 7", TEXT("l'\xC3\xA9" "cole\n"), 10000, 99),
                   BILAN_OK);
  assert_string_equal(end.out.s, "l'\xC3\xA9" "cole\n");
  assert_string_equal(end.err.s, "fault\n");
  assert_int_equal(end.status, 7);
  release(&end);
}

static void nothing_of_the_environment_is_inherited(void **state) {
  (void)state;
  setenv("GNUPLOT_LIB", "/tmp", 1);
  setenv("GDFONTPATH", "/tmp", 1);
  expect("env | grep -v '^_=' | grep -v '^PWD=' | grep -v '^SHLVL=' | sort", "",
         "HOME=/nonexistent\nLC_ALL=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n");
  unsetenv("GNUPLOT_LIB");
  unsetenv("GDFONTPATH");
}

static void child_runs_in_its_folder_and_its_own_group(void **state) {
  (void)state;
  expect("pwd", "", "/\n");
  /* behind the name in /proc/PID/stat: state, parent, process group */
  expect("set -- $(cut -d ')' -f 2 /proc/$$/stat); test $3 = $$ && echo own", "", "own\n");
}

static void no_file_of_the_caller_is_open_in_the_child(void **state) {
  (void)state;
  expect("ls /proc/self/fd | tr '\\n' ' '", "", "0 1 2 3 "); /* 3 is the listing itself */
}

static void arguments_are_not_read_by_a_shell(void **state) {
  (void)state;
  const char *const arguments[] = {"%s|", "$(id) `id` ; id '", NULL};
  const struct process_job job = {.program = "printf", .arguments = arguments, .folder = "/",
                                  .timeout = 10000, .output_cap = 100};
  struct process_end end;
  assert_int_equal(process_run(&b, &end, &job), BILAN_OK);
  assert_string_equal(end.out.s, "$(id) `id` ; id '|");
  release(&end);
}

static void large_input_and_output_do_not_block_each_other(void **state) {
  (void)state;
  enum { SIZE = 5 << 20 };
  struct process_end end;
  char *bytes = mem_alloc(&b.mem, SIZE);
  uint64_t seed = 1;
  for (size_t i = 0; i < SIZE; i++) bytes[i] = (char)draw_below(&seed, 256);
  assert_int_equal(shell(&end, "cat", (struct text){bytes, SIZE}, 20000, SIZE), BILAN_OK);
  assert_int_equal(end.out.n, SIZE);
  assert_memory_equal(end.out.s, bytes, SIZE);
  release(&end);
  mem_free(&b.mem, bytes);
}

static void child_that_does_not_read_is_no_fault(void **state) {
  (void)state;
  enum { SIZE = 1 << 20 };
  struct process_end end;
  char *bytes = mem_zero(&b.mem, SIZE, 1);
  assert_int_equal(shell(&end, "exec <&-; echo done", (struct text){bytes, SIZE}, 10000, 100),
                   BILAN_OK);
  assert_string_equal(end.out.s, "done\n");
  release(&end);
  mem_free(&b.mem, bytes);
}

static void flood_is_stopped_at_the_cap(void **state) {
  (void)state;
  struct process_end end;
  assert_int_equal(shell(&end, "yes", TEXT(""), 10000, 100000), BILAN_LIMIT);
  assert_string_equal(b.message, "\"sh\" wrote more than 100000 bytes");
  assert_true(end.out.n <= 100000);
  release(&end);
}

static void long_run_ends_with_its_children(void **state) {
  (void)state;
  struct process_end end;
  double begun = seconds();
  assert_int_equal(shell(&end, "sleep 61 & echo $!; sleep 62", TEXT(""), 300, 100), BILAN_LIMIT);
  assert_string_equal(b.message, "\"sh\" took longer than 1 s");
  assert_true(seconds() - begun < 5);
  assert_int_equal(end.status, 128 + SIGKILL);
  pid_t grandchild = (pid_t)strtol(end.out.s, NULL, 10);
  for (int i = 0; i < 200 && kill(grandchild, 0) == 0; i++) {
    char path[64], state_of[64] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)grandchild);
    FILE *f = fopen(path, "r");
    if (f) {
      int found = fscanf(f, "%*d %*s %63s", state_of);
      fclose(f);
      if (found == 1 && state_of[0] == 'Z') break; /* dead, not yet taken by init */
    }
    nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_true(i < 199);
  }
  release(&end);
}

static void process_left_behind_does_not_hold_the_caller(void **state) {
  (void)state;
  struct process_end end;
  double begun = seconds();
  assert_int_equal(shell(&end, "sleep 60 & echo gone", TEXT(""), 20000, 100), BILAN_OK);
  assert_string_equal(end.out.s, "gone\n");
  assert_true(seconds() - begun < 5);
  release(&end);
}

static void stop_flag_ends_the_child(void **state) {
  (void)state;
  static volatile sig_atomic_t stop = 1;
  const char *const arguments[] = {"60", NULL};
  const struct process_job job = {.program = "sleep", .arguments = arguments, .folder = "/",
                                  .timeout = 60000, .output_cap = 10, .stop = &stop};
  struct process_end end;
  assert_int_equal(process_run(&b, &end, &job), BILAN_LIMIT);
  assert_string_equal(b.message, "\"sleep\" was stopped");
  release(&end);
}

static void missing_program_names_its_package(void **state) {
  (void)state;
  const struct process_job job = {.program = "no-such-program", .package = "its-package",
                                  .folder = "/", .timeout = 1000, .output_cap = 10};
  struct process_end end;
  assert_int_equal(process_run(&b, &end, &job), BILAN_IO);
  assert_string_equal(b.message, "the program \"no-such-program\" is not installed; on Debian and "
                                 "Ubuntu it is in the package its-package");
  release(&end);
}

static void relative_folders_of_path_are_passed_over(void **state) {
  (void)state;
  char *folder = NULL, name[1100];
  char *path = mem_copy(&b.mem, getenv("PATH"), strlen(getenv("PATH")));
  assert_int_equal(process_make_folder(&b, &folder), BILAN_OK);
  snprintf(name, sizeof name, "%s/planted", folder);
  FILE *f = fopen(name, "w");
  assert_non_null(f);
  fputs("#!/bin/sh\necho planted\n", f);
  fclose(f);
  chmod(name, 0755);
  const struct process_job job = {.program = "planted", .folder = "/", .timeout = 5000,
                                  .output_cap = 100};
  struct process_end end;
  assert_int_equal(chdir(folder), 0);
  setenv("PATH", ".:", 1);
  assert_int_equal(process_run(&b, &end, &job), BILAN_IO);
  release(&end);
  setenv("PATH", folder, 1);
  assert_int_equal(process_run(&b, &end, &job), BILAN_OK);
  assert_string_equal(end.out.s, "planted\n");
  release(&end);
  setenv("PATH", path, 1);
  mem_free(&b.mem, path);
  assert_int_equal(chdir("/"), 0);
  process_remove_folder(&b, folder);
}

static void private_folder_is_private_and_goes(void **state) {
  (void)state;
  char *folder = NULL, copy[1024], name[1100];
  struct stat info;
  mode_t mask = umask(0777);
  assert_int_equal(process_make_folder(&b, &folder), BILAN_OK);
  umask(mask);
  assert_int_equal(stat(folder, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0700);
  snprintf(name, sizeof name, "%s/file", folder);
  fclose(fopen(name, "w"));
  snprintf(copy, sizeof copy, "%s", folder);
  process_remove_folder(&b, folder);
  assert_int_equal(stat(copy, &info), -1);
}

static void closed_standard_streams_are_no_obstacle(void **state) {
  (void)state;
  int saved = dup(STDIN_FILENO);
  close(STDIN_FILENO);
  expect("cat", "text", "text");
  dup2(saved, STDIN_FILENO);
  close(saved);
}

static void every_failing_allocation_is_reported(void **state) {
  (void)state;
  int failures = 0;
  for (uint64_t n = 1; n < 50; n++) {
    struct process_end end;
    b.mem.fail_at = b.mem.requests + n;
    bilan_status status = shell(&end, "echo out; echo err >&2", TEXT(""), 10000, 100);
    b.mem.fail_at = 0;
    release(&end);
    assert_int_equal(b.mem.used, 0);
    if (!status) break;
    assert_int_equal(status, BILAN_NOMEM);
    failures++;
  }
  assert_in_range(failures, 2, 20);
}

static void gnuplot_gives_files_and_messages(void **state) {
  (void)state;
  struct gnuplot_file files[] = {{.name = TEXT("a.svg")}, {.name = TEXT("b.svg")}};
  struct gnuplot_run run = {.files = files, .count = 2, .timeout = 20000,
      .script = TEXT("set terminal svg\nset output 'a.svg'\nplot x\nset output\nno such thing\n")};
  assert_int_equal(gnuplot_draw(&b, &run), BILAN_OK);
  assert_non_null(files[0].bytes);
  assert_non_null(strstr(files[0].bytes, "</svg>"));
  assert_null(files[1].bytes);
  assert_non_null(strstr(run.messages.s, "invalid command"));
  gnuplot_free(&b, &run);
}

static void gnuplot_refuses_names_that_are_paths(void **state) {
  (void)state;
  static const char *const names[] = {"../a.svg", "a/b", ".x", "", "a b", "a\nb"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct gnuplot_file file = {.name = text_of(names[i])};
    struct gnuplot_run run = {.files = &file, .count = 1, .timeout = 1000, .script = TEXT("")};
    assert_int_equal(gnuplot_draw(&b, &run), BILAN_USAGE);
    gnuplot_free(&b, &run);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(input_and_both_outputs_pass),
      TEST(nothing_of_the_environment_is_inherited),
      TEST(child_runs_in_its_folder_and_its_own_group),
      TEST(no_file_of_the_caller_is_open_in_the_child),
      TEST(arguments_are_not_read_by_a_shell),
      TEST(large_input_and_output_do_not_block_each_other),
      TEST(child_that_does_not_read_is_no_fault),
      TEST(flood_is_stopped_at_the_cap),
      TEST(long_run_ends_with_its_children),
      TEST(process_left_behind_does_not_hold_the_caller),
      TEST(stop_flag_ends_the_child),
      TEST(missing_program_names_its_package),
      TEST(relative_folders_of_path_are_passed_over),
      TEST(private_folder_is_private_and_goes),
      TEST(closed_standard_streams_are_no_obstacle),
      TEST(every_failing_allocation_is_reported),
      TEST(gnuplot_gives_files_and_messages),
      TEST(gnuplot_refuses_names_that_are_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
