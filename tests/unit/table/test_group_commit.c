/* Producers that share commits: when they are made, what they carry, and that each row is in the
 * table once. The clock stands until a test moves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "fault_alloc.h"
#include "quire/memory.h"
#include "quire/table_group.h"
#include "quire/table_write.h"

static int64_t clock_ms;
static struct quire_context *context; /* of one thread */

static int setup(void **state)
{
    const struct quire_context_options options = {.threads = 1};
    (void)state;
    return quire_context_new(&options, &context, NULL);
}

static int teardown(void **state)
{
    (void)state;
    quire_context_free(context);
    return 0;
}

static int64_t now_ms(void *user)
{
    (void)user;
    return clock_ms;
}

/* --- Tables -------------------------------------------------------------------------------- */

static int tables;

/* A new table, in memory; the names go on. */
static const char *new_table(void)
{
    static char url[64];
    static const char text[] = "app int64 not null, n int64";
    struct ArrowSchema schema;
    snprintf(url, sizeof(url), "mem://group%d", ++tables);
    assert_int_equal(quire_schema_parse(text, sizeof(text) - 1, &schema, NULL), 0);
    struct quire_error error;
    if (quire_table_create(url, &schema, NULL, &error) != 0) fail_msg("%s", error.cause);
    quire_schema_release(&schema);
    return url;
}

struct content {
    int64_t version, rows, sum; /* of n */
};

static struct content content_of(const char *url)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream;
    struct content content = {.rows = 0};
    assert_int_equal(quire_table_open(url, -1, &table, NULL), 0);
    content.version = quire_table_version(table);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch;
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        const int64_t *values = batch.children[1]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++)
            content.sum += values[i + batch.children[1]->offset];
        content.rows += batch.length;
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
    return content;
}

/* --- Groups -------------------------------------------------------------------------------- */

static struct quire_table_group *open_with(const char *url,
                                           const struct quire_table_group_options *options)
{
    struct quire_table_group *group = NULL;
    struct quire_error error;
    if (quire_table_group_open(url, options, &group, &error) != 0)
        fail_msg("%s: %s", url, error.cause);
    return group;
}

static struct quire_table_group *open_polled(const char *url)
{
    const struct quire_table_group_options options = {
        .polled = true, .now_ms = now_ms, .context = context};
    return open_with(url, &options);
}

static struct quire_table_producer *producer_of(struct quire_table_group *group, const char *app)
{
    struct quire_table_producer *producer = NULL;
    struct quire_error error;
    if (quire_table_group_producer(group, app, &producer, &error) != 0)
        fail_msg("%s: %s", app, error.cause);
    return producer;
}

/* Two rows whose n is the sequence. */
static int write_as(struct quire_table_producer *producer, const char *schema_text,
                    int64_t sequence, bool *skipped, struct quire_error *error)
{
    struct ArrowSchema schema;
    struct ArrowArray batch;
    struct quire_builder *builder = NULL;
    assert_int_equal(quire_schema_parse(schema_text, strlen(schema_text), &schema, NULL), 0);
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int i = 0; i < 2; i++) {
        for (int64_t column = 0; column < schema.n_children; column++)
            assert_int_equal(quire_builder_int(builder, column == 0 ? sequence : 7, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    int code = quire_table_producer_write(producer, &schema, &batch, sequence, skipped, error);
    assert_null(batch.release);
    quire_builder_free(builder);
    quire_schema_release(&schema);
    return code;
}

static void write_rows(struct quire_table_producer *producer, int64_t sequence)
{
    struct quire_error error;
    bool skipped = true;
    if (write_as(producer, "n int32, app int8", sequence, &skipped, &error) != 0)
        fail_msg("%s", error.cause);
    assert_false(skipped);
}

static void flush(struct quire_table_group *group)
{
    struct quire_error error;
    if (quire_table_group_flush(group, &error) != 0) fail_msg("%s", error.cause);
}

/* --- When ---------------------------------------------------------------------------------- */

static void test_interval(void **state)
{
    const char *url = new_table();
    struct quire_table_group *group = open_polled(url);
    struct quire_table_producer *producer = producer_of(group, "a");
    (void)state;
    clock_ms = 5000;
    assert_int_equal(quire_table_group_poll(group, NULL), 0);
    write_rows(producer, 3);
    clock_ms = 5999;
    write_rows(producer, 4);
    assert_int_equal(quire_table_group_poll(group, NULL), 0);
    assert_int_equal(content_of(url).version, 0);
    assert_int_equal(quire_table_producer_durable(producer), -1);
    clock_ms = 6000;
    assert_int_equal(quire_table_group_poll(group, NULL), 0);
    assert_int_equal(quire_table_producer_durable(producer), 4);
    assert_int_equal(content_of(url).version, 1);
    clock_ms = 9000;
    assert_int_equal(quire_table_group_poll(group, NULL), 0); /* nothing waits */
    assert_int_equal(content_of(url).version, 1);
    quire_table_group_close(group);
}

static void test_rows_max(void **state)
{
    const char *url = new_table();
    const struct quire_table_group_options options = {
        .polled = true, .now_ms = now_ms, .rows_max = 5, .context = context};
    struct quire_table_group *group = open_with(url, &options);
    struct quire_table_producer *a = producer_of(group, "a"), *b = producer_of(group, "b");
    (void)state;
    write_rows(a, 1);
    write_rows(b, 1);
    assert_int_equal(content_of(url).version, 0);
    write_rows(a, 2);
    assert_int_equal(content_of(url).version, 1);
    assert_int_equal(quire_table_producer_durable(a), 2);
    assert_int_equal(quire_table_producer_durable(b), 1);
    quire_table_group_close(group);
}

/* --- What ---------------------------------------------------------------------------------- */

static char told[256];

static void tell(void *user, const char *app, int64_t sequence, int64_t version)
{
    size_t used = strlen(told);
    (void)user;
    snprintf(told + used, sizeof(told) - used, "%s %lld in %lld;", app, (long long)sequence,
             (long long)version);
}

static int count_file(void *user, const struct quire_table_file *file, struct quire_error *error)
{
    (void)file, (void)error;
    ++*(int *)user;
    return 0;
}

static void test_one_commit_for_all(void **state)
{
    const char *url = new_table();
    const struct quire_table_group_options options = {.polled = true, .durable = tell};
    struct quire_table_group *group = open_with(url, &options);
    struct quire_table_producer *a = producer_of(group, "a"), *b = producer_of(group, "b");
    struct quire_table *table = NULL;
    int files = 0;
    (void)state;
    told[0] = '\0';
    (void)producer_of(group, "idle");
    write_rows(a, 0);
    write_rows(b, 100);
    write_rows(a, 9);
    flush(group);
    assert_string_equal(told, "b 100 in 1;a 9 in 1;");
    flush(group);
    struct content content = content_of(url);
    assert_int_equal(content.version, 1);
    assert_int_equal(content.rows, 6);
    assert_int_equal(content.sum, 218);
    assert_int_equal(quire_table_open(url, -1, &table, NULL), 0);
    assert_int_equal(quire_table_each_file(table, count_file, &files, NULL), 0);
    assert_int_equal(files, 1);
    quire_table_close(table);
    quire_table_group_close(group);
}

static void test_each_row_once(void **state)
{
    const char *url = new_table();
    struct quire_table_group *group = open_polled(url);
    struct quire_table_producer *a = producer_of(group, "a");
    bool skipped = false;
    (void)state;
    write_rows(a, 1);
    assert_int_equal(write_as(a, "n int64, app int64", 1, &skipped, NULL), 0);
    assert_true(skipped);
    flush(group);
    write_rows(a, 2); /* never committed */
    quire_table_group_close(group);
    assert_int_equal(content_of(url).rows, 2);

    group = open_polled(url);
    a = producer_of(group, "a");
    assert_int_equal(quire_table_producer_durable(a), 1);
    assert_int_equal(write_as(a, "n int64, app int64", 0, &skipped, NULL), 0);
    assert_true(skipped);
    write_rows(a, 2);
    assert_int_equal(quire_table_producer_wait(a, 2, NULL), 0);
    assert_int_equal(quire_table_producer_durable(a), 2);
    assert_int_equal(content_of(url).sum, 6);
    quire_table_group_close(group);
    quire_table_group_close(NULL);
    quire_table_producer_close(NULL);
}

static void test_closed_producers(void **state)
{
    const char *url = new_table();
    struct quire_table_group *group = open_polled(url);
    struct quire_table_producer *a = producer_of(group, "a"), *again = NULL;
    (void)state;
    assert_int_equal(quire_table_group_producer(group, "a", &again, NULL), QUIRE_EXISTS);
    write_rows(a, 1);
    quire_table_producer_close(a);
    a = producer_of(group, "a");
    write_rows(a, 2);
    quire_table_producer_close(a);
    flush(group);
    a = producer_of(group, "a");
    assert_int_equal(quire_table_producer_durable(a), 2);
    quire_table_producer_close(a);
    quire_table_group_close(group);
    assert_int_equal(content_of(url).rows, 4);
}

/* --- What goes wrong ----------------------------------------------------------------------- */

static void test_a_bad_batch_is_its_own(void **state)
{
    const char *url = new_table();
    struct quire_table_group *group = open_polled(url);
    struct quire_table_producer *a = producer_of(group, "a"), *b = producer_of(group, "b");
    struct quire_error error;
    bool skipped;
    (void)state;
    write_rows(a, 1);
    assert_int_equal(write_as(b, "n int64, other int64", 1, &skipped, &error), QUIRE_INPUT);
    assert_non_null(strstr(error.cause, "other"));
    assert_int_not_equal(write_as(b, "n int64", 1, &skipped, &error), 0); /* app may not be null */
    assert_int_equal(write_as(b, "n int64, app int64", -1, &skipped, &error), QUIRE_USAGE);
    assert_int_equal(quire_table_producer_wait(b, 1, &error), QUIRE_USAGE);
    write_rows(b, 1);
    flush(group);
    assert_int_equal(content_of(url).rows, 4);
    quire_table_group_close(group);
}

static void test_two_groups(void **state)
{
    const char *url = new_table();
    struct quire_table_group *one = open_polled(url), *two = open_polled(url);
    struct quire_table_producer *a = producer_of(one, "a"), *b = producer_of(two, "b");
    struct quire_error error;
    (void)state;
    write_rows(a, 1);
    write_rows(b, 1);
    flush(two);
    flush(one);
    write_rows(a, 2);
    flush(one);
    assert_int_equal(content_of(url).version, 3);
    assert_int_equal(content_of(url).rows, 6);

    /* The same app twice: the later one is told, and nothing of it is in the table. */
    struct quire_table_producer *twin = producer_of(two, "a");
    write_rows(twin, 3);
    write_rows(a, 3);
    flush(two);
    assert_int_equal(quire_table_group_flush(one, &error), QUIRE_CONFLICT);
    assert_non_null(strstr(error.cause, "rows of an app that this one has"));
    assert_int_equal(quire_table_producer_wait(a, 3, &error), QUIRE_CONFLICT);
    assert_int_equal(write_as(a, "n int64, app int64", 4, NULL, &error), QUIRE_CONFLICT);
    assert_int_equal(content_of(url).rows, 8);
    quire_table_group_close(one);
    quire_table_group_close(two);
}

/* Rows that have no n, which is the table's to give: of the group that comes second they are
 * written once more. */
static void test_identities_of_two_groups(void **state)
{
    static const char text[] = "app int64, n int64", given[] = "app int64";
    static const struct quire_table_identity identity = {.column = "n", .start = 1};
    static const struct quire_table_create_options how = {.identities = &identity,
                                                          .identities_size = 1};
    static const char url[] = "mem://identities";
    struct ArrowSchema schema;
    struct quire_error error;
    (void)state;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    assert_int_equal(quire_table_create(url, &schema, &how, NULL), 0);
    quire_schema_release(&schema);
    struct quire_table_group *one = open_polled(url), *two = open_polled(url);
    struct quire_table_producer *a = producer_of(one, "a"), *b = producer_of(two, "b");
    struct quire_table_producer *c = producer_of(one, "c");
    for (int64_t sequence = 1; sequence <= 4; sequence++) {
        assert_int_equal(write_as(a, given, sequence, NULL, &error), 0);
        assert_int_equal(write_as(b, given, sequence, NULL, &error), 0);
        assert_int_equal(write_as(c, given, sequence, NULL, &error), 0);
        flush(sequence % 2 == 0 ? one : two);
        flush(sequence % 2 == 0 ? two : one);
        int64_t rows = 6 * sequence;
        assert_int_equal(content_of(url).rows, rows);
        assert_int_equal(content_of(url).sum, rows * (rows + 1) / 2);
    }
    /* A batch that brings values is refused alone. */
    assert_int_equal(write_as(a, "app int64, n int64", 5, NULL, &error), QUIRE_INPUT);
    assert_non_null(strstr(error.cause, "7 is not taken"));
    assert_int_equal(write_as(a, given, 5, NULL, &error), 0);
    flush(one);
    assert_int_equal(content_of(url).rows, 26);
    quire_table_group_close(one);
    quire_table_group_close(two);
}

/* What another process has committed is seen before rows are taken, too. */
static void test_overtaken(void **state)
{
    const char *url = new_table();
    struct quire_table_group *one = open_polled(url), *two = open_polled(url);
    struct quire_table_producer *a = producer_of(one, "a");
    struct quire_error error;
    (void)state;
    write_rows(producer_of(two, "a"), 5);
    flush(two);
    assert_int_equal(write_as(a, "n int64, app int64", 1, NULL, &error), QUIRE_CONFLICT);
    assert_non_null(strstr(error.cause, "another writer has committed rows of \"a\""));
    assert_int_equal(content_of(url).rows, 2);
    quire_table_group_close(one);
    quire_table_group_close(two);
}

static void test_options(void **state)
{
    const struct quire_table_group_options cases[] = {
        {.interval_ms = -1}, {.rows_max = -1}, {.now_ms = now_ms}};
    struct quire_table_group *group = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(quire_table_group_open("mem://none", &cases[i], &group, NULL),
                         QUIRE_USAGE);
    assert_int_equal(quire_table_group_open("mem://none", NULL, &group, NULL), QUIRE_NOT_FOUND);
    assert_null(group);
}

/* --- Many ---------------------------------------------------------------------------------- */

/* More commits than one snapshot is kept for. */
static void test_many_commits(void **state)
{
    const char *url = new_table();
    struct quire_table_group *group = open_polled(url);
    struct quire_table_producer *a = producer_of(group, "a");
    (void)state;
    for (int64_t i = 0; i < 230; i++) {
        write_rows(a, i);
        flush(group);
    }
    struct content content = content_of(url);
    assert_int_equal(content.version, 230);
    assert_int_equal(content.rows, 460);
    assert_int_equal(content.sum, 230 * 229);
    quire_table_group_close(group);
}

#define THREADS 4
#define WRITES  60

static void *produce(void *user)
{
    struct quire_table_producer *producer = user;
    for (int64_t i = 0; i < WRITES; i++) {
        write_rows(producer, i);
        if (i % 20 == 19) assert_int_equal(quire_table_producer_wait(producer, i, NULL), 0);
    }
    return NULL;
}

static void test_threads(void **state)
{
    const char *url = new_table();
    const struct quire_table_group_options options = {
        .interval_ms = 1, .rows_max = 50, .context = context};
    struct quire_table_group *group = open_with(url, &options);
    pthread_t threads[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++) {
        char app[8];
        snprintf(app, sizeof(app), "%d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, produce, producer_of(group, app)), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    quire_table_group_close(group);
    struct content content = content_of(url);
    assert_int_equal(content.rows, THREADS * WRITES * 2);
    assert_int_equal(content.sum, THREADS * WRITES * (WRITES - 1));
}

/* --- Memory -------------------------------------------------------------------------------- */

/* The batch stands before anything can fail, and its parts are given away as they are needed. */
static int try_all(const char *url, const struct ArrowSchema *schema, struct ArrowArray batches[2])
{
    const struct quire_table_group_options options = {
        .polled = true, .now_ms = now_ms, .context = context};
    struct quire_table_group *group = NULL;
    struct quire_table_producer *producer = NULL;
    int code = quire_table_group_open(url, &options, &group, NULL);
    if (code == 0) code = quire_table_group_producer(group, "a", &producer, NULL);
    for (int64_t i = 0; i < 2 && code == 0; i++) {
        code = quire_table_producer_write(producer, schema, &batches[i], i, NULL, NULL);
        if (code == 0) code = quire_table_group_flush(group, NULL);
    }
    quire_table_group_close(group);
    return code;
}

static void make_batches(const struct ArrowSchema *schema, struct ArrowArray batches[2])
{
    struct quire_builder *builder = NULL;
    assert_int_equal(quire_builder_new(schema, &builder, NULL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(quire_builder_int(builder, 1, NULL), 0);
        assert_int_equal(quire_builder_int(builder, i + 1, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
        assert_int_equal(quire_builder_finish(builder, &batches[i], NULL), 0);
    }
    quire_builder_free(builder);
}

/* Whatever allocation fails, the rows in the table are those that the producer is told of. */
static void test_memory(void **state)
{
    static const char text[] = "app int64, n int64";
    struct ArrowSchema schema;
    bool failed = true;
    (void)state;
    assert_int_equal(quire_schema_parse(text, sizeof(text) - 1, &schema, NULL), 0);
    /* Every seventh, since each run writes two files. */
    for (int64_t n = 1; failed; n += 7) {
        struct ArrowArray batches[2];
        const char *url = new_table();
        make_batches(&schema, batches);
        fault_alloc_arm(n);
        int code = try_all(url, &schema, batches);
        failed = fault_alloc_disarm();
        quire_array_release(&batches[0]);
        quire_array_release(&batches[1]);
        assert_true(code == 0 || (failed && code == QUIRE_MEMORY));
        struct quire_table_group *group = open_polled(url);
        int64_t durable = quire_table_producer_durable(producer_of(group, "a"));
        quire_table_group_close(group);
        assert_int_equal(content_of(url).rows, durable + 1);
        assert_int_equal(content_of(url).sum, (durable + 1) * (durable + 2) / 2);
        if (code == 0) assert_int_equal(durable, 1);
    }
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_rows_max),
        cmocka_unit_test(test_one_commit_for_all),
        cmocka_unit_test(test_each_row_once),
        cmocka_unit_test(test_closed_producers),
        cmocka_unit_test(test_a_bad_batch_is_its_own),
        cmocka_unit_test(test_two_groups),
        cmocka_unit_test(test_identities_of_two_groups),
        cmocka_unit_test(test_overtaken),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_many_commits),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
