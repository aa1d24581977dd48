/* Private to table: columns of rows set to the values of expressions over the rows as they were. */
#ifndef QUIRE_TABLE_ROW_ASSIGN_H
#define QUIRE_TABLE_ROW_ASSIGN_H

#include "quire/table_change.h"
#include "table/rows/file_rewrite.h"

struct quire_row_assign;

/* Parses; names and types are looked at when it is bound. */
int quire_row_assign_open(const struct quire_table_assignment *set, size_t size,
                          struct quire_row_assign **assign, struct quire_error *error);
void quire_row_assign_close(struct quire_row_assign *assign); /* NULL is fine */
/* Values go to the type of their column as SQL assigns to what is stored: a number to any number
 * that holds it, cut where it is whole; anything to text; nothing else to another kind. */
struct quire_row_changer quire_row_assign_changer(struct quire_row_assign *assign);

#endif
