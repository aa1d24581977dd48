/* What writing to a partitioned table holds: no more than the budget and a little, however many
 * partitions the rows are of and however mixed they come. Counted by the library's own allocations,
 * of one thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/batch_stream.h"
#include "quire/memory.h"
#include "quire/table.h"
#include "quire/table_write.h"
#include "scratch.h"

#define MIB        ((int64_t)1 << 20)
#define BATCHES    60
#define BATCH_ROWS 5000

/* What is beside the budget: the snapshot, actions, an encoder's dictionaries and one batch. */
#define BASE (6 * MIB)

/* --- Counting -------------------------------------------------------------------------------- */

static int64_t held, peak;

static void count(int64_t bytes)
{
    held += bytes;
    if (held > peak) peak = held;
}

static void *count_allocate(size_t size)
{
    void *block = malloc(size);
    if (block != NULL) count((int64_t)malloc_usable_size(block));
    return block;
}

static void *count_reallocate(void *block, size_t size)
{
    int64_t before = block != NULL ? (int64_t)malloc_usable_size(block) : 0;
    void *moved = realloc(block, size);
    if (moved != NULL) count((int64_t)malloc_usable_size(moved) - before);
    return moved;
}

static void count_release(void *block)
{
    count(-(int64_t)malloc_usable_size(block));
    free(block);
}

/* --- Rows ------------------------------------------------------------------------------------ */

static struct ArrowSchema schema;

struct rows {
    int64_t partitions;
    bool sorted;
    int batch;
};

static int64_t partition_of(const struct rows *rows, int64_t row)
{
    if (rows->sorted) return row * rows->partitions / (BATCHES * BATCH_ROWS);
    return (int64_t)((uint64_t)row * UINT64_C(2654435761) % (uint64_t)rows->partitions);
}

static int rows_schema(void *source, struct ArrowSchema *copy, struct quire_error *error)
{
    (void)source;
    return quire_schema_copy(&schema, copy, error);
}

static int rows_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct rows *rows = source;
    struct quire_builder *builder = NULL;
    char text[80];
    batch->release = NULL;
    if (rows->batch == BATCHES) return 0;
    int64_t first = (int64_t)rows->batch++ * BATCH_ROWS;
    assert_int_equal(quire_builder_new(&schema, &builder, error), 0);
    for (int64_t row = first; row < first + BATCH_ROWS; row++) {
        uint64_t value = (uint64_t)row * UINT64_C(0x9e3779b97f4a7c15);
        int size = snprintf(text, sizeof(text), "%016llx%016llx", (unsigned long long)value,
                            (unsigned long long)(value * value));
        assert_int_equal(quire_builder_int(builder, partition_of(rows, row), NULL), 0);
        for (int i = 0; i < 8; i++)
            assert_int_equal(quire_builder_int(builder, (int64_t)(value >> i), NULL), 0);
        assert_int_equal(quire_builder_bytes(builder, text, (size_t)size, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    int code = quire_builder_finish(builder, batch, error);
    quire_builder_free(builder);
    return code;
}

static void rows_close(void *source)
{
    (void)source;
}

/* --- Cases ----------------------------------------------------------------------------------- */

static struct quire_table_append_result append(const char *url, struct rows *rows, int64_t budget)
{
    static const struct quire_stream_ops ops = {rows_schema, rows_next, rows_close};
    static const char *const names[] = {"part"};
    const struct quire_alloc_hooks hooks = {count_allocate, count_reallocate, count_release};
    const struct quire_context_options asked = {.threads = 1, .memory_max = budget};
    const struct quire_table_create_options create = {.partition_by = names,
                                                      .partition_by_size = 1};
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_table_append_result result;
    held = peak = 0;
    quire_alloc_set_hooks(&hooks);
    assert_int_equal(quire_context_new(&asked, &context, NULL), 0);
    const struct quire_table_append_options options = {
        .context = context, .create = &create, .durability = QUIRE_DURABILITY_NONE};
    assert_int_equal(quire_stream_wrap(&ops, rows, &stream, NULL), 0);
    assert_int_equal(quire_table_append(url, &stream, &options, &result, NULL), 0);
    quire_stream_release(&stream);
    quire_context_free(context);
    quire_alloc_set_hooks(NULL);
    assert_int_equal(held, 0);
    return result;
}

static void expect_bounded(const char *folder, const char *name, int64_t partitions, bool sorted,
                           int64_t budget)
{
    struct rows rows = {partitions, sorted, 0};
    const struct quire_table_append_result result =
        append(scratch_path(folder, name), &rows, budget);
    assert_int_equal(result.rows, BATCHES * BATCH_ROWS);
    /* More rows may come to the file of a partition after it was ended for another's. */
    if (!sorted) assert_int_equal(result.files, partitions);
    assert_in_range(result.files, partitions, partitions + 2);
    if (peak > budget + BASE) fail_msg("%s: %lld KiB were held", name, (long long)(peak / 1024));
}

static void test_few(void **state)
{
    expect_bounded(*state, "few", 5, false, 8 * MIB);
}

static void test_many(void **state)
{
    expect_bounded(*state, "many", 300, false, 4 * MIB);
}

static void test_in_order(void **state)
{
    expect_bounded(*state, "order", 7, true, 4 * MIB);
}

/* Files of all partitions are open, and those of some. */
static void test_open(void **state)
{
    expect_bounded(*state, "open", 5, false, 48 * MIB);
}

static void test_some_open(void **state)
{
    expect_bounded(*state, "some", 11, false, 16 * MIB);
}

/* Files that wait for rows which do not come are ended for those that have some. */
static void test_open_in_order(void **state)
{
    expect_bounded(*state, "idle", 3, true, 20 * MIB);
    expect_bounded(*state, "more", 9, true, 14 * MIB);
}

/* What was put aside and read back is what came. */
static void test_rows(void **state)
{
    struct rows rows = {11, false, 0};
    const char *url = scratch_path(*state, "rows");
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    int64_t seen[11] = {0}, total = 0;
    append(url, &rows, MIB);
    assert_int_equal(quire_table_open(url, -1, &table, NULL), 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        const int64_t *parts = batch.children[0]->buffers[1];
        const int64_t *values = batch.children[1]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++) {
            /* The inverse of what the values were made by. */
            uint64_t row =
                (uint64_t)values[batch.children[1]->offset + i] * UINT64_C(0xf1de83e19937733d);
            int64_t part = parts[batch.children[0]->offset + i];
            assert_int_equal(part, partition_of(&rows, (int64_t)row));
            seen[part]++;
            total++;
        }
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
    assert_int_equal(total, BATCHES * BATCH_ROWS);
    for (int i = 0; i < 11; i++)
        assert_in_range(seen[i], total / 12, total / 10);
}

static int open_schema(void **state)
{
    static const char text[] = "part int64, a int64, b int64, c int64, d int64, e int64, f int64, "
                               "g int64, h int64, text string";
    (void)state;
    return quire_schema_parse(text, strlen(text), &schema, NULL) == 0 ? 0 : -1;
}

static int close_schema(void **state)
{
    (void)state;
    quire_schema_release(&schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_few, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_many, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_in_order, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_open, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_some_open, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_open_in_order, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_rows, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
