/* Which files can be appended to, and what stands at the end of one without a line
 * end: a record that only lacks it, as other programs write, or a torn one. */
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "file/append.h"

/* One line in memory as a byte source. */
struct line_in {
    struct quire_in base;
    const uint8_t *bytes;
    size_t size, taken;
};

/* A line end outside of quotes is what makes a torn line known for one, so that CSV
 * cannot be mended. */
static bool has_records_by_line(const struct quire_format *format)
{
    return strcmp(format->name, "jsonl") == 0;
}

int quire_append_check(enum quire_write_mode mode, const struct quire_format *format,
                       const struct quire_codec *codec, struct quire_error *error)
{
    int code = 0;
    if ((format->flags & QUIRE_FORMAT_APPEND) == 0)
        return quire_fail(error, QUIRE_UNSUPPORTED, "append",
                          "files of the format %s cannot be appended to", format->name);
    if (mode != QUIRE_WRITE_APPEND_IN_PLACE) return 0;
    if (!has_records_by_line(format))
        code = quire_fail(error, QUIRE_UNSUPPORTED, "append",
                          "files of the format %s cannot be appended to in place, because the "
                          "line that a killed writer tore cannot be told from a whole one",
                          format->name);
    else if (codec != NULL)
        code = quire_fail(error, QUIRE_UNSUPPORTED, "append",
                          "append in place is for uncompressed files, not for %s", codec->name);
    if (code != 0) quire_error_hint(error, "append by atomic rewrite, or write JSON Lines");
    return code;
}

static int line_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                     struct quire_error *error)
{
    struct line_in *line = (struct line_in *)in;
    size_t left = line->size - line->taken;
    (void)error;
    *got = left < capacity ? left : capacity;
    memcpy(bytes, line->bytes + line->taken, *got);
    line->taken += *got;
    return 0;
}

static void line_close(struct quire_in *in)
{
    (void)in;
}

/* Counts the records that in decodes to. Only what is no record fails: values of all
 * kinds are let through. */
static int count_records(const struct quire_append_line *how, struct quire_in *in, int64_t *records,
                         struct quire_error *error)
{
    const struct quire_format *format = how->format;
    const struct quire_record_policy lenient = {.mixed = QUIRE_MIXED_JSON,
                                                .numbers = QUIRE_NUMBERS_FLOAT};
    QUIRE_CLEANUP(quire_cleanup_free)
    void *values = quire_alloc_zero(1, format->decoder_options.struct_size);
    if (values == NULL) return quire_fail_memory(error, "append");
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    int code = quire_options_init(&format->decoder_options, values, error);
    if (code == 0) code = format->decoder_open(in, values, &lenient, how->context, &stream, error);
    if (code == 0) code = quire_stream_next(&stream, &batch, error);
    if (code == 0 && batch.release != NULL) *records = batch.length;
    quire_array_release(&batch);
    quire_stream_release(&stream);
    quire_options_release(&format->decoder_options, values);
    return code;
}

int quire_append_check_line(void *user, const void *bytes, size_t size, bool *whole,
                            struct quire_error *error)
{
    static const struct quire_in_ops ops = {line_read, NULL, line_close};
    struct line_in line = {{&ops, (int64_t)size}, bytes, size, 0};
    int64_t records = 0;
    int code = count_records(user, &line.base, &records, error);
    if (code == QUIRE_INPUT || code == QUIRE_CORRUPT) {
        quire_error_clear(error);
        return 0;
    }
    QUIRE_TRY(code);
    *whole = records > 0;
    return 0;
}
