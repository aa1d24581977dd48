/* Evaluates a bound tree over a block of rows, from the leaves up. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "expr/expr_function.h"

int quire_eval_fail_row(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                        struct quire_vector *out, size_t row, const char *format, ...)
{
    char cause[300];
    out->null[row] = 1;
    if (eval->active != NULL && !eval->active[row]) return 0;
    va_list list;
    va_start(list, format);
    vsnprintf(cause, sizeof(cause), format, list);
    va_end(list);
    int code = quire_fail(eval->error, QUIRE_INPUT, QUIRE_EXPR_OPERATION, "at character %zu: %s",
                          node->at + 1, cause);
    quire_error_at(eval->error, eval->start + (int64_t)row + 1, NULL, QUIRE_NOWHERE);
    return code;
}

static int fill_literal(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                        struct quire_vector *out)
{
    QUIRE_TRY(quire_vector_new(eval, &node->type, out));
    if (node->is_null) memset(out->null, 1, eval->rows);
    if (node->is_null) return 0;
    for (size_t i = 0; i < eval->rows; i++) {
        switch (node->type.id) {
        case QUIRE_EXPR_BOOL: out->booleans[i] = node->value.boolean; break;
        case QUIRE_EXPR_FLOAT32:
        case QUIRE_EXPR_FLOAT64: out->reals[i] = node->value.real; break;
        case QUIRE_EXPR_DECIMAL: out->decimals[i] = node->value.decimal; break;
        case QUIRE_EXPR_STRING:
        case QUIRE_EXPR_BINARY: out->bytes[i] = node->value.bytes; break;
        default: out->integers[i] = node->value.integer; break;
        }
    }
    return 0;
}

/* A function that is null where an argument is: its kernel sees the rest. */
static int eval_strict(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                       quire_expr_kernel *kernel, struct quire_vector *out)
{
    struct quire_vector result;
    struct quire_vector *args = quire_eval_alloc(eval, (node->args_size + 1) * sizeof(*args));
    if (args == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_vector_new(eval, &node->type, &result));
    for (size_t i = 0; i < node->args_size; i++) {
        QUIRE_TRY(quire_expr_eval_node(eval, node->args[i], &args[i]));
        for (size_t row = 0; row < eval->rows; row++)
            result.null[row] |= args[i].null[row];
    }
    QUIRE_TRY(kernel(eval, node, args, &result));
    *out = result;
    return 0;
}

int quire_expr_eval_node(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                         struct quire_vector *out)
{
    switch (node->kind) {
    case QUIRE_EXPR_LITERAL: return fill_literal(eval, node, out);
    case QUIRE_EXPR_COLUMN: return quire_vector_load(eval, node, out);
    case QUIRE_EXPR_CAST: return eval_strict(eval, node, quire_expr_cast_kernel, out);
    default: break;
    }
    if (node->function->lazy != NULL) return node->function->lazy(eval, node, out);
    return eval_strict(eval, node, node->function->kernel, out);
}
