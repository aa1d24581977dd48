/* The Arrow schema that a Parquet file keeps beside its own, in the key-value ARROW:schema:
 * the base64 text of an IPC schema message. It tells types apart that are one type in
 * Parquet. Names, order, nullability and structure are Parquet's to say. */
#ifndef QUIRE_PARQUET_SCHEMA_ARROW_H
#define QUIRE_PARQUET_SCHEMA_ARROW_H

#include "base/buf.h"
#include "format/parquet/parquet_schema.h"

#define QUIRE_PARQUET_ARROW_SCHEMA "ARROW:schema"

/* Appends the text for a struct field. */
int quire_parquet_arrow_schema_text(const struct quire_field *root, struct quire_buf *out,
                                    struct quire_error *error);

/* Changes the fields of a schema that was read from elements, and has not been shared
 * yet, to those of the text where both can hold the same values; a field that does not
 * fit stays as it is, and so do all when the text is damaged. Fails only with
 * QUIRE_MEMORY, and then the schema can only be released. Nodes and leaves stay as they
 * are; their field pointers may change. Zones of timestamps are opened: call
 * quire_parquet_schema_release as always. */
int quire_parquet_apply_arrow_schema(const char *text, size_t size,
                                     struct quire_parquet_schema *schema,
                                     struct quire_error *error);

#endif
