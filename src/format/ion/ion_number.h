/* Integers of any size between digits and bytes. */
#ifndef QUIRE_FORMAT_ION_NUMBER_H
#define QUIRE_FORMAT_ION_NUMBER_H

#include "base/buf.h"
#include "format/ion/ion_value.h"

/* The magnitude that big-endian bytes are; borrowed where it does not fit 64 bits. */
void quire_ion_number_of_bytes(const uint8_t *bytes, size_t size, struct quire_ion_number *number);

/* The magnitude of decimal digits (and nothing else), of hexadecimal or binary ones by
 * bits a digit (4 or 1); bytes keeps what does not fit 64 bits. QUIRE_LIMIT past
 * QUIRE_ION_NUMBER_BYTES_MAX, QUIRE_MEMORY. The sign is the caller's. */
int quire_ion_number_of_digits(const char *digits, size_t size, struct quire_buf *bytes,
                               struct quire_ion_number *number);
int quire_ion_number_of_bits(const char *digits, size_t size, int bits, struct quire_buf *bytes,
                             struct quire_ion_number *number);

/* Appends the magnitude's decimal digits, without sign. 0 or QUIRE_MEMORY. */
int quire_ion_number_digits(const struct quire_ion_number *number, struct quire_buf *out);

bool quire_ion_number_is_zero(const struct quire_ion_number *number);

/* The int64 that it is; false when it is none. */
bool quire_ion_number_i64(const struct quire_ion_number *number, int64_t *value);

#endif
