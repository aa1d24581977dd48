/* Private to table: which files of a version are put together (OPTIMIZE).
 *
 * Files near the target size are left alone. The others are packed, each partition by itself and
 * in the order of the log, into bins of up to the target size. */
#ifndef QUIRE_TABLE_OPTIMIZE_PLAN_H
#define QUIRE_TABLE_OPTIMIZE_PLAN_H

#include "table/schema/table_columns.h"

struct quire_optimize_request {
    int64_t target_bytes;
    const char *where; /* on partition columns; NULL: all partitions */
    bool whole;        /* a bin is all files of a partition, of any size */
    /* Where there are any, only these partitions, by the paths of their folders: struct
     * quire_bytes. */
    const struct quire_buf *partitions;
    int64_t small_bytes; /* only files of less; 0: those that are not near the target */
    size_t files_least;  /* only partitions that have so many of them */
};

/* Files of one partition that become one, or of a whole partition. */
struct quire_optimize_bin {
    const struct quire_add *files;
    size_t size;
    int64_t bytes;
};

/* Begins zeroed. */
struct quire_optimize_plan {
    struct quire_buf files;           /* struct quire_add; bins are parts of it */
    struct quire_buf bins;            /* struct quire_optimize_bin */
    int64_t files_total, bytes_total; /* of the version, where the condition holds */
    struct quire_arena arena;
};

/* QUIRE_USAGE where the condition names columns that do not partition the table. */
int quire_optimize_plan_open(struct quire_snapshot *snapshot,
                             const struct quire_table_columns *columns,
                             const struct quire_optimize_request *request,
                             struct quire_optimize_plan *plan, struct quire_error *error);
/* The path of the folder that a partition has, whatever the order of its values; copied. 0 or
 * QUIRE_MEMORY. */
int quire_optimize_partition(const struct quire_table_columns *columns,
                             const struct quire_pairs *values, struct quire_arena *arena,
                             struct quire_bytes *partition);

void quire_optimize_plan_release(struct quire_optimize_plan *plan);

/* numRecords of a file's statistics, with those that a deletion vector takes; -1: not said. */
int64_t quire_add_records(const struct quire_add *add);

#endif
