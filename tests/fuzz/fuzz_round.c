/* Round trips of whole files: a batch made of the input's bytes is written and read
 * back with its schema, in every style that keeps values. */
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "fuzz_batch.h"
#include "fuzz_settings.h"
#include "memory_in.h"
#include "quire/diff.h"
#include "quire/format.h"
#include "quire/stats.h"

/* How a file is written and then read. */
struct style {
    const char *format, *write, *read;
};

static bool is_beyond(const struct style *style, int code, const struct quire_error *error)
{
    return code == QUIRE_INPUT && strncmp(style->format, "ion", 3) == 0 &&
           strstr(error->cause, "years 1 to 9999") != NULL;
}

/* Whether the batch was written: Ion has no moments beyond its years. */
static bool encode(const struct style *style, const struct ArrowSchema *schema,
                   struct ArrowArray *batch, unsigned threads, struct memory_out *out)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_context_options context_options = {threads, QUIRE_MEMORY_MIN, NULL};
    const struct quire_format *format = NULL;
    struct quire_context *context = NULL;
    struct quire_encoder *encoder = NULL;
    struct quire_error error;
    FUZZ_CHECK(quire_format_find(style->format, &format, NULL) == 0, "%s", style->format);
    FUZZ_CHECK(quire_context_new(&context_options, &context, NULL) == 0, "no context");
    fuzz_set(&format->encoder_options, options, style->write);
    memory_out_init(out);
    int code = format->encoder_new(schema, options, context, &out->out, &encoder, &error);
    FUZZ_CHECK(code == 0, "%s", error.cause);
    code = format->encoder_write(encoder, batch, &error);
    bool beyond = is_beyond(style, code, &error);
    FUZZ_CHECK(code == 0 || beyond, "row %lld, column %s: %s", (long long)error.row, error.column,
               error.cause);
    code = format->encoder_finish(encoder, NULL, &error);
    beyond = beyond || is_beyond(style, code, &error);
    FUZZ_CHECK(code == 0 || beyond, "%s", error.cause);
    format->encoder_free(encoder);
    quire_options_release(&format->encoder_options, options);
    quire_context_free(context);
    return !beyond;
}

/* What was read must be what was written, row for row. */
static void compare(const struct ArrowSchema *schema, struct ArrowArray *batch,
                    struct ArrowArrayStream *read, const struct memory_out *file)
{
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArrayStream written = {.release = NULL};
    struct quire_diff_result result;
    struct quire_error error;
    int64_t rows = batch->length;
    quire_error_clear(&error);
    FUZZ_CHECK(quire_schema_copy(schema, &copy, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_stream_of_batches(&copy, batch, 1, &written, NULL) == 0, "no memory");
    int code = quire_diff(&written, read, NULL, &result, &error);
    FUZZ_CHECK(code == 0, "row %lld, column %s: %s: %.*s", (long long)error.row, error.column,
               error.cause, (int)file->buf.size, (const char *)file->buf.data);
    FUZZ_CHECK(result.same && result.complete && result.rows_a == rows, "%lld values: %.*s",
               (long long)result.values, (int)file->buf.size, (const char *)file->buf.data);
    quire_stream_release(&written);
}

static void decode(const struct style *style, const struct ArrowSchema *schema,
                   struct ArrowArray *expected, unsigned threads, size_t piece_max,
                   const struct memory_out *file)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_context_options context_options = {threads, QUIRE_MEMORY_MIN, NULL};
    const struct quire_record_policy policy = {.schema = schema};
    const struct quire_format *format = NULL;
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct memory_in in;
    struct quire_error error;
    FUZZ_CHECK(quire_format_find(style->format, &format, NULL) == 0, "%s", style->format);
    FUZZ_CHECK(quire_context_new(&context_options, &context, NULL) == 0, "no context");
    fuzz_set(&format->decoder_options, options, style->read);
    memory_in_init(&in, file->buf.data, file->buf.size, piece_max);
    int code = format->decoder_open(&in.in, options, &policy, context, &stream, &error);
    FUZZ_CHECK(code == 0, "%s: %.*s", error.cause, (int)file->buf.size,
               (const char *)file->buf.data);
    compare(schema, expected, &stream, file);
    quire_stream_release(&stream);
    quire_options_release(&format->decoder_options, options);
    quire_context_free(context);
}

static void round_trip(const uint8_t *data, size_t size, const struct style *styles,
                       size_t styles_size)
{
    static const struct fuzz_batch_options fill = {.finite = true};
    struct fuzz_bytes bytes = {data, size};
    const struct style *style = &styles[fuzz_take_below(&bytes, styles_size)];
    size_t piece_max = fuzz_take_below(&bytes, 64);
    unsigned threads = piece_max % 2 == 0 ? 1 : 2;
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch, copy;
    struct memory_out out;
    fuzz_take_schema(&bytes, &schema);
    struct fuzz_bytes again = bytes;
    fuzz_take_batch(&bytes, &schema, &fill, &batch);
    fuzz_take_batch(&again, &schema, &fill, &copy);
    if (encode(style, &schema, &batch, threads, &out))
        decode(style, &schema, &copy, threads, piece_max, &out);
    else
        quire_array_release(&copy);
    quire_schema_release(&schema);
    quire_buf_release(&out.buf);
}

void fuzz_csv_round(const uint8_t *data, size_t size)
{
    static const struct style styles[] = {
        {"csv", "", ""},
        {"csv", "quoting=all;line_end=crlf", ""},
        {"csv", "quoting=nonnumeric;bom=on", ""},
        {"csv", "header=off;binary=hex", "header=off;binary=hex"},
        {"csv", "escape=\\;delimiter=|", "escape=\\;delimiter=|"},
        {"csv", "decimal_comma=on;delimiter=tab", "decimal_comma=on;delimiter=tab"},
        {"csv", "null_text=NA;quote='", "null_text=NA;quote='"},
        {"csv", "timestamp_separator=space;header=quoted", ""},
        {"tsv", "", ""},
    };
    round_trip(data, size, styles, sizeof(styles) / sizeof(styles[0]));
}

void fuzz_json_round(const uint8_t *data, size_t size)
{
    static const struct style styles[] = {
        {"jsonl", "nan=string", ""},
        {"jsonl", "nan=string;separators=python;ascii=on", ""},
        {"jsonl", "nan=string;nulls=omit", ""},
        {"jsonl", "nan=string;timestamps=epoch;binary=hex", "timestamps=epoch;binary=hex"},
        {"jsonl", "nan=string;decimals=number", ""},
        {"json", "nan=string", ""},
        {"json", "nan=string;pretty=on;nulls=omit", ""},
    };
    round_trip(data, size, styles, sizeof(styles) / sizeof(styles[0]));
}

/* Moments beyond the years of Ion are refused; others are kept. */
void fuzz_ion_round(const uint8_t *data, size_t size)
{
    static const struct style styles[] = {
        {"ion", "", ""},
        {"ion", "nulls=omit;uuids=blob", ""},
        {"ion-text", "", ""},
        {"ion-text", "nulls=plain;pretty=on", ""},
    };
    round_trip(data, size, styles, sizeof(styles) / sizeof(styles[0]));
}

void fuzz_arrow_round(const uint8_t *data, size_t size)
{
    static const struct style styles[] = {
        {"arrow", "", ""},
        {"arrow", "compression=lz4;alignment=8", ""},
        {"arrow-stream", "", ""},
        {"arrow-stream", "compression=zstd;batch_rows=1", ""},
        {"arrow", "batch_rows=2;dictionary_deltas=on", ""},
    };
    round_trip(data, size, styles, sizeof(styles) / sizeof(styles[0]));
}

/* The drawn table is for people: it is UTF-8 and nothing a terminal would obey. */
void fuzz_table_write(const uint8_t *data, size_t size)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    static const struct style styles[] = {
        {"table", "", ""}, {"table", "width=20", ""}, {"table", "width=0", ""}};
    struct fuzz_bytes bytes = {data, size};
    const struct style *style = &styles[fuzz_take_below(&bytes, 3)];
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch;
    struct memory_out out;
    struct quire_stats *stats = NULL;
    struct quire_error error;
    fuzz_take_schema(&bytes, &schema);
    fuzz_take_batch(&bytes, &schema, &fill, &batch);
    FUZZ_CHECK(quire_stats_new(&schema, &stats, &error) == 0, "%s", error.cause);
    FUZZ_CHECK(quire_stats_add(stats, &batch, &error) == 0, "%s", error.cause);
    for (size_t i = 0; i < quire_stats_columns(stats); i++) {
        struct quire_stats_column column;
        FUZZ_CHECK(quire_stats_column(stats, i, &column, &error) == 0, "%s", error.cause);
        FUZZ_CHECK(column.nulls <= column.rows && column.distinct <= column.rows, "%s",
                   column.name);
    }
    quire_stats_free(stats);
    encode(style, &schema, &batch, 1, &out);
    FUZZ_CHECK(quire_utf8_is_valid(out.buf.data, out.buf.size), "not UTF-8");
    for (size_t i = 0; i < out.buf.size; i++) {
        bool control = out.buf.data[i] < 0x20 && out.buf.data[i] != '\n';
        FUZZ_CHECK(!control && out.buf.data[i] != 0x7f, "control %02x", out.buf.data[i]);
    }
    quire_schema_release(&schema);
    quire_buf_release(&out.buf);
}
