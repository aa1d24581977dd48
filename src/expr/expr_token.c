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

/* The number of the character at a byte, which is not before one that was asked for. */
static size_t character_at(struct quire_expr_lexer *lexer, size_t byte)
{
    for (; lexer->counted < byte; lexer->counted++)
        lexer->characters += ((uint8_t)lexer->text[lexer->counted] & 0xc0) != 0x80;
    return lexer->characters;
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
    return quire_expr_fail_at(error, QUIRE_USAGE, character_at(lexer, from),
                              "a comment that does not end");
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

/* Hexadecimal digits of a character, from a byte on; false where one is none. */
static bool take_hex(const struct quire_expr_lexer *lexer, size_t ahead, size_t n, uint32_t *code)
{
    *code = 0;
    for (size_t i = ahead; i < ahead + n; i++) {
        char digit = peek(lexer, i);
        uint32_t lower = (uint8_t)digit | 0x20u;
        if (!is_digit(digit) && (lower < 'a' || lower > 'f')) return false;
        *code = *code * 16 + (is_digit(digit) ? (uint32_t)(digit - '0') : lower - 'a' + 10);
    }
    return true;
}

/* \uXXXX and \UXXXXXXXX. */
static int put_code(struct quire_expr_lexer *lexer, size_t digits, struct quire_buf *out,
                    struct quire_error *error)
{
    uint8_t encoded[4];
    uint32_t code;
    if (!take_hex(lexer, 2, digits, &code))
        return quire_expr_fail_at(error, QUIRE_USAGE, character_at(lexer, lexer->at),
                                  "\\%c wants %zu hexadecimal digits", peek(lexer, 1), digits);
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
        return quire_expr_fail_at(error, QUIRE_USAGE, character_at(lexer, lexer->at),
                                  "\\%c of no character; write the character itself",
                                  peek(lexer, 1));
    lexer->at += 2 + digits;
    return quire_buf_append(out, encoded, (size_t)quire_utf8_encode(code, encoded));
}

static bool is_octal(char c, char most)
{
    return c >= '0' && c <= most;
}

/* One character after a backslash; what is not an escape stands for itself, and `\%` and
 * `\_` keep their backslash, which LIKE wants. */
static int put_escape(struct quire_expr_lexer *lexer, struct quire_buf *out,
                      struct quire_error *error)
{
    static const char escapes[] = "0\0b\bn\nr\rt\tZ\x1a";
    char c = peek(lexer, 1);
    if (lexer->at + 1 >= lexer->size)
        return quire_expr_fail_at(error, QUIRE_USAGE, character_at(lexer, lexer->at),
                                  "a backslash at the end");
    if (c == 'u') return put_code(lexer, 4, out, error);
    if (c == 'U') return put_code(lexer, 8, out, error);
    if (is_octal(c, '1') && is_octal(peek(lexer, 2), '7') && is_octal(peek(lexer, 3), '7')) {
        int code = (c - '0') * 64 + (peek(lexer, 2) - '0') * 8 + (peek(lexer, 3) - '0');
        lexer->at += 4;
        return quire_buf_push(out, (uint8_t)code);
    }
    lexer->at += 2;
    if (c == '%' || c == '_') QUIRE_TRY(quire_buf_push(out, '\\'));
    for (size_t i = 0; i + 1 < sizeof(escapes); i += 2)
        if (escapes[i] == c) return quire_buf_push(out, (uint8_t)escapes[i + 1]);
    return quire_buf_push(out, (uint8_t)c);
}

/* What stands between two quotes; a doubled quote is one of them. Raw text, R'…', has neither
 * that nor escapes. */
static int take_quoted(struct quire_expr_lexer *lexer, bool raw, struct quire_expr_token *token,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    char quote = peek(lexer, 0);
    lexer->at++;
    for (;;) {
        if (lexer->at >= lexer->size)
            return quire_expr_fail_at(error, QUIRE_USAGE, token->at, "%s that does not end",
                                      quote == '`' ? "a name" : "a text");
        char c = peek(lexer, 0);
        int code = 0;
        if (c == quote && (raw || peek(lexer, 1) != quote)) break;
        if (c == '\\' && quote != '`' && !raw) {
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
    token->size = lexer->at - token->start;
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
    return quire_expr_fail_at(error, QUIRE_USAGE, token->at, "\"%c\" has no meaning here",
                              lexer->text[lexer->at]);
}

static int take_token(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                      struct quire_error *error)
{
    char c = peek(lexer, 0), after = peek(lexer, 1);
    if (c == '\'' || c == '"' || c == '`') return take_quoted(lexer, false, token, error);
    if ((c | 0x20) == 'r' && (after == '\'' || after == '"')) {
        lexer->at++;
        return take_quoted(lexer, true, token, error);
    }
    if (is_digit(c) || (c == '.' && is_digit(after))) {
        take_number(lexer, token);
        return 0;
    }
    if (!is_word_start(c)) return take_mark(lexer, token, error);
    token->kind = QUIRE_TOKEN_WORD;
    while (is_word_start(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
        lexer->at++;
    token->size = lexer->at - token->start;
    return 0;
}

int quire_expr_token_next(struct quire_expr_lexer *lexer, struct quire_expr_token *token,
                          struct quire_error *error)
{
    QUIRE_TRY(skip_blanks(lexer, error));
    *token = (struct quire_expr_token){.text = lexer->text + lexer->at,
                                       .at = character_at(lexer, lexer->at),
                                       .start = lexer->at,
                                       .end = lexer->at};
    if (lexer->at < lexer->size) QUIRE_TRY(take_token(lexer, token, error));
    token->end = lexer->at;
    return 0;
}
