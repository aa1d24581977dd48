/* Private to expr: the order of values. */
#ifndef QUIRE_EXPR_EXPR_COMPARE_H
#define QUIRE_EXPR_EXPR_COMPARE_H

#include "expr/expr_function.h"

/* -1, 0 or 1, of two values that are not null, in vectors of one type. */
int quire_vector_compare(const struct quire_vector *a, size_t i, const struct quire_vector *b,
                         size_t j);

#endif
