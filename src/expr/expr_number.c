/* Arithmetic. Whole numbers and decimals that overflow their type are errors, never wrapped
 * results; a division by zero is null (Spark SQL without ANSI mode). Decimal results have the
 * precision and scale that Spark gives them, rounded half up. */
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/fail.h"
#include "base/number.h"
#include "expr/expr_function.h"

enum operation { ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, MODULUS, WHOLE };
#define SCALE_LEAST 6 /* that a quotient keeps, Spark's minimum of adjusted scales */

static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type float64 = {.id = QUIRE_EXPR_FLOAT64};
static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};

/* --- Types of results ---------------------------------------------------------------------- */

static int at_least(int a, int b)
{
    return a > b ? a : b;
}

/* Spark's DecimalPrecision, with adjustPrecisionScale. */
static struct quire_expr_type decimal_result(enum operation operation,
                                             const struct quire_expr_type *a,
                                             const struct quire_expr_type *b)
{
    int whole_a = a->precision - a->scale, whole_b = b->precision - b->scale;
    int scale = at_least(a->scale, b->scale), precision;
    switch (operation) {
    case MULTIPLY:
        precision = a->precision + b->precision + 1;
        scale = a->scale + b->scale;
        break;
    case DIVIDE:
        scale = at_least(SCALE_LEAST, a->scale + b->precision + 1);
        precision = whole_a + b->scale + scale;
        break;
    case REMAINDER:
    case MODULUS: precision = (whole_a < whole_b ? whole_a : whole_b) + scale; break;
    default: precision = at_least(whole_a, whole_b) + scale + 1;
    }
    if (precision > QUIRE_EXPR_PRECISION_MAX) {
        int least = scale < SCALE_LEAST ? scale : SCALE_LEAST;
        scale = at_least(QUIRE_EXPR_PRECISION_MAX - (precision - scale), least);
        precision = QUIRE_EXPR_PRECISION_MAX;
    }
    return (struct quire_expr_type){
        .id = QUIRE_EXPR_DECIMAL, .precision = precision < 1 ? 1 : precision, .scale = scale};
}

/* A whole number as a decimal of as many digits as its type, or the literal itself, has. */
static struct quire_expr_type decimal_of(const struct quire_expr_node *arg)
{
    static const int digits[] = {3, 5, 10, 19};
    struct quire_expr_type type = {.id = QUIRE_EXPR_DECIMAL};
    if (arg->type.id == QUIRE_EXPR_DECIMAL) return arg->type;
    type.precision = digits[arg->type.id - QUIRE_EXPR_INT8];
    if (arg->kind == QUIRE_EXPR_LITERAL && !arg->is_null) {
        struct quire_decimal value = quire_decimal_from_i64(arg->value.integer);
        type.precision = quire_decimal_digits(&value);
    }
    return type;
}

static int bind_decimals(struct quire_arena *arena, struct quire_expr_node *call,
                         enum operation operation, struct quire_error *error)
{
    struct quire_expr_type types[2] = {decimal_of(call->args[0]), decimal_of(call->args[1])};
    for (int i = 0; i < 2; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &types[i], error));
    call->type = decimal_result(operation, &types[0], &types[1]);
    return 0;
}

/* A date and a count of days. */
static int bind_days(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    size_t date = call->args[0]->type.id == QUIRE_EXPR_DATE ? 0 : 1;
    call->type = (struct quire_expr_type){.id = QUIRE_EXPR_DATE};
    if (quire_expr_is_integer(call->args[1 - date]->type.id) &&
        (date == 0 || call->function->detail == ADD))
        return 0;
    (void)arena;
    return quire_expr_fail_at(error, QUIRE_USAGE, call->at,
                              "a date takes a whole number of days; datediff gives the days "
                              "between two");
}

static int bind_arithmetic(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    enum operation operation = (enum operation)call->function->detail;
    for (int i = 0; i < 2; i++) {
        enum quire_expr_type_id id = call->args[i]->type.id;
        if (id == QUIRE_EXPR_DATE && operation <= SUBTRACT) return bind_days(arena, call, error);
        if (!quire_expr_is_number(id))
            QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &float64, error));
    }
    enum quire_expr_type_id a = call->args[0]->type.id, b = call->args[1]->type.id;
    bool floats = quire_expr_is_float(a) || quire_expr_is_float(b);
    if (operation == WHOLE) {
        for (int i = 0; i < 2; i++)
            QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &int64, error));
        call->type = int64;
        return 0;
    }
    if (!floats && (a == QUIRE_EXPR_DECIMAL || b == QUIRE_EXPR_DECIMAL))
        return bind_decimals(arena, call, operation, error);
    if (operation == DIVIDE)
        for (int i = 0; i < 2; i++)
            QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &float64, error));
    return quire_expr_cast_alike(arena, call, 0, &call->type, error);
}

/* --- Kernels ------------------------------------------------------------------------------- */

static int64_t most_of(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_INT8    ? INT8_MAX
           : id == QUIRE_EXPR_INT16 ? INT16_MAX
           : id == QUIRE_EXPR_INT64 ? INT64_MAX
                                    : INT32_MAX; /* days too */
}

/* False on overflow of 64 bits. A divisor of zero does not come here. */
static bool compute_integer(enum operation operation, int64_t a, int64_t b, int64_t *result)
{
    switch (operation) {
    case ADD: return quire_checked_add_i64(a, b, result);
    case SUBTRACT: return !__builtin_sub_overflow(a, b, result);
    case MULTIPLY: return quire_checked_mul_i64(a, b, result);
    case REMAINDER:
    case MODULUS:
        *result = b == -1 ? 0 : a % b;
        if (operation == MODULUS && *result < 0) *result += b < 0 ? -b : b;
        return true;
    default:
        if (a == INT64_MIN && b == -1) return false;
        *result = a / b;
        return true;
    }
}

static int integer_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    enum operation operation = (enum operation)call->function->detail;
    int64_t most = most_of(call->type.id);
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t result = 0;
        if (out->null[i]) continue;
        if (operation >= DIVIDE && args[1].integers[i] == 0) {
            out->null[i] = 1;
            continue;
        }
        if (!compute_integer(operation, args[0].integers[i], args[1].integers[i], &result) ||
            result > most || result < -most - 1)
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "%lld %s %lld overflows",
                                          (long long)args[0].integers[i], call->function->name,
                                          (long long)args[1].integers[i]));
        out->integers[i] = result;
    }
    return 0;
}

static void real_kernel(struct quire_expr_eval *eval, enum operation operation,
                        const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        double a = args[0].reals[i], b = args[1].reals[i], result;
        if (operation >= DIVIDE && b == 0) {
            out->null[i] = 1;
            continue;
        }
        switch (operation) {
        case ADD: result = a + b; break;
        case SUBTRACT: result = a - b; break;
        case MULTIPLY: result = a * b; break;
        case DIVIDE: result = a / b; break;
        default:
            result = fmod(a, b);
            if (operation == MODULUS && result < 0) result = fmod(result + fabs(b), b);
        }
        out->reals[i] = out->type.id == QUIRE_EXPR_FLOAT32 ? (double)(float)result : result;
    }
}

/* False where there is no room. */
static bool compute_decimal(enum operation operation, const struct quire_vector *args, size_t i,
                            int result_scale, struct quire_decimal *result)
{
    int scale_a = args[0].type.scale, scale_b = args[1].type.scale;
    int scale = at_least(scale_a, scale_b);
    struct quire_decimal a = args[0].decimals[i], b = args[1].decimals[i], quotient;
    if (operation == MULTIPLY)
        return quire_decimal_multiply(&a, &b, result) &&
               quire_decimal_round(result, scale_a + scale_b, result_scale);
    if (operation == DIVIDE) { /* one digit more, to round by */
        int shift = result_scale + 1 - scale_a + scale_b;
        return quire_decimal_rescale(shift > 0 ? &a : &b, 0, shift > 0 ? shift : -shift) &&
               quire_decimal_divide(&a, &b, result, &quotient) &&
               quire_decimal_round(result, result_scale + 1, result_scale);
    }
    if (!quire_decimal_rescale(&a, scale_a, scale) || !quire_decimal_rescale(&b, scale_b, scale))
        return false;
    if (operation == SUBTRACT) quire_decimal_negate(&b);
    bool fits = operation <= SUBTRACT ? quire_decimal_add(&a, &b, result)
                                      : quire_decimal_divide(&a, &b, &quotient, result);
    if (operation == MODULUS && fits && quire_decimal_is_negative(result)) {
        if (quire_decimal_is_negative(&b)) quire_decimal_negate(&b);
        fits = quire_decimal_add(result, &b, result);
    }
    return fits && quire_decimal_round(result, scale, result_scale);
}

static int decimal_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    const struct quire_decimal zero = {{0}};
    enum operation operation = (enum operation)call->function->detail;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (operation >= DIVIDE && quire_decimal_compare(&args[1].decimals[i], &zero) == 0) {
            out->null[i] = 1;
        } else if (!compute_decimal(operation, args, i, call->type.scale, &out->decimals[i]) ||
                   quire_decimal_digits(&out->decimals[i]) > call->type.precision) {
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the result overflows decimal(%d,%d)",
                                          call->type.precision, call->type.scale));
        }
    }
    return 0;
}

static int arithmetic_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                             const struct quire_vector *args, struct quire_vector *out)
{
    if (out->type.id == QUIRE_EXPR_NULL) return 0;
    if (out->type.id == QUIRE_EXPR_DECIMAL) return decimal_kernel(eval, call, args, out);
    if (!quire_expr_is_float(out->type.id)) return integer_kernel(eval, call, args, out);
    real_kernel(eval, (enum operation)call->function->detail, args, out);
    return 0;
}

/* --- Signs and bits ------------------------------------------------------------------------ */

enum unary { NEGATE, ABSOLUTE, SIGN };

static int bind_unary(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    if (!quire_expr_is_number(call->args[0]->type.id))
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &float64, error));
    call->type = call->function->detail == SIGN ? float64 : call->args[0]->type;
    if (call->function->detail == SIGN)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &float64, error));
    return 0;
}

static int unary_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    enum unary unary = (enum unary)call->function->detail;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (quire_expr_is_float(out->type.id)) {
            double value = args[0].reals[i];
            out->reals[i] = unary == NEGATE     ? -value
                            : unary == ABSOLUTE ? fabs(value)
                                                : (double)((value > 0) - (value < 0));
            if (unary == SIGN && isnan(value)) out->reals[i] = value;
        } else if (out->type.id == QUIRE_EXPR_DECIMAL) {
            out->decimals[i] = args[0].decimals[i];
            if (unary == NEGATE || quire_decimal_is_negative(&out->decimals[i]))
                quire_decimal_negate(&out->decimals[i]);
        } else {
            int64_t value = args[0].integers[i];
            if (value < -most_of(out->type.id))
                QUIRE_TRY(quire_eval_fail_row(
                    eval, call, out, i, "%lld has no positive counterpart", (long long)value));
            else
                out->integers[i] = unary == NEGATE || value < 0 ? -value : value;
        }
    }
    return 0;
}

static int bind_bits(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++)
        if (!quire_expr_is_integer(call->args[i]->type.id))
            QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &int64, error));
    return quire_expr_cast_alike(arena, call, 0, &call->type, error);
}

static int bits_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t a = args[0].integers[i], b = call->args_size == 2 ? args[1].integers[i] : 0;
        out->integers[i] = call->function->detail == '&'   ? a & b
                           : call->function->detail == '|' ? a | b
                           : call->function->detail == '^' ? a ^ b
                                                           : ~a;
    }
    return 0;
}

/* --- Rounding ------------------------------------------------------------------------------ */

enum rounding { ROUND, FLOOR, CEILING };

/* FLOOR and CEILING give whole numbers: bigint of floats, decimal without scale of decimals. */
static int bind_whole(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    struct quire_expr_type type = call->args[0]->type;
    if (!quire_expr_is_number(type.id)) {
        type = float64;
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &type, error));
    }
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

/* ROUND(x [, digits]): digits is a literal, since the type depends on it. */
static int bind_round(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    struct quire_expr_type type = call->args[0]->type;
    if (!quire_expr_is_number(type.id)) {
        type = float64;
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &type, error));
    }
    call->type = type;
    if (call->args_size == 2 &&
        (call->args[1]->kind != QUIRE_EXPR_LITERAL ||
         !quire_expr_is_integer(call->args[1]->type.id) || call->args[1]->is_null))
        return quire_expr_fail_at(error, QUIRE_USAGE, call->args[1]->at,
                                  "round wants a number of digits that is written out");
    int64_t digits = call->args_size == 2 ? call->args[1]->value.integer : 0;
    if (type.id != QUIRE_EXPR_DECIMAL || digits >= type.scale) return 0;
    int scale = digits > 0 ? (int)digits : 0;
    call->type.precision = type.precision - type.scale + scale + 1;
    if (call->type.precision > QUIRE_EXPR_PRECISION_MAX)
        call->type.precision = QUIRE_EXPR_PRECISION_MAX;
    call->type.scale = scale;
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
                   out->integers[i] <= most_of(out->type.id) &&
                   out->integers[i] >= -most_of(out->type.id) - 1;
        }
        if (!fits) QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the result overflows"));
    }
    return 0;
}

/* --- Functions of reals -------------------------------------------------------------------- */

enum real_function { SQRT, EXP, LN, LOG10, LOG2, POWER, ISNAN };

static int bind_reals(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &float64, error));
    call->type = call->function->detail == ISNAN ? boolean : float64;
    return 0;
}

static int real_function_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                                const struct quire_vector *args, struct quire_vector *out)
{
    enum real_function function = (enum real_function)call->function->detail;
    for (size_t i = 0; i < eval->rows; i++) {
        double value = args[0].reals[i];
        switch (function) {
        case SQRT: out->reals[i] = sqrt(value); break;
        case EXP: out->reals[i] = exp(value); break;
        case LN: out->reals[i] = log(value); break;
        case LOG10: out->reals[i] = log10(value); break;
        case LOG2: out->reals[i] = log2(value); break;
        case POWER: out->reals[i] = pow(value, args[1].reals[i]); break;
        case ISNAN: out->booleans[i] = value != value; continue;
        }
        /* Spark's logarithms of what has none are null. */
        if (function >= LN && function <= LOG2 && value <= 0) out->null[i] = 1;
    }
    return 0;
}

const struct quire_expr_function quire_expr_number_functions[] = {
    {"+", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, ADD},
    {"-", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, SUBTRACT},
    {"*", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, MULTIPLY},
    {"/", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, DIVIDE},
    {"%", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, REMAINDER},
    {"mod", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, REMAINDER},
    {"pmod", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, MODULUS},
    {"div", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, WHOLE},
    {"negate", 1, 1, bind_unary, unary_kernel, NULL, NEGATE},
    {"negative", 1, 1, bind_unary, unary_kernel, NULL, NEGATE},
    {"abs", 1, 1, bind_unary, unary_kernel, NULL, ABSOLUTE},
    {"sign", 1, 1, bind_unary, unary_kernel, NULL, SIGN},
    {"signum", 1, 1, bind_unary, unary_kernel, NULL, SIGN},
    {"&", 2, 2, bind_bits, bits_kernel, NULL, '&'},
    {"|", 2, 2, bind_bits, bits_kernel, NULL, '|'},
    {"^", 2, 2, bind_bits, bits_kernel, NULL, '^'},
    {"~", 1, 1, bind_bits, bits_kernel, NULL, '~'},
    {"floor", 1, 1, bind_whole, whole_kernel, NULL, FLOOR},
    {"ceil", 1, 1, bind_whole, whole_kernel, NULL, CEILING},
    {"ceiling", 1, 1, bind_whole, whole_kernel, NULL, CEILING},
    {"round", 1, 2, bind_round, round_kernel, NULL, ROUND},
    {"sqrt", 1, 1, bind_reals, real_function_kernel, NULL, SQRT},
    {"exp", 1, 1, bind_reals, real_function_kernel, NULL, EXP},
    {"ln", 1, 1, bind_reals, real_function_kernel, NULL, LN},
    {"log10", 1, 1, bind_reals, real_function_kernel, NULL, LOG10},
    {"log2", 1, 1, bind_reals, real_function_kernel, NULL, LOG2},
    {"power", 2, 2, bind_reals, real_function_kernel, NULL, POWER},
    {"pow", 2, 2, bind_reals, real_function_kernel, NULL, POWER},
    {"isnan", 1, 1, bind_reals, real_function_kernel, NULL, ISNAN},
    {.name = NULL},
};
