/* Functions of one number: signs, bits, roots and logarithms. */
#include <math.h>

#include "base/fail.h"
#include "expr/expr_function.h"

static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type float64 = {.id = QUIRE_EXPR_FLOAT64};
static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};

/* --- Signs and bits ------------------------------------------------------------------------ */

enum unary { NEGATE, ABSOLUTE, SIGN };

static int bind_unary(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_expr_as_number(arena, &call->args[0], &float64, error));
    if (call->function->detail == SIGN)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &float64, error));
    call->type = call->args[0]->type;
    return 0;
}

/* A zero keeps its sign, and NaN is none. */
static double sign_of(double value)
{
    return value > 0 ? 1 : value < 0 ? -1 : value;
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
                                                : sign_of(value);
        } else if (out->type.id == QUIRE_EXPR_DECIMAL) {
            out->decimals[i] = args[0].decimals[i];
            if (unary == NEGATE || quire_decimal_is_negative(&out->decimals[i]))
                quire_decimal_negate(&out->decimals[i]);
        } else {
            int64_t value = args[0].integers[i];
            if (value < -quire_expr_type_most(out->type.id))
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
    for (size_t i = 0; i < call->args_size; i++) {
        QUIRE_TRY(quire_expr_as_number(arena, &call->args[i], &int64, error));
        if (!quire_expr_is_integer(call->args[i]->type.id))
            return quire_expr_fail_at(error, QUIRE_USAGE, call->args[i]->at,
                                      "bits are those of whole numbers");
    }
    return quire_expr_cast_alike(arena, call, 0, false, &call->type, error);
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

/* --- Functions of reals -------------------------------------------------------------------- */

enum real_function { SQRT, EXP, LN, LOG10, LOG2, POWER };

static int bind_reals(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++) {
        QUIRE_TRY(quire_expr_as_number(arena, &call->args[i], &float64, error));
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &float64, error));
    }
    call->type = float64;
    return 0;
}

/* ISNAN of null is false. */
static int bind_is_nan(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    QUIRE_TRY(bind_reals(arena, call, error));
    call->type = boolean;
    return 0;
}

static int eval_is_nan(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       struct quire_vector *out)
{
    struct quire_vector arg, result;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    for (size_t i = 0; i < eval->rows; i++)
        result.booleans[i] = !arg.null[i] && isnan(arg.reals[i]);
    *out = result;
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
        }
        /* Spark's logarithms of what has none are null. */
        if (function >= LN && function <= LOG2 && value <= 0) out->null[i] = 1;
    }
    return 0;
}

const struct quire_expr_function quire_expr_number_functions[] = {
    {"negate", 1, 1, bind_unary, unary_kernel, NULL, NEGATE},
    {"negative", 1, 1, bind_unary, unary_kernel, NULL, NEGATE},
    {"abs", 1, 1, bind_unary, unary_kernel, NULL, ABSOLUTE},
    {"sign", 1, 1, bind_unary, unary_kernel, NULL, SIGN},
    {"signum", 1, 1, bind_unary, unary_kernel, NULL, SIGN},
    {"&", 2, 2, bind_bits, bits_kernel, NULL, '&'},
    {"|", 2, 2, bind_bits, bits_kernel, NULL, '|'},
    {"^", 2, 2, bind_bits, bits_kernel, NULL, '^'},
    {"~", 1, 1, bind_bits, bits_kernel, NULL, '~'},
    {"sqrt", 1, 1, bind_reals, real_function_kernel, NULL, SQRT},
    {"exp", 1, 1, bind_reals, real_function_kernel, NULL, EXP},
    {"ln", 1, 1, bind_reals, real_function_kernel, NULL, LN},
    {"log10", 1, 1, bind_reals, real_function_kernel, NULL, LOG10},
    {"log2", 1, 1, bind_reals, real_function_kernel, NULL, LOG2},
    {"power", 2, 2, bind_reals, real_function_kernel, NULL, POWER},
    {"pow", 2, 2, bind_reals, real_function_kernel, NULL, POWER},
    {"isnan", 1, 1, bind_is_nan, NULL, eval_is_nan, 0},
    {.name = NULL},
};
