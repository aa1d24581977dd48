/* MD5 (RFC 1321), where a format wants it to notice damage; it keeps nobody out. */
#ifndef QUIRE_CRYPTO_MD5_H
#define QUIRE_CRYPTO_MD5_H

#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#define QUIRE_MD5_SIZE 16

/* QUIRE_UNSUPPORTED without OpenSSL, or with one that does not have it. */
int quire_md5(const void *data, size_t size, uint8_t digest[QUIRE_MD5_SIZE],
              struct quire_error *error);

#endif
