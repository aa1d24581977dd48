/* Slots in a ring hold the batches that are begun; each has a task for every lane.
 *
 * Order by number: batch n is begun after batch n - 1, and a lane does its tasks in turn. When
 * a lane ends its task of batch n, it submits that of n + 1 if n + 1 is begun, else beginning
 * n + 1 does; `mutex` decides which. So no job waits for another, and whoever waits for batch
 * n after batch n - 1 finds all its tasks submitted. */
#include "format/parquet/read/batch_reader.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read parquet"

#define SLOTS_THREADED 3
/* Bytes read ahead of a page in a large chunk. */
#define WINDOW_MAX ((size_t)1 << 20)
#define WINDOW_MIN ((size_t)4 << 10)
/* The same where pages are passed over. */
#define WINDOW_SKIPPING ((size_t)64 << 10)
/* Rows of the first batches, while it is not known how long repeated values are. */
#define ROWS_UNTRIED 8192

struct lane {
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

struct task {
    struct quire_job job;
    struct slot *slot;
    struct lane *lane;
};

struct slot {
    struct quire_parquet_plan *plan;
    bool plan_ends; /* no later batch is of the plan */
    struct quire_buf pieces;
    int64_t rows;
    struct quire_column *column;
    struct task *tasks; /* one a lane */
    size_t charged;
    int code; /* with the mutex: the first failure by lane */
    size_t failed_lane;
    struct quire_error error;
};

struct quire_parquet_batches {
    struct quire_parquet_batch_options options;
    const struct quire_parquet_schema *schema;
    pthread_mutex_t mutex;
    struct lane *lanes;
    size_t lanes_size;
    struct slot *slots;
    size_t slots_size;
    size_t begun, taken; /* batches */
    size_t window;
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

static void recharge(struct quire_parquet_batches *batches, size_t *charged, size_t now)
{
    struct quire_budget *budget = &batches->options.context->budget;
    quire_budget_force(budget, now);
    quire_budget_return(budget, *charged);
    *charged = now;
}

/* --- Lanes: what the threads do -------------------------------------------------------- */

static int begin_chunk(struct lane *lane, struct quire_parquet_plan *plan,
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
        .verify_checksum = batches->options.verify_checksum,
        .utf8_replace = batches->options.utf8_replace,
    };
    size_t fetched = 0, window = batches->window;
    if (planned->has_offset_index && window > WINDOW_SKIPPING) window = WINDOW_SKIPPING;
    int code = quire_parquet_plan_bytes(plan, lane->leaf, batches->options.planning.file->in,
                                        window, &lane->bytes, &fetched, error);
    quire_budget_force(&batches->options.context->budget, fetched);
    QUIRE_TRY(code);
    lane->row_group = plan->row_group;
    lane->position = 0;
    return quire_chunk_reader_begin(lane->reader, &source, &lane->bytes, error);
}

static int read_pieces(struct lane *lane, const struct slot *slot, struct quire_error *error)
{
    if (lane->row_group != slot->plan->row_group) QUIRE_TRY(begin_chunk(lane, slot->plan, error));
    const struct quire_row_range *pieces =
        (const struct quire_row_range *)(const void *)slot->pieces.data;
    for (size_t i = 0; i < slot->pieces.size / sizeof(*pieces); i++) {
        int64_t skipped = pieces[i].start - lane->position;
        int64_t rows = pieces[i].end - pieces[i].start;
        if (skipped > 0) QUIRE_TRY(quire_chunk_reader_skip(lane->reader, skipped, error));
        QUIRE_TRY(quire_chunk_reader_read(lane->reader, rows, slot->column, error));
        lane->position = pieces[i].end;
    }
    return 0;
}

static void note_failure(struct slot *slot, const struct lane *lane, int code,
                         struct quire_error *error)
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

static void run_task(void *argument)
{
    struct task *task = argument;
    struct lane *lane = task->lane;
    struct quire_parquet_batches *batches = lane->batches;
    if (!lane->failed) {
        struct quire_error error;
        quire_error_clear(&error);
        int code = read_pieces(lane, task->slot, &error);
        lane->failed = code != 0;
        if (code != 0) note_failure(task->slot, lane, code, &error);
        recharge(batches, &lane->charged,
                 quire_chunk_reader_memory(lane->reader) + lane->bytes.held.capacity);
    }
    pthread_mutex_lock(&batches->mutex);
    lane->done++;
    bool go_on = batches->begun > lane->done;
    struct slot *next = &batches->slots[lane->done % batches->slots_size];
    pthread_mutex_unlock(&batches->mutex);
    if (go_on) quire_pool_submit(batches->options.context->pool, &next->tasks[lane->leaf].job);
}

/* --- Batches begun --------------------------------------------------------------------- */

/* The plan that the next batch is of; NULL at the end. */
static int find_plan(struct quire_parquet_batches *batches, struct quire_error *error)
{
    const struct quire_row_group_list *groups =
        &batches->options.planning.file->metadata.row_groups;
    while (batches->plan == NULL && batches->row_group < groups->size) {
        size_t group = batches->row_group++;
        int64_t first_row = batches->first_row;
        batches->first_row += groups->items[group].num_rows;
        QUIRE_TRY(quire_context_check(batches->options.context, error));
        QUIRE_TRY(quire_parquet_plan_new(&batches->options.planning, group, first_row,
                                         &batches->plan, error));
        batches->range = 0;
        batches->range_done = 0;
    }
    return 0;
}

static int64_t rows_of_batch(const struct quire_parquet_batches *batches)
{
    const struct quire_parquet_plan *plan = batches->plan;
    int64_t width = plan->row_bytes > batches->row_bytes ? plan->row_bytes : batches->row_bytes;
    int64_t rows = batches->batch_bytes / width;
    if (plan->guessed && batches->row_bytes == 0 && rows > ROWS_UNTRIED) rows = ROWS_UNTRIED;
    if (rows > batches->options.batch_rows) rows = batches->options.batch_rows;
    return rows > 0 ? rows : 1;
}

/* Cuts the next batch off the plan. */
static int cut_pieces(struct quire_parquet_batches *batches, struct slot *slot, int64_t rows,
                      struct quire_error *error)
{
    const struct quire_row_ranges *ranges = &batches->plan->ranges;
    slot->rows = 0;
    quire_buf_clear(&slot->pieces);
    while (slot->rows < rows && batches->range < quire_row_ranges_size(ranges)) {
        const struct quire_row_range *range = quire_row_ranges_at(ranges, batches->range);
        int64_t start = range->start + batches->range_done;
        int64_t end =
            range->end - start > rows - slot->rows ? start + rows - slot->rows : range->end;
        const struct quire_row_range piece = {start, end};
        if (quire_buf_append(&slot->pieces, &piece, sizeof(piece)) != 0)
            return quire_fail_memory(error, OPERATION);
        slot->rows += end - start;
        batches->range_done += end - start;
        if (end < range->end) break;
        batches->range++;
        batches->range_done = 0;
    }
    slot->plan = batches->plan;
    slot->plan_ends = batches->range == quire_row_ranges_size(ranges);
    if (slot->plan_ends) batches->plan = NULL;
    return 0;
}

static bool has_room(const struct quire_parquet_batches *batches)
{
    const struct quire_budget *budget = &batches->options.context->budget;
    if (batches->begun == batches->taken || budget->max == 0) return true;
    return atomic_load_explicit(&budget->used, memory_order_relaxed) +
               (size_t)batches->batch_bytes <=
           budget->max;
}

static void submit_batch(struct quire_parquet_batches *batches)
{
    struct slot *slot = &batches->slots[batches->begun % batches->slots_size];
    pthread_mutex_lock(&batches->mutex);
    size_t number = batches->begun++;
    for (size_t i = 0; i < batches->lanes_size; i++)
        batches->lanes[i].idle = batches->lanes[i].done == number;
    pthread_mutex_unlock(&batches->mutex);
    for (size_t i = 0; i < batches->lanes_size; i++)
        if (batches->lanes[i].idle)
            quire_pool_submit(batches->options.context->pool, &slot->tasks[i].job);
}

static void begin_batches(struct quire_parquet_batches *batches)
{
    while (batches->plan_code == 0 && batches->begun - batches->taken < batches->slots_size &&
           has_room(batches)) {
        struct slot *slot = &batches->slots[batches->begun % batches->slots_size];
        quire_error_clear(&batches->plan_error);
        batches->plan_code = find_plan(batches, &batches->plan_error);
        if (batches->plan_code != 0 || batches->plan == NULL) return;
        int64_t rows = rows_of_batch(batches);
        int64_t width = batches->plan->row_bytes;
        batches->plan_code = cut_pieces(batches, slot, rows, &batches->plan_error);
        if (batches->plan_code != 0) return;
        if (quire_column_reserve_alike(slot->column, slot->rows) != 0)
            batches->plan_code = quire_fail_memory(&batches->plan_error, OPERATION);
        if (batches->plan_code != 0) return;
        slot->code = 0;
        if (width < batches->row_bytes) width = batches->row_bytes;
        recharge(batches, &slot->charged, (size_t)(slot->rows * width));
        submit_batch(batches);
    }
}

/* --- Batches taken --------------------------------------------------------------------- */

static void wait_for_slot(struct quire_parquet_batches *batches, struct slot *slot)
{
    for (size_t i = 0; i < batches->lanes_size; i++)
        quire_pool_wait(batches->options.context->pool, &slot->tasks[i].job);
}

static void end_plan(struct quire_parquet_batches *batches, struct quire_parquet_plan *plan)
{
    quire_budget_return(&batches->options.context->budget, quire_parquet_plan_memory(plan));
    quire_parquet_plan_free(plan);
}

static int finish_slot(struct quire_parquet_batches *batches, struct slot *slot,
                       struct ArrowArray *batch, struct quire_error *error)
{
    if (slot->code != 0) {
        if (error != NULL) *error = slot->error;
        return slot->code;
    }
    if (batches->lanes_size == 0) slot->column->length = slot->rows;
    QUIRE_TRY(quire_levels_check(slot->column, error));
    int64_t row_bytes = (int64_t)quire_column_memory(slot->column) / slot->rows + 1;
    if (row_bytes > batches->row_bytes && slot->rows >= 64) batches->row_bytes = row_bytes;
    return quire_column_finish(slot->column, batch, error);
}

int quire_parquet_batches_next(struct quire_parquet_batches *batches, struct ArrowArray *batch,
                               struct quire_parquet_batch_place *place, struct quire_error *error)
{
    batch->release = NULL;
    begin_batches(batches);
    if (batches->begun == batches->taken) {
        if (batches->plan_code != 0 && error != NULL) *error = batches->plan_error;
        return batches->plan_code;
    }
    struct slot *slot = &batches->slots[batches->taken % batches->slots_size];
    wait_for_slot(batches, slot);
    struct quire_parquet_plan *plan = slot->plan;
    place->first_row = plan->first_row;
    place->pieces = &slot->pieces;
    place->bytes_end = 0;
    for (size_t i = 0; slot->plan_ends && i < batches->lanes_size; i++)
        if (plan->leaves[i].chunk.end > place->bytes_end)
            place->bytes_end = plan->leaves[i].chunk.end;
    int code = finish_slot(batches, slot, batch, error);
    recharge(batches, &slot->charged, 0);
    batches->taken++;
    slot->plan = NULL;
    if (slot->plan_ends) end_plan(batches, plan);
    return code;
}

int64_t quire_parquet_batch_row(const struct quire_parquet_batch_place *place, int64_t k)
{
    const struct quire_row_range *pieces =
        (const struct quire_row_range *)(const void *)place->pieces->data;
    for (size_t i = 0; i < place->pieces->size / sizeof(*pieces); i++) {
        int64_t rows = pieces[i].end - pieces[i].start;
        if (k < rows) return place->first_row + pieces[i].start + k;
        k -= rows;
    }
    return QUIRE_NOWHERE;
}

/* --- Opening and closing --------------------------------------------------------------- */

/* Waits for all that is begun; a plan is freed with its last batch. */
static void drain(struct quire_parquet_batches *batches)
{
    for (; batches->taken < batches->begun; batches->taken++) {
        struct slot *slot = &batches->slots[batches->taken % batches->slots_size];
        wait_for_slot(batches, slot);
        recharge(batches, &slot->charged, 0);
        if (slot->plan_ends) end_plan(batches, slot->plan);
    }
    if (batches->plan != NULL) end_plan(batches, batches->plan);
}

void quire_parquet_batches_close(struct quire_parquet_batches *batches)
{
    if (batches == NULL) return;
    drain(batches);
    for (size_t i = 0; batches->slots != NULL && i < batches->slots_size; i++) {
        quire_column_free(batches->slots[i].column);
        quire_buf_release(&batches->slots[i].pieces);
        quire_free(batches->slots[i].tasks);
    }
    for (size_t i = 0; batches->lanes != NULL && i < batches->lanes_size; i++) {
        recharge(batches, &batches->lanes[i].charged, 0);
        quire_chunk_reader_free(batches->lanes[i].reader);
        quire_chunk_bytes_release(&batches->lanes[i].bytes);
    }
    quire_free(batches->slots);
    quire_free(batches->lanes);
    pthread_mutex_destroy(&batches->mutex);
    quire_free(batches);
}

static int make_lanes(struct quire_parquet_batches *batches, struct quire_error *error)
{
    batches->lanes = quire_alloc_zero(batches->lanes_size + 1, sizeof(*batches->lanes));
    if (batches->lanes == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < batches->lanes_size; i++) {
        batches->lanes[i].batches = batches;
        batches->lanes[i].leaf = i;
        batches->lanes[i].row_group = SIZE_MAX;
        QUIRE_TRY(quire_chunk_reader_new(batches->schema, i, &batches->lanes[i].reader, error));
    }
    return 0;
}

static int make_slots(struct quire_parquet_batches *batches, struct quire_error *error)
{
    batches->slots = quire_alloc_zero(batches->slots_size, sizeof(*batches->slots));
    if (batches->slots == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < batches->slots_size; i++) {
        struct slot *slot = &batches->slots[i];
        slot->tasks = quire_alloc_zero(batches->lanes_size + 1, sizeof(*slot->tasks));
        if (slot->tasks == NULL) return quire_fail_memory(error, OPERATION);
        for (size_t k = 0; k < batches->lanes_size; k++)
            slot->tasks[k] = (struct task){.job = {.run = run_task, .argument = &slot->tasks[k]},
                                           .slot = slot,
                                           .lane = &batches->lanes[k]};
        QUIRE_TRY(quire_column_new(batches->schema->root->field, &slot->column, error));
    }
    return 0;
}

static void divide_budget(struct quire_parquet_batches *batches)
{
    size_t budget = batches->options.context->budget.max;
    size_t lanes = batches->lanes_size > 0 ? batches->lanes_size : 1;
    batches->batch_bytes = (int64_t)(budget / 4 / batches->slots_size);
    batches->window = budget / 8 / lanes;
    if (batches->window > WINDOW_MAX) batches->window = WINDOW_MAX;
    if (batches->window < WINDOW_MIN) batches->window = WINDOW_MIN;
    batches->options.planning.fetch_bytes = budget / 16;
}

int quire_parquet_batches_open(const struct quire_parquet_batch_options *options,
                               struct quire_parquet_batches **result, struct quire_error *error)
{
    struct quire_parquet_batches *batches = quire_alloc_zero(1, sizeof(*batches));
    if (batches == NULL) return quire_fail_memory(error, OPERATION);
    pthread_mutex_init(&batches->mutex, NULL);
    batches->options = *options;
    batches->schema = &options->planning.projection->schema;
    batches->lanes_size = batches->schema->leaves_size;
    batches->slots_size = quire_pool_threads(options->context->pool) > 1 ? SLOTS_THREADED : 1;
    divide_budget(batches);
    int code = make_lanes(batches, error);
    if (code == 0) code = make_slots(batches, error);
    if (code != 0)
        quire_parquet_batches_close(batches);
    else
        *result = batches;
    return code;
}
