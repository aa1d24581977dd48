/* Private to table: ids and commit versions of rows that are copied to other files (PROTOCOL.md,
 * "Row Tracking"): two columns that files have behind the table's, and that no reader is shown. */
#ifndef QUIRE_TABLE_ROW_TRACKING_H
#define QUIRE_TABLE_ROW_TRACKING_H

#include "quire/batch.h"
#include "table/log/snapshot.h"

/* Names of the columns in files; NULL: rows are not tracked. */
struct quire_row_tracking {
    const char *id, *version;
};

#define QUIRE_ROW_TRACKING_COLUMNS 2

/* What the table asks for; texts are the snapshot's. QUIRE_UNSUPPORTED where it cannot be kept. */
int quire_row_tracking_of(const struct quire_snapshot *snapshot, const char *verb,
                          struct quire_row_tracking *tracking, struct quire_error *error);
/* Puts the columns behind those of a schema. */
int quire_row_tracking_widen(const struct quire_row_tracking *tracking, struct ArrowSchema *schema,
                             struct quire_error *error);
/* Takes the columns away from a batch that has them. */
void quire_row_tracking_drop(struct ArrowArray *batch);
/* Rows that were changed: their version is that of the commit which is to come. */
int quire_row_tracking_renew(const struct quire_row_tracking *tracking, struct ArrowArray *batch,
                             struct quire_error *error);
/* Gives the rows of a batch of a file, from row number first on, the ids and versions that they
 * have by where they stand, unless they have them written. */
int quire_row_tracking_fill(const struct quire_add *add, int64_t first, struct ArrowArray *batch,
                            struct quire_error *error);

#endif
