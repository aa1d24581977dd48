/* Tables of few different values. Sums of real ones are exact, whatever their order: they are
 * multiples of a quarter. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "data/column.h"
#include "data/value_text.h"
#include "fuzz_sql.h"
#include "quire/batch.h"

#define COLUMNS_MAX 4
#define ROWS_MAX    24

static const char *const types[] = {
    "int64",
    "string",
    "float64",
    "timestamp(us, UTC)",
    "bool",
    "date",
    "int32",
    "uint64",
    "float32",
    "timestamp(ms)",
    "timestamp(ns, UTC)",
    "decimal(9,2)",
    "decimal(25,3)",
    "int8",
    "uint32",
    "large_string",
    "binary",
    "int16",
    "uint8",
    "uint16",
    "date64",
    "decimal(12,0)",
    "timestamp(s)",
    "dictionary<string>",
};

static void done(int code)
{
    FUZZ_CHECK(code == 0, "append: %s", quire_code_name(code));
}

static void take_schema(struct fuzz_bytes *bytes, struct ArrowSchema *schema)
{
    char text[256];
    size_t size = 0, columns = 1 + fuzz_take_below(bytes, COLUMNS_MAX);
    for (size_t i = 0; i < columns; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%sc%zu %s", i > 0 ? "\n" : "",
                                 i, types[fuzz_take_below(bytes, sizeof(types) / sizeof(*types))]);
    done(quire_schema_parse(text, size, schema, NULL));
}

/* --- Values --------------------------------------------------------------------------------- */

/* Times some of which fall on the same day or hour. */
static int64_t take_seconds(struct fuzz_bytes *bytes)
{
    static const int64_t seconds[] = {1714521600, 1714525199, 1714525200, 1714608000,
                                      0,          -1,         951782400,  -86400};
    return seconds[fuzz_take_below(bytes, sizeof(seconds) / sizeof(*seconds))];
}

static void put_time(struct fuzz_bytes *bytes, struct quire_column *column)
{
    int64_t scale = quire_time_unit_scale(column->field->unit), seconds = take_seconds(bytes), day;
    int64_t parts[] = {0, scale / 2, scale / 10, scale - 1};
    int64_t value = civil_floor(seconds, CIVIL_DAY_S, &day);
    bool fits;
    if (column->field->kind == QUIRE_KIND_DATE64) value *= CIVIL_DAY_S * 1000;
    if (column->field->kind == QUIRE_KIND_TIMESTAMP)
        value = seconds * scale + parts[fuzz_take(bytes) & 3];
    done(quire_column_append_int(column, value, &fits));
}

static void put_integer(struct fuzz_bytes *bytes, bool wild, struct quire_column *column)
{
    enum quire_kind kind = column->field->kind;
    int bits = column->field->width * 8;
    int64_t value = (int64_t)fuzz_take_below(bytes, 5) - 1;
    bool fits;
    if (kind == QUIRE_KIND_UINT64 || !quire_kind_is_signed(kind)) {
        uint64_t most = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        uint64_t whole = value < 0 ? (wild ? most : 7) : (uint64_t)value;
        if (wild && value == 3) whole = most / 2 + 1;
        done(quire_column_append_uint(column, whole, &fits));
        return;
    }
    int64_t most = bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - 1)) - 1;
    if (wild && value == 3) value = most;
    if (wild && value == 2) value = -most - 1;
    done(quire_column_append_int(column, value, &fits));
}

static void put_real(struct fuzz_bytes *bytes, bool wild, struct quire_column *column)
{
    static const double tame[] = {0, 0.25, 1, -1.5, 100, 3};
    static const double wildest[] = {1e18, -1e18, (double)INFINITY, (double)NAN};
    size_t at = fuzz_take_below(bytes, wild ? 10 : 6);
    double value = at < 6 ? tame[at] : wildest[at - 6];
    done(column->field->kind == QUIRE_KIND_FLOAT64 ? quire_column_append_f64(column, value)
                                                   : quire_column_append_f32(column, (float)value));
}

static void put_text(struct fuzz_bytes *bytes, struct quire_column *column)
{
    static const char *const texts[] = {"",  "a",          "ab", "b", "\xc3\xa9", "B",
                                        "5", "2024-05-01", "a%", "'", "-1",       "2.5"};
    const char *text = texts[fuzz_take_below(bytes, sizeof(texts) / sizeof(*texts))];
    done(quire_column_append_bytes(column, text, strlen(text)));
}

static void put_decimal(struct fuzz_bytes *bytes, struct quire_column *column)
{
    static const char *const texts[] = {"0", "1.5", "-1.5", "100", "2.25", "1", "-7"};
    const char *text = texts[fuzz_take_below(bytes, sizeof(texts) / sizeof(*texts))];
    size_t size = column->field->scale == 0 ? strcspn(text, ".") : strlen(text);
    FUZZ_CHECK(quire_value_parse(column, text, size, NULL) == QUIRE_VALUE_OK, "%s", text);
}

static void put_value(struct fuzz_bytes *bytes, bool wild, struct quire_column *column)
{
    enum quire_kind kind = column->field->kind;
    if (fuzz_take_below(bytes, 6) == 5) {
        done(quire_column_append_null(column));
    } else if (kind == QUIRE_KIND_DICTIONARY) {
        put_text(bytes, quire_column_dictionary_scratch(column));
        done(quire_column_dictionary_intern(column));
    } else if (quire_kind_is_string(kind) || quire_kind_is_binary(kind)) {
        put_text(bytes, column);
    } else if (kind == QUIRE_KIND_BOOL) {
        done(quire_column_append_bool(column, fuzz_take(bytes) & 1));
    } else if (kind == QUIRE_KIND_DECIMAL) {
        put_decimal(bytes, column);
    } else if (quire_kind_is_float(kind)) {
        put_real(bytes, wild, column);
    } else if (quire_kind_is_integer(kind)) {
        put_integer(bytes, wild, column);
    } else {
        put_time(bytes, column);
    }
}

void fuzz_sql_take_table(struct fuzz_bytes *bytes, struct fuzz_sql_table *table)
{
    struct quire_column *column = NULL;
    take_schema(bytes, &table->schema);
    table->wild = fuzz_take_below(bytes, 4) == 3;
    done(quire_field_open(&table->schema, &table->root, NULL));
    done(quire_column_new(table->root, &column, NULL));
    for (size_t left = fuzz_take(bytes) % ROWS_MAX; left > 0; left--) {
        for (size_t i = 0; i < column->children_size; i++)
            put_value(bytes, table->wild, &column->children[i]);
        done(quire_column_end_struct(column));
    }
    done(quire_column_finish(column, &table->batch, NULL));
    quire_column_free(column);
    done(quire_view_new(table->root, &table->view, NULL));
    done(quire_view_set(table->view, &table->batch, NULL));
}

void fuzz_sql_table_release(struct fuzz_sql_table *table)
{
    quire_view_free(table->view);
    quire_field_close(table->root);
    quire_array_release(&table->batch);
    quire_schema_release(&table->schema);
}

bool fuzz_sql_literal(const struct quire_view *column, int64_t row, bool quoted,
                      struct quire_buf *out)
{
    static const struct quire_value_style style = {.binary_hex = true, .space_separator = true};
    struct quire_buf text = {0};
    enum quire_kind kind = column->field->kind;
    bool number = quire_kind_is_integer(kind) || quire_kind_is_float(kind) ||
                  kind == QUIRE_KIND_DECIMAL || kind == QUIRE_KIND_BOOL;
    bool there = !quire_view_is_null(column, row) &&
                 quire_value_write(column, row, &style, &text) == 0 &&
                 (!quire_kind_is_float(kind) || memchr(text.data, 'n', text.size) == NULL);
    if (there && kind == QUIRE_KIND_BINARY) done(quire_buf_push(out, 'x'));
    if (there && (quoted || !number)) done(quire_buf_push(out, '\''));
    for (size_t i = 0; i < text.size && there; i++) {
        if (text.data[i] == '\'') done(quire_buf_push(out, '\''));
        done(quire_buf_push(out, text.data[i]));
    }
    if (there && (quoted || !number)) done(quire_buf_push(out, '\''));
    quire_buf_release(&text);
    return there;
}
