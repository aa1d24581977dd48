/* Numbers and text: integers, doubles, half floats. Exact both ways, locale-free.
 *
 * Formatting writes into memory that the caller has reserved (the _MAX below)
 * and returns the end. Parsing takes a whole text: leading or trailing blanks,
 * an empty text and anything left over are failures (false). */
#ifndef QUIRE_BASE_NUMBER_H
#define QUIRE_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIRE_INT_TEXT_MAX   20 /* "-9223372036854775808" */
#define QUIRE_FLOAT_TEXT_MAX 40 /* "-1.7976931348623157e+308", and room to write in words */

char *quire_number_format_u64(uint64_t value, char *out);
char *quire_number_format_i64(int64_t value, char *out);
/* Exactly `digits` digits (1..19), zero-padded on the left. */
char *quire_number_format_padded(uint64_t value, int digits, char *out);

/* The shortest text that reads back as the same value, always recognisable as a
 * float: "1.0", "0.1", "-0.0", "1e+16", "1.5e-07", "nan", "inf", "-inf". Plain
 * notation for exponents -5 < e10 < 16, as Python's repr. Float16 and float32
 * have their own shortest text. */
char *quire_number_format_f64(double value, char *out);
char *quire_number_format_f32(float value, char *out);
char *quire_number_format_f16(uint16_t bits, char *out);
/* A fixed count of digits after the point (0..20), round half even on the exact
 * binary value; out needs QUIRE_FIXED_TEXT_MAX bytes. */
char *quire_number_format_fixed(double value, int digits, char *out);
#define QUIRE_FIXED_TEXT_MAX 336

/* An optional '-' (or '+') and digits. False on overflow too; *overflow (may be
 * NULL) then says whether the text was an integer out of range. */
bool quire_number_parse_i64(const char *text, size_t size, int64_t *value, bool *overflow);
bool quire_number_parse_u64(const char *text, size_t size, uint64_t *value, bool *overflow);

/* Decimal or scientific notation with an optional sign; nearest, ties to even.
 * Too large gives an infinity and true, as IEEE conversion does. Also accepted,
 * in any case: "nan", "inf", "infinity" with a sign. No hex, no digits grouping. */
bool quire_number_parse_f64(const char *text, size_t size, double *value);
bool quire_number_parse_f32(const char *text, size_t size, float *value);

/* IEEE 754 binary16 by bits. To half rounds to nearest even (overflow: infinity). */
double quire_number_half_to_double(uint16_t bits);
uint16_t quire_number_double_to_half(double value);

/* "64KB", "1.5 MiB", "2G", "123", "10kb": bytes in powers of 1024, any case;
 * false on overflow or nonsense. "250ms", "30s", "5m", "1.5h", "1d", "90"
 * (seconds): whole milliseconds, lower case. Neither takes a sign. */
bool quire_number_parse_size(const char *text, size_t size, int64_t *bytes);
bool quire_number_parse_duration(const char *text, size_t size, int64_t *milliseconds);

#endif
