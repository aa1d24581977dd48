/* Private to table: what a condition asks of single columns, by the names that data files and
 * their statistics have. */
#ifndef QUIRE_TABLE_COLUMN_CONDITIONS_H
#define QUIRE_TABLE_COLUMN_CONDITIONS_H

#include "data/field.h"
#include "quire/expr.h"
#include "table/schema/table_columns.h"

struct quire_column_condition {
    struct quire_condition physical; /* as readers of files take it; no column: none does */
    const struct quire_field *field; /* of the leaf */
    const char **path;               /* names of the leaf in files, from the top */
    size_t path_size;
};

/* Begins zeroed. */
struct quire_column_conditions {
    struct quire_column_condition *items;
    size_t size;
    bool are_all; /* the condition is true for just those rows for which all of them hold */
    struct quire_expr *expr;
    struct quire_field *logical, *physical;
    struct quire_arena arena;
};

/* Of a condition over the table's columns; the parts that AND joins and that compare a column,
 * which does not partition the table, with a value. columns are borrowed until release.
 * QUIRE_USAGE where the condition does not fit the columns. */
int quire_column_conditions_open(const struct quire_table_columns *columns, const char *condition,
                                 struct quire_column_conditions *conditions,
                                 struct quire_error *error);
void quire_column_conditions_release(struct quire_column_conditions *conditions);

#endif
