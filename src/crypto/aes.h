/* AES (FIPS 197) in the modes that files are sealed with. Keys have 16, 24 or 32 bytes,
 * or it is QUIRE_USAGE; they are copied. */
#ifndef QUIRE_CRYPTO_AES_H
#define QUIRE_CRYPTO_AES_H

#include "crypto/aead.h"

/* GCM (NIST SP 800-38D). */
int quire_aes_gcm_new(const void *key, size_t key_size, struct quire_aead **aead,
                      struct quire_error *error);

/* CTR (NIST SP 800-38A, 6.5): nothing tells whether the bytes were changed. A key may be
 * used by many threads at once. */
struct quire_aes_ctr;

#define QUIRE_AES_BLOCK_BYTES 16

int quire_aes_ctr_new(const void *key, size_t key_size, struct quire_aes_ctr **ctr,
                      struct quire_error *error);
/* Encrypts and decrypts, which are the same. counter: the first block's, of
 * QUIRE_AES_BLOCK_BYTES; it counts up as one big-endian number. out may be in. QUIRE_LIMIT
 * beyond QUIRE_CRYPTO_BYTES_MAX. */
int quire_aes_ctr_apply(struct quire_aes_ctr *ctr, const void *counter, const void *in, size_t size,
                        void *out, struct quire_error *error);
/* Wipes the key. NULL is fine. */
void quire_aes_ctr_free(struct quire_aes_ctr *ctr);

#endif
