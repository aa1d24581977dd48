/* Private to table: whether the changes of several versions can be told in the columns of one. */
#ifndef QUIRE_TABLE_TOLD_COLUMNS_H
#define QUIRE_TABLE_TOLD_COLUMNS_H

#include "base/buf.h"
#include "table/log/snapshot.h"

/* Notes the schema of the version that a snapshot is at, which goes on to others. The list begins
 * empty, and is borrowed from the snapshot. */
int quire_told_columns_note(const struct quire_snapshot *snapshot, struct quire_buf *schemas,
                            struct quire_error *error);

/* QUIRE_UNSUPPORTED, naming the version, the column and both types, where a column that the last
 * version has too was of another type, which it was not widened from or to. */
int quire_told_columns_check(const struct quire_snapshot *end, const struct quire_buf *schemas,
                             struct quire_error *error);

#endif
