/* Private to table: which columns a table keeps statistics of. */
#ifndef QUIRE_TABLE_STATS_CHOICE_H
#define QUIRE_TABLE_STATS_CHOICE_H

#include "quire/batch.h"
#include "quire/error.h"
#include "table/log/action.h"
#include "table/schema/delta_type.h"

/* For file_stats_json.h. */
struct quire_stats_choice {
    int64_t columns;          /* the first so many leaves; -1: all */
    struct quire_texts names; /* by the names that files have */
};

/* By delta.dataSkippingStatsColumns, else delta.dataSkippingNumIndexedCols, else the first 32; and
 * in any case those that the table is clustered by (PROTOCOL.md, "Writer Requirements for Clustered
 * Table"). domains are the table's (struct quire_domain); names are the arena's. */
int quire_stats_choice_read(const struct quire_metadata_action *metadata,
                            const struct quire_buf *domains, struct quire_arena *arena,
                            struct quire_stats_choice *choice, struct quire_error *error);

/* Whether a list of delta.dataSkippingStatsColumns names columns of the table, and of types that
 * Spark takes there. QUIRE_USAGE. */
int quire_stats_choice_check(const char *list, const struct quire_delta_type *root,
                             struct quire_error *error);

/* Leaves of a column, of which statistics may be kept. */
int64_t quire_stats_leaves(const struct ArrowSchema *column);

#endif
