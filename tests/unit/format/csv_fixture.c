#include "csv_fixture.h"

#include <stdio.h>
#include <string.h>

#include "data/field.h"
#include "data/value_text.h"
#include "data/view.h"
#include "format/format.h"
#include "format/json/json_value.h"

/* --- Running -------------------------------------------------------------------------- */

static const struct quire_format *format_of(const struct csv_run *run)
{
    return run->format != NULL ? run->format : &quire_format_csv;
}

static int open_decoder(struct csv_run *run, struct memory_in *in, struct quire_context *context,
                        struct ArrowArrayStream *stream)
{
    const struct text_reading reading = {format_of(run), run->set,      ' ',         run->schema,
                                         &run->policy,   &run->rejects, &run->counts};
    return text_open(&reading, in, context, stream, &run->error);
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
    struct memory_in in;
    memory_in_init(&in, text, size, run->piece);
    quire_error_clear(&run->error);
    int code = text_context(run->threads, run->memory, &context, NULL);
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
    struct memory_in in;
    memory_in_init(&in, text, size, run->piece);
    quire_error_clear(&run->error);
    batch->release = NULL;
    int code = text_context(run->threads, run->memory, &context, NULL);
    if (code == 0) code = open_decoder(run, &in, context, &stream);
    if (code == 0) code = text_take_one(&stream, schema, batch, &run->error);
    quire_stream_release(&stream);
    quire_context_free(context);
    return code;
}

int csv_write(struct csv_run *run, const struct ArrowSchema *schema, struct ArrowArray *batch)
{
    const struct quire_format *format = format_of(run);
    _Alignas(16) char options[TEXT_OPTIONS_BYTES];
    struct memory_out out;
    struct quire_context *context = NULL;
    struct quire_encoder *encoder = NULL;
    memory_out_init(&out);
    out.buf = run->out;
    quire_error_clear(&run->error);
    int code = text_context(run->threads, run->memory, &context, NULL);
    int set_code = text_set_options(&format->encoder_options, options, run->set, ' ', &run->error);
    if (code == 0) code = set_code;
    if (code == 0)
        code = format->encoder_new(schema, options, context, &out.out, &encoder, &run->error);
    if (code == 0) code = format->encoder_write(encoder, batch, &run->error);
    if (code == 0) code = format->encoder_finish(encoder, NULL, &run->error);
    run->out = out.buf;
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
    text_expect_error(&run.error, text, code, row, byte, column, cause);
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
    text_expect_error(&run.error, schema_text, code, row, -1, column, cause);
    quire_schema_release(&schema);
    csv_clear(&run);
}
