/* What the threads do: a lane reads its leaf's rows of one batch, and goes on with the next
 * when that is begun. */
#include "base/fail.h"
#include "format/parquet/read/batch_reader_private.h"

#define OPERATION "read parquet"
/* The window where pages are passed over. */
#define WINDOW_SKIPPING  ((size_t)64 << 10)
#define PAGE_BYTES_USUAL ((size_t)16 << 20)

/* Half of the budget, but never less than whatever writers usually fill. */
static size_t most_of_page(size_t budget)
{
    return budget / 2 > PAGE_BYTES_USUAL ? budget / 2 : PAGE_BYTES_USUAL;
}

static int begin_chunk(struct quire_batch_lane *lane, struct quire_parquet_plan *plan,
                       struct quire_error *error)
{
    struct quire_parquet_batches *batches = lane->batches;
    const struct quire_parquet_leaf_plan *planned = &plan->leaves[lane->leaf];
    const struct quire_chunk_source source = {
        .metadata = planned->chunk.metadata,
        .start = planned->chunk.start,
        .rows = plan->rows,
        .first_row = plan->first_row,
        .row_group = planned->chunk.row_group,
        .column = planned->chunk.column,
        .cipher = planned->chunk.cipher,
        .offset_index = planned->has_offset_index ? &planned->offset_index : NULL,
        .page_bytes_max = most_of_page(batches->options.context->budget.max),
        .large = &batches->large,
        .verify_checksum = batches->options.verify_checksum,
        .utf8_replace = batches->options.utf8_replace,
        .on_bad = batches->options.on_bad,
    };
    size_t window = batches->window;
    if (planned->has_offset_index && window > WINDOW_SKIPPING) window = WINDOW_SKIPPING;
    quire_parquet_plan_bytes(plan, lane->leaf, batches->options.planning.file->in, window,
                             &lane->bytes);
    lane->row_group = plan->row_group;
    lane->position = 0;
    return quire_chunk_reader_begin(lane->reader, &source, &lane->bytes, error);
}

static int read_pieces(struct quire_batch_lane *lane, struct quire_batch_slot *slot,
                       struct quire_error *error)
{
    if (lane->row_group != slot->plan->row_group) QUIRE_TRY(begin_chunk(lane, slot->plan, error));
    const struct quire_row_range *pieces =
        (const struct quire_row_range *)(const void *)slot->pieces.data;
    int64_t row = 0;
    for (size_t i = 0; i < slot->pieces.size / sizeof(*pieces); i++) {
        int64_t skipped = pieces[i].start - lane->position;
        int64_t rows = pieces[i].end - pieces[i].start;
        if (skipped > 0) QUIRE_TRY(quire_chunk_reader_skip(lane->reader, skipped, error));
        QUIRE_TRY(quire_chunk_reader_read(lane->reader, rows, slot->column, error));
        QUIRE_TRY(quire_batch_note_refusals(slot, lane, pieces[i].start, row, error));
        lane->position = pieces[i].end;
        row += rows;
    }
    return 0;
}

/* What a lane holds behind the last row of a chunk counts where there are many of them. */
static void rest(struct quire_batch_lane *lane, const struct quire_batch_slot *slot)
{
    struct quire_parquet_batches *batches = lane->batches;
    size_t held = quire_chunk_reader_memory(lane->reader) + lane->bytes.held.capacity;
    if (!slot->plan_ends || held < batches->lane_bytes) return;
    quire_chunk_reader_rest(lane->reader);
    quire_chunk_bytes_release(&lane->bytes);
}

static void note_failure(struct quire_batch_slot *slot, const struct quire_batch_lane *lane,
                         int code, struct quire_error *error)
{
    struct quire_parquet_batches *batches = lane->batches;
    (void)quire_parquet_fail_at(batches->schema, slot->plan->row_group, lane->leaf, code, error);
    pthread_mutex_lock(&batches->mutex);
    if (slot->code == 0 || lane->leaf < slot->failed_lane) {
        slot->code = code;
        slot->error = *error;
        slot->failed_lane = lane->leaf;
    }
    pthread_mutex_unlock(&batches->mutex);
}

void quire_batch_task_run(void *argument)
{
    struct quire_batch_task *task = argument;
    struct quire_batch_lane *lane = task->lane;
    struct quire_parquet_batches *batches = lane->batches;
    if (!lane->failed) {
        struct quire_error error;
        quire_error_clear(&error);
        int code = read_pieces(lane, task->slot, &error);
        lane->failed = code != 0;
        if (code != 0) note_failure(task->slot, lane, code, &error);
        rest(lane, task->slot);
        quire_batches_recharge(batches, &lane->charged,
                               quire_chunk_reader_memory(lane->reader) + lane->bytes.held.capacity);
    }
    pthread_mutex_lock(&batches->mutex);
    lane->done++;
    bool go_on = batches->begun > lane->done;
    struct quire_batch_slot *next = &batches->slots[lane->done % batches->slots_size];
    pthread_mutex_unlock(&batches->mutex);
    if (go_on) quire_pool_submit(batches->options.context->pool, &next->tasks[lane->leaf].job);
}
