/* Private to table: rows of several partitions on their way to files, in bounded memory. */
#ifndef QUIRE_TABLE_PARTED_ROWS_H
#define QUIRE_TABLE_PARTED_ROWS_H

#include "base/context.h"
#include "data/gather.h"
#include "table/rows/open_files.h"
#include "table/rows/row_order.h"
#include "table/rows/row_partitions.h"
#include "table/rows/row_spill.h"

struct quire_parted_rows {
    struct quire_data_files *files;
    const struct quire_row_partitions *partitions;
    struct quire_context *context;
    struct quire_open_files open;

    struct quire_column *held; /* rows in the order in which they came */
    struct quire_buf numbers;  /* uint32_t of each: its partition */
    bool held_as_came;         /* also those of partitions that have open files */
    size_t came;               /* rows since those that are held began to be */
    size_t held_max, charged;
    size_t row_bytes; /* of those that were held last; 0: not known */

    struct quire_view *view;      /* of held */
    struct quire_view *saved;     /* of what was put aside */
    struct quire_row_order order; /* of rows to move */
    struct quire_column *moved;
    struct quire_row_spill spill;
    struct quire_buf segments; /* struct quire_buf of struct quire_row_segment a partition */
    bool leaders_only;         /* only partitions that most rows are of get an open file */
};

/* files, partitions and what they borrow outlive the rows. */
int quire_parted_rows_open(struct quire_parted_rows *rows, struct quire_data_files *files,
                           const struct quire_row_partitions *partitions,
                           struct quire_error *error);
/* Copies n rows of a view of the files' fields from first on; numbers are their partitions. */
int quire_parted_rows_add(struct quire_parted_rows *rows, const struct quire_view *view,
                          int64_t first, int64_t n, const uint32_t *numbers,
                          struct quire_error *error);
/* Ends the files of all rows that came. */
int quire_parted_rows_finish(struct quire_parted_rows *rows, struct quire_error *error);
void quire_parted_rows_close(struct quire_parted_rows *rows);

#endif
