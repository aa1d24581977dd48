/* Casts from text and to it: numbers as Java writes them, because that is what Spark gives, except
 * that decimals are always plain. */
#include <string.h>

#include "base/civil.h"
#include "base/number.h"
#include "base/text.h"
#include "expr/expr_cast.h"
#include "expr/expr_time.h"

#define WORD_MAX 8 /* bytes of a boolean's text, with its zero */

/* --- From text ----------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct quire_bytes trimmed(const struct quire_bytes *text)
{
    struct quire_bytes out = *text;
    while (out.size > 0 && is_blank(out.data[0])) {
        out.data++;
        out.size--;
    }
    while (out.size > 0 && is_blank(out.data[out.size - 1]))
        out.size--;
    return out;
}

static bool parse_boolean(const char *text, size_t size, uint8_t *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"f", "t"}, {"no", "yes"}, {"n", "y"}, {"0", "1"}};
    char word[WORD_MAX];
    if (size >= sizeof(word)) return false;
    memcpy(word, text, size);
    word[size] = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (uint8_t is_true = 0; is_true < 2; is_true++) {
            if (!quire_text_equal_ignore_case(word, words[i][is_true])) continue;
            *value = is_true;
            return strlen(word) == size;
        }
    }
    return false;
}

static bool parse_time(const char *text, size_t size, const struct quire_expr_type *type,
                       bool clamps, int64_t *value)
{
    struct quire_time_parts parts;
    if (type->id == QUIRE_EXPR_TIME) return quire_time_parse_time(text, size, type->unit, value);
    if (!quire_expr_parse_time(text, size, &parts)) return false;
    if (type->id == QUIRE_EXPR_DATE) {
        *value = parts.days;
        return quire_expr_fits_integer(parts.days, type->id);
    }
    int64_t nanos = parts.nanos, days = parts.days;
    if (type->id == QUIRE_EXPR_TIMESTAMP && parts.has_offset) {
        nanos -= parts.offset_s * INT64_C(1000000000);
        days += civil_floor(nanos, CIVIL_DAY_NS, &nanos);
    }
    return quire_expr_join_time(days, nanos, type->unit, value) || clamps;
}

/* Where the digits of a number that count begin, and what is behind them: [sign] digits [. digits]
 * [e exponent]. False where it is none. */
struct decimal_text {
    char digits[2 * QUIRE_DECIMAL_DIGITS_MAX]; /* without leading zeros, as many as are of use */
    int size;
    int64_t power; /* of ten, of the last of them */
    bool negative;
};

static bool scan_exponent(const char *text, const char *end, int64_t *exponent)
{
    bool negative = text < end && *text == '-';
    int64_t value = 0;
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (text == end) return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9') return false;
        if (value < 1000000) value = value * 10 + (*text - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

static bool scan_decimal(const char *text, size_t size, struct decimal_text *scan)
{
    const char *end = text + size;
    bool point = false, any = false;
    *scan = (struct decimal_text){.negative = size > 0 && *text == '-'};
    if (size > 0 && (*text == '-' || *text == '+')) text++;
    for (; text < end; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9') break;
        any = true;
        bool kept = scan->size < (int)sizeof(scan->digits);
        if (kept && (scan->size > 0 || *text != '0')) scan->digits[scan->size++] = *text;
        scan->power += !kept - point;
    }
    int64_t exponent = 0;
    if (!any) return false;
    if (text < end && ((*text | 0x20) != 'e' || !scan_exponent(text + 1, end, &exponent)))
        return false;
    scan->power += exponent;
    return true;
}

/* Half up needs to know no more than the first digit that is lost. */
bool quire_expr_parse_decimal(const char *text, size_t size, const struct quire_expr_type *type,
                              struct quire_decimal *value)
{
    struct decimal_text scan;
    if (!scan_decimal(text, size, &scan)) return false;
    int64_t kept = scan.size + scan.power + type->scale; /* digits before the one that is lost */
    if (scan.size == 0 || kept < 0) {
        *value = (struct quire_decimal){{0}};
        return true;
    }
    if (kept > type->precision) return false;
    int given = kept < scan.size ? (int)kept : scan.size;
    bool up = kept < scan.size && scan.digits[kept] >= '5';
    *value = (struct quire_decimal){{0}};
    if (given > 0 && quire_decimal_parse(scan.digits, (size_t)given, QUIRE_DECIMAL_DIGITS_MAX, 0,
                                         value) != QUIRE_DECIMAL_OK)
        return false;
    const struct quire_decimal one = quire_decimal_from_i64(1);
    if (!quire_decimal_rescale(value, 0, (int)kept - given) ||
        (up && !quire_decimal_add(value, &one, value)))
        return false;
    if (scan.negative) quire_decimal_negate(value);
    return quire_expr_fits_decimal(value, type);
}

bool quire_expr_from_text(const struct quire_bytes *bytes, size_t row, bool clamps,
                          struct quire_vector *out)
{
    const struct quire_bytes trim = trimmed(bytes);
    const char *text = (const char *)trim.data;
    double real;
    if (trim.size == 0) return false;
    switch (out->type.id) {
    case QUIRE_EXPR_BOOL: return parse_boolean(text, trim.size, &out->booleans[row]);
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64:
        if (!quire_number_parse_f64(text, trim.size, &real)) return false;
        quire_vector_set_real(out, row, real);
        return true;
    case QUIRE_EXPR_DECIMAL:
        return quire_expr_parse_decimal(text, trim.size, &out->type, &out->decimals[row]);
    case QUIRE_EXPR_DATE:
    case QUIRE_EXPR_TIME:
    case QUIRE_EXPR_TIMESTAMP:
    case QUIRE_EXPR_TIMESTAMP_NTZ:
        return parse_time(text, trim.size, &out->type, clamps, &out->integers[row]);
    default: break;
    }
    return quire_number_parse_i64(text, trim.size, &out->integers[row], NULL) &&
           quire_expr_fits_integer(out->integers[row], out->type.id);
}

/* --- To text ------------------------------------------------------------------------------- */

static char *put(char *out, const char *text, size_t size)
{
    memcpy(out, text, size);
    return out + size;
}

/* The digits of a number's shortest text, and the power of ten of the first. */
static int take_digits(const char *text, const char *end, char *digits, int64_t *power)
{
    struct decimal_text scan;
    if (!scan_decimal(text, (size_t)(end - text), &scan) || scan.size == 0) return 0;
    *power = scan.power + scan.size - 1;
    while (scan.size > 1 && scan.digits[scan.size - 1] == '0')
        scan.size--;
    memcpy(digits, scan.digits, (size_t)scan.size);
    return scan.size;
}

/* Java's Double.toString: plain from 10^-3 to 10^7, else with an exponent, and always a digit on
 * both sides of the point. */
static char *write_real(double value, bool single, char *out)
{
    char text[QUIRE_FLOAT_TEXT_MAX], digits[2 * QUIRE_DECIMAL_DIGITS_MAX];
    int64_t power = 0;
    if (value != value) return put(out, "NaN", 3);
    if (__builtin_signbit(value)) *out++ = '-';
    value = __builtin_fabs(value);
    if (value > 1.7976931348623157e308) return put(out, "Infinity", 8);
    char *end =
        single ? quire_number_format_f32((float)value, text) : quire_number_format_f64(value, text);
    int n = take_digits(text, end, digits, &power);
    if (n == 0) return put(out, "0.0", 3);
    bool plain = power >= -3 && power < 7;
    int64_t before = plain ? power + 1 : 1; /* digits before the point */
    if (before <= 0) {
        out = put(out, "0.", 2);
        for (; before < 0; before++)
            *out++ = '0';
        out = put(out, digits, (size_t)n);
    } else {
        for (int64_t i = 0; i < before; i++)
            *out++ = i < n ? digits[i] : '0';
        *out++ = '.';
        if (n <= before)
            *out++ = '0';
        else
            out = put(out, digits + before, (size_t)(n - before));
    }
    if (plain) return out;
    *out++ = 'E';
    return quire_number_format_i64(power, out);
}

/* Spark writes only as many digits of a second as there are. */
static char *cut_fraction(char *text, char *end)
{
    if (memchr(text, '.', (size_t)(end - text)) == NULL) return end;
    while (end[-1] == '0')
        end--;
    return end[-1] == '.' ? end - 1 : end;
}

char *quire_expr_to_text(const struct quire_vector *from, size_t row, char *out)
{
    const struct quire_expr_type *type = &from->type;
    switch (type->id) {
    case QUIRE_EXPR_BOOL: return from->booleans[row] ? put(out, "true", 4) : put(out, "false", 5);
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64:
        return write_real(from->reals[row], type->id == QUIRE_EXPR_FLOAT32, out);
    case QUIRE_EXPR_DECIMAL: return quire_decimal_format(&from->decimals[row], type->scale, out);
    case QUIRE_EXPR_DATE: return quire_time_format_date(from->integers[row], out);
    case QUIRE_EXPR_TIME:
        return cut_fraction(out, quire_time_format_time(from->integers[row], type->unit, out));
    case QUIRE_EXPR_TIMESTAMP:
    case QUIRE_EXPR_TIMESTAMP_NTZ:
        return cut_fraction(
            out, quire_time_format_timestamp(from->integers[row], type->unit, ' ', false, 0, out));
    case QUIRE_EXPR_DURATION:
        return quire_time_format_duration(from->integers[row], type->unit, out);
    default: return quire_number_format_i64(from->integers[row], out);
    }
}
