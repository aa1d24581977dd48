/* A context belongs to one message at a time and holds the key until it is freed, which
 * wipes it; so does the copy here from which further ones are made. */
#include "base/fail.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_OPENSSL

#include <string.h>

#include <openssl/err.h>

#include "crypto/evp.h"

#define OPERATION "use key"

int quire_evp_fail(struct quire_error *error, const char *operation)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    int code = quire_fail(error, QUIRE_INTERNAL, operation, "OpenSSL failed: %s",
                          reason != NULL ? reason : "no reason given");
    ERR_clear_error();
    return code;
}

int quire_evp_init(struct quire_evp *evp, const char *name, const void *key,
                   struct quire_error *error)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    if (cipher == NULL) {
        ERR_clear_error();
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "this OpenSSL has no %s", name);
    }
    memset(evp, 0, sizeof(*evp));
    evp->cipher = cipher;
    memcpy(evp->key, key, (size_t)EVP_CIPHER_get_key_length(cipher));
    return 0;
}

void quire_evp_release(struct quire_evp *evp)
{
    EVP_CIPHER_CTX *context;
    for (int i = 0; i < 2; i++) {
        while ((context = quire_idle_take(&evp->idle[i])) != NULL)
            EVP_CIPHER_CTX_free(context);
    }
    EVP_CIPHER_free(evp->cipher);
    quire_crypto_wipe(evp->key, sizeof(evp->key));
}

int quire_evp_take(struct quire_evp *evp, bool encrypt, const void *vector,
                   EVP_CIPHER_CTX **context, struct quire_error *error)
{
    int done;
    EVP_CIPHER_CTX *taken = quire_idle_take(&evp->idle[encrypt]);
    if (taken != NULL) {
        done = EVP_CipherInit_ex2(taken, NULL, NULL, vector, encrypt, NULL);
    } else {
        taken = EVP_CIPHER_CTX_new();
        if (taken == NULL) {
            ERR_clear_error();
            return quire_fail_memory(error, OPERATION);
        }
        done = EVP_CipherInit_ex2(taken, evp->cipher, evp->key, vector, encrypt, NULL);
    }
    if (done != 1) {
        EVP_CIPHER_CTX_free(taken);
        return quire_evp_fail(error, OPERATION);
    }
    *context = taken;
    return 0;
}

void quire_evp_give(struct quire_evp *evp, bool encrypt, EVP_CIPHER_CTX *context)
{
    if (!quire_idle_give(&evp->idle[encrypt], context)) EVP_CIPHER_CTX_free(context);
}

#endif
