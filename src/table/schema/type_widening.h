/* Private to table: types that hold all values of others (PROTOCOL.md, "Type Widening"). */
#ifndef QUIRE_TABLE_TYPE_WIDENING_H
#define QUIRE_TABLE_TYPE_WIDENING_H

#include <stdbool.h>

#define QUIRE_DELTA_TYPE_NAME_MAX 32

/* Whether a column of the one primitive type may be given the narrowest one that also holds the
 * values of the other, and which that is. False where the column holds them as it is, or no type
 * that it may go to does. */
bool quire_type_widen(const char *column, const char *rows, char *wider);

#endif
