/* Chunks written by the chunk writer, taken apart again page by page with the library's
 * decoders. */
#ifndef QUIRE_TESTS_CHUNK_FIXTURE_H
#define QUIRE_TESTS_CHUNK_FIXTURE_H

#include "parquet_fixture.h"

#include "format/parquet/write/chunk_writer.h"
#include "quire/arrow.h"

/* A table with its views and schema. */
struct table {
    struct quire_field *fields;
    struct ArrowArray array;
    struct quire_view *view;
    struct quire_parquet_schema schema;
};

/* Random values; nulls in one of null_each rows (0: never). */
void table_random(struct table *table, const char *schema_text, int64_t rows, uint64_t seed,
                  unsigned null_each);
/* Takes columns that the caller filled, made for table_fields. */
struct quire_column *table_begin(struct table *table, const char *schema_text);
void table_end(struct table *table, struct quire_column *columns);
/* Shows only rows start .. start + rows. */
void table_slice(struct table *table, int64_t start, int64_t rows);
void table_free(struct table *table);

/* What decoded pages hold. */
struct decoded_page {
    size_t offset, size;   /* in the chunk, with the header */
    size_t entry, entries; /* in def and rep */
    size_t value, values;  /* value: where they begin in plain */
    size_t value_end;
    int64_t rows;
    int32_t type, encoding;
    bool compressed;
};
#define DECODED_PAGES_MAX 4096
struct decoded {
    struct quire_buf def, rep; /* a byte for each entry */
    struct quire_buf plain;    /* all values in PLAIN form; booleans a byte each */
    struct decoded_page pages[DECODED_PAGES_MAX];
    size_t pages_size;
    size_t dictionary_entries;
    bool has_dictionary;
};
void decoded_release(struct decoded *decoded);

/* Appends the pages as they will stand in the file. */
void copy_pages(const struct quire_written_chunk *chunk, struct quire_buf *copy);

/* Asserts what the format demands of each page. */
void decode_chunk(const struct quire_parquet_schema *schema, size_t leaf,
                  const struct quire_chunk_options *options,
                  const struct quire_written_chunk *chunk, struct decoded *decoded);

/* The same of the table itself, through levels and values, without pages. */
void decode_table(const struct table *table, size_t leaf, struct decoded *decoded);

struct quire_chunk_options chunk_options(void);

#endif
