/* Private to table: names and ids that columns have in files (PROTOCOL.md, "Column Mapping"). */
#ifndef QUIRE_TABLE_COLUMN_MAPPING_H
#define QUIRE_TABLE_COLUMN_MAPPING_H

#include "table/schema/metadata_change.h"

/* Sets delta.columnMapping.mode. Columns of a table that is there go on by the names that its files
 * have; new ones get names that nothing else has. QUIRE_USAGE where the table cannot go to that
 * mode. */
int quire_column_mapping_set(struct quire_metadata_change *change, const char *mode,
                             struct quire_error *error);

/* Gives columns that were added to a mapped schema their names and ids. */
int quire_column_mapping_extend(struct quire_metadata_change *change, struct quire_error *error);

#endif
