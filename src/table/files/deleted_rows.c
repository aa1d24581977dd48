/* The bitmap of a deletion vector (PROTOCOL.md, "Deletion Vector Format"): a magic number, then a
 * 64-bit Roaring bitmap in the portable form, which is one of 32 bits for each upper half.
 *
 * libroaring reads only within the bytes it is given, but does not look whether values ascend and
 * counts are true; rows are therefore walked once, and later only asked for one by one, which
 * stays within bounds whatever the containers hold. */
#include "table/files/deletion_vector.h"

#include <inttypes.h>

#include "base/fail.h"
#include "quire_config.h"

#define OPERATION "read deletion vector"

#ifdef QUIRE_WITH_ROARING
#include "table/files/deleted_rows_private.h"

/* A bucket has its key and a bitmap, which is never smaller than its cookie and count. */
#define BUCKET_SIZE_MIN 12
#define NO_RUNS         12346 /* cookie of a bitmap that has its count of containers behind */
#define CONTAINERS_MAX  65536

static int fail(struct quire_error *error, const char *what)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "%s", what);
}

static uint64_t read_little(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

/* A walk that ends where values do not ascend, or are more than there may be. */
struct walk {
    int64_t count, max;
    int64_t last; /* -1 before the first */
};

static bool visit(uint32_t value, void *user)
{
    struct walk *walk = user;
    if ((int64_t)value <= walk->last || walk->count == walk->max) return false;
    walk->last = value;
    walk->count++;
    return true;
}

/* Reads one bucket; *at is moved behind it. */
static int parse_bucket(const uint8_t *bytes, size_t size, size_t *at, struct walk *walk,
                        struct quire_deleted_rows *rows, struct quire_error *error)
{
    struct quire_deleted_bucket *bucket = &rows->buckets[rows->size];
    if (size - *at < BUCKET_SIZE_MIN) return fail(error, "it ends within a bitmap");
    const char *start = (const char *)bytes + *at + 4;
    size_t rest = size - *at - 4;
    bucket->key = (uint32_t)read_little(bytes + *at, 4);
    if (bucket->key > INT32_MAX || (rows->size > 0 && bucket->key <= bucket[-1].key))
        return fail(error, "its keys are not in order");
    /* libroaring takes a count with its highest bit for a small one. */
    if (read_little(bytes + *at + 4, 4) == NO_RUNS &&
        read_little(bytes + *at + 8, 4) > CONTAINERS_MAX)
        return fail(error, "it has no whole bitmap");
    size_t used = roaring_bitmap_portable_deserialize_size(start, rest);
    if (used == 0 || used > rest) return fail(error, "it has no whole bitmap");
    bucket->bitmap = roaring_bitmap_portable_deserialize_safe(start, used);
    if (bucket->bitmap == NULL) return fail(error, "it has a bitmap that cannot be read");
    rows->size++;
    *at += 4 + used;
    walk->last = -1;
    if (!roaring_iterate(bucket->bitmap, visit, walk))
        return fail(error, "its rows are not in order, or more than the log says");
    return 0;
}

static int parse(const uint8_t *bytes, size_t size, int64_t cardinality,
                 struct quire_deleted_rows *rows, struct quire_error *error)
{
    struct walk walk = {.max = cardinality};
    size_t at = QUIRE_DELETED_ROWS_HEADER_SIZE;
    if (size < QUIRE_DELETED_ROWS_HEADER_SIZE || read_little(bytes, 4) != QUIRE_DELETED_ROWS_MAGIC)
        return fail(error, "it does not begin as one");
    uint64_t buckets = read_little(bytes + 4, 8);
    if (buckets > (size - QUIRE_DELETED_ROWS_HEADER_SIZE) / BUCKET_SIZE_MIN)
        return fail(error, "it is too short for its bitmaps");
    rows->buckets = quire_alloc_zero((size_t)buckets + 1, sizeof(*rows->buckets));
    if (rows->buckets == NULL) return quire_fail_memory(error, OPERATION);
    while (rows->size < buckets)
        QUIRE_TRY(parse_bucket(bytes, size, &at, &walk, rows, error));
    if (walk.count == cardinality) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "it has %" PRId64 " rows and the log says %" PRId64, walk.count, cardinality);
}

int quire_deleted_rows_parse(const uint8_t *bytes, size_t size, int64_t cardinality,
                             struct quire_deleted_rows **rows, struct quire_error *error)
{
    struct quire_deleted_rows *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = parse(bytes, size, cardinality, made, error);
    if (code == 0)
        *rows = made;
    else
        quire_deleted_rows_free(made);
    return code;
}

void quire_deleted_rows_free(struct quire_deleted_rows *rows)
{
    if (rows == NULL) return;
    for (size_t i = 0; i < rows->size; i++)
        roaring_bitmap_free(rows->buckets[i].bitmap);
    quire_free(rows->buckets);
    quire_free(rows);
}

bool quire_deleted_rows_has(const struct quire_deleted_rows *rows, int64_t row)
{
    const uint32_t key = (uint32_t)(row >> 32);
    for (size_t i = 0; i < rows->size && rows->buckets[i].key <= key; i++)
        if (rows->buckets[i].key == key)
            return roaring_bitmap_contains(rows->buckets[i].bitmap, (uint32_t)row);
    return false;
}

#else

int quire_deleted_rows_parse(const uint8_t *bytes, size_t size, int64_t cardinality,
                             struct quire_deleted_rows **rows, struct quire_error *error)
{
    (void)bytes, (void)size, (void)cardinality, (void)rows;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "built without roaring");
}

void quire_deleted_rows_free(struct quire_deleted_rows *rows)
{
    (void)rows;
}

bool quire_deleted_rows_has(const struct quire_deleted_rows *rows, int64_t row)
{
    (void)rows, (void)row;
    return false;
}

#endif
