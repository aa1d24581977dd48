/* Values keep to what Arrow says of their type (a time is within its day, a date64 is
 * a whole day, a decimal has its digits); beyond that every bit pattern comes up. */
#include "fuzz_batch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/number.h"
#include "base/utf8.h"

#define COLUMNS_MAX 4
#define ROWS_MAX    12
#define ITEMS_MAX   4
#define BYTES_MAX   40

const char *const fuzz_types[] = {
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
    "timestamp(s, Europe/Berlin)",
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
    "fixed_binary(3)",
    "uuid",
    "dictionary<string>",
    "dictionary<int64>",
    "dictionary<timestamp(us)>",
    "null",
    /* nested */
    "list<int32>",
    "large_list<string>",
    "fixed_list<int16, 2>",
    "list<list<float64>>",
    "struct<x:float64, y:list<struct<p:string, q:bool>>>",
    "map<string, int64>",
    "map<int32, struct<v:date>>",
    "list<decimal(9,2)>",
    "struct<>",
    "list<null>",
};
const size_t fuzz_types_size = sizeof(fuzz_types) / sizeof(fuzz_types[0]);
const size_t fuzz_scalar_types_size = sizeof(fuzz_types) / sizeof(fuzz_types[0]) - 10;

/* One batch being filled. */
struct filling {
    struct fuzz_bytes *bytes;
    const struct fuzz_batch_options *options;
    bool nested;
};

static void fill(struct filling *filling, struct quire_column *column);

static void done(int code)
{
    FUZZ_CHECK(code == 0, "append: %s", quire_code_name(code));
}

static void fill_raw(struct filling *filling, struct quire_column *column, size_t width)
{
    uint8_t value[32];
    for (size_t i = 0; i < width; i++)
        value[i] = fuzz_take(filling->bytes);
    done(quire_column_append_fixed(column, value));
}

static void fill_float(struct filling *filling, struct quire_column *column)
{
    uint64_t bits = fuzz_take_u64(filling->bytes);
    double value = 0;
    float narrow = 0;
    uint16_t half = (uint16_t)bits;
    memcpy(&value, &bits, sizeof(value));
    memcpy(&narrow, &bits, sizeof(narrow));
    bool finite = filling->nested && filling->options->finite;
    switch (column->field->kind) {
    case QUIRE_KIND_FLOAT64:
        done(quire_column_append_f64(column, finite && !isfinite(value) ? 0 : value));
        break;
    case QUIRE_KIND_FLOAT32:
        done(quire_column_append_f32(column, finite && !isfinite(narrow) ? 0 : narrow));
        break;
    default:
        if (finite && !isfinite(quire_number_half_to_double(half))) half = 0;
        done(quire_column_append_fixed(column, &half));
    }
}

static void fill_decimal(struct filling *filling, struct quire_column *column)
{
    char text[80];
    uint8_t value[32];
    struct quire_decimal decimal;
    size_t size = 0;
    uint8_t shape = fuzz_take(filling->bytes);
    text[size++] = shape & 128 ? '-' : '+';
    for (int i = 0; i <= shape % column->field->precision; i++)
        text[size++] = (char)('0' + fuzz_take(filling->bytes) % 10);
    enum quire_decimal_result result =
        quire_decimal_parse(text, size, column->field->precision, 0, &decimal);
    FUZZ_CHECK(result == QUIRE_DECIMAL_OK, "%.*s", (int)size, text);
    FUZZ_CHECK(quire_decimal_to_bytes(&decimal, value, column->field->width), "%.*s", (int)size,
               text);
    done(quire_column_append_fixed(column, value));
}

static void fill_bytes(struct filling *filling, struct quire_column *column, bool utf8)
{
    struct quire_buf value = {0};
    uint8_t raw[BYTES_MAX];
    size_t size = fuzz_take(filling->bytes) % BYTES_MAX;
    for (size_t i = 0; i < size; i++)
        raw[i] = fuzz_take(filling->bytes);
    if (utf8)
        done(quire_utf8_repair(&value, raw, size));
    else
        done(quire_buf_append(&value, raw, size));
    done(quire_column_append_bytes(column, value.data, value.size));
    quire_buf_release(&value);
}

static int64_t modulo(int64_t value, int64_t by)
{
    int64_t rest = value % by;
    return rest < 0 ? rest + by : rest;
}

static void fill_integer(struct filling *filling, struct quire_column *column)
{
    const int64_t day_ms = 86400000;
    int64_t value = (int64_t)fuzz_take_u64(filling->bytes);
    int64_t scale = quire_time_unit_scale(column->field->unit);
    bool fits = true;
    switch (column->field->kind) {
    case QUIRE_KIND_INT8: value = (int8_t)value; break;
    case QUIRE_KIND_INT16: value = (int16_t)value; break;
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_INTERVAL_MONTHS: value = (int32_t)value; break;
    case QUIRE_KIND_UINT8: value = (uint8_t)value; break;
    case QUIRE_KIND_UINT16: value = (uint16_t)value; break;
    case QUIRE_KIND_UINT32: value = (uint32_t)value; break;
    case QUIRE_KIND_DATE64: value = value / day_ms * day_ms; break;
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: value = modulo(value, 86400 * scale); break;
    default: break;
    }
    if (column->field->kind == QUIRE_KIND_UINT64)
        done(quire_column_append_uint(column, (uint64_t)value, &fits));
    else
        done(quire_column_append_int(column, value, &fits));
    FUZZ_CHECK(fits, "%lld", (long long)value);
}

static void fill_list(struct filling *filling, struct quire_column *column)
{
    size_t items = column->field->kind == QUIRE_KIND_FIXED_LIST
                       ? (size_t)column->field->width
                       : fuzz_take(filling->bytes) % ITEMS_MAX;
    bool outer = filling->nested;
    filling->nested = true;
    for (size_t i = 0; i < items; i++)
        fill(filling, &column->children[0]);
    filling->nested = outer;
    done(quire_column_end_list(column));
}

/* Keys of a map differ: they are told apart by their place. */
static void fill_map(struct filling *filling, struct quire_column *column)
{
    static const char *const names[] = {"", "k", "\"", "é"};
    struct quire_column *entries = &column->children[0];
    struct quire_column *keys = &entries->children[0];
    size_t items = fuzz_take(filling->bytes) % ITEMS_MAX;
    bool outer = filling->nested, fits = true;
    filling->nested = true;
    for (size_t i = 0; i < items; i++) {
        if (keys->field->kind == QUIRE_KIND_STRING)
            done(quire_column_append_bytes(keys, names[i], strlen(names[i])));
        else
            done(quire_column_append_int(keys, (int64_t)i - 1, &fits));
        fill(filling, &entries->children[1]);
        done(quire_column_end_struct(entries));
    }
    filling->nested = outer;
    done(quire_column_end_list(column));
}

static void fill_struct(struct filling *filling, struct quire_column *column)
{
    bool outer = filling->nested;
    filling->nested = true;
    for (size_t i = 0; i < column->children_size; i++)
        fill(filling, &column->children[i]);
    filling->nested = outer;
    done(quire_column_end_struct(column));
}

static void fill(struct filling *filling, struct quire_column *column)
{
    const struct quire_field *field = column->field;
    bool null = field->kind == QUIRE_KIND_NULL || fuzz_take(filling->bytes) % 5 == 4;
    if (null && field->nullable) {
        done(quire_column_append_null(column));
        return;
    }
    switch (field->kind) {
    case QUIRE_KIND_BOOL:
        done(quire_column_append_bool(column, fuzz_take(filling->bytes) & 1));
        break;
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64: fill_float(filling, column); break;
    case QUIRE_KIND_INTERVAL_DAY_TIME: fill_raw(filling, column, 8); break;
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: fill_raw(filling, column, 16); break;
    case QUIRE_KIND_FIXED_BINARY: fill_raw(filling, column, (size_t)field->width); break;
    case QUIRE_KIND_DECIMAL: fill_decimal(filling, column); break;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW: fill_bytes(filling, column, true); break;
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: fill_bytes(filling, column, false); break;
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_FIXED_LIST: fill_list(filling, column); break;
    case QUIRE_KIND_MAP: fill_map(filling, column); break;
    case QUIRE_KIND_STRUCT: fill_struct(filling, column); break;
    case QUIRE_KIND_DICTIONARY:
        fill(filling, quire_column_dictionary_scratch(column));
        done(quire_column_dictionary_intern(column));
        break;
    default: fill_integer(filling, column);
    }
}

void fuzz_take_schema(struct fuzz_bytes *bytes, struct ArrowSchema *schema)
{
    char text[512];
    size_t size = 0, columns = 1 + fuzz_take_below(bytes, COLUMNS_MAX);
    for (size_t i = 0; i < columns; i++) {
        const char *type = fuzz_types[fuzz_take_below(bytes, fuzz_types_size)];
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%sc%zu %s", i > 0 ? "\n" : "",
                                 i, type);
    }
    struct quire_error error;
    int code = quire_schema_parse(text, size, schema, &error);
    FUZZ_CHECK(code == 0, "%s: %s", text, error.cause);
}

void fuzz_schema_of(const char *type, struct ArrowSchema *schema)
{
    char text[256];
    struct quire_error error;
    int size = snprintf(text, sizeof(text), "v %s", type);
    int code = quire_schema_parse(text, (size_t)size, schema, &error);
    FUZZ_CHECK(code == 0, "%s: %s", text, error.cause);
}

void fuzz_take_batch(struct fuzz_bytes *bytes, const struct ArrowSchema *schema,
                     const struct fuzz_batch_options *options, struct ArrowArray *batch)
{
    struct filling filling = {bytes, options, false};
    struct quire_field *root = NULL;
    struct quire_column *column = NULL;
    done(quire_field_open(schema, &root, NULL));
    done(quire_column_new(root, &column, NULL));
    for (size_t left = fuzz_take(bytes) % ROWS_MAX; left > 0; left--) {
        for (size_t i = 0; i < column->children_size; i++)
            fill(&filling, &column->children[i]);
        done(quire_column_end_struct(column));
    }
    done(quire_column_finish(column, batch, NULL));
    quire_column_free(column);
    quire_field_close(root);
}
