/* The table Schema of Arrow IPC, which stands in schema messages and in the footers of
 * files, and the tables Field below it. */
#ifndef QUIRE_ARROW_SCHEMA_TABLE_H
#define QUIRE_ARROW_SCHEMA_TABLE_H

#include "data/field.h"
#include "format/arrow/flatbuffer_read.h"
#include "format/arrow/flatbuffer_write.h"
#include "quire/arrow.h"
#include "quire/error.h"

/* Writes the schema of a struct field, pointed to from the offset at `from`. Fails only
 * with QUIRE_UNSUPPORTED (a dictionary of dictionaries); the rest the writer keeps. */
int quire_schema_table_write(struct quire_flatbuffer_writer *writer, uint32_t from,
                             const struct quire_field *root, struct quire_error *error);

/* Reads a schema that the caller releases, and appends the ids of dictionaries to ids
 * (int64_t each; NULL: they are not wanted). Types that are not known are refused, or
 * read as null, without their children. */
int quire_schema_table_read(const struct quire_flatbuffer_table *table, bool unknown_as_null,
                            struct ArrowSchema *schema, struct quire_buf *ids,
                            struct quire_error *error);

/* Key-values, either way: encoded as ArrowSchema.metadata has them, NULL or empty for none. */
void quire_key_values_write(struct quire_flatbuffer_writer *writer, uint32_t from,
                            const char *metadata);
int quire_key_values_read(const struct quire_flatbuffer_table *table, int field,
                          struct quire_buf *metadata);

#endif
