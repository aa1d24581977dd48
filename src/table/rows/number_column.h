/* Private to table: columns of whole numbers that are put into batches. */
#ifndef QUIRE_TABLE_NUMBER_COLUMN_H
#define QUIRE_TABLE_NUMBER_COLUMN_H

#include "data/view.h"

/* A value of a column of int64; may be null. */
struct quire_number {
    int64_t value;
    bool null;
};

static inline struct quire_number quire_number_at(const struct quire_view *column, int64_t row)
{
    if (quire_view_is_null(column, row)) return (struct quire_number){0, true};
    return (struct quire_number){quire_view_i64(column, row), false};
}

/* Makes a column of so many rows. */
int quire_number_column(const struct quire_number *numbers, int64_t rows, struct ArrowArray *column,
                        struct quire_error *error);

#endif
