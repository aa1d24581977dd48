/* Rows of several partitions are appended, of which some have open files and others are put aside,
 * while the Nth allocation or store operation fails, once or from then on. What the call says is
 * what then stands. Of the many that there are some are tried, by a stride. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_write.h"
#include "scratch.h"
#include "table_call.h"

#define BATCHES    9
#define BATCH_ROWS 5000
#define ROWS       ((int64_t)BATCHES * BATCH_ROWS)
#define PARTS      7
#define MEMORY     ((int64_t)8 << 20) /* for four or five open files, and an eighth of the rows */

static struct ArrowSchema schema;

static int setup(void **state)
{
    static const char text[] = "id int64, part int64";
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return table_call_setup(state, MEMORY);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return table_call_teardown(state);
}

static void make_batch(int64_t first, struct ArrowArray *batch)
{
    struct quire_builder *builder = NULL;
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = first; row < first + BATCH_ROWS; row++) {
        assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_int(builder, row % PARTS, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, batch, NULL), 0);
    quire_builder_free(builder);
}

static void make_rows(const struct table_call *call, struct ArrowArrayStream *stream)
{
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batches[BATCHES];
    (void)call;
    for (int64_t i = 0; i < BATCHES; i++)
        make_batch(i * BATCH_ROWS, &batches[i]);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, batches, BATCHES, stream, NULL), 0);
}

static void make_table(const struct table_call *call)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options options = {
        .partition_by = by, .partition_by_size = 1, .durability = QUIRE_DURABILITY_NONE};
    (void)call;
    assert_int_equal(quire_table_create(table_folder, &schema, &options, NULL), 0);
}

static int append(const struct table_call *call, struct ArrowArrayStream *rows,
                  struct quire_error *error)
{
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = table_context};
    (void)call;
    return quire_table_append(table_url, rows, &options, NULL, error);
}

static void check_left(void)
{
    for (int i = 0; i < PARTS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "part=%d", i);
        if (scratch_exists(scratch_path(table_folder, name)))
            assert_int_equal(scratch_count(scratch_path(table_folder, name)), 0);
    }
}

static const struct table_call append_call = {
    .begin = make_table,
    .bring = make_rows,
    .run = append,
    .check_left = check_left,
    .before = 0,
    .after = 1,
    .sum_after = ROWS,
    .stride = 11,
};

static void test_store(void **state)
{
    (void)state;
    table_call_try_kind(&append_call, true);
}

static void test_allocations(void **state)
{
    (void)state;
    table_call_try_kind(&append_call, false);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_allocations),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
