/* The levels of a data page, read piece by piece: RLE, behind their length in data pages
 * v1, or the deprecated BIT_PACKED (Encodings.md). */
#ifndef QUIRE_PARQUET_PAGE_LEVELS_H
#define QUIRE_PARQUET_PAGE_LEVELS_H

#include "format/parquet/encoding/rle.h"
#include "format/parquet/read/page_reader.h"

/* Zero-initialise; release when done. */
struct quire_page_levels {
    uint8_t max; /* 0: there are none, and all are 0 */
    bool packed;
    struct quire_rle_decoder rle;
    struct quire_buf unpacked; /* BIT_PACKED, all of the page */
    size_t unpacked_at;
};

void quire_page_levels_release(struct quire_page_levels *levels);

/* The levels of one kind: they are taken from the start of page->content in data pages
 * v1, repetition levels first. */
int quire_page_levels_begin(struct quire_page_levels *levels, struct quire_page *page,
                            bool repetition, uint8_t max, struct quire_error *error);

/* Exactly n of them. */
int quire_page_levels_decode(struct quire_page_levels *levels, uint8_t *out, size_t n,
                             struct quire_error *error);

/* For a max of 1. How many of the next n are known to be 1 at once; they are taken. */
int quire_page_levels_take_ones(struct quire_page_levels *levels, size_t n, size_t *taken,
                                struct quire_error *error);
/* For a max of 1: sets the bits of n levels that are 1 in a bitmap whose bits from `bit` on
 * are 0. *ones: how many. */
int quire_page_levels_bits(struct quire_page_levels *levels, uint8_t *bits, int64_t bit, size_t n,
                           size_t *ones, struct quire_error *error);

#endif
