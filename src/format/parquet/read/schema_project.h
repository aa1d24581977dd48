/* A part of a file's schema: the leaves that are wanted and what is around them, numbered
 * anew. What reads chunks needs to know of no others. */
#ifndef QUIRE_PARQUET_SCHEMA_PROJECT_H
#define QUIRE_PARQUET_SCHEMA_PROJECT_H

#include "format/parquet/parquet_schema.h"

struct quire_parquet_projection {
    const struct quire_field *like;     /* leaves may be null where its fields may; NULL: as the
                                           file has them. Borrowed by quire_parquet_project */
    struct quire_parquet_schema schema; /* borrows from the file's */
    size_t *file_leaves;                /* of each of its leaves, the number in the file */
};

/* The leaves that names stand for: "a", or "a.b" for a field of a struct; the longest name
 * that is there is tried first. Sets wanted[leaf]. QUIRE_USAGE for a name that is not there. */
int quire_parquet_want(const struct quire_parquet_schema *schema, const char *const *names,
                       size_t names_size, bool *wanted, struct quire_error *error);

/* The node that a name stands for; NULL when there is none. */
const struct quire_parquet_node *quire_parquet_find_node(const struct quire_parquet_schema *schema,
                                                         const char *name);

/* Zero-initialise projection; release it also after a failure. */
int quire_parquet_project(const struct quire_parquet_schema *schema, const bool *wanted,
                          struct quire_parquet_projection *projection, struct quire_error *error);
void quire_parquet_projection_release(struct quire_parquet_projection *projection);

#endif
