/* What the CSV decoder reads, option by option, and what it says of bad input. */
#include "csv_fixture.h"

#include <stdio.h>
#include <string.h>

#include "format/format.h"

static void test_types_are_found(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0},
                    "i,f,b,d,t,s,code,n\n"
                    "1,1.5,true,2024-01-01,2024-01-01T10:00:00,x,007,\n"
                    "-20,2,false,2024-02-29,2024-01-01 11:00:00,,12,\n",
                    "i int64, f float64, b bool, d date, t timestamp(us), s string, code string, "
                    "n string\n"
                    "1|1.5|true|2024-01-01|2024-01-01T10:00:00.000000|x|007|~\n"
                    "-20|2.0|false|2024-02-29|2024-01-01T11:00:00.000000|~|12|~\n");
    csv_expect_read((struct csv_run){.set = "infer=off"}, "a,b\n1,\n", "a string, b string\n1|~\n");
}

static void test_null_and_empty(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0}, "a,b\n\"\",x\n,\"\"\n", "a string, b string\n|x\n~|\n");
    csv_expect_read((struct csv_run){.set = "null_text=NA"}, "a,b\nNA,1\n\"NA\",NA\n,3\n",
                    "a string, b int64\n~|1\nNA|~\n~|3\n");
    csv_expect_read((struct csv_run){.set = "null_text=-1"}, "a,b\n-1,-1\n2,x\n",
                    "a int64, b string\n~|~\n2|x\n");
}

static void test_quoted_numbers_are_numbers(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0}, "a,b\n\"1\",\"2.5\"\n\"-3\",4\n",
                    "a int64, b float64\n1|2.5\n-3|4.0\n");
}

static void test_record_ends(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0}, "a,b\r\n1,x\r\n\r\n2,\"y\"\r\n3,z\rw",
                    "a int64, b string\n1|x\n2|y\n3|z\rw\n");
    csv_expect_read((struct csv_run){0}, "a\n1\n\n3\n", "a int64\n1\n~\n3\n");
    csv_expect_read((struct csv_run){0}, "a,b\n\n\n1,2\n\n", "a int64, b int64\n1|2\n");
    csv_expect_read((struct csv_run){0}, "a,b\n1,", "a int64, b string\n1|~\n");
}

static void test_quotes(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0},
                    "a,b\n\"x,\"\"y\"\"\n\",5\" screen\n\"\"\"\"\"\",\"é\r\n\"\n",
                    "a string, b string\nx,\"y\"\n|5\" screen\n\"\"|é\r\n\n");
    csv_expect_read((struct csv_run){.set = "quote='"}, "a\n'x,y'\n\"z\n", "a string\nx,y\n\"z\n");
    csv_expect_read((struct csv_run){.set = "quote=none"}, "a,b\n\"x,2\n",
                    "a string, b int64\n\"x|2\n");
    csv_expect_read((struct csv_run){.set = "escape=\\"}, "a,b\nx\\,y,\"p\\\"q\"\n\\\\,\"\"\"\"\n",
                    "a string, b string\nx,y|p\"q\n\\|\"\n");
    csv_expect_read_error((struct csv_run){0}, "a,b\n1,\"x\"y\n", QUIRE_INPUT, 1, 9, "b",
                          "closing quote");
    csv_expect_read_error((struct csv_run){0}, "a,b\n1,x\n2,\"y\n3,z\n", QUIRE_INPUT, -1, 10, NULL,
                          "never closed");
    csv_expect_read_error((struct csv_run){0}, "a,\"b\n1,x\n", QUIRE_INPUT, -1, 2, NULL,
                          "never closed");
}

static void test_header(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){0}, "a,a,,a_2,a\n1,2,3,4,5\n",
                    "a int64, a_3 int64, column_3 int64, a_2 int64, a_4 int64\n1|2|3|4|5\n");
    csv_expect_read((struct csv_run){.set = "header=off"}, "1,2\n3,4\n",
                    "column_1 int64, column_2 int64\n1|2\n3|4\n");
    csv_expect_read((struct csv_run){.set = "header=off"}, "\n1,2\n",
                    "column_1 int64, column_2 int64\n1|2\n");
    csv_expect_read((struct csv_run){0},
                    "\xef\xbb\xbf"
                    "a,b\n1,2\n",
                    "a int64, b int64\n1|2\n");
    csv_expect_read((struct csv_run){0}, "\n\na\n1", "a int64\n1\n");
    csv_expect_read((struct csv_run){0}, "a,b", "a string, b string\n");
    csv_expect_read((struct csv_run){.format = &quire_format_tsv}, "a\tb,c\n1\t2\n",
                    "a int64, b,c int64\n1|2\n");
}

/* As many equal names as a file may have columns take no longer than others. */
static void test_equal_names(void **state)
{
    (void)state;
    const size_t columns = 50000;
    struct quire_buf text = {0};
    for (size_t line = 0; line < 2; line++) {
        for (size_t i = 0; i < columns; i++)
            assert_int_equal(quire_buf_append(&text, i + 1 < columns ? "1," : "1\n", 2), 0);
    }
    struct csv_run run = {0};
    assert_int_equal(csv_read(&run, (char *)text.data, text.size), 0);
    const char *out = (const char *)run.out.data;
    assert_memory_equal(out, "1 int64, 1_2 int64, 1_3 int64", 29);
    assert_non_null(strstr(out, ", 1_50000 int64\n1|1|1"));
    csv_clear(&run);
    quire_buf_release(&text);
}

/* Columns that are left out do not make empty lines rows. */
static void test_blank_lines_of_a_projection(void **state)
{
    (void)state;
    const char *const columns[] = {"b"};
    struct csv_run run = {.set = "header=off", .schema = "a int64, b int64"};
    csv_expect_read(run, "\n\n", "a int64, b int64\n");
    run.policy.columns = columns;
    run.policy.columns_size = 1;
    csv_expect_read(run, "\n\n", "b int64\n");
}

static void test_skip_and_comments(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){.set = "skip_rows=1 comment=#"},
                    "it's \"junk\n#c,\"d\n\na,b\n#\"e\n1,\"#2\"\n3,#4\n#end,",
                    "a int64, b string\n1|#2\n3|#4\n");
    csv_expect_read((struct csv_run){.set = "comment=#"}, "a,b\n1,2\n#c\n3,4\n",
                    "a int64, b int64\n1|2\n3|4\n");
}

static void test_decimal_comma(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){.set = "decimal_comma=on delimiter=;"},
                    "a;b;c\n1,5;2;1.5\n-0,25;3;2\n",
                    "a float64, b int64, c string\n1.5|2|1.5\n-0.25|3|2\n");
    csv_expect_read((struct csv_run){.set = "decimal_comma=on delimiter=;",
                                     .schema = "a decimal(9,2), b float64"},
                    "a;b\n1,5;\"2,25\"\n", "a decimal(9,2), b float64\n1.50|2.25\n");
    csv_expect_read_error(
        (struct csv_run){.set = "decimal_comma=on delimiter=;", .schema = "a float64"}, "a\n1.5\n",
        QUIRE_INPUT, 1, 2, "a", "\"1.5\" is not");
}

static void test_empty_files(void **state)
{
    (void)state;
    csv_expect_read_error((struct csv_run){0}, "", QUIRE_INPUT, -1, -1, NULL, "empty");
    csv_expect_read_error((struct csv_run){0}, "\n\r\n", QUIRE_INPUT, -1, -1, NULL, "empty");
    csv_expect_read((struct csv_run){.schema = "a int64, b string"}, "", "a int64, b string\n");
    csv_expect_read((struct csv_run){.schema = "a int64, b string"}, "a,b\n",
                    "a int64, b string\n");
}

static void test_what_is_not_text(void **state)
{
    (void)state;
    csv_expect_read_error((struct csv_run){0},
                          "\xff\xfe"
                          "a",
                          QUIRE_INPUT, -1, 0, NULL, "UTF-16");
    csv_expect_read_error((struct csv_run){0}, "a,\xff\n", QUIRE_INPUT, -1, 2, NULL, "not UTF-8");
    csv_expect_read_error((struct csv_run){0}, "a,b\n1,ok\n2,\xc3(\n", QUIRE_INPUT, 2, 11, "b",
                          "not valid UTF-8");
    csv_expect_read((struct csv_run){.set = "invalid_utf8=replace"}, "\xff\n\xc3(\n",
                    "\xef\xbf\xbd string\n\xef\xbf\xbd(\n");
    struct csv_run run = {0};
    assert_int_equal(csv_read(&run, "a,b\n1,\0\n", 8), QUIRE_INPUT);
    assert_int_equal(run.error.byte, 6);
    csv_clear(&run);
    assert_int_equal(csv_read(&run, "a\n\"x\0y\"\n", 8), 0);
    assert_memory_equal(run.out.data, "a string\nx\0y\n", 13);
    csv_clear(&run);
}

static void test_schema(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){.schema = "b int8, a string, z date"}, "a,b\n1,2\n",
                    "b int8, a string, z date\n2|1|~\n");
    csv_expect_read((struct csv_run){.set = "header=off", .schema = "x int8, y uint64, z bool"},
                    "1,18446744073709551615\n",
                    "x int8, y uint64, z bool\n1|18446744073709551615|~\n");
    csv_expect_read((struct csv_run){.schema = "l list<int8>, s struct<x int8>"},
                    "l,s\n\"[1,null]\",\"{\"\"x\"\":1}\"\n,\n",
                    "l list<int8>, s struct<x:int8>\n[1,null]|{\"x\":1}\n~|~\n");
    csv_expect_read_error((struct csv_run){.schema = "a int8"}, "a,b\n1,2\n", QUIRE_INPUT, -1, -1,
                          "b", "does not have");
    csv_expect_read((struct csv_run){.schema = "b int8", .policy.extra = QUIRE_EXTRA_IGNORE},
                    "a,b\n1,2\n", "b int8\n2\n");
    csv_expect_read_error(
        (struct csv_run){.schema = "a int8, z int8", .policy.missing = QUIRE_MISSING_ERROR},
        "a\n1\n", QUIRE_INPUT, -1, -1, "z", "does not have");
    csv_expect_read_error((struct csv_run){.schema = "a int8 not null"}, "a\n1\n\n", QUIRE_INPUT, 2,
                          -1, "a", "null");
    csv_expect_read_error((struct csv_run){.schema = "a int8"}, "a\n128\n", QUIRE_INPUT, 1, 2, "a",
                          "out of the range");
    csv_expect_read_error((struct csv_run){.schema = "l list<int8>"}, "l\n[1\n", QUIRE_INPUT, 1, 2,
                          "l", "");
}

static void test_projection(void **state)
{
    (void)state;
    const char *columns[] = {"c", "a"};
    struct quire_record_policy policy = {.columns = columns, .columns_size = 2};
    csv_expect_read((struct csv_run){.policy = policy}, "a,b,c\n1,\"x\"y,3\n",
                    "a int64, c int64\n1|3\n");
    csv_expect_read_error((struct csv_run){.policy = policy}, "a,b,c\n1,2,3\n1,2\n", QUIRE_INPUT, 2,
                          12, NULL, "2 fields, not 3");
    csv_expect_read((struct csv_run){.policy = policy, .schema = "c int8, b int8, a int8"},
                    "a,b,c\n1,2,3\n", "c int8, a int8\n3|1\n");
    csv_expect_read_error((struct csv_run){.policy = policy}, "a,b\n1,2\n", QUIRE_USAGE, -1, -1,
                          NULL, "no column named \"c\"");
    struct csv_run none = {.policy = {.columns_given = true}};
    assert_int_equal(csv_read(&none, "a,b\n1,2\n3,4\n", 12), 0);
    assert_int_equal(none.counts.rows, 2);
    csv_clear(&none);
}

static void test_ragged(void **state)
{
    (void)state;
    csv_expect_read_error((struct csv_run){0}, "a,b\n1,2\n3\n", QUIRE_INPUT, 2, 8, NULL,
                          "1 field, not 2");
    csv_expect_read_error((struct csv_run){0}, "a,b\n1,2,3\n", QUIRE_INPUT, 1, 4, NULL,
                          "3 fields, not 2");
    csv_expect_read((struct csv_run){.set = "ragged=pad"}, "a,b,c\r\n1\r\n2,x\r\n3,y,z\r\n4",
                    "a int64, b string, c string\n1|~|~\n2|x|~\n3|y|z\n4|~|~\n");
    csv_expect_read_error((struct csv_run){.set = "ragged=pad"}, "a,b\n1,2,3\n", QUIRE_INPUT, 1, 4,
                          NULL, "3 fields, not 2");
}

static const char bad_rows[] = "a,b\n1,x\n2x,y\n3,z,w\n4\n,q\n6x,\n7,r\n";

static void test_bad_values_fail_at_the_first_row(void **state)
{
    (void)state;
    csv_expect_read_error((struct csv_run){.schema = "a int64, b string"}, bad_rows, QUIRE_INPUT, 2,
                          8, "a", "\"2x\" is not an int64");
    /* Of two columns the row that comes first counts. */
    csv_expect_read_error((struct csv_run){.schema = "a int64, b int64"}, "a,b\n1,2\n3,y\nx,4\n",
                          QUIRE_INPUT, 2, 10, "b", "\"y\"");
}

static void test_bad_values_become_null(void **state)
{
    (void)state;
    struct csv_run run = {.schema = "a int64, b bool", .policy.on_bad = QUIRE_ON_BAD_NULL};
    static const char text[] = "a,b\n1,true\nx,maybe\n2,false\n";
    assert_int_equal(csv_read(&run, text, strlen(text)), 0);
    assert_string_equal((char *)run.out.data, "a int64, b bool\n1|true\n~|~\n2|false\n");
    assert_int_equal(run.counts.nulled, 2);
    assert_int_equal(run.counts.rows, 3);
    csv_clear(&run);
    csv_expect_read_error(
        (struct csv_run){.schema = "a int64, b string", .policy.on_bad = QUIRE_ON_BAD_NULL},
        bad_rows, QUIRE_INPUT, 3, 13, NULL, "3 fields, not 2");
}

static void test_bad_records_are_rejected(void **state)
{
    (void)state;
    struct csv_run run = {.schema = "a int64 not null, b string",
                          .policy.on_bad = QUIRE_ON_BAD_REJECT};
    assert_int_equal(csv_read(&run, bad_rows, strlen(bad_rows)), 0);
    assert_string_equal((char *)run.out.data, "a int64, b string\n1|x\n7|r\n");
    quire_buf_terminate(&run.rejects);
    assert_string_equal((char *)run.rejects.data,
                        "2:8:a:2x,y|3:13::3,z,w|4:19::4|5:21:a:,q|6:24:a:6x,|");
    assert_int_equal(run.counts.rejected, 5);
    assert_int_equal(run.counts.rows, 2);
    csv_clear(&run);
}

static void test_rejected_records_are_whole(void **state)
{
    (void)state;
    static const char text[] = "a,b,c\n1,2,3\nx,\"two\nlines\"\r\ny";
    struct csv_run run = {.set = "ragged=pad",
                          .schema = "a int64, b string, c string",
                          .policy.on_bad = QUIRE_ON_BAD_REJECT};
    assert_int_equal(csv_read(&run, text, strlen(text)), 0);
    assert_string_equal((char *)run.out.data, "a int64, b string, c string\n1|2|3\n");
    quire_buf_terminate(&run.rejects);
    assert_string_equal((char *)run.rejects.data, "2:12:a:x,\"two\nlines\"|3:27:a:y|");
    csv_clear(&run);
}

static void test_options_that_contradict(void **state)
{
    (void)state;
    static const char *const sets[] = {"delimiter=\"", "comment=,", "delimiter=none",
                                       "null_text=a,b"};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        csv_expect_read_error((struct csv_run){.set = sets[i]}, "a\n1\n", QUIRE_USAGE, -1, -1, NULL,
                              "");
}

/* Without a line feed such a file is all header: it must not pass for an empty one. */
static void test_lines_that_end_with_cr_alone(void **state)
{
    (void)state;
    static const struct {
        const char *set, *text;
        int64_t byte;
    } cases[] = {
        {NULL, "a,b\r1,2\r3,4\r", 3},       {NULL, "a,b\r", 3},
        {NULL, "a\r,b\n1,2\n", 1},          {NULL, "\"a\",\"b\"\r\"1\",\"2\"\r", 7},
        {"comment=#", "#c\ra,b\r1,2\r", 2}, {"skip_rows=1", "title\ra,b\r1,2\r", 5},
        {"escape=\\", "a\\\r,b\r1,2\r", 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct csv_run run = {.set = cases[i].set, .schema = i == 2 ? NULL : "a int64, b int64"};
        csv_expect_read_error(run, cases[i].text, QUIRE_INPUT, -1, cases[i].byte, NULL,
                              "lines end with CR alone");
    }
    /* What is no text is not told to have its line ends changed. */
    csv_expect_read_error((struct csv_run){0}, "\x7f\xff\r\n", QUIRE_INPUT, -1, 1, NULL,
                          "column name is not UTF-8");
    csv_expect_read_error((struct csv_run){0}, "\x7f\xff\rELF\n", QUIRE_INPUT, -1, 0, NULL,
                          "not a line of text");
    csv_expect_read((struct csv_run){0}, "\"a\rb\",c\r\n1,x\ry\r\n",
                    "a\rb int64, c string\n1|x\ry\n");
    csv_expect_read((struct csv_run){.set = "escape=\\"}, "a\\\rb\n1\n", "a\rb int64\n1\n");
}

/* A file that is larger than what is looked at for its header. */
static void test_long_file_of_cr_alone(void **state)
{
    (void)state;
    struct csv_run run = {.memory = 16 << 20};
    struct quire_buf text = {0};
    for (int i = 0; i < 1000000; i++)
        assert_int_equal(quire_buf_append(&text, "1,2,3,4\r", 8), 0);
    assert_int_equal(csv_read(&run, (char *)text.data, text.size), QUIRE_INPUT);
    assert_string_equal(run.error.cause, "lines end with CR alone");
    csv_clear(&run);
    quire_buf_release(&text);
}

static void test_empty_name(void **state)
{
    (void)state;
    csv_expect_read((struct csv_run){.schema = "a int64, `` string"}, "a,\"\"\n1,x\n",
                    "a int64,  string\n1|x\n");
    csv_expect_read((struct csv_run){.schema = "`` int64"}, "\"\"\r\n1\r\n", " int64\n1\n");
    csv_expect_read((struct csv_run){.schema = "a int64, column_2 string"}, "a,\"\"\n1,x\n",
                    "a int64, column_2 string\n1|x\n");
    csv_expect_read((struct csv_run){0}, "a,\"\"\n1,x\n", "a int64, column_2 string\n1|x\n");
}

/* 128 values fit, as an int8 counts from 0. */
static void test_too_many_distinct_values(void **state)
{
    (void)state;
    struct quire_buf text = {0};
    assert_int_equal(quire_buf_append_text(&text, "d\n"), 0);
    for (int i = 1; i <= 130; i++)
        assert_int_equal(quire_buf_printf(&text, "v%d\nv1\n", i), 0);
    assert_int_equal(quire_buf_terminate(&text), 0);
    const char *all = (const char *)text.data;
    struct csv_run run = {.schema = "d dictionary<string,int8>"};
    csv_expect_read_error(run, all, QUIRE_INPUT, 257, -1, "d",
                          "more than 128 distinct values for int8");
    run.policy.on_bad = QUIRE_ON_BAD_NULL;
    assert_int_equal(csv_read(&run, all, text.size - 1), 0);
    assert_int_equal(run.counts.nulled, 2);
    assert_non_null(strstr((char *)run.out.data, "\nv128\nv1\n~\nv1\n~\nv1\n"));
    csv_clear(&run);
    run.policy.on_bad = QUIRE_ON_BAD_REJECT;
    assert_int_equal(csv_read(&run, all, text.size - 1), 0);
    assert_int_equal(run.counts.rejected, 2);
    assert_int_equal(run.counts.rows, 258);
    assert_non_null(strstr((char *)run.out.data, "\nv128\nv1\nv1\nv1\n"));
    assert_int_equal(quire_buf_terminate(&run.rejects), 0);
    assert_non_null(strstr((char *)run.rejects.data, ":d:v129|"));
    csv_clear(&run);
    quire_buf_release(&text);
}

static void test_json_columns_hold_json(void **state)
{
    (void)state;
    static const char text[] = "j,n\n\"{\"\"a\"\": [1]}\",1\n{bad,2\n,3\n\"\",4\n";
    static const char *const types[] = {"json", "dictionary<json>"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        char schema[64];
        snprintf(schema, sizeof(schema), "j %s, n int64", types[i]);
        struct csv_run run = {.schema = schema, .policy.on_bad = QUIRE_ON_BAD_FAIL};
        csv_expect_read_error(run, text, QUIRE_INPUT, 2, 21, "j", "a member's name");
        run.policy.on_bad = QUIRE_ON_BAD_NULL;
        assert_int_equal(csv_read(&run, text, strlen(text)), 0);
        assert_non_null(strstr((char *)run.out.data, "\n{\"a\": [1]}|1\n~|2\n~|3\n~|4\n"));
        csv_clear(&run);
        run.policy.on_bad = QUIRE_ON_BAD_REJECT;
        assert_int_equal(csv_read(&run, text, strlen(text)), 0);
        assert_int_equal(quire_buf_terminate(&run.rejects), 0);
        assert_string_equal((char *)run.rejects.data, "2:21:j:{bad,2|4:31:j:\"\",4|");
        csv_clear(&run);
    }
}

/* Such quotes would be parts of numbers. */
static void test_quotes_of_values(void **state)
{
    (void)state;
    static const char *const sets[] = {"quote=5", "quote=e", "quote=T", "quote=-",
                                       "quote=+", "quote=.", "quote=z"};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        csv_expect_read_error((struct csv_run){.set = sets[i]}, "a,b\n1,2\n", QUIRE_USAGE, -1, -1,
                              NULL, "quote cannot be");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_are_found),
        cmocka_unit_test(test_null_and_empty),
        cmocka_unit_test(test_quoted_numbers_are_numbers),
        cmocka_unit_test(test_record_ends),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_equal_names),
        cmocka_unit_test(test_blank_lines_of_a_projection),
        cmocka_unit_test(test_skip_and_comments),
        cmocka_unit_test(test_decimal_comma),
        cmocka_unit_test(test_empty_files),
        cmocka_unit_test(test_what_is_not_text),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_projection),
        cmocka_unit_test(test_ragged),
        cmocka_unit_test(test_bad_values_fail_at_the_first_row),
        cmocka_unit_test(test_bad_values_become_null),
        cmocka_unit_test(test_bad_records_are_rejected),
        cmocka_unit_test(test_rejected_records_are_whole),
        cmocka_unit_test(test_options_that_contradict),
        cmocka_unit_test(test_lines_that_end_with_cr_alone),
        cmocka_unit_test(test_long_file_of_cr_alone),
        cmocka_unit_test(test_empty_name),
        cmocka_unit_test(test_too_many_distinct_values),
        cmocka_unit_test(test_json_columns_hold_json),
        cmocka_unit_test(test_quotes_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
