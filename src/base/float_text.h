/* Private to base: the two halves of float text that kept C++ libraries do,
 * shortest digits (Dragonbox) and correctly rounded parsing (fast_float). */
#ifndef QUIRE_BASE_FLOAT_TEXT_H
#define QUIRE_BASE_FLOAT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* digits × 10^exponent, digits without trailing zeros. */
struct quire_float_digits {
    uint64_t digits;
    int exponent;
};

/* The shortest digits that read back as value, the nearest to it of those.
 * value is finite and above zero. */
struct quire_float_digits quire_float_shortest64(double value);
struct quire_float_digits quire_float_shortest32(float value);

/* The whole of first..last (not empty) as a float; a leading '-' but no '+'.
 * Too large gives an infinity, too small a zero. */
bool quire_float_parse64(const char *first, const char *last, double *value);
bool quire_float_parse32(const char *first, const char *last, float *value);

#ifdef __cplusplus
}
#endif

#endif
