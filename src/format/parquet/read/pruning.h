/* Conditions held against what a file says of its rows: statistics of row groups, the page
 * index, bloom filters. What is passed over holds no wanted row for certain. */
#ifndef QUIRE_PARQUET_PRUNING_H
#define QUIRE_PARQUET_PRUNING_H

#include "format/parquet/read/row_ranges.h"
#include "format/parquet/read/statistics_order.h"

struct quire_parquet_condition {
    size_t leaf;
    enum quire_compare compare;
    enum quire_order order; /* NONE: only nulls can be told */
    bool has_value;
    struct quire_order_value value;
    struct quire_buf bytes; /* the value in Arrow's layout */
    struct quire_buf plain; /* the same in PLAIN form, for bloom filters; empty: none */
};

struct quire_parquet_filter {
    struct quire_parquet_condition *conditions;
    size_t size;
    bool any;           /* rows for which one holds are wanted, not all; by row groups only */
    bool nothing_known; /* one of any says nothing */
    bool page_index, bloom_filter;
    size_t bloom_bytes_max; /* larger filters are not read */
};

/* Finds the columns and copies the values; given is the field that batches have, whose
 * types the values are of. QUIRE_USAGE for a column that is not there, is in a list, or
 * has values of another size. Zero-initialise filter; release it also after a failure. */
int quire_parquet_filter_open(struct quire_parquet_filter *filter,
                              const struct quire_parquet_input *file,
                              const struct quire_field *given,
                              const struct quire_record_policy *policy, struct quire_error *error);
void quire_parquet_filter_release(struct quire_parquet_filter *filter);

/* Adds the rows of a row group that may be wanted to ranges, which are empty. */
int quire_parquet_filter_rows(const struct quire_parquet_filter *filter,
                              struct quire_parquet_input *file, size_t row_group,
                              struct quire_row_ranges *ranges, struct quire_error *error);

/* --- Its parts --- */

/* False only when the bloom filter of the chunk says so. (bloom_probe.c) */
int quire_parquet_bloom_probe(const struct quire_parquet_filter *filter,
                              const struct quire_parquet_condition *condition,
                              const struct quire_parquet_input *file,
                              const struct quire_parquet_chunk *chunk, bool *may_hold,
                              struct quire_error *error);
/* The bytes that a condition's value is hashed as; none where equal values may be hashed
 * differently. */
int quire_parquet_bloom_value(const struct quire_schema_element *element,
                              const struct quire_field *field,
                              struct quire_parquet_condition *condition, struct quire_error *error);

/* The offset index of a chunk, in the arena. *found is false when there is none, or it does
 * not agree with the chunk. (page_pruning.c) */
int quire_parquet_offset_index(const struct quire_parquet_input *file,
                               const struct quire_parquet_chunk *chunk, int64_t rows,
                               struct quire_arena *arena, struct quire_offset_index *index,
                               bool *found, struct quire_error *error);
/* Takes the rows of pages that hold no wanted row out of ranges. */
int quire_parquet_prune_pages(const struct quire_parquet_condition *condition,
                              const struct quire_parquet_input *file,
                              const struct quire_parquet_chunk *chunk, int64_t rows,
                              struct quire_row_ranges *ranges, struct quire_error *error);

#endif
