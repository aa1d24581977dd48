/* Private to table: the changes of several versions told in the columns of one. */
#ifndef QUIRE_TABLE_TOLD_COLUMNS_H
#define QUIRE_TABLE_TOLD_COLUMNS_H

#include "base/buf.h"
#include "table/log/snapshot.h"

/* Begins zeroed. */
struct quire_told_columns {
    struct quire_arena arena;
    struct quire_buf schemas; /* what versions have, each from one of them on */
};

/* Notes the columns of the version that a snapshot is at, which goes on to others; they are
 * borrowed from the snapshot. */
int quire_told_columns_note(const struct quire_snapshot *snapshot, struct quire_told_columns *told,
                            struct quire_error *error);

/* Works out how the columns of the last version, which the snapshot is at, are called in the files
 * of each. QUIRE_UNSUPPORTED, naming the version, the column and both types, where one was of
 * another type, which it was not widened from or to. */
int quire_told_columns_make(const struct quire_snapshot *end, struct quire_told_columns *told,
                            struct quire_error *error);

/* The columns of the last version by the names that files of a version have for them: metadata to
 * read these by. NULL: that of the last version. */
const struct quire_metadata_action *quire_told_columns_of(const struct quire_told_columns *told,
                                                          int64_t version);

void quire_told_columns_release(struct quire_told_columns *told);

#endif
