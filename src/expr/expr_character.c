/* Characters of text: UTF-8, where a byte that begins none stands for itself, so that text from
 * outside is walked through whatever it holds. */
#include <locale.h>
#include <stdatomic.h>
#include <string.h>
#include <wctype.h>

#include "base/utf8.h"
#include "expr/expr_text.h"

size_t quire_text_step(const struct quire_bytes *text, size_t at)
{
    const uint8_t *bytes = text->data + at;
    size_t left = text->size - at;
    if (bytes[0] < 0x80) return 1;
    size_t size = bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    return size > 0 && size <= left && quire_utf8_is_valid(bytes, size) ? size : 1;
}

uint32_t quire_text_character(const struct quire_bytes *text, size_t at)
{
    uint32_t code = text->data[at];
    if (code < 0x80) return code;
    if (quire_text_step(text, at) == 1) return QUIRE_TEXT_NONE + code;
    quire_utf8_decode(text->data + at, &code);
    return code;
}

size_t quire_text_length(const struct quire_bytes *text)
{
    size_t characters = 0;
    for (size_t at = 0; at < text->size; at += quire_text_step(text, at))
        characters++;
    return characters;
}

size_t quire_text_byte_of(const struct quire_bytes *text, int64_t n)
{
    size_t at = 0;
    for (; n > 0 && at < text->size; n--)
        at += quire_text_step(text, at);
    return at;
}

struct quire_bytes quire_text_part(const struct quire_bytes *text, size_t from, size_t to)
{
    return (struct quire_bytes){text->size > 0 ? text->data + from : text->data, to - from};
}

int64_t quire_text_find(const struct quire_bytes *text, const struct quire_bytes *needle,
                        size_t from)
{
    if (needle->size > text->size - from) return -1;
    if (needle->size == 0) return (int64_t)from;
    const uint8_t *found = memmem(text->data + from, text->size - from, needle->data, needle->size);
    return found != NULL ? found - text->data : -1;
}

struct quire_bytes quire_text_substring(const struct quire_bytes *text, int64_t from,
                                        int64_t length)
{
    int64_t size = (int64_t)quire_text_length(text);
    int64_t start = from > 0 ? from - 1 : from < 0 ? size + from : 0;
    int64_t end = length > INT64_MAX / 2 ? size : start + length;
    start = start < 0 ? 0 : start;
    if (end <= start || start >= size) return quire_text_part(text, 0, 0);
    return quire_text_part(text, quire_text_byte_of(text, start), quire_text_byte_of(text, end));
}

/* The C library's tables, in a locale that is made once and stays. */
static locale_t letters(void)
{
    static _Atomic(locale_t) kept;
    locale_t locale = atomic_load(&kept), none = (locale_t)0;
    if (locale != none) return locale;
    locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", none);
    if (locale == none || atomic_compare_exchange_strong(&kept, &none, locale)) return locale;
    freelocale(locale); /* another thread was first */
    return none;
}

uint32_t quire_text_lower(uint32_t code)
{
    if (code < 0x80) return code - 'A' < 26 ? code + 32 : code;
    locale_t locale = code < QUIRE_TEXT_NONE ? letters() : (locale_t)0;
    return locale != (locale_t)0 ? (uint32_t)towlower_l((wint_t)code, locale) : code;
}

uint32_t quire_text_upper(uint32_t code)
{
    if (code < 0x80) return code - 'a' < 26 ? code - 32 : code;
    locale_t locale = code < QUIRE_TEXT_NONE ? letters() : (locale_t)0;
    return locale != (locale_t)0 ? (uint32_t)towupper_l((wint_t)code, locale) : code;
}
