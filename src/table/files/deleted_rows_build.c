/* Bitmaps of deletion vectors, made and written (PROTOCOL.md, "Deletion Vector Format"). */
#include "base/fail.h"
#include "quire_config.h"
#include "table/files/deletion_vector.h"

#define OPERATION "write deletion vector"

#ifdef QUIRE_WITH_ROARING
#include "table/files/deleted_rows_private.h"

int quire_deleted_rows_new(struct quire_deleted_rows **rows, struct quire_error *error)
{
    struct quire_deleted_rows *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    *rows = made;
    return 0;
}

/* The bucket of a key, which is put in its place where it is new. NULL: memory is out. */
static struct quire_deleted_bucket *bucket_of(struct quire_deleted_rows *rows, uint32_t key)
{
    size_t at = rows->size;
    while (at > 0 && rows->buckets[at - 1].key > key)
        at--;
    if (at > 0 && rows->buckets[at - 1].key == key) return &rows->buckets[at - 1];
    struct quire_deleted_bucket *grown =
        quire_realloc(rows->buckets, (rows->size + 1) * sizeof(*grown));
    if (grown == NULL) return NULL;
    rows->buckets = grown;
    roaring_bitmap_t *bitmap = roaring_bitmap_create();
    if (bitmap == NULL) return NULL;
    memmove(&grown[at + 1], &grown[at], (rows->size - at) * sizeof(*grown));
    grown[at] = (struct quire_deleted_bucket){key, bitmap};
    rows->size++;
    return &grown[at];
}

int quire_deleted_rows_add(struct quire_deleted_rows *rows, int64_t row)
{
    struct quire_deleted_bucket *bucket = bucket_of(rows, (uint32_t)(row >> 32));
    if (bucket == NULL) return QUIRE_MEMORY;
    roaring_bitmap_add(bucket->bitmap, (uint32_t)row);
    return 0;
}

int64_t quire_deleted_rows_count(const struct quire_deleted_rows *rows)
{
    uint64_t count = 0;
    for (size_t i = 0; i < rows->size; i++)
        count += roaring_bitmap_get_cardinality(rows->buckets[i].bitmap);
    return (int64_t)count;
}

static int append_little(struct quire_buf *out, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return quire_buf_append(out, bytes, size);
}

int quire_deleted_rows_write(const struct quire_deleted_rows *rows, struct quire_buf *out)
{
    int code = append_little(out, QUIRE_DELETED_ROWS_MAGIC, 4);
    if (code == 0) code = append_little(out, rows->size, 8);
    for (size_t i = 0; code == 0 && i < rows->size; i++) {
        const struct quire_deleted_bucket *bucket = &rows->buckets[i];
        roaring_bitmap_run_optimize(bucket->bitmap);
        size_t size = roaring_bitmap_portable_size_in_bytes(bucket->bitmap);
        code = append_little(out, bucket->key, 4);
        if (code == 0) code = quire_buf_reserve(out, size);
        if (code == 0)
            out->size +=
                roaring_bitmap_portable_serialize(bucket->bitmap, (char *)quire_buf_end(out));
    }
    return code;
}

#else

int quire_deleted_rows_new(struct quire_deleted_rows **rows, struct quire_error *error)
{
    (void)rows;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "built without roaring");
}

int quire_deleted_rows_add(struct quire_deleted_rows *rows, int64_t row)
{
    (void)rows, (void)row;
    return QUIRE_UNSUPPORTED;
}

int64_t quire_deleted_rows_count(const struct quire_deleted_rows *rows)
{
    (void)rows;
    return 0;
}

int quire_deleted_rows_write(const struct quire_deleted_rows *rows, struct quire_buf *out)
{
    (void)rows, (void)out;
    return QUIRE_UNSUPPORTED;
}

#endif
