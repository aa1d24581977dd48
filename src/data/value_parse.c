/* Text as values. The columns' own ranges are checked by the append functions;
 * what is checked here is the text. Nothing is appended unless all is well. */
#include "base/base64.h"
#include "base/decimal.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/value_number.h"

#define DAY_MS      INT64_C(86400000)
#define NANOS_IN_MS INT64_C(1000000)

static enum quire_value_result append_int(struct quire_column *column, int64_t value)
{
    bool fits;
    int code = quire_column_append_int(column, value, &fits);
    return code == 0 && !fits ? QUIRE_VALUE_RANGE : quire_value_appended(code);
}

static bool is_word(const char *text, const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((text[i] | 0x20) != word[i]) return false;
    return true;
}

static enum quire_value_result parse_bool(struct quire_column *column, const char *text,
                                          size_t size)
{
    if (size == 4 && is_word(text, "true", 4))
        return quire_value_appended(quire_column_append_bool(column, true));
    if (size == 5 && is_word(text, "false", 5))
        return quire_value_appended(quire_column_append_bool(column, false));
    return QUIRE_VALUE_MISMATCH;
}

static enum quire_value_result parse_integer(struct quire_column *column, const char *text,
                                             size_t size)
{
    int64_t value;
    uint64_t large;
    bool overflow = false, fits;
    if (quire_number_parse_i64(text, size, &value, &overflow)) return append_int(column, value);
    if (!overflow) return QUIRE_VALUE_MISMATCH;
    if (!quire_number_parse_u64(text, size, &large, NULL)) return QUIRE_VALUE_RANGE;
    int code = quire_column_append_uint(column, large, &fits);
    return code == 0 && !fits ? QUIRE_VALUE_RANGE : quire_value_appended(code);
}

/* Infinity is meant only when it is spelled out, not when digits overflow to it. */
static bool overflowed(double value, const char *text, size_t size)
{
    if (!__builtin_isinf(value)) return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] >= '0' && text[i] <= '9') return true;
    return false;
}

static enum quire_value_result parse_f64(struct quire_column *column, const char *text, size_t size)
{
    double value;
    if (!quire_number_parse_f64(text, size, &value)) return QUIRE_VALUE_MISMATCH;
    if (overflowed(value, text, size)) return QUIRE_VALUE_RANGE;
    return quire_value_appended(quire_column_append_f64(column, value));
}

static enum quire_value_result parse_f32(struct quire_column *column, const char *text, size_t size)
{
    float value;
    if (!quire_number_parse_f32(text, size, &value)) return QUIRE_VALUE_MISMATCH;
    if (overflowed((double)value, text, size)) return QUIRE_VALUE_RANGE;
    return quire_value_appended(quire_column_append_f32(column, value));
}

static enum quire_value_result parse_f16(struct quire_column *column, const char *text, size_t size)
{
    double value;
    if (!quire_number_parse_f64(text, size, &value)) return QUIRE_VALUE_MISMATCH;
    uint16_t bits = quire_number_double_to_half(value);
    if (overflowed(quire_number_half_to_double(bits), text, size)) return QUIRE_VALUE_RANGE;
    return quire_value_appended(quire_column_append_i16(column, (int16_t)bits));
}

#define SHORT_DIGITS_MAX 18

static bool is_digit(const char *text, size_t size, size_t at)
{
    return at < size && text[at] >= '0' && text[at] <= '9';
}

/* The common case, "-123.45": at most 18 digits in text and type, and no more after
 * the point than the scale. False leaves it to the exact parser, which also says
 * what is wrong with the others. */
static bool parse_short_decimal(const struct quire_field *field, const char *text, size_t size,
                                int64_t *value)
{
    size_t at = size > 0 && text[0] == '-', point = size;
    int64_t digits = 0;
    bool negative = at > 0;
    if (size - at > SHORT_DIGITS_MAX || !is_digit(text, size, at) ||
        !is_digit(text, size, size - 1))
        return false;
    if (field->precision > SHORT_DIGITS_MAX || field->scale < 0) return false;
    for (; at < size; at++) {
        if (text[at] == '.' && point == size) {
            point = at;
        } else {
            if (!is_digit(text, size, at)) return false;
            digits = digits * 10 + (text[at] - '0');
        }
    }
    int64_t missing = field->scale - (point < size ? (int64_t)(size - point - 1) : 0);
    if (missing < 0 || missing > field->precision) return false;
    if (digits >= (int64_t)quire_digits_power[field->precision - missing]) return false;
    digits *= (int64_t)quire_digits_power[missing];
    *value = negative ? -digits : digits;
    return true;
}

static enum quire_value_result parse_decimal(struct quire_column *column, const char *text,
                                             size_t size)
{
    const struct quire_field *field = column->field;
    struct quire_decimal value;
    uint8_t bytes[sizeof(value)];
    int64_t narrow;
    if (parse_short_decimal(field, text, size, &narrow)) {
        value = quire_decimal_from_i64(narrow);
        bool fits = quire_decimal_to_bytes(&value, bytes, field->width);
        return fits ? quire_value_appended(quire_column_append_fixed(column, bytes))
                    : QUIRE_VALUE_RANGE;
    }
    switch (quire_decimal_parse(text, size, field->precision, field->scale, &value)) {
    case QUIRE_DECIMAL_OK: break;
    case QUIRE_DECIMAL_TOO_MANY_DIGITS: return QUIRE_VALUE_RANGE;
    case QUIRE_DECIMAL_WOULD_ROUND: return QUIRE_VALUE_PRECISE;
    default: return QUIRE_VALUE_MISMATCH;
    }
    if (!quire_decimal_to_bytes(&value, bytes, field->width)) return QUIRE_VALUE_RANGE;
    return quire_value_appended(quire_column_append_fixed(column, bytes));
}

/* The fast path knows the days of a date32; milliseconds reach further. */
static enum quire_value_result parse_date(struct quire_column *column, const char *text,
                                          size_t size)
{
    struct quire_time_parts parts;
    int64_t unit = column->field->kind == QUIRE_KIND_DATE64 ? DAY_MS : 1, value;
    int32_t days;
    if (quire_time_parse_date(text, size, &days)) return append_int(column, days * unit);
    if (!quire_time_parse(text, size, &parts) || parts.has_time) return QUIRE_VALUE_MISMATCH;
    if (__builtin_mul_overflow(parts.days, unit, &value)) return QUIRE_VALUE_RANGE;
    return append_int(column, value);
}

static enum quire_value_result parse_time(struct quire_column *column, const char *text,
                                          size_t size)
{
    int64_t value;
    if (quire_time_parse_time(text, size, column->field->unit, &value))
        return append_int(column, value);
    return quire_time_parse_time(text, size, QUIRE_NANO, &value) ? QUIRE_VALUE_PRECISE
                                                                 : QUIRE_VALUE_MISMATCH;
}

/* Why a timestamp text was refused by the fast path. */
static enum quire_value_result timestamp_refused(const char *text, size_t size,
                                                 enum quire_time_unit unit)
{
    struct quire_time_parts parts;
    if (!quire_time_parse(text, size, &parts)) return QUIRE_VALUE_MISMATCH;
    int64_t step = quire_time_unit_scale(QUIRE_NANO) / quire_time_unit_scale(unit);
    return parts.nanos % step != 0 ? QUIRE_VALUE_PRECISE : QUIRE_VALUE_RANGE;
}

/* With an offset only into a column with a zone, and without one only into a
 * column without, or in UTC: the wall clock of another zone may be ambiguous, and
 * of a zone that is not known nothing is. */
static enum quire_value_result parse_timestamp(struct quire_column *column, const char *text,
                                               size_t size)
{
    const struct quire_field *field = column->field;
    int64_t value;
    bool has_offset;
    if (!quire_time_parse_timestamp(text, size, field->unit, &value, &has_offset))
        return timestamp_refused(text, size, field->unit);
    if (has_offset ? field->zone == NULL : field->zone != NULL && !field->utc)
        return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_i64(column, value));
}

static enum quire_value_result parse_duration(struct quire_column *column, const char *text,
                                              size_t size)
{
    int64_t value, nanos;
    int32_t months, days;
    if (quire_time_parse_duration(text, size, column->field->unit, &value))
        return quire_value_appended(quire_column_append_i64(column, value));
    if (quire_time_parse_duration(text, size, QUIRE_NANO, &value)) return QUIRE_VALUE_PRECISE;
    if (quire_time_parse_duration(text, size, QUIRE_SECOND, &value)) return QUIRE_VALUE_RANGE;
    /* Months have no fixed length. */
    bool too_long = quire_time_parse_interval(text, size, &months, &days, &nanos) && months == 0;
    return too_long ? QUIRE_VALUE_RANGE : QUIRE_VALUE_MISMATCH;
}

static enum quire_value_result parse_interval(struct quire_column *column, const char *text,
                                              size_t size)
{
    int32_t months, days;
    int64_t nanos;
    uint8_t bytes[16];
    if (!quire_time_parse_interval(text, size, &months, &days, &nanos)) return QUIRE_VALUE_MISMATCH;
    if (column->field->kind == QUIRE_KIND_INTERVAL_MONTHS) {
        if (days != 0 || nanos != 0) return QUIRE_VALUE_MISMATCH;
        return append_int(column, months);
    }
    if (column->field->kind == QUIRE_KIND_INTERVAL_DAY_TIME) {
        if (months != 0) return QUIRE_VALUE_MISMATCH;
        if (nanos % NANOS_IN_MS != 0) return QUIRE_VALUE_PRECISE;
        int32_t ms = (int32_t)(nanos / NANOS_IN_MS);
        if (ms != nanos / NANOS_IN_MS) return QUIRE_VALUE_RANGE;
        memcpy(bytes, &days, 4);
        memcpy(bytes + 4, &ms, 4);
    } else {
        memcpy(bytes, &months, 4);
        memcpy(bytes + 4, &days, 4);
        memcpy(bytes + 8, &nanos, 8);
    }
    return quire_value_appended(quire_column_append_fixed(column, bytes));
}

static enum quire_value_result parse_string(struct quire_column *column, const char *text,
                                            size_t size)
{
    if (!quire_utf8_is_valid(text, size)) return QUIRE_VALUE_UTF8;
    return quire_value_appended(quire_column_append_bytes(column, text, size));
}

/* Decodes into out, which has room for `size` bytes (both texts are longer than
 * what they stand for, but for base64's scratch of 3). */
static bool decode(const char *text, size_t size, const struct quire_value_style *style,
                   uint8_t *out, size_t *out_size)
{
    if (!style->binary_hex) return quire_base64_decode(text, size, out, out_size);
    *out_size = size / 2;
    return size % 2 == 0 && quire_hex_decode(text, size, out);
}

/* Decodes in the spare room of the column's own bytes, far enough behind their end
 * that appending from there neither moves nor overlaps. */
static enum quire_value_result parse_binary(struct quire_column *column, const char *text,
                                            size_t size, const struct quire_value_style *style)
{
    struct quire_buf *bytes = column->dictionary != NULL
                                  ? &quire_column_dictionary_scratch(column)->bytes
                                  : &column->bytes;
    size_t room = size + 3, decoded;
    if (quire_buf_reserve(bytes, 2 * room) != 0) return QUIRE_VALUE_MEMORY;
    uint8_t *spare = quire_buf_end(bytes) + room;
    if (!decode(text, size, style, spare, &decoded)) return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_bytes(column, spare, decoded));
}

static enum quire_value_result parse_fixed_binary(struct quire_column *column, const char *text,
                                                  size_t size,
                                                  const struct quire_value_style *style)
{
    uint8_t uuid[16];
    if (column->field->extension == QUIRE_EXTENSION_UUID) {
        if (!quire_uuid_parse(text, size, uuid)) return QUIRE_VALUE_MISMATCH;
        return quire_value_appended(quire_column_append_fixed(column, uuid));
    }
    size_t width = (size_t)column->field->width, decoded;
    if (quire_buf_reserve(&column->values, width + size + 3) != 0) return QUIRE_VALUE_MEMORY;
    uint8_t *spare = quire_buf_end(&column->values) + width;
    if (!decode(text, size, style, spare, &decoded) || decoded != width)
        return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_fixed(column, spare));
}

static enum quire_value_result parse_dictionary(struct quire_column *column, const char *text,
                                                size_t size, const struct quire_value_style *style)
{
    enum quire_kind kind = column->field->dictionary->kind;
    if (quire_kind_is_string(kind)) return parse_string(column, text, size);
    if (quire_kind_is_binary(kind)) return parse_binary(column, text, size, style);
    enum quire_value_result result =
        quire_value_parse(quire_column_dictionary_scratch(column), text, size, style);
    if (result != QUIRE_VALUE_OK) return result;
    return quire_value_appended(quire_column_dictionary_intern(column));
}

enum quire_value_result quire_value_parse(struct quire_column *column, const char *text,
                                          size_t size, const struct quire_value_style *style)
{
    switch (column->field->kind) {
    case QUIRE_KIND_BOOL: return parse_bool(column, text, size);
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT8:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_UINT32:
    case QUIRE_KIND_UINT64: return parse_integer(column, text, size);
    case QUIRE_KIND_FLOAT16: return parse_f16(column, text, size);
    case QUIRE_KIND_FLOAT32: return parse_f32(column, text, size);
    case QUIRE_KIND_FLOAT64: return parse_f64(column, text, size);
    case QUIRE_KIND_DECIMAL: return parse_decimal(column, text, size);
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64: return parse_date(column, text, size);
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: return parse_time(column, text, size);
    case QUIRE_KIND_TIMESTAMP: return parse_timestamp(column, text, size);
    case QUIRE_KIND_DURATION: return parse_duration(column, text, size);
    case QUIRE_KIND_INTERVAL_MONTHS:
    case QUIRE_KIND_INTERVAL_DAY_TIME:
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return parse_interval(column, text, size);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW: return parse_string(column, text, size);
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: return parse_binary(column, text, size, style);
    case QUIRE_KIND_FIXED_BINARY: return parse_fixed_binary(column, text, size, style);
    case QUIRE_KIND_DICTIONARY: return parse_dictionary(column, text, size, style);
    default: return QUIRE_VALUE_MISMATCH;
    }
}
