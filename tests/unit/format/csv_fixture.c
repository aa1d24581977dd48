#include "csv_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/options.h"
#include "data/field.h"
#include "data/value_text.h"
#include "data/view.h"
#include "format/format.h"
#include "format/json/json_value.h"

#define OPTIONS_BYTES 512

/* --- Streams in memory -------------------------------------------------------------- */

struct memory_in {
    struct quire_in in;
    const char *text;
    size_t size, at, piece;
};

static int memory_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct memory_in *memory = (struct memory_in *)in;
    (void)error;
    size_t left = memory->size - memory->at;
    *got = left < capacity ? left : capacity;
    if (memory->piece > 0 && *got > memory->piece) *got = memory->piece;
    memcpy(bytes, memory->text + memory->at, *got);
    memory->at += *got;
    return 0;
}

static void memory_in_close(struct quire_in *in)
{
    (void)in;
}

struct memory_out {
    struct quire_out out;
    struct quire_buf *buf;
};

static int memory_write(struct quire_out *out, const void *bytes, size_t size,
                        struct quire_error *error)
{
    (void)error;
    return quire_buf_append(((struct memory_out *)out)->buf, bytes, size);
}

static int memory_finish(struct quire_out *out, struct quire_error *error)
{
    (void)out;
    (void)error;
    return 0;
}

static void memory_out_close(struct quire_out *out)
{
    (void)out;
}

static const struct quire_in_ops in_ops = {memory_read, NULL, memory_in_close};
static const struct quire_out_ops out_ops = {memory_write, memory_finish, memory_out_close};

/* --- Running -------------------------------------------------------------------------- */

static int set_options(const struct quire_option_table *table, void *options, const char *set,
                       struct quire_error *error)
{
    char copy[256], *rest = NULL;
    assert_true(table->struct_size <= OPTIONS_BYTES);
    int code = quire_options_init(table, options, error);
    snprintf(copy, sizeof(copy), "%s", set != NULL ? set : "");
    for (char *one = strtok_r(copy, " ", &rest); code == 0 && one != NULL;
         one = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(one, '=');
        *value++ = '\0';
        code = quire_options_set(table, options, one, value, error);
    }
    return code;
}

static int note_reject(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    struct csv_run *run = user;
    (void)error;
    return quire_buf_printf(&run->rejects, "%lld:%lld:%s:%.*s|", (long long)reject->error->row,
                            (long long)reject->error->byte, reject->error->column,
                            (int)reject->record_size, reject->record);
}

static int new_context(const struct csv_run *run, struct quire_context **context)
{
    struct quire_context_options options = {
        .threads = run->threads > 0 ? run->threads : 1,
        .memory_max = run->memory,
    };
    return quire_context_new(&options, context, NULL);
}

static const struct quire_format *format_of(const struct csv_run *run)
{
    return run->format != NULL ? run->format : &quire_format_csv;
}

static int open_decoder(struct csv_run *run, struct memory_in *in, struct quire_context *context,
                        struct ArrowArrayStream *stream)
{
    const struct quire_format *format = format_of(run);
    _Alignas(16) char options[OPTIONS_BYTES];
    struct ArrowSchema schema = {.release = NULL};
    int code = set_options(&format->decoder_options, options, run->set, &run->error);
    if (code == 0 && run->schema != NULL)
        code = quire_schema_parse(run->schema, strlen(run->schema), &schema, &run->error);
    struct quire_record_policy policy = run->policy;
    policy.schema = run->schema != NULL ? &schema : NULL;
    policy.counts = &run->counts;
    policy.reject = note_reject;
    policy.reject_user = run;
    if (code == 0)
        code = format->decoder_open(&in->in, options, &policy, context, stream, &run->error);
    quire_options_release(&format->decoder_options, options);
    quire_schema_release(&schema);
    return code;
}

static int print_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    static const struct quire_value_style style;
    static const struct quire_json_style json;
    if (quire_view_is_null(view, row)) return quire_buf_append_text(out, "~");
    if (quire_kind_is_nested(view->field->kind))
        return quire_json_value_write(view, row, &json, out, NULL);
    return quire_value_write(view, row, &style, out);
}

static int print_batch(struct quire_view *view, const struct ArrowArray *batch,
                       struct quire_buf *out)
{
    int code = quire_view_set(view, batch, NULL);
    for (int64_t row = 0; code == 0 && row < view->length; row++) {
        for (size_t i = 0; code == 0 && i < view->children_size; i++) {
            if (i > 0) code = quire_buf_push(out, '|');
            if (code == 0) code = print_value(&view->children[i], row, out);
        }
        if (code == 0) code = quire_buf_push(out, '\n');
    }
    return code;
}

static int print_schema(const struct quire_field *root, struct quire_buf *out)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < root->children_size; i++) {
        code = quire_buf_printf(out, "%s%s ", i > 0 ? ", " : "", root->children[i].name);
        if (code == 0) code = quire_field_type_text(&root->children[i], out);
    }
    return code == 0 ? quire_buf_push(out, '\n') : code;
}

static int print_stream(struct csv_run *run, struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    int code = quire_stream_schema(stream, &schema, &run->error);
    if (code == 0) code = quire_field_open(&schema, &root, &run->error);
    if (code == 0) code = quire_view_new(root, &view, &run->error);
    if (code == 0) code = print_schema(root, &run->out);
    while (code == 0) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(stream, &batch, &run->error);
        if (code != 0 || batch.release == NULL) break;
        code = print_batch(view, &batch, &run->out);
        quire_array_release(&batch);
    }
    if (code == 0) code = quire_buf_terminate(&run->out);
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
    return code;
}

int csv_read(struct csv_run *run, const char *text, size_t size)
{
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct memory_in in = {{&in_ops, (int64_t)size}, text, size, 0, run->piece};
    quire_error_clear(&run->error);
    int code = new_context(run, &context);
    if (code == 0) code = open_decoder(run, &in, context, &stream);
    if (code == 0) code = print_stream(run, &stream);
    quire_stream_release(&stream);
    quire_context_free(context);
    return code;
}

int csv_decode(struct csv_run *run, const char *text, size_t size, struct ArrowSchema *schema,
               struct ArrowArray *batch)
{
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct memory_in in = {{&in_ops, (int64_t)size}, text, size, 0, run->piece};
    quire_error_clear(&run->error);
    batch->release = NULL;
    int code = new_context(run, &context);
    if (code == 0) code = open_decoder(run, &in, context, &stream);
    if (code == 0) code = quire_stream_schema(&stream, schema, &run->error);
    if (code == 0) code = quire_stream_next(&stream, batch, &run->error);
    if (code == 0 && batch->release != NULL) {
        struct ArrowArray more = {.release = NULL};
        code = quire_stream_next(&stream, &more, &run->error);
        assert_null(more.release);
    }
    quire_stream_release(&stream);
    quire_context_free(context);
    return code;
}

int csv_write(struct csv_run *run, const struct ArrowSchema *schema, struct ArrowArray *batch)
{
    const struct quire_format *format = format_of(run);
    _Alignas(16) char options[OPTIONS_BYTES];
    struct memory_out out = {{&out_ops}, &run->out};
    struct quire_context *context = NULL;
    struct quire_encoder *encoder = NULL;
    quire_error_clear(&run->error);
    int code = new_context(run, &context);
    int set_code = set_options(&format->encoder_options, options, run->set, &run->error);
    if (code == 0) code = set_code;
    if (code == 0)
        code = format->encoder_new(schema, options, context, &out.out, &encoder, &run->error);
    if (code == 0) code = format->encoder_write(encoder, batch, &run->error);
    if (code == 0) code = format->encoder_finish(encoder, NULL, &run->error);
    if (code == 0) code = quire_buf_terminate(&run->out);
    format->encoder_free(encoder);
    quire_options_release(&format->encoder_options, options);
    quire_context_free(context);
    quire_array_release(batch);
    return code;
}

void csv_clear(struct csv_run *run)
{
    quire_buf_release(&run->out);
    quire_buf_release(&run->rejects);
    memset(&run->counts, 0, sizeof(run->counts));
}

/* --- Batches ---------------------------------------------------------------------------- */

struct ArrowSchema csv_schema(const char *text)
{
    struct ArrowSchema schema;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    return schema;
}

struct ArrowArray csv_batch(const struct ArrowSchema *schema, const char *const *cells, size_t rows)
{
    struct quire_builder *builder = NULL;
    struct ArrowArray batch;
    assert_int_equal(quire_builder_new(schema, &builder, NULL), 0);
    for (size_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < schema->n_children; i++) {
            const char *cell = *cells++;
            if (cell == NULL)
                assert_int_equal(quire_builder_null(builder, NULL), 0);
            else
                assert_int_equal(quire_builder_text(builder, cell, strlen(cell), NULL), 0);
        }
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    return batch;
}

/* --- Expectations ------------------------------------------------------------------------- */

static void expect_error(const struct quire_error *error, int code, int64_t row, int64_t byte,
                         const char *column, const char *cause)
{
    assert_int_equal(error->code, code);
    if (row >= 0) assert_int_equal(error->row, row);
    if (byte >= 0) assert_int_equal(error->byte, byte);
    if (column != NULL) assert_string_equal(error->column, column);
    if (strstr(error->cause, cause) == NULL) assert_string_equal(error->cause, cause);
}

void csv_expect_read(struct csv_run run, const char *text, const char *expected)
{
    if (csv_read(&run, text, strlen(text)) != 0) assert_string_equal(run.error.cause, "");
    assert_string_equal((char *)run.out.data, expected);
    csv_clear(&run);
}

void csv_expect_read_error(struct csv_run run, const char *text, int code, int64_t row,
                           int64_t byte, const char *column, const char *cause)
{
    assert_int_equal(csv_read(&run, text, strlen(text)), code);
    expect_error(&run.error, code, row, byte, column, cause);
    csv_clear(&run);
}

void csv_expect_write(struct csv_run run, const char *schema_text, const char *const *cells,
                      size_t rows, const char *expected)
{
    struct ArrowSchema schema = csv_schema(schema_text);
    struct ArrowArray batch = csv_batch(&schema, cells, rows);
    if (csv_write(&run, &schema, &batch) != 0) assert_string_equal(run.error.cause, "");
    assert_string_equal((char *)run.out.data, expected);
    quire_schema_release(&schema);
    csv_clear(&run);
}

void csv_expect_write_error(struct csv_run run, const char *schema_text, const char *const *cells,
                            size_t rows, int code, int64_t row, const char *column,
                            const char *cause)
{
    struct ArrowSchema schema = csv_schema(schema_text);
    struct ArrowArray batch = csv_batch(&schema, cells, rows);
    assert_int_equal(csv_write(&run, &schema, &batch), code);
    expect_error(&run.error, code, row, -1, column, cause);
    quire_schema_release(&schema);
    csv_clear(&run);
}
