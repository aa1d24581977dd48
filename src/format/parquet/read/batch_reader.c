/* Slots in a ring hold the batches that are begun; each has a task for every lane.
 *
 * Order by number: batch n is begun after batch n - 1, and a lane does its tasks in turn. When
 * a lane ends its task of batch n, it submits that of n + 1 if n + 1 is begun, else beginning
 * n + 1 does; `mutex` decides which. So no job waits for another, and whoever waits for batch
 * n after batch n - 1 finds all its tasks submitted. */
#include "format/parquet/read/batch_reader.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/read/batch_reader_private.h"

#define OPERATION "read parquet"

#define SLOTS_THREADED 3
/* Pages that are too large for the budget may together take so many times of it, which is all
 * that a page can have at the default of 256 MiB; beside their value there is something else. */
#define LARGE_PAGE_BUDGETS 4
#define PAGE_BYTES_BESIDE  ((size_t)16 << 20)
/* Bytes read ahead of a page in a large chunk. */
#define WINDOW_MAX ((size_t)1 << 20)
#define WINDOW_MIN ((size_t)4 << 10)

void quire_batches_recharge(struct quire_parquet_batches *batches, size_t *charged, size_t now)
{
    struct quire_budget *budget = &batches->options.context->budget;
    quire_budget_force(budget, now);
    quire_budget_return(budget, *charged);
    *charged = now;
}

/* --- Batches taken --------------------------------------------------------------------- */

static void wait_for_slot(struct quire_parquet_batches *batches, struct quire_batch_slot *slot)
{
    for (size_t i = 0; i < batches->lanes_size; i++)
        quire_pool_wait(batches->options.context->pool, &slot->tasks[i].job);
}

static int finish_slot(struct quire_parquet_batches *batches, struct quire_batch_slot *slot,
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
    quire_batches_begin(batches);
    if (batches->begun == batches->taken) {
        if (batches->plan_code != 0 && error != NULL) *error = batches->plan_error;
        return batches->plan_code;
    }
    struct quire_batch_slot *slot = &batches->slots[batches->taken % batches->slots_size];
    wait_for_slot(batches, slot);
    struct quire_parquet_plan *plan = slot->plan;
    place->first_row = plan->first_row;
    place->pieces = &slot->pieces;
    place->bytes_end = 0;
    place->row_group = plan->row_group;
    quire_batch_settle_refusals(slot, &batches->refusals);
    place->refusals = &batches->refusals;
    place->refused = slot->refused;
    for (size_t i = 0; slot->plan_ends && i < batches->lanes_size; i++)
        if (plan->leaves[i].chunk.end > place->bytes_end)
            place->bytes_end = plan->leaves[i].chunk.end;
    int code = finish_slot(batches, slot, batch, error);
    quire_batches_recharge(batches, &slot->charged, 0);
    batches->taken++;
    slot->plan = NULL;
    if (slot->plan_ends) quire_parquet_plan_free(plan);
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
        struct quire_batch_slot *slot = &batches->slots[batches->taken % batches->slots_size];
        wait_for_slot(batches, slot);
        quire_batches_recharge(batches, &slot->charged, 0);
        if (slot->plan_ends) quire_parquet_plan_free(slot->plan);
    }
    if (batches->plan != NULL) quire_parquet_plan_free(batches->plan);
}

void quire_parquet_batches_close(struct quire_parquet_batches *batches)
{
    if (batches == NULL) return;
    drain(batches);
    for (size_t i = 0; batches->slots != NULL && i < batches->slots_size; i++) {
        quire_column_free(batches->slots[i].column);
        quire_buf_release(&batches->slots[i].pieces);
        quire_buf_release(&batches->slots[i].refusals);
        quire_free(batches->slots[i].tasks);
    }
    for (size_t i = 0; batches->lanes != NULL && i < batches->lanes_size; i++) {
        quire_batches_recharge(batches, &batches->lanes[i].charged, 0);
        quire_chunk_reader_free(batches->lanes[i].reader);
        quire_chunk_bytes_release(&batches->lanes[i].bytes);
    }
    quire_free(batches->slots);
    quire_free(batches->lanes);
    quire_buf_release(&batches->refusals);
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
        struct quire_batch_slot *slot = &batches->slots[i];
        slot->tasks = quire_alloc_zero(batches->lanes_size + 1, sizeof(*slot->tasks));
        if (slot->tasks == NULL) return quire_fail_memory(error, OPERATION);
        for (size_t k = 0; k < batches->lanes_size; k++)
            slot->tasks[k] = (struct quire_batch_task){
                .job = {.run = quire_batch_task_run, .argument = &slot->tasks[k]},
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
    if (budget < (QUIRE_PARQUET_PAGE_MAX - PAGE_BYTES_BESIDE) / LARGE_PAGE_BUDGETS)
        batches->large.most = budget * LARGE_PAGE_BUDGETS + PAGE_BYTES_BESIDE;
    else
        batches->large.most = QUIRE_PARQUET_PAGE_MAX;
    batches->lane_bytes = budget / 4 / lanes;
    batches->window = budget / 8 / lanes;
    if (batches->window > WINDOW_MAX) batches->window = WINDOW_MAX;
    if (batches->window < WINDOW_MIN) batches->window = WINDOW_MIN;
    batches->options.planning.fetch_bytes = budget / 16;
    batches->options.planning.budget = &batches->options.context->budget;
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
