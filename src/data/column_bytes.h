/* The rows of a column tree as a run of bytes of this process, to be put aside and read in place
 * later; and a column tree read as it stands. For kinds that columns build as they are: no
 * dictionaries and no views. */
#ifndef QUIRE_DATA_COLUMN_BYTES_H
#define QUIRE_DATA_COLUMN_BYTES_H

#include "data/column.h"
#include "data/view.h"

/* Appends to bytes. 0 or QUIRE_MEMORY. */
int quire_column_save(const struct quire_column *column, struct quire_buf *bytes);
/* Sets a view of the column's field to what was saved, which is aligned to eight bytes and borrowed
 * as long as the view is read. */
void quire_view_saved(struct quire_view *view, const uint8_t *bytes);
/* Sets a view of the column's field to the column, until rows are appended to it. */
void quire_view_column(struct quire_view *view, const struct quire_column *column);

#endif
