/* Private to expr: results as columns, and the loop over a batch. */
#ifndef QUIRE_EXPR_EXPR_RESULT_H
#define QUIRE_EXPR_EXPR_RESULT_H

#include "data/column.h"
#include "expr/expr_vector.h"
#include "quire/expr.h"

/* The Arrow type of an expression's values. Nested values are QUIRE_UNSUPPORTED. */
int quire_expr_make_schema(const struct quire_expr_node *node, const char *name,
                           struct ArrowSchema *schema, struct quire_error *error);

/* Appends a block to a column of that type. */
int quire_expr_append_result(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                             const struct quire_vector *result, struct quire_column *column);

/* Evaluates the rows of a batch a block at a time, in order. The batch has the schema that the
 * expression is bound to. */
typedef int quire_expr_take_block(void *user, struct quire_expr_eval *eval,
                                  const struct quire_vector *result);
int quire_expr_each_block(const struct quire_expr *expr, const struct quire_view *batch,
                          quire_expr_take_block *take, void *user, struct quire_error *error);

#endif
