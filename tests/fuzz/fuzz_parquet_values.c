/* The encodings of Parquet's values. Any bytes are decoded twice, at once and in steps, and
 * both must give the same; and values come back from every encoding as they were.
 *
 * Input: the encoding, how many values, the steps, then the page (or the values). */
#include <string.h>

#include "base/cleanup.h"
#include "format/parquet/encoding/alp.h"
#include "format/parquet/encoding/byte_stream_split.h"
#include "format/parquet/encoding/delta_byte_array.h"
#include "format/parquet/encoding/dictionary.h"
#include "fuzz.h"
#include "fuzz_stream.h"

#define VALUES_MAX 600

union decoder {
    struct quire_rle_decoder rle;
    struct quire_delta_decoder delta;
    struct quire_delta_length_decoder lengths;
    struct quire_delta_bytes_decoder strings;
    struct quire_byte_stream_decoder split;
    struct quire_alp_decoder alp;
    struct quire_plain_bools bools;
};

/* One way to hold values in a page. Values are in `values` as the decoder gives them. */
struct encoding {
    const char *name;
    size_t width; /* of a decoded value; 0: slices */
    int (*begin)(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                 struct quire_error *error);
    int (*decode)(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                  struct quire_error *error);
    int (*encode)(const void *values, size_t n, struct quire_buf *out, struct quire_error *error);
    unsigned bits; /* that a value to encode may have; 0: all */
};

static int begin_nothing(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    (void)decoder, (void)page, (void)n, (void)error;
    return 0;
}

/* --- PLAIN ---------------------------------------------------------------------------- */

static int plain_i64(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                     struct quire_error *error)
{
    (void)decoder;
    return quire_plain_decode_fixed(page, values, n, 8, error);
}

static int encode_plain_i64(const void *values, size_t n, struct quire_buf *out,
                            struct quire_error *error)
{
    (void)error;
    return quire_plain_encode_fixed(out, values, n, 8);
}

static int plain_bytes(union decoder *decoder, struct quire_page_bytes *page, void *values,
                       size_t n, struct quire_error *error)
{
    (void)decoder;
    return quire_plain_decode_bytes(page, values, n, error);
}

static int encode_plain_bytes(const void *values, size_t n, struct quire_buf *out,
                              struct quire_error *error)
{
    return quire_plain_encode_bytes(out, values, n, error);
}

static int begin_bools(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                       struct quire_error *error)
{
    (void)page, (void)n, (void)error;
    decoder->bools = (struct quire_plain_bools){0};
    return 0;
}

static int plain_bools(union decoder *decoder, struct quire_page_bytes *page, void *values,
                       size_t n, struct quire_error *error)
{
    return quire_plain_decode_bools(&decoder->bools, page, values, n, error);
}

static int encode_plain_bools(const void *values, size_t n, struct quire_buf *out,
                              struct quire_error *error)
{
    struct quire_plain_bools bools = {0};
    (void)error;
    int code = quire_plain_encode_bools(&bools, out, values, n);
    return code == 0 ? quire_plain_finish_bools(&bools, out) : code;
}

/* --- RLE and indices ------------------------------------------------------------------- */

static int begin_rle(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                     struct quire_error *error)
{
    (void)n;
    return quire_rle_decoder_init(&decoder->rle, *page, 3, 8, error);
}

static int rle_u8(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                  struct quire_error *error)
{
    (void)page;
    return quire_rle_decode_u8(&decoder->rle, values, n, error);
}

static int encode_rle(const void *values, size_t n, struct quire_buf *out,
                      struct quire_error *error)
{
    struct quire_rle_encoder encoder;
    (void)error;
    quire_rle_encoder_init(&encoder, out, 3);
    int code = quire_rle_encode_u8(&encoder, values, n);
    return code == 0 ? quire_rle_finish(&encoder) : code;
}

static int begin_indices(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    (void)n;
    return quire_dictionary_indices_init(&decoder->rle, *page, error);
}

static int indices(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                   struct quire_error *error)
{
    (void)page;
    return quire_rle_decode_u32(&decoder->rle, values, n, error);
}

static int encode_indices(const void *values, size_t n, struct quire_buf *out,
                          struct quire_error *error)
{
    struct quire_rle_encoder encoder;
    (void)error;
    int code = quire_buf_push(out, 11);
    quire_rle_encoder_init(&encoder, out, 11);
    if (code == 0) code = quire_rle_encode_u32(&encoder, values, n);
    return code == 0 ? quire_rle_finish(&encoder) : code;
}

/* --- Deltas ---------------------------------------------------------------------------- */

static int begin_delta(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                       struct quire_error *error)
{
    (void)n;
    return quire_delta_decoder_init(&decoder->delta, *page, error);
}

static int delta_i32(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                     struct quire_error *error)
{
    (void)page;
    return quire_delta_decode_i32(&decoder->delta, values, n, error);
}

static int delta_i64(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                     struct quire_error *error)
{
    (void)page;
    return quire_delta_decode_i64(&decoder->delta, values, n, error);
}

static int encode_delta(const void *values, size_t n, bool wide, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_delta_encoder_release)
    struct quire_delta_encoder encoder = {.wide = wide};
    int code = wide ? quire_delta_encode_i64(&encoder, values, n)
                    : quire_delta_encode_i32(&encoder, values, n);
    return code == 0 ? quire_delta_finish(&encoder, out) : code;
}

static int encode_delta_i32(const void *values, size_t n, struct quire_buf *out,
                            struct quire_error *error)
{
    (void)error;
    return encode_delta(values, n, false, out);
}

static int encode_delta_i64(const void *values, size_t n, struct quire_buf *out,
                            struct quire_error *error)
{
    (void)error;
    return encode_delta(values, n, true, out);
}

static int begin_lengths(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    return quire_delta_length_decoder_init(&decoder->lengths, *page, n, error);
}

static int delta_lengths(union decoder *decoder, struct quire_page_bytes *page, void *values,
                         size_t n, struct quire_error *error)
{
    (void)page;
    return quire_delta_length_decode(&decoder->lengths, values, n, error);
}

static int encode_lengths(const void *values, size_t n, struct quire_buf *out,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_delta_length_encoder_release)
    struct quire_delta_length_encoder encoder = {0};
    int code = quire_delta_length_encode(&encoder, values, n, error);
    return code == 0 ? quire_delta_length_finish(&encoder, out) : code;
}

static int begin_strings(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    return quire_delta_bytes_decoder_init(&decoder->strings, *page, n, error);
}

static int delta_strings(union decoder *decoder, struct quire_page_bytes *page, void *values,
                         size_t n, struct quire_error *error)
{
    (void)page;
    return quire_delta_bytes_decode(&decoder->strings, values, n, error);
}

static int encode_strings(const void *values, size_t n, struct quire_buf *out,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_delta_bytes_encoder_release)
    struct quire_delta_bytes_encoder encoder = {0};
    int code = quire_delta_bytes_encode(&encoder, values, n, error);
    return code == 0 ? quire_delta_bytes_finish(&encoder, out) : code;
}

/* --- Floats ---------------------------------------------------------------------------- */

static int begin_split(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                       struct quire_error *error)
{
    (void)n;
    return quire_byte_stream_decoder_init(&decoder->split, *page, 8, error);
}

static int split(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
                 struct quire_error *error)
{
    (void)page;
    return quire_byte_stream_decode(&decoder->split, values, n, error);
}

static int encode_split(const void *values, size_t n, struct quire_buf *out,
                        struct quire_error *error)
{
    (void)error;
    return quire_byte_stream_split_encode(out, values, n, 8);
}

static int begin_alp_f32(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    (void)n;
    return quire_alp_decoder_init(&decoder->alp, *page, false, error);
}

static int begin_alp_f64(union decoder *decoder, struct quire_page_bytes *page, size_t n,
                         struct quire_error *error)
{
    (void)n;
    return quire_alp_decoder_init(&decoder->alp, *page, true, error);
}

static int alp(union decoder *decoder, struct quire_page_bytes *page, void *values, size_t n,
               struct quire_error *error)
{
    (void)page;
    return quire_alp_decode(&decoder->alp, values, n, error);
}

static int encode_alp_f32(const void *values, size_t n, struct quire_buf *out,
                          struct quire_error *error)
{
    return quire_alp_encode(out, values, n, false, error);
}

static int encode_alp_f64(const void *values, size_t n, struct quire_buf *out,
                          struct quire_error *error)
{
    return quire_alp_encode(out, values, n, true, error);
}

static const struct encoding encodings[] = {
    {"plain", 8, begin_nothing, plain_i64, encode_plain_i64, 0},
    {"plain bytes", 0, begin_nothing, plain_bytes, encode_plain_bytes, 0},
    {"plain bools", 1, begin_bools, plain_bools, encode_plain_bools, 1},
    {"rle", 1, begin_rle, rle_u8, encode_rle, 3},
    {"indices", 4, begin_indices, indices, encode_indices, 11},
    {"delta_binary_packed i32", 4, begin_delta, delta_i32, encode_delta_i32, 0},
    {"delta_binary_packed i64", 8, begin_delta, delta_i64, encode_delta_i64, 0},
    {"delta_length_byte_array", 0, begin_lengths, delta_lengths, encode_lengths, 0},
    {"delta_byte_array", 0, begin_strings, delta_strings, encode_strings, 0},
    {"byte_stream_split", 8, begin_split, split, encode_split, 0},
    {"alp float", 4, begin_alp_f32, alp, encode_alp_f32, 0},
    {"alp double", 8, begin_alp_f64, alp, encode_alp_f64, 0},
};
#define ENCODINGS (sizeof(encodings) / sizeof(encodings[0]))

static void release(const struct encoding *encoding, union decoder *decoder)
{
    if (encoding->decode == delta_strings) quire_delta_bytes_decoder_release(&decoder->strings);
    if (encoding->decode == alp) quire_alp_decoder_release(&decoder->alp);
}

/* Appends decoded values to out, the length of a slice before its bytes. */
static void note(const struct encoding *encoding, const void *values, size_t n,
                 struct quire_buf *out)
{
    const struct quire_bytes *slices = values;
    if (encoding->width > 0) {
        FUZZ_CHECK(quire_buf_append(out, values, n * encoding->width) == 0, "no memory");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(quire_buf_printf(out, "%zu ", slices[i].size) == 0, "no memory");
        FUZZ_CHECK(quire_buf_append(out, slices[i].data, slices[i].size) == 0, "no memory");
    }
}

/* step 0: all at once. */
static int decode(const struct encoding *encoding, const struct fuzz_bytes *bytes, size_t n,
                  size_t step, struct quire_buf *out, struct quire_error *error)
{
    static _Alignas(16) char values[VALUES_MAX * sizeof(struct quire_bytes)];
    union decoder decoder;
    struct quire_page_bytes page = quire_page_bytes_of(bytes->data, bytes->size);
    memset(&decoder, 0, sizeof(decoder));
    quire_error_clear(error);
    int code = encoding->begin(&decoder, &page, n, error);
    for (size_t done = 0; code == 0 && done < n;) {
        size_t part = step == 0 || step > n - done ? n - done : step;
        code = encoding->decode(&decoder, &page, values, part, error);
        if (code == 0) note(encoding, values, part, out);
        done += part;
    }
    release(encoding, &decoder);
    if (code != 0) fuzz_check_error(code, error);
    return code;
}

void fuzz_parquet_values(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf whole = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pieces = {0};
    const struct encoding *encoding = &encodings[fuzz_take_below(&bytes, ENCODINGS)];
    size_t n = fuzz_take_below(&bytes, 256) * 2;
    size_t step = 1 + fuzz_take_below(&bytes, 64);
    struct quire_error error;
    int code = decode(encoding, &bytes, n, 0, &whole, &error);
    int again = decode(encoding, &bytes, n, step, &pieces, &error);
    FUZZ_CHECK((code == 0) == (again == 0), "%s: %d, then %d", encoding->name, code, again);
    if (code == 0) fuzz_check_text(&whole, &pieces);
}

/* Values of so many bits: a few of them again and again, or what the bytes say. */
static void take_values(const struct encoding *encoding, struct fuzz_bytes *bytes, void *values,
                        size_t n)
{
    struct quire_bytes *slices = values;
    uint8_t *fixed = values;
    for (size_t i = 0; i < n && encoding->width == 0; i++) {
        size_t size = fuzz_take(bytes) % 12;
        if (size > bytes->size) size = bytes->size;
        slices[i] = (struct quire_bytes){bytes->data, size};
        /* Later ones may begin as this does. */
        if (size > 0 && fuzz_take(bytes) % 2 == 0 && bytes->size > size) {
            bytes->data += size;
            bytes->size -= size;
        }
    }
    for (size_t i = 0; i < n && encoding->width > 0; i++) {
        uint64_t value = 0;
        size_t bytes_taken = fuzz_take(bytes) % (encoding->width + 1);
        for (size_t j = 0; j < bytes_taken; j++)
            value = value << 8 | fuzz_take(bytes);
        if (encoding->bits > 0) value &= (UINT64_C(1) << encoding->bits) - 1;
        memcpy(fixed + i * encoding->width, &value, encoding->width);
    }
}

void fuzz_parquet_values_round(const uint8_t *data, size_t size)
{
    static _Alignas(16) char values[VALUES_MAX * sizeof(struct quire_bytes)];
    struct fuzz_bytes bytes = {data, size};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf page = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf given = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf got = {0};
    const struct encoding *encoding = &encodings[fuzz_take_below(&bytes, ENCODINGS)];
    size_t n = fuzz_take_below(&bytes, 256) * 2;
    size_t step = fuzz_take_below(&bytes, 64);
    struct quire_error error;
    take_values(encoding, &bytes, values, n);
    note(encoding, values, n, &given);
    quire_error_clear(&error);
    FUZZ_CHECK(encoding->encode(values, n, &page, &error) == 0, "%s: %s", encoding->name,
               error.cause);
    const struct fuzz_bytes encoded = {page.data, page.size};
    int code = decode(encoding, &encoded, n, step, &got, &error);
    FUZZ_CHECK(code == 0, "%s: %s", encoding->name, error.cause);
    fuzz_check_text(&given, &got);
}
