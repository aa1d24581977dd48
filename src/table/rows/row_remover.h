/* Private to table: leaves out of a file's batches the rows that its deletion vector takes. */
#ifndef QUIRE_TABLE_ROW_REMOVER_H
#define QUIRE_TABLE_ROW_REMOVER_H

#include "data/column.h"
#include "table/files/deletion_vector.h"

/* Begins zeroed; serves one file after the other. */
struct quire_row_remover {
    struct quire_deleted_rows *deleted; /* NULL: the file has all of its rows */
    int64_t row;                        /* of the file, the first of the next batch */
    /* NULL until a file wants it. */
    struct quire_field *field;
    struct quire_view *view;
    struct quire_column *kept;
    struct quire_buf refs; /* struct quire_row_ref */
};

/* For the next file; vector->storage.size is 0 where it has none. */
int quire_row_remover_begin(struct quire_row_remover *remover,
                            const struct quire_snapshot *snapshot,
                            const struct quire_deletion_vector *vector, struct quire_error *error);
/* Takes the next batch of the file, in order, and leaves the rows that stay, maybe none. The
 * schema is the same for all files. */
int quire_row_remover_apply(struct quire_row_remover *remover, const struct ArrowSchema *schema,
                            struct ArrowArray *batch, struct quire_error *error);
void quire_row_remover_release(struct quire_row_remover *remover);

#endif
