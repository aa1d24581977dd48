/* Private to table: which rows of a table an operation means. */
#ifndef QUIRE_TABLE_ROW_MATCHER_H
#define QUIRE_TABLE_ROW_MATCHER_H

#include "quire/batch.h"
#include "quire/expr.h"

struct quire_row_matcher {
    /* From now on batches have this schema; called anew for another. */
    int (*bind)(void *user, const struct ArrowSchema *schema, struct quire_error *error);
    /* Sets mask[i] to 1 where row i is meant, else to 0. Rows of errors count from 1 in the
     * batch. */
    int (*match)(void *user, const struct ArrowArray *batch, uint8_t *mask,
                 struct quire_error *error);
    /* Whether it looks at a top-level column. */
    bool (*looks_at)(void *user, const char *column);
    void *user;
};

/* Rows for which a condition is true, neither false nor null. */
struct quire_row_condition;
int quire_row_condition_open(const char *text, struct quire_row_condition **condition,
                             struct quire_error *error);
void quire_row_condition_close(struct quire_row_condition *condition); /* NULL is fine */
struct quire_row_matcher quire_row_condition_matcher(struct quire_row_condition *condition);

/* The condition, but NULL for one that is true of all rows by its text alone. */
const char *quire_row_condition_text(const char *text);

/* A condition that is true for rows for which this one is not; freed with quire_free. NULL where
 * memory is out. */
char *quire_row_condition_negate(const char *text);

#endif
