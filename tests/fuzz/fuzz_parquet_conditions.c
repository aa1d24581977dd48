/* Conditions: whatever statistics, bloom filters and page indexes leave out, the rows for which
 * all conditions hold are those of a reading of the whole file, in their order. */
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/options.h"
#include "format/json/json_value.h"
#include "fuzz_batch.h"
#include "fuzz_order.h"
#include "fuzz_parquet.h"
#include "fuzz_settings.h"
#include "fuzz_stream.h"
#include "quire/format.h"

#define CONDITIONS_MAX 2

static const char *const names[] = {"c0", "c1", "c2", "c3"};

struct conditions {
    struct quire_condition given[CONDITIONS_MAX];
    size_t columns[CONDITIONS_MAX];
    struct fuzz_value wanted[CONDITIONS_MAX];
    struct quire_buf values[CONDITIONS_MAX];
    size_t size;
};

/* --- Conditions from bytes ---------------------------------------------------------------- */

/* The value of a row in Arrow's layout. */
static void put_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    uint8_t flag = 0;
    struct quire_bytes bytes = {&flag, 1};
    if (view->field->kind == QUIRE_KIND_BOOL)
        flag = quire_view_bool(view, row);
    else if (view->field->width > 0)
        bytes = (struct quire_bytes){quire_view_fixed(view, row), (size_t)view->field->width};
    else
        bytes = quire_view_bytes(view, row);
    FUZZ_CHECK(quire_buf_append(out, bytes.data, bytes.size) == 0, "no memory");
}

/* A condition on a column with a value that stands in it, as far as there is one that can be
 * compared; otherwise on nulls. */
static void take_condition(struct fuzz_bytes *bytes, const struct quire_view *view,
                           struct conditions *conditions)
{
    size_t i = conditions->size++, column = fuzz_take_below(bytes, view->children_size);
    const struct quire_view *child = &view->children[column];
    size_t compare = fuzz_take_below(bytes, QUIRE_COMPARE_NOT_NULL + 1);
    int64_t row = view->length > 0 ? (int64_t)fuzz_take_below(bytes, (size_t)view->length) : -1;
    struct fuzz_value *wanted = &conditions->wanted[i];
    bool valued = row >= 0 && fuzz_value_of(child, row, wanted) && wanted->rank == 0;
    if (!valued) compare = QUIRE_COMPARE_IS_NULL + compare % 2;
    if (valued) put_value(child, row, &conditions->values[i]);
    conditions->columns[i] = column;
    conditions->given[i] = (struct quire_condition){.column = names[column],
                                                    .compare = (enum quire_compare)compare,
                                                    .value = conditions->values[i].data,
                                                    .value_size = conditions->values[i].size};
}

static void release_conditions(struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->size; i++) {
        quire_buf_release(&conditions->values[i]);
        quire_buf_release(&conditions->wanted[i].bytes);
    }
}

/* --- Rows for which they hold ---------------------------------------------------------------- */

static bool holds(const struct conditions *conditions, size_t i, const struct quire_view *view,
                  int64_t row)
{
    const struct quire_view *child = &view->children[conditions->columns[i]];
    bool null = quire_view_is_null(child, row) || child->field->kind == QUIRE_KIND_NULL;
    struct fuzz_value value;
    int order = 1; /* of a NaN, above all numbers */
    switch (conditions->given[i].compare) {
    case QUIRE_COMPARE_IS_NULL: return null;
    case QUIRE_COMPARE_NOT_NULL: return !null;
    default: break;
    }
    if (null) return false;
    FUZZ_CHECK(fuzz_value_of(child, row, &value), "a value of another kind");
    if (value.rank == 0) order = fuzz_value_compare(&value, &conditions->wanted[i]);
    quire_buf_release(&value.bytes);
    switch (conditions->given[i].compare) {
    case QUIRE_COMPARE_EQ: return order == 0;
    case QUIRE_COMPARE_LT: return order < 0;
    case QUIRE_COMPARE_LE: return order <= 0;
    case QUIRE_COMPARE_GT: return order > 0;
    default: return order >= 0;
    }
}

static void note_rows(const struct conditions *conditions, const struct quire_view *view,
                      struct quire_buf *text)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_STRING};
    for (int64_t row = 0; row < view->length; row++) {
        bool all = true;
        for (size_t i = 0; i < conditions->size; i++)
            all = all && holds(conditions, i, view, row);
        if (!all) continue;
        size_t before = text->size;
        if (quire_json_value_write(view, row, &style, text, NULL) != 0) text->size = before;
        FUZZ_CHECK(quire_buf_push(text, '\n') == 0, "no memory");
    }
}

/* Reads the file, with the conditions or without, and notes the rows for which they hold. */
static int64_t read_rows(const struct fuzz_parquet_style *style, const struct fuzz_bytes *file,
                         const struct conditions *conditions, bool given, unsigned threads,
                         struct quire_buf *text)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = NULL;
    const struct quire_context_options sizes = {threads, QUIRE_MEMORY_MIN, NULL};
    const struct quire_record_policy policy = {.conditions = conditions->given,
                                               .conditions_size = given ? conditions->size : 0};
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    struct quire_error error;
    struct memory_in in;
    int64_t rows = 0;
    FUZZ_CHECK(quire_format_find("parquet", &format, NULL) == 0, "no parquet");
    FUZZ_CHECK(quire_context_new(&sizes, &context, NULL) == 0, "no context");
    fuzz_set(&format->decoder_options, options, style->read);
    memory_in_init_anywhere(&in, file->data, file->size);
    quire_error_clear(&error);
    int code = format->decoder_open(&in.in, options, &policy, context, &stream, &error);
    FUZZ_CHECK(code == 0, "%s", error.cause);
    FUZZ_CHECK(quire_stream_schema(&stream, &schema, &error) == 0, "%s", error.cause);
    FUZZ_CHECK(quire_field_open(&schema, &root, &error) == 0, "%s", error.cause);
    FUZZ_CHECK(quire_view_new(root, &view, &error) == 0, "%s", error.cause);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        FUZZ_CHECK(quire_stream_next(&stream, &batch, &error) == 0, "%s", error.cause);
        if (batch.release == NULL) break;
        FUZZ_CHECK(quire_view_set(view, &batch, &error) == 0, "%s", error.cause);
        rows += batch.length;
        note_rows(conditions, view, text);
        quire_array_release(&batch);
    }
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
    quire_stream_release(&stream);
    quire_options_release(&format->decoder_options, options);
    quire_context_free(context);
    return rows;
}

static void compare_readings(const struct fuzz_parquet_style *style, const struct fuzz_bytes *file,
                             const struct conditions *conditions, unsigned threads)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf whole = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pruned = {0};
    int64_t all = read_rows(style, file, conditions, false, threads, &whole);
    int64_t left = read_rows(style, file, conditions, true, threads, &pruned);
    FUZZ_CHECK(left <= all, "%lld rows of %lld", (long long)left, (long long)all);
    fuzz_check_text(&whole, &pruned);
}

void fuzz_parquet_conditions(const uint8_t *data, size_t size)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    struct fuzz_bytes bytes = {data, size};
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch;
    struct conditions conditions = {.size = 0};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    struct memory_out out;
    fuzz_parquet_keep_key();
    const struct fuzz_parquet_style *style =
        &fuzz_parquet_styles[fuzz_take_below(&bytes, fuzz_parquet_styles_size)];
    unsigned threads = 1 + (unsigned)fuzz_take_below(&bytes, 2);
    size_t conditions_size = 1 + fuzz_take_below(&bytes, CONDITIONS_MAX);
    struct fuzz_bytes choices = bytes;
    size_t taken = bytes.size < 8 ? bytes.size : 8; /* what conditions take */
    choices.size = taken;
    bytes.data += taken;
    bytes.size -= taken;
    fuzz_take_schema(&bytes, &schema);
    fuzz_take_batch(&bytes, &schema, &fill, &batch);
    FUZZ_CHECK(quire_field_open(&schema, &root, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_view_new(root, &view, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_view_set(view, &batch, NULL) == 0, "a view");
    while (conditions.size < conditions_size)
        take_condition(&choices, view, &conditions);
    if (fuzz_parquet_encode(style, &schema, &batch, threads, &out)) {
        const struct fuzz_bytes file = {out.buf.data, out.buf.size};
        compare_readings(style, &file, &conditions, threads);
    }
    release_conditions(&conditions);
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
    quire_buf_release(&out.buf);
}
