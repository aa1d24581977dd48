/* Results as Arrow columns: each type of expression has one layout. */
#include "expr/expr_result.h"

#include <stdio.h>

#include "base/fail.h"
#include "data/schema.h"

static const char *format_of(const struct quire_expr_type *type, char *room, size_t size)
{
    static const char units[] = "smun";
    switch (type->id) {
    case QUIRE_EXPR_NULL: return "n";
    case QUIRE_EXPR_BOOL: return "b";
    case QUIRE_EXPR_INT8: return "c";
    case QUIRE_EXPR_INT16: return "s";
    case QUIRE_EXPR_INT32: return "i";
    case QUIRE_EXPR_INT64: return "l";
    case QUIRE_EXPR_FLOAT32: return "f";
    case QUIRE_EXPR_FLOAT64: return "g";
    case QUIRE_EXPR_STRING: return "u";
    case QUIRE_EXPR_BINARY: return "z";
    case QUIRE_EXPR_DATE: return "tdD";
    case QUIRE_EXPR_DECIMAL:
        snprintf(room, size, "d:%d,%d%s", type->precision, type->scale,
                 type->precision > QUIRE_EXPR_PRECISION_MAX ? ",256" : "");
        return room;
    case QUIRE_EXPR_TIME: snprintf(room, size, "tt%c", units[type->unit]); return room;
    case QUIRE_EXPR_TIMESTAMP: snprintf(room, size, "ts%c:UTC", units[type->unit]); return room;
    case QUIRE_EXPR_TIMESTAMP_NTZ: snprintf(room, size, "ts%c:", units[type->unit]); return room;
    case QUIRE_EXPR_DURATION: snprintf(room, size, "tD%c", units[type->unit]); return room;
    default: return NULL;
    }
}

int quire_expr_make_schema(const struct quire_expr_node *node, const char *name,
                           struct ArrowSchema *schema, struct quire_error *error)
{
    char room[32];
    struct quire_schema_parts parts = {.format = format_of(&node->type, room, sizeof(room)),
                                       .name = name,
                                       .flags = ARROW_FLAG_NULLABLE};
    if (parts.format == NULL)
        return quire_expr_fail_at(error, QUIRE_UNSUPPORTED, node->at,
                                  "a nested value is no result; one of its fields can be");
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(error, "expression");
    return 0;
}

static int append_value(const struct quire_vector *result, size_t row, struct quire_column *column)
{
    uint8_t bytes[32];
    bool fits = true;
    switch (result->type.id) {
    case QUIRE_EXPR_BOOL: return quire_column_append_bool(column, result->booleans[row] != 0);
    case QUIRE_EXPR_FLOAT32: return quire_column_append_f32(column, (float)result->reals[row]);
    case QUIRE_EXPR_FLOAT64: return quire_column_append_f64(column, result->reals[row]);
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY:
        return quire_column_append_bytes(column, result->bytes[row].data, result->bytes[row].size);
    case QUIRE_EXPR_DECIMAL:
        fits = quire_decimal_to_bytes(&result->decimals[row], bytes, column->field->width);
        return fits ? quire_column_append_fixed(column, bytes) : QUIRE_INPUT;
    default: {
        int code = quire_column_append_int(column, result->integers[row], &fits);
        return code != 0 || fits ? code : QUIRE_INPUT;
    }
    }
}

int quire_expr_append_result(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                             const struct quire_vector *result, struct quire_column *column)
{
    for (size_t row = 0; row < eval->rows; row++) {
        int code = result->null[row] ? quire_column_append_null(column)
                                     : append_value(result, row, column);
        if (code == QUIRE_MEMORY) return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
        if (code == 0) continue;
        quire_expr_fail_at(eval->error, code, node->at, "the result does not fit its column");
        quire_error_at(eval->error, eval->start + (int64_t)row + 1, NULL, QUIRE_NOWHERE);
        return code;
    }
    return 0;
}
