/* A bit-packed run whose last bytes were left away by its writer is read as far as it
 * goes: only a value that is asked for and not there is a failure. */
#include <assert.h>
#include <string.h>

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/rle.h"

#define INLINE static inline __attribute__((always_inline))
#define GROUP  8

int quire_rle_decoder_init(struct quire_rle_decoder *decoder, struct quire_page_bytes bytes,
                           unsigned width, unsigned width_max, struct quire_error *error)
{
    if (width > width_max)
        return quire_page_fail(&bytes, error, "values of %u bits; %u is the most", width,
                               width_max);
    *decoder = (struct quire_rle_decoder){.bytes = bytes, .width = width};
    return 0;
}

static int read_repeated(struct quire_rle_decoder *decoder, uint64_t length,
                         struct quire_error *error)
{
    size_t value_bytes = (decoder->width + 7) / 8;
    if (quire_page_left(&decoder->bytes) < value_bytes)
        return quire_page_fail_end(&decoder->bytes, "runs", error);
    uint32_t value = 0;
    memcpy(&value, decoder->bytes.at, value_bytes);
    if (decoder->width < 32 && value >> decoder->width != 0)
        return quire_page_fail(&decoder->bytes, error, "a repeated value of more than %u bits",
                               decoder->width);
    decoder->bytes.at += value_bytes;
    decoder->run_value = value;
    decoder->run_left = length;
    return 0;
}

static int read_run(struct quire_rle_decoder *decoder, struct quire_error *error)
{
    uint64_t head = 0;
    if (decoder->bytes.at == decoder->bytes.end)
        return quire_page_fail_end(&decoder->bytes, "runs", error);
    QUIRE_TRY(quire_page_read_varint(&decoder->bytes, &head, error));
    uint64_t length = head >> 1;
    if (length > UINT32_MAX)
        return quire_page_fail(&decoder->bytes, error, "a run of more than 2^32 values");
    if ((head & 1) == 0) return read_repeated(decoder, length, error);
    uint64_t values = length * GROUP;
    if (decoder->width > 0) {
        uint64_t most = (uint64_t)quire_page_left(&decoder->bytes) * 8 / decoder->width;
        if (values > most) values = most;
    }
    decoder->packed_left = values;
    return 0;
}

/* The next run that holds values. */
static int find_run(struct quire_rle_decoder *decoder, struct quire_error *error)
{
    while (decoder->run_left == 0 && decoder->packed_left == 0 &&
           decoder->group_at == decoder->group_size)
        QUIRE_TRY(read_run(decoder, error));
    return 0;
}

/* Unpacks one group to be given piece by piece; its bytes may be cut off. */
INLINE void fill_group(struct quire_rle_decoder *decoder, bool narrow)
{
    uint8_t bytes[QUIRE_RLE_WIDTH_MAX] = {0};
    size_t left = quire_page_left(&decoder->bytes);
    size_t size = left < decoder->width ? left : decoder->width;
    memcpy(bytes, decoder->bytes.at, size);
    if (narrow)
        quire_bit_unpack_u8(bytes, GROUP, decoder->width, decoder->group.u8);
    else
        quire_bit_unpack_u32(bytes, GROUP, decoder->width, decoder->group.u32);
    decoder->bytes.at += size;
    decoder->group_at = 0;
    decoder->group_size = decoder->packed_left < GROUP ? (unsigned)decoder->packed_left : GROUP;
    decoder->packed_left -= decoder->group_size;
}

INLINE size_t give_group(struct quire_rle_decoder *decoder, uint8_t *out, size_t n, bool narrow)
{
    size_t left = decoder->group_size - decoder->group_at;
    size_t part = n < left ? n : left;
    if (narrow)
        memcpy(out, decoder->group.u8 + decoder->group_at, part);
    else
        memcpy(out, decoder->group.u32 + decoder->group_at, part * sizeof(uint32_t));
    decoder->group_at += (unsigned)part;
    return part;
}

INLINE size_t give_run(struct quire_rle_decoder *decoder, uint8_t *out, size_t n, bool narrow)
{
    size_t part = n < decoder->run_left ? n : (size_t)decoder->run_left;
    if (narrow) {
        memset(out, (int)decoder->run_value, part);
    } else {
        uint32_t *values = (uint32_t *)(void *)out;
        for (size_t i = 0; i < part; i++)
            values[i] = decoder->run_value;
    }
    decoder->run_left -= part;
    return part;
}

INLINE size_t give_packed(struct quire_rle_decoder *decoder, uint8_t *out, size_t n, bool narrow)
{
    size_t part = (n < decoder->packed_left ? n : (size_t)decoder->packed_left) / GROUP * GROUP;
    if (part == 0) {
        fill_group(decoder, narrow);
        return give_group(decoder, out, n, narrow);
    }
    if (narrow)
        quire_bit_unpack_u8(decoder->bytes.at, part, decoder->width, out);
    else
        quire_bit_unpack_u32(decoder->bytes.at, part, decoder->width, (uint32_t *)(void *)out);
    decoder->bytes.at += quire_bit_pack_size(part, decoder->width);
    decoder->packed_left -= part;
    return part;
}

INLINE int decode(struct quire_rle_decoder *decoder, uint8_t *out, size_t n, bool narrow,
                  struct quire_error *error)
{
    while (n > 0) {
        QUIRE_TRY(find_run(decoder, error));
        size_t given;
        if (decoder->group_at < decoder->group_size)
            given = give_group(decoder, out, n, narrow);
        else if (decoder->run_left > 0)
            given = give_run(decoder, out, n, narrow);
        else
            given = give_packed(decoder, out, n, narrow);
        out += given * (narrow ? 1 : sizeof(uint32_t));
        n -= given;
    }
    return 0;
}

int quire_rle_decode_u8(struct quire_rle_decoder *decoder, uint8_t *values, size_t n,
                        struct quire_error *error)
{
    assert(decoder->width <= 8);
    return decode(decoder, values, n, true, error);
}

int quire_rle_decode_u32(struct quire_rle_decoder *decoder, uint32_t *values, size_t n,
                         struct quire_error *error)
{
    return decode(decoder, (uint8_t *)values, n, false, error);
}

int quire_rle_peek_run(struct quire_rle_decoder *decoder, uint64_t *run, uint32_t *value,
                       struct quire_error *error)
{
    QUIRE_TRY(find_run(decoder, error));
    bool repeated = decoder->group_at == decoder->group_size && decoder->run_left > 0;
    *run = repeated ? decoder->run_left : 0;
    *value = decoder->run_value;
    return 0;
}

/* Bits LSB first, as bitmaps have them, so that whole bytes only need to be moved. */
static size_t copy_bits(const uint8_t *from, size_t size, uint8_t *bits, int64_t bit)
{
    size_t ones = 0, i = 0;
    uint8_t *to = bits + (bit >> 3);
    unsigned shift = (unsigned)(bit & 7);
    for (; i + 8 <= size; i += 8) {
        uint64_t word, there;
        memcpy(&word, from + i, 8);
        memcpy(&there, to + i, 8);
        ones += (size_t)__builtin_popcountll(word);
        there |= word << shift;
        memcpy(to + i, &there, 8);
        if (shift > 0) to[i + 8] |= (uint8_t)(word >> (64 - shift));
    }
    for (; i < size; i++) {
        ones += (size_t)__builtin_popcount(from[i]);
        to[i] |= (uint8_t)(from[i] << shift);
        if (shift > 0) to[i + 1] |= (uint8_t)(from[i] >> (8 - shift));
    }
    return ones;
}

static void set_bits(uint8_t *bits, int64_t bit, size_t n)
{
    int64_t end = bit + (int64_t)n;
    for (; bit < end && (bit & 7) != 0; bit++)
        bits[bit >> 3] |= (uint8_t)(1u << (bit & 7));
    memset(bits + (bit >> 3), 0xff, (size_t)(end - bit) / 8);
    for (bit += (end - bit) / 8 * 8; bit < end; bit++)
        bits[bit >> 3] |= (uint8_t)(1u << (bit & 7));
}

/* At most a group, value by value. */
static size_t give_bits(struct quire_rle_decoder *decoder, uint8_t *bits, int64_t bit, size_t n,
                        size_t *ones)
{
    uint8_t values[GROUP];
    size_t given = give_group(decoder, values, n, true);
    for (size_t i = 0; i < given; i++, bit++) {
        bits[bit >> 3] |= (uint8_t)(values[i] << (bit & 7));
        *ones += values[i];
    }
    return given;
}

int quire_rle_decode_bits(struct quire_rle_decoder *decoder, uint8_t *bits, int64_t bit, size_t n,
                          size_t *ones, struct quire_error *error)
{
    assert(decoder->width == 1);
    *ones = 0;
    while (n > 0) {
        QUIRE_TRY(find_run(decoder, error));
        size_t part;
        if (decoder->group_at < decoder->group_size) {
            part = give_bits(decoder, bits, bit, n, ones);
        } else if (decoder->run_left > 0) {
            part = n < decoder->run_left ? n : (size_t)decoder->run_left;
            if (decoder->run_value != 0) {
                set_bits(bits, bit, part);
                *ones += part;
            }
            decoder->run_left -= part;
        } else {
            part = (n < decoder->packed_left ? n : (size_t)decoder->packed_left) / GROUP * GROUP;
            if (part > 0) {
                *ones += copy_bits(decoder->bytes.at, part / GROUP, bits, bit);
                decoder->bytes.at += part / GROUP;
                decoder->packed_left -= part;
            } else {
                fill_group(decoder, true);
            }
        }
        bit += (int64_t)part;
        n -= part;
    }
    return 0;
}

int quire_bit_packed_levels(struct quire_page_bytes *bytes, unsigned width, uint8_t *values,
                            size_t n, struct quire_error *error)
{
    if (width > 8) return quire_page_fail(bytes, error, "levels of %u bits", width);
    if (n > (SIZE_MAX - 7) / 8 || (n * width + 7) / 8 > quire_page_left(bytes))
        return quire_page_fail_end(bytes, "levels", error);
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < n; i++) {
        if (bits < width) {
            held = held << 8 | *bytes->at++;
            bits += 8;
        }
        bits -= width;
        values[i] = (uint8_t)(held >> bits & ((1u << width) - 1));
    }
    return 0;
}
