/* Private to table: the columns of a version, as people see them and as data files and the log
 * have them. */
#ifndef QUIRE_TABLE_TABLE_COLUMNS_H
#define QUIRE_TABLE_TABLE_COLUMNS_H

#include "quire/batch.h"
#include "table/rows/row_tracking.h"

struct quire_table_columns {
    struct ArrowSchema logical;  /* by the names that people see */
    struct ArrowSchema physical; /* the same columns by the names that files have */
    int64_t *partitions;         /* of each: its number among the partition columns; -1: none */
    struct quire_texts names;    /* of partition columns in the log, by number; zero-terminated */
    struct quire_arena arena;
};

int quire_table_columns_of(const struct quire_metadata_action *metadata,
                           const struct quire_protocol *protocol,
                           struct quire_table_columns *columns, struct quire_error *error);
int quire_table_columns_open(const struct quire_snapshot *snapshot,
                             struct quire_table_columns *columns, struct quire_error *error);
/* Puts a column of text behind them, that data files have by that name. */
int quire_table_columns_widen(struct quire_table_columns *columns, const char *name,
                              struct quire_error *error);
/* Puts the columns by which rows are tracked behind them. */
int quire_table_columns_track(struct quire_table_columns *columns,
                              const struct quire_row_tracking *tracking, struct quire_error *error);
void quire_table_columns_close(struct quire_table_columns *columns);

#endif
