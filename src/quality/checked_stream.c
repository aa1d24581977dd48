/* The rows of a stream that may pass. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/gather.h"
#include "quality/check.h"

struct checked {
    struct ArrowArrayStream source;
    struct quire_quality *quality;
    struct quire_column *column; /* NULL: no rule rejects, and batches pass whole */
    struct quire_buf kept;       /* struct quire_row_ref of this batch */
};

static void checked_close(void *source)
{
    struct checked *checked = source;
    quire_stream_release(&checked->source);
    quire_column_free(checked->column);
    quire_buf_release(&checked->kept);
    quire_free(checked);
}

static int checked_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct checked *checked = source;
    return quire_stream_schema(&checked->source, schema, error);
}

static int keep_row(struct checked *checked, int64_t row, struct quire_error *error)
{
    const struct quire_row_ref ref = {0, (uint32_t)row};
    if (quire_buf_append(&checked->kept, &ref, sizeof(ref)) == 0) return 0;
    return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
}

static int take_slice(struct checked *checked, struct quire_quality_slice *slice,
                      struct quire_error *error)
{
    struct quire_quality *quality = checked->quality;
    QUIRE_TRY(quire_quality_judge(quality, slice, error));
    if (!slice->broken && checked->column == NULL) return 0;
    for (size_t i = 0; i < slice->rows; i++) {
        if ((slice->marks[i] & QUIRE_QUALITY_FAILED) != 0)
            return quire_quality_fail(quality, slice, i, error);
        if ((slice->marks[i] & QUIRE_QUALITY_REJECTED) == 0) {
            if (checked->column != NULL)
                QUIRE_TRY(keep_row(checked, slice->start + (int64_t)i, error));
            continue;
        }
        quality->rejected++;
        QUIRE_TRY(quire_quality_reject(quality, slice, i, 1U << QUIRE_RULE_REJECT, error));
    }
    return 0;
}

static int judge_batch(struct checked *checked, const struct ArrowArray *whole,
                       struct quire_error *error)
{
    struct quire_quality_slice slice;
    checked->kept.size = 0;
    QUIRE_TRY(quire_view_set(checked->quality->view, whole, error));
    for (int64_t start = 0; start < whole->length; start += QUIRE_QUALITY_SLICE_ROWS) {
        int64_t left = whole->length - start;
        slice.start = start;
        slice.rows =
            left < QUIRE_QUALITY_SLICE_ROWS ? (size_t)left : (size_t)QUIRE_QUALITY_SLICE_ROWS;
        QUIRE_TRY(take_slice(checked, &slice, error));
    }
    return 0;
}

/* The end leaves batch->release NULL; batches of which no row is kept are left out. */
static int checked_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct checked *checked = source;
    for (batch->release = NULL; batch->release == NULL;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray whole = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&checked->source, &whole, error));
        if (whole.release == NULL) return 0;
        QUIRE_TRY(judge_batch(checked, &whole, error));
        size_t n = checked->kept.size / sizeof(struct quire_row_ref);
        if (checked->column == NULL || (int64_t)n == whole.length) {
            *batch = whole;
            whole.release = NULL;
        } else if (n > 0) {
            QUIRE_TRY(quire_column_keep_rows(
                checked->column, checked->quality->view,
                (const struct quire_row_ref *)(const void *)checked->kept.data, n, batch, error));
        }
    }
    return 0;
}

static bool rejects_rows(const struct quire_rules *rules)
{
    for (size_t i = 0; i < rules->size; i++) {
        if (rules->items[i].on_fail == QUIRE_RULE_REJECT) return true;
    }
    return false;
}

static void free_checked(struct checked **checked)
{
    if (*checked != NULL) checked_close(*checked);
}

int quire_stream_check(struct ArrowArrayStream *source, struct quire_quality *quality,
                       struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {checked_schema, checked_next, checked_close};
    QUIRE_CLEANUP(free_checked) struct checked *checked = quire_alloc_zero(1, sizeof(*checked));
    struct ArrowArrayStream stream;
    if (checked == NULL) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    checked->quality = quality;
    if (rejects_rows(quality->rules))
        QUIRE_TRY(quire_column_new(quality->field, &checked->column, error));
    QUIRE_TRY(quire_stream_wrap(&ops, checked, &stream, error));
    checked->source = *source;
    source->release = NULL;
    checked = NULL; /* the stream's */
    *result = stream;
    return 0;
}
