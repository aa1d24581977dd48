/* One row group, planned: which of its rows are read, where its chunks lie, and which bytes
 * are fetched together.
 *
 * Small chunks that lie near each other are fetched by one read over all of them, so that a
 * store far away sees few requests; and so are pages, where not all rows are wanted and the
 * offset index tells where they stand. Large chunks are read through a window each. A plan
 * does not change once made, but for what it fetches. */
#ifndef QUIRE_PARQUET_READ_PLAN_H
#define QUIRE_PARQUET_READ_PLAN_H

#include "format/parquet/read/chunk_reader.h"
#include "format/parquet/read/pruning.h"
#include "format/parquet/read/schema_project.h"

/* Chunks up to this size are fetched with their neighbours. */
#define QUIRE_PARQUET_SMALL_MAX ((int64_t)1 << 20)

struct quire_parquet_leaf_plan {
    struct quire_parquet_chunk chunk;
    struct quire_offset_index offset_index;
    bool has_offset_index;
};

struct quire_parquet_plan {
    size_t row_group;
    int64_t first_row; /* in the file */
    int64_t rows;      /* of the row group */
    struct quire_row_ranges ranges;
    struct quire_parquet_leaf_plan *leaves; /* of the projection */
    struct quire_byte_fetches fetches;
    int64_t row_bytes;   /* that a row is thought to take in a batch, at least 1 */
    int64_t lanes_bytes; /* that may be held in the midst of its chunks, about */
    bool guessed;        /* values may repeat, so that it may be far more */
    struct quire_arena arena;
};

struct quire_parquet_planning {
    struct quire_parquet_input *file;
    const struct quire_parquet_projection *projection;
    const struct quire_parquet_filter *filter;
    size_t fetch_bytes;          /* that fetches of one plan may hold */
    struct quire_budget *budget; /* charged for them; may be NULL */
};

/* NULL in *plan when no row of the row group is wanted. */
int quire_parquet_plan_new(const struct quire_parquet_planning *planning, size_t row_group,
                           int64_t first_row, struct quire_parquet_plan **plan,
                           struct quire_error *error);
void quire_parquet_plan_free(struct quire_parquet_plan *plan);

/* Settles what is fetched together; whole: all rows are read. (plan_fetches.c) */
int quire_parquet_plan_fetches(const struct quire_parquet_planning *planning,
                               struct quire_parquet_plan *plan, bool whole,
                               struct quire_error *error);

/* The offset indexes of a row group's leaves, which lie beside each other. */
int quire_parquet_index_fetches(const struct quire_parquet_planning *planning, size_t row_group,
                                struct quire_byte_fetches *fetches, struct quire_error *error);

/* Points bytes at a leaf's chunk, in the plan as long as it is; the memory of its window is
 * kept. */
void quire_parquet_plan_bytes(const struct quire_parquet_plan *plan, size_t leaf,
                              struct quire_in *in, size_t window, struct quire_chunk_bytes *bytes);

#endif
