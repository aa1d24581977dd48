/* Binary as text: base64 (RFC 4648, section 4, with padding) and hex. */
#ifndef QUIRE_BASE_BASE64_H
#define QUIRE_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters that size bytes take. */
static inline size_t quire_base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Writes quire_base64_size(size) characters and returns the end. */
char *quire_base64_encode(const uint8_t *bytes, size_t size, char *out);
/* Standard or URL-safe alphabet, padding optional; out needs size / 4 * 3 + 3
 * bytes. False for anything else, including bits left over that are not zero. */
bool quire_base64_decode(const char *text, size_t size, uint8_t *out, size_t *out_size);

char *quire_hex_encode(const uint8_t *bytes, size_t size, char *out); /* lower case */
bool quire_hex_decode(const char *text, size_t size, uint8_t *out);   /* size even */

/* "8-4-4-4-12" lower case, 36 characters; decoding takes either case and also
 * 32 bare digits. */
char *quire_uuid_format(const uint8_t bytes[16], char *out);
bool quire_uuid_parse(const char *text, size_t size, uint8_t bytes[16]);

#endif
