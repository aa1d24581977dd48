/* A bound condition asked of rows: true, false, null, or not to be computed for one of them,
 * which then is an answer and no failure of the others. */
#ifndef QUIRE_EXPR_EXPR_JUDGE_H
#define QUIRE_EXPR_EXPR_JUDGE_H

#include "data/view.h"
#include "quire/expr.h"

enum quire_expr_answer {
    QUIRE_EXPR_IS_TRUE,
    QUIRE_EXPR_IS_FALSE,
    QUIRE_EXPR_IS_NULL,
    QUIRE_EXPR_IS_UNKNOWN /* overflow, a cast of a value that does not fit */
};
#define QUIRE_EXPR_ANSWERS 4

/* The answers (enum quire_expr_answer) of n rows of a batch from `start` on. The condition has
 * passed quire_expr_check_predicate, and the batch has the schema that it is bound to. */
int quire_expr_judge(const struct quire_expr *expr, const struct quire_view *batch, int64_t start,
                     size_t n, uint8_t *answers, struct quire_error *error);

/* Why there is no answer for one row: QUIRE_INPUT with what quire_expr_evaluate says; 0 when
 * there is one. */
int quire_expr_judge_why(const struct quire_expr *expr, const struct quire_view *batch, int64_t row,
                         struct quire_error *error);

/* Calls back with the number of each column of the schema that the bound expression looks at,
 * more than once where it looks more than once. Ends early with what take returns that is not
 * 0. */
int quire_expr_each_bound_column(const struct quire_expr *expr,
                                 int (*take)(void *user, uint32_t column), void *user);

#endif
