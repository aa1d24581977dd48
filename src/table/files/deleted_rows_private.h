/* Private to the bitmaps of deletion vectors: what they are made of. */
#ifndef QUIRE_TABLE_DELETED_ROWS_PRIVATE_H
#define QUIRE_TABLE_DELETED_ROWS_PRIVATE_H

#include <roaring/roaring.h>

#include "table/files/deletion_vector.h"

#define QUIRE_DELETED_ROWS_MAGIC       1681511377
#define QUIRE_DELETED_ROWS_HEADER_SIZE 12 /* magic number, number of buckets */

struct quire_deleted_bucket {
    uint32_t key; /* the upper half of its rows */
    roaring_bitmap_t *bitmap;
};

struct quire_deleted_rows {
    struct quire_deleted_bucket *buckets; /* by key */
    size_t size;
};

#endif
