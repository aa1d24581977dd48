/* One row group, planned: which of its rows are read, where its chunks lie, and which bytes
 * are fetched together.
 *
 * Small chunks that lie near each other are fetched by one read over all of them, by whoever
 * needs one of them first, so that a store far away sees few requests. Large ones are read
 * through a window each. A plan does not change once made, but for what it fetches. */
#ifndef QUIRE_PARQUET_READ_PLAN_H
#define QUIRE_PARQUET_READ_PLAN_H

#include <pthread.h>

#include "format/parquet/read/chunk_reader.h"
#include "format/parquet/read/pruning.h"
#include "format/parquet/read/schema_project.h"

/* Bytes not wanted that are rather read than asked around. */
#define QUIRE_PARQUET_GAP_MAX ((int64_t)128 << 10)
/* Chunks up to this size are fetched with their neighbours, so many bytes at once. */
#define QUIRE_PARQUET_SMALL_MAX ((int64_t)1 << 20)
#define QUIRE_PARQUET_FETCH_MAX ((int64_t)4 << 20)

/* One read for several chunks. */
struct quire_parquet_fetch {
    int64_t start, end;
    pthread_mutex_t mutex;
    bool done;
    int code;
    struct quire_error error;
    struct quire_buf bytes;
};

struct quire_parquet_leaf_plan {
    struct quire_parquet_chunk chunk;
    struct quire_offset_index offset_index;
    bool has_offset_index;
    struct quire_parquet_fetch *fetch; /* NULL: read through a window */
};

struct quire_parquet_plan {
    size_t row_group;
    int64_t first_row; /* in the file */
    int64_t rows;      /* of the row group */
    struct quire_row_ranges ranges;
    struct quire_parquet_leaf_plan *leaves; /* of the projection */
    struct quire_parquet_fetch *fetches;
    size_t fetches_size;
    int64_t row_bytes; /* that a row is thought to take in a batch, at least 1 */
    bool guessed;      /* values may repeat, so that it may be far more */
    struct quire_arena arena;
};

struct quire_parquet_planning {
    struct quire_parquet_input *file;
    const struct quire_parquet_projection *projection;
    const struct quire_parquet_filter *filter;
    size_t fetch_bytes; /* that fetches of one plan may hold */
};

/* NULL in *plan when no row of the row group is wanted. */
int quire_parquet_plan_new(const struct quire_parquet_planning *planning, size_t row_group,
                           int64_t first_row, struct quire_parquet_plan **plan,
                           struct quire_error *error);
void quire_parquet_plan_free(struct quire_parquet_plan *plan);

/* Points bytes at a leaf's chunk, fetching what it shares with others; the memory of its
 * window is kept. Thread-safe.
 * *fetched: bytes that this call has read into memory, for the budget. */
int quire_parquet_plan_bytes(struct quire_parquet_plan *plan, size_t leaf, struct quire_in *in,
                             size_t window, struct quire_chunk_bytes *bytes, size_t *fetched,
                             struct quire_error *error);
/* Bytes that fetches hold. */
size_t quire_parquet_plan_memory(const struct quire_parquet_plan *plan);

#endif
