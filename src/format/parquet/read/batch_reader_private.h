/* What the files of the batch reader share. */
#ifndef QUIRE_PARQUET_BATCH_READER_PRIVATE_H
#define QUIRE_PARQUET_BATCH_READER_PRIVATE_H

#include <pthread.h>

#include "format/parquet/read/batch_reader.h"

struct quire_batch_lane {
    struct quire_parquet_batches *batches;
    size_t leaf;
    struct quire_chunk_reader *reader;
    struct quire_chunk_bytes bytes;
    size_t row_group; /* of which a chunk is begun; SIZE_MAX: none yet */
    int64_t position; /* rows of the row group behind it */
    size_t charged;
    size_t done; /* batches; with the mutex */
    bool idle;   /* waits for the batch that is being begun */
    bool failed;
};

struct quire_batch_task {
    struct quire_job job;
    struct quire_batch_slot *slot;
    struct quire_batch_lane *lane;
};

struct quire_batch_slot {
    struct quire_parquet_plan *plan;
    bool plan_ends; /* no later batch is of the plan */
    struct quire_buf pieces;
    int64_t rows;
    struct quire_column *column;
    struct quire_batch_task *tasks; /* one a lane */
    size_t charged;
    int code; /* with the mutex: the first failure by lane */
    size_t failed_lane;
    struct quire_error error;
    struct quire_buf refusals; /* with the mutex: of struct quire_chunk_refusal, in any order */
    int64_t refused;           /* with the mutex */
};

struct quire_parquet_batches {
    struct quire_parquet_batch_options options;
    const struct quire_parquet_schema *schema;
    pthread_mutex_t mutex;
    struct quire_batch_lane *lanes;
    size_t lanes_size;
    struct quire_batch_slot *slots;
    size_t slots_size;
    struct quire_page_room large;
    size_t begun, taken;       /* batches */
    struct quire_buf refusals; /* of the batch that was taken last */
    size_t window;
    size_t lane_bytes;   /* that a lane may hold between chunks */
    int64_t batch_bytes; /* that one should take */
    int64_t row_bytes;   /* the most that a row took so far; 0: none yet */

    /* Where the next batch begins. */
    size_t row_group;
    int64_t first_row; /* of row_group, in the file */
    struct quire_parquet_plan *plan;
    size_t range;
    int64_t range_done; /* rows of that range in batches */
    int plan_code;
    struct quire_error plan_error;
};

/* Charges now instead of what was *charged. */
void quire_batches_recharge(struct quire_parquet_batches *batches, size_t *charged, size_t now);

/* The job of a task, in batch_lane.c: reads the slot's rows of the lane's leaf. */
void quire_batch_task_run(void *task);

/* Notes what the lane's reader put up with in the piece of its row group that begins at start,
 * whose first row is `row` of the batch. (batch_refuse.c) */
int quire_batch_note_refusals(struct quire_batch_slot *slot, const struct quire_batch_lane *lane,
                              int64_t start, int64_t row, struct quire_error *error);
/* Of a slot whose lanes are done: makes refusals the first of each row, in order. */
void quire_batch_settle_refusals(struct quire_batch_slot *slot, struct quire_buf *refusals);

/* Begins batches as far as there are slots, room and rows, in batch_begin.c. */
void quire_batches_begin(struct quire_parquet_batches *batches);

#endif
