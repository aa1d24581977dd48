/* Private to table: what the tail of a snapshot says of files. */
#ifndef QUIRE_TABLE_SNAPSHOT_FILES_H
#define QUIRE_TABLE_SNAPSHOT_FILES_H

#include "table/snapshot.h"

/* What makes an add and a remove speak of the same thing: the path as the file is called, and the
 * deletion vector with its offset. Replaces *key. */
int quire_file_key(const struct quire_bytes *path, const struct quire_deletion_vector *deleted,
                   struct quire_buf *key);

/* Notes the newest word on a file, which is copied; key is scratch. 0 or QUIRE_MEMORY. */
int quire_snapshot_note_add(struct quire_snapshot *snapshot, const struct quire_add *add,
                            struct quire_buf *key);
int quire_snapshot_note_remove(struct quire_snapshot *snapshot, const struct quire_remove *action,
                               struct quire_buf *key);

#endif
