/* Private to table: tables in folders below a table, whose files are their own. */
#ifndef QUIRE_TABLE_INNER_TABLES_H
#define QUIRE_TABLE_INNER_TABLES_H

#include "table/rows/key_numbers.h"
#include "table/table_place.h"

/* Whether a folder, by its key with '/' at the end, has a log: an object below _delta_log. One that
 * is closed to the caller has none. */
int quire_table_has_log(struct quire_store *store, const char *folder, bool *has,
                        struct quire_error *error);

/* Begins zeroed. */
struct quire_inner_tables {
    struct quire_key_numbers folders; /* those that were found, with '/' at the end */
    struct quire_buf last;            /* folders of the path that was looked at last */
    struct quire_buf key;
};

void quire_inner_tables_release(struct quire_inner_tables *inner);
size_t quire_inner_tables_size(const struct quire_inner_tables *inner);

/* Whether a file, by its path below the table, is in the folder of a table within it. Paths in
 * their order cost one look at each of their folders. */
int quire_inner_tables_has(struct quire_inner_tables *inner, const struct quire_table_place *place,
                           const char *path, bool *has, struct quire_error *error);
/* Notes the table whose log a path is of, if it is one's. 0 or QUIRE_MEMORY. */
int quire_inner_tables_note(struct quire_inner_tables *inner, const char *path);

#endif
