/* Miniblocks are unpacked 32 values at a time: straight into the caller's memory when
 * it takes so many, else into `group`, from where they are given piece by piece. */
#include <string.h>

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/delta_binary_packed.h"

#define GROUP QUIRE_DELTA_MINIBLOCK

int quire_delta_decoder_init(struct quire_delta_decoder *decoder, struct quire_page_bytes bytes,
                             struct quire_error *error)
{
    uint64_t block = 0, miniblocks = 0, count = 0;
    int64_t first = 0;
    QUIRE_TRY(quire_page_read_varint(&bytes, &block, error));
    QUIRE_TRY(quire_page_read_varint(&bytes, &miniblocks, error));
    QUIRE_TRY(quire_page_read_varint(&bytes, &count, error));
    QUIRE_TRY(quire_page_read_zigzag(&bytes, &first, error));
    if (block == 0 || block % 128 != 0 || miniblocks == 0 ||
        miniblocks > QUIRE_DELTA_MINIBLOCKS_MAX || block % miniblocks != 0 ||
        block / miniblocks % GROUP != 0 || block > UINT32_MAX)
        return quire_page_fail(&bytes, error, "delta blocks of %llu values in %llu miniblocks",
                               (unsigned long long)block, (unsigned long long)miniblocks);
    memset(decoder, 0, sizeof(*decoder));
    decoder->bytes = bytes;
    decoder->count = decoder->left = count;
    decoder->unpacked = count > 0 ? count - 1 : 0;
    decoder->last = (uint64_t)first;
    decoder->block_size = (size_t)block;
    decoder->miniblocks = decoder->miniblock = (size_t)miniblocks;
    decoder->miniblock_size = (size_t)(block / miniblocks);
    return 0;
}

static int read_block(struct quire_delta_decoder *decoder, struct quire_error *error)
{
    int64_t least = 0;
    QUIRE_TRY(quire_page_read_zigzag(&decoder->bytes, &least, error));
    if (quire_page_left(&decoder->bytes) < decoder->miniblocks)
        return quire_page_fail_end(&decoder->bytes, "delta blocks", error);
    decoder->min_delta = (uint64_t)least;
    decoder->widths = decoder->bytes.at;
    decoder->bytes.at += decoder->miniblocks;
    decoder->miniblock = 0;
    return 0;
}

/* Readies miniblock_left and width for the next 32 values. */
static int find_miniblock(struct quire_delta_decoder *decoder, struct quire_error *error)
{
    if (decoder->miniblock_left > 0) return 0;
    if (decoder->miniblock == decoder->miniblocks) QUIRE_TRY(read_block(decoder, error));
    decoder->width = decoder->widths[decoder->miniblock++];
    if (decoder->width > 64)
        return quire_page_fail(&decoder->bytes, error, "a miniblock of %u bits a value",
                               decoder->width);
    uint64_t bytes = (uint64_t)decoder->miniblock_size / 8 * decoder->width;
    /* Some writers end the last miniblock with its last value. */
    uint64_t values = decoder->miniblock_size;
    if (decoder->unpacked < values) {
        values = decoder->unpacked;
        bytes = (values * decoder->width + 7) / 8;
    }
    if (bytes > quire_page_left(&decoder->bytes))
        return quire_page_fail_end(&decoder->bytes, "delta blocks", error);
    decoder->miniblock_left = decoder->miniblock_size;
    return 0;
}

/* Unpacks 32 values and turns differences into values. Behind the last value there may
 * be fewer bytes than 32 values take. */
static void unpack(struct quire_delta_decoder *decoder, uint64_t *out)
{
    size_t size = quire_bit_pack_size(GROUP, decoder->width);
    size_t left = quire_page_left(&decoder->bytes);
    if (left >= size) {
        quire_bit_unpack_u64(decoder->bytes.at, GROUP, decoder->width, out);
    } else {
        uint8_t bytes[GROUP * 8] = {0};
        memcpy(bytes, decoder->bytes.at, left);
        quire_bit_unpack_u64(bytes, GROUP, decoder->width, out);
        size = left;
    }
    decoder->bytes.at += size;
    decoder->miniblock_left -= GROUP;
    uint64_t last = decoder->last;
    if (decoder->unpacked >= GROUP) {
        for (unsigned i = 0; i < GROUP; i++)
            out[i] = last += out[i] + decoder->min_delta;
        decoder->unpacked -= GROUP;
    } else {
        for (unsigned i = 0; i < decoder->unpacked; i++)
            out[i] = last += out[i] + decoder->min_delta;
        decoder->unpacked = 0;
    }
    decoder->last = last;
}

/* The padding of the last miniblock counts as read, as far as it is there. */
static void skip_padding(struct quire_delta_decoder *decoder)
{
    uint64_t rest = (uint64_t)decoder->miniblock_left / 8 * decoder->width;
    size_t left = quire_page_left(&decoder->bytes);
    decoder->bytes.at += rest < left ? (size_t)rest : left;
    decoder->miniblock_left = 0;
}

static int fill_group(struct quire_delta_decoder *decoder, struct quire_error *error)
{
    decoder->group_at = 0;
    if (!decoder->started) {
        decoder->started = true;
        decoder->group[0] = decoder->last;
        decoder->group_size = 1;
        return 0;
    }
    decoder->group_size = 0;
    QUIRE_TRY(find_miniblock(decoder, error));
    unsigned size = decoder->unpacked < GROUP ? (unsigned)decoder->unpacked : GROUP;
    unpack(decoder, decoder->group);
    decoder->group_size = size;
    if (decoder->unpacked == 0) skip_padding(decoder);
    return 0;
}

static int check_left(const struct quire_delta_decoder *decoder, size_t n,
                      struct quire_error *error)
{
    if (n <= decoder->left) return 0;
    return quire_page_fail(&decoder->bytes, error, "%zu delta values are needed and %llu are left",
                           n, (unsigned long long)decoder->left);
}

int quire_delta_decode_i64(struct quire_delta_decoder *decoder, int64_t *values, size_t n,
                           struct quire_error *error)
{
    QUIRE_TRY(check_left(decoder, n, error));
    decoder->left -= n;
    while (n > 0) {
        if (decoder->group_at == decoder->group_size) {
            if (decoder->started && n >= GROUP && decoder->unpacked > GROUP) {
                QUIRE_TRY(find_miniblock(decoder, error));
                unpack(decoder, (uint64_t *)values);
                values += GROUP;
                n -= GROUP;
                continue;
            }
            QUIRE_TRY(fill_group(decoder, error));
        }
        size_t part = decoder->group_size - decoder->group_at;
        if (part > n) part = n;
        memcpy(values, decoder->group + decoder->group_at, part * sizeof(*values));
        decoder->group_at += (unsigned)part;
        values += part;
        n -= part;
    }
    return 0;
}

int quire_delta_decode_i32(struct quire_delta_decoder *decoder, int32_t *values, size_t n,
                           struct quire_error *error)
{
    QUIRE_TRY(check_left(decoder, n, error));
    decoder->left -= n;
    while (n > 0) {
        if (decoder->group_at == decoder->group_size) QUIRE_TRY(fill_group(decoder, error));
        size_t part = decoder->group_size - decoder->group_at;
        if (part > n) part = n;
        const uint64_t *from = decoder->group + decoder->group_at;
        for (size_t i = 0; i < part; i++)
            values[i] = (int32_t)(uint32_t)from[i];
        decoder->group_at += (unsigned)part;
        values += part;
        n -= part;
    }
    return 0;
}

struct quire_page_bytes quire_delta_rest(const struct quire_delta_decoder *decoder)
{
    return decoder->bytes;
}
