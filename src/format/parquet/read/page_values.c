/* A decoder is started by the first value that is asked for. */
#include "format/parquet/read/page_values.h"

#include "base/fail.h"

#define OPERATION "read parquet page"
#define AT_ONCE   512

void quire_page_values_release(struct quire_page_values *values)
{
    if (values == NULL) return;
    quire_delta_bytes_decoder_release(values->delta_bytes);
    quire_free(values->delta_bytes);
    quire_alp_decoder_release(&values->alp);
    *values = (struct quire_page_values){0};
}

size_t quire_page_values_memory(const struct quire_page_values *values)
{
    const struct quire_delta_bytes_decoder *delta_bytes = values->delta_bytes;
    size_t delta = delta_bytes != NULL ? sizeof(*delta_bytes) + delta_bytes->values.capacity : 0;
    return delta + values->alp.values.capacity;
}

static bool encoding_fits(enum quire_parquet_type type, int32_t encoding)
{
    bool integer = type == QUIRE_PARQUET_INT32 || type == QUIRE_PARQUET_INT64;
    bool real = type == QUIRE_PARQUET_FLOAT || type == QUIRE_PARQUET_DOUBLE;
    bool fixed = type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY;
    bool bytes = type == QUIRE_PARQUET_BYTE_ARRAY;
    switch (encoding) {
    case QUIRE_ENCODING_PLAIN:
    case QUIRE_ENCODING_RLE_DICTIONARY: return true;
    case QUIRE_ENCODING_RLE: return type == QUIRE_PARQUET_BOOLEAN;
    case QUIRE_ENCODING_DELTA_BINARY_PACKED: return integer;
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY: return bytes;
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return bytes || fixed;
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT: return integer || real || fixed;
    case QUIRE_ENCODING_ALP: return real;
    default: return false;
    }
}

int quire_page_values_begin(struct quire_page_values *values, enum quire_parquet_type type,
                            size_t width, const struct quire_page *page, struct quire_error *error)
{
    int32_t encoding = page->encoding;
    if (encoding == QUIRE_ENCODING_PLAIN_DICTIONARY) encoding = QUIRE_ENCODING_RLE_DICTIONARY;
    if (!encoding_fits(type, encoding))
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "values of physical type %d are in encoding %d", (int)type,
                          (int)encoding);
    values->type = type;
    values->width = width;
    values->encoding = encoding;
    values->count_max = (uint64_t)page->entries;
    values->started = false;
    values->bytes = page->content;
    values->readable = page->content.end + (page->padded ? QUIRE_PAGE_PADDING : 0);
    return 0;
}

/* Booleans in RLE have their length before them, in pages of both versions. */
static int start_booleans(struct quire_page_values *values, struct quire_error *error)
{
    struct quire_page_bytes part;
    uint32_t size = 0;
    QUIRE_TRY(quire_page_read_u32(&values->bytes, &size, error));
    QUIRE_TRY(quire_page_take(&values->bytes, size, &part, error));
    return quire_rle_decoder_init(&values->rle, part, 1, 8, error);
}

static int start_delta_bytes(struct quire_page_values *values, struct quire_error *error)
{
    if (values->delta_bytes == NULL)
        values->delta_bytes = quire_alloc_zero(1, sizeof(*values->delta_bytes));
    if (values->delta_bytes == NULL) return quire_fail_memory(error, OPERATION);
    return quire_delta_bytes_decoder_init(values->delta_bytes, values->bytes, values->count_max,
                                          error);
}

static int start(struct quire_page_values *values, struct quire_error *error)
{
    if (values->started) return 0;
    values->started = true;
    switch (values->encoding) {
    case QUIRE_ENCODING_RLE_DICTIONARY:
        return quire_dictionary_indices_init(&values->rle, values->bytes, error);
    case QUIRE_ENCODING_RLE: return start_booleans(values, error);
    case QUIRE_ENCODING_DELTA_BINARY_PACKED:
        return quire_delta_decoder_init(&values->delta, values->bytes, error);
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return quire_delta_length_decoder_init(&values->delta_length, values->bytes,
                                               values->count_max, error);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return start_delta_bytes(values, error);
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT:
        return quire_byte_stream_decoder_init(&values->streams, values->bytes, values->width,
                                              error);
    case QUIRE_ENCODING_ALP:
        return quire_alp_decoder_init(&values->alp, values->bytes, values->width == 8, error);
    default: values->bools = (struct quire_plain_bools){0}; return 0;
    }
}

/* FIXED_LEN_BYTE_ARRAY in DELTA_BYTE_ARRAY. */
static int copy_slices(struct quire_page_values *values, uint8_t *out, size_t n,
                       struct quire_error *error)
{
    struct quire_bytes slices[AT_ONCE];
    for (size_t done = 0; done < n;) {
        size_t part = n - done < AT_ONCE ? n - done : AT_ONCE;
        QUIRE_TRY(quire_delta_bytes_decode(values->delta_bytes, slices, part, error));
        for (size_t i = 0; i < part; i++) {
            if (slices[i].size != values->width)
                return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                                  "a value of %zu bytes in a column of %zu", slices[i].size,
                                  values->width);
            memcpy(out + (done + i) * values->width, slices[i].data, values->width);
        }
        done += part;
    }
    return 0;
}

int quire_page_values_fixed(struct quire_page_values *values, void *out, size_t n,
                            struct quire_error *error)
{
    if (n == 0) return 0;
    QUIRE_TRY(start(values, error));
    switch (values->encoding) {
    case QUIRE_ENCODING_RLE: return quire_rle_decode_u8(&values->rle, out, n, error);
    case QUIRE_ENCODING_DELTA_BINARY_PACKED:
        if (values->width == 4) return quire_delta_decode_i32(&values->delta, out, n, error);
        return quire_delta_decode_i64(&values->delta, out, n, error);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return copy_slices(values, out, n, error);
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT:
        return quire_byte_stream_decode(&values->streams, out, n, error);
    case QUIRE_ENCODING_ALP: return quire_alp_decode(&values->alp, out, n, error);
    default: break;
    }
    if (values->type == QUIRE_PARQUET_BOOLEAN)
        return quire_plain_decode_bools(&values->bools, &values->bytes, out, n, error);
    return quire_plain_decode_fixed(&values->bytes, out, n, values->width, error);
}

int quire_page_values_bytes(struct quire_page_values *values, struct quire_bytes *out, size_t n,
                            struct quire_error *error)
{
    if (n == 0) return 0;
    QUIRE_TRY(start(values, error));
    switch (values->encoding) {
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return quire_delta_length_decode(&values->delta_length, out, n, error);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY:
        return quire_delta_bytes_decode(values->delta_bytes, out, n, error);
    default: return quire_plain_decode_bytes(&values->bytes, out, n, error);
    }
}

int quire_page_values_indices(struct quire_page_values *values, uint32_t *out, size_t n,
                              struct quire_error *error)
{
    if (n == 0) return 0;
    QUIRE_TRY(start(values, error));
    return quire_rle_decode_u32(&values->rle, out, n, error);
}

int quire_page_values_peek_run(struct quire_page_values *values, uint64_t *run, uint32_t *index,
                               struct quire_error *error)
{
    QUIRE_TRY(start(values, error));
    return quire_rle_peek_run(&values->rle, run, index, error);
}

static int skip_indices(struct quire_page_values *values, size_t n, struct quire_error *error)
{
    uint32_t indices[AT_ONCE];
    while (n > 0) {
        uint64_t run = 0;
        uint32_t index = 0;
        QUIRE_TRY(quire_page_values_peek_run(values, &run, &index, error));
        size_t part = n < AT_ONCE ? n : AT_ONCE;
        if (run > 0) {
            part = n < run ? n : (size_t)run;
            quire_rle_take_run(&values->rle, part);
        } else {
            QUIRE_TRY(quire_page_values_indices(values, indices, part, error));
        }
        n -= part;
    }
    return 0;
}

static int skip_bytes(struct quire_page_values *values, size_t n, struct quire_error *error)
{
    struct quire_bytes slices[AT_ONCE];
    for (size_t part; n > 0; n -= part) {
        part = n < AT_ONCE ? n : AT_ONCE;
        QUIRE_TRY(quire_page_values_bytes(values, slices, part, error));
    }
    return 0;
}

/* Values of a fixed width in encodings that do not tell where the next one is. */
static int skip_fixed(struct quire_page_values *values, size_t n, struct quire_error *error)
{
    uint8_t bytes[4096];
    size_t most = sizeof(bytes) / (values->width > 0 ? values->width : 1);
    for (size_t part; n > 0; n -= part) {
        part = n < most ? n : most;
        QUIRE_TRY(quire_page_values_fixed(values, bytes, part, error));
    }
    return 0;
}

static int skip_plain(struct quire_page_values *values, size_t n, struct quire_error *error)
{
    struct quire_page_bytes part;
    if (n > SIZE_MAX / values->width) return quire_page_fail_end(&values->bytes, "values", error);
    return quire_page_take(&values->bytes, n * values->width, &part, error);
}

int quire_page_values_skip(struct quire_page_values *values, size_t n, struct quire_error *error)
{
    if (n == 0) return 0;
    QUIRE_TRY(start(values, error));
    switch (values->encoding) {
    case QUIRE_ENCODING_RLE_DICTIONARY: return skip_indices(values, n, error);
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return skip_bytes(values, n, error);
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT:
        return quire_byte_stream_skip(&values->streams, n, error);
    case QUIRE_ENCODING_ALP: return quire_alp_skip(&values->alp, n, error);
    case QUIRE_ENCODING_PLAIN:
        if (values->type == QUIRE_PARQUET_BYTE_ARRAY) return skip_bytes(values, n, error);
        return values->width > 0 ? skip_plain(values, n, error) : skip_fixed(values, n, error);
    default: return skip_fixed(values, n, error);
    }
}
