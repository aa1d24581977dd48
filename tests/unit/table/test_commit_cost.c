/* What commits cost, in operations of the store: as many in a table of five hundred versions as in
 * one of a few, counted from the last checkpoint on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "quire/table_change.h"
#include "quire/table_group.h"
#include "quire/table_write.h"
#include "record_store.h"

/* Versions, both three after a checkpoint and far from the next. */
#define SHORT 13
#define LONG  503

/* --- Stores ---------------------------------------------------------------------------------- */

/* The record store, as if its keys were paths of this machine. */
static struct quire_store_ops local_store;

static int local_open(const char *url, const void *options, struct quire_store **store, char **key,
                      struct quire_error *error)
{
    int code = record_store.open(url, options, store, key, error);
    if (code == 0) (*store)->ops = &local_store;
    return code;
}

/* --- Tables ---------------------------------------------------------------------------------- */

static struct ArrowSchema schema;
static struct quire_context *context; /* of one thread */

static void make_batch(struct ArrowArray *batch)
{
    struct quire_builder *builder = NULL;
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    assert_int_equal(quire_builder_int(builder, 1, NULL), 0);
    assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    assert_int_equal(quire_builder_finish(builder, batch, NULL), 0);
    quire_builder_free(builder);
}

static struct quire_table_group *open_group(const char *url, struct quire_table_producer **producer)
{
    const struct quire_table_group_options options = {
        .polled = true, .durability = QUIRE_DURABILITY_NONE, .context = context};
    struct quire_table_group *group = NULL;
    assert_int_equal(quire_table_group_open(url, &options, &group, NULL), 0);
    assert_int_equal(quire_table_group_producer(group, "app", producer, NULL), 0);
    return group;
}

static void write_and_flush(struct quire_table_group *group, struct quire_table_producer *producer,
                            int64_t sequence)
{
    struct ArrowArray batch = {.release = NULL};
    make_batch(&batch);
    assert_int_equal(quire_table_producer_write(producer, &schema, &batch, sequence, NULL, NULL),
                     0);
    assert_int_equal(quire_table_group_flush(group, NULL), 0);
}

/* A table whose newest version is this. */
static void make_table(const char *url, int64_t version)
{
    const struct quire_table_create_options options = {.durability = QUIRE_DURABILITY_NONE};
    struct quire_table_producer *producer = NULL;
    assert_int_equal(quire_table_create(url, &schema, &options, NULL), 0);
    struct quire_table_group *group = open_group(url, &producer);
    for (int64_t i = 1; i <= version; i++)
        write_and_flush(group, producer, i);
    quire_table_group_close(group);
}

static void append(const char *url, int64_t version)
{
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = context};
    struct quire_table_append_result result;
    struct ArrowArrayStream rows = {.release = NULL};
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    make_batch(&batch);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, &rows, NULL), 0);
    assert_int_equal(quire_table_append(url, &rows, &options, &result, NULL), 0);
    assert_int_equal(result.version, version);
    quire_stream_release(&rows);
}

/* --- Costs ----------------------------------------------------------------------------------- */

struct cost {
    int lists, opens, heads, puts, uploads, parts, commits, deletes;
    int reads; /* by how many threads there are */
};

/* Of the operations since the last clear. */
static struct cost cost_of_record(void)
{
    struct cost cost = {0};
    const struct {
        const char *operation;
        int *count;
    } kinds[] = {
        {"list ", &cost.lists},
        {"reader_open ", &cost.opens},
        {"head ", &cost.heads},
        {"put ", &cost.puts},
        {"upload_begin ", &cost.uploads},
        {"upload_part ", &cost.parts},
        {"upload_commit ", &cost.commits},
        {"delete_many ", &cost.deletes},
        {"read_at ", &cost.reads},
    };
    for (const char *line = record_store_text(); *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t kind = 0;
        while (strncmp(line, kinds[kind].operation, strlen(kinds[kind].operation)) != 0)
            if (++kind == sizeof(kinds) / sizeof(kinds[0])) fail_msg("%s", line);
        ++*kinds[kind].count;
    }
    return cost;
}

/* A new table of that version, in memory, by a scheme. The names go on. */
static const char *new_place(bool local, int64_t version)
{
    static char url[64];
    static int places;
    snprintf(url, sizeof(url), "%s://mem://cost%d", local ? "record-local" : "record", ++places);
    make_table(strstr(url, "mem://"), version);
    return url;
}

static struct cost cost_of_append(bool local, int64_t version)
{
    const char *url = new_place(local, version);
    record_store_clear();
    append(url, version + 1);
    return cost_of_record();
}

static struct cost cost_of_round(bool local, int64_t version)
{
    const char *url = new_place(local, version);
    struct quire_table_producer *producer = NULL;
    struct quire_table_group *group = open_group(url, &producer);
    record_store_clear();
    write_and_flush(group, producer, version + 1);
    struct cost cost = cost_of_record();
    quire_table_group_close(group);
    return cost;
}

/* What is written is the same everywhere: a data file, the commit, and its checksum. */
static void expect_written(const struct cost *cost)
{
    assert_int_equal(cost->uploads, 1);
    assert_int_equal(cost->parts, 1);
    assert_int_equal(cost->commits, 1);
    assert_int_equal(cost->puts, 2);
    assert_int_equal(cost->deletes, 0);
}

static void expect_equal(const struct cost *a, const struct cost *b)
{
    assert_memory_equal(a, b, sizeof(*a));
}

/* --- Cases ----------------------------------------------------------------------------------- */

static void test_append(void **state)
{
    (void)state;
    const struct cost cost = cost_of_append(false, SHORT);
    const struct cost other = cost_of_append(false, LONG);
    expect_equal(&cost, &other);
    expect_written(&cost);
    assert_int_equal(cost.lists, 1); /* from the checkpoint on */
    /* The hint, the checkpoint, the three commits after it, and the checksum of the version before;
     * not the commit that was made. */
    assert_int_equal(cost.opens, 1 + 1 + 3 + 1);
    assert_int_equal(cost.heads, 2); /* the data file, the checksum of the version before */
}

static void test_append_local(void **state)
{
    (void)state;
    const struct cost cost = cost_of_append(true, SHORT);
    const struct cost other = cost_of_append(true, LONG);
    expect_equal(&cost, &other);
    expect_written(&cost);
    assert_int_equal(cost.lists, 0); /* a folder is listed whole */
    /* Those of above, and the commit after the newest, which is not there. */
    assert_int_equal(cost.opens, 1 + 1 + 3 + 1 + 1);
    assert_int_equal(cost.heads, 3); /* those of above, and the commit after that one */
}

/* A group that is open knows the table but for what others committed meanwhile. */
static void test_round(void **state)
{
    (void)state;
    for (int local = 0; local < 2; local++) {
        const struct cost cost = cost_of_round(local != 0, SHORT);
        const struct cost other = cost_of_round(local != 0, LONG);
        expect_equal(&cost, &other);
        expect_written(&cost);
        assert_int_equal(cost.lists, 0);
        /* The next commit, which is not there; the checksum of the version before. */
        assert_int_equal(cost.opens, 2);
        assert_int_equal(cost.heads, 2); /* the data file, the checksum of the version before */
    }
}

/* Data files that are opened by a delete. */
static int opens_of_delete(const char *where)
{
    const struct quire_table_change_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                       .context = context};
    struct quire_table_change_result result;
    const char *url = new_place(false, 3);
    int opens = 0;
    record_store_clear();
    assert_int_equal(quire_table_delete(url, where, &options, &result, NULL), 0);
    assert_int_equal(result.rows_deleted, 3);
    for (const char *line = record_store_text(); *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');
        opens += strncmp(line, "reader_open ", strlen("reader_open ")) == 0 &&
                 memmem(line, (size_t)(end - line), "part-", strlen("part-")) != NULL;
    }
    return opens;
}

/* Files that statistics tell to go whole are not looked at. */
static void test_delete_whole(void **state)
{
    (void)state;
    assert_int_equal(opens_of_delete("id = 1"), 0);
    assert_int_equal(opens_of_delete("id BETWEEN 0 AND 5 AND id IS NOT NULL"), 0);
    assert_int_equal(opens_of_delete("id IN (1)"), 0);
    assert_int_equal(opens_of_delete("id IN (1, 3)"), 3); /* no bounds say this */
    assert_int_equal(opens_of_delete("id >= 1 AND id % 2 = 1"), 3);
    assert_int_equal(opens_of_delete("id >= 1 OR id < 0"), 3);
}

static int setup(void **state)
{
    static const char text[] = "id int64";
    const struct quire_context_options options = {.threads = 1};
    (void)state;
    if (quire_context_new(&options, &context, NULL) != 0) return -1;
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    local_store = record_store;
    local_store.name = local_store.schemes = "record-local";
    local_store.capabilities = QUIRE_STORE_LOCAL;
    local_store.open = local_open;
    if (quire_store_register(&record_store, NULL) != 0) return -1;
    return quire_store_register(&local_store, NULL);
}

static int teardown(void **state)
{
    (void)state;
    quire_schema_release(&schema);
    quire_context_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_append_local),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_delete_whole),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
