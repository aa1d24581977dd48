/* What all of sealing needs: whether this build can do it, random bytes, and how secrets
 * are compared and forgotten.
 *
 * The layer stands on OpenSSL's libcrypto. In a build without it whatever makes a key
 * answers QUIRE_UNSUPPORTED, "built without OpenSSL", so nothing else is ever reached. */
#ifndef QUIRE_CRYPTO_CRYPTO_H
#define QUIRE_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

/* What one call encrypts or decrypts at most. */
#define QUIRE_CRYPTO_BYTES_MAX ((size_t)INT32_MAX)

/* QUIRE_UNSUPPORTED when the library is not in this build. */
int quire_crypto_check_built(struct quire_error *error);

/* Random bytes fit for keys, nonces and identifiers; never the same after a fork.
 * QUIRE_IO when the system gives none. Thread-safe. */
int quire_crypto_random(void *bytes, size_t size, struct quire_error *error);

/* Compares in a time that does not tell where they differ. */
bool quire_crypto_equal(const void *a, const void *b, size_t size);

/* Overwrites a secret in a way that no compiler leaves out. */
void quire_crypto_wipe(void *bytes, size_t size);

#endif
