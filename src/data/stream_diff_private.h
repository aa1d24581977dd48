/* What comparing two streams keeps, between stream_diff.c (rows) and
 * stream_diff_columns.c (which columns, and as what type). */
#ifndef QUIRE_DATA_STREAM_DIFF_PRIVATE_H
#define QUIRE_DATA_STREAM_DIFF_PRIVATE_H

#include "data/array_equal.h"
#include "data/field.h"
#include "quire/batch.h"
#include "quire/diff.h"

#define QUIRE_DIFF_OPERATION "compare streams"

/* One stream and where it stands. */
struct quire_diff_side {
    struct ArrowArrayStream *stream;
    struct ArrowSchema schema;
    struct quire_field *root;
    struct ArrowArray batch; /* release == NULL: at the end */
    int64_t at;              /* rows of batch that are behind */
    int64_t rows;            /* rows of all batches so far */
};

/* A column that both sides have. */
struct quire_diff_column {
    int64_t a_index, b_index;
    struct ArrowSchema common; /* types differ: a field "value" of the type to compare as */
    bool as_text;              /* that type is string */
    bool skipped;              /* values could not be cast */
    /* Of the window: */
    struct ArrowArray a, b;
    int64_t next;    /* first row not compared yet */
    int64_t differs; /* first row from there on that differs; -1: none */
};

struct quire_diff_state {
    const struct quire_diff_options *options;
    int64_t max;
    struct quire_diff_side a, b;
    struct quire_diff_column *columns;
    size_t columns_size;
    int64_t row;  /* rows before the window */
    bool stopped; /* a difference past max was found */
    struct quire_diff_result result;
    struct quire_buf a_text, b_text, cause;
    struct quire_unequal unequal; /* of the difference that was looked at last */
};

/* Tells of a difference. The result is the callback's. */
int quire_diff_tell(struct quire_diff_state *diff, const struct quire_difference *difference,
                    struct quire_error *error);

/* Fills in the columns that both sides have, and tells of what is not the same. */
int quire_diff_match(struct quire_diff_state *diff, struct quire_error *error);

/* Compares the values of a column as text from here on, because a value of it could
 * not be cast. False in *changed when that is what was done already. */
int quire_diff_fall_back(struct quire_diff_column *column, bool *changed,
                         struct quire_error *error);

#endif
