/* Long extremes made short. A text stays text: it is cut between characters, and its last
 * character is replaced by the next one that there is. */
#include <string.h>

#include "base/utf8.h"
#include "format/parquet/write/extremes.h"

/* The most bytes up to size_max that end at a character of text. */
static size_t cut_at(struct quire_bytes value, size_t size_max, bool text)
{
    size_t size = size_max;
    while (text && size > 0 && (value.data[size] & 0xc0) == 0x80)
        size--;
    return size;
}

struct quire_bytes quire_extreme_lower(struct quire_bytes value, size_t size_max, bool text)
{
    if (value.size <= size_max) return value;
    return (struct quire_bytes){value.data, cut_at(value, size_max, text)};
}

static bool next_bytes(uint8_t *bytes, size_t *size)
{
    while (*size > 0 && bytes[*size - 1] == 0xff)
        --*size;
    if (*size == 0) return false;
    bytes[*size - 1]++;
    return true;
}

/* A following character may take a byte more, which must not pass size_max. */
static bool next_text(uint8_t *bytes, size_t *size, size_t size_max)
{
    while (*size > 0) {
        size_t start = *size - 1;
        uint32_t character = 0;
        uint8_t next[4];
        while ((bytes[start] & 0xc0) == 0x80)
            start--;
        quire_utf8_decode(bytes + start, &character);
        character = character == 0xd7ff ? 0xe000 : character + 1;
        if (character <= 0x10ffff) {
            size_t length = (size_t)quire_utf8_encode(character, next);
            if (start + length <= size_max) {
                memcpy(bytes + start, next, length);
                *size = start + length;
                return true;
            }
        }
        *size = start;
    }
    return false;
}

bool quire_extreme_upper(struct quire_bytes value, size_t size_max, bool text, uint8_t *out,
                         size_t *size)
{
    *size = cut_at(value, size_max, text);
    memcpy(out, value.data, *size);
    return text ? next_text(out, size, size_max) : next_bytes(out, size);
}
