/* What the CSV encoder writes, option by option. */
#include "csv_fixture.h"

#include <string.h>

#include "format/format.h"

static void test_values(void **state)
{
    (void)state;
    const char *cells[] = {
        "1",
        "-128",
        "0",
        "18446744073709551615",
        "1.5",
        "true",
        "2020-02-29",
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        "-9223372036854775808",
        "127",
        "-2147483648",
        "99999999",
        "-0.0",
        "false",
        "1900-01-01",
        "100000000",
        "10",
        "99999999",
        "100000000",
        "12345678.0",
        "true",
        "0001-01-01",
    };
    csv_expect_write((struct csv_run){0},
                     "a int64, b int8, c int32, d uint64, e float64, f bool, g date", cells, 4,
                     "a,b,c,d,e,f,g\n"
                     "1,-128,0,18446744073709551615,1.5,true,2020-02-29\n"
                     ",,,,,,\n"
                     "-9223372036854775808,127,-2147483648,99999999,-0.0,false,1900-01-01\n"
                     "100000000,10,99999999,100000000,12345678.0,true,0001-01-01\n");
}

static void test_quotes_only_what_needs_them(void **state)
{
    (void)state;
    const char *cells[] = {
        "plain",
        "",
        NULL,
        "a,b",
        "say \"hi\"",
        "two\nlines",
        "cr\r",
        " blank ",
        "tab\t",
        "é",
        "exactly sixteen!",
        "exactly sixteen,",
        "longer than sixteen bytes of text",
        "longer than sixteen bytes, quoted",
        "longer than sixteen bytes\" end",
        "\"",
    };
    csv_expect_write((struct csv_run){0}, "s string, t large_string", cells, 8,
                     "s,t\n"
                     "plain,\"\"\n"
                     ",\"a,b\"\n"
                     "\"say \"\"hi\"\"\",\"two\nlines\"\n"
                     "\"cr\r\", blank \n"
                     "tab\t,é\n"
                     "exactly sixteen!,\"exactly sixteen,\"\n"
                     "longer than sixteen bytes of text,\"longer than sixteen bytes, quoted\"\n"
                     "\"longer than sixteen bytes\"\" end\",\"\"\"\"\n");
}

static void test_string_layouts_are_the_same(void **state)
{
    (void)state;
    const char *cells[] = {"a",
                           "a",
                           "a",
                           NULL,
                           NULL,
                           NULL,
                           "x,y",
                           "x,y",
                           "x,y",
                           "thirteen chrs",
                           "thirteen chrs",
                           "thirteen chrs",
                           "",
                           "",
                           ""};
    csv_expect_write((struct csv_run){0}, "v string_view, d dictionary<string>, s string", cells, 5,
                     "v,d,s\na,a,a\n,,\n\"x,y\",\"x,y\",\"x,y\"\n"
                     "thirteen chrs,thirteen chrs,thirteen chrs\n\"\",\"\",\"\"\n");
}

static void test_single_column_null_is_an_empty_line(void **state)
{
    (void)state;
    const char *cells[] = {NULL, "", "x", NULL};
    csv_expect_write((struct csv_run){0}, "s string", cells, 4, "s\n\n\"\"\nx\n\n");
}

static void test_marks(void **state)
{
    (void)state;
    const char *cells[] = {"a;b", "c'd", "e,f", "1"};
    csv_expect_write((struct csv_run){.set = "delimiter=; quote='"}, "s string, t string", cells, 2,
                     "s;t\n'a;b';'c''d'\ne,f;1\n");
    csv_expect_write((struct csv_run){.format = &quire_format_tsv}, "s string, t string", cells, 2,
                     "s\tt\na;b\tc'd\ne,f\t1\n");
    const char *escaped[] = {"a\"b", "c\\d"};
    csv_expect_write((struct csv_run){.set = "escape=\\"}, "s string, t string", escaped, 1,
                     "s,t\n\"a\\\"b\",\"c\\\\d\"\n");
    const char *numbers[] = {"-11", "2011-01-01"};
    csv_expect_write((struct csv_run){.set = "delimiter=1"}, "s int64, t date", numbers, 1,
                     "s1t\n\"-11\"1\"2011-01-01\"\n");
}

static void test_lines_and_header(void **state)
{
    (void)state;
    const char *cells[] = {"1", "x"};
    const char *schema = "`a,b` int64, s string";
    csv_expect_write((struct csv_run){.set = "line_end=crlf"}, schema, cells, 1,
                     "\"a,b\",s\r\n1,x\r\n");
    csv_expect_write((struct csv_run){.set = "header=off"}, schema, cells, 1, "1,x\n");
    csv_expect_write((struct csv_run){.set = "header=quoted"}, schema, cells, 1,
                     "\"a,b\",\"s\"\n1,x\n");
    csv_expect_write((struct csv_run){.set = "bom=on"}, schema, cells, 1,
                     "\xef\xbb\xbf\"a,b\",s\n1,x\n");
    csv_expect_write((struct csv_run){0}, schema, NULL, 0, "\"a,b\",s\n");
}

static void test_quoting(void **state)
{
    (void)state;
    const char *cells[] = {"1", "2.5", "true", "x", NULL, NULL, NULL, NULL};
    const char *schema = "a int64, b float64, c bool, d string";
    csv_expect_write((struct csv_run){.set = "quoting=all"}, schema, cells, 2,
                     "\"a\",\"b\",\"c\",\"d\"\n\"1\",\"2.5\",\"true\",\"x\"\n,,,\n");
    csv_expect_write((struct csv_run){.set = "quoting=nonnumeric"}, schema, cells, 2,
                     "\"a\",\"b\",\"c\",\"d\"\n1,2.5,\"true\",\"x\"\n,,,\n");
    const char *special[] = {"a,b", "c\nd"};
    csv_expect_write((struct csv_run){.set = "quoting=none escape=\\"}, "s string, t string",
                     special, 1, "s,t\na\\,b,c\\\nd\n");
    csv_expect_write_error((struct csv_run){.set = "quoting=none"}, "s string, t string", special,
                           1, QUIRE_INPUT, 1, "s", "needs quotes");
}

static void test_null_text(void **state)
{
    (void)state;
    const char *cells[] = {NULL, NULL, "0", "NA", "7", "x"};
    csv_expect_write((struct csv_run){.set = "null_text=NA"}, "a int64, s string", cells, 3,
                     "a,s\nNA,NA\n0,\"NA\"\n7,x\n");
    /* A value that looks like the null is quoted. */
    csv_expect_write((struct csv_run){.set = "null_text=0"}, "a int64, s string", cells, 3,
                     "a,s\n0,0\n\"0\",NA\n7,x\n");
    const char *binary[] = {NULL, "5B\xcb"}; /* in base64 it spells NULL */
    csv_expect_write((struct csv_run){.set = "null_text=NULL"}, "a fixed_binary(3)", binary, 2,
                     "a\nNULL\n\"NULL\"\n");
}

static void test_numbers(void **state)
{
    (void)state;
    const char *cells[] = {"1.25", "2.5", "3.50", "-0.5", "nan", NULL};
    const char *schema = "a float64, b float32, c decimal(9,2)";
    csv_expect_write((struct csv_run){.set = "float_precision=1"}, schema, cells, 2,
                     "a,b,c\n1.2,2.5,3.50\n-0.5,nan,\n");
    csv_expect_write((struct csv_run){.set = "float_precision=1 float_precision.b=3"}, schema,
                     cells, 2, "a,b,c\n1.2,2.500,3.50\n-0.5,nan,\n");
    csv_expect_write((struct csv_run){.set = "decimal_comma=on"}, schema, cells, 1,
                     "a,b,c\n\"1,25\",\"2,5\",\"3,50\"\n");
    csv_expect_write((struct csv_run){.set = "decimal_comma=on delimiter=; float_precision=0"},
                     schema, cells, 2, "a;b;c\n1;2;3,50\n-0;nan;\n");
}

static void test_times_and_binary(void **state)
{
    (void)state;
    const char *cells[] = {"2024-01-02T03:04:05.678", "\x01\x02", "2024-01-02T03:04:05.678", NULL,
                           "1969-12-31T23:59:59.999", ""};
    csv_expect_write((struct csv_run){0}, "t timestamp(ms), b binary", cells, 3,
                     "t,b\n2024-01-02T03:04:05.678,AQI=\n2024-01-02T03:04:05.678,\n"
                     "1969-12-31T23:59:59.999,\"\"\n");
    csv_expect_write((struct csv_run){.set = "timestamp_separator=space binary=hex"},
                     "t timestamp(ms), b binary", cells, 1, "t,b\n2024-01-02 03:04:05.678,0102\n");
}

static void test_formula_guard(void **state)
{
    (void)state;
    const char *cells[] = {"=1+1", "-5", "@x", "1", "\tt", "-2", "plain", "3", "-a,b", "4"};
    csv_expect_write((struct csv_run){.set = "formula_guard=on"}, "s string, i int64", cells, 5,
                     "s,i\n'=1+1,-5\n'@x,1\n'\tt,-2\nplain,3\n\"'-a,b\",4\n");
}

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

/* "é" cut in two: each half is invalid though the bytes together are not. */
static void test_invalid_utf8(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 1, 2};
    const void *string_buffers[] = {NULL, offsets, "\xc3\xa9"};
    const void *no_buffers[] = {NULL};
    struct ArrowArray column = {
        .length = 2, .n_buffers = 3, .buffers = string_buffers, .release = release_nothing};
    struct ArrowArray *children[] = {&column};
    struct ArrowSchema schema = csv_schema("s string");
    for (int replace = 0; replace <= 1; replace++) {
        struct ArrowArray batch = {
            .length = 2,
            .n_buffers = 1,
            .buffers = no_buffers,
            .n_children = 1,
            .children = children,
            .release = release_nothing,
        };
        struct csv_run run = {.set = replace ? "invalid_utf8=replace" : NULL};
        int code = csv_write(&run, &schema, &batch);
        assert_int_equal(code, replace ? 0 : QUIRE_INPUT);
        if (replace) {
            assert_string_equal((char *)run.out.data, "s\n\xef\xbf\xbd\n\xef\xbf\xbd\n");
        } else {
            assert_int_equal(run.error.row, 1);
            assert_string_equal(run.error.column, "s");
        }
        csv_clear(&run);
    }
    quire_schema_release(&schema);
}

static void test_options_that_contradict(void **state)
{
    (void)state;
    const char *cells[] = {"1"};
    static const struct {
        const char *set, *cause;
    } cases[] = {
        {"delimiter=none", "a delimiter is needed"},
        {"delimiter=\"", "cannot both be"},
        {"escape=,", "cannot both be"},
        {"quote=none quoting=all", "needs a quote"},
        {"null_text=a,b", "null_text"},
        {"float_precision=x", "count of digits"},
        {"float_precision=21", "count of digits"},
        {"float_precision.b=2", "no column of floats"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        csv_expect_write_error((struct csv_run){.set = cases[i].set}, "a float64", cells, 1,
                               QUIRE_USAGE, -1, NULL, cases[i].cause);
    csv_expect_write_error((struct csv_run){0}, "", NULL, 0, QUIRE_USAGE, -1, NULL,
                           "at least one column");
}

/* Without quotes an empty string, or one that looks like a null, would be a null. */
static void test_nulls_without_quotes(void **state)
{
    (void)state;
    const char *empty[] = {"1", "x", "2", ""};
    const char *text[] = {"1", "x", "2", "NA"};
    static const char *const sets[] = {"quoting=none null_text=NA",
                                       "quoting=none escape=\\ null_text=NA",
                                       "quote=none null_text=NA"};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct csv_run run = {.set = sets[i]};
        csv_expect_write_error(run, "i int64, s string", empty, 2, QUIRE_INPUT, 2, "s",
                               "needs quotes");
        csv_expect_write_error(run, "i int64, s dictionary<string>", text, 2, QUIRE_INPUT, 2, "s",
                               "needs quotes");
    }
    csv_expect_write_error((struct csv_run){.set = "quoting=none null_text=2"}, "i int64, s string",
                           text, 2, QUIRE_INPUT, 2, "i", "needs quotes");
    csv_expect_write_error((struct csv_run){.set = "quoting=none"}, "i int64, `` string", text, 2,
                           QUIRE_INPUT, -1, NULL, "needs quotes");
    const char *nulls[] = {NULL, NULL};
    csv_expect_write((struct csv_run){.set = "quoting=none null_text=NA"}, "NA int64, s string",
                     nulls, 1, "NA,s\nNA,NA\n");
}

static void test_equal_names(void **state)
{
    (void)state;
    const char *cells[] = {"1", "2"};
    csv_expect_write_error((struct csv_run){0}, "a int64, a int64", cells, 1, QUIRE_USAGE, -1, "a",
                           "have the same name");
    csv_expect_write_error((struct csv_run){0}, "s struct<b int64, b int64>", NULL, 0, QUIRE_USAGE,
                           -1, "s.b", "have the same name");
    /* Without a header columns are told apart by position. */
    csv_expect_write((struct csv_run){.set = "header=off"}, "a int64, a int64", cells, 1, "1,2\n");
}

static void test_quotes_of_values(void **state)
{
    (void)state;
    const char *cells[] = {"1"};
    static const char *const sets[] = {"quote=5", "quote=e", "quote=T", "quote=-",
                                       "quote=+", "quote=.", "quote=z"};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        csv_expect_write_error((struct csv_run){.set = sets[i]}, "a int64", cells, 1, QUIRE_USAGE,
                               -1, NULL, "quote cannot be");
}

/* Floats that are not finite stay what they are within nested values. */
static void test_nested_floats(void **state)
{
    (void)state;
    static const char text[] = "l\n\"[\"\"NaN\"\",\"\"Infinity\"\",\"\"-Infinity\"\",1.5,null]\"\n";
    struct csv_run read = {.schema = "l list<float64>"}, write = {.set = NULL};
    struct ArrowSchema schema;
    struct ArrowArray batch;
    assert_int_equal(csv_decode(&read, text, strlen(text), &schema, &batch), 0);
    assert_int_equal(csv_write(&write, &schema, &batch), 0);
    assert_string_equal((char *)write.out.data, text);
    quire_schema_release(&schema);
    csv_clear(&read);
    csv_clear(&write);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_quotes_only_what_needs_them),
        cmocka_unit_test(test_string_layouts_are_the_same),
        cmocka_unit_test(test_single_column_null_is_an_empty_line),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_lines_and_header),
        cmocka_unit_test(test_quoting),
        cmocka_unit_test(test_null_text),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_times_and_binary),
        cmocka_unit_test(test_formula_guard),
        cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_options_that_contradict),
        cmocka_unit_test(test_nulls_without_quotes),
        cmocka_unit_test(test_equal_names),
        cmocka_unit_test(test_quotes_of_values),
        cmocka_unit_test(test_nested_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
