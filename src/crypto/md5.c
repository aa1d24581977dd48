#include "crypto/md5.h"

#include "base/fail.h"
#include "quire_config.h"

#define OPERATION "make digest"

#ifdef QUIRE_WITH_OPENSSL

int quire_md5(const void *data, size_t size, uint8_t digest[QUIRE_MD5_SIZE],
              struct quire_error *error)
{
    EVP_MD *method = EVP_MD_fetch(NULL, "MD5", NULL);
    unsigned written = 0;
    if (method == NULL) {
        ERR_clear_error();
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "this OpenSSL has no MD5");
    }
    int done = EVP_Digest(data, size, digest, &written, method, NULL);
    EVP_MD_free(method);
    if (done == 1 && written == QUIRE_MD5_SIZE) return 0;
    ERR_clear_error();
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "OpenSSL made no MD5");
}

#else

int quire_md5(const void *data, size_t size, uint8_t digest[QUIRE_MD5_SIZE],
              struct quire_error *error)
{
    (void)data;
    (void)size;
    (void)digest;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "built without OpenSSL");
}

#endif
