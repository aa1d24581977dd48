/* Private to table: whether what was written with one schema can be read as another. */
#ifndef QUIRE_TABLE_SCHEMA_READS_H
#define QUIRE_TABLE_SCHEMA_READS_H

#include "table/schema/delta_type.h"

/* Whether columns that both have, by their names and at any depth, are of the same type, or of one
 * that the other was widened from. Columns that one of them lacks do not matter. NULL: they are;
 * else the first column of the files that is not, with its own type. */
const struct quire_delta_field *quire_schema_reads(const struct quire_delta_type *files,
                                                   const struct quire_delta_type *table);
/* The same of the type of one column. */
bool quire_type_reads(const struct quire_delta_type *files, const struct quire_delta_type *table);

#endif
