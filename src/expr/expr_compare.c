/* Comparison, BETWEEN, IN, NULLIF, GREATEST and LEAST. Values compare within one type: NaN equals
 * NaN and is greater than any other number (Spark SQL, "NaN semantics"); text by its bytes, which
 * is by code point. */
#include "expr/expr_compare.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"

static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};

/* What a comparison's function asks: a set of the answers -1, 0, 1 as bits 1, 2, 4. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static int compare_reals(double a, double b)
{
    if (isnan(a) || isnan(b)) return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

static int compare_bytes(const struct quire_bytes *a, const struct quire_bytes *b)
{
    size_t common = a->size < b->size ? a->size : b->size;
    int order = common > 0 ? memcmp(a->data, b->data, common) : 0;
    if (order == 0) order = (a->size > b->size) - (a->size < b->size);
    return (order > 0) - (order < 0);
}

int quire_vector_compare(const struct quire_vector *a, size_t i, const struct quire_vector *b,
                         size_t j)
{
    switch (a->type.id) {
    case QUIRE_EXPR_NULL: return 0;
    case QUIRE_EXPR_BOOL: return a->booleans[i] - b->booleans[j];
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: return compare_reals(a->reals[i], b->reals[j]);
    case QUIRE_EXPR_DECIMAL: return quire_decimal_compare(&a->decimals[i], &b->decimals[j]);
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY: return compare_bytes(&a->bytes[i], &b->bytes[j]);
    default: return (a->integers[i] > b->integers[j]) - (a->integers[i] < b->integers[j]);
    }
}

/* --- Binding ------------------------------------------------------------------------------- */

/* All arguments alike, and of a type that has an order. Timestamps of unlike units become the
 * finer; a far date may not fit there, so they compare in the coarser unit's microseconds. */
static int bind_alike(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_expr_type *common, struct quire_error *error)
{
    QUIRE_TRY(quire_expr_cast_alike(arena, call, 0, common, error));
    if (common->id != QUIRE_EXPR_NESTED) return 0;
    return quire_expr_fail_at(error, QUIRE_UNSUPPORTED, call->at,
                              "lists, structs and maps cannot be compared; their fields can");
}

static int bind_comparison(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    struct quire_expr_type common;
    QUIRE_TRY(bind_alike(arena, call, &common, error));
    call->type = boolean;
    return 0;
}

static int bind_choice(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    return bind_alike(arena, call, &call->type, error);
}

/* --- Kernels ------------------------------------------------------------------------------- */

#define COMPARE_LOOP(field)                                                                       \
    for (size_t i = 0; i < eval->rows; i++) {                                                     \
        int sign = (args[0].field[i] > args[1].field[i]) - (args[0].field[i] < args[1].field[i]); \
        out->booleans[i] = (answers >> (sign + 1)) & 1;                                           \
    }

static int compare_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    unsigned answers = (unsigned)call->function->detail;
    enum quire_expr_type_id id = args[0].type.id;
    if (quire_expr_is_integer(id) || id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(id)) {
        COMPARE_LOOP(integers)
        return 0;
    }
    for (size_t i = 0; i < eval->rows; i++)
        out->booleans[i] = !out->null[i] &&
                           ((answers >> (quire_vector_compare(&args[0], i, &args[1], i) + 1)) & 1);
    return 0;
}

static int between_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    for (size_t i = 0; i < eval->rows; i++)
        out->booleans[i] = !out->null[i] && quire_vector_compare(&args[0], i, &args[1], i) >= 0 &&
                           quire_vector_compare(&args[0], i, &args[2], i) <= 0;
    return 0;
}

static int eval_args(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                     struct quire_vector **args, struct quire_vector *result)
{
    struct quire_vector *made = quire_eval_alloc(eval, call->args_size * sizeof(*made));
    if (made == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_eval_node(eval, call->args[i], &made[i]));
    *args = made;
    return quire_vector_new(eval, &call->type, result);
}

/* x BETWEEN a AND b is x >= a AND x <= b, so that one null bound does not hide that the other
 * is passed. */
static int eval_between(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        struct quire_vector *out)
{
    struct quire_vector *args, result;
    QUIRE_TRY(eval_args(eval, call, &args, &result));
    QUIRE_TRY(between_kernel(eval, call, args, &result));
    for (size_t i = 0; i < eval->rows; i++) {
        bool below = !args[0].null[i] && !args[1].null[i] &&
                     quire_vector_compare(&args[0], i, &args[1], i) < 0;
        bool above = !args[0].null[i] && !args[2].null[i] &&
                     quire_vector_compare(&args[0], i, &args[2], i) > 0;
        bool unknown = args[0].null[i] || args[1].null[i] || args[2].null[i];
        result.null[i] = unknown && !below && !above;
        if (below || above) result.booleans[i] = 0;
    }
    *out = result;
    return 0;
}

/* <=>: null equals null, and nothing else. */
static int eval_same(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                     struct quire_vector *out)
{
    struct quire_vector *args, result;
    QUIRE_TRY(eval_args(eval, call, &args, &result));
    for (size_t i = 0; i < eval->rows; i++) {
        bool a = args[0].null[i], b = args[1].null[i];
        result.booleans[i] = a || b ? a && b : quire_vector_compare(&args[0], i, &args[1], i) == 0;
    }
    *out = result;
    return 0;
}

/* Null where x is, or where it equals none of the list and one of that is null. */
static int eval_in(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                   struct quire_vector *out)
{
    struct quire_vector result, x, item;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &x));
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    memcpy(result.null, x.null, eval->rows);
    for (size_t arg = 1; arg < call->args_size; arg++) {
        QUIRE_TRY(quire_expr_eval_node(eval, call->args[arg], &item));
        for (size_t i = 0; i < eval->rows; i++) {
            if (x.null[i] || result.booleans[i]) continue;
            if (item.null[i])
                result.null[i] = 1;
            else if (quire_vector_compare(&x, i, &item, i) == 0)
                result.booleans[i] = 1;
        }
    }
    for (size_t i = 0; i < eval->rows; i++)
        if (result.booleans[i]) result.null[i] = 0;
    *out = result;
    return 0;
}

static void copy_value(const struct quire_vector *from, size_t row, struct quire_vector *to)
{
    to->null[row] = 0;
    switch (to->type.id) {
    case QUIRE_EXPR_BOOL: to->booleans[row] = from->booleans[row]; break;
    case QUIRE_EXPR_DECIMAL: to->decimals[row] = from->decimals[row]; break;
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY: to->bytes[row] = from->bytes[row]; break;
    default: to->integers[row] = from->integers[row]; break;
    }
}

/* GREATEST and LEAST pass over nulls. detail: the sign of what replaces the choice so far. */
static int eval_extreme(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        struct quire_vector *out)
{
    struct quire_vector *args, result;
    QUIRE_TRY(eval_args(eval, call, &args, &result));
    memset(result.null, 1, eval->rows);
    for (size_t arg = 0; arg < call->args_size; arg++) {
        for (size_t i = 0; i < eval->rows; i++) {
            if (args[arg].null[i] || call->type.id == QUIRE_EXPR_NULL) continue;
            if (result.null[i] ||
                quire_vector_compare(&args[arg], i, &result, i) == call->function->detail)
                copy_value(&args[arg], i, &result);
        }
    }
    *out = result;
    return 0;
}

static int eval_nullif(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       struct quire_vector *out)
{
    struct quire_vector *args, result;
    QUIRE_TRY(eval_args(eval, call, &args, &result));
    result = args[0];
    for (size_t i = 0; i < eval->rows; i++)
        if (!args[1].null[i] && !result.null[i] &&
            quire_vector_compare(&args[0], i, &args[1], i) == 0)
            result.null[i] = 1;
    *out = result;
    return 0;
}

const struct quire_expr_function quire_expr_compare_functions[] = {
    {"=", 2, 2, bind_comparison, compare_kernel, NULL, EQUAL},
    {"!=", 2, 2, bind_comparison, compare_kernel, NULL, LESS | GREATER},
    {"<", 2, 2, bind_comparison, compare_kernel, NULL, LESS},
    {"<=", 2, 2, bind_comparison, compare_kernel, NULL, LESS | EQUAL},
    {">", 2, 2, bind_comparison, compare_kernel, NULL, GREATER},
    {">=", 2, 2, bind_comparison, compare_kernel, NULL, GREATER | EQUAL},
    {"<=>", 2, 2, bind_comparison, NULL, eval_same, 0},
    {"between", 3, 3, bind_comparison, NULL, eval_between, 0},
    {"in", 2, -1, bind_comparison, NULL, eval_in, 0},
    {"greatest", 2, -1, bind_choice, NULL, eval_extreme, 1},
    {"least", 2, -1, bind_choice, NULL, eval_extreme, -1},
    {"nullif", 2, 2, bind_choice, NULL, eval_nullif, 0},
    {.name = NULL},
};
