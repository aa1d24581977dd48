/* The way back of sql_value.c: what a getter made of a value becomes that value again. */
#include "sql/result/result_cell.h"

#include <sqlite3.h>

#include "base/number.h"
#include "base/utf8.h"
#include "format/json/json_value.h"
#include "sql/values/sql_time.h"

void quire_sql_cell_of(sqlite3_stmt *statement, int column, struct quire_sql_cell *cell)
{
    cell->type = sqlite3_column_type(statement, column);
    if (cell->type == SQLITE_INTEGER) {
        cell->integer = sqlite3_column_int64(statement, column);
    } else if (cell->type == SQLITE_FLOAT) {
        cell->real = sqlite3_column_double(statement, column);
    } else if (cell->type != SQLITE_NULL) {
        cell->bytes = sqlite3_column_blob(statement, column);
        cell->size = (size_t)sqlite3_column_bytes(statement, column);
    }
}

bool quire_sql_can_restore(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL:
    case QUIRE_KIND_UNION:
    case QUIRE_KIND_RUN_END: return false;
    case QUIRE_KIND_DICTIONARY: return quire_kind_is_string(field->dictionary->kind);
    default: break;
    }
    for (size_t i = 0; i < field->children_size; i++)
        if (!quire_sql_can_restore(&field->children[i])) return false;
    return true;
}

static enum quire_value_result put_time(struct quire_column *column,
                                        const struct quire_sql_cell *cell)
{
    struct quire_time_parts parts;
    int64_t value;
    bool exact;
    if (!quire_time_parse((const char *)cell->bytes, cell->size, &parts))
        return QUIRE_VALUE_MISMATCH;
    if (!quire_sql_instant_value(quire_sql_instant(&parts), column->field->unit, &value, &exact))
        return QUIRE_VALUE_RANGE;
    return exact ? quire_value_appended(quire_column_append_i64(column, value))
                 : QUIRE_VALUE_PRECISE;
}

static enum quire_value_result put_json(struct quire_column *column,
                                        const struct quire_sql_cell *cell)
{
    static const struct quire_json_read read = {.repeated = QUIRE_JSON_REPEATED_LAST};
    int code = quire_json_value_parse(column, cell->bytes, cell->size, &read, NULL);
    if (code == QUIRE_INPUT) return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(code);
}

static enum quire_value_result put_text(struct quire_column *column,
                                        const struct quire_sql_cell *cell)
{
    const struct quire_field *field = column->field;
    bool string = quire_kind_is_string(field->kind) || field->kind == QUIRE_KIND_DICTIONARY;
    if (string && !quire_utf8_is_valid(cell->bytes, cell->size)) return QUIRE_VALUE_UTF8;
    if (string || quire_kind_is_binary(field->kind))
        return quire_value_appended(quire_column_append_bytes(column, cell->bytes, cell->size));
    if (field->kind == QUIRE_KIND_TIMESTAMP) return put_time(column, cell);
    if (quire_kind_is_nested(field->kind)) return put_json(column, cell);
    if (field->kind == QUIRE_KIND_BOOL || quire_kind_is_float(field->kind))
        return QUIRE_VALUE_MISMATCH;
    if (quire_kind_is_integer(field->kind) && field->kind != QUIRE_KIND_UINT64)
        return QUIRE_VALUE_MISMATCH;
    return quire_value_parse(column, (const char *)cell->bytes, cell->size, NULL);
}

static enum quire_value_result put_blob(struct quire_column *column,
                                        const struct quire_sql_cell *cell)
{
    const struct quire_field *field = column->field;
    if (quire_kind_is_binary(field->kind))
        return quire_value_appended(quire_column_append_bytes(column, cell->bytes, cell->size));
    if (field->kind != QUIRE_KIND_FIXED_BINARY || field->extension == QUIRE_EXTENSION_UUID ||
        cell->size != (size_t)field->width)
        return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_fixed(column, cell->bytes));
}

/* A number into text: its shortest. */
static enum quire_value_result put_written(struct quire_column *column,
                                           const struct quire_sql_cell *cell)
{
    char text[QUIRE_TIME_TEXT_MAX];
    char *end = cell->type == SQLITE_INTEGER ? quire_number_format_i64(cell->integer, text)
                                             : quire_number_format_f64(cell->real, text);
    return quire_value_appended(quire_column_append_bytes(column, text, (size_t)(end - text)));
}

static enum quire_value_result put_number(struct quire_column *column,
                                          const struct quire_sql_cell *cell)
{
    enum quire_kind kind = column->field->kind;
    if (quire_kind_is_string(kind) || quire_kind_is_binary(kind)) return put_written(column, cell);
    bool number =
        quire_kind_is_integer(kind) || quire_kind_is_float(kind) || kind == QUIRE_KIND_DECIMAL;
    if (kind == QUIRE_KIND_BOOL && cell->type == SQLITE_INTEGER && cell->integer >> 1 == 0)
        return quire_value_appended(quire_column_append_bool(column, cell->integer == 1));
    if (!number) return QUIRE_VALUE_MISMATCH;
    if (cell->type == SQLITE_INTEGER)
        return quire_value_put_int(column, cell->integer, quire_kind_is_float(kind));
    return quire_value_put_double(column, cell->real, false);
}

enum quire_value_result quire_sql_cell_put(struct quire_column *column,
                                           const struct quire_sql_cell *cell)
{
    switch (cell->type) {
    case SQLITE_NULL: return quire_value_appended(quire_column_append_null(column));
    case SQLITE_TEXT: return put_text(column, cell);
    case SQLITE_BLOB: return put_blob(column, cell);
    default: return put_number(column, cell);
    }
}
