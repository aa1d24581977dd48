/* How an algorithm becomes a struct quire_aead. */
#ifndef QUIRE_CRYPTO_AEAD_PRIVATE_H
#define QUIRE_CRYPTO_AEAD_PRIVATE_H

#include "crypto/aead.h"

/* By OpenSSL's name ("AES-128-GCM"); the key has the length that it wants. Nonce and tag
 * are of the sizes in aead.h. */
int quire_aead_new(const char *name, const void *key, struct quire_aead **aead,
                   struct quire_error *error);

#endif
