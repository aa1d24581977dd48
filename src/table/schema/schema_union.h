/* Private to table: one schema of many files, that must agree on the types of columns. */
#ifndef QUIRE_TABLE_SCHEMA_UNION_H
#define QUIRE_TABLE_SCHEMA_UNION_H

#include "table/schema/delta_type.h"

/* Begins zeroed. */
struct quire_schema_union {
    struct quire_arena arena;
    struct quire_delta_type *root; /* NULL before the first file */
    struct quire_buf origins;      /* const char *: the file that each top-level column is of */
    struct quire_buf last;         /* the schema of the file before */
};

void quire_schema_union_release(struct quire_schema_union *merged);

/* Puts the columns of a file, a schema as the log has it, to those of the files before; all may be
 * null. QUIRE_INPUT with both files and types where one is of another type. */
int quire_schema_union_add(struct quire_schema_union *merged, const struct quire_bytes *schema,
                           const char *file, struct quire_error *error);

#endif
