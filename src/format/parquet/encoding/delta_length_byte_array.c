/* Where the bytes begin is known only behind the last length, so the lengths are
 * decoded twice: that costs less than to keep them. */
#include "format/parquet/encoding/delta_length_byte_array.h"

#include <string.h>

#include "format/parquet/encoding/copy_short.h"

#define LENGTHS_AT_ONCE 256

void quire_delta_length_encoder_release(struct quire_delta_length_encoder *encoder)
{
    if (encoder == NULL) return;
    quire_delta_encoder_release(&encoder->lengths);
    quire_buf_release(&encoder->bytes);
}

void quire_delta_length_encoder_clear(struct quire_delta_length_encoder *encoder)
{
    quire_delta_encoder_clear(&encoder->lengths);
    quire_buf_clear(&encoder->bytes);
}

/* Values that lie one behind the other, as those of an array without nulls do, are copied
 * at once. */
static void copy_bytes(const struct quire_bytes *values, size_t n, size_t size, bool together,
                       uint8_t *out)
{
    if (together) {
        if (size > 0) memcpy(out, values[0].data, size);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        quire_copy_short(out, values[i].data, values[i].size);
        out += values[i].size;
    }
}

static int encode_some(struct quire_delta_length_encoder *encoder, const struct quire_bytes *values,
                       size_t n, struct quire_error *error)
{
    int32_t lengths[LENGTHS_AT_ONCE];
    size_t size = 0;
    bool together = true;
    for (size_t i = 0; i < n; i++) {
        if (values[i].size > INT32_MAX)
            return quire_fail(error, QUIRE_LIMIT, "write parquet",
                              "a value of %zu bytes; a page holds at most %d", values[i].size,
                              INT32_MAX);
        lengths[i] = (int32_t)values[i].size;
        together &= values[i].data == values[0].data + size;
        size += values[i].size;
    }
    if (quire_buf_reserve(&encoder->bytes, size) != 0 ||
        quire_delta_encode_i32(&encoder->lengths, lengths, n) != 0)
        return quire_fail_memory(error, "write parquet");
    copy_bytes(values, n, size, together, quire_buf_end(&encoder->bytes));
    encoder->bytes.size += size;
    return 0;
}

int quire_delta_length_encode(struct quire_delta_length_encoder *encoder,
                              const struct quire_bytes *values, size_t n, struct quire_error *error)
{
    for (size_t i = 0; i < n; i += LENGTHS_AT_ONCE) {
        size_t part = n - i < LENGTHS_AT_ONCE ? n - i : LENGTHS_AT_ONCE;
        QUIRE_TRY(encode_some(encoder, values + i, part, error));
    }
    return 0;
}

size_t quire_delta_length_encoder_size(const struct quire_delta_length_encoder *encoder)
{
    return quire_delta_encoder_size(&encoder->lengths) + encoder->bytes.size;
}

int quire_delta_length_finish(struct quire_delta_length_encoder *encoder, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_reserve(out, quire_delta_length_encoder_size(encoder)));
    QUIRE_TRY(quire_delta_finish(&encoder->lengths, out));
    QUIRE_TRY(quire_buf_append(out, encoder->bytes.data, encoder->bytes.size));
    quire_buf_clear(&encoder->bytes);
    return 0;
}

int quire_delta_length_decoder_init(struct quire_delta_length_decoder *decoder,
                                    struct quire_page_bytes bytes, uint64_t count_max,
                                    struct quire_error *error)
{
    int32_t lengths[LENGTHS_AT_ONCE];
    QUIRE_TRY(quire_delta_decoder_init(&decoder->lengths, bytes, error));
    if (decoder->lengths.count > count_max)
        return quire_page_fail(&bytes, error, "%llu lengths in a page of %llu values",
                               (unsigned long long)decoder->lengths.count,
                               (unsigned long long)count_max);
    struct quire_delta_decoder ahead = decoder->lengths;
    while (ahead.left > 0) {
        size_t part = ahead.left < LENGTHS_AT_ONCE ? (size_t)ahead.left : LENGTHS_AT_ONCE;
        QUIRE_TRY(quire_delta_decode_i32(&ahead, lengths, part, error));
    }
    decoder->bytes = quire_delta_rest(&ahead);
    return 0;
}

int quire_delta_length_decode(struct quire_delta_length_decoder *decoder,
                              struct quire_bytes *values, size_t n, struct quire_error *error)
{
    int32_t lengths[LENGTHS_AT_ONCE];
    for (size_t i = 0; i < n; i += LENGTHS_AT_ONCE) {
        size_t part = n - i < LENGTHS_AT_ONCE ? n - i : LENGTHS_AT_ONCE;
        QUIRE_TRY(quire_delta_decode_i32(&decoder->lengths, lengths, part, error));
        for (size_t k = 0; k < part; k++) {
            if (lengths[k] < 0 || (size_t)lengths[k] > quire_page_left(&decoder->bytes))
                return quire_page_fail(&decoder->bytes, error,
                                       "a value of %d bytes where %zu are left", (int)lengths[k],
                                       quire_page_left(&decoder->bytes));
            values[i + k] = (struct quire_bytes){decoder->bytes.at, (size_t)lengths[k]};
            decoder->bytes.at += lengths[k];
        }
    }
    return 0;
}
