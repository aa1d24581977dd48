/* A group commits while the Nth store operation fails, once or from then on, before or after it
 * took effect; for every N until all goes through. Begun again, its producers are told what the
 * table has, which is each row once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fault_store.h"
#include "quire/memory.h"
#include "quire/table_group.h"
#include "quire/table_write.h"
#include "scratch.h"

#define N_MAX            10000
#define OPERATIONS_LEAST 10 /* a loop that was over sooner tried nothing */
#define SEQUENCES        3
#define URL_MAX          4200

static char folder[URL_MAX / 2], url[URL_MAX];
static int64_t told; /* durable, in the run under way */

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    return quire_store_register(&fault_store, NULL);
}

static struct ArrowSchema make_schema(void)
{
    static const char text[] = "n int64";
    struct ArrowSchema schema;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    return schema;
}

static void make_table(void)
{
    static const struct quire_table_property properties[] = {{"delta.checkpointInterval", "2"}};
    const struct quire_table_create_options options = {
        .properties = properties, .properties_size = 1, .durability = QUIRE_DURABILITY_NONE};
    struct ArrowSchema schema = make_schema();
    scratch_remove(folder);
    assert_int_equal(quire_table_create(folder, &schema, &options, NULL), 0);
    quire_schema_release(&schema);
}

static struct ArrowArray make_row(const struct ArrowSchema *schema, int64_t value)
{
    struct quire_builder *builder = NULL;
    struct ArrowArray batch;
    assert_int_equal(quire_builder_new(schema, &builder, NULL), 0);
    assert_int_equal(quire_builder_int(builder, value, NULL), 0);
    assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    return batch;
}

static void tell(void *user, const char *app, int64_t sequence, int64_t version)
{
    (void)user, (void)app, (void)version;
    told = sequence;
}

/* Writes and commits sequences up to the last; *durable is what the group said at first. */
static int produce(const char *at, int64_t *durable, struct quire_error *error)
{
    const struct quire_table_group_options options = {
        .polled = true, .durable = tell, .durability = QUIRE_DURABILITY_NONE};
    struct quire_table_group *group = NULL;
    struct quire_table_producer *producer = NULL;
    struct ArrowSchema schema = make_schema();
    int code = quire_table_group_open(at, &options, &group, error);
    if (code == 0) code = quire_table_group_producer(group, "a", &producer, error);
    if (code == 0) *durable = quire_table_producer_durable(producer);
    for (int64_t i = 0; i < SEQUENCES && code == 0; i++) {
        struct ArrowArray batch = make_row(&schema, i);
        code = quire_table_producer_write(producer, &schema, &batch, i, NULL, error);
        if (code == 0) code = quire_table_group_flush(group, error);
    }
    quire_table_group_close(group);
    quire_schema_release(&schema);
    return code;
}

/* The rows of the table, each once and from the first on. */
static int64_t standing(void)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream;
    int64_t rows = 0, sum = 0;
    assert_int_equal(quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch;
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        const int64_t *values = batch.children[0]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++)
            sum += values[i + batch.children[0]->offset];
        rows += batch.length;
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
    assert_int_equal(sum, rows * (rows - 1) / 2);
    return rows;
}

/* One run with the nth operation failing, and one after it. True when the nth was reached. */
static bool torture(const struct fault_plan *plan)
{
    static const struct fault_plan none = {.nth = 0};
    struct quire_error error;
    int64_t durable = -1;
    make_table();
    told = -1;
    quire_error_clear(&error);
    fault_store_arm(plan);
    int code = produce(url, &durable, &error);
    bool reached = fault_store_operations() >= plan->nth;
    fault_store_arm(&none);
    assert_true(code == 0 || (reached && code == error.code && error.cause[0] != '\0'));
    assert_true(code != 0 || told == SEQUENCES - 1);
    int64_t rows = standing(), before = told;
    assert_true(rows >= before + 1); /* one more where the answer was lost */
    assert_true(rows <= before + 2);
    assert_int_equal(produce(folder, &durable, &error), 0);
    assert_int_equal(durable, rows - 1);
    assert_int_equal(standing(), SEQUENCES);
    return reached;
}

static void test_store(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        struct fault_plan plan = {.nth = 1, .onwards = (way & 1) != 0, .after = (way & 2) != 0};
        while (torture(&plan)) {
            plan.nth++;
            assert_true(plan.nth < N_MAX);
        }
        assert_true(plan.nth > OPERATIONS_LEAST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_store)};
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
