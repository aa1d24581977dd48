/* A key of one of OpenSSL's ciphers with contexts that are ready for the next message.
 *
 * To make a context and expand the key into it costs several times what a small message
 * does, so contexts are kept (base/idle.h), each way by itself. Only this layer's files
 * see this, in a build with OpenSSL. */
#ifndef QUIRE_CRYPTO_EVP_H
#define QUIRE_CRYPTO_EVP_H

#include <openssl/evp.h>

#include "base/idle.h"
#include "crypto/crypto.h"

struct quire_evp {
    EVP_CIPHER *cipher;
    struct quire_idle idle[2]; /* decrypting, encrypting */
    uint8_t key[EVP_MAX_KEY_LENGTH];
};

/* A cipher by OpenSSL's name ("AES-128-GCM") and a key of the length it wants. */
int quire_evp_init(struct quire_evp *evp, const char *name, const void *key,
                   struct quire_error *error);
void quire_evp_release(struct quire_evp *evp);

/* A context with the key and this vector; goes back by quire_evp_give. */
int quire_evp_take(struct quire_evp *evp, bool encrypt, const void *vector,
                   EVP_CIPHER_CTX **context, struct quire_error *error);
void quire_evp_give(struct quire_evp *evp, bool encrypt, EVP_CIPHER_CTX *context);

/* QUIRE_INTERNAL with OpenSSL's own reason; leaves its list of errors empty. */
int quire_evp_fail(struct quire_error *error, const char *operation);

#endif
