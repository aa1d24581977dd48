/* Modular encryption (Encryption.md): every module of a file, a page or a piece of
 * metadata, is encrypted by itself under the footer's or its column's key, bound by its
 * additional authenticated data to its place in this file.
 *
 * A cipher holds one key with the algorithm and the file's part of that data. It does
 * not change once made, so threads may share it. */
#ifndef QUIRE_PARQUET_ENCRYPTION_H
#define QUIRE_PARQUET_ENCRYPTION_H

#include <stdbool.h>

#include "base/buf.h"
#include "quire/error.h"

/* The types of modules, with the values of Encryption.md, "AAD suffix". */
enum quire_parquet_module {
    QUIRE_MODULE_FOOTER = 0,
    QUIRE_MODULE_COLUMN_METADATA = 1,
    QUIRE_MODULE_DATA_PAGE = 2,
    QUIRE_MODULE_DICTIONARY_PAGE = 3,
    QUIRE_MODULE_DATA_PAGE_HEADER = 4,
    QUIRE_MODULE_DICTIONARY_PAGE_HEADER = 5,
    QUIRE_MODULE_COLUMN_INDEX = 6,
    QUIRE_MODULE_OFFSET_INDEX = 7,
    QUIRE_MODULE_BLOOM_FILTER_HEADER = 8,
    QUIRE_MODULE_BLOOM_FILTER_BITSET = 9
};

/* Where a module stands; what a type has no use for is ignored. */
struct quire_module_place {
    enum quire_parquet_module module;
    int16_t row_group, column, page;
};

struct quire_parquet_cipher;

struct quire_cipher_options {
    const void *key;
    size_t key_size;        /* 16, 24 or 32 bytes, or QUIRE_USAGE */
    bool ctr_pages;         /* AES_GCM_CTR_V1: pages (not their headers) without authentication */
    const void *aad_prefix; /* may be NULL */
    size_t aad_prefix_size;
    const void *aad_file_unique;
    size_t aad_file_unique_size;
};

/* All is copied. QUIRE_UNSUPPORTED when this build has no OpenSSL. */
int quire_cipher_new(const struct quire_cipher_options *options,
                     struct quire_parquet_cipher **cipher, struct quire_error *error);
/* Wipes the key. NULL is fine. */
void quire_cipher_free(struct quire_parquet_cipher *cipher);

/* Bytes that a module takes beyond its plain text: length, nonce, tag. */
size_t quire_cipher_overhead(const struct quire_parquet_cipher *cipher,
                             enum quire_parquet_module module);

/* Appends the module: length (4 bytes), nonce, cipher text, and the tag where there is one.
 * QUIRE_LIMIT beyond what a nonce may cover or the length may say. */
int quire_cipher_encrypt(const struct quire_parquet_cipher *cipher,
                         const struct quire_module_place *place, const void *plain, size_t size,
                         struct quire_buf *out, struct quire_error *error);

/* The whole length of the module that begins with these four bytes: *size counts them
 * too. QUIRE_CORRUPT when it cannot be one. */
int quire_cipher_module_size(const void *bytes, size_t *size, struct quire_error *error);

/* Appends the plain text of the module at the start of bytes. *used: its whole length.
 * QUIRE_CORRUPT when the bytes end too early or the tag does not fit: a wrong key, a module
 * from another place, or damage. */
int quire_cipher_decrypt(const struct quire_parquet_cipher *cipher,
                         const struct quire_module_place *place, const void *bytes, size_t size,
                         struct quire_buf *plain, size_t *used, struct quire_error *error);

/* A plaintext footer's signature: nonce and tag, QUIRE_SIGNATURE_BYTES in all, over the
 * footer's bytes. Verifying is QUIRE_CORRUPT when it is not this key's. */
#define QUIRE_SIGNATURE_BYTES 28
int quire_cipher_sign(const struct quire_parquet_cipher *cipher, const void *footer, size_t size,
                      struct quire_buf *out, struct quire_error *error);
int quire_cipher_verify(const struct quire_parquet_cipher *cipher, const void *footer, size_t size,
                        const void *signature, struct quire_error *error);

#endif
