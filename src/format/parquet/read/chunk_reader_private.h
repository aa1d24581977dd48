/* What the files of the chunk reader share. */
#ifndef QUIRE_PARQUET_CHUNK_READER_PRIVATE_H
#define QUIRE_PARQUET_CHUNK_READER_PRIVATE_H

#include "format/parquet/read/chunk_reader.h"
#include "format/parquet/read/leaf_append.h"
#include "format/parquet/read/page_levels.h"

/* Entries whose levels are in memory at once, where they are not runs. */
#define QUIRE_CHUNK_BLOCK 4096

struct quire_chunk_reader {
    const struct quire_parquet_schema *schema;
    size_t leaf_index;
    struct quire_leaf leaf;
    struct quire_buf path; /* a.b.c, for errors */
    struct quire_chunk_source source;
    struct quire_page_reader pages;

    int64_t row; /* rows of the chunk that were read or passed over */
    struct quire_page page;
    int64_t page_left; /* entries of the page whose levels were not decoded */
    struct quire_page_levels rep, def;
    struct quire_page_values values;

    /* Not flat: decoded levels, those before block_at used. */
    size_t block_at, block_size;
    struct quire_buf expanded[4];   /* entries with their nulls written out */
    uint8_t *def_block, *rep_block; /* of QUIRE_CHUNK_BLOCK, in one piece of memory */

    struct quire_chunk_refusals refusals;

    bool flat;        /* a field of the root that is no list */
    bool fixed_lists; /* around the leaf */
    bool in_page;
    uint8_t def_max, rep_max;
};

/* --- chunk_refuse.c: after an append, whose values that cannot be become null --- */

/* Of a flat column's last rows, the first of which is reader->row. */
int quire_chunk_refuse_flat(struct quire_chunk_reader *reader, struct quire_column *column,
                            int64_t taken, struct quire_error *error);
/* Of the slots that n entries of the block have become. */
int quire_chunk_refuse_nested(struct quire_chunk_reader *reader, struct quire_column *column,
                              int64_t slots, size_t n, struct quire_error *error);

/* --- chunk_page_walk.c --- */

/* Goes to the next data page, as far as its header; a dictionary on the way is taken. *found
 * is false at the end of the chunk. */
int quire_chunk_next_header(struct quire_chunk_reader *reader, bool *found,
                            struct quire_error *error);
/* Readies the page's levels and values, if that was not done. */
int quire_chunk_load_page(struct quire_chunk_reader *reader, struct quire_error *error);
/* A loaded page with entries left; *found is false at the end of the chunk. */
int quire_chunk_need_page(struct quire_chunk_reader *reader, bool *found,
                          struct quire_error *error);
void quire_chunk_leave_page(struct quire_chunk_reader *reader);
/* The chunk ends before its rows do. */
int quire_chunk_fail_end(struct quire_chunk_reader *reader, struct quire_error *error);

/* --- chunk_flat.c, chunk_nested.c --- */

int quire_chunk_read_flat(struct quire_chunk_reader *reader, int64_t rows,
                          struct quire_column *batch, struct quire_error *error);
int quire_chunk_read_nested(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_column *batch, struct quire_error *error);
/* Passes over rows within pages; stops at the end of a page, so that pages can be passed
 * over whole. *passed: how many. */
int quire_chunk_skip_flat(struct quire_chunk_reader *reader, int64_t rows, int64_t *passed,
                          struct quire_error *error);
int quire_chunk_skip_nested(struct quire_chunk_reader *reader, int64_t rows, int64_t *passed,
                            struct quire_error *error);

#endif
