/* The level that pages of a chunk are compressed with: the one that was asked for, or the
 * least where that makes them as small, which data without repetitions is. Which it is, is
 * tried on one page of a few, so that it follows the data. */
#ifndef QUIRE_PARQUET_PAGE_LEVEL_H
#define QUIRE_PARQUET_PAGE_LEVEL_H

#include "quire/codec.h"

/* Zero-initialise for each chunk. */
struct quire_page_level {
    unsigned pages; /* so far */
    bool least;     /* suffices */
};

/* Compresses a page; asked: a level, or 0 for the codec's default. */
int quire_page_level_compress(struct quire_page_level *level, const struct quire_codec *codec,
                              int asked, const void *bytes, size_t size, void *out, size_t capacity,
                              size_t *out_size, struct quire_error *error);

#endif
