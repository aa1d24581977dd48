/* The rows of a stream for which a condition is true. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/gather.h"
#include "expr/expr_result.h"

struct filter {
    struct ArrowArrayStream source;
    struct quire_expr *expr;
    struct quire_view *view;
    struct quire_column *column;
    struct quire_buf kept; /* struct quire_row_ref of this batch */
    int64_t rows_before;   /* of batches read, for messages */
};

static void filter_close(void *source)
{
    struct filter *filter = source;
    quire_stream_release(&filter->source);
    quire_expr_free(filter->expr);
    quire_view_free(filter->view);
    quire_column_free(filter->column);
    quire_buf_release(&filter->kept);
    quire_free(filter);
}

static int filter_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct filter *filter = source;
    return quire_stream_schema(&filter->source, schema, error);
}

static int keep_block(void *user, struct quire_expr_eval *eval, const struct quire_vector *result)
{
    struct filter *filter = user;
    if (quire_buf_reserve(&filter->kept, eval->rows * sizeof(struct quire_row_ref)) != 0)
        return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
    for (size_t i = 0; i < eval->rows; i++) {
        if (result->null[i] || !result->booleans[i]) continue;
        const struct quire_row_ref ref = {0, (uint32_t)(eval->start + (int64_t)i)};
        memcpy(quire_buf_end(&filter->kept), &ref, sizeof(ref));
        filter->kept.size += sizeof(ref);
    }
    return 0;
}

/* The rows kept, as a batch of their own; the whole batch where all are. */
static int take_kept(struct filter *filter, struct ArrowArray *whole, struct ArrowArray *batch,
                     struct quire_error *error)
{
    size_t n = filter->kept.size / sizeof(struct quire_row_ref);
    if ((int64_t)n == whole->length) {
        *batch = *whole;
        whole->release = NULL;
        return 0;
    }
    return quire_column_keep_rows(filter->column, filter->view,
                                  (const struct quire_row_ref *)(const void *)filter->kept.data, n,
                                  batch, error);
}

static int filter_batch(struct filter *filter, struct ArrowArray *whole, struct ArrowArray *batch,
                        struct quire_error *error)
{
    filter->kept.size = 0;
    QUIRE_TRY(quire_view_set(filter->view, whole, error));
    int code = quire_expr_each_block(filter->expr, filter->view, keep_block, filter, error);
    if (code != 0) {
        if (error != NULL && error->row != QUIRE_NOWHERE) error->row += filter->rows_before;
        return code;
    }
    filter->rows_before += whole->length;
    if (filter->kept.size == 0) return 0;
    return take_kept(filter, whole, batch, error);
}

static int filter_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct filter *filter = source;
    for (batch->release = NULL; batch->release == NULL;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray whole = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&filter->source, &whole, error));
        if (whole.release == NULL) return 0;
        QUIRE_TRY(filter_batch(filter, &whole, batch, error));
    }
    return 0;
}

static void free_filter(struct filter **filter)
{
    if (*filter != NULL) filter_close(*filter);
}

int quire_stream_filter(struct ArrowArrayStream *source, const char *condition,
                        struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {filter_schema, filter_next, filter_close};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_filter) struct filter *filter = quire_alloc_zero(1, sizeof(*filter));
    struct ArrowArrayStream stream;
    if (filter == NULL) return quire_fail_memory(error, "expression");
    QUIRE_TRY(quire_expr_parse(condition, &filter->expr, error));
    QUIRE_TRY(quire_stream_schema(source, &schema, error));
    QUIRE_TRY(quire_expr_bind(filter->expr, &schema, error));
    QUIRE_TRY(quire_expr_check_predicate(filter->expr, error));
    QUIRE_TRY(quire_view_new(filter->expr->schema, &filter->view, error));
    QUIRE_TRY(quire_column_new(filter->expr->schema, &filter->column, error));
    QUIRE_TRY(quire_stream_wrap(&ops, filter, &stream, error));
    filter->source = *source;
    source->release = NULL;
    filter = NULL; /* the stream's */
    *result = stream;
    return 0;
}
