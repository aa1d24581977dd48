/* Private to table: the statistics of an add action (PROTOCOL.md, "Per-file Statistics"). */
#ifndef QUIRE_TABLE_FILE_STATS_JSON_H
#define QUIRE_TABLE_FILE_STATS_JSON_H

#include "data/field.h"
#include "quire/format.h"
#include "table/log/action.h"

/* Text kept of a minimum and a maximum, in characters. */
#define QUIRE_TABLE_STATS_CHARACTERS 32

/* Appends the JSON of what a written file of that schema holds: its rows, and of the first
 * `columns` leaves the nulls and extremes where they are known and have a form in JSON. 0 or
 * QUIRE_MEMORY. */
int quire_file_stats_json(const struct quire_field *root, const struct quire_file_stats *stats,
                          int64_t columns, struct quire_buf *out);
/* The same of the first `columns` leaves and of those that are, or are below, one of the names:
 * paths of which each part ends with a zero, "a\0b\0". */
int quire_file_stats_json_named(const struct quire_field *root,
                                const struct quire_file_stats *stats, int64_t columns,
                                const struct quire_texts *names, struct quire_buf *out);

#endif
