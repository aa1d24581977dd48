/* CAST, written and implied. What does not fit its type is an error (null under TRY_CAST), and
 * text is read whole but for blanks around it. Floats become whole numbers by cutting, decimals
 * lose digits by rounding half up, and times become coarser by rounding down, as in Spark. A time
 * that the finer unit cannot hold becomes its last or first: comparing stays right. */
#include <math.h>
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "base/number.h"
#include "expr/expr_function.h"

#define DAY_S INT64_C(86400)

static bool is_timed(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(id);
}

bool quire_expr_can_cast(const struct quire_expr_type *from, const struct quire_expr_type *to)
{
    enum quire_expr_type_id a = from->id, b = to->id;
    bool counted = quire_expr_is_number(a) || a == QUIRE_EXPR_BOOL;
    if (b == QUIRE_EXPR_NESTED || a == QUIRE_EXPR_NESTED || b == QUIRE_EXPR_NULL)
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

/* --- Text ---------------------------------------------------------------------------------- */

static struct quire_bytes trimmed(const struct quire_bytes *text)
{
    struct quire_bytes out = *text;
    while (out.size > 0 && (out.data[0] == ' ' || (out.data[0] >= '\t' && out.data[0] <= '\r'))) {
        out.data++;
        out.size--;
    }
    while (out.size > 0 && (out.data[out.size - 1] == ' ' ||
                            (out.data[out.size - 1] >= '\t' && out.data[out.size - 1] <= '\r')))
        out.size--;
    return out;
}

static bool equals_word(const char *text, size_t size, const char *word)
{
    if (strlen(word) != size) return false;
    for (size_t i = 0; i < size; i++)
        if (((uint8_t)text[i] | 32u) != (uint8_t)word[i]) return false;
    return true;
}

static bool parse_boolean(const char *text, size_t size, uint8_t *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"f", "t"}, {"no", "yes"}, {"n", "y"}};
    if (size == 1 && (text[0] == '0' || text[0] == '1')) {
        *value = text[0] == '1';
        return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (uint8_t is_true = 0; is_true < 2; is_true++) {
            if (!equals_word(text, size, words[i][is_true])) continue;
            *value = is_true;
            return true;
        }
    }
    return false;
}

/* Units of a time that is given in days and nanoseconds, at the ends of what 64 bits hold. */
static int64_t to_unit(int64_t days, int64_t nanos, enum quire_time_unit unit)
{
    int64_t scale = quire_time_unit_scale(unit), value;
    if (__builtin_mul_overflow(days, DAY_S * scale, &value) ||
        __builtin_add_overflow(value, nanos / (1000000000 / scale), &value))
        return days < 0 ? INT64_MIN : INT64_MAX;
    return value;
}

static bool parse_time(const char *text, size_t size, const struct quire_expr_type *type,
                       int64_t *value)
{
    struct quire_time_parts parts;
    if (type->id == QUIRE_EXPR_TIME) return quire_time_parse_time(text, size, type->unit, value);
    if (!quire_time_parse(text, size, &parts)) return false;
    if (type->id == QUIRE_EXPR_DATE) {
        *value = parts.days;
        return true;
    }
    int64_t nanos = parts.nanos, days = parts.days, rest;
    if (type->id == QUIRE_EXPR_TIMESTAMP && parts.has_offset) {
        nanos -= parts.offset_s * INT64_C(1000000000);
        days += civil_floor(nanos, DAY_S * 1000000000, &rest);
        nanos = rest;
    }
    *value = to_unit(days, nanos, type->unit);
    return true;
}

static int64_t most_of(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_INT8    ? INT8_MAX
           : id == QUIRE_EXPR_INT16 ? INT16_MAX
           : id == QUIRE_EXPR_INT32 ? INT32_MAX
                                    : INT64_MAX;
}

static bool fits_integer(int64_t value, enum quire_expr_type_id id)
{
    return value <= most_of(id) && value >= -most_of(id) - 1;
}

static void set_real(struct quire_vector *out, size_t row, double value)
{
    out->reals[row] = out->type.id == QUIRE_EXPR_FLOAT32 ? (double)(float)value : value;
}

static bool fits_decimal(const struct quire_decimal *value, const struct quire_expr_type *type)
{
    return quire_decimal_digits(value) <= type->precision;
}

/* The digits of a decimal text that its scale has no room for are rounded. */
static bool parse_decimal(const char *text, size_t size, const struct quire_expr_type *type,
                          struct quire_decimal *value)
{
    const char *point = memchr(text, '.', size);
    int scale = type->scale + (point != NULL ? 20 : 0);
    enum quire_decimal_result result =
        quire_decimal_parse(text, size, QUIRE_DECIMAL_DIGITS_MAX, scale, value);
    if (result == QUIRE_DECIMAL_WOULD_ROUND) {
        scale = QUIRE_DECIMAL_DIGITS_MAX / 2;
        result = quire_decimal_parse(text, size, QUIRE_DECIMAL_DIGITS_MAX, scale, value);
    }
    return result == QUIRE_DECIMAL_OK && quire_decimal_round(value, scale, type->scale) &&
           fits_decimal(value, type);
}

static bool from_text(const struct quire_bytes *bytes, size_t row, struct quire_vector *out)
{
    const struct quire_bytes trim = trimmed(bytes);
    const char *text = (const char *)trim.data;
    double real;
    if (trim.size == 0) return false;
    switch (out->type.id) {
    case QUIRE_EXPR_BOOL: return parse_boolean(text, trim.size, &out->booleans[row]);
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64:
        if (!quire_number_parse_f64(text, trim.size, &real)) return false;
        set_real(out, row, real);
        return true;
    case QUIRE_EXPR_DECIMAL: return parse_decimal(text, trim.size, &out->type, &out->decimals[row]);
    case QUIRE_EXPR_DATE:
    case QUIRE_EXPR_TIME:
    case QUIRE_EXPR_TIMESTAMP:
    case QUIRE_EXPR_TIMESTAMP_NTZ:
        return parse_time(text, trim.size, &out->type, &out->integers[row]);
    default: break;
    }
    return quire_number_parse_i64(text, trim.size, &out->integers[row], NULL) &&
           fits_integer(out->integers[row], out->type.id);
}

/* The end of the text of a value, in room for QUIRE_DECIMAL_TEXT_MAX. */
static char *to_text(const struct quire_vector *from, size_t row, char *out)
{
    switch (from->type.id) {
    case QUIRE_EXPR_BOOL:
        memcpy(out, from->booleans[row] ? "true" : "false", 5);
        return out + (from->booleans[row] ? 4 : 5);
    case QUIRE_EXPR_FLOAT32: return quire_number_format_f32((float)from->reals[row], out);
    case QUIRE_EXPR_FLOAT64: return quire_number_format_f64(from->reals[row], out);
    case QUIRE_EXPR_DECIMAL:
        return quire_decimal_format(&from->decimals[row], from->type.scale, out);
    case QUIRE_EXPR_DATE: return quire_time_format_date(from->integers[row], out);
    case QUIRE_EXPR_TIME: return quire_time_format_time(from->integers[row], from->type.unit, out);
    case QUIRE_EXPR_TIMESTAMP:
    case QUIRE_EXPR_TIMESTAMP_NTZ:
        return quire_time_format_timestamp(from->integers[row], from->type.unit, ' ', false, 0,
                                           out);
    case QUIRE_EXPR_DURATION:
        return quire_time_format_duration(from->integers[row], from->type.unit, out);
    default: return quire_number_format_i64(from->integers[row], out);
    }
}

/* Spark writes only as many digits of a second as there are. */
static char *cut_fraction(const struct quire_vector *from, char *text, char *end)
{
    bool timed = quire_expr_is_timestamp(from->type.id) || from->type.id == QUIRE_EXPR_TIME;
    if (!timed || memchr(text, '.', (size_t)(end - text)) == NULL) return end;
    while (end[-1] == '0')
        end--;
    return end[-1] == '.' ? end - 1 : end;
}

static int cast_to_text(struct quire_expr_eval *eval, const struct quire_vector *from, size_t row,
                        struct quire_vector *out)
{
    char text[QUIRE_DECIMAL_TEXT_MAX];
    if (from->type.id == QUIRE_EXPR_BINARY) {
        out->bytes[row] = from->bytes[row];
        return 0;
    }
    char *end = cut_fraction(from, text, to_text(from, row, text));
    char *copy = quire_arena_strndup(&eval->arena, text, (size_t)(end - text));
    if (copy == NULL) return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
    out->bytes[row] = (struct quire_bytes){(const uint8_t *)copy, (size_t)(end - text)};
    return 0;
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
    return fits_integer(*value, id);
}

static bool to_decimal(const struct quire_vector *from, size_t row,
                       const struct quire_expr_type *type, struct quire_decimal *value)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    int scale = 0;
    if (quire_expr_is_float(from->type.id)) {
        char *end = quire_number_format_f64(from->reals[row], text);
        return parse_decimal(text, (size_t)(end - text), type, value);
    }
    if (from->type.id == QUIRE_EXPR_DECIMAL) {
        *value = from->decimals[row];
        scale = from->type.scale;
    } else {
        int64_t whole;
        if (!to_integer(from, row, QUIRE_EXPR_INT64, &whole)) return false;
        *value = quire_decimal_from_i64(whole);
    }
    return quire_decimal_round(value, scale, type->scale) && fits_decimal(value, type);
}

static bool to_boolean(const struct quire_vector *from, size_t row)
{
    const struct quire_decimal zero = {{0}};
    if (from->type.id == QUIRE_EXPR_DECIMAL)
        return quire_decimal_compare(&from->decimals[row], &zero) != 0;
    return quire_expr_is_float(from->type.id) ? from->reals[row] != 0 : from->integers[row] != 0;
}

/* --- Times --------------------------------------------------------------------------------- */

static int64_t change_unit(int64_t value, enum quire_time_unit from, enum quire_time_unit to)
{
    int64_t a = quire_time_unit_scale(from), b = quire_time_unit_scale(to), result, rest;
    if (a >= b) return civil_floor(value, a / b, &rest);
    if (!__builtin_mul_overflow(value, b / a, &result)) return result;
    return value < 0 ? INT64_MIN : INT64_MAX;
}

static bool to_time(const struct quire_vector *from, size_t row, const struct quire_expr_type *type,
                    int64_t *value)
{
    int64_t rest;
    if (type->id == QUIRE_EXPR_DATE) {
        *value =
            civil_floor(from->integers[row], DAY_S * quire_time_unit_scale(from->type.unit), &rest);
    } else if (from->type.id == QUIRE_EXPR_DATE) {
        *value = to_unit(from->integers[row], 0, type->unit);
    } else if (quire_expr_is_number(from->type.id)) { /* seconds */
        double units = real_of(from, row) * (double)quire_time_unit_scale(type->unit);
        if (!(units >= -0x1p63 && units < 0x1p63)) return false;
        *value = (int64_t)floor(units);
        if (quire_expr_is_integer(from->type.id))
            *value = change_unit(from->integers[row], QUIRE_SECOND, type->unit);
    } else {
        *value = change_unit(from->integers[row], from->type.unit, type->unit);
    }
    return true;
}

/* --- All ----------------------------------------------------------------------------------- */

static bool cast_value(const struct quire_vector *from, size_t row, struct quire_vector *out)
{
    const struct quire_expr_type *to = &out->type;
    if (from->type.id == QUIRE_EXPR_STRING && to->id != QUIRE_EXPR_BINARY)
        return from_text(&from->bytes[row], row, out);
    switch (to->id) {
    case QUIRE_EXPR_BINARY: out->bytes[row] = from->bytes[row]; return true;
    case QUIRE_EXPR_BOOL: out->booleans[row] = to_boolean(from, row); return true;
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: set_real(out, row, real_of(from, row)); return true;
    case QUIRE_EXPR_DECIMAL: return to_decimal(from, row, to, &out->decimals[row]);
    case QUIRE_EXPR_INT8:
    case QUIRE_EXPR_INT16:
    case QUIRE_EXPR_INT32:
    case QUIRE_EXPR_INT64: return to_integer(from, row, to->id, &out->integers[row]);
    default: return to_time(from, row, to, &out->integers[row]);
    }
}

static int refuse(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                  const struct quire_vector *from, size_t row, struct quire_vector *out)
{
    char text[QUIRE_DECIMAL_TEXT_MAX], type[QUIRE_EXPR_TYPE_TEXT_MAX];
    const char *value = text;
    int size;
    if (call->lenient) {
        out->null[row] = 1;
        return 0;
    }
    if (from->type.id == QUIRE_EXPR_STRING) {
        value = (const char *)from->bytes[row].data;
        size = from->bytes[row].size < 60 ? (int)from->bytes[row].size : 60;
    } else {
        size = (int)(to_text(from, row, text) - text);
    }
    quire_expr_type_print(&call->type, type);
    return quire_eval_fail_row(eval, call, out, row, "\"%.*s\" is no %s", size, value, type);
}

int quire_expr_cast_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                           const struct quire_vector *args, struct quire_vector *out)
{
    const struct quire_vector *from = &args[0];
    if (quire_expr_type_equal(&from->type, &out->type)) {
        uint8_t *null = out->null;
        *out = *from;
        out->null = null;
        return 0;
    }
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (from->type.id != QUIRE_EXPR_STRING && out->type.id == QUIRE_EXPR_STRING)
            QUIRE_TRY(cast_to_text(eval, from, i, out));
        else if (!cast_value(from, i, out))
            QUIRE_TRY(refuse(eval, call, from, i, out));
    }
    return 0;
}
