/* Files that statistics exclude are not opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "quire/table_write.h"
#include "record_store.h"
#include "scratch.h"

#define FILES 4
#define ROWS  3

static char url[4200];
static struct ArrowSchema schema;

static int setup(void **state)
{
    static const char text[] = "id int64, name string, more struct<price: decimal(9,2)>";
    if (scratch_setup(state) != 0) return -1;
    snprintf(url, sizeof(url), "record://%s/t", (const char *)*state);
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return quire_store_register(&record_store, NULL);
}

static int teardown(void **state)
{
    quire_schema_release(&schema);
    return scratch_teardown(state);
}

/* Rows 3 × file and on, each with its number in all columns. */
static void append(int64_t file)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_append_options options = {.durability = QUIRE_DURABILITY_NONE};
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = file * ROWS; row < (file + 1) * ROWS; row++) {
        char text[32];
        snprintf(text, sizeof(text), "%d", (int)row);
        assert_int_equal(quire_builder_int(builder, row, NULL), 0);
        assert_int_equal(quire_builder_text(builder, text, strlen(text), NULL), 0);
        assert_int_equal(quire_builder_begin(builder, NULL), 0);
        assert_int_equal(quire_builder_text(builder, text, strlen(text), NULL), 0);
        assert_int_equal(quire_builder_end(builder, NULL), 0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_schema_copy(&schema, &copy, NULL), 0);
    assert_int_equal(quire_stream_of_batches(&copy, &batch, 1, &rows, NULL), 0);
    assert_int_equal(quire_table_append(url, &rows, &options, NULL, NULL), 0);
    quire_stream_release(&rows);
}

/* Data files that are opened to read the table under a condition. */
static int files_opened(const char *where)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    const struct quire_table_read_options options = {.where = where};
    int opened = 0;
    assert_int_equal(quire_table_open(url, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    record_store_clear();
    assert_int_equal(quire_table_read(table, &options, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
    for (const char *at = record_store_text(); (at = strstr(at, "reader_open ")) != NULL; at++) {
        const char *part = strstr(at, "/part-"), *end = strchr(at, '\n');
        opened += part != NULL && part < end;
    }
    return opened;
}

static void test_files_are_passed_over(void **state)
{
    static const struct quire_table_property properties[] = {{"delta.checkpointInterval", "3"}};
    const struct quire_table_create_options options = {
        .properties = properties, .properties_size = 1, .durability = QUIRE_DURABILITY_NONE};
    (void)state;
    assert_int_equal(quire_table_create(url, &schema, &options, NULL), 0);
    for (int64_t file = 0; file < FILES; file++)
        append(file);
    assert_int_equal(files_opened(NULL), FILES);
    assert_int_equal(files_opened("id >= 0 OR name = 'x'"), FILES);
    assert_int_equal(files_opened("id = 4"), 1);
    assert_int_equal(files_opened("id BETWEEN 4 AND 6 AND id < 6"), 1);
    assert_int_equal(files_opened("id IN (1, 5)"), 2);
    assert_int_equal(files_opened("name = '0'"), 1);
    assert_int_equal(files_opened("more.price > 8.00"), 1);
    assert_int_equal(files_opened("MORE.price IS NULL"), 0);
    assert_int_equal(files_opened("id > 100 AND name <> 'x'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files_are_passed_over)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
