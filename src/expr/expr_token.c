/* Spark SQL's lexical rules: text in single or double quotes with backslash escapes or
 * doubled quotes, names in back quotes, comments by `--` and between slash and star. */
#include "expr/expr_token.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "expr/expr_node.h"

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (uint8_t)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct quire_expr_lexer *lexer, size_t ahead)
{
    return lexer->at + ahead < lexer->size ? lexer->text[lexer->at + ahead] : '\0';
}

static int skip_comment(struct quire_expr_lexer *lexer, struct quire_error *error)
{
    size_t from = lexer->at;
    if (peek(lexer, 0) == '-') {
        while (lexer->at < lexer->size && lexer->text[lexer->at] != '\n')
            lexer->at++;
        return 0;
    }
    for (lexer->at += 2; lexer->at < lexer->size; lexer->at++) {
        if (peek(lexer, 0) != '*' || peek(lexer, 1) != '/') continue;
        lexer->at += 2;
        return 0;
    }
    return quire_expr_fail_at(error, QUIRE_USAGE, from, "a comment that does not end");
}

static int skip_blanks(struct quire_expr_lexer *lexer, struct quire_error *error)
{
    while (lexer->at < lexer->size) {
        char c = peek(lexer, 0), after = peek(lexer, 1);
        if ((c == '-' && after == '-') || (c == '/' && after == '*'))
            QUIRE_TRY(skip_comment(lexer, error));
        else if (c == ' ' || (c >= '\t' && c <= '\r'))
            lexer->at++;
        else
            break;
    }
    return 0;
}

/* One character after a backslash; what is not an escape stands for itself, and `\%` and
 * `\_` keep their backslash, which LIKE wants. */
static int put_escape(struct quire_expr_lexer *lexer, struct quire_buf *out,
                      struct quire_error *error)
{
    static const char escapes[] = "0\0b\bn\nr\rt\tZ\x1a";
    char c = peek(lexer, 1);
    if (lexer->at + 1 >= lexer->size)
        return quire_expr_fail_at(error, QUIRE_USAGE, lexer->at, "a backslash at the end");
    if (c == 'u') {
        uint32_t code = 0;
        for (size_t i = 2; i < 6; i++) {
            char digit = peek(lexer, i);
            uint32_t lower = (uint8_t)digit | 0x20u;
            if (!is_digit(digit) && (lower < 'a' || lower > 'f'))
                return quire_expr_fail_at(error, QUIRE_USAGE, lexer->at,
                                          "\\u wants four hexadecimal digits");
            code = code * 16 + (is_digit(digit) ? (uint32_t)(digit - '0') : lower - 'a' + 10);
        }
        if (code >= 0xd800 && code <= 0xdfff)
            return quire_expr_fail_at(error, QUIRE_USAGE, lexer->at,
                                      "\\u of half a surrogate pair; write the character itself");
        uint8_t encoded[4];
        int size = quire_utf8_encode(code, encoded);
        lexer->at += 6;
        return quire_buf_append(out, encoded, (size_t)size);
    }
    lexer->at += 2;
    if (c == '%' || c == '_') QUIRE_TRY(quire_buf_push(out, '\\'));
    for (size_t i = 0; i + 1 < sizeof(escapes); i += 2)
        if (escapes[i] == c) return quire_buf_push(out, (uint8_t)escapes[i + 1]);
    return quire_buf_push(out, (uint8_t)c);
}

/* What stands between two quotes; a doubled quote is one of them. */
static int take_quoted(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    char quote = peek(lexer, 0);
    size_t from = lexer->at++;
    for (;;) {
        if (lexer->at >= lexer->size)
            return quire_expr_fail_at(error, QUIRE_USAGE, from, "%s that does not end",
                                      quote == '`' ? "a name" : "a text");
        char c = peek(lexer, 0);
        int code = 0;
        if (c == quote && peek(lexer, 1) != quote) break;
        if (c == '\\' && quote != '`') {
            code = put_escape(lexer, &out, error);
        } else {
            code = quire_buf_push(&out, (uint8_t)c);
            lexer->at += c == quote ? 2 : 1;
        }
        if (code != 0) return code == QUIRE_MEMORY ? quire_fail_memory(error, "parse") : code;
    }
    lexer->at++;
    token->kind = quote == '`' ? QUIRE_TOKEN_QUOTED : QUIRE_TOKEN_STRING;
    token->size = out.size;
    token->text =
        quire_arena_strndup(lexer->arena, out.size > 0 ? (const char *)out.data : "", out.size);
    return token->text == NULL ? quire_fail_memory(error, "parse") : 0;
}

/* Digits, a point, digits, an exponent; letters that follow are a suffix of it. */
static void take_number(struct quire_expr_lexer *lexer, struct quire_expr_token *token)
{
    token->kind = QUIRE_TOKEN_NUMBER;
    while (is_digit(peek(lexer, 0)))
        lexer->at++;
    if (peek(lexer, 0) == '.') {
        lexer->at++;
        while (is_digit(peek(lexer, 0)))
            lexer->at++;
    }
    if ((peek(lexer, 0) | 0x20) == 'e') {
        size_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-';
        if (is_digit(peek(lexer, 1 + sign)))
            for (lexer->at += 1 + sign; is_digit(peek(lexer, 0));)
                lexer->at++;
    }
    while (is_word_start(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
        lexer->at++;
    token->size = lexer->at - token->at;
}

static int take_mark(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                     struct quire_error *error)
{
    static const char *const marks[] = {"<=>", "<=", ">=", "<>", "!=", "==", "||", "(", ")",
                                        ",",   ".",  "=",  "<",  ">",  "+",  "-",  "*", "/",
                                        "%",   "!",  "&",  "|",  "^",  "~",  "[",  "]"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t size = strlen(marks[i]);
        if (lexer->size - lexer->at < size || memcmp(lexer->text + lexer->at, marks[i], size) != 0)
            continue;
        token->kind = QUIRE_TOKEN_MARK;
        token->size = size;
        lexer->at += size;
        return 0;
    }
    return quire_expr_fail_at(error, QUIRE_USAGE, lexer->at, "\"%c\" has no meaning here",
                              lexer->text[lexer->at]);
}

int quire_expr_token_next(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                          struct quire_error *error)
{
    QUIRE_TRY(skip_blanks(lexer, error));
    *token = (struct quire_expr_token){.text = lexer->text + lexer->at, .at = lexer->at};
    char c = peek(lexer, 0);
    if (lexer->at >= lexer->size) return 0;
    if (c == '\'' || c == '"' || c == '`') return take_quoted(lexer, token, error);
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
        take_number(lexer, token);
        return 0;
    }
    if (!is_word_start(c)) return take_mark(lexer, token, error);
    token->kind = QUIRE_TOKEN_WORD;
    while (is_word_start(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
        lexer->at++;
    token->size = lexer->at - token->at;
    return 0;
}
