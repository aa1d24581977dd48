/* Rows of several batches, appended to a column in any order. */
#ifndef QUIRE_DATA_GATHER_H
#define QUIRE_DATA_GATHER_H

#include "data/column.h"
#include "data/view.h"

struct quire_row_ref {
    uint32_t source; /* which of the views */
    uint32_t row;
};

/* Appends n rows. The views must be of the column's layout (quire_field_same_layout).
 * Fails as quire_column_append_view does, and then nothing is appended. */
int quire_column_gather(struct quire_column *column, const struct quire_view *const *sources,
                        size_t sources_size, const struct quire_row_ref *rows, size_t n);

/* n rows (of source 0) of the batch that the view is set to, as a batch of their own. The column
 * is empty, before and after. */
int quire_column_keep_rows(struct quire_column *column, const struct quire_view *view,
                           const struct quire_row_ref *rows, size_t n, struct ArrowArray *batch,
                           struct quire_error *error);

#endif
