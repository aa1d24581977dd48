/* A vector is decoded straight into the caller's memory when all of it is wanted, else into
 * memory of its own and from there. Offsets, positions and widths are checked, so nothing
 * beyond the page is read. The products are two, in this order, as the specification
 * demands: other ways would round differently. */
#include "format/parquet/encoding/alp.h"

#include <string.h>

#include "format/parquet/encoding/bit_pack.h"

#define FLOAT_EXPONENT_MAX 10
#define NO_VECTOR          SIZE_MAX

const struct quire_alp_powers quire_alp_powers = {
    .f64 = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18},
    .inverse_f64 = {1e-0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12,
                    1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18},
    .f32 = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F},
    .inverse_f32 = {1e-0F, 1e-1F, 1e-2F, 1e-3F, 1e-4F, 1e-5F, 1e-6F, 1e-7F, 1e-8F, 1e-9F, 1e-10F},
};

static size_t vector_size(const struct quire_alp_decoder *decoder, size_t vector)
{
    size_t whole = (size_t)1 << decoder->log_vector;
    size_t left = decoder->size - (vector << decoder->log_vector);
    return left < whole ? left : whole;
}

int quire_alp_decoder_init(struct quire_alp_decoder *decoder, struct quire_page_bytes bytes,
                           bool wide, struct quire_error *error)
{
    uint32_t size;
    const uint8_t *header = bytes.at;
    if (quire_page_left(&bytes) < QUIRE_ALP_HEADER_BYTES)
        return quire_page_fail_end(&bytes, "header", error);
    if (header[0] != 0 || header[1] != 0)
        return quire_page_fail(&bytes, error, "ALP of mode %u and integer encoding %u",
                               (unsigned)header[0], (unsigned)header[1]);
    memcpy(&size, header + 3, 4);
    if (header[2] < QUIRE_ALP_LOG_VECTOR_MIN || header[2] > QUIRE_ALP_LOG_VECTOR_MAX ||
        size > INT32_MAX)
        return quire_page_fail(&bytes, error, "%lu values in vectors of 2^%u", (unsigned long)size,
                               (unsigned)header[2]);
    bytes.at += QUIRE_ALP_HEADER_BYTES;
    size_t vectors = ((size_t)size + ((size_t)1 << header[2]) - 1) >> header[2];
    if (vectors > quire_page_left(&bytes) / 4) return quire_page_fail_end(&bytes, "offsets", error);
    decoder->bytes = bytes;
    decoder->wide = wide;
    decoder->log_vector = header[2];
    decoder->size = size;
    decoder->given = 0;
    decoder->vector = NO_VECTOR;
    return 0;
}

void quire_alp_decoder_release(struct quire_alp_decoder *decoder)
{
    if (decoder != NULL) quire_buf_release(&decoder->values);
}

/* AlpInfo and ForInfo of a vector, and where its parts are. */
struct vector {
    unsigned exponent, factor, width;
    size_t size, exceptions;
    uint64_t reference;
    const uint8_t *packed, *positions, *originals;
};

static int read_vector(const struct quire_alp_decoder *decoder, size_t number,
                       struct vector *vector, struct quire_error *error)
{
    struct quire_page_bytes bytes = decoder->bytes, part;
    uint32_t offset;
    uint16_t exceptions;
    size_t value_bytes = decoder->wide ? 8 : 4;
    memcpy(&offset, bytes.at + number * 4, 4);
    QUIRE_TRY(quire_page_take(&bytes, offset, &part, error));
    QUIRE_TRY(quire_page_take(&bytes, 5 + value_bytes, &part, error));
    memcpy(&exceptions, part.at + 2, 2);
    *vector = (struct vector){.exponent = part.at[0],
                              .factor = part.at[1],
                              .width = part.at[4 + value_bytes],
                              .size = vector_size(decoder, number),
                              .exceptions = exceptions};
    memcpy(&vector->reference, part.at + 4, value_bytes);
    unsigned exponent_max = decoder->wide ? QUIRE_ALP_EXPONENT_MAX : FLOAT_EXPONENT_MAX;
    if (vector->exponent > exponent_max || vector->factor > vector->exponent ||
        vector->width > value_bytes * 8 || exceptions > vector->size)
        return quire_page_fail(&part, error, "an ALP vector of exponent %u, factor %u, %u bits",
                               vector->exponent, vector->factor, vector->width);
    QUIRE_TRY(quire_page_take(&bytes, (vector->size * vector->width + 7) / 8, &part, error));
    vector->packed = part.at;
    QUIRE_TRY(quire_page_take(&bytes, (size_t)exceptions * 2, &part, error));
    vector->positions = part.at;
    QUIRE_TRY(quire_page_take(&bytes, (size_t)exceptions * value_bytes, &part, error));
    vector->originals = part.at;
    return 0;
}

/* Unpacks, adds the reference and scales, a group of eight at a time for the last ones. */
#define DEFINE_SCALE(bits, real)                                                                  \
    static void scale_##bits(const struct vector *vector, real *out)                              \
    {                                                                                             \
        const struct quire_alp_powers *powers = &quire_alp_powers;                                \
        real factor = powers->f##bits[vector->factor];                                            \
        real inverse = powers->inverse_f##bits[vector->exponent];                                 \
        uint##bits##_t reference = (uint##bits##_t)vector->reference, numbers[256];               \
        for (size_t done = 0, part; done < vector->size; done += part) {                          \
            const uint8_t *packed = vector->packed + done / 8 * vector->width;                    \
            uint8_t rest[8 * 8];                                                                  \
            part = vector->size - done < 256 ? (vector->size - done) & ~(size_t)7 : 256;          \
            if (part == 0) {                                                                      \
                part = vector->size - done;                                                       \
                memset(rest, 0, sizeof(rest));                                                    \
                memcpy(rest, packed, (part * vector->width + 7) / 8);                             \
                quire_bit_unpack_u##bits(rest, 8, vector->width, numbers);                        \
            } else {                                                                              \
                quire_bit_unpack_u##bits(packed, part, vector->width, numbers);                   \
            }                                                                                     \
            for (size_t i = 0; i < part; i++)                                                     \
                out[done + i] = (real)(int##bits##_t)(numbers[i] + reference) * factor * inverse; \
        }                                                                                         \
    }
DEFINE_SCALE(32, float)
DEFINE_SCALE(64, double)

static int decode_vector(const struct quire_alp_decoder *decoder, size_t number, uint8_t *out,
                         struct quire_error *error)
{
    struct vector vector;
    size_t value_bytes = decoder->wide ? 8 : 4;
    QUIRE_TRY(read_vector(decoder, number, &vector, error));
    if (decoder->wide)
        scale_64(&vector, (double *)(void *)out);
    else
        scale_32(&vector, (float *)(void *)out);
    for (size_t i = 0; i < vector.exceptions; i++) {
        uint16_t position;
        memcpy(&position, vector.positions + i * 2, 2);
        if (position >= vector.size)
            return quire_page_fail(&decoder->bytes, error,
                                   "an exception at value %u of an ALP vector of %zu",
                                   (unsigned)position, vector.size);
        memcpy(out + position * value_bytes, vector.originals + i * value_bytes, value_bytes);
    }
    return 0;
}

/* Decodes the vector where given stands into values, if that is not done. */
static int keep_vector(struct quire_alp_decoder *decoder, size_t number, struct quire_error *error)
{
    if (decoder->vector == number) return 0;
    decoder->vector = NO_VECTOR;
    quire_buf_clear(&decoder->values);
    if (quire_buf_reserve(&decoder->values,
                          vector_size(decoder, number) * (decoder->wide ? 8 : 4)) != 0)
        return quire_fail_memory(error, "read parquet page");
    QUIRE_TRY(decode_vector(decoder, number, decoder->values.data, error));
    decoder->vector = number;
    return 0;
}

int quire_alp_skip(struct quire_alp_decoder *decoder, size_t n, struct quire_error *error)
{
    if (n > decoder->size - decoder->given)
        return quire_page_fail_end(&decoder->bytes, "values", error);
    decoder->given += n;
    return 0;
}

int quire_alp_decode(struct quire_alp_decoder *decoder, void *values, size_t n,
                     struct quire_error *error)
{
    uint8_t *out = values;
    size_t value_bytes = decoder->wide ? 8 : 4;
    if (n > decoder->size - decoder->given)
        return quire_page_fail_end(&decoder->bytes, "values", error);
    while (n > 0) {
        size_t number = decoder->given >> decoder->log_vector;
        size_t at = decoder->given - (number << decoder->log_vector);
        size_t part = vector_size(decoder, number) - at;
        if (at == 0 && part <= n) {
            QUIRE_TRY(decode_vector(decoder, number, out, error));
        } else {
            if (part > n) part = n;
            QUIRE_TRY(keep_vector(decoder, number, error));
            memcpy(out, decoder->values.data + at * value_bytes, part * value_bytes);
        }
        out += part * value_bytes;
        decoder->given += part;
        n -= part;
    }
    return 0;
}
