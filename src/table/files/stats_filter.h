/* Private to table: files that a condition excludes, or takes whole, by their statistics
 * (PROTOCOL.md, "Per-file Statistics"). */
#ifndef QUIRE_TABLE_STATS_FILTER_H
#define QUIRE_TABLE_STATS_FILTER_H

#include "table/files/column_conditions.h"

/* Sets *may to whether a file may have a row for which the conditions hold, by the JSON of its
 * statistics (NULL bytes: none); never a false no. What the JSON does not say, or says in a form
 * that is not known, excludes nothing. 0 or QUIRE_MEMORY. */
int quire_stats_filter(const struct quire_column_conditions *conditions,
                       const struct quire_bytes *stats, bool *may);
/* Sets *all to whether the conditions hold for all rows of the file; never a false yes. */
int quire_stats_take_whole(const struct quire_column_conditions *conditions,
                           const struct quire_bytes *stats, bool *all);

#endif
