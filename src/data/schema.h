/* ArrowSchemas, made: one node with room for its children, which the caller
 * then fills. Releasing a half-filled node is fine. */
#ifndef QUIRE_DATA_SCHEMA_H
#define QUIRE_DATA_SCHEMA_H

#include <stddef.h>

#include "data/metadata.h"
#include "quire/batch.h"

struct quire_schema_parts {
    const char *format; /* copied */
    const char *name;   /* copied; NULL: "" */
    size_t name_size;   /* 0 with a name: strlen */
    int64_t flags;
    const char *metadata; /* encoded; copied; NULL */
    size_t children_size; /* children[i] are made, with release == NULL */
    bool dictionary;      /* *dictionary is made, with release == NULL */
};

/* 0 or QUIRE_MEMORY, and then *schema is untouched. */
int quire_schema_make(const struct quire_schema_parts *parts, struct ArrowSchema *schema);

#endif
