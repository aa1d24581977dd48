/* Binding: names, hints, the types of results, and what does not go together. */
#include "values.h"

static const char schema_text[] =
    "id int64, Name string, s struct<x: int32, Y: string>, l list<int32>, "
    "m map<string, int32>, u uint64, d date, t timestamp(ms), "
    "z timestamp(us, UTC), h float16, b binary, dec decimal(10,2), "
    "dup int32, DUP string, c dictionary<string>";

static void expect_type(const char *text, const char *format)
{
    struct ArrowSchema schema = parse_schema(schema_text), result;
    struct quire_expr *expr = bound_expr(text, &schema);
    struct quire_error error;
    assert_int_equal(quire_expr_result_schema(expr, "r", &result, &error), 0);
    if (strcmp(result.format, format) != 0) fail_msg("%s: %s", text, result.format);
    assert_string_equal(result.name, "r");
    assert_true((result.flags & ARROW_FLAG_NULLABLE) != 0);
    quire_schema_release(&result);
    quire_schema_release(&schema);
    quire_expr_free(expr);
}

static void test_types(void **state)
{
    (void)state;
    expect_type("id", "l");
    expect_type("NAME", "u");
    expect_type("c", "u");
    expect_type("S.X", "i");
    expect_type("s.y", "u");
    expect_type("`id`", "l");
    expect_type("dup", "i");
    expect_type("DUP", "u");
    expect_type("u", "d:20,0");
    expect_type("u + 1", "d:21,0");
    expect_type("h", "f");
    expect_type("h + id", "f");
    expect_type("h + dec", "g");
    expect_type("id + 1", "l");
    expect_type("id / 2", "g");
    expect_type("dec * 2", "d:12,2");
    expect_type("dec / id", "d:31,23");
    expect_type("d", "tdD");
    expect_type("d + 1", "tdD");
    expect_type("d + INTERVAL 1 MONTH", "tdD");
    expect_type("d + INTERVAL 1 HOUR", "tsu:UTC");
    expect_type("t + INTERVAL 1 HOUR", "tsm:");
    expect_type("t + INTERVAL 1 MICROSECOND", "tsu:");
    expect_type("z", "tsu:UTC");
    expect_type("t", "tsm:");
    expect_type("l[0]", "i");
    expect_type("m['a']", "i");
    expect_type("size(l)", "i");
    expect_type("b", "z");
    expect_type("b || b", "z");
    expect_type("b || name", "u");
    expect_type("NULL", "n");
    expect_type("coalesce(id, name)", "u");
    expect_type("coalesce(dec, 1.2345)", "d:12,4");
    expect_type("nullif(name, 1)", "u");
    expect_type("extract(SECOND FROM z)", "d:8,6");
}

static void expect_refusal(const char *text, int code, const char *cause, const char *hint)
{
    struct ArrowSchema schema = parse_schema(schema_text), result;
    struct quire_expr *expr = NULL;
    struct quire_error error;
    assert_int_equal(quire_expr_parse(text, &expr, &error), 0);
    int got = quire_expr_bind(expr, &schema, &error);
    if (got == 0) got = quire_expr_result_schema(expr, "r", &result, &error);
    if (got != code || strstr(error.cause, cause) == NULL || strcmp(error.hint, hint) != 0)
        fail_msg("%s: code %d, \"%s\", \"%s\"", text, got, error.cause, error.hint);
    quire_schema_release(&schema);
    quire_expr_free(expr);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *cause;
    } cases[] = {
        {"1 + Dup", "at character 5: more than one column is named Dup but for case"},
        {"id.x", "at character 1: id has no fields: it is no struct"},
        {"name + d", "at character 6: a date takes a whole number of days"},
        {"d + d", "a date takes a whole number of days"},
        {"d * 2", "at character 1: date where a number should be"},
        {"z - z", "at character 1: timestamp where a number should be"},
        {"id AND true", "at character 1: bigint where a condition should be"},
        {"NOT name", "at character 5: string where a condition should be"},
        {"CASE WHEN id THEN 1 END", "at character 11: bigint where a condition should be"},
        {"true + 1", "at character 1: boolean where a number should be"},
        {"id = true", "at character 6: bigint and boolean have no type in common"},
        {"id = d", "at character 6: bigint and date have no type in common"},
        {"id BETWEEN d AND 5", "at character 12: bigint and date have no type in common"},
        {"id IN (1, z)", "at character 11: bigint and timestamp have no type in common"},
        {"CAST(d AS int)", "at character 1: a value of date cannot become int"},
        {"CAST(l AS string)", "at character 1: a value of nested cannot become string"},
        {"upper(l)", "at character 7: a value of nested cannot become string"},
        {"greatest(id, name)", "at character 1: greatest of text and of something else"},
        {"1.5 & 1", "at character 1: bits are those of whole numbers"},
        {"round(dec, id)", "at character 12: round wants a number of digits"},
        {"date_add(d, 1.5)", "at character 13: date_add takes a whole number"},
        {"size(id)", "at character 6: that is no list or map"},
        {"l[0].x", "at character 5: that is no struct"},
        {"(s).q", "at character 4: no column is named q"},
        {"element_at(s, 1)", "at character 12: that is no list or map"},
        {"s['x']", "at character 1: that is no list or map"},
        {"INTERVAL 1 DAY", "at character 1: an interval is only added to dates"},
        {"id + INTERVAL 1 DAY", "at character 6: an interval is only added to dates"},
        {"INTERVAL 1 DAY - d", "at character 1: an interval is only added to dates"},
        {"INTERVAL 1 DAY = d", "at character 1: an interval is only added to dates"},
        {"abs(INTERVAL 1 DAY)", "at character 5: an interval is only added to dates"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_refusal(cases[i].text, QUIRE_USAGE, cases[i].cause, "");
    expect_refusal("Nam = 1", QUIRE_USAGE, "at character 1: no column is named Nam",
                   "did you mean Name?");
    expect_refusal("1 = s.xy", QUIRE_USAGE, "at character 5: no column is named xy",
                   "did you mean x?");
    expect_refusal("whatever", QUIRE_USAGE, "no column is named whatever", "");
    expect_refusal("l = l", QUIRE_UNSUPPORTED, "neither compared nor chosen", "");
    expect_refusal("coalesce(l, l)", QUIRE_UNSUPPORTED, "neither compared nor chosen", "");
    expect_refusal("l", QUIRE_UNSUPPORTED, "a nested value is no result", "");
}

/* One node of the parser may stand in many places of the bound tree. */
static void test_nested_cases_are_bounded(void **state)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct quire_buf text = {0};
    struct quire_expr *expr = NULL;
    struct quire_error error;
    (void)state;
    for (int i = 0; i < 60; i++)
        assert_int_equal(quire_buf_append(&text, "CASE ", 5), 0);
    assert_int_equal(quire_buf_append(&text, "id", 2), 0);
    for (int i = 0; i < 60; i++)
        assert_int_equal(quire_buf_append(&text, " WHEN 1 THEN 1 WHEN 2 THEN 2 END", 32), 0);
    assert_int_equal(quire_buf_push(&text, '\0'), 0);
    assert_int_equal(quire_expr_parse((const char *)text.data, &expr, &error), 0);
    assert_int_equal(quire_expr_bind(expr, &schema, &error), QUIRE_LIMIT);
    quire_expr_free(expr);
    quire_buf_release(&text);
    quire_schema_release(&schema);
}

static int stop_at_second(void *user, const char *name)
{
    int *count = user;
    (void)name;
    return ++*count == 2 ? 77 : 0;
}

static void test_life(void **state)
{
    struct ArrowSchema first = parse_schema("a int32"), second = parse_schema("A string, b int64");
    struct ArrowSchema bare = {.release = NULL};
    struct ArrowArray batch = rows_batch(&first, "1;"), result;
    struct quire_expr *expr = NULL;
    struct quire_error error;
    int count = 0;
    (void)state;
    assert_int_equal(quire_expr_parse("a = 1 OR a.b = b", &expr, &error), 0);
    assert_int_equal(quire_expr_each_column(expr, stop_at_second, &count), 77);
    quire_expr_free(expr);
    quire_expr_free(NULL);
    assert_int_equal(quire_expr_parse("a", &expr, &error), 0);
    assert_int_equal(quire_expr_evaluate(expr, &batch, &result, &error), QUIRE_USAGE);
    assert_int_equal(quire_expr_check_predicate(expr, &error), QUIRE_USAGE);
    assert_int_equal(quire_expr_result_schema(expr, "r", &bare, &error), QUIRE_USAGE);
    assert_int_equal(quire_expr_bind(expr, &first, &error), 0);
    assert_int_equal(quire_expr_check_predicate(expr, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "it gives int"));
    assert_int_equal(quire_expr_bind(expr, &second, &error), 0);
    assert_int_equal(quire_expr_result_schema(expr, "r", &bare, &error), 0);
    assert_string_equal(bare.format, "u");
    /* A failure to bind leaves it unbound. */
    assert_int_equal(quire_expr_bind(expr, &bare, &error), QUIRE_USAGE);
    assert_int_equal(quire_expr_evaluate(expr, &batch, &result, &error), QUIRE_USAGE);
    quire_expr_free(expr);
    quire_schema_release(&bare);
    quire_schema_release(&first);
    quire_schema_release(&second);
    quire_array_release(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_nested_cases_are_bounded),
        cmocka_unit_test(test_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
