/* Every path ends in a column's own append, which checks the range; what is checked
 * here is that nothing is lost on the way. */
#include "data/value_number.h"

#include <math.h>

#include "base/number.h"

#define DAY_MS INT64_C(86400000)
#define DAY_S  INT64_C(86400)
#define TWO_63 9223372036854775808.0
#define TWO_64 18446744073709551616.0

/* Runs put on the dictionary's scratch row and interns what it wrote. */
#define INTO_DICTIONARY(column, put)                                            \
    do {                                                                        \
        struct quire_column *scratch = quire_column_dictionary_scratch(column); \
        enum quire_value_result result = put;                                   \
        if (result != QUIRE_VALUE_OK) return result;                            \
        return quire_value_appended(quire_column_dictionary_intern(column));    \
    } while (0)

static enum quire_value_result append_int(struct quire_column *column, int64_t value)
{
    bool fits;
    int code = quire_column_append_int(column, value, &fits);
    return code == 0 && !fits ? QUIRE_VALUE_RANGE : quire_value_appended(code);
}

/* A float column, written with a value that must survive unless lossy. */
static enum quire_value_result append_float(struct quire_column *column, double value, bool lossy)
{
    bool finite = isfinite(value);
    if (column->field->kind == QUIRE_KIND_FLOAT64)
        return quire_value_appended(quire_column_append_f64(column, value));
    if (column->field->kind == QUIRE_KIND_FLOAT32) {
        float narrow = (float)value;
        if (finite && isinf(narrow)) return QUIRE_VALUE_RANGE;
        if (finite && !lossy && (double)narrow != value) return QUIRE_VALUE_PRECISE;
        return quire_value_appended(quire_column_append_f32(column, narrow));
    }
    uint16_t half = quire_number_double_to_half(value);
    double back = quire_number_half_to_double(half);
    if (finite && isinf(back)) return QUIRE_VALUE_RANGE;
    if (finite && !lossy && back != value) return QUIRE_VALUE_PRECISE;
    return quire_value_appended(quire_column_append_i16(column, (int16_t)half));
}

static enum quire_value_result append_decimal(struct quire_column *column,
                                              const struct quire_decimal *value, int scale)
{
    const struct quire_field *field = column->field;
    struct quire_decimal scaled = *value;
    uint8_t bytes[sizeof(scaled)];
    if (!quire_decimal_rescale(&scaled, scale, field->scale))
        return field->scale < scale ? QUIRE_VALUE_PRECISE : QUIRE_VALUE_RANGE;
    if (quire_decimal_digits(&scaled) > field->precision ||
        !quire_decimal_to_bytes(&scaled, bytes, field->width))
        return QUIRE_VALUE_RANGE;
    return quire_value_appended(quire_column_append_fixed(column, bytes));
}

static bool takes_integers(enum quire_kind kind)
{
    return quire_kind_is_integer(kind) ||
           (kind >= QUIRE_KIND_DATE32 && kind <= QUIRE_KIND_INTERVAL_MONTHS);
}

enum quire_value_result quire_value_put_int(struct quire_column *column, int64_t value, bool lossy)
{
    enum quire_kind kind = column->field->kind;
    if (column->dictionary != NULL)
        INTO_DICTIONARY(column, quire_value_put_int(scratch, value, lossy));
    if (quire_kind_is_float(kind)) {
        double converted = (double)value;
        if (!lossy && (converted >= TWO_63 || (int64_t)converted != value))
            return QUIRE_VALUE_PRECISE;
        return append_float(column, converted, lossy);
    }
    if (kind == QUIRE_KIND_DECIMAL) {
        struct quire_decimal decimal = quire_decimal_from_i64(value);
        return append_decimal(column, &decimal, 0);
    }
    if (kind == QUIRE_KIND_TIME32 || kind == QUIRE_KIND_TIME64) {
        if (value < 0 || value >= DAY_S * quire_time_unit_scale(column->field->unit))
            return QUIRE_VALUE_RANGE;
    } else if (kind == QUIRE_KIND_DATE64) {
        if (value % DAY_MS != 0) return QUIRE_VALUE_PRECISE;
    } else if (!takes_integers(kind)) {
        return QUIRE_VALUE_MISMATCH;
    }
    return append_int(column, value);
}

enum quire_value_result quire_value_put_uint(struct quire_column *column, uint64_t value,
                                             bool lossy)
{
    if (value <= (uint64_t)INT64_MAX) return quire_value_put_int(column, (int64_t)value, lossy);
    enum quire_kind kind = column->field->kind;
    if (column->dictionary != NULL)
        INTO_DICTIONARY(column, quire_value_put_uint(scratch, value, lossy));
    if (quire_kind_is_float(kind)) {
        double converted = (double)value;
        if (!lossy && (converted >= TWO_64 || (uint64_t)converted != value))
            return QUIRE_VALUE_PRECISE;
        return append_float(column, converted, lossy);
    }
    if (kind == QUIRE_KIND_DECIMAL) {
        struct quire_decimal decimal = {{value, 0, 0, 0}};
        return append_decimal(column, &decimal, 0);
    }
    if (kind == QUIRE_KIND_UINT64)
        return quire_value_appended(quire_column_append_i64(column, (int64_t)value));
    return takes_integers(kind) ? QUIRE_VALUE_RANGE : QUIRE_VALUE_MISMATCH;
}

static enum quire_value_result put_double_as_integer(struct quire_column *column, double value,
                                                     bool lossy)
{
    if (!isfinite(value)) return QUIRE_VALUE_RANGE;
    double whole = trunc(value);
    if (!lossy && whole != value) return QUIRE_VALUE_PRECISE;
    if (whole >= -TWO_63 && whole < TWO_63)
        return quire_value_put_int(column, (int64_t)whole, lossy);
    if (whole >= 0 && whole < TWO_64) return quire_value_put_uint(column, (uint64_t)whole, lossy);
    return QUIRE_VALUE_RANGE;
}

enum quire_value_result quire_value_put_double(struct quire_column *column, double value,
                                               bool lossy)
{
    enum quire_kind kind = column->field->kind;
    if (column->dictionary != NULL)
        INTO_DICTIONARY(column, quire_value_put_double(scratch, value, lossy));
    if (quire_kind_is_float(kind)) return append_float(column, value, lossy);
    if (quire_kind_is_integer(kind)) return put_double_as_integer(column, value, lossy);
    if (kind != QUIRE_KIND_DECIMAL) return QUIRE_VALUE_MISMATCH;
    if (!isfinite(value)) return QUIRE_VALUE_RANGE;
    char text[QUIRE_FLOAT_TEXT_MAX];
    size_t size = (size_t)(quire_number_format_f64(value, text) - text);
    return quire_value_parse(column, text, size, &(struct quire_value_style){0});
}

/* The decimal as an integer: exactly, or cut at the point. */
static enum quire_value_result put_decimal_as_integer(struct quire_column *column, const char *text,
                                                      size_t size, bool lossy)
{
    size_t whole = size;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.' && whole == size) whole = i;
        if (i > whole && text[i] != '0' && !lossy) return QUIRE_VALUE_PRECISE;
    }
    return quire_value_parse(column, text, whole, &(struct quire_value_style){0});
}

static enum quire_value_result put_decimal_as_float(struct quire_column *column,
                                                    const struct quire_decimal *value, int scale,
                                                    bool lossy)
{
    double converted = quire_decimal_to_double(value, scale);
    char text[QUIRE_FLOAT_TEXT_MAX];
    size_t size;
    struct quire_decimal back;
    if (column->field->kind == QUIRE_KIND_FLOAT64)
        size = (size_t)(quire_number_format_f64(converted, text) - text);
    else if (column->field->kind == QUIRE_KIND_FLOAT32)
        size = (size_t)(quire_number_format_f32((float)converted, text) - text);
    else
        size =
            (size_t)(quire_number_format_f16(quire_number_double_to_half(converted), text) - text);
    bool same = quire_decimal_parse(text, size, QUIRE_DECIMAL_DIGITS_MAX, scale, &back) ==
                    QUIRE_DECIMAL_OK &&
                quire_decimal_compare(&back, value) == 0;
    return same || lossy ? append_float(column, converted, true) : QUIRE_VALUE_PRECISE;
}

enum quire_value_result quire_value_put_decimal(struct quire_column *column,
                                                const struct quire_decimal *value, int scale,
                                                bool lossy)
{
    enum quire_kind kind = column->field->kind;
    if (column->dictionary != NULL)
        INTO_DICTIONARY(column, quire_value_put_decimal(scratch, value, scale, lossy));
    if (kind == QUIRE_KIND_DECIMAL) return append_decimal(column, value, scale);
    if (quire_kind_is_float(kind)) return put_decimal_as_float(column, value, scale, lossy);
    if (!quire_kind_is_integer(kind)) return QUIRE_VALUE_MISMATCH;
    char text[QUIRE_DECIMAL_TEXT_MAX];
    size_t size = (size_t)(quire_decimal_format(value, scale, text) - text);
    return put_decimal_as_integer(column, text, size, lossy);
}
