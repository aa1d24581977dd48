/* What changes tables, while the Nth allocation or store operation fails, once or from then on,
 * before or after it took effect; for every N until all goes through: properties, constraints,
 * schemas that grow, tables made with their rows, and folders converted. A call that failed has
 * left the version that was there, and one that did not, the next. What tells of changes across
 * those of columns leaves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/file.h"
#include "quire/table_alter.h"
#include "quire/table_change.h"
#include "quire/table_convert.h"
#include "scratch.h"
#include "table_call.h"

#define ROWS        4
#define TRIES_LEAST 5

static int setup(void **state)
{
    return table_call_setup(state, 0);
}

/* Rows with numbers in their first columns, and nulls in the rest. */
static void make_rows(const char *text, int numbers, struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = 0; row < ROWS; row++) {
        for (int i = 0; i < numbers; i++)
            assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_stream_of_batches(&schema, &batch, 1, stream, NULL), 0);
}

/* --- Changes ------------------------------------------------------------------------------- */

#define PLAIN "id int32, part string"

static void make_table(const struct quire_table_property *properties, size_t size)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options creation = {.partition_by = by,
                                                        .partition_by_size = 1,
                                                        .properties = properties,
                                                        .properties_size = size,
                                                        .durability = QUIRE_DURABILITY_NONE};
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE};
    struct ArrowArrayStream rows = {.release = NULL};
    struct ArrowSchema schema = {.release = NULL};
    assert_int_equal(quire_schema_parse(PLAIN, strlen(PLAIN), &schema, NULL), 0);
    assert_int_equal(quire_table_create(table_folder, &schema, &creation, NULL), 0);
    quire_schema_release(&schema);
    make_rows(PLAIN, 1, &rows);
    assert_int_equal(quire_table_append(table_folder, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

static void make_plain(const struct table_call *call)
{
    (void)call;
    make_table(NULL, 0);
}

static int set_properties(const struct table_call *call, struct ArrowArrayStream *rows,
                          struct quire_error *error)
{
    static const struct quire_table_property properties[] = {
        {"delta.columnMapping.mode", "name"},
        {"delta.enableInCommitTimestamps", "true"},
        {"delta.enableRowTracking", "true"},
        {"x.y", "z"},
    };
    const struct quire_table_alter_options options = {.durability = QUIRE_DURABILITY_NONE};
    (void)call;
    (void)rows;
    return quire_table_property_set(table_url, properties, 4, &options, NULL, error);
}

static int constrain(const char *at, struct quire_error *error)
{
    const struct quire_table_alter_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                      .context = table_context};
    return quire_table_constraint_add(at, "small", "id < 100", &options, NULL, error);
}

static int add_constraint(const struct table_call *call, struct ArrowArrayStream *rows,
                          struct quire_error *error)
{
    (void)call;
    (void)rows;
    return constrain(table_url, error);
}

static void make_rich(const struct table_call *call)
{
    static const struct quire_table_property properties[] = {
        {"delta.columnMapping.mode", "id"},
        {"delta.enableInCommitTimestamps", "true"},
        {"delta.enableRowTracking", "true"},
    };
    (void)call;
    make_table(properties, 3);
    assert_int_equal(constrain(table_folder, NULL), 0);
}

static int grow(const struct table_call *call, struct ArrowArrayStream *rows,
                struct quire_error *error)
{
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = table_context,
                                                       .evolve = QUIRE_TABLE_EVOLVE_WIDEN};
    (void)call;
    return quire_table_append(table_url, rows, &options, NULL, error);
}

static void make_nothing(const struct table_call *call)
{
    (void)call;
}

static int make_with_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                          struct quire_error *error)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options creation = {.partition_by = by, .partition_by_size = 1};
    const struct quire_table_append_options options = {
        .durability = QUIRE_DURABILITY_NONE, .context = table_context, .create = &creation};
    (void)call;
    return quire_table_append(table_url, rows, &options, NULL, error);
}

static void make_folder(const struct table_call *call)
{
    static const char *const parts[] = {"p=1/a.parquet", "p=2/b.parquet"};
    const struct quire_write_options options = {.durability = QUIRE_DURABILITY_NONE};
    (void)call;
    for (size_t i = 0; i < 2; i++) {
        char path[TABLE_URL_MAX];
        struct ArrowArrayStream rows = {.release = NULL};
        snprintf(path, sizeof(path), "%s/%s", table_folder, parts[i]);
        make_rows(i == 0 ? "id int32, more struct<a: int64>" : "id int32, name string", 1, &rows);
        assert_int_equal(quire_file_write(path, &rows, &options, NULL, NULL), 0);
        quire_stream_release(&rows);
    }
}

static int convert(const struct table_call *call, struct ArrowArrayStream *rows,
                   struct quire_error *error)
{
    struct ArrowSchema folders = {.release = NULL};
    (void)call;
    (void)rows;
    int code = quire_schema_parse("p int32", 7, &folders, error);
    if (code != 0) return code;
    const struct quire_table_convert_options options = {.partition_by = &folders,
                                                        .durability = QUIRE_DURABILITY_NONE};
    code = quire_table_convert(table_url, &options, NULL, error);
    quire_schema_release(&folders);
    return code;
}

/* A table of mapped columns that became others, of the same names. */
static void make_replaced(const struct table_call *call)
{
    static const struct quire_table_property properties[] = {
        {"delta.columnMapping.mode", "name"}, {"delta.enableChangeDataFeed", "true"}};
    const struct quire_table_change_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .overwrite_schema = true};
    struct ArrowArrayStream rows = {.release = NULL};
    make_table(properties, 2);
    make_rows(call->how, 1, &rows);
    assert_int_equal(quire_table_overwrite(table_folder, &rows, NULL, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

static int tell_changes(const struct table_call *call, struct ArrowArrayStream *rows,
                        struct quire_error *error)
{
    const struct quire_table_changes_options options = {
        .from = 0, .to = QUIRE_TABLE_NEWEST, .context = table_context};
    struct ArrowArrayStream changes = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    int64_t nulls = 0, told = 0;
    (void)call;
    (void)rows;
    int code = quire_table_changes(table_url, &options, &changes, error);
    while (code == 0 && (code = quire_stream_next(&changes, &batch, error)) == 0 &&
           batch.release != NULL) {
        told += batch.length;
        nulls += batch.children[0]->null_count != 0;
        quire_array_release(&batch);
    }
    quire_stream_release(&changes);
    assert_true(code != 0 || (told == 3 * ROWS && nulls == 0));
    return code;
}

/* --- Torture ------------------------------------------------------------------------------- */

static void bring_rows(const struct table_call *call, struct ArrowArrayStream *rows)
{
    make_rows(call->how, 1, rows);
}

static void torture(struct table_call call)
{
    /* Every so many allocations. */
    call.stride = 2;
    call.stride_onwards = 5;
    table_call_try_all(&call);
}

static void test_properties(void **state)
{
    (void)state;
    torture((struct table_call){.begin = make_plain,
                                .run = set_properties,
                                .before = 1,
                                .after = 2,
                                .sum_before = ROWS,
                                .sum_after = ROWS});
}

static void test_constraint(void **state)
{
    (void)state;
    torture((struct table_call){.begin = make_plain,
                                .run = add_constraint,
                                .before = 1,
                                .after = 2,
                                .sum_before = ROWS,
                                .sum_after = ROWS});
}

static void test_growth(void **state)
{
    (void)state;
    torture(
        (struct table_call){.begin = make_rich,
                            .bring = bring_rows,
                            .run = grow,
                            .how = "ID int64, part string, more struct<a: int64, b: list<string>>",
                            .before = 2,
                            .after = 3,
                            .sum_before = ROWS,
                            .sum_after = 2 * ROWS});
}

static void test_made_with_rows(void **state)
{
    (void)state;
    torture((struct table_call){.begin = make_nothing,
                                .bring = bring_rows,
                                .run = make_with_rows,
                                .how = PLAIN,
                                .before = NO_TABLE,
                                .after = 0,
                                .sum_after = ROWS});
}

static void test_conversion(void **state)
{
    (void)state;
    torture((struct table_call){.begin = make_folder,
                                .run = convert,
                                .before = NO_TABLE,
                                .after = 0,
                                .sum_after = 2 * ROWS});
}

/* It leaves the version that is there. */
static void test_changes(void **state)
{
    const struct table_call call = {.how = "id int64, part string, more string"};
    (void)state;
    make_replaced(&call);
    for (int way = 0; way < CALL_WAYS; way++) {
        int64_t n = 1;
        for (bool reached = true; reached;
             n += call_ways[way].store ? fault_every() : fault_stride(7)) {
            struct quire_error error;
            quire_error_clear(&error);
            call_way_arm(&call_ways[way], n);
            int code = tell_changes(&call, NULL, &error);
            reached = call_way_disarm(&call_ways[way], n, 0);
            assert_int_equal(code, error.code);
            assert_true(reached || code == 0);
            if (!call_ways[way].store) assert_true(code == 0 || code == QUIRE_MEMORY);
        }
        assert_true(n > TRIES_LEAST);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties), cmocka_unit_test(test_constraint),
        cmocka_unit_test(test_growth),     cmocka_unit_test(test_made_with_rows),
        cmocka_unit_test(test_conversion), cmocka_unit_test(test_changes),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, table_call_teardown);
}
