/* Decimals of up to 76 digits as 256-bit two's complement integers with a scale.
 *
 * value = integer × 10^-scale. Arrow decimal32/64/128 are sign-extended to this
 * type on the way in and checked on the way out. Negative scales are allowed. */
#ifndef QUIRE_BASE_DECIMAL_H
#define QUIRE_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIRE_DECIMAL_DIGITS_MAX 76
#define QUIRE_DECIMAL_SCALE_MAX  400 /* either way, that text has room for */
#define QUIRE_DECIMAL_TEXT_MAX   512 /* any scale that Arrow types use; see format */

/* Little-endian words, two's complement: the layout of Arrow's decimal256. */
struct quire_decimal {
    uint64_t word[4];
};

/* From and to little-endian two's complement of 4, 8, 16 or 32 bytes. to_bytes
 * is false when the value does not fit. */
struct quire_decimal quire_decimal_from_bytes(const void *bytes, int size);
bool quire_decimal_to_bytes(const struct quire_decimal *value, void *bytes, int size);
struct quire_decimal quire_decimal_from_i64(int64_t value);

/* Changes the sign; the smallest value, which has no counterpart, stands. */
void quire_decimal_negate(struct quire_decimal *value);
bool quire_decimal_is_negative(const struct quire_decimal *value);
int quire_decimal_compare(const struct quire_decimal *a, const struct quire_decimal *b);
/* Decimal digits of the magnitude; 1 for zero. */
int quire_decimal_digits(const struct quire_decimal *value);

/* Exact plain text with `scale` digits after the point ("-0.05"; scale <= 0 has
 * no point, and |scale| zeros are appended). out needs QUIRE_DECIMAL_TEXT_MAX
 * bytes; |scale| is at most QUIRE_DECIMAL_SCALE_MAX. Returns the end. */
char *quire_decimal_format(const struct quire_decimal *value, int scale, char *out);

/* Why a text is not a decimal of that precision and scale. */
enum quire_decimal_result {
    QUIRE_DECIMAL_OK,
    QUIRE_DECIMAL_NOT_A_NUMBER,
    QUIRE_DECIMAL_TOO_MANY_DIGITS, /* does not fit the precision */
    QUIRE_DECIMAL_WOULD_ROUND      /* non-zero digits beyond the scale */
};

/* Sign, digits, point, exponent ("-12.50", "1e3"); zeros beyond the scale are
 * fine, other digits are not: nothing is ever rounded. */
enum quire_decimal_result quire_decimal_parse(const char *text, size_t size, int precision,
                                              int scale, struct quire_decimal *value);

/* Changes the scale; false when that would round or overflow 76 digits. */
bool quire_decimal_rescale(struct quire_decimal *value, int from_scale, int to_scale);

/* Arithmetic on the integers alone, scales are the caller's. False when the result has no room in
 * 256 bits, or b is zero; a quotient is cut toward zero and remainder has the sign of a. The
 * results may be the operands. */
bool quire_decimal_add(const struct quire_decimal *a, const struct quire_decimal *b,
                       struct quire_decimal *sum);
bool quire_decimal_multiply(const struct quire_decimal *a, const struct quire_decimal *b,
                            struct quire_decimal *product);
bool quire_decimal_divide(const struct quire_decimal *a, const struct quire_decimal *b,
                          struct quire_decimal *quotient, struct quire_decimal *remainder);

/* Changes the scale, rounding half away from zero (half up) where digits are lost; false when
 * it overflows 76 digits. */
bool quire_decimal_round(struct quire_decimal *value, int from_scale, int to_scale);

/* The nearest double (correctly rounded). */
double quire_decimal_to_double(const struct quire_decimal *value, int scale);

#endif
