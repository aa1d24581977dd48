/* Private to table: the commits of a log. */
#ifndef QUIRE_TABLE_HISTORY_H
#define QUIRE_TABLE_HISTORY_H

#include "quire/table.h"
#include "table/log/snapshot.h"

/* All commits that the log still has, up to the snapshot's version, in order: struct
 * quire_log_commit, whose times rise: one that does not is a millisecond after the one before. */
int quire_history_commits(const struct quire_snapshot *snapshot, struct quire_buf *commits,
                          struct quire_error *error);

typedef int quire_take_commit(void *user, const struct quire_table_commit *commit,
                              struct quire_error *error);
/* Calls back for each commit up to the snapshot's version that the log still has. */
int quire_history_each(const struct quire_snapshot *snapshot, quire_take_commit *take, void *user,
                       struct quire_error *error);

/* When a version was committed, one of those that quire_history_commits gave: all calls here have
 * one notion of it, the commit's own time where the table has it, else the file's. */
int quire_history_time(const struct quire_snapshot *snapshot, const struct quire_buf *commits,
                       int64_t version, int64_t *time_ms, struct quire_error *error);

/* The newest version that is not younger than a time. QUIRE_NOT_FOUND when all are. */
int quire_history_version_at(const struct quire_snapshot *snapshot, int64_t time_ms,
                             int64_t *version, struct quire_error *error);

/* The in-commit timestamp of a version, in milliseconds; QUIRE_LOG_NONE. */
int quire_history_stamp(const struct quire_snapshot *snapshot, int64_t version, int64_t *stamp_ms,
                        struct quire_error *error);

#endif
