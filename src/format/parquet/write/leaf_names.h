/* The columns of a file by name, as options name them: the path of a leaf joined by dots,
 * or that of a group, which stands for all leaves below it. */
#ifndef QUIRE_PARQUET_LEAF_NAMES_H
#define QUIRE_PARQUET_LEAF_NAMES_H

#include "format/parquet/parquet_schema.h"
#include "quire/option.h"

struct quire_leaf_names {
    const char **paths; /* of each leaf, in order */
    size_t size;
    struct quire_arena arena;
};

/* Zero-initialise names; the schema is not needed after it. */
int quire_leaf_names_init(struct quire_leaf_names *names, const struct quire_parquet_schema *schema,
                          struct quire_error *error);
void quire_leaf_names_release(struct quire_leaf_names *names);

/* Whether a name (of size bytes) is that of the leaf or of a group that it is in. */
bool quire_leaf_names_match(const struct quire_leaf_names *names, size_t leaf, const char *name,
                            size_t size);

/* The value that a keyed option has for a leaf: that of the longest name that matches,
 * else the one given for all columns, else NULL. *own (may be NULL) is false for the
 * latter two. */
const char *quire_leaf_names_value(const struct quire_leaf_names *names, size_t leaf,
                                   const struct quire_keyed *list, bool *own);

/* QUIRE_USAGE, with the nearest name, when no leaf matches. */
int quire_leaf_names_check(const struct quire_leaf_names *names, const char *option,
                           const char *name, size_t size, struct quire_error *error);
/* The same for all keys of a keyed option. */
int quire_leaf_names_check_keys(const struct quire_leaf_names *names, const char *option,
                                const struct quire_keyed *list, struct quire_error *error);

/* Walks the names of a list "a,b.c": *list (NULL: no names) moves on. Returns the next
 * one, or NULL at the end. */
const char *quire_leaf_names_next(const char **list, size_t *size);

#endif
