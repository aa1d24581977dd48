/* How pages of a column are compressed: with the level that was asked for, with the least where
 * that makes them as small, or not at all where that would save next to nothing. Which it is, is
 * tried on one page of a few, so that it follows the data. */
#ifndef QUIRE_PARQUET_PAGE_LEVEL_H
#define QUIRE_PARQUET_PAGE_LEVEL_H

#include "quire/codec.h"

/* Zero-initialise but for codec. */
struct quire_page_level {
    int32_t codec_id; /* enum quire_parquet_codec; 0: pages are always compressed */
    unsigned pages;   /* so far */
    bool least;       /* suffices */
    bool stored;      /* as good */
};

/* Compresses a page; asked: a level, or 0 for the codec's default. */
int quire_page_level_compress(struct quire_page_level *level, const struct quire_codec *codec,
                              int asked, const void *bytes, size_t size, void *out, size_t capacity,
                              size_t *out_size, struct quire_error *error);

#endif
