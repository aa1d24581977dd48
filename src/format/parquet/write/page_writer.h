/* Pages: levels and encoded values to header and body, compressed and encrypted
 * (README.md "Data Pages", Compression.md, Encryption.md).
 *
 * For a data page: add levels, start, append the values to body or put them, finish. */
#ifndef QUIRE_PARQUET_PAGE_WRITER_H
#define QUIRE_PARQUET_PAGE_WRITER_H

#include "format/parquet/encoding/rle.h"
#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/page_level.h"

/* Zero-initialise; release when done. */
struct quire_page_writer {
    const struct quire_chunk_options *options;
    uint8_t def_max, rep_max;
    int16_t row_group, ordinal; /* ordinal: of the next data page */
    struct quire_page_level level;
    int64_t entries, values; /* of the open page */
    struct quire_rle_encoder def, rep;
    struct quire_buf def_bytes, rep_bytes;
    struct quire_buf body;
    size_t levels_size; /* bytes of levels at the start of body */
    struct quire_bytes
        around; /* the body, where it was made around values; data NULL: body is it */
    struct quire_buf packed, sealed, header, sealed_header;
};
void quire_page_writer_release(struct quire_page_writer *writer);
size_t quire_page_writer_memory(const struct quire_page_writer *writer);

/* Begins a chunk. */
void quire_page_writer_begin(struct quire_page_writer *writer,
                             const struct quire_chunk_options *options,
                             const struct quire_parquet_leaf *leaf, int16_t row_group);

/* n entries, of which `values` have a value. def NULL: all are def_max; rep NULL: 0. */
int quire_page_add_levels(struct quire_page_writer *writer, const uint8_t *def, const uint8_t *rep,
                          size_t n, int64_t values, struct quire_error *error);

/* Sizes with the header, of the file and before compression and encryption. */
struct quire_page_sizes {
    size_t stored, plain;
};

int quire_page_start(struct quire_page_writer *writer, struct quire_error *error);
/* The values of the page instead of those that are appended to body: levels that fit into the
 * headroom before them are put there. They stay until the page is finished. */
int quire_page_put_values(struct quire_page_writer *writer, uint8_t *values, size_t size,
                          size_t headroom, struct quire_error *error);
/* Appends the page to out, and begins the next one. */
int quire_page_finish(struct quire_page_writer *writer, int32_t encoding, int64_t rows,
                      struct quire_page_chain *out, struct quire_page_sizes *sizes,
                      struct quire_error *error);
int quire_page_write_dictionary(struct quire_page_writer *writer, const struct quire_buf *plain,
                                size_t entries, struct quire_page_chain *out,
                                struct quire_page_sizes *sizes, struct quire_error *error);

#endif
