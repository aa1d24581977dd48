/* A table is created and appended to while the Nth allocation or store operation fails, once
 * or from then on, before or after it took effect; for every N until all goes through. What the
 * call says is what then stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_way.h"
#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/table_write.h"
#include "scratch.h"

#define N_MAX            100000
#define ROWS             4
#define URL_MAX          4200
#define NO_TABLE         (-2)
#define BEFORE           1 /* the version that an append begins at */
#define APPENDED         2 /* and, with its checkpoint, ends at */
#define OPERATIONS_LEAST 5 /* a loop that was over sooner tried nothing */

static struct ArrowSchema schema;
static struct quire_context *context;
static char folder[URL_MAX / 2], url[URL_MAX];

static int setup(void **state)
{
    static const char text[] = "id int64, part string, more struct<a: float64>";
    const struct quire_context_options options = {.threads = 1};
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    if (quire_context_new(&options, &context, NULL) != 0) return -1;
    return quire_store_register(&fault_store, NULL);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    quire_context_free(context);
    return scratch_teardown(state);
}

/* --- Calls --------------------------------------------------------------------------------- */

static int create(const char *at, struct quire_error *error)
{
    static const char *const by[] = {"part"};
    static const struct quire_table_property properties[] = {{"delta.checkpointInterval", "2"}};
    const struct quire_table_create_options options = {.partition_by = by,
                                                       .partition_by_size = 1,
                                                       .properties = properties,
                                                       .properties_size = 1,
                                                       .durability = QUIRE_DURABILITY_NONE};
    return quire_table_create(at, &schema, &options, error);
}

static void make_rows(struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = 0; row < ROWS; row++) {
        assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_text(builder, row % 2 == 0 ? "a b" : "c", 1, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, stream, NULL), 0);
}

static int append(const char *at, struct ArrowArrayStream *rows,
                  struct quire_table_append_result *result, struct quire_error *error)
{
    const struct quire_table_append_options options = {
        .app = "app", .app_version = 7, .durability = QUIRE_DURABILITY_NONE, .context = context};
    return quire_table_append(at, rows, &options, result, error);
}

/* The version that stands, whose rows are all there; NO_TABLE. */
static int64_t standing(void)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    int64_t rows = 0;
    int code = quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL);
    if (code == QUIRE_NOT_FOUND) return NO_TABLE;
    assert_int_equal(code, 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        rows += batch.length;
        quire_array_release(&batch);
    }
    int64_t version = quire_table_version(table);
    quire_stream_release(&stream);
    quire_table_close(table);
    assert_int_equal(rows, version * ROWS);
    return version;
}

/* Whether a failure may hide that it was done: the answer was lost, and asking again failed. */
static bool is_blind(const struct call_way *way)
{
    return way->store && way->onwards && way->after;
}

static void check(const struct call_way *way, int code, const struct quire_error *error,
                  int64_t before, int64_t after)
{
    int64_t version = standing();
    if (code == 0) {
        assert_int_equal(version, after);
        return;
    }
    assert_int_equal(code, error->code);
    assert_true(error->cause[0] != '\0');
    assert_true(version == before || (is_blind(way) && version == after));
}

static void test_create(void **state)
{
    const int stride = fault_every();
    (void)state;
    for (size_t i = 0; i < CALL_WAYS; i++) {
        int64_t n = 1;
        for (bool fired = true; fired; n += stride) {
            struct quire_error error;
            assert_true(n < N_MAX);
            scratch_remove(folder);
            quire_error_clear(&error);
            call_way_arm(&call_ways[i], n);
            int code = create(url, &error);
            fired = call_way_disarm(&call_ways[i], n, 0);
            check(&call_ways[i], code, &error, NO_TABLE, 0);
            assert_true(fired || code == 0);
        }
        assert_true(n > 2);
    }
}

static void make_table(void)
{
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE};
    scratch_remove(folder);
    assert_int_equal(create(folder, NULL), 0);
    make_rows(&rows);
    assert_int_equal(quire_table_append(folder, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

/* Appends until nothing failed. Returns that N. */
static int64_t torture_append(const struct call_way *way)
{
    const int stride = fault_every();
    int64_t n = 1;
    make_table();
    for (bool fired = true; fired; n += stride) {
        struct quire_error error;
        struct quire_table_append_result result;
        struct ArrowArrayStream rows = {.release = NULL};
        assert_true(n < N_MAX);
        fault_alloc_arm(0);
        make_rows(&rows);
        int64_t brought = fault_alloc_held();
        fault_alloc_disarm();
        quire_error_clear(&error);
        call_way_arm(way, n);
        int code = append(url, &rows, &result, &error);
        quire_stream_release(&rows);
        fired = call_way_disarm(way, n, brought);
        check(way, code, &error, BEFORE, APPENDED);
        assert_true(fired || code == 0);
        if (code == 0) {
            assert_int_equal(result.version, APPENDED);
            assert_int_equal(result.rows, ROWS);
            assert_false(result.skipped);
        }
        /* What failed for lack of memory left nothing of its own. */
        if (!way->store && !way->onwards && code != 0)
            assert_int_equal(scratch_count(scratch_path(folder, "part=a")), 1);
        if (standing() != BEFORE) make_table();
    }
    return n;
}

/* The ways of one kind: each kind is a test of its own, so that they run side by side. */
static void append_all(bool store, bool onwards)
{
    for (size_t i = 0; i < CALL_WAYS; i++)
        if (call_ways[i].store == store && (store || call_ways[i].onwards == onwards))
            assert_true(torture_append(&call_ways[i]) > OPERATIONS_LEAST);
}

static void test_append_store(void **state)
{
    (void)state;
    append_all(true, false);
}

static void test_append_allocations_once(void **state)
{
    (void)state;
    append_all(false, false);
}

static void test_append_allocations_from_then_on(void **state)
{
    (void)state;
    append_all(false, true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_append_store),
        cmocka_unit_test(test_append_allocations_once),
        cmocka_unit_test(test_append_allocations_from_then_on),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
