/* Single values as CSV text, for the loop over rows: numbers a word at a time, and
 * strings that need no quotes a block at a time.
 *
 * Memory for all of them has been reserved, QUIRE_CSV_SLACK more than they take:
 * words and blocks are stored whole. */
#ifndef QUIRE_FORMAT_CSV_CSV_PUT_H
#define QUIRE_FORMAT_CSV_CSV_PUT_H

#include "base/digits.h"
#include "base/number.h"
#include "base/sse2.h"
#include "format/csv/csv_write.h"

#define QUIRE_CSV_BLOCK 16

static inline char *quire_csv_put_unsigned(char *out, uint64_t value)
{
    if (__builtin_expect(value >= 100000000, 0)) return quire_number_format_u64(value, out);
    uint64_t digits = quire_digits_word8((uint32_t)value);
    uint64_t some = (digits ^ QUIRE_DIGITS_ZEROS) | UINT64_C(1) << 56; /* the last one stays */
    int zeros = __builtin_ctzll(some) / 8;
    quire_digits_store8(out, digits >> (8 * zeros));
    return out + 8 - zeros;
}

static inline char *quire_csv_put_signed(char *out, int64_t value)
{
    uint64_t negative = value < 0;
    *out = '-';
    return quire_csv_put_unsigned(out + negative, ((uint64_t)value ^ -negative) + negative);
}

static inline char *quire_csv_put_bool(char *out, bool value)
{
    memcpy(out, value ? "true\0\0\0" : "false\0\0", 8);
    return out + 5 - value;
}

static inline char *quire_csv_put_float(char *out, double value)
{
    if (__builtin_fabs(value) < 1e8) {
        int32_t whole = (int32_t)value;
        if ((double)whole == value && (whole != 0 || !__builtin_signbit(value))) {
            out = quire_csv_put_signed(out, whole);
            memcpy(out, ".0", 2);
            return out + 2;
        }
    }
    return quire_number_format_f64(value, out);
}

#if QUIRE_SSE2
/* The bytes that a string may not hold to be copied as it is: a bit each. */
static inline unsigned quire_csv_special_in(__m128i block, __m128i delimiter, __m128i quote)
{
    const __m128i low = _mm_set1_epi8('\r'); /* and all below it, tabs too */
    __m128i special = _mm_cmpeq_epi8(_mm_min_epu8(block, low), block);
    special = _mm_or_si128(special, _mm_cmpeq_epi8(block, delimiter));
    special = _mm_or_si128(special, _mm_cmpeq_epi8(block, quote));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(special, block));
}

/* Copies a string that has no special byte; NULL when it has one, or is not to
 * be loaded in blocks. Writes up to a block more than size. */
static inline char *quire_csv_copy_plain(const struct quire_csv_writer *writer, const uint8_t *text,
                                         size_t size, const uint8_t *text_block, char *out)
{
    const __m128i delimiter = _mm_set1_epi8((char)writer->options.delimiter);
    const __m128i quote = _mm_set1_epi8((char)writer->options.quote);
    if (__builtin_expect(size - 1 < QUIRE_CSV_BLOCK && text <= text_block, 1)) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)text);
        _mm_storeu_si128((__m128i *)(void *)out, block);
        unsigned within = (2u << (size - 1)) - 1;
        return (quire_csv_special_in(block, delimiter, quote) & within) == 0 ? out + size : NULL;
    }
    if (size <= QUIRE_CSV_BLOCK) return NULL;
    unsigned special = 0;
    for (size_t i = 0; i < size; i += QUIRE_CSV_BLOCK) {
        size_t at = i + QUIRE_CSV_BLOCK <= size ? i : size - QUIRE_CSV_BLOCK;
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        _mm_storeu_si128((__m128i *)(void *)(out + at), block);
        special |= quire_csv_special_in(block, delimiter, quote);
    }
    return special == 0 ? out + size : NULL;
}
#else
static inline char *quire_csv_copy_plain(const struct quire_csv_writer *writer, const uint8_t *text,
                                         size_t size, const uint8_t *text_block, char *out)
{
    (void)text_block;
    bool special = size == 0;
    for (size_t i = 0; i < size; i++) {
        special |= writer->special[text[i]] || text[i] >= 0x80;
        out[i] = (char)text[i];
    }
    return special ? NULL : out + size;
}
#endif

#endif
