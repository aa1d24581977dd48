/* Deletion vectors: any bytes are a bitmap of as many rows as was said, or an error. */
#include "fuzz.h"
#include "table/files/deletion_vector.h"

#define ROWS_LOOKED_AT 200000

static void check_rows(const struct quire_deleted_rows *rows, int64_t cardinality)
{
    int64_t found = 0;
    for (int64_t row = 0; row < ROWS_LOOKED_AT; row++)
        found += quire_deleted_rows_has(rows, row);
    FUZZ_CHECK(found <= cardinality, "%lld rows of %lld", (long long)found, (long long)cardinality);
    (void)quire_deleted_rows_has(rows, INT64_MAX);
}

void fuzz_deletion_vector(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct quire_deleted_rows *rows = NULL;
    struct quire_error error;
    int64_t cardinality = fuzz_take(&bytes);
    cardinality |= (int64_t)fuzz_take(&bytes) << 8;
    quire_error_clear(&error);
    int code = quire_deleted_rows_parse(bytes.data, bytes.size, cardinality, &rows, &error);
    if (code == 0)
        check_rows(rows, cardinality);
    else
        fuzz_check_error(code, &error);
    quire_deleted_rows_free(rows);
}
