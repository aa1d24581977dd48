/* Private to runlog: some columns of a schema, by the names that they have there. */
#ifndef QUIRE_RUNLOG_CHOSEN_COLUMNS_H
#define QUIRE_RUNLOG_CHOSEN_COLUMNS_H

#include <stddef.h>

#include "quire/arrow.h"
#include "quire/error.h"

struct quire_chosen_columns {
    const struct ArrowSchema *schema;
    const char **names; /* the schema's; room for all of them */
    size_t size;
};

int quire_chosen_columns_init(const struct ArrowSchema *schema,
                              struct quire_chosen_columns *columns, struct quire_error *error);
void quire_chosen_columns_release(struct quire_chosen_columns *columns);
/* Adds a column once, whichever way its letters are; what is not there is left out. columns: struct
 * quire_chosen_columns, for quire_expr_each_column. Returns 0. */
int quire_chosen_columns_add(void *columns, const char *name);

#endif
