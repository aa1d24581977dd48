/* Ion text in UTF-16 and UTF-32 (text.md): an input that gives it as UTF-8. */
#ifndef QUIRE_FORMAT_ION_UNICODE_H
#define QUIRE_FORMAT_ION_UNICODE_H

#include <stdbool.h>

#include "base/buf.h"

enum quire_ion_unicode {
    QUIRE_ION_UTF8,
    QUIRE_ION_UTF16_BE,
    QUIRE_ION_UTF16_LE,
    QUIRE_ION_UTF32_BE,
    QUIRE_ION_UTF32_LE
};

/* By the byte order mark, or by where the zeros of the first ASCII character stand. */
enum quire_ion_unicode quire_ion_unicode_of(const uint8_t *bytes, size_t size);

/* Appends what whole characters of bytes are in UTF-8; *used says how far they went: up
 * to size but for a character that the next bytes complete. False for what is none (a
 * lone surrogate, past U+10FFFF), at *used. *code is QUIRE_MEMORY when memory is out. */
bool quire_ion_unicode_convert(enum quire_ion_unicode form, const uint8_t *bytes, size_t size,
                               struct quire_buf *out, size_t *used, int *code);

#endif
