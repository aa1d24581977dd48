/* Two writers of one table, the second of which commits when the first is about to: what the
 * first did stands as if it came after, or is a conflict and leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "quire/table_alter.h"
#include "quire/table_change.h"
#include "quire/table_upkeep.h"
#include "scratch.h"
#include "wrap_store.h"

#define URL_MAX 4200

/* --- A store that lets the other writer in --------------------------------------------------- */

static void (*between)(void);
static int commits_before; /* that are let through first */

static int between_hook(const struct wrap_call *call, bool after, int code,
                        struct quire_error *error)
{
    (void)error;
    if (!after && between != NULL && strcmp(call->operation, "put") == 0 &&
        strstr(call->key, "/_delta_log/") != NULL && strstr(call->key, ".json") != NULL &&
        commits_before-- == 0) {
        void (*other)(void) = between;
        between = NULL;
        commits_before = 0;
        other();
    }
    return code;
}

static const struct quire_store_ops between_store;

static int between_open(const char *url, const void *options, struct quire_store **store,
                        char **key, struct quire_error *error)
{
    (void)options;
    return wrap_store_open(&between_store, between_hook, url, store, key, error);
}

static const struct quire_store_ops between_store = {
    .name = "between",
    .schemes = "between",
    .summary = "another store, with another writer",
    .open = between_open,
    WRAP_STORE_MEMBERS,
};

/* --- Tables ---------------------------------------------------------------------------------- */

static struct ArrowSchema schema;
static char folder[URL_MAX / 2], url[URL_MAX];

static int setup(void **state)
{
    static const char text[] = "id int64, part string";
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "between://%s", folder);
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return quire_store_register(&between_store, NULL);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return scratch_teardown(state);
}

/* Rows of one partition, numbered from first on. */
static void make_rows(int64_t first, int64_t size, const char *part,
                      struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = 0; row < size; row++) {
        assert_int_equal(quire_builder_int(builder, first + row, NULL), 0);
        assert_int_equal(quire_builder_text(builder, part, strlen(part), NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, stream, NULL), 0);
}

static const struct quire_table_change_options options = {.durability = QUIRE_DURABILITY_NONE};

static int append(const char *at, int64_t first, const char *part)
{
    const struct quire_table_append_options how = {.durability = QUIRE_DURABILITY_NONE};
    struct ArrowArrayStream rows = {.release = NULL};
    make_rows(first, 2, part, &rows);
    int code = quire_table_append(at, &rows, &how, NULL, NULL);
    quire_stream_release(&rows);
    return code;
}

/* Version 2: rows 1 and 2 in "a", 3 and 4 in "b". */
static void make_table(void)
{
    static const char *const by[] = {"part"};
    const struct quire_table_create_options how = {
        .partition_by = by, .partition_by_size = 1, .durability = QUIRE_DURABILITY_NONE};
    scratch_remove(folder);
    assert_int_equal(quire_table_create(folder, &schema, &how, NULL), 0);
    assert_int_equal(append(folder, 1, "a"), 0);
    assert_int_equal(append(folder, 3, "b"), 0);
}

/* The sum of what ids stand for: 10^id, so that each digit counts the rows with one. */
static int64_t rows_of_table(void)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    int64_t sum = 0;
    assert_int_equal(quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        for (int64_t row = 0; row < batch.length; row++) {
            const int64_t *ids = batch.children[0]->buffers[1];
            int64_t unit = 1;
            for (int64_t i = ids[batch.children[0]->offset + row]; i > 1; i--)
                unit *= 10;
            sum += unit;
        }
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
    return sum;
}

static int64_t version_of_table(void)
{
    struct quire_table *table = NULL;
    assert_int_equal(quire_table_open(folder, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    int64_t version = quire_table_version(table);
    quire_table_close(table);
    return version;
}

/* --- Writers --------------------------------------------------------------------------------- */

static int delete_a(const char *at, struct quire_error *error)
{
    return quire_table_delete(at, "part = 'a' AND id = 1", &options, NULL, error);
}

static int delete_more_of_a(const char *at, struct quire_error *error)
{
    return quire_table_delete(at, "part = 'a' AND id > 0", &options, NULL, error);
}

static int delete_b(const char *at, struct quire_error *error)
{
    return quire_table_delete(at, "part = 'b' AND id = 3", &options, NULL, error);
}

static int delete_a_by_vector(const char *at, struct quire_error *error)
{
    const struct quire_table_change_options how = {.deletion_vectors = true,
                                                   .durability = QUIRE_DURABILITY_NONE};
    return quire_table_delete(at, "part = 'a' AND id = 2", &how, NULL, error);
}

static int update_a(const char *at, struct quire_error *error)
{
    static const struct quire_table_assignment set[] = {{"id", "id + 4"}};
    return quire_table_update(at, set, 1, "part = 'a' AND id = 2", &options, NULL, error);
}

static int append_a(const char *at, struct quire_error *error)
{
    (void)error;
    return append(at, 5, "a");
}

static int append_b(const char *at, struct quire_error *error)
{
    (void)error;
    return append(at, 5, "b");
}

static int with_rows(const char *at, const char *where, bool merges, struct quire_error *error)
{
    static const char *const keys[] = {"part", "id"};
    struct ArrowArrayStream rows = {.release = NULL};
    make_rows(2, 1, "a", &rows);
    int code = merges ? quire_table_merge(at, &rows, keys, 2, &options, NULL, error)
                      : quire_table_overwrite(at, &rows, where, &options, NULL, error);
    quire_stream_release(&rows);
    return code;
}

static int overwrite(const char *at, struct quire_error *error)
{
    return with_rows(at, NULL, false, error);
}

static int overwrite_a(const char *at, struct quire_error *error)
{
    return with_rows(at, "part = 'a'", false, error);
}

static int append_again(const char *at, struct quire_error *error)
{
    (void)error;
    return append(at, 1, "a");
}

static int merge_a(const char *at, struct quire_error *error)
{
    return with_rows(at, NULL, true, error);
}

static int delete_all_of_a(const char *at, struct quire_error *error)
{
    return quire_table_delete(at, "part = 'a'", &options, NULL, error);
}

static int restore(const char *at, struct quire_error *error)
{
    return quire_table_restore(at, 1, &options, NULL, error);
}

/* Gives ids to the rows that are there, file by file. */
static int track_rows(const char *at, struct quire_error *error)
{
    static const struct quire_table_property property = {"delta.enableRowTracking", "true"};
    return quire_table_property_set(at, &property, 1, NULL, NULL, error);
}

static int arrange(const char *at, struct quire_error *error)
{
    static const char *const columns[] = {"id"};
    const struct quire_table_optimize_options how = {.arrange = QUIRE_TABLE_ZORDER,
                                                     .columns = columns,
                                                     .columns_size = 1,
                                                     .durability = QUIRE_DURABILITY_NONE};
    return quire_table_optimize(at, &how, NULL, error);
}

/* --- Cases ----------------------------------------------------------------------------------- */

typedef int writer(const char *at, struct quire_error *error);

struct meeting {
    writer *first, *second;
    const char *clash; /* NULL: both stand */
    int64_t rows;      /* afterwards, as rows_of_table counts */
};

static const struct meeting meetings[] = {
    {delete_a, append_b, NULL, 111110},
    {delete_a, append_a, NULL, 111110}, /* its statistics tell that no row has that id */
    {delete_more_of_a, append_a, "added rows", 111111},
    {delete_a, delete_b, NULL, 1010},
    {delete_a, delete_a, "file that this one replaces", 1110},
    {delete_a, delete_a_by_vector, "metadata", 1101},
    {delete_a, update_a, "file that this one replaces", 101101},
    {append_a, delete_a, NULL, 111110},
    {update_a, append_b, NULL, 211101},
    {update_a, delete_a, "file that this one replaces", 1110},
    {merge_a, append_b, NULL, 111111},
    {merge_a, delete_b, NULL, 1011},
    {merge_a, append_a, NULL, 111111},
    {merge_a, append_again, "added rows", 1122},
    {overwrite, append_b, "added rows", 111111},
    {overwrite_a, append_b, NULL, 111110},
    {overwrite_a, append_a, "added rows", 111111},
    {overwrite, overwrite, "file that this one replaces", 10},
    {restore, append_b, "added rows", 111111},
    {restore, delete_all_of_a, "file that this one keeps", 1100},
    {track_rows, delete_all_of_a, "file that this one replaces", 1100},
    {track_rows, arrange, "file that this one replaces", 1111},
    {track_rows, append_a, "added rows", 111111},
};

static writer *other;

static void run_other(void)
{
    assert_int_equal(other(folder, NULL), 0);
}

static void test_meetings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(meetings) / sizeof(meetings[0]); i++) {
        const struct meeting *meeting = &meetings[i];
        struct quire_error error;
        make_table();
        other = meeting->second;
        between = run_other;
        quire_error_clear(&error);
        int code = meeting->first(url, &error);
        assert_null(between);
        if (code != (meeting->clash != NULL ? QUIRE_CONFLICT : 0))
            fail_msg("meeting %zu: %d %s", i, code, error.cause);
        if (meeting->clash != NULL) {
            assert_non_null(strstr(error.cause, meeting->clash));
            assert_non_null(strstr(error.cause, "version 3"));
        }
        assert_int_equal(version_of_table(), meeting->clash != NULL ? 3 : 4);
        assert_int_equal(rows_of_table(), meeting->rows);
    }
}

/* What a writer that lost had written is gone. */
static void test_nothing_is_left(void **state)
{
    (void)state;
    make_table();
    int files = scratch_count(scratch_path(folder, "part=a"));
    other = append_b;
    between = run_other;
    assert_int_equal(overwrite(url, NULL), QUIRE_CONFLICT);
    assert_int_equal(scratch_count(scratch_path(folder, "part=a")), files);
    other = delete_b;
    between = run_other;
    int all = scratch_count(folder);
    assert_int_equal(delete_a_by_vector(url, NULL), 0);
    assert_int_equal(scratch_count(folder), all + 1); /* the file of the vector */
    other = append_a;
    between = run_other;
    assert_int_equal(quire_table_delete(url, "id = 6 OR id = 4", &options, NULL, NULL),
                     QUIRE_CONFLICT);
    assert_int_equal(scratch_count(folder), all + 1);
}

static int remove_table(const char *at, struct quire_error *error)
{
    (void)error;
    scratch_remove(at);
    return 0;
}

/* A table that was deleted has no commit afterwards, and nobody is told that it has. */
static void test_a_table_that_is_gone(void **state)
{
    (void)state;
    make_table();
    other = remove_table;
    between = run_other;
    assert_int_equal(append(url, 5, "a"), QUIRE_NOT_FOUND);
    assert_null(between);
    assert_int_equal(access(scratch_path(folder, "_delta_log"), F_OK), -1);
}

/* --- Several commits of one optimize --------------------------------------------------------- */

static int delete_c(const char *at, struct quire_error *error)
{
    return quire_table_delete(at, "part = 'c' AND id = 5", &options, NULL, error);
}

static int set_property(const char *at, struct quire_error *error)
{
    static const struct quire_table_property property = {"mine", "1"};
    return quire_table_property_set(at, &property, 1, NULL, NULL, error);
}

/* What the other did while the second of three commits was about to stand. */
static const struct {
    writer *other;
    const char *clash;
    int64_t commits; /* without a clash */
    int64_t version, rows;
} optimizes[] = {
    {NULL, NULL, 3, 9, 222222},
    {append_b, NULL, 3, 10, 332222},
    {delete_c, NULL, 2, 9, 202222}, /* the third is passed over */
    {delete_b, "file that this one replaces", 1, 8, 222022},
    {set_property, "metadata", 1, 8, 222222},
};

static void make_pairs(void)
{
    static const char *const parts[] = {"a", "b", "c"};
    make_table();
    assert_int_equal(quire_table_delete(folder, "true", &options, NULL, NULL), 0);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
            assert_int_equal(append(folder, 1 + 2 * i, parts[i]), 0);
    assert_int_equal(rows_of_table(), 222222);
}

static void test_optimize_in_several_commits(void **state)
{
    const struct quire_table_optimize_options several = {.commit_bytes = 1,
                                                         .durability = QUIRE_DURABILITY_NONE};
    (void)state;
    for (size_t i = 0; i < sizeof(optimizes) / sizeof(optimizes[0]); i++) {
        struct quire_table_optimize_result result = {.version = -1};
        struct quire_error error;
        make_pairs();
        int64_t before = version_of_table();
        other = optimizes[i].other;
        between = other != NULL ? run_other : NULL;
        commits_before = other != NULL ? 1 : 0;
        quire_error_clear(&error);
        int code = quire_table_optimize(url, &several, &result, &error);
        assert_null(between);
        assert_int_equal(rows_of_table(), optimizes[i].rows);
        assert_int_equal(version_of_table() - before, optimizes[i].version - 6);
        if (optimizes[i].clash != NULL) {
            assert_int_equal(code, QUIRE_CONFLICT);
            assert_non_null(strstr(error.cause, optimizes[i].clash));
            assert_non_null(strstr(error.hint, "1 commit before it stands"));
            continue;
        }
        assert_int_equal(code, 0);
        assert_int_equal(result.commits, optimizes[i].commits);
        assert_int_equal(result.files_removed, 2 * optimizes[i].commits);
        assert_int_equal(result.files_added, optimizes[i].commits);
        assert_int_equal(result.rows, 4 * optimizes[i].commits);
        assert_int_equal(result.files_after, 6 - optimizes[i].commits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meetings),
        cmocka_unit_test(test_nothing_is_left),
        cmocka_unit_test(test_a_table_that_is_gone),
        cmocka_unit_test(test_optimize_in_several_commits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
