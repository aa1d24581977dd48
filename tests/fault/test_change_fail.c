/* Rows of a table are deleted, updated, merged and overwritten while the Nth allocation or store
 * operation fails, once or from then on, before or after it took effect; for many N until all goes
 * through. What the call says is what then stands, with its files. */
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
#include "quire/table_change.h"
#include "quire_config.h"
#include "scratch.h"

#define N_MAX            100000
#define ROWS             6
#define URL_MAX          4200
#define BEFORE           1 /* the version that a change begins at */
#define OPERATIONS_LEAST 5 /* a loop that was over sooner tried nothing */
/* Every so many are tried. */
#define STRIDE_ALLOCATIONS 61
#define STRIDE_STORE       3

#ifdef QUIRE_WITH_ROARING
static const bool has_vectors = true;
#else
static const bool has_vectors = false;
#endif

static struct ArrowSchema schema;
static struct quire_context *context;
static char folder[URL_MAX / 2], url[URL_MAX];

static int setup(void **state)
{
    static const char text[] = "id int64, part string";
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

/* --- Tables ---------------------------------------------------------------------------------- */

static void make_rows(int64_t first, int64_t size, struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = first; row < first + size; row++) {
        assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_text(builder, row % 2 == 0 ? "a" : "b", 1, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, stream, NULL), 0);
}

/* Rows 0 to 5 in two partitions. */
static void make_table(bool vectors)
{
    static const char *const by[] = {"part"};
    const struct quire_table_property properties[] = {
        {"delta.enableChangeDataFeed", vectors ? "false" : "true"},
        {"delta.enableDeletionVectors", vectors ? "true" : "false"},
    };
    const struct quire_table_create_options how = {.partition_by = by,
                                                   .partition_by_size = 1,
                                                   .properties = properties,
                                                   .properties_size = 2,
                                                   .durability = QUIRE_DURABILITY_NONE};
    const struct quire_table_append_options more = {.durability = QUIRE_DURABILITY_NONE};
    struct ArrowArrayStream rows = {.release = NULL};
    scratch_remove(folder);
    assert_int_equal(quire_table_create(folder, &schema, &how, NULL), 0);
    make_rows(0, ROWS, &rows);
    assert_int_equal(quire_table_append(folder, &rows, &more, NULL, NULL), 0);
    quire_stream_release(&rows);
}

/* The rows of the version that stands: the sum of 8^id, so that each digit counts the rows. */
static int64_t standing(int64_t *version)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    int64_t sum = 0;
    assert_int_equal(quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        const int64_t *ids = batch.children[0]->buffers[1];
        for (int64_t row = 0; row < batch.length; row++)
            sum += INT64_C(1) << (3 * ids[batch.children[0]->offset + row]);
        quire_array_release(&batch);
    }
    *version = quire_table_version(table);
    quire_stream_release(&stream);
    quire_table_close(table);
    return sum;
}

/* --- Changes --------------------------------------------------------------------------------- */

static struct quire_table_change_options options(void)
{
    return (struct quire_table_change_options){.durability = QUIRE_DURABILITY_NONE,
                                               .context = context};
}

static int delete_rows(struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    (void)rows;
    return quire_table_delete(url, "id IN (1, 2)", &how, NULL, error);
}

static int update_rows(struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const struct quire_table_assignment set[] = {{"id", "id + 4"}, {"part", "'c'"}};
    const struct quire_table_change_options how = options();
    (void)rows;
    return quire_table_update(url, set, 2, "id IN (1, 2)", &how, NULL, error);
}

static int merge_rows(struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const char *const keys[] = {"id"};
    const struct quire_table_change_options how = options();
    return quire_table_merge(url, rows, keys, 1, &how, NULL, error);
}

static int overwrite_rows(struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    return quire_table_overwrite(url, rows, "id >= 4", &how, NULL, error);
}

static int restore_rows(struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    (void)rows;
    return quire_table_restore(url, 0, &how, NULL, error);
}

struct operation {
    int (*run)(struct ArrowArrayStream *rows, struct quire_error *error);
    bool vectors;
    int64_t after; /* the rows, in digits of eight */
};
static const struct operation operations[] = {
    {delete_rows, false, 0111001},     {delete_rows, true, 0111001},
    {update_rows, false, 01211001},    {update_rows, true, 01211001},
    {merge_rows, false, 01111111},     {merge_rows, true, 01111111},
    {overwrite_rows, false, 01111111}, {restore_rows, false, 0},
};

static const int64_t rows_before = 0111111;

/* One call with the Nth failing; whether that was reached. */
static bool try_once(const struct operation *operation, const struct call_way *way, int64_t n)
{
    struct quire_error error;
    struct ArrowArrayStream rows = {.release = NULL};
    int64_t version = 0;
    fault_alloc_arm(0);
    make_rows(4, 3, &rows);
    int64_t brought = fault_alloc_held();
    fault_alloc_disarm();
    quire_error_clear(&error);
    call_way_arm(way, n);
    int code = operation->run(&rows, &error);
    quire_stream_release(&rows);
    bool fired = call_way_disarm(way, n, brought);
    int64_t stand = standing(&version);
    bool blind = way->store && way->onwards && way->after;
    if (code == 0) {
        assert_int_equal(version, BEFORE + 1);
    } else {
        assert_int_equal(code, error.code);
        assert_true(error.cause[0] != '\0');
        assert_true(version == BEFORE || (blind && version == BEFORE + 1));
    }
    assert_int_equal(stand, version == BEFORE ? rows_before : operation->after);
    assert_true(fired || code == 0);
    /* What failed for lack of memory left nothing of its own. */
    if (!way->store && !way->onwards && code != 0)
        assert_int_equal(scratch_count(scratch_path(folder, "part=a")), 1);
    if (version != BEFORE || way->store) make_table(operation->vectors);
    return fired;
}

static void torture(const struct call_way *way)
{
    const int stride = (way->store ? STRIDE_STORE : STRIDE_ALLOCATIONS) * fault_every();
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        int64_t n = 1;
        if (operations[i].vectors && !has_vectors) continue;
        make_table(operations[i].vectors);
        /* Not always the same ones. */
        for (n += (int64_t)i % stride; try_once(&operations[i], way, n); n += stride)
            assert_true(n < N_MAX);
        assert_true(n > OPERATIONS_LEAST);
    }
}

static void test_store_once(void **state)
{
    (void)state;
    torture(&(struct call_way){true, false, false});
    torture(&(struct call_way){true, false, true});
}

static void test_store_from_then_on(void **state)
{
    (void)state;
    torture(&(struct call_way){true, true, false});
    torture(&(struct call_way){true, true, true});
}

static void test_allocations_once(void **state)
{
    (void)state;
    torture(&(struct call_way){false, false, false});
}

static void test_allocations_from_then_on(void **state)
{
    (void)state;
    torture(&(struct call_way){false, true, false});
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_once),
        cmocka_unit_test(test_store_from_then_on),
        cmocka_unit_test(test_allocations_once),
        cmocka_unit_test(test_allocations_from_then_on),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
