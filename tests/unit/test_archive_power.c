/* test_archive_power.c - the power goes while an archive is made or changed: what the disk holds
 * then is the content before or after, whole; and after once the commit has returned.
 *
 * The calls that change files are defined here and so are taken instead of the C library's, by
 * SQLite and by the engine: each is made (but for syncing), and noted. A crash after any number
 * of them is then played: what was synced is there; of what was not, each write is there, or is
 * not, or is there in some of its sectors of 512 bytes; and names that the folder got or lost
 * since it was synced are so up to some moment (T. S. Pillai et al., "All File Systems Are Not
 * Created Equal", OSDI 2014: file systems keep the order of names, not of contents). POWER=40 in
 * the environment plays so many fates for each crash instead of 4.
 */
#define _DEFAULT_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "archive_fixture.h"

enum { EVENTS = 2000, FILES = 32, NAME = 40, SECTOR = 512, STEPS = 4, ROWS = 60 };

/* ---- what was done ------------------------------------------------------------------------ */

enum act { WRITTEN, CUT, SYNCED, NAMED, UNNAMED, FOLDER_SYNCED, COMMITTED };

struct event {
  enum act act;
  size_t file;  /* its number here: inodes are given again to new files */
  ino_t inode;
  size_t at, n; /* WRITTEN: place and length; CUT: the length that is left */
  char *bytes;
  char name[NAME];
};

static struct event events[EVENTS];
static size_t event_count, file_count; /* files are numbered from 0 */
static bool noting;

static struct event *note(enum act act, size_t file) {
  assert_true(event_count < EVENTS);
  events[event_count] = (struct event){.act = act, .file = file};
  return &events[event_count++];
}

static void note_name(enum act act, const char *name, size_t file, ino_t inode) {
  struct event *e = note(act, file);
  assert_true(strlen(name) < NAME);
  strcpy(e->name, name);
  e->inode = inode;
}

static void forget_events(void) {
  for (size_t i = 0; i < event_count; i++) free(events[i].bytes);
  event_count = file_count = 0;
}

/* The name in the test's folder; NULL for what is elsewhere. */
static const char *name_in_folder(const char *path) {
  size_t n = strlen(folder);
  return !strncmp(path, folder, n) && path[n] == '/' ? path + n + 1 : NULL;
}

/* The number of the file that has this name and inode: of the one that was named so, or of a new
 * one, whose name is noted now that it is changed for the first time. */
static size_t number_of(const char *name, ino_t inode) {
  for (size_t i = event_count; i-- > 0;) {
    if (strcmp(events[i].name, name)) continue;
    if (events[i].act == NAMED && events[i].inode == inode) return events[i].file;
    break;
  }
  assert_true(file_count < FILES);
  note_name(NAMED, name, file_count, inode);
  return file_count++;
}

/* What a descriptor is of: the folder of the test, a file in it, or something else. */
enum { OF_FOLDER = FILES, OF_NOTHING };

static size_t file_behind(int fd) {
  char link[64], path[256];
  struct stat info;
  if (!noting || fstat(fd, &info)) return OF_NOTHING;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return OF_NOTHING;
  path[n] = '\0';
  if (S_ISDIR(info.st_mode)) return strcmp(path, folder) ? OF_NOTHING : OF_FOLDER;
  return name_in_folder(path) ? number_of(name_in_folder(path), info.st_ino) : OF_NOTHING;
}

static void note_write(int fd, const void *bytes, ssize_t n, off_t at) {
  int number = errno;
  size_t file = n > 0 ? file_behind(fd) : OF_NOTHING;
  if (file < FILES) {
    struct event *e = note(WRITTEN, file);
    e->at = (size_t)at;
    e->n = (size_t)n;
    e->bytes = malloc((size_t)n);
    memcpy(e->bytes, bytes, (size_t)n);
  }
  errno = number;
}

static void note_sync(int fd) {
  int number = errno;
  size_t file = file_behind(fd);
  if (file != OF_NOTHING) note(file == OF_FOLDER ? FOLDER_SYNCED : SYNCED, file);
  errno = number;
}

static void note_cut(int fd, off_t size) {
  int number = errno;
  size_t file = file_behind(fd);
  if (file < FILES) note(CUT, file)->at = (size_t)size;
  errno = number;
}

static void note_removal(const char *path) {
  if (noting && name_in_folder(path)) note_name(UNNAMED, name_in_folder(path), FILES, 0);
}

/* ---- the calls ---------------------------------------------------------------------------- */

/* Seen by SQLite's library as well, though the engine is built with hidden names. */
#define TAKEN __attribute__((visibility("default")))
TAKEN ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at);
TAKEN int ftruncate64(int fd, off_t size);
TAKEN ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at);
TAKEN ssize_t write(int fd, const void *bytes, size_t n);
TAKEN int ftruncate(int fd, off_t size);
TAKEN int fsync(int fd);
TAKEN int fdatasync(int fd);
TAKEN int unlink(const char *path);
TAKEN int unlinkat(int at, const char *path, int flags);
TAKEN int link(const char *from, const char *to);

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at) {
  ssize_t done = syscall(SYS_pwrite64, fd, bytes, n, at);
  note_write(fd, bytes, done, at);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
  return pwrite64(fd, bytes, n, at);
}

ssize_t write(int fd, const void *bytes, size_t n) {
  off_t at = noting ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = syscall(SYS_write, fd, bytes, n);
  if (at >= 0) note_write(fd, bytes, done, at);
  return done;
}

int ftruncate64(int fd, off_t size) {
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (!result) note_cut(fd, size);
  return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* Noted only: no power goes while the test runs, and waiting for a disk is all it would take. */
int fsync(int fd) {
  note_sync(fd);
  return 0;
}

int fdatasync(int fd) { return fsync(fd); }

int unlink(const char *path) {
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (!result) note_removal(path);
  return result;
}

int unlinkat(int at, const char *path, int flags) {
  int result = (int)syscall(SYS_unlinkat, at, path, flags);
  if (!result) note_removal(path); /* the archive's calls have absolute paths */
  return result;
}

int link(const char *from, const char *to) {
  struct stat info;
  int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (!result && noting && name_in_folder(to) && !stat(from, &info))
    note_name(NAMED, name_in_folder(to), number_of(name_in_folder(from), info.st_ino),
              info.st_ino);
  return result;
}

/* ---- what the disk holds ------------------------------------------------------------------ */

struct held {
  char *bytes;
  size_t size;
  size_t synced; /* events before this one are on the disk */
};

struct name {
  char name[NAME];
  size_t file;
};

static struct held start, files[FILES]; /* start: of file 0, when there is a file before */
static struct name names[FILES];
static size_t name_count;

static void set_size(struct held *f, size_t size) {
  char *bytes = realloc(f->bytes, size + 1);
  assert_non_null(bytes);
  if (size > f->size) memset(bytes + f->size, 0, size - f->size);
  f->bytes = bytes;
  f->size = size;
}

/* A piece of a write. */
static void put_bytes(struct held *f, const struct event *e, size_t from, size_t n) {
  if (e->at + from + n > f->size) set_size(f, e->at + from + n);
  memcpy(f->bytes + e->at + from, e->bytes + from, n);
}

/* The one file of the folder before anything was noted, as an event on the disk. */
static void remember_start(const char *path) {
  struct stat info;
  start.bytes = NULL;
  if (stat(path, &info)) return;
  must(io_read_file(b, &start.bytes, &start.size, path, 0));
  number_of(name_in_folder(path), info.st_ino);
  note(FOLDER_SYNCED, FILES);
}

static void set_name(const struct event *e) {
  size_t i = 0;
  while (i < name_count && strcmp(names[i].name, e->name)) i++;
  if (e->act == UNNAMED) {
    if (i < name_count) names[i] = names[--name_count];
    return;
  }
  if (i == name_count) name_count++;
  names[i].file = e->file;
  strcpy(names[i].name, e->name);
}

/* ---- a crash ------------------------------------------------------------------------------ */

enum fate { NOTHING_MORE, EVERYTHING, BY_CHANCE };

/* A write or a cut; one that was synced has the fate EVERYTHING. */
static void play_change(struct held *f, const struct event *e, enum fate fate, uint64_t *s) {
  uint32_t chance = fate == BY_CHANCE ? draw_below(s, 3) : fate == EVERYTHING ? 1 : 0;
  if (!chance) return;
  if (e->act == CUT) set_size(f, e->at);
  else if (chance == 1) put_bytes(f, e, 0, e->n);
  for (size_t from = 0; e->act == WRITTEN && chance == 2 && from < e->n;) { /* torn */
    size_t n = SECTOR - (e->at + from) % SECTOR;
    if (n > e->n - from) n = e->n - from;
    if (draw_below(s, 2)) put_bytes(f, e, from, n);
    from += n;
  }
}

/* Nothing but what was there at the start. */
static void empty_disk(void) {
  for (size_t i = 0; i < FILES; i++) free(files[i].bytes);
  memset(files, 0, sizeof files);
  name_count = 0;
  if (!start.bytes) return;
  set_size(&files[0], start.size);
  memcpy(files[0].bytes, start.bytes, start.size);
}

/* How many of the names given and taken since `from` are on the disk. */
static size_t names_kept(size_t from, size_t until, enum fate fate, uint64_t *s) {
  size_t changes = 0;
  for (size_t i = from; i < until; i++)
    changes += events[i].act == NAMED || events[i].act == UNNAMED;
  if (fate == BY_CHANCE) return draw_below(s, (uint32_t)changes + 1);
  return fate == EVERYTHING ? changes : 0;
}

/* The disk when the power goes after `until` events. */
static void play(size_t until, enum fate fate, uint64_t *s) {
  size_t folder_synced = 0;
  empty_disk();
  for (size_t i = 0; i < until; i++) {
    if (events[i].act == SYNCED) files[events[i].file].synced = i;
    if (events[i].act == FOLDER_SYNCED) folder_synced = i;
  }
  size_t kept = names_kept(folder_synced, until, fate, s);
  for (size_t i = 0; i < until; i++) {
    const struct event *e = &events[i];
    if (e->act == WRITTEN || e->act == CUT)
      play_change(&files[e->file], e, i < files[e->file].synced ? EVERYTHING : fate, s);
    else if (e->act != NAMED && e->act != UNNAMED) continue;
    else if (i < folder_synced) set_name(e);
    else if (kept && kept--) set_name(e);
  }
}

/* What is left of it as files of the test's folder, in the place of those that were there. */
static void put_disk(void) {
  for (size_t i = 0; i < event_count; i++)
    if (events[i].name[0]) unlink(in_folder(events[i].name));
  for (size_t i = 0; i < name_count; i++) {
    const struct held *f = &files[names[i].file];
    FILE *out = fopen(in_folder(names[i].name), "wb");
    assert_non_null(out);
    if (f->size) assert_int_equal(fwrite(f->bytes, 1, f->size, out), f->size);
    assert_int_equal(fclose(out), 0);
  }
}

/* The last wave of what is left; 0 for no archive. */
static int64_t wave_left(const char *path) {
  return io_is_file(b, path) ? last_wave(path) : 0;
}

static int fates(void) {
  const char *wanted = getenv("POWER");
  int64_t n;
  return wanted && number_parse_int(&n, text_of(wanted)) ? (int)n : 4;
}

/* Every crash of what was noted: the wave is the last that was committed, or the one after it.
 * Now and then the next wave is added to what is left. */
static void play_all(const char *path, int64_t before, struct table *const *tables) {
  uint64_t s = 1;
  int played = 0;
  for (size_t until = before ? 2 : 0; until <= event_count; until++) {
    if (until && events[until - 1].act == COMMITTED) before++;
    for (int i = 0; i < fates(); i++) {
      enum fate fate = i > BY_CHANCE ? BY_CHANCE : (enum fate)i;
      play(until, fate, &s);
      put_disk();
      int64_t wave = wave_left(path);
      if (wave < before || wave > before + 1)
        fail_msg("crash after %zu events, fate %d: wave %d, expected %d or the next", until, i,
                 (int)wave, (int)before);
      if (draw_below(&s, 8) == 0) {
        struct archive *a = open_archive(path, ARCHIVE_WRITE);
        add_wave(a, wave + 1, tables[(wave + 1) % STEPS]);
        archive_close(a);
        assert_int_equal(last_wave(path), wave + 1);
      }
      played++;
    }
  }
  print_message("%d events, %d crashes played\n", (int)event_count, played);
}

/* Waves `from` to `until`, noted, in one opening of the archive. */
static void note_waves(const char *path, int64_t from, int64_t until,
                       struct table *const *tables) {
  remember_start(path);
  noting = true;
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  for (int64_t n = from; n <= until; n++) {
    add_wave(a, n, tables[n % STEPS]);
    note(COMMITTED, FILES);
  }
  archive_close(a);
  noting = false;
}

static void survives(int64_t from, int64_t until) {
  char path[96];
  struct table *tables[STEPS];
  snprintf(path, sizeof path, "%s/power.bilan", folder);
  for (size_t i = 0; i < STEPS; i++) tables[i] = draw_table_of(i, ROWS, 20);
  if (from > 1) {
    struct archive *a = open_archive(path, ARCHIVE_WRITE);
    for (int64_t n = 1; n < from; n++) add_wave(a, n, tables[n % STEPS]);
    archive_close(a);
  }
  note_waves(path, from, until, tables);
  assert_true(event_count > 50); /* SQLite's calls were taken */
  play_all(path, from - 1, tables);
  forget_events();
  mem_free(&b->mem, start.bytes);
  start.bytes = NULL;
  empty_disk();
  for (size_t i = 0; i < STEPS; i++) table_free(tables[i]);
}

static void a_new_archive_is_there_whole_or_not_at_all(void **state) {
  (void)state;
  survives(1, 2);
}

static void a_change_is_there_whole_or_not_at_all(void **state) {
  (void)state;
  survives(3, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_new_archive_is_there_whole_or_not_at_all, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_change_is_there_whole_or_not_at_all, open_handle,
                                      close_handle)};
  return cmocka_run_group_tests_name("archive without power", tests, NULL, NULL);
}
