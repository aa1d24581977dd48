/* Sorts go by columns: a time that is computed becomes one, and goes again behind the sort. */
#include "runlog/report/log_time.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/schema.h"
#include "quire/expr.h"
#include "table/rows/batch_columns.h"

#define OPERATION "read run log"

struct timed {
    struct ArrowArrayStream rows;
    struct ArrowSchema schema; /* of the result */
    struct quire_expr *expr;   /* of its last column; NULL: all are moved */
};

static void timed_close(void *source)
{
    struct timed *timed = source;
    quire_stream_release(&timed->rows);
    quire_schema_release(&timed->schema);
    quire_expr_free(timed->expr);
    quire_free(timed);
}

static void free_timed(struct timed **timed)
{
    if (*timed != NULL) timed_close(*timed);
}

static int timed_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct timed *timed = source;
    return quire_schema_copy(&timed->schema, schema, error);
}

/* What is moved is of the rows of the batch, which may begin behind those of its columns. */
static void move_column(struct ArrowArray *whole, int64_t at, struct ArrowArray *to)
{
    *to = *whole->children[at];
    whole->children[at]->release = NULL;
    to->offset += whole->offset;
    to->length = whole->length;
    if (to->null_count != 0) to->null_count = -1;
}

static int timed_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct timed *timed = source;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray whole = {.release = NULL};
    int64_t size = timed->schema.n_children, moved = size - (timed->expr != NULL);
    batch->release = NULL;
    QUIRE_TRY(quire_stream_next(&timed->rows, &whole, error));
    if (whole.release == NULL) return 0;
    QUIRE_TRY(quire_batch_columns_new(whole.length, size, batch, error));
    int code = timed->expr != NULL
                   ? quire_expr_evaluate(timed->expr, &whole, batch->children[moved], error)
                   : 0;
    for (int64_t i = 0; i < moved && code == 0; i++)
        move_column(&whole, i, batch->children[i]);
    if (code != 0) quire_array_release(batch);
    return code;
}

/* more: columns of the result beyond those of the rows. */
static int wrap(struct ArrowArrayStream *rows, const char *expr, int more,
                struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {timed_schema, timed_next, timed_close};
    QUIRE_CLEANUP(free_timed) struct timed *timed = quire_alloc_zero(1, sizeof(*timed));
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    if (timed == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    int64_t size = schema.n_children + more;
    const struct quire_schema_parts parts = {.format = "+s", .children_size = (size_t)size};
    if (quire_schema_make(&parts, &timed->schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < size && i < schema.n_children; i++)
        QUIRE_TRY(quire_schema_copy(schema.children[i], timed->schema.children[i], error));
    if (expr != NULL) {
        QUIRE_TRY(quire_expr_parse(expr, &timed->expr, error));
        QUIRE_TRY(quire_expr_bind(timed->expr, &schema, error));
        QUIRE_TRY(quire_expr_result_schema(timed->expr, QUIRE_LOG_TIME,
                                           timed->schema.children[size - 1], error));
    }
    QUIRE_TRY(quire_stream_wrap(&ops, timed, result, error));
    timed->rows = *rows;
    rows->release = NULL;
    timed = NULL; /* the stream's */
    return 0;
}

int quire_log_time_add(struct ArrowArrayStream *rows, const char *expr,
                       struct ArrowArrayStream *result, struct quire_error *error)
{
    return wrap(rows, expr, 1, result, error);
}

int quire_log_time_drop(struct ArrowArrayStream *rows, struct ArrowArrayStream *result,
                        struct quire_error *error)
{
    return wrap(rows, NULL, -1, result, error);
}
