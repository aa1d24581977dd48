/* CSV texts through the decoder and batches through the encoder, all in memory. */
#ifndef QUIRE_TESTS_CSV_FIXTURE_H
#define QUIRE_TESTS_CSV_FIXTURE_H

#include "text_fixture.h"

/* One way in or out: zero means the default of each. */
struct csv_run {
    const struct quire_format *format; /* NULL: csv */
    const char *set;                   /* "name=value name=value" */
    const char *schema;                /* to read with, in the schema language */
    struct quire_record_policy policy;
    unsigned threads; /* 0: 1 */
    int64_t memory;
    size_t piece; /* bytes that a read gives at most */

    /* Results; csv_clear frees them. */
    struct quire_buf out;     /* zero-terminated: the text written, or what was read */
    struct quire_buf rejects; /* "row:byte:column:record|" each */
    struct quire_record_counts counts;
    struct quire_error error;
};

void csv_clear(struct csv_run *run);

/* Reads text. out becomes "name type, name type\n", then a line a row, values
 * parted by '|', null as '~', nested ones as JSON. */
int csv_read(struct csv_run *run, const char *text, size_t size);
/* Reads text into one batch (asserts that it is one, or none). */
int csv_decode(struct csv_run *run, const char *text, size_t size, struct ArrowSchema *schema,
               struct ArrowArray *batch);
/* Writes a batch, which is released. */
int csv_write(struct csv_run *run, const struct ArrowSchema *schema, struct ArrowArray *batch);

struct ArrowSchema csv_schema(const char *text);
/* A batch of `rows` rows from cells in row order; NULL is null. */
struct ArrowArray csv_batch(const struct ArrowSchema *schema, const char *const *cells,
                            size_t rows);

/* Asserts that reading succeeds and gives this, with the numbers of counts. */
void csv_expect_read(struct csv_run run, const char *text, const char *expected);
/* Asserts failure with the code and, unless negative, row and byte; the column
 * (NULL: any) and a part of the cause. */
void csv_expect_read_error(struct csv_run run, const char *text, int code, int64_t row,
                           int64_t byte, const char *column, const char *cause);
/* Asserts what is written of cells. */
void csv_expect_write(struct csv_run run, const char *schema, const char *const *cells, size_t rows,
                      const char *expected);
void csv_expect_write_error(struct csv_run run, const char *schema, const char *const *cells,
                            size_t rows, int code, int64_t row, const char *column,
                            const char *cause);

#endif
