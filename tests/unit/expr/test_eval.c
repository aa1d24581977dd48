/* Evaluation: logic of three values, overflow of every width, what is not asked for, NaN, days
 * before 1970, blocks of rows, slices, nested values, the clock. */
#include "values.h"

#include "expr/expr_node.h"

/* --- Logic --------------------------------------------------------------------------------- */

#define BOTH "a bool, b bool"
#define NINE "true,true;true,false;true,~;false,true;false,false;false,~;~,true;~,false;~,~;"

static void test_logic(void **state)
{
    (void)state;
    expect_values(BOTH, NINE, "a AND b", "true;false;~;false;false;false;~;false;~;");
    expect_values(BOTH, NINE, "a OR b", "true;true;true;true;false;~;true;~;~;");
    expect_values(BOTH, NINE, "NOT a", "false;false;false;true;true;true;~;~;~;");
    expect_values(BOTH, NINE, "a = b", "true;false;~;false;true;~;~;~;~;");
    expect_values(BOTH, NINE, "a <=> b", "true;false;false;false;true;false;false;false;true;");
    expect_values(BOTH, NINE, "a IS TRUE", "true;true;true;false;false;false;false;false;false;");
    expect_values(BOTH, NINE, "b IS NOT FALSE", "true;false;true;true;false;true;true;false;true;");
    expect_values(BOTH, NINE, "if(a, b, NOT b)", "true;false;~;false;true;~;false;true;~;");
    expect_values(BOTH, NINE, "coalesce(a, b)", "true;true;true;false;false;false;true;false;~;");
    expect_values(BOTH, NINE, "nvl2(a, b, 'x')", "true;false;~;true;false;~;x;x;x;");
    expect_values(BOTH, NINE, "CASE a WHEN b THEN 1 WHEN true THEN 2 END", "1;2;2;~;1;~;~;~;~;");
}

static void test_sets(void **state)
{
    const char *rows = "1;2;~;";
    (void)state;
    expect_values("a int32", rows, "a IN (1, NULL)", "true;~;~;");
    expect_values("a int32", rows, "a NOT IN (1, NULL)", "false;~;~;");
    expect_values("a int32", rows, "a IN (a)", "true;true;~;");
    expect_values("a int32", rows, "a IN (3, a + 1)", "false;false;~;");
    expect_values("a int32", rows, "a BETWEEN 2 AND NULL", "false;~;~;");
    expect_values("a int32", rows, "a BETWEEN NULL AND 1", "~;false;~;");
    expect_values("a int32", rows, "nullif(a, 2)", "1;~;~;");
    expect_values("a int32", rows, "greatest(a, 2, NULL)", "2;2;2;");
    expect_values("a int32", rows, "least(a, NULL)", "1;2;~;");
}

/* Rows that an argument is not needed for do not fail in it. */
static void test_what_is_not_asked_for(void **state)
{
    const char *schema = "s string, n int32", *rows = "7,1;x,0;~,0;";
    (void)state;
    expect_values(schema, rows, "n = 1 AND CAST(s AS int) = 7", "true;false;false;");
    expect_values(schema, rows, "n = 0 OR CAST(s AS int) = 7", "true;true;true;");
    expect_values(schema, rows, "CASE WHEN n = 1 THEN CAST(s AS int) ELSE 0 END", "7;0;0;");
    expect_values(schema, rows, "if(n = 0, 'none', CAST(s AS int) + 1)", "8;none;none;");
    expect_values(schema, rows, "coalesce(nullif(n, 0), 2147483647 + n)",
                  "1;2147483647;2147483647;");
    expect_values(schema, rows, "coalesce(n, CAST(s AS int))", "1;0;0;");
    expect_values(schema, rows, "nvl2(nullif(n, 0), CAST(s AS int), 5)", "7;5;5;");
    expect_values(schema, rows, "n IN (0, CAST(s AS int))", "false;true;true;");
    expect_values(schema, rows, "n BETWEEN 1 AND CAST(s AS int)", "true;false;false;");
    expect_values(schema, rows, "TRY_CAST(s AS int)", "7;~;~;");
    expect_row_failure(schema, rows, "CAST(s AS int)", 2, "at character 7: \"x\" is no int");
    expect_row_failure(schema, rows, "n = 0 AND CAST(s AS int) = 7", 2, "\"x\" is no int");
    /* Constants fail where a row asks for them, too. */
    expect_values(schema, rows, "CASE WHEN n > 5 THEN CAST('x' AS int) ELSE n END", "1;0;0;");
    expect_row_failure(schema, rows, "n + CAST('x' AS int)", 1, "\"x\" is no int");
    expect_values(schema, "", "CAST('x' AS int)", "");
}

/* --- Numbers ------------------------------------------------------------------------------- */

/* One row of each: the greatest and the least of the type. */
static void expect_overflow(const char *type, const char *most, const char *least)
{
    static const char *const too_much[] = {"a + one", "b - one", "a * two", "-b", "abs(b)"};
    char schema[96], rows[128];
    snprintf(schema, sizeof(schema), "a %s, b %s, one %s, two %s", type, type, type, type);
    snprintf(rows, sizeof(rows), "%s,%s,1,2;", most, least);
    for (size_t i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++)
        expect_row_failure(schema, rows, too_much[i], 1,
                           i < 3 ? "overflows" : "has no positive counterpart");
    snprintf(rows, sizeof(rows), "%s,%s,1,2;", most, least);
    expect_values(schema, rows, "a - one + one = a AND b + one - one = b AND a + b = -one",
                  "true;");
    expect_values(schema, rows, "b % -one", "0;");
}

static void test_overflow(void **state)
{
    (void)state;
    expect_overflow("int8", "127", "-128");
    expect_overflow("int16", "32767", "-32768");
    expect_overflow("int32", "2147483647", "-2147483648");
    expect_overflow("int64", "9223372036854775807", "-9223372036854775808");
    expect_row_failure("a int64", "-9223372036854775808;", "a div -1", 1, "overflows");
    expect_row_failure("d date", "1970-01-01;", "d + 2147483647 + 1", 1, "overflows");
    expect_values("d date", "1970-01-01;", "d + 10000", "1997-05-19;");
    expect_row_failure("d date", "1970-01-01;", "date_add(d, 2147483647) + 1", 1, "overflows");
    expect_row_failure("a decimal(38,0)", "99999999999999999999999999999999999999;", "a + 1", 1,
                       "overflows decimal(38,0)");
    expect_row_failure("a float64", "1e300;", "CAST(a AS bigint)", 1, "\"1.0E300\" is no bigint");
    expect_row_failure("a float64", "NaN;", "CAST(a AS int)", 1, "\"NaN\" is no int");
    expect_row_failure("a float64", "1e300;", "ceil(a)", 1, "does not fit bigint");
    expect_row_failure("a float64", "1e10;", "CAST(a AS decimal(5,2))", 1, "is no decimal(5,2)");
}

static void test_division(void **state)
{
    const char *schema = "a int32, b int32";
    const char *rows = "7,2;-7,2;7,-2;-7,-2;5,0;~,0;";
    (void)state;
    expect_values(schema, rows, "a / b", "3.5;-3.5;-3.5;3.5;~;~;");
    expect_values(schema, rows, "a div b", "3;-3;-3;3;~;~;");
    expect_values(schema, rows, "a % b", "1;-1;1;-1;~;~;");
    expect_values(schema, rows, "pmod(a, b)", "1;1;1;-1;~;~;");
    expect_values("a int64, b int64", "-1,-9223372036854775808;-1,9223372036854775807;",
                  "pmod(a, b)", "-1;9223372036854775806;");
    expect_values("a float64", "0;-1.5;", "a / 0.0D", "~;~;");
}

static void test_nan_and_zero(void **state)
{
    const char *rows = "NaN;1;-Infinity;Infinity;~;-0.0;";
    (void)state;
    expect_values("a float64", rows, "isnan(a)", "true;false;false;false;false;false;");
    expect_values("a float64", rows, "a > 1e308D", "true;false;false;true;~;false;");
    expect_values("a float64", rows, "a = a", "true;true;true;true;~;true;");
    expect_values("a float32", rows, "a <=> CAST('NaN' AS float)",
                  "true;false;false;false;false;false;");
    expect_values("a float64", rows, "a = 0", "false;false;false;false;~;true;");
    expect_values("a float64", rows, "greatest(a, 2)", "NaN;2.0;2.0;Infinity;2.0;2.0;");
    expect_values("a float64", rows, "least(a, 2)", "2.0;1.0;-Infinity;2.0;2.0;-0.0;");
}

/* --- Text ---------------------------------------------------------------------------------- */

static void test_like(void **state)
{
    static const struct {
        const char *text, *pattern, *matches;
    } cases[] = {
        {"abc", "abc", "true;"},        {"abc", "a%", "true;"},
        {"abc", "%c", "true;"},         {"abc", "%b%", "true;"},
        {"abc", "a_c", "true;"},        {"abc", "__", "false;"},
        {"abc", "", "false;"},          {"aab", "a%ab", "true;"},
        {"abab", "%ab", "true;"},       {"aaaa", "%a%a%a%a%", "true;"},
        {"aaa", "%a%a%a%a%", "false;"}, {"%", "!%", "true;"},
        {"a", "!%", "false;"},          {"_b", "!__", "true;"},
        {"!", "!!", "true;"},           {"a!", "a!", "true;"},
        {"\xc3\xa9", "_", "true;"},     {"\xc3\xa9x", "%_x", "true;"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char rows[64];
        snprintf(rows, sizeof(rows), "%s,%s;", cases[i].text, cases[i].pattern);
        expect_values("t string, p string", rows, "t LIKE p ESCAPE '!'", cases[i].matches);
    }
    expect_row_failure("t string", "x;", "t LIKE t ESCAPE 'ab'", 1, "ESCAPE wants one character");
    expect_values("t string", "\xc3\x84;~;", "t ILIKE '\xc3\xa4'", "true;~;");
}

/* --- Rows ---------------------------------------------------------------------------------- */

static void test_blocks(void **state)
{
    enum { ROWS = 3 * QUIRE_EXPR_BLOCK_ROWS + 17 };
    struct ArrowSchema schema = parse_schema("n int32, s string");
    struct quire_builder *builder = NULL;
    struct quire_error error;
    struct ArrowArray batch;
    char expected_row[32];
    (void)state;
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t i = 0; i < ROWS; i++) {
        assert_int_equal(i % 5 == 0 ? quire_builder_null(builder, &error)
                                    : quire_builder_int(builder, i, &error),
                         0);
        assert_int_equal(quire_builder_text(builder, "xy", (size_t)(i % 3), &error), 0);
        assert_int_equal(quire_builder_end_row(builder, &error), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    char *got = values_of("(n + 1) || s || 'z'", &schema, &batch, &error);
    assert_non_null(got);
    const char *at = got;
    for (int64_t i = 0; i < ROWS; i++) {
        snprintf(expected_row, sizeof(expected_row), i % 5 == 0 ? "~;" : "%lld%.*sz;",
                 (long long)i + 1, (int)(i % 3), "xy");
        assert_memory_equal(at, expected_row, strlen(expected_row));
        at += strlen(expected_row);
    }
    quire_free(got);
    assert_null(values_of("2147480648 + n", &schema, &batch, &error));
    assert_int_equal(error.row, 3001 + 1); /* the first n that is too large */
    /* A slice: rows 1,000 on, of which errors count from the slice's first. */
    batch.offset = 1000;
    batch.length -= 1000;
    got = values_of("n", &schema, &batch, &error);
    assert_memory_equal(got, "~;1001;1002;1003;1004;~;", 24);
    quire_free(got);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

/* A field is null where the struct around it is, and lists know how long they are. */
static void test_nested(void **state)
{
    struct ArrowSchema schema =
        parse_schema("s struct<x: int32, t: struct<y: string>>, l list<int32>, "
                     "m map<string, int32>");
    struct quire_field *field = NULL;
    struct quire_column *column = NULL;
    struct ArrowArray batch;
    struct quire_error error;
    bool fits = true;
    (void)state;
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    assert_int_equal(quire_column_new(field, &column, NULL), 0);
    for (int row = 0; row < 3; row++) {
        struct quire_column *s = &column->children[0], *l = &column->children[1],
                            *m = &column->children[2], *t = &s->children[1];
        struct quire_column *entry = &m->children[0];
        if (row == 2) {
            for (int i = 0; i < 3; i++)
                assert_int_equal(quire_column_append_null(&column->children[i]), 0);
        } else {
            assert_int_equal(quire_column_append_int(&s->children[0], 10 + row, &fits), 0);
            assert_int_equal(quire_column_append_bytes(&t->children[0], "ab", 2), 0);
            assert_int_equal(quire_column_end_struct(t), 0);
            assert_int_equal(quire_column_end_struct(s), 0);
            for (int i = 0; i <= row; i++)
                assert_int_equal(quire_column_append_int(&l->children[0], i * 7, &fits), 0);
            assert_int_equal(quire_column_end_list(l), 0);
            assert_int_equal(quire_column_append_bytes(&entry->children[0], "k", 1), 0);
            assert_int_equal(quire_column_append_int(&entry->children[1], row, &fits), 0);
            assert_int_equal(quire_column_end_struct(entry), 0);
            assert_int_equal(quire_column_end_list(m), 0);
        }
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, &error), 0);
    static const char *const cases[][2] = {
        {"(s).x", "10;11;~;"},
        {"(s).T.`y`", "ab;ab;~;"},
        {"(s.t).y || 'c'", "abc;abc;~;"},
        {"element_at(l, 1)", "0;0;~;"},
        {"element_at(l, -1)", "0;7;~;"},
        {"element_at(l, 3)", "~;~;~;"},
        {"element_at(l, -3)", "~;~;~;"},
        {"element_at(l, NULL)", "~;~;~;"},
        {"element_at(m, 'k')", "0;1;~;"},
        {"element_at(m, 'q') IS NULL", "true;true;true;"},
        {"s.x", "10;11;~;"},
        {"S.T.Y", "ab;ab;~;"},
        {"s IS NULL", "false;false;true;"},
        {"s.t IS NOT NULL", "true;true;false;"},
        {"size(l)", "1;2;-1;"},
        {"cardinality(m)", "1;1;-1;"},
        {"l[0]", "0;0;~;"},
        {"l[s.x - 10]", "0;7;~;"},
        {"l[-1]", "~;~;~;"},
        {"l[5]", "~;~;~;"},
        {"m['k'] + 1", "1;2;~;"},
        {"m['q']", "~;~;~;"},
        {"l[0] = 0 AND m['k'] < 1", "true;false;~;"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *got = values_of(cases[i][0], &schema, &batch, &error);
        if (got == NULL) fail_msg("%s: %s", cases[i][0], error.cause);
        if (strcmp(got, cases[i][1]) != 0) fail_msg("%s: %s", cases[i][0], got);
        quire_free(got);
    }
    assert_null(values_of("element_at(l, 0)", &schema, &batch, &error));
    assert_int_equal(error.code, QUIRE_INPUT);
    assert_int_equal(error.row, 1);
    quire_array_release(&batch);
    quire_column_free(column);
    quire_field_close(field);
    quire_schema_release(&schema);
}

static void test_clock(void **state)
{
    struct ArrowSchema schema = parse_schema("n int32");
    struct ArrowArray batch = rows_batch(&schema, "1;2;"), result;
    struct quire_expr *expr = NULL;
    struct quire_error error;
    (void)state;
    assert_int_equal(quire_expr_parse("current_timestamp < TIMESTAMP '1969-12-31 23:59:59.5' AND "
                                      "current_date() = DATE '1969-12-31' AND now() = "
                                      "current_timestamp()",
                                      &expr, &error),
                     0);
    quire_expr_set_now(expr, -500001);
    assert_int_equal(quire_expr_bind(expr, &schema, &error), 0);
    assert_int_equal(quire_expr_evaluate(expr, &batch, &result, &error), 0);
    assert_int_equal(((const uint8_t *)result.buffers[1])[0] & 3, 3);
    quire_array_release(&result);
    quire_expr_set_now(expr, -500000);
    assert_int_equal(quire_expr_bind(expr, &schema, &error), 0);
    assert_int_equal(quire_expr_evaluate(expr, &batch, &result, &error), 0);
    assert_int_equal(((const uint8_t *)result.buffers[1])[0] & 3, 0);
    quire_array_release(&result);
    quire_expr_free(expr);
    /* The system's clock is somewhere after this was written. */
    char *got = values_of("now() > TIMESTAMP '2024-01-01'", &schema, &batch, &error);
    assert_string_equal(got, "true;true;");
    quire_free(got);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

/* A time that a finer unit cannot hold is compared rightly, and is an error as a value. */
static void test_far_times(void **state)
{
    const char *schema = "t timestamp(ns), d date";
    const char *rows = "2020-01-01T00:00:00,9999-12-31;1700-01-01T00:00:00,0001-01-01;";
    (void)state;
    expect_values(schema, rows, "t < TIMESTAMP_NTZ '9999-12-31'", "true;true;");
    expect_values(schema, rows, "t > '0001-01-01'", "true;true;");
    expect_values(schema, rows, "t < d", "true;false;");
    expect_values(schema, rows, "t BETWEEN '0001-01-01' AND d", "true;false;");
    expect_values(schema, rows, "t = d OR t <=> d OR t IN (d)", "false;false;");
    expect_row_failure(schema, rows, "coalesce(nullif(t, t), d)", 1, "is no timestamp_ntz");
    expect_row_failure("d date", "1970-01-01;", "CAST(d + 2000000000 AS timestamp)", 1,
                       "is no timestamp");
}

/* Every text of up to four letters of each of letters, in turn; false when there is no more. */
static bool next_word(const char *letters, char word[5])
{
    size_t n = strlen(letters), at = 0;
    for (; word[at] != '\0'; at++) {
        size_t letter = (size_t)(strchr(letters, word[at]) - letters) + 1;
        word[at] = letters[letter < n ? letter : 0];
        if (letter < n) return true;
    }
    if (at == 4) return false;
    word[at] = letters[0];
    return true;
}

/* LIKE looks for patterns without '_' in another way than ILIKE does for all. */
static void test_like_in_both_ways(void **state)
{
    struct quire_buf rows = {0};
    char text[5] = "", pattern[5];
    (void)state;
    do {
        memset(pattern, 0, sizeof(pattern));
        do {
            assert_int_equal(quire_buf_printf(&rows, "%s,%s;", text, pattern), 0);
        } while (next_word("ab%", pattern));
    } while (next_word("ab", text));
    assert_int_equal(quire_buf_push(&rows, '\0'), 0);
    struct ArrowSchema schema = parse_schema("s string, p string");
    struct ArrowArray batch = rows_batch(&schema, (const char *)rows.data);
    assert_int_equal(batch.length, 31 * 121);
    char *same = values_of("(s LIKE p) = (s ILIKE p)", &schema, &batch, NULL);
    assert_null(strstr(same, "false"));
    char *found = values_of("s LIKE p", &schema, &batch, NULL);
    assert_non_null(strstr(found, "true"));
    assert_non_null(strstr(found, "false"));
    quire_free(same);
    quire_free(found);
    quire_buf_release(&rows);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_in_both_ways),
        cmocka_unit_test(test_logic),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_what_is_not_asked_for),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_division),
        cmocka_unit_test(test_nan_and_zero),
        cmocka_unit_test(test_like),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_far_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
