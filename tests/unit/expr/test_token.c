/* The lexer: every kind of token, escapes, comments, and the character at which each error is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "expr/expr_token.h"

/* Tokens as "kind:text" with blanks between; w word, q name in back quotes, s text, n number,
 * m mark. */
static void expect_tokens(const char *text, const char *expected)
{
    static const char kinds[] = "?wqsnm";
    struct quire_arena arena = {0};
    struct quire_expr_lexer lexer = {.text = text, .size = strlen(text), .arena = &arena};
    struct quire_expr_token token;
    struct quire_error error;
    char got[512] = "";
    size_t size = 0;
    for (;;) {
        int code = quire_expr_token_next(&lexer, &token, &error);
        if (code != 0) fail_msg("%s: %s", text, error.cause);
        if (token.kind == QUIRE_TOKEN_END) break;
        size += (size_t)snprintf(got + size, sizeof(got) - size, "%s%c:%.*s", size > 0 ? " " : "",
                                 kinds[token.kind], (int)token.size, token.text);
    }
    assert_string_equal(got, expected);
    quire_arena_release(&arena);
}

static void test_tokens(void **state)
{
    (void)state;
    expect_tokens("", "");
    expect_tokens(" \t\n\r\v\f", "");
    expect_tokens("a _b1 \xc3\xa9t\xc3\xa9", "w:a w:_b1 w:\xc3\xa9t\xc3\xa9");
    expect_tokens("`a b` `a``b`", "q:a b q:a`b");
    expect_tokens("1 1. .5 1.5 1e3 1E-3 1.5e+2 5L 1.5BD 1e", "n:1 n:1. n:.5 n:1.5 n:1e3 n:1E-3 "
                                                             "n:1.5e+2 n:5L n:1.5BD n:1e");
    expect_tokens("a<=>b<=c>=d<>e!=f==g||h", "w:a m:<=> w:b m:<= w:c m:>= w:d m:<> w:e m:!= w:f "
                                             "m:== w:g m:|| w:h");
    expect_tokens("(),.=<>+-*/%!&|^~[]", "m:( m:) m:, m:. m:= m:<> m:+ m:- m:* m:/ m:% m:! m:& m:| "
                                         "m:^ m:~ m:[ m:]");
    expect_tokens("a--b\nc /* d /* */ e", "w:a w:c w:e");
    expect_tokens("-- only", "");
    expect_tokens("- -1", "m:- m:- n:1");
}

static void test_texts(void **state)
{
    (void)state;
    expect_tokens("'a' \"b\" ''", "s:a s:b s:");
    expect_tokens("'it''s' \"a\"\"b\" 'a\"b'", "s:it's s:a\"b s:a\"b");
    expect_tokens("'\\n\\t\\r\\b\\Z\\q\\\\\\'\\\"'", "s:\n\t\r\b\x1aq\\'\"");
    expect_tokens("'\\%\\_'", "s:\\%\\_");
    expect_tokens("'\\u00e9\\U0001F600\\101\\1018'", "s:\xc3\xa9\xf0\x9f\x98\x80"
                                                     "AA8");
    expect_tokens("r'a\\n' R\"b\\\"", "s:a\\n s:b\\");
    expect_tokens("'\\\xc3\xa9'", "s:\xc3\xa9");
}

/* The first token that fails; places count characters from 1. */
static void expect_failure(const char *text, const char *cause)
{
    struct quire_arena arena = {0};
    struct quire_expr_lexer lexer = {.text = text, .size = strlen(text), .arena = &arena};
    struct quire_expr_token token = {.kind = QUIRE_TOKEN_WORD};
    struct quire_error error;
    int code = 0;
    while (code == 0 && token.kind != QUIRE_TOKEN_END)
        code = quire_expr_token_next(&lexer, &token, &error);
    assert_int_equal(code, QUIRE_USAGE);
    assert_string_equal(error.cause, cause);
    quire_arena_release(&arena);
}

static void test_failures(void **state)
{
    (void)state;
    expect_failure("a 'b", "at character 3: a text that does not end");
    expect_failure("a \"b", "at character 3: a text that does not end");
    expect_failure("`b", "at character 1: a name that does not end");
    expect_failure("r'b", "at character 1: a text that does not end");
    expect_failure("a /* b", "at character 3: a comment that does not end");
    expect_failure("'a\\", "at character 3: a backslash at the end");
    expect_failure("'\\u12'", "at character 2: \\u wants 4 hexadecimal digits");
    expect_failure("'\\U0001F60'", "at character 2: \\U wants 8 hexadecimal digits");
    expect_failure("'\\ud800'", "at character 2: \\u of no character; write the character itself");
    expect_failure("'\\UFFFFFFFF'",
                   "at character 2: \\U of no character; write the character itself");
    expect_failure("a ; b", "at character 3: \";\" has no meaning here");
    expect_failure("\xc3\xa9\xc3\xa9 = ?", "at character 6: \"?\" has no meaning here");
    expect_failure("'\xf0\x9f\x98\x80' @", "at character 5: \"@\" has no meaning here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
