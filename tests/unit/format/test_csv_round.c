/* What is written is read back as the same values, whatever the values and the
 * options; and every allocation on the way may fail. */
#include "csv_fixture.h"

#include <stdio.h>
#include <string.h>

#include "../data/random_column.h"
#include "fault_alloc.h"
#include "format/format.h"

#define ROWS_MAX 700

/* Options that both sides have, and those that the writer has alone. */
static const char *const shared_sets[] = {
    "",
    "delimiter=;",
    "delimiter=tab",
    "quote='",
    "escape=\\",
    "null_text=NA",
    "null_text=0",
    "decimal_comma=on",
    "binary=hex",
    "delimiter=- null_text=nan",
};
static const char *const write_sets[] = {
    "",
    "line_end=crlf",
    "header=quoted",
    "quoting=all",
    "quoting=nonnumeric",
    "bom=on",
    "timestamp_separator=space",
};

/* Letters that make every kind of trouble in a field. */
static void append_nasty(struct quire_column *column, struct quire_random *random)
{
    static const char *const parts[] = {"a",
                                        ",",
                                        "\"",
                                        "\n",
                                        "\r",
                                        "\t",
                                        "é",
                                        ";",
                                        "'",
                                        "\\",
                                        "-",
                                        "NA",
                                        "0",
                                        " ",
                                        "\xef\xbb\xbf",
                                        "sixteen letters!"};
    char text[256];
    size_t size = 0;
    for (uint64_t i = quire_random_below(random, 9); i > 0; i--) {
        const char *part = parts[quire_random_below(random, sizeof(parts) / sizeof(parts[0]))];
        memcpy(text + size, part, strlen(part));
        size += strlen(part);
        if (quire_random_below(random, 40) == 0) text[size++] = '\0';
    }
    int code = quire_random_below(random, 6) == 0 ? quire_column_append_null(column)
                                                  : quire_column_append_bytes(column, text, size);
    assert_int_equal(code, 0);
}

static struct ArrowArray random_batch(const struct ArrowSchema *schema, int64_t rows,
                                      struct quire_random *random)
{
    struct quire_field *root = NULL;
    struct quire_column *column = NULL;
    struct ArrowArray batch;
    assert_int_equal(quire_field_open(schema, &root, NULL), 0);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (int64_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < column->children_size; i++) {
            if (quire_kind_is_string(root->children[i].kind))
                append_nasty(&column->children[i], random);
            else
                random_column_append(&column->children[i], random, 8);
        }
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    quire_column_free(column);
    quire_field_close(root);
    return batch;
}

static void check_round(const char *schema_text, int64_t rows, struct quire_random *random)
{
    char set[128], write_set[256];
    uint64_t shared = quire_random_below(random, sizeof(shared_sets) / sizeof(shared_sets[0]));
    uint64_t own = quire_random_below(random, sizeof(write_sets) / sizeof(write_sets[0]));
    snprintf(set, sizeof(set), "%s", shared_sets[shared]);
    snprintf(write_set, sizeof(write_set), "%s %s", set, write_sets[own]);
    struct ArrowSchema schema = csv_schema(schema_text), read_schema;
    struct ArrowArray batch = random_batch(&schema, rows, random), copy, read;
    struct csv_run write_run = {.set = write_set};
    struct csv_run read_run = {.set = set, .schema = schema_text};
    struct quire_error difference = {.cause = ""};
    /* The writer takes the batch. */
    assert_int_equal(quire_cast(&schema, &batch, &schema, NULL, &copy, NULL), 0);
    if (csv_write(&write_run, &schema, &batch) != 0)
        fail_msg("%s: %s: %s", schema_text, write_set, write_run.error.cause);
    if (csv_decode(&read_run, (char *)write_run.out.data, write_run.out.size, &read_schema,
                   &read) != 0)
        fail_msg("%s: %s: %s", schema_text, write_set, read_run.error.cause);
    if (rows > 0 && !quire_array_equal(&schema, &copy, &read, &difference))
        fail_msg("%s: %s: row %lld: %s", schema_text, write_set, (long long)difference.row,
                 difference.cause);
    assert_int_equal(read_run.counts.rows, rows);
    quire_array_release(&copy);
    quire_array_release(&read);
    quire_schema_release(&read_schema);
    quire_schema_release(&schema);
    csv_clear(&write_run);
    csv_clear(&read_run);
}

static void test_every_type(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 7);
    for (size_t i = 0; i < random_column_types_size; i++) {
        char schema[160];
        snprintf(schema, sizeof(schema), "x %s, s string, `\"t,\"\"` %s", random_column_types[i],
                 random_column_types[i]);
        for (int time = 0; time < 8; time++)
            check_round(schema, (int64_t)quire_random_below(&random, ROWS_MAX), &random);
        snprintf(schema, sizeof(schema), "x %s", random_column_types[i]);
        check_round(schema, 20, &random);
    }
}

/* --- Failing allocations ----------------------------------------------------------- */

static void keep_array(struct ArrowArray *array)
{
    array->release = NULL;
}

static void keep_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* A table of two columns in static memory, so that only the library allocates. */
static int write_static(struct csv_run *run)
{
    static const int64_t numbers[] = {1, 2, -3};
    static const int32_t offsets[] = {0, 3, 3, 9};
    const void *number_buffers[] = {NULL, numbers};
    const void *string_buffers[] = {NULL, offsets, "a,b\"q\"xy"};
    const void *no_buffers[] = {NULL};
    struct ArrowSchema fields[] = {{.format = "l", .name = "i", .release = keep_schema},
                                   {.format = "u", .name = "s", .release = keep_schema}};
    struct ArrowSchema *field_list[] = {&fields[0], &fields[1]};
    struct ArrowSchema schema = {.format = "+s",
                                 .name = "",
                                 .n_children = 2,
                                 .children = field_list,
                                 .release = keep_schema};
    struct ArrowArray columns[] = {
        {.length = 3, .n_buffers = 2, .buffers = number_buffers, .release = keep_array},
        {.length = 3, .n_buffers = 3, .buffers = string_buffers, .release = keep_array}};
    struct ArrowArray *column_list[] = {&columns[0], &columns[1]};
    struct ArrowArray batch = {.length = 3,
                               .n_buffers = 1,
                               .buffers = no_buffers,
                               .n_children = 2,
                               .children = column_list,
                               .release = keep_array};
    return csv_write(run, &schema, &batch);
}

static int write_and_read(void)
{
    static const char bad[] = "a,l,j\n1,[1],{}\nx,[2],1\n300,,\n1\n\"2\",\"[3]\",2\n3,,{x\n";
    struct csv_run run = {.set = "null_text=NA float_precision=2"}, back = {.set = "escape=\\"};
    struct csv_run reject = {.policy.on_bad = QUIRE_ON_BAD_REJECT,
                             .schema = "a int8, l list<int8>, j json"};
    int code = write_static(&run);
    if (code == 0) code = csv_read(&back, (char *)run.out.data, run.out.size);
    if (code == 0) code = csv_read(&reject, bad, strlen(bad));
    csv_clear(&run);
    csv_clear(&back);
    csv_clear(&reject);
    return code;
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        fault_alloc_arm(n);
        int code = write_and_read();
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(held, 0);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
