/* The modes differ in the name that OpenSSL has for them and in how they end: CTR has
 * nothing to end. */
#include "crypto/aes.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_OPENSSL

#include "crypto/aead_private.h"
#include "crypto/evp.h"

#define USE_KEY "use key"
#define APPLY   "encrypt or decrypt"

struct quire_aes_ctr {
    struct quire_evp evp;
};

/* The name for a key of that size; names are of 128, 192 and 256 bits. */
static int name_of(const char *const names[3], size_t key_size, const char **name,
                   struct quire_error *error)
{
    if (key_size != 16 && key_size != 24 && key_size != 32)
        return quire_fail(error, QUIRE_USAGE, USE_KEY, "a key of %zu bytes, not 16, 24 or 32",
                          key_size);
    *name = names[key_size / 8 - 2];
    return 0;
}

int quire_aes_gcm_new(const void *key, size_t key_size, struct quire_aead **aead,
                      struct quire_error *error)
{
    static const char *const names[3] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
    const char *name = NULL;
    QUIRE_TRY(name_of(names, key_size, &name, error));
    return quire_aead_new(name, key, aead, error);
}

int quire_aes_ctr_new(const void *key, size_t key_size, struct quire_aes_ctr **ctr,
                      struct quire_error *error)
{
    static const char *const names[3] = {"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"};
    const char *name = NULL;
    QUIRE_TRY(name_of(names, key_size, &name, error));
    struct quire_aes_ctr *result = quire_alloc_zero(1, sizeof(*result));
    if (result == NULL) return quire_fail_memory(error, USE_KEY);
    int code = quire_evp_init(&result->evp, name, key, error);
    if (code != 0) {
        quire_free(result);
        return code;
    }
    *ctr = result;
    return 0;
}

int quire_aes_ctr_apply(struct quire_aes_ctr *ctr, const void *counter, const void *in, size_t size,
                        void *out, struct quire_error *error)
{
    EVP_CIPHER_CTX *context = NULL;
    int written;
    if (size > QUIRE_CRYPTO_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, APPLY, "a message of more than %zu bytes",
                          QUIRE_CRYPTO_BYTES_MAX);
    if (size == 0) return 0;
    QUIRE_TRY(quire_evp_take(&ctr->evp, true, counter, &context, error));
    bool done = EVP_CipherUpdate(context, out, &written, in, (int)size) == 1;
    quire_evp_give(&ctr->evp, true, context);
    return done ? 0 : quire_evp_fail(error, APPLY);
}

void quire_aes_ctr_free(struct quire_aes_ctr *ctr)
{
    if (ctr == NULL) return;
    quire_evp_release(&ctr->evp);
    quire_free(ctr);
}

#else

int quire_aes_gcm_new(const void *key, size_t key_size, struct quire_aead **aead,
                      struct quire_error *error)
{
    (void)key, (void)key_size, (void)aead;
    return quire_crypto_check_built(error);
}

int quire_aes_ctr_new(const void *key, size_t key_size, struct quire_aes_ctr **ctr,
                      struct quire_error *error)
{
    (void)key, (void)key_size, (void)ctr;
    return quire_crypto_check_built(error);
}

int quire_aes_ctr_apply(struct quire_aes_ctr *ctr, const void *counter, const void *in, size_t size,
                        void *out, struct quire_error *error)
{
    (void)ctr, (void)counter, (void)in, (void)size, (void)out;
    return quire_crypto_check_built(error);
}

void quire_aes_ctr_free(struct quire_aes_ctr *ctr)
{
    (void)ctr;
}

#endif
