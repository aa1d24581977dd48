/* Do two streams hold the same rows and types? Where do they differ first? */
#ifndef QUIRE_DIFF_H
#define QUIRE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "quire/arrow.h"
#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum quire_difference_kind {
    QUIRE_DIFFERENCE_COLUMN, /* a column that only one side has */
    QUIRE_DIFFERENCE_ORDER,  /* the same columns, in another order */
    QUIRE_DIFFERENCE_TYPE,   /* of a column; its values are still compared */
    QUIRE_DIFFERENCE_VALUE,
    QUIRE_DIFFERENCE_ROWS /* one side has more rows */
};

/* One difference; texts are valid during the callback. */
struct quire_difference {
    enum quire_difference_kind kind;
    int64_t row;        /* VALUE: from 1; else QUIRE_NOWHERE */
    const char *column; /* field path, "a.b"; NULL for ORDER and ROWS */
    /* COLUMN, TYPE: the types; VALUE: the values at the path as text, of nested ones what they
     * are ("3 items"); NULL: no such column, or a null. */
    const char *a, *b;
    const char *cause; /* all of it in words */
};

struct quire_diff_options {
    int64_t max; /* values that differ to tell of; then comparing ends. 0: 10 */
    /* Columns, order and types first, then values by row and column, then rows. A
     * result other than 0 ends the comparison and becomes its result. May be NULL. */
    int (*report)(void *user, const struct quire_difference *difference, struct quire_error *error);
    void *user;
};

struct quire_diff_result {
    bool same;     /* no difference of any kind */
    bool complete; /* all rows were compared: there are no more differences than told of */
    int64_t rows_a, rows_b;
    int64_t values;  /* that differ, of those compared */
    int64_t columns; /* compared */
};

/* Reads both streams to their ends, batch by batch; the caller still releases them.
 * Columns are matched by name; whether they may be null, and metadata, do not count.
 * Where types differ, values are cast to one that can hold both (text, when one is
 * text: 01 is not 1), and a column that cannot be is told of once and compared no
 * further. NaN equals NaN; 0.0 and -0.0
 * differ. */
QUIRE_API int quire_diff(struct ArrowArrayStream *a, struct ArrowArrayStream *b,
                         const struct quire_diff_options *options, struct quire_diff_result *result,
                         struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
