/* Arithmetic. Whole numbers and decimals that overflow their type are errors, never wrapped
 * results; a division by zero is null (Spark SQL without ANSI mode). Decimal results have the
 * precision and scale that Spark gives them, rounded half up. */
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/fail.h"
#include "expr/expr_time.h"

enum operation { ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, MODULUS, WHOLE };
#define SCALE_LEAST 6 /* that a quotient keeps, Spark's minimum of adjusted scales */

static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type float64 = {.id = QUIRE_EXPR_FLOAT64};

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
    struct quire_expr_type type = quire_expr_type_as_decimal(&arg->type);
    bool written = arg->kind == QUIRE_EXPR_LITERAL && !arg->is_null && !arg->computed;
    if (arg->type.id == QUIRE_EXPR_DECIMAL || !written) return type;
    const struct quire_decimal value = quire_decimal_from_i64(arg->value.integer);
    type.precision = quire_decimal_digits(&value);
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
static int bind_days(struct quire_expr_node *call, struct quire_error *error)
{
    size_t date = call->args[0]->type.id == QUIRE_EXPR_DATE ? 0 : 1;
    enum quire_expr_type_id other = call->args[1 - date]->type.id;
    call->type = (struct quire_expr_type){.id = QUIRE_EXPR_DATE};
    if ((quire_expr_is_integer(other) || other == QUIRE_EXPR_NULL) &&
        (date == 0 || call->function->detail == ADD))
        return 0;
    return quire_expr_fail_at(error, QUIRE_USAGE, call->at,
                              "a date takes a whole number of days; datediff gives the days "
                              "between two");
}

/* Both as numbers; NULL is of the other's type. */
static int bind_numbers(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    for (size_t i = 0; i < 2; i++) {
        const struct quire_expr_type *other = &call->args[1 - i]->type;
        bool is_null = call->args[i]->type.id == QUIRE_EXPR_NULL;
        QUIRE_TRY(quire_expr_as_number(
            arena, &call->args[i], is_null && quire_expr_is_number(other->id) ? other : &float64,
            error));
    }
    return 0;
}

static int cast_both(struct quire_arena *arena, struct quire_expr_node *call,
                     const struct quire_expr_type *type, struct quire_error *error)
{
    for (size_t i = 0; i < 2; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], type, error));
    return 0;
}

static int bind_arithmetic(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    enum operation operation = (enum operation)call->function->detail;
    enum quire_expr_type_id a = call->args[0]->type.id, b = call->args[1]->type.id;
    if (a == QUIRE_EXPR_INTERVAL || b == QUIRE_EXPR_INTERVAL)
        return quire_expr_bind_interval(arena, call, error);
    if ((a == QUIRE_EXPR_DATE || b == QUIRE_EXPR_DATE) && operation <= SUBTRACT)
        return bind_days(call, error);
    QUIRE_TRY(bind_numbers(arena, call, error));
    a = call->args[0]->type.id;
    b = call->args[1]->type.id;
    if (operation == WHOLE) {
        call->type = int64;
        return cast_both(arena, call, &int64, error);
    }
    bool floats = quire_expr_is_float(a) || quire_expr_is_float(b);
    if (!floats && (a == QUIRE_EXPR_DECIMAL || b == QUIRE_EXPR_DECIMAL))
        return bind_decimals(arena, call, operation, error);
    if (operation == DIVIDE) QUIRE_TRY(cast_both(arena, call, &float64, error));
    return quire_expr_cast_alike(arena, call, 0, false, &call->type, error);
}

/* --- Kernels ------------------------------------------------------------------------------- */

/* False on overflow of 64 bits. A divisor of zero does not come here. PMOD is (r + b) % b where the
 * rest r is negative: r itself when b is negative too. */
static bool compute_integer(enum operation operation, int64_t a, int64_t b, int64_t *result)
{
    switch (operation) {
    case ADD: return quire_checked_add_i64(a, b, result);
    case SUBTRACT: return !__builtin_sub_overflow(a, b, result);
    case MULTIPLY: return quire_checked_mul_i64(a, b, result);
    case REMAINDER:
    case MODULUS:
        *result = b == -1 ? 0 : a % b;
        if (operation == MODULUS && *result < 0) *result += b > 0 ? b : 0;
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
    int64_t most = quire_expr_type_most(call->type.id);
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
            if (operation == MODULUS && result < 0 && b > 0) result = fmod(result + b, b);
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
    if (operation == MODULUS && fits && quire_decimal_is_negative(result) &&
        !quire_decimal_is_negative(&b))
        fits = quire_decimal_add(result, &b, result);
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
    if (args[0].type.id == QUIRE_EXPR_INTERVAL || args[1].type.id == QUIRE_EXPR_INTERVAL)
        return quire_expr_interval_kernel(eval, call, args, out);
    if (out->type.id == QUIRE_EXPR_DECIMAL) return decimal_kernel(eval, call, args, out);
    if (!quire_expr_is_float(out->type.id)) return integer_kernel(eval, call, args, out);
    real_kernel(eval, (enum operation)call->function->detail, args, out);
    return 0;
}

const struct quire_expr_function quire_expr_arithmetic_functions[] = {
    {"+", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, ADD},
    {"-", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, SUBTRACT},
    {"*", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, MULTIPLY},
    {"/", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, DIVIDE},
    {"%", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, REMAINDER},
    {"mod", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, REMAINDER},
    {"pmod", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, MODULUS},
    {"div", 2, 2, bind_arithmetic, arithmetic_kernel, NULL, WHOLE},
    {.name = NULL},
};
