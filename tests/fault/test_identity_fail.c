/* Rows get values of an identity column while the Nth allocation or store operation fails, once or
 * from then on, before or after it took effect; for many N until all goes through: in an append
 * that another writer is ahead of, whose rows are then written once more, and in a merge. No value
 * is there twice, and what the call says is what then stands, with its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_change.h"
#include "scratch.h"
#include "table_call.h"

#define ROWS   6
#define BEFORE 1 /* the version that a change begins at */

static struct ArrowSchema given, whole; /* without the identity column, and with it */

static int setup(void **state)
{
    static const char two[] = "id int64, part string", three[] = "id int64, n int64, part string";
    if (quire_schema_parse(two, strlen(two), &given, NULL) != 0 ||
        quire_schema_parse(three, strlen(three), &whole, NULL) != 0)
        return -1;
    return table_call_setup(state, 0);
}

static int teardown(void **state)
{
    quire_schema_release(&given);
    quire_schema_release(&whole);
    return table_call_teardown(state);
}

/* --- Rows and tables ------------------------------------------------------------------------- */

/* Rows 0 to 5 in two partitions, with values 1 to 6. */
static void make_table(const struct table_call *call)
{
    static const char *const by[] = {"part"};
    static const struct quire_table_property properties[] = {{"delta.enableChangeDataFeed", "true"},
                                                             {"delta.enableRowTracking", "true"}};
    static const struct quire_table_identity identity = {.column = "n", .start = 1};
    const struct quire_table_create_options how = {.partition_by = by,
                                                   .partition_by_size = 1,
                                                   .properties = properties,
                                                   .properties_size = 2,
                                                   .durability = QUIRE_DURABILITY_NONE,
                                                   .identities = &identity,
                                                   .identities_size = 1};
    const struct quire_table_append_options more = {.durability = QUIRE_DURABILITY_NONE};
    struct ArrowArrayStream rows = {.release = NULL};
    (void)call;
    assert_int_equal(quire_table_create(table_folder, &whole, &how, NULL), 0);
    standing_rows(&given, 0, ROWS, &rows);
    assert_int_equal(quire_table_append(table_folder, &rows, &more, NULL, NULL), 0);
    quire_stream_release(&rows);
}

/* Adds 2^n for each row, so that each bit of the sum is a value, and none is there twice. */
static void count_values(const struct ArrowArray *batch, int64_t *sum)
{
    const int64_t *values = batch->children[1]->buffers[1];
    for (int64_t row = 0; row < batch->length; row++) {
        int64_t bit = INT64_C(1) << values[batch->children[1]->offset + row];
        assert_true((*sum & bit) == 0);
        *sum |= bit;
    }
}

/* --- Another writer -------------------------------------------------------------------------- */

/* Rows of a stream, before the first of which another writer commits that it gave 7, 8 and 9. */
static struct ArrowArrayStream met;

static void commit_mark(void)
{
    char text[8192], name[64];
    const char *commit;
    snprintf(name, sizeof(name), "_delta_log/%020d.json", BEFORE);
    commit = strstr(scratch_read(scratch_path(table_folder, name)), "{\"metaData\"");
    assert_non_null(commit);
    size_t size = strcspn(commit, "\n") + 1;
    assert_true(size < sizeof(text));
    memcpy(text, commit, size);
    text[size] = '\0';
    char *mark = strstr(text, "highWaterMark\\\":6");
    assert_non_null(mark);
    mark[strlen("highWaterMark\\\":")] = '9';
    snprintf(name, sizeof(name), "_delta_log/%020d.json", BEFORE + 1);
    scratch_write(scratch_path(table_folder, name), text);
}

static int meet_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    (void)stream;
    return met.get_schema(&met, schema);
}

static int meet_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    if (stream->private_data == NULL) commit_mark();
    stream->private_data = &met;
    return met.get_next(&met, batch);
}

static const char *meet_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return met.get_last_error(&met);
}

static void meet_release(struct ArrowArrayStream *stream)
{
    met.release(&met);
    stream->release = NULL;
}

static int append_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                       struct quire_error *error)
{
    const struct quire_table_append_options how = {.durability = QUIRE_DURABILITY_NONE,
                                                   .context = table_context};
    (void)call;
    met = *rows;
    *rows = (struct ArrowArrayStream){meet_schema, meet_next, meet_error, meet_release, NULL};
    return quire_table_append(table_url, rows, &how, NULL, error);
}

static int merge_rows(const struct table_call *call, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    static const char *const keys[] = {"id"};
    const struct quire_table_change_options how = {.durability = QUIRE_DURABILITY_NONE,
                                                   .context = table_context};
    (void)call;
    return quire_table_merge(table_url, rows, keys, 1, &how, NULL, error);
}

/* --- Operations ------------------------------------------------------------------------------ */

static void bring_rows(const struct table_call *call, struct ArrowArrayStream *rows)
{
    (void)call;
    standing_rows(&given, 4, 3, rows);
}

static void check_left(void)
{
    assert_int_equal(scratch_count(scratch_path(table_folder, "part=a")), 1);
}

/* after: the version that it makes; sum_after: the values then, as bits. */
static void torture(int (*run)(const struct table_call *call, struct ArrowArrayStream *rows,
                               struct quire_error *error),
                    int64_t after, int64_t sum_after)
{
    const struct table_call call = {.begin = make_table,
                                    .bring = bring_rows,
                                    .run = run,
                                    .check_left = check_left,
                                    .count = count_values,
                                    .before = BEFORE,
                                    .after = after,
                                    .sum_before = 0x7E,
                                    .sum_after = sum_after,
                                    .stride = 61,
                                    .stride_store = 3};
    table_call_try_all(&call);
}

static void test_append(void **state)
{
    (void)state;
    torture(append_rows, BEFORE + 2, 0x1C7E); /* 1 to 6, 10 to 12 */
}

static void test_merge(void **state)
{
    (void)state;
    torture(merge_rows, BEFORE + 1, 0xFE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_merge),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
