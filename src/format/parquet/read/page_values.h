/* The values of a data page, whatever their encoding (Encodings.md): one face over the
 * decoders. Values are in their physical form: fixed widths packed, booleans a byte each,
 * byte arrays as slices of the page, or indices of the chunk's dictionary. */
#ifndef QUIRE_PARQUET_PAGE_VALUES_H
#define QUIRE_PARQUET_PAGE_VALUES_H

#include "format/parquet/encoding/alp.h"
#include "format/parquet/encoding/byte_stream_split.h"
#include "format/parquet/encoding/delta_byte_array.h"
#include "format/parquet/encoding/dictionary.h"
#include "format/parquet/read/page_reader.h"

/* Zero-initialise; release when done. */
struct quire_page_values {
    enum quire_parquet_type type;
    size_t width;     /* of a fixed value, else 0 */
    int32_t encoding; /* PLAIN_DICTIONARY is given as RLE_DICTIONARY */
    uint64_t count_max;
    bool started;                       /* a page of nulls alone may have no bytes to start with */
    const uint8_t *readable;            /* bytes before it may be read */
    struct quire_page_bytes bytes;      /* all values; PLAIN: those left */
    union {                             /* by the encoding, once it is started */
        struct quire_plain_bools bools; /* PLAIN booleans */
        struct quire_rle_decoder rle;   /* RLE booleans and indices */
        struct quire_delta_decoder delta;
        struct quire_delta_length_decoder delta_length;
        struct quire_byte_stream_decoder streams;
    };
    struct quire_delta_bytes_decoder *delta_bytes; /* NULL until the first such page */
    struct quire_alp_decoder alp;
};

void quire_page_values_release(struct quire_page_values *values);
/* Heap bytes held. */
size_t quire_page_values_memory(const struct quire_page_values *values);

/* Takes what is left of the page's content. QUIRE_UNSUPPORTED when the encoding is not one
 * for the type. */
int quire_page_values_begin(struct quire_page_values *values, enum quire_parquet_type type,
                            size_t width, const struct quire_page *page, struct quire_error *error);

static inline bool quire_page_values_are_indices(const struct quire_page_values *values)
{
    return values->encoding == QUIRE_ENCODING_RLE_DICTIONARY;
}

/* The end of what may be read around the slices that are given; NULL: only they. */
static inline const uint8_t *quire_page_values_readable(const struct quire_page_values *values)
{
    return values->encoding == QUIRE_ENCODING_DELTA_BYTE_ARRAY ? NULL : values->readable;
}

/* Exactly n values of a page that are not indices; of what the type is. Booleans are 0 or 1
 * in a byte. */
int quire_page_values_fixed(struct quire_page_values *values, void *out, size_t n,
                            struct quire_error *error);
/* Slices stand until the next call. */
int quire_page_values_bytes(struct quire_page_values *values, struct quire_bytes *out, size_t n,
                            struct quire_error *error);
/* Indices that are not checked, or how many equal ones stand next (see rle.h; take them
 * by quire_rle_take_run(&values->rle, n)). */
int quire_page_values_indices(struct quire_page_values *values, uint32_t *out, size_t n,
                              struct quire_error *error);
int quire_page_values_peek_run(struct quire_page_values *values, uint64_t *run, uint32_t *index,
                               struct quire_error *error);

/* Passes over n values. */
int quire_page_values_skip(struct quire_page_values *values, size_t n, struct quire_error *error);

#endif
