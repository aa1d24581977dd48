/* Private to table: folders that a table was to have, where it came to nothing. They are those of
 * the file store alone, as other stores have none. */
#ifndef QUIRE_TABLE_MADE_FOLDER_H
#define QUIRE_TABLE_MADE_FOLDER_H

#include "table/table_place.h"

/* The first folder on the way to a table, or its own, that is not there yet; NULL: all are, or
 * there is no memory to note it. Freed with quire_free. */
char *quire_table_folder_missing(const struct quire_table_place *place);

/* Takes away the table's folder with all folders in it, as long as they are empty and its log is,
 * and then those above it up to the one that was missing. */
void quire_table_folder_undo(const struct quire_table_place *place, const char *missing);

#endif
