/* The file that is being written: where it stands, what its footer will say, and the
 * indexes that come before that (README.md of parquet-format, "File format"; PageIndex.md;
 * BloomFilter.md, "File Format"; Encryption.md, 5 "File Format").
 *
 * Row groups and page indexes are kept as they will be written, so that the footer of a
 * file of very many chunks takes little memory. One thread at a time. */
#ifndef QUIRE_PARQUET_FILE_H
#define QUIRE_PARQUET_FILE_H

#include "format/parquet/write/chunk_writer.h"
#include "format/parquet/write/encryption_keys.h"

struct quire_parquet_file {
    /* Set by the caller; all is borrowed. */
    struct quire_out *out;
    struct quire_budget *budget;
    const struct quire_parquet_schema *schema;
    const struct quire_file_keys *keys;
    struct quire_sorting_column_list sorting;
    /* What has been written. */
    int64_t position, rows;
    size_t row_groups_size;
    struct quire_buf row_groups, column_indexes, offset_indexes, index_sizes;
    struct quire_buf scratch, plain;
    size_t charged;
};

void quire_parquet_file_release(struct quire_parquet_file *file);

/* The magic bytes at the start. */
int quire_parquet_file_begin(struct quire_parquet_file *file, struct quire_error *error);
/* The chunks of one row group, one for each leaf; their pages are released on the way, and
 * their offsets made those of the file. QUIRE_LIMIT when an encrypted file would have more
 * row groups than its ordinals can count. */
int quire_parquet_file_write(struct quire_parquet_file *file, struct quire_written_chunk *chunks,
                             int64_t rows, struct quire_error *error);
/* Page indexes and footer. */
int quire_parquet_file_finish(struct quire_parquet_file *file,
                              const struct quire_parquet_key_value_list *key_values,
                              struct quire_error *error);

#endif
