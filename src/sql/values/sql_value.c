/* One getter a kind, chosen when a scan begins, so that the loop over rows does not dispatch.
 *
 * Texts are copied by SQLite into the memory that its register already has: a pointer into the
 * batch would be kept by max() and the like after the batch is gone. */
#include "sql/values/sql_value.h"

#include "base/decimal.h"
#include "base/fail.h"
#include "base/number.h"
#include "format/json/json_value.h"
#include "sql/values/sql_time.h"

#define GETTER(name)                                                                             \
    static void get_##name(const struct quire_sql_column *column, const struct quire_view *view, \
                           int64_t row, sqlite3_context *result)

static void give_text(sqlite3_context *result, const void *bytes, size_t size)
{
    sqlite3_result_text64(result, size > 0 ? bytes : "", size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void give_failure(const struct quire_sql_column *column, int code, sqlite3_context *result)
{
    struct quire_error *failure = &column->session->failure;
    if (failure->code == 0)
        quire_fail(failure, code, QUIRE_SQL_OPERATION, "a value cannot be given");
    sqlite3_result_error_code(result, quire_sql_result(code));
}

/* --- Numbers -------------------------------------------------------------------------------- */

#define INTEGER_GETTER(name, type)                                                      \
    GETTER(name)                                                                        \
    {                                                                                   \
        (void)column;                                                                   \
        sqlite3_result_int64(result, ((const type *)view->values)[row + view->offset]); \
    }
INTEGER_GETTER(i8, int8_t)
INTEGER_GETTER(i16, int16_t)
INTEGER_GETTER(i32, int32_t)
INTEGER_GETTER(i64, int64_t)
INTEGER_GETTER(u8, uint8_t)
INTEGER_GETTER(u16, uint16_t)
INTEGER_GETTER(u32, uint32_t)

GETTER(u64)
{
    uint64_t value = ((const uint64_t *)view->values)[row + view->offset];
    char text[32];
    (void)column;
    if (value <= INT64_MAX) {
        sqlite3_result_int64(result, (int64_t)value);
        return;
    }
    give_text(result, text, (size_t)(quire_number_format_u64(value, text) - text));
}

GETTER(bool)
{
    (void)column;
    sqlite3_result_int(result, quire_view_bool(view, row));
}

GETTER(f64)
{
    (void)column;
    sqlite3_result_double(result, ((const double *)view->values)[row + view->offset]);
}

GETTER(f32)
{
    (void)column;
    sqlite3_result_double(result, (double)((const float *)view->values)[row + view->offset]);
}

GETTER(f16)
{
    (void)column;
    sqlite3_result_double(
        result, quire_number_half_to_double(((const uint16_t *)view->values)[row + view->offset]));
}

GETTER(decimal)
{
    const struct quire_field *field = view->field;
    struct quire_decimal value =
        quire_decimal_from_bytes(quire_view_fixed(view, row), field->width);
    char text[QUIRE_DECIMAL_TEXT_MAX];
    (void)column;
    if (field->scale == 0 && field->precision <= QUIRE_SQL_INTEGER_DIGITS)
        sqlite3_result_int64(result, (int64_t)value.word[0]);
    else if (field->precision <= QUIRE_SQL_EXACT_DIGITS && field->scale >= 0)
        sqlite3_result_double(result, quire_decimal_to_double(&value, field->scale));
    else
        give_text(result, text, (size_t)(quire_decimal_format(&value, field->scale, text) - text));
}

/* --- Text ----------------------------------------------------------------------------------- */

GETTER(string)
{
    const struct quire_bytes bytes = quire_view_bytes(view, row);
    (void)column;
    give_text(result, bytes.data, bytes.size);
}

GETTER(binary)
{
    const struct quire_bytes bytes = quire_view_bytes(view, row);
    (void)column;
    sqlite3_result_blob64(result, bytes.size > 0 ? (const void *)bytes.data : "", bytes.size,
                          SQLITE_TRANSIENT);
}

GETTER(timestamp)
{
    char text[QUIRE_TIME_TEXT_MAX];
    int64_t value = ((const int64_t *)view->values)[row + view->offset];
    (void)column;
    char *end = quire_sql_time_format(value, view->field->unit, text);
    give_text(result, text, (size_t)(end - text));
}

/* As every text format writes it. */
GETTER(text)
{
    struct quire_buf *out = column->scratch;
    quire_buf_clear(out);
    int code = quire_value_write(view, row, NULL, out);
    if (code == 0)
        give_text(result, out->data, out->size);
    else
        give_failure(column, code, result);
}

GETTER(json)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_NULL};
    struct quire_buf *out = column->scratch;
    quire_buf_clear(out);
    int code = quire_json_value_write(view, row, &style, out, &column->session->failure);
    if (code == 0)
        give_text(result, out->data, out->size);
    else
        give_failure(column, code, result);
}

GETTER(dictionary)
{
    int64_t index = quire_view_index(view, row);
    const struct quire_view *values = view->dictionary;
    if (index < 0 || index >= values->length) {
        give_failure(column, QUIRE_CORRUPT, result);
        return;
    }
    if (!quire_view_is_null(values, index))
        quire_sql_getter_of(values->field)(column, values, index, result);
}

quire_sql_getter *quire_sql_getter_of(const struct quire_field *field)
{
    if (quire_kind_is_string(field->kind)) return get_string;
    if (quire_kind_is_binary(field->kind)) return get_binary;
    switch (field->kind) {
    case QUIRE_KIND_BOOL: return get_bool;
    case QUIRE_KIND_INT8: return get_i8;
    case QUIRE_KIND_INT16: return get_i16;
    case QUIRE_KIND_INT32: return get_i32;
    case QUIRE_KIND_INT64: return get_i64;
    case QUIRE_KIND_UINT8: return get_u8;
    case QUIRE_KIND_UINT16: return get_u16;
    case QUIRE_KIND_UINT32: return get_u32;
    case QUIRE_KIND_UINT64: return get_u64;
    case QUIRE_KIND_FLOAT16: return get_f16;
    case QUIRE_KIND_FLOAT32: return get_f32;
    case QUIRE_KIND_FLOAT64: return get_f64;
    case QUIRE_KIND_DECIMAL: return get_decimal;
    case QUIRE_KIND_TIMESTAMP: return get_timestamp;
    case QUIRE_KIND_FIXED_BINARY:
        return field->extension == QUIRE_EXTENSION_UUID ? get_text : get_binary;
    case QUIRE_KIND_DICTIONARY: return get_dictionary;
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_DURATION:
    case QUIRE_KIND_INTERVAL_MONTHS:
    case QUIRE_KIND_INTERVAL_DAY_TIME:
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return get_text;
    default: return get_json;
    }
}

/* --- Declared types ------------------------------------------------------------------------- */

/* SQLite, "Datatypes In SQLite", 3.1: the affinity is in the words of the type. */
struct quire_sql_affinity quire_sql_affinity_of(const struct quire_field *field)
{
    static const struct quire_sql_affinity integer = {"BIGINT", NULL}, real = {"DOUBLE", NULL};
    switch (field->kind) {
    case QUIRE_KIND_DICTIONARY: return quire_sql_affinity_of(field->dictionary);
    case QUIRE_KIND_UINT64: return (struct quire_sql_affinity){"BLOB", QUIRE_SQL_NUMBER_COLLATION};
    case QUIRE_KIND_DECIMAL:
        if (field->scale == 0 && field->precision <= QUIRE_SQL_INTEGER_DIGITS) return integer;
        if (field->precision <= QUIRE_SQL_EXACT_DIGITS && field->scale >= 0) return real;
        return (struct quire_sql_affinity){"TEXT", QUIRE_SQL_NUMBER_COLLATION};
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_TIMESTAMP: return (struct quire_sql_affinity){"TEXT", QUIRE_SQL_TIME_COLLATION};
    case QUIRE_KIND_NULL: return (struct quire_sql_affinity){"BLOB", NULL};
    case QUIRE_KIND_FIXED_BINARY:
        if (field->extension == QUIRE_EXTENSION_UUID) break;
        return (struct quire_sql_affinity){"BLOB", NULL};
    default:
        if (field->kind == QUIRE_KIND_BOOL || quire_kind_is_integer(field->kind)) return integer;
        if (quire_kind_is_float(field->kind)) return real;
        if (quire_kind_is_binary(field->kind)) return (struct quire_sql_affinity){"BLOB", NULL};
    }
    return (struct quire_sql_affinity){"TEXT", NULL};
}
