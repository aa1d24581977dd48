#include "format/parquet/read/page_levels.h"

#include "base/fail.h"
#include "format/parquet/encoding/bit_pack.h"

#define OPERATION "read parquet page"

void quire_page_levels_release(struct quire_page_levels *levels)
{
    if (levels == NULL) return;
    quire_buf_release(&levels->unpacked);
}

static int begin_packed(struct quire_page_levels *levels, struct quire_page *page, unsigned width,
                        struct quire_error *error)
{
    size_t n = (size_t)page->entries;
    if (n / 8 * width > quire_page_left(&page->content))
        return quire_page_fail_end(&page->content, "levels", error);
    levels->packed = true;
    levels->unpacked_at = 0;
    quire_buf_clear(&levels->unpacked);
    if (quire_buf_reserve(&levels->unpacked, n) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_bit_packed_levels(&page->content, width, levels->unpacked.data, n, error));
    levels->unpacked.size = n;
    return 0;
}

int quire_page_levels_begin(struct quire_page_levels *levels, struct quire_page *page,
                            bool repetition, uint8_t max, struct quire_error *error)
{
    unsigned width = quire_bit_width(max);
    levels->max = max;
    levels->packed = false;
    if (max == 0 || page->entries == 0) return 0;
    if (page->header.type == QUIRE_PAGE_DATA_V2)
        return quire_rle_decoder_init(&levels->rle, repetition ? page->rep : page->def, width, 8,
                                      error);
    const struct quire_data_page_header *header = page->header.data_page_header;
    int32_t encoding =
        repetition ? header->repetition_level_encoding : header->definition_level_encoding;
    if (encoding == QUIRE_ENCODING_BIT_PACKED) return begin_packed(levels, page, width, error);
    if (encoding != QUIRE_ENCODING_RLE)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "levels are in encoding %d, which is not known", (int)encoding);
    struct quire_page_bytes part;
    uint32_t size = 0;
    QUIRE_TRY(quire_page_read_u32(&page->content, &size, error));
    QUIRE_TRY(quire_page_take(&page->content, size, &part, error));
    return quire_rle_decoder_init(&levels->rle, part, width, 8, error);
}

/* The next n of BIT_PACKED levels; NULL when they end before. */
static const uint8_t *take_unpacked(struct quire_page_levels *levels, size_t n)
{
    if (n > levels->unpacked.size - levels->unpacked_at) return NULL;
    const uint8_t *at = levels->unpacked.data + levels->unpacked_at;
    levels->unpacked_at += n;
    return at;
}

static int fail_end(struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the page ends before its levels do");
}

int quire_page_levels_decode(struct quire_page_levels *levels, uint8_t *out, size_t n,
                             struct quire_error *error)
{
    if (levels->max == 0) {
        memset(out, 0, n);
        return 0;
    }
    if (!levels->packed) return quire_rle_decode_u8(&levels->rle, out, n, error);
    const uint8_t *at = take_unpacked(levels, n);
    if (at == NULL) return fail_end(error);
    memcpy(out, at, n);
    return 0;
}

int quire_page_levels_take_ones(struct quire_page_levels *levels, size_t n, size_t *taken,
                                struct quire_error *error)
{
    uint64_t run = 0;
    uint32_t value = 0;
    *taken = 0;
    if (levels->packed || n == 0) return 0;
    QUIRE_TRY(quire_rle_peek_run(&levels->rle, &run, &value, error));
    if (run == 0 || value != 1) return 0;
    *taken = n < run ? n : (size_t)run;
    quire_rle_take_run(&levels->rle, *taken);
    return 0;
}

int quire_page_levels_bits(struct quire_page_levels *levels, uint8_t *bits, int64_t bit, size_t n,
                           size_t *ones, struct quire_error *error)
{
    if (!levels->packed) return quire_rle_decode_bits(&levels->rle, bits, bit, n, ones, error);
    const uint8_t *at = take_unpacked(levels, n);
    if (at == NULL) return fail_end(error);
    *ones = 0;
    for (size_t i = 0; i < n; i++, bit++) {
        bits[bit >> 3] |= (uint8_t)((at[i] & 1) << (bit & 7));
        *ones += at[i] & 1;
    }
    return 0;
}
