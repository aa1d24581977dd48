/* What changes tables, while the Nth allocation or store operation fails, once or from then on,
 * before or after it took effect; for every N until all goes through: properties, constraints,
 * schemas that grow, tables made with their rows, and folders converted. A call that failed has
 * left the version that was there, and one that did not, the next. */
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
#include "quire/file.h"
#include "quire/table_alter.h"
#include "quire/table_convert.h"
#include "scratch.h"

#define N_MAX    100000
#define ROWS     4
#define URL_MAX  4200
#define NO_TABLE (-2)
/* Every so many allocations are tried. */
#define STRIDE_ONCE    2
#define STRIDE_ONWARDS 5

/* One change, the state that it begins with, and the version that it ends with. */
struct change {
    void (*prepare)(void);
    int (*run)(const char *at, struct ArrowArrayStream *rows, struct quire_error *error);
    const char *rows;      /* the schema of those that it takes; NULL: none */
    int64_t before, after; /* versions */
};

static struct quire_context *context;
static char folder[URL_MAX / 2], url[URL_MAX];

static int setup(void **state)
{
    const struct quire_context_options options = {.threads = 1};
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    if (quire_context_new(&options, &context, NULL) != 0) return -1;
    return quire_store_register(&fault_store, NULL);
}

static int teardown(void **state)
{
    quire_context_free(context);
    return scratch_teardown(state);
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
    assert_int_equal(quire_table_create(folder, &schema, &creation, NULL), 0);
    quire_schema_release(&schema);
    make_rows(PLAIN, 1, &rows);
    assert_int_equal(quire_table_append(folder, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

static void make_plain(void)
{
    make_table(NULL, 0);
}

static int set_properties(const char *at, struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const struct quire_table_property properties[] = {
        {"delta.columnMapping.mode", "name"},
        {"delta.enableInCommitTimestamps", "true"},
        {"delta.enableRowTracking", "true"},
        {"x.y", "z"},
    };
    const struct quire_table_alter_options options = {.durability = QUIRE_DURABILITY_NONE};
    (void)rows;
    return quire_table_property_set(at, properties, 4, &options, NULL, error);
}

static int add_constraint(const char *at, struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_alter_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                      .context = context};
    (void)rows;
    return quire_table_constraint_add(at, "small", "id < 100", &options, NULL, error);
}

static void make_rich(void)
{
    static const struct quire_table_property properties[] = {
        {"delta.columnMapping.mode", "id"},
        {"delta.enableInCommitTimestamps", "true"},
        {"delta.enableRowTracking", "true"},
    };
    make_table(properties, 3);
    assert_int_equal(add_constraint(folder, NULL, NULL), 0);
}

static int grow(const char *at, struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = context,
                                                       .evolve = QUIRE_TABLE_EVOLVE_WIDEN};
    return quire_table_append(at, rows, &options, NULL, error);
}

static void make_nothing(void)
{
}

static int make_with_rows(const char *at, struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options creation = {.partition_by = by, .partition_by_size = 1};
    const struct quire_table_append_options options = {
        .durability = QUIRE_DURABILITY_NONE, .context = context, .create = &creation};
    return quire_table_append(at, rows, &options, NULL, error);
}

static void make_folder(void)
{
    static const char *const parts[] = {"p=1/a.parquet", "p=2/b.parquet"};
    const struct quire_write_options options = {.durability = QUIRE_DURABILITY_NONE};
    for (size_t i = 0; i < 2; i++) {
        char path[URL_MAX];
        struct ArrowArrayStream rows = {.release = NULL};
        snprintf(path, sizeof(path), "%s/%s", folder, parts[i]);
        make_rows(i == 0 ? "id int32, more struct<a: int64>" : "id int32, name string", 1, &rows);
        assert_int_equal(quire_file_write(path, &rows, &options, NULL, NULL), 0);
        quire_stream_release(&rows);
    }
}

static int convert(const char *at, struct ArrowArrayStream *rows, struct quire_error *error)
{
    struct ArrowSchema folders = {.release = NULL};
    (void)rows;
    int code = quire_schema_parse("p int32", 7, &folders, error);
    if (code != 0) return code;
    const struct quire_table_convert_options options = {.partition_by = &folders,
                                                        .durability = QUIRE_DURABILITY_NONE};
    code = quire_table_convert(at, &options, NULL, error);
    quire_schema_release(&folders);
    return code;
}

/* --- Torture ------------------------------------------------------------------------------- */

/* The version that stands, all of whose rows can be read; NO_TABLE. */
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
    assert_int_equal(rows % ROWS, 0);
    return version;
}

static void begin(const struct change *change)
{
    scratch_remove(folder);
    change->prepare();
}

/* One try. Returns whether something failed. */
static bool try_once(const struct change *change, const struct call_way *way, int64_t n)
{
    struct ArrowArrayStream rows = {.release = NULL};
    struct quire_error error;
    fault_alloc_arm(0);
    if (change->rows != NULL) make_rows(change->rows, 1, &rows);
    int64_t brought = fault_alloc_held();
    fault_alloc_disarm();
    quire_error_clear(&error);
    call_way_arm(way, n);
    int code = change->run(url, &rows, &error);
    quire_stream_release(&rows);
    bool fired = call_way_disarm(way, n, brought);
    int64_t version = standing();
    /* The answer was lost, and asking again failed: it may have been done. */
    bool blind = way->store && way->onwards && way->after;
    if (code == 0) assert_int_equal(version, change->after);
    if (code != 0) {
        assert_int_equal(code, error.code);
        assert_true(error.cause[0] != '\0');
        assert_true(version == change->before || (blind && version == change->after));
    }
    assert_true(fired || code == 0);
    if (version != change->before) begin(change);
    return fired;
}

static void torture(const struct change *change)
{
    for (size_t i = 0; i < CALL_WAYS; i++) {
        const int stride = call_ways[i].onwards ? STRIDE_ONWARDS : STRIDE_ONCE;
        int64_t n = 1;
        begin(change);
        while (try_once(change, &call_ways[i], n)) {
            n += call_ways[i].store ? 1 : stride * fault_every();
            assert_true(n < N_MAX);
        }
        assert_true(n > 3);
    }
}

static void test_properties(void **state)
{
    static const struct change change = {make_plain, set_properties, NULL, 1, 2};
    (void)state;
    torture(&change);
}

static void test_constraint(void **state)
{
    static const struct change change = {make_plain, add_constraint, NULL, 1, 2};
    (void)state;
    torture(&change);
}

static void test_growth(void **state)
{
    static const struct change change = {
        make_rich, grow, "ID int64, part string, more struct<a: int64, b: list<string>>", 2, 3};
    (void)state;
    torture(&change);
}

static void test_made_with_rows(void **state)
{
    static const struct change change = {make_nothing, make_with_rows, PLAIN, NO_TABLE, 0};
    (void)state;
    torture(&change);
}

static void test_conversion(void **state)
{
    static const struct change change = {make_folder, convert, NULL, NO_TABLE, 0};
    (void)state;
    torture(&change);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties), cmocka_unit_test(test_constraint),
        cmocka_unit_test(test_growth),     cmocka_unit_test(test_made_with_rows),
        cmocka_unit_test(test_conversion),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
