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

#include "quire/table_change.h"
#include "quire_config.h"
#include "scratch.h"
#include "table_call.h"

#define ROWS   6
#define BEFORE 1 /* the version that a change begins at */

#ifdef QUIRE_WITH_ROARING
static const bool has_vectors = true;
#else
static const bool has_vectors = false;
#endif

static struct ArrowSchema schema;

static int setup(void **state)
{
    static const char text[] = "id int64, part string";
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return table_call_setup(state, 0);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return table_call_teardown(state);
}

/* A change, and what its table has. */
struct operation {
    int (*run)(const struct table_call *call, struct ArrowArrayStream *rows,
               struct quire_error *error);
    bool vectors;
    bool tracks;   /* ids of rows */
    int64_t after; /* the rows, in digits of eight */
};

/* --- Tables ---------------------------------------------------------------------------------- */

/* Rows 0 to 5 in two partitions. */
static void make_table(const struct table_call *call)
{
    const struct operation *operation = call->how;
    static const char *const by[] = {"part"};
    const struct quire_table_property properties[] = {
        {"delta.enableChangeDataFeed", operation->vectors ? "false" : "true"},
        {"delta.enableDeletionVectors", operation->vectors ? "true" : "false"},
        {"delta.enableRowTracking", operation->tracks ? "true" : "false"},
    };
    const struct quire_table_create_options how = {.partition_by = by,
                                                   .partition_by_size = 1,
                                                   .properties = properties,
                                                   .properties_size = 3,
                                                   .durability = QUIRE_DURABILITY_NONE};
    const struct quire_table_append_options more = {.durability = QUIRE_DURABILITY_NONE};
    struct ArrowArrayStream rows = {.release = NULL};
    assert_int_equal(quire_table_create(table_folder, &schema, &how, NULL), 0);
    standing_rows(&schema, 0, ROWS, &rows);
    assert_int_equal(quire_table_append(table_folder, &rows, &more, NULL, NULL), 0);
    quire_stream_release(&rows);
}

/* 8^id for each row, so that each digit of the sum counts the rows of an id. */
static void count_ids(const struct ArrowArray *batch, int64_t *sum)
{
    const int64_t *ids = batch->children[0]->buffers[1];
    for (int64_t row = 0; row < batch->length; row++)
        *sum += INT64_C(1) << (3 * ids[batch->children[0]->offset + row]);
}

/* --- Changes --------------------------------------------------------------------------------- */

static struct quire_table_change_options options(void)
{
    return (struct quire_table_change_options){.durability = QUIRE_DURABILITY_NONE,
                                               .context = table_context};
}

static int delete_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                       struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    (void)call;
    (void)rows;
    return quire_table_delete(table_url, "id IN (1, 2)", &how, NULL, error);
}

static int update_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                       struct quire_error *error)
{
    static const struct quire_table_assignment set[] = {{"id", "id + 4"}, {"part", "'c'"}};
    const struct quire_table_change_options how = options();
    (void)call;
    (void)rows;
    return quire_table_update(table_url, set, 2, "id IN (1, 2)", &how, NULL, error);
}

static int merge_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    static const char *const keys[] = {"id"};
    const struct quire_table_change_options how = options();
    (void)call;
    return quire_table_merge(table_url, rows, keys, 1, &how, NULL, error);
}

static int overwrite_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                          struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    (void)call;
    return quire_table_overwrite(table_url, rows, "id >= 4", &how, NULL, error);
}

static int restore_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                        struct quire_error *error)
{
    const struct quire_table_change_options how = options();
    (void)call;
    (void)rows;
    return quire_table_restore(table_url, 0, &how, NULL, error);
}

static const struct operation operations[] = {
    {delete_rows, false, false, 0111001},     {delete_rows, true, false, 0111001},
    {update_rows, false, false, 01211001},    {update_rows, true, false, 01211001},
    {merge_rows, false, false, 01111111},     {merge_rows, true, false, 01111111},
    {merge_rows, false, true, 01111111},      {merge_rows, true, true, 01111111},
    {overwrite_rows, false, false, 01111111}, {restore_rows, false, false, 0},
};

static void bring_rows(const struct table_call *call, struct ArrowArrayStream *rows)
{
    (void)call;
    standing_rows(&schema, 4, 3, rows);
}

static void check_left(void)
{
    assert_int_equal(scratch_count(scratch_path(table_folder, "part=a")), 1);
}

static void torture(const struct call_way *way)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const struct table_call call = {.begin = make_table,
                                        .bring = bring_rows,
                                        .run = operations[i].run,
                                        .check_left = check_left,
                                        .count = count_ids,
                                        .before = BEFORE,
                                        .after = BEFORE + 1,
                                        .sum_before = 0111111,
                                        .sum_after = operations[i].after,
                                        .how = &operations[i],
                                        .stride = 61,
                                        .stride_store = 3};
        if (!operations[i].vectors || has_vectors) table_call_try(&call, way, i);
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
