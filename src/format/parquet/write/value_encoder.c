/* A switch for each call, never for each value. A further encoding is a case in each. */
#include "format/parquet/write/value_encoder.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/encoding/alp.h"
#include "format/parquet/encoding/byte_stream_split.h"

#define OPERATION "write parquet"
#define AT_ONCE   256

void quire_value_encoder_release(struct quire_value_encoder *encoder)
{
    if (encoder == NULL) return;
    quire_buf_release(&encoder->bytes);
    quire_delta_encoder_release(&encoder->delta);
    quire_delta_length_encoder_release(&encoder->lengths);
    quire_delta_bytes_encoder_release(&encoder->prefixes);
}

bool quire_encoding_fits(int32_t type, int32_t encoding)
{
    bool integer = type == QUIRE_PARQUET_INT32 || type == QUIRE_PARQUET_INT64;
    bool bytes = type == QUIRE_PARQUET_BYTE_ARRAY;
    bool fixed = type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY;
    bool real = type == QUIRE_PARQUET_FLOAT || type == QUIRE_PARQUET_DOUBLE;
    switch (encoding) {
    case QUIRE_ENCODING_PLAIN: return true;
    case QUIRE_ENCODING_RLE: return type == QUIRE_PARQUET_BOOLEAN;
    case QUIRE_ENCODING_DELTA_BINARY_PACKED: return integer;
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY: return bytes;
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return bytes || fixed;
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT: return integer || fixed || real;
    case QUIRE_ENCODING_ALP: return real;
    default: return false;
    }
}

void quire_value_encoder_start(struct quire_value_encoder *encoder, int32_t type, int32_t encoding)
{
    encoder->type = type;
    encoder->encoding = encoding;
    quire_buf_clear(&encoder->bytes);
    encoder->bools = (struct quire_plain_bools){0};
    quire_rle_encoder_init(&encoder->rle, &encoder->bytes, 1);
    quire_delta_encoder_clear(&encoder->delta);
    encoder->delta.wide = type == QUIRE_PARQUET_INT64;
    quire_delta_length_encoder_clear(&encoder->lengths);
    quire_delta_bytes_encoder_clear(&encoder->prefixes);
}

/* Values of a fixed length are slices here. */
static int encode_prefixes(struct quire_value_encoder *encoder, const struct quire_values *values,
                           struct quire_error *error)
{
    if (values->slices != NULL)
        return quire_delta_bytes_encode(&encoder->prefixes, values->slices, values->n, error);
    struct quire_bytes slices[AT_ONCE];
    const uint8_t *at = values->fixed;
    for (size_t left = values->n; left > 0;) {
        size_t part = left < AT_ONCE ? left : AT_ONCE;
        for (size_t i = 0; i < part; i++, at += values->width)
            slices[i] = (struct quire_bytes){at, values->width};
        QUIRE_TRY(quire_delta_bytes_encode(&encoder->prefixes, slices, part, error));
        left -= part;
    }
    return 0;
}

static int encode_delta(struct quire_value_encoder *encoder, const struct quire_values *values)
{
    if (encoder->delta.wide)
        return quire_delta_encode_i64(&encoder->delta, values->fixed, values->n);
    return quire_delta_encode_i32(&encoder->delta, values->fixed, values->n);
}

static bool has_headroom(const struct quire_value_encoder *encoder)
{
    return encoder->encoding == QUIRE_ENCODING_PLAIN && encoder->type != QUIRE_PARQUET_BOOLEAN;
}

static int encode_plain(struct quire_value_encoder *encoder, const struct quire_values *values,
                        struct quire_error *error)
{
    if (encoder->bytes.size == 0 && has_headroom(encoder)) {
        if (quire_buf_reserve(&encoder->bytes, QUIRE_VALUES_HEADROOM) != 0)
            return quire_fail_memory(error, OPERATION);
        encoder->bytes.size = QUIRE_VALUES_HEADROOM;
    }
    if (values->slices != NULL)
        return quire_plain_encode_bytes(&encoder->bytes, values->slices, values->n, error);
    int code =
        encoder->type == QUIRE_PARQUET_BOOLEAN
            ? quire_plain_encode_bools(&encoder->bools, &encoder->bytes, values->fixed, values->n)
            : quire_plain_encode_fixed(&encoder->bytes, values->fixed, values->n, values->width);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_value_encode(struct quire_value_encoder *encoder, const struct quire_values *values,
                       struct quire_error *error)
{
    int code = 0;
    if (values->n == 0) return 0;
    switch (encoder->encoding) {
    case QUIRE_ENCODING_DELTA_BINARY_PACKED: code = encode_delta(encoder, values); break;
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return quire_delta_length_encode(&encoder->lengths, values->slices, values->n, error);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return encode_prefixes(encoder, values, error);
    case QUIRE_ENCODING_RLE:
        code = quire_rle_encode_u8(&encoder->rle, values->fixed, values->n);
        break;
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT:
    case QUIRE_ENCODING_ALP: /* a page at once, when it is finished */
        code = quire_plain_encode_fixed(&encoder->bytes, values->fixed, values->n, values->width);
        break;
    default: return encode_plain(encoder, values, error);
    }
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

size_t quire_value_encoder_size(const struct quire_value_encoder *encoder)
{
    switch (encoder->encoding) {
    case QUIRE_ENCODING_DELTA_BINARY_PACKED: return quire_delta_encoder_size(&encoder->delta);
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return quire_delta_length_encoder_size(&encoder->lengths);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return quire_delta_bytes_encoder_size(&encoder->prefixes);
    default: break;
    }
    size_t headroom = has_headroom(encoder) ? QUIRE_VALUES_HEADROOM : 0;
    return encoder->bytes.size > headroom ? encoder->bytes.size - headroom : 0;
}

uint8_t *quire_value_encoder_take(struct quire_value_encoder *encoder, size_t *size)
{
    if (!has_headroom(encoder) || encoder->bytes.size == 0) return NULL;
    *size = encoder->bytes.size - QUIRE_VALUES_HEADROOM;
    quire_buf_clear(&encoder->bytes);
    return encoder->bytes.data + QUIRE_VALUES_HEADROOM;
}

/* Booleans have their length before them (Encodings.md, RLE). */
static int finish_rle(struct quire_value_encoder *encoder, struct quire_buf *out)
{
    QUIRE_TRY(quire_rle_finish(&encoder->rle));
    uint32_t size = (uint32_t)encoder->bytes.size;
    QUIRE_TRY(quire_buf_append(out, &size, sizeof(size)));
    return quire_buf_append(out, encoder->bytes.data, encoder->bytes.size);
}

static int finish(struct quire_value_encoder *encoder, struct quire_buf *out, size_t width)
{
    switch (encoder->encoding) {
    case QUIRE_ENCODING_DELTA_BINARY_PACKED: return quire_delta_finish(&encoder->delta, out);
    case QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        return quire_delta_length_finish(&encoder->lengths, out);
    case QUIRE_ENCODING_DELTA_BYTE_ARRAY: return quire_delta_bytes_finish(&encoder->prefixes, out);
    case QUIRE_ENCODING_RLE: return finish_rle(encoder, out);
    case QUIRE_ENCODING_BYTE_STREAM_SPLIT:
        return quire_byte_stream_split_encode(out, encoder->bytes.data, encoder->bytes.size / width,
                                              width);
    default: break;
    }
    size_t size = 0;
    const uint8_t *values = quire_value_encoder_take(encoder, &size);
    if (values != NULL) return quire_buf_append(out, values, size);
    QUIRE_TRY(quire_plain_finish_bools(&encoder->bools, &encoder->bytes));
    return quire_buf_append(out, encoder->bytes.data, encoder->bytes.size);
}

int quire_value_encoder_finish(struct quire_value_encoder *encoder, size_t width,
                               struct quire_buf *out, struct quire_error *error)
{
    if (encoder->encoding == QUIRE_ENCODING_ALP)
        QUIRE_TRY(quire_alp_encode(out, encoder->bytes.data, encoder->bytes.size / width,
                                   encoder->type == QUIRE_PARQUET_DOUBLE, error));
    else if (finish(encoder, out, width) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_value_encoder_start(encoder, encoder->type, encoder->encoding);
    return 0;
}

size_t quire_value_encoder_memory(const struct quire_value_encoder *encoder)
{
    return encoder->bytes.capacity + encoder->delta.blocks.capacity +
           encoder->lengths.bytes.capacity + encoder->lengths.lengths.blocks.capacity +
           encoder->prefixes.suffixes.bytes.capacity +
           encoder->prefixes.suffixes.lengths.blocks.capacity +
           encoder->prefixes.prefixes.blocks.capacity + encoder->prefixes.last.capacity;
}
