/* Batches that wait to be written, handed out as slices of rows.
 *
 * Small batches are copied together until they make a batch worth a round of all columns;
 * others are kept as they are. Batches are checked cheaply as they come in (view.h). One
 * thread at a time, but for the views of slices handed out, which any may read. */
#ifndef QUIRE_PARQUET_BATCH_QUEUE_H
#define QUIRE_PARQUET_BATCH_QUEUE_H

#include "base/alloc.h"
#include "data/column.h"
#include "format/parquet/write/row_group_writer.h"

struct quire_batch_queue;

/* Borrows root and budget. */
int quire_batch_queue_new(const struct quire_field *root, struct quire_budget *budget,
                          struct quire_batch_queue **queue, struct quire_error *error);
void quire_batch_queue_free(struct quire_batch_queue *queue); /* NULL is fine */

/* Takes the batch, also on failure. There must be room. */
int quire_batch_queue_put(struct quire_batch_queue *queue, struct ArrowArray *batch,
                          struct quire_error *error);
/* False when slices must be taken and given back first. */
bool quire_batch_queue_has_room(const struct quire_batch_queue *queue);
/* Makes a batch of what was copied together, however little it is. */
int quire_batch_queue_flush(struct quire_batch_queue *queue, struct quire_error *error);

/* Rows that can be taken now, and the bytes that they have in memory, about. */
int64_t quire_batch_queue_rows(const struct quire_batch_queue *queue);
int64_t quire_batch_queue_bytes(const struct quire_batch_queue *queue);

/* Takes slices from the front: up to rows_max rows of about bytes_max bytes, at least one
 * row where there is one. *slices stands until they are given back, before which so many
 * may be taken. Returns the rows taken. */
#define QUIRE_BATCH_TAKES_MAX QUIRE_ROW_GROUP_LANES_MAX
int64_t quire_batch_queue_take(struct quire_batch_queue *queue, int64_t rows_max, int64_t bytes_max,
                               const struct quire_row_slice **slices, size_t *slices_size);
/* The slices taken so far are no longer read: batches that are used up are released. */
void quire_batch_queue_give_back(struct quire_batch_queue *queue);

#endif
