/* A file system in memory whose power can be cut.
 *
 * What is not flushed may be lost: the bytes of a file since its last fsync, wholly
 * or in part, and every change of a name since the last fsync of its folder, each
 * for itself and in any combination. That is more than most file systems lose, and
 * what POSIX allows all of them to.
 *
 * For one thread; links and listings are not modelled. Relative paths start at the root. */
#ifndef QUIRE_TESTS_CRASH_FILES_H
#define QUIRE_TESTS_CRASH_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/file_system.h"

extern const struct quire_file_system crash_files;

/* An empty disk; unnamed: whether it knows files without a name (O_TMPFILE). */
void crash_files_reset(bool unnamed);
/* Puts a folder or file there that is wholly flushed. */
void crash_files_add_folder(const char *path);
void crash_files_add(const char *path, const char *bytes);

/* Cuts the power after that many more calls that change something; -1: never. All
 * later calls fail with EIO. */
void crash_files_cut_after(int64_t calls);
bool crash_files_is_cut(void);

/* What a file holds now; false when there is none. */
bool crash_files_now(const char *path, char *bytes, size_t capacity, size_t *size);

/* Calls back with what the file may hold after the power was cut now, once for each
 * possible state; bytes is NULL where there is no such file. */
typedef void crash_files_state(void *user, const char *bytes, size_t size);
void crash_files_lose_power(const char *path, crash_files_state *state, void *user);

#endif
