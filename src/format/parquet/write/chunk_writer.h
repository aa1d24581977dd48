/* One column chunk, written: rows of batches go in, finished pages come out.
 *
 * Levels are shredded, values encoded (with a dictionary while it pays, then as the data
 * asks), pages cut by bytes and rows at row ends, compressed, encrypted, and kept until
 * the chunk is finished; statistics, page index, size statistics and the bloom filter are
 * gathered on the way. A writer serves one leaf and is used again for each row group.
 * Different leaves may be written by different threads at once. */
#ifndef QUIRE_PARQUET_CHUNK_WRITER_H
#define QUIRE_PARQUET_CHUNK_WRITER_H

#include "format/parquet/bloom_filter.h"
#include "format/parquet/encryption.h"
#include "format/parquet/levels.h"
#include "format/parquet/page_index.h"
#include "format/parquet/write/page_chain.h"
#include "quire/codec.h"

/* An encoding chosen by what the data is. */
#define QUIRE_ENCODING_CHOOSE (-1)

/* For one leaf; all is set (there are no zero defaults here). */
struct quire_chunk_options {
    int32_t codec_id;                /* enum quire_parquet_codec */
    const struct quire_codec *codec; /* NULL: uncompressed */
    int level;                       /* 0: the codec's default */
    int page_version;                /* 1 or 2 */
    size_t page_bytes;               /* of a page before compression, about */
    int64_t page_rows;
    int32_t encoding;        /* enum quire_parquet_encoding, or QUIRE_ENCODING_CHOOSE */
    bool dictionary;         /* try one, whatever encoding says for what does not fit it */
    size_t dictionary_bytes; /* its limit */
    bool plain;              /* PLAIN where the encoding would be chosen */
    bool trim;               /* there are so many columns that each is to hold little */
    bool statistics;
    size_t statistics_bytes; /* longer extremes are truncated; at least 1 */
    bool column_index, offset_index, size_statistics;
    bool checksum; /* CRC of pages */
    bool bloom_filter;
    double bloom_false_positives;
    int64_t bloom_distinct;                    /* values to size it for; 0: those counted */
    const struct quire_parquet_cipher *cipher; /* of this column; NULL: not encrypted */
    int16_t column;                            /* ordinal of the leaf in the file */
    struct quire_page_pool *pool;              /* of all leaves; NULL: none */
};

/* What a finished chunk is. Offsets count from the chunk's own first byte; whoever
 * writes it adds where that stands. Reused and released by the caller. */
struct quire_written_chunk {
    struct quire_page_chain pages; /* the dictionary page first, as they stand in the file */
    struct quire_column_metadata metadata;
    struct quire_offset_index offset_index; /* present when asked for */
    struct quire_column_index column_index;
    bool has_offset_index, has_column_index; /* no column index without an order of values */
    struct quire_bloom_filter bloom;         /* bits NULL: none */
    struct quire_arena arena;                /* of what the metadata and indexes point to */
};
void quire_written_chunk_release(struct quire_written_chunk *chunk);

struct quire_chunk_writer;

/* Borrows schema and what options point to until it is freed. QUIRE_USAGE naming the
 * column when the encoding asked for does not fit its type. */
int quire_chunk_writer_new(const struct quire_parquet_schema *schema, size_t leaf,
                           const struct quire_chunk_options *options,
                           struct quire_chunk_writer **writer, struct quire_error *error);
void quire_chunk_writer_free(struct quire_chunk_writer *writer); /* NULL is fine */

/* Begins the chunk of a row group; what was not finished before is dropped. */
int quire_chunk_writer_begin(struct quire_chunk_writer *writer, int16_t row_group,
                             struct quire_error *error);
/* Encodes rows start .. start + rows of a batch, whose view is only read. Errors name the
 * column and the row within the batch (from 1). */
int quire_chunk_writer_add(struct quire_chunk_writer *writer, const struct quire_view *batch,
                           int64_t start, int64_t rows, struct quire_error *error);
/* Bytes that the finished chunk would have now, about; and heap bytes that are held. */
size_t quire_chunk_writer_size(const struct quire_chunk_writer *writer);
size_t quire_chunk_writer_memory(const struct quire_chunk_writer *writer);
/* Gives back what is not needed until rows are added again; between chunks nearly all. */
void quire_chunk_writer_trim(struct quire_chunk_writer *writer, bool between_chunks);
/* Ends the chunk. chunk is zeroed or was used before. */
int quire_chunk_writer_finish(struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                              struct quire_error *error);

#endif
