/* A table is created and appended to while the Nth allocation or store operation fails, once
 * or from then on, before or after it took effect; for N after N until all goes through. What the
 * call says is what then stands. */
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

#define ROWS     4
#define BEFORE   1 /* the version that an append begins at */
#define APPENDED 2 /* and, with its checkpoint, ends at */

static struct ArrowSchema schema;

static int setup(void **state)
{
    static const char text[] = "id int64, part string, more struct<a: float64>";
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return table_call_setup(state, 0);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return table_call_teardown(state);
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

static void begin_without(const struct table_call *call)
{
    (void)call;
}

static int run_create(const struct table_call *call, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    (void)call;
    (void)rows;
    return create(table_url, error);
}

static void bring_rows(const struct table_call *call, struct ArrowArrayStream *rows)
{
    (void)call;
    standing_rows(&schema, 0, ROWS, rows);
}

static void begin_with_rows(const struct table_call *call)
{
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE};
    assert_int_equal(create(table_folder, NULL), 0);
    bring_rows(call, &rows);
    assert_int_equal(quire_table_append(table_folder, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

static int run_append(const struct table_call *call, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    const struct quire_table_append_options options = {.app = "app",
                                                       .app_version = 7,
                                                       .durability = QUIRE_DURABILITY_NONE,
                                                       .context = table_context};
    struct quire_table_append_result result;
    (void)call;
    int code = quire_table_append(table_url, rows, &options, &result, error);
    if (code == 0) {
        assert_int_equal(result.version, APPENDED);
        assert_int_equal(result.rows, ROWS);
        assert_false(result.skipped);
    }
    return code;
}

static void check_left(void)
{
    assert_int_equal(scratch_count(scratch_path(table_folder, "part=a")), 1);
}

/* --- Loops ---------------------------------------------------------------------------------- */

static const struct table_call create_call = {
    .begin = begin_without, .run = run_create, .before = NO_TABLE, .after = 0};

static const struct table_call append_call = {.begin = begin_with_rows,
                                              .bring = bring_rows,
                                              .run = run_append,
                                              .check_left = check_left,
                                              .before = BEFORE,
                                              .after = APPENDED,
                                              .sum_before = ROWS,
                                              .sum_after = 2 * ROWS,
                                              .stride = 3,
                                              .all_when_full = true};

static void test_create(void **state)
{
    (void)state;
    table_call_try_all(&create_call);
}

/* Each kind is a test of its own, so that they run side by side. */
static void test_append_store(void **state)
{
    (void)state;
    table_call_try_kind(&append_call, true);
}

static void test_append_allocations_once(void **state)
{
    (void)state;
    table_call_try(&append_call, &(struct call_way){false, false, false}, 0);
}

static void test_append_allocations_from_then_on(void **state)
{
    (void)state;
    table_call_try(&append_call, &(struct call_way){false, true, false}, 0);
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
