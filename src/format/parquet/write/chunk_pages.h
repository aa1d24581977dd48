/* What is known of each data page of a chunk, kept until the chunk is finished: its place,
 * counts, extremes, level histograms. Becomes the page index (PageIndex.md). */
#ifndef QUIRE_PARQUET_CHUNK_PAGES_H
#define QUIRE_PARQUET_CHUNK_PAGES_H

#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/extremes.h"

struct quire_page_record {
    int64_t offset; /* from the first data page */
    int64_t first_row;
    int64_t nulls, nans, unencoded_bytes;
    size_t stored;
    size_t min_at, min_size, max_at, max_size; /* in bound_bytes */
    bool empty;                                /* no values */
    bool unbounded;                            /* values, but no extremes */
};

/* Zero-initialise; release when done. */
struct quire_chunk_pages {
    struct quire_buf records;     /* struct quire_page_record */
    struct quire_buf bound_bytes; /* truncated extremes */
    struct quire_buf histograms;  /* int64_t: rep_max + 1, then def_max + 1, for each page */
};
void quire_chunk_pages_release(struct quire_chunk_pages *pages);
void quire_chunk_pages_clear(struct quire_chunk_pages *pages);

static inline size_t quire_chunk_pages_count(const struct quire_chunk_pages *pages)
{
    return pages->records.size / sizeof(struct quire_page_record);
}

/* Adds a page; extremes are truncated to size_max bytes. Fails with QUIRE_MEMORY. */
int quire_chunk_pages_add(struct quire_chunk_pages *pages, const struct quire_page_record *record,
                          const struct quire_extremes *extremes, size_t size_max, bool text,
                          const int64_t *histogram, size_t histogram_size);

/* What the indexes need to know of the chunk. */
struct quire_chunk_shape {
    enum quire_value_order order;
    uint8_t def_max, rep_max;
    bool sizes; /* histograms, and bytes when it is of byte arrays */
    bool bytes;
    int64_t start; /* of the first data page in the chunk */
};

int quire_chunk_offset_index(const struct quire_chunk_pages *pages,
                             const struct quire_chunk_shape *shape, struct quire_arena *arena,
                             struct quire_offset_index *index);
/* *has: false when the pages have no column index. */
int quire_chunk_column_index(const struct quire_chunk_pages *pages,
                             const struct quire_chunk_shape *shape, struct quire_arena *arena,
                             struct quire_column_index *index, bool *has);

#endif
