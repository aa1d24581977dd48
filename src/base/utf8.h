/* UTF-8: validation at vector speed, repair, iteration, display width. */
#ifndef QUIRE_BASE_UTF8_H
#define QUIRE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The length of the longest valid prefix (== size when all is valid). No
 * overlong forms, surrogates or values past U+10FFFF (Unicode 15, table 3-7).
 * ASCII runs at 32 or more bytes a step. */
size_t quire_utf8_valid_prefix(const uint8_t *bytes, size_t size);

/* How many bytes from the start are ASCII; may tell up to 63 too few when others follow. */
size_t quire_utf8_ascii_prefix(const uint8_t *bytes, size_t size);

static inline bool quire_utf8_is_valid(const void *bytes, size_t size)
{
    return quire_utf8_valid_prefix((const uint8_t *)bytes, size) == size;
}

/* Appends bytes with each ill-formed sequence replaced by U+FFFD, one per
 * maximal subpart (the practice of Unicode and WHATWG). 0 or QUIRE_MEMORY. */
int quire_utf8_repair(struct quire_buf *out, const uint8_t *bytes, size_t size);

/* Decodes one character of valid text; returns its length in bytes (1..4). */
int quire_utf8_decode(const uint8_t *bytes, uint32_t *codepoint);
/* Encodes; returns the length. out needs 4 bytes. */
int quire_utf8_encode(uint32_t codepoint, uint8_t *out);

/* Whether a character may stand in a name that people and programs are to tell from others: of
 * ASCII a letter, a digit, '_' or '-'; of the rest any that is seen: no control, format or bidi
 * character, separator, private-use character or non-character. */
bool quire_utf8_is_name(uint32_t codepoint);

/* Columns that a character takes on a terminal: 0 (combining, control), 1, 2
 * (East Asian wide and fullwidth, emoji). Tables from Unicode's EastAsianWidth. */
int quire_utf8_codepoint_width(uint32_t codepoint);
/* The same of a whole text, which must be valid. */
size_t quire_utf8_width(const uint8_t *bytes, size_t size);

#endif
