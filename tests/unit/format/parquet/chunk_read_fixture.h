/* Column chunks for tests, made page by page with the library's own encoders, in a file
 * that is memory and counts what is read of it. */
#ifndef QUIRE_TESTS_CHUNK_FIXTURE_H
#define QUIRE_TESTS_CHUNK_FIXTURE_H

#include "parquet_fixture.h"

#include "format/parquet/encoding/dictionary.h"
#include "format/parquet/page_header.h"
#include "format/parquet/read/chunk_reader.h"

struct chunk_read_fixture {
    struct quire_field *fields;
    struct quire_parquet_schema schema;
    size_t leaf;
    bool v2, packed_levels;
    int64_t rows;
    struct quire_buf file;
    struct quire_in in;
    int64_t bytes_read;
    struct quire_column_metadata metadata;
    struct quire_chunk_source source; /* of the next read */
};

/* The columns of a schema text; the chunk is of one leaf. */
void chunk_read_fixture_init(struct chunk_read_fixture *chunk, const char *schema_text,
                             size_t leaf);
void chunk_read_fixture_release(struct chunk_read_fixture *chunk);

/* A data page. Levels may be NULL where the column has none. rows: that begin in it. */
struct chunk_page {
    int32_t encoding;
    const uint8_t *def, *rep;
    size_t entries, rows;
    const void *values;
    size_t size;
};
void chunk_read_fixture_page(struct chunk_read_fixture *chunk, const struct chunk_page *page);
void chunk_read_fixture_dictionary(struct chunk_read_fixture *chunk, int32_t encoding,
                                   size_t entries, const void *values, size_t size);
/* A page of a type that readers pass over. */
void chunk_read_fixture_strange_page(struct chunk_read_fixture *chunk, int32_t type);

/* Reads all rows in steps (0: at once), then finishes the columns. */
int chunk_read_fixture_read(struct chunk_read_fixture *chunk, int64_t step,
                            struct ArrowArray *array, struct quire_error *error);
/* Passes over `skip` rows and reads `rows`. */
int chunk_read_fixture_read_from(struct chunk_read_fixture *chunk, int64_t skip, int64_t rows,
                                 struct ArrowArray *array, struct quire_error *error);

#endif
