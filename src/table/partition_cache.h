/* Private to table: the partition that a row is of, by the partition's values as they
 * stand in memory: their texts, which name it, are made once for each and not for every row. */
#ifndef QUIRE_TABLE_PARTITION_CACHE_H
#define QUIRE_TABLE_PARTITION_CACHE_H

#include "base/buf.h"
#include "data/view.h"

#define QUIRE_PARTITION_CACHE_SLOTS 1024

struct quire_partition_slot {
    struct quire_buf key;
    size_t file; /* 1 + the number of the partition; 0: not known */
};

/* Zero-initialised. */
struct quire_partition_cache {
    struct quire_buf key; /* of the last row asked for */
    struct quire_partition_slot *last;
    struct quire_partition_slot slots[QUIRE_PARTITION_CACHE_SLOTS];
};

/* The slot of a row by these columns of a struct's view, none nested. Its file is 0 when it is
 * not known yet, and to be set. NULL when memory is out. */
struct quire_partition_slot *quire_partition_cache_find(struct quire_partition_cache *cache,
                                                        const struct quire_view *view,
                                                        const int64_t *columns, size_t columns_size,
                                                        int64_t row);
/* Numbers of files have changed. */
void quire_partition_cache_clear(struct quire_partition_cache *cache);
void quire_partition_cache_release(struct quire_partition_cache *cache);

#endif
