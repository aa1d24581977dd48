#include "standing_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "quire/batch.h"
#include "quire/context.h"
#include "quire/error.h"
#include "quire/stream.h"
#include "quire/table.h"

void standing_rows(const struct ArrowSchema *schema, int64_t first, int64_t size,
                   struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_builder_new(schema, &builder, NULL), 0);
    for (int64_t row = first; row < first + size; row++) {
        assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_text(builder, row % 2 == 0 ? "a" : "b", 1, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_schema_copy(schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, stream, NULL), 0);
}

static int64_t read_all(struct ArrowArrayStream *stream, standing_count *count)
{
    int64_t sum = 0;
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(stream, &batch, NULL), 0);
        if (batch.release == NULL) return sum;
        if (count != NULL)
            count(&batch, &sum);
        else
            sum += batch.length;
        quire_array_release(&batch);
    }
}

int64_t standing_table(const char *folder, standing_count *count, int64_t *sum)
{
    const struct quire_context_options one_thread = {.threads = 1};
    struct quire_table_read_options options = {.context = NULL};
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    int code = quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL);
    *sum = 0;
    if (code == QUIRE_NOT_FOUND) return NO_TABLE;
    assert_int_equal(code, 0);
    assert_int_equal(quire_context_new(&one_thread, &options.context, NULL), 0);
    assert_int_equal(quire_table_read(table, &options, &stream, NULL), 0);
    *sum = read_all(&stream, count);
    int64_t version = quire_table_version(table);
    quire_stream_release(&stream);
    quire_context_free(options.context);
    quire_table_close(table);
    return version;
}
