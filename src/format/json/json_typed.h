/* Values of known types: from the text at a cursor into columns. */
#ifndef QUIRE_FORMAT_JSON_TYPED_H
#define QUIRE_FORMAT_JSON_TYPED_H

#include "format/json/json_shape.h"

/* What to do about a record's own columns, beyond what a nested value asks. */
struct quire_json_row {
    bool null_bad;   /* values that do not fit become null */
    int64_t *nulled; /* and are counted here */
};

/* The value at the cursor as one more row of column. shape may be NULL. On
 * failure the column (and what is below it) may hold a part of it: the caller
 * truncates. Errors have byte, and the path inside the value as column. */
int quire_json_typed(struct quire_json_cursor *cursor, struct quire_column *column,
                     const struct quire_json_shape *shape, struct quire_error *error);

/* The object at the cursor ('{') as one more row of a struct column. row: NULL
 * for nested objects. */
int quire_json_object(struct quire_json_cursor *cursor, struct quire_column *column,
                      const struct quire_json_shape *shape, const struct quire_json_row *row,
                      struct quire_error *error);

/* The object at the cursor as one more row of a map column with string keys. */
int quire_json_map(struct quire_json_cursor *cursor, struct quire_column *column,
                   const struct quire_json_shape *shape, struct quire_error *error);

/* "an array is not an int32", with what stands at the cursor. QUIRE_INPUT. */
int quire_json_fail_mismatch(const struct quire_json_cursor *cursor,
                             const struct quire_field *field, struct quire_error *error);

/* Turns what an append returned into a filled-in error. */
int quire_json_fail_append(const struct quire_json_cursor *cursor, int code,
                           struct quire_error *error);

/* A null into the column, if it may be. */
int quire_json_append_null(const struct quire_json_cursor *cursor, struct quire_column *column,
                           const char *what, struct quire_error *error);

#endif
