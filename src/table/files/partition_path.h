/* Private to table: the folder of a partition, as Hive names it. */
#ifndef QUIRE_TABLE_PARTITION_PATH_H
#define QUIRE_TABLE_PARTITION_PATH_H

#include "table/log/action.h"

/* Appends "a=1/b=x/": names and values with %XX for what paths do not take, null as
 * __HIVE_DEFAULT_PARTITION__. 0 or QUIRE_MEMORY. */
int quire_partition_path(const struct quire_pairs *values, struct quire_buf *out);
/* Appends what tells partitions apart: that path, and which values are null, because there is a
 * text that has the name of null. 0 or QUIRE_MEMORY. */
int quire_partition_key(const struct quire_pairs *values, struct quire_buf *out);

#endif
