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

/* Where values are only compared, a time that the finer unit cannot hold may be its last. */
static void let_clamp(struct quire_expr_node *arg)
{
    if (arg->kind == QUIRE_EXPR_CAST && arg->implied) arg->clamps = true;
}

static int bind_comparison(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    struct quire_expr_type common;
    QUIRE_TRY(quire_expr_cast_alike(arena, call, 0, false, &common, error));
    for (size_t i = 0; i < call->args_size; i++)
        let_clamp(call->args[i]);
    call->type = boolean;
    return 0;
}

/* Spark compares IN as text where one of its values is text. */
static int bind_in(struct quire_arena *arena, struct quire_expr_node *call,
                   struct quire_error *error)
{
    struct quire_expr_type common;
    QUIRE_TRY(quire_expr_cast_alike(arena, call, 0, true, &common, error));
    for (size_t i = 0; i < call->args_size; i++)
        let_clamp(call->args[i]);
    call->type = boolean;
    return 0;
}

static int bind_extreme(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    bool text = false, other = false;
    for (size_t i = 0; i < call->args_size; i++) {
        text = text || call->args[i]->type.id == QUIRE_EXPR_STRING;
        other = other || (call->args[i]->type.id != QUIRE_EXPR_STRING &&
                          call->args[i]->type.id != QUIRE_EXPR_NULL);
    }
    if (text && other)
        return quire_expr_fail_at(error, QUIRE_USAGE, call->at, "%s of text and of something else",
                                  call->function->name);
    return quire_expr_cast_alike(arena, call, 0, true, &call->type, error);
}

/* Pairs an argument with the first one in the type that the two have in common. The cast of the
 * first is put aside, so that it is computed once, whatever it is compared as: *cast is NULL
 * where it needs none. */
static int bind_pair(struct quire_arena *arena, struct quire_expr_node *call, size_t arg,
                     struct quire_expr_node **cast, struct quire_error *error)
{
    struct quire_expr_node *first = call->args[0], *args[] = {first, call->args[arg]};
    struct quire_expr_node pair = {.at = call->at, .args = args, .args_size = 2};
    struct quire_expr_type common;
    QUIRE_TRY(quire_expr_cast_alike(arena, &pair, 0, false, &common, error));
    call->args[arg] = args[1];
    let_clamp(args[1]);
    *cast = args[0] == first ? NULL : args[0];
    if (*cast != NULL) let_clamp(*cast);
    return 0;
}

/* BETWEEN and NULLIF: the casts of the first argument stand behind the arguments. */
static int bind_pairs(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    size_t n = call->args_size;
    struct quire_expr_node **args =
        quire_arena_alloc(arena, (2 * n - 1) * sizeof(struct quire_expr_node *));
    if (args == NULL) return quire_fail_memory(error, "expression");
    memcpy(args, call->args, n * sizeof(struct quire_expr_node *));
    call->args = args;
    for (size_t i = 1; i < n; i++)
        QUIRE_TRY(bind_pair(arena, call, i, &args[n + i - 1], error));
    return 0;
}

static int bind_between(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    call->type = boolean;
    return bind_pairs(arena, call, error);
}

static int bind_nullif(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    call->type = call->args[0]->type;
    return bind_pairs(arena, call, error);
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

/* The rows of a mask, and of those asked for. */
static uint8_t *asked_rows(struct quire_expr_eval *eval, const uint8_t *left_out)
{
    uint8_t *mask = quire_eval_alloc(eval, eval->rows);
    if (mask == NULL) return NULL;
    for (size_t i = 0; i < eval->rows; i++)
        mask[i] = (left_out == NULL || !left_out[i]) && (eval->active == NULL || eval->active[i]);
    return mask;
}

/* Argument number `arg`, evaluated for some rows, and the first as it is compared with it. */
static int eval_pair(struct quire_expr_eval *eval, const struct quire_expr_node *call, size_t arg,
                     const struct quire_vector *x, const uint8_t *rows, struct quire_vector *left,
                     struct quire_vector *right)
{
    const struct quire_expr_node *cast = call->args[call->args_size + arg - 1];
    const uint8_t *before = eval->active;
    int code = 0;
    eval->active = rows;
    *left = *x;
    if (cast != NULL) code = quire_expr_cast_vector(eval, cast, x, left);
    if (code == 0) code = quire_expr_eval_node(eval, call->args[arg], right);
    eval->active = before;
    return code;
}

/* x BETWEEN a AND b is x >= a AND x <= b, so that one null bound does not hide that the other
 * is passed, and b is not asked for where x is below a. */
static int eval_between(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        struct quire_vector *out)
{
    struct quire_vector x, left, bound, result;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &x));
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    uint8_t *outside = quire_eval_alloc(eval, eval->rows);
    if (outside == NULL) return QUIRE_MEMORY;
    memset(outside, 0, eval->rows);
    for (size_t arg = 1; arg <= 2; arg++) {
        int sign = arg == 1 ? -1 : 1;
        const uint8_t *rows = asked_rows(eval, outside);
        if (rows == NULL) return QUIRE_MEMORY;
        QUIRE_TRY(eval_pair(eval, call, arg, &x, rows, &left, &bound));
        for (size_t i = 0; i < eval->rows; i++) {
            if (left.null[i] || bound.null[i])
                result.null[i] = 1;
            else if (quire_vector_compare(&left, i, &bound, i) == sign)
                outside[i] = 1;
        }
    }
    for (size_t i = 0; i < eval->rows; i++) {
        result.booleans[i] = !outside[i];
        if (outside[i]) result.null[i] = 0;
    }
    *out = result;
    return 0;
}

static int eval_nullif(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       struct quire_vector *out)
{
    struct quire_vector x, left, right, result;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &x));
    QUIRE_TRY(eval_pair(eval, call, 1, &x, eval->active, &left, &right));
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    for (size_t i = 0; i < eval->rows; i++) {
        quire_vector_copy(&x, i, &result);
        if (!left.null[i] && !right.null[i] && quire_vector_compare(&left, i, &right, i) == 0)
            result.null[i] = 1;
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

/* An item of IN: of a literal, whose rows are all alike, only the first is made. */
static int eval_item(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                     const uint8_t *open, struct quire_vector *item)
{
    const uint8_t *before = eval->active;
    size_t rows = eval->rows;
    eval->active = open;
    if (node->kind == QUIRE_EXPR_LITERAL) eval->rows = 1;
    int code = quire_expr_eval_node(eval, node, item);
    eval->rows = rows;
    eval->active = before;
    return code;
}

/* Null where x is, or where it equals none of the list and one of that is null. What comes after
 * an equal one is not asked for. */
static int eval_in(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                   struct quire_vector *out)
{
    struct quire_vector result, x, item;
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &x));
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    memcpy(result.null, x.null, eval->rows);
    uint8_t *open = asked_rows(eval, x.null);
    if (open == NULL) return QUIRE_MEMORY;
    for (size_t arg = 1; arg < call->args_size; arg++) {
        bool literal = call->args[arg]->kind == QUIRE_EXPR_LITERAL;
        QUIRE_TRY(eval_item(eval, call->args[arg], open, &item));
        for (size_t i = 0; i < eval->rows; i++) {
            size_t at = literal ? 0 : i;
            if (!open[i]) continue;
            if (item.null[at]) {
                result.null[i] = 1;
            } else if (quire_vector_compare(&x, i, &item, at) == 0) {
                result.booleans[i] = 1;
                result.null[i] = open[i] = 0;
            }
        }
    }
    *out = result;
    return 0;
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
                quire_vector_copy(&args[arg], i, &result);
        }
    }
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
    {"between", 3, 3, bind_between, NULL, eval_between, 0},
    {"in", 2, -1, bind_in, NULL, eval_in, 0},
    {"greatest", 2, -1, bind_extreme, NULL, eval_extreme, 1},
    {"least", 2, -1, bind_extreme, NULL, eval_extreme, -1},
    {"nullif", 2, 2, bind_nullif, NULL, eval_nullif, 0},
    {.name = NULL},
};
