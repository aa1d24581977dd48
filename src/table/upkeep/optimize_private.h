/* Private to optimizing: the state of one run. */
#ifndef QUIRE_TABLE_OPTIMIZE_PRIVATE_H
#define QUIRE_TABLE_OPTIMIZE_PRIVATE_H

#include "quire/table_upkeep.h"
#include "table/commit/transaction.h"
#include "table/files/stats_choice.h"
#include "table/rows/data_writer.h"
#include "table/upkeep/cluster_stream.h"
#include "table/upkeep/optimize_plan.h"

#define QUIRE_OPTIMIZE_OPERATION "optimize"

struct quire_optimize {
    const struct quire_table_optimize_options *options;
    struct quire_table_optimize_result *result; /* of all commits */
    struct quire_table_optimize_result part;    /* of that which is at hand */
    const struct quire_buf *after; /* lines of the commit that it follows by itself; NULL */
    int64_t target_bytes;
    struct quire_context *context;
    bool owns_context;
    struct quire_transaction *transaction;
    struct quire_table_columns columns;
    struct ArrowSchema stored; /* of files */
    const char **names;        /* of the columns that files have, as people see them */
    size_t names_size;
    struct quire_optimize_plan plan;
    struct quire_row_tracking tracking;
    struct quire_stats_choice stats; /* whose names are the arena's */
    struct quire_data_writer_options writing;
    struct quire_data_writer *writer;
    struct quire_cluster_ranks ranks;
    struct quire_buf sizes; /* int64_t of the files that were added */
    struct quire_buf parameters, metrics;
    struct quire_buf partitions; /* struct quire_bytes: folders of those that are chosen */
    struct quire_arena arena;
};

/* Does what the plan says, in one commit or several. */
int quire_optimize_commits(struct quire_optimize *optimize, struct quire_error *error);

/* Moves the rows of a bin to new files. */
int quire_optimize_move(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                        struct quire_error *error);

/* After a commit of those lines: puts small files together where the partitions that it added to
 * have many (delta.autoOptimize.autoCompact). */
void quire_optimize_after(const char *url, const struct quire_buf *lines,
                          enum quire_durability durability);
/* Chooses these partitions and files. */
int quire_optimize_choose(struct quire_optimize *optimize, struct quire_optimize_request *request,
                          struct quire_error *error);
int quire_optimize_run(struct quire_optimize *optimize, const char *url, struct quire_error *error);

/* Write what commitInfo says of it, zero-terminated. 0 or QUIRE_MEMORY. */
int quire_optimize_write_metrics(struct quire_optimize *optimize);
int quire_optimize_write_parameters(struct quire_optimize *optimize);

#endif
