/* Row groups read as batches: the leaves of a batch side by side by the threads of a context,
 * batches ahead of the one that is wanted, all in the order of the file.
 *
 * A leaf's chunks are read by its lane, one batch after the other: a lane goes on with the
 * next batch as soon as it is begun and the one before is done, whichever thread is free.
 * With one thread, asking for a batch reads it. */
#ifndef QUIRE_PARQUET_BATCH_READER_H
#define QUIRE_PARQUET_BATCH_READER_H

#include "base/context.h"
#include "format/parquet/read/chunk_reader.h"
#include "format/parquet/read/read_plan.h"

struct quire_parquet_batch_options {
    struct quire_parquet_planning planning;
    struct quire_context *context;
    int64_t batch_rows;
    bool verify_checksum, utf8_replace;
    enum quire_on_bad on_bad;
};

struct quire_parquet_batches;

/* Everything in options is borrowed until closed. */
int quire_parquet_batches_open(const struct quire_parquet_batch_options *options,
                               struct quire_parquet_batches **batches, struct quire_error *error);
void quire_parquet_batches_close(struct quire_parquet_batches *batches); /* NULL is fine */

/* Where the rows of a batch stand in the file. */
struct quire_parquet_batch_place {
    int64_t first_row;              /* of its row group */
    const struct quire_buf *pieces; /* of struct quire_row_range in the row group; until the next
                                       batch */
    int64_t bytes_end;              /* end of what was read of the file, about */
    size_t row_group;
    /* Values that cannot be and were put up with, as quire_chunk_reader_refusals has them. */
    const struct quire_buf *refusals; /* of struct quire_chunk_refusal with rows of the batch, in
                                         order, one a row; until the next batch */
    int64_t refused;                  /* values */
};

/* The next batch; at the end batch->release is NULL. Not to be called after a failure. */
int quire_parquet_batches_next(struct quire_parquet_batches *batches, struct ArrowArray *batch,
                               struct quire_parquet_batch_place *place, struct quire_error *error);

/* The row of the file, from 0, that row k of a batch is. */
int64_t quire_parquet_batch_row(const struct quire_parquet_batch_place *place, int64_t k);

#endif
