/* Streams: ours keep their errors, foreign ones are understood. */
#include "batches.h"

#include <errno.h>

#include "base/fail.h"
#include "data/batch_stream.h"
#include "fault_alloc.h"

struct counter {
    int batches; /* before the failure */
    int closed, calls;
};

static int counter_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    (void)source;
    return quire_schema_parse("a int64", 7, schema, error);
}

static int counter_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct counter *counter = source;
    counter->calls++;
    if (counter->batches-- > 0) {
        batch->release = release_fixed;
        return 0;
    }
    int code = quire_fail(error, QUIRE_CORRUPT, "read csv", "bad bytes");
    quire_error_at(error, 7, "a", 99);
    return code;
}

static void counter_close(void *source)
{
    ((struct counter *)source)->closed++;
}

static const struct quire_stream_ops counter_ops = {counter_schema, counter_next, counter_close};

static void test_errors_are_kept_and_repeated(void **state)
{
    (void)state;
    struct counter counter = {.batches = 1};
    struct ArrowArrayStream stream;
    struct ArrowArray batch = {.release = NULL};
    struct quire_error error;
    assert_int_equal(quire_stream_wrap(&counter_ops, &counter, &stream, NULL), 0);
    assert_int_equal(quire_stream_next(&stream, &batch, &error), 0);
    assert_non_null(batch.release);
    quire_array_release(&batch);
    assert_null(stream.get_last_error(&stream));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(quire_stream_next(&stream, &batch, &error), QUIRE_CORRUPT);
        assert_int_equal(error.row, 7);
        assert_int_equal(error.byte, 99);
        assert_string_equal(error.column, "a");
    }
    assert_int_equal(stream.get_next(&stream, &batch), EINVAL);
    assert_string_equal(stream.get_last_error(&stream),
                        "read csv: row 7, column a, byte 99: bad bytes");
    assert_int_equal(counter.calls, 2);
    quire_stream_release(&stream);
    quire_stream_release(&stream);
    assert_int_equal(counter.closed, 1);
    assert_int_equal(quire_stream_next(&stream, &batch, &error), QUIRE_USAGE);
}

static void test_batches_in_memory(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a int64, b string"), got;
    struct quire_field *field = NULL;
    struct quire_random random;
    struct ArrowArray batches[3], batch;
    struct ArrowArrayStream stream;
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    quire_random_seed(&random, 1);
    for (int i = 0; i < 3; i++)
        make_random(field, i, &random, &batches[i]);
    assert_int_equal(quire_stream_of_batches(&schema, batches, 3, &stream, NULL), 0);
    assert_null(schema.release);
    assert_int_equal(quire_stream_schema(&stream, &got, NULL), 0);
    assert_string_equal(got.children[1]->name, "b");
    quire_schema_release(&got);
    for (int i = 0; i < 2; i++) {
        assert_null(batches[i].release);
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        assert_int_equal(batch.length, i);
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);

    schema = parse_schema("a int64");
    assert_int_equal(quire_stream_of_batches(&schema, NULL, 0, &stream, NULL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        assert_null(batch.release);
    }
    quire_stream_release(&stream);
    quire_field_close(field);
}

/* --- A stream that is not ours --- */

static int foreign_errno;
static const char *foreign_text;

static int foreign_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    (void)stream;
    return foreign_errno != 0 ? foreign_errno : quire_schema_parse("f bool", 6, schema, NULL);
}

static int foreign_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    (void)stream;
    batch->release = NULL;
    return foreign_errno;
}

static const char *foreign_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return foreign_text;
}

static void foreign_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static void test_foreign_streams(void **state)
{
    (void)state;
    struct ArrowArrayStream stream = {.get_schema = foreign_schema,
                                      .get_next = foreign_next,
                                      .get_last_error = foreign_last_error,
                                      .release = foreign_release};
    struct ArrowSchema schema;
    struct ArrowArray batch;
    struct quire_error error;
    assert_int_equal(quire_stream_schema(&stream, &schema, &error), 0);
    quire_schema_release(&schema);
    assert_int_equal(quire_stream_next(&stream, &batch, &error), 0);
    foreign_errno = EINVAL;
    foreign_text = "their words";
    assert_int_equal(quire_stream_next(&stream, &batch, &error), QUIRE_INPUT);
    assert_string_equal(error.cause, "their words");
    foreign_text = NULL;
    foreign_errno = ENOMEM;
    assert_int_equal(quire_stream_schema(&stream, &schema, &error), QUIRE_MEMORY);
    assert_int_equal(error.code, QUIRE_MEMORY);
    foreign_errno = 12345;
    assert_int_equal(quire_stream_next(&stream, &batch, &error), QUIRE_IO);
    assert_int_equal(quire_stream_next(&stream, &batch, NULL), QUIRE_IO);
    quire_stream_release(&stream);
    assert_null(stream.release);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        struct ArrowSchema schema = {.release = NULL}, got = {.release = NULL};
        struct ArrowArray batch = {.release = release_fixed};
        struct ArrowArrayStream stream = {.release = NULL};
        struct quire_error error;
        fault_alloc_arm(n);
        int code = quire_schema_parse("a int64", 7, &schema, &error);
        if (code == 0) code = quire_stream_of_batches(&schema, &batch, 1, &stream, &error);
        if (code == 0) code = quire_stream_schema(&stream, &got, &error);
        if (stream.release == NULL) assert_non_null(batch.release);
        quire_stream_release(&stream);
        quire_schema_release(&schema);
        quire_schema_release(&got);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
}

/* Limits below, at and above what there is; batches are cut, not copied. */
static void test_limit(void **state)
{
    (void)state;
    for (int64_t rows = -1; rows <= 7; rows++) {
        struct ArrowSchema schema = parse_schema("a int64");
        struct quire_builder *builder = NULL;
        struct ArrowArray batches[2];
        assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
        for (int i = 0; i < 6; i++) {
            assert_int_equal(i == 1 ? quire_builder_null(builder, NULL)
                                    : quire_builder_int(builder, i, NULL),
                             0);
            assert_int_equal(quire_builder_end_row(builder, NULL), 0);
            if (i % 3 == 2)
                assert_int_equal(quire_builder_finish(builder, &batches[i / 3], NULL), 0);
        }
        quire_builder_free(builder);
        struct ArrowArrayStream source, limited;
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_of_batches(&schema, batches, 2, &source, NULL), 0);
        int code = quire_stream_limit(&source, rows, &limited, NULL);
        assert_int_equal(code, rows < 0 ? QUIRE_USAGE : 0);
        if (code != 0) {
            quire_stream_release(&source);
            continue;
        }
        assert_null(source.release);
        int64_t seen = 0;
        for (;;) {
            assert_int_equal(quire_stream_next(&limited, &batch, NULL), 0);
            if (batch.release == NULL) break;
            seen += batch.length;
            assert_int_equal(batch.children[0]->length, batch.length);
            quire_array_release(&batch);
        }
        assert_int_equal(seen, rows < 6 ? rows : 6);
        quire_stream_release(&limited);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_kept_and_repeated),
        cmocka_unit_test(test_batches_in_memory),
        cmocka_unit_test(test_foreign_streams),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
