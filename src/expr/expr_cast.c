/* CAST, written and implied. What does not fit its type is an error (null under TRY_CAST), and
 * text is read whole but for blanks around it. Floats become whole numbers by cutting, decimals
 * lose digits by rounding half up, and times become coarser by rounding down, as in Spark. */
#include "expr/expr_cast.h"

#include <math.h>
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "expr/expr_time.h"

static bool is_timed(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(id);
}

bool quire_expr_can_cast(const struct quire_expr_type *from, const struct quire_expr_type *to)
{
    enum quire_expr_type_id a = from->id, b = to->id;
    bool counted = quire_expr_is_number(a) || a == QUIRE_EXPR_BOOL;
    if (b >= QUIRE_EXPR_INTERVAL || a >= QUIRE_EXPR_INTERVAL || b == QUIRE_EXPR_NULL)
        return quire_expr_type_equal(from, to);
    if (a == b || a == QUIRE_EXPR_NULL) return true;
    if (b == QUIRE_EXPR_STRING) return true;
    if (a == QUIRE_EXPR_STRING) return b != QUIRE_EXPR_DURATION;
    if (b == QUIRE_EXPR_BINARY || a == QUIRE_EXPR_BINARY) return false;
    if (quire_expr_is_number(b) || b == QUIRE_EXPR_BOOL)
        return counted || (quire_expr_is_number(b) && quire_expr_is_timestamp(a));
    if (quire_expr_is_timestamp(b)) return is_timed(a) || quire_expr_is_number(a);
    return b == QUIRE_EXPR_DATE && is_timed(a);
}

bool quire_expr_fits_integer(int64_t value, enum quire_expr_type_id id)
{
    int64_t most = quire_expr_type_most(id);
    return value <= most && value >= -most - 1;
}

bool quire_expr_fits_decimal(const struct quire_decimal *value, const struct quire_expr_type *type)
{
    return quire_decimal_digits(value) <= type->precision;
}

void quire_vector_set_real(struct quire_vector *out, size_t row, double value)
{
    out->reals[row] = out->type.id == QUIRE_EXPR_FLOAT32 ? (double)(float)value : value;
}

/* --- Numbers ------------------------------------------------------------------------------- */

static double real_of(const struct quire_vector *from, size_t row)
{
    if (quire_expr_is_float(from->type.id)) return from->reals[row];
    if (from->type.id == QUIRE_EXPR_DECIMAL)
        return quire_decimal_to_double(&from->decimals[row], from->type.scale);
    if (quire_expr_is_timestamp(from->type.id)) /* seconds */
        return (double)from->integers[row] / (double)quire_time_unit_scale(from->type.unit);
    return (double)(from->type.id == QUIRE_EXPR_BOOL ? from->booleans[row] : from->integers[row]);
}

static bool to_integer(const struct quire_vector *from, size_t row, enum quire_expr_type_id id,
                       int64_t *value)
{
    int64_t rest;
    if (quire_expr_is_float(from->type.id)) {
        double cut = trunc(from->reals[row]);
        if (!(cut >= -0x1p63 && cut < 0x1p63)) return false;
        *value = (int64_t)cut;
    } else if (from->type.id == QUIRE_EXPR_DECIMAL) {
        struct quire_decimal whole = from->decimals[row], power = quire_decimal_from_i64(1), left;
        int scale = from->type.scale;
        bool fits = scale <= 0 ? quire_decimal_rescale(&whole, scale, 0)
                               : quire_decimal_rescale(&power, 0, scale) &&
                                     quire_decimal_divide(&whole, &power, &whole, &left);
        if (!fits || !quire_decimal_to_bytes(&whole, value, sizeof(*value))) return false;
    } else if (quire_expr_is_timestamp(from->type.id)) {
        *value = civil_floor(from->integers[row], quire_time_unit_scale(from->type.unit), &rest);
    } else {
        *value = from->type.id == QUIRE_EXPR_BOOL ? from->booleans[row] : from->integers[row];
    }
    return quire_expr_fits_integer(*value, id);
}

static bool to_decimal(const struct quire_vector *from, size_t row,
                       const struct quire_expr_type *type, struct quire_decimal *value)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    int scale = 0;
    if (quire_expr_is_float(from->type.id)) {
        char *end = quire_number_format_f64(from->reals[row], text);
        return quire_expr_parse_decimal(text, (size_t)(end - text), type, value);
    }
    if (from->type.id == QUIRE_EXPR_DECIMAL) {
        *value = from->decimals[row];
        scale = from->type.scale;
    } else if (quire_expr_is_timestamp(from->type.id)) { /* seconds, with their fraction */
        *value = quire_decimal_from_i64(from->integers[row]);
        scale = 3 * (int)from->type.unit;
    } else {
        int64_t whole;
        if (!to_integer(from, row, QUIRE_EXPR_INT64, &whole)) return false;
        *value = quire_decimal_from_i64(whole);
    }
    return quire_decimal_round(value, scale, type->scale) && quire_expr_fits_decimal(value, type);
}

static bool to_boolean(const struct quire_vector *from, size_t row)
{
    const struct quire_decimal zero = {{0}};
    if (from->type.id == QUIRE_EXPR_DECIMAL)
        return quire_decimal_compare(&from->decimals[row], &zero) != 0;
    return quire_expr_is_float(from->type.id) ? from->reals[row] != 0 : from->integers[row] != 0;
}

/* --- Times --------------------------------------------------------------------------------- */

/* False where the finer unit cannot hold the time, which is then its last or first. */
static bool change_unit(int64_t value, enum quire_time_unit from, enum quire_time_unit to,
                        int64_t *changed)
{
    int64_t a = quire_time_unit_scale(from), b = quire_time_unit_scale(to), rest;
    if (a >= b) {
        *changed = civil_floor(value, a / b, &rest);
        return true;
    }
    if (!__builtin_mul_overflow(value, b / a, changed)) return true;
    *changed = value < 0 ? INT64_MIN : INT64_MAX;
    return false;
}

static bool to_time(const struct quire_vector *from, size_t row, const struct quire_expr_type *type,
                    int64_t *value)
{
    int64_t rest;
    if (type->id == QUIRE_EXPR_DATE) {
        *value = civil_floor(from->integers[row],
                             QUIRE_EXPR_DAY_S * quire_time_unit_scale(from->type.unit), &rest);
        return quire_expr_fits_integer(*value, type->id);
    }
    if (from->type.id == QUIRE_EXPR_DATE)
        return quire_expr_join_time(from->integers[row], 0, type->unit, value);
    if (quire_expr_is_integer(from->type.id)) /* seconds */
        return change_unit(from->integers[row], QUIRE_SECOND, type->unit, value);
    if (quire_expr_is_number(from->type.id)) {
        double units = real_of(from, row) * (double)quire_time_unit_scale(type->unit);
        if (!(units >= -0x1p63 && units < 0x1p63)) return false;
        *value = (int64_t)units;
        return true;
    }
    return change_unit(from->integers[row], from->type.unit, type->unit, value);
}

/* --- All ----------------------------------------------------------------------------------- */

static bool cast_value(const struct quire_expr_node *cast, const struct quire_vector *from,
                       size_t row, struct quire_vector *out)
{
    const struct quire_expr_type *to = &out->type;
    if (from->type.id == QUIRE_EXPR_STRING && to->id != QUIRE_EXPR_BINARY)
        return quire_expr_from_text(&from->bytes[row], row, cast->clamps, out);
    switch (to->id) {
    case QUIRE_EXPR_BINARY: out->bytes[row] = from->bytes[row]; return true;
    case QUIRE_EXPR_STRING: /* of binary */
        out->bytes[row] = from->bytes[row];
        return quire_utf8_is_valid((const char *)from->bytes[row].data, from->bytes[row].size);
    case QUIRE_EXPR_BOOL: out->booleans[row] = to_boolean(from, row); return true;
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: quire_vector_set_real(out, row, real_of(from, row)); return true;
    case QUIRE_EXPR_DECIMAL: return to_decimal(from, row, to, &out->decimals[row]);
    case QUIRE_EXPR_INT8:
    case QUIRE_EXPR_INT16:
    case QUIRE_EXPR_INT32:
    case QUIRE_EXPR_INT64: return to_integer(from, row, to->id, &out->integers[row]);
    default: return to_time(from, row, to, &out->integers[row]) || cast->clamps;
    }
}

static int write_text(struct quire_expr_eval *eval, const struct quire_vector *from, size_t row,
                      struct quire_vector *out)
{
    char text[QUIRE_DECIMAL_TEXT_MAX];
    size_t size = (size_t)(quire_expr_to_text(from, row, text) - text);
    char *copy = quire_arena_strndup(&eval->arena, text, size);
    if (copy == NULL) return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
    out->bytes[row] = (struct quire_bytes){(const uint8_t *)copy, size};
    return 0;
}

static int refuse(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                  const struct quire_vector *from, size_t row, struct quire_vector *out)
{
    char text[QUIRE_DECIMAL_TEXT_MAX], type[QUIRE_EXPR_TYPE_TEXT_MAX];
    const char *value = text;
    size_t size;
    if (call->lenient) {
        out->null[row] = 1;
        return 0;
    }
    quire_expr_type_print(&call->type, type);
    if (from->type.id == QUIRE_EXPR_BINARY)
        return quire_eval_fail_row(eval, call, out, row, "the bytes are not UTF-8");
    if (from->type.id == QUIRE_EXPR_STRING) {
        value = from->bytes[row].size > 0 ? (const char *)from->bytes[row].data : "";
        size = from->bytes[row].size;
    } else {
        size = (size_t)(quire_expr_to_text(from, row, text) - text);
    }
    return quire_eval_fail_row(eval, call, out, row, "\"%.*s\" is no %s",
                               quire_expr_shown(value, size), value, type);
}

int quire_expr_cast_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                           const struct quire_vector *args, struct quire_vector *out)
{
    const struct quire_vector *from = &args[0];
    bool writes = out->type.id == QUIRE_EXPR_STRING && from->type.id != QUIRE_EXPR_BINARY;
    if (quire_expr_type_equal(&from->type, &out->type)) {
        uint8_t *null = out->null;
        *out = *from;
        out->null = null;
        return 0;
    }
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (writes)
            QUIRE_TRY(write_text(eval, from, i, out));
        else if (!cast_value(call, from, i, out))
            QUIRE_TRY(refuse(eval, call, from, i, out));
    }
    return 0;
}

int quire_expr_cast_vector(struct quire_expr_eval *eval, const struct quire_expr_node *cast,
                           const struct quire_vector *from, struct quire_vector *out)
{
    struct quire_vector result;
    QUIRE_TRY(quire_vector_new(eval, &cast->type, &result));
    memcpy(result.null, from->null, eval->rows);
    QUIRE_TRY(quire_expr_cast_kernel(eval, cast, from, &result));
    *out = result;
    return 0;
}
