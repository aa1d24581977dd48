/* Authenticated encryption with associated data: what is opened is what was sealed, under
 * the same key, nonce and associated data, or it is refused.
 *
 * An algorithm is a function that makes a struct quire_aead of a key (aes.h); sealing and
 * opening are the same for all. A key may be used by many threads at once. */
#ifndef QUIRE_CRYPTO_AEAD_H
#define QUIRE_CRYPTO_AEAD_H

#include "crypto/crypto.h"

#define QUIRE_AEAD_NONCE_BYTES 12
#define QUIRE_AEAD_TAG_BYTES   16

/* Messages under one key whose nonces are drawn at random (NIST SP 800-38D, 8.3). Whoever
 * draws them counts them. */
#define QUIRE_AEAD_RANDOM_NONCES_MAX (UINT64_C(1) << 32)

struct quire_aead;

/* One message, all but its key. */
struct quire_aead_message {
    const void *nonce; /* QUIRE_AEAD_NONCE_BYTES; never twice under one key */
    struct {
        const void *bytes;
        size_t size;
    } associated[2]; /* one after the other; either may be empty */
    const void *in;
    size_t size; /* of in and out; QUIRE_CRYPTO_BYTES_MAX at most */
    void *out;   /* may be in itself. NULL: only the tag is wanted */
};

/* Writes out and QUIRE_AEAD_TAG_BYTES of tag. QUIRE_LIMIT when the message is too long. */
int quire_aead_seal(struct quire_aead *aead, const struct quire_aead_message *message, void *tag,
                    struct quire_error *error);

/* Writes out, or wipes it and answers QUIRE_CORRUPT when the tag is not this message's. */
int quire_aead_open(struct quire_aead *aead, const struct quire_aead_message *message,
                    const void *tag, struct quire_error *error);

/* Wipes the key. NULL is fine. */
void quire_aead_free(struct quire_aead *aead);

#endif
