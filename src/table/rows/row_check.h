/* Private to table: a condition that every row must make true (PROTOCOL.md, "CHECK Constraints",
 * "Column Invariants"): a row for which it is false or null breaks it. */
#ifndef QUIRE_TABLE_ROW_CHECK_H
#define QUIRE_TABLE_ROW_CHECK_H

#include "data/view.h"
#include "quire/expr.h"

#define QUIRE_ROW_CHECK_COLUMNS_MAX 8 /* whose values are shown */

/* Begins zeroed. */
struct quire_row_check {
    struct quire_expr *expr;
    struct quire_field *fields;
    struct quire_view *view;
    size_t columns[QUIRE_ROW_CHECK_COLUMNS_MAX]; /* that the condition names */
    size_t columns_size;
};

/* Opens a condition over rows of a schema. QUIRE_USAGE where it is none. */
int quire_row_check_open(const char *condition, const struct ArrowSchema *schema,
                         struct quire_row_check *check, struct quire_error *error);
void quire_row_check_release(struct quire_row_check *check);

/* Counts the rows of a batch that break the condition; *first is the first of them, or -1. */
int quire_row_check_batch(struct quire_row_check *check, const struct ArrowArray *batch,
                          int64_t *broken, int64_t *first, struct quire_error *error);

/* Appends the values that a row of a batch has in the columns of the condition, "a = 1, b = null".
 */
int quire_row_check_show(struct quire_row_check *check, const struct ArrowArray *batch, int64_t row,
                         struct quire_buf *out, struct quire_error *error);

#endif
