/* Private to table: rows of a batch, chosen by a mask, as a batch of their own. */
#ifndef QUIRE_TABLE_ROW_PICKER_H
#define QUIRE_TABLE_ROW_PICKER_H

#include "data/column.h"
#include "data/view.h"

/* Begins zeroed; serves batches of one schema. */
struct quire_row_picker {
    struct quire_field *field;
    struct quire_view *view;
    struct quire_column *column;
    struct quire_buf refs; /* struct quire_row_ref */
};

int quire_row_picker_open(struct quire_row_picker *picker, const struct ArrowSchema *schema,
                          struct quire_error *error);
void quire_row_picker_release(struct quire_row_picker *picker);

/* Copies the rows whose mask is not 0, as wanted, or is, as not wanted; all where mask is NULL. */
int quire_row_picker_take(struct quire_row_picker *picker, const struct ArrowArray *batch,
                          const uint8_t *mask, bool wanted, struct ArrowArray *picked,
                          struct quire_error *error);

#endif
