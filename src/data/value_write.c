/* Values as text. One small function a kind, chosen once for a column by
 * quire_value_writer_of, so that loops over rows do not dispatch. */
#include "base/base64.h"
#include "base/decimal.h"
#include "base/fail.h"
#include "base/number.h"
#include "data/value_text.h"

#define DAY_MS      INT64_C(86400000)
#define NANOS_IN_MS INT64_C(1000000)

#define WRITER(name)                                                      \
    static char *write_##name(const struct quire_view *view, int64_t row, \
                              const struct quire_value_style *style, char *out)

WRITER(nothing)
{
    (void)view;
    (void)row;
    (void)style;
    return out;
}

WRITER(bool)
{
    (void)style;
    bool value = quire_view_bool(view, row);
    memcpy(out, value ? "true" : "false", value ? 4 : 5);
    return out + (value ? 4 : 5);
}

/* A writer of a fixed-width value: type in memory, and the expression that writes it. */
#define VALUE_WRITER(name, type, expression)                           \
    WRITER(name)                                                       \
    {                                                                  \
        (void)style;                                                   \
        type value = ((const type *)view->values)[row + view->offset]; \
        return expression;                                             \
    }

VALUE_WRITER(i8, int8_t, quire_number_format_i64(value, out))
VALUE_WRITER(i16, int16_t, quire_number_format_i64(value, out))
VALUE_WRITER(i32, int32_t, quire_number_format_i64(value, out))
VALUE_WRITER(i64, int64_t, quire_number_format_i64(value, out))
VALUE_WRITER(u8, uint8_t, quire_number_format_u64(value, out))
VALUE_WRITER(u16, uint16_t, quire_number_format_u64(value, out))
VALUE_WRITER(u32, uint32_t, quire_number_format_u64(value, out))
VALUE_WRITER(u64, uint64_t, quire_number_format_u64(value, out))
VALUE_WRITER(f16, uint16_t, quire_number_format_f16(value, out))
VALUE_WRITER(f32, float, quire_number_format_f32(value, out))
VALUE_WRITER(f64, double, quire_number_format_f64(value, out))
VALUE_WRITER(date32, int32_t, quire_time_format_date(value, out))
VALUE_WRITER(date64, int64_t, quire_time_format_date(value / DAY_MS - (value % DAY_MS < 0), out))
VALUE_WRITER(time32, int32_t, quire_time_format_time(value, view->field->unit, out))
VALUE_WRITER(time64, int64_t, quire_time_format_time(value, view->field->unit, out))
VALUE_WRITER(timestamp, int64_t,
             quire_time_format_timestamp(value, view->field->unit,
                                         style->space_separator ? ' ' : 'T', false, 0, out))
VALUE_WRITER(timestamp_utc, int64_t,
             quire_time_format_timestamp(value, view->field->unit,
                                         style->space_separator ? ' ' : 'T', true, 0, out))
VALUE_WRITER(duration, int64_t, quire_time_format_duration(value, view->field->unit, out))
VALUE_WRITER(months, int32_t, quire_time_format_interval(value, 0, 0, out))

WRITER(timestamp_zoned)
{
    int64_t value = ((const int64_t *)view->values)[row + view->offset];
    int64_t scale = quire_time_unit_scale(view->field->unit);
    int64_t seconds = value / scale - (value % scale < 0);
    return quire_time_format_timestamp(value, view->field->unit, style->space_separator ? ' ' : 'T',
                                       true, quire_zone_offset(view->field->zone_table, seconds),
                                       out);
}

WRITER(day_time)
{
    (void)style;
    int32_t parts[2]; /* days, milliseconds */
    memcpy(parts, (const uint8_t *)view->values + (row + view->offset) * 8, sizeof(parts));
    return quire_time_format_interval(0, parts[0], parts[1] * NANOS_IN_MS, out);
}

WRITER(month_day_nano)
{
    (void)style;
    const uint8_t *bytes = (const uint8_t *)view->values + (row + view->offset) * 16;
    int32_t parts[2]; /* months, days */
    int64_t nanos;
    memcpy(parts, bytes, sizeof(parts));
    memcpy(&nanos, bytes + sizeof(parts), sizeof(nanos));
    return quire_time_format_interval(parts[0], parts[1], nanos, out);
}

WRITER(decimal)
{
    (void)style;
    struct quire_decimal value =
        quire_decimal_from_bytes(quire_view_fixed(view, row), view->field->width);
    return quire_decimal_format(&value, view->field->scale, out);
}

WRITER(fixed_binary)
{
    const uint8_t *bytes = quire_view_fixed(view, row);
    size_t size = (size_t)view->field->width;
    if (style->binary_hex) return quire_hex_encode(bytes, size, out);
    return quire_base64_encode(bytes, size, out);
}

WRITER(uuid)
{
    (void)style;
    return quire_uuid_format(quire_view_fixed(view, row), out);
}

/* An index that points nowhere, and a null in the dictionary, have no text. */
static bool dictionary_has(const struct quire_view *view, int64_t index)
{
    return index >= 0 && index < view->dictionary->length &&
           !quire_view_is_null(view->dictionary, index);
}

WRITER(dictionary)
{
    int64_t index = quire_view_index(view, row);
    if (!dictionary_has(view, index)) return out;
    return quire_value_writer_of(view->dictionary->field)(view->dictionary, index, style, out);
}

quire_value_writer *quire_value_writer_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL: return write_nothing;
    case QUIRE_KIND_BOOL: return write_bool;
    case QUIRE_KIND_INT8: return write_i8;
    case QUIRE_KIND_INT16: return write_i16;
    case QUIRE_KIND_INT32: return write_i32;
    case QUIRE_KIND_INT64: return write_i64;
    case QUIRE_KIND_UINT8: return write_u8;
    case QUIRE_KIND_UINT16: return write_u16;
    case QUIRE_KIND_UINT32: return write_u32;
    case QUIRE_KIND_UINT64: return write_u64;
    case QUIRE_KIND_FLOAT16: return write_f16;
    case QUIRE_KIND_FLOAT32: return write_f32;
    case QUIRE_KIND_FLOAT64: return write_f64;
    case QUIRE_KIND_DECIMAL: return write_decimal;
    case QUIRE_KIND_DATE32: return write_date32;
    case QUIRE_KIND_DATE64: return write_date64;
    case QUIRE_KIND_TIME32: return write_time32;
    case QUIRE_KIND_TIME64: return write_time64;
    case QUIRE_KIND_TIMESTAMP:
        if (field->zone == NULL) return write_timestamp;
        return field->zone_table != NULL ? write_timestamp_zoned : write_timestamp_utc;
    case QUIRE_KIND_DURATION: return write_duration;
    case QUIRE_KIND_INTERVAL_MONTHS: return write_months;
    case QUIRE_KIND_INTERVAL_DAY_TIME: return write_day_time;
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return write_month_day_nano;
    case QUIRE_KIND_FIXED_BINARY:
        return field->extension == QUIRE_EXTENSION_UUID ? write_uuid : write_fixed_binary;
    case QUIRE_KIND_DICTIONARY:
        return quire_value_writer_of(field->dictionary) != NULL ? write_dictionary : NULL;
    default: return NULL;
    }
}

size_t quire_value_text_max(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_DECIMAL: return QUIRE_DECIMAL_TEXT_MAX;
    case QUIRE_KIND_DURATION:
    case QUIRE_KIND_INTERVAL_MONTHS:
    case QUIRE_KIND_INTERVAL_DAY_TIME:
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return QUIRE_DURATION_TEXT_MAX;
    case QUIRE_KIND_FIXED_BINARY: return (size_t)field->width * 2 + 36;
    case QUIRE_KIND_DICTIONARY: return quire_value_text_max(field->dictionary);
    default: return quire_value_writer_of(field) != NULL ? QUIRE_TIME_TEXT_MAX : 0;
    }
}

static int append_binary(struct quire_bytes bytes, const struct quire_value_style *style,
                         struct quire_buf *out)
{
    size_t size = style->binary_hex ? bytes.size * 2 : quire_base64_size(bytes.size);
    QUIRE_TRY(quire_buf_reserve(out, size + 1)); /* so that there is an end to write to */
    char *end = (char *)quire_buf_end(out);
    if (style->binary_hex)
        quire_hex_encode(bytes.data, bytes.size, end);
    else
        quire_base64_encode(bytes.data, bytes.size, end);
    out->size += size;
    return 0;
}

int quire_value_write(const struct quire_view *view, int64_t row,
                      const struct quire_value_style *style, struct quire_buf *out)
{
    enum quire_kind kind = view->field->kind;
    if (quire_kind_is_string(kind)) {
        struct quire_bytes bytes = quire_view_bytes(view, row);
        return quire_buf_append(out, bytes.data, bytes.size);
    }
    if (quire_kind_is_binary(kind)) return append_binary(quire_view_bytes(view, row), style, out);
    if (kind == QUIRE_KIND_DICTIONARY) {
        int64_t index = quire_view_index(view, row);
        if (!dictionary_has(view, index)) return 0;
        return quire_value_write(view->dictionary, index, style, out);
    }
    quire_value_writer *writer = quire_value_writer_of(view->field);
    if (writer == NULL) return QUIRE_USAGE;
    QUIRE_TRY(quire_buf_reserve(out, quire_value_text_max(view->field)));
    char *end = writer(view, row, style, (char *)quire_buf_end(out));
    out->size = (size_t)(end - (char *)out->data);
    return 0;
}
