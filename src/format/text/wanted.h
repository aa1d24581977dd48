/* The columns that are wanted of records: what formats of named fields share when a schema
 * is known, given or found in a sample. */
#ifndef QUIRE_FORMAT_TEXT_WANTED_H
#define QUIRE_FORMAT_TEXT_WANTED_H

#include "data/field.h"
#include "quire/format.h"

/* Records that types are inferred from, when the policy does not say. */
#define QUIRE_TEXT_INFER_ROWS 10000

/* Numbers the wanted columns among the children of field, in their order; column_of, one
 * for each child, is -1 for the others. QUIRE_USAGE for a name that is no column's. */
int quire_text_wanted_columns(const char *operation, const struct quire_record_policy *policy,
                              const struct quire_field *field, int64_t *column_of,
                              struct quire_error *error);
/* The schema of those columns, which the caller releases. */
int quire_text_wanted_schema(const char *operation, const struct quire_field *field,
                             const int64_t *column_of, struct ArrowSchema *schema,
                             struct quire_error *error);
/* QUIRE_LIMIT: the sample of size bytes has no whole record. */
int quire_text_fail_sample(const char *operation, size_t size, struct quire_error *error);

#endif
