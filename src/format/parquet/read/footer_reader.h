/* A Parquet file opened for reading: its footer, its schema and its keys.
 *
 * Opening reads the last bytes of the file, once for most files. Afterwards nothing changes
 * but the metadata of columns that are encrypted by themselves, which
 * quire_parquet_input_chunk opens when they are first asked for: one thread at a time. */
#ifndef QUIRE_PARQUET_FOOTER_READER_H
#define QUIRE_PARQUET_FOOTER_READER_H

#include "format/parquet/encryption.h"
#include "format/parquet/key_file.h"
#include "format/parquet/parquet_schema.h"
#include "format/parquet/read/byte_fetch.h"
#include "format/parquet/read/created_by.h"
#include "format/parquet/read/parquet_decoder.h"

/* Bytes that a footer may take. */
#define QUIRE_PARQUET_FOOTER_MAX (INT64_C(1) << 30)

/* How a file is encrypted, and what opens it. */
struct quire_parquet_keys {
    bool encrypted, encrypted_footer, ctr_pages;
    uint8_t footer_key[QUIRE_KEY_BYTES_MAX];
    size_t footer_key_size; /* 0: none given */
    struct quire_column_keys columns;
    const char *given_prefix; /* of the options; NULL */
    const uint8_t *prefix, *unique;
    size_t prefix_size, unique_size;
    struct quire_parquet_cipher *footer;
    struct quire_parquet_cipher **column; /* of each leaf, made when it is first needed */
};

struct quire_parquet_input {
    struct quire_in *in;
    int64_t size;
    int64_t footer_start; /* nothing of the row groups lies at or after it */
    struct quire_arena arena;
    struct quire_file_metadata metadata;
    struct quire_parquet_schema schema;
    struct quire_created_by created_by;
    struct quire_parquet_keys keys;
    /* What of indexes is read together, while that is known; else NULL. */
    const struct quire_byte_fetches *fetches;
};

/* Zero-initialise file; release it also after a failure. in is borrowed until then. */
int quire_parquet_input_open(struct quire_in *in, const struct quire_parquet_read_options *options,
                             struct quire_parquet_input *file, struct quire_error *error);
void quire_parquet_input_release(struct quire_parquet_input *file);

/* One column of one row group, found and checked against the file. */
struct quire_parquet_chunk {
    const struct quire_column_chunk *chunk;
    const struct quire_column_metadata *metadata;
    const struct quire_parquet_cipher *cipher; /* NULL: not encrypted */
    int64_t start, end;                        /* its pages in the file */
    int32_t row_group, column;                 /* ordinals */
};

/* QUIRE_AUTH when the column is encrypted and its key was not given. */
int quire_parquet_input_chunk(struct quire_parquet_input *file, size_t row_group, size_t leaf,
                              struct quire_parquet_chunk *chunk, struct quire_error *error);

/* Reads bytes of the file and opens the module in them where there is a cipher; appended
 * to plain. what is for errors: "column index". */
int quire_parquet_input_read(const struct quire_parquet_input *file, int64_t offset, int64_t size,
                             const char *what, struct quire_buf *bytes, struct quire_error *error);
int quire_parquet_input_module(const struct quire_parquet_input *file,
                               const struct quire_parquet_chunk *chunk,
                               enum quire_parquet_module module, int64_t offset, int64_t size,
                               struct quire_buf *plain, struct quire_error *error);

/* The name of a leaf, "a.list.element", appended. */
int quire_parquet_leaf_name(const struct quire_parquet_schema *schema, size_t leaf,
                            struct quire_buf *name);
/* Puts row group and column into an error that says nothing of them. Returns code. */
int quire_parquet_fail_at(const struct quire_parquet_schema *schema, size_t row_group, size_t leaf,
                          int code, struct quire_error *error);

/* --- keys (parquet_keys.c) ------------------------------------------------------------ */

int quire_parquet_keys_open(struct quire_parquet_keys *keys,
                            const struct quire_parquet_read_options *options,
                            struct quire_error *error);
void quire_parquet_keys_release(struct quire_parquet_keys *keys, size_t leaves_size);
/* Takes what the file says of its encryption and makes the footer's cipher, where its key
 * was given. */
int quire_parquet_keys_begin(struct quire_parquet_keys *keys,
                             const struct quire_encryption_algorithm *algorithm,
                             struct quire_error *error);
/* The cipher of a chunk; NULL when it is not encrypted. */
int quire_parquet_keys_chunk(struct quire_parquet_keys *keys,
                             const struct quire_column_chunk *chunk, size_t leaf,
                             size_t leaves_size, const struct quire_parquet_cipher **cipher,
                             struct quire_error *error);

/* Reads INT96 as timestamps of an enum quire_parquet_int96. (int96_unit.c) */
int quire_parquet_set_int96_unit(struct quire_parquet_input *file, int32_t unit,
                                 struct quire_error *error);
/* Takes the order from dictionaries that chunks do not keep whole. (dictionary_order.c) */
int quire_parquet_check_dictionary_order(struct quire_parquet_input *file,
                                         struct quire_error *error);
/* Widens indices that may be too narrow for a batch. (dictionary_width.c) */
int quire_parquet_check_dictionary_width(struct quire_parquet_input *file,
                                         struct quire_error *error);

#endif
