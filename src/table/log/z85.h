/* Private to table: bytes as text in base 85 (ZeroMQ RFC 32, "Z85"), five characters for four
 * bytes. */
#ifndef QUIRE_TABLE_Z85_H
#define QUIRE_TABLE_Z85_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes size / 5 * 4 bytes. False where the size is no multiple of 5, for other characters, and
 * for five that are more than 32 bits. */
bool quire_z85_decode(const char *text, size_t size, uint8_t *out);
/* Writes size / 4 * 5 characters; the size is a multiple of 4. */
void quire_z85_encode(const uint8_t *bytes, size_t size, char *out);

#endif
