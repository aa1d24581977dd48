/* Batches and streams for tests, from rows written down as text. */
#ifndef QUIRE_TESTS_DATA_ROWS_H
#define QUIRE_TESTS_DATA_ROWS_H

#include "batches.h"

/* Rows end with ';', values with ',' but for the last; "~" is a null. A negative
 * code of the builder fails the test. */
static inline struct ArrowArray rows_batch(const struct ArrowSchema *schema, const char *rows)
{
    struct quire_builder *builder = NULL;
    struct quire_error error;
    struct ArrowArray batch;
    assert_int_equal(quire_builder_new(schema, &builder, NULL), 0);
    for (const char *at = rows; *at != '\0';) {
        size_t size = strcspn(at, ",;");
        int code = size == 1 && *at == '~' ? quire_builder_null(builder, &error)
                                           : quire_builder_text(builder, at, size, &error);
        if (code == 0 && at[size] == ';') code = quire_builder_end_row(builder, &error);
        if (code != 0) fail_msg("%.*s: %s", (int)size, at, error.cause);
        at += size + 1;
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    return batch;
}

/* A stream of batches of one schema; batches_size texts of rows. */
static inline struct ArrowArrayStream rows_stream(const char *schema_text,
                                                  const char *const *batches, size_t batches_size)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct ArrowArray arrays[8];
    struct ArrowArrayStream stream;
    assert_true(batches_size <= 8);
    for (size_t i = 0; i < batches_size; i++)
        arrays[i] = rows_batch(&schema, batches[i]);
    assert_int_equal(quire_stream_of_batches(&schema, arrays, batches_size, &stream, NULL), 0);
    return stream;
}

#endif
