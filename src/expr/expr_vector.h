/* Private to expr: values of one block of rows, and the state of evaluating it.
 *
 * A vector borrows or is allocated from the arena of its evaluation, which is released after
 * the block. Values of null rows are there and mean nothing. */
#ifndef QUIRE_EXPR_EXPR_VECTOR_H
#define QUIRE_EXPR_EXPR_VECTOR_H

#include "expr/expr_node.h"

struct quire_vector {
    struct quire_expr_type type;
    uint8_t *null; /* 1 a row that is null; never NULL */
    union {
        void *values;
        uint8_t *booleans;
        int64_t *integers; /* whole numbers, dates and times */
        double *reals;     /* also of FLOAT32, rounded to it */
        struct quire_decimal *decimals;
        struct quire_bytes *bytes; /* STRING, BINARY */
    };
    const struct quire_view *view; /* NESTED: integers are its rows */
};

struct quire_expr_eval {
    struct quire_arena arena;
    const struct quire_view *batch;
    int64_t start; /* the block's first row in the batch */
    size_t rows;   /* 1..QUIRE_EXPR_BLOCK_ROWS */
    /* Rows that are asked for: an error in another is none. NULL: all. */
    const uint8_t *active;
    int64_t now_us; /* what current_timestamp means */
    size_t made;    /* bytes of text that were built for the block */
    struct quire_error *error;
};

/* Evaluates a bound node over the block. */
int quire_expr_eval_node(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                         struct quire_vector *out);

/* Room for a block of values of a type, no row null. */
int quire_vector_new(struct quire_expr_eval *eval, const struct quire_expr_type *type,
                     struct quire_vector *vector);

/* One value, null or not, to the same row of a vector of the same type. */
void quire_vector_copy(const struct quire_vector *from, size_t row, struct quire_vector *to);

/* Memory that lives as long as the block. NULL after failing with QUIRE_MEMORY. */
void *quire_eval_alloc(struct quire_expr_eval *eval, size_t size);

/* Fails for a row of the block, unless nobody asked for it: then the row is null. */
int quire_eval_fail_row(struct quire_expr_eval *eval, const struct quire_expr_node *node,
                        struct quire_vector *out, size_t row, const char *format, ...)
    QUIRE_PRINTF(5, 6);

/* Starts and ends with the block. */
void quire_eval_release(struct quire_expr_eval *eval);

/* Loads rows of a view, whose numbers are in rows; those that are null in out stay so. */
int quire_vector_load_rows(struct quire_expr_eval *eval, const struct quire_view *view,
                           const int64_t *rows, struct quire_vector *out);

/* Loads the block of a column. */
int quire_vector_load(struct quire_expr_eval *eval, const struct quire_expr_node *column,
                      struct quire_vector *out);

#endif
