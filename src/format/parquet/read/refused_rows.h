/* Rows with values that cannot be, under QUIRE_ON_BAD_REJECT: taken out of a batch, and told of
 * in the order of the file, between those that a cast refuses. */
#ifndef QUIRE_PARQUET_REFUSED_ROWS_H
#define QUIRE_PARQUET_REFUSED_ROWS_H

#include "format/parquet/read/batch_reader.h"

/* Zero-initialise; release when done. */
struct quire_refused_rows {
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    struct quire_record_counts *counts; /* may be NULL */
    const struct quire_field *field;    /* of the batches */

    struct quire_view *view;                /* of batch */
    struct ArrowArray batch;                /* as it was read; released: no rows to tell of */
    struct quire_parquet_batch_place place; /* of that */
    size_t told;                            /* of place.refusals */
    struct quire_buf pieces;                /* of what is left of it */
};

void quire_refused_rows_release(struct quire_refused_rows *refused);

/* Makes the batch, which was read at that place, and the place those of its other rows. They
 * stand until the next batch is read, which is not before quire_refused_rows_end. */
int quire_refused_rows_begin(struct quire_refused_rows *refused, struct ArrowArray *batch,
                             struct quire_parquet_batch_place *place, struct quire_error *error);
/* A reject function for what else is refused of the batch: tells first of the rows before it.
 * The user is the struct. */
int quire_refused_rows_reject(void *user, const struct quire_reject *reject,
                              struct quire_error *error);
/* Tells of the rows that are left. */
int quire_refused_rows_end(struct quire_refused_rows *refused, struct quire_error *error);

#endif
