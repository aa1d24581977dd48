/* Private to row_writer: what a writer is. */
#ifndef QUIRE_TABLE_ROW_WRITER_PRIVATE_H
#define QUIRE_TABLE_ROW_WRITER_PRIVATE_H

#include "data/view.h"
#include "table/files/stats_choice.h"
#include "table/rows/row_rules.h"
#include "table/rows/row_writer.h"

struct quire_row_writer {
    struct quire_transaction *transaction;
    struct ArrowSchema schema; /* of the table */
    struct ArrowSchema stored; /* the same columns, as files and the log have them */
    struct quire_stats_choice stats;
    struct quire_texts partitions; /* by their names in the log */
    struct quire_arena arena;
    struct quire_row_rules *rules;
    struct quire_data_writer *files;
    int64_t rows; /* that came */
    struct quire_row_writer_options options;
    struct quire_row_writer *renumbered; /* that has written its rows anew */
    size_t lines_at, lines_size;         /* its own among those of the transaction */
    struct quire_field *fields;          /* of stored and its batches, where bytes are limited */
    struct quire_view *view;
    struct quire_buf sizes;                   /* int64_t, of the files that are finished */
    int64_t open_rows, open_bytes, cut_bytes; /* in files that are not finished, and in those that
                                                 are; bytes as they stand in memory */
};

#endif
