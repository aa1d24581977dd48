/* What one column holds, accumulated batch by batch. stats.c is the public face. */
#ifndef QUIRE_DATA_COLUMN_STATS_H
#define QUIRE_DATA_COLUMN_STATS_H

#include "data/distinct.h"
#include "data/view.h"
#include "quire/stats.h"

/* A minimum or maximum; which member counts follows from the column's field. */
struct quire_extreme {
    int64_t number; /* integers, times, bool; uint64 with its sign bit turned */
    double real;
    uint8_t bytes[QUIRE_STATS_EXTREME_BYTES]; /* the first ones; wide decimals: all */
    size_t size;
    uint64_t head; /* the first eight bytes in the order of comparison */
    bool exact;    /* bytes are all there are */
};

struct quire_column_stats_sum {
    const struct quire_field *field;  /* the column's */
    const struct quire_field *values; /* that, or the field of its dictionary */
    int64_t rows, nulls, nans, bytes;
    bool any; /* min and max are set */
    struct quire_extreme min, max;
    struct quire_distinct distinct;
};

/* field is borrowed for good. Zeroed memory that was never begun can be released. */
void quire_column_stats_init(struct quire_column_stats_sum *sum, const struct quire_field *field);
void quire_column_stats_release(struct quire_column_stats_sum *sum);

/* Rows 0 .. rows - 1 of the column's view. 0 or QUIRE_MEMORY. */
int quire_column_stats_add(struct quire_column_stats_sum *sum, const struct quire_view *view,
                           int64_t rows);

/* Have the column's values an order, and can they be counted? */
bool quire_column_stats_has_order(const struct quire_column_stats_sum *sum);
bool quire_column_stats_has_distinct(const struct quire_column_stats_sum *sum);

/* Appends the text of an extreme. 0 or QUIRE_MEMORY. */
int quire_column_stats_text(const struct quire_column_stats_sum *sum,
                            const struct quire_extreme *extreme, struct quire_buf *out);

/* Bytes of count values from start on, in Arrow's layout without offsets and
 * validity; -1 when not known. */
int64_t quire_view_data_bytes(const struct quire_view *view, int64_t start, int64_t count);

#endif
