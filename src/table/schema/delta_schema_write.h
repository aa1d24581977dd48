/* Private to table: a schema as the log has it, written (PROTOCOL.md, "Schema Serialization
 * Format"). */
#ifndef QUIRE_TABLE_DELTA_SCHEMA_WRITE_H
#define QUIRE_TABLE_DELTA_SCHEMA_WRITE_H

#include "data/field.h"

/* Appends the JSON of a struct. QUIRE_UNSUPPORTED names a column of a type that Delta lacks. */
int quire_delta_schema_write(const struct quire_field *root, struct quire_buf *out,
                             struct quire_error *error);

#endif
