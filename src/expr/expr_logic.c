/* Logic of three values, and the functions that do not look at all of their arguments for every
 * row: rows that an argument is not wanted for are left out of `active` while it is evaluated,
 * so that what would fail there does not. */
#include <string.h>

#include "base/fail.h"
#include "expr/expr_function.h"

static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};

/* Evaluates a node for some rows only. */
static int eval_where(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                      const uint8_t *active, struct quire_vector *out)
{
    const uint8_t *before = eval->active;
    eval->active = active;
    int code = quire_expr_eval_node(eval, node, out);
    eval->active = before;
    return code;
}

/* A mask of the rows that are asked for now. */
static uint8_t *copy_active(struct quire_expr_eval *eval)
{
    uint8_t *mask = quire_eval_alloc(eval, eval->rows);
    if (mask == NULL) return NULL;
    if (eval->active == NULL)
        memset(mask, 1, eval->rows);
    else
        memcpy(mask, eval->active, eval->rows);
    return mask;
}

/* --- AND, OR, NOT -------------------------------------------------------------------------- */

static int bind_booleans(struct quire_arena *arena, struct quire_expr_node *call,
                         struct quire_error *error)
{
    for (size_t i = 0; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_want_boolean(arena, &call->args[i], error));
    call->type = boolean;
    return 0;
}

/* detail: the value that decides, false of AND and true of OR. */
static int eval_chain(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                      struct quire_vector *out)
{
    uint8_t decides = (uint8_t)call->function->detail;
    struct quire_vector result, arg;
    uint8_t *open = copy_active(eval);
    if (open == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    memset(result.booleans, !decides, eval->rows);
    for (size_t i = 0; i < call->args_size; i++) {
        QUIRE_TRY(eval_where(eval, call->args[i], open, &arg));
        for (size_t row = 0; row < eval->rows; row++) {
            if (!open[row]) continue;
            if (arg.null[row]) {
                result.null[row] = 1;
            } else if (arg.booleans[row] == decides) {
                result.booleans[row] = decides;
                result.null[row] = open[row] = 0;
            }
        }
    }
    *out = result;
    return 0;
}

static int not_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                      const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    for (size_t i = 0; i < eval->rows; i++)
        out->booleans[i] = !args[0].booleans[i];
    return 0;
}

/* --- Questions about null ------------------------------------------------------------------ */

static int bind_question(struct quire_arena *arena, struct quire_expr_node *call,
                         struct quire_error *error)
{
    (void)arena, (void)error;
    call->type = boolean;
    return 0;
}

/* detail: whether null answers true. */
static int eval_is_null(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        struct quire_vector *out)
{
    struct quire_vector result, arg;
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    for (size_t i = 0; i < eval->rows; i++)
        result.booleans[i] = arg.null[i] == call->function->detail;
    *out = result;
    return 0;
}

/* detail: the value asked for; null is neither. */
static int eval_is_value(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         struct quire_vector *out)
{
    struct quire_vector result, arg;
    QUIRE_TRY(quire_vector_new(eval, &boolean, &result));
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    for (size_t i = 0; i < eval->rows; i++)
        result.booleans[i] = !arg.null[i] && arg.booleans[i] == call->function->detail;
    *out = result;
    return 0;
}

/* --- Choices ------------------------------------------------------------------------------- */

static int bind_coalesce(struct quire_arena *arena, struct quire_expr_node *call,
                         struct quire_error *error)
{
    return quire_expr_cast_alike(arena, call, 0, true, &call->type, error);
}

static int eval_coalesce(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         struct quire_vector *out)
{
    struct quire_vector result, arg;
    uint8_t *open = copy_active(eval);
    if (open == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    memset(result.null, 1, eval->rows);
    for (size_t i = 0; i < call->args_size; i++) {
        QUIRE_TRY(eval_where(eval, call->args[i], open, &arg));
        for (size_t row = 0; row < eval->rows; row++) {
            if (!open[row] || arg.null[row]) continue;
            quire_vector_copy(&arg, row, &result);
            open[row] = 0;
        }
    }
    *out = result;
    return 0;
}

/* Values of CASE are its arguments 1, 3, 5 …, and the last when their number is odd. */
static bool is_condition(const struct quire_expr_node *call, size_t arg)
{
    return arg % 2 == 0 && arg + 1 < call->args_size;
}

static int bind_case(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    struct quire_expr_node values = {.at = call->at};
    values.args = quire_arena_alloc(arena, call->args_size * sizeof(struct quire_expr_node *));
    if (values.args == NULL) return quire_fail_memory(error, "expression");
    for (size_t i = 0; i < call->args_size; i++) {
        if (is_condition(call, i))
            QUIRE_TRY(quire_expr_want_boolean(arena, &call->args[i], error));
        else
            values.args[values.args_size++] = call->args[i];
    }
    QUIRE_TRY(quire_expr_cast_alike(arena, &values, 0, true, &call->type, error));
    for (size_t i = 0, value = 0; i < call->args_size; i++)
        if (!is_condition(call, i)) call->args[i] = values.args[value++];
    return 0;
}

static int eval_case(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                     struct quire_vector *out)
{
    struct quire_vector result, condition, value;
    size_t n = call->args_size;
    uint8_t *open = copy_active(eval), *taken = quire_eval_alloc(eval, eval->rows);
    if (open == NULL || taken == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    memset(result.null, 1, eval->rows);
    for (size_t i = 0; i < n; i += 2) {
        bool last = i + 1 == n;
        memcpy(taken, open, eval->rows);
        if (!last) {
            QUIRE_TRY(eval_where(eval, call->args[i], open, &condition));
            for (size_t row = 0; row < eval->rows; row++) {
                taken[row] &= !condition.null[row] && condition.booleans[row];
                open[row] &= !taken[row];
            }
        }
        QUIRE_TRY(eval_where(eval, call->args[last ? i : i + 1], taken, &value));
        for (size_t row = 0; row < eval->rows; row++)
            if (taken[row]) quire_vector_copy(&value, row, &result);
    }
    *out = result;
    return 0;
}

/* NVL2(a, b, c) is CASE WHEN a IS NOT NULL THEN b ELSE c: the first argument of any type. */
static int bind_nvl2(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    return quire_expr_cast_alike(arena, call, 1, true, &call->type, error);
}

static int eval_nvl2(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                     struct quire_vector *out)
{
    struct quire_vector result, arg;
    uint8_t *active = copy_active(eval);
    if (active == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_vector_new(eval, &call->type, &result));
    QUIRE_TRY(quire_expr_eval_node(eval, call->args[0], &arg));
    const uint8_t *null = arg.null;
    for (size_t choice = 1; choice <= 2; choice++) {
        for (size_t row = 0; row < eval->rows; row++)
            active[row] = null[row] == choice - 1 && (eval->active == NULL || eval->active[row]);
        QUIRE_TRY(eval_where(eval, call->args[choice], active, &arg));
        for (size_t row = 0; row < eval->rows; row++)
            if (active[row]) quire_vector_copy(&arg, row, &result);
    }
    *out = result;
    return 0;
}

const struct quire_expr_function quire_expr_logic_functions[] = {
    {"and", 2, -1, bind_booleans, NULL, eval_chain, 0},
    {"or", 2, -1, bind_booleans, NULL, eval_chain, 1},
    {"not", 1, 1, bind_booleans, not_kernel, NULL, 0},
    {"isnull", 1, 1, bind_question, NULL, eval_is_null, 1},
    {"isnotnull", 1, 1, bind_question, NULL, eval_is_null, 0},
    {"istrue", 1, 1, bind_booleans, NULL, eval_is_value, 1},
    {"isfalse", 1, 1, bind_booleans, NULL, eval_is_value, 0},
    {"coalesce", 1, -1, bind_coalesce, NULL, eval_coalesce, 0},
    {"ifnull", 2, 2, bind_coalesce, NULL, eval_coalesce, 0},
    {"nvl", 2, 2, bind_coalesce, NULL, eval_coalesce, 0},
    {"nvl2", 3, 3, bind_nvl2, NULL, eval_nvl2, 0},
    {"case", 2, -1, bind_case, NULL, eval_case, 0},
    {"if", 3, 3, bind_case, NULL, eval_case, 0},
    {.name = NULL},
};
