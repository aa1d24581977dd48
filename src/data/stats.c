/* The public face of column statistics. */
#include "quire/stats.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_stats.h"

static const char operation[] = "gather statistics";

struct quire_stats {
    struct quire_field *root;
    struct quire_view *view;
    struct quire_column_stats_sum *columns;
    size_t distinct_bytes; /* that sets of distinct values hold, of all columns */
    size_t columns_size;
    struct quire_buf type, min, max; /* texts of the column asked for last */
};

void quire_stats_free(struct quire_stats *stats)
{
    if (stats == NULL) return;
    for (size_t i = 0; i < stats->columns_size; i++)
        quire_column_stats_release(&stats->columns[i]);
    quire_free(stats->columns);
    quire_buf_release(&stats->type);
    quire_buf_release(&stats->min);
    quire_buf_release(&stats->max);
    quire_view_free(stats->view);
    quire_field_close(stats->root);
    quire_free(stats);
}

static int init(struct quire_stats *stats, const struct ArrowSchema *schema,
                struct quire_error *error)
{
    QUIRE_TRY(quire_field_open(schema, &stats->root, error));
    if (stats->root->kind != QUIRE_KIND_STRUCT)
        return quire_fail(error, QUIRE_USAGE, operation, "the schema is not that of a batch");
    QUIRE_TRY(quire_view_new(stats->root, &stats->view, error));
    size_t size = stats->root->children_size;
    stats->columns = quire_alloc_zero(size + 1, sizeof(*stats->columns));
    if (stats->columns == NULL) return quire_fail_memory(error, operation);
    for (; stats->columns_size < size; stats->columns_size++)
        quire_column_stats_init(&stats->columns[stats->columns_size],
                                &stats->root->children[stats->columns_size]);
    return 0;
}

int quire_stats_new(const struct ArrowSchema *schema, struct quire_stats **stats,
                    struct quire_error *error)
{
    struct quire_stats *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, operation);
    int code = init(made, schema, error);
    if (code != 0) {
        quire_stats_free(made);
        return code;
    }
    *stats = made;
    return 0;
}

/* Of tables so wide that sets of all columns would hold too much, the later columns have
 * theirs given up. */
static int add_column(struct quire_stats *stats, size_t i, int64_t rows)
{
    struct quire_column_stats_sum *sum = &stats->columns[i];
    stats->distinct_bytes -= quire_distinct_memory(&sum->distinct);
    QUIRE_TRY(quire_column_stats_add(sum, &stats->view->children[i], rows));
    if (stats->distinct_bytes + quire_distinct_memory(&sum->distinct) > QUIRE_STATS_DISTINCT_TOTAL)
        quire_distinct_give_up(&sum->distinct);
    stats->distinct_bytes += quire_distinct_memory(&sum->distinct);
    return 0;
}

int quire_stats_add(struct quire_stats *stats, const struct ArrowArray *batch,
                    struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(stats->view, batch, error));
    for (size_t i = 0; i < stats->columns_size; i++)
        if (add_column(stats, i, batch->length) != 0) return quire_fail_memory(error, operation);
    return 0;
}

size_t quire_stats_columns(const struct quire_stats *stats)
{
    return stats->columns_size;
}

static int write_texts(struct quire_stats *stats, const struct quire_column_stats_sum *sum,
                       bool ordered)
{
    quire_buf_clear(&stats->type);
    quire_buf_clear(&stats->min);
    quire_buf_clear(&stats->max);
    QUIRE_TRY(quire_field_type_text(sum->field, &stats->type));
    QUIRE_TRY(quire_buf_terminate(&stats->type));
    if (!ordered) return 0;
    QUIRE_TRY(quire_column_stats_text(sum, &sum->min, &stats->min));
    QUIRE_TRY(quire_column_stats_text(sum, &sum->max, &stats->max));
    QUIRE_TRY(quire_buf_terminate(&stats->min));
    return quire_buf_terminate(&stats->max);
}

int quire_stats_column(struct quire_stats *stats, size_t index, struct quire_stats_column *column,
                       struct quire_error *error)
{
    if (index >= stats->columns_size)
        return quire_fail(error, QUIRE_USAGE, operation, "there is no column %zu", index);
    const struct quire_column_stats_sum *sum = &stats->columns[index];
    bool ordered = sum->any && quire_column_stats_has_order(sum);
    bool bytes = quire_kind_is_string(sum->values->kind) ||
                 quire_kind_is_binary(sum->values->kind) ||
                 sum->values->kind == QUIRE_KIND_FIXED_BINARY;
    if (write_texts(stats, sum, ordered) != 0) return quire_fail_memory(error, operation);
    *column = (struct quire_stats_column){
        .name = sum->field->name,
        .type = (const char *)stats->type.data,
        .rows = sum->rows,
        .nulls = sum->nulls,
        .nans = sum->nans,
        .distinct = -1,
        .bytes = sum->bytes,
    };
    if (quire_column_stats_has_distinct(sum))
        column->distinct = quire_distinct_count(&sum->distinct);
    else if (sum->nulls == sum->rows)
        column->distinct = 0;
    if (!ordered) return 0;
    column->min = (const char *)stats->min.data;
    column->max = (const char *)stats->max.data;
    column->min_exact = !bytes || sum->min.exact;
    column->max_exact = !bytes || sum->max.exact;
    return 0;
}
