/* Random values by kind. Dates stay within the years that texts of four digits
 * reach, but for days, which go to their type's ends. */
#include "random_column.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"

const char *const random_column_types[] = {
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "decimal(9,2)",
    "decimal(18,0)",
    "decimal(38,10)",
    "decimal(5,-3)",
    "decimal256(76,38)",
    "date",
    "date64",
    "time(s)",
    "time(ms)",
    "time(us)",
    "time(ns)",
    "timestamp(s)",
    "timestamp(ms)",
    "timestamp(us)",
    "timestamp(ns)",
    "timestamp(us, UTC)",
    "timestamp(ms, +05:30)",
    "duration(s)",
    "duration(ms)",
    "duration(us)",
    "duration(ns)",
    "interval_months",
    "interval_day_time",
    "interval",
    "string",
    "large_string",
    "string_view",
    "binary",
    "large_binary",
    "binary_view",
    "fixed_binary(7)",
    "uuid",
    "dictionary<string>",
    "dictionary<int64>",
    "dictionary<timestamp(us)>",
};
const size_t random_column_types_size =
    sizeof(random_column_types) / sizeof(random_column_types[0]);

struct quire_field *random_column_field(const char *schema_text)
{
    struct ArrowSchema schema = {0};
    struct quire_field *root = NULL;
    struct quire_error error;
    quire_error_clear(&error);
    if (quire_schema_parse(schema_text, strlen(schema_text), &schema, &error) != 0)
        fail_msg("%s: %s", schema_text, error.cause);
    assert_int_equal(quire_field_open(&schema, &root, &error), 0);
    quire_schema_release(&schema);
    return root;
}

/* Between low and high, and one of them in eight. */
static int64_t between(struct quire_random *random, int64_t low, int64_t high)
{
    uint64_t choice = quire_random_below(random, 16);
    if (choice < 2) return choice == 0 ? low : high;
    uint64_t span = (uint64_t)high - (uint64_t)low;
    uint64_t step =
        span == UINT64_MAX ? quire_random_u64(random) : quire_random_below(random, span + 1);
    return (int64_t)((uint64_t)low + step);
}

static void append_text(struct quire_column *column, struct quire_random *random, bool utf8)
{
    static const char *const pieces[] = {"a", "é", "\"", ",", "日本", "\n", "😀", "0", " ", ""};
    uint8_t bytes[256];
    size_t size = 0;
    for (uint64_t left = quire_random_below(random, 20); left > 0; left--) {
        const char *piece = pieces[quire_random_below(random, sizeof(pieces) / sizeof(*pieces))];
        if (utf8) {
            memcpy(bytes + size, piece, strlen(piece));
            size += strlen(piece);
        } else {
            bytes[size++] = (uint8_t)quire_random_u64(random);
        }
    }
    assert_int_equal(quire_column_append_bytes(column, bytes, size), 0);
}

static void append_decimal(struct quire_column *column, struct quire_random *random)
{
    char text[80];
    struct quire_decimal value;
    uint8_t bytes[32];
    size_t size = 0;
    text[size++] = quire_random_below(random, 2) == 0 ? '-' : '+';
    int64_t digits = between(random, 1, column->field->precision);
    for (int64_t i = 0; i < digits; i++)
        text[size++] = (char)('0' + quire_random_below(random, 10));
    assert_int_equal(quire_decimal_parse(text, size, column->field->precision, 0, &value),
                     QUIRE_DECIMAL_OK);
    assert_true(quire_decimal_to_bytes(&value, bytes, column->field->width));
    assert_int_equal(quire_column_append_fixed(column, bytes), 0);
}

static void append_raw(struct quire_column *column, struct quire_random *random, size_t width)
{
    uint8_t bytes[32];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)quire_random_u64(random);
    assert_int_equal(quire_column_append_fixed(column, bytes), 0);
}

static int64_t integer(const struct quire_column *column, struct quire_random *random)
{
    const int64_t years = INT64_C(366) * 11000; /* days each way that have four-digit years */
    int64_t scale = quire_time_unit_scale(column->field->unit);
    switch (column->field->kind) {
    case QUIRE_KIND_INT8: return between(random, INT8_MIN, INT8_MAX);
    case QUIRE_KIND_INT16: return between(random, INT16_MIN, INT16_MAX);
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INTERVAL_MONTHS: return between(random, INT32_MIN, INT32_MAX);
    case QUIRE_KIND_UINT8: return between(random, 0, UINT8_MAX);
    case QUIRE_KIND_UINT16: return between(random, 0, UINT16_MAX);
    case QUIRE_KIND_UINT32: return between(random, 0, UINT32_MAX);
    case QUIRE_KIND_DATE32: return between(random, INT32_MIN, INT32_MAX);
    case QUIRE_KIND_DATE64: return between(random, -years, years) * 86400000;
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: return between(random, 0, 86400 * scale - 1);
    case QUIRE_KIND_TIMESTAMP:
        if (column->field->unit == QUIRE_NANO) return between(random, INT64_MIN, INT64_MAX);
        return between(random, -years * 86400 * scale, years * 86400 * scale);
    default: return between(random, INT64_MIN, INT64_MAX);
    }
}

void random_column_append(struct quire_column *column, struct quire_random *random,
                          unsigned null_each)
{
    bool fits = true;
    if (null_each > 0 && quire_random_below(random, null_each) == 0) {
        assert_int_equal(quire_column_append_null(column), 0);
        return;
    }
    switch (column->field->kind) {
    case QUIRE_KIND_BOOL:
        assert_int_equal(quire_column_append_bool(column, quire_random_below(random, 2) == 0), 0);
        break;
    case QUIRE_KIND_UINT64:
        assert_int_equal(quire_column_append_uint(column, quire_random_u64(random), &fits), 0);
        break;
    case QUIRE_KIND_FLOAT16: append_raw(column, random, 2); break;
    case QUIRE_KIND_FLOAT32: append_raw(column, random, 4); break;
    case QUIRE_KIND_FLOAT64: append_raw(column, random, 8); break;
    case QUIRE_KIND_INTERVAL_DAY_TIME: append_raw(column, random, 8); break;
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: append_raw(column, random, 16); break;
    case QUIRE_KIND_FIXED_BINARY: append_raw(column, random, (size_t)column->field->width); break;
    case QUIRE_KIND_DECIMAL: append_decimal(column, random); break;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW: append_text(column, random, true); break;
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: append_text(column, random, false); break;
    case QUIRE_KIND_DICTIONARY:
        random_column_append(quire_column_dictionary_scratch(column), random, 0);
        assert_int_equal(quire_column_dictionary_intern(column), 0);
        break;
    default: assert_int_equal(quire_column_append_int(column, integer(column, random), &fits), 0);
    }
    assert_true(fits);
}
