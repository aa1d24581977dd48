/* What columns hold: counts, extremes and distinct values over any number of
 * batches, in bounded memory. */
#ifndef QUIRE_STATS_H
#define QUIRE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/arrow.h"
#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Distinct values of one column that are counted; with more, or with more than
 * QUIRE_STATS_DISTINCT_BYTES of text in them, how many there are is not known. */
#define QUIRE_STATS_DISTINCT_MAX   10000
#define QUIRE_STATS_DISTINCT_BYTES ((size_t)1 << 20)
/* What the counting may hold in all columns together; those that would pass it go uncounted. */
#define QUIRE_STATS_DISTINCT_TOTAL ((size_t)64 << 20)
/* Bytes of text and binary that are kept of a minimum and a maximum. */
#define QUIRE_STATS_EXTREME_BYTES 64

/* One column; texts are valid until stats is added to, asked for another column or
 * freed. */
struct quire_stats_column {
    const char *name;
    const char *type; /* as the schema language writes it */
    int64_t rows;
    int64_t nulls;
    int64_t nans;     /* neither in min nor in max; among distinct they are one value */
    int64_t distinct; /* other than null; -1: not known (too many, or a nested type) */
    int64_t bytes;    /* of values in Arrow's layout, without offsets and validity; -1: not known */
    const char *min, *max;     /* as text; NULL: no values, or a type without order */
    bool min_exact, max_exact; /* false: the text is the beginning of a longer value */
};

/* Not thread-safe. */
struct quire_stats;

/* Of a struct schema's columns; schema is copied. Freed with quire_stats_free. */
QUIRE_API int quire_stats_new(const struct ArrowSchema *schema, struct quire_stats **stats,
                              struct quire_error *error);
QUIRE_API void quire_stats_free(struct quire_stats *stats); /* NULL is fine */

/* Takes account of a batch of that schema (whose content is valid, see
 * quire_array_validate). Borrowed during the call. After a failure the numbers are
 * without meaning. */
QUIRE_API int quire_stats_add(struct quire_stats *stats, const struct ArrowArray *batch,
                              struct quire_error *error);

QUIRE_API size_t quire_stats_columns(const struct quire_stats *stats);
/* QUIRE_USAGE when there is no such column. */
QUIRE_API int quire_stats_column(struct quire_stats *stats, size_t index,
                                 struct quire_stats_column *column, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
