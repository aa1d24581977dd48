/* One column chunk, read: its pages become values of an Arrow column.
 *
 * Pages are found, checked, decrypted, decompressed and decoded one at a time, so that
 * memory is that of a page and the dictionary, whatever the chunk's length. Different
 * leaves may be read by different threads at once, also into one tree of columns. */
#ifndef QUIRE_PARQUET_CHUNK_READER_H
#define QUIRE_PARQUET_CHUNK_READER_H

#include "format/parquet/encryption.h"
#include "format/parquet/levels.h"
#include "format/parquet/page_index.h"
#include "format/parquet/read/chunk_bytes.h"
#include "quire/format.h"

/* A page, after decompression, may take so many bytes: a value of 1 GiB and what is beside it. */
#define QUIRE_PARQUET_PAGE_MAX (((size_t)1 << 30) + ((size_t)16 << 20))

/* What pages larger than page_bytes_max may take, of all chunks that are read at once: a page
 * with one huge value cannot be read in parts. Data pages and dictionaries, which stand as
 * long as their chunk is read, have so much each. */
struct quire_page_room {
    size_t most;
    _Atomic size_t data, dictionaries;
};

struct quire_chunk_source {
    const struct quire_column_metadata *metadata;
    int64_t start;                                 /* first byte of the chunk in the file */
    int64_t rows;                                  /* of its row group */
    int64_t first_row;                             /* of the file in it; for errors */
    int32_t row_group, column;                     /* ordinals in the file */
    const struct quire_parquet_cipher *cipher;     /* NULL: not encrypted */
    const struct quire_offset_index *offset_index; /* NULL: not known; makes skipping cheap */
    size_t page_bytes_max;                         /* after decompression; 0: no limit but ours */
    struct quire_page_room *large;                 /* for larger ones; NULL: they are refused */
    bool verify_checksum;                          /* CRC of pages that have one */
    bool utf8_replace;                             /* strings are repaired instead of refused */
    enum quire_on_bad on_bad;                      /* what becomes of values that cannot be */
};

/* Where values that cannot be were put up with: of those of one row, the first. */
struct quire_chunk_refusal {
    int64_t row;  /* of the row group */
    int64_t byte; /* of the page's header in the file */
    int32_t page;
    size_t leaf;
    const char *column, *cause; /* that stand as long as the reader */
};

struct quire_chunk_refusals {
    struct quire_buf rows; /* of struct quire_chunk_refusal, by row */
    int64_t values;
};

struct quire_chunk_reader;

/* For a leaf of a file's schema; borrows it. */
int quire_chunk_reader_new(const struct quire_parquet_schema *schema, size_t leaf,
                           struct quire_chunk_reader **reader, struct quire_error *error);
void quire_chunk_reader_free(struct quire_chunk_reader *reader); /* NULL is fine */

/* Begins a chunk; source (copied) and bytes are borrowed until the next one begins. */
int quire_chunk_reader_begin(struct quire_chunk_reader *reader,
                             const struct quire_chunk_source *source,
                             struct quire_chunk_bytes *bytes, struct quire_error *error);
/* Passes over rows; whole pages are not read where the offset index says where they end. */
int quire_chunk_reader_skip(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_error *error);
/* Appends exactly so many rows to the leaf's part of a tree of columns made for
 * schema->root->field; QUIRE_CORRUPT when the chunk has fewer. Errors name the row group,
 * column, page and byte of the file. */
int quire_chunk_reader_read(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_column *batch, struct quire_error *error);
/* What the last read put up with: such values are null (under QUIRE_ON_BAD_REJECT a text that
 * is not UTF-8 is repaired). */
const struct quire_chunk_refusals *
quire_chunk_reader_refusals(const struct quire_chunk_reader *reader);
/* After the last wanted row of a chunk: gives back what the next one would only use again. */
void quire_chunk_reader_rest(struct quire_chunk_reader *reader);
/* Heap bytes held. */
size_t quire_chunk_reader_memory(const struct quire_chunk_reader *reader);

#endif
