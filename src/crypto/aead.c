/* Sealing and opening through OpenSSL's one face for such ciphers. When only the tag is
 * wanted, the cipher text goes through a small scratch. */
#include "base/alloc.h"
#include "base/fail.h"
#include "crypto/aead_private.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_OPENSSL

#include <string.h>

#include <openssl/err.h>

#include "crypto/evp.h"

#define SEAL          "encrypt"
#define OPEN          "decrypt"
#define SCRATCH_BYTES 4096

struct quire_aead {
    struct quire_evp evp;
};

int quire_aead_new(const char *name, const void *key, struct quire_aead **aead,
                   struct quire_error *error)
{
    struct quire_aead *result = quire_alloc_zero(1, sizeof(*result));
    if (result == NULL) return quire_fail_memory(error, "use key");
    int code = quire_evp_init(&result->evp, name, key, error);
    if (code != 0) {
        quire_free(result);
        return code;
    }
    *aead = result;
    return 0;
}

void quire_aead_free(struct quire_aead *aead)
{
    if (aead == NULL) return;
    quire_evp_release(&aead->evp);
    quire_free(aead);
}

static int check_size(const struct quire_aead_message *message, const char *operation,
                      struct quire_error *error)
{
    if (message->size <= QUIRE_CRYPTO_BYTES_MAX &&
        message->associated[0].size <= QUIRE_CRYPTO_BYTES_MAX &&
        message->associated[1].size <= QUIRE_CRYPTO_BYTES_MAX)
        return 0;
    return quire_fail(error, QUIRE_LIMIT, operation, "a message of more than %zu bytes",
                      QUIRE_CRYPTO_BYTES_MAX);
}

static bool pass_text(EVP_CIPHER_CTX *context, const struct quire_aead_message *message)
{
    int written;
    uint8_t scratch[SCRATCH_BYTES];
    if (message->size == 0) return true;
    if (message->out != NULL)
        return EVP_CipherUpdate(context, message->out, &written, message->in, (int)message->size) ==
               1;
    const uint8_t *in = message->in;
    for (size_t at = 0; at < message->size; at += SCRATCH_BYTES) {
        size_t part = message->size - at < SCRATCH_BYTES ? message->size - at : SCRATCH_BYTES;
        if (EVP_CipherUpdate(context, scratch, &written, in + at, (int)part) != 1) return false;
    }
    return true;
}

/* All but the tag. */
static bool pass(EVP_CIPHER_CTX *context, const struct quire_aead_message *message)
{
    int written;
    for (int i = 0; i < 2; i++) {
        size_t size = message->associated[i].size;
        if (size > 0 &&
            EVP_CipherUpdate(context, NULL, &written, message->associated[i].bytes, (int)size) != 1)
            return false;
    }
    return pass_text(context, message);
}

/* Such ciphers hold no bytes back: finishing makes or compares the tag only. */
static bool finish(EVP_CIPHER_CTX *context)
{
    uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int written;
    return EVP_CipherFinal_ex(context, none, &written) == 1;
}

int quire_aead_seal(struct quire_aead *aead, const struct quire_aead_message *message, void *tag,
                    struct quire_error *error)
{
    EVP_CIPHER_CTX *context = NULL;
    QUIRE_TRY(check_size(message, SEAL, error));
    QUIRE_TRY(quire_evp_take(&aead->evp, true, message->nonce, &context, error));
    bool done = pass(context, message) && finish(context) &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, QUIRE_AEAD_TAG_BYTES, tag) == 1;
    quire_evp_give(&aead->evp, true, context);
    return done ? 0 : quire_evp_fail(error, SEAL);
}

int quire_aead_open(struct quire_aead *aead, const struct quire_aead_message *message,
                    const void *tag, struct quire_error *error)
{
    EVP_CIPHER_CTX *context = NULL;
    uint8_t expected[QUIRE_AEAD_TAG_BYTES];
    QUIRE_TRY(check_size(message, OPEN, error));
    QUIRE_TRY(quire_evp_take(&aead->evp, false, message->nonce, &context, error));
    memcpy(expected, tag, sizeof(expected));
    bool passed =
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, QUIRE_AEAD_TAG_BYTES, expected) == 1 &&
        pass(context, message);
    bool fits = passed && finish(context);
    quire_evp_give(&aead->evp, false, context);
    if (fits) return 0;
    if (message->out != NULL) quire_crypto_wipe(message->out, message->size);
    if (!passed) return quire_evp_fail(error, OPEN);
    ERR_clear_error();
    return quire_fail(error, QUIRE_CORRUPT, OPEN,
                      "the tag does not fit: another key, another place, or damaged bytes");
}

#else

void quire_aead_free(struct quire_aead *aead)
{
    (void)aead;
}

int quire_aead_seal(struct quire_aead *aead, const struct quire_aead_message *message, void *tag,
                    struct quire_error *error)
{
    (void)aead, (void)message, (void)tag;
    return quire_crypto_check_built(error);
}

int quire_aead_open(struct quire_aead *aead, const struct quire_aead_message *message,
                    const void *tag, struct quire_error *error)
{
    (void)aead, (void)message, (void)tag;
    return quire_crypto_check_built(error);
}

#endif
