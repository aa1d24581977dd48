/* The keys that a file is written with: that of its footer, and those of its columns
 * (Encryption.md, 3 "Technical Approach" and 5.2 "Crypto structures"). */
#ifndef QUIRE_PARQUET_FILE_KEYS_H
#define QUIRE_PARQUET_FILE_KEYS_H

#include "format/parquet/encryption.h"
#include "format/parquet/write/leaf_names.h"
#include "format/parquet/write/parquet_encoder.h"

#define QUIRE_AAD_FILE_UNIQUE_BYTES 8

/* Of one column. */
struct quire_leaf_key {
    const struct quire_parquet_cipher *cipher;   /* NULL: not encrypted */
    struct quire_column_crypto_metadata *crypto; /* NULL: not encrypted */
    bool own;                                    /* not the footer's key */
};

struct quire_file_keys {
    struct quire_parquet_cipher *footer; /* NULL: nothing is encrypted */
    bool plaintext_footer;
    struct quire_leaf_key *leaves;
    struct quire_encryption_algorithm algorithm;
    struct quire_aes_parameters parameters; /* of the algorithm */
    struct quire_thrift_binary footer_key_metadata;
    /* What the above points to. */
    struct quire_parquet_cipher **ciphers;
    size_t ciphers_size;
    uint8_t file_unique[QUIRE_AAD_FILE_UNIQUE_BYTES];
    struct quire_arena arena;
};

/* Reads the keys that options name. Zero-initialise keys, which must not move afterwards;
 * schema is borrowed while they are used. */
int quire_file_keys_open(const struct quire_parquet_encoder_options *options,
                         const struct quire_leaf_names *names,
                         const struct quire_parquet_schema *schema, struct quire_file_keys *keys,
                         struct quire_error *error);
void quire_file_keys_release(struct quire_file_keys *keys);

#endif
