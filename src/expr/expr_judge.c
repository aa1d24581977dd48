/* Rows are judged a block at a time; a block in which a row cannot be computed is judged again,
 * row by row. */
#include "expr/expr_judge.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "expr/expr_vector.h"

static int judge_block(const struct quire_expr *expr, const struct quire_view *batch, int64_t start,
                       size_t n, uint8_t *answers, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_eval_release)
    struct quire_expr_eval eval = {
        .batch = batch, .start = start, .rows = n, .now_us = expr->bound_now_us, .error = error};
    struct quire_vector result;
    QUIRE_TRY(quire_expr_eval_node(&eval, expr->bound, &result));
    for (size_t i = 0; i < n; i++) {
        uint8_t of_value = result.booleans[i] != 0 ? QUIRE_EXPR_IS_TRUE : QUIRE_EXPR_IS_FALSE;
        answers[i] = result.null[i] != 0 ? QUIRE_EXPR_IS_NULL : of_value;
    }
    return 0;
}

static int judge_rows(const struct quire_expr *expr, const struct quire_view *batch, int64_t start,
                      size_t n, uint8_t *answers, struct quire_error *error)
{
    for (size_t i = 0; i < n; i++) {
        int code = judge_block(expr, batch, start + (int64_t)i, 1, &answers[i], error);
        if (code != 0 && code != QUIRE_INPUT) return code;
        if (code != 0) answers[i] = QUIRE_EXPR_IS_UNKNOWN;
    }
    return 0;
}

int quire_expr_judge(const struct quire_expr *expr, const struct quire_view *batch, int64_t start,
                     size_t n, uint8_t *answers, struct quire_error *error)
{
    struct quire_error inner;
    quire_error_clear(&inner);
    for (size_t done = 0; done < n;) {
        size_t rows = n - done < expr->block_rows ? n - done : expr->block_rows;
        int64_t from = start + (int64_t)done;
        int code = judge_block(expr, batch, from, rows, answers + done, &inner);
        if (code == QUIRE_INPUT) code = judge_rows(expr, batch, from, rows, answers + done, &inner);
        if (code != 0) {
            if (error != NULL) *error = inner;
            return code;
        }
        done += rows;
    }
    return 0;
}

int quire_expr_judge_why(const struct quire_expr *expr, const struct quire_view *batch, int64_t row,
                         struct quire_error *error)
{
    uint8_t answer;
    return judge_block(expr, batch, row, 1, &answer, error);
}

static int each_column(const struct quire_expr_node *node, int (*take)(void *, uint32_t),
                       void *user)
{
    if (node->kind == QUIRE_EXPR_COLUMN) return take(user, node->path[0]);
    for (size_t i = 0; i < node->args_size; i++)
        QUIRE_TRY(each_column(node->args[i], take, user));
    return 0;
}

int quire_expr_each_bound_column(const struct quire_expr *expr,
                                 int (*take)(void *user, uint32_t column), void *user)
{
    return each_column(expr->bound, take, user);
}
