/* The decoders of whole files. What bytes become must not depend on how many threads
 * read them or in what pieces they come: each input is read twice, and both readings
 * must agree in every value, or in the error and its place.
 *
 * Input: flags, pieces, what of a file stays single when the rest is repeated, settings
 * (fuzz_settings.c), then the file. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/options.h"
#include "fuzz.h"
#include "fuzz_settings.h"
#include "fuzz_stream.h"
#include "memory_in.h"
#include "quire/batch.h"
#include "quire/format.h"

/* A file repeated is cut into chunks; some are longer than the sample that is looked at first. */
#define AMPLIFIED_BYTES 40000
#define LONG_BYTES      150000
#define SHOWN_BYTES     400

enum {
    FLAG_SCHEMA = 1,
    FLAG_NULL = 2,
    FLAG_REJECT = 4,
    FLAG_MIXED = 8,
    FLAG_NUMBERS = 16,
    FLAG_EXTRA = 32,
    FLAG_MISSING = 64,
    FLAG_AMPLIFY = 128 /* parts of the file over and over; slow */
};

/* How a file is repeated: but for its first and last bytes, until it is so long. */
struct amplifying {
    size_t first, last, wanted;
};

struct reading {
    const struct quire_format *format;
    const void *options;
    const struct ArrowSchema *schema;
    size_t flags, infer_rows, piece_max;
    unsigned threads;
    struct quire_buf text, rejects; /* rows, and what was set aside, as they came */
    struct quire_record_counts counts;
    struct quire_error error;
};

static int note_reject(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    struct reading *reading = user;
    (void)error;
    FUZZ_CHECK(reject->error->cause[0] != '\0', "a reject without a reason");
    return quire_buf_printf(&reading->rejects, "%lld %.*s\n", (long long)reject->error->row,
                            (int)reject->record_size, reject->record);
}

static int read_whole(struct reading *reading, const void *bytes, size_t size)
{
    const struct quire_context_options context_options = {.threads = reading->threads,
                                                          .memory_max = QUIRE_MEMORY_MIN};
    const struct quire_record_policy policy = {
        .schema = reading->schema,
        .infer_rows = (int64_t)reading->infer_rows,
        .mixed = reading->flags & FLAG_MIXED ? QUIRE_MIXED_JSON : QUIRE_MIXED_ERROR,
        .numbers = reading->flags & FLAG_NUMBERS ? QUIRE_NUMBERS_FLOAT : QUIRE_NUMBERS_EXACT,
        .on_bad = reading->flags & FLAG_REJECT ? QUIRE_ON_BAD_REJECT
                  : reading->flags & FLAG_NULL ? QUIRE_ON_BAD_NULL
                                               : QUIRE_ON_BAD_FAIL,
        .extra = reading->flags & FLAG_EXTRA ? QUIRE_EXTRA_IGNORE : QUIRE_EXTRA_ERROR,
        .missing = reading->flags & FLAG_MISSING ? QUIRE_MISSING_ERROR : QUIRE_MISSING_NULL,
        .reject = note_reject,
        .reject_user = reading,
        .counts = &reading->counts,
    };
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct memory_in in;
    memory_in_init(&in, bytes, size, reading->piece_max);
    quire_error_clear(&reading->error);
    FUZZ_CHECK(quire_context_new(&context_options, &context, NULL) == 0, "no context");
    int code = reading->format->decoder_open(&in.in, reading->options, &policy, context, &stream,
                                             &reading->error);
    int64_t rows = 0;
    if (code == 0) {
        code = fuzz_stream_text(&stream, &reading->text, &rows, &reading->error);
        FUZZ_CHECK(code != 0 || rows == reading->counts.rows, "%lld rows, %lld counted",
                   (long long)rows, (long long)reading->counts.rows);
    } else {
        FUZZ_CHECK(stream.release == NULL, "a stream after a failure");
    }
    quire_stream_release(&stream);
    quire_context_free(context);
    if (code != 0) fuzz_check_error(code, &reading->error);
    return code;
}

/* How much comes before an error may differ; and of several errors in a file that is cut
 * into chunks any may be told of. */
static void check_same(const struct reading *a, int code_a, const struct reading *b, int code_b)
{
    char lines[2][SHOWN_BYTES];
    quire_error_format(&a->error, lines[0], SHOWN_BYTES);
    quire_error_format(&b->error, lines[1], SHOWN_BYTES);
    bool same = (code_a == 0) == (code_b == 0);
    if ((a->flags & FLAG_AMPLIFY) == 0) same = strcmp(lines[0], lines[1]) == 0;
    FUZZ_CHECK(same, "%s | %s", lines[0], lines[1]);
    if (code_a != 0) return;
    fuzz_check_text(&a->text, &b->text);
    fuzz_check_text(&a->rejects, &b->rejects);
    FUZZ_CHECK(memcmp(&a->counts, &b->counts, sizeof(a->counts)) == 0, "counts differ");
}

static struct amplifying take_amplifying(struct fuzz_bytes *bytes, size_t pieces)
{
    struct amplifying how = {.wanted = pieces > 48 ? LONG_BYTES : AMPLIFIED_BYTES};
    how.first = fuzz_take_below(bytes, 256);
    how.last = fuzz_take_below(bytes, 256);
    return how;
}

static void put(struct quire_buf *file, const uint8_t *bytes, size_t size)
{
    FUZZ_CHECK(quire_buf_append(file, bytes, size) == 0, "no memory");
}

static void amplify(struct quire_buf *file, const struct fuzz_bytes *bytes, struct amplifying how)
{
    if (how.first + how.last >= bytes->size) how.first = how.last = 0;
    size_t middle = bytes->size - how.first - how.last;
    put(file, bytes->data, how.first);
    do {
        put(file, bytes->data + how.first, middle);
    } while (middle > 0 && file->size < how.wanted);
    put(file, bytes->data + how.first + middle, how.last);
}

static void decode(const char *format_name, const char *schema_text, const uint8_t *data,
                   size_t size)
{
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    struct fuzz_bytes bytes = {data, size};
    struct ArrowSchema schema = {.release = NULL};
    struct reading whole = {.threads = 1}, pieces = {.format = NULL};
    struct amplifying amplifying = {.wanted = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
    FUZZ_CHECK(quire_format_find(format_name, &whole.format, NULL) == 0, "%s", format_name);
    FUZZ_CHECK(quire_schema_parse(schema_text, strlen(schema_text), &schema, NULL) == 0, "schema");
    whole.flags = fuzz_take_below(&bytes, 256);
    pieces.piece_max = fuzz_take_below(&bytes, 64) + 1;
    if (pieces.piece_max % 8 != 1) whole.flags &= ~(size_t)FLAG_AMPLIFY; /* seldom enough */
    pieces.threads = pieces.piece_max % 2 == 1 ? 2 : 1;
    if (whole.flags & FLAG_AMPLIFY) amplifying = take_amplifying(&bytes, pieces.piece_max);
    whole.infer_rows = fuzz_take_below(&bytes, 4);
    fuzz_take_settings(&bytes, &whole.format->decoder_options, options);
    whole.options = options;
    whole.schema = whole.flags & FLAG_SCHEMA ? &schema : NULL;
    pieces.format = whole.format;
    pieces.options = options;
    pieces.schema = whole.schema;
    pieces.flags = whole.flags;
    pieces.infer_rows = whole.infer_rows;
    amplify(&file, &bytes, amplifying);
    int code = read_whole(&whole, file.data, file.size);
    check_same(&whole, code, &pieces, read_whole(&pieces, file.data, file.size));
    quire_options_release(&whole.format->decoder_options, options);
    quire_schema_release(&schema);
    quire_buf_release(&whole.text);
    quire_buf_release(&whole.rejects);
    quire_buf_release(&pieces.text);
    quire_buf_release(&pieces.rejects);
}

static const char csv_schema[] =
    "a int32, b string, c float64, d date, e timestamp(ms), f decimal(9,2), g bool, h list<int8>,"
    "i binary, j dictionary<string>, k json";

void fuzz_csv(const uint8_t *data, size_t size)
{
    decode("csv", csv_schema, data, size);
}

void fuzz_tsv(const uint8_t *data, size_t size)
{
    decode("tsv", csv_schema, data, size);
}

static const char json_schema[] =
    "a int64, b string, c list<struct<d:date, e:float32>>, f map<string, int32>, g json, h uuid,"
    "i decimal(9,2), j dictionary<string>, k fixed_list<bool, 2>, l timestamp(us, UTC)";

void fuzz_json(const uint8_t *data, size_t size)
{
    decode("json", json_schema, data, size);
}

static const char ion_schema[] =
    "a int64, b string, c list<struct<d:date, e:float32>>, f map<string, int32>, g json, h uuid,"
    "i decimal(9,2), j dictionary<string>, k fixed_list<bool, 2>, l timestamp(us, UTC)";

/* Either decoder takes either form: seeds of this one are binary. */
void fuzz_ion(const uint8_t *data, size_t size)
{
    decode("ion", ion_schema, data, size);
}

void fuzz_ion_text(const uint8_t *data, size_t size)
{
    decode("ion-text", ion_schema, data, size);
}

void fuzz_jsonl(const uint8_t *data, size_t size)
{
    decode("jsonl", json_schema, data, size);
}
