/* Units of two or four bytes to UTF-8; surrogates count as pairs in UTF-16 only. */
#include "format/ion/ion_unicode.h"

#include "base/utf8.h"

enum quire_ion_unicode quire_ion_unicode_of(const uint8_t *bytes, size_t size)
{
    if (size >= 4) {
        if (bytes[0] == 0xff && bytes[1] == 0xfe && bytes[2] == 0 && bytes[3] == 0)
            return QUIRE_ION_UTF32_LE;
        if (bytes[0] == 0 && bytes[1] == 0)
            return bytes[2] != 0 || bytes[3] != 0 ? QUIRE_ION_UTF32_BE : QUIRE_ION_UTF8;
        if (bytes[0] != 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0)
            return QUIRE_ION_UTF32_LE;
    }
    if (size < 2) return QUIRE_ION_UTF8;
    if (bytes[0] == 0xfe && bytes[1] == 0xff) return QUIRE_ION_UTF16_BE;
    if (bytes[0] == 0xff && bytes[1] == 0xfe) return QUIRE_ION_UTF16_LE;
    if (bytes[0] == 0 && bytes[1] != 0) return QUIRE_ION_UTF16_BE;
    return bytes[0] != 0 && bytes[1] == 0 ? QUIRE_ION_UTF16_LE : QUIRE_ION_UTF8;
}

static uint32_t unit_at(enum quire_ion_unicode form, const uint8_t *at)
{
    switch (form) {
    case QUIRE_ION_UTF16_BE: return (uint32_t)at[0] << 8 | at[1];
    case QUIRE_ION_UTF16_LE: return (uint32_t)at[1] << 8 | at[0];
    case QUIRE_ION_UTF32_BE:
        return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    default: return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
    }
}

bool quire_ion_unicode_convert(enum quire_ion_unicode form, const uint8_t *bytes, size_t size,
                               struct quire_buf *out, size_t *used, int *code)
{
    size_t width = form == QUIRE_ION_UTF16_BE || form == QUIRE_ION_UTF16_LE ? 2 : 4;
    *used = 0;
    *code = quire_buf_reserve(out, size / width * 4);
    if (*code != 0) return false;
    while (size - *used >= width) {
        size_t taken = width;
        uint32_t codepoint = unit_at(form, bytes + *used);
        if (width == 2 && codepoint - 0xd800 < 0x400) {
            if (size - *used < 4) return true;
            uint32_t low = unit_at(form, bytes + *used + 2);
            if (low - 0xdc00 >= 0x400) return false;
            codepoint = 0x10000 + ((codepoint - 0xd800) << 10) + (low - 0xdc00);
            taken = 4;
        }
        if (codepoint > 0x10ffff || codepoint - 0xd800 < 0x800) return false;
        out->size += (size_t)quire_utf8_encode(codepoint, quire_buf_end(out));
        *used += taken;
    }
    return true;
}
