#include "format/parquet/encoding/delta_byte_array.h"

#define AT_ONCE 256

void quire_delta_bytes_encoder_release(struct quire_delta_bytes_encoder *encoder)
{
    if (encoder == NULL) return;
    quire_delta_encoder_release(&encoder->prefixes);
    quire_delta_length_encoder_release(&encoder->suffixes);
    quire_buf_release(&encoder->last);
}

void quire_delta_bytes_encoder_clear(struct quire_delta_bytes_encoder *encoder)
{
    quire_delta_encoder_clear(&encoder->prefixes);
    quire_delta_length_encoder_clear(&encoder->suffixes);
    quire_buf_clear(&encoder->last);
}

static size_t common_prefix(struct quire_bytes a, struct quire_bytes b)
{
    size_t size = a.size < b.size ? a.size : b.size, i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word_a, word_b;
        memcpy(&word_a, a.data + i, 8);
        memcpy(&word_b, b.data + i, 8);
        if (word_a != word_b) return i + (size_t)__builtin_ctzll(word_a ^ word_b) / 8;
    }
    while (i < size && a.data[i] == b.data[i])
        i++;
    return i;
}

/* The values of one call follow each other; only the last of them is kept. */
static int encode_some(struct quire_delta_bytes_encoder *encoder, struct quire_bytes *last,
                       const struct quire_bytes *values, size_t n, struct quire_error *error)
{
    int32_t prefixes[AT_ONCE];
    struct quire_bytes suffixes[AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        size_t prefix = common_prefix(*last, values[i]);
        if (prefix > INT32_MAX) prefix = INT32_MAX;
        prefixes[i] = (int32_t)prefix;
        suffixes[i] = values[i];
        if (prefix > 0) suffixes[i].data += prefix;
        suffixes[i].size -= prefix;
        *last = values[i];
    }
    QUIRE_TRY(quire_delta_length_encode(&encoder->suffixes, suffixes, n, error));
    if (quire_delta_encode_i32(&encoder->prefixes, prefixes, n) != 0)
        return quire_fail_memory(error, "write parquet");
    return 0;
}

int quire_delta_bytes_encode(struct quire_delta_bytes_encoder *encoder,
                             const struct quire_bytes *values, size_t n, struct quire_error *error)
{
    struct quire_bytes last = {encoder->last.data, encoder->last.size};
    if (n == 0) return 0;
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t part = n - i < AT_ONCE ? n - i : AT_ONCE;
        QUIRE_TRY(encode_some(encoder, &last, values + i, part, error));
    }
    quire_buf_clear(&encoder->last);
    if (quire_buf_append(&encoder->last, last.data, last.size) != 0)
        return quire_fail_memory(error, "write parquet");
    return 0;
}

size_t quire_delta_bytes_encoder_size(const struct quire_delta_bytes_encoder *encoder)
{
    return quire_delta_encoder_size(&encoder->prefixes) +
           quire_delta_length_encoder_size(&encoder->suffixes);
}

int quire_delta_bytes_finish(struct quire_delta_bytes_encoder *encoder, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_reserve(out, quire_delta_bytes_encoder_size(encoder)));
    QUIRE_TRY(quire_delta_finish(&encoder->prefixes, out));
    QUIRE_TRY(quire_delta_length_finish(&encoder->suffixes, out));
    quire_buf_clear(&encoder->last);
    return 0;
}

static int skip_values(struct quire_delta_decoder *decoder, struct quire_error *error)
{
    int32_t values[AT_ONCE];
    while (decoder->left > 0) {
        size_t part = decoder->left < AT_ONCE ? (size_t)decoder->left : AT_ONCE;
        QUIRE_TRY(quire_delta_decode_i32(decoder, values, part, error));
    }
    return 0;
}

int quire_delta_bytes_decoder_init(struct quire_delta_bytes_decoder *decoder,
                                   struct quire_page_bytes bytes, uint64_t count_max,
                                   struct quire_error *error)
{
    decoder->last_at = decoder->last_size = 0;
    QUIRE_TRY(quire_delta_decoder_init(&decoder->prefixes, bytes, error));
    if (decoder->prefixes.count > count_max)
        return quire_page_fail(&bytes, error, "%llu prefixes in a page of %llu values",
                               (unsigned long long)decoder->prefixes.count,
                               (unsigned long long)count_max);
    struct quire_delta_decoder ahead = decoder->prefixes;
    QUIRE_TRY(skip_values(&ahead, error));
    QUIRE_TRY(quire_delta_length_decoder_init(&decoder->suffixes, quire_delta_rest(&ahead),
                                              count_max, error));
    if (decoder->suffixes.lengths.count != decoder->prefixes.count)
        return quire_page_fail(&bytes, error, "%llu prefixes and %llu suffixes",
                               (unsigned long long)decoder->prefixes.count,
                               (unsigned long long)decoder->suffixes.lengths.count);
    return 0;
}

void quire_delta_bytes_decoder_release(struct quire_delta_bytes_decoder *decoder)
{
    if (decoder != NULL) quire_buf_release(&decoder->values);
}

/* Appends the values to decoder->values, where the one before them stands too. */
static int decode_some(struct quire_delta_bytes_decoder *decoder, struct quire_bytes *values,
                       size_t n, struct quire_error *error)
{
    int32_t prefixes[AT_ONCE];
    struct quire_buf *out = &decoder->values;
    QUIRE_TRY(quire_delta_decode_i32(&decoder->prefixes, prefixes, n, error));
    QUIRE_TRY(quire_delta_length_decode(&decoder->suffixes, values, n, error));
    for (size_t i = 0; i < n; i++) {
        if (prefixes[i] < 0 || (size_t)prefixes[i] > decoder->last_size)
            return quire_page_fail(&decoder->suffixes.bytes, error,
                                   "a value repeats %d bytes of one that has %zu", (int)prefixes[i],
                                   decoder->last_size);
        size_t prefix = (size_t)prefixes[i], size = prefix + values[i].size;
        if (size > QUIRE_DELTA_BYTES_MAX - out->size)
            return quire_fail(error, QUIRE_LIMIT, "read parquet page",
                              "values of more than %zu bytes", QUIRE_DELTA_BYTES_MAX);
        if (quire_buf_reserve(out, size) != 0) return quire_fail_memory(error, "read parquet page");
        uint8_t *at = quire_buf_end(out);
        if (prefix > 0) memcpy(at, out->data + decoder->last_at, prefix);
        if (values[i].size > 0) memcpy(at + prefix, values[i].data, values[i].size);
        values[i].size = size;
        decoder->last_at = out->size;
        decoder->last_size = size;
        out->size += size;
    }
    return 0;
}

int quire_delta_bytes_decode(struct quire_delta_bytes_decoder *decoder, struct quire_bytes *values,
                             size_t n, struct quire_error *error)
{
    struct quire_buf *out = &decoder->values;
    if (decoder->last_size > 0)
        memmove(out->data, out->data + decoder->last_at, decoder->last_size);
    out->size = decoder->last_size;
    decoder->last_at = 0;
    size_t at = out->size;
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t part = n - i < AT_ONCE ? n - i : AT_ONCE;
        QUIRE_TRY(decode_some(decoder, values + i, part, error));
    }
    for (size_t i = 0; i < n; i++) {
        values[i].data = values[i].size > 0 ? out->data + at : (const uint8_t *)"";
        at += values[i].size;
    }
    return 0;
}
