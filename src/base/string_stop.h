/* Where a text in quotes stops being plain. */
#ifndef QUIRE_BASE_STRING_STOP_H
#define QUIRE_BASE_STRING_STOP_H

#include <stdint.h>

#include "base/sse2.h"

/* The first byte from `at` on that is a quote, a backslash or a control. There must be one, and
 * 15 bytes behind it that may be read. */
static inline const uint8_t *quire_string_stop(const uint8_t *at)
{
#if QUIRE_SSE2
    for (;; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i control =
            _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
        __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        int mask = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
        if (mask != 0) return at + __builtin_ctz((unsigned)mask);
    }
#else
    while (*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return at;
#endif
}

#endif
