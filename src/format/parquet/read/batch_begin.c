/* Batches begun: row groups are planned one after the other and cut into batches, each of
 * so many rows as take no more than its share of the memory. */
#include "base/fail.h"
#include "format/parquet/read/batch_reader_private.h"

#define OPERATION "read parquet"
/* Rows of the first batches, while it is not known how long repeated values are. */
#define ROWS_UNTRIED 8192

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

static int64_t row_width(const struct quire_parquet_batches *batches)
{
    const struct quire_parquet_plan *plan = batches->plan;
    return plan->row_bytes > batches->row_bytes ? plan->row_bytes : batches->row_bytes;
}

/* A batch that ends with its row group leaves nothing that lanes hold in the midst of their
 * chunks, and may be larger by that. */
static int64_t rows_of_batch(const struct quire_parquet_batches *batches)
{
    const struct quire_parquet_plan *plan = batches->plan;
    int64_t width = row_width(batches);
    int64_t rows = batches->batch_bytes / width;
    int64_t lanes = (int64_t)(batches->options.context->budget.max / 2);
    if (lanes > plan->lanes_bytes) lanes = plan->lanes_bytes;
    int64_t rows_whole = (batches->batch_bytes + lanes) / width;
    if (rows < plan->rows && rows_whole >= plan->rows) rows = plan->rows;
    if (plan->guessed && batches->row_bytes == 0 && rows > ROWS_UNTRIED) rows = ROWS_UNTRIED;
    if (rows > batches->options.batch_rows) rows = batches->options.batch_rows;
    return rows > 0 ? rows : 1;
}

/* Cuts the next batch off the plan. */
static int cut_pieces(struct quire_parquet_batches *batches, struct quire_batch_slot *slot,
                      int64_t rows, struct quire_error *error)
{
    const struct quire_row_ranges *ranges = &batches->plan->ranges;
    slot->rows = 0;
    slot->refused = 0;
    quire_buf_clear(&slot->refusals);
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

/* For one more batch, which may be of a single large row. */
static bool has_room(const struct quire_parquet_batches *batches)
{
    const struct quire_budget *budget = &batches->options.context->budget;
    if (batches->begun == batches->taken || budget->max == 0) return true;
    int64_t bytes = batches->batch_bytes;
    if (batches->plan != NULL && row_width(batches) > bytes) bytes = row_width(batches);
    return atomic_load_explicit(&budget->used, memory_order_relaxed) + (size_t)bytes <= budget->max;
}

static void submit_batch(struct quire_parquet_batches *batches)
{
    struct quire_batch_slot *slot = &batches->slots[batches->begun % batches->slots_size];
    pthread_mutex_lock(&batches->mutex);
    size_t number = batches->begun++;
    for (size_t i = 0; i < batches->lanes_size; i++)
        batches->lanes[i].idle = batches->lanes[i].done == number;
    pthread_mutex_unlock(&batches->mutex);
    for (size_t i = 0; i < batches->lanes_size; i++)
        if (batches->lanes[i].idle)
            quire_pool_submit(batches->options.context->pool, &slot->tasks[i].job);
}

void quire_batches_begin(struct quire_parquet_batches *batches)
{
    while (batches->plan_code == 0 && batches->begun - batches->taken < batches->slots_size &&
           has_room(batches)) {
        struct quire_batch_slot *slot = &batches->slots[batches->begun % batches->slots_size];
        quire_error_clear(&batches->plan_error);
        batches->plan_code = find_plan(batches, &batches->plan_error);
        if (batches->plan_code != 0 || batches->plan == NULL) return;
        int64_t rows = rows_of_batch(batches);
        int64_t width = batches->plan->row_bytes;
        batches->plan_code = cut_pieces(batches, slot, rows, &batches->plan_error);
        if (batches->plan_code != 0) return;
        if (quire_column_reserve_alike(slot->column, slot->rows) != 0) {
            batches->plan = slot->plan; /* which no batch that was begun has */
            batches->plan_code = quire_fail_memory(&batches->plan_error, OPERATION);
            return;
        }
        slot->code = 0;
        if (width < batches->row_bytes) width = batches->row_bytes;
        quire_batches_recharge(batches, &slot->charged, (size_t)(slot->rows * width));
        submit_batch(batches);
    }
}
