/* Private to table: what the tail of a snapshot says of files. */
#ifndef QUIRE_TABLE_SNAPSHOT_FILES_H
#define QUIRE_TABLE_SNAPSHOT_FILES_H

#include "table/log/snapshot.h"

/* What makes an add and a remove speak of the same thing: the path as the file is called, and the
 * deletion vector with its offset. Replaces *key. */
int quire_file_key(const struct quire_bytes *path, const struct quire_deletion_vector *deleted,
                   struct quire_buf *key);

/* Whether the path of an add can be that of a file: there is one, without a zero byte. */
bool quire_file_is_named(const struct quire_bytes *path);
/* QUIRE_CORRUPT of a log's file that has another. */
int quire_file_fail_name(const char *url, struct quire_error *error);

/* Notes the newest word on a file, which is copied; key is scratch. 0 or QUIRE_MEMORY. */
int quire_snapshot_note_add(struct quire_snapshot *snapshot, const struct quire_add *add,
                            struct quire_buf *key);
int quire_snapshot_note_remove(struct quire_snapshot *snapshot, const struct quire_remove *action,
                               struct quire_buf *key);

/* Whether a commit after the checkpoint speaks of the file with this key. */
bool quire_snapshot_speaks_of(const struct quire_snapshot *snapshot, const struct quire_buf *key);

/* Whether a file that an earlier version of it had is one of this version no more. */
bool quire_snapshot_removed(const struct quire_snapshot *snapshot, const struct quire_buf *key);

/* Called with each file of the checkpoint and each of its sidecars, as URLs. */
typedef int quire_take_url(void *user, const char *url, struct quire_error *error);
int quire_snapshot_each_checkpoint(struct quire_snapshot *snapshot, quire_take_url *take,
                                   void *user, struct quire_error *error);

/* The files of the version that commits after the checkpoint added. */
int quire_snapshot_each_tail_file(struct quire_snapshot *snapshot, quire_take_add *take, void *user,
                                  struct quire_error *error);

#endif
