/* The parser: how tightly operators bind, every form, every error with its character, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "expr/expr_function.h"
#include "quire/expr.h"

static void put(struct quire_buf *out, const char *text)
{
    assert_int_equal(quire_buf_append(out, text, strlen(text)), 0);
}

static void put_literal(struct quire_buf *out, const struct quire_expr_node *node)
{
    char text[QUIRE_DECIMAL_TEXT_MAX + 32] = "", type[QUIRE_EXPR_TYPE_TEXT_MAX];
    quire_expr_type_print(&node->type, type);
    switch (node->type.id) {
    case QUIRE_EXPR_NULL: break;
    case QUIRE_EXPR_BOOL: snprintf(text, sizeof(text), "%d", node->value.boolean); break;
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: snprintf(text, sizeof(text), "%g", node->value.real); break;
    case QUIRE_EXPR_DECIMAL:
        *quire_decimal_format(&node->value.decimal, node->type.scale, text) = '\0';
        break;
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY:
        snprintf(text, sizeof(text), "'%.*s'", (int)node->value.bytes.size,
                 (const char *)node->value.bytes.data);
        break;
    case QUIRE_EXPR_INTERVAL:
        snprintf(text, sizeof(text), "%lld,%lld,%lld", (long long)node->value.interval.months,
                 (long long)node->value.interval.days, (long long)node->value.interval.micros);
        break;
    default: snprintf(text, sizeof(text), "%lld", (long long)node->value.integer);
    }
    bool plain = node->type.id == QUIRE_EXPR_INT32 || node->type.id == QUIRE_EXPR_STRING;
    if (!plain) put(out, type);
    if (!plain && text[0] != '\0') put(out, ":");
    put(out, text);
}

/* (function argument …), names with points, literals by type:value. */
static void put_tree(struct quire_buf *out, const struct quire_expr_node *node)
{
    char type[QUIRE_EXPR_TYPE_TEXT_MAX];
    if (node->kind == QUIRE_EXPR_LITERAL) {
        put_literal(out, node);
        return;
    }
    if (node->kind == QUIRE_EXPR_COLUMN) {
        for (size_t i = 0; i < node->parts_size; i++) {
            if (i > 0) put(out, ".");
            put(out, node->parts[i]);
        }
        return;
    }
    put(out, "(");
    if (node->kind == QUIRE_EXPR_CAST) {
        quire_expr_type_print(&node->type, type);
        put(out, node->lenient ? "try_cast:" : "cast:");
        put(out, type);
    } else {
        put(out, node->function->name);
    }
    for (size_t i = 0; i < node->args_size; i++) {
        put(out, " ");
        put_tree(out, node->args[i]);
    }
    put(out, ")");
}

static void expect_tree(const char *text, const char *expected)
{
    struct quire_expr *expr = NULL;
    struct quire_error error;
    struct quire_buf out = {0};
    if (quire_expr_parse(text, &expr, &error) != 0) fail_msg("%s: %s", text, error.cause);
    put_tree(&out, expr->parsed);
    assert_int_equal(quire_buf_push(&out, '\0'), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
    quire_expr_free(expr);
}

static void test_precedence(void **state)
{
    (void)state;
    expect_tree("a + b * c - d", "(- (+ a (* b c)) d)");
    expect_tree("a * b / c % d div e", "(div (% (/ (* a b) c) d) e)");
    expect_tree("a - b - c", "(- (- a b) c)");
    expect_tree("-a * -b", "(* (negate a) (negate b))");
    expect_tree("- -a", "(negate (negate a))");
    expect_tree("+a", "a");
    expect_tree("~a + 1", "(+ (~ a) 1)");
    expect_tree("a | b ^ c & d + 1", "(| a (^ b (& c (+ d 1))))");
    expect_tree("a || b + c", "(+ (concat a b) c)");
    expect_tree("a = b | c", "(= a (| b c))");
    expect_tree("a = b = c", "(= (= a b) c)");
    expect_tree("NOT a = b AND c", "(and (not (= a b)) c)");
    expect_tree("NOT NOT a", "(not (not a))");
    expect_tree("! a OR b", "(or (not a) b)");
    expect_tree("a OR b AND c OR d", "(or a (and b c) d)");
    expect_tree("(a OR b) AND c", "(and (or a b) c)");
    expect_tree("a BETWEEN 1 AND 2 AND b", "(and (between a 1 2) b)");
    expect_tree("a IS NULL = b", "(= (isnull a) b)");
    expect_tree("a < b IS TRUE", "(istrue (< a b))");
}

static void test_predicates(void **state)
{
    (void)state;
    expect_tree("a == b", "(= a b)");
    expect_tree("a <> b", "(!= a b)");
    expect_tree("a <=> NULL", "(<=> a null)");
    expect_tree("a IS NOT NULL", "(not (isnull a))");
    expect_tree("a IS NOT UNKNOWN", "(not (isnull a))");
    expect_tree("a is false", "(isfalse a)");
    expect_tree("a IS DISTINCT FROM b", "(not (<=> a b))");
    expect_tree("a IS NOT DISTINCT FROM b", "(<=> a b)");
    expect_tree("a NOT BETWEEN b AND c", "(not (between a b c))");
    expect_tree("a IN (1, b, 'x')", "(in a 1 b 'x')");
    expect_tree("a NOT IN (1)", "(not (in a 1))");
    expect_tree("a LIKE 'x%'", "(like a 'x%')");
    expect_tree("a NOT LIKE 'x' ESCAPE '!'", "(not (like a 'x' '!'))");
    expect_tree("a ILIKE b", "(ilike a b)");
}

static void test_literals(void **state)
{
    (void)state;
    expect_tree("1", "1");
    expect_tree("-2147483648", "-2147483648");
    expect_tree("2147483648", "bigint:2147483648");
    expect_tree("-9223372036854775808", "bigint:-9223372036854775808");
    expect_tree("9223372036854775808", "decimal(19,0):9223372036854775808");
    expect_tree("1Y + 2s + 3L", "(+ (+ tinyint:1 smallint:2) bigint:3)");
    expect_tree("1.50", "decimal(3,2):1.50");
    expect_tree("0.05", "decimal(2,2):0.05");
    expect_tree("1.5BD", "decimal(2,1):1.5");
    expect_tree("1.5D + 1F", "(+ double:1.5 float:1)");
    expect_tree("1e3", "double:1000");
    expect_tree("true and FALSE and Null", "(and boolean:1 boolean:0 null)");
    expect_tree("X'4142' || x'3'", "(concat binary:'AB' binary:'\x03')");
    expect_tree("DATE '2020-01-02'", "(cast:date '2020-01-02')");
    expect_tree("timestamp '2020'", "(cast:timestamp '2020')");
    expect_tree("timestamp_ntz'x'", "(cast:timestamp_ntz 'x')");
}

static void test_intervals(void **state)
{
    (void)state;
    expect_tree("INTERVAL 1 YEAR", "interval:12,0,0");
    expect_tree("interval 2 months 3 weeks", "interval:2,21,0");
    expect_tree("INTERVAL '1 day -2 hours'", "interval:0,1,-7200000000");
    expect_tree("INTERVAL '1.5' SECOND", "interval:0,0,1500000");
    expect_tree("INTERVAL -3 DAYS", "interval:0,-3,0");
    expect_tree("- INTERVAL 3 DAYS", "interval:0,-3,0");
    expect_tree("INTERVAL '1-2' YEAR TO MONTH", "interval:14,0,0");
    expect_tree("INTERVAL '-1-2' YEAR TO MONTH", "interval:-14,0,0");
    expect_tree("INTERVAL '1 02:03:04.000005' DAY TO SECOND", "interval:0,1,7384000005");
    expect_tree("INTERVAL '10:30' MINUTE TO SECOND", "interval:0,0,630000000");
    expect_tree("interval", "interval");
    expect_tree("interval * 1", "(* interval 1)");
    expect_tree("interval.a", "interval.a");
}

static void test_forms(void **state)
{
    (void)state;
    expect_tree("CASE WHEN a THEN 1 ELSE 2 END", "(case a 1 2)");
    expect_tree("CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "(case (= a 1) 'x' (= a 2) 'y')");
    expect_tree("CAST(a AS decimal ( 10 , 2 ))", "(cast:decimal(10,2) a)");
    expect_tree("TRY_CAST(a AS int)", "(try_cast:int a)");
    expect_tree("CAST(a AS varchar(10))", "(cast:string a)");
    expect_tree("bigint(a)", "(cast:bigint a)");
    expect_tree("EXTRACT(YEAR FROM a)", "(year a)");
    expect_tree("extract(SECONDS FROM a)", "(extract second a)");
    expect_tree("substring(a FROM 2 FOR 3)", "(substring a 2 3)");
    expect_tree("substr(a, 2)", "(substring a 2)");
    expect_tree("trim(a)", "(btrim a)");
    expect_tree("trim('x', a)", "(btrim 'x' a)");
    expect_tree("trim(LEADING 'x' FROM a)", "(ltrim 'x' a)");
    expect_tree("trim(TRAILING FROM a)", "(rtrim a)");
    expect_tree("position(a IN b)", "(locate a b)");
    expect_tree("position(a, b, 3)", "(locate a b 3)");
    expect_tree("a.b.`c d`", "a.b.c d");
    expect_tree("CoAlEsCe(a, b)", "(coalesce a b)");
    expect_tree("a[0]['k']", "([ ([ a 0) 'k')");
    expect_tree("current_date", "(current_date)");
    expect_tree("now() - INTERVAL 1 DAY", "(- (now) interval:0,1,0)");
    expect_tree("if(a, 1, 2)", "(if a 1 2)");
    expect_tree("date", "date");
    expect_tree("left + right", "(+ left right)");
}

static void expect_failure(const char *text, int code, const char *cause, const char *hint)
{
    struct quire_expr *expr = NULL;
    struct quire_error error;
    int got = quire_expr_parse(text, &expr, &error);
    assert_null(expr);
    if (got != code || strcmp(error.cause, cause) != 0 || strcmp(error.hint, hint) != 0)
        fail_msg("%s: code %d, \"%s\", \"%s\"", text, got, error.cause, error.hint);
}

static void test_failures(void **state)
{
    static const struct {
        const char *text, *cause;
    } cases[] = {
        {"", "at character 1: the expression ends where a value should be"},
        {"a +", "at character 4: the expression ends where a value should be"},
        {"a b", "at character 3: \"b\" where an operator or the end should be"},
        {"(a", "at character 3: the expression ends where \")\" should be"},
        {"a)", "at character 2: \")\" where an operator or the end should be"},
        {"f(", "at character 1: no function is named f"},
        {"and a", "at character 1: \"and\" where a value should be"},
        {"a = and", "at character 5: \"and\" where a value should be"},
        {"a IS 1", "at character 6: \"1\" where NULL, TRUE, FALSE or DISTINCT FROM should be"},
        {"a IS DISTINCT b", "at character 15: \"b\" where from should be"},
        {"a NOT = b", "at character 7: \"=\" where BETWEEN, IN or LIKE should be"},
        {"a BETWEEN 1 OR 2", "at character 13: \"OR\" where and should be"},
        {"a IN ()", "at character 3: IN of an empty list"},
        {"a IN 1", "at character 6: \"1\" where \"(\" should be"},
        {"1x", "at character 1: \"1x\" is not a number that its type can hold"},
        {"128Y", "at character 1: \"128Y\" is not a number that its type can hold"},
        {"32768S", "at character 1: \"32768S\" is not a number that its type can hold"},
        {"9223372036854775808L",
         "at character 1: \"9223372036854775808L\" is not a number that its type can hold"},
        {"123456789012345678901234567890123456789",
         "at character 1: \"123456789012345678901234567890123456789\" is not a number that its "
         "type can hold"},
        {"X'0g'", "at character 2: \"0g\" is not made of hexadecimal digits"},
        {"CAST(a)", "at character 7: \")\" where as should be"},
        {"CAST(a AS thing)", "at character 11: \"thing\" is not a type to cast to"},
        {"CAST(a AS decimal(39,2))", "at character 11: \"decimal(39,2)\" is not a type to cast to"},
        {"CAST(a AS decimal(5,6))", "at character 11: \"decimal(5,6)\" is not a type to cast to"},
        {"CAST(a AS", "at character 10: the expression ends where \")\" should be"},
        {"CASE a END", "at character 8: \"END\" where WHEN should be"},
        {"CASE WHEN a THEN 1", "at character 19: the expression ends where end should be"},
        {"EXTRACT(nope FROM a)",
         "at character 9: \"nope\" where YEAR, MONTH, DAY, HOUR … should be"},
        {"substring(a)", "at character 12: \")\" where a position should be"},
        {"trim(BOTH a)", "at character 12: \")\" where FROM should be"},
        {"position(a)", "at character 11: \")\" where IN should be"},
        {"position(a IN)", "at character 1: locate takes 2 or more arguments, not 1"},
        {"position(a, b, 1, 2)", "at character 1: locate takes 2 or more arguments, not 4"},
        {"nullif(a)", "at character 1: nullif takes 2 arguments, not 1"},
        {"abs()", "at character 1: abs takes 1 argument, not 0"},
        {"if(a, b)", "at character 1: if takes 3 arguments, not 2"},
        {"a.1", "at character 2: \".1\" where an operator or the end should be"},
        {"a.", "at character 3: the expression ends where the name of a field should be"},
        {"a[1", "at character 4: the expression ends where \"]\" should be"},
        {"INTERVAL 1 parsec",
         "at character 1: no interval; one is INTERVAL 3 DAYS or INTERVAL '1 month 2 hours'"},
        {"INTERVAL 1.5 DAYS",
         "at character 1: no interval; one is INTERVAL 3 DAYS or INTERVAL '1 month 2 hours'"},
        {"INTERVAL '99999999999999999999' DAY",
         "at character 1: no interval; one is INTERVAL 3 DAYS or INTERVAL '1 month 2 hours'"},
        {"\xc3\xa4 = 'x' \xc3\xb6",
         "at character 9: \"\xc3\xb6\" where an operator or the end should be"},
        {"\xff", "at character 1: bytes that are not UTF-8"},
        {"a = '\xc3'", "at character 6: bytes that are not UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_failure(cases[i].text, QUIRE_USAGE, cases[i].cause, "");
    expect_failure("coalesc(a)", QUIRE_USAGE, "at character 1: no function is named coalesc",
                   "did you mean coalesce?");
    expect_failure("a RLIKE 'x'", QUIRE_UNSUPPORTED,
                   "at character 3: regular expressions are not in this build; LIKE is", "");
}

/* count times the text, after a beginning and before an end. */
static char *repeated(const char *begin, const char *text, size_t count, const char *end)
{
    struct quire_buf out = {0};
    put(&out, begin);
    for (size_t i = 0; i < count; i++)
        put(&out, text);
    put(&out, end);
    assert_int_equal(quire_buf_push(&out, '\0'), 0);
    return (char *)out.data;
}

static void expect_limit(const char *begin, const char *text, size_t fits, const char *end)
{
    for (size_t more = 0; more < 2; more++) {
        struct quire_expr *expr = NULL;
        struct quire_error error;
        char *made = repeated(begin, text, fits + more, end);
        int code = quire_expr_parse(made, &expr, &error);
        if (code != (more == 0 ? 0 : QUIRE_LIMIT)) fail_msg("%zu %s: %d", fits + more, text, code);
        quire_expr_free(expr);
        quire_free(made);
    }
}

static void test_limits(void **state)
{
    (void)state;
    expect_limit("", "- ", QUIRE_EXPR_DEPTH_MAX - 1, "a");
    expect_limit("", "NOT ", QUIRE_EXPR_DEPTH_MAX - 1, "a");
    expect_limit("a", "+a", QUIRE_EXPR_HEIGHT_MAX, "");
    expect_limit("a", " IS NULL", QUIRE_EXPR_HEIGHT_MAX, "");
    expect_limit("a", "[0]", QUIRE_EXPR_HEIGHT_MAX, "");
    expect_limit("a IN (1", ",1", QUIRE_EXPR_ARGS_MAX - 2, ")");
    expect_limit("a", " ", QUIRE_EXPR_TEXT_MAX - 1, "");
    expect_limit("a", ".a", QUIRE_FIELD_DEPTH_MAX - 1, "");
    /* Three nodes a comparison, and that of the OR. */
    expect_limit("a=a", " OR a=a", (QUIRE_EXPR_NODES_MAX - 4) / 3, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence), cmocka_unit_test(test_predicates),
        cmocka_unit_test(test_literals),   cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_failures),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
