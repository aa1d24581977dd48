/* Two arrays side by side, between array_equal.c (where do they differ?) and array_describe.c
 * (in what?). */
#ifndef QUIRE_DATA_ARRAY_EQUAL_PRIVATE_H
#define QUIRE_DATA_ARRAY_EQUAL_PRIVATE_H

#include "data/array_equal.h"
#include "data/view.h"

#define QUIRE_EQUAL_OPERATION "compare batches"

/* Rows of two views of one type. */
struct quire_pair {
    const struct quire_view *a, *b;
    int64_t a_row, b_row;
};

/* How many of n rows from the pair's on are equal before the first that is not. */
int64_t quire_pair_equal_rows(struct quire_pair pair, int64_t n);

/* Fills in difference, and unequal when it is not NULL, for a row that differs. */
void quire_pair_describe(struct quire_pair pair, struct quire_unequal *unequal,
                         struct quire_error *difference);

static inline struct quire_pair quire_pair_after(struct quire_pair pair, int64_t rows)
{
    return (struct quire_pair){pair.a, pair.b, pair.a_row + rows, pair.b_row + rows};
}

static inline struct quire_pair quire_pair_child(struct quire_pair pair, size_t child)
{
    return (struct quire_pair){&pair.a->children[child], &pair.b->children[child], pair.a_row,
                               pair.b_row};
}

static inline struct quire_pair quire_pair_dictionary(struct quire_pair pair)
{
    return (struct quire_pair){pair.a->dictionary, pair.b->dictionary,
                               quire_view_index(pair.a, pair.a_row),
                               quire_view_index(pair.b, pair.b_row)};
}

/* The values that a union's or a run's rows stand for; false when they lie in different
 * children. */
static inline bool quire_pair_inner(struct quire_pair pair, struct quire_pair *values)
{
    return quire_view_inner(pair.a, pair.a_row, &values->a, &values->a_row) &&
           quire_view_inner(pair.b, pair.b_row, &values->b, &values->b_row) &&
           values->a - pair.a->children == values->b - pair.b->children;
}

#endif
