/* Scalars into columns of every type that can keep them. */
#include "base/civil.h"
#include "base/digits.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/value_number.h"
#include "format/ion/ion_decode.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_text_put.h"
#include "format/ion/ion_timestamp.h"

static const char operation[] = "read ion";

int quire_ion_append_failed(int code, struct quire_error *error)
{
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, operation, "a column is full: its offsets have 32 bits");
    return quire_fail_memory(error, operation);
}

static int appended(int code, struct quire_error *error)
{
    return code != 0 ? quire_ion_append_failed(code, error) : 0;
}

int quire_ion_mismatch(const struct quire_ion_row *row, const struct quire_ion_value *value,
                       const struct quire_field *field, struct quire_error *error)
{
    struct quire_buf type = {0};
    if (quire_field_type_text(field, &type) != 0 || quire_buf_terminate(&type) != 0) {
        quire_buf_release(&type);
        return quire_fail_memory(error, operation);
    }
    quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                      "an Ion %s is not of type %.200s", quire_ion_type_names[value->type],
                      (const char *)type.data);
    quire_buf_release(&type);
    return QUIRE_INPUT;
}

/* A value of the right kind that the type cannot hold: its text tells which. */
static int unfit(const struct quire_ion_row *row, const struct quire_ion_value *value,
                 enum quire_value_result result, const struct quire_field *field,
                 struct quire_error *error)
{
    struct quire_buf text = {0};
    int code = 0;
    if (result == QUIRE_VALUE_MEMORY) return quire_fail_memory(error, operation);
    if (value->type == QUIRE_ION_INT) code = quire_ion_put_number(&text, &value->integer);
    if (value->type == QUIRE_ION_DECIMAL) code = quire_ion_put_decimal(&text, &value->decimal);
    if (value->type == QUIRE_ION_TIMESTAMP)
        code = quire_ion_timestamp_print(&value->timestamp, &text);
    if (value->type == QUIRE_ION_FLOAT) {
        code = quire_buf_reserve(&text, QUIRE_ION_FLOAT_TEXT_MAX);
        if (code == 0)
            text.size =
                (size_t)(quire_ion_format_f64(value->real, (char *)text.data) - (char *)text.data);
    }
    if (code == 0)
        code =
            quire_value_fail(result, field, (const char *)text.data, text.size, operation, error);
    else
        quire_fail_memory(error, operation);
    quire_buf_release(&text);
    quire_error_at(error, QUIRE_NOWHERE, NULL, row->reader->offset + (int64_t)value->at);
    return code;
}

int quire_ion_put_null(const struct quire_ion_row *row, const struct quire_ion_value *value,
                       struct quire_column *column, const char *what, struct quire_error *error)
{
    if (!column->field->nullable) {
        int64_t byte = value != NULL ? (int64_t)value->at : row->reader->at - row->reader->start;
        quire_fail(error, QUIRE_INPUT, operation, "%s, and the column takes no nulls", what);
        quire_error_at(error, QUIRE_NOWHERE, NULL, row->reader->offset + byte);
        return QUIRE_INPUT;
    }
    return appended(quire_column_append_null(column), error);
}

/* --- Numbers ---------------------------------------------------------------------------- */

/* As a 256-bit decimal; false past 76 digits or so. */
static bool to_decimal(const struct quire_ion_number *number, struct quire_decimal *decimal)
{
    *decimal = (struct quire_decimal){{number->small}};
    if (number->big != NULL) {
        if (number->big_size > 32 || (number->big_size == 32 && number->big[0] >= 0x80))
            return false;
        decimal->word[0] = 0;
        for (size_t i = 0; i < number->big_size; i++)
            decimal->word[i / 8] |= (uint64_t)number->big[number->big_size - 1 - i]
                                    << (8 * (i % 8));
    }
    if (number->negative) quire_decimal_negate(decimal);
    return true;
}

static enum quire_value_result put_exact(const struct quire_ion_number *number, int64_t exponent,
                                         struct quire_column *column, bool lossy)
{
    struct quire_decimal decimal;
    if (quire_ion_number_is_zero(number)) exponent = 0;
    if (!to_decimal(number, &decimal)) return QUIRE_VALUE_RANGE;
    if (exponent > QUIRE_DECIMAL_SCALE_MAX) return QUIRE_VALUE_RANGE;
    if (exponent < -QUIRE_DECIMAL_SCALE_MAX) return QUIRE_VALUE_PRECISE;
    return quire_value_put_decimal(column, &decimal, (int)-exponent, lossy);
}

static int put_number(struct quire_ion_row *row, const struct quire_ion_value *value,
                      struct quire_column *column, struct quire_error *error)
{
    const struct quire_field *field = column->field;
    bool is_float = quire_kind_is_float(field->kind);
    enum quire_value_result result;
    int64_t integer;
    if (value->type == QUIRE_ION_INT) {
        const struct quire_ion_number *number = &value->integer;
        if (quire_ion_number_i64(number, &integer))
            result = quire_value_put_int(column, integer, is_float);
        else if (number->big == NULL && !number->negative)
            result = quire_value_put_uint(column, number->small, is_float);
        else
            result = put_exact(number, 0, column, is_float);
    } else if (value->type == QUIRE_ION_FLOAT) {
        result = quire_value_put_double(column, value->real, is_float);
    } else if (value->type == QUIRE_ION_DECIMAL) {
        result = put_exact(&value->decimal.coefficient, value->decimal.exponent, column, is_float);
    } else {
        return quire_ion_mismatch(row, value, field, error);
    }
    return result != QUIRE_VALUE_OK ? unfit(row, value, result, field, error) : 0;
}

/* --- Times -------------------------------------------------------------------------------- */

/* The fraction in units of 10^-digits seconds; false when it is more precise. */
static bool fraction_in(const struct quire_ion_timestamp *timestamp, uint32_t digits,
                        int64_t *fraction)
{
    static const int64_t powers[] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};
    *fraction = 0;
    if (timestamp->precision < QUIRE_ION_FRACTION) return true;
    if (timestamp->fraction_digits > 18) return quire_ion_number_is_zero(&timestamp->fraction);
    uint64_t value = timestamp->fraction.small;
    uint32_t have = timestamp->fraction_digits;
    for (; have > digits; have--, value /= 10)
        if (value % 10 != 0) return false;
    *fraction = (int64_t)value * powers[digits - have];
    return true;
}

static int64_t days_of(const struct quire_ion_timestamp *timestamp)
{
    return civil_to_days(timestamp->year, timestamp->month, timestamp->day);
}

static int put_timestamp(struct quire_ion_row *row, const struct quire_ion_value *value,
                         struct quire_column *column, struct quire_error *error)
{
    const struct quire_ion_timestamp *timestamp = &value->timestamp;
    const struct quire_field *field = column->field;
    int64_t fraction, scale = quire_time_unit_scale(field->unit), result;
    if (timestamp->offset_known && field->zone == NULL) {
        quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                          "a timestamp with an offset, in a column without zone");
        return QUIRE_INPUT;
    }
    int64_t minutes = (days_of(timestamp) * 24 + timestamp->hour) * 60 + timestamp->minute;
    int64_t seconds = (minutes - timestamp->offset) * 60 + timestamp->second;
    if (!fraction_in(timestamp, 3 * (uint32_t)field->unit, &fraction))
        return unfit(row, value, QUIRE_VALUE_PRECISE, field, error);
    quire_i128 units = (quire_i128)seconds * scale + fraction;
    result = (int64_t)units;
    if (units != result) return unfit(row, value, QUIRE_VALUE_RANGE, field, error);
    return appended(quire_column_append_i64(column, result), error);
}

static int put_date(struct quire_ion_row *row, const struct quire_ion_value *value,
                    struct quire_column *column, struct quire_error *error)
{
    if (value->type != QUIRE_ION_TIMESTAMP)
        return quire_ion_mismatch(row, value, column->field, error);
    if (value->timestamp.precision > QUIRE_ION_DAY)
        return unfit(row, value, QUIRE_VALUE_PRECISE, column->field, error);
    int64_t days = days_of(&value->timestamp);
    return appended(column->field->kind == QUIRE_KIND_DATE32
                        ? quire_column_append_i32(column, (int32_t)days)
                        : quire_column_append_i64(column, days * 86400000),
                    error);
}

/* --- Text and bytes -------------------------------------------------------------------------- */

/* The text of a string or symbol; a symbol without text is its ID, "$12". */
static int text_of(struct quire_ion_row *row, const struct quire_ion_value *value,
                   struct quire_bytes *text, struct quire_error *error)
{
    if (value->type == QUIRE_ION_STRING) {
        *text = (struct quire_bytes){value->bytes.data, value->bytes.size};
        return 0;
    }
    *text = (struct quire_bytes){(const uint8_t *)value->symbol.text, value->symbol.size};
    if (value->symbol.text != NULL) return 0;
    quire_buf_clear(row->text);
    if (quire_buf_printf(row->text, "$%lld", (long long)value->symbol.id) != 0)
        return quire_fail_memory(error, operation);
    *text = (struct quire_bytes){row->text->data, row->text->size};
    return 0;
}

static bool is_text(const struct quire_ion_value *value)
{
    return value->type == QUIRE_ION_STRING || value->type == QUIRE_ION_SYMBOL;
}

static int put_string(struct quire_ion_row *row, const struct quire_ion_value *value,
                      struct quire_column *column, struct quire_error *error)
{
    struct quire_bytes text;
    if (value->type == QUIRE_ION_TIMESTAMP) {
        /* Columns whose timestamps have no common type are text. */
        quire_buf_clear(row->text);
        if (quire_ion_timestamp_print(&value->timestamp, row->text) != 0)
            return quire_fail_memory(error, operation);
        return appended(quire_column_append_bytes(column, row->text->data, row->text->size), error);
    }
    if (!is_text(value)) return quire_ion_mismatch(row, value, column->field, error);
    QUIRE_TRY(text_of(row, value, &text, error));
    return appended(quire_column_append_bytes(column, text.data, text.size), error);
}

static int put_binary(struct quire_ion_row *row, const struct quire_ion_value *value,
                      struct quire_column *column, struct quire_error *error)
{
    const struct quire_field *field = column->field;
    if (value->type != QUIRE_ION_BLOB && value->type != QUIRE_ION_CLOB)
        return quire_ion_mismatch(row, value, field, error);
    if (field->kind != QUIRE_KIND_FIXED_BINARY)
        return appended(quire_column_append_bytes(column, value->bytes.data, value->bytes.size),
                        error);
    if (value->bytes.size != (size_t)field->width) {
        quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                          "%zu bytes where the column has %d", value->bytes.size, field->width);
        return QUIRE_INPUT;
    }
    return appended(quire_column_append_fixed(column, value->bytes.data), error);
}

/* Types that Ion has as text: times of day, durations, intervals, UUIDs. */
static int put_words(struct quire_ion_row *row, const struct quire_ion_value *value,
                     struct quire_column *column, struct quire_error *error)
{
    static const struct quire_value_style style = {.binary_hex = false};
    struct quire_bytes text;
    if (!is_text(value)) return quire_ion_mismatch(row, value, column->field, error);
    QUIRE_TRY(text_of(row, value, &text, error));
    enum quire_value_result result =
        quire_value_parse(column, (const char *)text.data, text.size, &style);
    if (result == QUIRE_VALUE_OK) return 0;
    int code = quire_value_fail(result, column->field, (const char *)text.data, text.size,
                                operation, error);
    quire_error_at(error, QUIRE_NOWHERE, NULL, row->reader->offset + (int64_t)value->at);
    return code;
}

static int put_dictionary(struct quire_ion_row *row, const struct quire_ion_value *value,
                          struct quire_column *column, struct quire_error *error)
{
    const struct quire_field *field = column->field->dictionary;
    if (quire_kind_is_string(field->kind)) return put_string(row, value, column, error);
    if (quire_kind_is_binary(field->kind)) return put_binary(row, value, column, error);
    QUIRE_TRY(quire_ion_put(row, value, quire_column_dictionary_scratch(column), NULL, error));
    return appended(quire_column_dictionary_intern(column), error);
}

int quire_ion_put_scalar(struct quire_ion_row *row, const struct quire_ion_value *value,
                         struct quire_column *column, struct quire_error *error)
{
    const struct quire_field *field = column->field;
    int64_t integer;
    switch (field->kind) {
    case QUIRE_KIND_BOOL:
        if (value->type != QUIRE_ION_BOOL) return quire_ion_mismatch(row, value, field, error);
        return appended(quire_column_append_bool(column, value->boolean), error);
    case QUIRE_KIND_INT64:
        if (value->type != QUIRE_ION_INT || !quire_ion_number_i64(&value->integer, &integer))
            return put_number(row, value, column, error);
        return appended(quire_column_append_i64(column, integer), error);
    case QUIRE_KIND_FLOAT64:
        if (value->type != QUIRE_ION_FLOAT) return put_number(row, value, column, error);
        return appended(quire_column_append_f64(column, value->real), error);
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64: return put_date(row, value, column, error);
    case QUIRE_KIND_TIMESTAMP:
        if (value->type != QUIRE_ION_TIMESTAMP) return quire_ion_mismatch(row, value, field, error);
        return put_timestamp(row, value, column, error);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW: return put_string(row, value, column, error);
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: return put_binary(row, value, column, error);
    case QUIRE_KIND_FIXED_BINARY:
        if (field->extension == QUIRE_EXTENSION_UUID && is_text(value))
            return put_words(row, value, column, error);
        return put_binary(row, value, column, error);
    case QUIRE_KIND_DICTIONARY: return put_dictionary(row, value, column, error);
    case QUIRE_KIND_DECIMAL:
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32: return put_number(row, value, column, error);
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_DURATION:
    case QUIRE_KIND_INTERVAL_MONTHS:
    case QUIRE_KIND_INTERVAL_DAY_TIME:
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return put_words(row, value, column, error);
    default:
        if (quire_kind_is_integer(field->kind)) return put_number(row, value, column, error);
        return quire_ion_mismatch(row, value, field, error);
    }
}
