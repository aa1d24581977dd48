/* The pages of a column chunk, one after the other (README, "Data Pages"): headers are
 * read by themselves, so that a page that is passed over costs no more; a body is checked,
 * decrypted and decompressed when it is asked for. Index pages and pages of types that are
 * not known are passed over. */
#ifndef QUIRE_PARQUET_PAGE_READER_H
#define QUIRE_PARQUET_PAGE_READER_H

#include "format/parquet/encoding/page_bytes.h"
#include "format/parquet/page_header.h"
#include "format/parquet/read/chunk_reader.h"

/* Bytes behind a page's content that may be read (not used), where page->padded. */
#define QUIRE_PAGE_PADDING 32

struct quire_page {
    struct quire_page_header header;
    int64_t offset; /* of the header in the file */
    int64_t body;   /* of what follows it */
    bool dictionary;
    int32_t entries;  /* values and nulls; entries of a dictionary */
    int32_t encoding; /* of the values */
    bool loaded, padded;
    bool own;                         /* content is all of the page reader's `decompressed` */
    struct quire_page_bytes rep, def; /* data pages v2 */
    struct quire_page_bytes content;  /* v1: levels too */
};

/* Zero-initialise; release when done. Borrows source and bytes from begin on. */
struct quire_page_reader {
    const struct quire_chunk_source *source;
    struct quire_chunk_bytes *bytes;
    int64_t at;      /* where the next header stands */
    int64_t seen;    /* entries of the data pages whose headers were read */
    int32_t ordinal; /* of the next data page */
    struct quire_arena arena;
    struct quire_buf plain_header, decrypted, decompressed;
    size_t large, large_dictionary; /* taken of source->large */
    bool in_large;
};

void quire_page_reader_release(struct quire_page_reader *reader);
void quire_page_reader_begin(struct quire_page_reader *reader,
                             const struct quire_chunk_source *source,
                             struct quire_chunk_bytes *bytes);

/* No entries are left, by their count or by the bytes. */
bool quire_page_reader_ended(const struct quire_page_reader *reader);
/* The next page's header; *found is false at the end of the chunk. The page stands until
 * the next call. */
int quire_page_reader_next(struct quire_page_reader *reader, struct quire_page *page, bool *found,
                           struct quire_error *error);
/* Its content, which stands until the next call of either function. */
int quire_page_reader_load(struct quire_page_reader *reader, struct quire_page *page,
                           struct quire_error *error);
/* Goes on with the data page of that ordinal in the offset index. */
void quire_page_reader_jump(struct quire_page_reader *reader, int32_t ordinal, int64_t entries);

#endif
