/* Private to table: what the statistics of an add action say of its rows (PROTOCOL.md, "Per-file
 * Statistics"). */
#ifndef QUIRE_TABLE_ADD_STATS_H
#define QUIRE_TABLE_ADD_STATS_H

#include "table/log/action.h"

/* The rows of a file, less what a deletion vector takes; -1 where the statistics do not say. */
int64_t quire_add_rows(const struct quire_add *add);

/* Appends the statistics of a file of that many rows, of which a deletion vector takes some: least
 * and greatest values are bounds, no longer values of rows. 0 or QUIRE_MEMORY. */
int quire_add_stats_loosen(const struct quire_add *add, int64_t rows, struct quire_buf *out);

#endif
