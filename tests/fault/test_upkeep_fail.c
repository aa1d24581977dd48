/* A table is looked after while the Nth allocation or store operation fails, once or from then on,
 * before or after it took effect. Whatever the call says, the newest version has the same rows,
 * all of its files are there, and no memory is lost. */
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
#include "quire/table_upkeep.h"
#include "quire/table_write.h"
#include "scratch.h"
#include "standing_table.h"

#define N_MAX   100000
#define APPENDS 3
#define ROWS    4
#define URL_MAX 4200
/* Every so many allocations and store operations are tried; QUIRE_FAULT_EVERY makes them fewer. */
#define STRIDE       197
#define STORE_STRIDE 3

static struct ArrowSchema schema;
static const struct quire_context_options one_thread = {.threads = 1};
static struct quire_context *context; /* of the call; NULL: one with the defaults */
static char folder[URL_MAX / 2], url[URL_MAX];

static int setup(void **state)
{
    static const char text[] = "id int64, part string";
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return quire_store_register(&fault_store, NULL);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return scratch_teardown(state);
}

static void append(void)
{
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = context};
    standing_rows(&schema, 0, ROWS, &rows);
    assert_int_equal(quire_table_append(folder, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

static void make_table(void)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options options = {
        .partition_by = by, .partition_by_size = 1, .durability = QUIRE_DURABILITY_NONE};
    scratch_remove(folder);
    assert_int_equal(quire_table_create(folder, &schema, &options, NULL), 0);
    for (int i = 0; i < APPENDS; i++)
        append();
}

/* The newest version, which has all rows. */
static int64_t standing(void)
{
    int64_t rows, version = standing_table(folder, NULL, &rows);
    assert_int_equal(rows, APPENDS * ROWS);
    return version;
}

/* --- What is done ---------------------------------------------------------------------------- */

static int optimize(struct quire_error *error)
{
    const struct quire_table_optimize_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                         .context = context};
    return quire_table_optimize(url, &options, NULL, error);
}

static int arrange(struct quire_error *error)
{
    static const char *const columns[] = {"id"};
    const struct quire_table_optimize_options options = {.arrange = QUIRE_TABLE_HILBERT,
                                                         .columns = columns,
                                                         .columns_size = 1,
                                                         .folder = "/tmp",
                                                         .durability = QUIRE_DURABILITY_NONE,
                                                         .context = context};
    return quire_table_optimize(url, &options, NULL, error);
}

static int vacuum(struct quire_error *error)
{
    const struct quire_table_vacuum_options options = {
        .retain_given = true, .force = true, .durability = QUIRE_DURABILITY_NONE};
    return quire_table_vacuum(url, &options, NULL, error);
}

static int vacuum_lite(struct quire_error *error)
{
    const struct quire_table_vacuum_options options = {
        .retain_given = true, .force = true, .lite = true, .durability = QUIRE_DURABILITY_NONE};
    return quire_table_vacuum(url, &options, NULL, error);
}

static int analyze(struct quire_error *error)
{
    const struct quire_table_analyze_options options = {
        .all = true, .durability = QUIRE_DURABILITY_NONE, .context = context};
    return quire_table_analyze(url, &options, NULL, error);
}

static int checkpoint(struct quire_error *error)
{
    const struct quire_table_checkpoint_options options = {.durability = QUIRE_DURABILITY_NONE};
    return quire_table_checkpoint(url, &options, NULL, error);
}

static int compact_log(struct quire_error *error)
{
    const struct quire_table_checkpoint_options options = {.compact_log = true,
                                                           .durability = QUIRE_DURABILITY_NONE};
    return quire_table_checkpoint(url, &options, NULL, error);
}

static int check(struct quire_error *error)
{
    const struct quire_table_fsck_options options = {
        .repair = true, .durability = QUIRE_DURABILITY_NONE, .context = context};
    struct quire_table_fsck_result result = {.ok = false};
    int code = quire_table_fsck(url, &options, &result, error);
    if (code == 0) assert_true(result.ok && result.repaired == 0);
    return code;
}

/* --- The loops ------------------------------------------------------------------------------- */

/* optimized: the table has files of before, for those who delete them. */
static void torture(int (*call)(struct quire_error *error), bool optimized)
{
    for (size_t i = 0; i < CALL_WAYS; i++) {
        const struct call_way *way = &call_ways[i];
        /* Those who delete files open the table again and again. */
        const int64_t stride =
            (way->store ? STORE_STRIDE : STRIDE) * fault_every() * (optimized ? 3 : 1);
        int64_t before = -1, n = 1;
        for (bool fired = true; fired; n += stride) {
            struct quire_error error;
            assert_true(n < N_MAX);
            if (before < 0 || standing() != before) {
                make_table();
                if (optimized) assert_int_equal(optimize(NULL), 0);
                before = standing();
            }
            quire_error_clear(&error);
            call_way_arm(way, n);
            int code = quire_context_new(&one_thread, &context, &error);
            if (code == 0) code = call(&error);
            /* It keeps blocks for whoever comes next. */
            quire_context_free(context);
            context = NULL;
            fired = call_way_disarm(way, n, 0);
            assert_int_equal(code, code != 0 ? error.code : 0);
            assert_true(fired || code == 0);
        }
        assert_true(n > 1 + stride || fault_every() > 1);
        (void)standing();
    }
}

#define TEST(name, optimized)             \
    static void test_##name(void **state) \
    {                                     \
        (void)state;                      \
        torture(name, optimized);         \
    }
TEST(optimize, false)
TEST(arrange, false)
TEST(vacuum, true)
TEST(vacuum_lite, true)
TEST(analyze, false)
TEST(checkpoint, false)
TEST(compact_log, false)
TEST(check, false)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimize),    cmocka_unit_test(test_arrange),
        cmocka_unit_test(test_vacuum),      cmocka_unit_test(test_vacuum_lite),
        cmocka_unit_test(test_analyze),     cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_compact_log), cmocka_unit_test(test_check),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
