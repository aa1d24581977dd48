/* Characters and words of the schema language. Line ends end fields, except inside
 * brackets, where they are blanks. */
#include "data/schema_token.h"

#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"

#define OPERATION "parse schema"

/* --- What is next --- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static char peek(const struct quire_schema_parser *parser)
{
    return parser->at < parser->size ? parser->text[parser->at] : '\0';
}

void quire_schema_skip_blanks(struct quire_schema_parser *parser)
{
    while (parser->at < parser->size) {
        char c = parser->text[parser->at];
        if (c == '#') {
            const char *end = memchr(parser->text + parser->at, '\n', parser->size - parser->at);
            parser->at = end != NULL ? (size_t)(end - parser->text) : parser->size;
        } else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && parser->brackets > 0)) {
            parser->at++;
        } else {
            return;
        }
    }
}

static int64_t line_of(const struct quire_schema_parser *parser, size_t at)
{
    int64_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += parser->text[i] == '\n';
    return line;
}

int quire_schema_fail_memory(struct quire_schema_parser *parser)
{
    return quire_fail_memory(parser->error, OPERATION);
}

int quire_schema_fail_at(struct quire_schema_parser *parser, size_t at)
{
    quire_error_at(parser->error, line_of(parser, at), NULL, (int64_t)at);
    return QUIRE_USAGE;
}

/* "expected X, found Y", where Y is the word or character that comes next. */
int quire_schema_fail_expected(struct quire_schema_parser *parser, const char *expected)
{
    size_t size = 0;
    while (parser->at + size < parser->size && size < 40 &&
           is_word(parser->text[parser->at + size]))
        size++;
    if (parser->at >= parser->size)
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "expected %s, found the end", expected);
    else if (size == 0 && peek(parser) == '\n')
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "expected %s, found the end of the line",
                   expected);
    else
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "expected %s, found \"%.*s\"", expected,
                   (int)(size > 0 ? size : 1), parser->text + parser->at);
    return quire_schema_fail_at(parser, parser->at);
}

bool quire_schema_take(struct quire_schema_parser *parser, char c)
{
    quire_schema_skip_blanks(parser);
    if (parser->at >= parser->size || parser->text[parser->at] != c) return false;
    parser->at++;
    if (c == '<' || c == '(') parser->brackets++;
    if (c == '>' || c == ')') parser->brackets--;
    return true;
}

int quire_schema_expect(struct quire_schema_parser *parser, char c)
{
    if (quire_schema_take(parser, c)) return 0;
    const char quoted[] = {'\'', c, '\'', '\0'};
    return quire_schema_fail_expected(parser, quoted);
}

/* A word of a type, cut to a size that no type's name has. */
int quire_schema_take_word(struct quire_schema_parser *parser, const char *expected,
                           char word[QUIRE_SCHEMA_WORD_MAX + 1])
{
    quire_schema_skip_blanks(parser);
    size_t size = 0;
    while (parser->at + size < parser->size && is_word(parser->text[parser->at + size]))
        size++;
    if (size == 0) return quire_schema_fail_expected(parser, expected);
    size_t kept = size < QUIRE_SCHEMA_WORD_MAX ? size : QUIRE_SCHEMA_WORD_MAX;
    memcpy(word, parser->text + parser->at, kept);
    word[kept] = '\0';
    parser->at += size;
    return 0;
}

/* Takes the word if it is what comes next. */
bool quire_schema_take_this_word(struct quire_schema_parser *parser, const char *expected)
{
    quire_schema_skip_blanks(parser);
    size_t start = parser->at;
    char word[QUIRE_SCHEMA_WORD_MAX + 1];
    size_t size = 0;
    while (start + size < parser->size && size < QUIRE_SCHEMA_WORD_MAX &&
           is_word(parser->text[start + size])) {
        word[size] = parser->text[start + size];
        size++;
    }
    word[size] = '\0';
    if (!quire_text_equal_ignore_case(word, expected)) return false;
    parser->at = start + size;
    return true;
}

int quire_schema_take_integer(struct quire_schema_parser *parser, const char *expected, int64_t low,
                              int64_t high, int32_t *value)
{
    quire_schema_skip_blanks(parser);
    size_t size = 0;
    if (peek(parser) == '-') size++;
    while (parser->at + size < parser->size && is_word(parser->text[parser->at + size]))
        size++;
    int64_t parsed = 0;
    if (!quire_number_parse_i64(parser->text + parser->at, size, &parsed, NULL) || parsed < low ||
        parsed > high)
        return quire_schema_fail_expected(parser, expected);
    parser->at += size;
    *value = (int32_t)parsed;
    return 0;
}

/* --- Names --- */

/* The byte after the closing quote of the name that opens at `start`; 0: none. */
static size_t quoted_end(const struct quire_schema_parser *parser, size_t start)
{
    for (size_t i = start + 1; i < parser->size && parser->text[i] != '\0'; i++) {
        if (parser->text[i] != '`') continue;
        if (i + 1 == parser->size || parser->text[i + 1] != '`') return i + 1;
        i++;
    }
    return 0;
}

static int take_quoted(struct quire_schema_parser *parser, const char *expected, const char **name)
{
    size_t end = quoted_end(parser, parser->at);
    if (end == 0) {
        quire_fail(parser->error, QUIRE_USAGE, OPERATION, "the back quote of %s is not closed",
                   expected);
        return quire_schema_fail_at(parser, parser->at);
    }
    char *out = quire_arena_alloc(parser->arena, end - parser->at);
    if (out == NULL) return quire_schema_fail_memory(parser);
    size_t size = 0;
    for (size_t i = parser->at + 1; i < end - 1; i++) {
        out[size++] = parser->text[i];
        if (parser->text[i] == '`') i++;
    }
    out[size] = '\0';
    parser->at = end;
    *name = out;
    return 0;
}

int quire_schema_take_name(struct quire_schema_parser *parser, const char *expected,
                           const char **name)
{
    quire_schema_skip_blanks(parser);
    if (peek(parser) == '`') return take_quoted(parser, expected, name);
    size_t size = 0;
    while (parser->at + size < parser->size && is_word(parser->text[parser->at + size]))
        size++;
    if (size == 0) {
        int code = quire_schema_fail_expected(parser, expected);
        quire_error_hint(parser->error, "put names with other characters in back quotes");
        return code;
    }
    *name = quire_arena_strndup(parser->arena, parser->text + parser->at, size);
    if (*name == NULL) return quire_schema_fail_memory(parser);
    parser->at += size;
    return 0;
}

int quire_schema_take_zone(struct quire_schema_parser *parser, const char **zone)
{
    static const char expected[] = "a time zone (UTC, +01:00, Europe/Paris)";
    size_t size = 0;
    quire_schema_skip_blanks(parser);
    if (peek(parser) == '`') return take_quoted(parser, expected, zone);
    while (parser->at + size < parser->size) {
        char c = parser->text[parser->at + size];
        if (!is_word(c) && (c == '\0' || strchr("+-:/", c) == NULL)) break;
        size++;
    }
    if (size == 0) return quire_schema_fail_expected(parser, expected);
    *zone = quire_arena_strndup(parser->arena, parser->text + parser->at, size);
    parser->at += size;
    return *zone != NULL ? 0 : quire_schema_fail_memory(parser);
}
