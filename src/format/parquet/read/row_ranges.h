/* Rows of a row group that are wanted: runs in order that do not touch. */
#ifndef QUIRE_PARQUET_ROW_RANGES_H
#define QUIRE_PARQUET_ROW_RANGES_H

#include "base/buf.h"

struct quire_row_range {
    int64_t start, end; /* start < end */
};

/* Zero-initialise: no rows. */
struct quire_row_ranges {
    struct quire_buf rows; /* of struct quire_row_range */
};

static inline size_t quire_row_ranges_size(const struct quire_row_ranges *ranges)
{
    return ranges->rows.size / sizeof(struct quire_row_range);
}

static inline const struct quire_row_range *
quire_row_ranges_at(const struct quire_row_ranges *ranges, size_t i)
{
    return (const struct quire_row_range *)(const void *)ranges->rows.data + i;
}

void quire_row_ranges_release(struct quire_row_ranges *ranges);

/* Rows that begin at or after the end of the last run; an empty one adds nothing.
 * 0 or QUIRE_MEMORY. */
int quire_row_ranges_add(struct quire_row_ranges *ranges, int64_t start, int64_t end);

/* Leaves in ranges what is in both. 0 or QUIRE_MEMORY, and then ranges are as they were. */
int quire_row_ranges_intersect(struct quire_row_ranges *ranges,
                               const struct quire_row_ranges *other);

int64_t quire_row_ranges_count(const struct quire_row_ranges *ranges);

#endif
