/* The Arrow schema that a Parquet file keeps beside its own, in the key-value ARROW:schema:
 * the base64 text of an IPC schema message. It tells types apart that are one type in
 * Parquet. Order, nullability and structure, and the names of columns and of the fields
 * of structs, are Parquet's to say. */
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
 * QUIRE_MEMORY, and then the schema can only be released. Nodes keep pointing to their
 * fields, which are changed in place; the items of fixed lists get a slot where the list
 * is null (def_slot is the list's), as the fields of structs have.
 *
 * What a leaf may be read as then, besides what quire_parquet_arrow_format says: DURATION
 * for INT64, DATE64 for a date, seconds for TIME and TIMESTAMP in milliseconds, decimals
 * of any width that has the digits, INTERVAL_MONTHS and INTERVAL_DAY_TIME for an interval,
 * large and view kinds of strings and binaries, and a DICTIONARY of any of these, with
 * indices of at least 32 bits, so that no batch has too many values for them. */
int quire_parquet_apply_arrow_schema(const char *text, size_t size,
                                     struct quire_parquet_schema *schema,
                                     struct quire_error *error);

/* One leaf: makes field what stored says, where it can be read so. (schema_arrow_type.c)
 * stored is kept as long as the schema. *applied: whether it fits. 0 or QUIRE_MEMORY. */
int quire_parquet_apply_arrow_leaf(struct quire_parquet_schema *schema, struct quire_field *field,
                                   const struct quire_field *stored, bool *applied);

#endif
