#include "arrow_source.h"

#include "memory_in.h"

static int source_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct arrow_source *source = (struct arrow_source *)in;
    size_t left = source->size - source->at;
    (void)error;
    *got = capacity < left ? capacity : left;
    if (*got > 13) *got = 13; /* in pieces */
    if (*got > 0) memcpy(bytes, source->bytes + source->at, *got);
    source->at += *got;
    source->read += *got;
    return 0;
}

static int source_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                          struct quire_error *error)
{
    struct arrow_source *source = (struct arrow_source *)in;
    (void)error;
    assert_in_range(offset, 0, source->size);
    assert_in_range(size, 0, source->size - (size_t)offset);
    if (size > 0) memcpy(bytes, source->bytes + offset, size);
    source->read += size;
    return 0;
}

static void source_close(struct quire_in *in)
{
    (void)in;
}

struct mapped {
    uint8_t *copy;
    int64_t *maps;
};

static void unmap(struct quire_mapping *mapping)
{
    struct mapped *mapped = mapping->private_data;
    if (mapped->maps != NULL) --*mapped->maps;
    quire_free(mapped->copy);
    quire_free(mapped);
}

static int source_map(struct quire_in *in, struct quire_mapping *mapping, struct quire_error *error)
{
    const struct arrow_source *source = (struct arrow_source *)in;
    struct mapped *mapped = quire_alloc(sizeof(*mapped));
    if (mapped == NULL) return quire_fail(error, QUIRE_MEMORY, "map", "no memory");
    mapped->copy = quire_alloc(source->size);
    if (mapped->copy == NULL) {
        quire_free(mapped);
        return quire_fail(error, QUIRE_MEMORY, "map", "no memory");
    }
    if (source->size > 0) memcpy(mapped->copy, source->bytes, source->size);
    mapped->maps = source->maps;
    if (mapped->maps != NULL) ++*mapped->maps;
    *mapping = (struct quire_mapping){mapped->copy, (int64_t)source->size, unmap, mapped};
    return 0;
}

void arrow_source_init(struct arrow_source *source, enum arrow_way way, const void *bytes,
                       size_t size)
{
    static const struct quire_in_ops ops[] = {
        [ARROW_MAPPED] = {source_read, source_read_at, source_close, source_map},
        [ARROW_ANYWHERE] = {source_read, source_read_at, source_close, NULL},
        [ARROW_FORWARD] = {source_read, NULL, source_close, NULL},
    };
    int64_t told = way == ARROW_FORWARD ? -1 : (int64_t)size;
    *source = (struct arrow_source){.in = {&ops[way], told}, .bytes = bytes, .size = size};
}

/* "name=value;name=value". */
static int set(const struct quire_option_table *table, void *options, const char *settings,
               struct quire_error *error)
{
    char text[256], *rest = text;
    snprintf(text, sizeof(text), "%s", settings);
    int code = quire_options_init(table, options, error);
    for (char *one; code == 0 && (one = strtok_r(rest, ";", &rest)) != NULL;) {
        char *value = strchr(one, '=');
        assert_non_null(value);
        *value = '\0';
        code = quire_options_set(table, options, one, value + 1, error);
    }
    return code;
}

static int write_all(const struct quire_format *format, const void *options,
                     struct quire_context *context, const struct ArrowSchema *schema,
                     struct ArrowArray *batches, size_t batches_size, struct memory_out *out,
                     struct quire_error *error)
{
    struct quire_encoder *encoder = NULL;
    int code = format->encoder_new(schema, options, context, &out->out, &encoder, error);
    for (size_t i = 0; code == 0 && i < batches_size; i++)
        code = format->encoder_write(encoder, &batches[i], error);
    struct quire_file_stats stats = {0};
    if (code == 0) code = format->encoder_finish(encoder, &stats, error);
    if (code == 0) assert_int_equal(stats.bytes, out->buf.size);
    format->encoder_free(encoder);
    return code;
}

int arrow_write(const char *name, const char *settings, const struct ArrowSchema *schema,
                struct ArrowArray *batches, size_t batches_size, struct quire_buf *file,
                struct quire_error *error)
{
    _Alignas(16) char options[256] = {0};
    const struct quire_format *format = NULL;
    struct quire_context *context = NULL;
    struct memory_out out;
    memory_out_init(&out);
    int code = quire_format_find(name, &format, error);
    assert_int_equal(code, 0);
    assert_true(format->encoder_options.struct_size <= sizeof(options));
    code = set(&format->encoder_options, options, settings, error);
    if (code == 0) code = quire_context_new(NULL, &context, error);
    if (code == 0)
        code = write_all(format, options, context, schema, batches, batches_size, &out, error);
    for (size_t i = 0; i < batches_size; i++)
        quire_array_release(&batches[i]);
    quire_context_free(context);
    quire_options_release(&format->encoder_options, options);
    if (code == 0)
        *file = out.buf;
    else
        quire_buf_release(&out.buf);
    return code;
}

int arrow_open(struct quire_in *in, const struct quire_record_policy *policy,
               struct arrow_opened *opened, struct quire_error *error)
{
    static const struct quire_record_policy none = {.schema = NULL};
    static const struct quire_context_options two = {.threads = 2};
    _Alignas(16) char options[256] = {0};
    const struct quire_format *format = NULL;
    *opened = (struct arrow_opened){.context = NULL};
    assert_int_equal(quire_format_find("arrow", &format, NULL), 0);
    int code = quire_options_init(&format->decoder_options, options, error);
    if (code == 0) code = quire_context_new(&two, &opened->context, error);
    if (code == 0)
        code = format->decoder_open(in, options, policy != NULL ? policy : &none, opened->context,
                                    &opened->stream, error);
    quire_options_release(&format->decoder_options, options);
    return code;
}

void arrow_close(struct arrow_opened *opened)
{
    quire_stream_release(&opened->stream);
    quire_context_free(opened->context);
    opened->context = NULL;
}

int arrow_drain(enum arrow_way way, const struct quire_buf *file, int64_t *rows,
                struct quire_error *error)
{
    struct arrow_source source;
    struct arrow_opened opened;
    int64_t maps = 0;
    *rows = 0;
    arrow_source_init(&source, way, file->data, file->size);
    source.maps = &maps;
    int code = arrow_open(&source.in, NULL, &opened, error);
    while (code == 0) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(&opened.stream, &batch, error);
        if (code != 0 || batch.release == NULL) break;
        *rows += batch.length;
        quire_array_release(&batch);
    }
    arrow_close(&opened);
    assert_int_equal(maps, 0);
    return code;
}

void arrow_schema(const char *text, struct ArrowSchema *schema)
{
    assert_int_equal(quire_schema_parse(text, strlen(text), schema, NULL), 0);
}
