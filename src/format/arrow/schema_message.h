/* The schema message of Arrow IPC (arrow/format/Schema.fbs and Message.fbs; Columnar.rst,
 * "Schema message"): what an IPC stream begins with, and what Parquet files keep under
 * ARROW:schema.
 *
 * Fields that are dictionary encoded are numbered from 0, in the order in which a field
 * comes before its children and its siblings to the right: those are the ids that are
 * written, and the order in which ids are read. */
#ifndef QUIRE_ARROW_SCHEMA_MESSAGE_H
#define QUIRE_ARROW_SCHEMA_MESSAGE_H

#include <stddef.h>

#include "base/buf.h"
#include "data/field.h"
#include "quire/arrow.h"
#include "quire/error.h"

/* Appends the encapsulated message for a struct field, whose metadata is the schema's.
 * A dictionary whose values are dictionary encoded themselves has no place in it, and is
 * QUIRE_UNSUPPORTED. out is as it was on failure. */
int quire_schema_message_write(const struct quire_field *root, struct quire_buf *out,
                               struct quire_error *error);

/* Reads the message at the start of bytes into a schema that the caller releases; *used
 * (may be NULL) is its size, which may be less than size. Nothing in it is trusted; that
 * types and children fit each other is checked by quire_field_open. QUIRE_CORRUPT for what
 * is no such message, QUIRE_UNSUPPORTED for big-endian data and versions before V4. */
int quire_schema_message_read(const void *bytes, size_t size, struct ArrowSchema *schema,
                              size_t *used, struct quire_error *error);

/* As quire_schema_message_read, but a type that is not known is null instead. */
int quire_schema_message_read_known(const void *bytes, size_t size, struct ArrowSchema *schema,
                                    struct quire_error *error);

/* As quire_schema_message_read, and appends the dictionaries' ids to ids, an int64_t each. */
int quire_schema_message_read_ids(const void *bytes, size_t size, struct ArrowSchema *schema,
                                  struct quire_buf *ids, size_t *used, struct quire_error *error);

#endif
