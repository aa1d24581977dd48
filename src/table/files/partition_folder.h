/* Private to table: values of partitions in the names of folders, as Hive writes them. */
#ifndef QUIRE_TABLE_PARTITION_FOLDER_H
#define QUIRE_TABLE_PARTITION_FOLDER_H

#include "data/field.h"
#include "table/log/action.h"

/* The values that the folders of a path name ("a=1/b=x/file"; %XX stands for a byte, and
 * __HIVE_DEFAULT_PARTITION__ for null), for the columns of a schema and in their order, as the log
 * has them. fields are those of columns; both NULL: there are none. Values are the arena's.
 * QUIRE_USAGE where the folders are not of those columns, QUIRE_CORRUPT for what is no value. */
int quire_partition_folders(const char *path, const struct ArrowSchema *columns,
                            const struct quire_field *fields, struct quire_arena *arena,
                            struct quire_pairs *values, struct quire_error *error);

/* Whether a path has a part that writers hide: one that begins with '_' or '.', and is no
 * partition's. */
bool quire_partition_path_is_hidden(const char *path);

#endif
