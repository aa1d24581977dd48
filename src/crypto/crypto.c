/* Random bytes come from OpenSSL's generator, which seeds itself from the kernel and anew
 * in a child. Comparing and wiping need no library, so that they are there in any build. */
#include "crypto/crypto.h"

#include <string.h>

#include "base/fail.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_OPENSSL

#include <openssl/err.h>
#include <openssl/rand.h>

int quire_crypto_check_built(struct quire_error *error)
{
    (void)error;
    return 0;
}

int quire_crypto_random(void *bytes, size_t size, struct quire_error *error)
{
    uint8_t *at = bytes;
    while (size > 0) {
        size_t part = size < QUIRE_CRYPTO_BYTES_MAX ? size : QUIRE_CRYPTO_BYTES_MAX;
        if (RAND_bytes(at, (int)part) != 1) {
            ERR_clear_error();
            return quire_fail(error, QUIRE_IO, "draw random bytes", "the generator is not seeded");
        }
        at += part;
        size -= part;
    }
    return 0;
}

#else

int quire_crypto_check_built(struct quire_error *error)
{
    return quire_fail(error, QUIRE_UNSUPPORTED, "use encryption", "built without OpenSSL");
}

int quire_crypto_random(void *bytes, size_t size, struct quire_error *error)
{
    (void)bytes;
    (void)size;
    return quire_crypto_check_built(error);
}

#endif

bool quire_crypto_equal(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *left = a, *right = b;
    uint8_t different = 0;
    for (size_t i = 0; i < size; i++)
        different |= left[i] ^ right[i];
    return different == 0;
}

void quire_crypto_wipe(void *bytes, size_t size)
{
    if (size > 0) explicit_bzero(bytes, size);
}
