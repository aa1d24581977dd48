/* Private to table: the files that versions of a table need, for those who ask whether a file that
 * is there is one of them.
 *
 * Each is held as eight bytes. Two names that have the same ones are taken for one: a file may seem
 * to be needed that is not, never the other way. */
#ifndef QUIRE_TABLE_NEEDED_FILES_H
#define QUIRE_TABLE_NEEDED_FILES_H

#include "table/log/snapshot.h"

/* Begins zeroed. */
struct quire_needed_files {
    struct quire_buf hashes; /* uint64_t, in order once it is settled */
    struct quire_buf scratch;
    int64_t since_ms; /* tombstones of this time or later count; INT64_MAX: none */
};

void quire_needed_files_release(struct quire_needed_files *needed);

/* Adds the files of the version with their deletion vectors, and those of tombstones. */
int quire_needed_files_of(struct quire_needed_files *needed, struct quire_snapshot *snapshot,
                          struct quire_error *error);
/* Adds those of a tombstone, if it counts. */
int quire_needed_files_remove(struct quire_needed_files *needed, const struct quire_remove *action,
                              struct quire_error *error);

/* After the last was added, before the first is asked for. */
void quire_needed_files_settle(struct quire_needed_files *needed);
/* By its path below the table, as it is called. */
bool quire_needed_files_has(const struct quire_needed_files *needed, const char *path);

#endif
