/* One thread does: lines are few, and the caller waits for them. */
#include "table/log/log_lines.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/options.h"
#include "data/batch_stream.h"
#include "quire/context.h"

#define OPERATION "read table log"

struct lines {
    struct quire_in in;
    const struct quire_buf *text;
    size_t at; /* of reading forward */
    const struct quire_format *format;
    void *options;
    struct quire_context *context;
    struct ArrowArrayStream rows;
};

static int lines_get(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                     struct quire_error *error)
{
    struct lines *lines = (struct lines *)in;
    size_t left = lines->text->size - lines->at;
    (void)error;
    *got = left < capacity ? left : capacity;
    if (*got > 0) memcpy(bytes, lines->text->data + lines->at, *got);
    lines->at += *got;
    return 0;
}

static void lines_close(void *source)
{
    struct lines *lines = source;
    quire_stream_release(&lines->rows);
    if (lines->options != NULL)
        quire_options_release(&lines->format->decoder_options, lines->options);
    quire_free(lines->options);
    quire_context_free(lines->context);
    quire_free(lines);
}

static int lines_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct lines *lines = source;
    return quire_stream_schema(&lines->rows, schema, error);
}

static int lines_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct lines *lines = source;
    return quire_stream_next(&lines->rows, batch, error);
}

static int open_rows(struct lines *lines, const struct quire_record_policy *records,
                     struct quire_error *error)
{
    const struct quire_context_options small = {.threads = 1};
    QUIRE_TRY(quire_context_new(&small, &lines->context, error));
    QUIRE_TRY(quire_format_find("jsonl", &lines->format, error));
    lines->options = quire_alloc_zero(1, lines->format->decoder_options.struct_size);
    if (lines->options == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_options_init(&lines->format->decoder_options, lines->options, error));
    return lines->format->decoder_open(&lines->in, lines->options, records, lines->context,
                                       &lines->rows, error);
}

int quire_log_lines_read(const struct quire_buf *text, const struct quire_record_policy *records,
                         struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_in_ops in_ops = {.read = lines_get};
    static const struct quire_stream_ops ops = {lines_schema, lines_next, lines_close};
    struct lines *lines = quire_alloc_zero(1, sizeof(*lines));
    if (lines == NULL) return quire_fail_memory(error, OPERATION);
    lines->in = (struct quire_in){&in_ops, (int64_t)text->size};
    lines->text = text;
    int code = open_rows(lines, records, error);
    if (code == 0) code = quire_stream_wrap(&ops, lines, stream, error);
    if (code != 0) lines_close(lines);
    return code;
}
