/* Files of rows in one line, for tests of the file layer.
 *
 * Rows are text, "1,x;2,~": cells by ',', rows by ';', and "~" is null; each cell is
 * parsed as the type of its column. What is read comes back as JSON Lines. */
#ifndef QUIRE_TESTS_FILE_FIXTURE_H
#define QUIRE_TESTS_FILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "quire/file.h"
#include "scratch.h"
#include "test_put.h"

/* Null-able columns of one schema as a stream, or one batch of it. */
void fixture_stream(const char *schema, const char *rows, struct ArrowArrayStream *stream);
struct ArrowSchema fixture_schema(const char *schema);
void fixture_batch(const char *schema, const char *rows, struct ArrowArray *batch);

/* Writes rows as a whole file. */
int fixture_write(const char *url, const char *schema, const char *rows,
                  const struct quire_write_options *options, struct quire_error *error);

/* All rows as JSON Lines in a static buffer, or NULL when anything failed, with error
 * (may be NULL) filled in. The second takes the stream. */
const char *fixture_rows(const char *url, const struct quire_read_options *options,
                         struct quire_error *error);
const char *fixture_rows_of(struct ArrowArrayStream *stream, struct quire_error *error);
/* The schema of a stream as text in a static buffer; the stream stays the caller's. */
const char *fixture_schema_of(struct ArrowArrayStream *stream);

#endif
