/* Private to table: where a table's schema forbids nulls (PROTOCOL.md, "Schema Serialization
 * Format": nullable, containsNull, valueContainsNull). */
#ifndef QUIRE_TABLE_DELTA_NULLS_H
#define QUIRE_TABLE_DELTA_NULLS_H

#include "quire/batch.h"
#include "table/log/action.h"

/* Clears ARROW_FLAG_NULLABLE of those fields of a schema, made from the same text, that may not
 * be null. */
int quire_delta_nulls_forbid(const struct quire_bytes *text, struct ArrowSchema *schema,
                             struct quire_error *error);

#endif
