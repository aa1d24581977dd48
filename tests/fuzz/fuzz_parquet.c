/* Parquet as whole files: any bytes read; batches written in many styles, read back as
 * they were; and such files damaged here and there, which must be refused or read, the same
 * by one thread and by two, in batches of any size. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/options.h"
#include "data/field.h"
#include "fuzz.h"
#include "fuzz_batch.h"
#include "fuzz_parquet.h"
#include "fuzz_settings.h"
#include "fuzz_stream.h"
#include "memory_in.h"
#include "quire/diff.h"
#include "quire/format.h"

#define KEY "footer_key=/proc/self/fd/100"

const struct fuzz_parquet_style fuzz_parquet_styles[] = {
    {"", ""},
    {"compression=none;dictionary=off;page_rows=2", ""},
    {"compression=zstd;data_page_version=2;page_rows=3", "batch_rows=2"},
    {"compression=lz4;row_group_rows=3;page_checksum=on", ""},
    {"compression=brotli;dictionary=off;row_group_rows=1", "use_page_index=off"},
    {"compression=gzip;data_page_version=2;dictionary=off", ""},
    {"compression=none;encoding.c0=delta_binary_packed;page_rows=5", ""},
    {"compression=none;encoding.c0=delta_byte_array;encoding.c1=rle", "batch_rows=1"},
    {"compression=none;encoding.c0=delta_length_byte_array;data_page_version=2", ""},
    {"compression=none;encoding.c0=byte_stream_split;statistics=off", ""},
    {"compression=none;encoding.c0=dictionary;dictionary_bytes=1KB", ""},
    {"compression=none;page_index=off;size_statistics=off;statistics_bytes=1", ""},
    {"compression=none;bloom_filter=c0;row_group_rows=4", ""},
    {KEY, KEY},
    {KEY ";encryption_algorithm=aes_gcm_ctr_v1;compression=none;page_rows=2", KEY},
    {KEY ";plaintext_footer=on;aad_prefix=t;store_aad_prefix=off", KEY ";aad_prefix=t"},
    {"compression=none;encoding.c0=alp;row_group_rows=7", ""},
    {"compression=none;page_rows=1;row_group_rows=5;bloom_filter=c0;statistics_bytes=2", ""},
};
#define STYLES (sizeof(fuzz_parquet_styles) / sizeof(fuzz_parquet_styles[0]))
const size_t fuzz_parquet_styles_size = STYLES;

/* The file of the key that styles name, once and for all. */
void fuzz_parquet_keep_key(void)
{
    static bool kept;
    if (kept) return;
    int fd = memfd_create("key", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && dup2(fd, 100) == 100, "no file for the key");
    close(fd);
    FUZZ_CHECK(write(100, "0123456789abcdef", 16) == 16, "no room for the key");
    kept = true;
}

static const struct quire_format *parquet(void)
{
    const struct quire_format *format = NULL;
    FUZZ_CHECK(quire_format_find("parquet", &format, NULL) == 0, "no parquet");
    return format;
}

static struct quire_context *new_context(unsigned threads)
{
    const struct quire_context_options options = {threads, QUIRE_MEMORY_MIN, NULL};
    struct quire_context *context = NULL;
    FUZZ_CHECK(quire_context_new(&options, &context, NULL) == 0, "no context");
    return context;
}

/* --- Writing ---------------------------------------------------------------------------- */

/* What a type or its values may have no place for in Parquet. */
static bool may_be_refused(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_STRUCT && field->children_size == 0) return true;
    if (field->kind == QUIRE_KIND_INTERVAL_MONTH_DAY_NANO ||
        field->kind == QUIRE_KIND_INTERVAL_MONTHS || field->kind == QUIRE_KIND_INTERVAL_DAY_TIME)
        return true;
    if (field->kind == QUIRE_KIND_DATE64) return true;
    if (field->kind == QUIRE_KIND_TIMESTAMP && field->unit == QUIRE_SECOND) return true;
    for (size_t i = 0; i < field->children_size; i++) {
        if (may_be_refused(&field->children[i])) return true;
    }
    return false;
}

static bool refused(const struct ArrowSchema *schema, int code, const struct quire_error *error)
{
    if (code == 0) return false;
    struct quire_field *root = NULL;
    fuzz_check_error(code, error);
    FUZZ_CHECK(quire_field_open(schema, &root, NULL) == 0, "no memory");
    /* An encoding that a style names may be none of the column's type. */
    bool known = code == QUIRE_USAGE || may_be_refused(root);
    FUZZ_CHECK(known, "column %s, row %lld: %s", error->column, (long long)error->row,
               error->cause);
    quire_field_close(root);
    return true;
}

bool fuzz_parquet_encode(const struct fuzz_parquet_style *style, const struct ArrowSchema *schema,
                         struct ArrowArray *batch, unsigned threads, struct memory_out *out)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = parquet();
    struct quire_context *context = new_context(threads);
    struct quire_encoder *encoder = NULL;
    struct quire_error error;
    quire_error_clear(&error);
    fuzz_set(&format->encoder_options, options, style->write);
    memory_out_init(out);
    int code = format->encoder_new(schema, options, context, &out->out, &encoder, &error);
    if (code == 0)
        code = format->encoder_write(encoder, batch, &error);
    else
        quire_array_release(batch);
    if (code == 0) code = format->encoder_finish(encoder, NULL, &error);
    format->encoder_free(encoder);
    quire_options_release(&format->encoder_options, options);
    quire_context_free(context);
    return !refused(schema, code, &error);
}

/* --- Reading ---------------------------------------------------------------------------- */

struct reading {
    const struct fuzz_parquet_style *style;
    unsigned threads;
    const char *batch_rows; /* NULL: as the style has it */
    struct quire_buf text;
    int64_t rows;
    struct quire_error error;
};

static int read_file(struct reading *reading, const struct fuzz_bytes *file)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = parquet();
    struct quire_context *context = new_context(reading->threads);
    const struct quire_record_policy policy = {.schema = NULL};
    struct ArrowArrayStream stream = {.release = NULL};
    struct memory_in in;
    fuzz_set(&format->decoder_options, options, reading->style->read);
    if (reading->batch_rows != NULL)
        FUZZ_CHECK(quire_options_set(&format->decoder_options, options, "batch_rows",
                                     reading->batch_rows, NULL) == 0,
                   "%s", reading->batch_rows);
    memory_in_init_anywhere(&in, file->data, file->size);
    quire_error_clear(&reading->error);
    int code = format->decoder_open(&in.in, options, &policy, context, &stream, &reading->error);
    FUZZ_CHECK(code == 0 || stream.release == NULL, "a stream after a failure");
    if (code == 0)
        code = fuzz_stream_text(&stream, &reading->text, &reading->rows, &reading->error);
    quire_stream_release(&stream);
    quire_options_release(&format->decoder_options, options);
    quire_context_free(context);
    if (code != 0) fuzz_check_error(code, &reading->error);
    return code;
}

static void describe(const struct fuzz_parquet_style *style, const struct fuzz_bytes *file)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = parquet();
    struct quire_context *context = new_context(1);
    struct memory_in in;
    struct quire_error error;
    char *json = NULL;
    quire_error_clear(&error);
    fuzz_set(&format->decoder_options, options, style->read);
    memory_in_init_anywhere(&in, file->data, file->size);
    int code = format->describe(&in.in, options, context, &json, &error);
    if (code != 0) fuzz_check_error(code, &error);
    FUZZ_CHECK((code == 0) == (json != NULL), "%s", "a description or a failure");
    quire_free(json);
    quire_options_release(&format->decoder_options, options);
    quire_context_free(context);
}

/* Whether the file can be read, and what is in it, do not depend on how it is read. Of
 * several errors any may be told of. */
static void read_both_ways(const struct fuzz_parquet_style *style, const struct fuzz_bytes *file)
{
    struct reading one = {.style = style, .threads = 1};
    struct reading two = {.style = style, .threads = 2, .batch_rows = "3"};
    int code = read_file(&one, file);
    int again = read_file(&two, file);
    FUZZ_CHECK((code == 0) == (again == 0), "%s | %s", code != 0 ? one.error.cause : "read",
               again != 0 ? two.error.cause : "read");
    if (code == 0) fuzz_check_text(&one.text, &two.text);
    quire_buf_release(&one.text);
    quire_buf_release(&two.text);
    describe(style, file);
}

void fuzz_parquet(const uint8_t *data, size_t size)
{
    const struct fuzz_bytes file = {data, size};
    fuzz_parquet_keep_key();
    read_both_ways(&fuzz_parquet_styles[0], &file);
}

/* --- Round trips -------------------------------------------------------------------------- */

/* Decimals of a negative scale are written out. */
static bool changes_type(const struct ArrowSchema *schema)
{
    const char *scale = strchr(schema->format, ',');
    if (schema->format[0] == 'd' && scale != NULL && scale[1] == '-') return true;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (changes_type(schema->children[i])) return true;
    }
    return false;
}

static void compare(const struct fuzz_parquet_style *style, const struct ArrowSchema *schema,
                    struct ArrowArray *expected, unsigned threads, const struct fuzz_bytes *file)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = parquet();
    struct quire_context *context = new_context(threads);
    const struct quire_record_policy policy = {.schema = NULL};
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArrayStream written = {.release = NULL}, read = {.release = NULL};
    struct quire_diff_result result;
    struct quire_error error;
    struct memory_in in;
    int64_t rows = expected->length;
    quire_error_clear(&error);
    fuzz_set(&format->decoder_options, options, style->read);
    memory_in_init_anywhere(&in, file->data, file->size);
    int code = format->decoder_open(&in.in, options, &policy, context, &read, &error);
    FUZZ_CHECK(code == 0, "%s: %s", style->write, error.cause);
    FUZZ_CHECK(quire_schema_copy(schema, &copy, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_stream_of_batches(&copy, expected, 1, &written, NULL) == 0, "no memory");
    code = quire_diff(&written, &read, NULL, &result, &error);
    FUZZ_CHECK(code == 0, "%s: row %lld, column %s: %s", style->write, (long long)error.row,
               error.column, error.cause);
    bool same =
        result.same || (result.values == 0 && result.rows_b == rows && changes_type(schema));
    FUZZ_CHECK(same && result.complete && result.rows_a == rows, "%s: %lld values differ",
               style->write, (long long)result.values);
    quire_stream_release(&written);
    quire_stream_release(&read);
    quire_options_release(&format->decoder_options, options);
    quire_context_free(context);
}

/* Makes the batch twice. */
static void take_twice(struct fuzz_bytes *bytes, struct ArrowSchema *schema,
                       struct ArrowArray *batch, struct ArrowArray *copy)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    fuzz_take_schema(bytes, schema);
    struct fuzz_bytes again = *bytes;
    fuzz_take_batch(bytes, schema, &fill, batch);
    fuzz_take_batch(&again, schema, &fill, copy);
}

void fuzz_parquet_round(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch, copy;
    struct memory_out out;
    fuzz_parquet_keep_key();
    const struct fuzz_parquet_style *style = &fuzz_parquet_styles[fuzz_take_below(&bytes, STYLES)];
    unsigned threads = 1 + (unsigned)fuzz_take_below(&bytes, 2);
    take_twice(&bytes, &schema, &batch, &copy);
    if (fuzz_parquet_encode(style, &schema, &batch, threads, &out)) {
        const struct fuzz_bytes file = {out.buf.data, out.buf.size};
        compare(style, &schema, &copy, threads, &file);
        describe(style, &file);
    } else {
        quire_array_release(&copy);
    }
    quire_schema_release(&schema);
    quire_buf_release(&out.buf);
}

/* Up to three bytes changed, some of them in what stands at the end. */
static void damage(struct fuzz_bytes *bytes, struct quire_buf *file)
{
    size_t changes = fuzz_take_below(bytes, 4);
    for (size_t i = 0; i < changes; i++) {
        size_t from = fuzz_take_below(bytes, 2);
        size_t at = (size_t)fuzz_take(bytes) << 8 | fuzz_take(bytes);
        at %= file->size;
        file->data[from == 0 ? at : file->size - 1 - at] ^= fuzz_take(bytes);
    }
    if (fuzz_take_below(bytes, 16) == 1) file->size -= fuzz_take_below(bytes, 64) % file->size;
}

void fuzz_parquet_damaged(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch, copy;
    struct memory_out out;
    fuzz_parquet_keep_key();
    const struct fuzz_parquet_style *style = &fuzz_parquet_styles[fuzz_take_below(&bytes, STYLES)];
    struct fuzz_bytes changes = bytes;
    size_t taken = bytes.size < 14 ? bytes.size : 14; /* what damage takes at most */
    bytes.data += taken;
    bytes.size -= taken;
    take_twice(&bytes, &schema, &batch, &copy);
    quire_array_release(&copy);
    if (fuzz_parquet_encode(style, &schema, &batch, 1, &out)) {
        damage(&changes, &out.buf);
        const struct fuzz_bytes file = {out.buf.data, out.buf.size};
        read_both_ways(style, &file);
    }
    quire_schema_release(&schema);
    quire_buf_release(&out.buf);
}
