/* Streams over streams: a projection, and a limit on rows. */
#include "base/alloc.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/select.h"

struct narrowed {
    struct ArrowArrayStream source;
    struct quire_select *select; /* NULL: a limit */
    int64_t rows_left;
};

static void narrowed_close(void *source)
{
    struct narrowed *narrowed = source;
    quire_stream_release(&narrowed->source);
    quire_select_free(narrowed->select);
    quire_free(narrowed);
}

/* Wraps *source once all else has succeeded. */
static int narrow(const struct quire_stream_ops *ops, struct ArrowArrayStream *source,
                  struct quire_select *select, int64_t rows, struct ArrowArrayStream *result,
                  struct quire_error *error)
{
    struct narrowed *narrowed = quire_alloc_zero(1, sizeof(*narrowed));
    if (narrowed == NULL) return quire_fail_memory(error, "read");
    narrowed->select = select;
    narrowed->rows_left = rows;
    struct ArrowArrayStream stream;
    int code = quire_stream_wrap(ops, narrowed, &stream, error);
    if (code != 0) {
        quire_free(narrowed);
        return code;
    }
    narrowed->source = *source;
    source->release = NULL;
    *result = stream;
    return 0;
}

static int selected_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct narrowed *narrowed = source;
    return quire_select_schema(narrowed->select, schema, error);
}

static int selected_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct narrowed *narrowed = source;
    struct ArrowArray whole = {.release = NULL};
    batch->release = NULL;
    QUIRE_TRY(quire_stream_next(&narrowed->source, &whole, error));
    if (whole.release == NULL) return 0;
    int code = quire_select_batch(narrowed->select, &whole, batch, error);
    if (code != 0) quire_array_release(&whole);
    return code;
}

int quire_stream_select(struct ArrowArrayStream *source, const char *const *columns,
                        size_t columns_size, struct ArrowArrayStream *result,
                        struct quire_error *error)
{
    static const struct quire_stream_ops ops = {selected_schema, selected_next, narrowed_close};
    struct ArrowSchema schema = {.release = NULL};
    struct quire_select *select = NULL;
    QUIRE_TRY(quire_stream_schema(source, &schema, error));
    int code = quire_select_new(&schema, columns, columns_size, &select, error);
    quire_schema_release(&schema);
    if (code == 0) code = narrow(&ops, source, select, 0, result, error);
    if (code != 0) quire_select_free(select);
    return code;
}

static int limited_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct narrowed *narrowed = source;
    return quire_stream_schema(&narrowed->source, schema, error);
}

/* An array may always be said to be shorter than it is. */
static void shorten(struct ArrowArray *batch, int64_t rows)
{
    batch->length = rows;
    if (batch->null_count != 0) batch->null_count = -1;
    for (int64_t i = 0; i < batch->n_children; i++) {
        struct ArrowArray *child = batch->children[i];
        child->length = rows + batch->offset;
        if (child->null_count != 0) child->null_count = -1;
    }
}

static int limited_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct narrowed *narrowed = source;
    batch->release = NULL;
    if (narrowed->rows_left == 0) return 0;
    QUIRE_TRY(quire_stream_next(&narrowed->source, batch, error));
    if (batch->release == NULL) return 0;
    if (batch->length > narrowed->rows_left) shorten(batch, narrowed->rows_left);
    narrowed->rows_left -= batch->length;
    return 0;
}

int quire_stream_limit(struct ArrowArrayStream *source, int64_t rows,
                       struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {limited_schema, limited_next, narrowed_close};
    if (rows < 0)
        return quire_fail(error, QUIRE_USAGE, "read", "a limit of %lld rows", (long long)rows);
    return narrow(&ops, source, NULL, rows, result, error);
}
