/* Changing what a Delta table is: its properties and its constraints. */
#ifndef QUIRE_TABLE_ALTER_H
#define QUIRE_TABLE_ALTER_H

#include "quire/table_write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct quire_table_alter_options {
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};

/* Sets properties in one commit, and raises the table's protocol by the features that they need.
 * Where all are as they are nothing is committed. *version (may be NULL) is that of the table
 * afterwards. QUIRE_USAGE for names that begin with "delta." and are not known, for values that
 * they do not take, and for what a table cannot go to. */
QUIRE_API int quire_table_property_set(const char *url,
                                       const struct quire_table_property *properties,
                                       size_t properties_size,
                                       const struct quire_table_alter_options *options,
                                       int64_t *version, struct quire_error *error);
/* Takes properties away. QUIRE_USAGE for one that is not set. */
QUIRE_API int quire_table_property_unset(const char *url, const char *const *names,
                                         size_t names_size,
                                         const struct quire_table_alter_options *options,
                                         int64_t *version, struct quire_error *error);

/* Adds a condition that all rows must make true, those that are there and those to come. Names are
 * without case. QUIRE_EXISTS where there is one of that name; QUIRE_INPUT, with how many and the
 * first ones, where rows break it. */
QUIRE_API int quire_table_constraint_add(const char *url, const char *name, const char *condition,
                                         const struct quire_table_alter_options *options,
                                         int64_t *version, struct quire_error *error);
/* QUIRE_NOT_FOUND where there is none of that name. */
QUIRE_API int quire_table_constraint_drop(const char *url, const char *name,
                                          const struct quire_table_alter_options *options,
                                          int64_t *version, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
