/* Rounding to whole numbers and to digits, half away from zero. */
#include <math.h>

#include "base/fail.h"
#include "base/number.h"
#include "expr/expr_function.h"

static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type float64 = {.id = QUIRE_EXPR_FLOAT64};

enum rounding { ROUND, FLOOR, CEILING };

/* FLOOR and CEILING give whole numbers: bigint of floats, decimal without scale of decimals. */
static int bind_whole(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_expr_as_number(arena, &call->args[0], &float64, error));
    const struct quire_expr_type type = call->args[0]->type;
    call->type = int64;
    if (type.id == QUIRE_EXPR_DECIMAL && type.scale > 0)
        call->type = (struct quire_expr_type){.id = QUIRE_EXPR_DECIMAL,
                                              .precision = type.precision - type.scale + 1};
    else if (type.id == QUIRE_EXPR_DECIMAL)
        call->type = type;
    return 0;
}

static bool whole_decimal(struct quire_decimal *value, int scale, enum rounding rounding)
{
    struct quire_decimal power = quire_decimal_from_i64(1), rest;
    const struct quire_decimal zero = {{0}};
    if (scale <= 0) return true;
    if (!quire_decimal_rescale(&power, 0, scale) ||
        !quire_decimal_divide(value, &power, value, &rest))
        return false;
    int sign = quire_decimal_compare(&rest, &zero);
    const struct quire_decimal step = quire_decimal_from_i64(rounding == FLOOR ? -1 : 1);
    bool steps = rounding == FLOOR ? sign < 0 : sign > 0;
    return !steps || quire_decimal_add(value, &step, value);
}

static int whole_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    enum rounding rounding = (enum rounding)call->function->detail;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (out->type.id == QUIRE_EXPR_DECIMAL) {
            out->decimals[i] = args[0].decimals[i];
            if (!whole_decimal(&out->decimals[i], args[0].type.scale, rounding))
                QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the result overflows"));
        } else if (!quire_expr_is_float(args[0].type.id)) {
            out->integers[i] = args[0].integers[i];
        } else {
            double value = rounding == FLOOR ? floor(args[0].reals[i]) : ceil(args[0].reals[i]);
            if (value >= -0x1p63 && value < 0x1p63)
                out->integers[i] = (int64_t)value;
            else
                QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "%g does not fit bigint", value));
        }
    }
    return 0;
}

/* Spark's RoundBase: one digit more, for the carry; as many as are rounded away. */
static void round_type(struct quire_expr_type *type, int64_t digits)
{
    int whole = type->precision - type->scale + 1;
    int scale = digits > type->scale ? type->scale : digits > 0 ? (int)digits : 0;
    int64_t precision = digits >= 0 ? whole + scale : whole > 1 - digits ? whole : 1 - digits;
    if (type->scale < 0) return;
    type->scale = scale;
    type->precision =
        precision < QUIRE_EXPR_PRECISION_MAX ? (int)precision : QUIRE_EXPR_PRECISION_MAX;
}

/* ROUND(x [, digits]): digits is a literal, since the type depends on it. */
static int bind_round(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_expr_as_number(arena, &call->args[0], &float64, error));
    const struct quire_expr_type type = call->args[0]->type;
    call->type = type;
    if (call->args_size == 2 &&
        (call->args[1]->kind != QUIRE_EXPR_LITERAL ||
         !quire_expr_is_integer(call->args[1]->type.id) || call->args[1]->is_null))
        return quire_expr_fail_at(error, QUIRE_USAGE, call->args[1]->at,
                                  "round wants a number of digits that is written out");
    int64_t digits = call->args_size == 2 ? call->args[1]->value.integer : 0;
    if (type.id == QUIRE_EXPR_DECIMAL) round_type(&call->type, digits);
    return 0;
}

/* By the shortest text of the number, as Spark does: 2.675 to two digits is 2.68. */
static double round_real(double value, int digits)
{
    char text[QUIRE_FLOAT_TEXT_MAX];
    struct quire_decimal decimal;
    size_t size = (size_t)(quire_number_format_f64(value, text) - text);
    const int scale = 30;
    if (digits >= scale || quire_decimal_parse(text, size, QUIRE_DECIMAL_DIGITS_MAX, scale,
                                               &decimal) != QUIRE_DECIMAL_OK)
        return value;
    if (!quire_decimal_round(&decimal, scale, digits)) return value;
    return quire_decimal_to_double(&decimal, digits);
}

static bool round_integer(int64_t *value, int digits)
{
    struct quire_decimal decimal = quire_decimal_from_i64(*value);
    if (digits >= 0) return true;
    if (!quire_decimal_round(&decimal, 0, digits) || !quire_decimal_rescale(&decimal, digits, 0))
        return false;
    return quire_decimal_to_bytes(&decimal, value, sizeof(*value));
}

static int round_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    int64_t asked = call->args_size == 2 ? call->args[1]->value.integer : 0;
    int digits = asked > 40 ? 40 : asked < -40 ? -40 : (int)asked;
    for (size_t i = 0; i < eval->rows; i++) {
        bool fits = true;
        if (out->null[i]) continue;
        if (quire_expr_is_float(out->type.id)) {
            out->reals[i] = round_real(args[0].reals[i], digits);
        } else if (out->type.id == QUIRE_EXPR_DECIMAL) {
            int from = args[0].type.scale, to = digits < from ? digits : from;
            out->decimals[i] = args[0].decimals[i];
            fits = quire_decimal_round(&out->decimals[i], from, to) &&
                   quire_decimal_rescale(&out->decimals[i], to, out->type.scale);
        } else {
            out->integers[i] = args[0].integers[i];
            fits = round_integer(&out->integers[i], digits) &&
                   out->integers[i] <= quire_expr_type_most(out->type.id) &&
                   out->integers[i] >= -quire_expr_type_most(out->type.id) - 1;
        }
        if (!fits) QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the result overflows"));
    }
    return 0;
}

const struct quire_expr_function quire_expr_round_functions[] = {
    {"floor", 1, 1, bind_whole, whole_kernel, NULL, FLOOR},
    {"ceil", 1, 1, bind_whole, whole_kernel, NULL, CEILING},
    {"ceiling", 1, 1, bind_whole, whole_kernel, NULL, CEILING},
    {"round", 1, 2, bind_round, round_kernel, NULL, ROUND},
    {.name = NULL},
};
