/* The inside of a chunk writer, for its own files. */
#ifndef QUIRE_PARQUET_CHUNK_WRITER_PRIVATE_H
#define QUIRE_PARQUET_CHUNK_WRITER_PRIVATE_H

#include "format/parquet/encoding/dictionary.h"
#include "format/parquet/write/chunk_bloom.h"
#include "format/parquet/write/chunk_pages.h"
#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/encoding_choice.h"
#include "format/parquet/write/leaf_values.h"
#include "format/parquet/write/page_writer.h"

#define QUIRE_CHUNK_OPERATION "write parquet"

/* How values are encoded now. */
enum quire_chunk_stage {
    QUIRE_CHUNK_SAMPLING,   /* kept as they are until the choice is made */
    QUIRE_CHUNK_DICTIONARY, /* as indices */
    QUIRE_CHUNK_DIRECT      /* by the encoder */
};

/* Where a value of an Arrow dictionary is in the chunk's; of the add that epoch names. */
struct quire_index_slot {
    uint32_t epoch, index;
};

/* What the values of a chunk began with. */
struct quire_chunk_choice {
    bool known, dictionary;
    int32_t direct;
};

/* Data pages of an encoding. */
struct quire_encoding_count {
    int32_t encoding, pages;
};
#define QUIRE_CHUNK_ENCODINGS_MAX 8

struct quire_chunk_writer {
    const struct quire_parquet_schema *schema;
    size_t leaf;
    struct quire_chunk_options options;
    struct quire_leaf_plan plan;
    enum quire_value_order order;
    bool text;     /* extremes are cut at characters */
    bool extremes; /* of pages are wanted */
    uint8_t def_max, rep_max;

    /* Rows that are being added. */
    struct quire_levels levels;
    struct quire_leaf_block block;
    struct quire_buf mapped; /* uint32_t indices of a block */
    struct quire_buf index_slots;
    uint32_t index_epoch;
    double entries_per_row;

    /* The open page. */
    struct quire_page_writer page;
    int64_t page_rows, page_unencoded;
    struct quire_extremes page_extremes;
    int64_t *histogram, *chunk_histogram; /* rep_max + 1, then def_max + 1 */
    size_t histogram_size;

    /* Values of the open page, by stage. */
    enum quire_chunk_stage stage;
    struct quire_buf sample, sample_slices;
    size_t sample_size, sample_wanted;
    struct quire_dictionary dictionary;
    bool dictionary_closed; /* it was tried, or is full */
    struct quire_buf indices;
    struct quire_value_encoder encoder;
    int32_t direct; /* the encoding, or QUIRE_ENCODING_CHOOSE until it is chosen */
    struct quire_chunk_choice choice_last; /* of the chunk before */
    struct quire_encoding_trial trial;
    struct quire_buf used; /* entries of the dictionary that the page uses: a byte each */

    /* The chunk. */
    struct quire_page_chain data; /* its data pages */
    struct quire_chunk_pages pages;
    struct quire_chunk_bloom bloom;
    struct quire_extremes chunk_extremes;
    int64_t rows, entries, values, unencoded;
    int64_t values_last; /* of the chunk before; 0: none */
    bool ending;
    int64_t plain_size; /* of pages before compression, with headers */
    struct quire_encoding_count counts[QUIRE_CHUNK_ENCODINGS_MAX];
    size_t counts_size;
};

static inline size_t quire_chunk_indices_size(const struct quire_chunk_writer *writer)
{
    return writer->indices.size / sizeof(uint32_t);
}

/* --- chunk_rows.c ------------------------------------------------------------------------- */

/* Adds rows whose entries are about a block; pages are finished as they fill. */
int quire_chunk_add_block(struct quire_chunk_writer *writer, const struct quire_view *batch,
                          int64_t start, int64_t rows, struct quire_error *error);

/* --- chunk_values.c: values into the open page ---------------------------------------- */

void quire_chunk_start_values(struct quire_chunk_writer *writer);
/* The open page must begin with a row where values do, because the page may be finished
 * before them. */
int quire_chunk_take(struct quire_chunk_writer *writer, const struct quire_values *values,
                     struct quire_error *error);
/* Gives the dictionary up: the page of indices is finished. */
int quire_chunk_leave_dictionary(struct quire_chunk_writer *writer, struct quire_error *error);
/* Bytes of the open page's values, before compression. */
size_t quire_chunk_values_size(const struct quire_chunk_writer *writer);
/* Ends sampling. */
int quire_chunk_decide(struct quire_chunk_writer *writer, struct quire_error *error);

/* --- chunk_indices.c: Arrow dictionaries ----------------------------------------------- */

/* Whether the rows of a view go in by their indices. */
bool quire_chunk_maps(const struct quire_chunk_writer *writer, const struct quire_view *view);
void quire_chunk_begin_map(struct quire_chunk_writer *writer);
/* Makes writer->mapped of the ranges; *full: the dictionary could not take all. *done: how
 * many values were fine when it fails. */
int quire_chunk_map(struct quire_chunk_writer *writer, const struct quire_view *view, bool *full,
                    size_t *done, struct quire_error *error);
/* Extremes of the values that the open page's indices stand for. */
int quire_chunk_extremes_of_indices(struct quire_chunk_writer *writer, struct quire_error *error);

/* --- chunk_page.c ------------------------------------------------------------------------ */

int quire_chunk_finish_page(struct quire_chunk_writer *writer, struct quire_error *error);

#endif
