/* cache.c - see cache.h. No SQL here: an entry is opened as any archive is.
 *
 * Every question is answered anew from the file system, since other processes may use the folder
 * at the same time: entries appear whole (archives are made under another name and linked), are
 * renamed in one step, and removed whole; who has one open goes on reading it.
 */
#include "archive/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* ---- the folder ------------------------------------------------------------------------------ */

/* The folder itself, not what a link leads to; with no rights for anybody else, so that the rights
 * of what is in it do not matter. */
bool cache_is_ours(bilan *b, const char *folder) {
  struct stat info;
  return sys_stat(&b->io, AT_FDCWD, folder, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(info.st_mode) && info.st_uid == geteuid() && !(info.st_mode & 077);
}

/* A folder that was not there. What others could do before its mode is set: put files of their own
 * in it, which are no entries. */
static bool make_private(bilan *b, const char *folder) {
  if (sys_mkdir(&b->io, folder) < 0) return false;
  int fd = sys_open(&b->io, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  bool done = fd >= 0 && sys_chmod(&b->io, fd, 0700) == 0;
  if (fd >= 0) sys_close(&b->io, fd);
  return done && cache_is_ours(b, folder);
}

/* FOLDER/NAME as a block of the caller's; NULL when memory runs out. */
static char *path_in(bilan *b, const char *folder, const char *name) {
  struct buffer path;
  buffer_init(&path, &b->mem);
  buffer_format(&path, "%s/%s", folder, name);
  return path.failed ? NULL : path.s;
}

/* Writes a small file unless it is there; whether it can be is not important. */
static void put_mark(bilan *b, const char *folder, const char *name, const char *content) {
  char *path = path_in(b, folder, name);
  if (path && !io_is_file(b, path)) io_write_file(b, path, content, strlen(content));
  mem_free(&b->mem, path);
}

/* The signature is that of the Cache Directory Tagging Specification (bford.info/cachedir). */
bool cache_make(bilan *b, const char *folder) {
  static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                            "# Large files as bilan read them. May be removed at any time.\n";
  if (!cache_is_ours(b, folder) && !make_private(b, folder)) return false;
  put_mark(b, folder, "CACHEDIR.TAG", tag);
  put_mark(b, folder, ".gitignore", "*\n");
  return true;
}

/* ---- entries --------------------------------------------------------------------------------- */

/* Digits, "-" and the ending: no name with a "/", a dot in front, or anything of a stranger's. */
static bool is_entry_name(const char *name) {
  size_t n = strlen(name), stem = strspn(name, "0123456789abcdef-");
  return n < sizeof((struct cache_entry *)0)->name && stem > 16 && name[16] == '-' &&
         !strcmp(name + stem, ".bilan");
}

/* What the system says of an entry; false for what is none. */
static bool stat_entry(bilan *b, struct stat *info, const char *folder, const char *name) {
  char *path = is_entry_name(name) ? path_in(b, folder, name) : NULL;
  bool is = path && sys_stat(&b->io, AT_FDCWD, path, info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info->st_mode) && info->st_uid == geteuid();
  mem_free(&b->mem, path);
  return is;
}

/* One system call. */
bool cache_has(bilan *b, const char *folder, const char *name) {
  struct stat info;
  return stat_entry(b, &info, folder, name);
}

/* The names are sorted as io_list_folder gives them. */
bilan_status cache_list(bilan *b, struct cache_entry **out, size_t *count, const char *folder) {
  struct buffer names;
  struct cache_entry *list = NULL;
  size_t n = 0;
  buffer_init(&names, &b->mem);
  bilan_status status = io_list_folder(b, &names, folder);
  for (size_t at = 0; !status && at < names.n; at += strlen(names.s + at) + 1) {
    struct stat info;
    if (!stat_entry(b, &info, folder, names.s + at)) continue;
    struct cache_entry *more = mem_resize_array(&b->mem, list, n + 1, sizeof *more);
    if (!more) status = fail_nomem(b);
    if (status) break;
    list = more;
    list[n].bytes = (int64_t)info.st_size;
    list[n].used = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    strcpy(list[n++].name, names.s + at);
  }
  buffer_free(&names);
  if (status) {
    mem_free(&b->mem, list);
    return status;
  }
  *out = list;
  *count = n;
  return BILAN_OK;
}

/* By the time of its file: the content is never changed. */
void cache_touch(bilan *b, const char *folder, const char *name) {
  char *path = path_in(b, folder, name);
  if (path) utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
  mem_free(&b->mem, path);
}

/* What is no name of an entry is never removed. */
bool cache_remove(bilan *b, const char *folder, const char *name) {
  char *path = is_entry_name(name) ? path_in(b, folder, name) : NULL;
  bool done = path && sys_unlink(&b->io, AT_FDCWD, path) == 0;
  mem_free(&b->mem, path);
  return done;
}

/* Both are names of entries. */
bool cache_rename(bilan *b, const char *folder, const char *from, const char *to) {
  bool named = is_entry_name(from) && is_entry_name(to);
  char *old = named ? path_in(b, folder, from) : NULL;
  char *fresh = named ? path_in(b, folder, to) : NULL;
  bool done = old && fresh && sys_rename(&b->io, AT_FDCWD, old, fresh) == 0;
  mem_free(&b->mem, old);
  mem_free(&b->mem, fresh);
  return done;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The first digits of the SHA-256 of a text. */
static void first_digits(char *out, size_t digits, const char *s, size_t n) {
  char hex[SHA256_HEX];
  sha256_hex(hex, s, n);
  memcpy(out, hex, digits);
  out[digits] = '\0';
}

/* The first digits of a digest: names of files say nothing of where they were. */
void cache_identity(char out[CACHE_ID], const struct identity *i) {
  char text[160];
  int n = snprintf(text, sizeof text, "%llu %llu %lld %lld %lld", (unsigned long long)i->device,
                   (unsigned long long)i->inode, (long long)i->bytes, (long long)i->modified,
                   (long long)i->changed);
  first_digits(out, CACHE_ID - 1, text, (size_t)n);
}

/* A program that was built again has another size or date: what an earlier one read is not looked
 * for, be it of the same version. */
void cache_reading(bilan *b, char out[CACHE_READING], struct text options) {
  struct identity program = {0};
  struct buffer text;
  char self[CACHE_ID];
  buffer_init(&text, &b->mem);
  identity_of(b, &program, "/proc/self/exe");
  cache_identity(self, &program);
  buffer_format(&text, "bilan cache 1 %s %s ", BILAN_VERSION, self);
  buffer_text(&text, options);
  first_digits(out, CACHE_READING - 1, text.n ? text.s : "", text.n);
  buffer_free(&text);
}
