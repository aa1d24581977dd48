#include "json_fixture.h"

#include <stdio.h>
#include <string.h>

#include "../data/random_column.h"
#include "format/format.h"

/* --- Running -------------------------------------------------------------------------- */

static const struct quire_format *format_of(const char *name)
{
    const struct quire_format *format = &quire_format_jsonl;
    if (name != NULL) assert_int_equal(quire_format_find(name, &format, NULL), 0);
    return format;
}

static int open_decoder(struct json_run *run, struct memory_in *in, struct quire_context *context,
                        struct ArrowArrayStream *stream)
{
    const struct text_reading reading = {format_of(run->from), run->in_set,  ';',
                                         run->schema,          &run->policy, &run->rejects,
                                         &run->counts};
    return text_open(&reading, in, context, stream, &run->error);
}

static int new_encoder(struct json_run *run, const struct ArrowSchema *schema,
                       struct memory_out *out, struct quire_context *context,
                       struct quire_encoder **encoder)
{
    const struct quire_format *format = format_of(run->to);
    _Alignas(16) char options[TEXT_OPTIONS_BYTES] = {0};
    int code = text_set_options(&format->encoder_options, options, run->out_set, ';', &run->error);
    if (code == 0)
        code = format->encoder_new(schema, options, context, &out->out, encoder, &run->error);
    quire_options_release(&format->encoder_options, options);
    return code;
}

static int finish_encoder(struct json_run *run, struct memory_out *out,
                          struct quire_encoder *encoder)
{
    struct quire_file_stats stats;
    int code = encoder->format->encoder_finish(encoder, &stats, &run->error);
    run->out = out->buf;
    out->buf = (struct quire_buf){0};
    if (code == 0) code = quire_buf_terminate(&run->out);
    if (code == 0) assert_int_equal(stats.bytes, run->out.size);
    return code;
}

static int pump(struct json_run *run, struct ArrowArrayStream *stream,
                struct quire_context *context)
{
    struct memory_out out;
    struct quire_encoder *encoder = NULL;
    struct ArrowSchema schema = {.release = NULL};
    memory_out_init(&out);
    out.buf = run->out;
    run->out = (struct quire_buf){0};
    int code = quire_stream_schema(stream, &schema, &run->error);
    if (code == 0) code = new_encoder(run, &schema, &out, context, &encoder);
    while (code == 0) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(stream, &batch, &run->error);
        if (code != 0 || batch.release == NULL) break;
        code = encoder->format->encoder_write(encoder, &batch, &run->error);
    }
    if (code == 0) code = finish_encoder(run, &out, encoder);
    if (encoder != NULL) encoder->format->encoder_free(encoder);
    quire_buf_release(&out.buf); /* of a run that failed */
    quire_schema_release(&schema);
    return code;
}

int json_run(struct json_run *run, const char *text, size_t size)
{
    struct memory_in in;
    memory_in_init(&in, text, size, run->piece);
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    quire_error_clear(&run->error);
    int code = text_context(run->threads, run->memory, &context, &run->error);
    if (code == 0) code = open_decoder(run, &in, context, &stream);
    if (code == 0) code = pump(run, &stream, context);
    quire_stream_release(&stream);
    quire_context_free(context);
    return code;
}

void json_run_clear(struct json_run *run)
{
    quire_buf_release(&run->out);
    quire_buf_release(&run->rejects);
}

int json_encode(struct json_run *run, const struct ArrowSchema *schema, struct ArrowArray *batch)
{
    struct memory_out out;
    struct quire_context *context = NULL;
    struct quire_encoder *encoder = NULL;
    memory_out_init(&out);
    out.buf = run->out;
    run->out = (struct quire_buf){0};
    quire_error_clear(&run->error);
    int code = text_context(run->threads, run->memory, &context, &run->error);
    if (code == 0) code = new_encoder(run, schema, &out, context, &encoder);
    if (code == 0) code = encoder->format->encoder_write(encoder, batch, &run->error);
    if (code == 0) code = finish_encoder(run, &out, encoder);
    if (encoder != NULL) encoder->format->encoder_free(encoder);
    quire_buf_release(&out.buf); /* of a run that failed */
    quire_array_release(batch);
    quire_context_free(context);
    return code;
}

int json_decode(struct json_run *run, const char *text, size_t size, struct ArrowSchema *schema,
                struct ArrowArray *batch)
{
    struct memory_in in;
    memory_in_init(&in, text, size, run->piece);
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    quire_error_clear(&run->error);
    int code = text_context(run->threads, run->memory, &context, &run->error);
    if (code == 0) code = open_decoder(run, &in, context, &stream);
    if (code == 0) code = text_take_one(&stream, schema, batch, &run->error);
    quire_stream_release(&stream);
    quire_context_free(context);
    return code;
}

void json_expect(struct json_run run, const char *text, const char *expected)
{
    char line[1600];
    if (json_run(&run, text, strlen(text)) != 0) {
        quire_error_format(&run.error, line, sizeof(line));
        fail_msg("%s: %s", text, line);
    }
    assert_string_equal((const char *)run.out.data, expected);
    json_run_clear(&run);
}

void json_expect_error(struct json_run run, const char *text, int code, int64_t row, int64_t byte,
                       const char *column, const char *cause)
{
    (void)json_run(&run, text, strlen(text));
    text_expect_error(&run.error, text, code, row, byte, column, cause);
    json_run_clear(&run);
}

/* --- Random tables ---------------------------------------------------------------------- */

struct ArrowSchema json_schema(const char *text)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_error error;
    if (quire_schema_parse(text, strlen(text), &schema, &error) != 0)
        fail_msg("%s: %s", text, error.cause);
    return schema;
}

static void random_map(struct quire_column *column, struct quire_random *random, unsigned null_each)
{
    struct quire_column *entries = &column->children[0];
    uint64_t size = quire_random_below(random, 4);
    for (uint64_t i = 0; i < size; i++) {
        char key[24];
        /* Keys are unique within a map, as Arrow asks for. */
        int key_size = snprintf(key, sizeof(key), "k\"%d é", (int)i);
        if (quire_kind_is_string(entries->children[0].field->kind))
            assert_int_equal(
                quire_column_append_bytes(&entries->children[0], key, (size_t)key_size), 0);
        else
            random_column_append(&entries->children[0], random, 0);
        json_random_value(&entries->children[1], random, null_each);
        assert_int_equal(quire_column_end_struct(entries), 0);
    }
}

void json_random_value(struct quire_column *column, struct quire_random *random, unsigned null_each)
{
    enum quire_kind kind = column->field->kind;
    if (kind == QUIRE_KIND_NULL || (quire_kind_is_nested(kind) && null_each > 0 &&
                                    quire_random_below(random, null_each) == 0)) {
        assert_int_equal(quire_column_append_null(column), 0);
        return;
    }
    if (kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < column->children_size; i++)
            json_random_value(&column->children[i], random, null_each);
        assert_int_equal(quire_column_end_struct(column), 0);
        return;
    }
    if (!quire_kind_is_nested(kind)) {
        random_column_append(column, random, column->field->nullable ? null_each : 0);
        return;
    }
    if (kind == QUIRE_KIND_MAP) {
        random_map(column, random, null_each);
    } else {
        uint64_t size = kind == QUIRE_KIND_FIXED_LIST ? (uint64_t)column->field->width
                                                      : quire_random_below(random, 5);
        for (uint64_t i = 0; i < size; i++)
            json_random_value(&column->children[0], random, null_each);
    }
    assert_int_equal(quire_column_end_list(column), 0);
}

struct ArrowArray json_random_batch(const char *schema_text, int64_t rows, uint64_t seed)
{
    struct quire_field *root = random_column_field(schema_text);
    struct quire_column *column = NULL;
    struct ArrowArray batch = {.release = NULL};
    struct quire_random random;
    quire_random_seed(&random, seed);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (int64_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < column->children_size; i++)
            json_random_value(&column->children[i], &random, 5);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    quire_column_free(column);
    quire_field_close(root);
    return batch;
}
